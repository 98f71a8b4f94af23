//! `pyscaffold doctor`

use std::path::Path;

use serde_json::json;

use super::arguments::DoctorArgs;
use super::failure::{Failure, faulty};
use super::shell::{BAD, GOOD, HINT, Shell, styled};
use crate::model::text::visible;
use crate::ops::doctor::{Finding, Outcome, examine};
use crate::system::env::Environment;

/// What is said of one thing.
struct Row {
    subject: String,
    state: &'static str,
    /// What was found, then what belongs to it.
    lines: Vec<String>,
    cure: Option<String>,
}

pub(super) fn run(
    shell: &Shell,
    environment: &Environment,
    config_file: Option<&Path>,
    arguments: &DoctorArgs,
) -> Result<(), Failure> {
    let findings = examine(environment, config_file);
    let faults = findings.iter().filter(|found| found.outcome.is_fault());
    let faults = faults.count();
    let rows: Vec<Row> = findings.into_iter().map(row).collect();
    if arguments.json {
        let checks = rows.iter().map(|row| {
            json!({ "name": row.subject, "state": row.state, "found": row.lines, "cure": row.cure })
        });
        let checks: Vec<_> = checks.collect();
        shell.json(&json!({ "ok": faults == 0, "checks": checks }))?;
    } else {
        print(shell, &rows)?;
        match faults {
            0 => shell.say("\nNothing is wrong."),
            1 => shell.say("\n1 thing is wrong."),
            _ => shell.say(format!("\n{faults} things are wrong.")),
        }
    }
    if faults == 0 {
        return Ok(());
    }
    let message = "something is wrong on this machine";
    Err(Failure::new("doctor.fault", message).silent())
}

fn row(found: Finding) -> Row {
    let (state, lines, cure) = match found.outcome {
        Outcome::Fine(what) => ("ok", vec![what], None),
        Outcome::Advice(what, cure) => ("note", vec![what], Some(cure)),
        Outcome::Fault(what, cure) => ("fault", vec![what], Some(cure)),
        Outcome::Config(error) => told(error.into(), "mend the file that is named there"),
        Outcome::Source(error) => {
            let cure = match found.subject.strip_prefix("source ") {
                Some(name) => format!("bring it back, or: pyscaffold remove {name}"),
                None => "mend the file that is named there".to_owned(),
            };
            told(error.into(), &cure)
        }
        Outcome::Templates(problems) => told(
            faulty("templates of it have faults".to_owned(), &problems),
            "tell who keeps them; what was mended comes with: pyscaffold refresh",
        ),
    };
    Row {
        subject: found.subject,
        state,
        lines: lines.iter().map(|line| visible(line)).collect(),
        cure: cure.map(|cure| visible(&cure)),
    }
}

/// Returns what a command would have said, with a cure for what has none of its own.
fn told(failure: Failure, cure: &str) -> (&'static str, Vec<String>, Option<String>) {
    let mut lines = vec![failure.message];
    lines.extend(failure.notes);
    let cure = failure.hint.unwrap_or_else(|| cure.to_owned());
    ("fault", lines, Some(cure))
}

fn print(shell: &Shell, rows: &[Row]) -> Result<(), Failure> {
    let width = rows.iter().map(|row| row.subject.chars().count()).max();
    let width = width.unwrap_or_default();
    for row in rows {
        let style = match row.state {
            "ok" => GOOD,
            "note" => HINT,
            _ => BAD,
        };
        let state = styled(style, format!("{:<5}", row.state));
        for (number, line) in row.lines.iter().enumerate() {
            if number == 0 {
                shell.out(format!("  {state}  {:<width$}  {line}", row.subject))?;
            } else {
                shell.out(format!("  {:<5}  {:<width$}  {line}", "", ""))?;
            }
        }
        if let Some(cure) = &row.cure {
            let before = format!("  {:<5}  {:<width$}", "", "");
            shell.out(format!("{before}  {} {cure}", styled(HINT, "cure:")))?;
        }
    }
    Ok(())
}
