//! What can be typed.

use std::path::PathBuf;

use anstream::ColorChoice;
use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
use clap_complete::Shell as CompletionShell;

use crate::ops::new::ConflictPolicy;

/// Creates Python projects that are engineered from the first minute
#[derive(Debug, Parser)]
#[command(
    name = "pyscaffold",
    version,
    after_help = "Examples:\n  pyscaffold list                          the templates there are\n  pyscaffold show fastapi-api              what one asks and writes\n  pyscaffold new fastapi-api myproj        a committed project in ./myproj\n\nNot related to PyScaffold, the Python package with the command `putup`.",
    disable_help_flag = true,
    disable_help_subcommand = true,
    subcommand_required = true,
    arg_required_else_help = true
)]
pub struct Cli {
    /// What holds for every command.
    #[command(flatten)]
    pub global: Global,
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

/// The flags of every command.
#[derive(Args, Debug)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// Print help
    #[arg(short, long, global = true, action = clap::ArgAction::HelpShort)]
    pub help: Option<bool>,
    /// Say nothing but errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Say more: every file
    #[arg(short, long, global = true)]
    pub verbose: bool,
    /// The language of titles, prompts and choices [default: by LANG]
    #[arg(long, global = true, value_name = "en|zh", hide_possible_values = true)]
    pub lang: Option<Lang>,
    /// When to use colours
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        hide_possible_values = true,
        help = "When to use colours: auto, always, never"
    )]
    pub color: Color,
    /// Work in this folder
    #[arg(short = 'C', global = true, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub directory: Option<PathBuf>,
    /// Read this configuration file instead of the usual one
    #[arg(long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub config: Option<PathBuf>,
}

/// A language.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Lang {
    /// English
    En,
    /// Chinese
    Zh,
}

/// When colours are used.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Color {
    /// Where they can be seen
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl From<Color> for ColorChoice {
    fn from(color: Color) -> Self {
        match color {
            Color::Auto => Self::Auto,
            Color::Always => Self::Always,
            Color::Never => Self::Never,
        }
    }
}

/// A command.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a project from a template
    New(NewArgs),
    /// List the templates there are
    List(ListArgs),
    /// Show what a template asks and what it writes
    Show(ShowArgs),
    /// Read and change the configuration
    Config(ConfigArgs),
    /// Print the completion script of a shell
    Completions(CompletionsArgs),
    /// Print a man page
    Man(ManArgs),
}

/// Makes a project.
#[derive(Args, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag that is there or not"
)]
#[command(
    after_help = "The template's own questions are flags too: pyscaffold new fastapi-api --help\n\nAn answer is taken from the first place that gives it: a flag, the answers file, the variable\nPYSCAFFOLD_ANSWER_<KEY>, the configuration, the git configuration, the template's default. Without a\nterminal, and with --yes, nothing is asked.\n\nExamples:\n  pyscaffold new fastapi-api myproj\n  pyscaffold new fastapi-api myproj --yes --database postgres --no-docker\n  pyscaffold new fastapi-api . --on-conflict skip\n  pyscaffold new ./my-template myproj --dry-run --diff"
)]
pub struct NewArgs {
    /// A template from `pyscaffold list`, or a folder such as ./my-template
    pub template: Option<String>,
    /// The folder of the project; `.` for this one
    #[arg(value_hint = ValueHint::DirPath)]
    pub path: Option<PathBuf>,
    /// The distribution name [default: the folder's name]
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// The import name [default: made from the distribution name]
    #[arg(long, value_name = "NAME")]
    pub package: Option<String>,
    /// Answer a question; can be repeated
    #[arg(short = 'D', long, value_name = "KEY=VALUE", value_parser = key_value)]
    pub set: Vec<(String, String)>,
    /// Read answers from a TOML or JSON file, `-` for input; a project's .pyscaffold.toml is one
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub answers: Option<String>,
    /// Take defaults instead of asking
    #[arg(short, long)]
    pub yes: bool,
    /// Print what would be made and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// With --dry-run, print every file as a diff
    #[arg(long, requires = "dry_run")]
    pub diff: bool,
    /// What to do with files that are there with other content
    #[arg(
        long,
        value_name = "POLICY",
        default_value = "fail",
        hide_possible_values = true,
        help = "What to do with files that are there with other content: fail, ask, skip, overwrite"
    )]
    pub on_conflict: OnConflictArg,
    /// Make no repository
    #[arg(long, help_heading = "Git and uv")]
    pub no_git: bool,
    /// Make a repository without a commit
    #[arg(long, help_heading = "Git and uv")]
    pub no_commit: bool,
    /// Run `uv lock`, so that uv.lock is in the first commit
    #[arg(long, help_heading = "Git and uv")]
    pub lock: bool,
    /// Run `uv lock` and, when the project is in place, `uv sync`
    #[arg(long, help_heading = "Git and uv")]
    pub sync: bool,
    /// Let uv use its cache only; pyscaffold itself needs no network
    #[arg(long, help_heading = "Git and uv")]
    pub offline: bool,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
}

/// What to do with files that are there.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum OnConflictArg {
    /// Refuse
    Fail,
    /// Ask for each
    Ask,
    /// Keep them
    Skip,
    /// Overwrite them
    Overwrite,
}

impl From<OnConflictArg> for ConflictPolicy {
    fn from(argument: OnConflictArg) -> Self {
        match argument {
            OnConflictArg::Fail => Self::Fail,
            OnConflictArg::Ask => Self::Ask,
            OnConflictArg::Skip => Self::Skip,
            OnConflictArg::Overwrite => Self::Overwrite,
        }
    }
}

/// Lists templates.
#[derive(Args, Debug)]
pub struct ListArgs {
    /// Words that the name, title, summary or tags must have
    pub query: Vec<String>,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
}

/// Shows a template.
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  pyscaffold show fastapi-api\n  pyscaffold show fastapi-api --files -D database=postgres\n  pyscaffold show fastapi-api --file pyproject.toml"
)]
pub struct ShowArgs {
    /// A template from `pyscaffold list`, or a folder such as ./my-template
    pub template: String,
    /// List the files it writes, each with the layers it comes from
    #[arg(long, conflicts_with = "file")]
    pub files: bool,
    /// Print one file as it would be written
    #[arg(long, value_name = "PATH")]
    pub file: Option<String>,
    /// Answer a question, for --files and --file; can be repeated
    #[arg(short = 'D', long, value_name = "KEY=VALUE", value_parser = key_value)]
    pub set: Vec<(String, String)>,
    /// Print the result as JSON
    #[arg(long, conflicts_with = "file")]
    pub json: bool,
}

/// Reads and changes the configuration.
#[derive(Args, Debug)]
pub struct ConfigArgs {
    /// What to do
    #[command(subcommand)]
    pub action: ConfigAction,
}

/// What to do with the configuration.
#[derive(Debug, Subcommand)]
pub enum ConfigAction {
    /// Print where the configuration file is
    Path,
    /// Print a setting
    Get {
        /// The setting, such as defaults.author
        key: String,
    },
    /// Change a setting; comments and order in the file stay
    Set {
        /// The setting, such as defaults.author, git.commit or answers.fastapi-api.database
        key: String,
        /// The value
        value: String,
    },
    /// Print all settings
    List {
        /// Print the result as JSON
        #[arg(long)]
        json: bool,
    },
}

/// Prints a completion script.
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  pyscaffold completions bash > ~/.local/share/bash-completion/completions/pyscaffold\n  pyscaffold completions zsh > \"${fpath[1]}/_pyscaffold\"\n  pyscaffold completions fish > ~/.config/fish/completions/pyscaffold.fish"
)]
pub struct CompletionsArgs {
    /// The shell
    pub shell: CompletionShell,
}

/// Prints a man page.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  pyscaffold man new | man -l -")]
pub struct ManArgs {
    /// The command it is about; none for pyscaffold itself
    pub command: Option<String>,
}

fn key_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.replace('-', "_"), value.to_owned())),
        Some(_) | None => Err("write KEY=VALUE, such as database=postgres".to_owned()),
    }
}
