//! A PostgreSQL server of our own, on loopback, gone after the run.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::command::{self, Running};
use crate::loopback::{Owner, free_port, wait_until_open};
use crate::project::Failure;

/// The system user that runs the server when we are root: it refuses to run as root.
const USER: &str = "postgres";

/// A running server.
#[derive(Debug)]
pub struct Server {
    binaries: PathBuf,
    folder: PathBuf,
    owner: Owner,
    port: u16,
    running: Mutex<Option<Running>>,
}

impl Server {
    /// Returns the folder of the newest server programs on this machine.
    pub fn binaries() -> Option<PathBuf> {
        let path = env::var_os("PATH").unwrap_or_default();
        let mut folders: Vec<PathBuf> = env::split_paths(&path).collect();
        let mut installed: Vec<PathBuf> =
            ["/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt"]
                .iter()
                .filter_map(|folder| fs::read_dir(folder).ok())
                .flat_map(Iterator::flatten)
                .map(|entry| entry.path().join("bin"))
                .collect();
        installed.sort();
        folders.extend(installed.into_iter().rev());
        let programs = ["initdb", "postgres", "createdb"];
        let complete = |folder: &PathBuf| programs.iter().all(|name| folder.join(name).is_file());
        folders.into_iter().find(complete)
    }

    /// Starts a server in a new folder.
    pub fn start(folder: &Path) -> Result<Self, Failure> {
        let Some(binaries) = Self::binaries() else {
            return Err(Failure::Lacks(
                "postgres: no PostgreSQL server found".to_owned(),
            ));
        };
        fs::create_dir_all(folder).map_err(|error| failure(&error))?;
        let data = folder.join("data");
        let owner = Owner::of(folder, USER)?;
        let mut init = owner.command(&binaries.join("initdb"), folder);
        init.args([
            "--auth=trust",
            "--username=postgres",
            "--no-sync",
            "--encoding=UTF8",
        ])
        .arg("--pgdata")
        .arg(&data);
        command::run(&mut init, folder.join("initdb.txt"))?;
        let server = Self {
            binaries,
            folder: folder.to_owned(),
            owner,
            port: free_port()?,
            running: Mutex::new(None),
        };
        server.serve()?;
        Ok(server)
    }

    /// Stops the server under its clients, keeps it away for a while, and starts it again where it was.
    pub fn restart(&self, away: Duration) -> Result<(), Failure> {
        let running = self.running.lock();
        let running = running.unwrap_or_else(PoisonError::into_inner).take();
        if let Some(mut running) = running {
            // SIGTERM would wait for the clients.
            running.interrupt()?;
            running.wait(Duration::from_secs(30))?;
        }
        thread::sleep(away);
        self.serve()
    }

    fn serve(&self) -> Result<(), Failure> {
        let program = self.binaries.join("postgres");
        let mut serve = self.owner.command(&program, &self.folder);
        serve
            .arg("-D")
            .arg(self.folder.join("data"))
            .args(["-p", &self.port.to_string()])
            .args(["-c", "listen_addresses=127.0.0.1"])
            .args(["-c", "unix_socket_directories=", "-c", "fsync=off"]);
        let mut running = command::start(&mut serve, self.folder.join("log.txt"))?;
        wait_until_open(self.port, &mut running, Duration::from_secs(30))?;
        let mut place = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        *place = Some(running);
        Ok(())
    }

    /// Makes an empty database and returns its URL.
    pub fn create_database(&self, name: &str) -> Result<String, Failure> {
        let mut create = command::clean(self.binaries.join("createdb"), &self.folder);
        let port = self.port.to_string();
        create.args(["-h", "127.0.0.1", "-p", &port, "-U", "postgres", name]);
        let started = Instant::now();
        // The port is open a moment before the server lets anybody in.
        while let Err(error) = command::run(&mut create, self.folder.join(format!("{name}.txt"))) {
            if started.elapsed() > Duration::from_secs(20) {
                return Err(error);
            }
            thread::sleep(Duration::from_millis(100));
        }
        Ok(format!(
            "postgresql+psycopg://postgres@127.0.0.1:{port}/{name}"
        ))
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
        }
    }
}

fn failure(error: &std::io::Error) -> Failure {
    Failure::new(format!("postgres: {error}"))
}
