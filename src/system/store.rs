//! Commits of template repositories, kept on this machine so that everything but fetching works offline.
//!
//! Each commit that was ever used is a bare repository of its own, `store/<repository>/<commit>`, with all that is needed to read
//! it again and a ref that keeps it. It is fetched into a staging folder and appears by one rename, so that a reader sees it whole or
//! not at all, and it never changes. `store/<repository>/heads` remembers which commit a branch or tag led to last. Nothing is ever
//! checked out: trees and blobs are read as they are.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use git2::{
    ErrorCode, ObjectType, OdbLookupFlags, Oid, Repository, RepositoryInitOptions, Tree, TreeEntry,
};

use super::env::Environment;
use super::git_cli::{self, Depth, GitError, GitRun};
use super::repository::TRIED;
use super::shelf::{Entry, Kind, join};
use super::staging::Staging;
use super::{Context, PathError};
use crate::engine::budget;
use crate::model::address::{GitRef, GitUrl};
use crate::model::object::{Id, Unread};
use crate::model::problem::Problem;
use crate::model::relpath::MAX_DEPTH;

/// What a repository calls the commit that it shows first.
pub const HEAD: &str = "HEAD";

/// The ref to which git fetches.
const FETCHED: &str = "refs/pyscaffold/fetched";

/// The folder of refs that keep the commits.
const KEPT: &str = "refs/pyscaffold/commits";

/// The most objects that are looked at when a stored commit is checked.
const OBJECTS: usize = 100_000;

/// Why the store does not have a commit.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// This machine has no place for it.
    #[error("there is no home folder, and so no place for templates that are fetched")]
    NoPlace,
    /// Something could not be read or written.
    #[error(transparent)]
    Path(#[from] PathError),
    /// Git did not bring it.
    #[error(transparent)]
    Git(#[from] GitError),
    /// What came is no commit, or cannot be read.
    #[error("{url}: what was fetched for `{wanted}` cannot be used: {message}")]
    Unusable {
        /// The address.
        url: String,
        /// The branch, tag or commit.
        wanted: String,
        /// Why.
        message: String,
    },
    /// A stored commit cannot be read any more.
    #[error("the stored commit {commit} of {url} is damaged: {message}")]
    Damaged {
        /// The address.
        url: String,
        /// The commit.
        commit: String,
        /// Why.
        message: String,
    },
}

/// The stored commits.
#[derive(Clone, Debug)]
pub struct Store {
    root: PathBuf,
}

/// The mode that git gives a file that is run.
const EXECUTABLE: i32 = 0o100_755;

/// One stored commit, open for reading.
pub struct Snapshot {
    repository: Repository,
    tree: Oid,
    /// The folders that were read. The git library keeps none with many entries, and a search looks into one for each of them.
    folders: RefCell<BTreeMap<Oid, Rc<Folder>>>,
    /// The commit id.
    pub commit: String,
    /// What the repository is called, or the folder of it that is taken for the whole.
    pub name: String,
}

/// What a folder of a commit holds, in the order of the names.
#[derive(Debug)]
struct Folder {
    id: Oid,
    entries: Vec<(Vec<u8>, Oid, Kind)>,
    /// The names of the files that are run, in the same order.
    executables: Vec<Vec<u8>>,
}

impl Folder {
    fn of(tree: &Tree<'_>) -> Self {
        let mut entries: Vec<_> = tree
            .iter()
            .map(|entry| (entry.name_bytes().to_vec(), entry.id(), kind_of(&entry)))
            .collect();
        entries.sort_by(|left, right| left.0.cmp(&right.0));
        let id = tree.id();
        let mut executables: Vec<Vec<u8>> = tree
            .iter()
            .filter(|entry| entry.filemode_raw() == EXECUTABLE)
            .map(|entry| entry.name_bytes().to_vec())
            .collect();
        executables.sort();
        Self {
            id,
            entries,
            executables,
        }
    }

    fn get(&self, name: &str) -> Option<(Oid, Kind)> {
        let at = self
            .entries
            .partition_point(|(other, ..)| other.as_slice() < name.as_bytes());
        let (found, id, kind) = self.entries.get(at)?;
        (found == name.as_bytes()).then_some((*id, *kind))
    }
}

impl std::fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Snapshot")
            .field("commit", &self.commit)
            .finish_non_exhaustive()
    }
}

impl Store {
    /// Returns the store of this user.
    ///
    /// # Errors
    /// There is no place for it.
    pub fn of(environment: &Environment) -> Result<Self, StoreError> {
        let data = environment.data_directory().ok_or(StoreError::NoPlace)?;
        Ok(Self {
            root: data.join("store"),
        })
    }

    /// Returns the folder of a repository: its name for people, and a hash that no other address has.
    fn folder(&self, url: &GitUrl) -> PathBuf {
        const SHOWN: usize = 60;
        let (_, name) = url.as_str().split_once("://").unwrap_or(("", url.as_str()));
        let mut name: String = name
            .chars()
            .map(|c| {
                if c.is_ascii_alphanumeric() || c == '.' {
                    c
                } else {
                    '-'
                }
            })
            .collect();
        name = name.trim_matches(['-', '.']).chars().take(SHOWN).collect();
        self.root.join(format!("{name}-{}", hash(url.as_str())))
    }

    /// Opens a stored commit; nothing if it was never fetched.
    ///
    /// # Errors
    /// It is damaged.
    pub fn open(&self, url: &GitUrl, commit: &str) -> Result<Option<Snapshot>, StoreError> {
        let folder = self.folder(url).join(commit);
        if !folder.is_dir() {
            return Ok(None);
        }
        let damaged = |error: &git2::Error| StoreError::Damaged {
            url: url.to_string(),
            commit: commit.to_owned(),
            message: plain(error),
        };
        let mut snapshot = Snapshot::open(&folder, commit).map_err(|error| damaged(&error))?;
        url.repository_name().clone_into(&mut snapshot.name);
        Ok(Some(snapshot))
    }

    /// Returns the commit to which a branch, a tag or, without one, the repository's head led when it was fetched last.
    pub fn last(&self, url: &GitUrl, reference: Option<&GitRef>) -> Option<String> {
        if let Some(reference) = reference.filter(|reference| reference.is_commit()) {
            let commit = reference.as_str().to_ascii_lowercase();
            return self.folder(url).join(&commit).is_dir().then_some(commit);
        }
        let text = fs::read_to_string(self.head_file(url, reference)).ok()?;
        let commit = text.trim();
        GitRef::parse(commit)
            .is_ok_and(|commit| commit.is_commit())
            .then(|| commit.to_owned())
    }

    fn head_file(&self, url: &GitUrl, reference: Option<&GitRef>) -> PathBuf {
        let name = reference.map_or(HEAD, GitRef::as_str);
        self.folder(url).join("heads").join(hash(name))
    }

    /// Fetches a branch, a tag, a commit or the repository's head, and returns the id of the commit that is stored now.
    ///
    /// # Errors
    /// It cannot be fetched or stored; then nothing of it stays.
    pub fn fetch(
        &self,
        run: &GitRun,
        url: &GitUrl,
        reference: Option<&GitRef>,
    ) -> Result<String, StoreError> {
        let folder = self.folder(url);
        make_folder(&folder)?;
        let staging = Staging::inside(&folder)?;
        let place = staging.project();
        let wanted = reference.map_or(HEAD, GitRef::as_str);
        let unusable = |error: &git2::Error| StoreError::Unusable {
            url: url.to_string(),
            wanted: wanted.to_owned(),
            message: plain(error),
        };
        make_bare(&place).map_err(|error| unusable(&error))?;
        let commit = bring(run, &place, url, wanted, reference)?.map_err(|e| unusable(&e))?;
        let snapshot = Snapshot::open(&place, &commit).map_err(|error| unusable(&error))?;
        snapshot.check().map_err(|error| unusable(&error))?;
        drop(snapshot);
        drop_rests(&place, 0);
        self.keep(url, &staging, &commit)?;
        self.remember(url, reference, &commit)?;
        Ok(commit)
    }

    /// Puts a fetched commit at its place, unless a good one is there.
    fn keep(&self, url: &GitUrl, staging: &Staging, commit: &str) -> Result<(), StoreError> {
        let folder = self.folder(url);
        let target = folder.join(commit);
        let is_good = |place: &Path| {
            Snapshot::open(place, commit).is_ok_and(|snapshot| snapshot.check().is_ok())
        };
        if target.symlink_metadata().is_ok() {
            if is_good(&target) {
                return Ok(());
            }
            // It goes with the staging folder, and what nobody may open nobody can remove.
            open_up(&target);
            fs::rename(&target, staging.beside("damaged")).context("replace", &target)?;
        }
        match fs::rename(staging.project(), &target) {
            Ok(()) => {}
            // Another run was faster.
            Err(_) if is_good(&target) => {}
            Err(error) => return Err(error).context("make", &target).map_err(Into::into),
        }
        sync_folder(&folder);
        Ok(())
    }

    fn remember(
        &self,
        url: &GitUrl,
        reference: Option<&GitRef>,
        commit: &str,
    ) -> Result<(), StoreError> {
        if reference.is_some_and(GitRef::is_commit) {
            return Ok(());
        }
        let file = self.head_file(url, reference);
        make_folder(&file.parent().map_or_else(PathBuf::new, Path::to_owned))?;
        if file.is_dir() {
            open_up(&file);
            fs::remove_dir_all(&file).context("replace", &file)?;
        }
        replace(&file, format!("{commit}\n").as_bytes())?;
        Ok(())
    }
}

/// Fetches into a fresh bare repository and returns the commit that came, with a ref that keeps it.
fn bring(
    run: &GitRun,
    place: &Path,
    url: &GitUrl,
    wanted: &str,
    reference: Option<&GitRef>,
) -> Result<Result<String, git2::Error>, GitError> {
    let refspec = [format!("+{wanted}:{FETCHED}")];
    let first = git_cli::fetch(run, place, url, (wanted, &refspec), Depth::One);
    let by_id = reference.filter(|reference| reference.is_commit());
    match (first, by_id) {
        (Err(GitError::Failed { .. }), Some(_)) => {
            // Some servers hand out branches and tags only: the commit may lie behind one.
            let all =
                ["heads", "tags"].map(|kind| format!("+refs/{kind}/*:refs/pyscaffold/{kind}/*"));
            git_cli::fetch(run, place, url, (wanted, &all), Depth::All)?;
        }
        (result, _) => result?,
    }
    Ok(pin(place, by_id))
}

fn pin(place: &Path, by_id: Option<&GitRef>) -> Result<String, git2::Error> {
    let repository = Repository::open_bare(place)?;
    let commit = match by_id {
        Some(id) => repository.find_commit(Oid::from_str(id.as_str())?)?,
        None => repository.find_reference(FETCHED)?.peel_to_commit()?,
    };
    let id = commit.id();
    repository.reference(&format!("{KEPT}/{id}"), id, true, "fetched")?;
    repository.set_head_detached(id)?;
    match repository.find_reference(FETCHED) {
        Ok(mut fetched) => fetched.delete()?,
        Err(error) if error.code() == ErrorCode::NotFound => {}
        Err(error) => return Err(error),
    }
    Ok(id.to_string())
}

fn make_bare(place: &Path) -> Result<(), git2::Error> {
    let mut options = RepositoryInitOptions::new();
    options.bare(true).external_template(false);
    Repository::init_opts(place, &options).map(drop)
}

impl Snapshot {
    fn open(folder: &Path, commit: &str) -> Result<Self, git2::Error> {
        let repository = Repository::open_bare(folder)?;
        let tree = repository.find_commit(Oid::from_str(commit)?)?.tree_id();
        Ok(Self {
            repository,
            tree,
            folders: RefCell::default(),
            commit: commit.to_owned(),
            name: String::new(),
        })
    }

    /// Takes a folder of the commit for the whole; says why it cannot.
    ///
    /// # Errors
    /// It is no folder.
    pub fn rebase(mut self, folder: &str) -> Result<Self, Problem> {
        let found = self.folder_at(folder)?.map(|found| found.id);
        match found {
            Some(tree) => {
                self.tree = tree;
                folder
                    .rsplit('/')
                    .next()
                    .unwrap_or_default()
                    .clone_into(&mut self.name);
                Ok(self)
            }
            None => Err(Problem::of(folder, "is no folder of this commit")),
        }
    }

    /// Returns the id of a folder's tree: two folders with the same id hold the same.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn tree_id(&self, folder: &str) -> Result<Option<String>, Problem> {
        Ok(self.folder_at(folder)?.map(|found| found.id.to_string()))
    }

    /// Reads every object of the commit once, as many as a source of templates can have.
    fn check(&self) -> Result<(), git2::Error> {
        let mut seen = std::collections::BTreeSet::new();
        let mut open = vec![self.tree];
        let odb = self.repository.odb()?;
        while let Some(id) = open.pop() {
            if seen.len() > OBJECTS {
                return Err(git2::Error::from_str("it has too many files"));
            }
            for entry in &self.repository.find_tree(id)? {
                let id = entry.id();
                if !seen.insert(id) {
                    continue;
                }
                match kind_of(&entry) {
                    Kind::Folder => open.push(id),
                    // A larger one can be in no template, and would fill the memory.
                    Kind::File | Kind::Link if odb.read_header(id)?.0 <= budget::BYTES => {
                        drop(odb.read(id)?);
                    }
                    // What git does not know it does not fetch.
                    Kind::File | Kind::Link | Kind::Submodule | Kind::Special => {}
                }
            }
        }
        Ok(())
    }

    fn folder(&self, id: Oid) -> Result<Rc<Folder>, git2::Error> {
        if let Some(known) = self.folders.borrow().get(&id) {
            return Ok(Rc::clone(known));
        }
        let read = Rc::new(Folder::of(&self.repository.find_tree(id)?));
        self.folders.borrow_mut().insert(id, Rc::clone(&read));
        Ok(read)
    }

    fn folder_at(&self, path: &str) -> Result<Option<Rc<Folder>>, Problem> {
        let failed = |error: git2::Error| unreadable(path, &error);
        let mut folder = self.folder(self.tree).map_err(failed)?;
        for part in path.split('/').filter(|part| !part.is_empty()) {
            let Some((id, Kind::Folder)) = folder.get(part) else {
                return Ok(None);
            };
            folder = self.folder(id).map_err(failed)?;
        }
        Ok(Some(folder))
    }

    pub(super) fn find(&self, path: &str) -> Result<Option<(Oid, Kind)>, Problem> {
        let (above, name) = path.rsplit_once('/').unwrap_or(("", path));
        let Some(folder) = self.folder_at(above)? else {
            return Ok(None);
        };
        Ok(if name.is_empty() {
            Some((folder.id, Kind::Folder))
        } else {
            folder.get(name)
        })
    }

    /// Returns what stands at a path; a link above it stands for all below.
    pub(super) fn kind(&self, path: &str) -> Result<Option<Kind>, Problem> {
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        if parts.len() > 2 * MAX_DEPTH {
            return Err(Problem::of(path, "lies too deep"));
        }
        let mut above = String::new();
        for part in &parts {
            above = join(&above, part);
            match self.find(&above)? {
                Some((_, Kind::Folder)) => {}
                Some((_, kind)) if above == path => return Ok(Some(kind)),
                None | Some((_, Kind::File)) => return Ok(None),
                Some((_, kind)) => return Ok(Some(kind)),
            }
        }
        Ok(Some(Kind::Folder))
    }

    pub(super) fn entries(&self, path: &str) -> Result<Vec<Entry>, Problem> {
        let Some(folder) = self.folder_at(path)? else {
            return Err(Problem::of(path, "is no folder"));
        };
        folder
            .entries
            .iter()
            .map(|(name, id, kind)| match std::str::from_utf8(name) {
                Ok(text) => Ok(Entry::new(text.to_owned(), *kind, Some(*id))
                    .executable(folder.executables.binary_search(name).is_ok())),
                Err(_) => Err(Problem::of(path, "holds a name that is not UTF-8")),
            })
            .collect()
    }

    /// Returns which content an object has, without reading it; `path` is for messages.
    pub(super) fn unread(&self, path: &str, id: Oid) -> Result<Unread, Problem> {
        let failed = |error: git2::Error| unreadable(path, &error);
        let objects = self.repository.odb().map_err(failed)?;
        let (size, _) = objects.read_header(id).map_err(failed)?;
        Ok(Unread {
            id: id_of(id),
            size: size as u64,
        })
    }

    /// Reads an object; `path` is for messages.
    pub(super) fn read(&self, path: &str, id: Oid) -> Result<Vec<u8>, Problem> {
        let failed = |error: git2::Error| unreadable(path, &error);
        let objects = self.repository.odb().map_err(failed)?;
        Ok(objects.read(id).map_err(failed)?.data().to_vec())
    }

    /// Reads a content by its id; nothing if the commit does not have it.
    ///
    /// # Errors
    /// It is damaged.
    pub fn content(&self, id: &Id) -> Result<Option<Vec<u8>>, String> {
        let read = || {
            let id = Oid::from_bytes(id.as_bytes())?;
            let objects = self.repository.odb()?;
            // A stored commit never gets more objects than it has.
            if !objects.exists_ext(id, OdbLookupFlags::NO_REFRESH) {
                return Ok(None);
            }
            Ok(Some(objects.read(id)?.data().to_vec()))
        };
        read().map_err(|error| plain(&error))
    }
}

fn id_of(id: Oid) -> Id {
    let mut bytes = [0; 20];
    bytes.copy_from_slice(id.as_bytes());
    Id::from(bytes)
}

fn kind_of(entry: &TreeEntry<'_>) -> Kind {
    match entry.filemode_raw() {
        0o040_000 => Kind::Folder,
        // The second is what old repositories have.
        0o100_644 | 0o100_664 | EXECUTABLE => Kind::File,
        0o120_000 => Kind::Link,
        0o160_000 => Kind::Submodule,
        _ => Kind::Special,
    }
}

fn plain(error: &git2::Error) -> String {
    error.message().trim_end_matches('.').to_owned()
}

/// Says that something of a stored commit cannot be read: a fetched commit is whole, so the store was damaged since.
fn unreadable(path: &str, error: &git2::Error) -> Problem {
    let reason = plain(error);
    let message =
        format!("is damaged in the store ({reason}); `pyscaffold refresh` fetches it again");
    Problem::damage(path, message)
}

fn hash(text: &str) -> String {
    const LENGTH: usize = 16;
    let id = Oid::hash_object(ObjectType::Blob, text.as_bytes())
        .map_or_else(|_| String::new(), |id| id.to_string());
    id.get(..LENGTH).unwrap_or_default().to_owned()
}

/// Removes what stayed in a staged repository because libgit2 or git could not remove it: nobody else is in there.
fn drop_rests(folder: &Path, depth: usize) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if depth < MAX_DEPTH && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            drop_rests(&path, depth + 1);
        } else if path.extension().is_some_and(|end| end == "lock")
            || entry.file_name().to_string_lossy().starts_with(TRIED)
        {
            drop(fs::remove_file(path));
        }
    }
}

/// Makes a folder of the store; whatever else is in its place, or locked up there, is damage.
fn make_folder(folder: &Path) -> Result<(), PathError> {
    match folder.symlink_metadata() {
        Ok(found) if found.is_dir() => unlock(folder, &found),
        Ok(_) => fs::remove_file(folder).context("replace", folder)?,
        Err(_) => {}
    }
    fs::create_dir_all(folder).context("make the folder", folder)
}

/// Lets this user into a folder of the store and all below it.
fn open_up(folder: &Path) {
    let Ok(found) = folder.symlink_metadata() else {
        return;
    };
    if found.is_dir() {
        unlock(folder, &found);
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            open_up(&entry.path());
        }
    }
}

/// Lets this user into a folder. Whether that was possible is seen by what comes next.
#[cfg(unix)]
fn unlock(folder: &Path, found: &fs::Metadata) {
    use std::os::unix::fs::PermissionsExt as _;
    const OWNER: u32 = 0o700;
    let mode = found.permissions().mode();
    if mode & OWNER != OWNER {
        drop(fs::set_permissions(
            folder,
            fs::Permissions::from_mode(mode | OWNER),
        ));
    }
}

/// Does nothing: here no mode keeps a user out.
#[cfg(not(unix))]
fn unlock(_: &Path, _: &fs::Metadata) {}

/// Puts a content in the place of a file, whole or not at all, with the permissions that it has. What a run that dies leaves beside the file, the next one sweeps.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> Result<(), PathError> {
    let folder = path.parent().map_or_else(PathBuf::new, Path::to_owned);
    let staging = Staging::inside(&folder)?;
    let content = staging.beside("content");
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    // What a user keeps for himself is for nobody else to read.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&content).context("write", path)?;
    file.write_all(bytes).context("write", path)?;
    if let Ok(found) = fs::metadata(path) {
        file.set_permissions(found.permissions())
            .context("write", path)?;
    }
    file.sync_all().context("write", path)?;
    drop(file);
    fs::rename(&content, path).context("write", path)?;
    drop(staging);
    sync_folder(&folder);
    Ok(())
}

/// Makes a rename last. Where a folder cannot be synced there is nothing more to do.
pub(super) fn sync_folder(folder: &Path) {
    let synced: io::Result<()> = fs::File::open(folder).and_then(|folder| folder.sync_all());
    drop(synced);
}
