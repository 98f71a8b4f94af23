//! Answers files: TOML or JSON, from a file or from input.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::Path;

use super::env::Environment;
use crate::engine::budget;
use crate::model::text::Lines;
use crate::model::value::Value;

/// Why an answers file cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum AnswersError {
    /// The file cannot be read.
    #[error("the answers file `{file}` cannot be read: {reason}")]
    Unreadable {
        /// The file as given.
        file: String,
        /// Why.
        reason: String,
    },
    /// The file is neither TOML nor JSON.
    #[error("the answers file `{file}` is neither TOML nor JSON: {reason}")]
    Malformed {
        /// The file as given.
        file: String,
        /// What the parser says.
        reason: String,
    },
    /// A value is of a kind that no question takes.
    #[error(
        "the answers file `{file}` has a value for `{key}` that no question takes; a version such as \"3.13\" stands in quotes"
    )]
    Value {
        /// The file as given.
        file: String,
        /// The key.
        key: String,
    },
}

/// Reads an answers file; `-` is input. The record of a project, `.pyscaffold.toml`, is one too: its `[answers]` count.
///
/// # Errors
/// The file cannot be read or understood.
pub fn read(
    file: &str,
    environment: &Environment,
) -> Result<BTreeMap<String, Value>, AnswersError> {
    let unreadable = |reason: String| AnswersError::Unreadable {
        file: file.to_owned(),
        reason,
    };
    let limit = budget::MANIFEST_BYTES as u64;
    let mut text = String::new();
    let mut source: Box<dyn Read> = if file == "-" {
        Box::new(std::io::stdin())
    } else {
        let path = environment.path(Path::new(file));
        if path.is_dir() {
            return Err(unreadable("it is a folder".to_owned()));
        }
        Box::new(fs::File::open(path).map_err(|error| unreadable(error.to_string()))?)
    };
    source
        .by_ref()
        .take(limit + 1)
        .read_to_string(&mut text)
        .map_err(|error| unreadable(error.to_string()))?;
    if text.len() as u64 > limit {
        return Err(unreadable(format!("it is larger than {limit} bytes")));
    }
    parse(file, &text)
}

/// Reads the text of an answers file, which messages call `file`.
///
/// # Errors
/// It is neither TOML nor JSON, or has a value that no question takes.
pub fn parse(file: &str, text: &str) -> Result<BTreeMap<String, Value>, AnswersError> {
    let malformed = |reason: String| AnswersError::Malformed {
        file: file.to_owned(),
        reason,
    };
    let mut table: serde_json::Map<String, serde_json::Value> =
        if text.trim_start().starts_with('{') {
            serde_json::from_str(text).map_err(|error| malformed(error.to_string()))?
        } else {
            toml::from_str(text).map_err(|error| malformed(toml_words(text, &error)))?
        };
    let is_record = table.contains_key("format") && table.contains_key("template");
    if is_record && let Some(serde_json::Value::Object(answers)) = table.remove("answers") {
        table = answers;
        // A record names the project it was made for; the command line names the new one.
        table.remove("name");
        table.remove("package");
    }
    table
        .into_iter()
        .map(|(key, value)| match to_value(&value) {
            Some(value) => Ok((key, value)),
            None => Err(AnswersError::Value {
                file: file.to_owned(),
                key,
            }),
        })
        .collect()
}

/// Says on one line what is wrong with a TOML text.
fn toml_words(text: &str, error: &toml::de::Error) -> String {
    let line = error
        .span()
        .map_or(1, |span| Lines::of(text).line_at(span.start));
    let message = error.message().lines().collect::<Vec<_>>().join(", ");
    format!("line {line}: {message}")
}

fn to_value(value: &serde_json::Value) -> Option<Value> {
    match value {
        serde_json::Value::String(text) => Some(Value::Text(text.clone())),
        serde_json::Value::Bool(flag) => Some(Value::Bool(*flag)),
        serde_json::Value::Number(number) => number.as_i64().map(Value::Integer),
        serde_json::Value::Array(values) => values
            .iter()
            .map(|value| value.as_str().map(str::to_owned))
            .collect::<Option<Vec<_>>>()
            .map(Value::List),
        serde_json::Value::Null | serde_json::Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn toml_json_and_records_are_read() {
        let expected = BTreeMap::from([
            ("database".to_owned(), Value::from("postgres")),
            ("docker".to_owned(), Value::Bool(false)),
        ]);
        for text in [
            "database = \"postgres\"\ndocker = false\n",
            " {\"database\": \"postgres\", \"docker\": false}",
            "format = 1\n[template]\nname = \"x\"\n[answers]\nname = \"old\"\ndatabase = \"postgres\"\ndocker = false\n",
        ] {
            assert_eq!(parse("a", text).ok().as_ref(), Some(&expected), "{text}");
        }
        for (text, message) in [
            ("{\"a\": ", "the answers file `a` is neither TOML nor JSON"),
            ("a = ", "the answers file `a` is neither TOML nor JSON"),
            (
                "a = { b = 1 }",
                "the answers file `a` has a value for `a` that no question takes",
            ),
            (
                "{\"a\": 1.5}",
                "the answers file `a` has a value for `a` that no question takes",
            ),
        ] {
            let error = parse("a", text).err().map(|error| error.to_string());
            assert!(
                error.is_some_and(|error| error.starts_with(message)),
                "{text}"
            );
        }
    }
}
