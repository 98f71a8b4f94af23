//! `pyscaffold new`

use clap::ArgMatches;
use serde_json::json;

use super::arguments::NewArgs;
use super::failure::Failure;
use super::plan;
use super::questions;
use super::shell::{BAD, DIM, GOOD, HEADING, Shell, Verbosity, styled};
use crate::engine::plan::{Action, Existing};
use crate::engine::resolve::Source;
use crate::model::cookiecutter::{HOOKS, SKIP};
use crate::model::question::{Kind, Question};
use crate::model::relpath::RelPath;
use crate::model::template::Origin;
use crate::model::text::{is_plain_line, visible};
use crate::model::value::Value;
use crate::ops::System;
use crate::ops::new::{GitMode, GitReport, NewOptions, NewReport, NoCommit, UvMode, new, place_of};
use crate::ops::replay;
use crate::system::diff;

/// Where lists of words are broken.
const WIDTH: usize = 96;

pub(super) fn run(
    shell: &Shell,
    system: &System,
    arguments: NewArgs,
    matches: &ArgMatches,
) -> Result<(), Failure> {
    let (json, show_diff) = (arguments.json, arguments.diff);
    let options = options(system, arguments, matches);
    let report = new(system, &options)?;
    if json {
        return Ok(shell.json(&to_json(&report, options.dry_run))?);
    }
    if options.dry_run {
        return dry_run(shell, &report, show_diff);
    }
    tell(shell, system, &report);
    Ok(())
}

fn options(system: &System, arguments: NewArgs, matches: &ArgMatches) -> NewOptions {
    let mut answers: std::collections::BTreeMap<String, String> =
        arguments.set.into_iter().collect();
    answers.extend(questions::given(matches));
    if arguments.skip_hooks {
        answers.insert(HOOKS.to_owned(), SKIP.to_owned());
    }
    let init = !arguments.no_git && system.config.init.unwrap_or(true);
    let commit = !arguments.no_commit && system.config.commit.unwrap_or(true);
    NewOptions {
        template: arguments.template,
        path: arguments.path,
        name: arguments.name,
        package: arguments.package,
        answers,
        answers_file: arguments.answers,
        yes: arguments.yes,
        dry_run: arguments.dry_run,
        on_conflict: arguments.on_conflict.into(),
        git: match (init, commit) {
            (false, _) => GitMode::Off,
            (true, false) => GitMode::Init,
            (true, true) => GitMode::Commit,
        },
        uv: match (arguments.lock, arguments.sync) {
            (_, true) => UvMode::Sync,
            (true, false) => UvMode::Lock,
            (false, false) => UvMode::Off,
        },
        offline: arguments.offline,
        reference: arguments.reference,
    }
}

fn tell(shell: &Shell, system: &System, report: &NewReport) {
    let manifest = &report.template.manifest;
    let line = |title: &str, text: String| {
        shell.say(format!(
            "  {}  {text}",
            styled(HEADING, format!("{title:<9}"))
        ));
    };
    let origin = origin(&report.template.origin);
    line(
        "Template",
        format!("{} {} ({origin})", manifest.name, manifest.version),
    );
    let answers = answers(report);
    if !answers.is_empty() {
        line("Answers", wrap(&answers));
    }
    line("Created", created(report));
    if shell.verbosity == Verbosity::Verbose {
        for (path, action) in &report.plan.actions {
            shell.say(format!("             {} {path}", word(*action)));
        }
    }
    if let Some(git) = &report.git {
        line("Git", git_line(git, report));
    }
    if let Some(cookiecutter) = report.template.cookiecutter.as_ref()
        && !cookiecutter.hooks.is_empty()
    {
        let count = cookiecutter.hooks.len();
        let what = format!("{count} not run; the project may not be what its author meant");
        line("Hooks", what);
    }
    if report.synced {
        line("uv", "locked and synced".to_owned());
    }
    shell.say(styled(GOOD, "Next:"));
    let here = report.path == system.environment.directory && system.folder.as_os_str().is_empty();
    if !here {
        shell.say(format!("  cd {}", replay::quote(&report.shown_path)));
    }
    for step in next_steps(report) {
        shell.say(format!("  {}", visible(step)));
    }
    if let Some(cure) = cure(report) {
        shell.say(format!("{} {cure}", styled(BAD, "To commit:")));
    }
    let replay = report.replay_line();
    let replay = if is_plain_line(&replay) {
        replay
    } else {
        visible(&replay)
    };
    shell.say(format!("{}  {replay}", styled(DIM, "Same again:")));
}

/// Returns where a template comes from, as a person reads it.
pub(super) fn origin(origin: &Origin) -> String {
    match origin {
        Origin::Builtin => "built in".to_owned(),
        Origin::Directory(path) => visible(path),
        Origin::Git(git) => {
            let reference = git
                .reference
                .as_ref()
                .filter(|reference| !reference.is_commit());
            let at = reference.map(|reference| format!(" at {reference}"));
            let at = at.unwrap_or_default();
            format!("{}{at}, commit {}", git.url, short(&git.commit))
        }
    }
}

/// Returns a commit id as people write it.
pub(super) fn short(commit: &str) -> &str {
    commit.get(..7).unwrap_or(commit)
}

/// Returns the commands that come next; what was done already is not among them.
fn next_steps(report: &NewReport) -> impl Iterator<Item = &String> {
    let next = &report.template.manifest.next;
    next.iter()
        .filter(|step| !(report.synced && *step == "uv sync"))
}

/// Returns the answers that shape the project, each with where it came from unless that is the default.
fn answers(report: &NewReport) -> Vec<String> {
    let mut words = Vec::new();
    for question in &report.template.questions {
        let source = report
            .resolved
            .sources
            .get(&question.key)
            .copied()
            .unwrap_or(Source::Default);
        let Some(value) = report.resolved.answers.get(&question.key) else {
            continue;
        };
        let shapes = match question.kind {
            Kind::Bool | Kind::Choice | Kind::Choices => true,
            Kind::Text | Kind::Integer | Kind::Secret => {
                source != Source::Default && question.default.as_ref() != Some(value)
            }
        };
        if !shapes || source == Source::NotAsked || value.to_string().is_empty() {
            continue;
        }
        let place = match source {
            Source::Default | Source::Flag | Source::Prompt | Source::NotAsked => String::new(),
            other => format!(" ({})", place_of(other, &question.key)),
        };
        words.push(format!(
            "{} {}{place}",
            question.key,
            shown(question, value)
        ));
    }
    words
}

fn shown(question: &Question, value: &Value) -> String {
    match (question.kind, value) {
        (Kind::Secret, _) => "…".to_owned(),
        (_, Value::Bool(true)) => "yes".to_owned(),
        (_, Value::Bool(false)) => "no".to_owned(),
        (_, value) => visible(&value.to_string()),
    }
}

fn wrap(words: &[String]) -> String {
    const INDENT: &str = "\n             ";
    let mut text = String::new();
    let mut width = 13;
    for (index, word) in words.iter().enumerate() {
        let length = word.chars().count();
        if index > 0 {
            if width + length + 3 > WIDTH {
                text.push_str(" ·");
                text.push_str(INDENT);
                width = 13;
            } else {
                text.push_str(" · ");
                width += 3;
            }
        }
        text.push_str(word);
        width += length;
    }
    text
}

fn created(report: &NewReport) -> String {
    let count = |action| report.plan.with(action).count();
    let here = matches!(report.shown_path.as_str(), "." | "");
    let place = if here {
        "this folder".to_owned()
    } else if report.path.is_absolute() && report.shown_path.starts_with(['/', '.']) {
        visible(&report.shown_path)
    } else {
        format!("./{}", visible(&report.shown_path))
    };
    let mut text = format!("{} in {place}", files(count(Action::Create)));
    for (action, what) in [
        (Action::Replace, "replaced"),
        (Action::Unchanged, "already there"),
        (Action::Keep, "kept as they were"),
    ] {
        if count(action) > 0 {
            text = format!("{text}, {} {what}", count(action));
        }
    }
    text
}

pub(super) fn files(count: usize) -> String {
    if count == 1 {
        "1 file".to_owned()
    } else {
        format!("{count} files")
    }
}

fn git_line(git: &GitReport, report: &NewReport) -> String {
    match git {
        GitReport::Committed { branch, commit } => {
            let commit = short(commit);
            format!("repository on {}, first commit {commit}", visible(branch))
        }
        GitReport::Initialized { branch, reason } => {
            let why = match reason {
                NoCommit::Asked => "no commit, as asked",
                NoCommit::NoIdentity { .. } => "no commit: git does not know who you are",
                NoCommit::Signs => {
                    "no commit: commit.gpgSign is set, and only the git program signs"
                }
            };
            format!("repository on {}, {why}", visible(branch))
        }
        GitReport::Inside { root } => {
            let place = if *root == report.path {
                "this repository".to_owned()
            } else {
                format!(
                    "inside the repository {}: no new one",
                    visible(&root.display().to_string())
                )
            };
            let ignores = report.plan.actions.iter().any(|(path, action)| {
                path.as_str() == ".gitignore" && matches!(action, Action::Create | Action::Replace)
            });
            let ignores = if ignores {
                ".gitignore is written, "
            } else {
                ""
            };
            format!("{place}; {ignores}nothing was staged or committed")
        }
        GitReport::Off => "no repository, as asked".to_owned(),
    }
}

fn cure(report: &NewReport) -> Option<String> {
    let Some(GitReport::Initialized { reason, .. }) = &report.git else {
        return None;
    };
    let manifest = &report.template.manifest;
    let message = replay::quote(&format!(
        "Create {} from {} {}",
        report.name, manifest.name, manifest.version
    ));
    let commit = format!("git add --all && git commit --message {message}");
    match reason {
        NoCommit::Asked => None,
        NoCommit::Signs => Some(commit),
        NoCommit::NoIdentity { name, email } => {
            let mut steps = Vec::new();
            if *name {
                steps.push("git config --global user.name \"Your Name\"".to_owned());
            }
            if *email {
                steps.push("git config --global user.email you@example.org".to_owned());
            }
            steps.push(commit);
            Some(steps.join(" && "))
        }
    }
}

pub(super) fn word(action: Action) -> &'static str {
    match action {
        Action::Create => "create   ",
        Action::Replace => "replace  ",
        Action::Unchanged => "unchanged",
        Action::Keep => "keep     ",
    }
}

/// Prints the plan, or every file as a diff, to output.
fn dry_run(shell: &Shell, report: &NewReport, show_diff: bool) -> Result<(), Failure> {
    if show_diff {
        let mut bytes = Vec::new();
        for (path, action) in &report.plan.actions {
            if matches!(action, Action::Create | Action::Replace) {
                bytes.extend(difference(report, path)?);
            }
        }
        shell.diff(&bytes)?;
    } else if shell.is_seen() {
        shell.page(&plan::tree(report))?;
    } else {
        shell.page(&plan::lines(report))?;
    }
    let count = files(report.plan.writes());
    shell.say(format!(
        "Dry run: {count} would be written to {}; nothing was.",
        report.shown_path
    ));
    Ok(())
}

fn difference(report: &NewReport, path: &RelPath) -> Result<Vec<u8>, Failure> {
    let before = match report.existing.get(path) {
        Some(Existing::File(bytes)) => Some(bytes.as_slice()),
        Some(Existing::Folder | Existing::Special | Existing::Below(_)) | None => None,
    };
    let Some(file) = report.tree.get(path) else {
        return Ok(Vec::new());
    };
    diff::unified(path, before, file).map_err(|error| Failure::new("git", error.to_string()))
}

fn to_json(report: &NewReport, dry_run: bool) -> serde_json::Value {
    let manifest = &report.template.manifest;
    let answers: serde_json::Map<String, serde_json::Value> = report
        .resolved
        .answers
        .iter()
        .filter(|(key, _)| !report.resolved.secrets.contains(*key))
        .map(|(key, value)| (key.clone(), value.to_json()))
        .collect();
    let files: Vec<serde_json::Value> = report
        .plan
        .actions
        .iter()
        .map(|(path, action)| json!({ "path": path, "action": word(*action).trim_end() }))
        .collect();
    json!({
        "dry_run": dry_run,
        "template": {
            "name": manifest.name,
            "version": manifest.version.to_string(),
            "source": report.template.origin.to_string(),
            "commit": commit(&report.template.origin),
        },
        "name": report.name,
        "package": report.package,
        "path": report.path.display().to_string(),
        "answers": answers,
        "files": files,
        "git": report.git.as_ref().map(git_json),
        "synced": report.synced,
        "next": next_steps(report).collect::<Vec<_>>(),
        "replay": report.replay,
    })
}

/// Returns the commit that a template is from.
pub(super) fn commit(origin: &Origin) -> Option<&str> {
    match origin {
        Origin::Git(git) => Some(&git.commit),
        Origin::Builtin | Origin::Directory(_) => None,
    }
}

fn git_json(git: &GitReport) -> serde_json::Value {
    match git {
        GitReport::Committed { branch, commit } => {
            json!({ "state": "committed", "branch": branch, "commit": commit })
        }
        GitReport::Initialized { branch, reason } => {
            let reason = match reason {
                NoCommit::Asked => "asked",
                NoCommit::NoIdentity { .. } => "no-identity",
                NoCommit::Signs => "signing",
            };
            json!({ "state": "initialized", "branch": branch, "reason": reason })
        }
        GitReport::Inside { root } => {
            json!({ "state": "inside", "root": root.display().to_string() })
        }
        GitReport::Off => json!({ "state": "off" }),
    }
}
