//! The compose file of a project: what it starts becomes healthy, answers, and outlives its database.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::checks;
use crate::command;
use crate::engine::{Belongings, building};
use crate::images;
use crate::loopback::free_port;
use crate::project::{Failure, Lock, Subject};
use crate::service::{Service, Stopper};

/// A secret that a production setting accepts.
const SECRET: &str = "0123456789abcdef0123456789abcdef";

/// How long a service may need to work again after its database was away.
const RECOVERY: Duration = Duration::from_secs(30);

/// What the compose file says about the service that is built from the project.
#[derive(Debug)]
pub struct App {
    /// The variables.
    pub environment: BTreeMap<String, String>,
    /// Where volumes are mounted.
    pub volumes: Vec<String>,
    /// The port that it listens on.
    pub port: u64,
    /// How long it may take to stop, in seconds.
    pub grace: String,
    /// The command that runs once before it.
    pub migrate: Option<Vec<String>>,
}

/// Returns what the compose file of a clone says about the service.
pub fn app(subject: &Subject<'_>, clone: &Path) -> Result<App, Failure> {
    let stack = Stack::new(subject, "config", clone)?;
    let config = stack.config()?;
    let app = &config["services"]["app"];
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let environment = app["environment"].as_object().cloned().unwrap_or_default();
    let migrate = &config["services"]["migrate"]["command"];
    let grace = text(&app["stop_grace_period"]).unwrap_or_default();
    Ok(App {
        environment: environment
            .iter()
            .filter_map(|(name, value)| Some((name.clone(), text(value)?)))
            .collect(),
        volumes: list(&app["volumes"])
            .iter()
            .filter_map(|volume| text(&volume["target"]))
            .collect(),
        port: app["ports"][0]["target"].as_u64().unwrap_or_default(),
        grace: grace.trim_end_matches('s').to_owned(),
        migrate: migrate
            .as_array()
            .map(|words| words.iter().filter_map(text).collect()),
    })
}

/// Starts everything, asks the service, takes its database away and gives it back, and ends everything.
pub fn compose(subject: &Subject<'_>) -> Result<(), Failure> {
    let clone = subject.clone_to("compose", Lock::None)?;
    let stack = Stack::new(subject, "compose", &clone)?;
    stack.expect_refusals()?;
    let started = Instant::now();
    let servers = stack.up()?;
    let elapsed = started.elapsed().as_secs_f64();
    subject.note(format!("compose: built and healthy in {elapsed:.1} s"));
    let service = stack.service()?;
    checks::ask(&service, subject)?;
    let place = (checks::row(subject)?.make)(&service, subject)?;
    for server in &servers {
        stack.interrupt(server, &service)?;
        service.get(&place)?.expect(200)?;
    }
    stack.run(["restart", "app"])?;
    wait_until_ready(&service)?;
    checks::expect_kept(&service, subject, &place)?;

    stack.run(["down", "--volumes"])?;
    stack.expect_nothing_left()
}

/// Returns the services that run an image of somebody else, with the image.
fn servers(config: &Value) -> BTreeMap<String, String> {
    let services = config["services"].as_object().cloned().unwrap_or_default();
    let servers = services
        .iter()
        .filter(|(_, service)| service["build"].is_null());
    let named = servers.filter_map(|(name, service)| {
        let image = service["image"].as_str()?;
        Some((name.clone(), image.to_owned()))
    });
    named.collect()
}

/// The services of one clone.
#[derive(Debug)]
pub struct Stack<'a> {
    belongings: Belongings<'a>,
    subject: &'a Subject<'a>,
    folder: PathBuf,
    secrets: BTreeSet<String>,
    ports: BTreeMap<String, u16>,
}

impl<'a> Stack<'a> {
    /// Reads the compose file of a clone.
    pub fn new(subject: &'a Subject<'a>, purpose: &str, clone: &Path) -> Result<Self, Failure> {
        let path = clone.join("compose.yaml");
        let text = fs::read_to_string(&path)
            .map_err(|error| Failure::new(format!("{}: {error}", path.display())))?;
        let ports = variables(&text, ":-").into_iter();
        let ports = ports.filter(|name| name.ends_with("_PORT"));
        Ok(Self {
            belongings: Belongings::new(subject, purpose),
            subject,
            folder: clone.to_owned(),
            secrets: variables(&text, ":?"),
            ports: ports
                .map(|name| Ok((name, free_port()?)))
                .collect::<Result<_, Failure>>()?,
        })
    }

    /// Returns a command of compose, with every variable but the one left out.
    fn command<'w>(
        &self,
        words: impl IntoIterator<Item = &'w str>,
        left_out: Option<&str>,
    ) -> Command {
        let mut docker = self.belongings.docker(["compose"]);
        docker
            .args(words)
            .current_dir(&self.folder)
            .env("COMPOSE_PROJECT_NAME", self.belongings.name());
        for (name, port) in &self.ports {
            docker.env(name, port.to_string());
        }
        for name in &self.secrets {
            if Some(name.as_str()) != left_out {
                docker.env(name, value_of(name));
            }
        }
        docker
    }

    /// Runs compose; it must succeed. Returns its output.
    pub fn run<'w>(&self, words: impl IntoIterator<Item = &'w str>) -> Result<String, Failure> {
        self.subject.finish(&mut self.command(words, None))
    }

    fn config(&self) -> Result<Value, Failure> {
        let text = self.run(["config", "--format=json"])?;
        serde_json::from_str(&text)
            .map_err(|error| Failure::new(format!("docker compose config: {error}")))
    }

    /// Without any of its secrets it does not start, and says which is missing.
    pub fn expect_refusals(&self) -> Result<(), Failure> {
        for name in &self.secrets {
            let mut up = self.command(["up", "--detach"], Some(name));
            self.subject.refuse(&mut up, name)?;
        }
        Ok(())
    }

    /// Starts everything and waits until it is healthy. Returns the services that run an image of somebody else.
    pub fn up(&self) -> Result<Vec<String>, Failure> {
        let servers = servers(&self.config()?);
        let bases = images::bases(&self.folder)?;
        let images = servers.values().cloned().chain(bases);
        let engine = self.subject.machine.engine()?;
        engine.provide(self.subject, &images.collect())?;
        let _building = building();
        self.run(["up", "--build", "--detach", "--wait"])?;
        Ok(servers.into_keys().collect())
    }

    /// Returns the service, whose log is followed.
    fn service(&self) -> Result<Service, Failure> {
        let port = self.ports.get("APP_PORT");
        let port = *port.ok_or_else(|| Failure::new("compose.yaml has no APP_PORT"))?;
        let container = self.container();
        let mut follow = self.belongings.docker(["logs", "--follow", &container]);
        let running = command::start(&mut follow, self.subject.output_file())?;
        Service::wait(running, port, Stopper::Signal)
    }

    /// Takes a server away and gives it back: the service says so, does not end, and works again.
    fn interrupt(&self, server: &str, service: &Service) -> Result<(), Failure> {
        let before = self.state()?;
        self.run(["stop", server])?;
        service.get("/livez")?.expect(200)?;
        service.get("/readyz")?.expect_problem(503)?;
        self.run(["start", server])?;
        wait_until_ready(service)?;
        let after = self.state()?;
        if before == after {
            Ok(())
        } else {
            let what = format!("the service did not outlive {server}: {before}, {after}");
            Err(service.failure(&what))
        }
    }

    /// Returns the name of the container of the service.
    fn container(&self) -> String {
        format!("{}-app-1", self.belongings.name())
    }

    /// Returns when the service was started and how often.
    fn state(&self) -> Result<String, Failure> {
        let container = self.belongings.inspect("container", &self.container())?;
        let started = &container["State"]["StartedAt"];
        Ok(format!("{started} {}", container["RestartCount"]))
    }

    /// After the end there is nothing of it.
    pub fn expect_nothing_left(&self) -> Result<(), Failure> {
        let name = self.belongings.name();
        let filter = format!("label=com.docker.compose.project={name}");
        for words in [
            &["ps", "--all"] as &[&str],
            &["volume", "ls"],
            &["network", "ls"],
        ] {
            let words = words
                .iter()
                .copied()
                .chain(["--quiet", "--filter", &filter]);
            let left = self.belongings.run(words)?;
            if !left.trim().is_empty() {
                return Err(Failure::new(format!("`docker compose down` leaves {left}")));
            }
        }
        Ok(())
    }
}

/// Returns what a variable is set to that has no default: an address, a user with a password, or a secret.
fn value_of(name: &str) -> String {
    if name.ends_with("_URL") {
        "http://127.0.0.1:9/".to_owned()
    } else if name.ends_with("_AUTH") {
        format!("admin:{SECRET}")
    } else {
        SECRET.to_owned()
    }
}

/// Returns the variables of a compose file that are followed by an operator.
fn variables(text: &str, operator: &str) -> BTreeSet<String> {
    let uses = text.split("${").skip(1);
    let names = uses.filter_map(|rest| {
        let name = rest.split([':', '}']).next()?;
        let rest = rest.strip_prefix(name)?;
        rest.starts_with(operator).then(|| name.to_owned())
    });
    names.collect()
}

pub fn wait_until_ready(service: &Service) -> Result<(), Failure> {
    let started = Instant::now();
    loop {
        let answer = service.get("/readyz");
        if answer.as_ref().is_ok_and(|answer| answer.status == 200) {
            return Ok(());
        }
        if started.elapsed() > RECOVERY {
            let last = answer.map_or_else(|error| format!("{error:?}"), |answer| answer.text);
            return Err(service.failure(&format!("not ready again: {last}")));
        }
        thread::sleep(Duration::from_millis(200));
    }
}
