//! What `new` does with git, seen through the real git.

use std::fs;

use super::support::{Sandbox, entries, files};

#[test]
fn the_default_branch_is_the_users() {
    let sandbox = Sandbox::with_demo();
    sandbox
        .git_config("[user]\nname = A\nemail = a@example.org\n[init]\ndefaultBranch = trunk/one\n");
    let output = sandbox.run("new ./demo shop").ok();
    assert_eq!(
        sandbox.git("shop", "symbolic-ref HEAD"),
        "refs/heads/trunk/one\n"
    );
    assert!(
        output
            .line("Git")
            .starts_with("repository on trunk/one, first commit ")
    );
}

#[test]
fn hooks_templates_and_programs_of_the_user_are_not_run() {
    let sandbox = Sandbox::with_demo();
    let marker = sandbox.root().join("marker");
    let touch = format!("touch {}", marker.display());
    let hooks = sandbox.root().join("template/hooks");
    for hook in [
        "pre-commit",
        "post-commit",
        "prepare-commit-msg",
        "commit-msg",
        "post-checkout",
        "reference-transaction",
    ] {
        sandbox.program(hook, &touch);
    }
    fs::create_dir_all(hooks.parent().unwrap()).unwrap();
    fs::rename(sandbox.root().join("bin"), &hooks).unwrap();
    sandbox.git_config(&format!(
        "[user]\nname = A\nemail = a@example.org\n[init]\ntemplateDir = {}\n[core]\nhooksPath = {}\nfsmonitor = {touch}\nautocrlf = true\n[filter \"x\"]\nclean = {touch}\n",
        hooks.parent().unwrap().display(),
        hooks.display(),
    ));
    sandbox.write("demo/files/.gitattributes", "*.md filter=x\n");
    sandbox.run("new ./demo shop").ok();
    assert!(!marker.exists());
    assert!(!sandbox.path("shop/.git/hooks/pre-commit").exists());
    assert_eq!(sandbox.read("shop/LICENSE"), "OWN LICENSE\n");
}

#[test]
fn the_first_commit_is_one_packfile_that_git_goes_on_with() {
    let sandbox = Sandbox::with_demo();
    sandbox.run("new ./demo shop").ok();
    let packed = entries(&sandbox.path("shop/.git/objects/pack"));
    assert_eq!(packed.len(), 2, "{packed:?}");
    let first = sandbox.git("shop", "rev-parse HEAD");
    assert_eq!(
        sandbox.git("shop", "reflog --format=%H|%gs|%gn"),
        format!(
            "{}|commit (initial): Create shop from demo 1.2.3|Ada Lovelace\n",
            first.trim()
        )
    );
    sandbox.write("shop/README.md", "Changed.\n");
    assert_eq!(sandbox.git("shop", "status --porcelain"), " M README.md\n");
    for words in [
        "commit --quiet --all --message second",
        "gc --quiet --prune=now",
        "fsck --full --strict",
        "worktree add --quiet ../other",
        "clone --quiet . ../clone",
        "checkout --quiet HEAD~1",
    ] {
        sandbox.git("shop", words);
    }
    assert_eq!(sandbox.git("clone", "rev-list --count HEAD"), "2\n");
    assert_eq!(sandbox.git("shop", "rev-parse HEAD"), first);
}

#[test]
fn what_git_stores_otherwise_is_committed_as_git_does() {
    for (file, rule, text) in [
        // The user's attributes, the project's, and the end of lines.
        ("home/.config/git/attributes", "*.md ident\n", "$Id: x$\n"),
        (
            "work/demo/files/.gitattributes",
            "*.md ident\n",
            "$Id: x$\n",
        ),
        (
            "work/demo/files/.gitattributes",
            "* text=auto\n",
            "a\r\nb\r\n",
        ),
        ("work/demo/files/.gitignore", "*.log\n", "a\n"),
    ] {
        let sandbox = Sandbox::with_demo();
        let file = sandbox.root().join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, rule).unwrap();
        sandbox.write("demo/files/notes.md", text);
        sandbox.write("demo/files/notes.log", text);
        sandbox.run("new ./demo shop").ok();
        assert_eq!(sandbox.git("shop", "status --porcelain"), "", "{rule}");
        sandbox.git("shop", "fsck --full --strict");
        let tree = sandbox.git("shop", "rev-parse HEAD^{tree}");
        // What git itself makes of the same files.
        for words in ["rm -r --quiet --cached .", "add --all"] {
            sandbox.git("shop", words);
        }
        assert_eq!(sandbox.git("shop", "write-tree"), tree, "{rule}");
    }
}

#[test]
fn the_identity_comes_from_the_first_place_that_has_one() {
    let config = "[user]\nname = Conf\nemail = conf@example.org\n";
    let named = "[defaults]\nauthor = \"Set\"\nemail = \"set@example.org\"\n";
    for (git, settings, variables, flags, expected) in [
        (config, "", false, "", "Conf <conf@example.org>"),
        (config, "", true, "", "Env <env@example.org>"),
        ("", "", true, "", "Env <env@example.org>"),
        (
            "",
            "",
            false,
            "--author Flag --email flag@example.org",
            "Flag <flag@example.org>",
        ),
        ("", named, false, "", "Set <set@example.org>"),
        (
            config,
            "",
            false,
            "--author Flag --email flag@example.org",
            "Conf <conf@example.org>",
        ),
    ] {
        let sandbox = Sandbox::with_demo();
        sandbox.git_config(git);
        sandbox.config(settings);
        let mut run = sandbox.run("new ./demo shop").words(flags);
        if variables {
            run = run
                .env("GIT_AUTHOR_NAME", "Env")
                .env("GIT_AUTHOR_EMAIL", "env@example.org");
        }
        run.ok();
        assert_eq!(
            sandbox.git("shop", "log --format=%an%x20<%ae>").trim(),
            expected
        );
        assert_eq!(sandbox.git("shop", "status --porcelain"), "");
    }
}

#[test]
fn without_an_identity_the_project_is_made_and_the_cure_works() {
    let sandbox = Sandbox::without_identity();
    sandbox.add_demo();
    let output = sandbox.run("new ./demo shop").ok();
    assert_eq!(
        output.line("Git"),
        "repository on main, no commit: git does not know who you are"
    );
    assert_eq!(files(&sandbox.path("shop")).len(), 10);
    let cure = output.line("To commit:");
    sandbox
        .run_binary("/bin/sh".as_ref())
        .in_folder("shop")
        .arg("-c")
        .arg(cure)
        .ok();
    assert_eq!(sandbox.git("shop", "status --porcelain"), "");
    assert_eq!(
        sandbox.git("shop", "log --format=%s"),
        "Create shop from demo 1.2.3\n"
    );
}

#[test]
fn a_signature_that_is_demanded_is_left_to_git() {
    let sandbox = Sandbox::with_demo();
    let user = "[user]\nname = A\nemail = a@example.org\n";
    sandbox.git_config(&format!("{user}[commit]\ngpgSign = true\n"));
    let output = sandbox.run("new ./demo shop").ok();
    assert_eq!(
        output.line("Git"),
        "repository on main, no commit: commit.gpgSign is set, and only the git program signs"
    );
    assert_eq!(sandbox.git("shop", "rev-list --count --all"), "0\n");
    sandbox.git_config(user);
    let cure = output.line("To commit:");
    sandbox
        .run_binary("/bin/sh".as_ref())
        .in_folder("shop")
        .arg("-c")
        .arg(cure)
        .ok();
    assert_eq!(sandbox.git("shop", "status --porcelain"), "");
}

#[test]
fn no_git_and_no_commit_are_obeyed() {
    for (words, settings) in [("--no-git", ""), ("", "[git]\ninit = false\n")] {
        let sandbox = Sandbox::with_demo();
        sandbox.config(settings);
        let output = sandbox.run("new ./demo shop").words(words).ok();
        assert!(!sandbox.path("shop/.git").exists());
        assert_eq!(output.line("Git"), "no repository, as asked");
        assert!(sandbox.path("shop/.gitignore").is_file());
    }
    for (words, settings) in [("--no-commit", ""), ("", "[git]\ncommit = false\n")] {
        let sandbox = Sandbox::with_demo();
        sandbox.config(settings);
        let output = sandbox.run("new ./demo shop").words(words).ok();
        assert_eq!(
            output.line("Git"),
            "repository on main, no commit, as asked"
        );
        assert_eq!(sandbox.git("shop", "rev-list --count --all"), "0\n");
        let status = sandbox.git("shop", "status --porcelain --untracked-files=all");
        assert_eq!(status.lines().count(), 10, "{status}");
        assert!(
            status.lines().all(|line| line.starts_with("?? ")),
            "{status}"
        );
    }
}

#[test]
fn ignored_files_are_not_committed() {
    let sandbox = Sandbox::with_demo();
    sandbox.write("demo/files/debug.log", "noise\n");
    sandbox.run("new ./demo shop").ok();
    assert!(sandbox.path("shop/debug.log").is_file());
    assert!(!sandbox.git("shop", "ls-files").contains("debug.log"));
    assert_eq!(sandbox.git("shop", "status --porcelain"), "");
}

#[test]
fn inside_another_repository_there_is_no_nested_one() {
    let sandbox = Sandbox::with_demo();
    sandbox.write("outer/README.md", "outer\n");
    sandbox.git("outer", "init --quiet");
    sandbox.git("outer", "add --all");
    sandbox.git("outer", "commit --quiet --message first");
    let before = entries(&sandbox.path("outer/.git"));
    for place in ["outer/shop", "outer/services/deep/shop"] {
        let output = sandbox.run("new ./demo").words(place).ok();
        let line = sandbox.steady(&output.line("Git"));
        assert_eq!(
            line,
            "inside the repository [SANDBOX]/work/outer: no new one; .gitignore is written, nothing was staged or committed"
        );
        assert!(!sandbox.path(place).join(".git").exists());
        assert!(sandbox.path(place).join(".gitignore").is_file());
    }
    assert_eq!(entries(&sandbox.path("outer/.git")), before);
    assert_eq!(
        sandbox.git("outer", "status --porcelain"),
        "?? services/\n?? shop/\n"
    );
}

#[test]
fn a_freshly_cloned_repository_is_filled_and_left_uncommitted() {
    let sandbox = Sandbox::with_demo();
    sandbox.git("", "init --quiet --bare origin.git");
    sandbox.git("", "clone --quiet origin.git shop");
    let before = entries(&sandbox.path("shop/.git"));
    let output = sandbox.run("new ../demo .").in_folder("shop").ok();
    assert_eq!(
        output.line("Git"),
        "this repository; .gitignore is written, nothing was staged or committed"
    );
    assert_eq!(output.line("Created"), "10 files in this folder");
    assert!(!output.stderr.contains("  cd "), "{}", output.stderr);
    assert_eq!(files(&sandbox.path("shop")).len(), 10);
    assert_eq!(entries(&sandbox.path("shop/.git")), before);
    assert_eq!(sandbox.git("shop", "diff --cached --name-only"), "");
    assert!(
        sandbox
            .read("shop/pyproject.toml")
            .contains("name = \"shop\"")
    );
}

#[test]
fn a_repository_that_variables_point_to_is_not_touched() {
    let sandbox = Sandbox::with_demo();
    sandbox.write("other/file", "x\n");
    sandbox.git("other", "init --quiet");
    sandbox.git("other", "add --all");
    sandbox.git("other", "commit --quiet --message first");
    let before = entries(&sandbox.path("other/.git"));
    let other = sandbox.path("other");
    let output = sandbox
        .run("new ./demo shop")
        .env("GIT_DIR", other.join(".git"))
        .env("GIT_WORK_TREE", &other)
        .env("GIT_INDEX_FILE", other.join(".git/index"))
        .env("GIT_OBJECT_DIRECTORY", other.join(".git/objects"))
        .env("GIT_CEILING_DIRECTORIES", sandbox.root())
        .ok();
    assert!(output.line("Git").contains("first commit"));
    assert_eq!(entries(&sandbox.path("other/.git")), before);
    assert_eq!(sandbox.git("shop", "status --porcelain"), "");
    assert_eq!(sandbox.git("shop", "rev-list --count --all"), "1\n");
    sandbox.git("shop", "fsck --full --strict");
}

#[test]
fn a_repository_whose_git_is_a_file_counts_as_one() {
    let sandbox = Sandbox::with_demo();
    sandbox.write("main/file", "x\n");
    sandbox.git("main", "init --quiet");
    sandbox.git("main", "add --all");
    sandbox.git("main", "commit --quiet --message first");
    sandbox.git("main", "worktree add --quiet ../side");
    let output = sandbox.run("new ./demo side/shop").ok();
    assert!(output.line("Git").starts_with("inside the repository "));
    assert!(!sandbox.path("side/shop/.git").exists());
}
