//! Shows what a template asks and what it writes.

use std::collections::BTreeMap;

use super::System;
use super::new::NewError;
use crate::engine::answer::Raw;
use crate::engine::compose::{Composition, compose};
use crate::engine::resolve::{ALWAYS, Given, Resolver, Source};
use crate::model::template::Template;
use crate::model::value::Answers;

/// The name of the project that files are shown for.
pub const EXAMPLE: &str = "myproj";

/// A template, and the files it writes.
#[derive(Clone, Debug)]
pub struct ShowReport {
    /// The template.
    pub template: Template,
    /// The files that these answers give, with the default for what was not answered.
    pub composition: Composition,
}

/// Loads a template and renders it for a project called [`EXAMPLE`].
///
/// # Errors
/// The template cannot be used, or an answer not be taken.
pub fn show(
    system: &System,
    word: &str,
    answers: &BTreeMap<String, String>,
) -> Result<ShowReport, NewError> {
    let template = system.catalog.load(word)?;
    let given = answers
        .iter()
        .map(|(key, text)| (key.clone(), Raw::Text(text.clone())))
        .collect();
    let names = [EXAMPLE.to_owned(), EXAMPLE.to_owned()];
    let composition = compose_raw(system, &template, names, given)?;
    Ok(ShowReport {
        template,
        composition,
    })
}

/// Renders a template with typed answers, and the default for what was not answered.
///
/// # Errors
/// An answer cannot be taken, or the layers make no project.
pub fn compose_with(
    system: &System,
    template: &Template,
    names: [String; 2],
    answers: Answers,
) -> Result<Composition, NewError> {
    let given = answers
        .into_iter()
        .filter(|(key, _)| !ALWAYS.contains(&key.as_str()))
        .map(|(key, value)| (key, Raw::Typed(value)))
        .collect();
    compose_raw(system, template, names, given)
}

fn compose_raw(
    system: &System,
    template: &Template,
    [name, package]: [String; 2],
    answers: BTreeMap<String, Raw>,
) -> Result<Composition, NewError> {
    let given = answers
        .into_iter()
        .map(|(key, raw)| {
            let source = Source::Flag;
            (key, Given { raw, source })
        })
        .collect();
    let identity = [("name", name), ("package", package)];
    let failed = |error| NewError::Answer { error, place: None };
    let mut resolver = Resolver::new(template, identity, given, BTreeMap::new(), system.language)
        .map_err(failed)?;
    while let Some(open) = resolver.next_open().map_err(failed)? {
        match open.default {
            Some((value, source)) => {
                resolver
                    .answer(&Raw::Typed(value), source)
                    .map_err(failed)?;
            }
            None => resolver.leave_unanswered(),
        }
    }
    Ok(compose(template, &resolver.finish())?)
}
