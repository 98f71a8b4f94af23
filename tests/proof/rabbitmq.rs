//! A `RabbitMQ` server of our own, on loopback, gone after the run.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::command::{self, Running};
use crate::loopback::{Owner, free_port, wait_until_open};
use crate::project::Failure;

/// The folder of the programs: those on `PATH` are shells that want to become root first.
const PROGRAMS: &str = "/usr/lib/rabbitmq/bin";

/// The system user that runs the server when we are root.
const USER: &str = "rabbitmq";

/// How long a server may take until it answers: half a minute alone, more beside others.
const START: Duration = Duration::from_mins(5);

/// A running server.
#[derive(Debug)]
pub struct Server {
    node: Node,
    running: Mutex<Option<Running>>,
}

/// Where a server is, and how its programs are told.
#[derive(Debug)]
struct Node {
    folder: PathBuf,
    owner: Owner,
    port: u16,
    distribution: u16,
    mapper: u16,
}

impl Server {
    /// Returns whether this machine has the programs.
    pub fn is_installed() -> bool {
        Path::new(PROGRAMS).join("rabbitmq-server").is_file()
    }

    /// Starts a server in a new folder.
    pub fn start(folder: &Path) -> Result<Self, Failure> {
        if !Self::is_installed() {
            let lack = "rabbitmq: no RabbitMQ server found";
            return Err(Failure::Lacks(lack.to_owned()));
        }
        let node = Node {
            folder: folder.to_owned(),
            owner: Owner::of(folder, USER)?,
            port: free_port()?,
            distribution: free_port()?,
            mapper: free_port()?,
        };
        let mut serve = node.command("rabbitmq-server");
        let mut running = command::start(&mut serve, folder.with_extension("log.txt"))?;
        wait_until_open(node.port, &mut running, START)?;
        let server = Self {
            node,
            running: Mutex::new(Some(running)),
        };
        server.control(&["await_startup", "--timeout", "300"])?;
        Ok(server)
    }

    /// Makes an empty virtual host and returns its URL.
    pub fn create_host(&self, name: &str) -> Result<String, Failure> {
        self.control(&["add_vhost", name])?;
        self.control(&["set_permissions", "-p", name, "guest", ".*", ".*", ".*"])?;
        Ok(format!(
            "amqp://guest:guest@127.0.0.1:{}/{name}",
            self.node.port
        ))
    }

    fn control(&self, words: &[&str]) -> Result<(), Failure> {
        let mut control = self.node.command("rabbitmqctl");
        let output = self.node.folder.with_extension("control.txt");
        // One at a time: they share the file of their output.
        let _running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        command::run(control.args(words), output).map(drop)
    }

    /// Stops the server.
    pub fn stop(&self) {
        let running = self
            .running
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(mut running) = running {
            running.end();
            self.node.stop_mapper();
        }
    }
}

impl Node {
    /// Returns a command of this server's own programs.
    fn command(&self, name: &str) -> Command {
        let mut command = self
            .owner
            .command(&Path::new(PROGRAMS).join(name), &self.folder);
        let listen = "-kernel inet_dist_use_interface {127,0,0,1}";
        let own = |name: &str| self.folder.join(name);
        command
            .env("HOME", &self.folder)
            // The port of the node makes its name one that no other run has.
            .env("RABBITMQ_NODENAME", format!("proof{}@localhost", self.port))
            .env("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1")
            .env("RABBITMQ_NODE_PORT", self.port.to_string())
            .env("RABBITMQ_DIST_PORT", self.distribution.to_string())
            .env("RABBITMQ_MNESIA_BASE", own("mnesia"))
            .env("RABBITMQ_LOG_BASE", own("log"))
            .env("RABBITMQ_PID_FILE", own("pid"))
            .env("RABBITMQ_ENABLED_PLUGINS_FILE", own("plugins"))
            .env("RABBITMQ_CONFIG_FILE", own("rabbitmq"))
            .env("RABBITMQ_ADVANCED_CONFIG_FILE", own("advanced"))
            .env("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", listen)
            .env("ERL_EPMD_PORT", self.mapper.to_string())
            .env("ERL_EPMD_ADDRESS", "127.0.0.1");
        command
    }

    /// Ends the port mapper that Erlang started and would leave behind; it refuses while it still knows a node.
    fn stop_mapper(&self) {
        let started = Instant::now();
        while started.elapsed() < Duration::from_secs(10) {
            let mut stop = command::clean("epmd", &self.folder);
            stop.args(["-port", &self.mapper.to_string(), "-kill"])
                .env("ERL_EPMD_ADDRESS", "127.0.0.1");
            let stopped = stop.output();
            if stopped.is_ok_and(|output| output.stdout.starts_with(b"Killed")) {
                return;
            }
            thread::sleep(Duration::from_millis(200));
        }
    }
}
