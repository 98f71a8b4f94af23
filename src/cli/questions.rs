//! A template's own questions as flags of `new`.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, ArgMatches, Command};

use super::arguments::Cli;
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
const STAND_ALONE: [&str; 16] = [
    "--diff",
    "--dry-run",
    "--help",
    "--json",
    "--lock",
    "--no-commit",
    "--no-git",
    "--no-pager",
    "--offline",
    "--quiet",
    "--skip-hooks",
    "--sync",
    "--verbose",
    "--yes",
    "-q",
    "-y",
];

/// How wide the choices beside a flag may be, so that the line with it has less than 80 columns.
const WIDEST: usize = 48;

/// The command line with the questions of the template that the arguments name.
pub(super) struct WithQuestions {
    /// The command line.
    pub(super) command: Command,
    /// Why the template's questions are not known.
    pub(super) unknown: Option<SourceError>,
    /// What was read to find the template.
    pub(super) opened: Option<Opened>,
}

/// The configuration and the sources, as the words tell where they are before they are parsed.
pub(super) struct Opened {
    file: Option<PathBuf>,
    directory: PathBuf,
    is_quiet: bool,
    /// The configuration.
    pub(super) config: Config,
    /// The sources, and the template that was loaded.
    pub(super) catalog: Catalog,
}

impl Opened {
    /// Returns whether the parsed words mean what was read.
    pub(super) fn is_meant(&self, file: Option<&Path>, directory: &Path, cli: &Cli) -> bool {
        self.file.as_deref() == file
            && self.directory == directory
            && self.is_quiet == cli.global.quiet
            && self.catalog.offline == cli.command.is_offline()
            && self.catalog.reference.as_ref() == cli.command.reference()
    }
}

/// What was typed, as far as it decides which templates there are.
#[derive(Clone, Debug)]
pub(super) struct Typed {
    /// The words behind the program's name.
    words: Vec<String>,
    /// The environment, in the folder of `-C`.
    pub(super) environment: Environment,
    /// The configuration file.
    pub(super) settings: Option<PathBuf>,
    /// The language of titles and choices.
    pub(super) language: Language,
}

impl Typed {
    /// Reads the arguments before clap does.
    pub(super) fn of(arguments: &[OsString], environment: &Environment) -> Self {
        let words: Vec<String> = arguments
            .iter()
            .skip(1)
            .filter_map(|word| word.to_str().map(str::to_owned))
            .collect();
        let settings = value_of(&words, "--config")
            .map(|file| environment.path(Path::new(file)))
            .or_else(|| Some(environment.config_directory()?.join(config::FILE)));
        let mut environment = environment.clone();
        if let Some(folder) = value_of(&words, "-C") {
            environment.directory = environment.path(Path::new(folder));
        }
        let language = value_of(&words, "--lang")
            .or_else(|| environment.locale())
            .map(Language::of_locale)
            .unwrap_or_default();
        Self {
            words,
            environment,
            settings,
            language,
        }
    }

    /// Returns the words behind the first one of these.
    pub(super) fn behind(&self, commands: &[&str]) -> Option<&[String]> {
        let is_one = |word: &String| commands.contains(&word.as_str());
        let start = self.words.iter().position(is_one)?;
        self.words.get(start + 1..)
    }

    /// Opens what was typed; none if the configuration has faults, which are reported later.
    pub(super) fn open(&self, fetched: &Fetched) -> Option<Opened> {
        let file = self.settings.clone();
        let config = file.as_deref().map(Config::read).transpose().ok()?;
        let config = config.unwrap_or_default();
        let has = |flags: &[&str]| self.words.iter().any(|word| flags.contains(&word.as_str()));
        let is_quiet = has(&["-q", "--quiet"]);
        let mut catalog = Catalog::open(
            &self.environment,
            &config,
            file.as_ref().map(|file| file.with_file_name(sources::FILE)),
            progress(is_quiet, &self.environment),
            Fetched::clone(fetched),
        )
        .ok()?;
        catalog.offline = has(&["--offline"]);
        catalog.reference =
            value_of(&self.words, "--ref").and_then(|text| GitRef::parse(text).ok());
        Some(Opened {
            file,
            directory: self.environment.directory.clone(),
            is_quiet,
            config,
            catalog,
        })
    }
}

/// Adds the questions of the template that the arguments name to `new`; the common ones if they name none.
pub(super) fn add_flags(
    command: Command,
    arguments: &[OsString],
    environment: &Environment,
    fetched: &Fetched,
) -> WithQuestions {
    let typed = Typed::of(arguments, environment);
    let Some(words) = typed.behind(&["new"]) else {
        return WithQuestions {
            command,
            unknown: None,
            opened: None,
        };
    };
    let opened = typed.open(fetched);
    let named = opened
        .as_ref()
        .and_then(|opened| named_template(words, &opened.catalog));
    let (found, unknown) = match named {
        Some(Ok(found)) => (Some(found), None),
        Some(Err(error)) => (None, Some(error)),
        None => (None, None),
    };
    let command = match &found {
        Some((_, template)) => with_template(command, template, typed.language),
        None => with_common(command),
    };
    if let (Some(opened), Some((word, template))) = (&opened, found) {
        opened.catalog.keep(word, template);
    }
    WithQuestions {
        command,
        unknown,
        opened,
    }
}

/// Adds the questions of a template to `new`.
pub(super) fn with_template(command: Command, template: &Template, language: Language) -> Command {
    let heading = format!("Questions of {}", template.manifest.name);
    command.mut_subcommand("new", |new| {
        template.questions.iter().fold(new, |new, question| {
            add_question(new, question, language, &heading)
        })
    })
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
fn value_of<'a>(words: &'a [String], flag: &str) -> Option<&'a str> {
    words.iter().enumerate().find_map(|(index, word)| {
        if word == flag {
            return words.get(index + 1).map(String::as_str);
        }
        let behind = word.strip_prefix(flag)?;
        let is_short = !flag.starts_with("--") && !behind.is_empty();
        behind.strip_prefix('=').or(is_short.then_some(behind))
    })
}

/// Loads the template that the words after `new` name, and returns it with that word: the first one that does, past flags and
/// their values. If none does, the first word that could.
pub(super) fn named_template(
    words: &[String],
    catalog: &Catalog,
) -> Option<Result<(String, Template), SourceError>> {
    let mut refused = None;
    let mut before = "";
    let mut is_told = true;
    let mut words = words.iter().map(String::as_str);
    while let Some(word) = words.next() {
        // An address behind a flag that is not known may be that flag's value: nothing is fetched for it.
        let is_value =
            before.starts_with('-') && !before.contains('=') && !STAND_ALONE.contains(&before);
        if TAKE_A_VALUE.contains(&word) {
            words.next();
        } else if word.starts_with('-') || (is_value && Catalog::is_remote(word)) {
            // Neither names a template; behind the second everything is guesswork.
            is_told = is_told && word.starts_with('-');
        } else {
            match catalog.load(word) {
                Ok(template) => return Some(Ok((word.to_owned(), template))),
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

/// Returns the name by which clap knows the flag of a question.
pub(super) fn id(key: &str) -> String {
    format!("question:{key}")
}

/// Returns the name by which clap knows the flag that says no to a question.
pub(super) fn off_id(key: &str) -> String {
    format!("no:{key}")
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
        .help(help.clone())
        .help_heading(heading)
        .next_line_help(true);
    match question.kind {
        Kind::Bool => {
            let off = Arg::new(off_id(&question.key))
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
                        .overrides_with(off_id(&question.key)),
                )
                .arg(off)
        }
        Kind::Choice => {
            let values = visible(&question.values().join("|"));
            if values.chars().count() <= WIDEST {
                return command.arg(argument.value_name(values));
            }
            let values = visible(&question.values().join(", "));
            let help = format!("{help}, one of: {values}");
            command.arg(argument.value_name("VALUE").help(help))
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
