//! The proof: generates projects with the real program and puts each through what its user would do.
//!
//! The projects of a template are a covering set: its default answers first, then as few others as it takes for every pair of
//! answers to occur in one of them; `PROOF_ALL=1` takes every combination. Each project is a test case, so that
//! `cargo test --test proof -- database=postgres` runs some of them. [`table`] says what is done with each.
//!
//! What the machine lacks is left out and named at the end; `PROOF_REQUIRE=postgres,python3.14` makes that a failure.
//! `PROOF_PYTHONS` names interpreters by path, `PROOF_KEEP=1` leaves the projects where they are.

#![expect(
    clippy::disallowed_methods,
    reason = "starts programs, reads what they write, and takes the time"
)]
#![expect(
    clippy::indexing_slicing,
    reason = "JSON has null for what is not there"
)]
#![expect(clippy::print_stdout, reason = "prints a summary after the test cases")]
#![expect(
    unreachable_pub,
    reason = "modules are written as if others could use them, and some are shared with other tests"
)]

mod articles;
mod checks;
mod command;
mod machine;
mod naming;
mod postgres;
mod project;
mod report;
mod selection;
mod service;
mod table;

#[path = "../support/pythons.rs"]
mod pythons;
#[expect(dead_code, reason = "other tests use the rest")]
#[path = "../support/variants.rs"]
mod variants;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use libtest_mimic::{Arguments, Trial};
use pyscaffold::system::builtin;

use machine::Machine;
use project::Project;
use report::Report;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let started = Instant::now();
    let report = Arc::new(Report::default());
    let machine = match Machine::look_around() {
        Ok(machine) => Arc::new(machine),
        Err(lack) => {
            let trial = Trial::test("machine", move || Err(lack.into()));
            return libtest_mimic::run(&arguments, vec![trial]).exit_code();
        }
    };
    let projects = selection::projects(&machine);
    let mut trials = lacks(&machine, &projects);
    trials.extend(projects.into_iter().map(|project| {
        let (machine, report) = (Arc::clone(&machine), Arc::clone(&report));
        Trial::test(project.to_string(), move || {
            project.prove(&machine, &report).map_err(Into::into)
        })
    }));
    let conclusion = libtest_mimic::run(&arguments, trials);
    machine.close();
    if report.has_projects() {
        let left_out = selection::left_out(&machine);
        print!("{}", report.summary(&left_out, started.elapsed()));
    }
    conclusion.exit_code()
}

/// Returns a failing test case for everything that is required and not there, and for every template without a project.
fn lacks(machine: &Machine, projects: &[Project]) -> Vec<Trial> {
    let required = machine.required_and_missing().into_iter().map(|thing| {
        let message = format!("{thing} is required by PROOF_REQUIRE and was not found");
        (format!("required: {thing}"), message)
    });
    let is_proven = |name: &&str| projects.iter().any(|project| project.row.name == *name);
    let unproven = builtin::names().into_iter().filter(|name| !is_proven(name));
    let unproven = unproven.map(|name| {
        let message = "tests/proof/table.rs has no row for it, or no Python that it knows is here";
        (format!("{name} is proven"), message.to_owned())
    });
    required
        .chain(unproven)
        .map(|(name, message)| Trial::test(name, move || Err(message.into())))
        .collect()
}
