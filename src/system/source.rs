//! Finds the templates that a user names: built in, of a source, at an address, in a folder.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::builtin::{self, Wanted};
use super::config::Config;
use super::env::Environment;
use super::git_cli::GitRun;
use super::loader::{self, Reading, Remote};
use super::shelf::{Kind, Shelf, join};
use super::source_file;
use super::sources::{self, Source, SourcesError};
use super::store::{Snapshot, Store, StoreError};
use crate::model::address::{
    Address, AddressError, GitRef, GitUrl, Place, Transport, is_source_name,
};
use crate::model::manifest::Manifest;
use crate::model::object::Id;
use crate::model::problem::{Problem, nearest};
use crate::model::relpath::RelPath;
use crate::model::template::{GitOrigin, Origin, Template};
use crate::model::text::visible;

/// The name before the slash for the templates of this program.
pub const BUILTIN: &str = "builtin";

/// Why a template cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// No template has this name.
    #[error("no template `{name}`")]
    Unknown {
        /// The name as given.
        name: String,
        /// The template that was most likely meant.
        nearest: Option<String>,
    },
    /// Several templates have this name.
    #[error("`{name}` is the name of several templates")]
    Ambiguous {
        /// The name as given.
        name: String,
        /// The templates with their sources.
        all: Vec<String>,
    },
    /// There is no folder at the path.
    #[error(
        "no template at `{path}`: there is no folder with a `template.toml` or `cookiecutter.json`"
    )]
    NoFolder {
        /// The path as given.
        path: String,
    },
    /// A repository or folder has several templates and none was named.
    #[error("`{place}` has several templates")]
    Several {
        /// The address or folder.
        place: String,
        /// The addresses or folders of the templates.
        all: Vec<String>,
    },
    /// A folder or repository has no template.
    #[error("`{place}` has no template: no folder with a `template.toml` or `cookiecutter.json`")]
    Empty {
        /// The folder or address.
        place: String,
    },
    /// A folder or repository holds a template of Copier.
    #[error("`{place}` is a template of Copier, which pyscaffold does not read")]
    Copier {
        /// The folder or address.
        place: String,
    },
    /// There is no source of this name.
    #[error("there is no source `{name}`")]
    UnknownSource {
        /// The name.
        name: String,
        /// The source that was most likely meant.
        nearest: Option<String>,
    },
    /// A version was asked for of something that has none.
    #[error("`{name}` is in no git repository, and `--ref` names a version of one")]
    NoVersions {
        /// The template as given.
        name: String,
    },
    /// The address is none, or not to be used.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// The address is not encrypted, and nobody allowed that.
    #[error("`{url}` is not encrypted: anybody on the way could change the templates")]
    PlainHttp {
        /// The address.
        url: String,
    },
    /// It is not stored here, and the network is not to be used.
    #[error("`{what}` is not stored on this machine")]
    NotStored {
        /// The address or source.
        what: String,
        /// The command that brings it.
        command: String,
    },
    /// The store does not have it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The list of sources cannot be used.
    #[error(transparent)]
    Sources(#[from] SourcesError),
    /// The template has faults.
    #[error("template `{name}` has {}", count(.problems.len()))]
    Faulty {
        /// The template as given.
        name: String,
        /// Everything that is wrong with it.
        problems: Vec<Problem>,
    },
}

fn count(problems: usize) -> String {
    if problems == 1 {
        "a problem".to_owned()
    } else {
        format!("{problems} problems")
    }
}

/// What this process has fetched already, by address and branch, tag or commit.
pub type Fetched = Rc<RefCell<BTreeMap<(String, String), String>>>;

/// How the repositories that a manifest names are found.
#[derive(Clone, Copy, Debug)]
enum Inherit<'a> {
    /// By the commits that are locked for a source.
    Locked(&'a Source),
    /// As they were fetched last; where they never were, by fetching.
    Last,
    /// By fetching.
    Fetch,
    /// By the commits that a project's record names.
    Recorded(&'a BTreeMap<String, GitOrigin>, &'a Wanted),
}

/// A source that is open for reading.
#[derive(Debug)]
pub struct OpenSource {
    /// Where its folders are.
    pub shelf: Shelf,
    /// The commit, for a repository.
    pub commit: Option<String>,
    /// The name that it gives itself.
    pub own_name: Option<String>,
    /// The folders of its templates, in order; the root is the empty one.
    pub folders: Vec<String>,
}

/// Everything that a name can mean.
#[derive(Debug)]
pub struct Catalog {
    environment: Environment,
    shorthands: BTreeMap<String, String>,
    run: GitRun,
    /// Whether the network must not be used.
    pub offline: bool,
    /// The branch, tag or commit that is wanted instead of the one that a source follows.
    pub reference: Option<GitRef>,
    /// The user's list of sources.
    pub file: Option<PathBuf>,
    /// The sources, by name.
    pub sources: BTreeMap<String, Source>,
    fetched: Fetched,
    /// A template that was loaded and is wanted once more, by its word.
    kept: RefCell<Option<(String, Template)>>,
    /// The commits of which something was left unread.
    unread: RefCell<Vec<(GitUrl, Rc<Snapshot>)>>,
}

impl Catalog {
    /// Reads the lists of sources: the user's, and that of the repository that the working folder lies in, which goes before.
    ///
    /// # Errors
    /// A list cannot be read or has faults.
    pub fn open(
        environment: &Environment,
        config: &Config,
        file: Option<PathBuf>,
        progress: fn(&str),
        fetched: Fetched,
    ) -> Result<Self, SourcesError> {
        let mut known = BTreeMap::new();
        let project = sources::project_file(&environment.directory);
        for (file, is_project) in [(file.as_ref(), false), (project.as_ref(), true)] {
            let Some(file) = file else { continue };
            for source in sources::read(file, is_project)? {
                known.insert(source.name.clone(), source);
            }
        }
        Ok(Self {
            run: GitRun::new(environment, config.timeout, progress),
            environment: environment.clone(),
            shorthands: config.shorthands.clone(),
            offline: false,
            reference: None,
            file,
            sources: known,
            fetched,
            kept: RefCell::default(),
            unread: RefCell::default(),
        })
    }

    /// Reads an address with this user's short-hands.
    ///
    /// # Errors
    /// It is none.
    pub fn address(&self, text: &str) -> Result<Address, AddressError> {
        Address::parse(text, &self.shorthands)
    }

    /// Returns the source of a name.
    ///
    /// # Errors
    /// There is none.
    pub fn source(&self, name: &str) -> Result<&Source, SourceError> {
        self.sources.get(name).ok_or_else(|| {
            let known = self.sources.keys().map(String::as_str);
            SourceError::UnknownSource {
                name: visible(name),
                nearest: nearest(name, known).map(str::to_owned),
            }
        })
    }

    /// Returns whether loading a word could need the network.
    pub fn is_remote(word: &str) -> bool {
        Address::is_meant(word)
    }

    /// Loads the template of a name, of a source and a name, of an address, or of a path such as `./my-template`.
    ///
    /// # Errors
    /// There is no such template, it has faults, or it cannot be fetched.
    pub fn load(&self, word: &str) -> Result<Template, SourceError> {
        let kept = self.kept.borrow_mut().take_if(|(kept, _)| kept == word);
        if let Some((_, template)) = kept {
            return Ok(template);
        }
        let template = self.load_any(word)?;
        match (&template.origin, &self.reference) {
            (Origin::Git(_), _) | (_, None) => Ok(template),
            (Origin::Builtin | Origin::Directory(_), Some(_)) => Err(SourceError::NoVersions {
                name: visible(word),
            }),
        }
    }

    /// Keeps a template that [`Self::load`] returned for the next one who asks for it.
    pub fn keep(&self, word: String, template: Template) {
        self.kept.replace(Some((word, template)));
    }

    fn load_any(&self, word: &str) -> Result<Template, SourceError> {
        if Address::is_meant(word) {
            return self.load_address(word);
        }
        if let Some((source, name)) = word.split_once('/')
            && is_name(name)
        {
            if source == BUILTIN {
                return load_builtin(name, word, &[]);
            }
            if let Some(source) = self.sources.get(source) {
                return self.load_named(source, name);
            }
            let is_folder = self.environment.path(Path::new(word)).is_dir();
            if is_source_name(source) && !is_folder {
                self.source(source)?;
            }
        }
        if is_path(word) {
            return self.load_folder(word);
        }
        self.load_short(word)
    }

    /// Loads the one template of a short name.
    fn load_short(&self, word: &str) -> Result<Template, SourceError> {
        let mut meant = Vec::new();
        let mut names = Vec::new();
        for source in self.sources.values() {
            // A source that cannot be read stops nobody from using the others.
            for name in self.names(source).unwrap_or_default() {
                if name == word {
                    meant.push(source);
                }
                names.push(name);
            }
        }
        let is_builtin = builtin::names().contains(&word);
        match (is_builtin, meant.as_slice()) {
            (_, []) => load_builtin(word, word, &names),
            (false, [source]) => self.load_named(source, word),
            (_, several) => {
                let builtin = is_builtin.then(|| format!("{BUILTIN}/{word}"));
                let others = several
                    .iter()
                    .map(|source| format!("{}/{word}", source.name));
                Err(SourceError::Ambiguous {
                    name: visible(word),
                    all: builtin.into_iter().chain(others).collect(),
                })
            }
        }
    }

    /// Returns the names of a source's templates, as far as they can be told without the network.
    fn names(&self, source: &Source) -> Result<Vec<String>, SourceError> {
        let open = self.open_source(source, false)?;
        let folders = open.folders.iter();
        Ok(folders
            .filter_map(|folder| loader::name(&open.shelf, folder))
            .collect())
    }

    /// Loads a template of a source.
    fn load_named(&self, source: &Source, name: &str) -> Result<Template, SourceError> {
        let other = match (&self.reference, &source.place) {
            (Some(reference), Place::Git(url)) => Some(Source {
                commit: Some(self.fetch(url, Some(reference))?),
                reference: Some(reference.clone()),
                inherits: BTreeMap::new(),
                ..source.clone()
            }),
            _ => None,
        };
        let source = other.as_ref().unwrap_or(source);
        let open = self.open_source(source, true)?;
        for folder in &open.folders {
            if loader::name(&open.shelf, folder).as_deref() == Some(name) {
                return self.load_of(source, &open, folder);
            }
        }
        let word = format!("{}/{name}", source.name);
        let names = self.names(source).unwrap_or_default();
        let near = nearest(name, names.iter().map(String::as_str));
        Err(SourceError::Unknown {
            name: visible(&word),
            nearest: near.map(|near| format!("{}/{near}", source.name)),
        })
    }

    /// Loads the template in a folder of a source, with what is locked for it.
    ///
    /// # Errors
    /// It has faults.
    pub fn load_of(
        &self,
        source: &Source,
        open: &OpenSource,
        folder: &str,
    ) -> Result<Template, SourceError> {
        let inherit = if source.inherits.is_empty() {
            Inherit::Last
        } else {
            Inherit::Locked(source)
        };
        self.load_with(source, open, folder, inherit)
    }

    /// Loads the template in a folder of a source; what it inherits is fetched.
    ///
    /// # Errors
    /// It has faults, or something cannot be fetched.
    pub fn load_fresh(
        &self,
        source: &Source,
        open: &OpenSource,
        folder: &str,
    ) -> Result<Template, SourceError> {
        self.load_with(source, open, folder, Inherit::Fetch)
    }

    fn load_with(
        &self,
        source: &Source,
        open: &OpenSource,
        folder: &str,
        inherit: Inherit<'_>,
    ) -> Result<Template, SourceError> {
        let within = source.subdir.as_ref().map_or("", RelPath::as_str);
        let dir = join_parts(within, folder);
        let (origin, transport) = match &source.place {
            Place::Git(url) => {
                let origin = GitOrigin {
                    url: url.clone(),
                    dir,
                    reference: source.reference.clone(),
                    commit: open.commit.clone().unwrap_or_default(),
                };
                (Origin::Git(origin), Some(url.transport()))
            }
            Place::Folder(_) => {
                let path = self.folder_of(source).join(folder);
                (Origin::Directory(path.display().to_string()), None)
            }
        };
        let name = loader::name(&open.shelf, folder).unwrap_or_default();
        let label = format!("{}/{name}", source.name);
        self.load_from(
            &open.shelf,
            folder,
            origin,
            (label.trim_end_matches('/'), transport),
            (inherit, Reading::Whole),
        )
    }

    /// Loads a template and finds what it inherits.
    fn load_from(
        &self,
        shelf: &Shelf,
        folder: &str,
        origin: Origin,
        (label, transport): (&str, Option<Transport>),
        (inherit, reading): (Inherit<'_>, Reading),
    ) -> Result<Template, SourceError> {
        let resolve = |address: &str| self.resolve(address, transport, (inherit, reading));
        let newest = Wanted::new();
        let versions = match inherit {
            Inherit::Recorded(_, versions) => versions,
            _ => &newest,
        };
        let loaded = loader::load(shelf, folder, origin, (&resolve, reading), versions);
        let template = loaded.map_err(|problems| SourceError::Faulty {
            name: visible(label),
            problems,
        })?;
        let name = &template.manifest.name;
        let called = last_part(folder);
        if !called.is_empty() && called != name && template.cookiecutter.is_none() {
            let message = format!(
                "the template is called `{name}` and its folder `{called}`: in a source both have one name"
            );
            return Err(SourceError::Faulty {
                name: visible(label),
                problems: vec![Problem::of(&template.manifest.file, message)],
            });
        }
        Ok(template)
    }

    /// Finds the repository of an address that a manifest names.
    fn resolve(
        &self,
        text: &str,
        from: Option<Transport>,
        (inherit, reading): (Inherit<'_>, Reading),
    ) -> Result<Remote, String> {
        let address = self.address(text).map_err(|error| error.to_string())?;
        let Place::Git(url) = &address.place else {
            return Err(format!("`{text}` is no address of a repository"));
        };
        // What is fetched from afar names nothing nearer, and nothing that is reached less safely.
        let allowed = match url.transport() {
            Transport::Https | Transport::Ssh => true,
            Transport::File => matches!(from, None | Some(Transport::File)),
            Transport::Http => from == Some(Transport::Http),
        };
        if !allowed {
            return Err(format!(
                "`{text}`: a template is built upon repositories that are reached by https or ssh"
            ));
        }
        let reference = address.reference.as_ref();
        let commit = match inherit {
            Inherit::Locked(source) => source.inherits.get(text).cloned().ok_or_else(|| {
                format!(
                    "`{text}` is not locked; `pyscaffold refresh {}` does it",
                    source.name
                )
            })?,
            Inherit::Recorded(inherits, _) => inherits
                .get(text)
                .map(|origin| origin.commit.clone())
                .ok_or_else(|| format!("`{text}` is not in the project's record"))?,
            Inherit::Last => match self.last(url, reference) {
                Some(commit) => commit,
                None => self
                    .fetch(url, reference)
                    .map_err(|error| explain(&error))?,
            },
            Inherit::Fetch => self
                .fetch(url, reference)
                .map_err(|error| explain(&error))?,
        };
        let snapshot = self
            .opened(url, &commit, (text, reading))
            .map_err(|error| explain(&error))?;
        Ok(Remote {
            shelf: Rc::new(Shelf::Commit(snapshot)),
            origin: GitOrigin {
                url: url.clone(),
                dir: address.dir.as_ref().map_or("", RelPath::as_str).to_owned(),
                reference: address.reference.clone(),
                commit,
            },
        })
    }

    fn last(&self, url: &GitUrl, reference: Option<&GitRef>) -> Option<String> {
        Store::of(&self.environment).ok()?.last(url, reference)
    }

    /// Returns the commit of a source that is in use: the one that is locked, else the one that was fetched last.
    pub fn current(&self, source: &Source) -> Option<String> {
        let Place::Git(url) = &source.place else {
            return None;
        };
        let last = || self.last(url, source.reference.as_ref());
        source.commit.clone().or_else(last)
    }

    /// Fetches once a run; offline it takes what is stored.
    ///
    /// # Errors
    /// It cannot be fetched, or is not stored.
    pub fn fetch(&self, url: &GitUrl, reference: Option<&GitRef>) -> Result<String, SourceError> {
        let store = Store::of(&self.environment)?;
        let is_fixed = reference.is_some_and(GitRef::is_commit);
        if let Some(commit) = store.last(url, reference)
            && (self.offline || is_fixed)
        {
            return Ok(commit);
        }
        let what = Address {
            place: Place::Git(url.clone()),
            dir: None,
            reference: reference.cloned(),
        };
        if self.offline {
            return Err(SourceError::NotStored {
                what: what.to_string(),
                command: "leave --offline out".to_owned(),
            });
        }
        let key = (url.to_string(), what.to_string());
        if let Some(commit) = self.fetched.borrow().get(&key) {
            return Ok(commit.clone());
        }
        let commit = store.fetch(&self.run, url, reference)?;
        self.fetched.borrow_mut().insert(key, commit.clone());
        Ok(commit)
    }

    /// Opens a stored commit, fetching it by its id if it is not there any more.
    fn stored(&self, url: &GitUrl, commit: &str, what: &str) -> Result<Snapshot, SourceError> {
        let store = Store::of(&self.environment)?;
        if let Some(snapshot) = store.open(url, commit)? {
            return Ok(snapshot);
        }
        let missing = || SourceError::NotStored {
            what: visible(what),
            command: "pyscaffold refresh".to_owned(),
        };
        if self.offline {
            return Err(missing());
        }
        let id = GitRef::parse(commit)?;
        store.fetch(&self.run, url, Some(&id))?;
        store.open(url, commit)?.ok_or_else(missing)
    }

    /// Opens a stored commit as [`Catalog::stored`] does, and keeps it open where some of it is read later.
    fn opened(
        &self,
        url: &GitUrl,
        commit: &str,
        (what, reading): (&str, Reading),
    ) -> Result<Rc<Snapshot>, SourceError> {
        let known = self.unread.borrow().iter().find_map(|(known, snapshot)| {
            (known == url && snapshot.commit == commit).then(|| Rc::clone(snapshot))
        });
        if let Some(known) = known {
            return Ok(known);
        }
        let snapshot = Rc::new(self.stored(url, commit, what)?);
        if reading == Reading::Needed {
            let kept = (url.clone(), Rc::clone(&snapshot));
            self.unread.borrow_mut().push(kept);
        }
        Ok(snapshot)
    }

    /// Reads a content that was left unread when a template was loaded.
    ///
    /// # Errors
    /// The commit that had it is damaged.
    pub fn content(&self, id: &Id) -> Result<Vec<u8>, SourceError> {
        let mut last = None;
        for (url, snapshot) in self.unread.borrow().iter() {
            let message = match snapshot.content(id) {
                Ok(Some(bytes)) => return Ok(bytes),
                Ok(None) => format!("the content {id} is not there"),
                Err(message) => message,
            };
            last = Some(StoreError::Damaged {
                url: url.to_string(),
                commit: snapshot.commit.clone(),
                message,
            });
        }
        Err(last.unwrap_or(StoreError::NoPlace).into())
    }

    /// Returns the folder of a source that is one.
    fn folder_of(&self, source: &Source) -> PathBuf {
        let Place::Folder(path) = &source.place else {
            return PathBuf::new();
        };
        let above = source
            .file
            .parent()
            .map_or_else(PathBuf::new, Path::to_owned);
        let root = if source.is_project {
            above.join(path)
        } else {
            self.environment.path(Path::new(path))
        };
        match &source.subdir {
            Some(subdir) => root.join(subdir.as_str()),
            None => root,
        }
    }

    /// Opens a source at the commit that is locked for it. Where none is, the one that was fetched last is taken, and where there
    /// was none, it is fetched, if that `may` be.
    ///
    /// # Errors
    /// It is not there, or what it says about itself has faults.
    pub fn open_source(&self, source: &Source, may: bool) -> Result<OpenSource, SourceError> {
        match &source.place {
            Place::Folder(_) => self.open_at(source, None),
            Place::Git(url) => {
                let reference = source.reference.as_ref();
                let commit = match self.current(source) {
                    Some(commit) => commit,
                    None if may && !self.offline => self.fetch(url, reference)?,
                    None => {
                        return Err(SourceError::NotStored {
                            what: source.name.clone(),
                            command: format!("pyscaffold refresh {}", source.name),
                        });
                    }
                };
                if !may && Store::of(&self.environment)?.open(url, &commit)?.is_none() {
                    return Err(SourceError::NotStored {
                        what: source.name.clone(),
                        command: format!("pyscaffold refresh {}", source.name),
                    });
                }
                self.open_at(source, Some(commit))
            }
        }
    }

    /// Opens a source at a commit.
    ///
    /// # Errors
    /// It is not there, or what it says about itself has faults.
    pub fn open_at(
        &self,
        source: &Source,
        commit: Option<String>,
    ) -> Result<OpenSource, SourceError> {
        let faulty = |problems: Vec<Problem>| SourceError::Faulty {
            name: source.name.clone(),
            problems,
        };
        let shelf = if let (Place::Git(url), Some(commit)) = (&source.place, &commit) {
            let snapshot = self.stored(url, commit, &source.name)?;
            let snapshot = match &source.subdir {
                Some(subdir) => snapshot.rebase(subdir.as_str()),
                None => Ok(snapshot),
            };
            Shelf::Commit(Rc::new(snapshot.map_err(|problem| faulty(vec![problem]))?))
        } else {
            let folder = self.folder_of(source);
            if !folder.is_dir() {
                return Err(SourceError::NoFolder {
                    path: visible(&folder.display().to_string()),
                });
            }
            Shelf::Disk(folder)
        };
        let (own_name, named) = source_file::read(&shelf).map_err(faulty)?;
        let folders = match named {
            Some(folders) => folders,
            None => loader::find(&shelf, "").map_err(|problem| faulty(vec![problem]))?,
        };
        if folders.is_empty() {
            let place = match &source.place {
                Place::Git(url) => url.to_string(),
                Place::Folder(path) => visible(path),
            };
            return Err(if loader::is_copier(&shelf, "") {
                SourceError::Copier { place }
            } else {
                SourceError::Empty { place }
            });
        }
        Ok(OpenSource {
            shelf,
            commit,
            own_name,
            folders,
        })
    }

    /// Returns the manifests of a source's templates, as far as they can be read without the network.
    ///
    /// # Errors
    /// The source cannot be opened.
    pub fn manifests(
        &self,
        source: &Source,
    ) -> Result<Vec<Result<Manifest, Vec<Problem>>>, SourceError> {
        let open = self.open_source(source, false)?;
        let read = open
            .folders
            .iter()
            .map(|folder| loader::manifest(&open.shelf, folder));
        Ok(read.collect())
    }

    /// Loads the one template that an address names.
    fn load_address(&self, word: &str) -> Result<Template, SourceError> {
        self.load_at(&self.address(word)?, word, Reading::Whole)
    }

    /// Loads the template of a repository at the commit of a record, with what it inherited then. What is only copied stays
    /// unread.
    ///
    /// # Errors
    /// The commit is nowhere any more, or the template has faults.
    pub fn load_recorded(
        &self,
        origin: &GitOrigin,
        inherits: &BTreeMap<String, GitOrigin>,
        versions: &Wanted,
    ) -> Result<Template, SourceError> {
        let label = origin.url.to_string();
        let about_commit = (label.as_str(), Reading::Needed);
        let shelf = Shelf::Commit(self.opened(&origin.url, &origin.commit, about_commit)?);
        let about = (label.as_str(), Some(origin.url.transport()));
        let inherit = Inherit::Recorded(inherits, versions);
        let at = Origin::Git(origin.clone());
        let how = (inherit, Reading::Needed);
        self.load_from(&shelf, &origin.dir, at, about, how)
    }

    /// Loads the newest version of the template of a record, or the one of another branch, tag or commit. What is only copied
    /// stays unread.
    ///
    /// # Errors
    /// It cannot be fetched, or has faults.
    pub fn load_newest(
        &self,
        origin: &GitOrigin,
        reference: Option<GitRef>,
    ) -> Result<Template, SourceError> {
        let address = Address {
            place: Place::Git(origin.url.clone()),
            dir: RelPath::parse(&origin.dir).ok(),
            reference: reference.or_else(|| origin.reference.clone()),
        };
        self.load_at(&address, &address.to_string(), Reading::Needed)
    }

    /// Loads the one template of an address; `word` is what messages call it.
    fn load_at(
        &self,
        address: &Address,
        word: &str,
        reading: Reading,
    ) -> Result<Template, SourceError> {
        let Place::Git(url) = &address.place else {
            return self.load_folder(word);
        };
        refuse_http(url, false)?;
        let reference = self.reference.as_ref().or(address.reference.as_ref());
        let commit = self.fetch(url, reference)?;
        let shelf = Shelf::Commit(self.opened(url, &commit, (word, reading))?);
        let dir = address.dir.as_ref().map_or("", RelPath::as_str);
        let faulty = |problem: Problem| SourceError::Faulty {
            name: visible(word),
            problems: vec![problem],
        };
        let folders = if loader::is_template(&shelf, dir).map_err(faulty)? {
            vec![dir.to_owned()]
        } else {
            match shelf.kind(dir).map_err(faulty)? {
                Some(Kind::Folder) => loader::find(&shelf, dir).map_err(faulty)?,
                Some(_) | None => Vec::new(),
            }
        };
        let folder = match folders.as_slice() {
            [folder] => folder.clone(),
            [] if loader::is_copier(&shelf, dir) => {
                return Err(SourceError::Copier {
                    place: visible(word),
                });
            }
            [] => {
                return Err(SourceError::Empty {
                    place: visible(word),
                });
            }
            _ => {
                let all = folders.iter().map(|folder| {
                    let dir = RelPath::parse(folder).ok();
                    let address = Address {
                        dir,
                        ..address.clone()
                    };
                    address.to_string()
                });
                return Err(SourceError::Several {
                    place: address.to_string(),
                    all: all.collect(),
                });
            }
        };
        let origin = Origin::Git(GitOrigin {
            url: url.clone(),
            dir: folder.clone(),
            reference: reference.cloned(),
            commit,
        });
        let inherit = if self.offline {
            Inherit::Last
        } else {
            Inherit::Fetch
        };
        let about = (word, Some(url.transport()));
        self.load_from(&shelf, &folder, origin, about, (inherit, reading))
    }

    /// Returns whether a folder is one of a template.
    pub fn has_template(&self, folder: &Path) -> bool {
        holds_template(&self.environment.path(folder))
    }

    /// Loads the template in a folder of this machine.
    ///
    /// # Errors
    /// There is none, or it has faults.
    pub fn load_folder(&self, word: &str) -> Result<Template, SourceError> {
        let folder = self.environment.path(Path::new(word));
        if !holds_template(&folder) {
            return self.load_below(word, &folder);
        }
        // Beside a source's own file lies what its templates share.
        let root = folder
            .ancestors()
            .skip(1)
            .take(4)
            .find(|above| above.join(source_file::NAME).is_file());
        let (root, rest) = match root.and_then(|root| Some((root, folder.strip_prefix(root).ok()?)))
        {
            Some((root, rest)) => (
                root.to_owned(),
                rest.to_str().unwrap_or_default().replace('\\', "/"),
            ),
            None => (folder, String::new()),
        };
        let shelf = Shelf::Disk(root);
        let origin = Origin::Directory(word.to_owned());
        let how = (Inherit::Last, Reading::Whole);
        self.load_from(&shelf, &rest, origin, (word, None), how)
    }

    /// Loads the one template that lies below a folder.
    fn load_below(&self, word: &str, folder: &Path) -> Result<Template, SourceError> {
        let faulty = |problem: Problem| SourceError::Faulty {
            name: visible(word),
            problems: vec![problem],
        };
        let mut below = if folder.is_dir() {
            loader::find(&Shelf::Disk(folder.to_owned()), "").map_err(faulty)?
        } else {
            Vec::new()
        };
        below.retain(|dir| holds_template(&folder.join(dir)));
        let word_of = |dir: &String| format!("{}/{dir}", word.trim_end_matches('/'));
        match below.as_slice() {
            [] if loader::is_copier(&Shelf::Disk(folder.to_owned()), "") => {
                Err(SourceError::Copier {
                    place: visible(word),
                })
            }
            [] => Err(SourceError::NoFolder {
                path: visible(word),
            }),
            [dir] => self.load_folder(&word_of(dir)),
            _ => Err(SourceError::Several {
                place: visible(word),
                all: below.iter().map(|dir| visible(&word_of(dir))).collect(),
            }),
        }
    }
}

/// Refuses an address that is not encrypted, unless somebody allowed it.
///
/// # Errors
/// It is one.
pub fn refuse_http(url: &GitUrl, allowed: bool) -> Result<(), SourceError> {
    if url.transport() == Transport::Http && !allowed {
        return Err(SourceError::PlainHttp {
            url: url.to_string(),
        });
    }
    Ok(())
}

/// Returns an error of fetching as one sentence for a problem of a manifest.
fn explain(error: &SourceError) -> String {
    match error {
        SourceError::Store(StoreError::Git(super::git_cli::GitError::Failed { said, .. })) => {
            let said = said.last().map_or("", String::as_str);
            format!("{error}: {said}")
        }
        other => other.to_string(),
    }
}

/// Returns whether a folder of this machine holds a template of its own, which is not a list of others.
fn holds_template(folder: &Path) -> bool {
    if folder.join("template.toml").is_file() {
        return true;
    }
    folder.join("cookiecutter.json").is_file()
        && loader::is_template(&Shelf::Disk(folder.to_owned()), "").unwrap_or(false)
}

/// Returns whether a word names a folder rather than a template: `.`, or a path with a separator.
fn is_path(word: &str) -> bool {
    matches!(word, "." | "..") || word.contains(['/', std::path::MAIN_SEPARATOR])
}

fn is_name(word: &str) -> bool {
    !word.is_empty()
        && word
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

/// Loads a built-in template, it and its layers in these versions.
///
/// # Errors
/// There is none of that name, or this program does not have the versions.
pub fn load_builtin_at(name: &str, versions: &Wanted) -> Result<Template, SourceError> {
    judged(builtin::load_at(name, versions), name, name, &[])
}

fn load_builtin(name: &str, word: &str, others: &[String]) -> Result<Template, SourceError> {
    judged(builtin::load(name), name, word, others)
}

/// Says of a built-in template what is wrong with it, or that there is none.
fn judged(
    loaded: Option<Result<Template, Vec<Problem>>>,
    name: &str,
    word: &str,
    others: &[String],
) -> Result<Template, SourceError> {
    let Some(loaded) = loaded else {
        let known = builtin::names();
        let known = known.into_iter().chain(others.iter().map(String::as_str));
        return Err(SourceError::Unknown {
            name: visible(word),
            nearest: nearest(name, known).map(str::to_owned),
        });
    };
    loaded.map_err(|problems| SourceError::Faulty {
        name: visible(word),
        problems,
    })
}

/// Returns the last part of a path; empty for the root.
pub fn last_part(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn join_parts(above: &str, below: &str) -> String {
    if below.is_empty() {
        above.to_owned()
    } else {
        join(above, below)
    }
}
