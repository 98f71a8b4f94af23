//! The user's configuration file.
//!
//! It is a document that a person owns: `config set` changes one value and leaves comments and order alone.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use toml_edit::{Document, DocumentMut, Item, Table, value};

use super::store::replace;
use super::{Context, PathError, read_settings};
use crate::model::address::{is_shorthand, without_credentials};
use crate::model::problem::{Problem, nearest};
use crate::model::text::Lines;
use crate::model::value::Value;

/// The name of the configuration file.
pub const FILE: &str = "config.toml";

/// The answers that can have a default for every template.
const DEFAULTS: [&str; 4] = ["author", "email", "license", "python"];
const GIT: [&str; 3] = ["commit", "init", "timeout"];
const SECTIONS: [&str; 4] = ["answers", "defaults", "git", "shorthands"];

/// What a setting takes, in words.
const FLAG: &str = "`true` or `false`";
const SECONDS: &str = "a number of seconds between 1 and 3600";
const SHORTHAND: &str = "an address with `{}` for the path, such as git@git.example.org:{}.git, under a name of two or more lower-case letters";

/// What the configuration says.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Config {
    /// `[defaults]`: answers for every template that asks.
    pub defaults: BTreeMap<String, Value>,
    /// `git.init`: whether a new project becomes a repository. None means yes.
    pub init: Option<bool>,
    /// `git.commit`: whether its files are committed. None means yes.
    pub commit: Option<bool>,
    /// `git.timeout`: how long a fetch may make no progress.
    pub timeout: Option<Duration>,
    /// `[shorthands]`: addresses by name, with `{}` where the path goes.
    pub shorthands: BTreeMap<String, String>,
    /// `[answers.TEMPLATE]`: answers for one template.
    pub answers: BTreeMap<String, BTreeMap<String, Value>>,
}

/// Why the configuration cannot be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read or written.
    #[error(transparent)]
    Path(#[from] PathError),
    /// The file has faults.
    #[error("the configuration has a fault")]
    Faulty {
        /// What is wrong.
        problems: Vec<Problem>,
    },
    /// There is no such setting.
    #[error("there is no setting `{key}`")]
    UnknownKey {
        /// The key as given.
        key: String,
        /// The key that was most likely meant.
        nearest: Option<String>,
    },
    /// The setting has no value.
    #[error("`{key}` is not set")]
    Unset {
        /// The key.
        key: String,
    },
    /// The value has the wrong type.
    #[error("`{key}` must be {wanted}, not `{value}`")]
    WrongType {
        /// The key.
        key: String,
        /// What it takes.
        wanted: &'static str,
        /// The value as given.
        value: String,
    },
    /// This machine has no place for configuration.
    #[error("there is no home folder, and so no place for the configuration")]
    NoPlace,
}

impl Config {
    /// Reads a configuration file; one that is not there says nothing.
    ///
    /// # Errors
    /// The file cannot be read, or has faults.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let Some(text) = read_settings(path)? else {
            return Ok(Self::default());
        };
        Self::parse(&text, &path.display().to_string())
            .map_err(|problems| ConfigError::Faulty { problems })
    }

    /// Reads a configuration file that the user named, and that must be there.
    ///
    /// # Errors
    /// The file cannot be read, or has faults.
    pub fn read_named(path: &Path) -> Result<Self, ConfigError> {
        fs::metadata(path).context("read", path)?;
        Self::read(path)
    }

    fn parse(text: &str, file: &str) -> Result<Self, Vec<Problem>> {
        let lines = Lines::of(text);
        let place =
            |span: Option<std::ops::Range<usize>>| span.map_or(1, |span| lines.line_at(span.start));
        let document = Document::parse(text).map_err(|error| {
            let message = error.message().lines().collect::<Vec<_>>().join(", ");
            vec![Problem::at(file, place(error.span()), message)]
        })?;
        let mut config = Self::default();
        let mut problems = Vec::new();
        for (key, line, item) in leaves(document.as_table()) {
            let line = place(line);
            let taken = match item.as_value().and_then(Value::from_toml) {
                Some(value) => config.take(&key, value),
                None => Err(format!(
                    "`{}` has a value of an unknown kind; a version such as \"3.13\" stands in quotes",
                    key.join(".")
                )),
            };
            if let Err(message) = taken {
                problems.push(Problem::at(file, line, message));
            }
        }
        if problems.is_empty() {
            Ok(config)
        } else {
            Err(problems)
        }
    }

    fn take(&mut self, key: &[String], value: Value) -> Result<(), String> {
        let dotted = key.join(".");
        if let Err(near) = known(key) {
            let hint = near
                .map(|near| format!("; did you mean `{near}`?"))
                .unwrap_or_default();
            return Err(format!("there is no setting `{dotted}`{hint}"));
        }
        match key {
            [section, name] if section == "defaults" => {
                self.defaults.insert(name.clone(), value);
            }
            [section, name] if section == "shorthands" => match &value {
                Value::Text(pattern) if is_shorthand(name, pattern) => {
                    self.shorthands.insert(name.clone(), pattern.clone());
                }
                _ => {
                    let shown = without_credentials(&value.to_string());
                    return Err(format!("`{dotted}` must be {SHORTHAND}, not `{shown}`"));
                }
            },
            [section, name] if section == "git" && name == "timeout" => {
                let Some(seconds) = seconds(&value) else {
                    return Err(format!("`{dotted}` must be {SECONDS}, not `{value}`"));
                };
                self.timeout = Some(Duration::from_secs(seconds));
            }
            [section, name] if section == "git" => {
                let Value::Bool(flag) = value else {
                    return Err(format!("`{dotted}` must be {FLAG}, not `{value}`"));
                };
                let setting = if name == "init" {
                    &mut self.init
                } else {
                    &mut self.commit
                };
                *setting = Some(flag);
            }
            [_, template, name] => {
                self.answers
                    .entry(template.clone())
                    .or_default()
                    .insert(name.clone(), value);
            }
            _ => {}
        }
        Ok(())
    }

    /// Returns every setting with its dotted key, in order.
    pub fn list(&self) -> BTreeMap<String, Value> {
        let mut all = BTreeMap::new();
        for (name, value) in &self.defaults {
            all.insert(format!("defaults.{name}"), value.clone());
        }
        for (name, flag) in [("init", self.init), ("commit", self.commit)] {
            if let Some(flag) = flag {
                all.insert(format!("git.{name}"), Value::Bool(flag));
            }
        }
        if let Some(timeout) = self
            .timeout
            .and_then(|timeout| i64::try_from(timeout.as_secs()).ok())
        {
            all.insert("git.timeout".to_owned(), Value::Integer(timeout));
        }
        for (name, pattern) in &self.shorthands {
            all.insert(format!("shorthands.{name}"), Value::from(pattern.as_str()));
        }
        for (template, answers) in &self.answers {
            for (key, value) in answers {
                all.insert(format!("answers.{template}.{key}"), value.clone());
            }
        }
        all
    }

    /// Returns a setting by its dotted key.
    ///
    /// # Errors
    /// There is no such setting, or it has no value.
    pub fn get(&self, key: &str) -> Result<Value, ConfigError> {
        check_key(key)?;
        self.list().remove(key).ok_or_else(|| ConfigError::Unset {
            key: key.to_owned(),
        })
    }
}

/// Returns every setting that has a name of its own: all but short-hands and the answers for one template.
pub fn settings() -> impl Iterator<Item = String> {
    let section = |section: &'static str, names: &'static [&'static str]| {
        names.iter().map(move |name| format!("{section}.{name}"))
    };
    section("defaults", &DEFAULTS).chain(section("git", &GIT))
}

/// Sets one value in a configuration file, which is made if it is not there.
///
/// # Errors
/// There is no such setting, the value has the wrong type, or the file cannot be read or written.
pub fn set(path: &Path, key: &str, text: &str) -> Result<(), ConfigError> {
    let parts = check_key(key)?;
    Config::read(path)?;
    let before = read_settings(path)?.unwrap_or_default();
    let mut document: DocumentMut =
        before
            .parse()
            .map_err(|error: toml_edit::TomlError| ConfigError::Faulty {
                problems: vec![Problem::of(path.display().to_string(), error.message())],
            })?;
    let item = item_of(&parts, text).map_err(|wanted| ConfigError::WrongType {
        key: key.to_owned(),
        wanted,
        value: without_credentials(text),
    })?;
    insert(document.as_table_mut(), &parts, item);
    write(path, &document.to_string())
}

/// Returns what a setting's text means, or what the setting takes.
fn item_of(key: &[String], text: &str) -> Result<Item, &'static str> {
    let parts: Vec<&str> = key.iter().map(String::as_str).collect();
    match (parts.as_slice(), text) {
        (["git", "timeout"], _) => {
            let number = text.parse().ok().map(Value::Integer);
            match number.as_ref().and_then(seconds) {
                Some(_) => Ok(value(text.parse::<i64>().unwrap_or_default())),
                None => Err(SECONDS),
            }
        }
        (["shorthands", name], _) if !is_shorthand(name, text) => Err(SHORTHAND),
        (["git" | "answers", ..], "true") => Ok(value(true)),
        (["git" | "answers", ..], "false") => Ok(value(false)),
        (["git", ..], _) => Err(FLAG),
        _ => Ok(value(text)),
    }
}

fn seconds(value: &Value) -> Option<u64> {
    const LONGEST: u64 = 3_600;
    match value {
        Value::Integer(number) => u64::try_from(*number)
            .ok()
            .filter(|seconds| (1..=LONGEST).contains(seconds)),
        Value::Text(_) | Value::Bool(_) | Value::List(_) => None,
    }
}

fn insert(table: &mut Table, key: &[String], item: Item) {
    let Some((name, rest)) = key.split_first() else {
        return;
    };
    if rest.is_empty() {
        if let (Some(old), Some(new)) = (
            table.get_mut(name).and_then(Item::as_value_mut),
            item.as_value(),
        ) {
            let decor = old.decor().clone();
            *old = new.clone();
            *old.decor_mut() = decor;
        } else {
            table.insert(name, item);
        }
        return;
    }
    let below = table.entry(name).or_insert_with(|| {
        let mut section = Table::new();
        section.set_implicit(rest.len() > 1);
        Item::Table(section)
    });
    match below {
        Item::Table(section) => insert(section, rest, item),
        other => {
            // An inline table takes what is below it only as a table of its own.
            let inline = other.as_inline_table().cloned().unwrap_or_default();
            *other = Item::Table(inline.into_table());
            if let Item::Table(section) = other {
                insert(section, rest, item);
            }
        }
    }
}

/// Puts a text in the place of a file, behind a link too, with the permissions that it has.
fn write(path: &Path, text: &str) -> Result<(), ConfigError> {
    let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = path.parent().map_or_else(PathBuf::new, Path::to_owned);
    fs::create_dir_all(&folder).context("make the folder", &folder)?;
    Ok(replace(path, text.as_bytes())?)
}

fn check_key(key: &str) -> Result<Vec<String>, ConfigError> {
    let parts: Vec<String> = key.split('.').map(str::to_owned).collect();
    known(&parts)
        .map(|()| parts)
        .map_err(|nearest| ConfigError::UnknownKey {
            key: key.to_owned(),
            nearest,
        })
}

/// Returns whether a setting exists, else the one that was most likely meant.
fn known(key: &[String]) -> Result<(), Option<String>> {
    let in_section = |section: &str, names: &[&str], name: &str| {
        if names.contains(&name) {
            return Ok(());
        }
        Err(nearest(name, names.iter().copied()).map(|near| format!("{section}.{near}")))
    };
    match key {
        [section, name] if section == "defaults" => in_section("defaults", &DEFAULTS, name),
        [section, name] if section == "git" => in_section("git", &GIT, name),
        [section, name] if section == "shorthands" && !name.is_empty() => Ok(()),
        [section, template, name]
            if section == "answers" && !template.is_empty() && !name.is_empty() =>
        {
            Ok(())
        }
        [section, ..] => Err(nearest(section, SECTIONS)
            .filter(|near| near != section)
            .map(str::to_owned)),
        [] => Err(None),
    }
}

/// The parts of a key, the place of the value, the value.
type Leaf<'a> = (Vec<String>, Option<std::ops::Range<usize>>, &'a Item);

/// Returns every value of a document with the parts of its key and its place.
fn leaves(table: &dyn toml_edit::TableLike) -> Vec<Leaf<'_>> {
    let mut found = Vec::new();
    for (name, item) in table.iter() {
        if let Some(below) = item.as_table_like() {
            found.extend(leaves(below).into_iter().map(|(mut key, line, item)| {
                key.insert(0, name.to_owned());
                (key, line, item)
            }));
        } else {
            let line = table
                .key(name)
                .and_then(toml_edit::Key::span)
                .or_else(|| item.span());
            found.push((vec![name.to_owned()], line, item));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read_and_faults_named() -> Result<(), Vec<Problem>> {
        let text = "[defaults]\nauthor = \"Ada\"\n[git]\ncommit = false\n[answers.fastapi-api]\ndatabase = \"postgres\"\n";
        let config = Config::parse(text, "config.toml")?;
        let shown: Vec<String> = config
            .list()
            .iter()
            .map(|(key, value)| format!("{key}={value}"))
            .collect();
        assert_eq!(
            shown,
            [
                "answers.fastapi-api.database=postgres",
                "defaults.author=Ada",
                "git.commit=false"
            ]
        );
        let faults = Config::parse(
            "[defaults]\nauthr = \"Ada\"\n[git]\ncommit = 1\n[gti]\nx = 1\n",
            "config.toml",
        );
        let shown: Vec<String> = faults
            .err()
            .unwrap_or_default()
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(
            shown,
            [
                "config.toml:2: there is no setting `defaults.authr`; did you mean `defaults.author`?",
                "config.toml:4: `git.commit` must be `true` or `false`, not `1`",
                "config.toml:6: there is no setting `gti.x`; did you mean `git`?",
            ]
        );
        Ok(())
    }

    #[test]
    fn set_changes_one_value_and_keeps_the_rest() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("deep/config.toml");
        set(&path, "defaults.author", "Ada")?;
        fs::write(&path, "# mine\n[defaults] # who\nauthor = \"Ada\" # me\n")?;
        set(&path, "defaults.author", "Grace")?;
        set(&path, "git.commit", "false")?;
        set(&path, "answers.fastapi-api.docker", "false")?;
        assert_eq!(
            fs::read_to_string(&path)?,
            "# mine\n[defaults] # who\nauthor = \"Grace\" # me\n\n[git]\ncommit = false\n\n[answers.fastapi-api]\ndocker = false\n"
        );
        assert!(set(&path, "defaults.authr", "x").is_err());
        assert!(set(&path, "git.commit", "maybe").is_err());
        Ok(())
    }
}
