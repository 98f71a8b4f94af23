//! The workflow of a project on GitHub, run by `act`: the same steps, on this machine.
//!
//! Actions that others wrote cannot be fetched everywhere, so each has a stand-in in `actions/`, which does with the tools of
//! this machine what the action does with those that it downloads; to check out is `act`'s own. Caches and everything that
//! talks to GitHub or a registry are left out.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use yaml_rust2::{Yaml, YamlLoader};

use crate::engine::Belongings;
use crate::images;
use crate::machine::minor;
use crate::pipeline::{FAULT, break_a_test, image_name, set_origin};
use crate::project::{Failure, Lock, Subject};

const WORKFLOW: &str = ".github/workflows/ci.yml";

/// The image that a job with services runs in: they are reached from a container only.
const RUNNER: &str = "ghcr.io/astral-sh/uv:python";

/// The volume that `act` makes for every container and leaves.
const TOOL_CACHE: &str = "act-toolcache";

/// Services have fixed ports on this machine.
static PORTS: Mutex<()> = Mutex::new(());

/// Runs every job without a lock file, and lint and types with a committed one; a stale one and a failing test make it red.
pub fn pipeline(subject: &Subject<'_>) -> Result<(), Failure> {
    pipeline_without(subject, &[])
}

/// Does the same without the jobs of these names, which need other machines.
pub fn pipeline_without(subject: &Subject<'_>, left_out: &[&str]) -> Result<(), Failure> {
    let clone = subject.clone_to("github", Lock::None)?;
    let workflow = Workflow::read(subject, &clone)?;
    let _image = Belongings::new(subject, "github").with_image(image_name(&clone));
    let bases = images::bases(&clone)?;
    if !bases.is_empty() {
        subject.machine.engine()?.provide(subject, &bases)?;
    }
    let is_left_out = |job: &&Job| left_out.contains(&job.id.as_str());
    for job in workflow.jobs.iter().filter(|job| !is_left_out(job)) {
        workflow.expect_green(job)?;
    }
    let [first, ..] = workflow.jobs.as_slice() else {
        return Err(Failure::new("the workflow has no job"));
    };
    let tests = workflow.job_with_pythons()?;
    let mut red = workflow.act(tests, &tests.pythons[..1])?;
    break_a_test(subject, &clone)?;
    subject.refuse(&mut red, FAULT)?;

    let clone = subject.clone_to("github-locked", Lock::Committed)?;
    let workflow = Workflow::read(subject, &clone)?;
    workflow.expect_green(first)?;
    subject.make_lock_stale(&clone)?;
    subject.refuse(&mut workflow.act(first, &[])?, "needs to be updated")?;
    Ok(())
}

/// A job of a workflow.
#[derive(Debug)]
struct Job {
    id: String,
    label: String,
    /// The versions of its matrix that this machine has.
    pythons: Vec<String>,
    services: Vec<String>,
}

/// A workflow in a clone.
struct Workflow<'a> {
    subject: &'a Subject<'a>,
    program: PathBuf,
    node: PathBuf,
    folder: PathBuf,
    jobs: Vec<Job>,
    actions: Vec<String>,
}

impl<'a> Workflow<'a> {
    fn read(subject: &'a Subject<'a>, clone: &Path) -> Result<Self, Failure> {
        let tools = subject.machine.tools()?;
        set_origin(subject, clone, "https://github.com/example/project.git")?;
        let text = fs::read_to_string(clone.join(WORKFLOW));
        let text = text.map_err(|error| Failure::new(format!("{WORKFLOW}: {error}")))?;
        let loaded = YamlLoader::load_from_str(&text);
        let loaded = loaded.map_err(|error| Failure::new(format!("{WORKFLOW}: {error}")))?;
        let jobs = loaded
            .first()
            .and_then(|document| document["jobs"].as_hash());
        let jobs = jobs.into_iter().flatten();
        Ok(Self {
            subject,
            program: tools.program("act")?,
            node: tools.program("node")?,
            folder: clone.to_owned(),
            jobs: jobs.map(|(id, job)| Job::read(id, job, subject)).collect(),
            actions: actions(&text),
        })
    }

    fn job_with_pythons(&self) -> Result<&Job, Failure> {
        let mut jobs = self.jobs.iter();
        let found = jobs.find(|job| !job.pythons.is_empty());
        found.ok_or_else(|| Failure::new("no job has a matrix of Pythons"))
    }

    /// Runs a job to a good end, once for each Python of its matrix.
    fn expect_green(&self, job: &Job) -> Result<(), Failure> {
        if !job.services.is_empty() {
            return self.expect_green_with_services(job);
        }
        let output = self.subject.finish(&mut self.act(job, &job.pythons)?)?;
        expect_succeeded(job, &output, job.pythons.len().max(1))
    }

    /// Runs a job in a container, beside the containers of its services.
    fn expect_green_with_services(&self, job: &Job) -> Result<(), Failure> {
        let engine = self.subject.machine.engine()?;
        let _ports = PORTS.lock().unwrap_or_else(PoisonError::into_inner);
        let _cache = Belongings::new(self.subject, "act").with_new_volume(TOOL_CACHE);
        for python in &job.pythons {
            let runner = format!("{RUNNER}{python}-trixie-slim");
            let images = job.services.iter().cloned().chain([runner.clone()]);
            engine.provide(self.subject, &images.collect())?;
            let mut act = self.act(job, std::slice::from_ref(python))?;
            act.arg("--platform")
                .arg(format!("{}={runner}", job.label))
                .arg("--container-options")
                .arg(format!(
                    "--volume {}:/usr/local/bin/node:ro",
                    self.node.display()
                ))
                .arg("--pull=false");
            let output = self.subject.finish(&mut act)?;
            expect_succeeded(job, &output, 1)?;
        }
        Ok(())
    }

    /// Returns the command that runs a job for some Pythons.
    fn act(&self, job: &Job, pythons: &[String]) -> Result<Command, Failure> {
        let mut act = self.subject.command(&self.program);
        act.args(["push", "--workflows", WORKFLOW, "--job", &job.id])
            .args(["--action-offline-mode", "--no-cache-server"])
            .args(["--container-daemon-socket", "-"])
            .arg("--platform")
            .arg(format!("{}=-self-hosted", job.label))
            .arg("--action-cache-path")
            .arg(self.subject.beside.join("act"))
            .current_dir(&self.folder)
            .env("PATH", self.subject.machine.path_with(&self.node))
            .env_remove("UV_PYTHON");
        for python in pythons {
            act.arg("--matrix").arg(format!("python:{python}"));
        }
        for action in &self.actions {
            let (name, _) = action.split_once('@').unwrap_or((action, ""));
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/proof/actions");
            let folder = folder.join(name);
            if !folder.join("action.yml").is_file() {
                let what = format!("tests/proof/actions has no stand-in for {name}");
                return Err(Failure::new(what));
            }
            act.arg("--local-repository")
                .arg(format!("{action}={}", folder.display()));
        }
        Ok(act)
    }
}

impl Job {
    fn read(id: &Yaml, job: &Yaml, subject: &Subject<'_>) -> Self {
        let text = |yaml: &Yaml| yaml.as_str().unwrap_or_default().to_owned();
        let pythons = job["strategy"]["matrix"]["python"].as_vec();
        let pythons = pythons.into_iter().flatten().map(text);
        let is_here = |version: &String| {
            minor(version).is_some_and(|minor| subject.machine.pythons.contains_key(&minor))
        };
        let services = job["services"].as_hash().into_iter().flatten();
        Self {
            id: text(id),
            label: text(&job["runs-on"]),
            pythons: pythons.filter(is_here).collect(),
            services: services
                .map(|(_, service)| text(&service["image"]))
                .collect(),
        }
    }
}

fn expect_succeeded(job: &Job, output: &str, expected: usize) -> Result<(), Failure> {
    let succeeded = output.matches("Job succeeded").count();
    if succeeded == expected {
        Ok(())
    } else {
        Err(Failure::new(format!(
            "the job `{}` succeeded {succeeded} times, not {expected}:\n{output}",
            job.id
        )))
    }
}

/// Returns the actions that a workflow uses, but for the one that checks out.
fn actions(text: &str) -> Vec<String> {
    let uses = text.lines().filter_map(|line| {
        let line = line.trim().trim_start_matches("- ");
        line.strip_prefix("uses: ")?.split_whitespace().next()
    });
    let mut actions: Vec<String> = uses
        .filter(|action| !action.starts_with("actions/checkout@"))
        .map(str::to_owned)
        .collect();
    actions.sort();
    actions.dedup();
    actions
}
