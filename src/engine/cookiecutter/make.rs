//! Renders the files of a Cookiecutter template, in the order and by the rules of Cookiecutter.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use minijinja::Value as Names;
use regex_lite::Regex;

use super::context::names;
use super::jinja::{Included, Renderer, one_line_end};
use super::pattern;
use crate::engine::budget;
use crate::engine::compose::{ComposeError, Composition};
use crate::engine::render::RenderError;
use crate::engine::resolve::Resolved;
use crate::model::cookiecutter::{Cookiecutter, Syntax};
use crate::model::problem::Problem;
use crate::model::relpath::RelPath;
use crate::model::template::Template;
use crate::model::text::visible;
use crate::model::tree::File;

/// How much of a file tells which line ends it has, as Python reads it.
const CHUNK: usize = 8_192;

/// The words by which one file takes in another.
const TAKE_IN: [&str; 4] = ["include", "import", "extends", "from"];

/// Renders all files of a Cookiecutter template.
///
/// # Errors
/// The first thing that is wrong, in the order in which Cookiecutter makes the files.
pub fn compose(
    template: &Template,
    cookiecutter: &Cookiecutter,
    resolved: &Resolved,
) -> Result<Composition, ComposeError> {
    let files = &mut template.layers.iter().map(|layer| &layer.package.files);
    let files: BTreeMap<&str, &[u8]> = files
        .flatten()
        .map(|(path, bytes)| (path.as_str(), bytes.as_ref()))
        .collect();
    let failed = |reason: String| ComposeError::Render {
        place: template.manifest.file.clone(),
        error: RenderError::Value { reason, line: 1 },
    };
    let mut renderer =
        Renderer::new(cookiecutter, &resolved.answers, included(&files)).map_err(failed)?;
    let names = names(cookiecutter, &resolved.answers, &mut renderer)
        .map_err(|error| refuse(template.manifest.file.clone(), error))?;
    let copied: Result<Vec<Regex>, String> = cookiecutter
        .copied
        .iter()
        .map(|pattern| pattern::compile(pattern))
        .collect();
    let mut maker = Maker {
        label: template.manifest.name.clone(),
        cookiecutter,
        files: &files,
        renderer,
        names,
        copied: copied.map_err(failed)?,
        folders: BTreeSet::new(),
        composition: Composition::default(),
        size: 0,
    };
    maker.render(&cookiecutter.root, &cookiecutter.root)?;
    maker.folder(&Folder::of(&files), "")?;
    let composition = maker.composition;
    match composition.tree.collision() {
        Some((first, second)) => Err(ComposeError::Collision {
            first: first.clone(),
            second: second.clone(),
        }),
        None => Ok(composition),
    }
}

/// Returns what is wrong with the texts of a template, whatever the answers: those that are no Jinja.
pub fn check(template: &Template, cookiecutter: &Cookiecutter) -> Vec<Problem> {
    let answers = crate::model::value::Answers::new();
    let Ok(renderer) = Renderer::new(cookiecutter, &answers, Included::default()) else {
        return Vec::new();
    };
    let files = template
        .layers
        .iter()
        .flat_map(|layer| &layer.package.files);
    files
        .filter(|(path, bytes)| path.starts_with("files/") && !is_binary(bytes))
        .filter_map(|(path, bytes)| {
            let text = std::str::from_utf8(bytes).ok()?;
            let (line, reason) = renderer.fault(path, &one_line_end(text))?;
            Some(Problem::at(place(cookiecutter, path), line, reason))
        })
        .collect()
}

fn place(cookiecutter: &Cookiecutter, source: &str) -> String {
    let path = source.strip_prefix("files/").unwrap_or(source);
    visible(&format!("{}/{path}", cookiecutter.root))
}

fn refuse(place: String, error: RenderError) -> ComposeError {
    ComposeError::Render { place, error }
}

/// Returns the files that others can take in; none if no text speaks of that.
fn included(files: &BTreeMap<&str, &[u8]>) -> Included {
    let speaks = files.values().any(|bytes| {
        std::str::from_utf8(bytes).is_ok_and(|text| TAKE_IN.iter().any(|word| text.contains(word)))
    });
    if !speaks {
        return Included::default();
    }
    let texts = files
        .iter()
        .filter(|(_, bytes)| std::str::from_utf8(bytes).is_ok());
    Arc::new(
        texts
            .map(|(path, bytes)| ((*path).to_owned(), bytes.to_vec()))
            .collect(),
    )
}

/// A folder of the template: the names of its files and its folders.
#[derive(Default)]
struct Folder<'a> {
    files: BTreeSet<&'a str>,
    folders: BTreeMap<&'a str, Folder<'a>>,
}

impl<'a> Folder<'a> {
    fn of(files: &BTreeMap<&'a str, &[u8]>) -> Self {
        let mut top = Self::default();
        for path in files.keys().filter_map(|path| path.strip_prefix("files/")) {
            let mut folder = &mut top;
            let mut parts = path.split('/').peekable();
            while let Some(part) = parts.next() {
                if parts.peek().is_some() {
                    folder = folder.folders.entry(part).or_default();
                } else {
                    folder.files.insert(part);
                }
            }
        }
        top
    }
}

struct Maker<'a> {
    label: String,
    cookiecutter: &'a Cookiecutter,
    files: &'a BTreeMap<&'a str, &'a [u8]>,
    renderer: Renderer,
    names: Names,
    copied: Vec<Regex>,
    /// The folders of the project that are made already.
    folders: BTreeSet<String>,
    composition: Composition,
    size: usize,
}

impl Maker<'_> {
    /// Makes what a folder holds: what is only copied, then its folders' names, its files, and what lies in those folders.
    fn folder(&mut self, folder: &Folder<'_>, path: &str) -> Result<(), ComposeError> {
        let mut rendered = Vec::new();
        for (name, below) in &folder.folders {
            let path = join(path, name);
            let target = self.folder_name(&path)?;
            if self.is_copied(&path) {
                self.copy(below, &path, &target)?;
            } else {
                rendered.push((path, below));
            }
        }
        for name in &folder.files {
            self.file(&join(path, name))?;
        }
        for (path, below) in rendered {
            self.folder(below, &path)?;
        }
        Ok(())
    }

    /// Returns the rendered path of a folder, which no other one may have.
    fn folder_name(&mut self, path: &str) -> Result<String, ComposeError> {
        let rendered = self.render(path, path)?;
        let target = tidy(&rendered);
        let place = place(self.cookiecutter, path);
        if target.is_empty() || !self.folders.insert(target.clone()) {
            let reason = format!(
                "the folder's name becomes `{}`, and there is such a folder already",
                visible(&rendered)
            );
            let error = RenderError::Value { reason, line: 1 };
            return Err(ComposeError::RenderPath { place, error });
        }
        match RelPath::parse(&target) {
            Ok(path) => Ok(path.as_str().to_owned()),
            Err(error) => Err(ComposeError::Path { place, error }),
        }
    }

    fn file(&mut self, path: &str) -> Result<(), ComposeError> {
        let rendered = self.render(path, path)?;
        let target = tidy(&rendered);
        let is_copied = self.is_copied(path);
        // A name that becomes nothing leaves the file out.
        if target.is_empty() || (self.folders.contains(&target) && !is_copied) {
            return Ok(());
        }
        let source = format!("files/{path}");
        let bytes = self.files.get(source.as_str()).copied().unwrap_or_default();
        let text = std::str::from_utf8(bytes).ok();
        let made = match text.filter(|_| !is_copied && !is_binary(bytes)) {
            Some(text) => {
                let rendered = self.render(path, &one_line_end(text))?;
                let newline = self.cookiecutter.newline.as_deref();
                match newline.unwrap_or_else(|| line_end(bytes)) {
                    "\n" => rendered.into_bytes(),
                    newline => rendered.replace('\n', newline).into_bytes(),
                }
            }
            None => bytes.to_vec(),
        };
        self.insert(path, &rendered, made)
    }

    /// Copies a folder with everything in it; only its own name is rendered.
    fn copy(&mut self, folder: &Folder<'_>, path: &str, target: &str) -> Result<(), ComposeError> {
        for name in &folder.files {
            let (path, target) = (join(path, name), join(target, name));
            let source = format!("files/{path}");
            let bytes = self.files.get(source.as_str()).copied().unwrap_or_default();
            self.insert(&path, &target, bytes.to_vec())?;
        }
        for (name, below) in &folder.folders {
            let target = join(target, name);
            self.folders.insert(target.clone());
            self.copy(below, &join(path, name), &target)?;
        }
        Ok(())
    }

    fn insert(&mut self, path: &str, target: &str, bytes: Vec<u8>) -> Result<(), ComposeError> {
        let place = place(self.cookiecutter, path);
        let target = RelPath::parse(target.trim_start_matches("./"))
            .map_err(|error| ComposeError::Path { place, error })?;
        self.size += bytes.len();
        let limit = if self.size > budget::BYTES {
            Some(format!("{} bytes", budget::BYTES))
        } else if self.composition.tree.len() >= budget::FILES {
            Some(format!("{} files", budget::FILES))
        } else {
            None
        };
        if let Some(limit) = limit {
            return Err(ComposeError::TooLarge { limit });
        }
        let origins = vec![self.label.clone()];
        self.composition.origins.insert(target.clone(), origins);
        self.composition
            .targets
            .insert(target.clone(), path.to_owned());
        let executable = self
            .cookiecutter
            .executables
            .contains(&format!("files/{path}"));
        let bytes = Cow::Owned(bytes);
        self.composition
            .tree
            .insert(target, File { bytes, executable });
        Ok(())
    }

    fn is_copied(&self, path: &str) -> bool {
        self.copied.iter().any(|pattern| pattern.is_match(path))
    }

    fn render(&mut self, path: &str, text: &str) -> Result<String, ComposeError> {
        if !has_tag(text, &self.cookiecutter.syntax) {
            return Ok(text.to_owned());
        }
        let rendered = self.renderer.render(path, text, &self.names);
        rendered.map_err(|error| refuse(place(self.cookiecutter, path), error))
    }
}

/// Returns whether anything in a text is not literal.
fn has_tag(text: &str, syntax: &Syntax) -> bool {
    [&syntax.block.0, &syntax.variable.0, &syntax.comment.0]
        .into_iter()
        .chain(&syntax.line_statement)
        .chain(&syntax.line_comment)
        .any(|begin| text.contains(begin.as_str()))
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() {
        name.to_owned()
    } else {
        format!("{folder}/{name}")
    }
}

/// Returns a path without what means nothing in it.
fn tidy(path: &str) -> String {
    let parts = path.split('/').filter(|part| !matches!(*part, "" | "."));
    parts.collect::<Vec<_>>().join("/")
}

/// Returns whether a content is no text: such files are copied.
fn is_binary(bytes: &[u8]) -> bool {
    bytes.contains(&0) || std::str::from_utf8(bytes).is_err()
}

/// Returns the line end of a file: of those before the end of its first line, and what is read with it, the one that Python names
/// first.
fn line_end(bytes: &[u8]) -> &'static str {
    let mut seen = (false, false, false);
    let mut chunks = bytes.chunks(CHUNK);
    let mut held = false;
    loop {
        let Some(chunk) = chunks.next() else {
            seen.0 |= held;
            break;
        };
        for byte in chunk {
            match (held, byte) {
                (true, b'\n') => seen.2 = true,
                (true, _) => seen.0 = true,
                (false, b'\n') => seen.1 = true,
                (false, _) => {}
            }
            held = *byte == b'\r';
        }
        if seen.0 || seen.1 || seen.2 {
            break;
        }
    }
    match seen {
        (true, ..) => "\r",
        (false, true, _) | (false, false, false) => "\n",
        (false, false, true) => "\r\n",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_end_is_the_one_that_python_names_first() {
        for (text, expected) in [
            ("", "\n"),
            ("a", "\n"),
            ("a\nb\n", "\n"),
            ("a\r\nb\r\n", "\r\n"),
            ("a\r\nb\n", "\n"),
            ("a\rb\n", "\r"),
            ("a\r", "\r"),
        ] {
            assert_eq!(line_end(text.as_bytes()), expected, "{text:?}");
        }
    }
}
