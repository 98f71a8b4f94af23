//! The record of how a project was made, `.pyscaffold.toml` in the project.
//!
//! It names the template, every layer that took part, the git tree id of the untouched render, and every answer, so that the
//! same render can be made again by anyone. It is written sorted and one value a line, so that two branches merge.

use std::collections::BTreeMap;

use semver::Version;
use toml_edit::{Array, DocumentMut, Item, Table, TableLike, value};

use super::address::{GitRef, GitUrl};
use super::relpath::RelPath;
use super::template::GitOrigin;
use super::value::{Answers, Value};

/// The path of the record in a project.
pub const PATH: &str = ".pyscaffold.toml";

/// The most bytes that a record is read with: many more than the answers of any template take.
pub const LARGEST: u64 = 16 * 1024 * 1024;

/// The version of the record format that this program writes.
pub const FORMAT: i64 = 1;

/// How a project was made.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Record {
    /// The template's name.
    pub template: String,
    /// Where the template came from: `builtin`, or the folder as it was named.
    pub source: String,
    /// The folder in the repository, the branch or tag that was asked for and the commit, for a template in a git repository.
    pub git: Option<GitOrigin>,
    /// The template's version.
    pub version: Version,
    /// The versions of the active layers by name.
    pub layers: BTreeMap<String, Version>,
    /// What was inherited from other repositories, by the address in the manifest.
    pub inherits: BTreeMap<String, GitOrigin>,
    /// The git tree id (SHA-1, hexadecimal) of the untouched render without the record, with every secret empty.
    pub tree: String,
    /// Every answer but the secret ones.
    pub answers: Answers,
}

impl Record {
    /// Returns the record as TOML.
    pub fn to_toml(&self) -> String {
        let mut document = DocumentMut::new();
        document.decor_mut().set_prefix(
            "# How this project was made, for `pyscaffold update`. Commit it; change answers by an update.\n",
        );
        document.insert("format", value(FORMAT));
        document.insert("tree", value(&self.tree));
        let mut template = Table::new();
        template.insert("name", value(&self.template));
        template.insert("source", value(&self.source));
        if let Some(origin) = &self.git {
            place(&mut template, origin);
        }
        template.insert("version", value(self.version.to_string()));
        document.insert("template", Item::Table(template));
        let mut layers = Table::new();
        for (name, version) in &self.layers {
            layers.insert(name, value(version.to_string()));
        }
        document.insert("layers", Item::Table(layers));
        let mut inherits = Table::new();
        inherits.set_implicit(true);
        for (address, origin) in &self.inherits {
            let mut table = Table::new();
            table.insert("source", value(origin.url.as_str()));
            place(&mut table, origin);
            inherits.insert(address, Item::Table(table));
        }
        if !inherits.is_empty() {
            document.insert("inherits", Item::Table(inherits));
        }
        let mut answers = Table::new();
        for (key, answer) in &self.answers {
            answers.insert(key, to_item(answer));
        }
        document.insert("answers", Item::Table(answers));
        document.to_string()
    }
}

/// Why a text is no record.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum RecordError {
    /// It cannot be read as TOML.
    #[error("it is not TOML: {0}")]
    Malformed(String),
    /// A newer program wrote it.
    #[error("it has format {0}, and this version reads {FORMAT}")]
    Newer(i64),
    /// Something is missing, or not what it should be.
    #[error("`{0}` is missing or not what it should be")]
    Key(String),
}

impl Record {
    /// Reads a record.
    ///
    /// # Errors
    /// It is none, or of a newer program.
    pub fn parse(text: &str) -> Result<Self, RecordError> {
        let document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| {
            RecordError::Malformed(error.message().lines().collect::<Vec<_>>().join(", "))
        })?;
        match document.get("format").and_then(Item::as_integer) {
            Some(FORMAT) => {}
            Some(other) => return Err(RecordError::Newer(other)),
            None => return Err(RecordError::Key("format".to_owned())),
        }
        let tables = |key: &str| {
            let table = document.get(key).and_then(Item::as_table_like);
            table.into_iter().flat_map(|table| table.iter())
        };
        let template = document
            .get("template")
            .and_then(Item::as_table_like)
            .ok_or_else(|| RecordError::Key("template".to_owned()))?;
        let source = text_of(template, "template", "source")?;
        let git = match template.get("commit") {
            Some(_) => Some(origin(template, "template")?),
            None => None,
        };
        let mut layers = BTreeMap::new();
        for (name, item) in tables("layers") {
            let key = || RecordError::Key(format!("layers.{name}"));
            let version = item.as_str().and_then(|text| Version::parse(text).ok());
            layers.insert(name.to_owned(), version.ok_or_else(key)?);
        }
        let mut inherits = BTreeMap::new();
        for (address, item) in tables("inherits") {
            let place = format!("inherits.{address}");
            let table = item
                .as_table_like()
                .ok_or_else(|| RecordError::Key(place.clone()))?;
            inherits.insert(address.to_owned(), origin(table, &place)?);
        }
        let mut answers = Answers::new();
        for (key, item) in tables("answers") {
            let value = item.as_value().and_then(Value::from_toml);
            let wrong = || RecordError::Key(format!("answers.{key}"));
            answers.insert(key.to_owned(), value.ok_or_else(wrong)?);
        }
        let tree = document.get("tree").and_then(Item::as_str);
        let version = text_of(template, "template", "version")?;
        Ok(Self {
            template: text_of(template, "template", "name")?,
            source,
            git,
            version: Version::parse(&version)
                .map_err(|_| RecordError::Key("template.version".to_owned()))?,
            layers,
            inherits,
            tree: tree
                .ok_or_else(|| RecordError::Key("tree".to_owned()))?
                .to_owned(),
            answers,
        })
    }
}

fn text_of(table: &dyn TableLike, place: &str, key: &str) -> Result<String, RecordError> {
    let text = table.get(key).and_then(Item::as_str).map(str::to_owned);
    text.ok_or_else(|| RecordError::Key(format!("{place}.{key}")))
}

/// Reads where in a repository something is from.
fn origin(table: &dyn TableLike, place: &str) -> Result<GitOrigin, RecordError> {
    let wrong = |key: &str| RecordError::Key(format!("{place}.{key}"));
    let url = text_of(table, place, "source")?;
    let commit = text_of(table, place, "commit")?;
    if !GitRef::parse(&commit).is_ok_and(|commit| commit.is_commit()) {
        return Err(wrong("commit"));
    }
    let reference = match table.get("ref").map(Item::as_str) {
        Some(Some(text)) => Some(GitRef::parse(text).map_err(|_| wrong("ref"))?),
        Some(None) => return Err(wrong("ref")),
        None => None,
    };
    let dir = table.get("subdir").and_then(Item::as_str).unwrap_or("");
    if !dir.is_empty() && RelPath::parse(dir).is_err() {
        return Err(wrong("subdir"));
    }
    Ok(GitOrigin {
        url: GitUrl::parse(&url).map_err(|_| wrong("source"))?,
        dir: dir.to_owned(),
        reference,
        commit,
    })
}

/// Writes where in a repository something is from.
fn place(table: &mut Table, origin: &GitOrigin) {
    if !origin.dir.is_empty() {
        table.insert("subdir", value(&origin.dir));
    }
    if let Some(reference) = &origin.reference {
        table.insert("ref", value(reference.as_str()));
    }
    table.insert("commit", value(&origin.commit));
}

fn to_item(answer: &Value) -> Item {
    match answer {
        Value::Text(text) => value(text),
        Value::Bool(flag) => value(*flag),
        Value::Integer(number) => value(*number),
        Value::List(values) => value(values.iter().collect::<Array>()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_record_is_sorted_and_reads_back() {
        let record = Record {
            template: "fastapi-api".to_owned(),
            source: "builtin".to_owned(),
            git: None,
            inherits: BTreeMap::new(),
            version: Version::new(1, 0, 0),
            layers: BTreeMap::from([
                ("builtin:docker".to_owned(), Version::new(1, 2, 0)),
                ("builtin:base".to_owned(), Version::new(1, 0, 0)),
            ]),
            tree: "4b825dc642cb6eb9a060e54bf8d69288fbee4904".to_owned(),
            answers: Answers::from([
                ("python".to_owned(), Value::from("3.13")),
                (
                    "author".to_owned(),
                    Value::from("Ada \"Countess\" Lovelace"),
                ),
                ("docker".to_owned(), Value::Bool(true)),
                ("extras".to_owned(), Value::List(vec!["etag".to_owned()])),
                ("year".to_owned(), Value::Integer(2026)),
            ]),
        };
        let text = record.to_toml();
        insta::assert_snapshot!(text, @r#"
        # How this project was made, for `pyscaffold update`. Commit it; change answers by an update.
        format = 1
        tree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"

        [template]
        name = "fastapi-api"
        source = "builtin"
        version = "1.0.0"

        [layers]
        "builtin:base" = "1.0.0"
        "builtin:docker" = "1.2.0"

        [answers]
        author = 'Ada "Countess" Lovelace'
        docker = true
        extras = ["etag"]
        python = "3.13"
        year = 2026
        "#);
        assert_eq!(Record::parse(&text), Ok(record));
    }

    #[test]
    fn a_repository_is_recorded_with_its_commit() -> Result<(), Box<dyn std::error::Error>> {
        let origin = |url: &str, dir: &str, reference: Option<&str>| {
            Ok::<_, Box<dyn std::error::Error>>(GitOrigin {
                url: GitUrl::parse(url)?,
                dir: dir.to_owned(),
                reference: reference.map(GitRef::parse).transpose()?,
                commit: "0123456789012345678901234567890123456789".to_owned(),
            })
        };
        let record = Record {
            template: "worker".to_owned(),
            source: "https://example.org/x.git".to_owned(),
            git: Some(origin("https://example.org/x.git", "worker", Some("v2"))?),
            inherits: BTreeMap::from([(
                "gh:acme/base".to_owned(),
                origin("https://github.com/acme/base.git", "", None)?,
            )]),
            version: Version::new(2, 0, 0),
            layers: BTreeMap::new(),
            tree: String::new(),
            answers: Answers::new(),
        };
        assert_eq!(Record::parse(&record.to_toml()), Ok(record.clone()));
        insta::assert_snapshot!(record.to_toml(), @r#"
        # How this project was made, for `pyscaffold update`. Commit it; change answers by an update.
        format = 1
        tree = ""

        [template]
        name = "worker"
        source = "https://example.org/x.git"
        subdir = "worker"
        ref = "v2"
        commit = "0123456789012345678901234567890123456789"
        version = "2.0.0"

        [layers]

        [inherits."gh:acme/base"]
        source = "https://github.com/acme/base.git"
        commit = "0123456789012345678901234567890123456789"

        [answers]
        "#);
        Ok(())
    }
}
