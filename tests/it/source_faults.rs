//! Sources that several commands use at once, or that have no place. What is there is the old or the new version, whole.

use std::fs;
use std::process::Stdio;

use super::support::{Sandbox, Team};

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
