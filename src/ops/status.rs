//! Says how far a project is behind its template, and what was changed in it.

use std::path::Path;

use super::System;
use super::base::{self, Base, BaseError, Opened};
use super::sides::sides;
use super::target::{Target, TargetError, Wanted, target};
use crate::engine::merge::{Labels, Outcome, Rules, merge};
use crate::model::relpath::RelPath;
use crate::system::journal::Recovered;

/// What was done to a file of the template.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Local {
    /// It was changed.
    Modified,
    /// It was deleted.
    Deleted,
    /// It was moved here, and perhaps changed.
    Moved,
}

/// How a project stands to its template.
#[derive(Debug)]
pub struct StatusReport {
    /// The project.
    pub opened: Opened,
    /// What the template makes now.
    pub target: Target,
    /// What was done to the template's files.
    pub local: Vec<(RelPath, Local)>,
}

impl StatusReport {
    /// Returns whether an update would change the record.
    pub fn is_current(&self) -> bool {
        self.target.record == self.opened.record
    }

    /// Returns how an update that an earlier run left unfinished ended.
    pub fn recovered(&self) -> Option<&Recovered> {
        self.opened.recovered.as_ref()
    }
}

/// Why a project's state cannot be told.
#[derive(Debug, thiserror::Error)]
pub enum StatusError {
    /// The project cannot be worked on.
    #[error(transparent)]
    Base(#[from] BaseError),
    /// The template cannot say what it makes now.
    #[error(transparent)]
    Target(#[from] TargetError),
}

/// Compares a project with what its template made and makes.
///
/// # Errors
/// The project or its template cannot be read.
pub fn status(system: &System, folder: &Path) -> Result<StatusReport, StatusError> {
    let opened = base::open(system, folder)?;
    let wanted = Wanted {
        yes: true,
        ..Wanted::default()
    };
    let target = target(system, &opened, &wanted)?;
    let base = base::base(system, &opened)?;
    let local = local(system, &opened, &base)?;
    Ok(StatusReport {
        opened,
        target,
        local,
    })
}

/// Returns what was done to the files of a base.
fn local(
    system: &System,
    opened: &Opened,
    base: &Base,
) -> Result<Vec<(RelPath, Local)>, BaseError> {
    let tracked = opened.project.tracked()?;
    let sides = sides(system, &opened.project, &tracked, base, None)?;
    // A template that brings nothing any more: what was changed is kept, what was not is removed.
    let labels = Labels {
        ours: String::new(),
        theirs: String::new(),
    };
    let (base, ours, theirs) = (&sides.base, &sides.ours, &sides.theirs);
    let rules = Rules {
        settled: sides.settled,
        ..Rules::default()
    };
    let changes = merge(base, ours, theirs, &rules, &labels);
    let mut local: Vec<(RelPath, Local)> = Vec::new();
    for path in base.keys() {
        if !ours.contains_key(path) {
            local.push((path.clone(), Local::Deleted));
        }
    }
    for change in changes {
        if change.outcome != Outcome::Kept {
            continue;
        }
        let what = if base.contains_key(&change.path) {
            Local::Modified
        } else {
            Local::Moved
        };
        local.push((change.path, what));
    }
    local.sort_by(|one, other| one.0.cmp(&other.0));
    Ok(local)
}
