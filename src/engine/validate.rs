//! Checks a whole template - its manifest, its layers and all their files - and reports every problem at once.
//!
//! Rendering finds the same faults, but only those on the way of one set of answers. Here every question, condition and file is
//! looked at, whatever the answers.

use std::collections::{BTreeMap, BTreeSet};

use super::helpers::list;
use super::ownership::{RENDERED, both, fills, is_shared, names, placed};
use super::resolve::{ALWAYS, Raw, read_answer};
use super::syntax::{NameUse, Source, Usage};
use crate::model::condition::Condition;
use crate::model::language::Language;
use crate::model::manifest::Manifest;
use crate::model::problem::{Problem, nearest};
use crate::model::question::{Kind, Question};
use crate::model::relpath::RelPath;
use crate::model::template::{Layer, Template};
use crate::model::value::Value;

/// The flags of `new` itself, which no question can take.
pub const OWN_FLAGS: [&str; 22] = [
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
    "offline",
    "on-conflict",
    "package",
    "quiet",
    "ref",
    "set",
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
    };
    checker.questions();
    checker.layers();
    checker.files();
    checker.owners();
    checker.problems.sort();
    checker.problems.dedup();
    checker.problems
}

struct Checker<'a> {
    template: &'a Template,
    problems: Vec<Problem>,
}

impl<'a> Checker<'a> {
    fn report(&mut self, manifest: &Manifest, line: usize, message: impl Into<String>) {
        self.problems
            .push(Problem::at(&manifest.file, line, message));
    }

    fn manifests(&self) -> impl Iterator<Item = &'a Manifest> + use<'a> {
        self.template
            .layers
            .iter()
            .map(|layer| &layer.package.manifest)
    }

    fn questions(&mut self) {
        let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
        let mut facts: BTreeMap<&str, &str> = BTreeMap::new();
        let mut earlier: Vec<&Question> = Vec::new();
        let own = self
            .template
            .layers
            .last()
            .map(|layer| &layer.package.manifest);
        let below = self
            .manifests()
            .take(self.template.layers.len().saturating_sub(1));
        for manifest in own.into_iter().chain(below) {
            for question in &manifest.questions {
                let line = question.line;
                if let Some(first) = seen.insert(&question.key, &manifest.file) {
                    let message =
                        format!("question `{}` is already asked in {first}", question.key);
                    self.report(manifest, line, message);
                }
                // The template's own defaults have been laid over the layer's question.
                let resolved = self.template.question(&question.key).unwrap_or(question);
                self.question(manifest, resolved, line, &earlier);
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
        line: usize,
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
            self.report(manifest, line, message);
        }
        if ALWAYS.contains(&key.as_str()) || OWN_FLAGS.contains(&question.flag().as_str()) {
            self.report(
                manifest,
                line,
                format!("the key `{key}` is taken by pyscaffold itself"),
            );
        }
        self.choices(manifest, question, line);
        self.rule(manifest, question, line);
        self.condition(manifest, line, &question.when, earlier);
        if !question.when.is_always() && question.unasked().is_none() {
            let message =
                format!("question `{key}` needs `otherwise`: the value when `when` does not hold");
            self.report(manifest, line, message);
        }
        for (name, value) in [
            ("default", &question.default),
            ("otherwise", &question.otherwise),
        ] {
            let Some(value) = value else { continue };
            match value {
                Value::Text(text) if name == "default" && text.contains("{{") => {
                    self.computed_default(manifest, line, question, text, earlier);
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
                            line,
                            format!("the {name} of question `{key}`: {error}"),
                        );
                    }
                }
            }
        }
    }

    fn choices(&mut self, manifest: &Manifest, question: &Question, line: usize) {
        let key = &question.key;
        let takes_choices = matches!(question.kind, Kind::Choice | Kind::Choices);
        if takes_choices && question.choices.is_empty() {
            self.report(manifest, line, format!("question `{key}` has no choices"));
        }
        if !takes_choices && !question.choices.is_empty() {
            let message = format!(
                "question `{key}` has choices, but its type is `{}`",
                question.kind.word()
            );
            self.report(manifest, line, message);
        }
        let mut seen = BTreeSet::new();
        let names: Option<Vec<&String>> = question
            .choices
            .first()
            .map(|choice| choice.with.keys().collect());
        for choice in &question.choices {
            if !seen.insert(&choice.value) {
                let message = format!("question `{key}` has the choice `{}` twice", choice.value);
                self.report(manifest, line, message);
            }
            if question.kind == Kind::Choices && choice.value.contains(',') {
                let message = format!(
                    "the choice `{}` of `{key}` has a comma, which separates choices",
                    choice.value
                );
                self.report(manifest, line, message);
            }
            let with: Vec<&String> = choice.with.keys().collect();
            if Some(&with) != names.as_ref() {
                let message =
                    format!("every choice of `{key}` must bring the same names by `with`");
                self.report(manifest, line, message);
            }
            if question.kind == Kind::Choices && !with.is_empty() {
                let message =
                    format!("`with` is for questions of type `choice`; `{key}` takes several");
                self.report(manifest, line, message);
            }
        }
    }

    fn rule(&mut self, manifest: &Manifest, question: &Question, line: usize) {
        let Some(check) = &question.check else { return };
        let key = &question.key;
        if let Some(pattern) = &check.pattern {
            if let Err(error) = regex_lite::Regex::new(pattern) {
                self.report(
                    manifest,
                    line,
                    format!("the pattern of question `{key}`: {error}"),
                );
            }
            if !matches!(question.kind, Kind::Text | Kind::Secret) {
                self.report(
                    manifest,
                    line,
                    format!("`pattern` is for a text, which `{key}` is not"),
                );
            }
        }
        if (check.min.is_some() || check.max.is_some()) && question.kind != Kind::Integer {
            self.report(
                manifest,
                line,
                format!("`min` and `max` are for an integer, which `{key}` is not"),
            );
        }
    }

    fn computed_default(
        &mut self,
        manifest: &Manifest,
        line: usize,
        question: &Question,
        text: &str,
        earlier: &[&Question],
    ) {
        let uses = match Source::parse(text) {
            Ok(source) => source.names(),
            Err(error) => {
                let message = format!("the default of question `{}`: {error}", question.key);
                return self.report(manifest, line, message);
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
            self.report(manifest, line, message);
        }
    }

    /// Checks a condition on questions. Empty for layers and files, which may name any question.
    fn condition(
        &mut self,
        manifest: &Manifest,
        line: usize,
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
                self.report(manifest, line, why);
                continue;
            };
            for value in values {
                if let Some(fault) = misfit(question, value) {
                    self.report(manifest, line, format!("`when` can never hold: {fault}"));
                }
            }
        }
    }

    fn layers(&mut self) {
        let all: Vec<&Question> = self.template.questions.iter().collect();
        let top = &self.template.manifest;
        let mut seen = BTreeSet::new();
        for layer in &top.layers {
            self.condition(top, layer.line, &layer.when, &all);
            if !seen.insert(&layer.name) {
                self.report(
                    top,
                    layer.line,
                    format!("layer `{}` is used twice", layer.name),
                );
            }
        }
        for (key, default) in &top.defaults {
            let asked_below = self
                .manifests()
                .take(self.template.layers.len().saturating_sub(1))
                .any(|manifest| {
                    manifest
                        .questions
                        .iter()
                        .any(|question| question.key == *key)
                });
            if !asked_below {
                let keys = all.iter().map(|question| question.key.as_str());
                let hint = nearest(key, keys)
                    .map(|near| format!("; did you mean `{near}`?"))
                    .unwrap_or_default();
                let message = format!("`[defaults]` names `{key}`, which no layer asks{hint}");
                self.report(top, default.line, message);
            }
        }
        for manifest in self
            .manifests()
            .filter(|manifest| manifest.role != top.role)
        {
            for (_, default) in manifest.defaults.iter().take(1) {
                self.report(manifest, default.line, "only a template has `[defaults]`");
            }
        }
    }

    fn files(&mut self) {
        let all: Vec<&Question> = self.template.questions.iter().collect();
        for layer in &self.template.layers {
            let manifest = &layer.package.manifest;
            for rule in &manifest.files {
                self.condition(manifest, rule.line, &rule.when, &all);
                let mut covered = layer.package.files.keys().filter(|path| {
                    let path = path.strip_prefix("files/").unwrap_or(path);
                    names(&rule.path, path)
                });
                let count = covered.by_ref().count();
                if count == 0 {
                    let message = format!("`[[files]]` names `{}`, which is not there", rule.path);
                    self.report(manifest, rule.line, message);
                }
                if rule.to.as_ref().is_some_and(|to| to.ends_with(RENDERED)) {
                    self.report(
                        manifest,
                        rule.line,
                        "`to` is the path in the project, without `.hbs`",
                    );
                }
                if rule.to.is_some() && (count > 1 || rule.path.starts_with("slots/")) {
                    self.report(manifest, rule.line, "`to` is for one file below `files/`");
                }
            }
            for file in placed(&layer.package) {
                self.path(layer, file.source, &file.target);
                if file.rendered {
                    self.text(layer, file.source);
                } else if is_shared(&file.target) {
                    self.utf8(layer, file.source);
                }
            }
            for fill in fills(&layer.package) {
                self.path(layer, fill.source, &fill.target);
                if fill.rendered {
                    self.text(layer, fill.source);
                }
                self.slot(layer, &fill.target, fill.slot, fill.source);
            }
        }
    }

    fn file_label(layer: &Layer, source: &str) -> String {
        match layer.package.manifest.file.rsplit_once('/') {
            Some((folder, _)) => format!("{folder}/{source}"),
            None => source.to_owned(),
        }
    }

    fn utf8(&mut self, layer: &'a Layer, source: &str) -> Option<&'a str> {
        let bytes = layer.package.files.get(source)?;
        let text = std::str::from_utf8(bytes).ok();
        if text.is_none() {
            let label = Self::file_label(layer, source);
            self.problems
                .push(Problem::of(label, "the file is not UTF-8"));
        }
        text
    }

    fn text(&mut self, layer: &'a Layer, source: &str) {
        let Some(text) = self.utf8(layer, source) else {
            return;
        };
        let label = Self::file_label(layer, source);
        match Source::parse(text) {
            Ok(parsed) => {
                for usage in parsed.names() {
                    self.usage(&label, &usage);
                }
            }
            Err(error) => self
                .problems
                .push(Problem::at(label, error.line, error.message)),
        }
    }

    fn usage(&mut self, label: &str, usage: &NameUse) {
        let facts = self.template.questions.iter().flat_map(Question::facts);
        let keys = self
            .template
            .questions
            .iter()
            .map(|question| question.key.as_str());
        let known: BTreeSet<&str> = facts.chain(keys).chain(ALWAYS).collect();
        if !known.contains(usage.name.as_str()) {
            let hint = nearest(&usage.name, known.iter().copied())
                .map(|near| format!("; did you mean `{near}`?"))
                .unwrap_or_default();
            let message = format!("unknown name `{}`{hint}", usage.name);
            self.problems.push(Problem::at(label, usage.line, message));
        }
        let question = self.template.question(&usage.name);
        let fault = match &usage.usage {
            Usage::Value => None,
            Usage::Compared(text) => question
                .and_then(|question| misfit(question, &Value::from(text.as_str())))
                .map(|fault| format!("this can never hold: {fault}")),
            Usage::Looped => question
                .filter(|question| question.kind != Kind::Choices)
                .map(|question| {
                    let kind = question.kind.word();
                    format!("`each` takes a list; `{}` is of type `{kind}`", usage.name)
                }),
        };
        if let Some(fault) = fault {
            self.problems.push(Problem::at(label, usage.line, fault));
        }
    }

    fn path(&mut self, layer: &Layer, source: &str, target: &str) {
        let label = Self::file_label(layer, source);
        let mut plain = String::new();
        let mut rest = target;
        while let Some((before, after)) = rest.split_once("{{") {
            plain.push_str(before);
            plain.push('x');
            rest = after.split_once("}}").map_or("", |(_, behind)| behind);
        }
        plain.push_str(rest);
        if let Err(error) = RelPath::parse(&plain) {
            self.problems.push(Problem::of(&label, error.to_string()));
        }
        match Source::parse(target) {
            Ok(parsed) => parsed.names().iter().for_each(|usage| {
                self.usage(
                    &label,
                    &NameUse {
                        line: 1,
                        ..usage.clone()
                    },
                );
            }),
            Err(error) => self.problems.push(Problem::of(&label, error.message)),
        }
    }

    fn slot(&mut self, layer: &Layer, target: &str, slot: &str, source: &str) {
        let mut slots = BTreeSet::new();
        for other in &self.template.layers {
            for file in placed(&other.package)
                .iter()
                .filter(|file| file.target == target)
            {
                if layer.is_builtin() && !other.is_builtin() {
                    return;
                }
                let bytes = other.package.files.get(file.source);
                let text = bytes.and_then(|bytes| std::str::from_utf8(bytes).ok());
                let parsed = text.and_then(|text| Source::parse(text).ok());
                slots.extend(parsed.map(|source| source.slots()).unwrap_or_default());
            }
        }
        if !slots.contains(slot) {
            let label = Self::file_label(layer, source);
            let known: Vec<&str> = slots.iter().map(String::as_str).collect();
            let message = if known.is_empty() {
                format!("no layer brings a file `{target}` with slots")
            } else {
                format!("`{target}` has no slot `{slot}`; it has {}", list(&known))
            };
            self.problems.push(Problem::of(label, message));
        }
    }

    /// Reports paths that two layers can bring together.
    fn owners(&mut self) {
        let several = |key: &str| {
            self.template
                .question(key)
                .is_some_and(|question| question.kind == Kind::Choices)
        };
        let mut claims: BTreeMap<String, Vec<_>> = BTreeMap::new();
        for layer in &self.template.layers {
            for file in placed(&layer.package)
                .into_iter()
                .filter(|file| !is_shared(&file.target))
            {
                let when = both(file.when.clone(), &layer.when);
                claims
                    .entry(file.target.clone())
                    .or_default()
                    .push((layer, file, when));
            }
        }
        let mut found = Vec::new();
        for (path, files) in &claims {
            for (index, (lower_layer, lower, lower_when)) in files.iter().enumerate() {
                for (upper_layer, upper, upper_when) in files.iter().skip(index + 1) {
                    if !upper.replaces && lower_when.can_hold_with(upper_when, several) {
                        let label = Self::file_label(upper_layer, upper.source);
                        let other = Self::file_label(lower_layer, lower.source);
                        let message = format!(
                            "`{path}` comes from {other} too, and no rule says `replaces = true`"
                        );
                        found.push(Problem::of(label, message));
                    }
                }
            }
        }
        self.problems.extend(found);
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
            let values: Vec<&str> = question
                .choices
                .iter()
                .map(|choice| choice.value.as_str())
                .collect();
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
