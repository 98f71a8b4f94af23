//! Reads single values of a manifest and notes every problem with its line.

use std::collections::BTreeMap;
use std::ops::Range;

use toml_edit::TableLike;

use crate::model::condition::Condition;
use crate::model::language::Words;
use crate::model::problem::{Problem, nearest};
use crate::model::text::{Lines, Position};
use crate::model::value::Value;

const LANGUAGE_KEYS: [&str; 2] = ["en", "zh"];

/// Reads the values of one manifest.
pub(super) struct Reader<'a> {
    pub(super) file: &'a str,
    pub(super) lines: Lines<'a>,
    pub(super) problems: Vec<Problem>,
}

impl Reader<'_> {
    pub(super) fn report(&mut self, at: impl Into<Position>, message: impl Into<String>) {
        self.problems.push(Problem::at(self.file, at, message));
    }

    pub(super) fn at(&self, span: Option<Range<usize>>) -> Position {
        span.map_or(Position::from(1), |span| self.lines.position_at(span.start))
    }

    pub(super) fn unknown_keys(&mut self, table: &dyn TableLike, place: &str, known: &[&str]) {
        for (key, _) in table.iter() {
            if known.contains(&key) {
                continue;
            }
            let at = self.at(table.key(key).and_then(toml_edit::Key::span));
            let hint = nearest(key, known.iter().copied())
                .map(|word| format!("; did you mean `{word}`?"))
                .unwrap_or_default();
            self.report(at, format!("unknown key `{key}` in {place}{hint}"));
        }
    }

    pub(super) fn each_table<T>(
        &mut self,
        top: &dyn TableLike,
        key: &str,
        read: fn(&mut Self, &dyn TableLike, Position) -> Option<T>,
    ) -> Vec<T> {
        let Some(item) = top.get(key) else {
            return Vec::new();
        };
        let mut values = Vec::new();
        if let Some(tables) = item.as_array_of_tables() {
            for table in tables {
                let at = self.at(table.span());
                values.extend(read(self, table, at));
            }
        } else if let Some(array) = item.as_array() {
            for element in array {
                let at = self.at(element.span());
                match element.as_inline_table() {
                    Some(table) => values.extend(read(self, table, at)),
                    None => self.report(at, format!("`{key}` holds tables")),
                }
            }
        } else {
            let at = self.at(item.span());
            self.report(at, format!("`{key}` must be written as `[[{key}]]`"));
        }
        values
    }

    pub(super) fn missing(&mut self, at: Position, key: &str, place: &str) {
        self.report(at, format!("`{key}` is missing in {place}"));
    }

    pub(super) fn table_at(&self, table: &dyn TableLike) -> Position {
        let first = table.iter().next().and_then(|(key, _)| table.key(key));
        self.at(first.and_then(toml_edit::Key::span))
    }

    pub(super) fn string(&mut self, table: &dyn TableLike, key: &str) -> Option<String> {
        let item = table.get(key)?;
        if let Some(text) = item.as_str() {
            return Some(text.to_owned());
        }
        let at = self.at(item.span());
        self.report(at, format!("`{key}` must be a text"));
        None
    }

    pub(super) fn bool(&mut self, table: &dyn TableLike, key: &str) -> bool {
        let Some(item) = table.get(key) else {
            return false;
        };
        item.as_bool().unwrap_or_else(|| {
            let at = self.at(item.span());
            self.report(at, format!("`{key}` must be `true` or `false`"));
            false
        })
    }

    pub(super) fn integer(&mut self, table: &dyn TableLike, key: &str) -> Option<i64> {
        let item = table.get(key)?;
        if item.as_integer().is_none() {
            let at = self.at(item.span());
            self.report(at, format!("`{key}` must be a whole number"));
        }
        item.as_integer()
    }

    pub(super) fn strings(&mut self, table: &dyn TableLike, key: &str) -> Option<Vec<String>> {
        let item = table.get(key)?;
        let texts = item.as_array().and_then(|array| {
            array
                .iter()
                .map(|value| value.as_str().map(str::to_owned))
                .collect::<Option<Vec<_>>>()
        });
        if texts.is_none() {
            let at = self.at(item.span());
            self.report(at, format!("`{key}` must be a list of texts"));
        }
        texts
    }

    pub(super) fn words(&mut self, table: &dyn TableLike, key: &str) -> Option<Words> {
        let item = table.get(key)?;
        if let Some(text) = item.as_str() {
            return Some(Words::plain(text));
        }
        let at = self.at(item.span());
        let Some(languages) = item.as_table_like() else {
            self.report(
                at,
                format!(
                    "`{key}` must be a text, or one for each language: {{ en = \"…\", zh = \"…\" }}"
                ),
            );
            return None;
        };
        self.unknown_keys(languages, &format!("`{key}`"), &LANGUAGE_KEYS);
        let zh = self.string(languages, "zh");
        let en = self.string(languages, "en");
        if en.is_none() {
            self.missing(at, "en", &format!("`{key}`"));
        }
        Some(Words { en: en?, zh })
    }

    pub(super) fn required_words(
        &mut self,
        table: &dyn TableLike,
        key: &str,
        place: &str,
    ) -> Option<Words> {
        if table.get(key).is_none() {
            let at = self.table_at(table);
            self.missing(at, key, place);
        }
        self.words(table, key)
    }

    pub(super) fn required_string(
        &mut self,
        table: &dyn TableLike,
        key: &str,
        place: &str,
        at: Position,
    ) -> Option<String> {
        if table.get(key).is_none() {
            self.missing(at, key, place);
        }
        self.string(table, key)
    }

    pub(super) fn value(&mut self, table: &dyn TableLike, key: &str) -> Option<Value> {
        let item = table.get(key)?;
        let value = item.as_value().and_then(Value::from_toml);
        if value.is_none() {
            let at = self.at(item.span());
            self.report(
                at,
                format!(
                    "`{key}` must be a text, a whole number, `true`, `false` or a list of texts"
                ),
            );
        }
        value
    }

    pub(super) fn condition(&mut self, table: &dyn TableLike, key: &str) -> Condition {
        let Some(item) = table.get(key) else {
            return Condition::default();
        };
        let at = self.at(item.span());
        let Some(wanted) = item.as_table_like() else {
            self.report(
                at,
                format!("`{key}` must be a table of answers: {{ docker = true }}"),
            );
            return Condition::default();
        };
        let mut any_of = BTreeMap::new();
        for (question, item) in wanted.iter() {
            let values = match item.as_array() {
                Some(array) => array
                    .iter()
                    .map(Value::from_toml)
                    .collect::<Option<Vec<_>>>(),
                None => item
                    .as_value()
                    .and_then(Value::from_toml)
                    .map(|value| vec![value]),
            };
            match values {
                Some(values) if !values.is_empty() => {
                    any_of.insert(question.to_owned(), values);
                }
                Some(_) | None => self.report(
                    at,
                    format!("`{key}` wants a value, or a list of values, for `{question}`"),
                ),
            }
        }
        Condition { any_of }
    }
}
