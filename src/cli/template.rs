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
            if json {
                return check_json(shell, system, &folder, test);
            }
            let template = checked(shell, system, &folder)?;
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
fn checked(shell: &Shell, system: &System, folder: &str) -> Result<Template, Failure> {
    let report = check(system, folder)?;
    for problem in &report.problems {
        shell.out(visible(&problem.to_string()))?;
    }
    if report.unread > 0 {
        shell.complain(format!(
            "note: {} Python files were not looked at: there is no `python3` here",
            report.unread
        ));
    }
    match report.template {
        Some(template) if report.problems.is_empty() => {
            let manifest = &template.manifest;
            shell.say(format!(
                "{} {}: nothing is wrong",
                manifest.name, manifest.version
            ));
            Ok(template)
        }
        Some(_) | None => Err(with_problems(report.problems.len())),
    }
}

fn with_problems(count: usize) -> Failure {
    let what = match count {
        1 => "a problem".to_owned(),
        _ => format!("{count} problems"),
    };
    Failure::new("template.checked", format!("the template has {what}"))
}

/// Prints everything that is wrong, and how the test cases went, as one value.
fn check_json(shell: &Shell, system: &System, folder: &str, test: bool) -> Result<(), Failure> {
    let report = check(system, folder)?;
    let count = report.problems.len();
    let mut results = None;
    if let Some(template) = report.template.filter(|_| test && count == 0) {
        results = Some(case_results(shell, system, &template)?);
    }
    let failed = results
        .iter()
        .flatten()
        .find_map(|(_, failed)| failed.clone());
    let tests: Option<Vec<serde_json::Value>> = results.map(|results| {
        let results = results.into_iter();
        results
            .map(|(name, failed)| json!({ "name": name, "passed": failed.is_none(), "message": failed }))
            .collect()
    });
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
    shell.json(
        &json!({ "problems": problems, "unread_python_files": report.unread, "tests": tests }),
    )?;
    if count > 0 {
        return Err(with_problems(count).silent());
    }
    failed.map_or(Ok(()), |message| {
        Err(Failure::new("template.test", message).silent())
    })
}

/// Runs all test cases of a template; each comes back with what failed in it.
fn case_results(
    shell: &Shell,
    system: &System,
    template: &Template,
) -> Result<Vec<(String, Option<String>)>, Failure> {
    announce(shell, template)?;
    let cases = template.manifest.tests.iter();
    let results = cases.map(|case| {
        let failed = run_case(system, template, case, &|_| {}).err();
        (case.name.clone(), failed.map(|error| error.to_string()))
    });
    Ok(results.collect())
}

/// Shows what will be run before the first of it is.
fn announce(shell: &Shell, template: &Template) -> Result<(), Failure> {
    if template.manifest.tests.is_empty() {
        return Err(TemplateError::NoTests.into());
    }
    for case in &template.manifest.tests {
        shell.say(format!(
            "{} {}",
            styled(HEADING, "test"),
            visible(&case.name)
        ));
        for command in &case.run {
            shell.say(format!("  $ {}", visible(command)));
        }
    }
    Ok(())
}

fn cases(shell: &Shell, system: &System, template: &Template) -> Result<(), Failure> {
    announce(shell, template)?;
    for case in &template.manifest.tests {
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
