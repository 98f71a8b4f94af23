//! What `new --dry-run` shows: a line for each file for programs, a tree for people, with what each layer brings.

use std::collections::BTreeMap;

use anstyle::Style;

use super::new::{files, word};
use super::shell::{BAD, DIM, GOOD, HEADING, HINT, styled};
use crate::engine::plan::Action;
use crate::model::relpath::RelPath;
use crate::model::text::visible;
use crate::ops::new::NewReport;

/// Where the layers of a file stand, and where their list is broken.
const COLUMN: usize = 46;
const WIDTH: usize = 79;

/// What stands for the layers of the files that no layer brings.
const OWN: &str = "pyscaffold";

/// Returns a line for each file: what happens to it, its whole path, the layers it comes from.
pub(super) fn lines(report: &NewReport) -> String {
    let line = |(path, action): (&RelPath, &Action)| {
        let layers = layers(report, path).join(", ");
        let path = visible(path.as_str());
        format!("{} {path:<48} {}\n", word(*action), styled(DIM, layers))
    };
    report.plan.actions.iter().map(line).collect()
}

/// Returns the files as a tree, each with the layers it comes from, and then what each layer brings.
pub(super) fn tree(report: &NewReport) -> String {
    let mut text = String::new();
    let mut above: Vec<&str> = Vec::new();
    for (path, action) in &report.plan.actions {
        let mut parts: Vec<&str> = path.as_str().split('/').collect();
        let name = parts.pop().unwrap_or_default();
        let shared = parts
            .iter()
            .zip(&above)
            .take_while(|(part, before)| part == before)
            .count();
        for (depth, folder) in parts.iter().enumerate().skip(shared) {
            let indent = " ".repeat(10 + 2 * depth);
            let folder = styled(HEADING, format!("{}/", visible(folder)));
            text.extend([indent, folder, "\n".to_owned()]);
        }
        let name = format!("{}{}", "  ".repeat(parts.len()), visible(name));
        text.push_str(&file(&name, *action, &layers(report, path)));
        above = parts;
    }
    text.push_str(&summary(report));
    text
}

/// Returns the line of a file; a list of layers that is too long goes on below.
fn file(name: &str, action: Action, layers: &[&str]) -> String {
    let style = match action {
        Action::Create => GOOD,
        Action::Replace => BAD,
        Action::Unchanged | Action::Keep => DIM,
    };
    let head = format!("{} {name}", word(action));
    let gap = COLUMN.saturating_sub(head.chars().count()).max(2);
    let head = format!("{} {name}{}", styled(style, word(action)), " ".repeat(gap));
    match layers {
        [layer] => format!("{head}{}\n", styled(DIM, layer)),
        several => format!("{head}{}\n", wrapped(several)),
    }
}

/// Returns the layers that share a file.
fn wrapped(layers: &[&str]) -> String {
    const LABEL: &str = "shared: ";
    let mut text = styled(HINT, LABEL.trim_end()) + " ";
    let mut width = COLUMN + LABEL.len();
    for (index, layer) in layers.iter().enumerate() {
        let end = if index + 1 < layers.len() { "," } else { "" };
        let length = layer.chars().count() + end.len();
        if index > 0 && width + 1 + length > WIDTH {
            text.push('\n');
            text.push_str(&" ".repeat(COLUMN + LABEL.len()));
            width = COLUMN + LABEL.len();
        } else if index > 0 {
            text.push(' ');
            width += 1;
        }
        text.push_str(&styled(DIM, format!("{layer}{end}")));
        width += length;
    }
    text
}

/// Returns what each layer brings.
fn summary(report: &NewReport) -> String {
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for path in report.plan.actions.keys() {
        let layers = layers(report, path);
        for layer in &layers {
            let (all, shared) = counts.entry(layer).or_default();
            *all += 1;
            *shared += usize::from(layers.len() > 1);
        }
    }
    let width = counts.keys().map(|name| name.chars().count()).max();
    let width = width.unwrap_or_default();
    let mut text = format!("\n{}\n", styled(Style::new().bold(), "By layer"));
    for (layer, (all, shared)) in counts {
        let shared = match shared {
            0 => String::new(),
            some => format!(", {some} shared with others"),
        };
        let line = format!("  {layer:<width$}  {}{shared}\n", files(all));
        text.push_str(&line);
    }
    text
}

/// Returns the layers that a file comes from.
fn layers<'a>(report: &'a NewReport, path: &RelPath) -> Vec<&'a str> {
    let origins = report.composition.origins.get(path);
    origins.map_or_else(
        || vec![OWN],
        |origins| origins.iter().map(String::as_str).collect(),
    )
}
