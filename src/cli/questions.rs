//! A template's own questions as flags of `new`.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, ArgMatches, Command};

use super::shell::progress;
use crate::model::address::GitRef;
use crate::model::language::Language;
use crate::model::question::{Kind, Question};
use crate::model::template::Template;
use crate::model::text::visible;
use crate::model::value::Value;
use crate::system::config::{self, Config};
use crate::system::env::Environment;
use crate::system::source::{Catalog, Fetched, SourceError};
use crate::system::sources;

/// The questions that most templates ask, for the help of `new` without a template.
const COMMON: [(&str, &str); 4] = [
    ("python", "The oldest Python that the project supports"),
    ("license", "The licence, by its SPDX identifier"),
    (
        "author",
        "The author [default: user.name of the git configuration]",
    ),
    (
        "email",
        "The author's address [default: user.email of the git configuration]",
    ),
];

/// The flags of `new` and of every command whose next word is their value.
const TAKE_A_VALUE: [&str; 13] = [
    "--ref",
    "--name",
    "--package",
    "--set",
    "-D",
    "--answers",
    "--on-conflict",
    "--lang",
    "--color",
    "-C",
    "--config",
    "--author",
    "--email",
];

/// The flags of `new` and of every command that stand alone.
const STAND_ALONE: [&str; 15] = [
    "--diff",
    "--dry-run",
    "--help",
    "--json",
    "--lock",
    "--no-commit",
    "--no-git",
    "--offline",
    "--quiet",
    "--skip-hooks",
    "--sync",
    "--verbose",
    "--yes",
    "-q",
    "-y",
];

/// The command line with the questions of the template that the arguments name.
pub(super) struct WithQuestions {
    /// The command line.
    pub(super) command: Command,
    /// Why the template's questions are not known.
    pub(super) unknown: Option<SourceError>,
}

/// Adds the questions of the template that the arguments name to `new`; the common ones if they name none.
pub(super) fn add_flags(
    command: Command,
    arguments: &[OsString],
    environment: &Environment,
    fetched: &Fetched,
) -> WithQuestions {
    let words: Vec<&str> = arguments
        .iter()
        .skip(1)
        .filter_map(|word| word.to_str())
        .collect();
    let Some(start) = words.iter().position(|word| *word == "new") else {
        return WithQuestions {
            command,
            unknown: None,
        };
    };
    let settings = value_of(&words, "--config").map(|file| environment.path(Path::new(file)));
    let mut environment = environment.clone();
    let folder = value_of(&words, "-C").map(str::to_owned);
    if let Some(folder) = folder {
        environment.directory = environment.path(Path::new(&folder));
    }
    let language = value_of(&words, "--lang")
        .or_else(|| environment.locale())
        .map(Language::of_locale)
        .unwrap_or_default();
    let named = catalog(&environment, settings, &words, fetched)
        .and_then(|catalog| named_template(words.get(start + 1..).unwrap_or_default(), &catalog));
    let (template, unknown) = match named {
        Some(Ok(template)) => (Some(template), None),
        Some(Err(error)) => (None, Some(error)),
        None => (None, None),
    };
    let command = command.mut_subcommand("new", |new| match &template {
        Some(template) => {
            let heading = format!("Questions of {}", template.manifest.name);
            template.questions.iter().fold(new, |new, question| {
                add_question(new, question, language, &heading)
            })
        }
        None => add_common(new),
    });
    WithQuestions { command, unknown }
}

/// Returns the catalog for what was typed; none if the configuration has faults, which are reported later.
fn catalog(
    environment: &Environment,
    settings: Option<PathBuf>,
    words: &[&str],
    fetched: &Fetched,
) -> Option<Catalog> {
    let file = settings.or_else(|| Some(environment.config_directory()?.join(config::FILE)));
    let config = file.as_deref().map(Config::read).transpose().ok()?;
    let is_quiet = words.iter().any(|word| matches!(*word, "-q" | "--quiet"));
    let mut catalog = Catalog::open(
        environment,
        &config.unwrap_or_default(),
        file.map(|file| file.with_file_name(sources::FILE)),
        progress(is_quiet),
        Fetched::clone(fetched),
    )
    .ok()?;
    catalog.offline = words.contains(&"--offline");
    catalog.reference = value_of(words, "--ref").and_then(|text| GitRef::parse(text).ok());
    Some(catalog)
}

/// Adds the questions that most templates ask to `new`.
pub(super) fn with_common(command: Command) -> Command {
    command.mut_subcommand("new", add_common)
}

fn add_common(new: Command) -> Command {
    COMMON.iter().fold(new, |new, (key, help)| {
        let argument = Arg::new(id(key)).long(*key).help(*help).value_name("TEXT");
        new.arg(argument.help_heading("Common questions"))
    })
}

/// Returns the value of a flag, written behind it or as the next word.
fn value_of<'a>(words: &[&'a str], flag: &str) -> Option<&'a str> {
    words.iter().enumerate().find_map(|(index, word)| {
        if *word == flag {
            return words.get(index + 1).copied();
        }
        let behind = word.strip_prefix(flag)?;
        let is_short = !flag.starts_with("--") && !behind.is_empty();
        behind.strip_prefix('=').or(is_short.then_some(behind))
    })
}

/// Loads the template that the words after `new` name: the first one that does, past flags and their values. If none does, the
/// first word that could.
fn named_template(words: &[&str], catalog: &Catalog) -> Option<Result<Template, SourceError>> {
    let mut refused = None;
    let mut before = "";
    let mut is_told = true;
    let mut words = words.iter();
    while let Some(word) = words.next() {
        // An address behind a flag that is not known may be that flag's value: nothing is fetched for it.
        let is_value =
            before.starts_with('-') && !before.contains('=') && !STAND_ALONE.contains(&before);
        if TAKE_A_VALUE.contains(word) {
            words.next();
        } else if word.starts_with('-') || (is_value && Catalog::is_remote(word)) {
            // Neither names a template; behind the second everything is guesswork.
            is_told = is_told && word.starts_with('-');
        } else {
            match catalog.load(word) {
                Ok(template) => return Some(Ok(template)),
                Err(error) => refused = refused.or(Some(Err(error))),
            }
            if Catalog::is_remote(word) {
                return refused;
            }
        }
        before = word;
    }
    refused.filter(|_| is_told)
}

fn id(key: &str) -> String {
    format!("question:{key}")
}

fn add_question(
    command: Command,
    question: &Question,
    language: Language,
    heading: &str,
) -> Command {
    let flag = question.flag();
    let heading = heading.to_owned();
    let mut help = visible(question.title.get(language));
    if question.kind == Kind::Choices {
        // Too many, usually, to stand beside the flag.
        let values = visible(&question.values().join(","));
        help = format!("{help}, any of: {values}");
    }
    match &question.default {
        Some(Value::Text(text)) if text.is_empty() => {}
        Some(Value::List(options)) if options.is_empty() => {}
        Some(value) => help = format!("{help} [default: {}]", visible(&value.to_string())),
        None => {}
    }
    let argument = Arg::new(id(&question.key))
        .long(flag.clone())
        .help(help)
        .help_heading(heading)
        .next_line_help(true);
    match question.kind {
        Kind::Bool => {
            let off = Arg::new(format!("no:{}", question.key))
                .long(format!("no-{flag}"))
                .action(ArgAction::SetTrue)
                .overrides_with(id(&question.key))
                .hide(true);
            command
                .arg(
                    argument
                        .value_name("true|false")
                        .num_args(0..=1)
                        .require_equals(true)
                        .default_missing_value("true")
                        .overrides_with(format!("no:{}", question.key)),
                )
                .arg(off)
        }
        Kind::Choice => {
            let values = question.values();
            command.arg(argument.value_name(visible(&values.join("|"))))
        }
        Kind::Choices => command.arg(argument.value_name("LIST")),
        Kind::Integer => command.arg(argument.value_name("NUMBER").allow_negative_numbers(true)),
        Kind::Text | Kind::Secret => command.arg(argument.value_name("TEXT")),
    }
}

/// Returns the answers that the flags of `new` give, by the key of their question.
pub(super) fn given(matches: &ArgMatches) -> BTreeMap<String, String> {
    let Some(matches) = matches.subcommand_matches("new") else {
        return BTreeMap::new();
    };
    let mut answers = BTreeMap::new();
    for id in matches.ids() {
        let id = id.as_str();
        if matches.value_source(id) != Some(clap::parser::ValueSource::CommandLine) {
            continue;
        }
        if let Some(key) = id.strip_prefix("question:")
            && let Some(text) = matches.get_one::<String>(id)
        {
            answers.insert(key.to_owned(), text.clone());
        } else if let Some(key) = id.strip_prefix("no:")
            && matches.get_flag(id)
        {
            answers.insert(key.to_owned(), "false".to_owned());
        }
    }
    answers
}
