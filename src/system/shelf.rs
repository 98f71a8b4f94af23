//! Foreign folders from which templates are read: on this disk, or in a commit of the store.
//!
//! Whoever wrote them is not trusted: links are never followed, submodules, devices and pipes never opened, and of nothing more
//! is read than the budget allows.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use git2::Oid;

use crate::model::object::Unread;
use crate::model::problem::Problem;

use super::store::Snapshot;

/// What stands at a path.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link.
    Link,
    /// Another repository (a gitlink).
    Submodule,
    /// A pipe, a socket, a device, or a mode that git does not know.
    Special,
}

impl Kind {
    /// Says why a template cannot have this; nothing for files and folders.
    pub fn refusal(self) -> Option<&'static str> {
        match self {
            Self::File | Self::Folder => None,
            Self::Link => Some("is a symbolic link, which a template cannot have"),
            Self::Submodule => Some("is a submodule, which a template cannot have"),
            Self::Special => Some("is neither a file nor a folder"),
        }
    }
}

/// A name in a folder.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The name.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Whether a file is one that is run.
    pub executable: bool,
    /// The id of its object in a commit.
    id: Option<Oid>,
}

impl Entry {
    pub(super) fn new(name: String, kind: Kind, id: Option<Oid>) -> Self {
        Self {
            name,
            kind,
            executable: false,
            id,
        }
    }

    pub(super) fn executable(self, executable: bool) -> Self {
        Self { executable, ..self }
    }
}

/// A foreign folder. Paths in it are separated by `/`; the empty one is the folder itself.
#[derive(Debug)]
pub enum Shelf {
    /// A folder of this disk.
    Disk(PathBuf),
    /// A commit of the store.
    Commit(Rc<Snapshot>),
}

impl Shelf {
    /// Returns what a folder is called; for the shelf itself, what the folder or repository is that it shows.
    pub fn name_of(&self, folder: &str) -> String {
        match (folder.rsplit('/').next(), self) {
            (Some(last), _) if !last.is_empty() => last.to_owned(),
            (_, Self::Disk(root)) => root
                .file_name()
                .map(|name| name.to_string_lossy().into_owned())
                .unwrap_or_default(),
            (_, Self::Commit(snapshot)) => snapshot.name.clone(),
        }
    }

    /// Returns what stands at a path; nothing if there is nothing. Below a link there is nothing but the link.
    ///
    /// # Errors
    /// It cannot be looked at.
    pub fn kind(&self, path: &str) -> Result<Option<Kind>, Problem> {
        match self {
            Self::Disk(root) => disk_kind(root, path),
            Self::Commit(snapshot) => snapshot.kind(path),
        }
    }

    /// Returns the entries of a folder in order.
    ///
    /// # Errors
    /// The folder cannot be read, or holds a name that is not UTF-8 or stands twice.
    pub fn entries(&self, path: &str) -> Result<Vec<Entry>, Problem> {
        let mut found = match self {
            Self::Disk(root) => disk_entries(root, path),
            Self::Commit(snapshot) => snapshot.entries(path),
        }?;
        found.sort_by(|left, right| left.name.cmp(&right.name));
        let twice = found.windows(2).find_map(|pair| match pair {
            [one, other] if one.name == other.name => Some(&one.name),
            _ => None,
        });
        match twice {
            Some(name) => Err(Problem::of(join(path, name), "stands twice in its folder")),
            None => Ok(found),
        }
    }

    /// Reads a regular file, never more than the limit, never through a link.
    ///
    /// # Errors
    /// It is not there, no regular file, larger, or cannot be read.
    pub fn read(&self, path: &str, limit: u64) -> Result<Vec<u8>, Problem> {
        match self.kind(path)? {
            None => return Err(Problem::of(path, "is not there")),
            Some(Kind::File) => {}
            Some(_) => return Err(Problem::of(path, "is not a regular file")),
        }
        match self {
            Self::Disk(root) => {
                let file = root.join(path);
                let length = file.symlink_metadata().map_err(|e| failed(path, &e))?.len();
                if length > limit {
                    return Err(too_large(path, limit));
                }
                fs::read(file).map_err(|error| failed(path, &error))
            }
            Self::Commit(snapshot) => match snapshot.find(path)? {
                Some((id, _)) => of_commit(snapshot, path, id, limit),
                None => Err(Problem::of(path, "is not there")),
            },
        }
    }

    /// Reads a regular file that stands in its folder as this entry, as [`Shelf::read`] does.
    ///
    /// # Errors
    /// It is larger, or cannot be read.
    pub fn read_entry(&self, path: &str, entry: &Entry, limit: u64) -> Result<Vec<u8>, Problem> {
        match (self, entry.id) {
            (Self::Commit(snapshot), Some(id)) => of_commit(snapshot, path, id, limit),
            (Self::Commit(_) | Self::Disk(_), _) => self.read(path, limit),
        }
    }

    /// Returns which content an entry has, without reading it; nothing on a disk, where only reading tells.
    ///
    /// # Errors
    /// It is larger than the limit, or not there.
    pub fn unread(&self, path: &str, entry: &Entry, limit: u64) -> Result<Option<Unread>, Problem> {
        let (Self::Commit(snapshot), Some(id)) = (self, entry.id) else {
            return Ok(None);
        };
        let found = snapshot.unread(path, id)?;
        if found.size > limit {
            return Err(too_large(path, limit));
        }
        Ok(Some(found))
    }
}

fn of_commit(snapshot: &Snapshot, path: &str, id: Oid, limit: u64) -> Result<Vec<u8>, Problem> {
    if snapshot.unread(path, id)?.size > limit {
        return Err(too_large(path, limit));
    }
    snapshot.read(path, id)
}

fn too_large(path: &str, limit: u64) -> Problem {
    let message = format!("is larger than the {limit} bytes that are left to it");
    Problem::of(path, message)
}

/// Returns the path of a name in a folder.
pub fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() {
        name.to_owned()
    } else {
        format!("{folder}/{name}")
    }
}

fn failed(path: &str, error: &io::Error) -> Problem {
    Problem::of(path, format!("cannot be read: {error}"))
}

fn disk_kind(root: &Path, path: &str) -> Result<Option<Kind>, Problem> {
    let mut place = root.to_owned();
    let mut kind = Kind::Folder;
    for part in path.split('/').filter(|part| !part.is_empty()) {
        place.push(part);
        kind = match place.symlink_metadata() {
            Ok(found) => of_file_type(found.file_type()),
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
                ) =>
            {
                return Ok(None);
            }
            Err(error) => return Err(failed(path, &error)),
        };
        if kind == Kind::Link {
            break;
        }
    }
    Ok(Some(kind))
}

#[cfg(unix)]
fn is_executable(entry: &fs::DirEntry) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    const BY_ITS_OWNER: u32 = 0o100;
    entry
        .metadata()
        .is_ok_and(|found| found.permissions().mode() & BY_ITS_OWNER != 0)
}

/// Returns false: here no mode tells.
#[cfg(not(unix))]
fn is_executable(_: &fs::DirEntry) -> bool {
    false
}

fn of_file_type(found: fs::FileType) -> Kind {
    if found.is_symlink() {
        Kind::Link
    } else if found.is_dir() {
        Kind::Folder
    } else if found.is_file() {
        Kind::File
    } else {
        Kind::Special
    }
}

fn disk_entries(root: &Path, path: &str) -> Result<Vec<Entry>, Problem> {
    let folder = if path.is_empty() {
        root.to_owned()
    } else {
        root.join(path)
    };
    let entries = fs::read_dir(folder).map_err(|error| failed(path, &error))?;
    entries
        .map(|entry| {
            let entry = entry.map_err(|error| failed(path, &error))?;
            let kind = entry.file_type().map_err(|error| failed(path, &error))?;
            match entry.file_name().into_string() {
                Ok(name) => Ok(Entry::new(name, of_file_type(kind), None)
                    .executable(kind.is_file() && is_executable(&entry))),
                Err(_) => Err(Problem::of(path, "holds a name that is not UTF-8")),
            }
        })
        .collect()
}
