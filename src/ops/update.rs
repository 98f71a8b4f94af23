//! Brings a project to its template's newest version by a three-way merge.
//!
//! Everything is decided before the first change; the changes are made as one, through the journal, the record last.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use semver::Version;

use super::System;
use super::base::{self, Base, BaseError};
use super::sides::{Next, Sides, sides};
use super::target::{self, Target, TargetError, Wanted};
use crate::engine::escape::Language;
use crate::engine::merge::{Change, Labels, Node, Outcome, Rules, Side, Stages, merge};
use crate::engine::render::Renderer;
use crate::model::record::{PATH, Record};
use crate::model::relpath::{RelPath, RelPathError};
use crate::model::template::{Origin, Template};
use crate::system::PathError;
use crate::system::contents::Contents;
use crate::system::journal::{FileStep, IndexStep, Journal, JournalError, Recovered, Steps};
use crate::system::project::{self, Look, Project, ProjectError, Tracked};
use crate::system::repository::RepositoryError;

/// What the project's side of a conflict is called.
const OURS: &str = "yours";

/// How far a command goes.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Extent {
    /// Does it.
    #[default]
    Apply,
    /// Says what would happen.
    DryRun,
    /// Says whether there is something to do.
    Check,
}

/// What the user asked for.
#[derive(Clone, Debug, Default)]
pub struct UpdateOptions {
    /// The project's folder, or one in it.
    pub folder: PathBuf,
    /// What is asked of the template.
    pub wanted: Wanted,
    /// How far it goes.
    pub extent: Extent,
}

/// Why a project was not updated.
#[derive(Debug, thiserror::Error)]
pub enum UpdateError {
    /// The project cannot be worked on.
    #[error(transparent)]
    Base(#[from] BaseError),
    /// The template cannot say what it makes now.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// Files that would change have changes that are not committed.
    #[error("{} that the update would touch {} not committed", files(.paths.len()), are(.paths.len()))]
    Uncommitted {
        /// The files.
        paths: Vec<RelPath>,
    },
    /// Another program turns these files into something else for git.
    #[error("{} that the update would touch {} kept by a git filter such as LFS", files(.paths.len()), are(.paths.len()))]
    Filtered {
        /// The files.
        paths: Vec<RelPath>,
    },
    /// The files could not be changed.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The project is under a template already.
    #[error("this project is under {template} {version} already")]
    Adopted {
        /// The template.
        template: String,
        /// Its version.
        version: Version,
    },
}

impl From<PathError> for UpdateError {
    fn from(error: PathError) -> Self {
        Self::Base(error.into())
    }
}

impl From<RepositoryError> for UpdateError {
    fn from(error: RepositoryError) -> Self {
        Self::Base(error.into())
    }
}

impl From<ProjectError> for UpdateError {
    fn from(error: ProjectError) -> Self {
        Self::Base(error.into())
    }
}

impl From<RelPathError> for UpdateError {
    fn from(error: RelPathError) -> Self {
        Self::Base(error.into())
    }
}

fn files(count: usize) -> String {
    if count == 1 {
        "1 file".to_owned()
    } else {
        format!("{count} files")
    }
}

fn are(count: usize) -> &'static str {
    if count == 1 { "is" } else { "are" }
}

/// What happened, or would.
#[derive(Debug)]
pub struct UpdateReport {
    /// The project's folder.
    pub root: PathBuf,
    /// The template.
    pub template: Template,
    /// The version before; none for a project that comes under a template.
    pub from: Option<Version>,
    /// The record afterwards.
    pub record: Record,
    /// Whether the record said all of this before.
    pub is_current: bool,
    /// What was decided, file by file.
    pub changes: Vec<Change>,
    /// What stood at the paths that change.
    pub before: BTreeMap<RelPath, Node>,
    /// How an update that an earlier run left unfinished ended.
    pub recovered: Option<Recovered>,
}

impl UpdateReport {
    /// Returns how many files a person has to look at.
    pub fn conflicts(&self) -> usize {
        self.changes
            .iter()
            .filter(|change| change.outcome == Outcome::Conflict)
            .count()
    }
}

/// Updates a project.
///
/// # Errors
/// Whatever keeps it from being updated; nothing is changed then.
pub fn update(system: &System, options: &UpdateOptions) -> Result<UpdateReport, UpdateError> {
    let opened = base::open(system, &options.folder)?;
    let target = target::target(system, &opened, &options.wanted)?;
    let mut report = UpdateReport {
        root: opened.project.root.clone(),
        template: target.template.clone(),
        from: Some(opened.record.version.clone()),
        is_current: target.record == opened.record,
        record: target.record.clone(),
        changes: Vec::new(),
        before: BTreeMap::new(),
        recovered: opened.recovered.clone(),
    };
    if report.is_current || options.extent == Extent::Check {
        return Ok(report);
    }
    let base = base::base(system, &opened)?;
    let merging = Merging {
        system,
        project: &opened.project,
        base: &base,
        target: &target,
    };
    merging.carry_out(options.extent, &mut report)?;
    Ok(report)
}

/// Takes the last update of a project back. Returns its files.
///
/// # Errors
/// There is none, it was committed, or files were edited since and `force` does not say that this is to be lost.
pub fn abort(
    system: &System,
    options: &UpdateOptions,
    force: bool,
) -> Result<Vec<RelPath>, UpdateError> {
    let folder = system.environment.path(&options.folder);
    // A project that came under a template only by this update has no record once that is taken back half-way.
    let root = project::find(&folder).unwrap_or(folder);
    let project = Project::open(&root)?;
    let journal = Journal::open(&project)?;
    journal.recover()?;
    Ok(journal.abort(force)?)
}

/// What takes part in a merge.
pub(super) struct Merging<'a> {
    pub(super) system: &'a System,
    pub(super) project: &'a Project,
    pub(super) base: &'a Base,
    pub(super) target: &'a Target,
}

impl Merging<'_> {
    /// Merges, checks that nothing would be lost, and changes the project.
    pub(super) fn carry_out(
        &self,
        extent: Extent,
        report: &mut UpdateReport,
    ) -> Result<(), UpdateError> {
        let Self {
            system,
            project,
            base,
            target,
        } = *self;
        let theirs = target.base();
        let tracked = project.tracked()?;
        let renamed = renamed(base, &theirs, &target.template);
        let next = Next {
            made: &theirs,
            renamed: &renamed,
        };
        let Sides {
            base: made,
            ours,
            theirs: makes,
            untracked,
            settled,
        } = sides(system, project, &tracked, base, Some(next))?;
        let rules = Rules {
            once: base.once.union(&theirs.once).cloned().collect(),
            renamed,
            untracked,
            settled,
        };
        let labels = Labels {
            ours: OURS.to_owned(),
            theirs: format!("{} {}", target.record.template, target.record.version),
        };
        report.changes = merge(&made, &ours, &makes, &rules, &labels);
        read_moved(project, &mut report.changes)?;
        let work = Work {
            project,
            contents: Contents::of(project),
            tracked: &tracked,
            ours: &ours,
            untracked: &rules.untracked,
        };
        let record_path = RelPath::parse(PATH)?;
        let record = Node::file(target.record.to_toml().as_bytes(), false);
        let mut touched = touched(&report.changes);
        if !report.is_current {
            touched.insert(record_path.clone());
        }
        let kept: Vec<RelPath> = touched
            .iter()
            .filter(|path| tracked.contains_key(*path))
            .cloned()
            .collect();
        refuse(project, &kept)?;
        let mut files = work.file_steps(&report.changes)?;
        report.before = files
            .iter()
            .filter_map(|step| Some((step.path.clone(), step.before.clone()?)))
            .collect();
        if extent != Extent::Apply {
            return Ok(());
        }
        let mut index = work.index_steps(&report.changes)?;
        files.push(work.file_step(&record_path, Some(record.clone()))?);
        index.extend(work.index_step(&record_path, Some(&record))?);
        work.contents.store()?;
        let journal = Journal::open(project)?;
        if matches!(
            target.template.origin,
            Origin::Builtin | Origin::Directory(_)
        ) {
            project.keep_tree(&target.composition.tree)?;
        }
        journal.apply(&Steps { files, index })?;
        Ok(())
    }
}

fn refuse(project: &Project, kept: &[RelPath]) -> Result<(), UpdateError> {
    let paths = project.filtered(kept)?;
    if !paths.is_empty() {
        return Err(UpdateError::Filtered { paths });
    }
    let paths = project.uncommitted(kept)?;
    if !paths.is_empty() {
        return Err(UpdateError::Uncommitted { paths });
    }
    Ok(())
}

/// Returns where the template itself says that files are now: by their names in it, and by its list of renames.
fn renamed(base: &Base, theirs: &Base, template: &Template) -> BTreeMap<RelPath, RelPath> {
    let now: BTreeMap<&str, &RelPath> = theirs
        .targets
        .iter()
        .map(|(path, target)| (target.as_str(), path))
        .collect();
    let declared: Vec<(&str, &str)> = template
        .layers
        .iter()
        .flat_map(|layer| &layer.package.manifest.renamed)
        .map(|renamed| (renamed.from.as_str(), renamed.to.as_str()))
        .collect();
    let mut found = BTreeMap::new();
    // Where an answer is part of a path, the answers of then say what the path was.
    let mut renderer = Renderer::new(base.answers.clone());
    for (path, target) in &theirs.targets {
        if !target.contains("{{") {
            continue;
        }
        let was = renderer.render(target, Language::Verbatim).ok();
        let was = was.and_then(|was| RelPath::parse(&was).ok());
        if let Some(was) = was.filter(|was| was != path && base.files.contains_key(was)) {
            found.insert(was, path.clone());
        }
    }
    for path in base.files.keys() {
        let target = base.targets.get(path).map_or(path.as_str(), String::as_str);
        let moved = declared.iter().find_map(|(from, to)| {
            let rest = target.strip_prefix(from)?;
            let is_it = rest.is_empty() || rest.starts_with('/');
            is_it.then(|| format!("{to}{rest}"))
        });
        let name = moved.as_deref().unwrap_or(target);
        if let Some(there) = now.get(name).filter(|there| **there != path) {
            found.insert(path.clone(), (*there).clone());
        }
    }
    found
}

/// Reads the user's own files that are moved along with a folder.
fn read_moved(project: &Project, changes: &mut [Change]) -> Result<(), PathError> {
    for change in changes {
        let Some(from) = &change.from else { continue };
        if change
            .result
            .as_ref()
            .is_some_and(|node| node.bytes.is_none())
            && let Look::Node(node) = project.look(from)?
        {
            change.result = Some(node);
        }
    }
    Ok(())
}

/// Returns the paths that changes touch, on disk or in the index.
fn touched(changes: &[Change]) -> BTreeSet<RelPath> {
    let mut touched = BTreeSet::new();
    for change in changes {
        if change.result.is_some() {
            touched.insert(change.path.clone());
        }
        touched.extend(change.deletes().cloned());
    }
    touched
}

/// What is known while changes become steps.
struct Work<'a> {
    project: &'a Project,
    contents: Contents<'a>,
    tracked: &'a BTreeMap<RelPath, Tracked>,
    ours: &'a Side,
    untracked: &'a BTreeSet<RelPath>,
}

impl Work<'_> {
    fn file_steps(&self, changes: &[Change]) -> Result<Vec<FileStep>, PathError> {
        let mut steps = Vec::new();
        for change in changes {
            if let Some(path) = change.deletes() {
                steps.push(self.file_step(path, None)?);
            }
            if let Some(node) = &change.result
                && self.ours.get(&change.path) != Some(node)
            {
                steps.push(self.file_step(&change.path, Some(node.clone()))?);
            }
        }
        Ok(steps)
    }

    fn file_step(&self, path: &RelPath, after: Option<Node>) -> Result<FileStep, PathError> {
        // What was decided upon is what must still be there when it is changed.
        let read = self.ours.get(path).filter(|node| node.bytes.is_some());
        let before = match read {
            Some(node) => Some(node.clone()),
            None => match self.project.look(path)? {
                Look::Node(node) => Some(node),
                Look::Nothing | Look::Folder | Look::Below(_) => None,
            },
        };
        Ok(FileStep {
            path: path.clone(),
            before,
            after,
        })
    }

    fn index_steps(&self, changes: &[Change]) -> Result<Vec<IndexStep>, RepositoryError> {
        let mut steps = Vec::new();
        for change in changes {
            if let Some(path) = change.deletes() {
                steps.extend(self.index_step(path, None)?);
            }
            if let Some(stages) = &change.stages {
                steps.extend(self.conflict(change, stages)?);
            } else if let Some(node) = &change.result {
                steps.extend(self.index_step(&change.path, Some(node))?);
            }
        }
        Ok(steps)
    }

    /// Returns what the index says about a file; nothing for one that git leaves out.
    fn index_step(
        &self,
        path: &RelPath,
        after: Option<&Node>,
    ) -> Result<Option<IndexStep>, RepositoryError> {
        let is_left_out = || self.untracked.contains(path) || self.project.is_ignored(path);
        if !self.tracked.contains_key(path) && (after.is_none() || is_left_out()) {
            return Ok(None);
        }
        let after = match after {
            Some(node) => vec![self.contents.entry(path, node, 0)?],
            None => Vec::new(),
        };
        Ok(Some(self.step(path, after)))
    }

    /// Returns the stages of a conflict: all at one path, or each at its own where both sides moved the file.
    fn conflict(
        &self,
        change: &Change,
        stages: &Stages,
    ) -> Result<Vec<IndexStep>, RepositoryError> {
        let path_of =
            |stage: &Option<(RelPath, Node)>| stage.as_ref().map(|(path, _)| path.clone());
        let (ours, theirs) = (path_of(&stages.ours), path_of(&stages.theirs));
        let is_torn = change.from.is_none()
            && ours.is_some()
            && theirs.is_some()
            && ours != theirs
            && ours.as_ref() == Some(&change.path);
        let mut entries: BTreeMap<RelPath, Vec<git2::IndexEntry>> = BTreeMap::new();
        for (number, stage) in [(1, &stages.base), (2, &stages.ours), (3, &stages.theirs)] {
            let Some((path, node)) = stage else { continue };
            let at = if is_torn { path } else { &change.path };
            let entry = self.contents.entry(at, node, number)?;
            entries.entry(at.clone()).or_default().push(entry);
        }
        Ok(entries
            .into_iter()
            .map(|(path, after)| self.step(&path, after))
            .collect())
    }

    fn step(&self, path: &RelPath, after: Vec<git2::IndexEntry>) -> IndexStep {
        let before = self
            .tracked
            .get(path)
            .map(|kept| self.project.kept_entry(path, kept));
        IndexStep {
            path: self.project.in_repository(path),
            before: before.into_iter().collect(),
            after,
        }
    }
}
