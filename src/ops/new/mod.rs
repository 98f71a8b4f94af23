//! Makes a project from a template.

pub(super) mod answering;
mod error;
mod making;
mod naming;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub use self::answering::place_of;
pub use self::error::NewError;

use self::answering::{answer, given};
use self::making::make;
use self::naming::{Typed, check_dependencies, distribution_of, names, replay_words};
use super::System;
use super::replay;
use crate::engine::compose::{Composition, compose};
use crate::engine::plan::{Action, Existing, OnConflict, Plan, PlanError, plan};
use crate::engine::resolve::Resolved;
use crate::model::address::GitRef;
use crate::model::language::Language;
use crate::model::manifest::Manifest;
use crate::model::name::{DistributionName, PackageName};
use crate::model::record::{self, Record};
use crate::model::relpath::RelPath;
use crate::model::template::{Origin, Template};
use crate::model::text::visible;
use crate::model::tree::{File, Tree};
use crate::model::value::Answers;
use crate::system::builtin;
use crate::system::picker::{self, Entry};
use crate::system::prompt;
use crate::system::repository::GitSettings;
use crate::system::uv;
use crate::system::workdir::{self, Destination};

/// The file that `uv lock` writes.
const LOCK: &str = "uv.lock";

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
    /// The branch, tag or commit of the template.
    pub reference: Option<GitRef>,
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
    NoIdentity {
        /// Whether the name is missing.
        name: bool,
        /// Whether the address is missing.
        email: bool,
    },
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
    /// Returns whether uv writes the lock file.
    fn locks(&self) -> bool {
        self.plan.actions.iter().any(|(path, action)| {
            path.as_str() == LOCK && matches!(action, Action::Create | Action::Replace)
        })
    }

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
    let template = system.catalog.load(&word)?;
    let typed = project_path(system, options, &word)?;
    let path = system.environment.path(&typed);
    let mut given = given(system, options, &template)?;
    let command = Typed::new(system, (word, typed), options, &template, &mut given);
    let (name, package) = names(&command, &path)?;
    let destination = workdir::inspect(&path, &system.environment.directory)?;
    let settings = GitSettings::read(&system.environment);
    let resolved = answer(
        system,
        options,
        &template,
        &settings,
        &given,
        (&name, &package),
    )?;
    let (composition, tree) = render(&template, &resolved)?;
    check_dependencies(&command, (&name, &package), &template, &tree)?;
    let existing = match destination {
        Destination::Absent { .. } | Destination::Empty => BTreeMap::new(),
        Destination::Folder => workdir::scan(&path, tree.paths())?,
    };
    let mut plan = plan_files(system, options, &tree, &existing)?;
    if options.uv != UvMode::Off {
        plan_lock(options, &destination, &path, &mut plan)?;
    }
    let replay = replay_words(&command, options, &template, &resolved);
    let mut report = NewReport {
        shown_path: command.shown_path(system),
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
    let row = |word: String, manifest: &Manifest| {
        let description = manifest.description.as_ref();
        Entry {
            word,
            summary: visible(manifest.summary.get(system.language)),
            description: description.map(|words| visible(words.get(system.language))),
        }
    };
    let mut rows: Vec<Entry> = builtin::names()
        .into_iter()
        .filter_map(|name| Some(row(name.to_owned(), &builtin::manifest(name)?.ok()?)))
        .collect();
    for source in system.catalog.sources.values() {
        let manifests = system.catalog.manifests(source).unwrap_or_default();
        rows.extend(manifests.iter().flatten().map(|manifest| {
            let word = format!("{}/{}", source.name, manifest.name);
            row(word, manifest)
        }));
    }
    let title = say(system, "Template", "模板");
    let keys = say(
        system,
        "type to filter, up and down to move, Enter to choose, Esc to cancel",
        "输入以筛选，上下键移动，回车选择，Esc 取消",
    );
    let nothing = say(
        system,
        "no template has these words",
        "没有包含这些词的模板",
    );
    Ok(picker::choose(rows, (title, keys, nothing))?)
}

/// Returns a prompt in the language of the user.
fn say<'a>(system: &System, english: &'a str, chinese: &'a str) -> &'a str {
    match system.language {
        Language::English => english,
        Language::Chinese => chinese,
    }
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
    Ok(PathBuf::from(prompt::line(
        say(system, "Project name", "项目名称"),
        check,
    )?))
}

/// Renders the project and adds the record of how it was made.
fn render(template: &Template, resolved: &Resolved) -> Result<(Composition, Tree), NewError> {
    let composition = compose(template, resolved)?;
    let record = record_of(template, resolved, &composition)?;
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

/// Returns the record of a project that was rendered.
pub(super) fn record_of(
    template: &Template,
    resolved: &Resolved,
    composition: &Composition,
) -> Result<Record, NewError> {
    // A secret is in no record, so the tree that an update starts from is the one without it.
    let untouched = if resolved.secrets.is_empty() {
        composition.tree_id()
    } else {
        compose(template, &resolved.without_secrets())?.tree_id()
    };
    let answers: Answers = resolved
        .answers
        .iter()
        .filter(|(key, _)| !resolved.secrets.contains(*key))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    Ok(Record {
        template: template.manifest.name.clone(),
        source: template.origin.to_string(),
        git: match &template.origin {
            Origin::Git(origin) => Some(origin.clone()),
            Origin::Builtin | Origin::Directory(_) => None,
        },
        inherits: template.inherits.clone(),
        version: template.manifest.version.clone(),
        layers: composition.layers.clone(),
        tree: untouched.to_string(),
        answers,
    })
}

fn plan_files(
    system: &System,
    options: &NewOptions,
    tree: &Tree,
    existing: &BTreeMap<RelPath, Existing>,
) -> Result<Plan, NewError> {
    let policy = match options.on_conflict {
        ConflictPolicy::Skip => OnConflict::Skip,
        ConflictPolicy::Overwrite => OnConflict::Overwrite,
        ConflictPolicy::Ask if system.environment.interactive => {
            return ask_about_conflicts(system, tree, existing);
        }
        ConflictPolicy::Ask | ConflictPolicy::Fail => OnConflict::Fail,
    };
    Ok(plan(tree, existing, |_| policy)?)
}

/// Adds the lock file that uv will write.
fn plan_lock(
    options: &NewOptions,
    destination: &Destination,
    path: &Path,
    plan: &mut Plan,
) -> Result<(), NewError> {
    let (Ok(lock), Ok(project)) = (RelPath::parse(LOCK), RelPath::parse("pyproject.toml")) else {
        return Ok(());
    };
    let there = match destination {
        Destination::Absent { .. } | Destination::Empty => BTreeMap::new(),
        Destination::Folder => workdir::scan(path, std::iter::once(&lock))?,
    };
    let action = match (there.get(&lock), options.on_conflict) {
        (None, _) => Action::Create,
        (Some(Existing::File(_)), ConflictPolicy::Overwrite) => Action::Replace,
        (Some(Existing::File(_)), ConflictPolicy::Skip) => Action::Keep,
        (Some(_), _) => return Err(PlanError::Conflicts { paths: vec![lock] }.into()),
    };
    if action != Action::Keep && plan.actions.get(&project) == Some(&Action::Keep) {
        let what = "it stays as it is, and `--lock` needs the template's";
        return Err(PlanError::InTheWay {
            path: project,
            what,
        }
        .into());
    }
    plan.actions.insert(lock, action);
    Ok(())
}

fn ask_about_conflicts(
    system: &System,
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
            (
                say(system, "keep the file that is there", "保留现有文件").to_owned(),
                OnConflict::Skip,
            ),
            (
                say(
                    system,
                    "overwrite it with the template's",
                    "用模板的文件覆盖",
                )
                .to_owned(),
                OnConflict::Overwrite,
            ),
        ];
        let decision = prompt::pick(
            &format!("{path}{}", say(system, " is already there", " 已存在")),
            options,
        )?;
        decisions.insert(path, decision);
    }
    Ok(plan(tree, existing, |path| {
        decisions.get(path).copied().unwrap_or_default()
    })?)
}
