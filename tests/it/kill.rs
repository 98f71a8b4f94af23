//! Killed at any moment, `new` leaves the whole project or none, and the next run clears up.
//!
//! strace kills the program on the way into each system call that changes the disk. By default a call that is made often is tried at
//! some of its times, spread over the run; with `PROOF_ALL=1` at every one.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use super::support::{Entry, Sandbox, TemplateFolder, entries, require};

/// The system calls that change a disk; those that a machine does not have are left out by the `?`.
const MUTATING: &str = "?mkdir,?mkdirat,?open,?openat,?openat2,?creat,?write,?writev,?pwrite64,?pwritev,?rename,?renameat,?renameat2,?unlink,?unlinkat,?rmdir,?link,?linkat,?symlink,?symlinkat,?chmod,?fchmod,?fchmodat,?chown,?fchown,?ftruncate,?truncate,?fallocate,?fsync,?fdatasync,?flock,?utimensat,?copy_file_range,?sendfile,?msync";

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    TemplateFolder::new(&sandbox)
        .manifest("[[files]]\npath = \"run.sh\"\nexecutable = true")
        .file("files/.gitignore", "*.log\n")
        .file("files/src/{{package}}/__init__.py", "\n")
        .file("files/run.sh", "#!/bin/sh\n");
    sandbox
}

pub(crate) fn strace(sandbox: &Sandbox, inject: &str, words: &str) -> Command {
    let mut command = Command::new("strace");
    sandbox.prepare(&mut command);
    let trace = sandbox.root().join("trace");
    command.args(["-f", "-qq", "-o"]).arg(trace).args([
        "-e",
        &format!("trace={MUTATING}"),
        "-e",
        "signal=none",
    ]);
    if !inject.is_empty() {
        command.args(["-e", inject]);
    }
    command
        .arg(env!("CARGO_BIN_EXE_pyscaffold"))
        .args(words.split(' '))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    command
}

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

/// Returns the calls of a run, which ends with this code, that change the disk: for each name, the times (counted from 1) at which it does.
pub(crate) fn calls(sandbox: &Sandbox, words: &str, code: i32) -> BTreeMap<String, Vec<usize>> {
    let status = strace(sandbox, "", words).status().unwrap();
    assert_eq!(status.code(), Some(code));
    let trace = fs::read_to_string(sandbox.root().join("trace")).unwrap();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut calls: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for line in trace.lines() {
        // `1234 openat(AT_FDCWD, "x", O_RDONLY) = 3`
        let call = line
            .split_once(' ')
            .map_or(line, |(_, call)| call.trim_start());
        let Some((name, arguments)) = call.split_once('(') else {
            continue;
        };
        let time = seen.entry(name.to_owned()).or_default();
        *time += 1;
        let only_reads = name.starts_with("open")
            && !["O_CREAT", "O_WRONLY", "O_RDWR"]
                .iter()
                .any(|flag| arguments.contains(flag));
        if !only_reads {
            calls.entry(name.to_owned()).or_default().push(*time);
        }
    }
    calls
}

/// Returns some of the times, the first and the last among them; all of them with `PROOF_ALL`.
pub(crate) fn sample(times: &[usize], tries: usize) -> Vec<usize> {
    if times.len() <= tries || std::env::var_os("PROOF_ALL").is_some() {
        return times.to_vec();
    }
    (0..tries)
        .map(|index| times[index * (times.len() - 1) / (tries - 1)])
        .collect()
}

fn project(sandbox: &Sandbox, place: &str) -> (BTreeMap<String, Entry>, String) {
    sandbox.git(place, "fsck --full --strict");
    let status = sandbox.git(place, "status --porcelain");
    assert_eq!(status, "", "{place}");
    (
        entries(&sandbox.path(place)),
        sandbox.git(place, "rev-parse HEAD"),
    )
}

/// What stands in the place to work in before and after a run.
struct Scene {
    /// Where the project is made.
    place: &'static str,
    /// At how many of its times a call is tried.
    tries: usize,
    /// Prepares the place.
    prepare: fn(&Path),
}

const SCENES: [Scene; 3] = [
    Scene {
        place: "shop",
        tries: 6,
        prepare: |_| {},
    },
    Scene {
        place: "a/b/shop",
        tries: 2,
        prepare: |_| {},
    },
    Scene {
        place: "empty",
        tries: 2,
        prepare: |work| fs::create_dir(work.join("empty")).unwrap(),
    },
];

#[test]
fn killed_at_any_change_the_project_is_whole_or_absent() {
    if !is_there("killed_at_any_change_the_project_is_whole_or_absent") {
        return;
    }
    let mut tried = 0;
    for scene in &SCENES {
        let words = format!("new ./tpl {} --name x", scene.place);
        let whole = sandbox();
        (scene.prepare)(&whole.path(""));
        let calls = calls(&whole, &words, 0);
        for name in ["mkdir", "openat", "write"] {
            assert!(calls.contains_key(name), "{name} of {:?}", calls.keys());
        }
        let expected = project(&whole, scene.place);
        let undisturbed = whole.litter();
        for (name, times) in &calls {
            for time in sample(times, scene.tries) {
                let case = format!("{words}: {name} #{time}");
                let killed = sandbox();
                (scene.prepare)(&killed.path(""));
                let before = killed.litter();
                let inject = format!("inject={name}:signal=KILL:when={time}");
                let status = strace(&killed, &inject, &words).status().unwrap();
                assert!(!status.success(), "{case}: it was not killed");
                tried += 1;
                let place = killed.path(scene.place);
                let there = place.is_dir() && fs::read_dir(&place).unwrap().next().is_some();
                if there {
                    assert_eq!(project(&killed, scene.place), expected, "{case}");
                    killed.run("new ./tpl later").ok();
                    fs::remove_dir_all(killed.path("later")).unwrap();
                } else {
                    let visible: Vec<String> = killed
                        .litter()
                        .into_iter()
                        .filter(|name| !name.starts_with(".pyscaffold-stage-"))
                        .collect();
                    assert_eq!(visible, before, "{case}");
                    killed.run(&words).ok();
                    assert_eq!(entries(&place), expected.0, "{case}");
                }
                assert_eq!(killed.litter(), undisturbed, "{case}");
            }
        }
    }
    assert!(tried > 50, "{tried}");
}

#[test]
fn when_a_call_fails_nothing_is_left() {
    if !is_there("when_a_call_fails_nothing_is_left") {
        return;
    }
    let words = "new ./tpl shop --name x";
    let whole = sandbox();
    let calls = calls(&whole, words, 0);
    let expected = project(&whole, "shop");
    for (name, times) in &calls {
        // What cannot be removed stays until the next run. By `chmod` libgit2 learns whether modes count here; where it fails they
        // do not, and the commit has no executable files.
        if name.starts_with("unlink") || name == "rmdir" || name == "chmod" {
            continue;
        }
        for (index, time) in sample(times, 4).into_iter().enumerate() {
            let error = ["ENOSPC", "EIO", "EACCES", "EMFILE"][index % 4];
            let case = format!("{name} #{time} {error}");
            let failed = sandbox();
            let inject = format!("inject={name}:error={error}:when={time}");
            let output = strace(&failed, &inject, words).output().unwrap();
            let said = String::from_utf8(output.stderr).unwrap();
            let trace = fs::read_to_string(failed.root().join("trace")).unwrap();
            assert!(trace.contains("(INJECTED)"), "{case}");
            assert!(!said.contains("panicked"), "{case}: {said}");
            match output.status.code() {
                Some(0) => assert_eq!(project(&failed, "shop"), expected, "{case}"),
                Some(1) => {
                    assert!(said.contains("error: "), "{case}: {said}");
                    assert_eq!(failed.litter(), [""; 0], "{case}: {said}");
                }
                other => panic!("{case}: {other:?} {said}"),
            }
        }
    }
}
