//! The templates that are embedded in this program.

use std::borrow::Cow;
use std::collections::BTreeMap;

use include_dir::{Dir, include_dir};

use crate::engine::assemble::{Parts, assemble};
use crate::engine::read_manifest::read_manifest;
use crate::model::manifest::{LayerName, Manifest, Role};
use crate::model::problem::Problem;
use crate::model::template::{Origin, Package, Template};

static TEMPLATES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/templates");

/// The folder of the shared layers.
const LAYERS: &str = "layers";

/// Returns the names of the embedded templates in order.
pub fn names() -> Vec<&'static str> {
    let mut names: Vec<&str> = TEMPLATES
        .dirs()
        .filter_map(|dir| dir.path().to_str())
        .filter(|name| *name != LAYERS)
        .collect();
    names.sort_unstable();
    names
}

/// Returns the names of the embedded layers in order.
pub fn layer_names() -> Vec<&'static str> {
    let mut names: Vec<&str> = TEMPLATES
        .get_dir(LAYERS)
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
    let loaded = parts(name)?;
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
/// What is wrong with its manifests.
pub fn parts(name: &str) -> Option<Result<Parts, Vec<Problem>>> {
    let dir = template_folder(name)?;
    Some(read(dir, Role::Template).and_then(|own| {
        let mut layers = BTreeMap::new();
        for layer in &own.manifest.layers {
            let LayerName::Builtin(short) = &layer.name else {
                continue;
            };
            if let Some(package) = load_layer(short) {
                layers.insert(layer.name.clone(), package?);
            }
        }
        let base = match own
            .manifest
            .extends
            .as_ref()
            .map(|extends| &extends.template)
        {
            Some(LayerName::Builtin(below)) => parts(below).transpose()?.map(Box::new),
            Some(_) | None => None,
        };
        Ok(Parts { own, layers, base })
    }))
}

fn template_folder(name: &str) -> Option<&'static Dir<'static>> {
    (name != LAYERS).then(|| TEMPLATES.get_dir(name)).flatten()
}

/// Loads an embedded layer; none if there is none of that name.
///
/// # Errors
/// What is wrong with its manifest.
pub fn load_layer(name: &str) -> Option<Result<Package, Vec<Problem>>> {
    let dir = TEMPLATES.get_dir(format!("{LAYERS}/{name}"))?;
    Some(read(dir, Role::Layer))
}

fn read_head(dir: &Dir<'static>, role: Role) -> Result<Manifest, Vec<Problem>> {
    let file = format!("templates/{}/{}", dir.path().display(), role.file_name());
    let Some(manifest) = dir.get_file(dir.path().join(role.file_name())) else {
        return Err(vec![Problem::of(file, "the manifest is not there")]);
    };
    let text = manifest.contents_utf8().unwrap_or_default();
    read_manifest(role, &file, text)
}

fn read(dir: &Dir<'static>, role: Role) -> Result<Package, Vec<Problem>> {
    let manifest = read_head(dir, role)?;
    let mut files = BTreeMap::new();
    for part in ["files", "slots"] {
        if let Some(folder) = dir.get_dir(dir.path().join(part)) {
            collect(dir, folder, &mut files);
        }
    }
    Ok(Package { manifest, files })
}

fn collect(
    root: &Dir<'static>,
    dir: &Dir<'static>,
    files: &mut BTreeMap<String, Cow<'static, [u8]>>,
) {
    for file in dir.files() {
        if let Some(path) = file
            .path()
            .strip_prefix(root.path())
            .ok()
            .and_then(|p| p.to_str())
        {
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
