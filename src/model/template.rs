//! A template with all its layers, loaded and checked.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use super::address::{GitRef, GitUrl};
use super::condition::Condition;
use super::cookiecutter::Cookiecutter;
use super::manifest::{LayerName, Manifest, Role};
use super::object::Unread;
use super::question::Question;

/// A manifest and the files beside it, by their path in the template's folder (`files/…`, `slots/…`).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Package {
    /// The manifest.
    pub manifest: Manifest,
    /// The files below `files/` and `slots/`, but for those that were not read.
    pub files: BTreeMap<String, Cow<'static, [u8]>>,
    /// The files that were not read: they are copied as they are, and whoever asked for the template that way reads what it needs.
    pub unread: BTreeMap<String, Unread>,
}

impl Package {
    /// Returns the paths of all files in order.
    pub fn paths(&self) -> Vec<&str> {
        let all = self.files.keys().chain(self.unread.keys());
        let mut paths: Vec<&str> = all.map(String::as_str).collect();
        paths.sort_unstable();
        paths
    }
}

/// A folder in a commit of a git repository.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct GitOrigin {
    /// The address of the repository.
    pub url: GitUrl,
    /// The folder in it; empty for its root.
    pub dir: String,
    /// The branch or tag that was asked for.
    pub reference: Option<GitRef>,
    /// The commit id.
    pub commit: String,
}

/// Where a template comes from.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Origin {
    /// Embedded in this program.
    Builtin,
    /// A folder, as the user named it.
    Directory(String),
    /// A git repository.
    Git(GitOrigin),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Builtin => f.write_str("builtin"),
            Self::Directory(path) => f.write_str(path),
            Self::Git(origin) => write!(f, "{}", origin.url),
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
    /// Whether others wrote it: it comes with pyscaffold, from another repository, or with the template that is built upon.
    pub is_foreign: bool,
    /// Which template of a chain brought it: none builds upon 0, the next one upon that.
    pub generation: usize,
    /// Its manifest and files.
    pub package: Package,
}

impl Layer {
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
    /// The questions in the order in which they are asked: those of the template that is built upon, then the template's own, then
    /// those of its layers. The defaults are the template's.
    pub questions: Vec<Question>,
    /// What is inherited from other repositories, by the address in the manifest.
    pub inherits: BTreeMap<String, GitOrigin>,
    /// What makes it a template of Cookiecutter; none for one of the native format.
    pub cookiecutter: Option<Cookiecutter>,
}

impl Template {
    /// Returns the question with this key.
    pub fn question(&self, key: &str) -> Option<&Question> {
        self.questions.iter().find(|question| question.key == key)
    }

    /// Returns the packages in the order in which they ask their questions.
    pub fn in_asking_order(&self) -> Vec<&Layer> {
        in_asking_order(&self.layers)
    }

    /// Returns the import names that no project of this template may take.
    pub fn reserved(&self) -> impl Iterator<Item = &str> {
        self.layers
            .iter()
            .flat_map(|layer| layer.package.manifest.reserved.iter().map(String::as_str))
    }
}

/// Returns layers in the order in which they ask: by generation, and in each the template before its layers.
pub fn in_asking_order(layers: &[Layer]) -> Vec<&Layer> {
    let mut ordered: Vec<&Layer> = layers.iter().collect();
    ordered.sort_by_key(|layer| (layer.generation, layer.package.manifest.role == Role::Layer));
    ordered
}
