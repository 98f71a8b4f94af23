//! Where answers come from and what becomes of them.

use super::support::{Sandbox, TemplateFolder};

fn answer(sandbox: &Sandbox, project: &str, key: &str) -> String {
    let record = sandbox.read(&format!("{project}/.pyscaffold.toml"));
    let answers = record.split_once("[answers]\n").unwrap().1;
    let line = answers
        .lines()
        .find_map(|line| line.strip_prefix(&format!("{key} = ")))
        .unwrap_or_else(|| panic!("no `{key}` in\n{record}"));
    line.to_owned()
}

#[test]
fn every_kind_of_question_is_a_flag_and_a_set() {
    for (words, key, expected) in [
        ("--database postgres", "database", "\"postgres\""),
        ("--database=none", "database", "\"none\""),
        ("-D database=none", "database", "\"none\""),
        ("--set database=none", "database", "\"none\""),
        ("--typed", "typed", "true"),
        ("--typed=true", "typed", "true"),
        ("--typed=no", "typed", "false"),
        ("--no-typed", "typed", "false"),
        ("--typed --no-typed", "typed", "false"),
        ("--no-typed --typed", "typed", "true"),
        ("-D typed=yes", "typed", "true"),
        ("--port 1", "port", "1"),
        ("--port 65535", "port", "65535"),
        ("--extras seed,etag", "extras", "[\"etag\", \"seed\"]"),
        ("--extras=", "extras", "[]"),
        ("--database-name other", "database_name", "\"other\""),
        ("-D database-name=other", "database_name", "\"other\""),
        ("--year -44", "year", "-44"),
        ("--slug=-a", "slug", "\"-a\""),
        (
            "--database postgres -D database=none",
            "database",
            "\"postgres\"",
        ),
    ] {
        let sandbox = Sandbox::with_demo();
        sandbox.run("new ./demo shop").words(words).ok();
        assert_eq!(answer(&sandbox, "shop", key), expected, "{words}");
    }
}

#[test]
fn answers_files_are_toml_json_input_or_a_record() {
    let toml = "database = \"postgres\"\nport = 9000\ntyped = true\nextras = [\"load\"]\n";
    let json = r#"{"database": "postgres", "port": 9000, "typed": true, "extras": ["load"]}"#;
    for (text, file) in [(toml, "a.toml"), (json, "a.json"), (toml, "-"), (json, "-")] {
        let sandbox = Sandbox::with_demo();
        sandbox.write("a.toml", text);
        sandbox.write("a.json", text);
        sandbox
            .run("new ./demo shop --answers")
            .arg(file)
            .input(text)
            .ok();
        sandbox
            .run("new ./demo again --answers shop/.pyscaffold.toml")
            .ok();
        for project in ["shop", "again"] {
            for (key, expected) in [
                ("database", "\"postgres\""),
                ("port", "9000"),
                ("typed", "true"),
                ("extras", "[\"load\"]"),
            ] {
                assert_eq!(answer(&sandbox, project, key), expected, "{file} {project}");
            }
        }
        assert_eq!(answer(&sandbox, "again", "name"), "\"again\"");
        // What was computed for the first project is an answer like any other.
        assert_eq!(answer(&sandbox, "again", "database_name"), "\"shop_db\"");
    }
}

#[test]
fn a_question_is_asked_only_when_its_condition_holds() {
    let sandbox = Sandbox::with_demo();
    sandbox.run("new ./demo shop --database none").ok();
    assert_eq!(answer(&sandbox, "shop", "database_name"), "\"nowhere\"");
    let output = sandbox
        .run("new ./demo store --database none --database-name x")
        .fails(2);
    assert_eq!(
        output.stderr,
        "error: `database_name` does not apply here: it is asked only when `database` is sqlite or postgres\nnote: it was given by --database-name\n"
    );
    // An answers file may serve several projects: what does not apply is left out.
    sandbox.write("a.toml", "database = \"none\"\ndatabase_name = \"x\"\n");
    sandbox.run("new ./demo store --answers a.toml").ok();
    assert_eq!(answer(&sandbox, "store", "database_name"), "\"nowhere\"");
}

#[test]
fn defaults_are_computed_from_earlier_answers() {
    let sandbox = Sandbox::with_demo();
    sandbox.run("new ./demo my-shop").ok();
    assert_eq!(
        answer(&sandbox, "my-shop", "database_name"),
        "\"my_shop_db\""
    );
    assert_eq!(answer(&sandbox, "my-shop", "year"), "2023");
}

#[test]
fn a_choice_brings_its_facts() {
    for (database, driver) in [
        ("none", ""),
        ("sqlite", "aiosqlite"),
        ("postgres", "asyncpg"),
    ] {
        let sandbox = Sandbox::with_demo();
        sandbox.run("new ./demo shop --database").arg(database).ok();
        let pyproject = sandbox.read("shop/pyproject.toml");
        assert!(
            pyproject.contains(&format!("driver = \"{driver}\"")),
            "{pyproject}"
        );
    }
}

#[test]
fn choices_decide_which_files_there_are() {
    let sandbox = Sandbox::with_demo();
    sandbox
        .run("new ./demo shop --database none --extras seed,load")
        .ok();
    assert_eq!(
        sandbox.read("shop/src/shop/store.py"),
        "KIND = \"memory\"\n"
    );
    assert_eq!(sandbox.read("shop/seed.txt"), "seed\n");
    assert!(
        sandbox
            .read("shop/pyproject.toml")
            .contains("extras = [\"seed\", \"load\"]")
    );
}

#[test]
fn a_secret_is_rendered_and_nowhere_else() {
    let secret = "hunter2-very-secret";
    let sandbox = Sandbox::with_demo();
    for (project, words, variable) in [
        ("one", "--token hunter2-very-secret", ""),
        ("two", "-D token=hunter2-very-secret --verbose", ""),
        ("three", "", secret),
        ("four", "--json", secret),
        ("five", "--dry-run", secret),
    ] {
        let output = sandbox
            .run("new ./demo")
            .arg(project)
            .words(words)
            .env("PYSCAFFOLD_ANSWER_TOKEN", variable)
            .ok();
        assert!(!output.stdout.contains(secret), "{}", output.stdout);
        assert!(!output.stderr.contains(secret), "{}", output.stderr);
        if project == "five" {
            continue;
        }
        let record = sandbox.read(&format!("{project}/.pyscaffold.toml"));
        assert!(
            !record.contains("token") && !record.contains(secret),
            "{record}"
        );
        assert!(
            sandbox
                .read(&format!("{project}/pyproject.toml"))
                .contains(secret)
        );
        let log = sandbox.git(project, "log --format=%B");
        assert!(!log.contains(secret), "{log}");
    }
    // The tree that an update starts from is the one without the secret.
    sandbox
        .run("new ./demo plain --name one --package one")
        .ok();
    let tree = |project: &str| {
        let record = sandbox.read(&format!("{project}/.pyscaffold.toml"));
        record.lines().nth(2).unwrap().to_owned()
    };
    assert_eq!(tree("one"), tree("plain"));
}

#[test]
fn a_secret_that_is_refused_is_not_shown() {
    let sandbox = Sandbox::new();
    TemplateFolder::new(&sandbox).question(
        "token",
        "secret",
        "default = \"\"\ncheck = { pattern = \"[0-9]*\" }",
    );
    let output = sandbox.run("new ./tpl shop --token hunter2").fails(2);
    assert!(!output.stderr.contains("hunter2"), "{}", output.stderr);
    let output = sandbox
        .run("new ./tpl shop --json --token hunter2")
        .fails(2);
    assert!(!output.stdout.contains("hunter2"), "{}", output.stdout);
}

#[test]
fn an_answer_is_never_itself_rendered() {
    let sandbox = Sandbox::new();
    TemplateFolder::new(&sandbox)
        .question("motto", "text", "default = \"\"")
        .question("second", "text", "default = \"{{motto}}\"")
        .file("files/a.txt.hbs", "{{motto}}|{{second}}|\n");
    let value = "{{name}} {{#each x}} ${{ y }} {{slot \"z\"}} </script>";
    sandbox.run("new ./tpl shop --motto").arg(value).ok();
    assert_eq!(sandbox.read("shop/a.txt"), format!("{value}|{value}|\n"));
}

#[test]
fn answers_are_escaped_for_the_language_of_the_file() {
    let sandbox = Sandbox::with_demo();
    let author = r#"Ada "Countess" \ Lovelace's # x"#;
    sandbox.run("new ./demo shop --author").arg(author).ok();
    for file in ["pyproject.toml", ".pyscaffold.toml"] {
        let text = sandbox.read(&format!("shop/{file}"));
        let document: toml::Table = toml::from_str(&text).unwrap();
        assert!(
            format!("{document:?}").contains(&format!("{author:?}")),
            "{text}"
        );
    }
}

#[test]
fn all_missing_answers_are_one_error() {
    let sandbox = Sandbox::new();
    TemplateFolder::new(&sandbox)
        .question(
            "queue",
            "choice",
            "choices = [{ value = \"redis\" }, { value = \"rabbitmq\" }]",
        )
        .question("team", "text", "")
        .question("big", "bool", "")
        .question("workers", "integer", "")
        .question(
            "parts",
            "choices",
            "choices = [{ value = \"a\" }, { value = \"b\" }]",
        )
        .question("given", "text", "default = \"x\"");
    for words in ["", "--yes"] {
        let output = sandbox.run("new ./tpl w").words(words).fails(2);
        assert_eq!(
            output.stderr,
            "error: 5 answers are missing and there is no terminal to ask on\nhint: add --queue redis|rabbitmq --team TEXT --big[=true|false] --workers NUMBER --parts a,b\n"
        );
    }
    let output = sandbox
        .run("new ./tpl w --queue redis --big --workers 2 --parts a")
        .fails(2);
    assert_eq!(
        output.stderr,
        "error: 1 answer is missing and there is no terminal to ask on\nhint: add --team TEXT\n"
    );
    assert_eq!(sandbox.litter(), [""; 0]);
    sandbox
        .run("new ./tpl w --queue redis --big --workers 2 --parts a --team t")
        .ok();
}

#[test]
fn the_flags_of_a_template_stand_in_its_help() {
    let sandbox = Sandbox::with_demo();
    let help = sandbox.run("new ./demo --help").ok().stdout;
    for flag in [
        "Questions of demo",
        "--database <none|sqlite|postgres>",
        "--typed[=<true|false>]",
        "--extras <LIST>",
        ", any of: etag,seed,load",
        "--port <NUMBER>",
        "--team <TEXT>",
        "[default: sqlite]",
    ] {
        assert!(help.contains(flag), "{flag}\n{help}");
    }
    assert!(!help.contains("[default: ]"), "{help}");
    let help = sandbox.run("new --help").ok().stdout;
    assert!(help.contains("--author <TEXT>"), "{help}");
    assert!(!help.contains("--database <"), "{help}");
    let output = sandbox.run("new ./demo shop --databse none").fails(2);
    assert!(output.stderr.contains("--database"), "{}", output.stderr);
}
