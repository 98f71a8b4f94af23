//! The only floor that touches the outside: disk, clock, environment, terminal, git.

pub mod answers;
pub mod builtin;
pub mod config;
pub mod contents;
pub mod cookiecutter;
pub mod diff;
pub mod env;
pub mod first_commit;
pub mod git_cli;
pub mod history;
pub mod journal;
pub mod loader;
pub mod pager;
pub mod picker;
pub mod programs;
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

use std::fs::{self, File};
use std::io::{self, Read};
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

/// The most bytes that a file of settings may have.
const SETTINGS: u64 = 1024 * 1024;

/// Reads a file of settings that people write, whatever its name leads to; none if there is none. A pipe would make everybody wait, and a
/// device would never end.
pub(crate) fn read_settings(file: &Path) -> Result<Option<String>, PathError> {
    let refused = |why: String| io::Error::new(io::ErrorKind::InvalidData, why);
    let read = || {
        if !fs::metadata(file)?.is_file() {
            return Err(refused("it is no regular file".to_owned()));
        }
        let mut text = String::new();
        File::open(file)?
            .take(SETTINGS + 1)
            .read_to_string(&mut text)?;
        if text.len() as u64 > SETTINGS {
            return Err(refused(format!("it is larger than {SETTINGS} bytes")));
        }
        Ok(text)
    };
    match read() {
        Ok(text) => Ok(Some(text)),
        Err(error) if is_absent(&error) => Ok(None),
        Err(error) => Err(error).context("read", file),
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
