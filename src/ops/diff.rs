//! Compares a project with what its template made, untouched.

use std::collections::BTreeMap;
use std::path::Path;

use super::System;
use super::base::{self, BaseError};
use super::sides::sides;
use crate::engine::merge::Node;
use crate::model::relpath::RelPath;

/// A file of the template as it was made, and as it is.
pub type Pair = (Option<Node>, Option<Node>);

/// Returns the files of the template that are not as they were made.
///
/// # Errors
/// The project cannot be read, or nothing can say what the template made.
pub fn diff(system: &System, folder: &Path) -> Result<BTreeMap<RelPath, Pair>, BaseError> {
    let opened = base::open(system, folder)?;
    let base = base::base(system, &opened)?;
    let tracked = opened.project.tracked()?;
    let sides = sides(system, &opened.project, &tracked, &base, None)?;
    let mut pairs = BTreeMap::new();
    for (path, made) in &sides.base {
        let is = sides.ours.get(path);
        if is != Some(made) {
            pairs.insert(path.clone(), (Some(made.clone()), is.cloned()));
        }
    }
    Ok(pairs)
}
