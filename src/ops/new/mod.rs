//! Makes a project from a template.

mod answering;
mod error;
mod making;
mod naming;

use std::collections::BTreeMap;
use std::path::PathBuf;

pub use self::answering::place_of;
pub use self::error::NewError;

use self::answering::{answer, given};
use self::making::make;
use self::naming::{Typed, check_dependencies, distribution_of, names, replay_words, shown};
use super::System;
use super::replay;
use crate::engine::compose::{Composition, compose};
use crate::engine::plan::{Existing, OnConflict, Plan, PlanError, plan};
use crate::engine::resolve::Resolved;
use crate::model::name::{DistributionName, PackageName};
use crate::model::record::{self, Record};
use crate::model::relpath::RelPath;
use crate::model::template::Template;
use crate::model::tree::{File, Tree};
use crate::model::value::Answers;
use crate::system::builtin;
use crate::system::prompt;
use crate::system::repository::{self, GitSettings};
use crate::system::source;
use crate::system::uv;
use crate::system::workdir::{self, Destination};

/// What to do with a file that is already there with other content.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum ConflictPolicy {
    /// Refuse.
    #[default]
    Fail,
    /// Ask for each file.
    Ask,
    /// Keep what is there.
    Skip,
    /// Put the template's file in its place.
    Overwrite,
}

/// How much git does.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum GitMode {
    /// A repository with a first commit.
    #[default]
    Commit,
    /// A repository without a commit.
    Init,
    /// No repository.
    Off,
}

/// What uv does.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum UvMode {
    /// Nothing.
    #[default]
    Off,
    /// Writes `uv.lock`, so that it is in the first commit.
    Lock,
    /// Writes `uv.lock` and makes the environment.
    Sync,
}

/// What the user asked for.
#[derive(Clone, Debug, Default)]
pub struct NewOptions {
    /// The template, where one was named.
    pub template: Option<String>,
    /// Where the project is made.
    pub path: Option<PathBuf>,
    /// The distribution name, if it is not the folder's.
    pub name: Option<String>,
    /// The import name, if it is not made from the distribution name.
    pub package: Option<String>,
    /// Answers from flags.
    pub answers: BTreeMap<String, String>,
    /// An answers file, `-` for input.
    pub answers_file: Option<String>,
    /// Take defaults instead of asking.
    pub yes: bool,
    /// Plan only.
    pub dry_run: bool,
    /// What to do with files that are there.
    pub on_conflict: ConflictPolicy,
    /// How much git does.
    pub git: GitMode,
    /// What uv does.
    pub uv: UvMode,
    /// Whether uv must not use the network.
    pub offline: bool,
}

/// What git did.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum GitReport {
    /// A repository with a first commit.
    Committed {
        /// The branch.
        branch: String,
        /// The commit id.
        commit: String,
    },
    /// A repository without a commit.
    Initialized {
        /// The branch.
        branch: String,
        /// Why there is no commit.
        reason: NoCommit,
    },
    /// The project lies in another repository; nothing was staged or committed.
    Inside {
        /// The root of that repository.
        root: PathBuf,
    },
    /// No repository was wanted.
    Off,
}

/// Why there is a repository and no commit.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum NoCommit {
    /// It was not wanted.
    Asked,
    /// Git does not know who commits.
    NoIdentity,
    /// The configuration demands a signature, which only the git program makes.
    Signs,
}

/// What was made, or would be.
#[derive(Clone, Debug)]
pub struct NewReport {
    /// The template.
    pub template: Template,
    /// The distribution name.
    pub name: String,
    /// The import name.
    pub package: String,
    /// The project's folder.
    pub path: PathBuf,
    /// The folder as the user would type it.
    pub shown_path: String,
    /// The answers and where they came from.
    pub resolved: Resolved,
    /// Every file with its layers.
    pub composition: Composition,
    /// The whole tree, the record included.
    pub tree: Tree,
    /// What was there before.
    pub existing: BTreeMap<RelPath, Existing>,
    /// What happens to each file.
    pub plan: Plan,
    /// What git did; none in a dry run.
    pub git: Option<GitReport>,
    /// Whether uv made the environment.
    pub synced: bool,
    /// The words of the command that makes the same project again.
    pub replay: Vec<String>,
}

impl NewReport {
    /// Returns the command that makes the same project again.
    pub fn replay_line(&self) -> String {
        replay::command_line(&self.replay)
    }
}

/// Makes a project from a template.
///
/// # Errors
/// Whatever keeps it from being made. But for [`NewError::Sync`] nothing is written then.
pub fn new(system: &System, options: &NewOptions) -> Result<NewReport, NewError> {
    let word = template_word(system, options)?;
    let template = source::load(&word, &system.environment)?;
    let typed = project_path(system, options, &word)?;
    let path = system.environment.path(&typed);
    let mut given = given(system, options, &template)?;
    let command = Typed::new(word, typed, options, &mut given);
    let (name, package) = names(&command, &path)?;
    let settings = GitSettings::read(&system.environment);
    let resolved = answer(
        system,
        options,
        &template,
        &settings,
        given,
        (&name, &package),
    )?;
    let (composition, tree) = render(&template, &resolved)?;
    check_dependencies(&command, (&name, &package), &template, &tree)?;
    let destination = workdir::inspect(&path, &system.environment.directory)?;
    let existing = match destination {
        Destination::Absent { .. } | Destination::Empty => BTreeMap::new(),
        Destination::Folder => workdir::scan(&path, tree.paths())?,
    };
    let plan = plan_files(system.environment.interactive, options, &tree, &existing)?;
    let replay = replay_words(&command, options, &template, &resolved);
    let mut report = NewReport {
        shown_path: shown(&command.path),
        name: name.to_string(),
        package: package.to_string(),
        template,
        path,
        resolved,
        composition,
        tree,
        existing,
        plan,
        git: None,
        synced: false,
        replay,
    };
    if !options.dry_run {
        report.git = Some(make(system, options, &report, &destination, &settings)?);
        if options.uv == UvMode::Sync {
            uv::run("sync", &report.path, options.offline).map_err(|error| NewError::Sync {
                error,
                path: report.shown_path.clone(),
            })?;
            report.synced = true;
        }
    }
    Ok(report)
}

fn template_word(system: &System, options: &NewOptions) -> Result<String, NewError> {
    if let Some(word) = &options.template {
        return Ok(word.clone());
    }
    if !system.environment.interactive || options.yes {
        return Err(NewError::NoTemplate);
    }
    let rows = builtin::names()
        .into_iter()
        .filter_map(|name| {
            let manifest = builtin::load(name)?.ok()?.manifest;
            let summary = manifest.summary.get(system.language);
            Some((format!("{name}  {summary}"), name.to_owned()))
        })
        .collect();
    Ok(prompt::pick("Template", rows)?)
}

fn project_path(system: &System, options: &NewOptions, word: &str) -> Result<PathBuf, NewError> {
    if let Some(path) = &options.path {
        return Ok(path.clone());
    }
    if !system.environment.interactive || options.yes {
        return Err(NewError::NoPath {
            template: word.to_owned(),
        });
    }
    let check = |text: &str| {
        let name = distribution_of(text);
        let named = DistributionName::parse(&name)
            .and_then(|name| PackageName::from_distribution(&name).map(drop));
        named.err().map(|error| error.to_string())
    };
    Ok(PathBuf::from(prompt::line("Project name", check)?))
}

/// Renders the project and adds the record of how it was made.
fn render(template: &Template, resolved: &Resolved) -> Result<(Composition, Tree), NewError> {
    let composition = compose(template, resolved)?;
    // A secret is in no record, so the tree that an update starts from is the one without it.
    let untouched = if resolved.secrets.is_empty() {
        repository::tree_id(&composition.tree)?
    } else {
        repository::tree_id(&compose(template, &resolved.without_secrets())?.tree)?
    };
    let answers: Answers = resolved
        .answers
        .iter()
        .filter(|(key, _)| !resolved.secrets.contains(*key))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    let record = Record {
        template: template.manifest.name.clone(),
        source: template.origin.to_string(),
        version: template.manifest.version.clone(),
        layers: composition.layers.clone(),
        tree: untouched,
        answers,
    };
    let mut tree = composition.tree.clone();
    let file = File {
        bytes: record.to_toml().into_bytes().into(),
        executable: false,
    };
    let path = RelPath::parse(record::PATH).map_err(|_| NewError::BringsRecord)?;
    let taken = tree.insert(path, file).is_some() || tree.collision().is_some();
    if taken {
        Err(NewError::BringsRecord)
    } else {
        Ok((composition, tree))
    }
}

fn plan_files(
    interactive: bool,
    options: &NewOptions,
    tree: &Tree,
    existing: &BTreeMap<RelPath, Existing>,
) -> Result<Plan, NewError> {
    let policy = match options.on_conflict {
        ConflictPolicy::Skip => OnConflict::Skip,
        ConflictPolicy::Overwrite => OnConflict::Overwrite,
        ConflictPolicy::Ask if interactive => return ask_about_conflicts(tree, existing),
        ConflictPolicy::Ask | ConflictPolicy::Fail => OnConflict::Fail,
    };
    Ok(plan(tree, existing, |_| policy)?)
}

fn ask_about_conflicts(
    tree: &Tree,
    existing: &BTreeMap<RelPath, Existing>,
) -> Result<Plan, NewError> {
    let conflicts = match plan(tree, existing, |_| OnConflict::Fail) {
        Err(PlanError::Conflicts { paths }) => paths,
        other => return Ok(other?),
    };
    let mut decisions = BTreeMap::new();
    for path in conflicts {
        let options = vec![
            ("keep the file that is there".to_owned(), OnConflict::Skip),
            (
                "overwrite it with the template's".to_owned(),
                OnConflict::Overwrite,
            ),
        ];
        let decision = prompt::pick(&format!("{path} is already there"), options)?;
        decisions.insert(path, decision);
    }
    Ok(plan(tree, existing, |path| {
        decisions.get(path).copied().unwrap_or_default()
    })?)
}
