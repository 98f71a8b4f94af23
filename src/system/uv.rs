//! Runs the user's `uv` for `--lock` and `--sync`.

use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

/// Why uv could not do its work.
#[derive(Debug, thiserror::Error)]
pub enum UvError {
    /// The program is not there.
    #[error("`uv` is not installed")]
    Missing,
    /// The program ended with an error, which it has printed.
    #[error("`uv {command}` failed")]
    Failed {
        /// What uv was asked to do.
        command: &'static str,
    },
    /// The program could not be started.
    #[error("`uv` cannot be started: {0}")]
    Start(#[source] io::Error),
}

/// Runs `uv COMMAND` in a folder. What it prints goes to error output.
///
/// # Errors
/// uv is missing or fails.
pub fn run(command: &'static str, folder: &Path, offline: bool) -> Result<(), UvError> {
    let mut uv = Command::new("uv");
    uv.arg(command)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(io::stderr());
    // The environment that is active here is another project's.
    uv.env_remove("VIRTUAL_ENV");
    if offline {
        uv.arg("--offline");
    }
    match uv.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err(UvError::Failed { command }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(UvError::Missing),
        Err(error) => Err(UvError::Start(error)),
    }
}
