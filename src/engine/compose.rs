//! Lays the layers of a template over each other and renders the tree of a project.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use semver::Version;
use toml_edit::DocumentMut;

use super::budget;
use super::cookiecutter;
use super::escape::Language;
use super::line_merge::unite_lines;
use super::objects::{Leaf, tree_id};
use super::ownership::{Placed, fills, is_shared, placed};
use super::render::{RenderError, Renderer};
use super::resolve::Resolved;
use super::toml_merge::{self, OnConflict, TomlMergeError};
use crate::model::manifest::Ownership;
use crate::model::object::{Id, Kind, Unread};
use crate::model::relpath::{RelPath, RelPathError};
use crate::model::template::{Layer, Template};
use crate::model::text::Lines;
use crate::model::tree::{File, Tree, collision};

/// The ending of files whose slots are separated by empty lines.
const MARKDOWN: &str = ".md";

/// The files of a project, and which layers they come from.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Composition {
    /// The files, but for those whose content was not read.
    pub tree: Tree,
    /// The files whose content was not read.
    pub unread: BTreeMap<RelPath, UnreadFile>,
    /// The layers that each path comes from, lowest first.
    pub origins: BTreeMap<RelPath, Vec<String>>,
    /// What each path is called in its template, the names in it not rendered.
    pub targets: BTreeMap<RelPath, String>,
    /// The files that are the user's once they are made.
    pub once: BTreeSet<RelPath>,
    /// The versions of the layers that took part, the template's own not among them.
    pub layers: BTreeMap<String, Version>,
}

/// A file whose content was not read: it is copied as it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct UnreadFile {
    /// Its content.
    pub content: Unread,
    /// Whether it is made executable.
    pub executable: bool,
}

impl Composition {
    /// Returns the paths of all files in order.
    pub fn paths(&self) -> Vec<&RelPath> {
        let mut paths: Vec<&RelPath> = self.tree.paths().chain(self.unread.keys()).collect();
        paths.sort();
        paths
    }

    /// Returns the id that git gives the tree of all files.
    pub fn tree_id(&self) -> Id {
        let read = self.tree.iter().map(|(path, file)| Leaf {
            path,
            executable: file.executable,
            id: Id::of(Kind::Blob, &file.bytes),
        });
        let unread = self.unread.iter().map(|(path, file)| Leaf {
            path,
            executable: file.executable,
            id: file.content.id,
        });
        let mut files: Vec<Leaf<'_>> = read.chain(unread).collect();
        files.sort_by_key(|leaf| leaf.path);
        tree_id(files, &mut |_, _| {})
    }
}

/// Why the layers do not make a project.
#[derive(Debug, thiserror::Error)]
pub enum ComposeError {
    /// A file or a slot's text cannot be rendered.
    #[error("{place}:{}: {error}", .error.line())]
    Render {
        /// The layer and the file.
        place: String,
        /// What is wrong.
        error: RenderError,
    },
    /// A path cannot be rendered.
    #[error("{place}: the path cannot be rendered: {error}")]
    RenderPath {
        /// The layer and the file.
        place: String,
        /// What is wrong.
        error: RenderError,
    },
    /// A rendered path is not allowed.
    #[error("{place}: {error}")]
    Path {
        /// The layer and the file.
        place: String,
        /// What is wrong with the path.
        error: RelPathError,
    },
    /// Two layers bring the same path.
    #[error(
        "both {lower} and {upper} bring `{path}`, and the upper one does not say `replaces = true`"
    )]
    TwoOwners {
        /// The path.
        path: RelPath,
        /// The lower layer.
        lower: String,
        /// The upper layer.
        upper: String,
    },
    /// Two paths are one on some file systems, or a file lies where a folder must be.
    #[error(
        "`{first}` and `{second}` cannot stand side by side: some systems take them for one path, or one is a file and the other lies below it"
    )]
    Collision {
        /// One path.
        first: RelPath,
        /// The other.
        second: RelPath,
    },
    /// A text fills a slot that its file does not have.
    #[error("{place}: `{path}` has no slot `{slot}`")]
    NoSlot {
        /// The layer and the text.
        place: String,
        /// The file.
        path: RelPath,
        /// The slot.
        slot: String,
    },
    /// A file that is rendered or merged is not UTF-8.
    #[error("{place}: the file is not UTF-8; without `.hbs` it is copied byte for byte")]
    NotText {
        /// The layer and the file.
        place: String,
    },
    /// A fragment is not TOML after rendering.
    #[error("{place}:{line}: not TOML after rendering: {message}")]
    NotToml {
        /// The layer and the file.
        place: String,
        /// The line of the rendered text, counted from 1.
        line: usize,
        /// What the TOML parser says.
        message: String,
    },
    /// Two fragments contradict each other.
    #[error("{place}: {error}")]
    Merge {
        /// The layer and the file.
        place: String,
        /// What contradicts what.
        error: TomlMergeError,
    },
    /// The project is larger than allowed.
    #[error("the project passes the limit of {limit}")]
    TooLarge {
        /// The limit, with its unit.
        limit: String,
    },
}

struct Part<'a> {
    path: RelPath,
    layer: &'a Layer,
    file: Placed<'a>,
}

impl Part<'_> {
    fn place(&self) -> String {
        place(self.layer, &self.file)
    }
}

fn place(layer: &Layer, file: &Placed<'_>) -> String {
    format!("{}: {}", layer.label(), file.source)
}

struct SlotText {
    place: String,
    text: String,
    is_foreign: bool,
}

type SlotTexts = BTreeMap<(RelPath, String), Vec<SlotText>>;

/// Renders all files of a template.
///
/// # Errors
/// The first thing that is wrong, in the order of the paths.
pub fn compose(template: &Template, resolved: &Resolved) -> Result<Composition, ComposeError> {
    if let Some(cookiecutter) = &template.cookiecutter {
        return cookiecutter::compose(template, cookiecutter, resolved);
    }
    let mut renderer = Renderer::new(resolved.names());
    let active: Vec<&Layer> = template
        .layers
        .iter()
        .filter(|layer| layer.when.holds(&resolved.answers))
        .collect();
    let slots = slot_texts(&active, resolved, &mut renderer)?;
    let mut parts: Vec<Part<'_>> = Vec::new();
    for &layer in &active {
        for file in placed(&layer.package) {
            if file.when.holds(&resolved.answers) {
                let path = render_path(&mut renderer, &file.target, || place(layer, &file))?;
                parts.push(Part { path, layer, file });
            }
        }
    }
    // What makes one path is together then, the lowest layer first.
    parts.sort_by(|one, other| one.path.cmp(&other.path));
    let paths = || parts.chunk_by(|one, other| one.path == other.path);
    if paths().count() > budget::FILES {
        return Err(ComposeError::TooLarge {
            limit: format!("{} files", budget::FILES),
        });
    }
    let mut composition = Composition::default();
    // Gathered in order: so a map is made at once.
    let (mut unread, mut origins, mut targets) = (Vec::new(), Vec::new(), Vec::new());
    let mut size = 0;
    for parts in paths() {
        let owners = owners(parts)?;
        let Some(top) = owners.last() else { continue };
        let path = &top.path;
        let made = make_file(&mut renderer, path, owners, &slots)?;
        size += match &made {
            Made::File(file) => file.bytes.len(),
            Made::Unread(file) => usize::try_from(file.content.size).unwrap_or(usize::MAX),
        };
        if size > budget::BYTES {
            return Err(ComposeError::TooLarge {
                limit: format!("{} bytes", budget::BYTES),
            });
        }
        let labels = owners.iter().map(|part| part.layer.label()).collect();
        origins.push((path.clone(), labels));
        targets.push((path.clone(), top.file.target.to_string()));
        if owners
            .iter()
            .any(|part| part.file.ownership == Ownership::Once)
        {
            composition.once.insert(path.clone());
        }
        match made {
            Made::File(file) => {
                composition.tree.insert(path.clone(), file);
            }
            Made::Unread(file) => unread.push((path.clone(), file)),
        }
    }
    composition.unread = unread.into_iter().collect();
    composition.origins = origins.into_iter().collect();
    composition.targets = targets.into_iter().collect();
    if let Some((first, second)) = collision(&composition.paths()) {
        return Err(ComposeError::Collision {
            first: first.clone(),
            second: second.clone(),
        });
    }
    composition.layers = active
        .iter()
        .filter(|layer| layer.name.is_some())
        .map(|layer| (layer.label(), layer.package.manifest.version.clone()))
        .collect();
    Ok(composition)
}

fn render_path(
    renderer: &mut Renderer,
    target: &str,
    place: impl Fn() -> String,
) -> Result<RelPath, ComposeError> {
    let rendered = if target.contains("{{") {
        Cow::Owned(
            renderer
                .render(target, Language::Verbatim)
                .map_err(|error| ComposeError::RenderPath {
                    place: place(),
                    error,
                })?,
        )
    } else {
        Cow::Borrowed(target)
    };
    RelPath::parse(&rendered).map_err(|error| ComposeError::Path {
        place: place(),
        error,
    })
}

fn slot_texts(
    active: &[&Layer],
    resolved: &Resolved,
    renderer: &mut Renderer,
) -> Result<SlotTexts, ComposeError> {
    let mut texts = SlotTexts::new();
    for layer in active {
        for fill in fills(&layer.package) {
            if !fill.when.holds(&resolved.answers) {
                continue;
            }
            let place = format!("{}: {}", layer.label(), fill.source);
            let path = render_path(renderer, &fill.target, || place.clone())?;
            let source = text_of(layer, fill.source, &place)?;
            let text = if fill.rendered {
                renderer
                    .render(source, Language::of(&path))
                    .map_err(|error| refuse(place.clone(), error))?
            } else {
                source.to_owned()
            };
            // A text that its own conditions leave empty fills nothing.
            if !text.trim().is_empty() {
                let key = (path, fill.slot.to_owned());
                let is_foreign = layer.is_foreign;
                let text = SlotText {
                    place,
                    text,
                    is_foreign,
                };
                texts.entry(key).or_default().push(text);
            }
        }
    }
    Ok(texts)
}

fn refuse(place: String, error: RenderError) -> ComposeError {
    match error {
        RenderError::TooLarge { .. } => ComposeError::TooLarge {
            limit: format!("{} bytes", budget::BYTES),
        },
        error => ComposeError::Render { place, error },
    }
}

fn text_of<'a>(layer: &'a Layer, source: &str, place: &str) -> Result<&'a str, ComposeError> {
    let bytes = layer
        .package
        .files
        .get(source)
        .map(Cow::as_ref)
        .unwrap_or_default();
    std::str::from_utf8(bytes).map_err(|_| ComposeError::NotText {
        place: place.to_owned(),
    })
}

/// Returns the parts that make a path: all of them for a shared file, else the uppermost, if it may replace the others.
fn owners<'p, 'a>(parts: &'p [Part<'a>]) -> Result<&'p [Part<'a>], ComposeError> {
    let Some((top, _)) = parts.split_last() else {
        return Ok(parts);
    };
    if is_shared(top.path.as_str()) {
        return Ok(parts);
    }
    if let Some(pair) = parts.windows(2).find_map(|pair| match pair {
        [lower, upper] if !upper.file.replaces => Some((lower.layer.label(), upper.layer.label())),
        _ => None,
    }) {
        return Err(ComposeError::TwoOwners {
            path: top.path.clone(),
            lower: pair.0,
            upper: pair.1,
        });
    }
    Ok(std::slice::from_ref(top))
}

/// A file of a project.
enum Made {
    File(File),
    Unread(UnreadFile),
}

fn make_file(
    renderer: &mut Renderer,
    path: &RelPath,
    parts: &[Part<'_>],
    slots: &SlotTexts,
) -> Result<Made, ComposeError> {
    let executable = parts.iter().any(|part| part.file.executable);
    let bytes = match parts {
        [part] if !part.file.rendered => {
            fills_of(path, part, &[], slots)?;
            if let Some(&content) = part.layer.package.unread.get(part.file.source) {
                return Ok(Made::Unread(UnreadFile {
                    content,
                    executable,
                }));
            }
            let bytes = part.layer.package.files.get(part.file.source);
            bytes.cloned().unwrap_or_default()
        }
        _ => {
            let texts = parts
                .iter()
                .map(|part| Ok((part, render_part(renderer, path, part, slots)?)))
                .collect::<Result<Vec<_>, ComposeError>>()?;
            let text = match path.as_str() {
                "pyproject.toml" => merge_toml(&texts)?,
                _ => texts
                    .iter()
                    .map(|(_, text)| text.clone())
                    .reduce(|lower, upper| unite_lines(&lower, &upper))
                    .unwrap_or_default(),
            };
            Cow::Owned(text.into_bytes())
        }
    };
    Ok(Made::File(File { bytes, executable }))
}

fn render_part(
    renderer: &mut Renderer,
    path: &RelPath,
    part: &Part<'_>,
    slots: &SlotTexts,
) -> Result<String, ComposeError> {
    let text = text_of(part.layer, part.file.source, &part.place())?;
    if !part.file.rendered {
        return Ok(text.to_owned());
    }
    let failed = |error| refuse(part.place(), error);
    let source = renderer.parse(text).map_err(|error| failed(error.into()))?;
    let filled = fills_of(path, part, &source.slots(), slots)?;
    let rendered = renderer
        .render_filled(source, Language::of(path), &filled)
        .map_err(failed)?;
    Ok(end_once(rendered))
}

/// Returns the text of every slot of a file, the layers' texts one after the other.
fn fills_of(
    path: &RelPath,
    part: &Part<'_>,
    known: &[String],
    slots: &SlotTexts,
) -> Result<BTreeMap<String, String>, ComposeError> {
    let separator = if path.file_name().ends_with(MARKDOWN) {
        "\n"
    } else {
        ""
    };
    let mut filled = BTreeMap::new();
    for ((_, slot), texts) in slots.iter().filter(|((target, _), _)| target == path) {
        if known.contains(slot) {
            let lines: Vec<String> = texts
                .iter()
                .map(|fill| format!("{}\n", fill.text.trim_matches('\n')))
                .collect();
            filled.insert(slot.clone(), lines.join(separator));
            continue;
        }
        // A team's own file need not have the slots that inherited layers fill.
        if let Some(text) = texts
            .iter()
            .find(|text| part.layer.is_foreign || !text.is_foreign)
        {
            return Err(ComposeError::NoSlot {
                place: text.place.clone(),
                path: path.clone(),
                slot: slot.clone(),
            });
        }
    }
    Ok(filled)
}

/// Takes empty lines from the end of a text: slots and blocks that stay empty leave them there.
fn end_once(mut text: String) -> String {
    let length = text.trim_end_matches('\n').len();
    if length + 1 < text.len() {
        text.truncate(length);
        text.push('\n');
    }
    text
}

fn merge_toml(parts: &[(&Part<'_>, String)]) -> Result<String, ComposeError> {
    let mut merged: Option<DocumentMut> = None;
    for (part, text) in parts {
        let fragment: DocumentMut =
            text.parse()
                .map_err(|error: toml_edit::TomlError| ComposeError::NotToml {
                    place: part.place(),
                    line: error
                        .span()
                        .map_or(1, |span| Lines::of(text).line_at(span.start)),
                    message: error.message().lines().collect::<Vec<_>>().join(", "),
                })?;
        let Some(lower) = &mut merged else {
            merged = Some(fragment);
            continue;
        };
        let on_conflict = if part.file.replaces {
            OnConflict::TakeUpper
        } else {
            OnConflict::Refuse
        };
        toml_merge::compose(lower, &fragment, on_conflict).map_err(|error| {
            ComposeError::Merge {
                place: part.place(),
                error,
            }
        })?;
    }
    Ok(merged
        .map(|document| document.to_string())
        .unwrap_or_default())
}
