//! Updates of projects from git repositories and built-in templates: where the base comes from, templates that move or vanish,
//! projects that come under a template, and what `status` and `diff` say.

use std::fs;

use super::support::scenario::{decided, release};
use super::support::{Sandbox, Team};

/// Makes a team with the template `worker` and a project of its first version, and releases a second one.
fn team(sandbox: &Sandbox) -> Team<'_> {
    let team = Team::new(sandbox, "acme");
    team.template("worker", "1.0.0", "")
        .file("worker/files/a", "1\n2\n3\n4\n5\n")
        .file("worker/files/.gitignore.hbs", ".env\n")
        .file("worker/files/.env", "A=\nb\nc\n")
        .commit();
    team.git("tag v1");
    sandbox
        .run(&format!("new {}//worker shop --yes", team.url()))
        .ok();
    sandbox.write("shop/a", "one\n2\n3\n4\n5\n");
    sandbox.git("shop", "commit -qam work");
    team.template("worker", "1.1.0", "")
        .file("worker/files/a", "1\n2\n3\n4\nfive\n")
        .file("worker/files/.env", "A=\nb\nc\nD=\n")
        .commit();
    team.git("tag v2");
    team
}

const MERGED: &str = "one\n2\n3\n4\nfive\n";

#[test]
fn the_base_is_the_recorded_commit() {
    let sandbox = Sandbox::new();
    team(&sandbox);
    sandbox.write("shop/.env", "A=secret\nb\nc\n");
    let output = sandbox.run("update shop --json").ok();
    assert_eq!(decided(&output.json()), "merged .env; merged a");
    assert_eq!(sandbox.read("shop/a"), MERGED);
    assert_eq!(sandbox.read("shop/.env"), "A=secret\nb\nc\nD=\n");
    // The user's secrets stay out of the index.
    assert!(!sandbox.git("shop", "ls-files").contains(".env"));
}

#[test]
fn a_version_that_brings_a_record_of_its_own_is_refused_unread() {
    let sandbox = Sandbox::new();
    let team = team(&sandbox);
    // It is only copied, so its content stays unread.
    team.file("worker/files/.pyscaffold.toml", "theirs\n")
        .commit();
    let record = sandbox.read("shop/.pyscaffold.toml");
    let output = sandbox.run("update shop --json").fails(1);
    assert_eq!(output.json()["error"]["code"], "template.record");
    assert_eq!(sandbox.read("shop/.pyscaffold.toml"), record);
    assert_eq!(sandbox.git("shop", "status --porcelain"), "");
}

#[test]
fn without_the_store_the_commit_is_fetched_again() {
    let sandbox = Sandbox::new();
    team(&sandbox);
    fs::remove_dir_all(sandbox.root().join("home/.local")).unwrap();
    let output = sandbox.run("update shop --offline --json").fails(1);
    assert_eq!(output.json()["error"]["code"], "source.not-stored");
    sandbox.run("update shop").ok();
    assert_eq!(sandbox.read("shop/a"), MERGED);
}

#[test]
fn offline_the_stored_version_is_the_newest() {
    let sandbox = Sandbox::new();
    team(&sandbox);
    let output = sandbox.run("update shop --offline --json").ok();
    assert_eq!(output.json()["state"], "current");
}

#[test]
fn a_template_whose_history_was_squashed_still_updates() {
    let sandbox = Sandbox::new();
    let team = team(&sandbox);
    fs::remove_dir_all(sandbox.root().join("home/.local")).unwrap();
    // The recorded commit is gone everywhere; the files that git does not keep are, too.
    fs::remove_dir_all(team.path(".git")).unwrap();
    team.git("init --quiet --initial-branch=main");
    team.commit();
    let output = sandbox.run("update shop --json").fails(1);
    let error = output.json();
    assert_eq!(error["error"]["code"], "project.no-base");
    assert!(!error["error"]["hint"].as_str().unwrap().is_empty());
    // Where the project's history has all of the untouched files, they are the base.
    let sandbox = Sandbox::new();
    let team = Team::new(&sandbox, "acme");
    team.template("worker", "1.0.0", "")
        .file("worker/files/a", "1\n2\n3\n4\n5\n")
        .commit();
    sandbox
        .run(&format!("new {}//worker shop --yes", team.url()))
        .ok();
    sandbox.write("shop/a", "one\n2\n3\n4\n5\n");
    sandbox.git("shop", "commit -qam work");
    fs::remove_dir_all(sandbox.root().join("home/.local")).unwrap();
    fs::remove_dir_all(team.path(".git")).unwrap();
    team.git("init --quiet --initial-branch=main");
    team.template("worker", "1.1.0", "")
        .file("worker/files/a", "1\n2\n3\n4\nfive\n")
        .commit();
    sandbox.run("update shop").ok();
    assert_eq!(sandbox.read("shop/a"), MERGED);
}

#[test]
fn a_template_that_moved_is_named_by_its_new_place() {
    let sandbox = Sandbox::new();
    let team = team(&sandbox);
    let moved = sandbox.root().join("remotes/moved");
    fs::rename(team.path(""), &moved).unwrap();
    let output = sandbox.run("update shop --json").fails(1);
    assert_eq!(output.json()["error"]["code"], "source.fetch");
    let words = format!(
        "update shop --json --source file://{}//worker",
        moved.display()
    );
    let output = sandbox.run(&words).ok();
    assert_eq!(output.json()["state"], "updated");
    assert_eq!(sandbox.read("shop/a"), MERGED);
    assert!(
        sandbox
            .read("shop/.pyscaffold.toml")
            .contains("remotes/moved")
    );
    sandbox.git("shop", "commit -qam up");
    assert_eq!(
        sandbox.run("update shop --json").ok().json()["state"],
        "current"
    );
}

#[test]
fn another_template_is_refused() {
    let sandbox = Sandbox::new();
    team(&sandbox);
    let output = sandbox
        .run("update shop --json --source click-cli")
        .fails(2);
    assert_eq!(output.json()["error"]["code"], "update.other-template");
}

#[test]
fn a_version_is_chosen_by_tag() {
    let sandbox = Sandbox::new();
    let team = team(&sandbox);
    team.template("worker", "2.0.0", "").commit();
    let output = sandbox.run("update shop --to v2 --json").ok();
    assert_eq!(output.json()["to"], "1.1.0");
    sandbox.git("shop", "commit -qam up");
    let back = sandbox.run("update shop --to v1").ok();
    assert!(
        back.stderr
            .contains("worker 1.1.0 -> 1.0.0, an older version")
    );
    assert_eq!(sandbox.read("shop/a"), "one\n2\n3\n4\n5\n");
}

#[test]
fn a_template_that_inherits_a_built_in_one_updates() {
    let sandbox = Sandbox::new();
    let team = Team::new(&sandbox, "acme");
    let extends = "[extends]\ntemplate = \"builtin:click-cli\"";
    team.template("tool", "1.0.0", extends)
        .file("tool/files/TEAM.md", "one\n")
        .commit();
    sandbox
        .run(&format!("new {}//tool shop --yes", team.url()))
        .ok();
    let readme = sandbox.read("shop/README.md");
    sandbox.write("shop/README.md", format!("{readme}\nMine.\n"));
    sandbox.git("shop", "commit -qam work");
    team.template("tool", "1.1.0", extends)
        .file("tool/files/TEAM.md", "two\n")
        .commit();
    let output = sandbox.run("update shop --json").ok();
    assert_eq!(decided(&output.json()), "updated TEAM.md");
    assert!(sandbox.read("shop/README.md").ends_with("Mine.\n"));
}

#[test]
fn a_built_in_template_takes_other_answers() {
    let sandbox = Sandbox::new();
    sandbox.run("new click-cli shop --yes").ok();
    let current = sandbox.run("update shop --json").ok();
    assert_eq!(current.json()["state"], "current");
    sandbox.write("shop/src/shop/mine.py", "MINE = 1\n");
    sandbox.git("shop", "add --all");
    sandbox.git("shop", "commit -qm work");
    let output = sandbox
        .run("update shop --json -D docker=false -D package=store")
        .output();
    let said = decided(&output.json());
    assert!(
        said.contains("renamed src/shop/mine.py>src/store/mine.py"),
        "{said}"
    );
    assert!(!sandbox.path("shop/src/shop").exists(), "{said}");
    sandbox.run("update shop --abort").ok();
    assert_eq!(sandbox.git("shop", "status --porcelain"), "");
}

#[test]
fn status_and_diff_say_what_was_changed() {
    let sandbox = Sandbox::new();
    release(
        &sandbox,
        "1.0.0",
        "",
        &[("a", "1\n"), ("b", "b\n"), ("c", "c\nd\ne\n"), ("z", "z\n")],
    );
    sandbox.run("new ./tpl shop --yes").ok();
    let status = sandbox.run("status shop").ok();
    assert_eq!(status.stdout, "tpl 1.0.0: nothing new\n");
    assert_eq!(sandbox.run("diff shop").ok().stdout, "");
    sandbox.write("shop/a", "2\n");
    sandbox.git("shop", "rm -q b");
    sandbox.git("shop", "mv c moved");
    release(&sandbox, "1.1.0", "", &[("a", "1\n")]);
    let status = sandbox.run("status shop").ok();
    assert_eq!(
        status.stdout,
        "tpl 1.0.0: 1.1.0 is there; `pyscaffold update` brings it\n  modified      a\n  deleted       b\n  deleted       c\n  moved here    moved\n"
    );
    let json = sandbox.run("status shop --json").ok().json();
    assert_eq!(
        (&json["state"], &json["newest"]),
        (&"behind".into(), &"1.1.0".into())
    );
    let diff = sandbox.run("diff shop").ok().stdout;
    assert!(
        diff.contains("-1\n+2\n") && diff.contains("deleted file mode 100644"),
        "{diff}"
    );
    let files = &sandbox.run("diff shop --json").ok().json()["files"];
    assert_eq!(files[0]["state"], "modified");
    assert_eq!(files[1]["state"], "deleted");
}

#[test]
fn a_project_comes_under_a_template() {
    let sandbox = Sandbox::new();
    release(
        &sandbox,
        "1.0.0",
        "[[files]]\npath = \"seed.txt\"\nownership = \"once\"",
        &[
            (
                "pyproject.toml.hbs",
                "[project]\nname = \"{{name}}\"\ndependencies = [\"fastapi\"]\n\n[tool.ruff]\nline-length = 100\n",
            ),
            (".gitignore", "__pycache__/\n"),
            ("ci.yml", "ci\n"),
            ("README.md", "# Template\n"),
            ("seed.txt", "seed\n"),
        ],
    );
    sandbox.write(
        "old/pyproject.toml",
        "[project]\nname = \"legacy\" # ours\ndependencies = [\"flask\"]\n",
    );
    sandbox.write("old/.gitignore", "*.log\n");
    sandbox.write("old/README.md", "# Legacy\n");
    sandbox.write("old/seed.txt", "mine\n");
    sandbox.write("old/app.py", "app\n");
    let output = sandbox.run("adopt ./tpl old --json").fails(1);
    assert_eq!(output.json()["error"]["code"], "project.no-git");
    sandbox.git("old", "init -q");
    sandbox.git("old", "add --all");
    sandbox.git("old", "commit -qm first");
    let plan = sandbox.run("adopt ./tpl old --dry-run").fails(3);
    assert!(
        plan.stdout
            .contains("tpl 1.0.0: the project comes under it"),
        "{}",
        plan.stdout
    );
    assert_eq!(sandbox.git("old", "status --porcelain"), "");
    let output = sandbox.run("adopt ./tpl old --json").fails(3);
    assert_eq!(
        decided(&output.json()),
        "merged .gitignore; conflict README.md; added ci.yml; merged pyproject.toml; skipped seed.txt"
    );
    let project = sandbox.read("old/pyproject.toml");
    assert!(project.contains("name = \"legacy\" # ours"), "{project}");
    assert!(project.contains("\"flask\", \"fastapi\""), "{project}");
    assert!(project.contains("line-length = 100"), "{project}");
    assert_eq!(sandbox.read("old/seed.txt"), "mine\n");
    // All of it can be taken back, the record too.
    sandbox.run("update old --abort").ok();
    assert_eq!(sandbox.git("old", "status --porcelain"), "");
    assert!(!sandbox.path("old/.pyscaffold.toml").exists());
    // Then it lives on as any other.
    sandbox.run("adopt ./tpl old").fails(3);
    sandbox.write("old/README.md", "# Legacy\n");
    sandbox.git("old", "add --all");
    sandbox.git("old", "commit -qm adopted");
    let again = sandbox.run("adopt ./tpl old --json").fails(1);
    assert_eq!(again.json()["error"]["code"], "adopt.adopted");
    release(&sandbox, "1.1.0", "", &[("ci.yml", "CI\n")]);
    let output = sandbox.run("update old --json").ok();
    let said = decided(&output.json());
    assert!(
        said.contains("updated ci.yml") && said.contains("kept (yours) README.md"),
        "{said}"
    );
}
