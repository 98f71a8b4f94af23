//! Looks at what pyscaffold works with on this machine. Nothing is changed, and nothing is fetched.

use std::path::Path;

use crate::model::problem::Problem;
use crate::system::config::{Config, ConfigError};
use crate::system::env::Environment;
use crate::system::programs::{self, Answer};
use crate::system::repository::GitSettings;
use crate::system::source::{Catalog, Fetched, SourceError};
use crate::system::sources::FILE as SOURCES_FILE;

/// The oldest Python that templates offer.
const OLDEST_PYTHON: (u32, u32) = (3, 11);

/// What was found about one thing.
#[derive(Debug)]
pub struct Finding {
    /// What was looked at: `git`, `configuration`, `source acme`.
    pub subject: String,
    /// What it came to.
    pub outcome: Outcome,
}

/// What looking at one thing came to.
#[derive(Debug)]
pub enum Outcome {
    /// All is well; what was found.
    Fine(String),
    /// Something is missing that only some commands need: what, and the cure.
    Advice(String, String),
    /// Something is wrong: what, and the cure.
    Fault(String, String),
    /// The configuration cannot be used.
    Config(ConfigError),
    /// A source, or the list of sources, cannot be used.
    Source(SourceError),
    /// Templates of a source have faults.
    Templates(Vec<Problem>),
}

impl Outcome {
    /// Returns whether something is wrong, not just missing.
    pub fn is_fault(&self) -> bool {
        !matches!(self, Self::Fine(_) | Self::Advice(..))
    }
}

/// Looks at everything. A thing that is broken keeps no other from being looked at.
pub fn examine(environment: &Environment, config_file: Option<&Path>) -> Vec<Finding> {
    let read = config_file.map_or_else(|| Err(ConfigError::NoPlace), Config::read);
    let config = read.as_ref().ok().cloned().unwrap_or_default();
    let mut findings = vec![
        finding("pyscaffold", this(environment)),
        finding("git", git()),
        finding("identity", identity(environment, &config)),
        finding("uv", uv()),
        finding("python", python()),
        finding("docker", docker()),
        finding("configuration", configuration(read, config_file)),
    ];
    findings.extend(sources(environment, &config, config_file));
    findings
}

fn finding(subject: impl Into<String>, outcome: Outcome) -> Finding {
    let subject = subject.into();
    Finding { subject, outcome }
}

/// Looks whether the command that a shell would start is this program.
fn this(environment: &Environment) -> Outcome {
    const NAME: &str = "pyscaffold";
    let version = env!("CARGO_PKG_VERSION");
    let Some(this) = programs::this() else {
        return Outcome::Fine(version.to_owned());
    };
    let shown = this.display();
    let found = programs::on_path(environment, NAME);
    match found.first() {
        Some(first) if *first == this => {
            let others = match found.len() {
                1 => String::new(),
                count => format!("; {} more of its name behind it in PATH", count - 1),
            };
            Outcome::Fine(format!("{version}, {shown}{others}"))
        }
        Some(first) => Outcome::Fault(
            format!(
                "`{NAME}` starts {}, and not this program, {shown}",
                first.display()
            ),
            "remove that one, or put the folder of this one before it in PATH".to_owned(),
        ),
        None => Outcome::Advice(
            format!("{version}, {shown}, in no folder of PATH"),
            format!(
                "add {} to PATH; after `uv tool install`: uv tool update-shell",
                this.parent().unwrap_or(&this).display()
            ),
        ),
    }
}

fn git() -> Outcome {
    match programs::ask("git", &["--version"]) {
        Answer::Says(line) => Outcome::Fine(line.trim_start_matches("git version ").to_owned()),
        Answer::Missing => Outcome::Advice(
            "not installed: it fetches team templates; `new` and built-in templates need none"
                .to_owned(),
            "https://git-scm.com/downloads".to_owned(),
        ),
        Answer::Fails(why) => Outcome::Fault(why, "git --version".to_owned()),
    }
}

/// Looks who would be the author of a first commit.
fn identity(environment: &Environment, config: &Config) -> Outcome {
    let settings = GitSettings::read(environment);
    let default = |key: &str| config.defaults.get(key).map(ToString::to_string);
    let name = default("author").or(settings.name);
    let email = default("email").or(settings.email);
    let cure = [
        (&name, "git config --global user.name \"YOUR NAME\""),
        (&email, "git config --global user.email YOU@EXAMPLE.ORG"),
    ]
    .into_iter()
    .filter_map(|(found, command)| found.is_none().then_some(command))
    .collect::<Vec<_>>()
    .join(" && ");
    match (name, email) {
        (Some(_), Some(_)) if settings.signs => Outcome::Advice(
            "commit.gpgSign is set, and only the git program signs: new projects get no first commit"
                .to_owned(),
            "commit in the project by git itself".to_owned(),
        ),
        (Some(name), Some(email)) => Outcome::Fine(format!("{name} <{email}>")),
        (None, None) => Outcome::Advice(
            "git knows no name and no email: without --author and --email a project gets no first commit"
                .to_owned(),
            cure,
        ),
        (name, _) => Outcome::Advice(
            format!(
                "git knows no {}: without --{} a project gets no first commit",
                if name.is_none() { "name" } else { "email" },
                if name.is_none() { "author" } else { "email" },
            ),
            cure,
        ),
    }
}

fn uv() -> Outcome {
    const CURE: &str =
        "pipx install uv, or https://docs.astral.sh/uv/getting-started/installation/";
    match programs::ask("uv", &["--version"]) {
        Answer::Says(line) => Outcome::Fine(line.trim_start_matches("uv ").to_owned()),
        Answer::Missing => Outcome::Advice(
            "not installed: --lock, --sync and the commands in new projects use it".to_owned(),
            CURE.to_owned(),
        ),
        Answer::Fails(why) => Outcome::Fault(why, CURE.to_owned()),
    }
}

fn python() -> Outcome {
    let (major, minor) = OLDEST_PYTHON;
    let cure = "uv brings what a project asks for; or: uv python install".to_owned();
    let name = if cfg!(windows) { "python" } else { "python3" };
    match programs::ask(name, &["--version"]) {
        Answer::Says(line) => {
            let version = line.trim_start_matches("Python ").to_owned();
            let mut numbers = version.split('.').map(|part| part.parse::<u32>().ok());
            let found = numbers.next().flatten().zip(numbers.next().flatten());
            if found.is_some_and(|found| found >= OLDEST_PYTHON) {
                Outcome::Fine(version)
            } else {
                let why = format!("`{name}` is {version}; templates want {major}.{minor} or newer");
                Outcome::Advice(why, cure)
            }
        }
        Answer::Missing => Outcome::Advice(format!("there is no `{name}`"), cure),
        Answer::Fails(why) => Outcome::Advice(why, cure),
    }
}

fn docker() -> Outcome {
    match programs::ask("docker", &["version", "--format", "{{.Server.Version}}"]) {
        Answer::Says(version) => Outcome::Fine(version),
        Answer::Missing => Outcome::Advice(
            "not installed: only images and compose files need it".to_owned(),
            "https://docs.docker.com/get-started/get-docker/".to_owned(),
        ),
        Answer::Fails(why) => Outcome::Advice(
            format!("reaches no engine, which images and compose files need: {why}"),
            "start the engine, and look: docker version".to_owned(),
        ),
    }
}

fn configuration(read: Result<Config, ConfigError>, file: Option<&Path>) -> Outcome {
    match read {
        Ok(config) => {
            let count = config.list().len();
            let file = file.map(|file| file.display().to_string());
            let settings = match count {
                0 => "nothing set".to_owned(),
                1 => "1 setting".to_owned(),
                _ => format!("{count} settings"),
            };
            Outcome::Fine(format!("{settings}, {}", file.unwrap_or_default()))
        }
        Err(error) => Outcome::Config(error),
    }
}

fn sources(environment: &Environment, config: &Config, config_file: Option<&Path>) -> Vec<Finding> {
    let file = config_file.map(|file| file.with_file_name(SOURCES_FILE));
    let mut catalog = match Catalog::open(environment, config, file, |_| {}, Fetched::default()) {
        Ok(catalog) => catalog,
        Err(error) => return vec![finding("sources", Outcome::Source(error.into()))],
    };
    catalog.offline = true;
    if catalog.sources.is_empty() {
        let none = "none; built-in templates need none".to_owned();
        return vec![finding("sources", Outcome::Fine(none))];
    }
    let of_source = |source| {
        let outcome = match catalog.manifests(source) {
            Ok(found) => {
                let count = found.len();
                let faults: Vec<Problem> = found
                    .into_iter()
                    .filter_map(Result::err)
                    .flatten()
                    .collect();
                match (faults.is_empty(), count) {
                    (true, 1) => Outcome::Fine("1 template".to_owned()),
                    (true, _) => Outcome::Fine(format!("{count} templates")),
                    (false, _) => Outcome::Templates(faults),
                }
            }
            Err(error) => Outcome::Source(error),
        };
        finding(format!("source {}", source.name), outcome)
    };
    catalog.sources.values().map(of_source).collect()
}
