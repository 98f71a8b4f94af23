//! The untouched render in a project's own history: the short cut to the base of an update, and the way out when its template is
//! gone.

use std::fs;

use git2::{Index, ObjectType, Oid, Sort, TreeWalkMode, TreeWalkResult};

use super::project::{Project, index_entry};
use super::repository::{Action as _, RepositoryError};
use crate::model::record;
use crate::model::relpath::RelPath;
use crate::model::tree::{File, Tree};

/// The most commits that are looked at.
const COMMITS: usize = 50_000;

/// Where renders are kept that no template can make again.
const KEPT: &str = "refs/pyscaffold/base";

/// What commands of `new` add to the first commit beside the render and its record.
const BESIDE: [&str; 1] = ["uv.lock"];

impl Project {
    /// Returns the tree with an id, if the repository or its history has it.
    pub fn recorded_tree(&self, id: &str) -> Option<Tree> {
        let wanted = Oid::from_str(id).ok()?;
        if let Ok(tree) = self.repository.find_tree(wanted) {
            return self.files(&tree, &[]);
        }
        let mut walk = self.repository.revwalk().ok()?;
        walk.push_head().ok()?;
        walk.set_sorting(Sort::TIME).ok()?;
        let mut seen = None;
        for commit in walk.take(COMMITS) {
            let commit = self.repository.find_commit(commit.ok()?).ok()?;
            let Some(tree) = self.project_tree(&commit) else {
                continue;
            };
            if seen.replace(tree.id()) == Some(tree.id()) {
                continue;
            }
            let without = [&[record::PATH][..], &[record::PATH, BESIDE[0]][..]];
            for names in without {
                if id_without(&tree, names) == Some(wanted) {
                    return self.files(&tree, names);
                }
            }
        }
        None
    }

    fn project_tree<'r>(&'r self, commit: &git2::Commit<'r>) -> Option<git2::Tree<'r>> {
        let tree = commit.tree().ok()?;
        let below = self.prefix.trim_end_matches('/');
        if below.is_empty() {
            return Some(tree);
        }
        let entry = tree.get_path(std::path::Path::new(below)).ok()?;
        self.repository.find_tree(entry.id()).ok()
    }

    fn files(&self, tree: &git2::Tree<'_>, without: &[&str]) -> Option<Tree> {
        let mut found = Some(Tree::default());
        let walked = tree.walk(TreeWalkMode::PreOrder, |folder, entry| {
            if entry.kind() != Some(ObjectType::Blob) {
                return TreeWalkResult::Ok;
            }
            let name = entry.name().unwrap_or_default();
            if folder.is_empty() && without.contains(&name) {
                return TreeWalkResult::Ok;
            }
            let path = RelPath::parse(&format!("{folder}{name}"));
            if let (Some(files), Ok(path), Ok(blob)) =
                (&mut found, path, self.repository.find_blob(entry.id()))
            {
                let file = File {
                    bytes: blob.content().to_vec().into(),
                    executable: entry.filemode() == 0o100_755,
                };
                files.insert(path, file);
                return TreeWalkResult::Ok;
            }
            found = None;
            TreeWalkResult::Abort
        });
        walked.ok().and(found)
    }

    /// Keeps a render whose template cannot be asked for it again. Only who holds the project's journal may.
    ///
    /// # Errors
    /// It cannot be stored.
    pub fn keep_tree(&self, tree: &Tree) -> Result<(), RepositoryError> {
        let mut index = Index::new().during("store the render")?;
        for (path, file) in tree.iter() {
            let id = self
                .repository
                .blob(&file.bytes)
                .during("store the render")?;
            let mode = if file.executable {
                0o100_755
            } else {
                0o100_644
            };
            index
                .add(&index_entry(path.as_str().as_bytes(), mode, id, 0))
                .during("store the render")?;
        }
        let id = index
            .write_tree_to(&self.repository)
            .during("store the render")?;
        let place = self.prefix.trim_end_matches('/').replace('/', "-");
        let name = if place.is_empty() {
            "root".to_owned()
        } else {
            format!("at-{place}")
        };
        let name = format!("{KEPT}/{name}");
        self.drop_lock(&name);
        let kept = self.repository.reference(&name, id, true, "kept");
        self.drop_lock(&name);
        kept.during("keep the render").map(drop)
    }

    /// Removes the lock of a ref that nobody but an update writes, and of updates there is one at a time: a run that died while it
    /// wrote the ref left it there, or it could not be removed.
    fn drop_lock(&self, name: &str) {
        let lock = self.repository.commondir().join(format!("{name}.lock"));
        // One that stays is said by whoever finds the ref locked.
        drop(fs::remove_file(lock));
    }
}

/// Returns the id of a tree without some of its names.
fn id_without(tree: &git2::Tree<'_>, names: &[&str]) -> Option<Oid> {
    let mut bytes = Vec::new();
    for entry in tree {
        if names
            .iter()
            .any(|name| name.as_bytes() == entry.name_bytes())
        {
            continue;
        }
        bytes.extend_from_slice(format!("{:o} ", entry.filemode_raw()).as_bytes());
        bytes.extend_from_slice(entry.name_bytes());
        bytes.push(0);
        bytes.extend_from_slice(entry.id().as_bytes());
    }
    Oid::hash_object(ObjectType::Tree, &bytes).ok()
}
