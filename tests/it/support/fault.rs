//! Makes system calls fail, or kills the program at them: one at a time, at each of its times.
//!
//! strace stops the program on the way into a call that changes the disk. By default a call that is made often is tried at some of its
//! times, spread over the run, each with another fault; with `PROOF_ALL=1` at every one with every fault.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::{Command, Stdio};

use super::{Sandbox, require};

/// The system calls that change a disk; those that a machine does not have are left out by the `?`.
const MUTATING: &str = "?mkdir,?mkdirat,?open,?openat,?openat2,?creat,?write,?writev,?pwrite64,?pwritev,?rename,?renameat,?renameat2,?unlink,?unlinkat,?rmdir,?link,?linkat,?symlink,?symlinkat,?chmod,?fchmod,?fchmodat,?chown,?fchown,?ftruncate,?truncate,?fallocate,?fsync,?fdatasync,?flock,?utimensat,?copy_file_range,?sendfile,?msync";

/// What happens at a call.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Fault {
    /// The program is killed before it.
    Kill,
    /// It fails with this error.
    Error(&'static str),
}

/// Every fault.
const FAULTS: [Fault; 5] = [
    Fault::Kill,
    Fault::Error("ENOSPC"),
    Fault::Error("EIO"),
    Fault::Error("EACCES"),
    Fault::Error("EMFILE"),
];

/// Whose calls are meant.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Whose {
    /// The program's own.
    Own,
    /// Those of the git that it starts, and of all that git starts: the call of this number in each process.
    Git,
}

/// A fault at a call.
#[derive(Clone, Debug)]
pub(crate) struct Point {
    /// The call.
    pub(crate) call: String,
    /// At which of its times, from 1.
    pub(crate) time: usize,
    /// What happens.
    pub(crate) fault: Fault,
}

impl Point {
    fn inject(&self) -> String {
        let Self { call, time, fault } = self;
        match fault {
            Fault::Kill => format!("inject={call}:signal=KILL:when={time}"),
            Fault::Error(error) => format!("inject={call}:error={error}:when={time}"),
        }
    }

    /// Returns whether something failed to be removed: it may stay until the next run.
    pub(crate) fn keeps(&self) -> bool {
        self.call.starts_with("unlink") || self.call == "rmdir"
    }
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} #{} {:?}", self.call, self.time, self.fault)
    }
}

/// Returns whether strace works here; without it a test is left out by this name.
pub(crate) fn is_there(test: &str) -> bool {
    let works = Command::new("strace")
        .args(["-f", "-qq", "-o", "/dev/null", "true"])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !works {
        require::skip(test, "strace");
    }
    works
}

/// Returns the words with which strace watches a program, its trace going to a file, and injects something.
fn watch(trace: &str, inject: &str) -> Vec<String> {
    let mut words = vec!["-qq".to_owned(), "-o".to_owned(), trace.to_owned()];
    words.extend(["-e".to_owned(), format!("trace={MUTATING}")]);
    words.extend(["-e".to_owned(), "signal=none".to_owned()]);
    if !inject.is_empty() {
        words.extend(["-e".to_owned(), inject.to_owned()]);
    }
    words
}

/// Returns a run of the program under strace.
pub(crate) fn strace(sandbox: &Sandbox, inject: &str, words: &str) -> Command {
    let mut command = Command::new("strace");
    sandbox.prepare(&mut command);
    let trace = sandbox.root().join("trace");
    command
        .args(watch(trace.to_str().unwrap(), inject))
        .arg(env!("CARGO_BIN_EXE_pyscaffold"))
        .args(words.split(' '))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    command
}

/// Returns a run of the program that finds a git under strace.
fn strace_git(sandbox: &Sandbox, inject: &str, words: &str) -> Command {
    let trace = sandbox.root().join("trace");
    let watch: Vec<String> = watch(trace.to_str().unwrap(), inject)
        .into_iter()
        .map(|word| format!("'{word}'"))
        .collect();
    let found = Command::new("sh").args(["-c", "command -v git"]).output();
    let git = String::from_utf8(found.unwrap().stdout).unwrap();
    let script = format!(
        "exec strace -f -A {} '{}' \"$@\"",
        watch.join(" "),
        git.trim()
    );
    let path = sandbox.program("git", &script);
    let mut run = sandbox.run(words).env("PATH", path);
    let mut command = std::mem::replace(run.command(), Command::new("true"));
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    command
}

fn command(sandbox: &Sandbox, whose: Whose, inject: &str, words: &str) -> Command {
    match whose {
        Whose::Own => strace(sandbox, inject, words),
        Whose::Git => strace_git(sandbox, inject, words),
    }
}

/// Returns the calls of a run, which ends with this code, that change the disk: for each name, the times (counted from 1 in each
/// process) at which it does.
pub(crate) fn calls(
    sandbox: &Sandbox,
    whose: Whose,
    words: &str,
    code: i32,
) -> BTreeMap<String, Vec<usize>> {
    let output = command(sandbox, whose, "", words).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{words}: {said}");
    let trace = fs::read_to_string(sandbox.root().join("trace")).unwrap();
    let mut seen: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut calls: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for line in trace.lines() {
        // `1234 openat(AT_FDCWD, "x", O_RDONLY) = 3`, the number only where several processes are watched.
        let Some((head, arguments)) = line.split_once('(') else {
            continue;
        };
        let (process, name) = head.rsplit_once(' ').unwrap_or(("", head));
        // Two programs may write at once, into each other's lines: what is left of those names no call.
        if !MUTATING
            .split(',')
            .any(|call| call.trim_start_matches('?') == name)
        {
            continue;
        }
        let key = (process.trim().to_owned(), name.to_owned());
        let time = seen.entry(key).or_default();
        *time += 1;
        let only_reads = name.starts_with("open")
            && !["O_CREAT", "O_WRONLY", "O_RDWR"]
                .iter()
                .any(|flag| arguments.contains(flag));
        let times = calls.entry(name.to_owned()).or_default();
        if !only_reads && !times.contains(time) {
            times.push(*time);
        }
    }
    calls.retain(|_, times| !times.is_empty());
    for times in calls.values_mut() {
        times.sort_unstable();
    }
    calls
}

fn is_all() -> bool {
    std::env::var_os("PROOF_ALL").is_some()
}

/// Returns some of the times, the first and the last among them; all of them with `PROOF_ALL`.
pub(crate) fn sample(times: &[usize], tries: usize) -> Vec<usize> {
    if times.len() <= tries || is_all() {
        return times.to_vec();
    }
    if tries == 1 {
        return vec![times[times.len() / 2]];
    }
    (0..tries)
        .map(|index| times[index * (times.len() - 1) / (tries - 1)])
        .collect()
}

/// Returns the points to try: of each call some times, each with another fault, so that all faults take their turn.
fn points(calls: &BTreeMap<String, Vec<usize>>, tries: usize) -> Vec<Point> {
    let mut turn = 0;
    let mut points = Vec::new();
    for (call, times) in calls {
        for time in sample(times, tries) {
            let faults = if is_all() {
                FAULTS.to_vec()
            } else {
                vec![FAULTS[turn % FAULTS.len()]]
            };
            turn += 1;
            points.extend(faults.into_iter().map(|fault| Point {
                call: call.clone(),
                time,
                fault,
            }));
        }
    }
    points
}

/// A command that is disturbed.
pub(crate) struct Scene<'a> {
    /// Whose calls are disturbed.
    pub(crate) whose: Whose,
    /// Makes the place in which it runs.
    pub(crate) prepare: &'a dyn Fn() -> Sandbox,
    /// The words of the command there.
    pub(crate) words: &'a dyn Fn(&Sandbox) -> String,
    /// How it ends when nothing disturbs it.
    pub(crate) code: i32,
    /// At how many of its times a call is tried.
    pub(crate) tries: usize,
}

/// A run that was disturbed.
pub(crate) struct Disturbed {
    /// The place in which it ran.
    pub(crate) sandbox: Sandbox,
    /// Where it was disturbed.
    pub(crate) point: Point,
    /// How it ended; none if it was killed.
    pub(crate) code: Option<i32>,
    /// The words and the point, for messages.
    pub(crate) case: String,
}

impl Scene<'_> {
    /// Disturbs the command at one point after the other, each in a place of its own, and has every run judged. Returns how many there
    /// were.
    pub(crate) fn sweep(&self, judge: impl Fn(Disturbed)) -> usize {
        let whole = (self.prepare)();
        let words = (self.words)(&whole);
        let calls = calls(&whole, self.whose, &words, self.code);
        drop(whole);
        let points = points(&calls, self.tries);
        let (mut disturbed, mut failed) = (0, Vec::new());
        for point in points {
            let name = point.to_string();
            // One failure does not hide the others.
            let judged = catch_unwind(AssertUnwindSafe(|| match self.disturb(point) {
                Some(run) => {
                    judge(run);
                    1
                }
                None => 0,
            }));
            match judged {
                Ok(count) => disturbed += count,
                Err(_) => failed.push(name),
            }
        }
        assert!(failed.is_empty(), "{words}: see above for {failed:#?}");
        disturbed
    }

    /// Runs the command with a fault; nothing if it came to no such call.
    fn disturb(&self, point: Point) -> Option<Disturbed> {
        let sandbox = (self.prepare)();
        let words = (self.words)(&sandbox);
        let case = format!("{words}: {point} ({:?})", self.whose);
        let mut command = command(&sandbox, self.whose, &point.inject(), &words);
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let trace = fs::read_to_string(sandbox.root().join("trace")).unwrap();
        let is_killed = output.status.signal() == Some(9);
        // How often git is looked after, and so how often some calls are made, the clock says: a time may not come.
        let came = match point.fault {
            Fault::Kill if self.whose == Whose::Own => is_killed,
            Fault::Kill => {
                trace.contains("killed by SIGKILL") || output.status.code() != Some(self.code)
            }
            Fault::Error(_) => trace.contains("(INJECTED)"),
        };
        if !came {
            return None;
        }
        assert!(!said.contains("panicked"), "{case}: {said}");
        if !is_killed {
            let code = output.status.code();
            assert!(
                code == Some(0) || code == Some(1) || code == Some(self.code),
                "{case}: {:?} {said}",
                output.status
            );
            // Where the words themselves could not be written there are none.
            let is_silenced = trace
                .lines()
                .any(|line| line.contains("write(2,") && line.contains("(INJECTED)"));
            let is_said = said.contains("error: ") || is_silenced;
            assert!(code != Some(1) || is_said, "{case}: {said}");
        }
        Some(Disturbed {
            sandbox,
            point,
            code: output.status.code(),
            case,
        })
    }
}

/// Returns the path of everything below the root of a sandbox: the place to work in, the home, the store, the temporary files. What the
/// runner itself makes is left out, and how git keeps its objects and where it left off.
pub(crate) fn everything(sandbox: &Sandbox) -> Vec<String> {
    let mut found = Vec::new();
    collect(sandbox.root(), "", &mut found);
    found.retain(|path| {
        !["trace", "bin", "bin/git", "object"].contains(&path.as_str())
            && !path.starts_with("remotes")
            && !path.starts_with("work/tpl")
            && !path.contains("/objects/")
            && !path.ends_with("/shallow")
    });
    found.sort();
    found
}

fn collect(folder: &Path, prefix: &str, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let path = format!("{prefix}{}", entry.file_name().to_str().unwrap());
        if entry.file_type().unwrap().is_dir() {
            collect(&entry.path(), &format!("{path}/"), found);
        }
        found.push(path);
    }
}
