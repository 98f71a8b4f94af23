//! A template with all its layers, loaded and checked.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use super::condition::Condition;
use super::manifest::{LayerName, Manifest};
use super::question::Question;

/// A manifest and the files beside it, by their path in the template's folder (`files/…`, `slots/…`).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Package {
    /// The manifest.
    pub manifest: Manifest,
    /// The files below `files/` and `slots/`.
    pub files: BTreeMap<String, Cow<'static, [u8]>>,
}

/// Where a template comes from.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Origin {
    /// Embedded in this program.
    Builtin,
    /// A folder, as the user named it.
    Directory(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Builtin => f.write_str("builtin"),
            Self::Directory(path) => f.write_str(path),
        }
    }
}

/// One of the packages that a project is made of.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Layer {
    /// The name of a layer; none for the template itself, which lies on top.
    pub name: Option<LayerName>,
    /// The layer is active only if this holds.
    pub when: Condition,
    /// Its manifest and files.
    pub package: Package,
}

impl Layer {
    /// Returns whether the layer comes with pyscaffold and is used by name.
    pub fn is_builtin(&self) -> bool {
        matches!(self.name, Some(LayerName::Builtin(_)))
    }

    /// Returns what messages and lists call the layer.
    pub fn label(&self) -> String {
        match &self.name {
            Some(name) => name.to_string(),
            None => self.package.manifest.name.clone(),
        }
    }
}

/// A template with all its layers.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Template {
    /// Where it comes from.
    pub origin: Origin,
    /// The template's own manifest.
    pub manifest: Manifest,
    /// Its layers, lowest first; the last one holds the template's own files.
    pub layers: Vec<Layer>,
    /// The questions of the template, then of its layers, with the template's defaults.
    pub questions: Vec<Question>,
}

impl Template {
    /// Returns the question with this key.
    pub fn question(&self, key: &str) -> Option<&Question> {
        self.questions.iter().find(|question| question.key == key)
    }

    /// Returns the import names that no project of this template may take.
    pub fn reserved(&self) -> impl Iterator<Item = &str> {
        self.layers
            .iter()
            .flat_map(|layer| layer.package.manifest.reserved.iter().map(String::as_str))
    }
}
