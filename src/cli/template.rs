//! `pyscaffold template`

use std::path::Path;

use serde_json::json;

use super::arguments::TemplateAction;
use super::failure::Failure;
use super::shell::{DIM, GOOD, HEADING, Shell, styled};
use crate::engine::read_manifest::schema;
use crate::model::relpath::RelPath;
use crate::model::template::Template;
use crate::model::text::visible;
use crate::ops::System;
use crate::ops::replay;
use crate::ops::template::{TemplateError, check, render, run_case, start, write};

pub(super) fn run(shell: &Shell, system: &System, action: TemplateAction) -> Result<(), Failure> {
    match action {
        TemplateAction::New { path } => new(shell, system, &path),
        TemplateAction::Check { folder, test, json } => {
            let template = checked(shell, system, &folder, json)?;
            if test {
                return cases(shell, system, &template);
            }
            Ok(())
        }
        TemplateAction::Render {
            folder,
            output,
            file,
            set,
        } => {
            let answers = set.into_iter().collect();
            let report = render(system, &folder, &answers)?;
            let tree = &report.composition.tree;
            if let Some(path) = file {
                let found = RelPath::parse(&path).ok();
                let Some(file) = found.and_then(|path| tree.get(&path)) else {
                    let message = format!(
                        "no file `{}` is rendered with these answers",
                        visible(&path)
                    );
                    return Err(Failure::new("template.no-file", message));
                };
                return Ok(shell.bytes(&file.bytes)?);
            }
            if let Some(output) = output {
                write(system, &output, tree)?;
                let shown = visible(&output.display().to_string());
                shell.say(format!("{} files in {shown}", tree.len()));
            }
            Ok(())
        }
        TemplateAction::Schema => {
            let text = serde_json::to_string_pretty(&schema()).unwrap_or_default();
            Ok(shell.out(text)?)
        }
    }
}

fn new(shell: &Shell, system: &System, path: &Path) -> Result<(), Failure> {
    start(system, path)?;
    let shown = path.display().to_string();
    let word = if shown.contains('/') {
        shown
    } else {
        format!("./{shown}")
    };
    let word = replay::quote(&word);
    shell.say(format!(
        "  {}  {}",
        styled(HEADING, "Started"),
        visible(&word)
    ));
    shell.say(styled(GOOD, "Next:"));
    shell.say(format!("  pyscaffold template check {word} --test"));
    shell.say(format!("  pyscaffold new {word} myproj"));
    Ok(())
}

/// Prints everything that is wrong; the template is returned if nothing is.
fn checked(shell: &Shell, system: &System, folder: &str, json: bool) -> Result<Template, Failure> {
    let report = check(system, folder)?;
    if json {
        let problems: Vec<serde_json::Value> = report
            .problems
            .iter()
            .map(|problem| {
                json!({
                    "file": problem.file,
                    "line": problem.at.map(|at| at.line),
                    "column": problem.at.and_then(|at| at.column),
                    "message": problem.message,
                })
            })
            .collect();
        shell.json(&json!({ "problems": problems, "unread_python_files": report.unread }))?;
    } else {
        for problem in &report.problems {
            shell.out(visible(&problem.to_string()))?;
        }
        if report.unread > 0 {
            shell.complain(format!(
                "note: {} Python files were not looked at: there is no `python3` here",
                report.unread
            ));
        }
    }
    match report.template {
        Some(template) if report.problems.is_empty() => {
            if !json {
                let manifest = &template.manifest;
                shell.say(format!(
                    "{} {}: nothing is wrong",
                    manifest.name, manifest.version
                ));
            }
            Ok(template)
        }
        Some(_) | None => {
            let count = report.problems.len();
            let what = if count == 1 { "a problem" } else { "problems" };
            let message = if count == 1 {
                format!("the template has {what}")
            } else {
                format!("the template has {count} {what}")
            };
            let failure = Failure::new("template.checked", message);
            Err(if json { failure.silent() } else { failure })
        }
    }
}

fn cases(shell: &Shell, system: &System, template: &Template) -> Result<(), Failure> {
    let cases = &template.manifest.tests;
    if cases.is_empty() {
        return Err(TemplateError::NoTests.into());
    }
    // What will be run is shown before the first of it is.
    for case in cases {
        shell.say(format!(
            "{} {}",
            styled(HEADING, "test"),
            visible(&case.name)
        ));
        for command in &case.run {
            shell.say(format!("  $ {}", visible(command)));
        }
    }
    for case in cases {
        let tell = |command: &str| {
            shell.say(styled(
                DIM,
                format!("{}: $ {}", visible(&case.name), visible(command)),
            ));
        };
        run_case(system, template, case, &tell)?;
        shell.say(format!(
            "{} {}",
            styled(GOOD, "passed"),
            visible(&case.name)
        ));
    }
    Ok(())
}
