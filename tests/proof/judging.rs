//! How a judge is run on a project.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::judges::{Judge, Place};
use crate::project::{Failure, Subject};
use crate::selection;
use crate::service::Service;
use crate::tools::Tools;

/// A proxy that nobody listens at.
const NOWHERE: &str = "http://127.0.0.1:9";

/// What the words of a command may name, each as a name and a value.
type Values = Vec<(&'static str, String)>;

impl Judge {
    /// Returns whether a project has something for this judge.
    pub fn applies(&self, subject: &Subject<'_>) -> Result<bool, Failure> {
        let row = subject.project.row;
        let is_there = match self.place {
            Place::Service => row.service.is_some(),
            Place::Migrations => {
                let migrations = row.migrations.as_ref();
                migrations.is_some_and(|row| subject.project.holds(row.when))
            }
            Place::Checkout | Place::Build | Place::Project => true,
        };
        if is_there && subject.project.holds(self.when) {
            self.has_files(subject)
        } else {
            Ok(false)
        }
    }

    /// Returns whether a project has a file that this judge is for.
    pub fn has_files(&self, subject: &Subject<'_>) -> Result<bool, Failure> {
        let files = subject.committed()?;
        let has = |pattern: &&str| files.iter().any(|file| fits(pattern, file));
        Ok(self.of.is_empty() || self.of.iter().any(has))
    }

    /// Runs the judge; it must find nothing.
    pub fn run(&self, subject: &Subject<'_>) -> Result<(), Failure> {
        let tools = subject.machine.tools()?;
        let mut values = self.values(subject)?;
        let service = match self.place {
            Place::Service => Some(start(subject, self.name, &mut values)?),
            Place::Checkout | Place::Build | Place::Project | Place::Migrations => None,
        };
        for line in self.lines {
            let words = words(line, &values, subject.committed()?);
            let Some((program, arguments)) = words.split_first() else {
                continue;
            };
            let mut command = subject.command(program);
            command
                .args(arguments)
                .env("PATH", tools.path(&subject.machine.path()));
            self.place(&mut command, subject)?;
            subject.finish(&mut command)?;
        }
        service.map_or(Ok(()), Service::stop)
    }

    /// Puts a command where it belongs.
    fn place(&self, command: &mut Command, subject: &Subject<'_>) -> Result<(), Failure> {
        if self.place != Place::Project {
            command.current_dir(subject.checkout()?);
        }
        if matches!(self.place, Place::Checkout | Place::Migrations) {
            for name in ["http_proxy", "https_proxy", "all_proxy"] {
                command.env(name, NOWHERE);
                command.env(name.to_ascii_uppercase(), NOWHERE);
            }
            command.env_remove("NO_PROXY").env_remove("no_proxy");
        }
        Ok(())
    }

    /// Returns the values that the commands name.
    fn values(&self, subject: &Subject<'_>) -> Result<Values, Failure> {
        let names = |name: &str| self.lines.iter().any(|line| line.contains(name));
        let mut values = vec![
            ("{python}", subject.python_tag()),
            ("{seed}", (subject.project.number + 1).to_string()),
            ("{examples}", examples(subject.project.number).to_string()),
        ];
        if names("{randomly}") {
            values.push(("{randomly}", Tools::version("pytest-randomly")?));
        }
        if names("{wheel}") {
            let (wheel, sdist) = subject.distribution()?;
            values.push(("{wheel}", shown(wheel)));
            values.push(("{sdist}", shown(sdist)));
        }
        if self.place == Place::Migrations {
            values.push(("{sql}", shown(&subject.migrations()?)));
        }
        Ok(values)
    }
}

/// Returns how many examples of each operation a judge makes: as many as it does by itself for the default project, and with
/// `PROOF_ALL`; for each of the others, which have most operations in common with it and seeds of their own, a share.
fn examples(number: usize) -> usize {
    if number == 0 || selection::takes_all() {
        100
    } else {
        25
    }
}

/// Starts the service, and adds its address, its description, and the header with the token of a new user.
fn start(subject: &Subject<'_>, user: &str, values: &mut Values) -> Result<Service, Failure> {
    let row = subject.project.row.service.as_ref();
    let row = row.ok_or_else(|| Failure::new("the template has no service"))?;
    subject.prepare()?;
    let service = Service::start(subject)?;
    let description = subject.beside.join("openapi.json");
    let text = service.get("/openapi.json")?.expect(200)?.text;
    fs::write(&description, text).map_err(|error| Failure::new(error.to_string()))?;
    let token = (row.sign_in)(&service, subject, user)?;
    let header = match token.as_str() {
        "" => String::new(),
        token => format!("Authorization: Bearer {token}"),
    };
    values.push(("{openapi}", shown(&description)));
    values.push(("{authorization}", header));
    values.push(("{url}", service.url("")));
    Ok(service)
}

/// Returns the words of a command with every value in its place.
fn words(line: &str, values: &Values, files: &[String]) -> Vec<String> {
    let mut words = Vec::new();
    for word in line.split_whitespace() {
        let is_empty = |(name, value): &(&str, String)| value.is_empty() && word.ends_with(*name);
        if values.iter().any(is_empty) {
            continue;
        }
        if word.contains('*') {
            words.extend(files.iter().filter(|file| fits(word, file)).cloned());
            continue;
        }
        let fill = |word: String, (name, value): &(&str, String)| word.replace(name, value);
        words.push(values.iter().fold(word.to_owned(), fill));
    }
    words
}

/// Returns whether a path is as a pattern says, in which one `*` may stand for anything.
fn fits(pattern: &str, path: &str) -> bool {
    match pattern.split_once('*') {
        None => path == pattern,
        Some((start, end)) => {
            let rest = path.strip_prefix(start);
            rest.is_some_and(|rest| rest.ends_with(end))
        }
    }
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
