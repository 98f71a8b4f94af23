//! The questions that a template asks.

use std::collections::BTreeMap;

use serde::Serialize;

use super::condition::Condition;
use super::language::Words;
use super::text::Position;
use super::value::Value;

/// What kind of answer a question takes.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// One line of text.
    Text,
    /// Yes or no.
    Bool,
    /// A whole number.
    Integer,
    /// One of the choices.
    Choice,
    /// Any number of the choices.
    Choices,
    /// One line of text that is never stored or shown.
    Secret,
}

impl Kind {
    /// Every kind with the word that manifests use for it.
    pub const ALL: [(&'static str, Self); 6] = [
        ("text", Self::Text),
        ("bool", Self::Bool),
        ("integer", Self::Integer),
        ("choice", Self::Choice),
        ("choices", Self::Choices),
        ("secret", Self::Secret),
    ];

    /// Returns the word that manifests use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Bool => "bool",
            Self::Integer => "integer",
            Self::Choice => "choice",
            Self::Choices => "choices",
            Self::Secret => "secret",
        }
    }

    /// Returns the value of a question that was not asked and says nothing else; a choice has none.
    pub fn nothing(self) -> Option<Value> {
        match self {
            Self::Text | Self::Secret => Some(Value::Text(String::new())),
            Self::Bool => Some(Value::Bool(false)),
            Self::Integer => Some(Value::Integer(0)),
            Self::Choices => Some(Value::List(Vec::new())),
            Self::Choice => None,
        }
    }
}

/// One of the values that a question offers.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Choice {
    /// The value.
    pub value: String,
    /// What a person reads.
    pub title: Words,
    /// Further names for rendering that this choice brings.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub with: BTreeMap<String, Value>,
}

/// A rule that an answer must keep.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Check {
    /// A regular expression that the whole text must match.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// The smallest number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<i64>,
    /// The largest number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<i64>,
    /// What the author says to an answer that breaks the rule.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<Words>,
}

/// Where a default is looked up outside the template.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub enum Lookup {
    /// `user.name` of the user's git configuration.
    #[serde(rename = "git.user.name")]
    GitUserName,
    /// `user.email` of the user's git configuration.
    #[serde(rename = "git.user.email")]
    GitUserEmail,
    /// The present year, or that of `SOURCE_DATE_EPOCH`.
    #[serde(rename = "clock.year")]
    ClockYear,
    /// The present moment with the local offset, or that of `SOURCE_DATE_EPOCH`; only for templates of Cookiecutter.
    #[serde(rename = "clock.now")]
    ClockNow,
    /// A number that nobody can guess; only for templates of Cookiecutter.
    #[serde(rename = "chance.seed")]
    Seed,
}

impl Lookup {
    /// Every place that manifests can name, with the word for it.
    pub const ALL: [(&'static str, Self); 3] = [
        ("git.user.name", Self::GitUserName),
        ("git.user.email", Self::GitUserEmail),
        ("clock.year", Self::ClockYear),
    ];
}

/// A question that a template or layer asks.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Question {
    /// The key of the answer; with `-` for `_` also the name of the flag.
    pub key: String,
    /// What kind of answer it takes.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// What a person is asked.
    pub title: Words,
    /// A longer explanation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<Words>,
    /// The values of a choice.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Choice>,
    /// The value taken when nobody answers; a text may name earlier answers.
    pub default: Option<Value>,
    /// The question is asked only if this holds.
    #[serde(skip_serializing_if = "Condition::is_always")]
    pub when: Condition,
    /// The value when `when` does not hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub otherwise: Option<Value>,
    /// A rule for the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub check: Option<Check>,
    /// Where a default is looked up before `default`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Lookup>,
    /// The key that the question had in older versions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub was: Option<String>,
    /// The place in the manifest, for messages.
    #[serde(skip)]
    pub at: Position,
}

impl Question {
    /// Returns whether nobody is asked: it is there to keep what was drawn.
    pub fn is_drawn(&self) -> bool {
        matches!(self.from, Some(Lookup::ClockNow | Lookup::Seed))
    }

    /// Returns the question's command-line flag, without dashes.
    pub fn flag(&self) -> String {
        self.key.replace('_', "-")
    }

    /// Returns the value that stands for an unasked question.
    pub fn unasked(&self) -> Option<Value> {
        self.otherwise.clone().or_else(|| self.kind.nothing())
    }

    /// Returns the choice with this value.
    pub fn choice(&self, value: &str) -> Option<&Choice> {
        self.choices.iter().find(|choice| choice.value == value)
    }

    /// Returns the values of the choices in their order.
    pub fn values(&self) -> Vec<&str> {
        self.choices
            .iter()
            .map(|choice| choice.value.as_str())
            .collect()
    }

    /// Returns the names for rendering that the choices bring.
    pub fn facts(&self) -> impl Iterator<Item = &str> {
        self.choices
            .iter()
            .flat_map(|choice| choice.with.keys())
            .map(String::as_str)
    }
}
