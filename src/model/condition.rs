//! When something of a template applies.

use std::collections::BTreeMap;

use serde::Serialize;

use super::value::{Answers, Value};

/// A condition on answers: every key must have one of its values.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Condition {
    /// The allowed values by question key.
    pub any_of: BTreeMap<String, Vec<Value>>,
}

impl Condition {
    /// Returns whether the condition holds. A key without an answer does not hold.
    pub fn holds(&self, answers: &Answers) -> bool {
        self.any_of.iter().all(|(key, wanted)| {
            answers
                .get(key)
                .is_some_and(|answer| wanted.iter().any(|value| answer.matches(value)))
        })
    }

    /// Returns whether the condition asks for nothing.
    pub fn is_always(&self) -> bool {
        self.any_of.is_empty()
    }

    /// Returns whether answers exist under which both conditions hold, as far as their values tell.
    ///
    /// Values of a key that takes several at once never exclude each other; `takes_several` names those keys.
    pub fn can_hold_with(&self, other: &Self, takes_several: impl Fn(&str) -> bool) -> bool {
        self.any_of
            .iter()
            .all(|(key, mine)| match other.any_of.get(key) {
                Some(theirs) if !takes_several(key) => {
                    mine.iter().any(|value| theirs.contains(value))
                }
                Some(_) | None => true,
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn condition(rows: &[(&str, &[&str])]) -> Condition {
        let any_of = rows
            .iter()
            .map(|(key, values)| {
                (
                    (*key).to_owned(),
                    values.iter().map(|value| Value::from(*value)).collect(),
                )
            })
            .collect();
        Condition { any_of }
    }

    #[test]
    fn every_key_must_hold_and_a_list_means_any() {
        let answers = Answers::from([
            ("database".to_owned(), Value::from("sqlite")),
            (
                "extras".to_owned(),
                Value::List(vec!["etag".to_owned(), "seed".to_owned()]),
            ),
        ]);
        for (rows, expected) in [
            (&[] as &[(&str, &[&str])], true),
            (&[("database", &["sqlite"])], true),
            (&[("database", &["postgres", "sqlite"])], true),
            (&[("database", &["postgres"])], false),
            (&[("extras", &["seed"])], true),
            (&[("extras", &["load"])], false),
            (&[("database", &["sqlite"]), ("extras", &["load"])], false),
            (&[("unknown", &["x"])], false),
        ] {
            assert_eq!(condition(rows).holds(&answers), expected, "{rows:?}");
        }
    }

    #[test]
    fn disjoint_values_cannot_hold_together() {
        let sqlite = condition(&[("database", &["sqlite"])]);
        let served = condition(&[("database", &["postgres", "mysql"])]);
        let docker = condition(&[("docker", &["yes"])]);
        assert!(!sqlite.can_hold_with(&served, |_| false));
        assert!(sqlite.can_hold_with(&docker, |_| false));
        assert!(sqlite.can_hold_with(&served, |key| key == "database"));
    }
}
