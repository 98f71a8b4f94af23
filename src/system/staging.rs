//! Makes a project in a hidden folder first, so that it appears at its place whole or not at all.
//!
//! A staging folder holds `lock`, a file that its run keeps locked, and `project`. A folder whose lock nobody holds is what a
//! dead run left, and the next run in the same place sweeps it.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::{Context, PathError};
use crate::model::tree::Tree;

/// The beginning of the name of every staging folder.
const PREFIX: &str = ".pyscaffold-stage-";
const LOCK: &str = "lock";
const PROJECT: &str = "project";
/// How often a fresh folder is tried when another run sweeps it before it is locked.
const ATTEMPTS: usize = 16;

/// A staging folder of this run. Dropping it removes it.
#[derive(Debug)]
pub struct Staging {
    root: PathBuf,
    lock: Option<File>,
}

impl Staging {
    /// Makes a staging folder inside `parent`, after sweeping what dead runs left there.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub fn inside(parent: &Path) -> Result<Self, PathError> {
        sweep(parent);
        let mut last = io::Error::from(io::ErrorKind::AlreadyExists);
        for _ in 0..ATTEMPTS {
            let mut builder = tempfile::Builder::new();
            let root = builder
                .prefix(PREFIX)
                .tempdir_in(parent)
                .map(tempfile::TempDir::keep)
                .context("make a folder in", parent)?;
            match lock(&root) {
                Ok(Some(lock)) => {
                    return Ok(Self {
                        root,
                        lock: Some(lock),
                    });
                }
                Ok(None) => {}
                Err(error) => {
                    // The lock could not be made, on a full disk for one: nothing else is in there.
                    drop(fs::remove_dir_all(&root));
                    last = error;
                }
            }
        }
        Err(last).context("lock a folder in", parent)
    }

    /// Returns the folder in which the project is made.
    pub fn project(&self) -> PathBuf {
        self.root.join(PROJECT)
    }

    /// Sees that the staging folder is still found where it was made, which another program may have had the time to change.
    ///
    /// # Errors
    /// Something else is found there, or nothing.
    pub fn check(&self) -> Result<(), PathError> {
        let found = self.root.join(LOCK).symlink_metadata();
        let ours = self.lock.as_ref().map(File::metadata);
        match (found, ours) {
            (Ok(found), Some(Ok(ours))) if is_same(&found, &ours) => Ok(()),
            _ => {
                let moved = "it was moved away while the project was made";
                Err(io::Error::new(io::ErrorKind::NotFound, moved)).context("use", &self.root)
            }
        }
    }

    /// Writes a tree below a folder of the staging folder, which is made with its parents.
    ///
    /// # Errors
    /// A file or folder cannot be written.
    pub fn write(&self, folder: &Path, tree: &Tree) -> Result<(), PathError> {
        fs::create_dir_all(folder).context("make the folder", folder)?;
        let mut last_parent = None;
        for (path, file) in tree.iter() {
            let parent = path.parent();
            if parent != last_parent {
                if let Some(parent) = &parent {
                    let below = folder.join(parent.as_str());
                    fs::create_dir_all(&below).context("make the folder", &below)?;
                }
                last_parent = parent;
            }
            let target = folder.join(path.as_str());
            write_new(&target, &file.bytes, file.executable).context("write", &target)?;
        }
        Ok(())
    }

    /// Returns a path for a file that is put in the place of another, beside the project.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }
}

#[cfg(unix)]
fn is_same(one: &fs::Metadata, other: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

#[cfg(not(unix))]
fn is_same(one: &fs::Metadata, other: &fs::Metadata) -> bool {
    one.created().ok() == other.created().ok()
}

impl Drop for Staging {
    fn drop(&mut self) {
        // Nothing can be done about a failure here; the next run sweeps what stays.
        drop(clear(&self.root));
        self.lock = None;
    }
}

/// Writes a file that must not exist yet, readable as the umask says.
pub(super) fn write_new(path: &Path, bytes: &[u8], executable: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, if executable { 0o755 } else { 0o644 });
    #[cfg(not(unix))]
    let _ = executable;
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    Ok(file)
}

/// Locks a fresh staging folder; none if another run has swept it meanwhile.
fn lock(root: &Path) -> io::Result<Option<File>> {
    let path = root.join(LOCK);
    let lock = match OpenOptions::new().write(true).create_new(true).open(&path) {
        Ok(lock) => lock,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(None),
        Err(TryLockError::Error(error)) => return Err(error),
    }
    // A sweeping run may have held the lock before and removed the folder.
    match DirBuilder::new().create(root.join(PROJECT)) {
        Ok(()) if path.exists() => Ok(Some(lock)),
        Ok(()) => Ok(None),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Removes the staging folders of dead runs.
pub(super) fn sweep(parent: &Path) {
    let Ok(entries) = fs::read_dir(parent) else {
        return;
    };
    for entry in entries.flatten() {
        let ours = entry
            .file_name()
            .to_str()
            .is_some_and(|name| name.starts_with(PREFIX));
        let folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if ours && folder {
            sweep_one(&entry.path());
        }
    }
}

fn sweep_one(root: &Path) {
    let path = root.join(LOCK);
    let opened = match path.symlink_metadata() {
        // Anything else is not ours, and a pipe would never open.
        Ok(found) if !found.is_file() => return,
        Ok(_) => OpenOptions::new().write(true).open(&path),
        Err(error) => Err(error),
    };
    let Ok(lock) = opened else {
        // Made and not yet locked, or cleared but for itself: only an empty folder goes.
        drop(fs::remove_dir(root));
        return;
    };
    if lock.try_lock().is_ok() {
        drop(clear(root));
    }
}

/// Removes a staging folder, its lock last, so that a run that dies meanwhile leaves one that is swept.
fn clear(root: &Path) -> io::Result<()> {
    for entry in fs::read_dir(root)?.flatten() {
        if entry.file_name() != LOCK {
            let path = entry.path();
            let removed = if entry.file_type()?.is_dir() {
                fs::remove_dir_all(&path)
            } else {
                fs::remove_file(&path)
            };
            removed?;
        }
    }
    match fs::remove_file(root.join(LOCK)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    fs::remove_dir(root)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dead_runs_folder_is_swept_and_a_living_ones_is_not()
    -> Result<(), Box<dyn std::error::Error>> {
        let parent = tempfile::tempdir()?;
        let alive = Staging::inside(parent.path())?;
        let dead = parent.path().join(".pyscaffold-stage-dead");
        fs::create_dir_all(dead.join("project/src"))?;
        fs::write(dead.join("lock"), "")?;
        let unlocked = parent.path().join(".pyscaffold-stage-empty");
        fs::create_dir(&unlocked)?;
        let next = Staging::inside(parent.path())?;
        assert!(alive.project().is_dir());
        assert!(!dead.exists());
        assert!(!unlocked.exists());
        drop((alive, next));
        assert_eq!(fs::read_dir(parent.path())?.count(), 0);
        Ok(())
    }
}
