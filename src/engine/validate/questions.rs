//! Checks the questions of a template, each with those before it.

use std::collections::{BTreeMap, BTreeSet};

use super::{Checker, OWN_FLAGS};
use crate::engine::answer::{Raw, read_answer};
use crate::engine::budget;
use crate::engine::resolve::ALWAYS;
use crate::model::language::Language;
use crate::model::manifest::Manifest;
use crate::model::problem::Problem;
use crate::model::question::{Kind, Question};
use crate::model::text::Position;
use crate::model::value::Value;

impl Checker<'_> {
    pub(super) fn questions(&mut self) {
        let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
        let mut facts: BTreeMap<&str, &str> = BTreeMap::new();
        let mut earlier: Vec<&Question> = Vec::new();
        for layer in self.template.in_asking_order() {
            let manifest = &layer.package.manifest;
            for question in &manifest.questions {
                let at = question.at;
                if let Some(first) = seen.insert(&question.key, &manifest.file) {
                    let message =
                        format!("question `{}` is already asked in {first}", question.key);
                    self.report(manifest, at, message);
                }
                // The template's own defaults have been laid over the layer's question.
                let resolved = self.template.question(&question.key).unwrap_or(question);
                self.question(manifest, resolved, at, &earlier);
                for fact in question.facts().collect::<BTreeSet<_>>() {
                    facts.insert(fact, &manifest.file);
                }
                earlier.push(resolved);
            }
        }
        for (fact, file) in facts {
            if seen.contains_key(fact) || ALWAYS.contains(&fact) {
                let message = format!("`with` brings `{fact}`, which is a question");
                self.problems.push(Problem::of(file, message));
            }
        }
    }

    fn question(
        &mut self,
        manifest: &Manifest,
        question: &Question,
        at: Position,
        earlier: &[&Question],
    ) {
        let key = &question.key;
        let valid = key.starts_with(|c: char| c.is_ascii_lowercase())
            && key
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        if !valid {
            let message = format!(
                "the key `{key}` is made of lower-case letters, digits and `_`, a letter first"
            );
            self.report(manifest, at, message);
        }
        if ALWAYS.contains(&key.as_str()) || OWN_FLAGS.contains(&question.flag().as_str()) {
            self.report(
                manifest,
                at,
                format!("the key `{key}` is taken by pyscaffold itself"),
            );
        }
        if question.kind == Kind::Bool {
            let off = format!("no-{}", question.flag());
            let asked = self
                .template
                .questions
                .iter()
                .any(|other| other.flag() == off);
            if asked || OWN_FLAGS.contains(&off.as_str()) {
                self.report(
                    manifest,
                    at,
                    format!("the key `{key}` would need the flag `--{off}`, which is taken"),
                );
            }
        }
        self.choices(manifest, question, at);
        self.rule(manifest, question, at);
        self.condition(manifest, at, &question.when, earlier);
        if !question.when.is_always() && question.unasked().is_none() {
            let message =
                format!("question `{key}` needs `otherwise`: the value when `when` does not hold");
            self.report(manifest, at, message);
        }
        for (name, value) in [
            ("default", &question.default),
            ("otherwise", &question.otherwise),
        ] {
            let Some(value) = value else { continue };
            match value {
                Value::Text(text) if name == "default" && text.contains("{{") => {
                    self.computed_default(manifest, at, question, text, earlier);
                }
                _ => {
                    // Empty is a fine default where the author's rule is about what people type.
                    let raw = Raw::Typed(value.clone());
                    let unchecked = Question {
                        check: None,
                        ..question.clone()
                    };
                    if let Err(error) = read_answer(&unchecked, &raw, Language::English) {
                        self.report(
                            manifest,
                            at,
                            format!("the {name} of question `{key}`: {error}"),
                        );
                    }
                }
            }
        }
    }

    fn choices(&mut self, manifest: &Manifest, question: &Question, at: Position) {
        let key = &question.key;
        let takes_choices = matches!(question.kind, Kind::Choice | Kind::Choices);
        if takes_choices && question.choices.is_empty() {
            self.report(manifest, at, format!("question `{key}` has no choices"));
        }
        let count = question.choices.len();
        if count > budget::LIST {
            let most = budget::LIST;
            let message = format!("question `{key}` has {count} choices; {most} are allowed");
            // Each would be compared with all others.
            self.report(manifest, at, message);
            return;
        }
        if !takes_choices && !question.choices.is_empty() {
            let message = format!(
                "question `{key}` has choices, but its type is `{}`",
                question.kind.word()
            );
            self.report(manifest, at, message);
        }
        let mut seen = BTreeSet::new();
        let names: Option<Vec<&String>> = question
            .choices
            .first()
            .map(|choice| choice.with.keys().collect());
        for choice in &question.choices {
            if !seen.insert(&choice.value) {
                let message = format!("question `{key}` has the choice `{}` twice", choice.value);
                self.report(manifest, at, message);
            }
            if question.kind == Kind::Choices && choice.value.contains(',') {
                let message = format!(
                    "the choice `{}` of `{key}` has a comma, which separates choices",
                    choice.value
                );
                self.report(manifest, at, message);
            }
            let with: Vec<&String> = choice.with.keys().collect();
            if Some(&with) != names.as_ref() {
                let message =
                    format!("every choice of `{key}` must bring the same names by `with`");
                self.report(manifest, at, message);
            }
            if question.kind == Kind::Choices && !with.is_empty() {
                let message =
                    format!("`with` is for questions of type `choice`; `{key}` takes several");
                self.report(manifest, at, message);
            }
        }
    }

    fn rule(&mut self, manifest: &Manifest, question: &Question, at: Position) {
        let Some(check) = &question.check else { return };
        let key = &question.key;
        if let Some(pattern) = &check.pattern {
            if let Err(error) = regex_lite::Regex::new(pattern) {
                self.report(
                    manifest,
                    at,
                    format!("the pattern of question `{key}`: {error}"),
                );
            }
            if !matches!(question.kind, Kind::Text | Kind::Secret) {
                self.report(
                    manifest,
                    at,
                    format!("`pattern` is for a text, which `{key}` is not"),
                );
            }
        }
        if (check.min.is_some() || check.max.is_some()) && question.kind != Kind::Integer {
            self.report(
                manifest,
                at,
                format!("`min` and `max` are for an integer, which `{key}` is not"),
            );
        }
    }

    fn computed_default(
        &mut self,
        manifest: &Manifest,
        at: Position,
        question: &Question,
        text: &str,
        earlier: &[&Question],
    ) {
        let uses = match self.parser.parse(text) {
            Ok(source) => source.names(),
            Err(error) => {
                let message = format!("the default of question `{}`: {error}", question.key);
                return self.report(manifest, at, message);
            }
        };
        let known: BTreeSet<&str> = earlier
            .iter()
            .flat_map(|question| question.facts().chain([question.key.as_str()]))
            .chain(ALWAYS)
            .collect();
        for usage in uses
            .iter()
            .filter(|usage| !known.contains(usage.name.as_str()))
        {
            let message = format!(
                "the default of question `{}` names `{}`, which no earlier question answers",
                question.key, usage.name
            );
            self.report(manifest, at, message);
        }
    }
}
