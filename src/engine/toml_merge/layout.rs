//! How items are added to an array so that it looks as if one person had written it.

use toml_edit::{Array, RawString, Value};

/// The width up to which an array that grows stays on one line.
const LINE_WIDTH: usize = 100;

/// The indent of items where the array shows none.
const INDENT: &str = "    ";

/// An item to add, with the comments that belong to it.
pub(super) struct Addition {
    /// The value, without anything around it.
    pub(super) value: Value,
    /// The comment lines above it.
    above: Vec<String>,
    /// The comment behind it on its line, with the white space before it, or nothing.
    behind: String,
}

/// Returns the items of an array, each with its comments.
pub(super) fn additions(array: &Array) -> Vec<Addition> {
    let mut additions: Vec<Addition> = Vec::with_capacity(array.len());
    for value in array {
        let (behind, mut above) = split_comments(prefix(value));
        match additions.last_mut() {
            Some(previous) => previous.behind.push_str(&behind),
            None if !behind.is_empty() => above.insert(0, behind.trim_start().to_owned()),
            None => {}
        }
        let (behind, below) = split_comments(suffix(value));
        above.extend(below);
        let mut value = value.clone();
        value.decor_mut().clear();
        additions.push(Addition {
            value,
            above,
            behind,
        });
    }
    if let Some(last) = additions.last_mut() {
        last.behind
            .push_str(&split_comments(raw(array.trailing())).0);
    }
    additions
}

/// Adds items at the end of `lower`; `upper` is where they come from, and shows how an array looks
/// that had none before.
pub(super) fn extend(lower: &mut Array, additions: Vec<Addition>, upper: &Array, key_width: usize) {
    if additions.is_empty() {
        return;
    }
    let has_comments = additions
        .iter()
        .any(|new| !new.above.is_empty() || !new.behind.is_empty());
    if !(is_tall(lower) || has_comments || (lower.is_empty() && is_tall(upper))) {
        let wide = extended_on_one_line(lower, &additions);
        let width = key_width + " = ".len() + wide.to_string().trim().chars().count();
        if width <= LINE_WIDTH {
            *lower = wide;
            return;
        }
    }
    if !is_tall(lower) {
        make_tall(lower);
    }
    extend_line_by_line(lower, additions);
}

/// Returns whether the items of an array, or its brackets, stand on several lines.
fn is_tall(array: &Array) -> bool {
    raw(array.trailing()).contains('\n')
        || array
            .iter()
            .any(|value| prefix(value).contains('\n') || suffix(value).contains('\n'))
}

fn extended_on_one_line(lower: &Array, additions: &[Addition]) -> Array {
    let mut array = lower.clone();
    if array.is_empty() {
        array.set_trailing("");
    }
    for addition in additions {
        let mut value = addition.value.clone();
        // A space before the closing bracket moves on to the new last item.
        let closing = array.iter_mut().last().map(|last| {
            let closing = suffix(last).to_owned();
            last.decor_mut().set_suffix("");
            closing
        });
        value
            .decor_mut()
            .set_prefix(if closing.is_some() { " " } else { "" });
        value.decor_mut().set_suffix(closing.unwrap_or_default());
        array.push_formatted(value);
    }
    array
}

/// Lays out an array of one line with an item on each line.
fn make_tall(array: &mut Array) {
    for value in array.iter_mut() {
        value.decor_mut().set_prefix(format!("\n{INDENT}"));
        value.decor_mut().set_suffix("");
    }
    array.set_trailing("\n");
    array.set_trailing_comma(true);
}

fn extend_line_by_line(array: &mut Array, additions: Vec<Addition>) {
    let indent = indent(array);
    // What stood between the last item and the bracket: comments, which stay before the new items.
    let mut between = array.iter_mut().last().map_or_else(String::new, |last| {
        let between = suffix(last).to_owned();
        last.decor_mut().set_suffix("");
        between
    });
    between.push_str(raw(array.trailing()));
    let closing = between
        .rsplit_once('\n')
        .map_or("", |(_, closing)| closing)
        .to_owned();
    between.truncate(between.trim_end().len());
    for addition in additions {
        for comment in &addition.above {
            between.extend(["\n", &indent, comment]);
        }
        between.extend(["\n", &indent]);
        let mut value = addition.value;
        value.decor_mut().set_prefix(between);
        value.decor_mut().set_suffix("");
        array.push_formatted(value);
        between = addition.behind;
    }
    array.set_trailing(format!("{between}\n{closing}"));
    array.set_trailing_comma(true);
}

/// Returns the white space before the last item that begins a line.
fn indent(array: &Array) -> String {
    let prefixes: Vec<&str> = array.iter().map(prefix).collect();
    let last = prefixes
        .iter()
        .rev()
        .find_map(|prefix| prefix.rsplit_once('\n'));
    last.map_or(INDENT, |(_, indent)| indent).to_owned()
}

/// Splits the text beside a value into the comment on the same line and the comment lines after it.
fn split_comments(text: &str) -> (String, Vec<String>) {
    let (same_line, others) = text.split_once('\n').unwrap_or((text, ""));
    let others = others
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty());
    (
        same_line.trim_end().to_owned(),
        others.map(str::to_owned).collect(),
    )
}

fn prefix(value: &Value) -> &str {
    value.decor().prefix().map_or("", raw)
}

fn suffix(value: &Value) -> &str {
    value.decor().suffix().map_or("", raw)
}

fn raw(text: &RawString) -> &str {
    text.as_str().unwrap_or_default()
}
