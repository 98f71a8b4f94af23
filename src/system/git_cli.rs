//! Runs the user's own git where a network is needed, so that keys, agents, proxies, credential helpers and `insteadOf` just work.
//!
//! Git is judged by how it ends, never by what it says; what it says is only passed on. It gets no hook, no submodule, no other
//! transport than the address names, and so much time as it makes progress.

use std::io::{self, Read};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use super::env::Environment;
use crate::model::address::{GitUrl, Transport, without_credentials};
use crate::model::text::visible_start;

/// How long git may be silent, unless the configuration says otherwise.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// How many times that a whole fetch may take.
const TOTAL: u32 = 20;

/// How many times longer the first word may take where a person may be typing a password.
const TYPING: u32 = 4;

/// The most bytes a fetch may bring.
const LARGEST: u64 = 512 * 1024 * 1024;

/// How often it is looked at.
const TICK: Duration = Duration::from_millis(100);

/// How many of git's last lines an error passes on.
const LAST_LINES: usize = 6;

/// How long a line of git's may be before it is cut.
const LINE: usize = 300;

/// Variables that would lead git to another repository.
const FOREIGN: [&str; 9] = [
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_DIR",
    "GIT_INDEX_FILE",
    "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
];

/// How git is run.
#[derive(Clone, Copy, Debug)]
pub struct GitRun {
    /// How long it may be silent.
    pub patience: Duration,
    /// Whether a person can be asked for a password.
    pub interactive: bool,
    /// Whether the user has a program by which ssh asks without a terminal.
    pub has_askpass: bool,
    /// Takes what git says about its progress; nothing when it has ended.
    pub progress: fn(&str),
}

impl GitRun {
    /// Returns how git is run here.
    pub fn new(environment: &Environment, patience: Option<Duration>, progress: fn(&str)) -> Self {
        Self {
            patience: patience.unwrap_or(PATIENCE),
            interactive: environment.interactive,
            has_askpass: environment.variable("SSH_ASKPASS").is_some(),
            progress,
        }
    }
}

/// Why git brought nothing.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// There is no such program.
    #[error("`git` is not installed, and templates in a repository need it")]
    Missing,
    /// It cannot be started or waited for.
    #[error("`git` cannot be run: {0}")]
    Start(#[source] io::Error),
    /// It ended with an error.
    #[error("git cannot fetch `{wanted}` from {url}")]
    Failed {
        /// The branch, tag or commit.
        wanted: String,
        /// The address.
        url: String,
        /// Its last words.
        said: Vec<String>,
    },
    /// It made no progress.
    #[error("{url} sent nothing for {seconds} s")]
    Stalled {
        /// The address.
        url: String,
        /// How long it was waited for.
        seconds: u64,
    },
    /// It made too little progress.
    #[error("{url} is not done after {seconds} s")]
    TooLong {
        /// The address.
        url: String,
        /// How long it was waited for.
        seconds: u64,
    },
    /// It sent more than a source of templates may have.
    #[error("{url} sends more than {LARGEST} bytes")]
    TooLarge {
        /// The address.
        url: String,
    },
}

/// How much history is fetched.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Depth {
    /// The one commit.
    One,
    /// All of it: for servers that do not hand out a commit by its id.
    All,
}

/// Fetches `refspec` from an address into a bare repository.
///
/// # Errors
/// Git cannot be run, fails, or takes too long.
pub fn fetch(
    run: &GitRun,
    repository: &Path,
    url: &GitUrl,
    (wanted, refspecs): (&str, &[String]),
    depth: Depth,
) -> Result<(), GitError> {
    let mut command = Command::new("git");
    for name in FOREIGN {
        command.env_remove(name);
    }
    let seconds = run.patience.as_secs().max(1);
    command
        .current_dir(repository)
        .env("GIT_ALLOW_PROTOCOL", protocols(url))
        .arg("--git-dir=.")
        .args(["-c", "core.hooksPath=/dev/null"])
        .args(["-c", "core.fsync=all"])
        .args(["-c", "fetch.unpackLimit=1"])
        .args(["-c", "fetch.recurseSubmodules=false"])
        .args(["-c", "gc.auto=0"])
        .args(["-c", "protocol.version=2"])
        .args(["-c", "transfer.bundleURI=false"])
        .args(["-c", "http.lowSpeedLimit=1"])
        .args(["-c", &format!("http.lowSpeedTime={seconds}")])
        .args([
            "fetch",
            "--progress",
            "--no-tags",
            "--no-recurse-submodules",
        ])
        .args(["--no-write-fetch-head", "--no-auto-maintenance"]);
    if depth == Depth::One {
        command.arg("--depth=1");
    }
    if !run.interactive {
        command.env("GIT_TERMINAL_PROMPT", "0");
        // Ssh would ask at the terminal even where nobody sees it.
        if !run.has_askpass {
            command.env("SSH_ASKPASS", "false");
            command.env("SSH_ASKPASS_REQUIRE", "force");
        }
        // A group of its own can be ended with all that git has started.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
    }
    command
        .arg("--")
        .arg(url.as_str())
        .args(refspecs)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let child = command.spawn().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => GitError::Missing,
        _ => GitError::Start(error),
    })?;
    let mut watch = Watch::over(child, run, url, repository);
    let ended = watch.until_it_ends();
    (run.progress)("");
    let said = watch.last_words();
    match ended? {
        status if status.success() => Ok(()),
        _ => Err(GitError::Failed {
            wanted: wanted.to_owned(),
            url: url.to_string(),
            said,
        }),
    }
}

/// Returns the transports that git may use for an address, those that the user's configuration may lead it to among them.
fn protocols(url: &GitUrl) -> &'static str {
    match url.transport() {
        Transport::Https | Transport::Ssh | Transport::File => "https:ssh:file",
        Transport::Http => "https:ssh:file:http",
    }
}

/// Watches over a running git.
struct Watch<'a> {
    child: Child,
    run: &'a GitRun,
    url: &'a GitUrl,
    repository: &'a Path,
    words: Receiver<Vec<u8>>,
    /// The line that is being written, and the last whole ones.
    line: Vec<u8>,
    returned: Option<String>,
    lines: Vec<String>,
}

impl<'a> Watch<'a> {
    fn over(mut child: Child, run: &'a GitRun, url: &'a GitUrl, repository: &'a Path) -> Self {
        let (sender, words) = channel();
        if let Some(mut stream) = child.stderr.take() {
            std::thread::spawn(move || {
                let mut buffer = [0; 4096];
                while let Ok(count) = stream.read(&mut buffer) {
                    let part = buffer.get(..count).unwrap_or_default().to_vec();
                    if count == 0 || sender.send(part).is_err() {
                        break;
                    }
                }
            });
        }
        Self {
            child,
            run,
            url,
            repository,
            words,
            line: Vec::new(),
            returned: None,
            lines: Vec::new(),
        }
    }

    fn until_it_ends(&mut self) -> Result<ExitStatus, GitError> {
        let started = Instant::now();
        let patience = self.run.patience;
        let first = if self.run.interactive { TYPING } else { 1 };
        let mut silent_since = started;
        let mut allowed = patience * first;
        let url = || self.url.to_string();
        loop {
            match self.words.recv_timeout(TICK) {
                Ok(part) => {
                    silent_since = Instant::now();
                    allowed = patience;
                    self.hear(&part);
                }
                Err(RecvTimeoutError::Timeout) => {}
                // It has closed its output and is about to end.
                Err(RecvTimeoutError::Disconnected) => std::thread::sleep(TICK / 20),
            }
            let problem = if silent_since.elapsed() > allowed {
                GitError::Stalled {
                    url: url(),
                    seconds: allowed.as_secs(),
                }
            } else if started.elapsed() > patience * TOTAL {
                GitError::TooLong {
                    url: url(),
                    seconds: started.elapsed().as_secs(),
                }
            } else if packed(self.repository) > LARGEST {
                GitError::TooLarge { url: url() }
            } else {
                match self.child.try_wait().map_err(GitError::Start)? {
                    Some(status) => {
                        while let Ok(part) = self.words.recv_timeout(TICK) {
                            self.hear(&part);
                        }
                        return Ok(status);
                    }
                    None => continue,
                }
            };
            self.end();
            return Err(problem);
        }
    }

    /// Takes what git writes: lines that end are kept, lines that are written over tell how far it is.
    fn hear(&mut self, part: &[u8]) {
        for byte in part {
            match byte {
                b'\r' => {
                    let shown = self.take_line();
                    (self.run.progress)(&shown);
                    self.returned = Some(shown);
                }
                // Some programs end their lines with both.
                b'\n' => {
                    let before = self.returned.take().filter(|_| self.line.is_empty());
                    let shown = before.unwrap_or_else(|| self.take_line());
                    if shown.ends_with("done.") {
                        (self.run.progress)(&shown);
                    } else if !shown.is_empty() {
                        self.lines.push(shown);
                        let surplus = self.lines.len().saturating_sub(LAST_LINES);
                        self.lines.drain(..surplus);
                    }
                }
                _ if self.line.len() < 4 * LINE => self.line.push(*byte),
                _ => {}
            }
        }
    }

    /// Returns the line that was written, visible and without passwords.
    fn take_line(&mut self) -> String {
        let text = without_credentials(&String::from_utf8_lossy(&self.line));
        self.line.clear();
        visible_start(text.trim_end(), LINE)
    }

    fn last_words(&mut self) -> Vec<String> {
        self.hear(b"\n");
        std::mem::take(&mut self.lines)
    }

    /// Ends git and what it has started.
    fn end(&mut self) {
        #[cfg(unix)]
        if !self.run.interactive {
            let group = rustix::process::Pid::from_child(&self.child);
            // It may have ended meanwhile.
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Returns how many bytes git has received.
fn packed(repository: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(repository.join("objects/pack")) else {
        return 0;
    };
    entries
        .flatten()
        .filter_map(|entry| entry.metadata().ok())
        .map(|found| found.len())
        .sum()
}
