//! Checks the files of a template: their paths, texts, slots and owners.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::{Checker, misfit};
use crate::engine::helpers::list;
use crate::engine::ownership::{Placed, RENDERED, both, fills, is_shared, names, placed};
use crate::engine::resolve::ALWAYS;
use crate::engine::syntax::{NameUse, Usage};
use crate::model::condition::Condition;
use crate::model::problem::{Problem, nearest};
use crate::model::question::{Kind, Question};
use crate::model::relpath::RelPath;
use crate::model::template::Layer;
use crate::model::text::Position;
use crate::model::value::Value;

impl<'a> Checker<'a> {
    pub(super) fn files(&mut self) {
        let all: Vec<&Question> = self.template.questions.iter().collect();
        for layer in &self.template.layers {
            let manifest = &layer.package.manifest;
            let paths = layer.package.paths();
            for rule in &manifest.files {
                self.condition(manifest, rule.at, &rule.when, &all);
                let covered = paths.iter().filter(|path| {
                    let path = path.strip_prefix("files/").unwrap_or(path);
                    names(&rule.path, path)
                });
                let count = covered.count();
                if count == 0 {
                    let message = format!("`[[files]]` names `{}`, which is not there", rule.path);
                    self.report(manifest, rule.at, message);
                }
                if rule.to.as_ref().is_some_and(|to| to.ends_with(RENDERED)) {
                    self.report(
                        manifest,
                        rule.at,
                        "`to` is the path in the project, without `.hbs`",
                    );
                }
                if rule.to.is_some() && (count > 1 || rule.path.starts_with("slots/")) {
                    self.report(manifest, rule.at, "`to` is for one file below `files/`");
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
                    self.no_slots(layer, fill.source);
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
        match self.parser.parse(text) {
            Ok(parsed) => {
                for usage in parsed.names() {
                    let at = place_of(text, usage.line, &usage.name);
                    self.usage(&label, at, &usage);
                }
            }
            Err(error) => {
                let at = place_of(text, error.line, "{{");
                self.problems.push(Problem::at(label, at, error.message));
            }
        }
    }

    fn usage(&mut self, label: &str, at: Position, usage: &NameUse) {
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
            self.problems.push(Problem::at(label, at, message));
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
            self.problems.push(Problem::at(label, at, fault));
        }
    }

    fn path(&mut self, layer: &Layer, source: &str, target: &str) {
        let label = || Self::file_label(layer, source);
        if let Err(error) = RelPath::parse(&plain_path(target)) {
            self.problems.push(Problem::of(label(), error.to_string()));
        }
        if !target.contains(['{', '}']) {
            return;
        }
        let label = label();
        match self.parser.parse(target) {
            Ok(parsed) => parsed.names().iter().for_each(|usage| {
                self.usage(&label, Position::from(1), usage);
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
                if layer.is_foreign && !other.is_foreign {
                    return;
                }
                let bytes = other.package.files.get(file.source);
                let text = bytes.and_then(|bytes| std::str::from_utf8(bytes).ok());
                let parsed = text.and_then(|text| self.parser.parse(text).ok());
                slots.extend(parsed.map(|source| source.slots()).unwrap_or_default());
            }
        }
        if !slots.contains(slot) {
            let label = Self::file_label(layer, source);
            let known: Vec<&str> = slots.iter().map(String::as_str).collect();
            // The layer that brought the file may have been left out, or another one put in its place.
            let newest = self.template.layers.last().map_or(0, |top| top.generation);
            if known.is_empty() && layer.generation < newest {
                return;
            }
            let message = if known.is_empty() {
                format!("no layer brings a file `{target}` with slots")
            } else {
                format!("`{target}` has no slot `{slot}`; it has {}", list(&known))
            };
            self.problems.push(Problem::of(label, message));
        }
    }

    /// Reports slots in the text of a slot: nothing could ever fill them.
    fn no_slots(&mut self, layer: &Layer, source: &str) {
        let bytes = layer.package.files.get(source);
        let text = bytes.and_then(|bytes| std::str::from_utf8(bytes).ok());
        let parsed = text.and_then(|text| self.parser.parse(text).ok());
        let slots = parsed.map(|source| source.slots()).unwrap_or_default();
        if let Some(slot) = slots.first() {
            let label = Self::file_label(layer, source);
            let message = format!("the text of a slot cannot have a slot `{slot}` itself");
            self.problems.push(Problem::of(label, message));
        }
    }

    /// Reports paths that two layers can bring together.
    pub(super) fn owners(&mut self) {
        let several = |key: &str| {
            self.template
                .question(key)
                .is_some_and(|question| question.kind == Kind::Choices)
        };
        let mut claims: BTreeMap<Cow<'_, str>, Vec<_>> = BTreeMap::new();
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
        self.collisions(&claims, several);
    }

    /// Reports paths that are one on some systems, or of which one is a file where the other needs a folder.
    fn collisions(
        &mut self,
        claims: &BTreeMap<Cow<'_, str>, Vec<(&Layer, Placed<'_>, Condition)>>,
        several: impl Fn(&str) -> bool + Copy,
    ) {
        // By what some systems take it for: every file, and every folder that is none and every file that is not alone.
        let mut files: HashMap<String, Vec<&str>> = HashMap::with_capacity(claims.len());
        for path in claims.keys() {
            if let Some(key) = collision_key(path) {
                files.entry(key).or_default().push(path);
            }
        }
        let mut spellings: HashMap<String, BTreeMap<&str, &str>> = HashMap::new();
        let mut folders: HashSet<&str> = HashSet::new();
        for path in claims.keys() {
            for (end, _) in path.match_indices('/') {
                let folder = path.get(..end).unwrap_or_default();
                // Once for all that lies in it.
                if folders.contains(folder) {
                    continue;
                }
                let Some(key) = collision_key(folder) else {
                    continue;
                };
                if let Some(file) = files.get(&key).and_then(|files| files.last()) {
                    let there = spellings.entry(key).or_default();
                    there.insert(file, file);
                    there.insert(path, path);
                } else {
                    folders.insert(folder);
                    let there = spellings.entry(key).or_default();
                    there.insert(folder, path);
                }
            }
        }
        for (key, paths) in files.into_iter().filter(|(_, paths)| paths.len() > 1) {
            let there = spellings.entry(key).or_default();
            there.extend(paths.into_iter().map(|path| (path, path)));
        }
        let together = |one: &str, other: &str| {
            let claims = |path: &str| claims.get(path).into_iter().flatten();
            claims(one).any(|(_, _, when)| {
                claims(other).any(|(_, _, also)| when.can_hold_with(also, several))
            })
        };
        let mut found = Vec::new();
        for paths in spellings.values() {
            let paths: Vec<&str> = paths.values().copied().collect();
            for pair in paths.windows(2) {
                if let [one, other] = pair
                    && together(one, other)
                    && let Some((layer, file, _)) = claims.get(*other).and_then(|all| all.last())
                {
                    let label = Self::file_label(layer, file.source);
                    let message = format!(
                        "`{other}` and `{one}` cannot stand side by side: some systems take them for one path, or one is a file and the other lies below it"
                    );
                    found.push(Problem::of(label, message));
                }
            }
        }
        self.problems.extend(found);
    }
}

/// Returns what some systems take a path for, the tags in it as they are; nothing for one that is refused anyway.
fn collision_key(target: &str) -> Option<String> {
    let path = RelPath::parse(&plain_path(target)).ok()?;
    Some(path.collision_key().into_owned())
}

/// Returns a path with a letter in the place of every tag; the same tags give the same text.
fn plain_path(target: &str) -> Cow<'_, str> {
    if !target.contains("{{") {
        return Cow::Borrowed(target);
    }
    let mut plain = String::new();
    let mut rest = target;
    while let Some((before, after)) = rest.split_once("{{") {
        plain.push_str(before);
        let (tag, behind) = after.split_once("}}").unwrap_or((after, ""));
        plain.push('x');
        plain.extend(tag.chars().filter(char::is_ascii_alphanumeric));
        rest = behind;
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

/// Returns where in a line something stands; the whole line if it is not found.
pub(in crate::engine) fn place_of(text: &str, line: usize, what: &str) -> Position {
    let found = text
        .lines()
        .nth(line.saturating_sub(1))
        .and_then(|content| {
            let is_word = |c: char| c.is_alphanumeric() || c == '_';
            content
                .match_indices(what)
                .find(|(at, _)| {
                    let before = content.get(..*at).and_then(|before| before.chars().last());
                    let behind = content
                        .get(at + what.len()..)
                        .and_then(|behind| behind.chars().next());
                    let is_tag = what.starts_with('{');
                    is_tag || !(before.is_some_and(is_word) || behind.is_some_and(is_word))
                })
                .and_then(|(at, _)| content.get(..at))
                .map(|before| before.chars().count() + 1)
        });
    Position {
        line,
        column: found,
    }
}
