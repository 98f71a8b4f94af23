//! The files of a project, in memory.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::relpath::RelPath;

/// The content of a file and whether it can be run.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct File {
    /// The content. Files that are copied byte for byte borrow it from the binary.
    pub bytes: Cow<'static, [u8]>,
    /// Whether the file is made executable (mode 0755 instead of 0644, less the umask).
    pub executable: bool,
}

/// The files of a project by path. A folder exists when a file below it does.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Tree {
    files: BTreeMap<RelPath, File>,
}

impl Tree {
    /// Adds a file, or replaces the one at that path.
    pub fn insert(&mut self, path: RelPath, file: File) -> Option<File> {
        self.files.insert(path, file)
    }

    /// Returns the file at a path.
    pub fn get(&self, path: &RelPath) -> Option<&File> {
        self.files.get(path)
    }

    /// Returns all files in the order of their paths.
    pub fn iter(&self) -> impl Iterator<Item = (&RelPath, &File)> {
        self.files.iter()
    }

    /// Returns the paths in order.
    pub fn paths(&self) -> impl Iterator<Item = &RelPath> {
        self.files.keys()
    }

    /// Returns how many files there are.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Returns whether there is no file.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Returns two paths that some file system takes for one, or of which one is a file and the other lies below it.
    pub fn collision(&self) -> Option<(&RelPath, &RelPath)> {
        let mut by_key: BTreeMap<String, &RelPath> = BTreeMap::new();
        for path in self.files.keys() {
            if let Some(first) = by_key.insert(path.collision_key(), path) {
                return Some((first, path));
            }
        }
        self.files.keys().find_map(|path| {
            let mut parent = path.parent();
            while let Some(folder) = parent {
                if let Some(file) = by_key.get(&folder.collision_key()) {
                    return Some((*file, path));
                }
                parent = folder.parent();
            }
            None
        })
    }
}
