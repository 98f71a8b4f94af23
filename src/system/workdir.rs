//! The folder that a project is put into: what stands there, and how staged files get there.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::staging::Staging;
use super::{Context, PathError};
use crate::engine::plan::{Action, Existing, Plan};
use crate::model::relpath::RelPath;

/// The folder of git's own files.
const GIT: &str = ".git";

/// What stands where a project is wanted.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Destination {
    /// Nothing. The folder `ancestor` exists, and `first` below it is the first part of the path that does not.
    Absent {
        /// The nearest folder that exists.
        ancestor: PathBuf,
        /// The first part of the path that does not exist.
        first: PathBuf,
    },
    /// An empty folder that another can take the place of.
    Empty,
    /// A folder that must stay itself: it holds something, or a person stands in it.
    Folder,
}

/// Why nothing can be put at a path.
#[derive(Debug, thiserror::Error)]
pub enum DestinationError {
    /// A file is there.
    #[error("`{}` is a file, not a folder", .path.display())]
    File {
        /// The path.
        path: PathBuf,
    },
    /// A symbolic link is there.
    #[error("`{}` is a symbolic link; name the folder that it points to", .path.display())]
    Link {
        /// The path.
        path: PathBuf,
    },
    /// The path cannot be looked at.
    #[error(transparent)]
    Path(#[from] PathError),
}

/// Why staged files could not be put at their place.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// Something appeared at the place meanwhile.
    #[error("`{}` appeared while the project was being made; nothing was written", .path.display())]
    Appeared {
        /// The path.
        path: PathBuf,
    },
    /// A file could not be moved.
    #[error(transparent)]
    Path(#[from] PathError),
}

/// Returns whether there is a folder at a path.
pub fn is_folder(path: &Path) -> bool {
    path.is_dir()
}

/// Sees that nothing is at a path but a regular file, and no link to one.
///
/// # Errors
/// Something else is there.
pub fn check_file(path: &Path) -> Result<(), PathError> {
    match path.symlink_metadata() {
        Ok(found) if !found.is_file() => {
            let strange = io::Error::new(io::ErrorKind::InvalidData, "it is no regular file");
            Err(strange).context("use", path)
        }
        Ok(_) | Err(_) => Ok(()),
    }
}

/// Looks at the place where a project is wanted. `standing_in` is the folder that the user works in.
///
/// # Errors
/// A file or a link is there, or the path cannot be looked at.
pub fn inspect(path: &Path, standing_in: &Path) -> Result<Destination, DestinationError> {
    match path.symlink_metadata() {
        Ok(found) if found.is_symlink() => {
            return Err(DestinationError::Link {
                path: path.to_owned(),
            });
        }
        Ok(found) if !found.is_dir() => {
            return Err(DestinationError::File {
                path: path.to_owned(),
            });
        }
        Ok(_) => {
            let is_empty = fs::read_dir(path)
                .context("read the folder", path)?
                .next()
                .is_none();
            let stays = standing_in.starts_with(path);
            return Ok(if is_empty && !stays && !is_mounted(path) {
                Destination::Empty
            } else {
                Destination::Folder
            });
        }
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error).context("look at", path).map_err(Into::into),
    }
    let mut first = path;
    for ancestor in path.ancestors().skip(1) {
        match ancestor.metadata() {
            Ok(found) if found.is_dir() => {
                return Ok(Destination::Absent {
                    ancestor: ancestor.to_owned(),
                    first: first.to_owned(),
                });
            }
            Ok(_) => {
                return Err(DestinationError::File {
                    path: ancestor.to_owned(),
                });
            }
            Err(_)
                if ancestor
                    .symlink_metadata()
                    .is_ok_and(|found| found.is_symlink()) =>
            {
                return Err(DestinationError::Link {
                    path: ancestor.to_owned(),
                });
            }
            Err(_) => first = ancestor,
        }
    }
    let missing = io::Error::from(io::ErrorKind::NotFound);
    Err(missing).context("look at", path).map_err(Into::into)
}

/// Returns what stands at each of the paths below a folder. Links are not followed.
///
/// # Errors
/// Something cannot be looked at or read.
pub fn scan<'a>(
    root: &Path,
    paths: impl Iterator<Item = &'a RelPath>,
) -> Result<BTreeMap<RelPath, Existing>, PathError> {
    let mut existing = BTreeMap::new();
    for path in paths {
        if let Some(blocked) = blocked_parent(root, path) {
            existing.insert(path.clone(), Existing::Below(blocked));
            continue;
        }
        let target = root.join(path.as_str());
        let state = match target.symlink_metadata() {
            Ok(found) if found.is_file() => {
                Existing::File(fs::read(&target).context("read", &target)?)
            }
            Ok(found) if found.is_dir() => Existing::Folder,
            Ok(_) => Existing::Special,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error).context("look at", &target),
        };
        existing.insert(path.clone(), state);
    }
    Ok(existing)
}

fn blocked_parent(root: &Path, path: &RelPath) -> Option<RelPath> {
    let mut blocked = None;
    let mut parent = path.parent();
    while let Some(folder) = parent {
        let found = root.join(folder.as_str()).symlink_metadata();
        if found.is_ok_and(|found| !found.is_dir()) {
            blocked = Some(folder.clone());
        }
        parent = folder.parent();
    }
    blocked
}

/// Puts a whole staged folder at a place where nothing is, or where an empty folder is, by one rename.
///
/// # Errors
/// Something stands there after all, or the rename is refused.
pub fn publish(staged: &Path, destination: &Path, found: &Destination) -> Result<(), PublishError> {
    let renamed = match found {
        Destination::Empty => rename_over_empty(staged, destination),
        Destination::Absent { .. } | Destination::Folder => rename_new(staged, destination),
    };
    match renamed {
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::AlreadyExists | io::ErrorKind::DirectoryNotEmpty
            ) =>
        {
            Err(PublishError::Appeared {
                path: destination.to_owned(),
            })
        }
        other => other
            .context("put the project at", destination)
            .map_err(Into::into),
    }
}

#[cfg(unix)]
fn rename_over_empty(staged: &Path, destination: &Path) -> io::Result<()> {
    fs::set_permissions(staged, fs::metadata(destination)?.permissions())?;
    fs::rename(staged, destination)
}

/// Returns whether a folder is not on the file system of its parent, or not its owner's: such a one is filled, not replaced.
#[cfg(unix)]
fn is_mounted(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let (Ok(folder), Some(Ok(parent))) = (path.metadata(), path.parent().map(Path::metadata))
    else {
        return true;
    };
    folder.dev() != parent.dev() || folder.uid() != rustix::process::geteuid().as_raw()
}

#[cfg(not(unix))]
fn is_mounted(_: &Path) -> bool {
    false
}

#[cfg(not(unix))]
fn rename_over_empty(staged: &Path, destination: &Path) -> io::Result<()> {
    fs::remove_dir(destination)?;
    fs::rename(staged, destination)
}

#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
pub(super) fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        // The file system does not know the flag.
        Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS | rustix::io::Errno::NOTSUP) => {
            rename_unless_there(from, to)
        }
        other => other.map_err(Into::into),
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
pub(super) fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    rename_unless_there(from, to)
}

fn rename_unless_there(from: &Path, to: &Path) -> io::Result<()> {
    if to.symlink_metadata().is_ok() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    fs::rename(from, to)
}

/// Moves staged files into a folder that stays itself, one by one, and takes all back if one fails.
///
/// # Errors
/// A file could not be moved; the folder is as it was.
pub fn merge_into(
    staging: &Staging,
    staged: &Path,
    destination: &Path,
    plan: &Plan,
) -> Result<(), PublishError> {
    let mut undo = Undo::default();
    let moved = move_all(staging, staged, destination, plan, &mut undo);
    if moved.is_err() {
        undo.run();
    }
    moved
}

/// What takes back the steps of a merge, the last one first.
#[derive(Default)]
struct Undo {
    steps: Vec<Step>,
}

enum Step {
    Created(PathBuf),
    MadeFolder(PathBuf),
    Replaced { path: PathBuf, backup: PathBuf },
}

impl Undo {
    fn run(self) {
        for step in self.steps.into_iter().rev() {
            // A step that cannot be taken back leaves a file of the template, never a lost one of the user.
            drop(match step {
                Step::Created(path) => fs::remove_file(path),
                Step::MadeFolder(path) => fs::remove_dir(path),
                Step::Replaced { path, backup } => fs::rename(backup, path),
            });
        }
    }
}

fn move_all(
    staging: &Staging,
    staged: &Path,
    destination: &Path,
    plan: &Plan,
    undo: &mut Undo,
) -> Result<(), PublishError> {
    for (index, (path, action)) in plan.actions.iter().enumerate() {
        let from = staged.join(path.as_str());
        let to = destination.join(path.as_str());
        match action {
            Action::Unchanged | Action::Keep => {}
            Action::Create => {
                make_parents(destination, path, undo)?;
                rename_new(&from, &to).map_err(|error| appeared(error, &to))?;
                undo.steps.push(Step::Created(to));
            }
            Action::Replace => {
                make_parents(destination, path, undo)?;
                let backup = staging.beside(&format!("replaced-{index}"));
                fs::copy(&to, &backup).context("keep a copy of", &to)?;
                fs::File::open(&from)
                    .and_then(|file| file.sync_all())
                    .context("write", &from)?;
                fs::rename(&from, &to).context("replace", &to)?;
                undo.steps.push(Step::Replaced { path: to, backup });
            }
        }
    }
    let repository = staged.join(GIT);
    if repository.is_dir() {
        let to = destination.join(GIT);
        rename_new(&repository, &to).map_err(|error| appeared(error, &to))?;
    }
    Ok(())
}

fn appeared(error: io::Error, path: &Path) -> PublishError {
    if error.kind() == io::ErrorKind::AlreadyExists {
        return PublishError::Appeared {
            path: path.to_owned(),
        };
    }
    PublishError::Path(PathError {
        action: "write",
        path: path.to_owned(),
        source: error,
    })
}

fn make_parents(root: &Path, path: &RelPath, undo: &mut Undo) -> Result<(), PathError> {
    let mut folders = Vec::new();
    let mut parent = path.parent();
    while let Some(folder) = parent {
        parent = folder.parent();
        folders.push(folder);
    }
    for folder in folders.into_iter().rev() {
        let target = root.join(folder.as_str());
        match fs::create_dir(&target) {
            Ok(()) => undo.steps.push(Step::MadeFolder(target)),
            // A link may have taken its place since it was looked at.
            Err(_) if target.symlink_metadata().is_ok_and(|found| found.is_dir()) => {}
            Err(error) => return Err(error).context("make the folder", &target),
        }
    }
    Ok(())
}
