//! Disturbed at any moment - killed, a full or broken disk, no permission, too many open files - a command does all it was asked for or
//! nothing, and the next one works without help and clears up.

use std::collections::BTreeMap;
use std::fs;

use super::support::fault::{Disturbed, Fault, Scene, Whose, everything, is_there};
use super::support::scenario::{Do, Place, Row, prepare};
use super::support::{Entry, Sandbox, Team, TemplateFolder, entries};

fn with_template() -> Sandbox {
    let sandbox = Sandbox::new();
    TemplateFolder::new(&sandbox)
        .manifest("[[files]]\npath = \"run.sh\"\nexecutable = true")
        .file("files/.gitignore", "*.log\n")
        .file("files/src/{{package}}/__init__.py", "\n")
        .file("files/run.sh", "#!/bin/sh\n");
    sandbox
}

/// Returns the files of a project and its commit; git has to find it sound and clean.
fn project(sandbox: &Sandbox, place: &str) -> (BTreeMap<String, Entry>, String) {
    sandbox.git(place, "fsck --full --strict");
    let status = sandbox.git(place, "status --porcelain");
    assert_eq!(status, "", "{place}");
    (
        entries(&sandbox.path(place)),
        sandbox.git(place, "rev-parse HEAD"),
    )
}

fn sweep_new(place: &str, tries: usize, make_place: bool) -> usize {
    let words = format!("new ./tpl {place} --name x");
    let prepare = || {
        let sandbox = with_template();
        if make_place {
            fs::create_dir(sandbox.path(place)).unwrap();
        }
        sandbox
    };
    let whole = prepare();
    let before = everything(&whole);
    whole.run(&words).ok();
    let expected = project(&whole, place);
    let after = everything(&whole);
    let scene = Scene {
        whose: Whose::Own,
        prepare: &prepare,
        words: &|_| words.clone(),
        code: 0,
        tries,
    };
    scene.sweep(|run| {
        let Disturbed {
            sandbox,
            point,
            code,
            case,
        } = run;
        let folder = sandbox.path(place);
        let is_there = folder.is_dir() && fs::read_dir(&folder).unwrap().next().is_some();
        assert!(is_there || code != Some(0), "{case}: nothing was made");
        if point.fault != Fault::Kill && !point.keeps() {
            let left = if is_there { &after } else { &before };
            assert_eq!(&everything(&sandbox), left, "{case}");
        }
        if is_there {
            assert_eq!(project(&sandbox, place), expected, "{case}");
            sandbox.run("new ./tpl later").ok();
            fs::remove_dir_all(sandbox.path("later")).unwrap();
        } else {
            sandbox.run(&words).ok();
            assert_eq!(project(&sandbox, place), expected, "{case}");
        }
        assert_eq!(everything(&sandbox), after, "{case}");
    })
}

#[test]
fn a_new_project_is_whole_or_absent() {
    if !is_there("a_new_project_is_whole_or_absent") {
        return;
    }
    let tried =
        sweep_new("shop", 5, false) + sweep_new("a/b/shop", 1, false) + sweep_new("empty", 2, true);
    assert!(tried > 60, "{tried}");
}

/// A project that its user works in, whose template then changed every file in another way.
fn outdated() -> Sandbox {
    let row = Row {
        name: "disturbed",
        manifest: "",
        before: &[
            ("merged", "1\n2\n3\n4\n5\n"),
            ("gone", "gone\n"),
            ("old/a", "1\n2\n3\n4\n5\n6\n"),
            ("file", "f\n"),
            ("conflict", "1\n"),
        ],
        work: &[
            Do::Write("merged", "one\n2\n3\n4\n5\n"),
            Do::Write("conflict", "2\n"),
            Do::Write("old/mine", "mine\n"),
        ],
        after: &[
            ("merged", "1\n2\n3\n4\nfive\n"),
            ("deep/er/new", "new\n"),
            ("new/a", "1\n2\n3\n4\n5\n6\n"),
            ("file/in", "f\n"),
            ("conflict", "3\n"),
        ],
        decided: "",
        holds: &[],
    };
    let sandbox = Sandbox::new();
    prepare(&sandbox, &row, Place::Plain);
    sandbox
}

/// What a project and its index hold.
type State = (BTreeMap<String, Entry>, String);

/// Returns what the project and its index hold; git has to find both sound.
fn state(sandbox: &Sandbox) -> State {
    sandbox.git("shop", "fsck --strict --no-dangling");
    let staged = sandbox.git("shop", "ls-files --stage");
    (entries(&sandbox.path("shop")), staged)
}

#[test]
fn an_update_is_done_or_undone() {
    if !is_there("an_update_is_done_or_undone") {
        return;
    }
    let words = "update shop";
    let whole = outdated();
    let before = state(&whole);
    whole.run(words).fails(3);
    let after = state(&whole);
    assert!(before != after);
    whole.run("update shop --abort").ok();
    let cleared = everything(&whole);
    let scene = Scene {
        whose: Whose::Own,
        prepare: &outdated,
        words: &|_| words.to_owned(),
        code: 3,
        tries: 5,
    };
    let tried = scene.sweep(|run| {
        let Disturbed {
            sandbox,
            point,
            case,
            ..
        } = run;
        // An empty folder that cannot be removed stays, and git does not know it.
        let stays = point.call == "rmdir" && point.fault != Fault::Kill;
        let is = |state: &State, other: &State| {
            let files = |state: &State| -> Vec<_> {
                let entries = state.0.clone().into_iter();
                let counts = |entry: &Entry| !stays || !matches!(entry, Entry::Folder(_));
                entries.filter(|(_, entry)| counts(entry)).collect()
            };
            state.1 == other.1 && files(state) == files(other)
        };
        // The next command, which changes nothing itself, ends what was begun.
        sandbox.run("status shop").ok();
        let now = state(&sandbox);
        assert!(is(&now, &before) || is(&now, &after), "{case}: {}", now.1);
        // And from there it goes on as ever.
        let said = sandbox.run(words).output().stderr;
        assert!(is(&state(&sandbox), &after), "{case}: {said}");
        sandbox.run("update shop --abort").ok();
        assert!(is(&state(&sandbox), &before), "{case}");
        if !stays {
            assert_eq!(everything(&sandbox), cleared, "{case}");
        }
    });
    assert!(tried > 40, "{tried}");
}

fn team() -> Sandbox {
    let sandbox = Sandbox::new();
    Team::with_two(&sandbox);
    sandbox
}

fn url(sandbox: &Sandbox) -> String {
    format!("file://{}/remotes/acme", sandbox.root().display())
}

/// Uses the source `acme`, which is there or is added first, and returns everything that is there then.
fn used(sandbox: &Sandbox, case: &str) -> Vec<String> {
    let listed = sandbox.run("list").ok();
    assert!(
        !listed.stderr.contains("not listed"),
        "{case}: {}",
        listed.stderr
    );
    if listed.stdout.contains("acme/worker") {
        sandbox.run("refresh").ok();
    } else {
        sandbox.run(&format!("add {}", url(sandbox))).ok();
    }
    sandbox.run("new acme/worker w").ok();
    let hello = sandbox.read("w/hello.txt");
    assert_eq!(hello, "hello w\n", "{case}");
    fs::remove_dir_all(sandbox.path("w")).unwrap();
    everything(sandbox)
        .into_iter()
        .map(|path| path.replace(sandbox.root().to_str().unwrap(), ""))
        // The name of a repository in the store begins with its address.
        .map(|path| match path.split_once("remotes-acme-") {
            Some((_, rest)) => format!("store/{}", rest.split_once('/').map_or("", |rest| rest.1)),
            None => path,
        })
        .collect()
}

fn sweep_add(whose: Whose, tries: usize) -> usize {
    let whole = team();
    whole.run(&format!("add {}", url(&whole))).ok();
    let expected = used(&whole, "undisturbed");
    let scene = Scene {
        whose,
        prepare: &team,
        words: &|sandbox| format!("add {}", url(sandbox)),
        code: 0,
        tries,
    };
    scene.sweep(|run| {
        let listed = run.sandbox.run("list").ok().stdout;
        let is_listed = listed.contains("acme/worker");
        assert!(is_listed || run.code != Some(0), "{}: {listed}", run.case);
        let found = used(&run.sandbox, &run.case);
        assert_eq!(without_ids(&found), without_ids(&expected), "{}", run.case);
    })
}

/// Commit ids hold the time at which git made them.
fn without_ids(paths: &[String]) -> Vec<String> {
    let is_id = |part: &str| part.len() == 40 && part.chars().all(|c| c.is_ascii_hexdigit());
    paths
        .iter()
        .map(|path| {
            let parts = path.split('/');
            let parts: Vec<&str> = parts
                .map(|part| if is_id(part) { "ID" } else { part })
                .collect();
            parts.join("/")
        })
        .collect()
}

#[test]
fn a_source_is_added_or_not() {
    if !is_there("a_source_is_added_or_not") {
        return;
    }
    let tried = sweep_add(Whose::Own, 4) + sweep_add(Whose::Git, 2);
    assert!(tried > 40, "{tried}");
}

fn outdated_team() -> Sandbox {
    let sandbox = Sandbox::new();
    let team = Team::with_two(&sandbox);
    sandbox.run("add").arg(team.url()).ok();
    team.template("worker", "2.0.0", "").commit();
    sandbox
}

fn sweep_refresh(whose: Whose, tries: usize) -> usize {
    let whole = outdated_team();
    whole.run("refresh").ok();
    let expected = used(&whole, "undisturbed");
    let scene = Scene {
        whose,
        prepare: &outdated_team,
        words: &|_| "refresh".to_owned(),
        code: 0,
        tries,
    };
    scene.sweep(|run| {
        let listed = run.sandbox.run("list worker").ok().stdout;
        let is_new = listed.contains("acme/worker  2.0.0");
        let is_old = listed.contains("acme/worker  1.0.0");
        assert!(is_new || is_old, "{}: {listed}", run.case);
        assert!(is_new || run.code != Some(0), "{}: {listed}", run.case);
        let found = used(&run.sandbox, &run.case);
        assert_eq!(without_ids(&found), without_ids(&expected), "{}", run.case);
        let listed = run.sandbox.run("list worker").ok().stdout;
        assert!(
            listed.contains("acme/worker  2.0.0"),
            "{}: {listed}",
            run.case
        );
    })
}

#[test]
fn a_refreshed_source_is_the_old_or_the_new_one() {
    if !is_there("a_refreshed_source_is_the_old_or_the_new_one") {
        return;
    }
    let tried = sweep_refresh(Whose::Own, 4) + sweep_refresh(Whose::Git, 2);
    assert!(tried > 40, "{tried}");
}
