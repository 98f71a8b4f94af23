//! The project that a command works on, and what its template made then: the base of every comparison.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::System;
use crate::engine::compose::{Composition, UnreadFile, compose};
use crate::engine::merge::{Mode, Node};
use crate::engine::resolve::Resolved;
use crate::model::object::{Id, Kind};
use crate::model::record::{self, Record, RecordError};
use crate::model::relpath::{RelPath, RelPathError};
use crate::model::template::{Origin, Template};
use crate::model::tree::Tree;
use crate::model::value::Answers;
use crate::system::PathError;
use crate::system::builtin;
use crate::system::journal::{Journal, JournalError, Recovered};
use crate::system::project::{self, Look, Project, ProjectError};
use crate::system::repository::RepositoryError;
use crate::system::source::{self, BUILTIN, SourceError};

/// Why a project cannot be worked on.
#[derive(Debug, thiserror::Error)]
pub enum BaseError {
    /// There is no project, or no repository.
    #[error(transparent)]
    Project(#[from] ProjectError),
    /// The record cannot be read.
    #[error("the record `{}` cannot be used: {error}", record::PATH)]
    Record {
        /// What is wrong with it.
        error: RecordError,
    },
    /// An update that was begun could not be ended.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// Nothing can say any more what the template made then.
    #[error("what {template} {version} made then cannot be made again")]
    NoBase {
        /// The template.
        template: String,
        /// The version.
        version: String,
        /// What was tried, and why it did not do.
        tried: Vec<String>,
    },
    /// Something cannot be read.
    #[error(transparent)]
    Path(#[from] PathError),
    /// Git failed.
    #[error(transparent)]
    Git(#[from] RepositoryError),
    /// A file of the template cannot be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The record's own path is none.
    #[error(transparent)]
    RelPath(#[from] RelPathError),
}

/// A project with its record.
#[derive(Debug)]
pub struct Opened {
    /// The project.
    pub project: Project,
    /// How it was made.
    pub record: Record,
    /// How an update that an earlier run left unfinished ended.
    pub recovered: Option<Recovered>,
}

/// A file that a template makes.
#[derive(Clone, Debug)]
pub enum Made {
    /// One whose content is here.
    Read(Node),
    /// One that is copied as it is, and was not read.
    Unread(UnreadFile),
}

impl Made {
    /// Returns what it is.
    pub fn mode(&self) -> Mode {
        match self {
            Self::Read(node) => node.mode,
            Self::Unread(file) if file.executable => Mode::Executable,
            Self::Unread(_) => Mode::Plain,
        }
    }

    /// Returns how many bytes it has.
    pub fn size(&self) -> u64 {
        match self {
            Self::Read(node) => node.bytes.as_ref().map_or(0, |bytes| bytes.len() as u64),
            Self::Unread(file) => file.content.size,
        }
    }

    /// Returns whether git gives its content the id of these bytes.
    pub fn has_id(&self, id: &[u8]) -> bool {
        match self {
            Self::Read(node) => {
                let bytes = node.bytes.as_deref().unwrap_or_default();
                Id::of(Kind::Blob, bytes).as_bytes() == id
            }
            Self::Unread(file) => file.content.id.as_bytes() == id,
        }
    }

    /// Returns whether another one is known to be the same file.
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Read(one), Self::Read(other)) => one == other,
            (Self::Unread(one), Self::Unread(other)) => one == other,
            (Self::Read(_), Self::Unread(_)) | (Self::Unread(_), Self::Read(_)) => false,
        }
    }
}

/// What a template made then.
#[derive(Clone, Debug, Default)]
pub struct Base {
    /// The files.
    pub files: BTreeMap<RelPath, Made>,
    /// What each path is called in the template; empty where only the files are known.
    pub targets: BTreeMap<RelPath, String>,
    /// The files that are the user's once they are made.
    pub once: BTreeSet<RelPath>,
    /// The answers by which they were made.
    pub answers: Answers,
}

impl Base {
    /// Returns a base of rendered files.
    pub fn of(composition: &Composition) -> Self {
        let unread = composition.unread.iter();
        let unread = unread.map(|(path, file)| (path.clone(), Made::Unread(*file)));
        Self {
            files: read(&composition.tree).chain(unread).collect(),
            targets: composition.targets.clone(),
            once: composition.once.clone(),
            answers: Answers::new(),
        }
    }
}

fn read(tree: &Tree) -> impl Iterator<Item = (RelPath, Made)> {
    tree.iter().map(|(path, file)| {
        let node = Node::file(&file.bytes, file.executable);
        (path.clone(), Made::Read(node))
    })
}

/// Opens the project that a folder is or lies in, after ending what an earlier run left unfinished.
///
/// # Errors
/// There is none, it is in no repository, or its record cannot be read.
pub fn open(system: &System, folder: &Path) -> Result<Opened, BaseError> {
    let root = project::find(&system.environment.path(folder))?;
    let project = Project::open(&root)?;
    let recovered = recover(&project)?;
    let path = RelPath::parse(record::PATH)?;
    project.check_record()?;
    let bytes = match project.look(&path)? {
        Look::Node(Node {
            bytes: Some(bytes), ..
        }) => bytes,
        Look::Node(_) | Look::Nothing | Look::Folder | Look::Below(_) => {
            return Err(ProjectError::NoRecord { path: root }.into());
        }
    };
    let record = std::str::from_utf8(&bytes)
        .map_err(|error| RecordError::Malformed(error.to_string()))
        .and_then(Record::parse)
        .map_err(|error| BaseError::Record { error })?;
    Ok(Opened {
        project,
        record,
        recovered,
    })
}

/// Ends an update that an earlier run left unfinished.
///
/// # Errors
/// It cannot be ended.
pub fn recover(project: &Project) -> Result<Option<Recovered>, JournalError> {
    if Journal::is_begun(project) {
        Journal::open(project)?.recover()
    } else {
        Ok(None)
    }
}

/// Makes again what the template made then, checked by the tree id of the record.
///
/// # Errors
/// Nothing can: the recorded version is gone, and the project's history does not have it.
pub fn base(system: &System, opened: &Opened) -> Result<Base, BaseError> {
    let record = &opened.record;
    let mut tried = Vec::new();
    match recorded_template(system, opened) {
        Ok(template) => match render(&template, record) {
            Ok(base) => {
                return Ok(Base {
                    answers: record.answers.clone(),
                    ..base
                });
            }
            Err(reason) => tried.push(reason),
        },
        Err(error) => tried.push(error.to_string()),
    }
    if let Some(tree) = opened.project.recorded_tree(&record.tree) {
        return Ok(Base {
            files: read(&tree).collect(),
            answers: record.answers.clone(),
            ..Base::default()
        });
    }
    tried.push("the project's history does not have the untouched files".to_owned());
    Err(BaseError::NoBase {
        template: record.template.clone(),
        version: record.version.to_string(),
        tried,
    })
}

/// Renders a template as the record says, or says why that is not what was made then.
fn render(template: &Template, record: &Record) -> Result<Base, String> {
    let manifest = &template.manifest;
    if manifest.name != record.template || manifest.version != record.version {
        let (name, version) = (&manifest.name, &manifest.version);
        return Err(format!("what is there now is {name} {version}"));
    }
    let Some(resolved) = Resolved::recorded(template, &record.answers) else {
        return Err("the record lacks an answer".to_owned());
    };
    let composition = compose(template, &resolved).map_err(|error| error.to_string())?;
    if composition.tree_id().to_string() != record.tree {
        let reason = format!(
            "{} {} makes other files now than it did then",
            manifest.name, manifest.version
        );
        return Err(reason);
    }
    Ok(Base::of(&composition))
}

fn recorded_template(system: &System, opened: &Opened) -> Result<Template, SourceError> {
    let record = &opened.record;
    match &record.git {
        Some(origin) => {
            let versions = built_in_versions(record);
            let inherits = &record.inherits;
            system.catalog.load_recorded(origin, inherits, &versions)
        }
        None if record.source == BUILTIN => {
            source::load_builtin_at(&record.template, &built_in_versions(record))
        }
        None => local(system, opened),
    }
}

/// Returns the versions of the built-in templates and layers that took part.
fn built_in_versions(record: &Record) -> builtin::Wanted {
    let layers = record.layers.iter();
    let layers = layers.map(|(name, version)| (name.clone(), version.clone()));
    let own = (record.source == BUILTIN)
        .then(|| (builtin::key(&record.template), record.version.clone()));
    layers.chain(own).collect()
}

/// Loads the template of a record that is in no git repository, as it is now.
///
/// # Errors
/// It is not there, or has faults.
pub fn local(system: &System, opened: &Opened) -> Result<Template, SourceError> {
    let record = &opened.record;
    if record.source == BUILTIN {
        return system
            .catalog
            .load(&format!("{BUILTIN}/{}", record.template));
    }
    let folder = folder_of(system, opened);
    let mut template = system.catalog.load_folder(&folder)?;
    // The record names the folder as a person typed it, and that stays.
    template.origin = Origin::Directory(record.source.clone());
    Ok(template)
}

/// Returns the folder of a template: as it was typed, from here or from beside the project, where it was made.
fn folder_of(system: &System, opened: &Opened) -> String {
    let typed = &opened.record.source;
    let beside = opened.project.root.parent().map(|above| above.join(typed));
    let here = system.environment.path(Path::new(typed));
    let found: Vec<PathBuf> = [Some(here), beside].into_iter().flatten().collect();
    let is_it = |folder: &&PathBuf| system.catalog.has_template(folder);
    found
        .iter()
        .find(is_it)
        .map_or_else(|| typed.clone(), |folder| folder.display().to_string())
}
