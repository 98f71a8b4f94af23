//! The line `Same again:` makes the same project.

use std::fs;

use super::support::{Sandbox, entries, shell_words};

/// Makes a project, runs its replay line in a sandbox that knows nothing of the first one's settings, and compares.
fn check(words: &[&str], settings: &str, variables: &[(&str, &str)]) {
    let sandbox = Sandbox::with_demo();
    sandbox.config(settings);
    sandbox.write("answers.toml", "slug = \"from-file\"\n");
    let mut run = sandbox.run("new ./demo");
    for word in words {
        run = run.arg(word);
    }
    for (name, value) in variables {
        run = run.env(name, value);
    }
    let output = run.ok();
    let project = words.iter().find(|word| !word.starts_with('-')).unwrap();
    let line = output.line("Same again:");
    let replayed = shell_words::split(&line);
    assert_eq!(
        replayed.first().map(String::as_str),
        Some("pyscaffold"),
        "{line}"
    );
    let other = Sandbox::without_identity();
    other.add_demo();
    let mut again = other.run("");
    for word in replayed.iter().skip(1) {
        again = again.arg(word);
    }
    let again = again.ok();
    assert_eq!(
        entries(&sandbox.path(project)),
        entries(&other.path(project)),
        "{line}"
    );
    assert_eq!(again.line("Same again:"), line);
    let repository = |sandbox: &Sandbox| sandbox.path(project).join(".git").exists();
    assert_eq!(repository(&sandbox), repository(&other), "{line}");
}

#[test]
fn the_replay_line_makes_the_same_project() {
    check(&["shop"], "", &[]);
    check(&["shop", "--no-git"], "", &[]);
    check(&["shop", "--no-commit"], "", &[]);
    check(
        &["shop", "--name", "My.Shop", "--package", "store"],
        "",
        &[],
    );
    check(&["a b/c d"], "", &[]);
    check(&["shop", "--answers", "answers.toml", "--yes"], "", &[]);
    check(
        &[
            "shop",
            "--typed",
            "--database",
            "none",
            "--extras",
            "load,etag",
            "--port=1",
            "--slug=-x",
        ],
        "",
        &[],
    );
    check(
        &["shop"],
        "[git]\ninit = false\n[defaults]\nauthor = \"Conf\"\n[answers.demo]\ntyped = true\nport = 99\n",
        &[
            ("PYSCAFFOLD_ANSWER_TEAM", "green"),
            ("PYSCAFFOLD_ANSWER_EXTRAS", "seed"),
        ],
    );
}

#[test]
fn the_replay_line_survives_every_shell_character() {
    for value in [
        "it's",
        "a\"b",
        "$HOME",
        "`id`",
        "a\\b",
        "!x",
        "*",
        "a  b",
        "",
        "~",
        "#x",
        "a;b|c&d",
        "-x",
        "--",
        "ünïcödé 日本",
        "a'b\"c$d",
        "{a,b}",
        "x=y",
        "a\u{200d}b",
    ] {
        let (team, author) = (format!("--team={value}"), format!("--author={value}"));
        check(&["shop", &team, &author], "", &[]);
    }
}

#[test]
fn an_answer_that_equals_the_default_survives_another_lookup() {
    // `Nobody` is the template's default for the author, but git knows Ada there.
    let sandbox = Sandbox::with_demo();
    let output = sandbox.run("new ./demo shop --author Nobody").ok();
    let line = output.line("Same again:");
    fs::rename(sandbox.path("shop"), sandbox.path("first")).unwrap();
    let mut again = sandbox.run("");
    for word in shell_words::split(&line).iter().skip(1) {
        again = again.arg(word);
    }
    again.ok();
    assert_eq!(
        entries(&sandbox.path("first")),
        entries(&sandbox.path("shop")),
        "{line}"
    );
}

#[test]
fn the_words_of_json_make_the_same_project() {
    let sandbox = Sandbox::with_demo();
    let output = sandbox
        .run("new ./demo shop --json --no-git")
        .arg("--team=a 'b' \"c\"")
        .ok();
    let report = output.json();
    let words: Vec<&str> = report["replay"]
        .as_array()
        .unwrap()
        .iter()
        .map(|word| word.as_str().unwrap())
        .collect();
    fs::rename(sandbox.path("shop"), sandbox.path("first")).unwrap();
    let mut again = sandbox.run("");
    for word in words.iter().skip(1) {
        again = again.arg(word);
    }
    again.ok();
    assert_eq!(
        entries(&sandbox.path("first")),
        entries(&sandbox.path("shop")),
        "{words:?}"
    );
    assert!(!sandbox.path("shop/.git").exists(), "{words:?}");
}

#[test]
fn a_default_that_was_typed_wins_over_the_configuration_again() {
    let sandbox = Sandbox::with_demo();
    sandbox.config("[answers.demo]\ndatabase = \"postgres\"\n");
    let output = sandbox.run("new ./demo shop --database sqlite").ok();
    assert!(output.line("Same again:").contains("--database sqlite"));
}
