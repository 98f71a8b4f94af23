//! Adds, refreshes and removes sources of team templates.

use std::collections::BTreeMap;
use std::path::Path;

use super::System;
use crate::model::address::{AddressError, GitRef, Place, is_source_name, source_name};
use crate::model::problem::Problem;
use crate::model::relpath::RelPath;
use crate::model::template::Template;
use crate::model::text::visible;
use crate::system::shelf::Shelf;
use crate::system::source::{OpenSource, SourceError, refuse_http};
use crate::system::sources::{Locked, Source, SourcesError, tidy};

/// What is to be added.
#[derive(Clone, Debug, Default)]
pub struct AddOptions {
    /// The address or folder as it was typed.
    pub source: String,
    /// What the source is called, if not as it calls itself.
    pub name: Option<String>,
    /// The branch, tag or commit to follow.
    pub reference: Option<GitRef>,
    /// The folder in it.
    pub subdir: Option<RelPath>,
    /// Whether an address without encryption is taken.
    pub allow_http: bool,
}

/// Why a source cannot be added, refreshed or removed.
#[derive(Debug, thiserror::Error)]
pub enum SourcesOpError {
    /// The source or one of its templates cannot be used.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// There is a source of this name.
    #[error("there is a source `{name}` already")]
    Exists {
        /// The name.
        name: String,
    },
    /// No name can be made from the address, or the one that was given is none.
    #[error("a source is named with lower-case letters, digits and `-`, a letter first{}", given(.name.as_deref()))]
    Name {
        /// The name as given.
        name: Option<String>,
    },
    /// A folder has no versions.
    #[error("a folder has no versions; a repository on this machine is `file://` and its path")]
    FolderWithRef,
    /// Both the address and a flag say it.
    #[error("the address and `{flag}` both say {what}")]
    Twice {
        /// The flag.
        flag: &'static str,
        /// What they say.
        what: &'static str,
    },
    /// Templates have faults.
    #[error("the templates of {place} have {}", count(.problems.len()))]
    Faulty {
        /// The address or folder.
        place: String,
        /// Everything that is wrong with them.
        problems: Vec<Problem>,
    },
    /// The source stands in a file that comes with a repository.
    #[error("the source `{name}` comes with this repository, in {file}")]
    Project {
        /// The name.
        name: String,
        /// The file.
        file: String,
    },
}

fn count(problems: usize) -> String {
    if problems == 1 {
        "a problem".to_owned()
    } else {
        format!("{problems} problems")
    }
}

fn given(name: Option<&str>) -> String {
    name.map(|name| format!(", not `{}`", visible(name)))
        .unwrap_or_default()
}

impl From<SourcesError> for SourcesOpError {
    fn from(error: SourcesError) -> Self {
        Self::Source(error.into())
    }
}

impl From<AddressError> for SourcesOpError {
    fn from(error: AddressError) -> Self {
        Self::Source(error.into())
    }
}

/// A source with its templates.
#[derive(Debug)]
pub struct Loaded {
    /// The source, its commit and what it inherits locked.
    pub source: Source,
    /// Its templates, in the order of their folders.
    pub templates: Vec<Template>,
    /// The id of each template's content, by its name; none where there is no repository.
    contents: BTreeMap<String, String>,
}

/// Adds a source: fetches it, checks every template in it and writes it down.
///
/// # Errors
/// It cannot be fetched, has faults or no template, or its name is taken. Then nothing is written down.
pub fn add(system: &System, options: &AddOptions) -> Result<Loaded, SourcesOpError> {
    if let Some(name) = &options.name
        && !is_source_name(name)
    {
        return Err(SourcesOpError::Name {
            name: Some(name.clone()),
        });
    }
    let file = system.catalog.file.clone().ok_or(SourcesError::NoPlace)?;
    let mut source = typed(system, options)?;
    source.file.clone_from(&file);
    let refused = |name: &str| SourcesOpError::Exists {
        name: name.to_owned(),
    };
    // Before anything is fetched; once more when nobody else can write.
    if let Some(name) = &options.name
        && system.catalog.sources.contains_key(name)
    {
        return Err(refused(name));
    }
    let open = open_fresh(system, &mut source)?;
    let suggested = match &source.place {
        Place::Git(url) => url.suggested_name(),
        Place::Folder(path) => Path::new(path)
            .file_name()
            .and_then(|name| source_name(&name.to_string_lossy())),
    };
    let name = options.name.clone().or(open.own_name.clone()).or(suggested);
    source.name = name.ok_or(SourcesOpError::Name { name: None })?;
    let loaded = load_all(system, source, &open)?;
    let mut locked = Locked::open(&file)?;
    if locked.has(&loaded.source.name) {
        return Err(refused(&loaded.source.name));
    }
    locked.set(&loaded.source);
    locked.save()?;
    Ok(loaded)
}

/// Returns the source that was typed, its name still open.
fn typed(system: &System, options: &AddOptions) -> Result<Source, SourcesOpError> {
    let address = system.catalog.address(&options.source)?;
    if address.dir.is_some() && options.subdir.is_some() {
        let (flag, what) = ("--subdir", "which folder is meant");
        return Err(SourcesOpError::Twice { flag, what });
    }
    if address.reference.is_some() && options.reference.is_some() {
        let (flag, what) = ("--ref", "which version is meant");
        return Err(SourcesOpError::Twice { flag, what });
    }
    let place = match address.place {
        Place::Git(url) => {
            refuse_http(&url, options.allow_http)?;
            Place::Git(url)
        }
        Place::Folder(_) if options.reference.is_some() => {
            return Err(SourcesOpError::FolderWithRef);
        }
        Place::Folder(path) => {
            let path = system.environment.path(Path::new(&path));
            Place::Folder(path.display().to_string())
        }
    };
    Ok(Source {
        name: String::new(),
        place,
        subdir: address.dir.or_else(|| options.subdir.clone()),
        reference: address.reference.or_else(|| options.reference.clone()),
        commit: None,
        allow_http: options.allow_http,
        inherits: BTreeMap::new(),
        file: std::path::PathBuf::new(),
        is_project: false,
    })
}

/// Fetches a source and opens it at the newest commit, which is locked in it.
fn open_fresh(system: &System, source: &mut Source) -> Result<OpenSource, SourceError> {
    source.commit = match &source.place {
        Place::Git(url) => Some(system.catalog.fetch(url, source.reference.as_ref())?),
        Place::Folder(_) => None,
    };
    system.catalog.open_at(source, source.commit.clone())
}

/// Loads every template of a source, fetching what they inherit, and locks that too.
fn load_all(
    system: &System,
    mut source: Source,
    open: &OpenSource,
) -> Result<Loaded, SourcesOpError> {
    let mut templates: Vec<Template> = Vec::new();
    let mut contents = BTreeMap::new();
    let mut problems = Vec::new();
    source.inherits.clear();
    for folder in &open.folders {
        match system.catalog.load_fresh(&source, open, folder) {
            Ok(template) => {
                let manifest = &template.manifest;
                if let Some(other) = templates
                    .iter()
                    .find(|other| other.manifest.name == manifest.name)
                {
                    let message = format!(
                        "the name `{}` is taken by the template of {}",
                        manifest.name, other.manifest.file
                    );
                    problems.push(Problem::of(&manifest.file, message));
                }
                for (address, origin) in &template.inherits {
                    source
                        .inherits
                        .insert(address.clone(), origin.commit.clone());
                }
                if let Shelf::Commit(snapshot) = &open.shelf
                    && let Ok(Some(id)) = snapshot.tree_id(folder)
                {
                    contents.insert(manifest.name.clone(), id);
                }
                templates.push(template);
            }
            Err(SourceError::Faulty {
                problems: found, ..
            }) => problems.extend(found),
            Err(error) => return Err(error.into()),
        }
    }
    if !problems.is_empty() {
        let place = match &source.place {
            Place::Git(url) => url.to_string(),
            Place::Folder(path) => visible(path),
        };
        return Err(SourcesOpError::Faulty { place, problems });
    }
    Ok(Loaded {
        source,
        templates,
        contents,
    })
}

/// What a refresh brought for one template.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Change {
    /// It is new, in this version.
    Added(String),
    /// It is gone; this was its version.
    Removed(String),
    /// Its version went from one to the other.
    Version(String, String),
    /// It has other content in the same version.
    Content(String),
}

/// What a refresh brought for one source.
#[derive(Debug)]
pub struct Refreshed {
    /// The commit that was in use.
    pub old: Option<String>,
    /// The commit that is there now.
    pub commit: Option<String>,
    /// What changed, by the name of the template.
    pub changes: BTreeMap<String, Change>,
    /// The commits of inherited repositories that moved, by address.
    pub inherits: BTreeMap<String, (Option<String>, String)>,
}

impl Refreshed {
    /// Returns whether anything is new.
    pub fn is_new(&self) -> bool {
        self.old != self.commit || !self.changes.is_empty() || !self.inherits.is_empty()
    }
}

/// The outcome for one source, by its name.
pub type Outcome = (String, Result<Refreshed, SourcesOpError>);

/// Whether what is new is written down.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RefreshMode {
    /// The sources move on.
    Apply,
    /// They stay.
    Check,
}

/// Fetches sources, all without a name, and says what is new. A source that cannot be refreshed stays as it is and stops no other.
///
/// # Errors
/// There is no source of a name.
pub fn refresh(
    system: &System,
    names: &[String],
    mode: RefreshMode,
) -> Result<Vec<Outcome>, SourcesOpError> {
    let mut sources = Vec::new();
    for name in names {
        sources.push(system.catalog.source(name)?);
    }
    if names.is_empty() {
        sources.extend(system.catalog.sources.values());
    }
    Ok(sources
        .into_iter()
        .map(|source| (source.name.clone(), refresh_one(system, source, mode)))
        .collect())
}

fn refresh_one(
    system: &System,
    source: &Source,
    mode: RefreshMode,
) -> Result<Refreshed, SourcesOpError> {
    let before = known(system, source);
    let old = system.catalog.current(source);
    let mut fresh = source.clone();
    let open = open_fresh(system, &mut fresh)?;
    let loaded = load_all(system, fresh, &open)?;
    let moved = loaded
        .source
        .inherits
        .iter()
        .filter(|(address, commit)| source.inherits.get(*address) != Some(*commit))
        .map(|(address, commit)| {
            let old = source.inherits.get(address).cloned();
            (address.clone(), (old, commit.clone()))
        })
        .collect();
    let refreshed = Refreshed {
        old,
        commit: loaded.source.commit.clone(),
        changes: before
            .map(|before| changes(&before, &loaded))
            .unwrap_or_default(),
        inherits: moved,
    };
    // A repository's own list says which commit everybody has only where it names one.
    let writes = !source.is_project || source.commit.is_some();
    if mode == RefreshMode::Apply && writes {
        tidy(&source.file);
    }
    if mode == RefreshMode::Apply && refreshed.is_new() && writes {
        let mut locked = Locked::open(&source.file)?;
        if locked.has(&source.name) {
            locked.set(&loaded.source);
            locked.save()?;
        }
    }
    Ok(refreshed)
}

/// The versions and contents of a source's templates, by name.
type Known = BTreeMap<String, (String, Option<String>)>;

/// Returns what is known of the templates at the commit that is locked; nothing if it is not there.
fn known(system: &System, source: &Source) -> Option<Known> {
    let open = system.catalog.open_source(source, false).ok()?;
    let mut known = Known::new();
    for folder in &open.folders {
        let Ok(manifest) = crate::system::loader::manifest(&open.shelf, folder) else {
            continue;
        };
        let content = match &open.shelf {
            Shelf::Commit(snapshot) => snapshot.tree_id(folder).ok().flatten(),
            Shelf::Disk(_) => None,
        };
        known.insert(manifest.name, (manifest.version.to_string(), content));
    }
    Some(known)
}

fn changes(before: &Known, after: &Loaded) -> BTreeMap<String, Change> {
    let mut changes = BTreeMap::new();
    for template in &after.templates {
        let name = &template.manifest.name;
        let version = template.manifest.version.to_string();
        let change = match before.get(name) {
            None => Some(Change::Added(version)),
            Some((old, _)) if *old != version => Some(Change::Version(old.clone(), version)),
            Some((_, content)) if content.as_ref() != after.contents.get(name) => {
                Some(Change::Content(version))
            }
            Some(_) => None,
        };
        changes.extend(change.map(|change| (name.clone(), change)));
    }
    for (name, (version, _)) in before {
        let is_there = after
            .templates
            .iter()
            .any(|template| template.manifest.name == *name);
        if !is_there {
            changes.insert(name.clone(), Change::Removed(version.clone()));
        }
    }
    changes
}

/// Removes a source from the user's list. What was fetched stays: projects were made from it.
///
/// # Errors
/// There is no such source, or it comes with a repository.
pub fn remove(system: &System, name: &str) -> Result<Source, SourcesOpError> {
    let source = system.catalog.source(name)?;
    if source.is_project {
        return Err(SourcesOpError::Project {
            name: source.name.clone(),
            file: visible(&source.file.display().to_string()),
        });
    }
    let mut locked = Locked::open(&source.file)?;
    locked.remove(name);
    locked.save()?;
    Ok(source.clone())
}
