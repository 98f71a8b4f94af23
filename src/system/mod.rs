//! The only floor that touches the outside: disk, clock, environment, terminal, git.

pub mod answers;
pub mod builtin;
pub mod config;
pub mod diff;
pub mod env;
pub mod first_commit;
pub mod git_cli;
pub mod history;
pub mod journal;
pub mod loader;
pub mod project;
pub mod prompt;
pub mod python;
pub mod repository;
pub mod shelf;
pub mod source;
pub mod source_file;
pub mod sources;
pub mod staging;
pub mod store;
pub mod terminal;
pub mod trial;
pub mod uv;
pub mod workdir;

use std::io;
use std::path::{Path, PathBuf};

/// An input or output error with what was being done, and to which path.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action} `{}`: {}", .path.display(), plain(.source))]
pub struct PathError {
    /// What was being done, such as `read`.
    pub action: &'static str,
    /// The path it was done to.
    pub path: PathBuf,
    /// What the operating system said.
    #[source]
    pub source: io::Error,
}

/// Returns the operating system's words without its error number.
fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    match text.split_once(" (os error") {
        Some((words, _)) => words.to_lowercase(),
        None => text,
    }
}

/// Returns whether an error says that a file is not there: also below something that is no folder, as in a home that is `/dev/null`.
fn is_absent(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

/// Says what was being done when an input or output error came up.
pub(crate) trait Context<T> {
    /// Adds the action and the path to an error.
    fn context(self, action: &'static str, path: &Path) -> Result<T, PathError>;
}

impl<T> Context<T> for io::Result<T> {
    fn context(self, action: &'static str, path: &Path) -> Result<T, PathError> {
        self.map_err(|source| PathError {
            action,
            path: path.to_owned(),
            source,
        })
    }
}
