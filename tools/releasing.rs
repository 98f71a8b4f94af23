//! Keeps the versions of the built-in templates and layers as they are now, and checks those that are kept.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use pyscaffold::engine::answer::Raw;
use pyscaffold::engine::compose::compose;
use pyscaffold::engine::read_manifest::read_manifest;
use pyscaffold::engine::resolve::Resolver;
use pyscaffold::model::language::Language;
use pyscaffold::model::manifest::{LayerName, Manifest, Role};
use pyscaffold::model::template::Template;
use pyscaffold::system::builtin::released::{
    BLOBS, List, Released, VERSIONS, Versions, blob_id, list_path,
};
use pyscaffold::system::builtin::{self, Contents, Wanted};
use pyscaffold::system::repository::tree_id;
use semver::Version;

/// What the project is called whose render is remembered.
const NAMES: [&str; 2] = ["order-desk", "order_desk"];

/// The words over the list of versions.
const HEAD: &str = "# Every released version of every template and layer, and of a template the git tree id of its render with all
# defaults. Written by `cargo run --example release-templates`; a line never goes and never changes.
";

/// Keeps every template and layer whose version is not kept yet. Returns what was added, in words.
///
/// # Errors
/// A version is kept already with other files, or something cannot be read or written.
pub fn release(folder: &Path) -> Result<Vec<String>, String> {
    let read = reader(folder);
    let released = Released::new(&read);
    let mut versions = released.versions().map_err(|problem| problem.to_string())?;
    let mut added = Vec::new();
    for contents in builtin::contents() {
        let manifest = manifest_of(&contents)?;
        let list = list_of(&contents, &manifest)?;
        match released.list(&contents.folder, &manifest.version) {
            Some(Ok(kept)) if kept.files == list.files => continue,
            Some(Ok(_)) => {
                return Err(format!(
                    "{} {} is released, and its files are others now: raise its version",
                    contents.folder, manifest.version
                ));
            }
            Some(Err(problem)) => return Err(problem.to_string()),
            None => {}
        }
        let cost = keep(folder, &contents, &list, &manifest.version)
            .map_err(|error| format!("{}: {error}", contents.folder))?;
        let render = match contents.role {
            Role::Template => render(&contents.folder, &Wanted::new())?,
            Role::Layer => String::new(),
        };
        versions
            .entry(contents.folder.clone())
            .or_default()
            .insert(manifest.version.clone(), render);
        added.push(format!(
            "{} {}: {cost} bytes in {} files",
            contents.folder,
            manifest.version,
            list.files.len()
        ));
    }
    let written = fs::create_dir_all(folder)
        .and_then(|()| fs::write(folder.join(VERSIONS), table(&versions)));
    written.map_err(|error| format!("{VERSIONS}: {error}"))?;
    Ok(added)
}

/// Checks the kept versions. Returns what is wrong.
pub fn check(folder: &Path) -> Vec<String> {
    let read = reader(folder);
    let released = Released::new(&read);
    let versions = match released.versions() {
        Ok(versions) => versions,
        Err(problem) => return vec![problem.to_string()],
    };
    let mut wrong = Vec::new();
    let mut used = BTreeSet::from([VERSIONS.to_owned()]);
    for (package, of_package) in &versions {
        for (version, render) in of_package {
            let path = list_path(package, version);
            match released.list(package, version) {
                None => wrong.push(format!("{path}: is not there")),
                Some(Err(problem)) => wrong.push(problem.to_string()),
                Some(Ok(list)) => {
                    for id in list.files.values() {
                        if used.insert(format!("{BLOBS}/{id}"))
                            && let Err(problem) = released.blob(id)
                        {
                            wrong.push(problem.to_string());
                        }
                    }
                    wrong.extend(faults_of_render(released, package, version, render));
                }
            }
            used.insert(path);
        }
    }
    for contents in builtin::contents() {
        let is_changed = manifest_of(&contents).and_then(|manifest| {
            let list = list_of(&contents, &manifest)?;
            let kept = released.list(&contents.folder, &manifest.version);
            Ok(matches!(kept, Some(Ok(kept)) if kept.files != list.files))
        });
        match is_changed {
            Ok(false) => {}
            Ok(true) => wrong.push(format!(
                "{}: was changed since its version was released: raise the version",
                contents.folder
            )),
            Err(error) => wrong.push(error),
        }
    }
    for path in paths(folder, folder) {
        if !used.contains(&path) {
            wrong.push(format!("{path}: belongs to no version"));
        }
    }
    wrong
}

/// Renders a released template anew.
fn faults_of_render(
    released: Released<'_>,
    package: &str,
    version: &Version,
    expected: &str,
) -> Option<String> {
    if expected.is_empty() {
        return None;
    }
    let wanted = Wanted::from([(format!("builtin:{package}"), version.clone())]);
    let loaded = builtin::load_from(released, package, &wanted);
    let rendered = match loaded {
        Some(Ok(template)) => render_of(&template),
        Some(Err(problems)) => Err(problems.iter().map(ToString::to_string).collect()),
        None => Err("is no template".to_owned()),
    };
    match rendered {
        Ok(found) if found == expected => None,
        Ok(found) => Some(format!(
            "{package} {version}: renders {found}, not {expected}"
        )),
        Err(error) => Some(format!("{package} {version}: {error}")),
    }
}

fn render(name: &str, wanted: &Wanted) -> Result<String, String> {
    match builtin::load_at(name, wanted) {
        Some(Ok(template)) => render_of(&template),
        Some(Err(problems)) => Err(problems.iter().map(ToString::to_string).collect()),
        None => Err(format!("{name}: is no template")),
    }
}

/// Returns the git tree id of the render with all defaults.
fn render_of(template: &Template) -> Result<String, String> {
    let identity = [
        ("name", NAMES[0].to_owned()),
        ("package", NAMES[1].to_owned()),
    ];
    let (given, lookups) = (BTreeMap::new(), BTreeMap::new());
    let mut resolver = Resolver::new(template, identity, given, lookups, Language::English)
        .map_err(|error| error.to_string())?;
    while let Some(open) = resolver.next_open().map_err(|error| error.to_string())? {
        let (value, source) = open.default.ok_or("a question has no default")?;
        resolver
            .answer(&Raw::Typed(value), source)
            .map_err(|error| error.to_string())?;
    }
    let composition = compose(template, &resolver.finish()).map_err(|error| error.to_string())?;
    Ok(tree_id(&composition.tree))
}

fn manifest_of(contents: &Contents) -> Result<Manifest, String> {
    let file = contents.role.file_name();
    let text = contents.files.get(file).map(AsRef::as_ref);
    let text = String::from_utf8_lossy(text.unwrap_or_default());
    read_manifest(contents.role, &format!("{}/{file}", contents.folder), &text)
        .map_err(|problems| problems.iter().map(ToString::to_string).collect())
}

/// Returns what a package is made of now.
fn list_of(contents: &Contents, manifest: &Manifest) -> Result<List, String> {
    let mut list = List::default();
    let extends = manifest.extends.as_ref().map(|extends| &extends.template);
    let layers = manifest.layers.iter().map(|layer| &layer.name);
    for name in layers.chain(extends) {
        if let LayerName::Builtin(short) = name {
            list.layers.insert(name.to_string(), version_of(short)?);
        }
    }
    for (path, bytes) in &contents.files {
        let id = blob_id(bytes).ok_or("git cannot hash")?;
        list.files.insert(path.clone(), id);
    }
    Ok(list)
}

/// Returns the version that a built-in layer or template has now.
fn version_of(name: &str) -> Result<Version, String> {
    let layer = builtin::load_layer(name, &Wanted::new());
    let manifest = match layer {
        Some(layer) => layer.map(|package| package.manifest),
        None => builtin::manifest(name).ok_or_else(|| format!("there is no {name}"))?,
    };
    let manifest = manifest
        .map_err(|problems| -> String { problems.iter().map(ToString::to_string).collect() })?;
    Ok(manifest.version)
}

/// Writes a version. Returns how many bytes it adds.
fn keep(folder: &Path, contents: &Contents, list: &List, version: &Version) -> io::Result<usize> {
    let blobs = folder.join(BLOBS);
    fs::create_dir_all(&blobs)?;
    let mut cost = 0;
    for (path, id) in &list.files {
        let place = blobs.join(id);
        if !place.exists() {
            let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
            encoder.write_all(contents.files.get(path).map_or(&[], AsRef::as_ref))?;
            let packed = encoder.finish()?;
            cost += packed.len();
            fs::write(place, packed)?;
        }
    }
    let place = folder.join(list_path(&contents.folder, version));
    if let Some(parent) = place.parent() {
        fs::create_dir_all(parent)?;
    }
    let text = toml::to_string(list).map_err(io::Error::other)?;
    cost += text.len();
    fs::write(place, text)?;
    Ok(cost)
}

fn table(versions: &Versions) -> String {
    let mut text = HEAD.to_owned();
    for (package, of_package) in versions {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "\n[\"{package}\"]");
        for (version, render) in of_package {
            let _ = writeln!(text, "\"{version}\" = \"{render}\"");
        }
    }
    text
}

fn reader(folder: &Path) -> impl Fn(&str) -> Option<Cow<'static, [u8]>> {
    let folder = folder.to_owned();
    move |path| fs::read(folder.join(path)).ok().map(Cow::Owned)
}

/// Returns the paths of all files below a folder, with `/` between their parts.
fn paths(root: &Path, folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found = Vec::new();
    for path in entries.map(|entry| entry.path()) {
        if path.is_dir() {
            found.extend(paths(root, &path));
        } else if let Some(path) = path.strip_prefix(root).ok().and_then(Path::to_str) {
            found.push(path.replace('\\', "/"));
        }
    }
    found.sort();
    found
}
