//! Template folders written by a test.

use std::fs;
use std::path::{Path, PathBuf};

use super::Sandbox;

/// The manifest's head of every template that a test writes.
const HEAD: &str = "format = 1\n\n[template]\nname = \"tpl\"\nversion = \"1.0.0\"\ntitle = \"T\"\nsummary = \"S\"\n";

/// A template folder that grows file by file.
#[derive(Debug)]
pub(crate) struct TemplateFolder {
    path: PathBuf,
    manifest: String,
}

impl TemplateFolder {
    /// Makes the folder `tpl` in the sandbox, with a manifest that asks nothing and brings nothing.
    pub(crate) fn new(sandbox: &Sandbox) -> Self {
        Self::named(sandbox, "tpl")
    }

    /// Makes a folder of another name.
    pub(crate) fn named(sandbox: &Sandbox, folder: &str) -> Self {
        let template = Self {
            path: sandbox.path(folder),
            manifest: HEAD.to_owned(),
        };
        fs::create_dir_all(&template.path).unwrap();
        template.write("template.toml", HEAD.as_bytes());
        template
    }

    /// Appends to the manifest.
    pub(crate) fn manifest(mut self, text: &str) -> Self {
        self.manifest.push_str(text);
        self.manifest.push('\n');
        self.write("template.toml", self.manifest.as_bytes());
        self
    }

    /// Appends a question without rules.
    pub(crate) fn question(self, key: &str, kind: &str, more: &str) -> Self {
        self.manifest(&format!(
            "[[questions]]\nkey = \"{key}\"\ntype = \"{kind}\"\ntitle = \"{key}?\"\n{more}"
        ))
    }

    /// Writes a file of the template, such as `files/README.md`.
    pub(crate) fn file(self, path: &str, text: impl AsRef<[u8]>) -> Self {
        self.write(path, text.as_ref());
        self
    }

    /// Writes the manifest of an own layer.
    pub(crate) fn layer(self, name: &str, more: &str) -> Self {
        let head = HEAD
            .replace("[template]", "[layer]")
            .replace("\"tpl\"", &format!("\"{name}\""));
        self.file(
            &format!("layers/{name}/layer.toml"),
            format!("{head}{more}"),
        )
    }

    /// Returns where the folder is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    fn write(&self, path: &str, bytes: &[u8]) {
        let path = self.path.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}
