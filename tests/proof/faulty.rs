//! A project full of mistakes, `tests/judges/faulty`, by which every judge shows that it finds some.

use std::fs;
use std::path::Path;

use pyscaffold::model::value::Answers;

use crate::judges::{JUDGES, Judge};
use crate::machine::Machine;
use crate::naming::Naming;
use crate::project::{Failure, Project, Subject};
use crate::table::{ALWAYS, Check, MigrationsRow, ServiceRow, TemplateRow};

/// The faulty project as if it came from a template.
static FAULTY: TemplateRow = TemplateRow {
    name: "faulty",
    variables: &[],
    checks: &[],
    service: Some(ServiceRow {
        environment: &[],
        secret: "",
        prepare: &[],
        sign_in: |_, _, user| Ok(user.to_owned()),
        ask: |_, _| Ok(()),
        make: |_, _| Ok(String::new()),
        stop: |service, _| service.stop().map(|()| String::new()),
    }),
    migrations: Some(MigrationsRow {
        when: ALWAYS,
        sql: "cat migrations.sql",
    }),
};

/// A file with a secret: of no use anywhere, and put together here so that nobody takes this repository for leaking one.
const SECRET: (&str, &str) = (
    "src/order_desk/secret.py",
    concat!("TOKEN = \"gh", "p_Zk3vQ9xT7mW2rB8nL5cY1dF6gH4jS0pA9eU7\"\n"),
);

/// Puts the faulty project before every judge that is wanted; each has to find what was made for it.
pub fn judges_find_faults(machine: &Machine) -> Result<(), String> {
    if let Err(Failure::Lacks(_)) = machine.tools() {
        // Every project says so.
        return Ok(());
    }
    let project = Project {
        row: &FAULTY,
        number: 0,
        naming: Naming::Usual,
        changed: Answers::new(),
        answers: Answers::new(),
        singled_out: Vec::new(),
    };
    let subject = project.subject(machine)?;
    make(&subject).map_err(in_words)?;
    let wanted = JUDGES
        .iter()
        .filter(|judge| machine.wants(&Check::by(judge)));
    let misses: Vec<String> = wanted.filter_map(|judge| missed(judge, &subject)).collect();
    if misses.is_empty() {
        Ok(())
    } else {
        Err(misses.join("\n"))
    }
}

/// Makes the project with one commit and its environment.
fn make(subject: &Subject<'_>) -> Result<(), Failure> {
    let mut copy = subject.command("cp");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judges/faulty");
    copy.current_dir(&subject.beside).arg("-R").arg(source);
    subject.finish(copy.arg(&subject.folder))?;
    let (path, text) = SECRET;
    let written = fs::write(subject.folder.join(path), text);
    written.map_err(|error| Failure::new(error.to_string()))?;
    for line in [
        "git init --quiet",
        "git add --all",
        "git commit --quiet --message Orders",
        "uv sync",
    ] {
        subject.run(line)?;
    }
    Ok(())
}

/// Returns what is wrong with a judge, if anything is.
fn missed(judge: &Judge, subject: &Subject<'_>) -> Option<String> {
    let name = judge.name;
    match judge.has_files(subject) {
        Ok(true) => {}
        Ok(false) => return Some(format!("{name}: the faulty project has no file for it")),
        Err(error) => return Some(format!("{name}: {}", in_words(error))),
    }
    match judge.run(subject) {
        Ok(()) => Some(format!("{name}: found nothing in the faulty project")),
        Err(Failure::Lacks(lack)) => Some(format!("{name}: {lack}")),
        Err(Failure::Failed(message)) => {
            let unsaid = judge.finds.iter().find(|words| !message.contains(**words));
            unsaid.map(|words| format!("{name}: says nothing of {words:?}: {message}"))
        }
    }
}

fn in_words(failure: Failure) -> String {
    match failure {
        Failure::Failed(message) | Failure::Lacks(message) => message,
    }
}
