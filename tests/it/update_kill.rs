//! Killed at any moment, or when a call fails, an update is done or undone by the next command, and nothing is lost.
//!
//! As for `new`, strace kills the program on the way into each system call that changes the disk.

use std::collections::BTreeMap;
use std::fs;
use std::thread::sleep;
use std::time::Duration;

use super::kill::{calls, is_there, sample, strace};
use super::support::scenario::{Do, Files, Place, Row, prepare};
use super::support::{Entry, Sandbox, entries};

const BEFORE: Files = &[
    ("merged", "1\n2\n3\n4\n5\n"),
    ("gone", "gone\n"),
    ("old/a", "1\n2\n3\n4\n5\n6\n"),
    ("file", "f\n"),
    ("conflict", "1\n"),
];
const AFTER: Files = &[
    ("merged", "1\n2\n3\n4\nfive\n"),
    ("deep/er/new", "new\n"),
    ("new/a", "1\n2\n3\n4\n5\n6\n"),
    ("file/in", "f\n"),
    ("conflict", "3\n"),
];
const ROW: Row = Row {
    name: "killed",
    manifest: "",
    before: BEFORE,
    work: &[
        Do::Write("merged", "one\n2\n3\n4\n5\n"),
        Do::Write("conflict", "2\n"),
        Do::Write("old/mine", "mine\n"),
    ],
    after: AFTER,
    decided: "",
    holds: &[],
};

fn scene() -> Sandbox {
    let sandbox = Sandbox::new();
    prepare(&sandbox, &ROW, Place::Plain);
    sandbox
}

/// What the project and its index hold; git has to find both sound.
fn state(sandbox: &Sandbox) -> (BTreeMap<String, Entry>, String) {
    sandbox.git("shop", "fsck --strict --no-dangling");
    let staged = sandbox.git("shop", "ls-files --stage");
    (entries(&sandbox.path("shop")), staged)
}

#[test]
fn killed_at_any_change_an_update_is_done_or_undone() {
    if !is_there("killed_at_any_change_an_update_is_done_or_undone") {
        return;
    }
    let words = "update shop --json";
    let whole = scene();
    let before = state(&whole);
    let calls = calls(&whole, words, 3);
    let after = state(&whole);
    assert!(before != after);
    let mut tried = 0;
    for (name, times) in &calls {
        for time in sample(times, 4) {
            let case = format!("{name} #{time}");
            let killed = scene();
            let inject = format!("inject={name}:signal=KILL:when={time}");
            let status = strace(&killed, &inject, words).status().unwrap();
            assert!(!status.success(), "{case}");
            tried += 1;
            // The next command, which changes nothing itself, ends what was begun.
            killed.run("status shop").ok();
            let now = state(&killed);
            assert!(now == before || now == after, "{case}: {:?}", now.1);
            let lock = killed.path("shop/.git/index.lock");
            assert!(!lock.exists(), "{case}");
            // And from there it goes on as ever.
            killed.run(words).output().assert_calm();
            assert!(state(&killed) == after, "{case}");
            killed.run("update shop --abort").ok();
            assert!(state(&killed) == before, "{case}");
        }
    }
    assert!(tried > 30, "{tried}");
}

#[test]
fn an_edit_after_the_kill_is_never_lost() {
    if !is_there("an_edit_after_the_kill_is_never_lost") {
        return;
    }
    let words = "update shop --json";
    let before = state(&scene());
    let times = calls(&scene(), words, 3);
    let mut taken_back = 0;
    for (name, times) in times.iter().filter(|(name, _)| name.starts_with("rename")) {
        for time in times {
            let case = format!("{name} #{time}");
            let killed = scene();
            let inject = format!("inject={name}:signal=KILL:when={time}");
            let status = strace(&killed, &inject, words).status().unwrap();
            assert!(!status.success(), "{case}");
            killed.write("shop/merged", "edited since\n");
            let said = killed.run("status shop").ok();
            assert_eq!(killed.read("shop/merged"), "edited since\n", "{case}");
            if said.stderr.contains("taken back first") {
                taken_back += 1;
                fs::write(killed.path("shop/merged"), "one\n2\n3\n4\n5\n").unwrap();
                assert!(state(&killed) == before, "{case}");
            }
        }
    }
    assert!(taken_back > 0);
}

#[test]
fn when_a_call_fails_an_update_is_done_or_undone() {
    if !is_there("when_a_call_fails_an_update_is_done_or_undone") {
        return;
    }
    let words = "update shop --json";
    let whole = scene();
    let before = state(&whole);
    let calls = calls(&whole, words, 3);
    let after = state(&whole);
    for (name, times) in &calls {
        // An empty folder that cannot be removed stays; git does not know it. By `chmod` libgit2 learns whether modes count here.
        if name == "chmod" || name == "rmdir" {
            continue;
        }
        for (index, time) in sample(times, 4).into_iter().enumerate() {
            let error = ["ENOSPC", "EIO", "EACCES", "EMFILE"][index % 4];
            let case = format!("{name} #{time} {error}");
            let failed = scene();
            let inject = format!("inject={name}:error={error}:when={time}");
            let output = strace(&failed, &inject, words).output().unwrap();
            let said = String::from_utf8(output.stderr).unwrap();
            assert!(!said.contains("panicked"), "{case}: {said}");
            assert!(
                matches!(output.status.code(), Some(0 | 1 | 3)),
                "{case}: {said}"
            );
            failed.run("status shop").ok();
            let now = state(&failed);
            assert!(now == before || now == after, "{case}: {said}");
        }
    }
}

#[test]
fn killed_at_any_change_an_abort_is_done_or_can_be_done_again() {
    if !is_there("killed_at_any_change_an_abort_is_done_or_can_be_done_again") {
        return;
    }
    let words = "update shop --abort";
    let updated = || {
        let sandbox = scene();
        sandbox.run("update shop --json").output().assert_calm();
        sandbox
    };
    let before = state(&scene());
    let whole = updated();
    let after = state(&whole);
    let calls = calls(&whole, words, 0);
    assert!(state(&whole) == before);
    let mut again = 0;
    for (name, times) in &calls {
        for time in sample(times, 4) {
            let case = format!("{name} #{time}");
            let killed = updated();
            let inject = format!("inject={name}:signal=KILL:when={time}");
            let status = strace(&killed, &inject, words).status().unwrap();
            assert!(!status.success(), "{case}");
            killed.run("status shop").ok();
            let now = state(&killed);
            assert!(now == before || now == after, "{case}: {:?}", now.1);
            if now == after {
                again += 1;
                killed.run(words).ok();
            } else {
                let refused = killed.run(words).output();
                assert!(refused.stderr.contains("no update"), "{case}");
            }
            assert!(state(&killed) == before, "{case}");
        }
    }
    assert!(again > 0);
}

#[test]
fn a_file_that_changes_while_an_update_runs_stops_it() {
    if !is_there("a_file_that_changes_while_an_update_runs_stops_it") {
        return;
    }
    let sandbox = scene();
    let (files, staged) = state(&sandbox);
    // All is decided by then, and nothing is written.
    let inject = "inject=flock:delay_enter=3000000";
    let mut slow = strace(&sandbox, inject, "update shop").spawn().unwrap();
    let lock = sandbox.path("shop/.git/pyscaffold/root/lock");
    while !lock.exists() {
        assert!(slow.try_wait().unwrap().is_none(), "it took no lock");
        sleep(Duration::from_millis(5));
    }
    sandbox.write("shop/merged", "edited meanwhile\n");
    let output = slow.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.contains("`merged` was changed while the update ran"),
        "{said}"
    );
    assert!(said.contains("run it again"), "{said}");
    assert_eq!(sandbox.read("shop/merged"), "edited meanwhile\n");
    sandbox.write("shop/merged", "one\n2\n3\n4\n5\n");
    assert!(state(&sandbox) == (files, staged));
}
