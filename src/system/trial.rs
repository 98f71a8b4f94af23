//! Runs the commands of a template's test cases, which a person asked for, in a folder that is gone afterwards.

use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use super::staging::Staging;
use super::{Context, PathError};
use crate::model::tree::Tree;

/// A rendered project in a temporary folder.
#[derive(Debug)]
pub struct Trial {
    folder: TempDir,
}

impl Trial {
    /// Writes a tree into a temporary folder of the system.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn of(tree: &Tree) -> Result<Self, PathError> {
        let temporary = std::env::temp_dir();
        let folder = tempfile::Builder::new()
            .prefix("pyscaffold-test-")
            .tempdir()
            .context("make a folder in", &temporary)?;
        let staging = Staging::inside(folder.path())?;
        let project = folder.path().join("project");
        staging.write(&project, tree)?;
        Ok(Self { folder })
    }

    /// Returns the folder of the project.
    pub fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("project")
    }

    /// Runs a command by the POSIX shell; what it prints goes to error output. Returns whether it ended with 0.
    ///
    /// # Errors
    /// There is no shell.
    pub fn run(&self, command: &str) -> Result<bool, PathError> {
        let project = self.path();
        let status = Command::new("sh")
            .args(["-c", command])
            .current_dir(&project)
            .env_remove("VIRTUAL_ENV")
            .stdin(Stdio::null())
            .stdout(io::stderr())
            .status()
            .context("run `sh` in", Path::new(&project))?;
        Ok(status.success())
    }
}
