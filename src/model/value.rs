//! Answers to questions.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Serialize, Serializer};

/// The answer to a question.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Value {
    /// One line of text, also the value of a choice.
    Text(String),
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// Several chosen values, in the order of the choices.
    List(Vec<String>),
}

/// Answers by the key of their question.
pub type Answers = BTreeMap<String, Value>;

impl Value {
    /// Returns whether the value is the wanted one or, for a list, holds it.
    pub fn matches(&self, wanted: &Value) -> bool {
        match (self, wanted) {
            (Self::List(values), Self::Text(text)) => values.contains(text),
            _ => self == wanted,
        }
    }

    /// Returns the text of a text value.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Bool(_) | Self::Integer(_) | Self::List(_) => None,
        }
    }

    /// Returns the value that a TOML value writes; none for one that no question takes.
    pub fn from_toml(value: &toml_edit::Value) -> Option<Self> {
        match value {
            toml_edit::Value::String(text) => Some(Self::Text(text.value().clone())),
            toml_edit::Value::Integer(number) => Some(Self::Integer(*number.value())),
            toml_edit::Value::Boolean(flag) => Some(Self::Bool(*flag.value())),
            toml_edit::Value::Array(array) => {
                let texts = array.iter().map(|value| value.as_str().map(str::to_owned));
                texts.collect::<Option<Vec<_>>>().map(Self::List)
            }
            toml_edit::Value::Float(_)
            | toml_edit::Value::Datetime(_)
            | toml_edit::Value::InlineTable(_) => None,
        }
    }

    /// Returns the value as templates see it.
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Text(text) => text.as_str().into(),
            Self::Bool(value) => (*value).into(),
            Self::Integer(value) => (*value).into(),
            Self::List(values) => values.as_slice().into(),
        }
    }
}

/// Writes the value as it is typed after a flag.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Integer(value) => write!(f, "{value}"),
            Self::List(values) => f.write_str(&values.join(",")),
        }
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Integer(value) => serializer.serialize_i64(*value),
            Self::List(values) => values.serialize(serializer),
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}
