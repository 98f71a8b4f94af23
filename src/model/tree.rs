//! The files of a project, in memory.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

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

    /// Returns two paths that some file system takes for one, wholly or in a folder above them, or of which one is a file and the
    /// other lies below it.
    pub fn collision(&self) -> Option<(&RelPath, &RelPath)> {
        collision(&self.paths().collect::<Vec<_>>())
    }
}

/// Returns two of some sorted paths that cannot stand side by side, as [`Tree::collision`] does.
pub fn collision<'p>(paths: &[&'p RelPath]) -> Option<(&'p RelPath, &'p RelPath)> {
    let mut files: HashMap<Cow<'_, str>, &RelPath> = HashMap::with_capacity(paths.len());
    for path in paths.iter().copied() {
        if let Some(first) = files.insert(path.collision_key(), path) {
            return Some((first, path));
        }
    }
    let mut folders: HashMap<String, (RelPath, &RelPath)> = HashMap::new();
    let mut last = None;
    for path in paths.iter().copied() {
        let mut parent = path.parent();
        if parent == last {
            continue;
        }
        last.clone_from(&parent);
        while let Some(folder) = parent {
            let key = folder.collision_key();
            if let Some(file) = files.get(&key) {
                return Some((file, path));
            }
            match folders.get(key.as_ref()) {
                Some((first, below)) if *first != folder => return Some((below, path)),
                // Whatever lies above it was looked at too.
                Some(_) => break,
                None => {
                    let key = key.into_owned();
                    parent = folder.parent();
                    folders.insert(key, (folder, path));
                }
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;

    #[test]
    fn paths_that_are_one_somewhere_collide() {
        for (paths, collides) in [
            (["a.py", "b.py"], false),
            (["a/x", "a/y"], false),
            (["README.md", "readme.MD"], true),
            (["src/a.py", "SRC/b.py"], true),
            (["a/B/x", "a/b/y"], true),
            (["a", "A/b"], true),
            (["caf\u{e9}", "cafe\u{301}"], true),
        ] {
            let mut tree = Tree::default();
            for path in paths {
                let file = File {
                    bytes: Cow::Borrowed(b""),
                    executable: false,
                };
                tree.insert(RelPath::parse(path).expect(path), file);
            }
            assert_eq!(tree.collision().is_some(), collides, "{paths:?}");
        }
    }
}
