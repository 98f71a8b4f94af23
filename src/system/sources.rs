//! The sources of team templates that a user has added, and those that a repository brings for everybody in it.
//!
//! Both are TOML documents that people may edit: what is not changed keeps its comments and order.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::ops::Range;
use std::path::{Path, PathBuf};

use toml_edit::{Document, DocumentMut, Item, Table, TableLike, value};

use super::staging::sweep;
use super::store::replace;
use super::{Context, PathError, read_settings};
use crate::model::address::{GitRef, GitUrl, Place, Transport, is_source_name};
use crate::model::problem::{Problem, nearest};
use crate::model::relpath::RelPath;
use crate::model::text::Lines;

/// The name of the user's file, beside the configuration.
pub const FILE: &str = "sources.toml";

/// The name of a repository's file, at its root.
pub const PROJECT_FILE: &str = ".pyscaffold-sources.toml";

/// The version of the format.
const FORMAT: i64 = 1;

const HEADER: &str =
    "# The sources of team templates; `pyscaffold add`, `refresh` and `remove` write here.\n";

const KEYS: [&str; 7] = [
    "git",
    "path",
    "ref",
    "subdir",
    "commit",
    "allow-http",
    "inherits",
];

/// A source of templates.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Source {
    /// What it is called: `acme` in `acme/worker`.
    pub name: String,
    /// The repository or folder.
    pub place: Place,
    /// The folder in it whose templates are meant.
    pub subdir: Option<RelPath>,
    /// The branch or tag that it follows; none for the repository's head.
    pub reference: Option<GitRef>,
    /// The commit that is in use; none where none is locked.
    pub commit: Option<String>,
    /// Whether it may be fetched without encryption.
    pub allow_http: bool,
    /// The commits of the repositories that its templates inherit from, by the address in the manifest.
    pub inherits: BTreeMap<String, String>,
    /// The file that names it.
    pub file: PathBuf,
    /// Whether that file came with a repository.
    pub is_project: bool,
}

/// Why the sources cannot be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum SourcesError {
    /// This machine has no place for them.
    #[error("there is no home folder, and so no place for the list of sources")]
    NoPlace,
    /// The file cannot be read or written.
    #[error(transparent)]
    Path(#[from] PathError),
    /// The file has faults.
    #[error("the list of sources has {}", count(.problems.len()))]
    Faulty {
        /// What is wrong.
        problems: Vec<Problem>,
    },
}

fn count(problems: usize) -> String {
    if problems == 1 {
        "a fault".to_owned()
    } else {
        format!("{problems} faults")
    }
}

/// Reads a file of sources; one that is not there has none.
///
/// # Errors
/// It cannot be read, or has faults.
pub fn read(file: &Path, is_project: bool) -> Result<Vec<Source>, SourcesError> {
    let Some(text) = read_settings(file)? else {
        return Ok(Vec::new());
    };
    let label = file.display().to_string();
    parse(&text, &label, file, is_project).map_err(|problems| SourcesError::Faulty { problems })
}

/// Removes what runs that died while they wrote a list left beside it.
pub fn tidy(file: &Path) {
    if let Some(folder) = file.parent() {
        sweep(folder);
    }
}

/// Returns the file of sources of the repository that a folder lies in.
pub fn project_file(folder: &Path) -> Option<PathBuf> {
    let root = super::repository::enclosing(folder)?;
    let file = root.join(PROJECT_FILE);
    // What comes with a repository is foreign: a link could name any file.
    let found = file.symlink_metadata().ok()?;
    (found.is_file() && is_trusted(&found)).then_some(file)
}

/// Returns whether a file belongs to this user or to root: in a folder that many can write to, others could lay one down.
#[cfg(unix)]
fn is_trusted(found: &fs::Metadata) -> bool {
    let owner = std::os::unix::fs::MetadataExt::uid(found);
    owner == 0 || owner == rustix::process::geteuid().as_raw()
}

/// Returns true: who owns a file says nothing here.
#[cfg(not(unix))]
fn is_trusted(_: &fs::Metadata) -> bool {
    true
}

fn parse(
    text: &str,
    label: &str,
    file: &Path,
    is_project: bool,
) -> Result<Vec<Source>, Vec<Problem>> {
    let lines = Lines::of(text);
    let line = |span: Option<Range<usize>>| span.map_or(1, |span| lines.line_at(span.start));
    let document = Document::parse(text).map_err(|error| {
        let message = error.message().lines().collect::<Vec<_>>().join(", ");
        vec![Problem::at(label, line(error.span()), message)]
    })?;
    let top = document.as_table();
    let mut problems = Vec::new();
    let mut sources = Vec::new();
    let mut report = |at: usize, message: String| problems.push(Problem::at(label, at, message));
    match top.get("format").map(Item::as_integer) {
        None | Some(Some(FORMAT)) => {}
        Some(_) => report(1, format!("this version reads `format = {FORMAT}`")),
    }
    for (key, item) in top {
        if key == "format" {
            continue;
        }
        let at = line(top.key(key).and_then(toml_edit::Key::span));
        let Some(tables) = (key == "sources").then(|| item.as_table_like()).flatten() else {
            report(
                at,
                format!("there is no `{key}` here; sources are tables `[sources.NAME]`"),
            );
            continue;
        };
        for (name, item) in tables.iter() {
            let at = line(
                tables
                    .key(name)
                    .and_then(toml_edit::Key::span)
                    .or(item.span()),
            );
            let read = match item.as_table_like() {
                Some(table) => one(name, table, is_project),
                None => Err(vec!["a source is a table".to_owned()]),
            };
            match read {
                Ok(source) => sources.push(Source {
                    file: file.to_owned(),
                    is_project,
                    ..source
                }),
                Err(messages) => messages
                    .into_iter()
                    .for_each(|message| report(at, format!("source `{name}`: {message}"))),
            }
        }
    }
    if problems.is_empty() {
        Ok(sources)
    } else {
        Err(problems)
    }
}

/// Reads one source, or says all that is wrong with it.
fn one(name: &str, table: &dyn TableLike, is_project: bool) -> Result<Source, Vec<String>> {
    let mut row = Row {
        table,
        is_project,
        faults: Vec::new(),
    };
    if !is_source_name(name) {
        row.fault("a name is made of lower-case letters, digits and `-`, a letter first");
    }
    row.unknown_keys();
    let reference = row
        .text("ref")
        .and_then(|text| row.checked(GitRef::parse(&text)));
    let subdir = row
        .text("subdir")
        .and_then(|text| row.checked(RelPath::parse(&text)));
    let commit = row.text("commit");
    if let Some(commit) = &commit
        && !is_commit(commit)
    {
        row.fault(format!("`{commit}` is no commit id"));
    }
    let allow_http = row.allow_http();
    let inherits = row.inherits();
    let place = row.place(allow_http);
    match place {
        Some(place) if row.faults.is_empty() => Ok(Source {
            name: name.to_owned(),
            place,
            subdir,
            reference,
            commit,
            allow_http,
            inherits,
            file: PathBuf::new(),
            is_project,
        }),
        Some(_) | None => Err(row.faults),
    }
}

fn is_commit(text: &str) -> bool {
    GitRef::parse(text).is_ok_and(|commit| commit.is_commit())
}

/// The table of one source, and what is wrong with it.
struct Row<'a> {
    table: &'a dyn TableLike,
    is_project: bool,
    faults: Vec<String>,
}

impl Row<'_> {
    fn fault(&mut self, message: impl Into<String>) {
        self.faults.push(message.into());
    }

    fn unknown_keys(&mut self) {
        for (key, _) in self.table.iter() {
            if !KEYS.contains(&key) {
                let hint = nearest(key, KEYS)
                    .map(|near| format!("; did you mean `{near}`?"))
                    .unwrap_or_default();
                self.faults.push(format!("unknown key `{key}`{hint}"));
            }
        }
    }

    fn text(&mut self, key: &str) -> Option<String> {
        let text = self.table.get(key)?.as_str().map(str::to_owned);
        if text.is_none() {
            self.fault(format!("`{key}` must be a text"));
        }
        text
    }

    fn checked<T, E: ToString>(&mut self, read: Result<T, E>) -> Option<T> {
        read.map_err(|error| self.fault(error.to_string())).ok()
    }

    fn allow_http(&mut self) -> bool {
        match self.table.get("allow-http").map(Item::as_bool) {
            None => false,
            Some(Some(_)) if self.is_project => {
                self.fault("`allow-http` is for the user to say, not for a repository");
                false
            }
            Some(Some(allowed)) => allowed,
            Some(None) => {
                self.fault("`allow-http` must be `true` or `false`");
                false
            }
        }
    }

    fn inherits(&mut self) -> BTreeMap<String, String> {
        let mut inherits = BTreeMap::new();
        let item = self.table.get("inherits").and_then(Item::as_table_like);
        for (address, item) in item.into_iter().flat_map(TableLike::iter) {
            match item.as_str().filter(|id| is_commit(id)) {
                Some(commit) => drop(inherits.insert(address.to_owned(), commit.to_owned())),
                None => self.fault(format!("`inherits` wants a commit id for `{address}`")),
            }
        }
        inherits
    }

    fn place(&mut self, allow_http: bool) -> Option<Place> {
        match (self.text("git"), self.text("path")) {
            (Some(git), None) => {
                let url = self.checked(GitUrl::parse(&git))?;
                if url.transport() == Transport::Http && !allow_http {
                    self.fault("the address is not encrypted, and `allow-http` is not set");
                    return None;
                }
                Some(Place::Git(url))
            }
            (None, Some(path)) if self.is_project && RelPath::parse(&path).is_err() => {
                self.fault(format!("`{path}` leads out of the repository"));
                None
            }
            (None, Some(path)) => Some(Place::Folder(path)),
            (Some(_), Some(_)) | (None, None) => {
                self.fault("it needs either `git` or `path`");
                None
            }
        }
    }
}

/// A file of sources that no other run changes meanwhile.
#[derive(Debug)]
pub struct Locked {
    file: PathBuf,
    document: DocumentMut,
    _lock: File,
}

impl Locked {
    /// Waits until no other run changes the file, and reads it.
    ///
    /// # Errors
    /// It cannot be read or locked, or has faults.
    pub fn open(file: &Path) -> Result<Self, SourcesError> {
        // Behind a link stands the file that is changed.
        let file = &fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
        let folder = file.parent().map_or_else(PathBuf::new, Path::to_owned);
        fs::create_dir_all(&folder).context("make the folder", &folder)?;
        let path = folder.join(".pyscaffold-sources.lock");
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .context("open", &path)?;
        lock.lock().context("lock", &path)?;
        let text = read_settings(file)?.unwrap_or_else(|| format!("{HEADER}format = {FORMAT}\n"));
        let document = text.parse().map_err(|error: toml_edit::TomlError| {
            let problems = vec![Problem::of(file.display().to_string(), error.message())];
            SourcesError::Faulty { problems }
        })?;
        Ok(Self {
            file: file.clone(),
            document,
            _lock: lock,
        })
    }

    /// Returns whether there is a source of this name.
    pub fn has(&self, name: &str) -> bool {
        self.tables()
            .is_some_and(|tables| tables.contains_key(name))
    }

    fn tables(&self) -> Option<&dyn TableLike> {
        self.document.get("sources").and_then(Item::as_table_like)
    }

    /// Writes a source, in the place of the one of its name.
    pub fn set(&mut self, source: &Source) {
        let sources = self.document.entry("sources").or_insert_with(|| {
            let mut table = Table::new();
            table.set_implicit(true);
            Item::Table(table)
        });
        let Some(sources) = sources.as_table_like_mut() else {
            return;
        };
        let table = sources
            .entry(&source.name)
            .or_insert_with(|| Item::Table(Table::new()));
        let Some(table) = table.as_table_like_mut() else {
            return;
        };
        let (git, path) = match &source.place {
            Place::Git(url) => (Some(url.as_str()), None),
            Place::Folder(path) => (None, Some(path.as_str())),
        };
        for (key, text) in [
            ("git", git),
            ("path", path),
            ("ref", source.reference.as_ref().map(GitRef::as_str)),
            ("subdir", source.subdir.as_ref().map(RelPath::as_str)),
            ("commit", source.commit.as_deref()),
        ] {
            put(table, key, text.map(value));
        }
        put(table, "allow-http", source.allow_http.then(|| value(true)));
        let inherits: Table = source
            .inherits
            .iter()
            .map(|(address, commit)| (address.clone(), value(commit)))
            .collect();
        let inherits = (!inherits.is_empty()).then_some(Item::Table(inherits));
        put(table, "inherits", inherits);
    }

    /// Removes the source of a name.
    pub fn remove(&mut self, name: &str) {
        if let Some(tables) = self
            .document
            .get_mut("sources")
            .and_then(Item::as_table_like_mut)
        {
            tables.remove(name);
        }
    }

    /// Puts the changed list in the place of the old one.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn save(self) -> Result<(), SourcesError> {
        Ok(replace(&self.file, self.document.to_string().as_bytes())?)
    }
}

/// Sets, replaces or removes a value; a comment beside one that stays is kept.
fn put(table: &mut dyn TableLike, key: &str, item: Option<Item>) {
    let Some(item) = item else {
        table.remove(key);
        return;
    };
    match (
        table.get_mut(key).and_then(Item::as_value_mut),
        item.as_value(),
    ) {
        (Some(old), Some(new)) => {
            let decor = old.decor().clone();
            *old = new.clone();
            *old.decor_mut() = decor;
        }
        _ => drop(table.insert(key, item)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMIT: &str = "0123456789012345678901234567890123456789";

    fn faults(text: &str, is_project: bool) -> Vec<String> {
        parse(text, "s.toml", Path::new("s.toml"), is_project)
            .err()
            .unwrap_or_default()
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn every_fault_is_named() {
        for (text, message) in [
            ("[sources.a]\ngit = 1", "`git` must be a text"),
            ("[sources.a]", "either `git` or `path`"),
            (
                "[sources.a]\ngit = \"https://h/x\"\npath = \"y\"",
                "either `git` or `path`",
            ),
            ("[sources.A]\npath = \"y\"", "a letter first"),
            ("[sources.builtin]\npath = \"y\"", "a letter first"),
            ("[sources.a]\ngit = \"ext::sh\"", "`ext::` addresses"),
            ("[sources.a]\ngit = \"http://h/x\"", "not encrypted"),
            ("[sources.a]\ngit = \"https://u:p@h/x\"", "a password"),
            ("[sources.a]\npath = \"y\"\nref = \"-x\"", "no branch"),
            ("[sources.a]\npath = \"y\"\nsubdir = \"../x\"", "leads out"),
            (
                "[sources.a]\npath = \"y\"\ncommit = \"abc\"",
                "no commit id",
            ),
            (
                "[sources.a]\npath = \"y\"\nreff = \"x\"",
                "did you mean `ref`?",
            ),
            ("[sourcs.a]\npath = \"y\"", "there is no `sourcs` here"),
            ("format = 2", "reads `format = 1`"),
            (
                "[sources.a]\npath = \"y\"\n[sources.a.inherits]\n\"gh:a/b\" = \"x\"",
                "a commit id for `gh:a/b`",
            ),
            ("x = ", "s.toml:1"),
        ] {
            let found = faults(text, false).join("\n");
            assert!(found.contains(message), "{text}: {found}");
            assert!(!found.contains("u:p"), "{found}");
        }
        for text in [
            "[sources.a]\npath = \"../y\"",
            "[sources.a]\npath = \"/y\"",
            "[sources.a]\ngit = \"http://h/x\"\nallow-http = true",
        ] {
            assert_eq!(faults(text, false), [""; 0], "{text}");
            assert_ne!(faults(text, true), [""; 0], "{text}");
        }
    }

    #[test]
    fn changes_keep_what_a_person_wrote() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("deep/sources.toml");
        let url = GitUrl::parse("https://example.org/x.git")?;
        let mut source = Source {
            name: "acme".to_owned(),
            place: Place::Git(url),
            subdir: None,
            reference: Some(GitRef::parse("v1")?),
            commit: Some(COMMIT.to_owned()),
            allow_http: false,
            inherits: BTreeMap::from([("gh:a/b".to_owned(), COMMIT.to_owned())]),
            file: file.clone(),
            is_project: false,
        };
        let mut locked = Locked::open(&file)?;
        locked.set(&source);
        locked.save()?;
        assert_eq!(read(&file, false)?, [source.clone()]);
        let text = fs::read_to_string(&file)?;
        fs::write(
            &file,
            text.replace("ref = \"v1\"", "ref = \"v1\" # tested\n# mine"),
        )?;
        source.commit = Some(COMMIT.replace('0', "f"));
        source.reference = Some(GitRef::parse("v2")?);
        source.inherits.clear();
        let mut locked = Locked::open(&file)?;
        assert!(locked.has("acme") && !locked.has("other"));
        locked.set(&source);
        locked.save()?;
        let text = fs::read_to_string(&file)?;
        assert!(text.contains("ref = \"v2\" # tested\n# mine"), "{text}");
        assert_eq!(read(&file, false)?, [source]);
        let mut locked = Locked::open(&file)?;
        locked.remove("acme");
        locked.save()?;
        assert_eq!(read(&file, false)?, []);
        Ok(())
    }
}
