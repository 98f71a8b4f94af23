//! What surrounds the program: closed and full streams, a umask, variables of git, no home and no git program. `new` has its own tests
//! beside what it does; here are `add`, `refresh` and `update`.

use super::support::scenario::{Do, Place, Row, prepare};
use super::support::{Entry, Sandbox, Team, entries};

/// A project whose template has a newer version, and a source that has one.
fn machine() -> Sandbox {
    let row = Row {
        name: "surrounded",
        manifest: "",
        before: &[("merged", "1\n2\n3\n4\n5\n"), ("gone", "gone\n")],
        work: &[Do::Write("merged", "one\n2\n3\n4\n5\n")],
        after: &[("merged", "1\n2\n3\n4\nfive\n"), ("deep/er/new", "new\n")],
        decided: "",
        holds: &[],
    };
    let sandbox = Sandbox::new();
    prepare(&sandbox, &row, Place::Plain);
    let team = Team::with_two(&sandbox);
    sandbox.run("add --name old").arg(team.url()).ok();
    team.template("worker", "2.0.0", "").commit();
    // Another repository, which variables may name.
    sandbox.write("other/file", "x\n");
    sandbox.git("other", "init --quiet");
    sandbox.git("other", "add --all");
    sandbox.git("other", "commit --quiet --message first");
    sandbox
}

/// Runs the three commands in a shell that does something before each and ends each line so; returns how they ended and what they said.
fn run(sandbox: &Sandbox, before: &str, after: &str) -> Vec<(i32, String)> {
    let url = format!("file://{}/remotes/acme", sandbox.root().display());
    [&format!("add {url}"), "refresh", "update shop"]
        .map(|words| {
            let output = sandbox
                .run_binary("/bin/sh".as_ref())
                .arg("-c")
                .arg(format!("{before}; \"$0\" {words} {after}"))
                .arg(env!("CARGO_BIN_EXE_pyscaffold"))
                .output();
            output.assert_calm();
            (output.code.unwrap(), output.stderr)
        })
        .to_vec()
}

/// Returns what the commands have done: the sources with their templates, the project, its index.
fn done(sandbox: &Sandbox) -> (String, Vec<(String, Vec<u8>)>, String) {
    let files = entries(&sandbox.path("shop"))
        .into_iter()
        .filter_map(|(path, entry)| match entry {
            Entry::File(_, bytes) => Some((path, bytes)),
            Entry::Folder(_) | Entry::Other => None,
        })
        .collect();
    sandbox.git("shop", "fsck --strict --no-dangling");
    let listed = sandbox.run("list worker").ok().stdout;
    (
        // Without the commits, which hold the time of the machine.
        listed
            .lines()
            .filter(|line| line.contains("/worker"))
            .collect(),
        files,
        sandbox.git("shop", "ls-files --stage"),
    )
}

#[test]
fn closed_and_full_streams_change_nothing_of_what_is_done() {
    let whole = machine();
    assert!(run(&whole, ":", "").iter().all(|(code, _)| *code == 0));
    let expected = done(&whole);
    for after in [
        "<&-",
        ">&-",
        "2>&-",
        "<&- >&- 2>&-",
        ">/dev/full",
        "2>/dev/full",
        ">/dev/full 2>&1",
    ] {
        let sandbox = machine();
        for (code, said) in run(&sandbox, ":", after) {
            // Output that is full is an error, and all is done all the same.
            let may = i32::from(after.contains("full"));
            assert!((0..=may).contains(&code), "{after}: {code} {said}");
        }
        assert_eq!(done(&sandbox), expected, "{after}");
    }
}

#[test]
fn a_umask_and_gits_own_variables_change_nothing_of_what_is_done() {
    let whole = machine();
    assert!(run(&whole, ":", "").iter().all(|(code, _)| *code == 0));
    let expected = done(&whole);
    let repository = "export GIT_DIR=$PWD/other/.git GIT_WORK_TREE=$PWD/other GIT_INDEX_FILE=$PWD/other/.git/index GIT_OBJECT_DIRECTORY=$PWD/other/.git/objects";
    let config = "export GIT_CONFIG_COUNT=2 GIT_CONFIG_KEY_0=core.worktree GIT_CONFIG_VALUE_0=$PWD/other GIT_CONFIG_KEY_1=core.bare GIT_CONFIG_VALUE_1=false";
    for before in [
        "umask 077",
        "umask 000",
        repository,
        config,
        "export GIT_CONFIG_PARAMETERS=\"'core.bare=false'\" GIT_CONFIG_GLOBAL=/dev/null",
        "export GIT_CEILING_DIRECTORIES=/ GIT_DISCOVERY_ACROSS_FILESYSTEM=0 GIT_NAMESPACE=x GIT_SHALLOW_FILE=/dev/null",
    ] {
        let sandbox = machine();
        let other = entries(&sandbox.path("other/.git"));
        for (code, said) in run(&sandbox, before, "") {
            assert_eq!(code, 0, "{before}: {said}");
        }
        assert_eq!(done(&sandbox), expected, "{before}");
        assert_eq!(entries(&sandbox.path("other/.git")), other, "{before}");
    }
}

#[test]
fn an_update_needs_no_home_no_git_program_and_no_identity() {
    let whole = machine();
    whole.run("update shop").ok();
    let expected = done(&whole);
    for before in [
        "unset HOME XDG_CONFIG_HOME XDG_DATA_HOME XDG_CACHE_HOME GIT_CONFIG_GLOBAL",
        "export HOME=/dev/null/no XDG_CONFIG_HOME=/dev/null/no XDG_DATA_HOME=/dev/null/no",
        "export PATH=/nowhere",
        "export GIT_CONFIG_GLOBAL=/dev/null",
    ] {
        let sandbox = machine();
        sandbox
            .run_binary("/bin/sh".as_ref())
            .arg("-c")
            .arg(format!("{before}; exec \"$0\" update shop"))
            .arg(env!("CARGO_BIN_EXE_pyscaffold"))
            .ok();
        assert_eq!(done(&sandbox).1, expected.1, "{before}");
        assert_eq!(done(&sandbox).2, expected.2, "{before}");
    }
}

#[test]
fn a_home_that_cannot_be_used_is_said_and_nothing_is_left() {
    for before in [
        "export HOME=/dev/null/no XDG_CONFIG_HOME=/dev/null/no XDG_DATA_HOME=/dev/null/no",
        "export XDG_DATA_HOME=/dev/full",
        "export XDG_CONFIG_HOME=/dev/full",
    ] {
        let sandbox = Sandbox::new();
        Team::with_two(&sandbox);
        let url = format!("file://{}/remotes/acme", sandbox.root().display());
        let output = sandbox
            .run_binary("/bin/sh".as_ref())
            .arg("-c")
            .arg(format!("{before}; exec \"$0\" add {url}"))
            .arg(env!("CARGO_BIN_EXE_pyscaffold"))
            .fails(1);
        assert!(output.stderr.starts_with("error: "), "{}", output.stderr);
        assert_eq!(sandbox.litter(), [""; 0], "{before}");
    }
}
