//! The manifest of a template or a layer, as `docs/template-format.md` describes it.

use std::collections::BTreeMap;
use std::fmt;

use semver::{Version, VersionReq};
use serde::{Serialize, Serializer};

use super::condition::Condition;
use super::language::Words;
use super::question::Question;
use super::text::Position;
use super::value::Value;

/// The version of the manifest format that this program reads and writes.
pub const FORMAT: i64 = 1;

/// Whether a manifest belongs to a template or to a layer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Role {
    /// A template: makes a project.
    Template,
    /// A layer: a part that templates share.
    Layer,
}

impl Role {
    /// Returns the name of the manifest file.
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Template => "template.toml",
            Self::Layer => "layer.toml",
        }
    }

    /// Returns the name of the manifest's first table.
    pub fn table(self) -> &'static str {
        match self {
            Self::Template => "template",
            Self::Layer => "layer",
        }
    }
}

/// Names a layer, or a template that is built upon: `builtin:docker`, `docker` for one of the template's own, `source:docker` for
/// one beside the template, `gh:acme/layers//docker@v1` for one in another repository.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum LayerName {
    /// It comes with pyscaffold.
    Builtin(String),
    /// A layer below `layers/` of the template itself.
    Own(String),
    /// A template of the same source, or a layer below the source's own `layers/`.
    Source(String),
    /// A folder of another repository, by its address.
    Address(String),
}

impl LayerName {
    /// Reads a name as manifests write it.
    pub fn parse(text: &str) -> Self {
        match text.split_once(':') {
            Some(("builtin", name)) => Self::Builtin(name.to_owned()),
            Some(("source", name)) => Self::Source(name.to_owned()),
            Some(_) => Self::Address(text.to_owned()),
            None => Self::Own(text.to_owned()),
        }
    }
}

impl fmt::Display for LayerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Builtin(name) => write!(f, "builtin:{name}"),
            Self::Source(name) => write!(f, "source:{name}"),
            Self::Own(name) | Self::Address(name) => f.write_str(name),
        }
    }
}

impl Serialize for LayerName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The use of a layer by a template.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LayerUse {
    /// The layer.
    pub name: LayerName,
    /// The layer is active only if this holds.
    pub when: Condition,
    /// The layer of the template below whose place it takes.
    pub replaces: Option<String>,
    /// The versions of the layer that will do.
    pub version: Option<VersionReq>,
    /// The place in the manifest.
    pub at: Position,
}

/// The template that a template builds upon.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Extends {
    /// The template.
    pub template: LayerName,
    /// The versions of it that will do.
    pub version: Option<VersionReq>,
    /// Its layers that are left out.
    pub without: Vec<String>,
    /// The place in the manifest.
    pub at: Position,
}

/// Whose files are after they were made.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Ownership {
    /// The template's and the user's: updates merge both sides' changes.
    #[default]
    Managed,
    /// The user's: updates leave them as they are.
    Once,
}

impl Ownership {
    /// Every ownership with the word that manifests use for it.
    pub const ALL: [(&'static str, Self); 2] = [("managed", Self::Managed), ("once", Self::Once)];
}

/// A file or folder that older versions of a template made at another path.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Renamed {
    /// The path in older versions, its names not rendered.
    pub from: String,
    /// The path now, its names not rendered.
    pub to: String,
}

/// What a manifest says about some of its files.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FileRule {
    /// A file or folder below `files/`, or one that begins with `slots/`.
    pub path: String,
    /// The path that a file is made as, where that is another one.
    pub to: Option<String>,
    /// The files are made only if this holds.
    pub when: Condition,
    /// Whether the files are made executable.
    pub executable: bool,
    /// Whether the files take the place of those of a lower layer.
    pub replaces: bool,
    /// Whose the files are after they were made.
    pub ownership: Ownership,
    /// The place in the manifest.
    pub at: Position,
}

/// Another default for a question of a layer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DefaultOverride {
    /// The new default.
    pub value: Value,
    /// The place in the manifest.
    pub at: Position,
}

/// A case in which a template is tried.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TestCase {
    /// What it is called.
    pub name: String,
    /// The answers; what is not named has its default.
    pub answers: BTreeMap<String, Value>,
    /// Commands for a shell, run in the rendered project.
    pub run: Vec<String>,
    /// The place in the manifest.
    pub at: Position,
}

/// The manifest of a template or a layer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Manifest {
    /// Whether this is a template or a layer.
    pub role: Role,
    /// The manifest file as messages call it.
    pub file: String,
    /// The short name.
    pub name: String,
    /// The version.
    pub version: Version,
    /// A title of a few words.
    pub title: Words,
    /// One line.
    pub summary: Words,
    /// A paragraph.
    pub description: Option<Words>,
    /// Words by which it is found.
    pub tags: Vec<String>,
    /// Commands that are printed as next steps.
    pub next: Vec<String>,
    /// The template that this one builds upon.
    pub extends: Option<Extends>,
    /// The layers below, lowest first.
    pub layers: Vec<LayerUse>,
    /// Other defaults for the questions of the layers.
    pub defaults: BTreeMap<String, DefaultOverride>,
    /// The questions.
    pub questions: Vec<Question>,
    /// What holds for some of the files.
    pub files: Vec<FileRule>,
    /// Files and folders that older versions made at another path.
    pub renamed: Vec<Renamed>,
    /// Import names that a project must not take.
    pub reserved: Vec<String>,
    /// The cases in which it is tried.
    pub tests: Vec<TestCase>,
}
