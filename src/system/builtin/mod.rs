//! The templates that are embedded in this program: as they are now, and as they were in each released version.

pub mod released;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use include_dir::{Dir, include_dir};
use semver::Version;

use self::released::Released;
use crate::engine::assemble::{Parts, assemble};
use crate::engine::read_manifest::read_manifest;
use crate::model::manifest::{LayerName, Manifest, Role};
use crate::model::problem::Problem;
use crate::model::template::{Origin, Package, Template};

static TEMPLATES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/templates");

/// The folder of the shared layers.
const LAYERS: &str = "layers";

/// The folder of the released versions.
const RELEASED: &str = "released";

/// The versions of built-in packages that are wanted, by the names that manifests have for them (`builtin:base`). What is not among
/// them is wanted as it is now.
pub type Wanted = BTreeMap<String, Version>;

/// Returns the names of the embedded templates in order.
pub fn names() -> Vec<&'static str> {
    let mut names: Vec<&str> = TEMPLATES
        .dirs()
        .filter_map(|dir| dir.path().to_str())
        .filter(|name| !matches!(*name, LAYERS | RELEASED))
        .collect();
    names.sort_unstable();
    names
}

/// Returns the names of the embedded layers in order.
pub fn layer_names() -> Vec<&'static str> {
    let mut names: Vec<&str> = folder(&TEMPLATES, LAYERS)
        .into_iter()
        .flat_map(Dir::dirs)
        .filter_map(|dir| dir.path().file_name()?.to_str())
        .collect();
    names.sort_unstable();
    names
}

/// Loads an embedded template; none if there is none of that name.
///
/// # Errors
/// What is wrong with its manifests. The tests of this program see to it that there is nothing.
pub fn load(name: &str) -> Option<Result<Template, Vec<Problem>>> {
    load_at(name, &Wanted::new())
}

/// Loads an embedded template, it and its layers in the wanted versions; none if there is none of that name.
///
/// # Errors
/// What is wrong with its manifests, and the versions that this program does not have.
pub fn load_at(name: &str, wanted: &Wanted) -> Option<Result<Template, Vec<Problem>>> {
    load_from(released(), name, wanted)
}

/// Loads a template as [`load_at`] does, with other released versions than those that are embedded.
///
/// # Errors
/// What is wrong with its manifests, and the versions that are not there.
pub fn load_from(
    released: Released<'_>,
    name: &str,
    wanted: &Wanted,
) -> Option<Result<Template, Vec<Problem>>> {
    let loaded = Loader { released, wanted }.parts(name)?;
    Some(loaded.and_then(|parts| assemble(Origin::Builtin, parts, BTreeMap::new())))
}

/// Reads the manifest of an embedded template; none if there is none of that name.
///
/// # Errors
/// What is wrong with it.
pub fn manifest(name: &str) -> Option<Result<Manifest, Vec<Problem>>> {
    Some(read_head(template_folder(name)?, Role::Template))
}

/// Loads an embedded template with its layers, not yet put together; none if there is none of that name.
///
/// # Errors
/// What is wrong with its manifests, and the versions that this program does not have.
pub fn parts(name: &str, wanted: &Wanted) -> Option<Result<Parts, Vec<Problem>>> {
    let released = released();
    Loader { released, wanted }.parts(name)
}

/// Loads an embedded layer; none if there is none of that name.
///
/// # Errors
/// What is wrong with its manifest, and that this program does not have the version.
pub fn load_layer(name: &str, wanted: &Wanted) -> Option<Result<Package, Vec<Problem>>> {
    let released = released();
    Loader { released, wanted }.layer(name)
}

/// Returns the released versions that this program has.
pub const fn released() -> Released<'static> {
    Released::new(&read_released)
}

/// A template or layer as it lies in the repository.
#[derive(Clone, Debug)]
pub struct Contents {
    /// Its folder below `templates`.
    pub folder: String,
    /// Whether it is a template or a layer.
    pub role: Role,
    /// Its files by their path in the folder, the manifest among them.
    pub files: BTreeMap<String, Cow<'static, [u8]>>,
}

/// Returns everything that is embedded, the released versions left out, in order.
pub fn contents() -> Vec<Contents> {
    let layers = layer_names().into_iter();
    let layers = layers.map(|name| (format!("{LAYERS}/{name}"), Role::Layer));
    let templates = names().into_iter();
    let templates = templates.map(|name| (name.to_owned(), Role::Template));
    let with_files = |(folder, role): (String, Role)| {
        let mut files = BTreeMap::new();
        if let Some(dir) = self::folder(&TEMPLATES, &folder) {
            collect(dir, dir, &mut files);
        }
        Contents {
            folder,
            role,
            files,
        }
    };
    layers.chain(templates).map(with_files).collect()
}

/// Loads packages as they are now, or as they were.
struct Loader<'a> {
    released: Released<'a>,
    wanted: &'a Wanted,
}

impl Loader<'_> {
    fn parts(&self, name: &str) -> Option<Result<Parts, Vec<Problem>>> {
        let own = self.package(name, name, Role::Template)?;
        let mut wanted = Wanted::new();
        if let Some(version) = self.wanted.get(&key(name)) {
            match self.released.list(name, version) {
                Some(Ok(list)) => wanted = list.layers,
                Some(Err(problem)) => return Some(Err(vec![problem])),
                None => {}
            }
        }
        // What took part is known for certain; the rest is as it was when the template was released.
        wanted.extend(self.wanted.clone());
        let loader = Loader {
            released: self.released,
            wanted: &wanted,
        };
        Some(own.and_then(|own| loader.complete(own)))
    }

    fn complete(&self, own: Package) -> Result<Parts, Vec<Problem>> {
        let mut layers = BTreeMap::new();
        for layer in &own.manifest.layers {
            let LayerName::Builtin(short) = &layer.name else {
                continue;
            };
            if let Some(package) = self.layer(short) {
                layers.insert(layer.name.clone(), package?);
            }
        }
        let extends = own.manifest.extends.as_ref();
        let base = match extends.map(|extends| &extends.template) {
            Some(LayerName::Builtin(below)) => self.parts(below).transpose()?.map(Box::new),
            Some(_) | None => None,
        };
        Ok(Parts { own, layers, base })
    }

    fn layer(&self, name: &str) -> Option<Result<Package, Vec<Problem>>> {
        self.package(&format!("{LAYERS}/{name}"), name, Role::Layer)
    }

    /// Loads the package in a folder in the wanted version; none if there is none at all.
    fn package(
        &self,
        folder: &str,
        name: &str,
        role: Role,
    ) -> Option<Result<Package, Vec<Problem>>> {
        let dir = match role {
            Role::Template => template_folder(folder),
            Role::Layer => self::folder(&TEMPLATES, folder),
        };
        let current = dir.map(|dir| read(dir, role));
        let Some(version) = self.wanted.get(&key(name)) else {
            return current;
        };
        if let Some(Ok(package)) = &current
            && package.manifest.version == *version
        {
            return current;
        }
        let released = self.released.package(folder, version, role);
        released.or_else(|| {
            let message = format!("version {version} is not among those in this program");
            current.map(|_| Err(vec![Problem::of(key(name), message)]))
        })
    }
}

fn template_folder(name: &str) -> Option<&'static Dir<'static>> {
    let is_one = !matches!(name, "" | LAYERS | RELEASED);
    is_one.then(|| folder(&TEMPLATES, name)).flatten()
}

/// Returns the versions of an embedded template, the newest last.
pub fn versions(name: &str) -> Vec<Version> {
    let current = manifest(name).and_then(Result::ok);
    let current = current.map(|manifest| manifest.version);
    let released = released().versions().unwrap_or_default();
    let released = released.get(name).into_iter().flatten();
    let released = released.map(|(version, _)| version.clone());
    let all: BTreeSet<Version> = released.chain(current).collect();
    all.into_iter().collect()
}

/// Returns the name that manifests and records have for an embedded package.
pub fn key(name: &str) -> String {
    LayerName::Builtin(name.to_owned()).to_string()
}

/// Returns the folder at a path below another; the folder itself for the empty path. `Dir::get_dir` would compare every path that is
/// embedded.
fn folder<'d>(dir: &'d Dir<'static>, path: &str) -> Option<&'d Dir<'static>> {
    path.split('/')
        .filter(|part| !part.is_empty())
        .try_fold(dir, |dir, part| {
            dir.dirs().find(|dir| is_called(dir.path(), part))
        })
}

/// Returns the file of a name in a folder.
fn file<'d>(dir: &'d Dir<'static>, name: &str) -> Option<&'d include_dir::File<'static>> {
    dir.files().find(|file| is_called(file.path(), name))
}

/// Returns whether a path ends in a name.
fn is_called(path: &Path, name: &str) -> bool {
    let before = path.as_os_str().as_encoded_bytes();
    let before = before.strip_suffix(name.as_bytes());
    before.is_some_and(|before| matches!(before.last(), None | Some(b'/' | b'\\')))
}

/// Reads an embedded file of the released versions.
fn read_released(path: &str) -> Option<Cow<'static, [u8]>> {
    let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
    let file = file(folder(folder(&TEMPLATES, RELEASED)?, parent)?, name)?;
    Some(Cow::Borrowed(file.contents()))
}

fn read_head(dir: &Dir<'static>, role: Role) -> Result<Manifest, Vec<Problem>> {
    let shown = format!("templates/{}/{}", dir.path().display(), role.file_name());
    let Some(manifest) = file(dir, role.file_name()) else {
        return Err(vec![Problem::of(shown, "the manifest is not there")]);
    };
    let text = manifest.contents_utf8().unwrap_or_default();
    read_manifest(role, &shown, text)
}

fn read(dir: &Dir<'static>, role: Role) -> Result<Package, Vec<Problem>> {
    let manifest = read_head(dir, role)?;
    let mut files = BTreeMap::new();
    for part in ["files", "slots"] {
        if let Some(folder) = folder(dir, part) {
            collect(dir, folder, &mut files);
        }
    }
    let unread = BTreeMap::new();
    Ok(Package {
        manifest,
        files,
        unread,
    })
}

fn collect(
    root: &Dir<'static>,
    dir: &Dir<'static>,
    files: &mut BTreeMap<String, Cow<'static, [u8]>>,
) {
    let above = root.path().as_os_str().len();
    for file in dir.files() {
        let path = file.path().to_str().and_then(|path| path.get(above..));
        if let Some(path) = path {
            let path = path.trim_start_matches(['/', '\\']);
            files.insert(path.replace('\\', "/"), Cow::Borrowed(file.contents()));
        }
    }
    for folder in dir.dirs() {
        collect(root, folder, files);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::validate::validate;

    #[test]
    fn every_embedded_template_is_without_fault() {
        assert!(!names().is_empty());
        for name in names() {
            let problems = match load(name) {
                Some(Ok(template)) => validate(&template),
                Some(Err(problems)) => problems,
                None => panic!("{name} is listed and cannot be loaded"),
            };
            let shown: Vec<String> = problems.iter().map(ToString::to_string).collect();
            assert!(shown.is_empty(), "{}", shown.join("\n"));
        }
    }

    #[test]
    fn every_embedded_layer_is_used() {
        let used: Vec<String> = names()
            .into_iter()
            .filter_map(|name| load(name)?.ok())
            .flat_map(|template| template.manifest.layers)
            .map(|layer| layer.name.to_string())
            .collect();
        for layer in layer_names() {
            assert!(used.contains(&format!("builtin:{layer}")), "{layer}");
        }
    }
}
