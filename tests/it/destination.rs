//! Where a project is put.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;

use super::support::{Entry, Sandbox, entries, files};

#[test]
fn an_empty_folder_becomes_the_project() {
    let sandbox = Sandbox::with_demo();
    fs::create_dir(sandbox.path("shop")).unwrap();
    let output = sandbox.run("new ./demo shop").ok();
    assert_eq!(files(&sandbox.path("shop")).len(), 10);
    assert!(output.line("Git").contains("first commit"));
    assert_eq!(sandbox.litter(), ["shop"]);
}

#[test]
fn the_empty_folder_that_one_stands_in_stays_itself() {
    let sandbox = Sandbox::with_demo();
    fs::create_dir(sandbox.path("shop")).unwrap();
    let output = sandbox
        .run_binary("/bin/sh".as_ref())
        .in_folder("shop")
        .arg("-c")
        .arg("\"$0\" new ../demo . && ls pyproject.toml && git status --porcelain")
        .arg(env!("CARGO_BIN_EXE_pyscaffold"))
        .ok();
    assert_eq!(output.stdout, "pyproject.toml\n");
    assert!(output.line("Git").contains("first commit"));
    assert_eq!(entries(&sandbox.path("shop")).len(), 15);
    assert_eq!(fs::read_dir(sandbox.path("shop")).unwrap().count(), 9);
}

fn occupied() -> Sandbox {
    let sandbox = Sandbox::with_demo();
    sandbox.write("shop/README.md", "mine\n");
    sandbox.write("shop/LICENSE", "OWN LICENSE\n");
    sandbox.write("shop/notes/todo.txt", "mine too\n");
    sandbox
}

#[test]
fn a_full_folder_is_refused_and_left_as_it_is() {
    let sandbox = occupied();
    let before = entries(&sandbox.path("shop"));
    let output = sandbox.run("new ./demo shop").fails(1);
    insta::assert_snapshot!(output.stderr, @r#"
    error: 1 file is already there with other content: `README.md`
    hint: choose an empty folder, or add --on-conflict skip|overwrite (or ask, in a terminal); nothing was written
    "#);
    assert_eq!(entries(&sandbox.path("shop")), before);
    assert_eq!(sandbox.litter(), ["shop"]);
}

#[test]
fn without_a_conflict_a_full_folder_is_added_to() {
    let sandbox = Sandbox::with_demo();
    sandbox.write("shop/LICENSE", "OWN LICENSE\n");
    sandbox.write("shop/src/other.py", "x = 1\n");
    let output = sandbox.run("new ./demo shop").ok();
    assert_eq!(output.line("Created"), "9 files in ./shop, 1 already there");
    assert_eq!(sandbox.read("shop/src/other.py"), "x = 1\n");
    assert_eq!(files(&sandbox.path("shop")).len(), 11);
}

#[test]
fn skip_keeps_and_overwrite_replaces() {
    for (policy, readme, line) in [
        (
            "skip",
            "mine\n",
            "8 files in ./shop, 1 already there, 1 kept as they were",
        ),
        (
            "overwrite",
            "# Shop\n",
            "8 files in ./shop, 1 replaced, 1 already there",
        ),
    ] {
        let sandbox = occupied();
        let output = sandbox
            .run("new ./demo shop --on-conflict")
            .arg(policy)
            .ok();
        assert!(
            sandbox.read("shop/README.md").starts_with(readme),
            "{policy}"
        );
        assert_eq!(sandbox.read("shop/notes/todo.txt"), "mine too\n");
        assert_eq!(output.line("Created"), line);
        assert_eq!(files(&sandbox.path("shop")).len(), 11);
        assert_eq!(sandbox.litter(), ["shop"]);
        let names: Vec<String> = fs::read_dir(sandbox.path("shop"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.starts_with(".pyscaffold-"))
            .collect();
        assert!(names.is_empty(), "{names:?}");
    }
}

#[test]
fn a_repository_with_files_keeps_its_index_and_history() {
    let sandbox = occupied();
    sandbox.git("shop", "init --quiet");
    sandbox.git("shop", "add --all");
    sandbox.git("shop", "commit --quiet --message first");
    sandbox
        .run("new ../demo . --on-conflict overwrite")
        .in_folder("shop")
        .ok();
    assert_eq!(sandbox.git("shop", "rev-list --count --all"), "1\n");
    assert_eq!(sandbox.git("shop", "diff --cached --name-only"), "");
    assert_eq!(sandbox.git("shop", "diff --name-only"), "README.md\n");
}

#[test]
fn making_the_same_project_again_changes_nothing() {
    let sandbox = Sandbox::with_demo();
    sandbox.run("new ./demo shop").ok();
    let before = entries(&sandbox.path("shop"));
    let head = sandbox.git("shop", "rev-parse HEAD");
    let output = sandbox.run("new ./demo shop").ok();
    assert_eq!(
        output.line("Created"),
        "0 files in ./shop, 10 already there"
    );
    assert_eq!(entries(&sandbox.path("shop")), before);
    assert_eq!(sandbox.git("shop", "rev-parse HEAD"), head);
}

#[test]
fn links_are_never_written_through() {
    let target = |sandbox: &Sandbox| sandbox.path("elsewhere");
    for (name, prepare, message) in [
        (
            "a link as destination",
            (|sandbox, elsewhere| symlink(elsewhere, sandbox.path("shop")).unwrap())
                as fn(&Sandbox, &std::path::Path),
            "is a symbolic link; name the folder that it points to",
        ),
        (
            "a dangling link as destination",
            |sandbox, _| symlink("nowhere", sandbox.path("shop")).unwrap(),
            "is a symbolic link; name the folder that it points to",
        ),
        (
            "a link where a file belongs",
            |sandbox, elsewhere| {
                fs::create_dir(sandbox.path("shop")).unwrap();
                symlink(elsewhere.join("file"), sandbox.path("shop/README.md")).unwrap();
            },
            "`README.md` is in the way: a link or special file, which is never written through",
        ),
        (
            "a link where a folder belongs",
            |sandbox, elsewhere| {
                fs::create_dir(sandbox.path("shop")).unwrap();
                symlink(elsewhere, sandbox.path("shop/src")).unwrap();
            },
            "`src` is in the way: a file or link, where a folder belongs",
        ),
        (
            "a folder where a file belongs",
            |sandbox, _| fs::create_dir_all(sandbox.path("shop/README.md/x")).unwrap(),
            "`README.md` is in the way: a folder, where a file belongs",
        ),
    ] {
        let sandbox = Sandbox::with_demo();
        fs::create_dir(target(&sandbox)).unwrap();
        sandbox.write("elsewhere/file", "precious\n");
        prepare(&sandbox, &target(&sandbox));
        let before = entries(&sandbox.path(""));
        for policy in ["fail", "skip", "overwrite"] {
            let output = sandbox
                .run("new ./demo shop --on-conflict")
                .arg(policy)
                .fails(1);
            assert!(output.stderr.contains(message), "{name}: {}", output.stderr);
        }
        assert_eq!(entries(&sandbox.path("")), before, "{name}");
        assert_eq!(sandbox.read("elsewhere/file"), "precious\n");
    }
}

#[test]
fn a_file_in_the_way_is_named() {
    let sandbox = Sandbox::with_demo();
    sandbox.write("file", "x");
    for (place, named) in [("file", "work/file"), ("file/below/shop", "work/file")] {
        let output = sandbox.run("new ./demo").arg(place).fails(1);
        assert!(
            output
                .stderr
                .contains(&format!("{named}` is a file, not a folder")),
            "{}",
            output.stderr
        );
    }
    assert_eq!(sandbox.litter(), ["file"]);
}

#[test]
fn a_link_above_the_project_is_followed_like_everywhere() {
    let sandbox = Sandbox::with_demo();
    fs::create_dir(sandbox.path("real")).unwrap();
    symlink("real", sandbox.path("link")).unwrap();
    sandbox.run("new ./demo link/shop").ok();
    assert_eq!(files(&sandbox.path("real/shop")).len(), 10);
}

#[test]
fn a_project_can_lie_in_its_own_template_folder() {
    let sandbox = Sandbox::with_demo();
    sandbox.run("new ./demo demo/files/shop").ok();
    assert_eq!(files(&sandbox.path("demo/files/shop")).len(), 10);
}

#[test]
fn a_file_that_cannot_be_moved_undoes_all_others() {
    let sandbox = Sandbox::with_demo();
    sandbox.write("shop/README.md", "mine\n");
    let tree = entries(&sandbox.path("shop"));
    // The fake uv puts a folder where the last file belongs, after everything was checked.
    let path = sandbox.program(
        "uv",
        "mkdir -p \"$OLD/src/shop/verbatim.py\"; touch uv.lock",
    );
    let output = sandbox
        .run("new ./demo shop --on-conflict overwrite --lock")
        .env("PATH", path)
        .env("OLD", sandbox.path("shop"))
        .fails(1);
    output.assert_calm();
    let mut expected: BTreeMap<String, Entry> = tree;
    for folder in ["src", "src/shop", "src/shop/verbatim.py"] {
        expected.insert(folder.to_owned(), Entry::Folder(0o755));
    }
    assert_eq!(
        entries(&sandbox.path("shop")),
        expected,
        "{}",
        output.stderr
    );
}

#[test]
fn what_was_there_already_is_in_the_first_commit() {
    let sandbox = Sandbox::with_demo();
    sandbox.run("new ./demo shop --no-git").ok();
    let output = sandbox.run("new ./demo shop").ok();
    assert!(output.line("Created").contains("10 already there"));
    assert_eq!(sandbox.git("shop", "status --porcelain"), "");
    assert_eq!(sandbox.git("shop", "ls-files").lines().count(), 10);
}

#[test]
fn an_empty_folder_keeps_its_permissions() {
    use std::os::unix::fs::PermissionsExt;
    let sandbox = Sandbox::with_demo();
    fs::create_dir(sandbox.path("shop")).unwrap();
    fs::set_permissions(sandbox.path("shop"), fs::Permissions::from_mode(0o2700)).unwrap();
    sandbox.run("new ./demo shop").ok();
    let mode = fs::metadata(sandbox.path("shop"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o7777, 0o2700);
}

#[test]
fn a_lock_file_that_is_there_is_like_any_other_file() {
    let sandbox = Sandbox::with_demo();
    let path = sandbox.program("uv", "echo new > uv.lock");
    sandbox.write("shop/uv.lock", "mine\n");
    let output = sandbox
        .run("new ./demo shop --lock")
        .env("PATH", &path)
        .fails(1);
    assert!(output.stderr.contains("`uv.lock`"), "{}", output.stderr);
    assert_eq!(sandbox.litter(), ["shop"]);
    sandbox
        .run("new ./demo shop --lock --on-conflict skip")
        .env("PATH", &path)
        .ok();
    assert_eq!(sandbox.read("shop/uv.lock"), "mine\n");
    sandbox
        .run("new ./demo shop --lock --on-conflict overwrite")
        .env("PATH", &path)
        .ok();
    assert_eq!(sandbox.read("shop/uv.lock"), "new\n");
}

#[test]
fn a_lock_is_refused_where_the_own_project_file_stays() {
    let sandbox = Sandbox::with_demo();
    let path = sandbox.program("uv", "echo new > uv.lock");
    sandbox.write("shop/pyproject.toml", "[project]\n");
    let run = sandbox
        .run("new ./demo shop --lock --on-conflict skip")
        .env("PATH", &path);
    let output = run.fails(1);
    assert!(
        output.stderr.contains("`pyproject.toml` is in the way"),
        "{}",
        output.stderr
    );
    assert!(!sandbox.path("shop/uv.lock").exists());
}

#[test]
fn a_pipe_in_the_place_of_a_lock_stops_nobody() {
    let sandbox = Sandbox::with_demo();
    fs::create_dir(sandbox.path(".pyscaffold-stage-x")).unwrap();
    let pipe = sandbox.path(".pyscaffold-stage-x/lock");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.is_ok_and(|status| status.success()));
    sandbox.run("new ./demo shop").ok();
    assert!(sandbox.path("shop/pyproject.toml").is_file());
}

#[test]
fn a_link_into_a_repository_makes_no_nested_one() {
    let sandbox = Sandbox::with_demo();
    fs::create_dir_all(sandbox.path("repo/in")).unwrap();
    sandbox.git("repo", "init --quiet");
    symlink(sandbox.path("repo/in"), sandbox.path("link")).unwrap();
    let output = sandbox.run("new ./demo link/shop").ok();
    assert!(output.line("Git").starts_with("inside the repository"));
    assert!(!sandbox.path("repo/in/shop/.git").exists());
}

#[test]
fn a_destination_outside_of_the_repository_gets_its_own() {
    let sandbox = Sandbox::with_demo();
    sandbox.git(".", "init --quiet repo");
    let output = sandbox.run("-C repo new ../demo ../shop").ok();
    assert!(output.line("Git").contains("first commit"));
}
