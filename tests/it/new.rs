//! `new`, where all goes well.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;

use super::support::{Entry, Sandbox, entries, files};

#[test]
fn a_project_is_written_recorded_and_committed() {
    let sandbox = Sandbox::with_demo();
    let output = sandbox.run("new ./demo shop").ok();
    assert_eq!(output.stdout, "");
    insta::assert_snapshot!(sandbox.steady(&output.stderr), @r#"
      Template   demo 1.2.3 (./demo)
      Answers    database sqlite · typed no · author Ada Lovelace (git config) ·
                 email ada@example.org (git config) · license MIT · year 2023 (clock)
      Created    10 files in ./shop
      Git        repository on main, first commit [COMMIT]
    Next:
      cd shop
      uv sync
      uv run pytest
    Same again:  pyscaffold new ./demo shop --yes --author "Ada Lovelace" --email ada@example.org --year 2023
    "#);
    assert_eq!(sandbox.litter(), ["shop"]);
    assert_eq!(
        files(&sandbox.path("shop")),
        [
            ".github/workflows/ci.yml",
            ".gitignore",
            ".pyscaffold.toml",
            "LICENSE",
            "README.md",
            "pyproject.toml",
            "scripts/start.sh",
            "src/shop/__init__.py",
            "src/shop/store.py",
            "src/shop/verbatim.py",
        ]
    );
    insta::assert_snapshot!(sandbox.read("shop/.pyscaffold.toml"), @r#"
    # How this project was made, for `pyscaffold update`. Commit it; change answers by an update.
    format = 1
    tree = "2a75e9c7055e333a012ccbe31674e670d8149abd"

    [template]
    name = "demo"
    source = "./demo"
    version = "1.2.3"

    [layers]
    team = "0.3.0"

    [answers]
    author = "Ada Lovelace"
    database = "sqlite"
    database_name = "shop_db"
    email = "ada@example.org"
    extras = []
    license = "MIT"
    name = "shop"
    package = "shop"
    port = 8000
    python = "3.13"
    slug = "plain"
    team = "red"
    typed = false
    year = 2023
    "#);
    insta::assert_snapshot!(sandbox.read("shop/pyproject.toml"), @r#"
    [project]
    name = "shop"
    dependencies = ["httpx>=0.28", "demolib>=1"]
    version = "0.1.0"
    authors = [{ name = "Ada Lovelace", email = "ada@example.org" }]

    [tool.team]
    name = "red"

    [tool.demo]
    database = "sqlite" # where things are kept
    database_name = "shop_db"
    driver = "aiosqlite"
    extras = []
    typed = false
    license = "MIT"
    port = 8000
    python = "3.13"
    slug = "plain"
    token = ""
    year = 2023
    "#);
    insta::assert_snapshot!(sandbox.read("shop/README.md"), @r#"
    # Shop

    Keeps everything in sqlite.

    Run by team red.

    Start it with `scripts/start.sh`.

    ## End
    "#);
    insta::assert_snapshot!(sandbox.read("shop/.github/workflows/ci.yml"), @r#"
    name: shop
    on: push
    jobs:
      test:
        runs-on: ${{ matrix.os }}
    "#);
    assert_eq!(sandbox.read("shop/src/shop/store.py"), "KIND = \"sql\"\n");
    assert_eq!(
        sandbox.read("shop/src/shop/verbatim.py"),
        "BRACES = \"{{not_rendered}}\"\n"
    );
}

#[test]
fn git_sees_one_clean_commit() {
    let sandbox = Sandbox::with_demo();
    let output = sandbox.run("new ./demo shop").ok();
    assert_eq!(sandbox.git("shop", "status --porcelain --ignored"), "");
    assert_eq!(sandbox.git("shop", "rev-list --count --all"), "1\n");
    assert_eq!(
        sandbox.git("shop", "symbolic-ref HEAD"),
        "refs/heads/main\n"
    );
    sandbox.git("shop", "fsck --full --strict");
    let said = sandbox.git("shop", "log --format=%an|%ae|%cn|%ce|%at|%ct|%s|%b");
    assert_eq!(
        said,
        "Ada Lovelace|ada@example.org|Ada Lovelace|ada@example.org|1700000000|1700000000|Create shop from demo 1.2.3|\n"
    );
    let commit = sandbox.git("shop", "rev-parse --short=7 HEAD");
    assert!(output.line("Git").ends_with(commit.trim()), "{commit}");
    let listed = sandbox.git("shop", "ls-files");
    assert_eq!(
        listed.lines().collect::<Vec<_>>(),
        files(&sandbox.path("shop"))
    );
    assert_eq!(sandbox.git("shop", "remote"), "");
}

#[test]
fn the_recorded_tree_is_the_commit_without_the_record() {
    let sandbox = Sandbox::with_demo();
    sandbox.run("new ./demo shop").ok();
    let record = sandbox.read("shop/.pyscaffold.toml");
    let recorded = record
        .lines()
        .find_map(|line| line.strip_prefix("tree = \"")?.strip_suffix('"'))
        .unwrap()
        .to_owned();
    sandbox.git("shop", "rm --quiet --cached .pyscaffold.toml");
    assert_eq!(sandbox.git("shop", "write-tree").trim(), recorded);
}

#[test]
fn two_runs_are_equal_to_the_last_byte_and_commit() {
    let (first, second) = (Sandbox::with_demo(), Sandbox::with_demo());
    for sandbox in [&first, &second] {
        sandbox.run("new ./demo shop --typed").ok();
    }
    assert_eq!(entries(&first.path("shop")), entries(&second.path("shop")));
    let head = |sandbox: &Sandbox| sandbox.git("shop", "rev-parse HEAD");
    assert_eq!(head(&first), head(&second));
}

#[test]
fn modes_are_those_of_the_umask() {
    for (umask, folder, file, program) in [
        (0o022, 0o755, 0o644, 0o755),
        (0o077, 0o700, 0o600, 0o700),
        (0o000, 0o777, 0o644, 0o755),
    ] {
        let sandbox = Sandbox::with_demo();
        // A shell sets the umask: only the child's may change.
        sandbox
            .run_binary("/bin/sh".as_ref())
            .arg("-c")
            .arg(format!("umask {umask:o}; exec \"$0\" new ./demo shop"))
            .arg(env!("CARGO_BIN_EXE_pyscaffold"))
            .ok();
        let root = fs::metadata(sandbox.path("shop")).unwrap();
        assert_eq!(root.permissions().mode() & 0o777, folder, "{umask:o}");
        for (path, entry) in entries(&sandbox.path("shop")) {
            let expected = match entry {
                Entry::Folder(_) => folder,
                _ if path == "scripts/start.sh" => program,
                _ => file,
            };
            match entry {
                Entry::Folder(mode) | Entry::File(mode, _) => {
                    assert_eq!(mode, expected, "{umask:o} {path}");
                }
                Entry::Other => panic!("{path}"),
            }
        }
        assert_eq!(sandbox.git("shop", "status --porcelain"), "");
        let mode = sandbox.git("shop", "ls-files --stage scripts/start.sh");
        assert!(mode.starts_with("100755 "), "{mode}");
    }
}

#[test]
fn the_program_needs_no_git_no_home_and_no_path() {
    let sandbox = Sandbox::with_demo();
    let mut run = sandbox.run("new ./demo shop --author Ada --email ada@example.org");
    run.command().env_clear().env("SOURCE_DATE_EPOCH", "0");
    run.ok();
    assert_eq!(sandbox.git("shop", "status --porcelain"), "");
    assert_eq!(sandbox.litter(), ["shop"]);
}

#[test]
fn a_read_only_home_is_no_obstacle() {
    let sandbox = Sandbox::with_demo();
    let home = sandbox.root().join("home");
    fs::set_permissions(&home, fs::Permissions::from_mode(0o555)).unwrap();
    sandbox.run("new ./demo shop").ok();
    assert_eq!(fs::read_dir(&home).unwrap().count(), 0);
    fs::set_permissions(&home, fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn nothing_outside_the_project_is_written() {
    let sandbox = Sandbox::with_demo();
    let template = entries(&sandbox.path("demo"));
    sandbox.run("new ./demo shop").ok();
    assert_eq!(entries(&sandbox.path("demo")), template);
    assert_eq!(
        fs::read_dir(sandbox.root().join("home")).unwrap().count(),
        0
    );
}

#[test]
fn a_built_in_template_makes_a_project() {
    let sandbox = Sandbox::new();
    sandbox.run("new fastapi-api shop").ok();
    for path in ["pyproject.toml", "README.md", ".pyscaffold.toml"] {
        assert!(sandbox.path("shop").join(path).is_file(), "{path}");
    }
    assert_eq!(sandbox.git("shop", "status --porcelain"), "");
    assert!(
        sandbox
            .read("shop/.pyscaffold.toml")
            .contains("source = \"builtin\"")
    );
    assert!(
        sandbox
            .read("shop/pyproject.toml")
            .contains("name = \"shop\"")
    );
}

#[test]
fn a_deep_path_is_made_with_its_folders() {
    let sandbox = Sandbox::with_demo();
    let output = sandbox.run("new ./demo a/b/c-d").ok();
    assert_eq!(sandbox.litter(), ["a"]);
    assert_eq!(files(&sandbox.path("a/b/c-d")).len(), 10);
    assert!(sandbox.path("a/b/c-d/src/c_d/__init__.py").is_file());
    assert!(sandbox.path("a/b/c-d/.git").is_dir());
    assert!(!sandbox.path("a/.git").exists());
    assert_eq!(sandbox.git("a/b/c-d", "status --porcelain"), "");
    assert_eq!(output.line("cd "), "a/b/c-d");
    let missing = fs::metadata(sandbox.path("a")).unwrap().permissions();
    assert_eq!(missing.mode() & 0o777, 0o755);
}

#[test]
fn names_can_be_given() {
    let sandbox = Sandbox::with_demo();
    sandbox
        .run("new ./demo here --name My.Shop --package storefront")
        .ok();
    assert!(sandbox.path("here/src/storefront/__init__.py").is_file());
    assert!(
        sandbox
            .read("here/pyproject.toml")
            .contains("name = \"My.Shop\"")
    );
    let record = sandbox.read("here/.pyscaffold.toml");
    assert!(
        record.contains("name = \"My.Shop\"\npackage = \"storefront\"\n"),
        "{record}"
    );
}

#[test]
fn a_folder_with_spaces_gives_a_name_with_hyphens() {
    let sandbox = Sandbox::with_demo();
    let output = sandbox.run("new ./demo").arg("my shop").ok();
    assert!(sandbox.path("my shop/src/my_shop/__init__.py").is_file());
    assert!(
        sandbox
            .read("my shop/pyproject.toml")
            .contains("name = \"my-shop\"")
    );
    assert_eq!(output.line("cd "), "\"my shop\"");
}

#[test]
fn another_folder_is_worked_in_with_c() {
    let sandbox = Sandbox::with_demo();
    fs::create_dir(sandbox.path("below")).unwrap();
    let output = sandbox.run("-C below new ../demo shop").ok();
    assert!(sandbox.path("below/shop/pyproject.toml").is_file());
    assert_eq!(output.line("cd "), "below/shop");
    assert!(output.line("Created").ends_with("./below/shop"));
    assert!(
        output
            .line("Same again:")
            .starts_with("pyscaffold -C below new ../demo shop")
    );
    sandbox.run("new ../demo store -C below").ok();
    assert!(sandbox.path("below/store/pyproject.toml").is_file());
}

#[test]
fn a_working_folder_that_is_gone_is_said() {
    let sandbox = Sandbox::with_demo();
    let mut run = sandbox
        .run_binary("/bin/sh".as_ref())
        .arg("-c")
        .arg("mkdir gone && cd gone && rmdir ../gone && exec \"$0\" list")
        .arg(env!("CARGO_BIN_EXE_pyscaffold"));
    run.command().arg0("sh");
    let output = run.output();
    assert_eq!(output.code, Some(1), "{}", output.stderr);
    assert!(
        output
            .stderr
            .starts_with("error: this folder cannot be worked in"),
        "{}",
        output.stderr
    );
    output.assert_calm();
}

#[test]
fn a_lock_file_is_in_the_first_commit_and_the_environment_is_made_in_place() {
    let sandbox = Sandbox::with_demo();
    let log = sandbox.root().join("log");
    let path = sandbox.program(
        "uv",
        &format!(
            "echo \"$* in $(basename \"$PWD\")\" >> {}; echo talk; [ \"$1\" = lock ] && echo locked > uv.lock; exit 0",
            log.display()
        ),
    );
    for (project, flags, said) in [
        ("locked", "--lock", "lock in project\n"),
        ("offline", "--lock --offline", "lock --offline in project\n"),
        ("synced", "--sync", "lock in project\nsync in synced\n"),
    ] {
        let output = sandbox
            .run("new ./demo")
            .arg(project)
            .words(flags)
            .env("PATH", &path)
            .ok();
        assert_eq!(output.stdout, "");
        assert_eq!(fs::read_to_string(&log).unwrap(), said);
        fs::remove_file(&log).unwrap();
        assert_eq!(sandbox.git(project, "show HEAD:uv.lock"), "locked\n");
        assert_eq!(sandbox.git(project, "status --porcelain"), "");
    }
    let without = sandbox
        .run("new ./demo shop --lock")
        .env("PATH", "/nowhere")
        .fails(1);
    assert_eq!(
        without.stderr,
        "error: `uv` is not installed; nothing was written\nhint: install it with `pip install uv`, or leave --lock and --sync out\n"
    );
    assert!(!sandbox.path("shop").exists());
}
