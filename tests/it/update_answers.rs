//! Updates with other answers: files that come and go with them, a package that is renamed, questions that are new, gone or renamed.

use std::fs;

use super::support::Sandbox;
use super::support::scenario::{Files, decided, release};

const DOCKER: &str = "[[questions]]\nkey = \"docker\"\ntype = \"bool\"\ntitle = \"D\"\ndefault = true\n[[files]]\npath = \"Dockerfile\"\nwhen = { docker = true }";
const FILES: Files = &[
    ("Dockerfile", "FROM x\n"),
    ("src/{{package}}/__init__.py", ""),
    (
        "src/{{package}}/m.py.hbs",
        "import {{package}}.a\n\nx = 1\n",
    ),
    ("README.md", "# Readme\n"),
];

/// Makes a project of version 1.0.0 with a file of the user's in its package.
fn project(manifest: &str, files: Files, flags: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    release(&sandbox, "1.0.0", manifest, files);
    sandbox.run(&format!("new ./tpl shop --yes {flags}")).ok();
    sandbox.write("shop/src/shop/mine.py", "mine\n");
    commit(&sandbox);
    sandbox
}

fn commit(sandbox: &Sandbox) {
    sandbox.git("shop", "add --all");
    sandbox.git("shop", "commit -qm work");
}

fn update(sandbox: &Sandbox, flags: &str) -> String {
    let output = sandbox.run(&format!("update shop --json {flags}")).ok();
    decided(&output.json())
}

#[test]
fn an_answer_takes_away_what_it_brought_and_back() {
    let sandbox = project(DOCKER, FILES, "");
    assert_eq!(update(&sandbox, "-D docker=false"), "removed Dockerfile");
    assert!(
        sandbox
            .read("shop/.pyscaffold.toml")
            .contains("docker = false")
    );
    commit(&sandbox);
    assert_eq!(update(&sandbox, "-D docker=true"), "added Dockerfile");
    commit(&sandbox);
    sandbox.write("shop/Dockerfile", "FROM mine\n");
    commit(&sandbox);
    assert_eq!(update(&sandbox, "-D docker=no"), "kept (yours) Dockerfile");
    assert_eq!(sandbox.read("shop/Dockerfile"), "FROM mine\n");
}

#[test]
fn a_renamed_package_moves_its_folder_with_everything_in_it() {
    for released in [false, true] {
        let sandbox = project(DOCKER, FILES, "");
        sandbox.write("shop/src/shop/m.py", "import shop.a\n\nx = 2\n");
        commit(&sandbox);
        if released {
            // The template is another one by now: the base comes from the project's history.
            release(&sandbox, "1.1.0", DOCKER, FILES);
        }
        let decided = update(&sandbox, "-D package=store");
        assert_eq!(
            decided,
            "renamed src/shop/__init__.py>src/store/__init__.py; renamed src/shop/m.py>src/store/m.py; renamed src/shop/mine.py>src/store/mine.py"
        );
        assert!(!sandbox.path("shop/src/shop").exists());
        assert_eq!(
            sandbox.read("shop/src/store/m.py"),
            "import store.a\n\nx = 2\n"
        );
        assert_eq!(sandbox.read("shop/src/store/mine.py"), "mine\n");
        sandbox.run("update shop --abort").ok();
        assert_eq!(sandbox.read("shop/src/shop/mine.py"), "mine\n");
        assert!(!sandbox.path("shop/src/store").exists());
    }
}

#[test]
fn names_are_checked() {
    let sandbox = project(DOCKER, FILES, "");
    let output = sandbox.run("update shop --json -D package=json").fails(2);
    assert_eq!(output.json()["error"]["code"], "name.stdlib");
}

#[test]
fn questions_that_are_new_gone_or_renamed() {
    let ask = |key: &str, more: &str| {
        format!("[[questions]]\nkey = \"{key}\"\ntype = \"text\"\ntitle = \"T\"\n{more}\n")
    };
    let files: Files = &[("a.hbs", "{{colour}}\n")];
    let sandbox = project(
        &(ask("colour", "default = \"red\"") + &ask("old", "default = \"x\"")),
        files,
        "-D colour=blue",
    );
    // Renamed: the answer stays. Gone: dropped. New: its default.
    let files: Files = &[("a.hbs", "{{tint}} {{new}}\n")];
    let manifest =
        ask("tint", "default = \"red\"\nwas = \"colour\"") + &ask("new", "default = \"n\"");
    release(&sandbox, "1.1.0", &manifest, files);
    assert_eq!(update(&sandbox, ""), "updated a");
    assert_eq!(sandbox.read("shop/a"), "blue n\n");
    let record = sandbox.read("shop/.pyscaffold.toml");
    assert!(
        record.contains("tint = \"blue\"") && record.contains("new = \"n\""),
        "{record}"
    );
    assert!(
        !record.contains("colour") && !record.contains("old ="),
        "{record}"
    );
    commit(&sandbox);
    // New, without a default: it has to be given.
    let manifest = manifest + &ask("must", "");
    release(&sandbox, "1.2.0", &manifest, files);
    let output = sandbox.run("update shop --json").fails(2);
    assert_eq!(output.json()["error"]["code"], "answers.missing");
    assert_eq!(update(&sandbox, "-D must=1"), "");
}

#[test]
fn a_record_goes_before_settings_and_a_choice_that_is_gone_is_named() {
    let ask = |choices: &str| {
        format!(
            "[[questions]]\nkey = \"db\"\ntype = \"choice\"\ntitle = \"T\"\ndefault = \"a\"\nchoices = [{choices}]\n"
        )
    };
    let files: Files = &[("a.hbs", "{{db}}\n")];
    let sandbox = project(
        &ask("{ value = \"a\" }, { value = \"b\" }"),
        files,
        "-D db=b",
    );
    sandbox.config("[answers.tpl]\ndb = \"a\"\n");
    release(
        &sandbox,
        "1.1.0",
        &ask("{ value = \"a\" }, { value = \"b\" }"),
        &[("a.hbs", "{{db}}!\n")],
    );
    assert_eq!(update(&sandbox, ""), "updated a");
    assert_eq!(sandbox.read("shop/a"), "b!\n");
    commit(&sandbox);
    release(&sandbox, "1.2.0", &ask("{ value = \"a\" }"), files);
    let output = sandbox.run("update shop --json").fails(2);
    let error = output.json();
    assert_eq!(error["error"]["code"], "answer.choice");
    assert_eq!(
        error["error"]["notes"][0],
        "it was given by the project's record"
    );
    assert_eq!(update(&sandbox, "-D db=a"), "updated a");
}

#[test]
fn a_secret_stays_in_the_project_and_nowhere_else() {
    let manifest = "[[questions]]\nkey = \"token\"\ntype = \"secret\"\ntitle = \"T\"\n";
    let sandbox = project(
        manifest,
        &[("a.hbs", "token={{token}}\nb\nc\nd\n")],
        "-D token=s3cret",
    );
    assert_eq!(sandbox.read("shop/a"), "token=s3cret\nb\nc\nd\n");
    release(
        &sandbox,
        "1.1.0",
        manifest,
        &[("a.hbs", "token={{token}}\nb\nc\nD\n")],
    );
    // The untouched files hold the secret, and so no history can have the base: it is not guessed.
    let output = sandbox.run("update shop --json").fails(1);
    assert_eq!(output.json()["error"]["code"], "project.no-base");
    assert_eq!(sandbox.read("shop/a"), "token=s3cret\nb\nc\nd\n");
}

#[test]
fn an_untouched_project_becomes_a_new_one() {
    let sandbox = project(DOCKER, FILES, "");
    sandbox.git("shop", "rm -q src/shop/mine.py");
    sandbox.git("shop", "commit -qm away");
    let later: Files = &[
        ("Dockerfile", "FROM y\n"),
        ("src/{{package}}/__init__.py", ""),
        (
            "src/{{package}}/deep/m.py.hbs",
            "import {{package}}.b\n\nx = 1\n",
        ),
        ("LICENSE", "free\n"),
    ];
    release(&sandbox, "2.0.0", DOCKER, later);
    sandbox.run("update shop").ok();
    sandbox.run("new ./tpl fresh --name shop --yes").ok();
    assert_eq!(
        super::support::entries(&sandbox.path("shop")),
        super::support::entries(&sandbox.path("fresh"))
    );
    fs::remove_dir_all(sandbox.path("fresh")).unwrap();
}

#[test]
fn a_template_that_was_changed_under_its_version_is_no_base() {
    let sandbox = project("", &[("a", "1\n"), ("b", "b\n")], "");
    sandbox.write("shop/b", "mine\n");
    commit(&sandbox);
    release(&sandbox, "1.0.0", "", &[("a", "2\n"), ("b", "b\n")]);
    assert_eq!(update(&sandbox, ""), "updated a");
    assert_eq!(sandbox.read("shop/a"), "2\n");
    assert_eq!(sandbox.read("shop/b"), "mine\n");
}
