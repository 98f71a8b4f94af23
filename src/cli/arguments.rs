//! What can be typed.

use std::path::PathBuf;

use anstream::ColorChoice;
use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
use clap_complete::Shell as CompletionShell;

use crate::model::address::GitRef;
use crate::model::relpath::RelPath;
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
    /// Show differences and plans at once, not page by page
    #[arg(long, global = true)]
    pub no_pager: bool,
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
    /// Bring a project to its template's newest version
    Update(UpdateArgs),
    /// Say how far a project is behind its template, and what changed
    Status(ProjectArgs),
    /// Compare a project with what its template made
    Diff(ProjectArgs),
    /// Bring a project under a template
    Adopt(AdoptArgs),
    /// Add a team's templates: a git repository or a folder
    Add(AddArgs),
    /// List the sources of team templates
    Sources(SourcesArgs),
    /// Fetch the newest version of the sources
    Refresh(RefreshArgs),
    /// Remove a source of team templates
    Remove(RemoveArgs),
    /// Start, check and render templates of your own
    Template(TemplateArgs),
    /// Read and change the configuration
    Config(ConfigArgs),
    /// Look at what pyscaffold works with on this machine
    Doctor(DoctorArgs),
    /// Print the completion script of a shell
    Completions(CompletionsArgs),
    /// Print a man page
    Man(ManArgs),
}

impl Command {
    /// Returns whether the network must not be used.
    pub fn is_offline(&self) -> bool {
        match self {
            Self::New(arguments) => arguments.offline,
            Self::Show(arguments) => arguments.offline,
            Self::Update(arguments) => arguments.common.offline,
            Self::Adopt(arguments) => arguments.common.offline,
            Self::Status(arguments) | Self::Diff(arguments) => arguments.offline,
            Self::Add(_) | Self::Refresh(_) | Self::Template(_) => false,
            Self::List(_)
            | Self::Sources(_)
            | Self::Remove(_)
            | Self::Config(_)
            | Self::Doctor(_)
            | Self::Completions(_)
            | Self::Man(_) => true,
        }
    }

    /// Returns the branch, tag or commit of `--ref`, where the command takes a template.
    pub fn reference(&self) -> Option<&GitRef> {
        match self {
            Self::New(arguments) => arguments.reference.as_ref(),
            Self::Show(arguments) => arguments.reference.as_ref(),
            Self::Adopt(arguments) => arguments.reference.as_ref(),
            Self::Update(_)
            | Self::Status(_)
            | Self::Diff(_)
            | Self::List(_)
            | Self::Sources(_)
            | Self::Remove(_)
            | Self::Add(_)
            | Self::Refresh(_)
            | Self::Template(_)
            | Self::Config(_)
            | Self::Doctor(_)
            | Self::Completions(_)
            | Self::Man(_) => None,
        }
    }
}

/// Makes a project.
#[derive(Args, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag that is there or not"
)]
#[command(
    after_help = "The template's own questions are flags too: pyscaffold new fastapi-api --help\n\nAn answer is taken from the first place that gives it: a flag, the answers file, the variable\nPYSCAFFOLD_ANSWER_<KEY>, the configuration, the git configuration, the template's default. Without a\nterminal, and with --yes, nothing is asked.\n\nExamples:\n  pyscaffold new fastapi-api myproj\n  pyscaffold new fastapi-api myproj --yes --database postgres --no-docker\n  pyscaffold new fastapi-api . --on-conflict skip\n  pyscaffold new ./my-template myproj --dry-run --diff\n  pyscaffold new gh:acme/templates//worker@v2 myproj"
)]
pub struct NewArgs {
    /// A template from `pyscaffold list`, a folder such as ./my-template, or an address such as gh:acme/templates//worker@v2
    pub template: Option<String>,
    /// The folder of the project; `.` for this one
    #[arg(value_hint = ValueHint::DirPath)]
    pub path: Option<PathBuf>,
    /// The branch, tag or commit of a template in a git repository
    #[arg(long = "ref", value_name = "REF", value_parser = reference)]
    pub reference: Option<GitRef>,
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
    /// Fetch nothing: templates come from the store, and uv uses its cache
    #[arg(long, help_heading = "Git and uv")]
    pub offline: bool,
    /// Make the project without the hooks of a Cookiecutter template; it may not be what its author meant
    #[arg(long)]
    pub skip_hooks: bool,
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
#[command(after_help = "Examples:\n  pyscaffold list\n  pyscaffold list queue redis")]
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
    /// A template from `pyscaffold list`, a folder such as ./my-template, or an address such as gh:acme/templates//worker@v2
    pub template: String,
    /// The branch, tag or commit of a template in a git repository
    #[arg(long = "ref", value_name = "REF", value_parser = reference)]
    pub reference: Option<GitRef>,
    /// Use what is stored; fetch nothing
    #[arg(long)]
    pub offline: bool,
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

/// What `update` and `adopt` have in common.
#[derive(Args, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag that is there or not"
)]
pub struct MergeArgs {
    /// Answer a question, or change an answer; can be repeated
    #[arg(short = 'D', long, value_name = "KEY=VALUE", value_parser = key_value)]
    pub set: Vec<(String, String)>,
    /// Print what would happen and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// With --dry-run, print every change as a diff
    #[arg(long, requires = "dry_run")]
    pub diff: bool,
    /// Take defaults instead of asking
    #[arg(short, long)]
    pub yes: bool,
    /// Use what is stored; fetch nothing
    #[arg(long)]
    pub offline: bool,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
}

/// Updates a project.
#[derive(Args, Debug)]
#[command(
    after_help = "Your changes and the template's are merged, file by file; every file about which something was\ndecided is named. What both changed is a git conflict: markers in the file, and the versions in the\nindex, for `git mergetool` and every editor. Nothing is committed, and --abort takes all of it back.\n\nExit code: 0 done, 1 cannot be done, 3 there are conflicts, or with --check there is something new.\n\nExamples:\n  pyscaffold update\n  pyscaffold update --dry-run --diff\n  pyscaffold update -D docker=false\n  pyscaffold update --abort"
)]
pub struct UpdateArgs {
    /// The project's folder
    #[arg(default_value = ".", value_hint = ValueHint::DirPath)]
    pub dir: PathBuf,
    /// The version to go to: for a template in a git repository a branch, tag or commit
    #[arg(long, value_name = "VERSION")]
    pub to: Option<String>,
    /// Where the template is now, if it moved
    #[arg(long, value_name = "TEMPLATE")]
    pub source: Option<String>,
    /// Say whether there is something new and change nothing
    #[arg(long, conflicts_with = "dry_run")]
    pub check: bool,
    /// Take the last update back, also with its conflicts; with --yes also where files were edited since
    #[arg(long, conflicts_with_all = ["dry_run", "check", "to", "source", "set"])]
    pub abort: bool,
    /// What `update` and `adopt` have in common.
    #[command(flatten)]
    pub common: MergeArgs,
}

/// Brings a project under a template.
#[derive(Args, Debug)]
#[command(
    after_help = "What is there stays; what the template brings is added or merged: pyproject.toml by structure, ignore\nfiles by line. A file that both have with other content is a conflict. From then on `pyscaffold update` works.\n\nExamples:\n  pyscaffold adopt click-cli --dry-run\n  pyscaffold adopt click-cli . -D docker=false"
)]
pub struct AdoptArgs {
    /// A template from `pyscaffold list`, a folder such as ./my-template, or an address such as gh:acme/templates//worker@v2
    pub template: String,
    /// The project's folder
    #[arg(default_value = ".", value_hint = ValueHint::DirPath)]
    pub dir: PathBuf,
    /// The branch, tag or commit of a template in a git repository
    #[arg(long = "ref", value_name = "REF", value_parser = reference)]
    pub reference: Option<GitRef>,
    /// What `update` and `adopt` have in common.
    #[command(flatten)]
    pub common: MergeArgs,
}

/// Looks at a project.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  pyscaffold status\n  pyscaffold diff path/to/project")]
pub struct ProjectArgs {
    /// The project's folder
    #[arg(default_value = ".", value_hint = ValueHint::DirPath)]
    pub dir: PathBuf,
    /// Use what is stored; fetch nothing
    #[arg(long)]
    pub offline: bool,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
}

/// Adds a source of templates.
#[derive(Args, Debug)]
#[command(
    after_help = "Addresses:\n  gh:OWNER/REPOSITORY       GitHub; gl: for GitLab, bb: for Bitbucket\n  https://, ssh://, file:// and user@host:path\n                            as git takes them\n  corp:REPOSITORY           your own, by `pyscaffold config set shorthands.corp ADDRESS`\n  ADDRESS//FOLDER@REF       a folder in it; a branch, tag or commit\n\nNothing that a template holds is ever run.\n\nExamples:\n  pyscaffold add gh:acme/templates\n  pyscaffold add git@git.example.org:acme/templates.git --ref v2\n  pyscaffold add ./templates --name mine"
)]
pub struct AddArgs {
    /// The address of a git repository, such as gh:acme/templates, or a folder
    pub source: String,
    /// What the source is called: NAME in NAME/TEMPLATE [default: what it calls itself, or its owner]
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// The branch, tag or commit to follow [default: the repository's head]
    #[arg(long = "ref", value_name = "REF", value_parser = reference)]
    pub reference: Option<GitRef>,
    /// The folder in the repository whose templates are meant
    #[arg(long, value_name = "DIR", value_parser = rel_path)]
    pub subdir: Option<RelPath>,
    /// Take an address without encryption (http://)
    #[arg(long)]
    pub allow_http: bool,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
}

/// Lists sources.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  pyscaffold sources")]
pub struct SourcesArgs {
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
}

/// Fetches sources.
#[derive(Args, Debug)]
#[command(
    after_help = "A source whose new version has faults stays at the old one.\n\nExit code: 0 done, 1 a source could not be refreshed, 3 with --check: there is something new.\n\nExamples:\n  pyscaffold refresh\n  pyscaffold refresh acme --check"
)]
pub struct RefreshArgs {
    /// The sources; without one, all
    pub names: Vec<String>,
    /// Tell what is new and leave every source at its commit
    #[arg(long)]
    pub check: bool,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
}

/// Removes a source.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  pyscaffold remove acme")]
pub struct RemoveArgs {
    /// The source
    pub name: String,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
}

/// What authors of templates do.
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  pyscaffold template new ./worker\n  pyscaffold template check ./worker --test\n  pyscaffold template render ./worker ./out -D queue=redis"
)]
pub struct TemplateArgs {
    /// What to do
    #[command(subcommand)]
    pub action: TemplateAction,
}

/// What to do with a template.
#[derive(Debug, Subcommand)]
#[command(disable_help_subcommand = true)]
pub enum TemplateAction {
    /// Start a template: a small one that works
    New {
        /// The folder; its name is the template's
        #[arg(value_hint = ValueHint::DirPath)]
        path: PathBuf,
    },
    /// Report everything that is wrong with a template, each with its file, line and column
    #[command(
        after_help = "Nothing of the template is run. With --test the commands of its [[test]] cases are shown and run,\nin a temporary folder.\n\nExit code: 0 nothing is wrong, 1 something is."
    )]
    Check {
        /// The template's folder
        #[arg(default_value = ".", value_hint = ValueHint::DirPath)]
        folder: String,
        /// Render the template's own [[test]] cases and run their commands
        #[arg(long)]
        test: bool,
        /// Print the result as JSON
        #[arg(long)]
        json: bool,
    },
    /// Render a template, without a record and without git
    Render {
        /// The template's folder
        #[arg(value_hint = ValueHint::DirPath)]
        folder: String,
        /// The folder to write to, which is not there yet
        #[arg(value_hint = ValueHint::DirPath, required_unless_present = "file")]
        output: Option<PathBuf>,
        /// Print one file instead
        #[arg(long, value_name = "PATH", conflicts_with = "output")]
        file: Option<String>,
        /// Answer a question; can be repeated
        #[arg(short = 'D', long, value_name = "KEY=VALUE", value_parser = key_value)]
        set: Vec<(String, String)>,
    },
    /// Print the JSON Schema of manifests, for editors
    Schema,
}

/// Looks at this machine.
#[derive(Args, Debug)]
#[command(
    after_help = "Looks at git, identity, uv, python, docker, configuration and sources, changes nothing and fetches nothing.\nA note is about what only some commands need; exit code 1 means that something is wrong.\n\nExample:\n  pyscaffold doctor"
)]
pub struct DoctorArgs {
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
}

/// Reads and changes the configuration.
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  pyscaffold config set defaults.author \"Ada Lovelace\"\n  pyscaffold config set answers.fastapi-api.database postgres\n  pyscaffold config list"
)]
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
    after_help = "What is completed is asked of pyscaffold at each Tab: templates, their questions and choices, sources, settings.\n\nExamples:\n  source <(pyscaffold completions bash)    in ~/.bashrc\n  source <(pyscaffold completions zsh)     in ~/.zshrc, below compinit\n  pyscaffold completions fish > ~/.config/fish/completions/pyscaffold.fish\n  pyscaffold completions powershell | Out-String | Invoke-Expression\n                                           in $PROFILE"
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

fn reference(text: &str) -> Result<GitRef, String> {
    GitRef::parse(text).map_err(|error| error.to_string())
}

fn rel_path(text: &str) -> Result<RelPath, String> {
    RelPath::parse(text).map_err(|error| error.to_string())
}
