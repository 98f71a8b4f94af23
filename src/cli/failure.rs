//! What goes wrong, as one value: a stable code, a sentence, notes, the command that helps, an exit code.

use std::io;

use serde_json::json;

use super::shell::{BAD, HINT, Shell, styled};
use crate::engine::answer::AnswerError;
use crate::engine::compose::ComposeError;
use crate::engine::plan::PlanError;
use crate::model::address::{AddressError, HOLE};
use crate::model::name::NameKind;
use crate::model::problem::{Blame, Problem};
use crate::model::question::{Kind, Question};
use crate::model::relpath::RelPath;
use crate::model::text::{short_words, visible};
use crate::ops::base::BaseError;
use crate::ops::new::NewError;
use crate::ops::replay;
use crate::ops::sources::SourcesOpError;
use crate::ops::status::StatusError;
use crate::ops::target::TargetError;
use crate::ops::template::TemplateError;
use crate::ops::update::UpdateError;
use crate::system::answers::AnswersError;
use crate::system::config::ConfigError;
use crate::system::git_cli::GitError;
use crate::system::journal::JournalError;
use crate::system::project::ProjectError;
use crate::system::prompt::PromptError;
use crate::system::source::SourceError;
use crate::system::sources::SourcesError;
use crate::system::store::StoreError;
use crate::system::uv::UvError;
use crate::system::workdir::{DestinationError, PublishError};

/// The command cannot be carried out.
const CANNOT: u8 = 1;
/// The command line is wrong.
const USAGE: u8 = 2;
/// The person stopped it with Ctrl+C: 128 and the number of SIGINT, as shells count.
const INTERRUPTED: u8 = 130;
/// What repairs a damaged store.
const FETCH_AGAIN: &str = "pyscaffold refresh fetches it again";

/// Something that went wrong, ready to be told.
#[derive(Debug)]
pub struct Failure {
    /// The stable code.
    pub code: &'static str,
    /// One sentence.
    pub message: String,
    /// Why, line by line.
    pub notes: Vec<String>,
    /// The command or flag that helps.
    pub hint: Option<String>,
    /// The answer, flag or path it is about.
    pub field: Option<String>,
    /// The exit code.
    pub exit: u8,
    /// Whether it is told by the exit code alone.
    pub is_silent: bool,
}

impl Failure {
    /// Returns a failure with a code and a sentence, exit code 1.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            notes: Vec::new(),
            hint: None,
            field: None,
            exit: CANNOT,
            is_silent: false,
        }
    }

    /// Leaves the telling to the exit code: what was asked for has been printed.
    #[must_use]
    pub fn silent(mut self) -> Self {
        self.is_silent = true;
        self
    }

    /// Adds the command that helps.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    fn hint_if(mut self, hint: Option<String>) -> Self {
        self.hint = hint;
        self
    }

    fn notes(mut self, notes: impl IntoIterator<Item = String>) -> Self {
        self.notes.extend(notes);
        self
    }

    fn field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    pub(super) fn exit(mut self, exit: u8) -> Self {
        self.exit = exit;
        self
    }

    /// Prints the failure: for a person on error output, with `json` for a program on output.
    pub fn print(&self, shell: &Shell, json: bool) {
        if self.is_silent {
            return;
        }
        // What was typed or read may be of any length.
        let message = short_words(&self.message);
        let notes: Vec<String> = self.notes.iter().map(|note| short_words(note)).collect();
        let hint = self.hint.as_deref().map(short_words);
        if json {
            let error = json!({ "error": {
                "code": self.code,
                "message": message,
                "notes": notes,
                "hint": hint,
                "field": self.field,
            }});
            // If output is closed there is nobody left to tell.
            drop(shell.json(&error));
            return;
        }
        shell.complain(format!("{} {}", styled(BAD, "error:"), visible(&message)));
        for note in &notes {
            shell.complain(format!("{} {}", styled(HINT, "note:"), visible(note)));
        }
        if let Some(hint) = &hint {
            shell.complain(format!("{} {}", styled(HINT, "hint:"), visible(hint)));
        }
    }
}

/// Output that is closed ends the command without a word, like any filter.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        let code = if error.kind() == io::ErrorKind::BrokenPipe {
            "output.closed"
        } else {
            "output"
        };
        Self::new(code, format!("the output cannot be written: {error}"))
    }
}

/// Returns the failure of a template with faults, or of one that was sound when it was fetched: then its author can do nothing.
pub fn faulty(message: String, problems: &[Problem]) -> Failure {
    let is_damaged = problems.iter().any(|problem| problem.blame == Blame::Store);
    let failure = if is_damaged {
        Failure::new("source.damaged", message).hint(FETCH_AGAIN)
    } else {
        Failure::new("template.faulty", message)
    };
    failure.notes(problems.iter().map(ToString::to_string))
}

impl From<SourceError> for Failure {
    fn from(error: SourceError) -> Self {
        let message = error.to_string();
        match error {
            SourceError::Unknown { nearest, .. } => {
                let all = "pyscaffold list";
                let hint = match nearest {
                    Some(near) => format!("did you mean `{near}`? All templates: {all}"),
                    None => format!("all templates: {all}"),
                };
                Self::new("template.unknown", message)
                    .hint(hint)
                    .field("TEMPLATE")
                    .exit(USAGE)
            }
            SourceError::NoFolder { .. } => Self::new("template.no-folder", message)
                .field("TEMPLATE")
                .exit(USAGE),
            SourceError::Faulty { problems, .. } => faulty(message, &problems),
            SourceError::Ambiguous { all, .. } => Self::new("template.ambiguous", message)
                .hint(format!("name one of them: {}", all.join(", ")))
                .field("TEMPLATE")
                .exit(USAGE),
            SourceError::Several { all, .. } => Self::new("template.several", message)
                .hint(format!("name one of them: {}", all.join(", ")))
                .field("TEMPLATE")
                .exit(USAGE),
            SourceError::NoVersions { .. } => Self::new("template.no-versions", message)
                .hint("leave --ref out")
                .field("--ref")
                .exit(USAGE),
            SourceError::Empty { .. } => Self::new("source.empty", message).hint(
                "a template is a folder with a `template.toml` or a `cookiecutter.json`; pyscaffold looks three folders deep, or where `pyscaffold-source.toml` says",
            ),
            SourceError::Copier { .. } => Self::new("source.copier", message)
                .notes(["its questions and tasks are made for Copier alone, and a project that it made is updated by it".to_owned()])
                .hint("templates of Cookiecutter are read as they are; for a native one: pyscaffold template new FOLDER"),
            SourceError::UnknownSource { nearest, .. } => {
                let all = "pyscaffold sources";
                let hint = match nearest {
                    Some(near) => format!("did you mean `{near}`? All sources: {all}"),
                    None => format!("all sources: {all}; a new one: pyscaffold add ADDRESS"),
                };
                Self::new("source.unknown", message).hint(hint).exit(USAGE)
            }
            SourceError::Address(error) => address(&error),
            SourceError::PlainHttp { .. } => Self::new("source.http", message)
                .hint("use https, or add --allow-http to `pyscaffold add`")
                .exit(USAGE),
            SourceError::NotStored { command, .. } => {
                Self::new("source.not-stored", message).hint(command)
            }
            SourceError::Store(error) => store(error, message),
            SourceError::Sources(error) => sources(error, message),
        }
    }
}

fn address(error: &AddressError) -> Failure {
    let hint = match error {
        AddressError::Credentials { without } => Some(without.clone()),
        AddressError::Shorthand {
            nearest: Some(near),
            ..
        } => Some(format!("did you mean `{near}:`?")),
        AddressError::Shorthand { prefix, .. } => Some(format!(
            "pyscaffold config set shorthands.{prefix} ADDRESS, with {HOLE} for the path; or user@{prefix}:… for a host"
        )),
        AddressError::Transport { .. } => {
            Some("https, ssh and file addresses are, and user@host:path".to_owned())
        }
        AddressError::Reference { .. } => Some(
            "a folder in the repository stands before it: gh:acme/templates//worker@v2".to_owned(),
        ),
        AddressError::Incomplete { .. }
        | AddressError::Hidden { .. }
        | AddressError::Option { .. }
        | AddressError::Character { .. }
        | AddressError::Directory(_) => None,
    };
    Failure::new("source.address", error.to_string())
        .hint_if(hint)
        .exit(USAGE)
}

fn store(error: StoreError, message: String) -> Failure {
    match error {
        StoreError::NoPlace => Failure::new("source.no-place", message).hint("set XDG_DATA_HOME"),
        StoreError::Path(_) => Failure::new("file", message),
        StoreError::Unusable { .. } => Failure::new("source.unusable", message),
        StoreError::Damaged { .. } => Failure::new("source.damaged", message).hint(FETCH_AGAIN),
        StoreError::Git(error) => match error {
            GitError::Missing => Failure::new("source.no-git", message)
                .hint("install git, or use a folder of templates"),
            GitError::Start(_) => Failure::new("source.git", message),
            GitError::Failed { said, .. } => Failure::new("source.fetch", message)
                .notes(said)
                .hint("git said why; what was fetched before works offline"),
            GitError::Stalled { .. } => Failure::new("source.stalled", message)
                .hint("a slow server gets more time by: pyscaffold config set git.timeout SECONDS"),
            GitError::TooLong { .. } => Failure::new("source.too-long", message)
                .hint("a slow server gets more time by: pyscaffold config set git.timeout SECONDS"),
            GitError::TooLarge { .. } => Failure::new("source.too-large", message),
        },
    }
}

fn sources(error: SourcesError, message: String) -> Failure {
    match error {
        SourcesError::NoPlace => Failure::new("sources.no-place", message)
            .hint("set XDG_CONFIG_HOME, or name a configuration with --config"),
        SourcesError::Path(_) => Failure::new("sources.unreadable", message),
        SourcesError::Faulty { problems } => {
            Failure::new("sources.faulty", message).notes(problems.iter().map(ToString::to_string))
        }
    }
}

impl From<TemplateError> for Failure {
    fn from(error: TemplateError) -> Self {
        let message = error.to_string();
        match error {
            TemplateError::Source(error) => error.into(),
            TemplateError::Render(error) => error.into(),
            TemplateError::Name { .. } => Self::new("template.name", message).exit(USAGE),
            TemplateError::NotAFolder { .. } => Self::new("template.no-path", message).exit(USAGE),
            TemplateError::Exists { .. } => Self::new("template.exists", message)
                .hint("name a folder that is not there yet"),
            TemplateError::Destination(error) => destination(&error, message),
            TemplateError::Publish(PublishError::Appeared { .. }) => {
                Self::new("destination.appeared", message)
            }
            TemplateError::Path(_)
            | TemplateError::RelPath(_)
            | TemplateError::Publish(PublishError::Path(_)) => Self::new("file", message),
            TemplateError::Test { .. } => Self::new("template.test", message),
            TemplateError::NoTests => Self::new("template.no-tests", message).hint(
                "write some: [[test]] with name, answers = { … } and run = [\"python3 -m unittest\"]",
            ),
        }
    }
}

impl From<BaseError> for Failure {
    fn from(error: BaseError) -> Self {
        let message = error.to_string();
        match error {
            BaseError::Project(error) => match error {
                ProjectError::NoRecord { .. } => Self::new("project.no-record", message)
                    .hint("pyscaffold adopt TEMPLATE brings a project under a template"),
                ProjectError::NoRepository { .. } => Self::new("project.no-git", message)
                    .hint("git init && git add --all && git commit -m \"Before the update\""),
                ProjectError::Path(_) => Self::new("file", message),
                ProjectError::Git(_) => Self::new("project.git", message),
            },
            BaseError::Record { .. } => Self::new("project.record", message)
                .hint("git log -p .pyscaffold.toml shows what it was"),
            BaseError::Journal(error) => error.into(),
            BaseError::NoBase { tried, .. } => Self::new("project.no-base", message)
                .notes(tried)
                .hint(
                    "bring the version that it was made with back - an older pyscaffold, or the template's folder or repository as it was - and name its place with --source; status and diff need it too",
                ),
            BaseError::Path(_) | BaseError::RelPath(_) => Self::new("file", message),
            BaseError::Git(_) => Self::new("project.git", message),
            BaseError::Source(error) => error.into(),
        }
    }
}

impl From<TargetError> for Failure {
    fn from(error: TargetError) -> Self {
        let message = error.to_string();
        match error {
            TargetError::Source(error) => error.into(),
            TargetError::New(error) => error.into(),
            TargetError::Other { .. } => Self::new("update.other-template", message)
                .hint("--source names another place of the same template")
                .exit(USAGE),
            TargetError::NoVersion { found, .. } => Self::new("update.no-version", message)
                .hint(format!("pyscaffold update --to {found}"))
                .exit(USAGE),
            TargetError::Downgrade { found, .. } => Self::new("update.downgrade", message).hint(
                format!("to go back to it: pyscaffold update --to {found}, or its tag"),
            ),
        }
    }
}

impl From<JournalError> for Failure {
    fn from(error: JournalError) -> Self {
        let message = error.to_string();
        match error {
            JournalError::Busy => Self::new("update.busy", message),
            JournalError::Changed { .. } => {
                Self::new("update.changed", message).hint("run it again")
            }
            JournalError::Edited { .. } => Self::new("update.edited", message)
                .hint("pyscaffold update --abort --yes gives these edits up"),
            JournalError::Nothing => Self::new("update.nothing", message),
            JournalError::Committed => Self::new("update.committed", message)
                .hint("git revert takes back what was committed"),
            JournalError::Damaged { .. } => Self::new("update.journal", message)
                .hint("git status shows what was changed; remove the journal to go on"),
            JournalError::Locked { .. } => Self::new("update.locked", message)
                .hint("wait for it; if no git runs, remove the file"),
            JournalError::Path(_) => Self::new("file", message),
            JournalError::Git(_) => Self::new("project.git", message),
        }
    }
}

impl From<UpdateError> for Failure {
    fn from(error: UpdateError) -> Self {
        let message = error.to_string();
        let names =
            |paths: &[RelPath]| -> Vec<String> { paths.iter().map(ToString::to_string).collect() };
        match error {
            UpdateError::Base(error) => error.into(),
            UpdateError::Target(error) => error.into(),
            UpdateError::Journal(error) => error.into(),
            UpdateError::Uncommitted { paths } => Self::new("update.uncommitted", message)
                .notes(names(&paths))
                .hint("commit or stash these; other changes do not matter"),
            UpdateError::Filtered { paths } => Self::new("update.filtered", message)
                .notes(names(&paths))
                .hint("take them out of the filter in .gitattributes"),
            UpdateError::Adopted { .. } => Self::new("adopt.adopted", message)
                .hint("pyscaffold update brings it to the newest version"),
        }
    }
}

impl From<StatusError> for Failure {
    fn from(error: StatusError) -> Self {
        match error {
            StatusError::Base(error) => error.into(),
            StatusError::Target(error) => error.into(),
        }
    }
}

impl From<SourcesOpError> for Failure {
    fn from(error: SourcesOpError) -> Self {
        let message = error.to_string();
        match error {
            SourcesOpError::Source(error) => error.into(),
            SourcesOpError::Exists { name } => Self::new("sources.exists", message)
                .hint(format!(
                    "pyscaffold refresh {name} fetches its newest version; --name gives another name"
                ))
                .field("--name"),
            SourcesOpError::Name { .. } => Self::new("sources.name", message)
                .hint("give it one with --name")
                .field("--name")
                .exit(USAGE),
            SourcesOpError::FolderWithRef => Self::new("sources.folder", message)
                .field("--ref")
                .exit(USAGE),
            SourcesOpError::Twice { flag, .. } => {
                Self::new("sources.twice", message).field(flag).exit(USAGE)
            }
            SourcesOpError::Faulty { problems, .. } => {
                let failure = faulty(message, &problems);
                if failure.hint.is_some() {
                    return failure;
                }
                failure.hint("nothing was added or changed; an older version is taken with --ref")
            }
            SourcesOpError::Project { file, .. } => {
                Self::new("sources.project", message).hint(format!("take it out of {file}"))
            }
        }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        let message = error.to_string();
        match error {
            ConfigError::Path(_) => Self::new("config.unreadable", message),
            ConfigError::Faulty { problems } => {
                Self::new("config.faulty", message).notes(problems.iter().map(ToString::to_string))
            }
            ConfigError::UnknownKey { nearest, key } => {
                let hint = match nearest {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "the settings are defaults.author, defaults.email, defaults.license, defaults.python, git.init, git.commit, git.timeout, shorthands.NAME and answers.TEMPLATE.KEY".to_owned(),
                };
                Self::new("config.unknown", message)
                    .hint(hint)
                    .field(key)
                    .exit(USAGE)
            }
            ConfigError::Unset { key } => {
                let hint = format!("set it with: pyscaffold config set {key} VALUE");
                Self::new("config.unset", message).hint(hint).field(key)
            }
            ConfigError::WrongType { key, .. } => {
                Self::new("config.type", message).field(key).exit(USAGE)
            }
            ConfigError::NoPlace => Self::new("config.no-place", message)
                .hint("set XDG_CONFIG_HOME, or name a file with --config"),
        }
    }
}

impl From<NewError> for Failure {
    fn from(error: NewError) -> Self {
        let message = error.to_string();
        match error {
            NewError::Source(error) => error.into(),
            NewError::NoTemplate => Self::new("usage.template", message)
                .hint("pyscaffold new TEMPLATE PATH; all templates: pyscaffold list")
                .exit(USAGE),
            NewError::NoPath { template } => {
                let words = ["pyscaffold", "new", &template, "myproj"].map(str::to_owned);
                Self::new("usage.path", message)
                    .hint(replay::command_line(&words))
                    .exit(USAGE)
            }
            NewError::Name { error, retry } => {
                let field = match error.kind() {
                    NameKind::Distribution => "name",
                    NameKind::Package => "package",
                };
                Self::new(error.code(), message)
                    .hint_if(retry.map(|words| replay::command_line(&words)))
                    .field(field)
                    .exit(USAGE)
            }
            NewError::AnswersFile(error) => {
                let code = match error {
                    AnswersError::Unreadable { .. } => "answers.unreadable",
                    AnswersError::Malformed { .. } => "answers.malformed",
                    AnswersError::Value { .. } => "answers.value",
                };
                Self::new(code, message).field("--answers").exit(USAGE)
            }
            NewError::Answer { error, place } => answer(&error, place),
            NewError::Missing { questions } => Self::new("answers.missing", message)
                .hint(format!(
                    "add {}",
                    questions.iter().map(flag).collect::<Vec<_>>().join(" ")
                ))
                .exit(USAGE),
            NewError::Hooks { .. } => Self::new("template.hooks", message)
                .notes(["nothing that a template holds is run unasked".to_owned()])
                .hint("add --skip-hooks (`update` and `adopt`: -D cookiecutter_hooks=skip); the project may then not be what its author meant")
                .exit(USAGE),
            NewError::Prompt(PromptError::Cancelled) => {
                Self::new("prompt.cancelled", message).exit(INTERRUPTED)
            }
            NewError::Prompt(PromptError::Terminal(_) | PromptError::Screen(_)) => {
                Self::new("prompt.terminal", message)
                    .hint("add --yes to take the defaults without being asked")
            }
            NewError::Compose(error) => Self::new(compose_code(&error), message),
            NewError::BringsRecord => Self::new("template.record", message),
            NewError::Destination(error) => destination(&error, message),
            NewError::Plan(error) => plan(&error, message),
            NewError::Publish(PublishError::Appeared { .. }) => {
                Self::new("destination.appeared", message)
            }
            NewError::Path(_) | NewError::Publish(PublishError::Path(_)) => {
                Self::new("file", message)
            }
            NewError::Repository(_) => Self::new("git", message)
                .hint("add --no-git to make the project without a repository"),
            NewError::Lock(error) => Self::new("uv.lock", message)
                .hint_if(uv_hint(&error, "leave --lock and --sync out")),
            NewError::Sync { error, path } => Self::new("uv.sync", message).hint(
                uv_hint(&error, "run it again")
                    .unwrap_or_else(|| format!("cd {} && uv sync", replay::quote(&path))),
            ),
        }
    }
}

fn answer(error: &AnswerError, place: Option<String>) -> Failure {
    let (code, hint) = match error {
        AnswerError::UnknownQuestion {
            nearest, template, ..
        } => (
            "answer.unknown",
            Some(match nearest {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("all questions: pyscaffold show {template}"),
            }),
        ),
        AnswerError::NotAsked { .. } => ("answer.not-asked", None),
        AnswerError::WrongType { .. } => ("answer.type", None),
        AnswerError::NotAChoice { nearest, .. } => (
            "answer.choice",
            nearest
                .as_ref()
                .map(|near| format!("did you mean `{near}`?")),
        ),
        AnswerError::Refused { .. } => ("answer.refused", None),
        AnswerError::Unfit { .. } => ("answer.unfit", None),
        AnswerError::Default { .. } => ("answer.default", None),
    };
    let place = place.map(|place| format!("it was given by {place}"));
    Failure::new(code, error.to_string())
        .notes(place)
        .hint_if(hint)
        .field(error.key())
        .exit(USAGE)
}

/// Returns the flag that answers a question, with what can stand there.
fn flag(question: &Question) -> String {
    let value = match question.kind {
        Kind::Text | Kind::Secret => "TEXT".to_owned(),
        Kind::Bool => return format!("--{}[=true|false]", question.flag()),
        Kind::Integer => "NUMBER".to_owned(),
        Kind::Choice | Kind::Choices => {
            let values = question.values();
            values.join(if question.kind == Kind::Choice {
                "|"
            } else {
                ","
            })
        }
    };
    format!("--{} {value}", question.flag())
}

fn compose_code(error: &ComposeError) -> &'static str {
    match error {
        ComposeError::Render { .. } | ComposeError::RenderPath { .. } => "template.render",
        ComposeError::Path { .. } => "template.path",
        ComposeError::TwoOwners { .. } => "template.owners",
        ComposeError::Collision { .. } => "template.collision",
        ComposeError::NoSlot { .. } => "template.slot",
        ComposeError::NotText { .. } | ComposeError::NotToml { .. } => "template.text",
        ComposeError::Merge { .. } => "template.merge",
        ComposeError::TooLarge { .. } => "template.too-large",
    }
}

fn destination(error: &DestinationError, message: String) -> Failure {
    match error {
        DestinationError::File { .. } => Failure::new("destination.file", message).field("PATH"),
        DestinationError::Link { .. } => Failure::new("destination.link", message).field("PATH"),
        DestinationError::Path(_) => Failure::new("file", message),
    }
}

fn plan(error: &PlanError, message: String) -> Failure {
    match error {
        PlanError::Conflicts { .. } => Failure::new("destination.conflict", message).hint(
            "choose an empty folder, or add --on-conflict skip|overwrite (or ask, in a terminal); nothing was written",
        ),
        PlanError::InTheWay { path, .. } => {
            Failure::new("destination.in-the-way", message).field(path.as_str())
        }
    }
}

fn uv_hint(error: &UvError, otherwise: &str) -> Option<String> {
    match error {
        UvError::Missing => Some(format!("install it with `pip install uv`, or {otherwise}")),
        UvError::Failed { .. } | UvError::Start(_) => None,
    }
}
