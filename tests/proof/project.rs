//! A project: how it is generated, and how the checks see it.

use std::cell::OnceCell;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use pyscaffold::model::value::Answers;

use crate::checks;
use crate::command;
use crate::machine::{Machine, minor};
use crate::naming::Naming;
use crate::report::{Outcome, Report};
use crate::table::{Action, Check, TemplateRow, When};

/// Why a check did not pass.
#[derive(Clone, Debug)]
pub enum Failure {
    /// Something is wrong.
    Failed(String),
    /// The machine lacks something.
    Lacks(String),
}

impl Failure {
    /// Returns a failure with this message.
    pub fn new(message: impl Into<String>) -> Self {
        Self::Failed(message.into())
    }
}

/// A project to be made.
#[derive(Debug)]
pub struct Project {
    /// The row of its template.
    pub row: &'static TemplateRow,
    /// Its number among the projects of the template; 0 has the defaults.
    pub number: usize,
    /// What it is called.
    pub naming: Naming,
    /// The answers that are not the defaults.
    pub changed: Answers,
    /// The answers to all factors.
    pub answers: Answers,
}

/// Writes the template and every answer that is not a default.
impl fmt::Display for Project {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.row.name)?;
        if self.number == 0 {
            f.write_str(" default")?;
        }
        for (key, value) in &self.changed {
            write!(f, " {key}={value}")?;
        }
        match self.naming {
            Naming::Usual => Ok(()),
            naming => write!(f, " naming={}", naming.word()),
        }
    }
}

/// A project that was made, as checks see it.
#[derive(Debug)]
pub struct Subject<'a> {
    /// What was asked for.
    pub project: &'a Project,
    /// The machine.
    pub machine: &'a Machine,
    /// The folder of the project.
    pub folder: PathBuf,
    /// A folder beside it, for what does not belong in the project.
    pub beside: PathBuf,
    /// The interpreter.
    pub python: PathBuf,
    outputs: AtomicUsize,
    database: OnceCell<Result<String, Failure>>,
}

impl Project {
    /// Makes the project and does all its checks; says everything that is wrong.
    pub fn prove(&self, machine: &Machine, report: &Report) -> Result<(), String> {
        let subject = self.subject(machine)?;
        let mut failures = Vec::new();
        let checks = self.row.checks.iter().flat_map(|checks| checks.iter());
        for (place, check) in std::iter::once(&NEW).chain(checks).enumerate() {
            if !self.holds(check.when) {
                continue;
            }
            let started = Instant::now();
            let result = subject.act(check.action);
            let outcome = match &result {
                Ok(()) => Outcome::Passed,
                Err(Failure::Failed(_)) => Outcome::Failed,
                Err(Failure::Lacks(lack)) => Outcome::Skipped(lack.clone()),
            };
            report.add((place, check.name), outcome, started.elapsed());
            if let Err(Failure::Failed(message)) = result {
                failures.push(format!("{}: {message}", check.name));
                if matches!(check.action, Action::RunFirst(_)) || check.name == NEW.name {
                    break;
                }
            }
        }
        report.add_project(self.row.name, self.number == 0, subject.source_lines());
        if !Machine::keeps_projects() {
            // The folder of all projects goes in the end; this only keeps it small.
            drop(fs::remove_dir_all(&subject.beside));
        }
        if failures.is_empty() {
            Ok(())
        } else {
            Err(failures.join("\n"))
        }
    }

    fn subject<'a>(&'a self, machine: &'a Machine) -> Result<Subject<'a>, String> {
        let wanted = self
            .answers
            .get("python")
            .and_then(|value| minor(value.as_text()?));
        let python = match wanted {
            Some(minor) => machine.pythons.get(&minor),
            None => machine.pythons.values().next_back(),
        };
        let python = python.ok_or("the interpreter is gone")?.clone();
        let beside = machine
            .folder()
            .join(format!("{}-{}", self.row.name, self.number));
        fs::create_dir_all(&beside).map_err(|error| format!("{}: {error}", beside.display()))?;
        Ok(Subject {
            project: self,
            machine,
            folder: beside.join(self.naming.distribution()),
            beside,
            python,
            outputs: AtomicUsize::new(0),
            database: OnceCell::new(),
        })
    }

    /// Returns whether the answers are as a condition wants them.
    pub fn holds(&self, when: When) -> bool {
        when.iter().all(|(key, values)| {
            let answer = match *key {
                "project" if self.number == 0 => Some("default".to_owned()),
                key => self.answers.get(key).map(ToString::to_string),
            };
            answer.is_some_and(|answer| values.split('|').any(|value| value == answer))
        })
    }

    /// Returns the words that make the project with `pyscaffold`.
    fn command_line(&self, folder: &Path) -> Vec<String> {
        let path = folder.display().to_string();
        let mut words: Vec<String> = ["new", self.row.name, &path, "--yes"]
            .map(str::to_owned)
            .into();
        for (key, value) in &self.changed {
            words.extend(["--set".to_owned(), format!("{key}={value}")]);
        }
        words.extend(
            self.naming
                .arguments()
                .iter()
                .map(|word| (*word).to_owned()),
        );
        words
    }
}

/// The first check of every project.
const NEW: Check = Check {
    name: "new",
    when: &[],
    action: Action::Call(checks::new),
};

impl Subject<'_> {
    fn act(&self, action: Action) -> Result<(), Failure> {
        match action {
            Action::Run(line) | Action::RunFirst(line) => self.run(line).map(drop),
            Action::Call(function) => function(self),
        }
    }

    /// Runs a command in the project; it must succeed. Returns its output.
    pub fn run(&self, line: &str) -> Result<String, Failure> {
        self.run_with(line, &[])
    }

    /// Runs a command in the project with further variables.
    pub fn run_with(&self, line: &str, variables: &[(&str, &str)]) -> Result<String, Failure> {
        let mut words = line.split_whitespace();
        let mut command = self.command(words.next().unwrap_or_default());
        command.args(words).envs(variables.iter().copied());
        self.finish(&mut command)
    }

    /// Runs a command to its end; it must succeed. Returns its output.
    pub fn finish(&self, command: &mut Command) -> Result<String, Failure> {
        command::run(command, self.output_file())
    }

    /// Makes the project.
    pub fn generate(&self) -> Result<String, Failure> {
        let mut command = self.command(env!("CARGO_BIN_EXE_pyscaffold"));
        command
            .current_dir(&self.beside)
            .args(self.project.command_line(&self.folder));
        self.finish(&mut command)
    }

    /// Returns a command that runs in the project.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = command::clean(program, &self.folder);
        command
            .env("PATH", self.machine.path())
            .env("UV_PYTHON", &self.python)
            .env("XDG_CONFIG_HOME", self.beside.join("config"));
        command
    }

    /// Returns a new file for the output of a program.
    pub fn output_file(&self) -> PathBuf {
        let number = self.outputs.fetch_add(1, Ordering::Relaxed);
        self.beside.join(format!("output-{number}.txt"))
    }

    /// Returns the import name.
    pub fn package(&self) -> &'static str {
        self.project.naming.package()
    }

    /// Returns a name that no other project has for a database.
    pub fn database_name(&self, purpose: &str) -> String {
        let template = self.project.row.name.replace('-', "_");
        format!("{template}_{}_{purpose}", self.project.number)
    }

    /// Returns the URL of this project's own database on the server of this run.
    pub fn database(&self) -> Result<&str, Failure> {
        let made = self.database.get_or_init(|| {
            let server = self.machine.postgres()?;
            server.create_database(&self.database_name("service"))
        });
        made.as_deref().map_err(Clone::clone)
    }

    /// Returns the variables of the service.
    pub fn environment(&self) -> Result<Vec<(&str, &str)>, Failure> {
        let mut variables = Vec::new();
        if let Some(service) = &self.project.row.service {
            variables.extend(service.environment.iter().copied());
        }
        if self.project.holds(&[("database", "postgres")]) {
            variables.push(("APP_DATABASE_URL", self.database()?));
        }
        Ok(variables)
    }

    /// Counts the lines of Python below `src`, empty ones not among them.
    fn source_lines(&self) -> usize {
        lines_below(&self.folder.join("src"))
    }
}

fn lines_below(folder: &Path) -> usize {
    let Ok(entries) = fs::read_dir(folder) else {
        return 0;
    };
    let lines = entries.flatten().map(|entry| {
        let path = entry.path();
        if path.is_dir() {
            lines_below(&path)
        } else if path.extension().is_some_and(|extension| extension == "py") {
            fs::read_to_string(&path)
                .unwrap_or_default()
                .lines()
                .filter(|line| !line.trim().is_empty())
                .count()
        } else {
            0
        }
    });
    lines.sum()
}
