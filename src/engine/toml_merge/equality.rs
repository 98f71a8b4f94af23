//! When two TOML values say the same, however they are written, and which entries of two arrays are
//! one.

use toml_edit::{Item, TableLike, Value};

/// The keys by which entries of arrays of tables are told apart, the first that fits is taken:
/// mypy's overrides by `module`, package indexes by `name`, hooks by `id` and `repo`.
pub(in crate::engine) const IDENTITIES: [&str; 4] = ["module", "name", "id", "repo"];

/// Returns whether two values say the same; the order of keys and how a value is written do not
/// matter.
pub(in crate::engine) fn same_value(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::String(one), Value::String(other)) => one.value() == other.value(),
        (Value::Integer(one), Value::Integer(other)) => one.value() == other.value(),
        (Value::Float(one), Value::Float(other)) => one.value().total_cmp(other.value()).is_eq(),
        (Value::Boolean(one), Value::Boolean(other)) => one.value() == other.value(),
        (Value::Datetime(one), Value::Datetime(other)) => one.value() == other.value(),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .zip(other)
                    .all(|(one, other)| same_value(one, other))
        }
        (Value::InlineTable(one), Value::InlineTable(other)) => same_table(one, other),
        (
            Value::String(_)
            | Value::Integer(_)
            | Value::Float(_)
            | Value::Boolean(_)
            | Value::Datetime(_)
            | Value::Array(_)
            | Value::InlineTable(_),
            _,
        ) => false,
    }
}

/// Returns whether two tables hold the same, in whatever form each is written.
pub(in crate::engine) fn same_table(one: &dyn TableLike, other: &dyn TableLike) -> bool {
    one.len() == other.len()
        && one
            .iter()
            .all(|(name, item)| other.get(name).is_some_and(|same| same_item(item, same)))
}

/// Returns whether two items say the same.
pub(in crate::engine) fn same_item(one: &Item, other: &Item) -> bool {
    if let (Some(one), Some(other)) = (one.as_table_like(), other.as_table_like()) {
        return same_table(one, other);
    }
    if let (Some(one), Some(other)) = (one.as_value(), other.as_value()) {
        return same_value(one, other);
    }
    match (entries(one), entries(other)) {
        (Some(one), Some(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .zip(other)
                    .all(|(one, other)| same_table(*one, other))
        }
        _ => false,
    }
}

/// Returns the entries of an array of tables, in either form, or `None` if the item is none.
pub(super) fn entries(item: &Item) -> Option<Vec<&dyn TableLike>> {
    match item {
        Item::ArrayOfTables(array) => {
            Some(array.iter().map(|table| table as &dyn TableLike).collect())
        }
        Item::Value(Value::Array(array)) => array.iter().map(entry).collect(),
        Item::None | Item::Value(_) | Item::Table(_) => None,
    }
}

/// Returns a value as an entry of an array of tables, or `None` if it is no table.
pub(super) fn entry(value: &Value) -> Option<&dyn TableLike> {
    value.as_inline_table().map(|table| table as &dyn TableLike)
}

/// Returns the key that tells entries apart: the first that all of them have, with no value twice
/// on either side.
pub(super) fn shared_identity(
    lower: &[&dyn TableLike],
    upper: &[&dyn TableLike],
) -> Option<&'static str> {
    IDENTITIES
        .into_iter()
        .find(|key| has_identity(lower, key) && has_identity(upper, key))
}

fn has_identity(entries: &[&dyn TableLike], key: &str) -> bool {
    entries.iter().enumerate().all(|(index, entry)| {
        entry.get(key).is_some_and(|value| {
            let mut earlier = entries
                .iter()
                .take(index)
                .filter_map(|entry| entry.get(key));
            !earlier.any(|other| same_item(value, other))
        })
    })
}
