//! `list`, `show`, `completions`, `man`.

use super::support::{Sandbox, TemplateFolder};

#[test]
fn the_templates_are_listed_and_found() {
    let sandbox = Sandbox::new();
    let all = sandbox.run("list").ok();
    assert!(all.stdout.starts_with("Built in\n"), "{}", all.stdout);
    assert!(all.stdout.contains("  fastapi-api  "), "{}", all.stdout);
    for query in ["fastapi", "FASTAPI", "api fast", "fastapi-api"] {
        let found = sandbox.run("list").words(query).ok();
        assert!(found.stdout.contains("  fastapi-api  "), "{query}");
    }
    let none = sandbox.run("list no-such-thing at all").fails(1);
    assert_eq!(
        none.stderr,
        "error: no template is about `no-such-thing at all`\nhint: all templates: pyscaffold list\n"
    );
    assert_eq!(none.stdout, "");
    let json = sandbox.run("list no-such-thing --json").ok().json();
    assert_eq!(json, serde_json::json!({ "templates": [] }));
    let json = sandbox.run("list --json").ok().json();
    let row = &json["templates"][0];
    let keys: Vec<&String> = row.as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        ["name", "source", "summary", "tags", "title", "version"]
    );
    assert_eq!(row["source"], "builtin");
    // Without a terminal and quiet, only what was asked for is printed.
    assert_eq!(sandbox.run("list --quiet").ok().stderr, "");
}

#[test]
fn show_tells_what_a_template_asks() {
    let sandbox = Sandbox::with_demo();
    let output = sandbox.run("show ./demo").ok();
    // The built-in layer has words and a version of its own.
    let (own, built_in): (Vec<&str>, Vec<&str>) = output
        .stdout
        .lines()
        .partition(|line| !line.contains("builtin:"));
    assert_eq!(built_in.len(), 1);
    assert!(
        built_in[0].ends_with("when `typed` is true"),
        "{built_in:?}"
    );
    insta::assert_snapshot!(own.join("\n"), @r#"
    demo 1.2.3  ./demo
    Demonstration

    A small template for tests.

    Questions
      --database        Database: none | sqlite | postgres [sqlite]
      --database-name   Database name [{{package}}_db]; asked when `database` is sqlite or postgres
      --port            Port: a number [8000]
      --slug            Slug [plain]
      --extras          Extras, any of etag | seed | load
      --typed           Typed: true | false [false]
      --author          Author [Nobody]
      --email           Address
      --license         Licence: MIT | Apache-2.0 [MIT]
      --python          Python [3.13]
      --year            Year: a number [2000]
      --token           Token: never stored
      --team            Team [red]

    Layers, lowest first
      team                  0.3.0  What every project of the team has.
      demo                  1.2.3  A small template for tests.
    "#);
}

#[test]
fn show_lists_the_files_that_answers_give() {
    let sandbox = Sandbox::with_demo();
    let some = sandbox.run("show ./demo --files").ok().stdout;
    insta::assert_snapshot!(some, @r#"
    .github/workflows/ci.yml                         demo
    .gitignore                                       team, demo
    LICENSE                                          demo
    README.md                                        demo
    pyproject.toml                                   team, demo
    scripts/start.sh                                 demo
    src/myproj/__init__.py                           demo
    src/myproj/store.py                              demo
    src/myproj/verbatim.py                           demo
    "#);
    let more = sandbox
        .run("show ./demo --files -D extras=seed")
        .ok()
        .stdout;
    assert!(more.contains("seed.txt"), "{more}");
    assert!(!some.contains("seed.txt"));
}

#[test]
fn show_prints_one_file_as_it_would_be_written() {
    let sandbox = Sandbox::with_demo();
    sandbox.run("new ./demo myproj --database none").ok();
    for file in ["README.md", "LICENSE", "src/myproj/store.py", ".gitignore"] {
        let output = sandbox
            .run("show ./demo -D database=none --file")
            .arg(file)
            .ok();
        assert_eq!(
            output.stdout,
            sandbox.read(&format!("myproj/{file}")),
            "{file}"
        );
    }
    sandbox.write("demo/files/data.bin", [0, 255, 10, 13, 0]);
    let mut run = sandbox.run("show ./demo --file data.bin");
    let bytes = run.command().output().unwrap().stdout;
    assert_eq!(bytes, [0, 255, 10, 13, 0]);
    for wrong in ["seed.txt", "../demo/template.toml", "/etc/passwd", ""] {
        sandbox.run("show ./demo --file").arg(wrong).fails(1);
    }
}

#[test]
fn show_speaks_json() {
    let sandbox = Sandbox::with_demo();
    let json = sandbox.run("show ./demo --json").ok().json();
    let keys: Vec<&String> = json.as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        [
            "commit",
            "description",
            "files",
            "layers",
            "name",
            "next",
            "questions",
            "source",
            "summary",
            "tags",
            "title",
            "version"
        ]
    );
    assert_eq!(json["source"], "./demo");
    assert_eq!(json["title"]["zh"], "演示");
    assert_eq!(json["layers"][0]["name"], "team");
    let question = &json["questions"][0];
    assert_eq!(question["key"], "database");
    assert_eq!(question["type"], "choice");
    assert_eq!(question["default"], "sqlite");
    assert_eq!(question["choices"][2]["with"]["driver"], "asyncpg");
    let secret = json["questions"]
        .as_array()
        .unwrap()
        .iter()
        .find(|question| question["key"] == "token");
    assert_eq!(secret.unwrap()["type"], "secret");
}

#[test]
fn show_needs_no_answers() {
    let sandbox = Sandbox::new();
    TemplateFolder::new(&sandbox)
        .question("team", "text", "")
        .question("queue", "choice", "choices = [{ value = \"redis\" }]")
        .file("files/a.txt.hbs", "{{team}} {{queue}}");
    sandbox.run("show ./tpl").ok();
    sandbox.run("show ./tpl --files").ok();
    sandbox.run("show ./tpl --json").ok().json();
}

#[test]
fn text_of_a_template_cannot_move_the_cursor() {
    let sandbox = Sandbox::new();
    TemplateFolder::new(&sandbox)
        .question("q", "text", "default = \"\\u001b[2J\"\nhelp = \"\\u001b]0;x\\u0007\"")
        .manifest("[[questions]]\nkey = \"r\"\ntype = \"text\"\ntitle = \"\\u001b[31mred\\u202e\"\ndefault = \"\"")
        .file("files/a.txt", "x");
    let text = sandbox.read("tpl/template.toml");
    let text = text
        .replace(
            "title = \"T\"",
            "title = \"\\u001b[2JT\"\nnext = [\"\\u001b[2Jrm\"]\ndescription = \"\\u009b2J\"",
        )
        .replace("summary = \"S\"", "summary = \"\\u001b[2JS\"");
    sandbox.write("tpl/template.toml", text);
    for words in [
        "show ./tpl",
        "show ./tpl --files",
        "new ./tpl --help",
        "new ./tpl x",
        "new ./tpl y --q a",
    ] {
        let output = sandbox.run(words).output();
        for text in [output.stdout, output.stderr] {
            for bad in ['\u{1b}', '\u{7}', '\u{9b}', '\u{202e}'] {
                assert!(!text.contains(bad), "{words}: {text:?}");
            }
        }
    }
}

#[test]
fn completions_are_what_each_shell_reads() {
    let sandbox = Sandbox::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let output = sandbox.run("completions").arg(shell).ok();
        for word in ["pyscaffold", "_PYSCAFFOLD_COMPLETE", shell] {
            assert!(output.stdout.contains(word), "{shell}: {word}");
        }
    }
    let script = sandbox.run("completions bash").ok().stdout;
    sandbox.write("script", script);
    sandbox.run_binary("bash".as_ref()).words("-n script").ok();
    // What each of them offers: the module `completions`.
    sandbox.run("completions tcsh").fails(2);
}

#[test]
fn every_command_has_a_man_page() {
    let sandbox = Sandbox::new();
    for command in [
        "",
        "new",
        "list",
        "show",
        "add",
        "sources",
        "refresh",
        "remove",
        "template",
        "config",
        "completions",
        "man",
    ] {
        let output = sandbox.run("man").words(command).ok();
        assert!(output.stdout.contains(".SH NAME"), "{command}");
    }
    sandbox.run("man nothing").fails(2);
}
