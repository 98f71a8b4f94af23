//! An update that is killed: what is edited before the next command is kept, and an abort that is killed can be done again. What else
//! may disturb an update is in `faults`.

use std::collections::BTreeMap;
use std::fs;
use std::thread::sleep;
use std::time::Duration;

use super::support::fault::{Whose, calls, is_there, sample, strace};
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
fn an_edit_after_the_kill_is_never_lost() {
    if !is_there("an_edit_after_the_kill_is_never_lost") {
        return;
    }
    let words = "update shop --json";
    let before = state(&scene());
    let times = calls(&scene(), Whose::Own, words, 3);
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
    let calls = calls(&whole, Whose::Own, words, 0);
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
