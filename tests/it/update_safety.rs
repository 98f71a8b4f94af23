//! What keeps an update from happening, what it never does, and how it is taken back.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::support::scenario::{Files, decided, release};
use super::support::{Sandbox, entries};

const BEFORE: Files = &[("a", "1\n2\n3\n4\n5\n"), ("b", "b\n"), ("d/c", "c\n")];
const AFTER: Files = &[
    ("a", "1\n2\n3\n4\nfive\n"),
    ("b", "b\n"),
    ("d/c", "C\n"),
    ("n", "new\n"),
];

fn project() -> Sandbox {
    let sandbox = Sandbox::new();
    release(&sandbox, "1.0.0", "", BEFORE);
    sandbox.run("new ./tpl shop --yes").ok();
    release(&sandbox, "1.1.0", "", AFTER);
    sandbox
}

fn refused(sandbox: &Sandbox, words: &str, code: &str) -> serde_json::Value {
    // What git's own folder gets - objects that nothing names, an empty journal - is no change of the project.
    let project = || {
        let mut found = entries(&sandbox.path(""));
        found.retain(|path, _| !path.contains("/.git/"));
        found
    };
    let before = project();
    let output = sandbox.run(words).output();
    output.assert_calm();
    let error = output.json();
    assert_eq!(error["error"]["code"], code, "{error}");
    assert!(project() == before, "{words}");
    assert!(
        !sandbox
            .path("shop/.git/pyscaffold/root/begun.json")
            .exists()
    );
    error
}

#[test]
fn changes_that_are_not_committed_stop_it_by_name_where_it_touches_them() {
    let sandbox = project();
    sandbox.write("shop/a", "mine\n");
    let error = refused(&sandbox, "update shop --json", "update.uncommitted");
    assert_eq!(error["error"]["notes"], serde_json::json!(["a"]));
    // Staged or not makes no difference.
    sandbox.git("shop", "add a");
    refused(&sandbox, "update shop --json", "update.uncommitted");
    sandbox.git("shop", "checkout -q HEAD -- a");
    // What it does not touch may be as it is.
    sandbox.write("shop/b", "mine\n");
    sandbox.write("shop/stray", "mine\n");
    let output = sandbox.run("update shop --json").ok();
    assert_eq!(decided(&output.json()), "updated a; updated d/c; added n");
    assert_eq!(sandbox.read("shop/b"), "mine\n");
    let status = sandbox.git("shop", "status --porcelain");
    assert_eq!(
        status,
        "M  .pyscaffold.toml\nM  a\n M b\nM  d/c\nA  n\n?? stray\n"
    );
}

#[test]
fn a_plan_changes_nothing() {
    let sandbox = project();
    let before = entries(&sandbox.path(""));
    let check = sandbox.run("update shop --check").fails(3);
    assert_eq!(check.stdout, "tpl 1.0.0 -> 1.1.0\n");
    let plan = sandbox.run("update shop --dry-run").ok();
    assert_eq!(
        plan.stdout,
        "tpl 1.0.0 -> 1.1.0\n  updated       a\n  updated       d/c\n  added         n\n"
    );
    let diff = sandbox.run("update shop --dry-run --diff").ok();
    assert!(diff.stdout.contains("-5\n+five\n"), "{}", diff.stdout);
    assert_eq!(entries(&sandbox.path("")), before);
    assert!(!sandbox.path("shop/.git/pyscaffold").exists());
    // The diff is one that git applies.
    fs::write(sandbox.path("plan"), diff.stdout).unwrap();
    sandbox.git("shop", "apply ../plan");
    assert_eq!(sandbox.read("shop/n"), "new\n");
    fs::remove_file(sandbox.path("plan")).unwrap();
}

#[test]
fn a_project_without_git_or_record_is_refused_with_the_way_out() {
    let sandbox = project();
    fs::remove_dir_all(sandbox.path("shop/.git")).unwrap();
    let error = refused(&sandbox, "update shop --json", "project.no-git");
    assert!(
        error["error"]["hint"]
            .as_str()
            .unwrap()
            .starts_with("git init")
    );
    for command in ["update tpl --json", "status tpl --json", "diff tpl --json"] {
        refused(&sandbox, command, "project.no-record");
    }
    let sandbox = project();
    sandbox.write("shop/.pyscaffold.toml", "<<<<<<< yours\n");
    refused(&sandbox, "update shop --json", "project.record");
    sandbox.write("shop/.pyscaffold.toml", "format = 2\n");
    refused(&sandbox, "update shop --json", "project.record");
}

#[test]
fn an_older_version_is_taken_only_on_demand() {
    let sandbox = project();
    sandbox.run("update shop").ok();
    sandbox.git("shop", "commit -qam up");
    release(&sandbox, "1.0.5", "", BEFORE);
    refused(&sandbox, "update shop --json", "update.downgrade");
    refused(
        &sandbox,
        "update shop --to 3.0.0 --json",
        "update.no-version",
    );
    let output = sandbox.run("update shop --to 1.0.5").ok();
    assert!(
        output
            .stderr
            .contains("tpl 1.1.0 -> 1.0.5, an older version"),
        "{}",
        output.stderr
    );
    assert!(!sandbox.path("shop/n").exists());
}

#[test]
fn files_of_a_git_filter_are_refused_by_name() {
    let sandbox = project();
    sandbox.write("shop/.gitattributes", "a filter=lfs\n");
    sandbox.git("shop", "add --all");
    sandbox.git("shop", "commit -qm attributes");
    let error = refused(&sandbox, "update shop --json", "update.filtered");
    assert_eq!(error["error"]["notes"], serde_json::json!(["a"]));
}

#[test]
fn the_index_gets_what_the_attributes_of_git_say() {
    let sandbox = project();
    sandbox.write("shop/.gitattributes", "a text eol=crlf\n");
    sandbox.write("shop/a", "1\r\n2\r\n3\r\n4\r\n5\r\n");
    sandbox.git("shop", "add --all");
    sandbox.git("shop", "commit -qm attributes");
    sandbox.run("update shop").ok();
    assert_eq!(sandbox.read("shop/a"), "1\r\n2\r\n3\r\n4\r\nfive\r\n");
    assert_eq!(sandbox.git("shop", "show :a"), "1\n2\n3\n4\nfive\n");
    assert_eq!(sandbox.git("shop", "diff --name-only"), "");
}

#[test]
fn the_last_update_can_be_taken_back_until_it_is_committed() {
    let sandbox = project();
    refused(&sandbox, "update shop --abort --json", "update.nothing");
    let before = entries(&sandbox.path("shop"));
    sandbox.run("update shop").ok();
    sandbox.write("shop/a", "edited since\n");
    refused(&sandbox, "update shop --abort --json", "update.edited");
    let output = sandbox.run("update shop --abort --yes --json").ok();
    assert_eq!(output.json()["state"], "aborted");
    assert_eq!(entries(&sandbox.path("shop")), before);
    assert_eq!(sandbox.git("shop", "status --porcelain"), "");
    sandbox.run("update shop").ok();
    sandbox.git("shop", "commit -qam up");
    refused(&sandbox, "update shop --abort --json", "update.committed");
}

#[test]
fn a_conflict_is_one_of_gits_own() {
    let sandbox = project();
    sandbox.write("shop/a", "1\n2\n3\n4\nmine\n");
    sandbox.git("shop", "commit -qam work");
    let output = sandbox.run("update shop").fails(3);
    assert!(
        output.stderr.contains("conflict      a\n"),
        "{}",
        output.stderr
    );
    assert_eq!(
        sandbox.read("shop/a"),
        "1\n2\n3\n4\n<<<<<<< yours\nmine\n=======\nfive\n>>>>>>> tpl 1.1.0\n"
    );
    for (stage, text) in [
        (1, "1\n2\n3\n4\n5\n"),
        (2, "1\n2\n3\n4\nmine\n"),
        (3, "1\n2\n3\n4\nfive\n"),
    ] {
        assert_eq!(sandbox.git("shop", &format!("show :{stage}:a")), text);
    }
    assert!(sandbox.git("shop", "status --porcelain").contains("UU a\n"));
    sandbox.git("shop", "checkout --theirs a");
    sandbox.git("shop", "add a");
    sandbox.git("shop", "commit -qm solved");
    assert_eq!(sandbox.git("shop", "status --porcelain"), "");
    let again = sandbox.run("update shop --json").ok();
    assert_eq!(again.json()["state"], "current");
}

#[test]
fn the_users_git_configuration_changes_nothing() {
    let mut expected = None;
    for config in [
        "",
        "[core]\nautocrlf = true\n",
        "[core]\nautocrlf = input\nsafecrlf = true\n",
        "[core]\nquotePath = true\nfileMode = false\n",
        "[merge]\nconflictStyle = diff3\n[diff]\nalgorithm = patience\nrenames = false\n",
        "[apply]\nwhitespace = fix\n[core]\nwhitespace = trailing-space\n",
        "[status]\nshowUntrackedFiles = no\n[commit]\ngpgSign = true\n",
        "[core]\nhooksPath = /nowhere\nfsmonitor = false\nignoreCase = true\n",
        "[merge]\nrenames = false\n[user]\nuseConfigOnly = true\n",
    ] {
        let sandbox = project();
        sandbox.write("shop/a", "1\n2\n3\n4\nmine  \n");
        sandbox.write("shop/\u{e9}", "x\n");
        sandbox.git("shop", "add --all");
        sandbox.git("shop", "commit -qm work");
        sandbox.git_config(&format!("[user]\nname = A\nemail = a@b.c\n{config}"));
        let output = sandbox.run("update shop --json").fails(3);
        let found = (decided(&output.json()), entries(&sandbox.path("shop")));
        let unmerged = sandbox.git("shop", "ls-files --unmerged");
        let found = (found, unmerged);
        assert_eq!(
            *expected.get_or_insert_with(|| found.clone()),
            found,
            "{config}"
        );
    }
}

#[test]
fn hooks_are_not_run_and_another_git_is_waited_for() {
    let sandbox = project();
    for hook in [
        "pre-commit",
        "post-checkout",
        "post-merge",
        "post-index-change",
    ] {
        let file = sandbox.path("shop/.git/hooks").join(hook);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, "#!/bin/sh\ntouch ran\n").unwrap();
        fs::set_permissions(file, fs::Permissions::from_mode(0o755)).unwrap();
    }
    sandbox.write("shop/.git/index.lock", "");
    refused(&sandbox, "update shop --json", "update.locked");
    fs::remove_file(sandbox.path("shop/.git/index.lock")).unwrap();
    sandbox.run("update shop").ok();
    assert!(!sandbox.path("shop/ran").exists());
}

#[test]
fn a_project_is_found_from_a_folder_in_it() {
    let sandbox = project();
    let output = sandbox.run("update --json").in_folder("shop/d").ok();
    assert_eq!(output.json()["state"], "updated");
    assert_eq!(sandbox.read("shop/n"), "new\n");
}

#[test]
fn two_updates_at_once_do_not_mix() {
    let sandbox = project();
    let mut runs = Vec::new();
    for _ in 0..4 {
        let mut run = sandbox.run("update shop --json");
        run.command()
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null());
        runs.push(run.command().spawn().unwrap());
    }
    let codes: Vec<Option<i32>> = runs
        .into_iter()
        .map(|mut run| run.wait().unwrap().code())
        .collect();
    assert!(codes.contains(&Some(0)), "{codes:?}");
    assert!(
        codes.iter().all(|code| matches!(code, Some(0 | 1))),
        "{codes:?}"
    );
    assert_eq!(sandbox.read("shop/a"), "1\n2\n3\n4\nfive\n");
    assert_eq!(
        sandbox
            .git("shop", "status --porcelain")
            .matches('\n')
            .count(),
        4
    );
}

#[test]
fn while_another_run_is_at_work_it_is_refused() {
    let sandbox = project();
    sandbox.write("shop/.git/pyscaffold/root/lock", "");
    let lock = fs::File::options()
        .write(true)
        .open(sandbox.path("shop/.git/pyscaffold/root/lock"))
        .unwrap();
    lock.lock().unwrap();
    refused(&sandbox, "update shop --json", "update.busy");
    drop(lock);
    sandbox.run("update shop").ok();
}
