//! Sources under faults: killed, full disks, several commands at once. What is there is the old or the new version, whole.

use std::fs;
use std::process::{Command, Stdio};

use super::support::{Sandbox, Team, require};

/// The system calls that change a disk; those that a machine does not have are left out by the `?`.
const MUTATING: &str = "?mkdir,?mkdirat,?openat,?creat,?write,?pwrite64,?rename,?renameat,?renameat2,?unlink,?unlinkat,?rmdir,?link,?linkat,?chmod,?fchmod,?fchmodat,?ftruncate,?fsync,?fdatasync,?flock,?utimensat";

/// At how many of its times a call is tried.
const TRIES: usize = 3;

fn strace(sandbox: &Sandbox, inject: &str, words: &[&str]) -> Command {
    let mut command = Command::new("strace");
    sandbox.prepare(&mut command);
    // Without `-f`: git's own calls are git's matter.
    command
        .args(["-qq", "-o"])
        .arg(sandbox.root().join("trace"))
        .args(["-e", &format!("trace={MUTATING}"), "-e", "signal=none"]);
    if !inject.is_empty() {
        command.args(["-e", inject]);
    }
    command
        .arg(env!("CARGO_BIN_EXE_pyscaffold"))
        .args(words)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    command
}

fn is_there(test: &str) -> bool {
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

/// Returns how often each call of a run is made.
fn calls(sandbox: &Sandbox, words: &[&str]) -> Vec<(String, usize)> {
    assert!(strace(sandbox, "", words).status().unwrap().success());
    let trace = fs::read_to_string(sandbox.root().join("trace")).unwrap();
    let mut counted = std::collections::BTreeMap::new();
    for line in trace.lines() {
        if let Some((name, _)) = line.split_once('(') {
            *counted.entry(name.trim().to_owned()).or_insert(0) += 1;
        }
    }
    counted.into_iter().collect()
}

fn sample(count: usize) -> Vec<usize> {
    if count <= TRIES || std::env::var_os("PROOF_ALL").is_some() {
        return (1..=count).collect();
    }
    (0..TRIES)
        .map(|index| 1 + index * (count - 1) / (TRIES - 1))
        .collect()
}

/// Sees that a source is there whole or not at all, and that the next commands work.
fn is_sound(sandbox: &Sandbox, team: &Team<'_>, case: &str) {
    let listed = sandbox.run("list").ok();
    assert!(
        !listed.stderr.contains("not listed"),
        "{case}: {}",
        listed.stderr
    );
    if listed.stdout.contains("acme/worker") {
        sandbox.run("refresh").ok();
    } else {
        sandbox.run("add").arg(team.url()).ok();
    }
    sandbox.run("new acme/worker w").ok();
    assert_eq!(sandbox.litter(), ["w"], "{case}");
    fs::remove_dir_all(sandbox.path("w")).unwrap();
    let folders = [
        "home/.local/share/pyscaffold/store",
        "home/.config/pyscaffold",
    ];
    for folder in folders {
        for path in super::support::entries(&sandbox.root().join(folder)).keys() {
            assert!(!path.contains("-stage-"), "{case}: {path}");
        }
    }
}

#[test]
fn killed_or_refused_at_any_change_a_source_is_old_or_new() {
    if !is_there("killed_or_refused_at_any_change_a_source_is_old_or_new") {
        return;
    }
    let whole = Sandbox::new();
    let team = Team::with_two(&whole);
    let url = team.url();
    let mut tried = 0;
    for (name, count) in calls(&whole, &["add", &url]) {
        for (index, time) in sample(count).into_iter().enumerate() {
            let inject = match index % 2 {
                0 => "signal=KILL",
                _ => ["error=ENOSPC", "error=EIO", "error=EACCES"][tried % 3],
            };
            let case = format!("add: {name} #{time} {inject}");
            let sandbox = Sandbox::new();
            let team = Team::with_two(&sandbox);
            let url = team.url();
            let inject = format!("inject={name}:{inject}:when={time}");
            let output = strace(&sandbox, &inject, &["add", &url]).output().unwrap();
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(!said.contains("panicked"), "{case}: {said}");
            is_sound(&sandbox, &team, &case);
            tried += 1;
        }
    }
    assert!(tried > 20, "{tried}");
    let whole = Sandbox::new();
    let team = Team::with_two(&whole);
    whole.run("add").arg(team.url()).ok();
    team.template("worker", "2.0.0", "").commit();
    for (name, count) in calls(&whole, &["refresh"]) {
        for time in sample(count) {
            let case = format!("refresh: {name} #{time}");
            let sandbox = Sandbox::new();
            let team = Team::with_two(&sandbox);
            sandbox.run("add").arg(team.url()).ok();
            team.template("worker", "2.0.0", "").commit();
            let inject = format!("inject={name}:signal=KILL:when={time}");
            // How often git is looked after, and so how often some call is made, the clock says: the last time may not come.
            strace(&sandbox, &inject, &["refresh"]).status().unwrap();
            let listed = sandbox.run("list worker").ok().stdout;
            assert!(
                listed.contains("acme/worker  1.0.0") || listed.contains("acme/worker  2.0.0"),
                "{case}: {listed}"
            );
            is_sound(&sandbox, &team, &case);
        }
    }
}

#[test]
fn of_two_that_add_one_name_one_wins() {
    let sandbox = Sandbox::new();
    let team = Team::with_two(&sandbox);
    let start = || {
        let mut run = sandbox.run("add").arg(team.url());
        let command = run.command();
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        command.spawn().unwrap()
    };
    let children: Vec<_> = (0..6).map(|_| start()).collect();
    let mut won = 0;
    for child in children {
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        if output.status.success() {
            won += 1;
        } else {
            assert!(said.contains("there is a source `acme` already"), "{said}");
        }
    }
    assert_eq!(won, 1);
    is_sound(&sandbox, &team, "two at once");
}

#[test]
fn all_that_add_other_names_are_there_and_readers_see_whole_versions() {
    let sandbox = Sandbox::new();
    let team = Team::with_two(&sandbox);
    sandbox.run("add").arg(team.url()).ok();
    team.template("worker", "2.0.0", "").commit();
    let start = |words: String| {
        let mut run = sandbox.run(&words);
        let command = run.command();
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command.spawn().unwrap()
    };
    let mut children: Vec<_> = (0..4)
        .map(|number| start(format!("add --name s{number} {}", team.url())))
        .collect();
    children.push(start("refresh acme".to_owned()));
    children.extend((0..4).map(|number| start(format!("new acme/worker w{number}"))));
    for child in children {
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{said}");
    }
    let sources = sandbox.run("sources").ok().stdout;
    assert_eq!(sources.lines().count(), 5, "{sources}");
    for number in 0..4 {
        let record = sandbox.read(&format!("w{number}/.pyscaffold.toml"));
        assert!(
            record.contains("version = \"1.0.0\"") || record.contains("version = \"2.0.0\""),
            "{record}"
        );
    }
}

#[test]
fn a_home_that_cannot_be_written_is_said() {
    let sandbox = Sandbox::new();
    let team = Team::with_two(&sandbox);
    for (variable, folder) in [("XDG_DATA_HOME", "data"), ("XDG_CONFIG_HOME", "config")] {
        // A file where a folder is wanted stops root, too.
        sandbox.write(folder, "x");
        let output = sandbox
            .run("add")
            .arg(team.url())
            .env(variable, sandbox.path(folder))
            .fails(1);
        assert!(output.stderr.contains("error: "), "{}", output.stderr);
        fs::remove_file(sandbox.path(folder)).unwrap();
    }
    assert_eq!(sandbox.litter(), [""; 0]);
}
