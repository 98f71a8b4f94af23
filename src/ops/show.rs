//! Shows what a template asks and what it writes.

use std::collections::BTreeMap;

use super::System;
use super::new::NewError;
use crate::engine::answer::Raw;
use crate::engine::compose::{Composition, compose};
use crate::engine::resolve::{Given, Resolver, Source};
use crate::model::template::Template;

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
        .map(|(key, text)| {
            let given = Given {
                raw: Raw::Text(text.clone()),
                source: Source::Flag,
            };
            (key.clone(), given)
        })
        .collect();
    let identity = [
        ("name", EXAMPLE.to_owned()),
        ("package", EXAMPLE.to_owned()),
    ];
    let failed = |error| NewError::Answer { error, place: None };
    let mut resolver = Resolver::new(&template, identity, given, BTreeMap::new(), system.language)
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
    let resolved = resolver.finish();
    let composition = compose(&template, &resolved)?;
    Ok(ShowReport {
        template,
        composition,
    })
}
