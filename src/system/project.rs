//! A project that lives in a git repository: what git keeps of it, what stands on disk, and what is not committed.
//!
//! Nothing here depends on the user's git configuration but how git itself stores a file (`.gitattributes`).

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::io;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use git2::{
    AttrCheckFlags, DiffDelta, DiffOptions, IndexEntry, IndexTime, Oid, Repository, StatusOptions,
};

use super::repository::{self, Action as _, RepositoryError};
use super::{Context, PathError};
use crate::engine::merge::{Mode, Node};
use crate::model::object::Id;
use crate::model::record;
use crate::model::relpath::RelPath;

/// What files of attributes are called.
const ATTRIBUTES: &str = ".gitattributes";

/// The flag of an entry of the index whose file git takes for unchanged, and the one of a file that need not be there.
const UNWATCHED: u16 = 1 << 15;
const UNWATCHED_TOO: u16 = 1 << 14;

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
    /// How many bytes the file had when git looked at it.
    pub size: u64,
    /// Whether git looks at the file, and was not told to take it for unchanged.
    pub is_watched: bool,
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
    /// Whether there are attributes for more than one folder, once that was asked.
    attributes: OnceCell<bool>,
    /// The folders of the repository without attributes, as far as they were looked at.
    plain_folders: RefCell<HashSet<PathBuf>>,
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
            attributes: OnceCell::new(),
            plain_folders: RefCell::default(),
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
        // In the order of their paths, in which a map is made at once.
        let mut tracked = Vec::with_capacity(index.len());
        for entry in index.iter() {
            let Some(path) = std::str::from_utf8(&entry.path)
                .ok()
                .and_then(|path| path.strip_prefix(&self.prefix))
                .and_then(|path| RelPath::parse(path).ok())
            else {
                continue;
            };
            let mode = mode_of(entry.mode);
            let kept = Tracked {
                id: entry.id,
                mode,
                size: entry.file_size.into(),
                is_watched: entry.flags & UNWATCHED == 0
                    && entry.flags_extended & UNWATCHED_TOO == 0,
            };
            tracked.push((path, kept));
        }
        Ok(tracked.into_iter().collect())
    }

    /// Returns the ground on which the project stands, for who goes through many paths.
    pub fn ground(&self) -> Ground<'_> {
        Ground::of(&self.root)
    }

    /// Returns what stands at a path on disk. Links are not followed.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn look(&self, path: &RelPath) -> Result<Look, PathError> {
        self.ground().look(path)
    }

    /// Returns the files that are not as git keeps them.
    ///
    /// # Errors
    /// Git cannot compare them.
    pub fn edited(&self) -> Result<BTreeSet<RelPath>, RepositoryError> {
        let mut options = DiffOptions::new();
        options.disable_pathspec_match(true).ignore_submodules(true);
        if !self.prefix.is_empty() {
            options.pathspec(self.prefix.trim_end_matches('/'));
        }
        let found = self
            .repository
            .diff_index_to_workdir(None, Some(&mut options))
            .during("compare the files")?;
        let path_of = |delta: DiffDelta<'_>| {
            let path = std::str::from_utf8(delta.old_file().path_bytes()?).ok()?;
            RelPath::parse(path.strip_prefix(&self.prefix)?).ok()
        };
        Ok(found.deltas().filter_map(path_of).collect())
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

    /// Returns a content that the repository has.
    pub fn content(&self, id: &Id) -> Option<Vec<u8>> {
        let id = Oid::from_bytes(id.as_bytes()).ok()?;
        let blob = self.repository.find_blob(id).ok()?;
        Some(blob.content().to_vec())
    }

    /// Returns those of some paths whose content a program of the user's turns into something else for git, such as LFS.
    ///
    /// # Errors
    /// The attributes cannot be read.
    pub fn filtered(&self, paths: &[RelPath]) -> Result<Vec<RelPath>, RepositoryError> {
        let mut found = Vec::new();
        for path in paths.iter().filter(|path| self.has_attributes(path)) {
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

    /// Returns whether a file of attributes may have a say about a path. To ask libgit2 takes dozens of looks at the disk for each
    /// file, and most repositories have no such file at all.
    pub(super) fn has_attributes(&self, path: &RelPath) -> bool {
        let everywhere = || {
            let kept = |entry: IndexEntry| entry.path.ends_with(ATTRIBUTES.as_bytes());
            let own = self.repository.commondir().join("info/attributes");
            repository::has_attributes(&self.repository)
                || own.symlink_metadata().is_ok()
                || !self
                    .repository
                    .index()
                    .is_ok_and(|index| !index.iter().any(kept))
        };
        let Some(top) = self.repository.workdir() else {
            return true;
        };
        if !cfg!(unix) || *self.attributes.get_or_init(everywhere) {
            return true;
        }
        let file = self.root.join(path.as_str());
        let mut known = self.plain_folders.borrow_mut();
        for folder in file.ancestors().skip(1) {
            if known.contains(folder) {
                return false;
            }
            if folder.join(ATTRIBUTES).symlink_metadata().is_ok() {
                return true;
            }
            if folder == top {
                break;
            }
        }
        // All that lie above it were looked at as well.
        let plain = file.ancestors().skip(1).map(Path::to_owned);
        known.extend(plain.take_while(|folder| folder.starts_with(top)));
        false
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

pub(super) fn number(mode: Mode) -> u32 {
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

/// What stands at a path on disk, not opened.
enum Stand {
    Nothing,
    Node(fs::Metadata),
    Folder,
    Below(RelPath),
}

/// Looks at what stands below a folder. Links are not followed.
///
/// Whoever goes through many paths in their order asks one of these: that no link leads to a folder is looked at once for all the
/// files in it that follow each other.
pub struct Ground<'a> {
    root: &'a Path,
    last: RefCell<Option<RelPath>>,
}

impl<'a> Ground<'a> {
    /// Returns the ground below a folder.
    pub fn of(root: &'a Path) -> Self {
        let last = RefCell::default();
        Self { root, last }
    }

    /// Returns what a file, a link or something that is never opened is; nothing where none of these stands.
    ///
    /// # Errors
    /// It cannot be looked at.
    pub fn mode(&self, path: &RelPath) -> Result<Option<Mode>, PathError> {
        Ok(match self.stand(path)? {
            Stand::Node(found) => Some(mode_of_file(&found)),
            Stand::Nothing | Stand::Folder | Stand::Below(_) => None,
        })
    }

    /// Returns what stands at a path.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn look(&self, path: &RelPath) -> Result<Look, PathError> {
        let found = match self.stand(path)? {
            Stand::Nothing => return Ok(Look::Nothing),
            Stand::Folder => return Ok(Look::Folder),
            Stand::Below(above) => return Ok(Look::Below(above)),
            Stand::Node(found) => found,
        };
        let target = self.root.join(path.as_str());
        let mode = mode_of_file(&found);
        let bytes = match mode {
            Mode::Other => None,
            Mode::Link => {
                let to = fs::read_link(&target).context("read", &target)?;
                Some(to.as_os_str().as_encoded_bytes().into())
            }
            Mode::Plain | Mode::Executable => {
                Some(fs::read(&target).context("read", &target)?.into())
            }
        };
        Ok(Look::Node(Node { mode, bytes }))
    }

    fn stand(&self, path: &RelPath) -> Result<Stand, PathError> {
        let above = path.parent();
        let is_known = *self.last.borrow() == above;
        if !is_known {
            if let Some(stand) = self.folders(above.as_ref()) {
                return Ok(stand);
            }
            *self.last.borrow_mut() = above;
        }
        let target = self.root.join(path.as_str());
        match target.symlink_metadata() {
            Ok(found) if found.is_dir() => Ok(Stand::Folder),
            Ok(found) => Ok(Stand::Node(found)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Stand::Nothing),
            Err(error) => Err(error).context("look at", &target),
        }
    }

    /// Returns what keeps a folder from being one, if something does.
    fn folders(&self, folder: Option<&RelPath>) -> Option<Stand> {
        let mut above = Vec::new();
        let mut parent = folder.cloned();
        while let Some(folder) = parent {
            parent = folder.parent();
            above.push(folder);
        }
        above.into_iter().rev().find_map(|folder| {
            match self.root.join(folder.as_str()).symlink_metadata() {
                Ok(found) if found.is_dir() => None,
                Ok(_) => Some(Stand::Below(folder)),
                Err(_) => Some(Stand::Nothing),
            }
        })
    }
}

fn mode_of_file(found: &fs::Metadata) -> Mode {
    if found.is_symlink() {
        Mode::Link
    } else if !found.is_file() {
        Mode::Other
    } else if is_executable(found) {
        Mode::Executable
    } else {
        Mode::Plain
    }
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
