//! Why no project was made.

use crate::engine::answer::AnswerError;
use crate::engine::compose::ComposeError;
use crate::engine::plan::PlanError;
use crate::model::name::NameError;
use crate::model::question::Question;
use crate::model::record;
use crate::system::PathError;
use crate::system::answers::AnswersError;
use crate::system::first_commit::FirstCommitError;
use crate::system::prompt::PromptError;
use crate::system::repository::RepositoryError;
use crate::system::source::SourceError;
use crate::system::uv::UvError;
use crate::system::workdir::{DestinationError, PublishError};

/// Why no project was made.
#[derive(Debug, thiserror::Error)]
pub enum NewError {
    /// The template cannot be used.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// No template was named, and there is nobody to ask.
    #[error("which template? None was named, and there is no terminal to ask on")]
    NoTemplate,
    /// No path was given, and there is nobody to ask.
    #[error("where to? No path was given, and there is no terminal to ask on")]
    NoPath {
        /// The template.
        template: String,
    },
    /// A name cannot be used.
    #[error("{error}")]
    Name {
        /// What is wrong with it.
        error: NameError,
        /// The words of a command that would work.
        retry: Option<Vec<String>>,
    },
    /// The answers file cannot be read.
    #[error(transparent)]
    AnswersFile(#[from] AnswersError),
    /// An answer cannot be taken.
    #[error("{error}")]
    Answer {
        /// What is wrong with it.
        error: AnswerError,
        /// Where it was given.
        place: Option<String>,
    },
    /// Questions have neither an answer nor a default, and there is nobody to ask.
    #[error("{} missing and there is no terminal to ask on", missing(.questions.len()))]
    Missing {
        /// The questions.
        questions: Vec<Question>,
    },
    /// The template wants programs run, and nobody said what happens to them.
    #[error(
        "template `{template}` has hooks, which are programs: {}",
        .hooks.join(", ")
    )]
    Hooks {
        /// The template.
        template: String,
        /// Their files.
        hooks: Vec<String>,
    },
    /// A prompt was left.
    #[error(transparent)]
    Prompt(#[from] PromptError),
    /// The layers do not make a project.
    #[error(transparent)]
    Compose(#[from] ComposeError),
    /// The template brings a file that belongs to pyscaffold.
    #[error(
        "the template brings `{}`, which pyscaffold writes itself",
        record::PATH
    )]
    BringsRecord,
    /// The destination cannot be used.
    #[error(transparent)]
    Destination(#[from] DestinationError),
    /// Files are in the way.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// Something could not be read or written.
    #[error(transparent)]
    Path(#[from] PathError),
    /// The staged project could not be put at its place.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// Git failed.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
    /// uv failed before anything was written.
    #[error("{0}; nothing was written")]
    Lock(#[source] UvError),
    /// uv failed after the project was made.
    #[error("the project is made, but {error}")]
    Sync {
        /// Why.
        error: UvError,
        /// The project.
        path: String,
    },
}

fn missing(count: usize) -> String {
    if count == 1 {
        "1 answer is".to_owned()
    } else {
        format!("{count} answers are")
    }
}

impl From<FirstCommitError> for NewError {
    fn from(error: FirstCommitError) -> Self {
        match error {
            FirstCommitError::Repository(error) => Self::Repository(error),
            FirstCommitError::Path(error) => Self::Path(error),
        }
    }
}
