//! The names of a project, and the commands that repeat what the user typed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use toml_edit::{DocumentMut, Item};

use super::{ConflictPolicy, GitMode, NewError, NewOptions, UvMode};
use crate::engine::answer::Raw;
use crate::engine::resolve::{ALWAYS, Given, Resolved, Source};
use crate::model::name::{DistributionName, NameError, NameKind, PackageName};
use crate::model::question::Kind;
use crate::model::relpath::RelPath;
use crate::model::template::Template;
use crate::model::tree::Tree;
use crate::model::value::Value;
use crate::ops::System;

/// Returns the distribution name of a folder's name, in which a space is `-`.
pub(super) fn distribution_of(folder: &str) -> String {
    folder.trim().replace(' ', "-")
}

/// What the user typed to name the project, for names and for commands that repeat it.
pub(super) struct Typed {
    pub(super) template: String,
    pub(super) path: PathBuf,
    name: Option<String>,
    package: Option<String>,
    flags: Vec<String>,
    global: Vec<String>,
}

impl Typed {
    /// Takes the answers `name` and `package`, which every template has, out of what was given.
    pub(super) fn new(
        system: &System,
        (word, path): (String, PathBuf),
        options: &NewOptions,
        template: &Template,
        given: &mut BTreeMap<String, Given>,
    ) -> Self {
        let mut take = |key: &str| match given.remove(key)?.raw {
            Raw::Text(text) | Raw::Typed(Value::Text(text)) => Some(text),
            Raw::Typed(other) => Some(other.to_string()),
        };
        let [name, package] = ALWAYS.map(&mut take);
        Self {
            template: word,
            path,
            name: options.name.clone().or(name),
            package: options.package.clone().or(package),
            flags: typed_flags(options, template),
            global: system.global.clone(),
        }
    }

    /// Returns the project's folder as the user would type it from where the command was started.
    pub(super) fn shown_path(&self, system: &System) -> String {
        if system.folder.as_os_str().is_empty() {
            return shown(&self.path);
        }
        match self.path.as_os_str().to_str() {
            Some("." | "") => shown(&system.folder),
            Some(_) | None => shown(&system.folder.join(&self.path)),
        }
    }

    fn first_words(&self) -> Vec<String> {
        let mut words = vec!["pyscaffold".to_owned()];
        words.extend(self.global.iter().cloned());
        words.extend(["new".to_owned(), self.template.clone(), shown(&self.path)]);
        words
    }

    /// Adds a command that would work, as the user typed it but for the name.
    fn refuse(&self, error: NameError) -> NewError {
        const LONGEST: usize = 80;
        let short = error
            .suggestion()
            .filter(|suggestion| suggestion.len() <= LONGEST);
        let retry = short.map(|suggestion| {
            let (flag, other) = match error.kind() {
                NameKind::Distribution => ("--name", ("--package", &self.package)),
                NameKind::Package => ("--package", ("--name", &self.name)),
            };
            let mut words = self.first_words();
            if let (flag, Some(value)) = other {
                words.extend([flag.to_owned(), value.clone()]);
            }
            words.extend([flag.to_owned(), suggestion]);
            words.extend(self.flags.iter().cloned());
            words
        });
        NewError::Name { error, retry }
    }
}

/// Returns the flags that were typed, without the names and without secrets.
fn typed_flags(options: &NewOptions, template: &Template) -> Vec<String> {
    let is_secret = |key: &str| {
        template
            .question(key)
            .is_some_and(|question| question.kind == Kind::Secret)
    };
    let mut flags: Vec<String> = options
        .answers
        .iter()
        .filter(|(key, _)| !ALWAYS.contains(&key.as_str()) && !is_secret(key))
        .flat_map(|(key, text)| ["-D".to_owned(), format!("{key}={text}")])
        .collect();
    if let Some(file) = &options.answers_file {
        flags.extend(["--answers".to_owned(), file.clone()]);
    }
    let policy = match options.on_conflict {
        ConflictPolicy::Fail => None,
        ConflictPolicy::Ask => Some("ask"),
        ConflictPolicy::Skip => Some("skip"),
        ConflictPolicy::Overwrite => Some("overwrite"),
    };
    flags.extend(policy.map(|policy| format!("--on-conflict={policy}")));
    for (flag, on) in [("--yes", options.yes), ("--dry-run", options.dry_run)] {
        flags.extend(on.then(|| flag.to_owned()));
    }
    flags.extend(tool_flags(options));
    flags
}

/// Returns the flags for git and uv.
fn tool_flags(options: &NewOptions) -> Vec<String> {
    let git = match options.git {
        GitMode::Commit => None,
        GitMode::Init => Some("--no-commit"),
        GitMode::Off => Some("--no-git"),
    };
    let uv = match options.uv {
        UvMode::Off => None,
        UvMode::Lock => Some("--lock"),
        UvMode::Sync => Some("--sync"),
    };
    let offline = options.offline.then_some("--offline");
    let reference = options
        .reference
        .iter()
        .flat_map(|reference| ["--ref", reference.as_str()]);
    reference
        .chain([git, uv, offline].into_iter().flatten())
        .map(str::to_owned)
        .collect()
}

pub(super) fn names(
    command: &Typed,
    path: &Path,
) -> Result<(DistributionName, PackageName), NewError> {
    let folder = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    let text = match &command.name {
        Some(name) => name.clone(),
        None => distribution_of(&folder.unwrap_or_default()),
    };
    let name = DistributionName::parse(&text).map_err(|error| command.refuse(error))?;
    let package = match &command.package {
        Some(package) => PackageName::parse(package),
        None => PackageName::from_distribution(&name),
    };
    Ok((name, package.map_err(|error| command.refuse(error))?))
}

/// Refuses a name that one of the project's own dependencies has.
pub(super) fn check_dependencies(
    command: &Typed,
    (name, package): (&DistributionName, &PackageName),
    template: &Template,
    tree: &Tree,
) -> Result<(), NewError> {
    let dependencies = dependencies(tree);
    let known = || dependencies.iter().map(String::as_str);
    name.check_against(known())
        .and_then(|()| package.check_against(known().chain(template.reserved())))
        .map_err(|error| command.refuse(error))
}

/// Returns the names of the distributions that a project's `pyproject.toml` asks for (PEP 508, PEP 621, PEP 735).
fn dependencies(tree: &Tree) -> Vec<String> {
    let text = RelPath::parse("pyproject.toml")
        .ok()
        .and_then(|path| tree.get(&path))
        .and_then(|file| std::str::from_utf8(&file.bytes).ok());
    let Some(document) = text.and_then(|text| text.parse::<DocumentMut>().ok()) else {
        return Vec::new();
    };
    let project = document.get("project").and_then(Item::as_table_like);
    let mut lists = Vec::new();
    lists.extend(project.and_then(|table| table.get("dependencies")));
    for group in [
        project.and_then(|table| table.get("optional-dependencies")),
        document.get("dependency-groups"),
    ] {
        let groups = group.and_then(Item::as_table_like);
        lists.extend(
            groups
                .into_iter()
                .flat_map(|table| table.iter().map(|(_, item)| item)),
        );
    }
    lists
        .into_iter()
        .filter_map(Item::as_array)
        .flat_map(|array| array.iter().filter_map(toml_edit::Value::as_str))
        .map(|requirement| {
            let end = requirement
                .find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c)))
                .unwrap_or(requirement.len());
            requirement.get(..end).unwrap_or_default().to_owned()
        })
        .collect()
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// Returns the words of the command that makes the same project on another machine, every answer named that is not the template's
/// default.
pub(super) fn replay_words(
    command: &Typed,
    options: &NewOptions,
    template: &Template,
    resolved: &Resolved,
) -> Vec<String> {
    let mut words = command.first_words();
    words.push("--yes".to_owned());
    for (flag, value) in [("--name", &command.name), ("--package", &command.package)] {
        if let Some(value) = value {
            words.extend([flag.to_owned(), value.clone()]);
        }
    }
    for question in &template.questions {
        let source = resolved.sources.get(&question.key);
        let Some(value) = resolved.answers.get(&question.key) else {
            continue;
        };
        let asked = !matches!(source, Some(Source::NotAsked) | None);
        // What is looked up may be another value elsewhere, or next year.
        let varies = question.from.is_some();
        let differs = source != Some(&Source::Default);
        let told = asked && question.kind != Kind::Secret && (varies || differs);
        if told {
            let text = value.to_string();
            let flag = format!("--{}", question.flag());
            if question.kind == Kind::Bool || text.starts_with('-') {
                words.push(format!("{flag}={text}"));
            } else {
                words.extend([flag, text]);
            }
        }
    }
    words.extend(tool_flags(options));
    words
}
