//! Checks a whole template - its manifest, its layers and all their files - and reports every problem at once.
//!
//! Rendering finds the same faults, but only those on the way of one set of answers. Here every question, condition and file is
//! looked at, whatever the answers.

mod files;
mod questions;

pub(super) use self::files::place_of;

use std::collections::BTreeSet;

use super::answer::{Raw, read_answer};
use super::assemble::lies_below;
use super::helpers::list;
use super::resolve::ALWAYS;
use super::syntax::Parser;
use crate::model::condition::Condition;
use crate::model::language::Language;
use crate::model::manifest::{Manifest, Role};
use crate::model::problem::{Problem, nearest};
use crate::model::question::{Kind, Question};
use crate::model::template::Template;
use crate::model::text::Position;
use crate::model::value::Value;

/// The flags of `new` itself, which no question can take.
pub const OWN_FLAGS: [&str; 24] = [
    "answers",
    "color",
    "config",
    "diff",
    "dry-run",
    "help",
    "json",
    "lang",
    "lock",
    "name",
    "no-commit",
    "no-git",
    "no-pager",
    "offline",
    "on-conflict",
    "package",
    "quiet",
    "ref",
    "set",
    "skip-hooks",
    "sync",
    "verbose",
    "version",
    "yes",
];

/// Returns everything that is wrong with a template, sorted by file and line.
pub fn validate(template: &Template) -> Vec<Problem> {
    let mut checker = Checker {
        template,
        problems: Vec::new(),
        parser: Parser::default(),
    };
    checker.questions();
    checker.layers();
    checker.files();
    checker.owners();
    checker.tests();
    checker.problems.sort();
    checker.problems.dedup();
    checker.problems
}

struct Checker<'a> {
    template: &'a Template,
    problems: Vec<Problem>,
    parser: Parser,
}

impl<'a> Checker<'a> {
    fn report(&mut self, manifest: &Manifest, at: impl Into<Position>, message: impl Into<String>) {
        self.problems.push(Problem::at(&manifest.file, at, message));
    }

    fn manifests(&self) -> impl Iterator<Item = &'a Manifest> + use<'a> {
        self.template
            .layers
            .iter()
            .map(|layer| &layer.package.manifest)
    }

    /// Checks a condition on questions. Empty for layers and files, which may name any question.
    fn condition(
        &mut self,
        manifest: &Manifest,
        at: Position,
        condition: &Condition,
        questions: &[&Question],
    ) {
        for (key, values) in &condition.any_of {
            let Some(question) = questions.iter().find(|question| question.key == *key) else {
                let keys = questions.iter().map(|question| question.key.as_str());
                let hint = nearest(key, keys)
                    .map(|near| format!("; did you mean `{near}`?"))
                    .unwrap_or_default();
                let why = if self.template.question(key).is_some() {
                    format!("`when` names `{key}`, which is asked later")
                } else {
                    format!("`when` names `{key}`, which is no question{hint}")
                };
                self.report(manifest, at, why);
                continue;
            };
            for value in values {
                if let Some(fault) = misfit(question, value) {
                    self.report(manifest, at, format!("`when` can never hold: {fault}"));
                }
            }
        }
    }

    fn layers(&mut self) {
        let all: Vec<&Question> = self.template.questions.iter().collect();
        let top = &self.template.manifest;
        for manifest in self.manifests() {
            for layer in &manifest.layers {
                self.condition(manifest, layer.at, &layer.when, &all);
            }
        }
        let mut seen = BTreeSet::new();
        for layer in &self.template.layers {
            if !seen.insert(layer.label()) && layer.name.is_some() {
                let used = top
                    .layers
                    .iter()
                    .rfind(|used| Some(&used.name) == layer.name.as_ref());
                let at = used.map_or(Position::from(1), |used| used.at);
                self.report(top, at, format!("layer `{}` is used twice", layer.label()));
            }
        }
        self.defaults(&all);
    }

    /// Checks the answers of the test cases.
    fn tests(&mut self) {
        for manifest in self.manifests() {
            for case in &manifest.tests {
                for (key, value) in &case.answers {
                    let fault = match self.template.question(key) {
                        Some(question) => {
                            let raw = Raw::Typed(value.clone());
                            read_answer(question, &raw, Language::English)
                                .err()
                                .map(|error| error.to_string())
                        }
                        None if ALWAYS.contains(&key.as_str()) => None,
                        None => {
                            let keys = self.template.questions.iter();
                            let hint = nearest(key, keys.map(|question| question.key.as_str()))
                                .map(|near| format!("; did you mean `{near}`?"))
                                .unwrap_or_default();
                            Some(format!("`{key}` is no question{hint}"))
                        }
                    };
                    if let Some(fault) = fault {
                        self.report(manifest, case.at, format!("test `{}`: {fault}", case.name));
                    }
                }
            }
        }
    }

    /// Checks that every `[defaults]` speaks of questions below it.
    fn defaults(&mut self, all: &[&Question]) {
        for layer in &self.template.layers {
            let manifest = &layer.package.manifest;
            if manifest.role == Role::Layer {
                for (_, default) in manifest.defaults.iter().take(1) {
                    self.report(manifest, default.at, "only a template has `[defaults]`");
                }
                continue;
            }
            for (key, default) in &manifest.defaults {
                let asked_below = self.template.layers.iter().any(|asking| {
                    let asked = &asking.package.manifest.questions;
                    lies_below(asking, layer) && asked.iter().any(|question| question.key == *key)
                });
                // A layer that was left out above may have asked.
                if !asked_below && layer.name.is_none() {
                    let keys = all.iter().map(|question| question.key.as_str());
                    let hint = nearest(key, keys)
                        .map(|near| format!("; did you mean `{near}`?"))
                        .unwrap_or_default();
                    let message = format!("`[defaults]` names `{key}`, which no layer asks{hint}");
                    self.report(manifest, default.at, message);
                }
            }
        }
    }
}

/// Says why a value can never be the answer to a question.
fn misfit(question: &Question, value: &Value) -> Option<String> {
    let key = &question.key;
    match (question.kind, value) {
        (Kind::Choice | Kind::Choices, Value::Text(text)) => {
            if question.choice(text).is_some() {
                return None;
            }
            let values = question.values();
            Some(format!(
                "`{text}` is not a choice of `{key}`; the choices are {}",
                list(&values)
            ))
        }
        (Kind::Bool, Value::Bool(_))
        | (Kind::Integer, Value::Integer(_))
        | (Kind::Text | Kind::Secret, Value::Text(_)) => None,
        (kind, value) => Some(format!(
            "`{value}` is no answer to `{key}`, whose type is `{}`",
            kind.word()
        )),
    }
}
