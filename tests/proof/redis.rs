//! A Redis server of our own, on loopback, in memory alone, gone with the value that stands for it.

use std::time::Duration;

use crate::command::{self, Running};
use crate::loopback::{free_port, wait_until_open};
use crate::project::{Failure, Subject};

/// The program that is the server.
pub const PROGRAM: &str = "redis-server";

/// A running server. It is started in a tenth of a second, so each check has its own.
#[derive(Debug)]
pub struct Server {
    port: u16,
    running: Running,
}

impl Server {
    /// Starts a server for a check of a project.
    pub fn start(subject: &Subject<'_>) -> Result<Self, Failure> {
        if subject.machine.program(PROGRAM).is_none() {
            return Err(Failure::Lacks("redis: no Redis server found".to_owned()));
        }
        let port = free_port()?;
        let mut serve = subject.command(PROGRAM);
        serve
            .current_dir(&subject.beside)
            .args(["--port", &port.to_string(), "--bind", "127.0.0.1"])
            .args(["--save", "", "--appendonly", "no"]);
        let mut running = command::start(&mut serve, subject.output_file())?;
        wait_until_open(port, &mut running, Duration::from_secs(30))?;
        Ok(Self { port, running })
    }

    /// Returns the URL of one of its 16 databases.
    pub fn url(&self, database: u8) -> String {
        format!("redis://127.0.0.1:{}/{database}", self.port)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.running.end();
    }
}
