//! `new --dry-run`, and `--json`.

use super::support::{Sandbox, entries};

#[test]
fn a_dry_run_tells_all_and_writes_nothing() {
    let sandbox = Sandbox::with_demo();
    let output = sandbox.run("new ./demo shop --dry-run").ok();
    assert_eq!(sandbox.litter(), [""; 0]);
    insta::assert_snapshot!(output.stdout, @r#"
    create    .github/workflows/ci.yml                         demo
    create    .gitignore                                       team, demo
    create    .pyscaffold.toml                                 pyscaffold
    create    LICENSE                                          demo
    create    README.md                                        demo
    create    pyproject.toml                                   team, demo
    create    scripts/start.sh                                 demo
    create    src/shop/__init__.py                             demo
    create    src/shop/store.py                                demo
    create    src/shop/verbatim.py                             demo
    "#);
    assert_eq!(
        output.stderr,
        "Dry run: 10 files would be written to shop; nothing was.\n"
    );
    let quiet = sandbox.run("new ./demo shop --dry-run --quiet").ok();
    assert_eq!((quiet.stdout, quiet.stderr.as_str()), (output.stdout, ""));
}

#[test]
fn a_dry_run_into_a_folder_says_what_happens_to_each_file() {
    let sandbox = Sandbox::with_demo();
    sandbox.write("shop/README.md", "mine\n");
    sandbox.write("shop/LICENSE", "OWN LICENSE\n");
    let before = entries(&sandbox.path("shop"));
    for (policy, line) in [
        ("skip", "keep      README.md"),
        ("overwrite", "replace   README.md"),
    ] {
        let output = sandbox
            .run("new ./demo shop --dry-run --on-conflict")
            .arg(policy)
            .ok();
        for line in [line, "unchanged LICENSE", "create    pyproject.toml"] {
            assert!(
                output.stdout.lines().any(|said| said.starts_with(line)),
                "{line}\n{}",
                output.stdout
            );
        }
        assert_eq!(entries(&sandbox.path("shop")), before);
    }
    sandbox.run("new ./demo shop --dry-run").fails(1);
}

#[test]
fn the_diff_is_one_that_git_applies() {
    for existing in [false, true] {
        let sandbox = Sandbox::with_demo();
        sandbox.write("demo/files/no-newline.txt", "no line end");
        sandbox.write("demo/files/crlf.txt", "a\r\nb\r\n");
        sandbox.write("demo/files/empty.txt", "");
        sandbox.write("demo/files/with space.txt", "x\n");
        sandbox.write("demo/files/ünïcödé.txt", "x\n");
        for folder in ["made", "applied"] {
            std::fs::create_dir(sandbox.path(folder)).unwrap();
            if existing {
                sandbox.write(&format!("{folder}/README.md"), "mine\nno end");
            }
        }
        let words = "new ../demo . --name shop --package shop --on-conflict overwrite --no-git";
        let patch = sandbox
            .run(words)
            .words("--dry-run --diff")
            .in_folder("applied")
            .ok()
            .stdout;
        sandbox
            .run_binary("git".as_ref())
            .words("apply -")
            .in_folder("applied")
            .input(&patch)
            .ok();
        sandbox.run(words).in_folder("made").ok();
        assert_eq!(
            entries(&sandbox.path("applied")),
            entries(&sandbox.path("made")),
            "{patch}"
        );
    }
}

#[test]
fn a_diff_needs_a_dry_run() {
    let sandbox = Sandbox::with_demo();
    sandbox.run("new ./demo shop --diff").fails(2);
    assert_eq!(sandbox.litter(), [""; 0]);
}

#[test]
fn json_says_what_was_made() {
    let sandbox = Sandbox::with_demo();
    let output = sandbox.run("new ./demo shop --json --typed").ok();
    assert_eq!(output.stderr, "");
    let report = output.json();
    let keys: Vec<&String> = report.as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        [
            "answers", "dry_run", "files", "git", "name", "next", "package", "path", "replay",
            "synced", "template"
        ]
    );
    assert_eq!(report["dry_run"], false);
    assert_eq!(report["name"], "shop");
    assert_eq!(report["package"], "shop");
    assert_eq!(report["path"], sandbox.path("shop").to_str().unwrap());
    assert_eq!(report["answers"]["typed"], true);
    assert_eq!(report["answers"]["extras"], serde_json::json!([]));
    assert_eq!(report["answers"]["port"], 8000);
    assert!(report["answers"].get("token").is_none());
    assert_eq!(report["files"].as_array().unwrap().len(), 10);
    assert_eq!(
        report["files"][2],
        serde_json::json!({"path": ".pyscaffold.toml", "action": "create"})
    );
    assert_eq!(
        report["template"],
        serde_json::json!({"name": "demo", "version": "1.2.3", "source": "./demo", "commit": null})
    );
    assert_eq!(report["git"]["state"], "committed");
    assert_eq!(report["git"]["branch"], "main");
    assert_eq!(
        report["git"]["commit"].as_str().unwrap(),
        sandbox.git("shop", "rev-parse HEAD").trim()
    );
    assert_eq!(
        report["next"],
        serde_json::json!(["uv sync", "uv run pytest"])
    );
}

#[test]
fn json_tells_every_state_of_git() {
    for (words, state, reason) in [
        ("--no-git", "off", None),
        ("--no-commit", "initialized", Some("asked")),
        ("", "initialized", Some("no-identity")),
        ("--dry-run", "", None),
    ] {
        let sandbox = Sandbox::without_identity();
        sandbox.add_demo();
        let report = sandbox
            .run("new ./demo shop --json")
            .words(words)
            .ok()
            .json();
        assert_eq!(
            report["git"]["state"].as_str().unwrap_or_default(),
            state,
            "{words}"
        );
        assert_eq!(report["git"]["reason"].as_str(), reason, "{words}");
    }
    let sandbox = Sandbox::with_demo();
    sandbox.git("", "init --quiet");
    let report = sandbox.run("new ./demo shop --json").ok().json();
    assert_eq!(report["git"]["state"], "inside");
    assert_eq!(report["git"]["root"], sandbox.path("").to_str().unwrap());
}
