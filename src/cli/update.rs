//! `pyscaffold update`, `status`, `diff` and `adopt`

use std::collections::BTreeMap;

use serde_json::json;

use super::arguments::{AdoptArgs, MergeArgs, ProjectArgs, UpdateArgs};
use super::failure::Failure;
use super::shell::{BAD, DIM, GOOD, HEADING, Shell, styled};
use crate::engine::merge::{Change, Mode, Node, Outcome};
use crate::model::relpath::RelPath;
use crate::model::text::visible;
use crate::model::tree::File;
use crate::ops::System;
use crate::ops::adopt::{self, AdoptOptions};
use crate::ops::diff::{self, Pair};
use crate::ops::status::{self, Local};
use crate::ops::target::Wanted;
use crate::ops::update::{self, Extent, UpdateOptions, UpdateReport};
use crate::system::diff as patch;
use crate::system::journal::Recovered;

/// The exit code where a person has something left to do.
const OPEN: u8 = 3;

pub(super) fn run(shell: &Shell, system: &System, arguments: UpdateArgs) -> Result<(), Failure> {
    let common = &arguments.common;
    let options = UpdateOptions {
        wanted: Wanted {
            to: arguments.to,
            source: arguments.source,
            answers: common.set.iter().cloned().collect(),
            yes: common.yes || common.json,
        },
        folder: arguments.dir,
        extent: extent(common, arguments.check),
    };
    if arguments.abort {
        let paths = update::abort(system, &options, common.yes)?;
        if common.json {
            return Ok(shell.json(&json!({ "state": "aborted", "files": paths }))?);
        }
        let count = count(paths.len(), "file");
        shell.say(format!("{} {count} as before", styled(GOOD, "Taken back:")));
        return Ok(());
    }
    let report = update::update(system, &options)?;
    tell(shell, &report, common, options.extent)
}

pub(super) fn adopt(shell: &Shell, system: &System, arguments: AdoptArgs) -> Result<(), Failure> {
    let common = &arguments.common;
    let options = AdoptOptions {
        wanted: Wanted {
            answers: common.set.iter().cloned().collect(),
            yes: common.yes || common.json,
            ..Wanted::default()
        },
        template: arguments.template,
        folder: arguments.dir,
        extent: extent(common, false),
    };
    let report = adopt::adopt(system, &options)?;
    tell(shell, &report, common, options.extent)
}

fn extent(common: &MergeArgs, check: bool) -> Extent {
    match (common.dry_run, check) {
        (_, true) => Extent::Check,
        (true, false) => Extent::DryRun,
        (false, false) => Extent::Apply,
    }
}

fn tell(
    shell: &Shell,
    report: &UpdateReport,
    common: &MergeArgs,
    extent: Extent,
) -> Result<(), Failure> {
    if common.json {
        shell.json(&to_json(report, extent))?;
    } else if extent == Extent::DryRun && common.diff {
        print_diff(shell, report)?;
    } else {
        say(shell, report, extent)?;
    }
    let is_behind = extent == Extent::Check && !report.is_current;
    if is_behind {
        return Err(Failure::new("update.behind", "there is something new")
            .silent()
            .exit(OPEN));
    }
    if report.conflicts() > 0 {
        return Err(Failure::new("update.conflicts", "there are conflicts")
            .silent()
            .exit(OPEN));
    }
    Ok(())
}

/// Says what happened; what would happen was asked for, and goes to output.
fn say(shell: &Shell, report: &UpdateReport, extent: Extent) -> Result<(), Failure> {
    let put = |text: String| -> Result<(), Failure> {
        if extent == Extent::Apply {
            shell.say(text);
            Ok(())
        } else {
            Ok(shell.out(text)?)
        }
    };
    recovered(shell, report.recovered.as_ref());
    let name = &report.record.template;
    let now = &report.record.version;
    if report.is_current {
        return put(format!("{name} {now}: nothing new"));
    }
    let head = match &report.from {
        None => format!("{name} {now}: the project comes under it"),
        Some(from) if from > now => format!("{name} {from} -> {now}, an older version"),
        Some(from) if from == now => format!("{name} {now}, with other answers or files"),
        Some(from) => format!("{name} {from} -> {now}"),
    };
    put(styled(HEADING, head))?;
    for outcome in Outcome::ALL {
        for change in report.changes.iter().filter(|one| one.outcome == outcome) {
            put(line(change))?;
        }
    }
    if extent != Extent::Apply {
        return Ok(());
    }
    let conflicts = report.conflicts();
    if conflicts > 0 {
        let count = count(conflicts, "conflict");
        shell.say(format!(
            "{} solve them as any of git's, `git add` the files and commit; `pyscaffold update --abort` takes all back",
            styled(BAD, format!("{count}:"))
        ));
    } else {
        shell.say(format!(
            "{} look at `git diff --cached`, run the tests, and commit",
            styled(GOOD, "Next:")
        ));
    }
    Ok(())
}

fn recovered(shell: &Shell, recovered: Option<&Recovered>) {
    match recovered {
        None => {}
        Some(Recovered::Finished) => {
            shell.say("An update that was interrupted was finished first.");
        }
        Some(Recovered::TakenBack(edited)) => {
            let edited: Vec<String> = edited.iter().map(ToString::to_string).collect();
            shell.say(format!(
                "An update that was interrupted was taken back first; edited since, and left as they are: {}",
                edited.join(", ")
            ));
        }
    }
}

fn line(change: &Change) -> String {
    let word = format!("{:<13}", change.outcome.word());
    let word = if change.outcome == Outcome::Conflict {
        styled(BAD, word)
    } else {
        word
    };
    let from = match &change.from {
        Some(from) => format!("{} -> ", visible(from.as_str())),
        None => String::new(),
    };
    let note = match &change.note {
        Some(note) => styled(DIM, format!("  ({})", visible(note))),
        None => String::new(),
    };
    format!("  {word} {from}{}{note}", visible(change.path.as_str()))
}

fn to_json(report: &UpdateReport, extent: Extent) -> serde_json::Value {
    let files: Vec<serde_json::Value> = report
        .changes
        .iter()
        .map(|change| {
            json!({
                "path": change.path,
                "from": change.from,
                "outcome": change.outcome.word(),
                "note": change.note,
            })
        })
        .collect();
    let state = match (report.is_current, extent) {
        (true, _) => "current",
        (false, Extent::Check) => "behind",
        (false, Extent::DryRun) => "planned",
        (false, Extent::Apply) if report.conflicts() > 0 => "conflicts",
        (false, Extent::Apply) => "updated",
    };
    json!({
        "state": state,
        "project": report.root.display().to_string(),
        "template": report.record.template,
        "from": report.from.as_ref().map(ToString::to_string),
        "to": report.record.version.to_string(),
        "files": files,
    })
}

fn print_diff(shell: &Shell, report: &UpdateReport) -> Result<(), Failure> {
    let mut bytes = Vec::new();
    for change in &report.changes {
        if let Some(path) = change.deletes() {
            bytes.extend(compared(path, &(report.before.get(path).cloned(), None))?);
        }
        if let Some(node) = &change.result {
            let before = report.before.get(&change.path).cloned();
            let unchanged = before.is_none() && change.from.is_none();
            if !(unchanged && change.outcome == Outcome::Conflict) {
                bytes.extend(compared(&change.path, &(before, Some(node.clone())))?);
            }
        }
    }
    Ok(shell.diff(&bytes)?)
}

fn compared(path: &RelPath, pair: &Pair) -> Result<Vec<u8>, Failure> {
    let bytes = match pair {
        (Some(before), None) => patch::deleted(path, &file(before)),
        (before, Some(after)) => {
            let before = before.as_ref().map(file);
            let before = before.as_ref().map(|file| file.bytes.as_ref());
            patch::unified(path, before, &file(after))
        }
        (None, None) => Ok(Vec::new()),
    };
    bytes.map_err(|error| Failure::new("file", format!("`{path}` cannot be compared: {error}")))
}

fn file(node: &Node) -> File {
    File {
        bytes: node.bytes.as_deref().unwrap_or_default().to_vec().into(),
        executable: node.mode == Mode::Executable,
    }
}

pub(super) fn diff(shell: &Shell, system: &System, arguments: &ProjectArgs) -> Result<(), Failure> {
    let pairs: BTreeMap<RelPath, Pair> = diff::diff(system, &arguments.dir)?;
    if arguments.json {
        let files: Vec<serde_json::Value> = pairs
            .iter()
            .map(|(path, (_, is))| {
                json!({ "path": path, "state": if is.is_some() { "modified" } else { "deleted" } })
            })
            .collect();
        return Ok(shell.json(&json!({ "files": files }))?);
    }
    let mut bytes = Vec::new();
    for (path, pair) in &pairs {
        bytes.extend(compared(path, pair)?);
    }
    Ok(shell.diff(&bytes)?)
}

pub(super) fn status(
    shell: &Shell,
    system: &System,
    arguments: &ProjectArgs,
) -> Result<(), Failure> {
    let report = status::status(system, &arguments.dir)?;
    let word = |local: &Local| match local {
        Local::Modified => "modified",
        Local::Deleted => "deleted",
        Local::Moved => "moved here",
    };
    let (record, target) = (&report.opened.record, &report.target.record);
    if arguments.json {
        let files: Vec<serde_json::Value> = report
            .local
            .iter()
            .map(|(path, local)| json!({ "path": path, "state": word(local) }))
            .collect();
        return Ok(shell.json(&json!({
            "template": record.template,
            "source": record.source,
            "version": record.version.to_string(),
            "newest": target.version.to_string(),
            "state": if report.is_current() { "current" } else { "behind" },
            "files": files,
        }))?);
    }
    recovered(shell, report.recovered());
    let head = format!("{} {}", record.template, record.version);
    let state = if report.is_current() {
        "nothing new".to_owned()
    } else if record.version == target.version {
        "its files changed; `pyscaffold update` brings them".to_owned()
    } else {
        format!("{} is there; `pyscaffold update` brings it", target.version)
    };
    shell.out(format!("{}: {state}", styled(HEADING, head)))?;
    for (path, local) in &report.local {
        shell.out(format!("  {:<13} {}", word(local), visible(path.as_str())))?;
    }
    Ok(())
}

fn count(number: usize, what: &str) -> String {
    if number == 1 {
        format!("1 {what}")
    } else {
        format!("{number} {what}s")
    }
}
