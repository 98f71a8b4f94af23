//! Local git, by libgit2: identity, repositories, the first commit, tree ids. No network, no hooks, no other repository touched.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use git2::{
    Branch, Config, ConfigLevel, IndexAddOption, ObjectType, Oid, Repository,
    RepositoryInitOptions, Signature, Time,
};

use super::env::Environment;
use crate::model::tree::Tree;

/// The branch of a new repository where the configuration names none.
const DEFAULT_BRANCH: &str = "main";

/// What git could not do.
#[derive(Debug, thiserror::Error)]
#[error("git cannot {action}: {}", .source.message().trim_end_matches('.'))]
pub struct RepositoryError {
    action: &'static str,
    #[source]
    source: git2::Error,
}

trait Action<T> {
    fn during(self, action: &'static str) -> Result<T, RepositoryError>;
}

impl<T> Action<T> for Result<T, git2::Error> {
    fn during(self, action: &'static str) -> Result<T, RepositoryError> {
        self.map_err(|source| RepositoryError { action, source })
    }
}

/// What the user's git configuration says.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct GitSettings {
    /// `user.name`, or `GIT_AUTHOR_NAME`.
    pub name: Option<String>,
    /// `user.email`, or `GIT_AUTHOR_EMAIL`.
    pub email: Option<String>,
    /// `init.defaultBranch`, or `main`.
    pub branch: String,
    /// Whether `commit.gpgSign` demands a signature, which only the git program can make.
    pub signs: bool,
}

impl GitSettings {
    /// Reads the user's configuration: `GIT_CONFIG_GLOBAL` where it is set, else the usual places. An unreadable one is empty.
    pub fn read(environment: &Environment) -> Self {
        let config = open_config(environment)
            .and_then(|mut config| config.snapshot())
            .ok();
        let get = |key: &str| {
            let config = config.as_ref()?;
            config
                .get_string(key)
                .ok()
                .filter(|text| !text.trim().is_empty())
        };
        let variable = |name: &str| environment.variable(name).map(str::to_owned);
        Self {
            name: variable("GIT_AUTHOR_NAME").or_else(|| get("user.name")),
            email: variable("GIT_AUTHOR_EMAIL").or_else(|| get("user.email")),
            branch: get("init.defaultBranch")
                .filter(|name| Branch::name_is_valid(name).unwrap_or(false))
                .unwrap_or_else(|| DEFAULT_BRANCH.to_owned()),
            signs: config
                .as_ref()
                .and_then(|config| config.get_bool("commit.gpgSign").ok())
                .unwrap_or(false),
        }
    }
}

fn open_config(environment: &Environment) -> Result<Config, git2::Error> {
    let Some(global) = environment.variable("GIT_CONFIG_GLOBAL") else {
        return Config::open_default();
    };
    let mut config = Config::new()?;
    if environment.variable("GIT_CONFIG_NOSYSTEM").is_none()
        && let Ok(system) = Config::find_system()
    {
        config.add_file(&system, ConfigLevel::System, false)?;
    }
    let global = environment.path(Path::new(global));
    if global.is_file() {
        config.add_file(&global, ConfigLevel::Global, false)?;
    }
    Ok(config)
}

/// Returns the root of the repository that a path lies in, the path itself included.
pub fn enclosing(path: &Path) -> Option<PathBuf> {
    // Where a link leads is where the project will be.
    let there = path
        .ancestors()
        .find_map(|folder| folder.canonicalize().ok())?;
    if path.canonicalize().is_err() {
        return enclosing(&there);
    }
    there
        .ancestors()
        .find(|folder| folder.join(".git").symlink_metadata().is_ok())
        .map(Path::to_owned)
}

/// Makes a repository in a folder, without hooks and without the user's git template.
///
/// # Errors
/// The repository cannot be made.
pub fn init(folder: &Path, branch: &str) -> Result<(), RepositoryError> {
    let mut options = RepositoryInitOptions::new();
    options
        .external_template(false)
        .no_reinit(true)
        .initial_head(branch);
    Repository::init_opts(folder, &options)
        .map(drop)
        .during("make a repository")
}

/// Commits all files of a folder that are not ignored, as `git add --all` and `git commit` would. Returns the commit id.
///
/// # Errors
/// A file cannot be added or the commit not be written.
pub fn commit_all(
    folder: &Path,
    (name, email): (&str, &str),
    message: &str,
    time: Option<i64>,
) -> Result<String, RepositoryError> {
    let repository = Repository::open(folder).during("open the new repository")?;
    let mut index = repository.index().during("read the index")?;
    index
        .add_all(["*"], IndexAddOption::DEFAULT, None)
        .during("add the files")?;
    index.write().during("write the index")?;
    let tree = index.write_tree().during("write the tree")?;
    let tree = repository.find_tree(tree).during("read the tree")?;
    let signature = match time {
        Some(seconds) => Signature::new(name, email, &Time::new(seconds, 0)),
        None => Signature::now(name, email),
    }
    .during("use this name and email")?;
    repository
        .commit(Some("HEAD"), &signature, &signature, message, &tree, &[])
        .map(|id| id.to_string())
        .during("commit")
}

/// Returns the id that git gives a tree of these files (SHA-1, hexadecimal).
///
/// # Errors
/// libgit2 cannot hash.
pub fn tree_id(tree: &Tree) -> Result<String, RepositoryError> {
    let mut root = Node::default();
    for (path, file) in tree.iter() {
        let id = Oid::hash_object(ObjectType::Blob, &file.bytes).during("hash a file")?;
        let mode = if file.executable { "100755" } else { "100644" };
        root.insert(path.as_str(), mode, id);
    }
    root.id().map(|id| id.to_string())
}

/// A folder of the tree whose id is computed.
#[derive(Default)]
struct Node {
    files: BTreeMap<String, (&'static str, Oid)>,
    folders: BTreeMap<String, Node>,
}

impl Node {
    fn insert(&mut self, path: &str, mode: &'static str, id: Oid) {
        match path.split_once('/') {
            Some((folder, rest)) => {
                self.folders
                    .entry(folder.to_owned())
                    .or_default()
                    .insert(rest, mode, id);
            }
            None => {
                self.files.insert(path.to_owned(), (mode, id));
            }
        }
    }

    fn id(&self) -> Result<Oid, RepositoryError> {
        // Git sorts a folder as if its name ended in a slash.
        let mut entries: BTreeMap<String, (&str, &str, Oid)> = BTreeMap::new();
        for (name, (mode, id)) in &self.files {
            entries.insert(name.clone(), (mode, name, *id));
        }
        for (name, node) in &self.folders {
            entries.insert(format!("{name}/"), ("40000", name, node.id()?));
        }
        let mut bytes = Vec::new();
        for (mode, name, id) in entries.values() {
            bytes.extend_from_slice(format!("{mode} {name}\0").as_bytes());
            bytes.extend_from_slice(id.as_bytes());
        }
        Oid::hash_object(ObjectType::Tree, &bytes).during("hash a folder")
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;
    use crate::model::relpath::RelPath;
    use crate::model::tree::File;

    #[test]
    fn the_empty_tree_has_gits_own_id() -> Result<(), RepositoryError> {
        assert_eq!(
            tree_id(&Tree::default())?,
            "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
        );
        Ok(())
    }

    #[test]
    fn a_tree_has_the_id_that_git_commits() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let mut tree = Tree::default();
        // A folder sorts after `a-b` and `a.txt` for git, before them by its bare name.
        for (path, text) in [
            ("a/x", "1"),
            ("a-b", "2"),
            ("a.txt", "3"),
            ("a/b/c", "4"),
            ("z", ""),
        ] {
            let file = File {
                bytes: Cow::Borrowed(text.as_bytes()),
                executable: false,
            };
            tree.insert(RelPath::parse(path)?, file);
        }
        for (path, file) in tree.iter() {
            let target = folder.path().join(path.as_str());
            target.parent().map_or(Ok(()), std::fs::create_dir_all)?;
            std::fs::write(target, &file.bytes)?;
        }
        init(folder.path(), "trunk")?;
        commit_all(folder.path(), ("A", "a@example.org"), "first", Some(0))?;
        let repository = Repository::open(folder.path())?;
        let committed = repository.head()?.peel_to_tree()?.id();
        assert_eq!(tree_id(&tree)?, committed.to_string());
        assert_eq!(repository.head()?.shorthand()?, "trunk");
        Ok(())
    }
}
