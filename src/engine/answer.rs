//! Judges one answer: gives it the type of its question and checks it against the question's rules.

use std::collections::BTreeSet;

use super::budget;
use super::helpers::list;
use crate::model::condition::Condition;
use crate::model::language::Language;
use crate::model::problem::nearest;
use crate::model::question::{Check, Kind, Question};
use crate::model::text::{is_plain_line, visible};
use crate::model::value::Value;

/// An answer as it was given: typed, or as text that the question's kind gives a type.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Raw {
    /// A text, as from a flag or a variable.
    Text(String),
    /// A typed value, as from an answers file.
    Typed(Value),
}

/// Why an answer cannot be taken.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum AnswerError {
    /// There is no such question.
    #[error("template `{template}` has no question `{key}`")]
    UnknownQuestion {
        /// The key as given.
        key: String,
        /// The template.
        template: String,
        /// The key that was most likely meant.
        nearest: Option<String>,
    },
    /// The question is not asked with the other answers as they are.
    #[error("`{key}` does not apply here: it is asked only when {condition}")]
    NotAsked {
        /// The key of the question.
        key: String,
        /// When it is asked.
        condition: String,
    },
    /// The value has the wrong type.
    #[error("`{key}` must be {expected}, not `{value}`")]
    WrongType {
        /// The key of the question.
        key: String,
        /// What it takes.
        expected: &'static str,
        /// The value as given.
        value: String,
    },
    /// The value is none of the choices.
    #[error("`{value}` is not a choice for `{key}`; the choices are {choices}")]
    NotAChoice {
        /// The key of the question.
        key: String,
        /// The value as given.
        value: String,
        /// The choices as a sentence lists them.
        choices: String,
        /// The choice that was most likely meant.
        nearest: Option<String>,
    },
    /// The value breaks the rule of the template's author.
    #[error("{message}")]
    Refused {
        /// The key of the question.
        key: String,
        /// What the author says.
        message: String,
    },
    /// The value is too long or holds characters that a line of text cannot.
    #[error("the answer for `{key}` {reason}")]
    Unfit {
        /// The key of the question.
        key: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A default could not be computed.
    #[error("the default of `{key}` cannot be computed: {error}")]
    Default {
        /// The key of the question.
        key: String,
        /// Why.
        error: String,
    },
}

impl AnswerError {
    /// Returns the key of the question.
    pub fn key(&self) -> &str {
        match self {
            Self::UnknownQuestion { key, .. }
            | Self::NotAsked { key, .. }
            | Self::WrongType { key, .. }
            | Self::NotAChoice { key, .. }
            | Self::Refused { key, .. }
            | Self::Unfit { key, .. }
            | Self::Default { key, .. } => key,
        }
    }
}

/// Returns a condition as a sentence says it.
pub fn describe(condition: &Condition) -> String {
    let parts: Vec<String> = condition
        .any_of
        .iter()
        .map(|(key, values)| {
            let values: Vec<String> = values.iter().map(ToString::to_string).collect();
            format!("`{key}` is {}", values.join(" or "))
        })
        .collect();
    parts.join(" and ")
}

/// Gives an answer the type of its question and checks it.
///
/// # Errors
/// The answer does not have the type, is none of the choices, or breaks a rule.
pub fn read_answer(
    question: &Question,
    raw: &Raw,
    language: Language,
) -> Result<Value, AnswerError> {
    let value = match question.kind {
        Kind::Text | Kind::Secret => Value::Text(text_of(question, raw)?),
        Kind::Bool => Value::Bool(bool_of(question, raw)?),
        Kind::Integer => Value::Integer(integer_of(question, raw)?),
        Kind::Choice => Value::Text(choice_of(question, &text_of(question, raw)?)?),
        Kind::Choices => Value::List(choices_of(question, raw)?),
    };
    match &question.check {
        Some(check) if !keeps(check, &value) => {
            let message = check.message.as_ref().map_or_else(
                || {
                    format!(
                        "`{}` is not allowed for `{}`",
                        show(question, &value),
                        question.key
                    )
                },
                |words| visible(words.get(language)),
            );
            Err(AnswerError::Refused {
                key: question.key.clone(),
                message,
            })
        }
        Some(_) | None => Ok(value),
    }
}

fn show(question: &Question, value: &Value) -> String {
    const LONGEST: usize = 60;
    if question.kind == Kind::Secret {
        return "…".to_owned();
    }
    let text = visible(&value.to_string());
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

fn keeps(check: &Check, value: &Value) -> bool {
    match value {
        Value::Integer(number) => {
            check.min.is_none_or(|min| *number >= min) && check.max.is_none_or(|max| *number <= max)
        }
        Value::Text(text) => check.pattern.as_ref().is_none_or(|pattern| {
            regex_lite::Regex::new(&format!("^(?:{pattern})$"))
                .is_ok_and(|regex| regex.is_match(text))
        }),
        Value::Bool(_) | Value::List(_) => true,
    }
}

fn wrong_type(question: &Question, expected: &'static str, raw: &Raw) -> AnswerError {
    let value = match raw {
        Raw::Text(text) => Value::Text(text.clone()),
        Raw::Typed(value) => value.clone(),
    };
    let value = show(question, &value);
    AnswerError::WrongType {
        key: question.key.clone(),
        expected,
        value,
    }
}

fn text_of(question: &Question, raw: &Raw) -> Result<String, AnswerError> {
    let text = match raw {
        Raw::Text(text) | Raw::Typed(Value::Text(text)) => text,
        Raw::Typed(_) => return Err(wrong_type(question, "a text", raw)),
    };
    let unfit = |reason: String| AnswerError::Unfit {
        key: question.key.clone(),
        reason,
    };
    if text.len() > budget::VALUE_BYTES {
        return Err(unfit(format!(
            "has {} bytes; {} are allowed",
            text.len(),
            budget::VALUE_BYTES
        )));
    }
    if !is_plain_line(text) {
        return Err(unfit(
            "holds a line break or another character that cannot be seen".to_owned(),
        ));
    }
    Ok(text.clone())
}

fn bool_of(question: &Question, raw: &Raw) -> Result<bool, AnswerError> {
    match raw {
        Raw::Typed(Value::Bool(value)) => Ok(*value),
        Raw::Text(text) => match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "y" | "on" | "1" => Ok(true),
            "false" | "no" | "n" | "off" | "0" => Ok(false),
            _ => Err(wrong_type(question, "`true` or `false`", raw)),
        },
        Raw::Typed(_) => Err(wrong_type(question, "`true` or `false`", raw)),
    }
}

fn integer_of(question: &Question, raw: &Raw) -> Result<i64, AnswerError> {
    match raw {
        Raw::Typed(Value::Integer(number)) => Ok(*number),
        Raw::Text(text) => text
            .trim()
            .parse()
            .map_err(|_| wrong_type(question, "a whole number", raw)),
        Raw::Typed(_) => Err(wrong_type(question, "a whole number", raw)),
    }
}

fn choice_of(question: &Question, text: &str) -> Result<String, AnswerError> {
    if let Some(choice) = question.choice(text) {
        return Ok(choice.value.clone());
    }
    let values = question.values();
    Err(AnswerError::NotAChoice {
        key: question.key.clone(),
        value: show(question, &Value::from(text)),
        nearest: nearest(text, values.iter().copied()).map(str::to_owned),
        choices: list(&values),
    })
}

fn choices_of(question: &Question, raw: &Raw) -> Result<Vec<String>, AnswerError> {
    let texts: Vec<String> = match raw {
        Raw::Typed(Value::List(values)) => values.clone(),
        Raw::Typed(Value::Text(text)) | Raw::Text(text) => text
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect(),
        Raw::Typed(_) => return Err(wrong_type(question, "a list of choices", raw)),
    };
    let chosen = texts
        .iter()
        .map(|text| choice_of(question, text))
        .collect::<Result<BTreeSet<_>, _>>()?;
    Ok(question
        .choices
        .iter()
        .filter(|choice| chosen.contains(&choice.value))
        .map(|choice| choice.value.clone())
        .collect())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::model::language::Words;
    use crate::model::question::Choice;

    fn question(kind: Kind) -> Question {
        let choice = |value: &str| Choice {
            value: value.to_owned(),
            title: Words::plain(value),
            with: BTreeMap::new(),
        };
        Question {
            key: "q".to_owned(),
            kind,
            title: Words::plain("Q"),
            help: None,
            choices: match kind {
                Kind::Choice | Kind::Choices => vec![choice("redis"), choice("rabbitmq")],
                _ => Vec::new(),
            },
            default: None,
            when: Condition::default(),
            otherwise: None,
            check: None,
            from: None,
            was: None,
            at: crate::model::text::Position::from(1),
        }
    }

    fn read(question: &Question, text: &str) -> Result<Value, String> {
        read_answer(question, &Raw::Text(text.to_owned()), Language::English)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn answers_take_the_type_of_their_question() {
        for (kind, text, expected) in [
            (Kind::Text, "a b", Ok(Value::from("a b"))),
            (Kind::Text, "{{name}}", Ok(Value::from("{{name}}"))),
            (Kind::Bool, "Yes", Ok(Value::Bool(true))),
            (Kind::Bool, "0", Ok(Value::Bool(false))),
            (
                Kind::Bool,
                "maybe",
                Err("`q` must be `true` or `false`, not `maybe`"),
            ),
            (Kind::Integer, "8080", Ok(Value::Integer(8080))),
            (
                Kind::Integer,
                "8080x",
                Err("`q` must be a whole number, not `8080x`"),
            ),
            (Kind::Choice, "redis", Ok(Value::from("redis"))),
            (
                Kind::Choice,
                "rediss",
                Err("`rediss` is not a choice for `q`; the choices are `redis`, `rabbitmq`"),
            ),
            (
                Kind::Choices,
                "rabbitmq, redis",
                Ok(Value::List(vec!["redis".into(), "rabbitmq".into()])),
            ),
            (Kind::Choices, "", Ok(Value::List(Vec::new()))),
            (
                Kind::Text,
                "a\nb",
                Err(
                    "the answer for `q` holds a line break or another character that cannot be seen",
                ),
            ),
            (
                Kind::Text,
                "a\u{202E}b",
                Err(
                    "the answer for `q` holds a line break or another character that cannot be seen",
                ),
            ),
        ] {
            let got = read(&question(kind), text);
            assert_eq!(got, expected.map_err(str::to_owned), "{text}");
        }
    }

    #[test]
    fn the_authors_rule_speaks_with_the_authors_words() {
        let mut port = question(Kind::Integer);
        port.check = Some(Check {
            pattern: None,
            min: Some(1),
            max: Some(65_535),
            message: Some(Words::plain("a port lies between 1 and 65535")),
        });
        assert_eq!(
            read(&port, "0"),
            Err("a port lies between 1 and 65535".to_owned())
        );
        assert_eq!(read(&port, "80"), Ok(Value::Integer(80)));
        let mut slug = question(Kind::Text);
        slug.check = Some(Check {
            pattern: Some("[a-z]+|x1".to_owned()),
            min: None,
            max: None,
            message: None,
        });
        assert_eq!(
            read(&slug, "abc1"),
            Err("`abc1` is not allowed for `q`".to_owned())
        );
        assert_eq!(read(&slug, "x1"), Ok(Value::from("x1")));
    }

    #[test]
    fn a_secret_is_never_shown() {
        let mut secret = question(Kind::Secret);
        secret.check = Some(Check {
            pattern: Some("x".to_owned()),
            min: None,
            max: None,
            message: None,
        });
        assert_eq!(
            read(&secret, "hunter2"),
            Err("`…` is not allowed for `q`".to_owned())
        );
    }
}
