//! A folder as a value, to compare two of them.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// What stands at a path.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Entry {
    /// A folder with its mode.
    Folder(u32),
    /// A file with its mode and content.
    File(u32, Vec<u8>),
    /// Something else.
    Other,
}

/// Returns everything below a folder but `.git`, by its path.
pub(crate) fn entries(root: &Path) -> BTreeMap<String, Entry> {
    let mut found = BTreeMap::new();
    collect(root, "", &mut found);
    found
}

/// Returns the paths of all files below a folder but `.git`.
pub(crate) fn files(root: &Path) -> Vec<String> {
    entries(root)
        .into_iter()
        .filter(|(_, entry)| !matches!(entry, Entry::Folder(_)))
        .map(|(path, _)| path)
        .collect()
}

fn collect(folder: &Path, prefix: &str, found: &mut BTreeMap<String, Entry>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if prefix.is_empty() && name == ".git" {
            continue;
        }
        let path = format!("{prefix}{name}");
        let about = entry.path().symlink_metadata().unwrap();
        let mode = about.permissions().mode() & 0o7777;
        if about.is_dir() {
            found.insert(path.clone(), Entry::Folder(mode));
            collect(&entry.path(), &format!("{path}/"), found);
        } else if about.is_file() {
            found.insert(path, Entry::File(mode, fs::read(entry.path()).unwrap()));
        } else {
            found.insert(path, Entry::Other);
        }
    }
}
