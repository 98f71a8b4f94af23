//! Runs programs with an environment of their own and a limit on their time.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::project::Failure;

/// Longer than anything a project does, on a slow machine: a pipeline of several jobs takes a quarter of an hour there.
const LIMIT: Duration = Duration::from_mins(30);

/// How much of a program's output a failure shows.
const TAIL: usize = 100;

/// Returns a command with an empty environment but for what programs need to find their way.
pub fn clean(program: impl AsRef<OsStr>, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder).env_clear();
    for (name, value) in std::env::vars_os() {
        if name.to_str().is_some_and(is_kept) {
            command.env(name, value);
        }
    }
    command
        .env("GIT_AUTHOR_NAME", "Ada Lovelace")
        .env("GIT_AUTHOR_EMAIL", "ada@example.org")
        .env("GIT_COMMITTER_NAME", "Ada Lovelace")
        .env("GIT_COMMITTER_EMAIL", "ada@example.org")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("LANG", "C.UTF-8")
        .env("NO_COLOR", "1")
        .env("UV_PYTHON_DOWNLOADS", "never")
        .stdin(Stdio::null());
    command
}

/// Paths, certificates, mirrors and proxies, and where the container engine is: what a machine needs to reach other things.
fn is_kept(name: &str) -> bool {
    const NAMES: [&str; 10] = [
        "PATH",
        "HOME",
        "TMPDIR",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
        "REQUESTS_CA_BUNDLE",
        "CURL_CA_BUNDLE",
        "NODE_EXTRA_CA_CERTS",
        "PYENV_ROOT",
        "XDG_CACHE_HOME",
    ];
    NAMES.contains(&name)
        || name.to_ascii_lowercase().starts_with("npm_config_")
        || name.starts_with("PIP_")
        || name.starts_with("UV_")
        || name.starts_with("DOCKER_")
        || name.to_ascii_lowercase().ends_with("_proxy")
}

/// A program that runs and the file that its output goes to.
#[derive(Debug)]
pub struct Running {
    child: Child,
    output: PathBuf,
    words: String,
}

/// Starts a command with its output in a file.
pub fn start(command: &mut Command, output: PathBuf) -> Result<Running, Failure> {
    let started = File::create(&output).and_then(|file| {
        let errors = file.try_clone()?;
        command.stdout(file).stderr(errors).spawn()
    });
    running(command, output, started)
}

fn running(
    command: &Command,
    output: PathBuf,
    started: io::Result<Child>,
) -> Result<Running, Failure> {
    let words = words(command);
    match started {
        Ok(child) => Ok(Running {
            child,
            output,
            words,
        }),
        Err(error) => Err(Failure::new(format!("cannot run `{words}`: {error}"))),
    }
}

/// Runs a command to its end; it must succeed. Returns its output.
pub fn run(command: &mut Command, output: PathBuf) -> Result<String, Failure> {
    finish(start(command, output)?)
}

/// Runs a command to its end with what it prints in a file, and what it says besides in another; it must succeed.
pub fn run_to(command: &mut Command, printed: &Path, output: PathBuf) -> Result<(), Failure> {
    let started = File::create(printed).and_then(|printed| {
        let errors = File::create(&output)?;
        command.stdout(printed).stderr(errors).spawn()
    });
    finish(running(command, output, started)?).map(drop)
}

fn finish(mut running: Running) -> Result<String, Failure> {
    let status = running.wait(LIMIT)?;
    if status.success() {
        Ok(running.output())
    } else {
        Err(running.failure(&status.to_string()))
    }
}

/// Runs a command to its end; it must fail, and say something. Returns its output.
pub fn run_to_failure(
    command: &mut Command,
    output: PathBuf,
    words: &str,
) -> Result<String, Failure> {
    let mut running = start(command, output)?;
    let status = running.wait(LIMIT)?;
    if status.success() {
        Err(running.failure("succeeded, but had to fail"))
    } else if running.output().contains(words) {
        Ok(running.output())
    } else {
        Err(running.failure(&format!("failed, but without the words `{words}`")))
    }
}

impl Running {
    /// Waits for the end, but not longer than the limit.
    pub fn wait(&mut self, limit: Duration) -> Result<ExitStatus, Failure> {
        let started = Instant::now();
        while started.elapsed() < limit {
            match self.child.try_wait() {
                Ok(Some(status)) => return Ok(status),
                Ok(None) => thread::sleep(Duration::from_millis(20)),
                Err(error) => return Err(self.failure(&error.to_string())),
            }
        }
        Err(self.failure(&format!("not done after {} s", limit.as_secs())))
    }

    /// Returns whether the program still runs.
    pub fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Returns the id of its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Returns how much memory the program holds, in KiB, where the system tells.
    pub fn memory(&self) -> Result<u64, Failure> {
        let status = format!("/proc/{}/status", self.child.id());
        let text = fs::read_to_string(&status)
            .map_err(|error| Failure::Lacks(format!("{status}: {error}")))?;
        let resident = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let number = resident.and_then(|rest| rest.split_whitespace().next()?.parse().ok());
        number.ok_or_else(|| Failure::new(format!("{status} tells no memory")))
    }

    /// Asks the program to end.
    pub fn terminate(&self) -> Result<(), Failure> {
        self.signal("-TERM")
    }

    /// Asks the program to end and waits for it; where asking does not help, dropping ends it.
    pub fn end(&mut self) {
        drop(self.terminate());
        drop(self.wait(Duration::from_secs(30)));
    }

    /// Does what Ctrl-C does.
    pub fn interrupt(&self) -> Result<(), Failure> {
        self.signal("-INT")
    }

    fn signal(&self, signal: &str) -> Result<(), Failure> {
        let id = self.child.id().to_string();
        let status = Command::new("kill").args([signal, &id]).status();
        match status {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(self.failure(&format!("kill: {status}"))),
            Err(error) => Err(self.failure(&format!("kill: {error}"))),
        }
    }

    /// Returns what the program has written.
    pub fn output(&self) -> String {
        read(&self.output).unwrap_or_default()
    }

    /// Returns a failure that shows the command, what is wrong, and the end of its output.
    pub fn failure(&self, what: &str) -> Failure {
        let output = self.output();
        let lines: Vec<&str> = output.lines().collect();
        let shown = lines.len().saturating_sub(TAIL);
        let tail = lines.get(shown..).unwrap_or_default().join("\n    ");
        Failure::new(format!("`{}`: {what}\n    {tail}", self.words))
    }
}

/// A program that somebody stopped caring about must not stay.
impl Drop for Running {
    fn drop(&mut self) {
        if self.is_running() {
            // It may have ended in between; either way it is gone then.
            drop(self.child.kill());
            drop(self.child.wait());
        }
    }
}

fn read(path: &Path) -> io::Result<String> {
    Ok(String::from_utf8_lossy(&fs::read(path)?).into_owned())
}

fn words(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy()];
    words.extend(command.get_args().map(OsStr::to_string_lossy));
    words.join(" ")
}
