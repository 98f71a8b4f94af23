//! The programs beside this one: whether they are there, and what they say of themselves.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use super::env::Environment;

/// How long a program may take to say its version; a client whose server hangs may take for ever.
const PATIENCE: Duration = Duration::from_secs(10);

/// The most that is read of what a program says.
const MOST: u64 = 4096;

/// What a program answers.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Answer {
    /// Its first line.
    Says(String),
    /// It is not there.
    Missing,
    /// It ends with an error, cannot be started, or says nothing in time: why, in words.
    Fails(String),
}

/// Runs a program that is to say its version, and returns the first line of its output.
pub fn ask(program: &str, words: &[&str]) -> Answer {
    let started = Command::new(program)
        .args(words)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = match started {
        Ok(child) => child,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Answer::Missing,
        Err(error) => return Answer::Fails(error.to_string()),
    };
    let (sender, texts) = channel();
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    // Who started it may have left children behind that hold its output open: nobody waits for these.
    thread::spawn(move || {
        let texts = (first_line(stdout), first_line(stderr));
        drop(sender.send(texts));
    });
    let Ok((stdout, stderr)) = texts.recv_timeout(PATIENCE) else {
        drop(child.kill());
        drop(child.wait());
        let seconds = PATIENCE.as_secs();
        return Answer::Fails(format!("`{program}` says nothing for {seconds} s"));
    };
    match child.wait() {
        Ok(status) if status.success() => Answer::Says(stdout),
        Ok(status) if stderr.is_empty() => Answer::Fails(format!("`{program}` ends with {status}")),
        Ok(_) => Answer::Fails(stderr),
        Err(error) => Answer::Fails(error.to_string()),
    }
}

fn first_line(stream: Option<impl Read>) -> String {
    let mut bytes = Vec::new();
    if let Some(stream) = stream {
        let mut rest = stream.take(MOST);
        drop(rest.read_to_end(&mut bytes));
        // A full pipe would hold the program up.
        drop(std::io::copy(&mut rest.into_inner(), &mut std::io::sink()));
    }
    let text = String::from_utf8_lossy(&bytes);
    text.lines().next().unwrap_or_default().trim().to_owned()
}

/// Returns where this program is, links followed; none where the system does not say.
pub fn this() -> Option<PathBuf> {
    std::env::current_exe().ok()?.canonicalize().ok()
}

/// Returns the files of a name in the folders of `PATH`, in their order, links followed and each once.
pub fn on_path(environment: &Environment, name: &str) -> Vec<PathBuf> {
    let path = environment.variable("PATH").unwrap_or_default();
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    let mut found: Vec<PathBuf> = Vec::new();
    for folder in std::env::split_paths(path) {
        let candidate = environment.path(&folder).join(&file);
        if let Ok(place) = candidate.canonicalize()
            && is_program(&place)
            && !found.contains(&place)
        {
            found.push(place);
        }
    }
    found
}

#[cfg(unix)]
fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata()
        .is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(path: &Path) -> bool {
    path.metadata().is_ok_and(|found| found.is_file())
}
