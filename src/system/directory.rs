//! Templates in a folder of this machine.
//!
//! The folder is foreign: links in it are never followed, devices and pipes never opened, and no git command is run in it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::builtin;
use crate::engine::assemble::assemble;
use crate::engine::budget;
use crate::engine::read_manifest::read_manifest;
use crate::engine::validate::validate;
use crate::model::manifest::{LayerName, Role};
use crate::model::problem::Problem;
use crate::model::template::{Origin, Package, Template};

const LINK: &str = "is a symbolic link, which a template cannot have";

/// Loads and checks the template in a folder. `label` is what the user called it.
///
/// # Errors
/// Everything that is wrong with the template.
pub fn load(folder: &Path, label: &str) -> Result<Template, Vec<Problem>> {
    let mut spent = Spent::default();
    let own = read(folder, Role::Template, "", &mut spent)?;
    let mut layers = BTreeMap::new();
    let mut problems = Vec::new();
    for layer in &own.manifest.layers {
        let missing = |message| vec![Problem::at(&own.manifest.file, layer.line, message)];
        let loaded = match &layer.name {
            LayerName::Builtin(short) => builtin::load_layer(short).unwrap_or_else(|| {
                let known = builtin::layer_names().join(", ");
                Err(missing(format!(
                    "there is no layer `{}`; built in are {known}",
                    layer.name
                )))
            }),
            LayerName::Own(short) if is_plain(short) => {
                let prefix = format!("layers/{short}/");
                let below = folder.join("layers").join(short);
                refuse_link(&folder.join("layers"), "layers")
                    .and_then(|()| refuse_link(&below, &format!("layers/{short}")))
                    .and_then(
                        |()| match below.join(Role::Layer.file_name()).symlink_metadata() {
                            Ok(_) => read(&below, Role::Layer, &prefix, &mut spent),
                            Err(_) => Err(missing(format!(
                                "there is no layer `{short}`: {prefix}layer.toml is not there"
                            ))),
                        },
                    )
            }
            LayerName::Own(short) => Err(missing(format!("`{short}` is no name of a layer"))),
        };
        match loaded {
            Ok(package) => {
                layers.insert(layer.name.clone(), package);
            }
            Err(found) => problems.extend(found),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let template = assemble(Origin::Directory(label.to_owned()), own, layers);
    let problems = validate(&template);
    if problems.is_empty() {
        Ok(template)
    } else {
        Err(problems)
    }
}

/// Refuses a folder that is a symbolic link.
fn refuse_link(folder: &Path, label: &str) -> Result<(), Vec<Problem>> {
    match folder.symlink_metadata() {
        Ok(found) if found.is_symlink() => Err(vec![Problem::of(label, LINK)]),
        Ok(_) | Err(_) => Ok(()),
    }
}

fn is_plain(name: &str) -> bool {
    !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

#[derive(Default)]
struct Spent {
    files: usize,
    bytes: u64,
}

fn read(
    folder: &Path,
    role: Role,
    prefix: &str,
    spent: &mut Spent,
) -> Result<Package, Vec<Problem>> {
    let file = format!("{prefix}{}", role.file_name());
    let path = folder.join(role.file_name());
    let text = read_file(&path, budget::MANIFEST_BYTES as u64, &file)
        .map_err(|problem| vec![problem])
        .and_then(|bytes| {
            String::from_utf8(bytes)
                .map_err(|_| vec![Problem::of(&file, "the manifest is not UTF-8")])
        })?;
    let manifest = read_manifest(role, &file, &text)?;
    let mut files = BTreeMap::new();
    for part in ["files", "slots"] {
        let below = folder.join(part);
        if below.symlink_metadata().is_ok() {
            collect(&below, part, prefix, &mut files, spent).map_err(|problem| vec![problem])?;
        }
    }
    Ok(Package { manifest, files })
}

fn collect(
    folder: &Path,
    path: &str,
    prefix: &str,
    files: &mut BTreeMap<String, Cow<'static, [u8]>>,
    spent: &mut Spent,
) -> Result<(), Problem> {
    let label = format!("{prefix}{path}");
    let failed = |error: std::io::Error| Problem::of(&label, format!("cannot be read: {error}"));
    let kind = folder.symlink_metadata().map_err(failed)?.file_type();
    if kind.is_symlink() {
        return Err(Problem::of(label, LINK));
    }
    if kind.is_dir() {
        if path.split('/').count() > crate::model::relpath::MAX_DEPTH {
            return Err(Problem::of(label, "lies too deep"));
        }
        let mut entries = fs::read_dir(folder)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(failed)?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let Some(name) = entry.file_name().to_str().map(str::to_owned) else {
                return Err(Problem::of(label, "holds a name that is not UTF-8"));
            };
            collect(
                &entry.path(),
                &format!("{path}/{name}"),
                prefix,
                files,
                spent,
            )?;
        }
        return Ok(());
    }
    if !kind.is_file() {
        return Err(Problem::of(label, "is neither a file nor a folder"));
    }
    spent.files += 1;
    let left = (budget::BYTES as u64).saturating_sub(spent.bytes);
    if spent.files > budget::FILES {
        return Err(Problem::of(
            label,
            format!("a template may have {} files", budget::FILES),
        ));
    }
    let bytes = read_file(folder, left, &label)?;
    spent.bytes += bytes.len() as u64;
    files.insert(path.to_owned(), Cow::Owned(bytes));
    Ok(())
}

/// Reads a regular file, never more than the limit, never through a link.
fn read_file(path: &Path, limit: u64, label: &str) -> Result<Vec<u8>, Problem> {
    let failed = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => Problem::of(label, "is not there"),
        _ => Problem::of(label, format!("cannot be read: {error}")),
    };
    let found = path.symlink_metadata().map_err(failed)?;
    if !found.is_file() {
        return Err(Problem::of(label, "is not a regular file"));
    }
    if found.len() > limit {
        return Err(Problem::of(
            label,
            format!("is larger than the {limit} bytes that are left to it"),
        ));
    }
    fs::read(path).map_err(failed)
}
