//! Words in, words out: reads the command line, calls one operation, prints its report, and turns errors into exit codes.

pub mod arguments;
mod complete;
mod config;
mod doctor;
pub mod failure;
mod help;
mod list;
mod new;
mod plan;
mod questions;
mod scripts;
pub mod shell;
mod show;
mod sources;
mod template;
mod update;

use std::ffi::OsString;
use std::path::PathBuf;

use anstream::ColorChoice;
use clap::error::ErrorKind;
use clap::{ArgMatches, CommandFactory, FromArgMatches};

use self::arguments::{Cli, Command, Global, Lang};
use self::failure::Failure;
use self::questions::Opened;
use self::shell::{Shell, Verbosity, progress};
use crate::model::language::Language;
use crate::model::text::{is_hidden, short_words, visible};
use crate::ops::System;
use crate::system::config::{self as settings, Config, ConfigError};
use crate::system::env::{Environment, completing};
use crate::system::pager::Pager;
use crate::system::source::{Catalog, Fetched, SourceError};
use crate::system::sources::FILE as SOURCES_FILE;
use crate::system::terminal::fail_writes_beyond_the_limit;

/// Runs the command line and returns the exit code: 0 done, 1 cannot be done, 2 usage, 3 conflicts or out of date, 130 interrupted.
pub fn run(arguments: Vec<OsString>) -> u8 {
    if let Some(shell) = completing() {
        return complete::run(&shell, arguments);
    }
    fail_writes_beyond_the_limit();
    let environment = match Environment::capture() {
        Ok(environment) => environment,
        Err(error) => {
            let failure = Failure::new(
                "directory",
                format!("this folder cannot be worked in: {error}"),
            );
            return report(
                &failure,
                &Shell::new(ColorChoice::Auto, Verbosity::Normal),
                false,
            );
        }
    };
    let fetched = Fetched::default();
    let command = if help::is_wanted(&arguments) {
        help::grouped(Cli::command())
    } else {
        Cli::command()
    };
    let questions = questions::add_flags(command, &arguments, &environment, &fetched);
    let json = arguments.iter().any(|argument| argument == "--json");
    let is_plain = arguments.iter().all(|argument| {
        let text = argument.to_string_lossy();
        !text.contains(is_hidden) && short_words(&text) == text
    });
    let parsed = questions
        .command
        .try_get_matches_from(arguments)
        .and_then(|matches| {
            let cli = Cli::from_arg_matches(&matches)?;
            Ok((cli, matches))
        });
    let (cli, matches) = match parsed {
        Ok(parsed) => parsed,
        Err(error) => {
            // A flag is unknown because its template is: that is what the user has to hear.
            if let (ErrorKind::UnknownArgument, Some(unknown)) = (error.kind(), questions.unknown) {
                let shell = Shell::new(ColorChoice::Auto, Verbosity::Normal);
                return report(&unknown.into(), &shell, json);
            }
            return usage(&error, json, is_plain);
        }
    };
    let mut shell = Shell::new(cli.global.color.into(), verbosity(&cli.global));
    if !cli.global.no_pager {
        shell.pager = Pager::of(&environment);
    }
    // What could not be fetched for its questions is not tried again.
    if let Some(unknown @ SourceError::Store(_)) = questions.unknown {
        return report(&unknown.into(), &shell, json);
    }
    match execute(
        environment,
        &shell,
        cli,
        (&matches, fetched, questions.opened),
    ) {
        Ok(()) => 0,
        Err(failure) if failure.code == "output.closed" => 0,
        Err(failure) => report(&failure, &shell, json),
    }
}

fn report(failure: &Failure, shell: &Shell, json: bool) -> u8 {
    failure.print(shell, json);
    failure.exit
}

/// Prints what clap found, and help and version, which it hands over as errors too.
fn usage(error: &clap::Error, json: bool, is_plain: bool) -> u8 {
    let code = u8::try_from(error.exit_code()).unwrap_or(2);
    if json && error.use_stderr() {
        let text = seen(error);
        let mut lines = text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .peekable();
        let mut message = lines
            .next()
            .unwrap_or_default()
            .trim_start_matches("error: ")
            .to_owned();
        if message.ends_with(':') {
            let is_usage = |line: &&str| line.starts_with("Usage:") || line.starts_with("tip:");
            while let Some(named) = lines.next_if(|line| !is_usage(line)) {
                message = format!("{message} {named}");
            }
        }
        let mut failure = Failure::new("usage", message);
        failure.hint = lines
            .find_map(|line| line.strip_prefix("tip: "))
            .map(str::to_owned);
        failure.exit = code;
        return report(
            &failure,
            &Shell::new(ColorChoice::Never, Verbosity::Normal),
            true,
        );
    }
    if error.use_stderr() && !is_plain {
        // Colours would have to be told apart from what was typed.
        let shell = Shell::new(ColorChoice::Never, Verbosity::Normal);
        shell.complain(seen(error).trim_end());
        return code;
    }
    // A closed output leaves nobody to tell.
    drop(error.print());
    code
}

/// Returns what clap found without colours, with long words cut and every character that cannot be seen by its number: it repeats
/// what was typed.
fn seen(error: &clap::Error) -> String {
    let text = error.render().to_string();
    let lines: Vec<String> = short_words(&text).split('\n').map(visible).collect();
    lines.join("\n")
}

fn verbosity(global: &Global) -> Verbosity {
    if global.quiet {
        Verbosity::Quiet
    } else if global.verbose {
        Verbosity::Verbose
    } else {
        Verbosity::Normal
    }
}

/// Returns the flags that a command has to repeat to work in the same place with the same configuration.
fn repeated(global: &Global) -> Vec<String> {
    [("-C", &global.directory), ("--config", &global.config)]
        .into_iter()
        .filter_map(|(flag, path)| {
            let path = path.as_ref()?;
            Some([flag.to_owned(), path.display().to_string()])
        })
        .flatten()
        .collect()
}

fn execute(
    mut environment: Environment,
    shell: &Shell,
    cli: Cli,
    (matches, fetched, opened): (&ArgMatches, Fetched, Option<Opened>),
) -> Result<(), Failure> {
    let config_file = cli
        .global
        .config
        .as_deref()
        .map(|path| environment.path(path));
    if let Some(directory) = &cli.global.directory {
        environment.directory = environment.path(directory);
        if !environment.is_in_folder() {
            let shown = directory.display();
            return Err(Failure::new(
                "directory",
                format!("there is no folder `{shown}`"),
            ));
        }
    }
    let language = match cli.global.lang {
        Some(Lang::En) => Language::English,
        Some(Lang::Zh) => Language::Chinese,
        None => environment
            .locale()
            .map(Language::of_locale)
            .unwrap_or_default(),
    };
    let named = config_file.is_some();
    let config_file =
        config_file.or_else(|| Some(environment.config_directory()?.join(settings::FILE)));
    // These need no configuration, and work when it is broken.
    match &cli.command {
        Command::Config(arguments) => {
            let file = config_file.ok_or(ConfigError::NoPlace)?;
            return config::run(shell, &file, &arguments.action);
        }
        Command::Doctor(arguments) => {
            return doctor::run(shell, &environment, config_file.as_deref(), arguments);
        }
        Command::Completions(arguments) => return scripts::completions(shell, arguments),
        Command::Man(arguments) => return scripts::man(shell, arguments),
        Command::New(_)
        | Command::List(_)
        | Command::Show(_)
        | Command::Update(_)
        | Command::Status(_)
        | Command::Diff(_)
        | Command::Adopt(_)
        | Command::Add(_)
        | Command::Sources(_)
        | Command::Refresh(_)
        | Command::Template(_)
        | Command::Remove(_) => {}
    }
    // A file that was named has to be there.
    let opened = opened.filter(|opened| {
        !named && opened.is_meant(config_file.as_deref(), &environment.directory, &cli)
    });
    let (config, catalog) = if let Some(opened) = opened {
        (opened.config, opened.catalog)
    } else {
        read(&environment, (config_file, named), shell, &cli, fetched)?
    };
    let system = System {
        environment,
        config,
        catalog,
        language,
        global: repeated(&cli.global),
        folder: cli.global.directory.clone().unwrap_or_default(),
    };
    match cli.command {
        Command::New(arguments) => new::run(shell, &system, arguments, matches),
        Command::List(arguments) => list::run(shell, &system, &arguments),
        Command::Show(arguments) => show::run(shell, &system, &arguments),
        Command::Update(arguments) => update::run(shell, &system, arguments),
        Command::Status(arguments) => update::status(shell, &system, &arguments),
        Command::Diff(arguments) => update::diff(shell, &system, &arguments),
        Command::Adopt(arguments) => update::adopt(shell, &system, arguments),
        Command::Add(arguments) => sources::add(shell, &system, arguments),
        Command::Sources(arguments) => sources::list(shell, &system, &arguments),
        Command::Refresh(arguments) => sources::refresh(shell, &system, &arguments),
        Command::Remove(arguments) => sources::remove(shell, &system, &arguments),
        Command::Template(arguments) => template::run(shell, &system, arguments.action),
        Command::Config(_) | Command::Doctor(_) | Command::Completions(_) | Command::Man(_) => {
            Ok(())
        }
    }
}

/// Reads the configuration and the sources.
fn read(
    environment: &Environment,
    (config_file, named): (Option<PathBuf>, bool),
    shell: &Shell,
    cli: &Cli,
    fetched: Fetched,
) -> Result<(Config, Catalog), Failure> {
    let config = match &config_file {
        Some(file) if named => Config::read_named(file)?,
        Some(file) => Config::read(file)?,
        None => Config::default(),
    };
    let mut catalog = Catalog::open(
        environment,
        &config,
        config_file.map(|file| file.with_file_name(SOURCES_FILE)),
        progress(shell.verbosity == Verbosity::Quiet, environment),
        fetched,
    )
    .map_err(SourceError::from)?;
    catalog.offline = cli.command.is_offline();
    catalog.reference = cli.command.reference().cloned();
    Ok((config, catalog))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::engine::validate::OWN_FLAGS;

    #[test]
    fn no_question_can_take_a_flag_of_new() {
        let mut cli = Cli::command();
        cli.build();
        let new = cli
            .find_subcommand("new")
            .expect("there is a command `new`");
        let flags: BTreeSet<&str> = new
            .get_arguments()
            .filter_map(clap::Arg::get_long)
            .collect();
        for flag in &flags {
            assert!(OWN_FLAGS.contains(flag), "{flag} is missing in OWN_FLAGS");
        }
    }
}
