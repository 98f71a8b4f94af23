//! What a shell offers when Tab is pressed: commands and flags, and what only this machine knows - the names of templates and
//! sources, a template's questions and choices, settings.
//!
//! Nobody waits for Tab and nobody expects it to do something: nothing is fetched, no program is run and nothing is written. What
//! cannot be read is left out without a word, for a message would stand in the middle of the line that is being typed.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use anstream::ColorChoice;
use clap::{Arg, Command, CommandFactory, ValueHint};
use clap_complete::engine::{
    ArgValueCandidates, ArgValueCompleter, CompletionCandidate, PathCompleter, ValueCompleter as _,
    complete,
};
use clap_complete::env::Shells;

use super::arguments::Cli;
use super::questions::{Opened, Typed, id, named_template, off_id, with_common, with_template};
use super::shell::{Shell, Verbosity};
use crate::model::address::Place;
use crate::model::language::Language;
use crate::model::question::{Kind, Question};
use crate::model::template::Template;
use crate::model::text::visible;
use crate::ops::replay::quote;
use crate::system::builtin;
use crate::system::config::{Config, settings};
use crate::system::env::{COMPLETING, Environment};
use crate::system::source::{BUILTIN, Fetched};

/// The commands that take a template.
const TAKE_A_TEMPLATE: [&str; 3] = ["new", "show", "adopt"];

/// The variables in which bash says which word is asked for, and what parts the answers.
const INDEX: &str = "_CLAP_COMPLETE_INDEX";
const SEPARATOR: &str = "_CLAP_IFS";

/// Returns the script that has a shell ask this program.
pub(super) fn script(shell: &str) -> Vec<u8> {
    const NAME: &str = "pyscaffold";
    let mut script = Vec::new();
    if let Some(completer) = Shells::builtins().completer(shell) {
        // Writing to memory cannot fail.
        drop(completer.write_registration(COMPLETING, NAME, NAME, NAME, &mut script));
    }
    if shell == "zsh" {
        // In a folder of `fpath` the script is itself the function that is called, the first time before anything is defined.
        script.extend_from_slice(
            b"\n\nif [[ ${funcstack[1]} == _pyscaffold ]]; then\n    _clap_dynamic_completer_pyscaffold \"$@\"\nfi",
        );
    }
    while script.last() == Some(&b'\n') {
        script.pop();
    }
    script.push(b'\n');
    script
}

/// Prints what could be typed. It returns 0 whatever happens: the line is the person's.
pub(super) fn run(shell: &OsStr, arguments: Vec<OsString>) -> u8 {
    let offered = offered(shell, arguments).unwrap_or_default();
    // A shell that is gone needs no answer.
    drop(Shell::new(ColorChoice::Never, Verbosity::Quiet).bytes(&offered));
    0
}

fn offered(shell: &OsStr, arguments: Vec<OsString>) -> Option<Vec<u8>> {
    let shells = Shells::builtins();
    let completer = shells.completer(shell.to_str()?)?;
    let environment = Environment::capture().ok()?;
    let words: Vec<OsString> = arguments
        .into_iter()
        .skip_while(|word| word != "--")
        .skip(1)
        .collect();
    if words.is_empty() {
        return None;
    }
    let folder = Some(environment.directory.as_path());
    if completer.name() != "bash" {
        let index = environment.variable(INDEX).map(str::parse);
        let index = index.and_then(Result::ok).unwrap_or(words.len() - 1);
        let mut command = command(&words, index, &environment);
        let mut offered = Vec::new();
        completer
            .write_complete(&mut command, words, folder, &mut offered)
            .ok()?;
        return Some(offered);
    }
    let index = environment.variable(INDEX)?.parse().ok()?;
    let joined = Joined::of(words, index);
    let mut command = command(&joined.words, joined.index, &environment);
    let candidates = complete(&mut command, joined.words, joined.index, folder).ok()?;
    let values: Vec<String> = candidates
        .iter()
        .filter_map(|candidate| {
            let value = candidate.get_value().to_str()?;
            value.strip_prefix(&joined.kept).map(str::to_owned)
        })
        .collect();
    let separator = environment.variable(SEPARATOR).unwrap_or("\n");
    Some(values.join(separator).into_bytes())
}

/// The words of a line as a shell gives them to a program.
///
/// Bash parts a line for its completions at `=`, `:` and `@` too: `--database=po` comes as `--database`, `=` and `po`, and only the
/// last of these is what an answer stands in for.
#[derive(Debug, Eq, PartialEq)]
struct Joined {
    words: Vec<OsString>,
    /// Which word is asked for.
    index: usize,
    /// The part of that word that stays.
    kept: String,
}

impl Joined {
    fn of(parts: Vec<OsString>, asked: usize) -> Self {
        let mut joined = Self {
            words: Vec::new(),
            index: 0,
            kept: String::new(),
        };
        let mut goes_on = false;
        for (at, part) in parts.into_iter().enumerate() {
            let is_break = part
                .to_str()
                .is_some_and(|text| !text.is_empty() && text.chars().all(|c| "=:@".contains(c)));
            // At the end of `-D database=` bash asks for an empty word in the place of the sign.
            let is_cut = part.is_empty() && at == asked && joined.awaits_value();
            let mut kept = String::new();
            if is_cut && let Some(last) = joined.words.last_mut() {
                last.push("=");
                kept = last.to_string_lossy().into_owned();
            } else if (is_break || goes_on)
                && let Some(last) = joined.words.last_mut()
            {
                kept = last.to_string_lossy().into_owned();
                if is_break {
                    kept.push_str(&part.to_string_lossy());
                }
                last.push(part);
            } else {
                joined.words.push(part);
            }
            goes_on = is_break;
            if at == asked {
                joined.index = joined.words.len().saturating_sub(1);
                joined.kept = kept;
            }
        }
        joined
    }

    /// Returns whether the last word is an answer without its value.
    fn awaits_value(&self) -> bool {
        let [.., flag, answer] = self.words.as_slice() else {
            return false;
        };
        let is_bare = |text: &str| !text.is_empty() && !text.contains('=');
        (flag == "-D" || flag == "--set") && answer.to_str().is_some_and(is_bare)
    }
}

/// Returns the command line with all that can be completed, for what was typed up to now.
fn command(words: &[OsString], index: usize, environment: &Environment) -> Command {
    let typed = Typed::of(words, environment);
    let command = with_questions(&typed);
    if words.get(index).is_none_or(|word| word.is_empty()) {
        // Before anything is typed, values are worth more than a page of flags. What is hidden is offered where there is nothing else.
        return hidden(command);
    }
    command
}

/// Hides every flag.
fn hidden(command: Command) -> Command {
    let hide = |argument: Arg| {
        let is_flag = !argument.is_positional();
        argument.hide(is_flag)
    };
    of_all(command.mut_args(hide), hidden)
}

/// Changes every command below one.
fn of_all(command: Command, change: impl Fn(Command) -> Command) -> Command {
    let names: Vec<String> = command
        .get_subcommands()
        .map(|command| command.get_name().to_owned())
        .collect();
    names.into_iter().fold(command, |command, name| {
        command.mut_subcommand(name, &change)
    })
}

fn with_questions(typed: &Typed) -> Command {
    let command = with_names(prepared(Cli::command(), typed), typed);
    let template = typed.behind(&TAKE_A_TEMPLATE).and_then(|words| {
        let mut catalog = typed.open(&Fetched::default())?.catalog;
        catalog.offline = true;
        named_template(words, &catalog)?
            .ok()
            .map(|(_, template)| template)
    });
    match template {
        Some(template) => with_answers(
            with_template(command, &template, typed.language),
            &template,
            typed.language,
        ),
        None => with_common(command),
    }
}

/// Lets the arguments that name something complete to what there is.
fn with_names(mut command: Command, typed: &Typed) -> Command {
    for name in TAKE_A_TEMPLATE {
        let typed = typed.clone();
        let templates = ArgValueCompleter::new(move |word: &OsStr| templates(&typed, word));
        command = command.mut_subcommand(name, |command| {
            command.mut_arg("template", |argument| argument.add(templates))
        });
    }
    for (name, argument) in [("remove", "name"), ("refresh", "names")] {
        let (typed, is_changed) = (typed.clone(), name == "remove");
        let sources = ArgValueCandidates::new(move || sources(&typed, is_changed));
        command = command.mut_subcommand(name, |command| {
            command.mut_arg(argument, |argument| argument.add(sources))
        });
    }
    let (get, set, value) = (typed.clone(), typed.clone(), typed.clone());
    let commands = || {
        let about = |command: &Command| command.get_about().map(ToString::to_string);
        let row = |command: &Command| {
            described(
                command.get_name().to_owned(),
                &about(command).unwrap_or_default(),
            )
        };
        Cli::command().get_subcommands().filter_map(row).collect()
    };
    command
        .mut_subcommand("man", |man| {
            man.mut_arg("command", |argument| {
                argument.add(ArgValueCandidates::new(commands))
            })
        })
        .mut_subcommand("config", |config| {
            config
                .mut_subcommand("get", |command| {
                    let keys = ArgValueCandidates::new(move || {
                        config_of(&get)
                            .list()
                            .into_keys()
                            .filter_map(candidate)
                            .collect()
                    });
                    command.mut_arg("key", |argument| argument.add(keys))
                })
                .mut_subcommand("set", |command| {
                    let keys = ArgValueCompleter::new(move |word: &OsStr| keys(&set, word));
                    let values = ArgValueCandidates::new(move || values(&value));
                    command
                        .mut_arg("key", |argument| argument.add(keys))
                        .mut_arg("value", |argument| argument.add(values))
                })
        })
}

/// Lets folders complete from the one that `-C` names, and gives every argument its place: one that is changed goes to the end.
fn prepared(command: Command, typed: &Typed) -> Command {
    of_all(command, |command| prepared(command, typed))
        .mut_args(placed(&typed.environment.directory))
}

fn placed(folder: &Path) -> impl FnMut(Arg) -> Arg {
    let mut place = 0;
    move |argument| {
        if !argument.is_positional() {
            return argument;
        }
        place += 1;
        let argument = argument.index(place);
        if argument.get_value_hint() == ValueHint::DirPath {
            let folders = PathCompleter::dir().current_dir(folder);
            return argument.add(ArgValueCompleter::new(folders));
        }
        argument
    }
}

/// Lets the questions of a template complete to their choices.
fn with_answers(command: Command, template: &Template, language: Language) -> Command {
    let mut command = command.mut_subcommand("new", |new| {
        template
            .questions
            .iter()
            .fold(new, |new, question| with_choices(new, question, language))
    });
    let questions = template.questions.clone();
    for name in TAKE_A_TEMPLATE {
        let questions = questions.clone();
        let answers =
            ArgValueCompleter::new(move |word: &OsStr| answers(&questions, word, language));
        command = command.mut_subcommand(name, |command| {
            command.mut_arg("set", |argument| argument.add(answers))
        });
    }
    command
}

fn with_choices(new: Command, question: &Question, language: Language) -> Command {
    let asked = question.clone();
    match question.kind {
        Kind::Choice => {
            let choices = ArgValueCandidates::new(move || choices(&asked, language));
            new.mut_arg(id(&question.key), |flag| flag.add(choices))
        }
        Kind::Choices => {
            let choices =
                ArgValueCompleter::new(move |word: &OsStr| several(&asked, word, language));
            new.mut_arg(id(&question.key), |flag| flag.add(choices))
        }
        Kind::Bool => {
            let help = format!("{}: no", visible(question.title.get(language)));
            new.mut_arg(off_id(&question.key), |flag| flag.hide(false).help(help))
        }
        Kind::Text | Kind::Integer | Kind::Secret => new,
    }
}

/// Returns a value that can be typed. One that a shell would take apart or obey is not offered: bash and PowerShell put what is
/// offered into the line as it is.
fn candidate(value: String) -> Option<CompletionCandidate> {
    (quote(&value) == value).then(|| CompletionCandidate::new(value))
}

/// Returns a value that can be typed, with what it means.
fn described(value: String, meaning: &str) -> Option<CompletionCandidate> {
    let meaning = visible(meaning);
    let help = (!meaning.is_empty()).then(|| meaning.into());
    candidate(value).map(|candidate| candidate.help(help))
}

/// Returns the values that a question takes.
fn choices(question: &Question, language: Language) -> Vec<CompletionCandidate> {
    if question.kind == Kind::Bool {
        return ["true", "false"].map(CompletionCandidate::new).into();
    }
    question
        .choices
        .iter()
        .filter_map(|choice| described(choice.value.clone(), choice.title.get(language)))
        .collect()
}

/// Returns the lists that begin with the values before the last comma.
fn several(question: &Question, word: &OsStr, language: Language) -> Vec<CompletionCandidate> {
    let Some(word) = word.to_str() else {
        return Vec::new();
    };
    let (before, begun) = word.rsplit_once(',').map_or(("", word), |(before, last)| {
        (word.get(..=before.len()).unwrap_or_default(), last)
    });
    let taken: Vec<&str> = before.split(',').collect();
    choices(question, language)
        .into_iter()
        .filter(|choice| {
            let value = choice.get_value().to_string_lossy();
            value.starts_with(begun) && !taken.contains(&value.as_ref())
        })
        .map(|choice| choice.add_prefix(before))
        .collect()
}

/// Returns the beginnings and ends of `KEY=VALUE`.
fn answers(questions: &[Question], word: &OsStr, language: Language) -> Vec<CompletionCandidate> {
    let Some(word) = word.to_str() else {
        return Vec::new();
    };
    if let Some((key, value)) = word.split_once('=') {
        let Some(question) = questions.iter().find(|question| question.key == key) else {
            return Vec::new();
        };
        let values = match question.kind {
            Kind::Choices => several(question, OsStr::new(value), language),
            _ => choices(question, language),
        };
        return values
            .into_iter()
            .map(|candidate| candidate.add_prefix(format!("{key}=")))
            .filter(|candidate| begins(candidate, word))
            .collect();
    }
    questions
        .iter()
        .filter_map(|question| {
            described(format!("{}=", question.key), question.title.get(language))
        })
        .filter(|candidate| begins(candidate, word))
        .collect()
}

fn begins(candidate: &CompletionCandidate, word: &str) -> bool {
    candidate.get_value().to_string_lossy().starts_with(word)
}

/// Returns the templates whose names begin with a word, and folders where the word is a path.
fn templates(typed: &Typed, word: &OsStr) -> Vec<CompletionCandidate> {
    let Some(text) = word.to_str() else {
        return Vec::new();
    };
    let folders = || {
        PathCompleter::dir()
            .current_dir(&typed.environment.directory)
            .complete(word)
    };
    if text.starts_with(['.', '/', '~']) {
        return folders();
    }
    let mut found = named_templates(typed);
    found.retain(|candidate| begins(candidate, text));
    if found.is_empty() && text.contains('/') {
        return folders();
    }
    found
}

fn named_templates(typed: &Typed) -> Vec<CompletionCandidate> {
    let mut others = Vec::new();
    let mut found = Vec::new();
    let catalog = typed.open(&Fetched::default()).map(|opened| opened.catalog);
    for source in catalog.iter().flat_map(|catalog| catalog.sources.values()) {
        let manifests = catalog
            .as_ref()
            .and_then(|catalog| catalog.manifests(source).ok());
        for manifest in manifests.into_iter().flatten().flatten() {
            let summary = manifest.summary.get(typed.language);
            let word = format!("{}/{}", source.name, manifest.name);
            found.extend(described(word, summary));
            others.push(manifest.name);
        }
    }
    let builtin = builtin::names().into_iter().filter_map(|name| {
        let manifest = builtin::manifest(name)?.ok()?;
        // A name that a source has too is not enough.
        let word = if others.iter().any(|other| other == name) {
            format!("{BUILTIN}/{name}")
        } else {
            name.to_owned()
        };
        described(word, manifest.summary.get(typed.language))
    });
    builtin.chain(found).collect()
}

/// Returns the sources; for a change only those of the user's own list.
fn sources(typed: &Typed, is_changed: bool) -> Vec<CompletionCandidate> {
    let Some(Opened { catalog, .. }) = typed.open(&Fetched::default()) else {
        return Vec::new();
    };
    catalog
        .sources
        .values()
        .filter(|source| !(is_changed && source.is_project))
        .filter_map(|source| {
            let place = match &source.place {
                Place::Git(url) => url.to_string(),
                Place::Folder(path) => path.clone(),
            };
            described(source.name.clone(), &place)
        })
        .collect()
}

/// Returns the configuration; an empty one if it cannot be read.
fn config_of(typed: &Typed) -> Config {
    let read = typed.settings.as_deref().map(Config::read);
    read.and_then(Result::ok).unwrap_or_default()
}

/// Returns the settings that begin with a word; the answers for one template only where its name is written.
fn keys(typed: &Typed, word: &OsStr) -> Vec<CompletionCandidate> {
    let Some(word) = word.to_str() else {
        return Vec::new();
    };
    let mut keys: Vec<String> = settings().collect();
    keys.extend(config_of(typed).list().into_keys());
    let below = word.strip_prefix("answers.").map(|rest| {
        let name = rest.split_once('.').map(|(name, _)| name);
        builtin::names()
            .into_iter()
            .filter(move |known| name.map_or(known.starts_with(rest), |name| name == *known))
    });
    for name in below.into_iter().flatten() {
        if let Some(Ok(template)) = builtin::load(name) {
            let questions = template.questions.iter();
            keys.extend(questions.map(|question| format!("answers.{name}.{}", question.key)));
        }
    }
    keys.retain(|key| key.starts_with(word));
    keys.sort();
    keys.dedup();
    keys.into_iter().filter_map(candidate).collect()
}

/// Returns the values of the setting that was typed before.
fn values(typed: &Typed) -> Vec<CompletionCandidate> {
    let key = typed.behind(&["set"]).and_then(<[String]>::first);
    let parts: Vec<&str> = key.map(|key| key.split('.').collect()).unwrap_or_default();
    match parts.as_slice() {
        ["git", "init" | "commit"] => ["true", "false"].map(CompletionCandidate::new).into(),
        ["answers", template, key] => question_of(template, key),
        ["defaults", key] => builtin::names()
            .into_iter()
            .map(|name| question_of(name, key))
            .find(|found| !found.is_empty())
            .unwrap_or_default(),
        _ => Vec::new(),
    }
    .into_iter()
    .collect()
}

/// Returns the choices of a question of a built-in template.
fn question_of(template: &str, key: &str) -> Vec<CompletionCandidate> {
    let Some(Ok(template)) = builtin::load(template) else {
        return Vec::new();
    };
    let question = template.question(key);
    question.map_or_else(Vec::new, |question| choices(question, Language::default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(parts: &[&str], asked: usize) -> (String, usize, String) {
        let joined = Joined::of(parts.iter().map(OsString::from).collect(), asked);
        let words: Vec<String> = joined
            .words
            .iter()
            .map(|word| word.to_string_lossy().into_owned())
            .collect();
        (words.join(" "), joined.index, joined.kept)
    }

    #[test]
    fn words_that_bash_takes_apart_are_put_together() {
        let line = ["p", "new", "t", "--db", "=", "po"];
        assert_eq!(
            joined(&line, 5),
            ("p new t --db=po".to_owned(), 3, "--db=".to_owned())
        );
        let line = ["p", "new", "gh", ":", "a/b", "@", "v2", "--"];
        assert_eq!(
            joined(&line, 7),
            ("p new gh:a/b@v2 --".to_owned(), 3, String::new())
        );
        let line = ["p", "new", "t", "-D", "db", "=", "po", "x"];
        assert_eq!(
            joined(&line, 6),
            ("p new t -D db=po x".to_owned(), 4, "db=".to_owned())
        );
        let line = ["p", "new", "t", "-D", "db", ""];
        assert_eq!(
            joined(&line, 5),
            ("p new t -D db=".to_owned(), 4, "db=".to_owned())
        );
        let line = ["p", "new", "t", "--db", ""];
        assert_eq!(
            joined(&line, 4),
            ("p new t --db ".to_owned(), 4, String::new())
        );
        let line = ["p", "new", "t", ""];
        assert_eq!(joined(&line, 3), ("p new t ".to_owned(), 3, String::new()));
    }
}
