//! Local git, by libgit2: identity, repositories, the first commit, tree ids. No network, no hooks, no other repository touched.

use std::fs;
use std::path::{Path, PathBuf};

use git2::{
    Branch, Config, ConfigLevel, IndexAddOption, Repository, RepositoryInitOptions, Signature, Time,
};

use super::env::Environment;
use crate::engine::objects::{self, Leaf};
use crate::model::object::{Id, Kind};
use crate::model::tree::Tree;

/// The branch of a new repository where the configuration names none.
const DEFAULT_BRANCH: &str = "main";

/// How the links begin by which libgit2 tries whether links work.
pub(super) const TRIED: &str = "_git2_";

/// What git could not do.
#[derive(Debug, thiserror::Error)]
#[error("git cannot {action}: {reason}")]
pub struct RepositoryError {
    action: &'static str,
    reason: String,
    #[source]
    source: git2::Error,
}

/// Says what git was doing when it failed.
pub(super) trait Action<T> {
    /// Adds the action to an error.
    fn during(self, action: &'static str) -> Result<T, RepositoryError>;
}

impl RepositoryError {
    pub(super) fn new(action: &'static str, source: git2::Error) -> Self {
        let reason = match source.message() {
            // So libgit2 ends when an object does not fit on the disk.
            "" | "no error" => "it does not say why; the disk may be full".to_owned(),
            said => said.trim_end_matches('.').to_owned(),
        };
        Self {
            action,
            reason,
            source,
        }
    }
}

impl<T> Action<T> for Result<T, git2::Error> {
    fn during(self, action: &'static str) -> Result<T, RepositoryError> {
        self.map_err(|source| RepositoryError::new(action, source))
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
    let repository = Repository::init_opts(folder, &options).during("make a repository")?;
    sweep(folder, repository.path());
    Ok(())
}

/// Removes what libgit2 leaves in a fresh repository when it cannot remove something: it does not look whether it could. Nobody else is
/// in there yet. A lock would stop the person's first `git switch`, and the link by which it tries whether links work here, the only
/// link in a new project, would be a file that nobody knows.
fn sweep(folder: &Path, git: &Path) {
    for name in ["HEAD.lock", "config.lock"] {
        drop(fs::remove_file(git.join(name)));
    }
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let is_link = entry.file_type().is_ok_and(|kind| kind.is_symlink());
        if is_link && entry.file_name().to_string_lossy().starts_with(TRIED) {
            drop(fs::remove_file(entry.path()));
        }
    }
}

/// Commits all files of a folder that are not ignored, as `git add --all` and `git commit` would. Returns the commit id.
///
/// # Errors
/// A file cannot be added or the commit not be written.
pub fn commit_all(
    folder: &Path,
    who: (&str, &str),
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
    let signature = signature(who, time)?;
    repository
        .commit(Some("HEAD"), &signature, &signature, message, &tree, &[])
        .map(|id| id.to_string())
        .during("commit")
}

/// Returns the person and the time of a commit, now if none is given (seconds since 1970, UTC).
///
/// # Errors
/// Name or email cannot stand in a commit.
pub(super) fn signature(
    (name, email): (&str, &str),
    time: Option<i64>,
) -> Result<Signature<'static>, RepositoryError> {
    match time {
        Some(seconds) => Signature::new(name, email, &Time::new(seconds, 0)),
        None => Signature::now(name, email),
    }
    .during("use this name and email")
}

/// Returns where the user and a repository itself may have rules of what is ignored.
pub(super) fn excludes(repository: &Repository) -> Vec<PathBuf> {
    let named = repository
        .config()
        .and_then(|config| config.get_path("core.excludesFile"));
    let of_the_user = Config::find_xdg().map(|config| config.with_file_name("ignore"));
    let own = repository.path().join("info/exclude");
    named.into_iter().chain(of_the_user).chain([own]).collect()
}

/// Returns whether the machine or the user has a file of attributes for all repositories.
pub(super) fn has_attributes(repository: &Repository) -> bool {
    let of_the_user = Config::find_xdg().map(|config| config.with_file_name("attributes"));
    let of_the_machine = Path::new("/etc/gitattributes");
    let is_named = repository
        .config()
        .is_ok_and(|config| config.get_path("core.attributesFile").is_ok());
    is_named || of_the_machine.exists() || of_the_user.is_ok_and(|file| file.exists())
}

/// Returns the id that git gives a tree of these files (SHA-1, hexadecimal).
pub fn tree_id(tree: &Tree) -> String {
    let files = tree.iter().map(|(path, file)| Leaf {
        path,
        executable: file.executable,
        id: Id::of(Kind::Blob, &file.bytes),
    });
    objects::tree_id(files, &mut |_, _| {}).to_string()
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;
    use crate::model::relpath::RelPath;
    use crate::model::tree::File;
    use crate::system::first_commit;

    #[test]
    fn the_empty_tree_has_gits_own_id() {
        assert_eq!(
            tree_id(&Tree::default()),
            "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
        );
    }

    type Outcome = Result<(), Box<dyn std::error::Error>>;

    fn written(folder: &Path, files: &[(&str, &[u8])]) -> Result<Tree, Box<dyn std::error::Error>> {
        let mut tree = Tree::default();
        for (path, bytes) in files {
            let file = File {
                bytes: Cow::Owned(bytes.to_vec()),
                executable: false,
            };
            let target = folder.join(path);
            target.parent().map_or(Ok(()), fs::create_dir_all)?;
            fs::write(target, bytes)?;
            tree.insert(RelPath::parse(path)?, file);
        }
        Ok(tree)
    }

    // A folder sorts after `a-b` and `a.txt` for git, before them by its bare name.
    const FILES: [(&str, &[u8]); 8] = [
        ("a/x", b"1"),
        ("a-b", b"2"),
        ("a.txt", b"3"),
        ("a/b/c", b"4"),
        ("same", b"4"),
        ("z", b""),
        // The longest that is packed as it is, and the shortest that is compressed.
        ("z1", &[255; 4096]),
        ("z2", &[b'x'; 4097]),
    ];

    #[test]
    fn the_first_commit_is_the_one_that_libgit2_makes() -> Outcome {
        let (one, other) = (tempfile::tempdir()?, tempfile::tempdir()?);
        let (who, time) = (("A", "a@example.org"), Some(0));
        let tree = written(one.path(), &FILES)?;
        written(other.path(), &FILES)?;
        init(one.path(), "trunk")?;
        init(other.path(), "trunk")?;
        let short = first_commit::commit(one.path(), &tree, who, "first\n", time)?;
        let long = commit_all(other.path(), who, "first\n", time)?;
        assert_eq!(short, cfg!(unix).then_some(long));
        let packed = Repository::open(one.path())?;
        for (path, bytes) in FILES {
            let entry = packed.head()?.peel_to_tree()?.get_path(Path::new(path))?;
            assert_eq!(packed.find_blob(entry.id())?.content(), bytes, "{path}");
        }
        let repository = Repository::open(other.path())?;
        let committed = repository.head()?.peel_to_tree()?.id();
        assert_eq!(tree_id(&tree), committed.to_string());
        assert_eq!(repository.head()?.shorthand()?, "trunk");
        Ok(())
    }

    #[test]
    fn what_git_would_not_store_as_it_is_is_left_to_libgit2() -> Outcome {
        let (who, time) = (("A", "a@example.org"), Some(0));
        for (name, bytes) in [
            ("lines", b"one\r\ntwo\r\n".as_slice()),
            (".gitattributes", b"*.bin filter=lfs\n"),
            (".gitattributes", b"x.bin ident\n"),
            (".gitattributes", b"*.bin working-tree-encoding=UTF-16\n"),
            (".gitignore", b"*.bin\n"),
        ] {
            let folder = tempfile::tempdir()?;
            let tree = written(folder.path(), &[(name, bytes), ("x.bin", b"x")])?;
            init(folder.path(), "main")?;
            assert_eq!(
                first_commit::commit(folder.path(), &tree, who, "first\n", time)?,
                None
            );
            assert!(!folder.path().join(".git/index").exists());
            commit_all(folder.path(), who, "first\n", time)?;
        }
        Ok(())
    }
}
