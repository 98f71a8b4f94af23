//! What a source of templates says about itself, in `pyscaffold-source.toml` at its root: its name, and where its templates are.

use std::ops::Range;

use toml_edit::{Document, Item};

use super::loader;
use super::shelf::Shelf;
use crate::engine::budget;
use crate::model::address::is_source_name;
use crate::model::problem::{Problem, nearest};
use crate::model::relpath::RelPath;
use crate::model::text::Lines;

/// The name of the file.
pub const NAME: &str = "pyscaffold-source.toml";

/// A source's own name and the folders of its templates, where its file names them.
pub type SourceFile = (Option<String>, Option<Vec<String>>);

/// Reads what a source says about itself; nothing where it says nothing.
///
/// # Errors
/// Everything that is wrong with it.
pub fn read(shelf: &Shelf) -> Result<SourceFile, Vec<Problem>> {
    let one = |problem| vec![problem];
    if shelf.kind(NAME).map_err(one)?.is_none() {
        return Ok((None, None));
    }
    let bytes = shelf
        .read(NAME, budget::MANIFEST_BYTES as u64)
        .map_err(one)?;
    let text =
        String::from_utf8(bytes).map_err(|_| vec![Problem::of(NAME, "the file is not UTF-8")])?;
    let (name, folders) = parse(&text)?;
    let mut problems = Vec::new();
    for (folder, line) in folders.iter().flatten() {
        match loader::is_template(shelf, folder) {
            Ok(true) => {}
            Ok(false) => {
                let message = format!("`{folder}` holds no `template.toml`");
                problems.push(Problem::at(NAME, *line, message));
            }
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() {
        let folders = folders.map(|all| all.into_iter().map(|(folder, _)| folder).collect());
        Ok((name, folders))
    } else {
        Err(problems)
    }
}

/// The name, and the folders with their lines.
type Parsed = (Option<String>, Option<Vec<(String, usize)>>);

fn parse(text: &str) -> Result<Parsed, Vec<Problem>> {
    const KEYS: [&str; 3] = ["format", "name", "templates"];
    let lines = Lines::of(text);
    let line = |span: Option<Range<usize>>| span.map_or(1, |s| lines.line_at(s.start));
    let document = Document::parse(text).map_err(|error| {
        let message = error.message().lines().collect::<Vec<_>>().join(", ");
        vec![Problem::at(NAME, line(error.span()), message)]
    })?;
    let top = document.as_table();
    let mut problems = Vec::new();
    let mut report = |at, message: String| problems.push(Problem::at(NAME, at, message));
    for (key, _) in top.iter().filter(|(key, _)| !KEYS.contains(key)) {
        let at = line(top.key(key).and_then(toml_edit::Key::span));
        let hint = nearest(key, KEYS)
            .map(|near| format!("; did you mean `{near}`?"))
            .unwrap_or_default();
        report(at, format!("unknown key `{key}`{hint}"));
    }
    match top.get("format").map(Item::as_integer) {
        Some(Some(1)) => {}
        Some(_) => report(1, "this version reads `format = 1`".to_owned()),
        None => report(1, "`format = 1` is missing".to_owned()),
    }
    let name = top
        .get("name")
        .map(|item| (item.as_str(), line(item.span())));
    let name = match name {
        None => None,
        Some((Some(name), _)) if is_source_name(name) => Some(name.to_owned()),
        Some((_, at)) => {
            let rule = "`name` is made of lower-case letters, digits and `-`, a letter first";
            report(at, rule.to_owned());
            None
        }
    };
    let mut folders = None;
    if let Some(item) = top.get("templates") {
        let mut named = Vec::new();
        let Some(array) = item.as_array() else {
            report(
                line(item.span()),
                "`templates` must be a list of folders".to_owned(),
            );
            return Err(problems);
        };
        for element in array {
            let at = line(element.span());
            match element.as_str().map(RelPath::parse) {
                Some(Ok(path)) => named.push((path.as_str().to_owned(), at)),
                Some(Err(error)) => report(at, error.to_string()),
                None => report(at, "`templates` must be a list of folders".to_owned()),
            }
        }
        folders = Some(named);
    }
    if problems.is_empty() {
        Ok((name, folders))
    } else {
        Err(problems)
    }
}
