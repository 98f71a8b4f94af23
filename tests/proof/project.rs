//! A project: how it is generated, and how the checks see it.

use std::cell::{OnceCell, RefCell};
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use pyscaffold::model::value::Answers;

use crate::checks;
use crate::command;
use crate::judges::JUDGES;
use crate::machine::{Machine, minor};
use crate::naming::Naming;
use crate::report::{Outcome, Report};
use crate::size::Size;
use crate::table::{self, ALWAYS, Action, Check, Number, TemplateRow, When, row};

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
    /// The names of the checks that are done with one project alone, and that is this one.
    pub singled_out: Vec<&'static str>,
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
    notes: RefCell<Vec<String>>,
    database: OnceCell<Result<String, Failure>>,
    prepared: OnceCell<Result<(), Failure>>,
    checkout: OnceCell<Result<Checkout, Failure>>,
    distribution: OnceCell<Result<(PathBuf, PathBuf), Failure>>,
}

/// What git keeps of a project, beside it.
#[derive(Clone, Debug)]
struct Checkout {
    folder: PathBuf,
    files: Vec<String>,
}

impl Project {
    /// Makes the project and does all its checks; says everything that is wrong.
    pub fn prove(&self, machine: &Machine, report: &Report) -> Result<(), String> {
        let subject = self.subject(machine)?;
        let mut failures = Vec::new();
        for (place, check) in self.checks(machine).enumerate() {
            let started = Instant::now();
            let (outcome, failure) = self.outcome(&check, &subject);
            report.add(self, (place, &check), outcome, started.elapsed());
            let Some(message) = failure else { continue };
            report.add_failure(self, &check, &message);
            failures.push(format!("{}: {message}", check.name));
            if check.action.is_first() {
                break;
            }
        }
        report.add_notes(self, subject.notes.take());
        if failures.is_empty() {
            match Size::of(&subject) {
                Ok(size) => report.add_size(self, size),
                Err(Failure::Failed(message) | Failure::Lacks(message)) => failures.push(message),
            }
        }
        if !failures.is_empty() {
            failures.push(format!(
                "in {} (kept with PROOF_KEEP=1)",
                subject.folder.display()
            ));
        }
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

    /// Returns the checks of this project that are wanted, in their order.
    fn checks(&self, machine: &Machine) -> impl Iterator<Item = Check> {
        let checks = checks(self.row);
        checks.filter(|check| machine.wants(check))
    }

    fn outcome(&self, check: &Check, subject: &Subject<'_>) -> (Outcome, Option<String>) {
        let is_due = match check.action {
            _ if !self.takes(check) => Ok(false),
            Action::Judge(judge) => judge.applies(subject),
            Action::Run(_) | Action::RunFirst(_) | Action::Call(_) | Action::CallFirst(_) => {
                Ok(true)
            }
        };
        let result = is_due.and_then(|is_due| {
            if is_due {
                subject.act(check.action).map(|()| Outcome::Passed)
            } else {
                Ok(Outcome::NotDue)
            }
        });
        match result {
            Ok(outcome) => (outcome, None),
            Err(Failure::Lacks(lack)) => (Outcome::Skipped(lack), None),
            Err(Failure::Failed(message)) => (Outcome::Failed, Some(message)),
        }
    }

    /// Returns the project as checks see it, before it is made.
    pub fn subject<'a>(&'a self, machine: &'a Machine) -> Result<Subject<'a>, String> {
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
            notes: RefCell::default(),
            database: OnceCell::new(),
            prepared: OnceCell::new(),
            checkout: OnceCell::new(),
            distribution: OnceCell::new(),
        })
    }

    /// Returns whether a check is done with this project.
    fn takes(&self, check: &Check) -> bool {
        match check.number {
            Number::Every | Number::OnDemand => self.holds(check.when),
            Number::One(_) => self.singled_out.contains(&check.name),
        }
    }

    /// Returns whether the answers are as a condition wants them.
    pub fn holds(&self, when: When) -> bool {
        table::holds(when, |key| match key {
            "project" if self.number == 0 => Some("default".to_owned()),
            "naming" => Some(self.naming.word().to_owned()),
            key => self.answers.get(key).map(ToString::to_string),
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

/// Whether a clone of the project has a lock file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Lock {
    /// Committed, as `uv sync` wrote it.
    Committed,
    /// None.
    None,
}

/// The first check of every project.
const NEW: Check = row("new", ALWAYS, Action::CallFirst(checks::new));

/// The last check of every project: what the tools leave behind is ignored by git.
const CLEAN: Check = row("clean", ALWAYS, Action::Call(checks::clean));

/// Returns the checks of a template in their order: its own, the judges, and what holds in the end.
pub fn checks(row: &'static TemplateRow) -> impl Iterator<Item = Check> {
    let own = row.checks.iter().flat_map(|checks| checks.iter());
    std::iter::once(NEW)
        .chain(own.copied())
        .chain(JUDGES.iter().map(Check::by))
        .chain(std::iter::once(CLEAN))
}

impl Subject<'_> {
    fn act(&self, action: Action) -> Result<(), Failure> {
        match action {
            Action::Run(line) | Action::RunFirst(line) => self.run(line).map(drop),
            Action::Call(function) | Action::CallFirst(function) => function(self),
            Action::Judge(judge) => judge.run(self),
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

    /// Writes something down for the summary.
    pub fn note(&self, text: String) {
        self.notes.borrow_mut().push(text);
    }

    /// Clones the project into a folder of its own, with the committed lock file or without one, and returns the folder.
    pub fn clone_to(&self, purpose: &str, lock: Lock) -> Result<PathBuf, Failure> {
        let place = self.beside.join(purpose);
        let place = place.join(self.project.naming.distribution());
        let mut clone = self.command("git");
        clone.args(["clone", "--quiet", "--no-hardlinks"]);
        self.finish(clone.arg(&self.folder).arg(&place))?;
        let file = place.join("uv.lock");
        let changed = match lock {
            Lock::Committed => fs::copy(self.folder.join("uv.lock"), &file).map(drop),
            Lock::None if file.is_file() => fs::remove_file(&file),
            Lock::None => Ok(()),
        };
        changed.map_err(|error| Failure::new(format!("{}: {error}", file.display())))?;
        self.commit(&place, "Change the lock file")?;
        Ok(place)
    }

    /// Commits everything in a clone, as it is.
    pub fn commit(&self, clone: &Path, message: &str) -> Result<(), Failure> {
        for words in [
            &["add", "--all"] as &[&str],
            &[
                "commit",
                "--quiet",
                "--no-verify",
                "--allow-empty",
                "--message",
                message,
            ],
        ] {
            let mut git = self.command("git");
            self.finish(git.args(words).current_dir(clone))?;
        }
        Ok(())
    }

    /// Runs a command to its end; it must fail, and say something.
    pub fn refuse(&self, command: &mut Command, words: &str) -> Result<String, Failure> {
        command::run_to_failure(command, self.output_file(), words)
    }

    /// Lets a clone depend on something that its lock file does not know.
    pub fn make_lock_stale(&self, clone: &Path) -> Result<(), Failure> {
        let mut add = self.command("uv");
        // Who has to do without the sources of a project cannot add to it unseen.
        add.args(["add", "--frozen", "iniconfig>=2"])
            .current_dir(clone)
            .env_remove("UV_NO_SOURCES");
        self.finish(&mut add)?;
        self.commit(clone, "Add a dependency without locking it")
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
            .env("XDG_CONFIG_HOME", self.beside.join("config"))
            .envs(self.project.row.variables.iter().copied());
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

    /// Returns a folder with what git keeps of the project, and nothing else.
    pub fn checkout(&self) -> Result<&Path, Failure> {
        Ok(&self.checked_out()?.folder)
    }

    /// Returns the paths of the files that git keeps.
    pub fn committed(&self) -> Result<&[String], Failure> {
        Ok(&self.checked_out()?.files)
    }

    fn checked_out(&self) -> Result<&Checkout, Failure> {
        let checkout = self.checkout.get_or_init(|| {
            let folder = self.beside.join("checkout");
            let mut clone = self.command("git");
            clone.args(["clone", "--quiet", "."]).arg(&folder);
            self.finish(&mut clone)?;
            let files = self.run("git ls-files")?;
            let files = files.lines().map(str::to_owned).collect();
            Ok(Checkout { folder, files })
        });
        checkout.as_ref().map_err(Clone::clone)
    }

    /// Returns the wheel and the source distribution that uv builds.
    pub fn distribution(&self) -> Result<&(PathBuf, PathBuf), Failure> {
        let built = self.distribution.get_or_init(|| {
            let out = self.beside.join("dist");
            let mut build = self.command("uv");
            self.finish(build.args(["build", "--out-dir"]).arg(&out))?;
            checks::built(&out)
        });
        built.as_ref().map_err(Clone::clone)
    }

    /// Does what has to be done once before the service starts.
    pub fn prepare(&self) -> Result<(), Failure> {
        let prepared = self.prepared.get_or_init(|| {
            let row = self.project.row.service.as_ref();
            let lines = row.map_or(&[][..], |row| row.prepare);
            for (when, line) in lines {
                if self.project.holds(when) {
                    self.run_with(line, &self.environment()?)?;
                }
            }
            Ok(())
        });
        prepared.clone()
    }

    /// Writes the SQL of all migrations into a file and returns its path.
    pub fn migrations(&self) -> Result<PathBuf, Failure> {
        let row = self.project.row.migrations.as_ref();
        let row = row.ok_or_else(|| Failure::new("the template has no migrations"))?;
        let path = self.beside.join("migrations.sql");
        let mut words = row.sql.split_whitespace();
        let mut command = self.command(words.next().unwrap_or_default());
        command.args(words).envs(self.environment()?);
        command::run_to(&mut command, &path, self.output_file())?;
        Ok(path)
    }

    /// Returns the version of the interpreter as tools name it, such as `313`.
    pub fn python_tag(&self) -> String {
        let mut pythons = self.machine.pythons.iter();
        let ours = pythons.find(|(_, path)| **path == self.python);
        ours.map_or_else(String::new, |((major, minor), _)| format!("{major}{minor}"))
    }
}
