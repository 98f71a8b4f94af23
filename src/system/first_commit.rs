//! The first commit of a new repository, written as git would pack it: one packfile, the index, the branch and its log.
//!
//! It comes to the same commit as `git add --all` and `git commit`, for a tenth of their time. Where adding a file is more
//! than storing its bytes - line endings, filters, ignored files - this is not the way, and says so.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

use git2::{AttrCheckFlags, Repository, Signature};

use super::repository::{Action, RepositoryError, excludes, has_attributes, signature};
use super::{Context, PathError};
use crate::engine::ignoring::Ignoring;
use crate::engine::objects::{Leaf, Pack, tree_id};
use crate::model::object::{Id, Kind};
use crate::model::relpath::RelPath;
use crate::model::tree::Tree;

/// Why a first commit was not made.
#[derive(Debug, thiserror::Error)]
pub enum FirstCommitError {
    /// libgit2 could not read the new repository.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
    /// A file could not be written.
    #[error(transparent)]
    Path(#[from] PathError),
}

/// Attributes by which a file is stored as something else than its bytes.
const TRANSLATIONS: [&str; 3] = ["filter", "ident", "working-tree-encoding"];

/// Commits the files of a tree, which all lie in the folder and nothing else does; at a time, or now (seconds since 1970, UTC). Returns the commit id; none where this is not
/// the way, and nothing has been written.
///
/// # Errors
/// The repository cannot be read or written.
pub fn commit(
    folder: &Path,
    tree: &Tree,
    who: (&str, &str),
    message: &str,
    time: Option<i64>,
) -> Result<Option<String>, FirstCommitError> {
    let repository = Repository::open(folder).during("open the new repository")?;
    if !is_the_way(&repository, tree)? {
        return Ok(None);
    }
    let head = repository.find_reference("HEAD").during("read HEAD")?;
    let Ok(Some(branch)) = head.symbolic_target() else {
        return Ok(None);
    };
    let git = repository.path();
    let Some(entries) = entries(folder, tree)? else {
        return Ok(None);
    };

    let mut pack = Pack::new();
    let mut packed = Ok(());
    let mut add = |kind, id, content: &[u8]| {
        if packed.is_ok() {
            packed = pack.add(kind, id, content);
        }
    };
    let mut ids = Vec::with_capacity(tree.len());
    for (_, file) in tree.iter() {
        let id = Id::of(Kind::Blob, &file.bytes);
        ids.push(id);
        add(Kind::Blob, id, &file.bytes);
    }
    let files = tree.iter().zip(&ids);
    let files = files.map(|((path, file), id)| Leaf {
        path,
        executable: file.executable,
        id: *id,
    });
    let root = tree_id(files, &mut |id, content| add(Kind::Tree, id, content));
    let who = person(&signature(who, time)?);
    let content = format!("tree {root}\nauthor {who}\ncommitter {who}\n\n{message}");
    let commit = Id::of(Kind::Commit, content.as_bytes());
    add(Kind::Commit, commit, content.as_bytes());
    packed.context("pack the files of", folder)?;

    let packed = pack.finish();
    let packs = git.join("objects/pack");
    fs::create_dir_all(&packs).context("make the folder", &packs)?;
    // Without its index a packfile is not there yet.
    for (ending, bytes) in [("pack", &packed.pack), ("idx", &packed.index)] {
        let path = packs.join(format!("pack-{}.{ending}", packed.name));
        write(&path, bytes, 0o444).context("write", &path)?;
    }
    let index = git.join("index");
    write(&index, &index_of(tree, &ids, &entries), 0o644).context("write", &index)?;

    let subject = message.lines().next().unwrap_or_default();
    let line = format!("{:040} {commit} {who}\tcommit (initial): {subject}\n", 0);
    for name in ["HEAD", branch] {
        below(git, &format!("logs/{name}"), &line)?;
    }
    below(git, branch, &format!("{commit}\n"))?;
    Ok(Some(commit.to_string()))
}

/// Returns whether git would store the bytes of every file, and every file.
fn is_the_way(repository: &Repository, tree: &Tree) -> Result<bool, RepositoryError> {
    let may_translate = may_translate(repository, tree);
    let ignoring = ignoring(repository, tree);
    for (path, file) in tree.iter() {
        let may_be_ignored = ignoring
            .as_ref()
            .is_none_or(|ignoring| ignoring.may_ignore(path.as_str()));
        let path = Path::new(path.as_str());
        if file.bytes.contains(&b'\r')
            || may_be_ignored
                && repository
                    .is_path_ignored(path)
                    .during("read what is ignored")?
            || may_translate && is_translated(repository, path)?
        {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Returns the rules of the project and of the user by which files are ignored; none if some cannot be read. To ask git about every
/// file costs as much as the rest of the commit.
fn ignoring(repository: &Repository, tree: &Tree) -> Option<Ignoring> {
    let mut ignoring = Ignoring::default();
    let own = tree
        .iter()
        .filter(|(path, _)| path.file_name() == ".gitignore");
    own.for_each(|(_, file)| ignoring.add(&file.bytes));
    for file in excludes(repository) {
        if file.is_relative() {
            return None;
        }
        match fs::read(file) {
            Ok(text) => ignoring.add(&text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(_) => return None,
        }
    }
    Some(ignoring)
}

/// Returns whether some file of attributes, of the project or of the machine, may have a translation in it. To ask for the
/// attributes of every file costs more than the whole commit.
fn may_translate(repository: &Repository, tree: &Tree) -> bool {
    let own = tree
        .iter()
        .filter(|(path, _)| path.file_name() == ".gitattributes");
    let mut texts = own.map(|(_, file)| String::from_utf8_lossy(&file.bytes));
    has_attributes(repository)
        || texts.any(|text| TRANSLATIONS.iter().any(|name| text.contains(name)))
}

fn is_translated(repository: &Repository, path: &Path) -> Result<bool, RepositoryError> {
    for name in TRANSLATIONS {
        let value = repository.get_attr(path, name, AttrCheckFlags::FILE_THEN_INDEX);
        if value.during("read the attributes")?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Returns the words that stand for a person and a time in a commit.
fn person(signature: &Signature<'_>) -> String {
    let when = signature.when();
    let offset = when.offset_minutes();
    format!(
        "{} <{}> {} {}{:02}{:02}",
        String::from_utf8_lossy(signature.name_bytes()),
        String::from_utf8_lossy(signature.email_bytes()),
        when.seconds(),
        if offset < 0 { '-' } else { '+' },
        offset.abs() / 60,
        offset.abs() % 60
    )
}

/// What the index remembers of a file, to see later whether it was touched.
struct Entry {
    stat: [u32; 6],
    owner: [u32; 3],
    is_executable: bool,
}

/// Looks at every file. None where files have no such things.
#[cfg(unix)]
fn entries(folder: &Path, tree: &Tree) -> Result<Option<Vec<Entry>>, PathError> {
    use std::os::unix::fs::MetadataExt as _;
    /// The index keeps the lower half of everything.
    fn low<T: TryInto<u64>>(number: T) -> u32 {
        let number: u64 = number.try_into().unwrap_or_default();
        u32::try_from(number & u64::from(u32::MAX)).unwrap_or_default()
    }
    let look = |(path, file): (&RelPath, &crate::model::tree::File)| {
        let place = folder.join(path.as_str());
        let found = place.symlink_metadata().context("look at", &place)?;
        Ok(Entry {
            stat: [
                low(found.ctime()),
                low(found.ctime_nsec()),
                low(found.mtime()),
                low(found.mtime_nsec()),
                low(found.dev()),
                low(found.ino()),
            ],
            owner: [low(found.uid()), low(found.gid()), low(found.len())],
            is_executable: file.executable,
        })
    };
    tree.iter().map(look).collect::<Result<_, _>>().map(Some)
}

/// Looks at every file. None where files have no such things.
#[cfg(not(unix))]
fn entries(_: &Path, _: &Tree) -> Result<Option<Vec<Entry>>, PathError> {
    Ok(None)
}

/// Returns the index (version 2, gitformat-index(5)) of the files.
fn index_of(tree: &Tree, ids: &[Id], entries: &[Entry]) -> Vec<u8> {
    let count = u32::try_from(entries.len()).unwrap_or(u32::MAX);
    let mut bytes = b"DIRC\0\0\0\x02".to_vec();
    bytes.extend_from_slice(&count.to_be_bytes());
    let mut rows: Vec<_> = tree.paths().zip(ids).zip(entries).collect();
    rows.sort_by(|((left, _), _), ((right, _), _)| left.as_str().cmp(right.as_str()));
    for ((path, id), entry) in rows {
        let start = bytes.len();
        let mode: u32 = if entry.is_executable {
            0o100_755
        } else {
            0o100_644
        };
        let numbers = entry.stat.iter().chain([&mode]).chain(&entry.owner);
        for number in numbers {
            bytes.extend_from_slice(&number.to_be_bytes());
        }
        bytes.extend_from_slice(id.as_bytes());
        let name = path.as_str().as_bytes();
        let length = u16::try_from(name.len()).unwrap_or(u16::MAX).min(0x0fff);
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(name);
        // One to eight zeros, up to a multiple of eight.
        let filled = (bytes.len() - start) / 8 * 8 + 8;
        bytes.resize(start + filled, 0);
    }
    bytes.extend_from_slice(&Id::sum(&bytes));
    bytes
}

fn below(git: &Path, name: &str, text: &str) -> Result<(), PathError> {
    let path = git.join(name);
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).context("make the folder", parent)?;
    }
    write(&path, text.as_bytes(), 0o644).context("write", &path)
}

/// Writes a file that must not be there yet.
fn write(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    #[cfg(not(unix))]
    let _ = mode;
    options.open(path)?.write_all(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn what_git_ignores_is_a_candidate(
            rules in proptest::collection::vec("[ !/#]?[abx*?./\\[\\]\\\\]{1,3}(\\[[abx]{1,2}\\])?[abx*]?[ /]?\r?", 1..4),
            path in "[abAB.]{1,2}[cx](/[abx]{1,3}){0,2}",
        ) {
            let rules = rules.join("\n");
            let mut ignoring = Ignoring::default();
            ignoring.add(rules.as_bytes());
            let folder = tempfile::tempdir()?;
            let repository = Repository::init(folder.path()).expect("a repository");
            fs::write(folder.path().join(".gitignore"), &rules)?;
            if repository.is_path_ignored(&path).expect("an answer") {
                prop_assert!(ignoring.may_ignore(&path), "{:?} {}", rules, path);
            }
        }
    }
}
