//! Turns what was given into an answer for every question of a template.
//!
//! Every way to give an answer - a flag, an answers file, the environment, the configuration, a prompt - ends here, so that all
//! are judged by the same rules.

use std::collections::{BTreeMap, BTreeSet};

use super::answer::{AnswerError, Raw, describe, read_answer};
use super::cookiecutter;
use super::escape::Language as Target;
use super::render::{RenderError, Renderer};
use crate::model::cookiecutter::Cookiecutter;
use crate::model::language::Language;
use crate::model::problem::nearest;
use crate::model::question::{Kind, Lookup, Question};
use crate::model::template::{Origin, Template};
use crate::model::text::visible;
use crate::model::value::{Answers, Value};

/// The answers that every template has without asking: the distribution name and the import name.
pub const ALWAYS: [&str; 2] = ["name", "package"];

/// Where an answer came from.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Source {
    /// A flag.
    Flag,
    /// An answers file.
    AnswersFile,
    /// The record of the project.
    Record,
    /// An environment variable.
    Environment,
    /// A person at a prompt.
    Prompt,
    /// The configuration.
    Config,
    /// A place that the question names, such as the git configuration.
    Lookup(Lookup),
    /// The template's default.
    Default,
    /// The question does not apply.
    NotAsked,
}

/// An answer and where it was given.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Given {
    /// The answer.
    pub raw: Raw,
    /// Where it was given.
    pub source: Source,
}

/// A question that still needs somebody to answer it.
#[derive(Clone, Debug)]
pub struct Open<'a> {
    /// The question.
    pub question: &'a Question,
    /// The answer taken when nobody says otherwise, and where it comes from.
    pub default: Option<(Value, Source)>,
}

/// The answers to all questions.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Resolved {
    /// Every answer, `name` and `package` included.
    pub answers: Answers,
    /// Where each answer came from.
    pub sources: BTreeMap<String, Source>,
    /// The keys of secret answers.
    pub secrets: BTreeSet<String>,
    /// Further names for rendering that the chosen values bring.
    pub facts: Answers,
}

impl Resolved {
    /// Returns all names that rendering knows.
    pub fn names(&self) -> Answers {
        self.answers
            .iter()
            .chain(&self.facts)
            .map(|(k, v)| (k.clone(), v.clone()))
            .collect()
    }

    /// Returns the answers of a record, as a render took them then; secrets are empty. None if an answer is missing.
    pub fn recorded(template: &Template, answers: &Answers) -> Option<Self> {
        let mut resolved = Self::default();
        for key in ALWAYS {
            let name = answers.get(key)?.clone();
            resolved.answers.insert(key.to_owned(), name);
        }
        for question in &template.questions {
            let value = if question.kind == Kind::Secret {
                resolved.secrets.insert(question.key.clone());
                Value::Text(String::new())
            } else {
                answers.get(&question.key)?.clone()
            };
            if let Some(choice) = value.as_text().and_then(|text| question.choice(text)) {
                resolved.facts.extend(choice.with.clone());
            }
            resolved.answers.insert(question.key.clone(), value);
        }
        Some(resolved)
    }

    /// Returns the same answers with every secret empty.
    #[must_use]
    pub fn without_secrets(&self) -> Self {
        let mut redacted = self.clone();
        for key in &self.secrets {
            redacted
                .answers
                .insert(key.clone(), Value::Text(String::new()));
        }
        redacted
    }
}

/// Goes through the questions of a template in order.
pub struct Resolver<'a> {
    template: &'a Template,
    given: BTreeMap<String, Given>,
    lookups: BTreeMap<Lookup, Value>,
    language: Language,
    position: usize,
    resolved: Resolved,
}

impl<'a> Resolver<'a> {
    /// Returns a resolver for a project of this name, with what was given and what can be looked up.
    ///
    /// # Errors
    /// An answer from a flag, an answers file or the configuration to a question that the template does not have.
    pub fn new(
        template: &'a Template,
        identity: [(&str, String); 2],
        given: BTreeMap<String, Given>,
        lookups: BTreeMap<Lookup, Value>,
        language: Language,
    ) -> Result<Self, AnswerError> {
        for (key, answer) in &given {
            let named = matches!(
                answer.source,
                Source::Flag | Source::AnswersFile | Source::Config
            );
            if named && template.question(key).is_none() {
                let keys = template
                    .questions
                    .iter()
                    .map(|question| question.key.as_str());
                return Err(AnswerError::UnknownQuestion {
                    key: visible(key),
                    template: match &template.origin {
                        Origin::Directory(path) => visible(path),
                        Origin::Builtin | Origin::Git(_) => template.manifest.name.clone(),
                    },
                    nearest: nearest(key, keys).map(str::to_owned),
                });
            }
        }
        let answers = identity.map(|(key, name)| (key.to_owned(), Value::Text(name)));
        let resolved = Resolved {
            answers: Answers::from(answers),
            ..Resolved::default()
        };
        Ok(Self {
            template,
            given,
            lookups,
            language,
            position: 0,
            resolved,
        })
    }

    /// Goes on to the next question that a person could be asked; none when all are answered.
    ///
    /// # Errors
    /// An answer that was given and cannot be taken.
    pub fn next_open(&mut self) -> Result<Option<Open<'a>>, AnswerError> {
        while let Some(question) = self.template.questions.get(self.position) {
            let given = self.given.get(&question.key).cloned();
            if !question.when.holds(&self.resolved.answers) {
                if let Some(Given {
                    source: Source::Flag,
                    ..
                }) = given
                {
                    return Err(AnswerError::NotAsked {
                        key: question.key.clone(),
                        condition: describe(&question.when),
                    });
                }
                let value = question.unasked().ok_or_else(|| AnswerError::Default {
                    key: question.key.clone(),
                    error: "the template does not say what holds when it is not asked".to_owned(),
                })?;
                self.settle(question, value, Source::NotAsked);
                continue;
            }
            match given {
                Some(Given {
                    raw,
                    source: Source::Config,
                }) => {
                    let value = read_answer(question, &raw, self.language)?;
                    return Ok(Some(Open {
                        question,
                        default: Some((value, Source::Config)),
                    }));
                }
                Some(Given {
                    raw,
                    source: Source::Record,
                }) => {
                    // It was taken once; a rule that came later asks nobody again.
                    let value = read_answer(&unchecked(question), &raw, self.language)?;
                    self.settle(question, value, Source::Record);
                }
                Some(Given { raw, source }) => {
                    let value = read_answer(question, &raw, self.language)?;
                    self.settle(question, value, source);
                }
                None => {
                    let default = self.default_of(question)?;
                    return Ok(Some(Open { question, default }));
                }
            }
        }
        Ok(None)
    }

    /// Answers the question that `next_open` returned.
    ///
    /// # Errors
    /// The answer cannot be taken; the question stays open.
    pub fn answer(&mut self, raw: &Raw, source: Source) -> Result<(), AnswerError> {
        if let Some(question) = self.template.questions.get(self.position) {
            let value = match source {
                Source::Default => read_answer(&unchecked(question), raw, self.language)?,
                _ => read_answer(question, raw, self.language)?,
            };
            self.settle(question, value, source);
        }
        Ok(())
    }

    /// Leaves the question that `next_open` returned without an answer and goes on, to learn which others are missing.
    pub fn leave_unanswered(&mut self) {
        if let Some(question) = self.template.questions.get(self.position) {
            let value = match question.choices.first() {
                Some(choice) if question.kind == Kind::Choice => Value::Text(choice.value.clone()),
                Some(_) | None => question.kind.nothing().unwrap_or(Value::Bool(false)),
            };
            self.settle(question, value, Source::NotAsked);
        }
    }

    /// Returns the answers to all questions.
    pub fn finish(self) -> Resolved {
        self.resolved
    }

    fn settle(&mut self, question: &Question, value: Value, source: Source) {
        if let Some(choice) = value.as_text().and_then(|text| question.choice(text)) {
            self.resolved.facts.extend(choice.with.clone());
        }
        if question.kind == Kind::Secret {
            self.resolved.secrets.insert(question.key.clone());
        }
        self.resolved.sources.insert(question.key.clone(), source);
        self.resolved.answers.insert(question.key.clone(), value);
        self.position += 1;
    }

    fn default_of(&self, question: &Question) -> Result<Option<(Value, Source)>, AnswerError> {
        if let Some(found) = question.from.and_then(|place| self.lookups.get(&place)) {
            let raw = match found {
                Value::Text(text) => Raw::Text(text.clone()),
                other => Raw::Typed(other.clone()),
            };
            // What lies outside the template may not keep the template's rules; then its own default stands.
            if let (Ok(value), Some(place)) =
                (read_answer(question, &raw, self.language), question.from)
            {
                return Ok(Some((value, Source::Lookup(place))));
            }
        }
        if let Some(cookiecutter) = &self.template.cookiecutter
            && let Some(default) = self.cookiecutter_default(cookiecutter, question)?
        {
            return Ok(Some((default, Source::Default)));
        }
        let Some(default) = &question.default else {
            return Ok(None);
        };
        let value = match default {
            Value::Text(text) if text.contains("{{") => {
                let failed = |error: &RenderError| AnswerError::Default {
                    key: question.key.clone(),
                    error: error.to_string(),
                };
                let mut renderer = Renderer::new(self.resolved.names());
                let text = renderer
                    .render(text, Target::Verbatim)
                    .map_err(|e| failed(&e))?;
                read_answer(&unchecked(question), &Raw::Text(text), self.language)?
            }
            other => read_answer(
                &unchecked(question),
                &Raw::Typed(other.clone()),
                self.language,
            )?,
        };
        Ok(Some((value, Source::Default)))
    }
}

impl Resolver<'_> {
    fn cookiecutter_default(
        &self,
        template: &Cookiecutter,
        question: &Question,
    ) -> Result<Option<Value>, AnswerError> {
        let answers = &self.resolved.answers;
        let default = cookiecutter::default_of(template, question, answers);
        let default = default.map_err(|error| AnswerError::Default {
            key: question.key.clone(),
            error,
        })?;
        let read = |value| read_answer(&unchecked(question), &Raw::Typed(value), self.language);
        default.map(read).transpose()
    }
}

/// Returns a question without the rule for what people type, which its own default need not keep.
fn unchecked(question: &Question) -> Question {
    Question {
        check: None,
        ..question.clone()
    }
}
