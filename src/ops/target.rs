//! What a project's template makes now: the newest version, or the one that is asked for, with the project's own answers.

use std::collections::BTreeMap;

use semver::Version;

use super::System;
use super::base::{Base, Opened, local};
use super::new::answering::{answer, given};
use super::new::{NewError, NewOptions, record_of};
use crate::engine::answer::Raw;
use crate::engine::compose::{Composition, compose};
use crate::engine::resolve::{Given, Resolved, Source};
use crate::model::address::GitRef;
use crate::model::name::{DistributionName, PackageName};
use crate::model::question::{Kind, Question};
use crate::model::record::{PATH, Record};
use crate::model::template::{Origin, Template};
use crate::model::value::{Answers, Value};
use crate::system::builtin;
use crate::system::repository::GitSettings;
use crate::system::source::{self, BUILTIN, SourceError};

/// What is asked of a template.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// The version: of a template in a git repository a branch, tag or commit.
    pub to: Option<String>,
    /// Where the template is now, if it moved.
    pub source: Option<String>,
    /// Answers that change.
    pub answers: BTreeMap<String, String>,
    /// Take defaults instead of asking.
    pub yes: bool,
}

/// Why a template cannot say what it makes now.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    /// The template cannot be used.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// An answer cannot be taken, or the template not be rendered.
    #[error(transparent)]
    New(#[from] NewError),
    /// The place holds another template.
    #[error("`{source_word}` is the template `{found}`, and this project was made from `{wanted}`")]
    Other {
        /// The place.
        source_word: String,
        /// The template there.
        found: String,
        /// The template of the project.
        wanted: String,
    },
    /// There is no such version.
    #[error("there is no version `{wanted}` of {template}: there is {found}")]
    NoVersion {
        /// The template.
        template: String,
        /// What was asked for.
        wanted: String,
        /// What there is.
        found: String,
    },
    /// The newest version is older than the project's.
    #[error("{template} is at {found}, and this project was made with {recorded}")]
    Downgrade {
        /// The template.
        template: String,
        /// The version there.
        found: Version,
        /// The version of the project.
        recorded: Version,
    },
}

/// What a template makes now.
#[derive(Debug)]
pub struct Target {
    /// The template.
    pub template: Template,
    /// The files.
    pub composition: Composition,
    /// The answers.
    pub resolved: Resolved,
    /// The record of it.
    pub record: Record,
}

impl Target {
    /// Returns the files as a base or a side.
    pub fn base(&self) -> Base {
        Base::of(&self.composition)
    }
}

/// Loads the version of the template that is wanted and renders it with the project's answers.
///
/// # Errors
/// The template cannot be used, is another one, or an older version that nobody asked for; or an answer cannot be taken.
pub fn target(system: &System, opened: &Opened, wanted: &Wanted) -> Result<Target, TargetError> {
    let record = &opened.record;
    let template = load(system, opened, wanted)?;
    let manifest = &template.manifest;
    // One of Cookiecutter is called after its repository, which may have moved.
    let moved = wanted.source.is_some() && template.cookiecutter.is_some();
    if manifest.name != record.template && !moved {
        return Err(TargetError::Other {
            source_word: template.origin.to_string(),
            found: manifest.name.clone(),
            wanted: record.template.clone(),
        });
    }
    if manifest.version < record.version && wanted.to.is_none() {
        return Err(TargetError::Downgrade {
            template: manifest.name.clone(),
            found: manifest.version.clone(),
            recorded: record.version.clone(),
        });
    }
    Ok(make(system, template, &record.answers, wanted)?)
}

fn load(system: &System, opened: &Opened, wanted: &Wanted) -> Result<Template, TargetError> {
    let record = &opened.record;
    let to = || {
        let reference = wanted.to.as_deref().map(GitRef::parse);
        reference.transpose().map_err(SourceError::from)
    };
    let template = match (&wanted.source, &record.git) {
        (Some(word), _) => match (&wanted.to, system.catalog.load(word)?) {
            (
                Some(_),
                Template {
                    origin: Origin::Git(origin),
                    ..
                },
            ) => system.catalog.load_newest(&origin, to()?)?,
            (_, template) => template,
        },
        (None, Some(origin)) => system.catalog.load_newest(origin, to()?)?,
        (None, None) => match (&wanted.to, record.source == BUILTIN) {
            (Some(version), true) => built_in(&record.template, version)?,
            _ => local(system, opened)?,
        },
    };
    if let (Some(version), Origin::Builtin | Origin::Directory(_)) = (&wanted.to, &template.origin)
        && template.manifest.version.to_string() != *version
    {
        return Err(TargetError::NoVersion {
            template: template.manifest.name.clone(),
            wanted: version.clone(),
            found: template.manifest.version.to_string(),
        });
    }
    Ok(template)
}

/// Loads a version of a built-in template: one that was released, or the one of now.
fn built_in(name: &str, version: &str) -> Result<Template, TargetError> {
    let versions = builtin::versions(name);
    let found = versions.iter().find(|found| found.to_string() == version);
    let Some(found) = found else {
        let versions: Vec<String> = versions.iter().map(ToString::to_string).collect();
        return Err(TargetError::NoVersion {
            template: name.to_owned(),
            wanted: version.to_owned(),
            found: versions.join(", "),
        });
    };
    let wanted = builtin::Wanted::from([(builtin::key(name), found.clone())]);
    Ok(source::load_builtin_at(name, &wanted)?)
}

/// Renders a template with recorded answers, those that change, and for what is new in it what is given or asked. Secrets are
/// empty: they are in no record, and what stands in the project stays.
///
/// # Errors
/// An answer cannot be taken, or the template not be rendered.
pub fn make(
    system: &System,
    mut template: Template,
    recorded: &Answers,
    wanted: &Wanted,
) -> Result<Target, NewError> {
    for question in &mut template.questions {
        if question.kind == Kind::Secret {
            question.default = Some(Value::Text(String::new()));
            question.check = None;
            question.from = None;
        }
    }
    let options = NewOptions {
        answers: wanted.answers.clone(),
        yes: wanted.yes,
        ..NewOptions::default()
    };
    let mut known = given(system, &options, &template)?;
    let mut name_of = |key: &str| {
        let typed = known.remove(key).map(|given| match given.raw {
            Raw::Text(text) | Raw::Typed(Value::Text(text)) => text,
            Raw::Typed(other) => other.to_string(),
        });
        let typed = typed.filter(|_| wanted.answers.contains_key(key));
        let kept = recorded.get(key).map(Value::to_string);
        typed.or(kept).unwrap_or_default()
    };
    let (name, package) = (name_of("name"), name_of("package"));
    let refused = |error| NewError::Name { error, retry: None };
    let name = DistributionName::parse(&name).map_err(refused)?;
    let package = PackageName::parse(&package).map_err(refused)?;
    if recorded.get("package").map(Value::to_string) != Some(package.to_string()) {
        package
            .check_against(template.reserved())
            .map_err(refused)?;
    }
    for question in &template.questions {
        if known
            .get(&question.key)
            .is_some_and(|given| given.source == Source::Flag)
        {
            continue;
        }
        if let Some(value) = recorded_answer(question, recorded) {
            let raw = Raw::Typed(value);
            let source = Source::Record;
            known.insert(question.key.clone(), Given { raw, source });
        }
    }
    let settings = GitSettings::read(&system.environment);
    let names = (&name, &package);
    let resolved = answer(system, &options, &template, &settings, &known, names)?.without_secrets();
    let composition = compose(&template, &resolved)?;
    if composition.paths().iter().any(|path| path.as_str() == PATH) {
        return Err(NewError::BringsRecord);
    }
    let record = record_of(&template, &resolved, &composition)?;
    Ok(Target {
        template,
        composition,
        resolved,
        record,
    })
}

/// Returns what the record says to a question, under its key or the one it had before.
fn recorded_answer(question: &Question, recorded: &Answers) -> Option<Value> {
    if question.kind == Kind::Secret {
        return Some(Value::Text(String::new()));
    }
    let value = recorded.get(&question.key);
    value
        .or_else(|| recorded.get(question.was.as_ref()?))
        .cloned()
}
