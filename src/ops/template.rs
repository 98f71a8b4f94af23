//! What authors of templates do: start one, check it, render it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::System;
use super::new::NewError;
use super::show::compose_with;
use crate::engine::cookiecutter;
use crate::engine::lint::{blame, lint};
use crate::model::manifest::TestCase;
use crate::model::problem::Problem;
use crate::model::relpath::{RelPath, RelPathError};
use crate::model::template::Template;
use crate::model::text::visible;
use crate::model::tree::{File, Tree};
use crate::system::PathError;
use crate::system::python;
use crate::system::source::SourceError;
use crate::system::staging::Staging;
use crate::system::trial::Trial;
use crate::system::workdir::{self, Destination, DestinationError, PublishError};

/// The files of a template that somebody starts with: path, text.
const STARTER: [(&str, &str); 6] = [
    ("template.toml", include_str!("starter/template.toml")),
    ("files/.gitignore.hbs", include_str!("starter/gitignore")),
    ("files/Dockerfile", include_str!("starter/Dockerfile")),
    (
        "files/{{package}}/__init__.py.hbs",
        include_str!("starter/init.py.hbs"),
    ),
    ("files/tests/__init__.py", ""),
    (
        "files/tests/test_greeting.py.hbs",
        include_str!("starter/test.py.hbs"),
    ),
];

/// Why a template cannot be started, checked or rendered.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// The template cannot be used.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// It cannot be rendered with these answers.
    #[error(transparent)]
    Render(#[from] NewError),
    /// The name is none.
    #[error(
        "`{name}` can be no template's name: lower-case letters, digits and `-`, a letter first"
    )]
    Name {
        /// The name.
        name: String,
    },
    /// It is no folder of this machine.
    #[error(
        "`{word}` is no folder: a template is checked where it lies, by a path such as ./{word}"
    )]
    NotAFolder {
        /// What was given.
        word: String,
    },
    /// There is something already.
    #[error("`{path}` is there already")]
    Exists {
        /// The path.
        path: String,
    },
    /// The destination cannot be used.
    #[error(transparent)]
    Destination(#[from] DestinationError),
    /// Something could not be read or written.
    #[error(transparent)]
    Path(#[from] PathError),
    /// It could not be put at its place.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// A path of the starter cannot be written.
    #[error(transparent)]
    RelPath(#[from] RelPathError),
    /// A test case ended badly.
    #[error("test `{case}`: `{command}` failed")]
    Test {
        /// The case.
        case: String,
        /// The command.
        command: String,
    },
    /// There are no test cases.
    #[error("the template has no test cases")]
    NoTests,
}

/// Starts a template: a small one that works. The folder's name is its name.
///
/// # Errors
/// The name is none, or something is at the path.
pub fn start(system: &System, path: &Path) -> Result<PathBuf, TemplateError> {
    let path = system.environment.path(path);
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    let is_name = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if !is_name {
        return Err(TemplateError::Name {
            name: visible(&name),
        });
    }
    let title: String = name
        .split('-')
        .map(|word| {
            let mut letters = word.chars();
            let first = letters.next().map(|c| c.to_ascii_uppercase());
            first.into_iter().chain(letters).collect::<String>()
        })
        .collect::<Vec<_>>()
        .join(" ");
    let mut tree = Tree::default();
    for (path, text) in STARTER {
        let text = text.replace("\"NAME\"", &format!("\"{name}\""));
        let text = text.replace("\"TITLE\"", &format!("\"{title}\""));
        let file = File {
            bytes: Cow::Owned(text.into_bytes()),
            executable: false,
        };
        tree.insert(RelPath::parse(path)?, file);
    }
    put(system, &path, &tree)?;
    Ok(path)
}

/// Puts a tree at a path where there is nothing, whole or not at all.
fn put(system: &System, path: &Path, tree: &Tree) -> Result<(), TemplateError> {
    let found = workdir::inspect(path, &system.environment.directory)?;
    let Destination::Absent { ancestor, first } = &found else {
        return Err(TemplateError::Exists {
            path: visible(&path.display().to_string()),
        });
    };
    let staging = Staging::inside(ancestor)?;
    let project = match path.strip_prefix(first) {
        Ok(rest) if !rest.as_os_str().is_empty() => staging.project().join(rest),
        Ok(_) | Err(_) => staging.project(),
    };
    staging.write(&project, tree)?;
    Ok(workdir::publish(&staging.project(), first, &found)?)
}

/// What a check found.
#[derive(Debug)]
pub struct CheckReport {
    /// Everything that is wrong.
    pub problems: Vec<Problem>,
    /// The template, where it is sound enough to be used.
    pub template: Option<Template>,
    /// How many Python files nobody looked at, since there is no Python here.
    pub unread: usize,
}

/// Checks the template in a folder and returns everything that is wrong with it at once.
///
/// # Errors
/// There is no template, or what it inherits cannot be fetched.
pub fn check(system: &System, word: &str) -> Result<CheckReport, TemplateError> {
    let template = match load(system, word) {
        Ok(template) => template,
        Err(TemplateError::Source(SourceError::Faulty { problems, .. })) => {
            return Ok(CheckReport {
                problems,
                template: None,
                unread: 0,
            });
        }
        Err(error) => return Err(error),
    };
    if let Some(cookiecutter) = &template.cookiecutter {
        return Ok(CheckReport {
            problems: cookiecutter::check(&template, cookiecutter),
            template: Some(template),
            unread: 0,
        });
    }
    let findings = lint(&template);
    let mut problems = findings.problems;
    let mut unread = 0;
    if !findings.python.is_empty() {
        let texts: Vec<&str> = findings
            .python
            .iter()
            .map(|file| file.text.as_str())
            .collect();
        match python::faults(&texts) {
            Some(faults) => {
                let found = || findings.python.iter().zip(&faults);
                // Where the plain text is wrong already, escaping is not to blame.
                let wrong = |name: &str| {
                    found().any(|(file, fault)| {
                        file.file == name && file.blames.is_none() && fault.is_some()
                    })
                };
                for (file, fault) in found() {
                    let is_told = file.blames.is_none() || !wrong(&file.file);
                    problems.extend(fault.as_ref().filter(|_| is_told).map(|fault| {
                        blame(
                            (&file.file, file.at),
                            &file.with,
                            file.blames.as_deref(),
                            fault,
                        )
                    }));
                }
            }
            None => unread = texts.len(),
        }
    }
    problems.sort();
    problems.dedup();
    Ok(CheckReport {
        problems,
        template: Some(template),
        unread,
    })
}

/// Loads the template in a folder of this machine.
fn load(system: &System, word: &str) -> Result<Template, TemplateError> {
    let path = system.environment.path(Path::new(word));
    let is_folder = workdir::is_folder(&path);
    if !is_folder {
        return Err(TemplateError::NotAFolder {
            word: visible(word),
        });
    }
    Ok(system.catalog.load_folder(word)?)
}

/// Renders a test case of a template and runs its commands; `tell` hears each before it is run.
///
/// # Errors
/// It cannot be rendered, or a command fails.
pub fn run_case(
    system: &System,
    template: &Template,
    case: &TestCase,
    tell: &dyn Fn(&str),
) -> Result<(), TemplateError> {
    let answers = case
        .answers
        .iter()
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    let name = |key: &str| match case.answers.get(key) {
        Some(value) => value.to_string(),
        None => super::show::EXAMPLE.to_owned(),
    };
    let composition = compose_with(system, template, [name("name"), name("package")], answers)?;
    let trial = Trial::of(&composition.tree)?;
    for command in &case.run {
        tell(command);
        if !trial.run(command)? {
            return Err(TemplateError::Test {
                case: visible(&case.name),
                command: visible(command),
            });
        }
    }
    Ok(())
}

/// Renders the template in a folder with some answers, without a record and without git.
///
/// # Errors
/// It cannot be loaded or rendered.
pub fn render(
    system: &System,
    word: &str,
    answers: &BTreeMap<String, String>,
) -> Result<super::show::ShowReport, TemplateError> {
    load(system, word)?;
    Ok(super::show::show(system, &as_path(word), answers)?)
}

/// Returns a folder as a word that means no template's name.
fn as_path(word: &str) -> String {
    if word.contains('/') || word.starts_with('.') {
        word.to_owned()
    } else {
        format!("./{word}")
    }
}

/// Puts a rendered tree into a folder that is not there yet.
///
/// # Errors
/// Something is there, or it cannot be written.
pub fn write(system: &System, folder: &Path, tree: &Tree) -> Result<(), TemplateError> {
    put(system, &system.environment.path(folder), tree)
}
