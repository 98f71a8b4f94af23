//! Asks a person at the terminal.

use inquire::validator::Validation;
use inquire::{Confirm, InquireError, MultiSelect, Password, PasswordDisplayMode, Select, Text};

use super::terminal::Held;
use crate::engine::answer::{AnswerError, Raw};
use crate::model::language::Language;
use crate::model::question::{Kind, Question};
use crate::model::text::visible;
use crate::model::value::Value;

/// Why a person gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum PromptError {
    /// The person pressed Ctrl+C or Esc.
    #[error("cancelled; nothing was written")]
    Cancelled,
    /// The terminal failed.
    #[error("the terminal cannot be used: {0}")]
    Terminal(#[source] InquireError),
}

impl From<InquireError> for PromptError {
    fn from(error: InquireError) -> Self {
        match error {
            InquireError::OperationCanceled | InquireError::OperationInterrupted => Self::Cancelled,
            other => Self::Terminal(other),
        }
    }
}

/// Asks, and leaves the terminal as it was, whatever ends the question.
fn open<T>(prompt: impl FnOnce() -> Result<T, InquireError>) -> Result<T, PromptError> {
    let held = Held::now();
    let answer = prompt();
    drop(held);
    Ok(answer?)
}

/// A row of a list, shown by its label.
struct Row<T> {
    label: String,
    value: T,
}

impl<T> std::fmt::Display for Row<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.label)
    }
}

/// Asks a question of a template. `check` judges what is typed.
///
/// # Errors
/// The person cancels, or the terminal fails.
pub fn ask(
    question: &Question,
    default: Option<&Value>,
    language: Language,
    check: impl Fn(&Raw) -> Result<(), AnswerError> + Clone + 'static,
) -> Result<Raw, PromptError> {
    let title = visible(question.title.get(language));
    let help = question
        .help
        .as_ref()
        .map(|words| visible(words.get(language)));
    let shown = default.map(ToString::to_string).unwrap_or_default();
    match question.kind {
        Kind::Text | Kind::Integer => {
            let mut prompt = Text::new(&title).with_validator(judge(check));
            prompt.help_message = help.as_deref();
            if default.is_some() {
                prompt.initial_value = Some(&shown);
            }
            Ok(Raw::Text(open(|| prompt.prompt())?))
        }
        Kind::Secret => {
            let mut prompt = Password::new(&title)
                .without_confirmation()
                .with_display_mode(PasswordDisplayMode::Masked)
                .with_validator(judge(check));
            prompt.help_message = help.as_deref();
            Ok(Raw::Text(open(|| prompt.prompt())?))
        }
        Kind::Bool => {
            let mut prompt = Confirm::new(&title);
            prompt.help_message = help.as_deref();
            prompt.default = match default {
                Some(Value::Bool(value)) => Some(*value),
                Some(_) | None => None,
            };
            Ok(Raw::Typed(Value::Bool(open(|| prompt.prompt())?)))
        }
        Kind::Choice => {
            let rows = rows(question, language);
            let cursor = question
                .choices
                .iter()
                .position(|choice| choice.value == shown);
            let mut prompt = Select::new(&title, rows).with_starting_cursor(cursor.unwrap_or(0));
            prompt.help_message = help.as_deref();
            Ok(Raw::Text(open(|| prompt.prompt())?.value))
        }
        Kind::Choices => {
            let chosen: Vec<usize> = question
                .choices
                .iter()
                .enumerate()
                .filter(|(_, choice)| {
                    default.is_some_and(|value| value.matches(&Value::from(choice.value.as_str())))
                })
                .map(|(index, _)| index)
                .collect();
            let mut prompt =
                MultiSelect::new(&title, rows(question, language)).with_default(&chosen);
            prompt.help_message = help.as_deref();
            let values = open(|| prompt.prompt())?
                .into_iter()
                .map(|row| row.value)
                .collect();
            Ok(Raw::Typed(Value::List(values)))
        }
    }
}

fn rows(question: &Question, language: Language) -> Vec<Row<String>> {
    question
        .choices
        .iter()
        .map(|choice| {
            let title = visible(choice.title.get(language));
            let label = if title == choice.value {
                title
            } else {
                format!("{title} ({})", choice.value)
            };
            Row {
                label,
                value: choice.value.clone(),
            }
        })
        .collect()
}

fn judge(
    check: impl Fn(&Raw) -> Result<(), AnswerError> + Clone + 'static,
) -> impl Fn(&str) -> Result<Validation, inquire::CustomUserError> + Clone {
    move |text: &str| {
        Ok(match check(&Raw::Text(text.to_owned())) {
            Ok(()) => Validation::Valid,
            Err(error) => Validation::Invalid(error.to_string().into()),
        })
    }
}

/// Lets a person pick one of several values by their labels, filtered as they type.
///
/// # Errors
/// The person cancels, or the terminal fails.
pub fn pick<T>(title: &str, options: Vec<(String, T)>) -> Result<T, PromptError> {
    let rows = options
        .into_iter()
        .map(|(label, value)| Row { label, value })
        .collect();
    Ok(open(|| Select::new(title, rows).prompt())?.value)
}

/// Asks for one line of text. `check` returns what is wrong with it.
///
/// # Errors
/// The person cancels, or the terminal fails.
pub fn line(
    title: &str,
    check: impl Fn(&str) -> Option<String> + Clone + 'static,
) -> Result<String, PromptError> {
    let judge = move |text: &str| {
        Ok(match check(text) {
            None => Validation::Valid,
            Some(fault) => Validation::Invalid(fault.into()),
        })
    };
    open(|| Text::new(title).with_validator(judge).prompt())
}
