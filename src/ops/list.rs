//! Lists the templates there are.

use super::System;
use crate::model::manifest::Manifest;
use crate::model::problem::Problem;
use crate::system::builtin;
use crate::system::source::SourceError;
use crate::system::sources::Source;

/// The templates of a source that a query finds.
#[derive(Debug)]
pub struct Group<'a> {
    /// The source.
    pub source: &'a Source,
    /// The manifests in the order of their folders, or why there are none to read.
    pub found: Result<Vec<Manifest>, SourceError>,
    /// What is wrong with the manifests that cannot be read.
    pub problems: Vec<Problem>,
}

/// The templates that a query finds.
#[derive(Debug)]
pub struct Listing<'a> {
    /// Those of this program, in the order of their names.
    pub builtin: Vec<Manifest>,
    /// Those of each source.
    pub groups: Vec<Group<'a>>,
}

/// Returns the templates that a query finds, all without one. A source that cannot be read stops no other.
///
/// A query finds a template if each of its words stands in the name, the title, the summary or the tags, in any language.
///
/// # Errors
/// A built-in template has faults.
pub fn list<'a>(system: &'a System, query: &[String]) -> Result<Listing<'a>, Vec<Problem>> {
    let mut builtin = Vec::new();
    for name in builtin::names() {
        let Some(manifest) = builtin::manifest(name) else {
            continue;
        };
        let manifest = manifest?;
        if query.iter().all(|word| says(&manifest, "", word)) {
            builtin.push(manifest);
        }
    }
    let groups = system
        .catalog
        .sources
        .values()
        .map(|source| group(system, source, query))
        .collect();
    Ok(Listing { builtin, groups })
}

fn group<'a>(system: &System, source: &'a Source, query: &[String]) -> Group<'a> {
    let mut problems = Vec::new();
    let found = system.catalog.manifests(source).map(|manifests| {
        let mut found = Vec::new();
        for manifest in manifests {
            match manifest {
                Ok(manifest) if query.iter().all(|word| says(&manifest, &source.name, word)) => {
                    found.push(manifest);
                }
                Ok(_) => {}
                Err(faults) => problems.extend(faults),
            }
        }
        found
    });
    Group {
        source,
        found,
        problems,
    }
}

fn says(manifest: &Manifest, source: &str, word: &str) -> bool {
    let word = word.to_lowercase();
    let tags = manifest.tags.iter().map(String::as_str);
    manifest
        .title
        .all()
        .chain(manifest.summary.all())
        .chain(tags)
        .chain([manifest.name.as_str(), source])
        .any(|text| text.to_lowercase().contains(&word))
}
