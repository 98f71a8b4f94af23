//! Templates of Cookiecutter on a shelf, and what they take from the clock and from chance.

use std::borrow::Cow;
use std::collections::BTreeMap;

use git2::Signature;
use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

use super::PathError;
use super::env::Environment;
use super::shelf::{Entry, Kind, Shelf, join};
use crate::engine::budget;
use crate::engine::cookiecutter::{Head, drawn_by, nested as read_nested, questions, read};
use crate::model::condition::Condition;
use crate::model::cookiecutter::{Cookiecutter, FILE, Hook, Stage};
use crate::model::manifest::{Manifest, Role};
use crate::model::problem::Problem;
use crate::model::relpath::MAX_DEPTH;
use crate::model::template::{Layer, Origin, Package, Template};
use crate::model::text::visible;

/// The files by which a template of Copier is known.
const COPIER: [&str; 2] = ["copier.yml", "copier.yaml"];

/// The folder whose files others can include, and the one of the hooks.
const BESIDE: [&str; 2] = ["templates", "hooks"];

/// Returns whether a folder holds a template of Cookiecutter, and not one of the native format.
///
/// # Errors
/// It cannot be looked at.
pub(super) fn is_here(shelf: &Shelf, folder: &str) -> Result<bool, Problem> {
    Ok(shelf.kind(&join(folder, FILE))?.is_some()
        && shelf
            .kind(&join(folder, Role::Template.file_name()))?
            .is_none())
}

/// Returns the folders of the templates that a folder's `cookiecutter.json` lists; none if it is one template.
///
/// # Errors
/// The file cannot be read, or names what is no folder.
pub(super) fn nested(shelf: &Shelf, folder: &str) -> Result<Option<Vec<String>>, Vec<Problem>> {
    let file = join(folder, FILE);
    let Some(folders) = read_nested(&file, &text_of(shelf, &file)?)? else {
        return Ok(None);
    };
    let folders: Vec<String> = folders.iter().map(|below| join(folder, below)).collect();
    for below in &folders {
        if shelf.kind(&join(below, FILE)).map_err(one)? != Some(Kind::File) {
            let message = format!("`{}` holds no `{FILE}`", visible(below));
            return Err(one(Problem::of(file, message)));
        }
    }
    Ok(Some(folders))
}

/// Returns whether a folder holds a template of Copier.
///
/// # Errors
/// It cannot be looked at.
pub(super) fn is_copier(shelf: &Shelf, folder: &str) -> Result<bool, Problem> {
    for file in COPIER {
        if shelf.kind(&join(folder, file))?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Reads what a folder's `cookiecutter.json` says, as a manifest.
///
/// # Errors
/// Everything that is wrong with it.
pub(super) fn manifest(shelf: &Shelf, folder: &str) -> Result<Manifest, Vec<Problem>> {
    Ok(head(shelf, folder)?.manifest)
}

fn head(shelf: &Shelf, folder: &str) -> Result<Head, Vec<Problem>> {
    let file = join(folder, FILE);
    let text = text_of(shelf, &file)?;
    read(&file, &text, &name_of(&shelf.name_of(folder)))
}

fn text_of(shelf: &Shelf, file: &str) -> Result<String, Vec<Problem>> {
    let bytes = shelf
        .read(file, budget::MANIFEST_BYTES as u64)
        .map_err(one)?;
    String::from_utf8(bytes).map_err(|_| one(Problem::of(file, "the file is not UTF-8")))
}

fn one(problem: Problem) -> Vec<Problem> {
    vec![problem]
}

/// Returns the name of a template in a folder or repository of this name: without the word `cookiecutter`.
fn name_of(word: &str) -> String {
    let lower = word.to_lowercase();
    let parts: Vec<&str> = lower
        .split(|c: char| !(c.is_ascii_lowercase() || c.is_ascii_digit()))
        .filter(|part| !part.is_empty())
        .collect();
    let parts = match parts.as_slice() {
        ["cookiecutter", rest @ ..] | [rest @ .., "cookiecutter"] if !rest.is_empty() => rest,
        all => all,
    };
    if parts.is_empty() {
        "template".to_owned()
    } else {
        parts.join("-")
    }
}

/// Loads the template of Cookiecutter in a folder of a shelf.
///
/// # Errors
/// Everything that is wrong with it.
pub(super) fn load(shelf: &Shelf, folder: &str, origin: Origin) -> Result<Template, Vec<Problem>> {
    // What is wrong with a list of templates is told before what is wrong with the template that it is not.
    nested(shelf, folder)?;
    let Head {
        mut manifest,
        mut cookiecutter,
        prompts,
    } = head(shelf, folder)?;
    if let Origin::Git(git) = &origin {
        cookiecutter.address = git.url.to_string();
    }
    cookiecutter.root = root(shelf, folder, &cookiecutter).map_err(one)?;
    let mut files = Files {
        shelf,
        spent: 0,
        count: 0,
        found: BTreeMap::new(),
        executables: std::collections::BTreeSet::new(),
    };
    let top = join(folder, &cookiecutter.root);
    files.collect(&top, "files").map_err(one)?;
    for part in BESIDE {
        let path = join(folder, part);
        match shelf.kind(&path).map_err(one)? {
            None | Some(Kind::File) => {}
            Some(Kind::Folder) => files.collect(&path, part).map_err(one)?,
            Some(kind) => {
                let refusal = kind.refusal().unwrap_or("is no folder");
                return Err(one(Problem::of(path, refusal)));
            }
        }
    }
    cookiecutter.hooks = hooks(files.found.keys());
    cookiecutter.executables = files.executables;
    let texts = files
        .found
        .values()
        .filter_map(|bytes| std::str::from_utf8(bytes).ok());
    let drawn = drawn_by(&cookiecutter, texts);
    let has_hooks = !cookiecutter.hooks.is_empty();
    let variables = &cookiecutter.variables;
    manifest.questions = questions(variables, prompts.as_ref(), drawn, has_hooks);
    let package = Package {
        manifest: manifest.clone(),
        files: files.found,
        unread: BTreeMap::new(),
    };
    Ok(Template {
        origin,
        questions: manifest.questions.clone(),
        layers: vec![Layer {
            name: None,
            when: Condition::default(),
            is_foreign: false,
            generation: 0,
            package,
        }],
        manifest,
        inherits: BTreeMap::new(),
        cookiecutter: Some(cookiecutter),
    })
}

/// Returns the folder that becomes the project: the one whose name is a variable of Cookiecutter.
fn root(shelf: &Shelf, folder: &str, cookiecutter: &Cookiecutter) -> Result<String, Problem> {
    let (begin, end) = &cookiecutter.syntax.variable;
    let mut roots = Vec::new();
    for entry in shelf.entries(folder)? {
        let name = &entry.name;
        if name.contains("cookiecutter") && name.contains(begin) && name.contains(end) {
            if let Some(refusal) = entry.kind.refusal() {
                return Err(Problem::of(visible(&join(folder, name)), refusal));
            }
            if entry.kind == Kind::Folder {
                roots.push(entry.name);
            }
        }
    }
    match roots.as_slice() {
        [root] => Ok(root.clone()),
        [] => {
            let message = "there is no folder such as `{{cookiecutter.name}}` beside it";
            Err(Problem::of(join(folder, FILE), message))
        }
        several => {
            let several = several.join("`, `");
            let message = format!("`{several}` could each be the project's folder");
            Err(Problem::of(join(folder, FILE), visible(&message)))
        }
    }
}

/// Returns the hooks among the files of a template, as Cookiecutter finds them.
fn hooks<'a>(files: impl Iterator<Item = &'a String>) -> Vec<Hook> {
    let mut hooks: Vec<Hook> = files
        .filter_map(|file| {
            let name = file.strip_prefix("hooks/")?;
            if name.contains('/') || name.ends_with('~') {
                return None;
            }
            let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
            let (_, stage) = Stage::ALL.iter().find(|(known, _)| *known == stem)?;
            Some(Hook {
                stage: *stage,
                file: file.clone(),
            })
        })
        .collect();
    hooks.sort();
    hooks
}

struct Files<'a> {
    shelf: &'a Shelf,
    spent: u64,
    count: usize,
    found: BTreeMap<String, Cow<'static, [u8]>>,
    executables: std::collections::BTreeSet<String>,
}

impl Files<'_> {
    /// Reads everything below a folder; `name` is what it is called in the package.
    fn collect(&mut self, folder: &str, name: &str) -> Result<(), Problem> {
        if name.split('/').count() > MAX_DEPTH {
            return Err(Problem::of(visible(folder), "lies too deep"));
        }
        for entry in self.shelf.entries(folder)? {
            let label = join(folder, &entry.name);
            if let Some(refusal) = entry.kind.refusal() {
                return Err(Problem::of(visible(&label), refusal));
            }
            let part = entry.name.as_str();
            if part.contains('/') || matches!(part, "" | "." | "..") {
                let message = "holds a name that no folder can have";
                return Err(Problem::of(visible(&label), message));
            }
            self.count += 1;
            if self.count > budget::FILES {
                let message = format!("a template may have {} files", budget::FILES);
                return Err(Problem::of(visible(&label), message));
            }
            let below = join(name, part);
            if entry.kind == Kind::Folder {
                self.collect(&label, &below)?;
            } else {
                self.read(&label, &entry, below)?;
            }
        }
        Ok(())
    }

    fn read(&mut self, label: &str, entry: &Entry, name: String) -> Result<(), Problem> {
        let left = (budget::BYTES as u64).saturating_sub(self.spent);
        let bytes = self.shelf.read_entry(label, entry, left)?;
        self.spent += bytes.len() as u64;
        if entry.executable {
            self.executables.insert(name.clone());
        }
        self.found.insert(name, Cow::Owned(bytes));
        Ok(())
    }
}

/// Returns the present moment in the form of RFC 3339, or that of `SOURCE_DATE_EPOCH`.
pub fn moment(environment: &Environment) -> String {
    const MINUTE: i32 = 60;
    let offset = match environment.source_date_epoch {
        Some(_) => 0,
        // The offset from UTC is asked where git asks for it.
        None => Signature::now("-", "-").map_or(0, |signature| signature.when().offset_minutes()),
    };
    let seconds = environment.source_date_epoch.unwrap_or(environment.started);
    let offset = Offset::from_seconds(offset * MINUTE).unwrap_or(Offset::UTC);
    let moment = Timestamp::from_second(seconds).unwrap_or_default();
    let moment = moment.to_zoned(TimeZone::fixed(offset));
    moment.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

/// Draws a number that nobody can guess.
///
/// # Errors
/// The system has none.
pub fn seed() -> Result<String, PathError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| PathError {
        action: "draw a number from",
        path: "/dev/urandom".into(),
        source: std::io::Error::other(error.to_string()),
    })?;
    let number = u128::from_le_bytes(bytes);
    Ok(format!("{number:032x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_called_after_its_repository() {
        for (word, name) in [
            ("cookiecutter-service", "service"),
            ("Service-Cookiecutter", "service"),
            ("cookiecutter_django.x", "django-x"),
            ("cookiecutter", "cookiecutter"),
            ("my template", "my-template"),
            ("日本", "template"),
        ] {
            assert_eq!(name_of(word), name, "{word}");
        }
    }
}
