//! Loads templates from a shelf: their manifests and files, their layers, and what they build upon.
//!
//! The shelf is foreign: everything in it is looked at before it is opened, counted, and checked as a whole.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::builtin::{self, Wanted};
use super::cookiecutter;
use super::shelf::{Entry, Kind, Shelf, join};
use crate::engine::assemble::{Parts, assemble};
use crate::engine::budget;
use crate::engine::helpers::list;
use crate::engine::ownership::{RENDERED, fills, is_shared, placed};
use crate::engine::read_manifest::read_manifest;
use crate::engine::validate::validate;
use crate::model::manifest::{FileRule, LayerName, Manifest, Role};
use crate::model::problem::Problem;
use crate::model::relpath::{MAX_DEPTH, RelPath};
use crate::model::template::{GitOrigin, Origin, Package, Template};

/// How many templates may build upon each other.
const CHAIN: usize = 8;

/// How deep below a source's root its templates may lie.
const SEARCH_DEPTH: usize = 3;

/// The most folders that are looked at for templates.
const SEARCH_FOLDERS: usize = 10_000;

/// A folder of another repository that a manifest names.
#[derive(Clone, Debug)]
pub struct Remote {
    /// The repository.
    pub shelf: Rc<Shelf>,
    /// Where it is from, and the folder.
    pub origin: GitOrigin,
}

/// Finds the repository of an address that a manifest names, or says why it cannot.
pub type Resolve<'a> = &'a dyn Fn(&str) -> Result<Remote, String>;

/// How much of a template is read.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Reading {
    /// Every file.
    #[default]
    Whole,
    /// What a commit only has copied stays unread: most of it is, for an update, what it was.
    Needed,
}

/// Loads and checks the template in a folder of a shelf.
///
/// # Errors
/// Everything that is wrong with the template.
pub fn load(
    shelf: &Shelf,
    folder: &str,
    origin: Origin,
    (resolve, reading): (Resolve<'_>, Reading),
    wanted: &Wanted,
) -> Result<Template, Vec<Problem>> {
    if cookiecutter::is_here(shelf, folder).map_err(one)? {
        refuse_links(shelf, folder).map_err(one)?;
        return cookiecutter::load(shelf, folder, origin);
    }
    let mut loader = Loader {
        resolve,
        reading,
        wanted,
        spent: Spent::default(),
        inherits: BTreeMap::new(),
    };
    let parts = loader.parts(shelf, folder, CHAIN)?;
    let template = assemble(origin, parts, loader.inherits)?;
    if fills_unread(&template) {
        let all = (resolve, Reading::Whole);
        return load(shelf, folder, template.origin, all, wanted);
    }
    let problems = validate(&template);
    if problems.is_empty() {
        Ok(template)
    } else {
        Err(problems)
    }
}

/// Reads the manifest of the template in a folder of a shelf.
///
/// # Errors
/// What is wrong with it.
pub fn manifest(shelf: &Shelf, folder: &str) -> Result<Manifest, Vec<Problem>> {
    if cookiecutter::is_here(shelf, folder).map_err(one)? {
        return cookiecutter::manifest(shelf, folder);
    }
    read_head(shelf, folder, Role::Template)
}

/// Returns what the template in a folder of a shelf is called; none if its manifest cannot be read.
pub fn name(shelf: &Shelf, folder: &str) -> Option<String> {
    match folder.rsplit('/').next() {
        Some(last) if !last.is_empty() && is_native(shelf, folder).unwrap_or(true) => {
            Some(last.to_owned())
        }
        Some(_) | None => Some(manifest(shelf, folder).ok()?.name),
    }
}

/// Returns whether a folder of a shelf holds a template: a native one, or one of Cookiecutter that is not a list of others.
///
/// # Errors
/// It cannot be looked at.
pub fn is_template(shelf: &Shelf, folder: &str) -> Result<bool, Problem> {
    if is_native(shelf, folder)? {
        return Ok(true);
    }
    // What is wrong with the list is told where its templates are looked for.
    Ok(cookiecutter::is_here(shelf, folder)?
        && !matches!(cookiecutter::nested(shelf, folder), Ok(Some(_))))
}

/// Returns whether a folder of a shelf holds a template of the native format, which others can be built upon.
fn is_native(shelf: &Shelf, folder: &str) -> Result<bool, Problem> {
    let path = join(folder, Role::Template.file_name());
    Ok(shelf.kind(&path)?.is_some())
}

/// Returns whether a folder of a shelf holds a template of Copier, which pyscaffold does not read.
pub fn is_copier(shelf: &Shelf, folder: &str) -> bool {
    cookiecutter::is_copier(shelf, folder).unwrap_or(false)
}

/// Returns the folders of a shelf that hold a template: the folder itself, or those below it, in order.
///
/// Hidden folders are passed over, and nothing is searched for below a template.
///
/// # Errors
/// A folder cannot be read, or there are too many.
pub fn find(shelf: &Shelf, folder: &str) -> Result<Vec<String>, Problem> {
    let mut found = Vec::new();
    let mut open = vec![(folder.to_owned(), 0)];
    let mut seen = 0;
    while let Some((folder, depth)) = open.pop() {
        seen += 1;
        if seen > SEARCH_FOLDERS {
            let message =
                format!("there are more than {SEARCH_FOLDERS} folders to search for templates");
            return Err(Problem::of(folder, message));
        }
        if is_native(shelf, &folder)? {
            found.push(folder);
            continue;
        }
        if cookiecutter::is_here(shelf, &folder)? {
            match cookiecutter::nested(shelf, &folder) {
                // A list in a list would be one that never ends.
                Ok(Some(below)) if depth < SEARCH_DEPTH => {
                    open.extend(below.into_iter().map(|below| (below, depth + 1)));
                }
                Ok(Some(_)) => {
                    return Err(Problem::of(folder, "lies too deep in lists of templates"));
                }
                // What is wrong with it is told when it is loaded.
                Ok(None) | Err(_) => found.push(folder),
            }
            continue;
        }
        if depth == SEARCH_DEPTH {
            continue;
        }
        for Entry { name, kind, .. } in shelf.entries(&folder)? {
            if kind == Kind::Folder && !name.starts_with('.') && RelPath::parse(&name).is_ok() {
                open.push((join(&folder, &name), depth + 1));
            }
        }
    }
    found.sort();
    found.dedup();
    Ok(found)
}

#[derive(Default)]
struct Spent {
    files: usize,
    bytes: u64,
}

struct Loader<'a> {
    resolve: Resolve<'a>,
    reading: Reading,
    /// The versions of built-in packages.
    wanted: &'a Wanted,
    spent: Spent,
    inherits: BTreeMap<String, GitOrigin>,
}

impl Loader<'_> {
    /// Loads a template with its layers and what it builds upon.
    fn parts(&mut self, shelf: &Shelf, folder: &str, chain: usize) -> Result<Parts, Vec<Problem>> {
        let own = self.read(shelf, folder, Role::Template)?;
        let mut problems = Vec::new();
        let mut layers = BTreeMap::new();
        for layer in &own.manifest.layers {
            let loaded = self.layer(shelf, folder, &layer.name);
            match loaded {
                Ok(package) => {
                    layers.insert(layer.name.clone(), package);
                }
                Err(Missing::Because(message)) => {
                    problems.push(Problem::at(&own.manifest.file, layer.at, message));
                }
                Err(Missing::Faulty(found)) => problems.extend(found),
            }
        }
        let mut base = None;
        if let Some(extends) = &own.manifest.extends {
            match self.base(shelf, &extends.template, chain) {
                Ok(parts) => base = Some(Box::new(parts)),
                Err(Missing::Because(message)) => {
                    problems.push(Problem::at(&own.manifest.file, extends.at, message));
                }
                Err(Missing::Faulty(found)) => problems.extend(found),
            }
        }
        if problems.is_empty() {
            Ok(Parts { own, layers, base })
        } else {
            Err(problems)
        }
    }

    fn base(&mut self, shelf: &Shelf, name: &LayerName, chain: usize) -> Result<Parts, Missing> {
        if chain == 0 {
            let message = format!("more than {CHAIN} templates build upon each other");
            return Err(Missing::Because(message));
        }
        match name {
            LayerName::Builtin(short) => {
                let parts = builtin::parts(short, self.wanted).ok_or_else(|| {
                    let known = list(&builtin::names());
                    Missing::Because(format!(
                        "there is no template `{name}`; built in are {known}"
                    ))
                })?;
                Ok(parts?)
            }
            LayerName::Own(short) => {
                let message = format!(
                    "`{short}` says not where it is from: write `builtin:{short}`, `source:{short}` for one of this source, or an address such as gh:acme/templates//{short}"
                );
                Err(Missing::Because(message))
            }
            LayerName::Source(path) => {
                let folder = checked(path, "folder of a template")?;
                if !is_native(shelf, &folder)? {
                    let message = format!("this source has no template in `{path}`");
                    return Err(Missing::Because(message));
                }
                Ok(self.parts(shelf, &folder, chain - 1)?)
            }
            LayerName::Address(address) => {
                let remote = self.remote(address)?;
                let folder = remote.origin.dir.clone();
                if !is_native(&remote.shelf, &folder)? {
                    let message = format!("`{address}` holds no `template.toml`");
                    return Err(Missing::Because(message));
                }
                Ok(self.parts(&remote.shelf, &folder, chain - 1)?)
            }
        }
    }

    fn layer(&mut self, shelf: &Shelf, folder: &str, name: &LayerName) -> Result<Package, Missing> {
        let file = Role::Layer.file_name();
        match name {
            LayerName::Builtin(short) => {
                let package = builtin::load_layer(short, self.wanted).ok_or_else(|| {
                    let known = builtin::layer_names().join(", ");
                    Missing::Because(format!("there is no layer `{name}`; built in are {known}"))
                })?;
                Ok(package?)
            }
            LayerName::Own(short) | LayerName::Source(short) if !is_plain(short) => {
                Err(Missing::Because(format!("`{short}` is no name of a layer")))
            }
            LayerName::Own(short) | LayerName::Source(short) => {
                let above = if matches!(name, LayerName::Own(_)) {
                    folder
                } else {
                    ""
                };
                let below = join(above, &format!("layers/{short}"));
                if shelf.kind(&join(&below, file))?.is_none() {
                    let message =
                        format!("there is no layer `{name}`: {below}/{file} is not there");
                    return Err(Missing::Because(message));
                }
                Ok(self.read(shelf, &below, Role::Layer)?)
            }
            LayerName::Address(address) => {
                let remote = self.remote(address)?;
                let folder = remote.origin.dir.clone();
                if remote.shelf.kind(&join(&folder, file))?.is_none() {
                    let message = format!("`{address}` holds no `{file}`");
                    return Err(Missing::Because(message));
                }
                Ok(self.read(&remote.shelf, &folder, Role::Layer)?)
            }
        }
    }

    fn remote(&mut self, address: &str) -> Result<Remote, Missing> {
        let remote = (self.resolve)(address).map_err(Missing::Because)?;
        self.inherits
            .insert(address.to_owned(), remote.origin.clone());
        Ok(remote)
    }

    fn read(&mut self, shelf: &Shelf, folder: &str, role: Role) -> Result<Package, Vec<Problem>> {
        refuse_links(shelf, folder).map_err(one)?;
        let manifest = read_head(shelf, folder, role)?;
        // A file that others add to is taken apart, and so are those that a rule makes one.
        let moves = |rule: &FileRule| rule.to.as_deref().is_some_and(may_be_shared);
        let reading = match self.reading {
            Reading::Needed if !manifest.files.iter().any(moves) => Reading::Needed,
            Reading::Needed | Reading::Whole => Reading::Whole,
        };
        let mut package = Package {
            manifest,
            files: BTreeMap::new(),
            unread: BTreeMap::new(),
        };
        for part in ["files", "slots"] {
            let path = join(folder, part);
            if let Some(kind) = shelf.kind(&path).map_err(one)? {
                let entry = Entry::new(part.to_owned(), kind, None);
                self.collect(shelf, (folder, part), &entry, (reading, &mut package))
                    .map_err(one)?;
            }
        }
        Ok(package)
    }

    /// Reads everything at and below a path of a package's folder.
    fn collect(
        &mut self,
        shelf: &Shelf,
        (folder, path): (&str, &str),
        entry: &Entry,
        (reading, package): (Reading, &mut Package),
    ) -> Result<(), Problem> {
        let label = join(folder, path);
        if let Some(refusal) = entry.kind.refusal() {
            return Err(Problem::of(label, refusal));
        }
        self.spent.files += 1;
        if self.spent.files > budget::FILES {
            let message = format!("a template may have {} files", budget::FILES);
            return Err(Problem::of(label, message));
        }
        if entry.kind == Kind::Folder {
            if path.split('/').count() > MAX_DEPTH {
                return Err(Problem::of(label, "lies too deep"));
            }
            for entry in shelf.entries(&label)? {
                let name = entry.name.as_str();
                if name.contains('/') || matches!(name, "" | "." | "..") {
                    return Err(Problem::of(label, "holds a name that no folder can have"));
                }
                let below = join(path, name);
                self.collect(shelf, (folder, &below), &entry, (reading, package))?;
            }
            return Ok(());
        }
        let left = (budget::BYTES as u64).saturating_sub(self.spent.bytes);
        if reading == Reading::Needed
            && is_copied(path)
            && let Some(unread) = shelf.unread(&label, entry, left)?
        {
            self.spent.bytes += unread.size;
            package.unread.insert(path.to_owned(), unread);
            return Ok(());
        }
        let bytes = shelf.read_entry(&label, entry, left)?;
        self.spent.bytes += bytes.len() as u64;
        package.files.insert(path.to_owned(), Cow::Owned(bytes));
        Ok(())
    }
}

/// Returns whether a file of a package is copied byte for byte.
fn is_copied(path: &str) -> bool {
    path.strip_prefix("files/")
        .is_some_and(|target| !target.ends_with(RENDERED) && !may_be_shared(target))
}

/// Returns whether several layers can bring parts of what a target becomes: its names are not rendered yet.
fn may_be_shared(target: &str) -> bool {
    is_shared(target) || (target.contains("{{") && !target.contains('/'))
}

/// Returns whether a text fills a slot of a file that was not read; whether it has that slot only its content tells.
fn fills_unread(template: &Template) -> bool {
    let packages = || template.layers.iter().map(|layer| &layer.package);
    let filled: BTreeSet<String> = packages()
        .flat_map(|package| fills(package).into_iter().map(|fill| fill.target))
        .collect();
    !filled.is_empty()
        && packages()
            .filter(|package| !package.unread.is_empty())
            .any(|package| {
                let mut files = placed(package).into_iter();
                files.any(|file| {
                    package.unread.contains_key(file.source)
                        && filled.contains(file.target.as_ref())
                })
            })
}

/// Why a layer or template that a manifest names is not there.
enum Missing {
    /// A sentence for the line of the manifest.
    Because(String),
    /// What is wrong in its own files.
    Faulty(Vec<Problem>),
}

impl From<Vec<Problem>> for Missing {
    fn from(problems: Vec<Problem>) -> Self {
        Self::Faulty(problems)
    }
}

impl From<Problem> for Missing {
    fn from(problem: Problem) -> Self {
        Self::Faulty(one(problem))
    }
}

fn one(problem: Problem) -> Vec<Problem> {
    vec![problem]
}

/// Returns a path that a manifest names as the path of a folder.
fn checked(path: &str, what: &str) -> Result<String, Missing> {
    match RelPath::parse(path) {
        Ok(path) => Ok(path.as_str().to_owned()),
        Err(error) => Err(Missing::Because(format!("`{path}` is no {what}: {error}"))),
    }
}

/// Refuses a folder that is a symbolic link, or lies behind one.
fn refuse_links(shelf: &Shelf, folder: &str) -> Result<(), Problem> {
    let mut above = String::new();
    for part in folder.split('/').filter(|part| !part.is_empty()) {
        above = join(&above, part);
        if let Some(refusal) = shelf.kind(&above)?.and_then(Kind::refusal) {
            return Err(Problem::of(above, refusal));
        }
    }
    Ok(())
}

fn is_plain(name: &str) -> bool {
    !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

fn read_head(shelf: &Shelf, folder: &str, role: Role) -> Result<Manifest, Vec<Problem>> {
    let file = join(folder, role.file_name());
    let text = shelf
        .read(&file, budget::MANIFEST_BYTES as u64)
        .map_err(one)
        .and_then(|bytes| {
            String::from_utf8(bytes)
                .map_err(|_| one(Problem::of(&file, "the manifest is not UTF-8")))
        })?;
    read_manifest(role, &file, &text)
}
