//! Reads a manifest from TOML and reports everything that is wrong with it at once, each with its line.
//!
//! Only what one manifest shows by itself is judged here; what needs the layers beside it is `validate`'s matter.

mod keys;
mod reader;
mod schema;

use std::collections::BTreeMap;

use semver::{Version, VersionReq};
use toml_edit::{Document, Item, TableLike};

pub use self::schema::schema;

use self::keys::names;
use self::reader::Reader;
use super::budget;
use crate::model::language::Words;
use crate::model::manifest::{
    DefaultOverride, Extends, FORMAT, FileRule, LayerName, LayerUse, Manifest, Ownership, Renamed,
    Role, TestCase,
};
use crate::model::problem::Problem;
use crate::model::question::{Check, Choice, Kind, Lookup, Question};
use crate::model::text::{Lines, Position};

/// Reads the manifest of a template or a layer. `file` is what messages call it.
///
/// # Errors
/// Every problem of the manifest, in the order of the lines.
pub fn read_manifest(role: Role, file: &str, text: &str) -> Result<Manifest, Vec<Problem>> {
    if text.len() > budget::MANIFEST_BYTES {
        let message = format!("a manifest may have {} bytes", budget::MANIFEST_BYTES);
        return Err(vec![Problem::of(file, message)]);
    }
    let lines = Lines::of(text);
    let document = Document::parse(text).map_err(|error| {
        let at = error
            .span()
            .map_or(Position::from(1), |span| lines.position_at(span.start));
        let message = error.message().lines().collect::<Vec<_>>().join(", ");
        vec![Problem::at(file, at, message)]
    })?;
    let mut reader = Reader {
        file,
        lines,
        problems: Vec::new(),
    };
    let manifest = reader.manifest(role, document.as_table());
    reader.problems.sort();
    match manifest {
        Some(manifest) if reader.problems.is_empty() => Ok(manifest),
        Some(_) | None => Err(reader.problems),
    }
}

impl Reader<'_> {
    fn manifest(&mut self, role: Role, top: &dyn TableLike) -> Option<Manifest> {
        let other = match role {
            Role::Template => Role::Layer,
            Role::Layer => Role::Template,
        };
        let known: Vec<&str> = names(keys::TOP)
            .into_iter()
            .filter(|key| *key != other.table())
            .collect();
        self.unknown_keys(top, "the manifest", &known);
        match top
            .get("format")
            .map(|item| (item.as_integer(), item.span()))
        {
            Some((Some(FORMAT), _)) => {}
            Some((Some(other), span)) => {
                let at = self.at(span);
                self.report(
                    at,
                    format!(
                        "manifest format {other} is not known to this version, which reads {FORMAT}"
                    ),
                );
                return None;
            }
            Some((None, span)) => {
                let at = self.at(span);
                self.report(at, "`format` must be a number");
            }
            None => self.report(1, format!("`format = {FORMAT}` is missing")),
        }
        let questions = self.each_table(top, "questions", Self::question);
        let extends = self.extends(top);
        let layers = self.each_table(top, "layers", Self::layer_use);
        let files = self.each_table(top, "files", Self::file_rule);
        let renamed = self.each_table(top, "renamed", Self::renamed);
        let defaults = self.defaults(top);
        let tests = self.each_table(top, "test", Self::test_case);
        let reserved = self.strings(top, "reserved").unwrap_or_default();
        if role == Role::Layer && !layers.is_empty() {
            let at = layers.first().map_or(Position::from(1), |layer| layer.at);
            self.report(at, "a layer cannot use layers; only a template can");
        }
        if let (Role::Layer, Some(extends)) = (role, &extends) {
            let message = "a layer cannot build upon a template; only a template can";
            self.report(extends.at, message);
        }
        let Some(about) = top.get(role.table()).and_then(Item::as_table_like) else {
            self.report(1, format!("the table `[{}]` is missing", role.table()));
            return None;
        };
        let place = format!("`[{}]`", role.table());
        self.unknown_keys(about, &place, &names(keys::ABOUT));
        let name = self.name(about, &place);
        let version = self.version(about, &place);
        let title = self.required_words(about, "title", &place);
        let summary = self.required_words(about, "summary", &place);
        let description = self.words(about, "description");
        let tags = self.strings(about, "tags").unwrap_or_default();
        let next = self.strings(about, "next").unwrap_or_default();
        Some(Manifest {
            role,
            file: self.file.to_owned(),
            name: name?,
            version: version?,
            title: title?,
            summary: summary?,
            description,
            tags,
            next,
            extends,
            layers,
            defaults,
            questions,
            files,
            renamed,
            reserved,
            tests,
        })
    }

    fn name(&mut self, about: &dyn TableLike, place: &str) -> Option<String> {
        let at = self.table_at(about);
        let name = self.required_string(about, "name", place, at)?;
        let valid = name.starts_with(|c: char| c.is_ascii_lowercase())
            && name
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        if !valid {
            let at = self.at(about.get("name").and_then(Item::span));
            self.report(
                at,
                "`name` is made of lower-case letters, digits and `-`, a letter first",
            );
        }
        Some(name)
    }

    fn version(&mut self, about: &dyn TableLike, place: &str) -> Option<Version> {
        let at = self.table_at(about);
        let text = self.required_string(about, "version", place, at)?;
        let at = self.at(about.get("version").and_then(Item::span));
        Version::parse(&text)
            .map_err(|error| self.report(at, format!("`{text}` is no semantic version: {error}")))
            .ok()
    }

    fn defaults(&mut self, top: &dyn TableLike) -> BTreeMap<String, DefaultOverride> {
        let Some(item) = top.get("defaults") else {
            return BTreeMap::new();
        };
        let Some(table) = item.as_table_like() else {
            let at = self.at(item.span());
            self.report(at, "`defaults` must be written as `[defaults]`");
            return BTreeMap::new();
        };
        let mut defaults = BTreeMap::new();
        for (key, item) in table.iter() {
            let at = self.at(item.span());
            if let Some(value) = self.value(table, key) {
                defaults.insert(key.to_owned(), DefaultOverride { value, at });
            }
        }
        defaults
    }

    fn layer_use(&mut self, table: &dyn TableLike, at: Position) -> Option<LayerUse> {
        self.unknown_keys(table, "`[[layers]]`", &names(keys::LAYER));
        let when = self.condition(table, "when");
        let name = self.required_string(table, "use", "`[[layers]]`", at)?;
        let version = self.range(table);
        Some(LayerUse {
            name: LayerName::parse(&name),
            when,
            replaces: self.string(table, "replaces"),
            version,
            at,
        })
    }

    fn extends(&mut self, top: &dyn TableLike) -> Option<Extends> {
        let item = top.get("extends")?;
        let at = self.at(item.span());
        let Some(table) = item.as_table_like() else {
            self.report(at, "`extends` must be written as `[extends]`");
            return None;
        };
        self.unknown_keys(table, "`[extends]`", &names(keys::EXTENDS));
        let version = self.range(table);
        let without = self.strings(table, "without").unwrap_or_default();
        let template = self.required_string(table, "template", "`[extends]`", at)?;
        Some(Extends {
            template: LayerName::parse(&template),
            version,
            without,
            at,
        })
    }

    /// Reads a range of versions such as `>=1.2, <2`.
    fn range(&mut self, table: &dyn TableLike) -> Option<VersionReq> {
        let text = self.string(table, "version")?;
        let at = self.at(table.get("version").and_then(Item::span));
        VersionReq::parse(&text)
            .map_err(|error| {
                self.report(at, format!("`{text}` is no range of versions: {error}"));
            })
            .ok()
    }

    fn file_rule(&mut self, table: &dyn TableLike, at: Position) -> Option<FileRule> {
        self.unknown_keys(table, "`[[files]]`", &names(keys::FILE));
        let to = self.string(table, "to");
        let when = self.condition(table, "when");
        let executable = self.bool(table, "executable");
        let replaces = self.bool(table, "replaces");
        let ownership = self.ownership(table);
        let path = self.required_string(table, "path", "`[[files]]`", at)?;
        Some(FileRule {
            path,
            to,
            when,
            executable,
            replaces,
            ownership,
            at,
        })
    }

    fn ownership(&mut self, table: &dyn TableLike) -> Ownership {
        let Some(word) = self.string(table, "ownership") else {
            return Ownership::default();
        };
        let found = Ownership::ALL.iter().find(|(name, _)| *name == word);
        if found.is_none() {
            let at = self.at(table.get("ownership").and_then(Item::span));
            let words = Ownership::ALL.map(|(name, _)| name);
            self.report(
                at,
                format!(
                    "there is no ownership `{word}`; there are {}",
                    super::helpers::list(&words)
                ),
            );
        }
        found.map(|(_, ownership)| *ownership).unwrap_or_default()
    }

    fn renamed(&mut self, table: &dyn TableLike, at: Position) -> Option<Renamed> {
        self.unknown_keys(table, "`renamed`", &names(keys::RENAMED));
        let from = self.required_string(table, "from", "`renamed`", at);
        let to = self.required_string(table, "to", "`renamed`", at);
        Some(Renamed {
            from: from?,
            to: to?,
        })
    }

    fn question(&mut self, table: &dyn TableLike, at: Position) -> Option<Question> {
        let key = self.required_string(table, "key", "`[[questions]]`", at);
        let place = key.as_ref().map_or_else(
            || "this question".to_owned(),
            |key| format!("question `{key}`"),
        );
        self.unknown_keys(table, &place, &names(keys::QUESTION));
        let kind = self.kind(table, &place, at);
        let title = self.required_words(table, "title", &place);
        let help = self.words(table, "help");
        let default = self.value(table, "default");
        let otherwise = self.value(table, "otherwise");
        let when = self.condition(table, "when");
        let choices = self.each_table(table, "choices", Self::choice);
        let check = self.check(table);
        let from = self.lookup(table);
        let was = self.string(table, "was");
        Some(Question {
            key: key?,
            kind: kind?,
            title: title?,
            help,
            choices,
            default,
            when,
            otherwise,
            check,
            from,
            was,
            at,
        })
    }

    fn test_case(&mut self, table: &dyn TableLike, at: Position) -> Option<TestCase> {
        self.unknown_keys(table, "`[[test]]`", &names(keys::TEST));
        let mut answers = BTreeMap::new();
        if let Some(item) = table.get("answers") {
            match item.as_table_like() {
                Some(given) => {
                    for (key, _) in given.iter() {
                        let value = self.value(given, key);
                        answers.extend(value.map(|value| (key.to_owned(), value)));
                    }
                }
                None => self.report(
                    at,
                    "`answers` must be a table of questions and their answers",
                ),
            }
        }
        let run = self.strings(table, "run").unwrap_or_default();
        let name = self.required_string(table, "name", "`[[test]]`", at)?;
        Some(TestCase {
            name,
            answers,
            run,
            at,
        })
    }

    fn kind(&mut self, table: &dyn TableLike, place: &str, at: Position) -> Option<Kind> {
        let word = self.required_string(table, "type", place, at)?;
        let kind = Kind::ALL
            .iter()
            .find(|(name, _)| *name == word)
            .map(|(_, kind)| *kind);
        if kind.is_none() {
            let at = self.at(table.get("type").and_then(Item::span));
            let words = Kind::ALL.map(|(name, _)| name);
            self.report(
                at,
                format!(
                    "there is no type `{word}`; the types are {}",
                    super::helpers::list(&words)
                ),
            );
        }
        kind
    }

    fn lookup(&mut self, table: &dyn TableLike) -> Option<Lookup> {
        let word = self.string(table, "from")?;
        let lookup = Lookup::ALL
            .iter()
            .find(|(name, _)| *name == word)
            .map(|(_, place)| *place);
        if lookup.is_none() {
            let at = self.at(table.get("from").and_then(Item::span));
            let words = Lookup::ALL.map(|(name, _)| name);
            self.report(
                at,
                format!(
                    "no default can be looked up in `{word}`; the places are {}",
                    super::helpers::list(&words)
                ),
            );
        }
        lookup
    }

    fn choice(&mut self, table: &dyn TableLike, at: Position) -> Option<Choice> {
        self.unknown_keys(table, "`choices`", &names(keys::CHOICE));
        let value = self.required_string(table, "value", "`choices`", at);
        let title = match table.get("title") {
            Some(_) => self.words(table, "title"),
            None => value.clone().map(Words::plain),
        };
        let mut with = BTreeMap::new();
        if let Some(facts) = table.get("with") {
            match facts.as_table_like() {
                Some(facts) => {
                    for (name, _) in facts.iter() {
                        with.extend(
                            self.value(facts, name)
                                .map(|value| (name.to_owned(), value)),
                        );
                    }
                }
                None => self.report(at, "`with` must be a table of names and their values"),
            }
        }
        Some(Choice {
            value: value?,
            title: title?,
            with,
        })
    }

    fn check(&mut self, table: &dyn TableLike) -> Option<Check> {
        let item = table.get("check")?;
        let Some(check) = item.as_table_like() else {
            let at = self.at(item.span());
            self.report(
                at,
                "`check` must be a table: { pattern = \"…\", message = \"…\" }",
            );
            return None;
        };
        self.unknown_keys(check, "`check`", &names(keys::CHECK));
        Some(Check {
            pattern: self.string(check, "pattern"),
            min: self.integer(check, "min"),
            max: self.integer(check, "max"),
            message: self.words(check, "message"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
format = 1
[template]
name = "demo"
version = "1.0.0"
title = "Demo"
summary = { en = "A demo.", zh = "演示。" }
"#;

    #[test]
    fn a_manifest_is_read() -> Result<(), Vec<Problem>> {
        let text = format!(
            "{GOOD}\n[[questions]]\nkey = \"db\"\ntype = \"choice\"\ntitle = \"Database\"\ndefault = \"a\"\nchoices = [\n  {{ value = \"a\", with = {{ driver = \"x\" }} }},\n]\n[[files]]\npath = \"a\"\nwhen = {{ db = [\"a\"] }}\n"
        );
        let manifest = read_manifest(Role::Template, "template.toml", &text)?;
        assert_eq!(manifest.summary.zh.as_deref(), Some("演示。"));
        assert_eq!(manifest.questions.first().map(|q| q.at.line), Some(9));
        assert_eq!(
            manifest.files.first().map(|rule| rule.when.any_of.len()),
            Some(1)
        );
        Ok(())
    }

    #[test]
    fn all_problems_are_reported_with_their_lines() {
        let text = r#"format = 1
reserved = "jwt"
tittle = 1
[template]
name = "De mo"
version = "one"
title = 3
[[questions]]
key = "db"
type = "chioce"
[[questions]]
type = "text"
title = { zh = "x" }
form = "git.user.name"
from = "git.name"
[[layers]]
when = { docker = [] }
[[files]]
executable = "yes"
"#;
        let problems = read_manifest(Role::Template, "t.toml", text)
            .err()
            .unwrap_or_default();
        let shown: Vec<String> = problems.iter().map(ToString::to_string).collect();
        insta::assert_snapshot!(shown.join("\n"));
    }

    #[test]
    fn broken_toml_names_its_line() {
        let problems = read_manifest(Role::Layer, "layer.toml", "format = 1\n[layer\n").err();
        let problem = problems.unwrap_or_default().remove(0);
        assert_eq!(problem.at.map(|at| at.line), Some(2));
    }

    #[test]
    fn a_newer_format_is_named_alone() {
        let problems =
            read_manifest(Role::Layer, "layer.toml", "format = 9\n[layer]\nx = 1\n").err();
        let shown: Vec<String> = problems
            .unwrap_or_default()
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(
            shown,
            ["layer.toml:1:10: manifest format 9 is not known to this version, which reads 1"]
        );
    }
}
