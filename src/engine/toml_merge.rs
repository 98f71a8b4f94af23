//! Composes TOML documents that several layers write together: each layer brings a fragment, and
//! the upper one adds to what the lower ones said.
//!
//! Tables are merged by key and arrays united; what is there keeps its order, comments and layout,
//! and new things come after it. Here is what follows from the kinds of two values; arrays have
//! `array` and `layout`, requirements `requirement`, and where a new table is printed is for
//! `order`. Nothing is deleted, and nothing is known about which keys a tool understands, except
//! for which arrays hold requirements.

mod array;
pub(in crate::engine) mod equality;
mod form;
mod layout;
mod order;
pub(in crate::engine) mod requirement;
#[cfg(test)]
mod tests;

use toml_edit::{ArrayOfTables, DocumentMut, Item, Key, Table, TableLike, Value};

use crate::model::text::visible_start;
use equality::{entries, same_table, same_value, shared_identity};
use form::Form;

/// How much of a value a message shows, in characters.
const SHOWN_CHARACTERS: usize = 80;

/// The most tables that two fragments may have together: each is compared with each.
const MAX_TABLES: usize = 2_000;

/// The most items that an array may have in two fragments together, for the same reason.
const MAX_ITEMS: usize = 4_000;

/// What happens where two fragments give one key different values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnConflict {
    /// It is an error.
    Refuse,
    /// The upper fragment's value is taken.
    TakeUpper,
}

/// Why two fragments cannot be composed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TomlMergeError {
    /// Both give a value to one key, and not the same.
    #[error("`{key}` is given as `{lower}` and as `{upper}`")]
    Conflict {
        /// The dotted key.
        key: String,
        /// The lower fragment's value on one line; `{…}` for a table, `[…]` for an array.
        lower: String,
        /// The upper fragment's value, in the same way.
        upper: String,
    },
    /// Both together have more tables than a project file ever has.
    #[error("there are {count} tables, more than the {MAX_TABLES} that can be composed")]
    TooManyTables {
        /// How many they are.
        count: usize,
    },
    /// An array has more items than a project file ever has.
    #[error("`{key}` has {count} items, more than the {MAX_ITEMS} that can be composed")]
    TooManyItems {
        /// The dotted key of the array.
        key: String,
        /// How many they are, in both fragments together.
        count: usize,
    },
}

/// Adds what `upper` says to `lower`.
///
/// Composing is idempotent, and a fragment without keys changes nothing. Of two equal values the
/// lower one stays as it is written. On an error `lower` is left as it was.
///
/// # Errors
/// [`TomlMergeError::Conflict`] if the two contradict each other and `on_conflict` refuses that;
/// [`TomlMergeError::TooManyTables`] and [`TomlMergeError::TooManyItems`] for a fragment that would
/// take minutes.
///
/// # Example
/// ```text
/// lower                          upper                        composed
/// [project]                      [project]                    [project]
/// dependencies = ["fastapi"]     dependencies = ["uvicorn"]   dependencies = ["fastapi", "uvicorn"]
/// ```
pub fn compose(
    lower: &mut DocumentMut,
    upper: &DocumentMut,
    on_conflict: OnConflict,
) -> Result<(), TomlMergeError> {
    let mut opening = lower.trailing().as_str().unwrap_or_default().to_owned();
    let is_blank = opening.trim().is_empty();
    // A comment in the last line, where nothing ends it, would swallow the first key.
    if !opening.ends_with('\n') {
        opening.push('\n');
    }
    if lower.as_table().is_empty() && (is_blank || !upper.as_table().is_empty()) {
        *lower = upper.clone();
        if !is_blank {
            lower.as_table_mut().decor_mut().set_prefix(opening);
        }
        return Ok(());
    }
    let before = order::Before::of(lower);
    let count = before.table_count() + order::Before::of(upper).table_count();
    if count > MAX_TABLES {
        return Err(TomlMergeError::TooManyTables { count });
    }
    let mut composed = lower.clone();
    let mut merge = Merge {
        on_conflict,
        path: Vec::new(),
        header_depth: 0,
    };
    merge.tables(
        composed.as_table_mut(),
        Form::Header,
        upper.as_table(),
        Form::Header,
    )?;
    order::place(composed.as_table_mut(), &before);
    keep_closing_comment(&mut composed, upper);
    *lower = composed;
    Ok(())
}

/// Appends the comment that closes `upper`, unless it is there.
fn keep_closing_comment(lower: &mut DocumentMut, upper: &DocumentMut) {
    let there = lower.trailing().as_str().unwrap_or_default();
    let comment = upper.trailing().as_str().unwrap_or_default().trim();
    if !comment.is_empty() && !there.contains(comment) {
        let joined = format!("{}\n{comment}\n", there.trim_end());
        lower.set_trailing(joined);
    }
}

/// The walk through both documents.
struct Merge {
    on_conflict: OnConflict,
    /// The keys from the root to where the walk is.
    path: Vec<String>,
    /// How many of them stand in the header of the table that is being merged.
    header_depth: usize,
}

impl Merge {
    /// Merges two tables of any form, key by key.
    fn tables(
        &mut self,
        lower: &mut dyn TableLike,
        lower_form: Form,
        upper: &dyn TableLike,
        upper_form: Form,
    ) -> Result<(), TomlMergeError> {
        for (name, upper_item) in upper.iter() {
            self.path.push(name.to_owned());
            let mut is_settled = false;
            if let Some(lower_item) = lower.get_mut(name) {
                let was_value = lower_item.is_value();
                self.items(lower_item, upper_item)?;
                is_settled = lower_item.is_value() == was_value;
            }
            if !is_settled && let Some(key) = upper.key(name) {
                lower.remove(name);
                insert(lower, lower_form, key, upper_item, upper_form);
            }
            self.path.pop();
        }
        Ok(())
    }

    /// Merges what both have under one key.
    fn items(&mut self, lower: &mut Item, upper: &Item) -> Result<(), TomlMergeError> {
        if let (Some(lower_form), Some(upper_form)) = (Form::of(lower), Form::of(upper)) {
            return self.table_items(lower, lower_form, upper, upper_form);
        }
        match (lower, upper) {
            (Item::ArrayOfTables(lower), Item::ArrayOfTables(upper)) => {
                self.arrays_of_tables(lower, upper)
            }
            (lower @ Item::ArrayOfTables(_), upper) if upper.is_array() => {
                match (
                    lower.as_array_of_tables_mut(),
                    upper.clone().into_array_of_tables(),
                ) {
                    (Some(lower), Ok(upper)) => self.arrays_of_tables(lower, &upper),
                    _ if upper.as_array().is_some_and(toml_edit::Array::is_empty) => Ok(()),
                    _ => self.conflict(lower, upper),
                }
            }
            (Item::Value(Value::Array(lower)), Item::Value(Value::Array(upper))) => {
                self.arrays(lower, upper)
            }
            (Item::Value(Value::Array(lower)), upper @ Item::ArrayOfTables(_)) => {
                match upper.clone().into_value() {
                    Ok(Value::Array(upper)) => self.arrays(lower, &upper),
                    _ => Ok(()),
                }
            }
            (lower, upper) => match (lower.as_value(), upper.as_value()) {
                (Some(one), Some(other)) if same_value(one, other) => Ok(()),
                _ => self.conflict(lower, upper),
            },
        }
    }

    /// Merges two tables that stand under one key, each in a form of its own.
    fn table_items(
        &mut self,
        lower: &mut Item,
        lower_form: Form,
        upper: &Item,
        upper_form: Form,
    ) -> Result<(), TomlMergeError> {
        let outer_depth = self.header_depth;
        if lower_form != Form::Dotted {
            self.header_depth = self.path.len();
        }
        if let (Some(lower), Some(upper)) = (lower.as_table_like_mut(), upper.as_table_like()) {
            self.tables(lower, lower_form, upper, upper_form)?;
        }
        self.header_depth = outer_depth;
        if let Some(table) = lower.as_table_mut() {
            show_header(table, upper.as_table());
        }
        Ok(())
    }

    /// Merges arrays of tables: entry by entry where they have an identity, else by equality.
    fn arrays_of_tables(
        &mut self,
        lower: &mut ArrayOfTables,
        upper: &ArrayOfTables,
    ) -> Result<(), TomlMergeError> {
        let identity = shared_identity(&tables_of(lower), &tables_of(upper));
        for upper_entry in upper {
            if lower.iter().any(|entry| same_table(entry, upper_entry)) {
                continue;
            }
            let same_entry = identity.and_then(|key| {
                let wanted = upper_entry.get(key)?;
                lower.iter_mut().find(|entry| {
                    entry
                        .get(key)
                        .is_some_and(|item| equality::same_item(item, wanted))
                })
            });
            match same_entry {
                Some(entry) => {
                    let outer_depth = std::mem::replace(&mut self.header_depth, self.path.len());
                    self.tables(entry, Form::Header, upper_entry, Form::Header)?;
                    self.header_depth = outer_depth;
                }
                None => lower.push(upper_entry.clone()),
            }
        }
        Ok(())
    }

    /// Settles that the two values of the current key contradict each other.
    fn conflict(&self, lower: &mut Item, upper: &Item) -> Result<(), TomlMergeError> {
        match self.on_conflict {
            OnConflict::Refuse => Err(self.conflict_between(shown_item(lower), shown_item(upper))),
            OnConflict::TakeUpper => {
                form::replace(lower, upper);
                Ok(())
            }
        }
    }

    fn conflict_between(&self, lower: String, upper: String) -> TomlMergeError {
        TomlMergeError::Conflict {
            key: self.dotted_key(0),
            lower,
            upper,
        }
    }

    /// Returns the current key as TOML writes it, from a depth on.
    fn dotted_key(&self, depth: usize) -> String {
        let keys: Vec<String> = self
            .path
            .iter()
            .skip(depth)
            .map(|name| Key::new(name.as_str()).display_repr().into_owned())
            .collect();
        keys.join(".")
    }
}

/// Adds a key that `lower` does not have, with its comments, in the form that fits there.
fn insert(lower: &mut dyn TableLike, lower_form: Form, key: &Key, item: &Item, upper_form: Form) {
    let (key, item) = form::adapt(key, item, upper_form, lower_form);
    lower.entry_format(&key).or_insert(item);
    if lower_form == Form::Inline {
        lower.fmt();
    }
}

/// Gives a table its header if it has none yet and needs one now.
fn show_header(table: &mut Table, upper: Option<&Table>) {
    if !table.is_implicit() || table.is_dotted() {
        return;
    }
    let upper = upper.filter(|upper| !upper.is_implicit());
    let has_values = table.iter().any(|(_, item)| item.is_value());
    if !has_values {
        form::write_headers(table);
    }
    if has_values || upper.is_some_and(Table::is_empty) {
        table.set_implicit(false);
        if let Some(upper) = upper {
            *table.decor_mut() = upper.decor().clone();
            table.set_position(upper.position());
        }
    }
}

fn tables_of(array: &ArrayOfTables) -> Vec<&dyn TableLike> {
    array.iter().map(|table| table as &dyn TableLike).collect()
}

fn shown_item(item: &Item) -> String {
    if entries(item).is_some() || item.is_array() {
        return "[…]".to_owned();
    }
    match item.as_value() {
        Some(value) if !value.is_inline_table() => shown_value(value),
        _ => "{…}".to_owned(),
    }
}

fn shown_value(value: &Value) -> String {
    let mut value = value.clone();
    value.decor_mut().clear();
    visible_start(&value.to_string(), SHOWN_CHARACTERS)
}
