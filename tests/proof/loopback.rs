//! What servers of our own have in common: a free port of loopback, a user that is not root, the wait until they answer.

use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use crate::command::{self, Running};
use crate::project::Failure;

/// Who runs a server.
#[derive(Clone, Copy, Debug)]
pub struct Owner {
    /// The system user, where we are root.
    user: Option<&'static str>,
}

impl Owner {
    /// Makes the folder of a server and gives it to a system user, if we are root; otherwise it is ours.
    pub fn of(folder: &Path, user: &'static str) -> Result<Self, Failure> {
        let failure = |error| Failure::new(format!("{}: {error}", folder.display()));
        std::fs::create_dir_all(folder).map_err(failure)?;
        if !is_root() {
            return Ok(Self { user: None });
        }
        let owner = Command::new("chown").arg(user).arg(folder).status();
        if !owner.is_ok_and(|status| status.success()) {
            let lack = format!("{user}: we are root, and there is no user of this name");
            return Err(Failure::Lacks(lack));
        }
        Ok(Self { user: Some(user) })
    }

    /// Returns a command that runs a program as this user.
    pub fn command(self, program: &Path, folder: &Path) -> Command {
        let Some(user) = self.user else {
            return command::clean(program, folder);
        };
        let mut command = command::clean("setpriv", folder);
        command
            .args(["--reuid", user, "--regid", user, "--clear-groups"])
            .arg(program);
        command
    }
}

/// Returns a port of loopback that nobody uses.
pub fn free_port() -> Result<u16, Failure> {
    let failure = |error: std::io::Error| Failure::new(format!("no free port: {error}"));
    let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(failure)?;
    Ok(listener.local_addr().map_err(failure)?.port())
}

/// Waits until something listens on a port of loopback.
pub fn wait_until_open(port: u16, running: &mut Running, limit: Duration) -> Result<(), Failure> {
    let started = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        if !running.is_running() || started.elapsed() > limit {
            return Err(running.failure("the server does not start"));
        }
        thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|output| output.stdout.starts_with(b"0\n"))
}
