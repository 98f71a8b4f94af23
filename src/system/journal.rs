//! Changes several files of a project as one: all of them, or none.
//!
//! Before the first change a journal with every content before and after is on disk, in git's own folder. A run that dies leaves it, and
//! the next command finishes what it says; where a file was edited since, everything else goes back and the edited file stays.
//! After the last change the journal stays as what `update --abort` goes back to.

use std::cell::Cell;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use git2::{Index, IndexEntry, ObjectType, Oid};
use serde_json::{Value as Json, json};

use super::project::{Ground, Look, Project, index_entry};
use super::repository::{Action as _, RepositoryError};
use super::staging::write_new;
use super::store::sync_folder;
use super::workdir::rename_new;
use super::{Context, PathError};
use crate::engine::merge::{Mode, Node};
use crate::model::object::{self, Id};
use crate::model::relpath::RelPath;

/// The folder of unfinished and finished updates in git's own folder.
const FOLDER: &str = "pyscaffold";
const LOCK: &str = "lock";
const CONTENT: &str = "content";
const BEGUN: &str = "begun.json";
const DONE: &str = "done.json";
const NEXT: &str = "next";
const INDEX: &str = "index";

/// Why files could not be changed.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// Another run is at work on this project.
    #[error("another pyscaffold is changing this project")]
    Busy,
    /// A file changed while the command ran.
    #[error("`{path}` was changed while the update ran; nothing was written")]
    Changed {
        /// The file.
        path: RelPath,
    },
    /// Files were edited since they were written.
    #[error("{} edited since the update", named(.paths))]
    Edited {
        /// The files.
        paths: Vec<RelPath>,
    },
    /// There is nothing to go back to.
    #[error("there is no update that could be taken back")]
    Nothing,
    /// The update was committed.
    #[error("something was committed since the update")]
    Committed,
    /// The journal cannot be read.
    #[error("the journal `{}` is damaged", .path.display())]
    Damaged {
        /// The journal.
        path: PathBuf,
    },
    /// Another git holds the index.
    #[error("another git is at work: `{}` is there", .path.display())]
    Locked {
        /// The lock.
        path: PathBuf,
    },
    /// Something cannot be read or written.
    #[error(transparent)]
    Path(#[from] PathError),
    /// Git failed.
    #[error(transparent)]
    Git(#[from] RepositoryError),
}

fn named(paths: &[RelPath]) -> String {
    let all: Vec<String> = paths.iter().map(|path| format!("`{path}`")).collect();
    let are = if paths.len() == 1 { "was" } else { "were" };
    format!("{} {are}", all.join(", "))
}

/// A file before and after.
#[derive(Clone, Debug)]
pub struct FileStep {
    /// The file.
    pub path: RelPath,
    /// What was there; none for nothing.
    pub before: Option<Node>,
    /// What will be there; none for nothing.
    pub after: Option<Node>,
}

/// What the index says about a path before and after.
pub struct IndexStep {
    /// The path in the repository.
    pub path: String,
    /// The entries before.
    pub before: Vec<IndexEntry>,
    /// The entries after.
    pub after: Vec<IndexEntry>,
}

/// What is changed. The last file is written last.
#[derive(Default)]
pub struct Steps {
    /// The files.
    pub files: Vec<FileStep>,
    /// The index.
    pub index: Vec<IndexStep>,
}

/// How an unfinished update ended.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Recovered {
    /// It was finished.
    Finished,
    /// It was taken back, but for these files, which were edited since.
    TakenBack(Vec<RelPath>),
}

/// Which way a journal is read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Way {
    Forward,
    /// Forward from where everything was looked at just now, and is as it was before.
    Onward,
    Back,
    /// Back from where this run stopped, which may have been before the index.
    BackFrom {
        index: bool,
    },
}

impl Way {
    /// Returns what a file is at its end.
    fn wanted(self, step: &FileStep) -> Option<&Node> {
        match self {
            Self::Forward | Self::Onward => step.after.as_ref(),
            Self::Back | Self::BackFrom { .. } => step.before.as_ref(),
        }
    }

    /// Returns what the index says about a path at its end.
    fn entries(self, step: &IndexStep) -> &[IndexEntry] {
        match self {
            Self::Forward | Self::Onward => &step.after,
            Self::Back | Self::BackFrom { .. } => &step.before,
        }
    }
}

/// The journal of a project. While it lives no other run changes the project.
pub struct Journal<'a> {
    project: &'a Project,
    folder: PathBuf,
    /// Whether this run has written the index.
    wrote_index: Cell<bool>,
    _lock: File,
}

impl<'a> Journal<'a> {
    /// Returns whether an update is unfinished.
    pub fn is_begun(project: &Project) -> bool {
        folder_of(project).join(BEGUN).symlink_metadata().is_ok()
    }

    /// Opens the journal.
    ///
    /// # Errors
    /// Another run has it.
    pub fn open(project: &'a Project) -> Result<Self, JournalError> {
        let folder = folder_of(project);
        fs::create_dir_all(&folder).context("make the folder", &folder)?;
        let path = folder.join(LOCK);
        let lock = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .context("open", &path)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(JournalError::Busy),
            Err(TryLockError::Error(error)) => {
                return Err(error).context("lock", &path).map_err(Into::into);
            }
        }
        Ok(Self {
            project,
            folder,
            wrote_index: Cell::new(false),
            _lock: lock,
        })
    }

    /// Ends an update that a run began and did not finish.
    ///
    /// # Errors
    /// It cannot be ended now; the journal stays.
    pub fn recover(&self) -> Result<Option<Recovered>, JournalError> {
        let begun = self.folder.join(BEGUN);
        if begun.symlink_metadata().is_err() {
            return Ok(None);
        }
        let journal = self.read(&begun)?;
        self.drop_own_index_lock();
        let edited = self.edited(&journal.steps)?;
        if edited.is_empty() {
            self.go(&journal.steps, Way::Forward, &[])?;
            self.finish(journal.kind)?;
            return Ok(Some(Recovered::Finished));
        }
        self.go(&journal.steps, Way::Back, &edited)?;
        self.forget(BEGUN)?;
        Ok(Some(Recovered::TakenBack(edited)))
    }

    /// Makes all changes, or none.
    ///
    /// # Errors
    /// One of them cannot be made; everything is as it was.
    pub fn apply(&self, steps: &Steps) -> Result<(), JournalError> {
        self.carry_out(steps, Kind::Update)
    }

    fn carry_out(&self, steps: &Steps, kind: Kind) -> Result<(), JournalError> {
        let ground = self.project.ground();
        for step in &steps.files {
            if current(&ground, &step.path)? != step.before {
                let path = step.path.clone();
                return Err(JournalError::Changed { path });
            }
        }
        let lock = self.project.repository.path().join("index.lock");
        if !steps.index.is_empty() && lock.symlink_metadata().is_ok() {
            return Err(JournalError::Locked { path: lock });
        }
        self.begin(steps, kind)?;
        if let Err(error) = self.go(steps, Way::Onward, &[]) {
            let back = Way::BackFrom {
                index: self.wrote_index.get(),
            };
            // If going back fails too, the next command does it.
            if self.go(steps, back, &[]).is_ok() {
                self.forget(BEGUN)?;
            }
            return Err(error);
        }
        self.finish(kind)
    }

    /// Keeps the journal of an update for the way back; after the way back there is nothing to keep.
    fn finish(&self, kind: Kind) -> Result<(), JournalError> {
        let begun = self.folder.join(BEGUN);
        match kind {
            Kind::Update => {
                fs::rename(&begun, self.folder.join(DONE)).context("finish", &begun)?;
                self.sweep();
            }
            Kind::Abort => {
                self.forget(DONE)?;
                self.forget(BEGUN)?;
            }
        }
        sync_folder(&self.folder);
        Ok(())
    }

    /// Takes the last update back.
    ///
    /// # Errors
    /// There is none, it was committed, or files were edited since and `force` does not say that this is to be lost.
    pub fn abort(&self, force: bool) -> Result<Vec<RelPath>, JournalError> {
        let done = self.folder.join(DONE);
        if done.symlink_metadata().is_err() {
            return Err(JournalError::Nothing);
        }
        let Read { steps, head, .. } = self.read(&done)?;
        if head != self.project.head() {
            return Err(JournalError::Committed);
        }
        let edited = self.edited(&steps)?;
        if !edited.is_empty() && !force {
            return Err(JournalError::Edited { paths: edited });
        }
        // From here on the way back is the unfinished update.
        let mut back = Steps::default();
        for step in &steps.files {
            back.files.push(FileStep {
                path: step.path.clone(),
                before: current(&self.project.ground(), &step.path)?,
                after: step.before.clone(),
            });
        }
        for step in steps.index {
            back.index.push(IndexStep {
                path: step.path,
                before: step.after,
                after: step.before,
            });
        }
        let paths = back.files.iter().map(|step| step.path.clone()).collect();
        self.carry_out(&back, Kind::Abort)?;
        Ok(paths)
    }

    fn edited(&self, steps: &Steps) -> Result<Vec<RelPath>, JournalError> {
        let mut edited = Vec::new();
        let ground = self.project.ground();
        for step in &steps.files {
            let now = current(&ground, &step.path)?;
            if now != step.before && now != step.after {
                edited.push(step.path.clone());
            }
        }
        Ok(edited)
    }

    /// Writes the journal, so that it survives whatever comes.
    fn begin(&self, steps: &Steps, kind: Kind) -> Result<(), JournalError> {
        let mut content = Vec::new();
        let mut place = |node: &Option<Node>| match node {
            None => Json::Null,
            Some(node) => {
                let bytes = node.bytes.as_deref().unwrap_or_default();
                let at = content.len();
                content.extend_from_slice(bytes);
                json!({ "mode": word(node.mode), "at": at, "length": bytes.len() })
            }
        };
        let files: Vec<Json> = steps
            .files
            .iter()
            .map(|step| {
                let (before, after) = (place(&step.before), place(&step.after));
                json!({ "path": step.path.as_str(), "before": before, "after": after })
            })
            .collect();
        let index: Vec<Json> = steps
            .index
            .iter()
            .map(|step| {
                let (before, after) = (entries(&step.before), entries(&step.after));
                json!({ "path": step.path, "before": before, "after": after })
            })
            .collect();
        let sum = Id::of(object::Kind::Blob, &content).to_string();
        let journal = json!({
            "format": 1, "kind": kind.word(), "head": self.project.head(), "content": sum,
            "files": files, "index": index,
        });
        for (name, bytes) in [
            (content_name(&sum).as_str(), content.as_slice()),
            (NEXT, journal.to_string().as_bytes()),
        ] {
            let path = self.folder.join(name);
            remove(&path)?;
            write_new(&path, bytes, false)
                .and_then(|file| file.sync_all())
                .context("write", &path)?;
        }
        let begun = self.folder.join(BEGUN);
        fs::rename(self.folder.join(NEXT), &begun).context("write", &begun)?;
        sync_folder(&self.folder);
        Ok(())
    }

    fn read(&self, path: &Path) -> Result<Read, JournalError> {
        let damaged = || JournalError::Damaged {
            path: path.to_owned(),
        };
        let text = fs::read(path).context("read", path)?;
        let journal: Json = serde_json::from_slice(&text).map_err(|_| damaged())?;
        let sum = text_of(&journal, "content").ok_or_else(damaged)?;
        let sum = Oid::from_str(sum).map_err(|_| damaged())?.to_string();
        let file = self.folder.join(content_name(&sum));
        let content = fs::read(&file).context("read", &file)?;
        if Id::of(object::Kind::Blob, &content).to_string() != sum {
            return Err(damaged());
        }
        Ok(Read {
            steps: steps_of(&journal, &content).ok_or_else(damaged)?,
            head: text_of(&journal, "head").map(str::to_owned),
            kind: Kind::of(&journal),
        })
    }

    /// Brings everything to one side of the journal, but for the files that were edited.
    fn go(&self, steps: &Steps, way: Way, edited: &[RelPath]) -> Result<(), JournalError> {
        let last = steps.files.len().saturating_sub(1);
        let mut open = Vec::new();
        let ground = self.project.ground();
        for (number, step) in steps.files.iter().enumerate() {
            if edited.contains(&step.path) {
                continue;
            }
            let is_done = match way {
                Way::Onward => step.before == step.after,
                Way::Forward | Way::Back | Way::BackFrom { .. } => {
                    current(&ground, &step.path)?.as_ref() == way.wanted(step)
                }
            };
            match way.wanted(step) {
                Some(_) if is_done => {}
                Some(node) => open.push((number, &step.path, node)),
                None => {
                    if !is_done {
                        remove(&self.project.root.join(step.path.as_str()))?;
                    }
                    // Also of a file that is gone already: a run may have died between the two.
                    self.remove_empty_folders(&step.path);
                }
            }
        }
        let mut folder = None;
        for (_, path, node) in open.iter().filter(|(number, ..)| *number != last) {
            // Files in one folder follow each other.
            if folder != path.parent() {
                self.make_folders(path)?;
                folder = path.parent();
            }
            self.write(path, node)?;
        }
        self.write_index(&steps.index, way)?;
        for (_, path, node) in open.iter().filter(|(number, ..)| *number == last) {
            self.make_folders(path)?;
            self.write(path, node)?;
        }
        Ok(())
    }

    /// Removes the folders above a path that are empty.
    fn remove_empty_folders(&self, path: &RelPath) {
        let mut above = path.parent();
        while let Some(folder) = above {
            match fs::remove_dir(self.project.root.join(folder.as_str())) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => break,
                // One that is gone was removed by a run that died before the next.
                Ok(()) | Err(_) => {}
            }
            above = folder.parent();
        }
    }

    /// Makes the folders above a path.
    fn make_folders(&self, path: &RelPath) -> Result<(), JournalError> {
        let mut folders = Vec::new();
        let mut above = path.parent();
        while let Some(folder) = above {
            above = folder.parent();
            folders.push(folder);
        }
        for folder in folders.into_iter().rev() {
            let folder = self.project.root.join(folder.as_str());
            match fs::create_dir(&folder) {
                Ok(()) => {}
                Err(_) if folder.symlink_metadata().is_ok_and(|found| found.is_dir()) => {}
                Err(error) => return Err(error).context("make the folder", &folder)?,
            }
        }
        Ok(())
    }

    /// Puts a file at its place by one rename.
    fn write(&self, path: &RelPath, node: &Node) -> Result<(), JournalError> {
        let target = self.project.root.join(path.as_str());
        let there = target.symlink_metadata().ok();
        if there.as_ref().is_some_and(fs::Metadata::is_dir) {
            fs::remove_dir(&target).context("replace the folder", &target)?;
        }
        let there = there.filter(|found| !found.is_dir());
        let next = self.folder.join(NEXT);
        make(&next, node, there.as_ref())?;
        match put(&next, &target, there.is_some()) {
            Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
                // Git's folder is on another disk: the file is made beside its place.
                remove(&next)?;
                let name = format!(".{}.pyscaffold", path.file_name());
                let beside = target.with_file_name(name);
                make(&beside, node, there.as_ref())?;
                put(&beside, &target, there.is_some()).context("write", &target)?;
            }
            other => other.context("write", &target)?,
        }
        Ok(())
    }

    /// Writes the index: a copy is changed, and takes its place by the lock that git itself uses.
    fn write_index(&self, steps: &[IndexStep], way: Way) -> Result<(), JournalError> {
        if steps.is_empty() || way == (Way::BackFrom { index: false }) {
            return Ok(());
        }
        let index = self.project.repository.path().join(INDEX);
        let lock = index.with_extension("lock");
        let copy = self.folder.join(INDEX);
        remove(&copy)?;
        // A run that died while it wrote the copy leaves the copy's lock.
        remove(&copy.with_extension("lock"))?;
        match fs::copy(&index, &copy) {
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error).context("read", &index)?,
        }
        let mut changed = Index::open(&copy).during("read the index")?;
        let stages = if changed.has_conflicts() {
            0..=3
        } else {
            0..=0
        };
        for step in steps {
            // What is put in its place need not be removed first.
            let stays = matches!(way.entries(step), [entry] if stage_of(entry) == 0);
            for stage in stages.clone().filter(|stage| !(stays && *stage == 0)) {
                // A stage that is not there needs no removal.
                drop(changed.remove(Path::new(&step.path), stage));
            }
        }
        for step in steps {
            for entry in way.entries(step) {
                changed.add(entry).during("change the index")?;
            }
        }
        changed.write().during("write the index")?;
        drop(changed);
        match fs::hard_link(&copy, &lock) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                return Err(JournalError::Locked { path: lock });
            }
            Err(error) => return Err(error).context("lock", &index)?,
        }
        if let Err(error) = fs::rename(&lock, &index) {
            drop(fs::remove_file(&lock));
            return Err(error).context("write", &index)?;
        }
        self.wrote_index.set(true);
        remove(&copy)?;
        Ok(())
    }

    /// Removes the lock of the index, if the run that died made it.
    fn drop_own_index_lock(&self) {
        let lock = self.project.repository.path().join("index.lock");
        if same_file(&lock, &self.folder.join(INDEX)) {
            drop(fs::remove_file(lock));
        }
    }

    fn forget(&self, name: &str) -> Result<(), JournalError> {
        remove(&self.folder.join(name))?;
        self.sweep();
        Ok(())
    }

    /// Removes the files' contents that no journal names. What cannot be removed now goes with the next one.
    fn sweep(&self) {
        let named: Vec<String> = [BEGUN, DONE]
            .iter()
            .filter_map(|name| fs::read(self.folder.join(name)).ok())
            .filter_map(|text| serde_json::from_slice(&text).ok())
            .map(|Named { content }| content_name(&content))
            .collect();
        for entry in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with(CONTENT) && !named.contains(&name) {
                drop(fs::remove_file(entry.path()));
            }
        }
    }
}

/// What a journal is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Kind {
    /// An update, which can be taken back.
    Update,
    /// The way back.
    Abort,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::Update => "update",
            Self::Abort => "abort",
        }
    }

    fn of(journal: &Json) -> Self {
        match text_of(journal, "kind") {
            Some("abort") => Self::Abort,
            Some(_) | None => Self::Update,
        }
    }
}

/// A journal as it was written.
struct Read {
    steps: Steps,
    /// The commit that was checked out.
    head: Option<String>,
    kind: Kind,
}

/// What a journal says about the file with its contents. The rest of it may be long.
#[derive(serde::Deserialize)]
struct Named {
    content: String,
}

/// Returns what the file with a journal's contents is called.
fn content_name(sum: &str) -> String {
    format!("{CONTENT}-{sum}")
}

fn folder_of(project: &Project) -> PathBuf {
    let place = project.prefix.trim_end_matches('/');
    let name = if place.is_empty() {
        "root".to_owned()
    } else {
        Oid::hash_object(ObjectType::Blob, place.as_bytes())
            .map_or_else(|_| place.replace('/', "-"), |id| id.to_string())
    };
    project.repository.path().join(FOLDER).join(name)
}

/// Returns what stands at a path, as the journal compares it; a folder is nothing.
fn current(ground: &Ground<'_>, path: &RelPath) -> Result<Option<Node>, PathError> {
    Ok(match ground.look(path)? {
        Look::Node(node) => Some(node),
        Look::Nothing | Look::Folder | Look::Below(_) => None,
    })
}

fn remove(path: &Path) -> Result<(), PathError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error).context("remove", path),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Makes a file beside the project that will take its place there. Of a file that is replaced it has the mode.
fn make(path: &Path, node: &Node, there: Option<&fs::Metadata>) -> Result<(), PathError> {
    let bytes = node.bytes.as_deref().unwrap_or_default();
    if node.mode == Mode::Link {
        remove(path)?;
        return link(bytes, path).context("write", path);
    }
    let executable = node.mode == Mode::Executable;
    let file = match write_new(path, bytes, executable) {
        // A run that died left it.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            remove(path)?;
            write_new(path, bytes, executable)
        }
        written => written,
    };
    let file = file.context("write", path)?;
    if let Some(there) = there.filter(|there| there.is_file()) {
        keep_mode(&file, there, executable).context("write", path)?;
    }
    file.sync_all().context("write", path)
}

#[cfg(unix)]
fn link(to: &[u8], path: &Path) -> io::Result<()> {
    use std::os::unix::ffi::OsStrExt;
    std::os::unix::fs::symlink(std::ffi::OsStr::from_bytes(to), path)
}

#[cfg(not(unix))]
fn link(_: &[u8], _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(unix)]
fn keep_mode(file: &File, there: &fs::Metadata, executable: bool) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let old = there.permissions().mode() & 0o7777;
    let new = if executable {
        old | ((old & 0o444) >> 2)
    } else {
        old & !0o111
    };
    file.set_permissions(fs::Permissions::from_mode(new))
}

#[cfg(not(unix))]
fn keep_mode(_: &File, _: &fs::Metadata, _: bool) -> io::Result<()> {
    Ok(())
}

fn put(from: &Path, to: &Path, replaces: bool) -> io::Result<()> {
    if replaces {
        fs::rename(from, to)
    } else {
        rename_new(from, to)
    }
}

#[cfg(unix)]
fn same_file(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (one.symlink_metadata(), other.symlink_metadata()) {
        (Ok(one), Ok(other)) => one.ino() == other.ino() && one.dev() == other.dev(),
        _ => false,
    }
}

#[cfg(not(unix))]
fn same_file(one: &Path, other: &Path) -> bool {
    matches!((fs::read(one), fs::read(other)), (Ok(one), Ok(other)) if one == other)
}

fn word(mode: Mode) -> &'static str {
    match mode {
        Mode::Plain => "plain",
        Mode::Executable => "executable",
        Mode::Link => "link",
        Mode::Other => "other",
    }
}

/// Returns 0 for an entry, and 1 to 3 for the sides of a conflict.
fn stage_of(entry: &IndexEntry) -> u16 {
    entry.flags >> 12 & 3
}

fn entries(entries: &[IndexEntry]) -> Vec<Json> {
    entries
        .iter()
        .map(|entry| {
            json!({ "mode": entry.mode, "id": entry.id.to_string(), "stage": stage_of(entry) })
        })
        .collect()
}

fn text_of<'j>(json: &'j Json, key: &str) -> Option<&'j str> {
    json.get(key)?.as_str()
}

fn steps_of(journal: &Json, content: &[u8]) -> Option<Steps> {
    let mut steps = Steps::default();
    for step in journal.get("files")?.as_array()? {
        steps.files.push(FileStep {
            path: RelPath::parse(text_of(step, "path")?).ok()?,
            before: side_of(step.get("before")?, content)?.node,
            after: side_of(step.get("after")?, content)?.node,
        });
    }
    for step in journal.get("index")?.as_array()? {
        let path = text_of(step, "path")?.to_owned();
        steps.index.push(IndexStep {
            before: entries_of(&path, step.get("before")?)?,
            after: entries_of(&path, step.get("after")?)?,
            path,
        });
    }
    Some(steps)
}

/// One side of a file's step.
struct StepSide {
    node: Option<Node>,
}

fn side_of(json: &Json, content: &[u8]) -> Option<StepSide> {
    if json.is_null() {
        return Some(StepSide { node: None });
    }
    let mode = match text_of(json, "mode")? {
        "plain" => Mode::Plain,
        "executable" => Mode::Executable,
        "link" => Mode::Link,
        _ => Mode::Other,
    };
    let number = |key: &str| usize::try_from(json.get(key)?.as_u64()?).ok();
    let at = number("at")?;
    let bytes = content.get(at..at.checked_add(number("length")?)?)?;
    let bytes = (mode != Mode::Other).then(|| bytes.into());
    let node = Some(Node { mode, bytes });
    Some(StepSide { node })
}

fn entries_of(path: &str, json: &Json) -> Option<Vec<IndexEntry>> {
    json.as_array()?
        .iter()
        .map(|entry| {
            let mode = u32::try_from(entry.get("mode")?.as_u64()?).ok()?;
            let stage = u16::try_from(entry.get("stage")?.as_u64()?).ok()?;
            let id = Oid::from_str(text_of(entry, "id")?).ok()?;
            Some(index_entry(path.as_bytes(), mode, id, stage))
        })
        .collect()
}
