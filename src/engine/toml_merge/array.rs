//! How two arrays of values are united: which items of the upper one are new.

use toml_edit::{Array, TableLike, Value};

use super::equality::{entry, same_item, same_value, shared_identity};
use super::form::{Form, replace_decor};
use super::layout::{self, Addition};
use super::requirement::{Requirement, holds_requirements};
use super::{MAX_ITEMS, Merge, OnConflict, TomlMergeError, shown_value};

impl Merge {
    /// Adds to `lower` the items of `upper` that it does not have.
    ///
    /// Requirements are the same if they are about the same distribution, extras and marker; tables
    /// if they have the same identity; everything else if it is equal.
    pub(super) fn arrays(
        &mut self,
        lower: &mut Array,
        upper: &Array,
    ) -> Result<(), TomlMergeError> {
        let count = lower.len() + upper.len();
        if count > MAX_ITEMS {
            let key = self.dotted_key(0);
            return Err(TomlMergeError::TooManyItems { key, count });
        }
        let requirements = if holds_requirements(&self.path) {
            lower.iter().map(requirement).collect()
        } else {
            Vec::new()
        };
        let identity = shared_identity(&tables_of(lower), &tables_of(upper));
        let mut additions: Vec<Addition> = Vec::new();
        for addition in layout::additions(upper) {
            let value = &addition.value;
            let is_known = lower.iter().any(|known| same_value(known, value))
                || additions
                    .iter()
                    .any(|known| same_value(&known.value, value))
                || self.requirement(lower, &requirements, value)?
                || self.entry(lower, value, identity)?;
            if !is_known {
                additions.push(addition);
            }
        }
        let key_width = self.dotted_key(self.header_depth).chars().count();
        layout::extend(lower, additions, upper, key_width);
        Ok(())
    }

    /// Returns whether `lower` has the requirement already; another specifier is a conflict.
    ///
    /// `requirements` are those of `lower`, item by item; none if the array is not one of them.
    fn requirement(
        &self,
        lower: &mut Array,
        requirements: &[Option<Requirement>],
        value: &Value,
    ) -> Result<bool, TomlMergeError> {
        let Some(wanted) = requirement(value).filter(|_| !requirements.is_empty()) else {
            return Ok(false);
        };
        let same = requirements
            .iter()
            .zip(lower.iter_mut())
            .find_map(|(requirement, there)| {
                let requirement = requirement.as_ref()?;
                requirement
                    .is_about_the_same_as(&wanted)
                    .then_some((requirement, there))
            });
        let Some((requirement, there)) = same else {
            return Ok(false);
        };
        if *requirement != wanted {
            match self.on_conflict {
                OnConflict::Refuse => {
                    return Err(self.conflict_between(shown_value(there), shown_value(value)));
                }
                OnConflict::TakeUpper => {
                    let mut replacement = value.clone();
                    replace_decor(there, &mut replacement);
                    *there = replacement;
                }
            }
        }
        Ok(true)
    }

    /// Merges a table into the entry of the same identity, if there is one.
    fn entry(
        &mut self,
        lower: &mut Array,
        value: &Value,
        identity: Option<&str>,
    ) -> Result<bool, TomlMergeError> {
        let Some((key, upper)) = identity.zip(value.as_inline_table()) else {
            return Ok(false);
        };
        let same = lower
            .iter_mut()
            .filter_map(Value::as_inline_table_mut)
            .find(|table| {
                let values = table.get_key_value(key).zip(upper.get_key_value(key));
                values.is_some_and(|((_, one), (_, other))| same_item(one, other))
            });
        match same {
            Some(table) => {
                self.tables(table, Form::Inline, upper, Form::Inline)?;
                Ok(true)
            }
            None => Ok(false),
        }
    }
}

fn requirement(value: &Value) -> Option<Requirement> {
    value.as_str().and_then(Requirement::parse)
}

/// Returns the entries of an array of tables; none if anything else is among them.
fn tables_of(array: &Array) -> Vec<&dyn TableLike> {
    array
        .iter()
        .map(entry)
        .collect::<Option<_>>()
        .unwrap_or_default()
}
