//! The pipeline of a project on GitLab, run by `gitlab-ci-local` in the images that it names, with its services.
//!
//! What a job on GitLab gets from the service `docker:dind`, it gets here from the engine of this machine, by its socket. What
//! a tag starts is left out: it logs in to a registry and pushes.

use std::collections::BTreeSet;
use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use yaml_rust2::{Yaml, YamlLoader};

use crate::engine::Belongings;
use crate::images;
use crate::pipeline::{FAULT, break_a_test, image_name, set_origin};
use crate::project::{Failure, Lock, Subject};

const PIPELINE: &str = ".gitlab-ci.yml";

/// What `gitlab-ci-local` itself runs: it copies the project into a volume, and waits for services.
const OWN_IMAGES: [&str; 2] = [
    "docker.io/firecow/gitlab-ci-local-util:latest",
    "docker.io/sumina46/wait-for-it:latest",
];

/// Runs every job with a committed lock file, and lint and types without one; a stale one and a failing test make it red.
pub fn pipeline(subject: &Subject<'_>) -> Result<(), Failure> {
    let clone = subject.clone_to("gitlab", Lock::Committed)?;
    let pipeline = Pipeline::new(subject, "gitlab", &clone)?;
    pipeline.provide_images()?;
    let output = subject.finish(&mut pipeline.command(&[]))?;
    let jobs = pipeline.jobs()?;
    for job in &jobs {
        let is_green = |line: &str| {
            let rest = line.trim_start().strip_prefix("PASS ");
            rest.is_some_and(|rest| rest.trim_start().starts_with(job))
        };
        if !output.lines().any(is_green) {
            let what = format!("the job `{job}` did not pass:\n{output}");
            return Err(Failure::new(what));
        }
    }

    let tests = jobs.iter().find(|job| job.starts_with("tests"));
    let tests = tests.ok_or_else(|| Failure::new("the pipeline has no job `tests`"))?;
    break_a_test(subject, &clone)?;
    subject.refuse(&mut pipeline.command(&[tests]), FAULT)?;
    subject.make_lock_stale(&clone)?;
    let mut quality = pipeline.command(&["quality"]);
    subject.refuse(&mut quality, "needs to be updated")?;
    drop(pipeline);

    let clone = subject.clone_to("gitlab-unlocked", Lock::None)?;
    let pipeline = Pipeline::new(subject, "gitlab-unlocked", &clone)?;
    subject
        .finish(&mut pipeline.command(&["quality"]))
        .map(drop)
}

/// The pipeline of a clone.
struct Pipeline<'a> {
    subject: &'a Subject<'a>,
    belongings: Belongings<'a>,
    node: PathBuf,
    program: PathBuf,
    socket: String,
    folder: PathBuf,
}

impl<'a> Pipeline<'a> {
    fn new(subject: &'a Subject<'a>, purpose: &str, clone: &Path) -> Result<Self, Failure> {
        subject.machine.engine()?;
        let tools = subject.machine.tools()?;
        let mut rsync = subject.command("rsync");
        if rsync.arg("--version").output().is_err() {
            let lack = "rsync: gitlab-ci-local copies projects by it, and it is not on PATH";
            return Err(Failure::Lacks(lack.to_owned()));
        }
        let belongings = Belongings::new(subject, purpose).with_image(image_name(clone));
        // Caches are volumes, and are called after it.
        let name = belongings.name();
        set_origin(
            subject,
            clone,
            &format!("https://gitlab.com/proof/{name}.git"),
        )?;
        Ok(Self {
            subject,
            belongings,
            node: tools.program("node")?,
            program: tools.program("gitlab-ci-local")?,
            socket: socket()?,
            folder: clone.to_owned(),
        })
    }

    /// Returns the command that runs some jobs, or all.
    fn command(&self, words: &[&str]) -> Command {
        let state = format!("../{}-state", self.belongings.name());
        let mut command = self.subject.command(&self.node);
        command
            .arg(&self.program)
            .args(["--state-dir", &state, "--home"])
            .arg(&self.subject.beside)
            .args(["--mount-cache", "--concurrency", "2", "--volume"])
            .arg(format!("{}:/var/run/docker.sock", self.socket))
            .args(words)
            .current_dir(&self.folder)
            .env_remove("UV_PYTHON");
        command
    }

    /// Returns the names of the jobs that a push starts.
    fn jobs(&self) -> Result<Vec<String>, Failure> {
        let list = self.subject.finish(&mut self.command(&["--list-csv"]))?;
        let rows = list.lines().skip_while(|line| !line.starts_with("name;"));
        let names = rows.skip(1).filter_map(|row| row.split(';').next());
        Ok(names.map(str::to_owned).collect())
    }

    /// Has the images of all jobs and services there.
    fn provide_images(&self) -> Result<(), Failure> {
        let text = self.subject.finish(&mut self.command(&["--preview"]))?;
        let start = text.find("---").unwrap_or_default();
        let text = text.get(start..).unwrap_or_default();
        let loaded = YamlLoader::load_from_str(text);
        let loaded = loaded.map_err(|error| Failure::new(format!("{PIPELINE}: {error}")))?;
        let pipeline = loaded.first().unwrap_or(&Yaml::BadValue);
        let mut images: BTreeSet<String> = OWN_IMAGES.map(str::to_owned).into();
        for (_, job) in pipeline.as_hash().into_iter().flatten() {
            for python in pythons(job) {
                let set = [&pipeline["variables"], &job["variables"]];
                images.extend(names(job).map(|name| expand(name, &set, python.as_deref())));
            }
        }
        images.extend(images::bases(&self.folder)?);
        self.subject
            .machine
            .engine()?
            .provide(self.subject, &images)
    }
}

/// Returns the Pythons of the matrix of a job; one that is not there where it has no matrix.
fn pythons(job: &Yaml) -> Vec<Option<String>> {
    let matrix = job["parallel"]["matrix"][0]["PYTHON"].as_vec();
    match matrix {
        Some(pythons) => pythons
            .iter()
            .map(|python| python.as_str().map(str::to_owned))
            .collect(),
        None => vec![None],
    }
}

/// Returns the names of the images of a job and its services, with variables.
fn names(job: &Yaml) -> impl Iterator<Item = &str> {
    let services = job["services"].as_vec().into_iter().flatten();
    let all = services.chain([&job["image"]]);
    all.filter_map(|image| image["name"].as_str().or_else(|| image.as_str()))
}

/// Puts the values of variables into a name.
fn expand(name: &str, variables: &[&Yaml], python: Option<&str>) -> String {
    let pairs = variables
        .iter()
        .flat_map(|set| set.as_hash().into_iter().flatten());
    let pairs = pairs.filter_map(|(key, value)| Some((key.as_str()?, value.as_str()?)));
    let matrix = python.map(|python| ("PYTHON", python));
    // The matrix has the last word, so it has the first turn.
    let mut pairs: Vec<(&str, &str)> = matrix.into_iter().chain(pairs).collect();
    pairs.sort_by_key(|(key, _)| std::cmp::Reverse(key.len()));
    let expanded =
        |name: String, (key, value): (&str, &str)| name.replace(&format!("${key}"), value);
    pairs.into_iter().fold(name.to_owned(), expanded)
}

/// Returns the socket of the engine.
fn socket() -> Result<String, Failure> {
    let host = env::var("DOCKER_HOST").unwrap_or_default();
    match host.strip_prefix("unix://") {
        Some(path) => Ok(path.to_owned()),
        None if host.is_empty() => Ok("/var/run/docker.sock".to_owned()),
        None => Err(Failure::Lacks(format!(
            "docker: the engine has no socket here, but {host}"
        ))),
    }
}
