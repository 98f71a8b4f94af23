//! Makes the planned project in a staging folder, then puts it at its place.

use std::path::Path;

use super::{GitMode, GitReport, LOCK, NewError, NewOptions, NewReport, NoCommit, UvMode};
use crate::engine::plan::Action;
use crate::model::tree::Tree;
use crate::model::value::Value;
use crate::ops::System;
use crate::system::env::Environment;
use crate::system::first_commit;
use crate::system::repository::{self, GitSettings};
use crate::system::staging::Staging;
use crate::system::uv;
use crate::system::workdir::{self, Destination};

/// Makes the project in a staging folder, then puts it at its place.
pub(super) fn make(
    system: &System,
    options: &NewOptions,
    report: &NewReport,
    destination: &Destination,
    settings: &GitSettings,
) -> Result<GitReport, NewError> {
    let parent = match destination {
        Destination::Absent { ancestor, .. } => ancestor.as_path(),
        Destination::Empty => report.path.parent().unwrap_or(&report.path),
        Destination::Folder => report.path.as_path(),
    };
    let (staging, destination) = match (Staging::inside(parent), destination) {
        // An empty folder in one that cannot be written: it is filled, not replaced.
        (Err(_), Destination::Empty) => (Staging::inside(&report.path)?, &Destination::Folder),
        (staging, destination) => (staging?, destination),
    };
    // What is renamed to the first missing folder of the path holds the rest of it.
    let project = match destination {
        Destination::Absent { first, .. } => match report.path.strip_prefix(first) {
            Ok(rest) if rest.as_os_str().is_empty() => staging.project(),
            Ok(rest) => staging.project().join(rest),
            Err(_) => staging.project(),
        },
        Destination::Empty | Destination::Folder => staging.project(),
    };
    // What is there already is staged too, so that it is in the first commit; only what is kept is not the template's.
    let mut staged = Tree::default();
    for (path, file) in report.tree.iter() {
        if report.plan.actions.get(path) != Some(&Action::Keep) {
            staged.insert(path.clone(), file.clone());
        }
    }
    staging.write(&project, &staged)?;
    // A lock file that the template brings is a file like any other.
    let locks = options.uv != UvMode::Off && report.locks();
    if locks {
        uv::run("lock", &project, options.offline).map_err(NewError::Lock)?;
        staging.check()?;
        workdir::check_file(&project.join(LOCK))?;
    }
    // What lies in the staging folder is the tree alone, unless a lock file was added or something that was there is kept.
    let is_whole = !locks && !matches!(destination, Destination::Folder);
    let known = is_whole.then_some(&staged);
    let git = start_repository(
        &system.environment,
        options,
        report,
        (&project, known),
        settings,
    )?;
    match destination {
        Destination::Absent { first, .. } => {
            workdir::publish(&staging.project(), first, destination)?;
        }
        Destination::Empty => workdir::publish(&project, &report.path, destination)?,
        Destination::Folder => {
            workdir::merge_into(&staging, &project, &report.path, &report.plan)?;
        }
    }
    Ok(git)
}

fn start_repository(
    environment: &Environment,
    options: &NewOptions,
    report: &NewReport,
    (project, known): (&Path, Option<&Tree>),
    settings: &GitSettings,
) -> Result<GitReport, NewError> {
    if let Some(root) = repository::enclosing(&report.path) {
        return Ok(GitReport::Inside { root });
    }
    if options.git == GitMode::Off {
        return Ok(GitReport::Off);
    }
    repository::init(project, &settings.branch)?;
    let branch = settings.branch.clone();
    let answered = |key: &str| {
        let text = report.resolved.answers.get(key).and_then(Value::as_text);
        text.filter(|text| !text.is_empty()).map(str::to_owned)
    };
    let name = settings.name.clone().or_else(|| answered("author"));
    let email = settings.email.clone().or_else(|| answered("email"));
    let unknown = NoCommit::NoIdentity {
        name: name.is_none(),
        email: email.is_none(),
    };
    let reason = match (options.git, settings.signs, name.zip(email)) {
        (GitMode::Init | GitMode::Off, _, _) => NoCommit::Asked,
        (GitMode::Commit, true, _) => NoCommit::Signs,
        (GitMode::Commit, false, None) => unknown,
        (GitMode::Commit, false, Some((name, email))) => {
            let manifest = &report.template.manifest;
            let message = format!(
                "Create {} from {} {}\n",
                report.name, manifest.name, manifest.version
            );
            let who = (name.as_str(), email.as_str());
            let time = environment.source_date_epoch;
            let short = match known {
                Some(tree) => first_commit::commit(project, tree, who, &message, time)?,
                None => None,
            };
            let commit = match short {
                Some(commit) => commit,
                None => repository::commit_all(project, who, &message, time)?,
            };
            return Ok(GitReport::Committed { branch, commit });
        }
    };
    Ok(GitReport::Initialized { branch, reason })
}
