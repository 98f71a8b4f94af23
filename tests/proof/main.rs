//! The proof: generates projects with the real program and puts each through what its user would do.
//!
//! The projects of a template are a covering set: its default answers first, then as few others as it takes for every pair of
//! answers to occur in one of them; `PROOF_ALL=combinations` takes every combination. Each project is a test case, so that
//! `cargo test --test proof -- database=postgres` runs some of them. [`table`] says what is done with each.
//!
//! Every project is put before the [`judges`], and so is one full of mistakes: a judge that does not find its own is none.
//!
//! Images, compose files and pipelines run in whatever container engine `docker` reaches. Each of these takes minutes, so one
//! project stands for all, and `PROOF_ALL=1` does it with every one. Where no registry is reached, `PROOF_IMAGES` names a program that
//! provides the images it is given the names of.
//!
//! What the machine lacks is left out and named at the end; `PROOF_REQUIRE=judges,postgres,python3.14` makes that a failure.
//! `PROOF_ONLY=zizmor,hadolint` does only those checks, `PROOF_PYTHONS` names interpreters by path, `PROOF_KEEP=1` leaves the
//! projects where they are.

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
mod cli_app;
mod command;
mod compose;
mod crawler;
mod engine;
mod faulty;
mod github;
mod gitlab;
mod hooks;
mod images;
mod inference;
mod judges;
mod judging;
mod loopback;
mod machine;
mod naming;
mod pipeline;
mod postgres;
mod project;
mod queue;
mod rabbitmq;
mod redis;
mod release;
mod report;
mod selection;
mod service;
mod size;
mod table;
mod tools;
mod upgrade;

#[path = "../support/covering.rs"]
mod covering;
#[path = "../support/pythons.rs"]
mod pythons;
#[path = "../../tools/releasing.rs"]
mod releasing;
#[path = "../support/variants.rs"]
mod variants;

use std::cmp::Reverse;
use std::fs;
use std::num::NonZero;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use libtest_mimic::{Arguments, Trial};
use pyscaffold::system::builtin;

use machine::Machine;
use project::Project;
use report::Report;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // A project waits for others half of its time: for a server, an index, a container.
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    arguments.test_threads.get_or_insert(processors + 1);
    let started = Instant::now();
    let report = Arc::new(Report::default());
    let machine = match Machine::look_around() {
        Ok(machine) => Arc::new(machine),
        Err(lack) => {
            let trial = Trial::test("machine", move || Err(lack.into()));
            return libtest_mimic::run(&arguments, vec![trial]).exit_code();
        }
    };
    let mut projects = selection::projects(&machine);
    // What takes longest starts first, and the others fill what room it leaves.
    projects.sort_by_key(|project| Reverse(project.singled_out.len()));
    let mut trials = lacks(&machine, &projects);
    trials.push({
        let machine = Arc::clone(&machine);
        let find = move || faulty::judges_find_faults(&machine).map_err(Into::into);
        Trial::test("the judges find what is wrong", find)
    });
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
        let summary = report.summary(&left_out, started.elapsed());
        print!("{summary}");
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("proof.txt");
        if let Err(error) = fs::write(&path, summary) {
            println!("cannot write {}: {error}", path.display());
        }
    }
    conclusion.exit_code()
}

/// Returns a failing test case for everything that is required and not there, and for every template without a project.
fn lacks(machine: &Machine, projects: &[Project]) -> Vec<Trial> {
    let required = machine.required_and_missing();
    let required = required.into_iter().map(|(thing, why)| {
        let message = format!("{thing} is required by PROOF_REQUIRE: {why}");
        (format!("required: {thing}"), message)
    });
    let unknown = machine.unknown_checks().into_iter().map(|name| {
        let message = format!("PROOF_ONLY names {name}, and no check is called so");
        (format!("there is a check {name}"), message)
    });
    let is_proven = |name: &&str| projects.iter().any(|project| project.row.name == *name);
    let unproven = builtin::names().into_iter().filter(|name| !is_proven(name));
    let unproven = unproven.map(|name| {
        let message = "tests/proof/table.rs has no row for it, or no Python that it knows is here";
        (format!("{name} is proven"), message.to_owned())
    });
    let undone = selection::undone(projects).into_iter().map(|name| {
        let message = "no project has the answers that tests/proof/table.rs wants for it";
        (format!("{name} is done"), message.to_owned())
    });
    required
        .chain(unknown)
        .chain(unproven)
        .chain(undone)
        .map(|(name, message)| Trial::test(name, move || Err(message.into())))
        .collect()
}
