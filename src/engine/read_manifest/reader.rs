//! Reads single values of a manifest and notes every problem with its line.

use std::collections::BTreeMap;
use std::ops::Range;

use toml_edit::TableLike;

use crate::model::condition::Condition;
use crate::model::language::Words;
use crate::model::problem::{Problem, nearest};
use crate::model::text::Lines;
use crate::model::value::Value;

const LANGUAGE_KEYS: [&str; 2] = ["en", "zh"];

/// Reads the values of one manifest.
pub(super) struct Reader<'a> {
    pub(super) file: &'a str,
    pub(super) lines: Lines,
    pub(super) problems: Vec<Problem>,
}

impl Reader<'_> {
    pub(super) fn report(&mut self, line: usize, message: impl Into<String>) {
        self.problems.push(Problem::at(self.file, line, message));
    }

    pub(super) fn line(&self, span: Option<Range<usize>>) -> usize {
        span.map_or(1, |span| self.lines.line_at(span.start))
    }

    pub(super) fn unknown_keys(&mut self, table: &dyn TableLike, place: &str, known: &[&str]) {
        for (key, _) in table.iter() {
            if known.contains(&key) {
                continue;
            }
            let line = self.line(table.key(key).and_then(toml_edit::Key::span));
            let hint = nearest(key, known.iter().copied())
                .map(|word| format!("; did you mean `{word}`?"))
                .unwrap_or_default();
            self.report(line, format!("unknown key `{key}` in {place}{hint}"));
        }
    }

    pub(super) fn each_table<T>(
        &mut self,
        top: &dyn TableLike,
        key: &str,
        read: fn(&mut Self, &dyn TableLike, usize) -> Option<T>,
    ) -> Vec<T> {
        let Some(item) = top.get(key) else {
            return Vec::new();
        };
        let mut values = Vec::new();
        if let Some(tables) = item.as_array_of_tables() {
            for table in tables {
                let line = self.line(table.span());
                values.extend(read(self, table, line));
            }
        } else if let Some(array) = item.as_array() {
            for element in array {
                let line = self.line(element.span());
                match element.as_inline_table() {
                    Some(table) => values.extend(read(self, table, line)),
                    None => self.report(line, format!("`{key}` holds tables")),
                }
            }
        } else {
            let line = self.line(item.span());
            self.report(line, format!("`{key}` must be written as `[[{key}]]`"));
        }
        values
    }

    pub(super) fn missing(&mut self, line: usize, key: &str, place: &str) {
        self.report(line, format!("`{key}` is missing in {place}"));
    }

    pub(super) fn table_line(&self, table: &dyn TableLike) -> usize {
        let first = table.iter().next().and_then(|(key, _)| table.key(key));
        self.line(first.and_then(toml_edit::Key::span))
    }

    pub(super) fn string(&mut self, table: &dyn TableLike, key: &str) -> Option<String> {
        let item = table.get(key)?;
        if let Some(text) = item.as_str() {
            return Some(text.to_owned());
        }
        let line = self.line(item.span());
        self.report(line, format!("`{key}` must be a text"));
        None
    }

    pub(super) fn bool(&mut self, table: &dyn TableLike, key: &str) -> bool {
        let Some(item) = table.get(key) else {
            return false;
        };
        item.as_bool().unwrap_or_else(|| {
            let line = self.line(item.span());
            self.report(line, format!("`{key}` must be `true` or `false`"));
            false
        })
    }

    pub(super) fn integer(&mut self, table: &dyn TableLike, key: &str) -> Option<i64> {
        let item = table.get(key)?;
        if item.as_integer().is_none() {
            let line = self.line(item.span());
            self.report(line, format!("`{key}` must be a whole number"));
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
            let line = self.line(item.span());
            self.report(line, format!("`{key}` must be a list of texts"));
        }
        texts
    }

    pub(super) fn words(&mut self, table: &dyn TableLike, key: &str) -> Option<Words> {
        let item = table.get(key)?;
        if let Some(text) = item.as_str() {
            return Some(Words::plain(text));
        }
        let line = self.line(item.span());
        let Some(languages) = item.as_table_like() else {
            self.report(
                line,
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
            self.missing(line, "en", &format!("`{key}`"));
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
            let line = self.table_line(table);
            self.missing(line, key, place);
        }
        self.words(table, key)
    }

    pub(super) fn required_string(
        &mut self,
        table: &dyn TableLike,
        key: &str,
        place: &str,
        line: usize,
    ) -> Option<String> {
        if table.get(key).is_none() {
            self.missing(line, key, place);
        }
        self.string(table, key)
    }

    pub(super) fn value(&mut self, table: &dyn TableLike, key: &str) -> Option<Value> {
        let item = table.get(key)?;
        let value = item.as_value().and_then(Value::from_toml);
        if value.is_none() {
            let line = self.line(item.span());
            self.report(
                line,
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
        let line = self.line(item.span());
        let Some(wanted) = item.as_table_like() else {
            self.report(
                line,
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
                    line,
                    format!("`{key}` wants a value, or a list of values, for `{question}`"),
                ),
            }
        }
        Condition { any_of }
    }
}
