//! Lists the templates there are.

use super::System;
use crate::model::manifest::Manifest;
use crate::model::problem::Problem;
use crate::system::builtin;

/// Returns the manifests of the templates that a query finds, all without one, in the order of their names.
///
/// A query finds a template if each of its words stands in the name, the title, the summary or the tags, in any language.
///
/// # Errors
/// A template has faults.
pub fn list(_: &System, query: &[String]) -> Result<Vec<Manifest>, Vec<Problem>> {
    let mut found = Vec::new();
    for name in builtin::names() {
        let Some(template) = builtin::load(name) else {
            continue;
        };
        let manifest = template?.manifest;
        if query.iter().all(|word| says(&manifest, word)) {
            found.push(manifest);
        }
    }
    Ok(found)
}

fn says(manifest: &Manifest, word: &str) -> bool {
    let word = word.to_lowercase();
    let tags = manifest.tags.iter().map(String::as_str);
    manifest
        .title
        .all()
        .chain(manifest.summary.all())
        .chain(tags)
        .chain([manifest.name.as_str()])
        .any(|text| text.to_lowercase().contains(&word))
}
