//! A project that lives in a git repository: what git keeps of it, what stands on disk, and what is not committed.
//!
//! Nothing here depends on the user's git configuration but how git itself stores a file (`.gitattributes`).

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use git2::{AttrCheckFlags, IndexEntry, IndexTime, ObjectType, Oid, Repository, StatusOptions};

use super::repository::{self, Action as _, RepositoryError};
use super::{Context, PathError};
use crate::engine::merge::{Mode, Node};
use crate::model::record;
use crate::model::relpath::RelPath;

/// Why a folder is no project that can be updated.
#[derive(Debug, thiserror::Error)]
pub enum ProjectError {
    /// There is no record.
    #[error("`{}` is no project made by pyscaffold: there is no `{}`", .path.display(), record::PATH)]
    NoRecord {
        /// The folder.
        path: PathBuf,
    },
    /// There is no repository.
    #[error("`{}` is in no git repository, and without one nothing could be taken back", .path.display())]
    NoRepository {
        /// The folder.
        path: PathBuf,
    },
    /// Something cannot be read.
    #[error(transparent)]
    Path(#[from] PathError),
    /// Git failed.
    #[error(transparent)]
    Git(#[from] RepositoryError),
}

/// What git keeps of a file.
#[derive(Clone, Copy, Debug)]
pub struct Tracked {
    /// The blob.
    pub id: Oid,
    /// What it is.
    pub mode: Mode,
}

/// What stands at a path on disk.
#[derive(Clone, Debug)]
pub enum Look {
    /// Nothing.
    Nothing,
    /// A file or a link, or something that is never opened.
    Node(Node),
    /// A folder.
    Folder,
    /// Nothing can: this path above it is no folder.
    Below(RelPath),
}

/// A project in a repository.
pub struct Project {
    pub(super) repository: Repository,
    /// The project's folder.
    pub root: PathBuf,
    /// The project's folder in the repository, with a slash at its end; empty for the repository's root.
    pub prefix: String,
}

impl std::fmt::Debug for Project {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Project")
            .field("root", &self.root)
            .field("prefix", &self.prefix)
            .finish_non_exhaustive()
    }
}

/// Returns the project that a folder is, or lies in.
///
/// # Errors
/// There is none.
pub fn find(folder: &Path) -> Result<PathBuf, ProjectError> {
    let has_record = |path: &&Path| path.join(record::PATH).symlink_metadata().is_ok();
    folder
        .ancestors()
        .find(has_record)
        .map(Path::to_owned)
        .ok_or_else(|| ProjectError::NoRecord {
            path: folder.to_owned(),
        })
}

impl Project {
    /// Opens the project in a folder.
    ///
    /// # Errors
    /// It lies in no repository with a work tree.
    pub fn open(folder: &Path) -> Result<Self, ProjectError> {
        let missing = || ProjectError::NoRepository {
            path: folder.to_owned(),
        };
        let root = folder.canonicalize().context("look at", folder)?;
        let top = repository::enclosing(&root).ok_or_else(missing)?;
        let repository = Repository::open(&top).during("open the repository")?;
        let prefix = match root.strip_prefix(&top).ok().and_then(Path::to_str) {
            Some("") => String::new(),
            Some(below) => format!("{}/", below.replace('\\', "/")),
            None => return Err(missing()),
        };
        if repository.workdir().is_none() {
            return Err(missing());
        }
        Ok(Self {
            repository,
            root,
            prefix,
        })
    }

    /// Sees that the record is no larger than any is; it is foreign like the rest of the project.
    ///
    /// # Errors
    /// It is larger.
    pub fn check_record(&self) -> Result<(), PathError> {
        let path = self.root.join(record::PATH);
        if path
            .symlink_metadata()
            .is_ok_and(|found| found.len() > record::LARGEST)
        {
            let why = format!("it is larger than {} bytes", record::LARGEST);
            return Err(io::Error::new(io::ErrorKind::InvalidData, why)).context("read", &path);
        }
        Ok(())
    }

    /// Returns the path of a file in the repository.
    pub fn in_repository(&self, path: &RelPath) -> String {
        format!("{}{path}", self.prefix)
    }

    /// Returns the commit that is checked out; none before the first one.
    pub fn head(&self) -> Option<String> {
        let commit = self.repository.head().ok()?.peel_to_commit().ok()?;
        Some(commit.id().to_string())
    }

    /// Returns what git keeps of the project. Names that no template can have are left out.
    ///
    /// # Errors
    /// The index cannot be read.
    pub fn tracked(&self) -> Result<BTreeMap<RelPath, Tracked>, RepositoryError> {
        let index = self.repository.index().during("read the index")?;
        let mut tracked = BTreeMap::new();
        for entry in index.iter() {
            let Some(path) = std::str::from_utf8(&entry.path)
                .ok()
                .and_then(|path| path.strip_prefix(&self.prefix))
                .and_then(|path| RelPath::parse(path).ok())
            else {
                continue;
            };
            let mode = mode_of(entry.mode);
            tracked.insert(path, Tracked { id: entry.id, mode });
        }
        Ok(tracked)
    }

    /// Returns what stands at a path on disk. Links are not followed.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn look(&self, path: &RelPath) -> Result<Look, PathError> {
        look(&self.root, path)
    }

    /// Returns those of some paths that git keeps otherwise than they are on disk, or than they were committed.
    ///
    /// # Errors
    /// Git cannot compare them.
    pub fn uncommitted(&self, paths: &[RelPath]) -> Result<Vec<RelPath>, RepositoryError> {
        if paths.is_empty() {
            return Ok(Vec::new());
        }
        let mut options = StatusOptions::new();
        options
            .disable_pathspec_match(true)
            .include_untracked(false);
        for path in paths {
            options.pathspec(self.in_repository(path));
        }
        let found = self
            .repository
            .statuses(Some(&mut options))
            .during("compare the files")?;
        let mut changed: Vec<RelPath> = found
            .iter()
            .filter(|entry| entry.status() != git2::Status::CURRENT)
            .filter_map(|entry| {
                let path = std::str::from_utf8(entry.path_bytes()).ok()?;
                RelPath::parse(path.strip_prefix(&self.prefix)?).ok()
            })
            .filter(|path| paths.contains(path))
            .collect();
        changed.sort();
        changed.dedup();
        Ok(changed)
    }

    /// Returns those of some paths whose content a program of the user's turns into something else for git, such as LFS.
    ///
    /// # Errors
    /// The attributes cannot be read.
    pub fn filtered(&self, paths: &[RelPath]) -> Result<Vec<RelPath>, RepositoryError> {
        let mut found = Vec::new();
        for path in paths {
            let name = self.in_repository(path);
            let filter = self
                .repository
                .get_attr(Path::new(&name), "filter", AttrCheckFlags::FILE_THEN_INDEX)
                .during("read the attributes")?;
            if filter.is_some_and(|filter| !filter.is_empty() && !filter.starts_with('[')) {
                found.push(path.clone());
            }
        }
        Ok(found)
    }

    /// Returns whether git leaves a path out.
    pub fn is_ignored(&self, path: &RelPath) -> bool {
        let name = self.in_repository(path);
        self.repository
            .is_path_ignored(Path::new(&name))
            .unwrap_or(false)
    }

    /// Stores a content as git keeps it at a path, and returns what the index says about it.
    ///
    /// # Errors
    /// It cannot be stored.
    pub fn entry(
        &self,
        path: &RelPath,
        node: &Node,
        stage: u16,
    ) -> Result<IndexEntry, RepositoryError> {
        let name = self.in_repository(path);
        let bytes = node.bytes.as_deref().unwrap_or_default();
        let id = if node.mode == Mode::Link {
            self.repository.blob(bytes).during("store a link")?
        } else {
            let mut writer = self
                .repository
                .blob_writer(Some(Path::new(&name)))
                .during("store a file")?;
            writer.write_all(bytes).map_err(|error| {
                RepositoryError::new("store a file", git2::Error::from_str(&error.to_string()))
            })?;
            writer.commit().during("store a file")?
        };
        Ok(index_entry(name.as_bytes(), number(node.mode), id, stage))
    }

    /// Returns what the index says about a file that git keeps.
    pub fn kept_entry(&self, path: &RelPath, kept: &Tracked) -> IndexEntry {
        let name = self.in_repository(path);
        index_entry(name.as_bytes(), number(kept.mode), kept.id, 0)
    }
}

/// Returns an entry of which the index knows no time, so that git looks at the file.
pub(super) fn index_entry(path: &[u8], mode: u32, id: Oid, stage: u16) -> IndexEntry {
    const STAGE_SHIFT: u16 = 12;
    IndexEntry {
        ctime: IndexTime::new(0, 0),
        mtime: IndexTime::new(0, 0),
        dev: 0,
        ino: 0,
        mode,
        uid: 0,
        gid: 0,
        file_size: 0,
        id,
        flags: stage << STAGE_SHIFT,
        flags_extended: 0,
        path: path.to_vec(),
    }
}

fn number(mode: Mode) -> u32 {
    match mode {
        Mode::Executable => 0o100_755,
        Mode::Link => 0o120_000,
        Mode::Plain => 0o100_644,
        Mode::Other => 0o160_000,
    }
}

fn mode_of(mode: u32) -> Mode {
    match mode {
        0o100_644 | 0o100_664 => Mode::Plain,
        0o100_755 => Mode::Executable,
        0o120_000 => Mode::Link,
        _ => Mode::Other,
    }
}

/// Returns whether git would give a content this id.
pub fn has_id(node: &Node, id: Oid) -> bool {
    let bytes = node.bytes.as_deref().unwrap_or_default();
    Oid::hash_object(ObjectType::Blob, bytes).is_ok_and(|found| found == id)
}

/// Returns what stands at a path below a folder. Links are not followed.
///
/// # Errors
/// It cannot be read.
pub(super) fn look(root: &Path, path: &RelPath) -> Result<Look, PathError> {
    let mut above = Vec::new();
    let mut parent = path.parent();
    while let Some(folder) = parent {
        parent = folder.parent();
        above.push(folder);
    }
    for folder in above.into_iter().rev() {
        match root.join(folder.as_str()).symlink_metadata() {
            Ok(found) if found.is_dir() => {}
            Ok(_) => return Ok(Look::Below(folder)),
            Err(_) => return Ok(Look::Nothing),
        }
    }
    let target = root.join(path.as_str());
    let found = match target.symlink_metadata() {
        Ok(found) => found,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Look::Nothing),
        Err(error) => return Err(error).context("look at", &target),
    };
    if found.is_dir() {
        return Ok(Look::Folder);
    }
    if found.is_symlink() {
        let to = fs::read_link(&target).context("read", &target)?;
        return Ok(Look::Node(Node {
            mode: Mode::Link,
            bytes: Some(to.as_os_str().as_encoded_bytes().into()),
        }));
    }
    if !found.is_file() {
        return Ok(Look::Node(Node {
            mode: Mode::Other,
            bytes: None,
        }));
    }
    let bytes = fs::read(&target).context("read", &target)?;
    Ok(Look::Node(Node::file(&bytes, is_executable(&found))))
}

#[cfg(unix)]
fn is_executable(found: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    found.permissions().mode() & 0o100 != 0
}

#[cfg(not(unix))]
fn is_executable(_: &fs::Metadata) -> bool {
    false
}
