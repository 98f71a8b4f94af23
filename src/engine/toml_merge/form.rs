//! The three ways in which TOML writes a table, and how an item is carried from one into another.
//!
//! The lower document's way always stays: what is added to it takes the form of its new
//! surroundings.

use toml_edit::{Item, Key, Table, Value};

/// How a table is written ([TOML 1.0, Table](https://toml.io/en/v1.0.0#table)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Under a header of its own, `[a]`, or only as part of the headers below it, `[a.b]`; also the
    /// root.
    Header,
    /// By dotted keys, `a.b = 1`.
    Dotted,
    /// As a value, `a = { b = 1 }`.
    Inline,
}

impl Form {
    /// Returns the form of an item, or `None` if it is no table.
    pub(super) fn of(item: &Item) -> Option<Self> {
        match item {
            Item::Table(table) if table.is_dotted() => Some(Self::Dotted),
            Item::Table(_) => Some(Self::Header),
            Item::Value(Value::InlineTable(_)) => Some(Self::Inline),
            Item::None | Item::Value(_) | Item::ArrayOfTables(_) => None,
        }
    }
}

/// Returns a copy of a key and its item, as it is written in a table of the form `into`.
///
/// Comments come along except into and out of an inline table, which has no room for them.
pub(super) fn adapt(key: &Key, original: &Item, from: Form, into: Form) -> (Key, Item) {
    let (mut key, mut item) = (key.clone(), original.clone());
    if (from == Form::Inline) != (into == Form::Inline) {
        key.leaf_decor_mut().clear();
        key.dotted_decor_mut().clear();
        if let Some(value) = item.as_value_mut() {
            value.decor_mut().clear();
        }
    }
    match into {
        Form::Header => {}
        Form::Dotted => write_dotted(&mut item),
        Form::Inline => item.make_value(),
    }
    if item.is_value() && !original.is_value() {
        // In a header no space stands behind the key.
        key.leaf_decor_mut().clear();
    }
    (key, item)
}

/// Gives the tables of an implicit parent, which has no header to stand under, headers of their
/// own.
pub(super) fn write_headers(table: &mut Table) {
    for (_, item) in table.iter_mut() {
        if let Some(child) = item.as_table_mut().filter(|child| child.is_dotted()) {
            child.set_dotted(false);
            child.set_implicit(false);
        }
    }
}

/// Puts `upper` in the place of `lower`; the comment behind the lower value stays unless the upper
/// has one.
pub(super) fn replace(lower: &mut Item, upper: &Item) {
    let mut replacement = upper.clone();
    if let (Some(lower), Some(value)) = (lower.as_value(), replacement.as_value_mut()) {
        replace_decor(lower, value);
    }
    *lower = replacement;
}

/// Gives `upper` the surroundings of `lower`, except for a comment of its own behind it.
pub(super) fn replace_decor(lower: &Value, upper: &mut Value) {
    let suffix = upper.decor().suffix().cloned();
    let has_comment = suffix
        .as_ref()
        .and_then(|suffix| suffix.as_str())
        .is_some_and(|suffix| suffix.contains('#'));
    *upper.decor_mut() = lower.decor().clone();
    if let Some(suffix) = suffix.filter(|_| has_comment) {
        upper.decor_mut().set_suffix(suffix);
    }
}

/// Turns tables with headers into dotted keys, and arrays of tables into values.
fn write_dotted(item: &mut Item) {
    match item {
        Item::Table(table) if !table.is_empty() => {
            table.decor_mut().clear();
            table.set_dotted(true);
            table.set_implicit(true);
            for (_, child) in table.iter_mut() {
                write_dotted(child);
            }
        }
        Item::Table(_) | Item::ArrayOfTables(_) => item.make_value(),
        Item::None | Item::Value(_) => {}
    }
}
