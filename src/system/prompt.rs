//! Asks a person at the terminal.

use inquire::ui::{RenderConfig, Styled};
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
    /// The terminal of a list failed.
    #[error("the terminal cannot be used: {0}")]
    Screen(#[from] std::io::Error),
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

/// What Esc does while a question is open.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Escape {
    /// It ends the command: there is no question before this one.
    Cancels,
    /// It goes back to the question before.
    GoesBack,
}

/// Asks a question of a template; none if the person wants to go back to the one before. `check` judges what is typed.
///
/// # Errors
/// The person cancels, or the terminal fails.
pub fn ask(
    question: &Question,
    default: Option<&Value>,
    (language, escape): (Language, Escape),
    check: impl Fn(&Raw) -> Result<(), AnswerError> + Clone + 'static,
) -> Result<Option<Raw>, PromptError> {
    match (asked(question, default, (language, escape), check), escape) {
        (Ok(None), Escape::Cancels) => Err(PromptError::Cancelled),
        (answer, Escape::Cancels | Escape::GoesBack) => answer,
    }
}

/// Returns what stands below a question: its own help, and the key that goes back.
fn below(question: &Question, language: Language, escape: Escape) -> Option<String> {
    let words = question.help.as_ref();
    let help = words.map(|words| visible(words.get(language)));
    let back = (escape == Escape::GoesBack).then(|| match language {
        Language::English => "Esc: back to the last question".to_owned(),
        Language::Chinese => "Esc：返回上一个问题".to_owned(),
    });
    let all: Vec<String> = help.into_iter().chain(back).collect();
    (!all.is_empty()).then(|| all.join(" · "))
}

fn asked(
    question: &Question,
    default: Option<&Value>,
    (language, escape): (Language, Escape),
    check: impl Fn(&Raw) -> Result<(), AnswerError> + Clone + 'static,
) -> Result<Option<Raw>, PromptError> {
    let title = visible(question.title.get(language));
    let help = below(question, language, escape);
    let back = match language {
        Language::English => "(back)",
        Language::Chinese => "（返回）",
    };
    let mut look = RenderConfig::default();
    if escape == Escape::GoesBack {
        look.canceled_prompt_indicator = Styled::new(back);
    }
    let shown = default.map(ToString::to_string).unwrap_or_default();
    match question.kind {
        Kind::Text | Kind::Integer => {
            let mut prompt = Text::new(&title)
                .with_validator(judge(check))
                .with_render_config(look);
            prompt.help_message = help.as_deref();
            if default.is_some() {
                prompt.initial_value = Some(&shown);
            }
            Ok(open(|| prompt.prompt_skippable())?.map(Raw::Text))
        }
        Kind::Secret => {
            let mut prompt = Password::new(&title)
                .without_confirmation()
                .with_display_mode(PasswordDisplayMode::Masked)
                .with_validator(judge(check))
                .with_render_config(look);
            prompt.help_message = help.as_deref();
            Ok(open(|| prompt.prompt_skippable())?.map(Raw::Text))
        }
        Kind::Bool => {
            let mut prompt = Confirm::new(&title).with_render_config(look);
            prompt.help_message = help.as_deref();
            prompt.default = match default {
                Some(Value::Bool(value)) => Some(*value),
                Some(_) | None => None,
            };
            let answer = open(|| prompt.prompt_skippable())?;
            Ok(answer.map(|value| Raw::Typed(Value::Bool(value))))
        }
        Kind::Choice => {
            let rows = rows(question, language);
            let cursor = question
                .choices
                .iter()
                .position(|choice| choice.value == shown);
            let mut prompt = Select::new(&title, rows)
                .with_starting_cursor(cursor.unwrap_or(0))
                .with_render_config(look);
            prompt.help_message = help.as_deref();
            let answer = open(|| prompt.prompt_skippable())?;
            Ok(answer.map(|row| Raw::Text(row.value)))
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
            let mut prompt = MultiSelect::new(&title, rows(question, language))
                .with_default(&chosen)
                .with_render_config(look);
            prompt.help_message = help.as_deref();
            let answer = open(|| prompt.prompt_skippable())?;
            Ok(answer.map(|rows| {
                let values = rows.into_iter().map(|row| row.value).collect();
                Raw::Typed(Value::List(values))
            }))
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
                format!("{title} ({})", visible(&choice.value))
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
            Err(error) => Validation::Invalid(visible(&error.to_string()).into()),
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
