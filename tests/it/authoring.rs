//! `template new`, `check`, `render` and `schema`: what authors of templates do.

use std::fs;
use std::path::Path;

use serde_json::Value as Json;

use super::support::page::{repository, written};
use super::support::{Sandbox, TemplateFolder, entries, files};

#[test]
fn a_started_template_is_without_fault_and_works() {
    let sandbox = Sandbox::new();
    let output = sandbox.run("template new my-worker").ok();
    assert_eq!(output.stdout, "");
    assert!(
        output
            .stderr
            .contains("pyscaffold template check ./my-worker --test"),
        "{}",
        output.stderr
    );
    let check = sandbox.run("template check ./my-worker").ok();
    assert_eq!(check.stdout, "");
    assert_eq!(check.stderr, "my-worker 0.1.0: nothing is wrong\n");
    sandbox.run("template check").in_folder("my-worker").ok();
    let before = entries(&sandbox.path("my-worker"));
    let tested = sandbox.run("template check ./my-worker --test").ok();
    let (shown, _) = tested.stderr.split_once("as it comes: $").unwrap();
    for command in ["$ python3 -m unittest", "$ test ! -e Dockerfile"] {
        assert!(shown.contains(command), "{}", tested.stderr);
    }
    assert!(
        tested.stderr.contains("passed as it comes"),
        "{}",
        tested.stderr
    );
    assert!(
        tested.stderr.contains("passed without Docker"),
        "{}",
        tested.stderr
    );
    assert_eq!(entries(&sandbox.path("my-worker")), before);
    sandbox
        .run("new ./my-worker shop --greeting Hi --no-docker")
        .ok();
    assert!(
        sandbox
            .read("shop/shop/__init__.py")
            .contains("GREETING = \"Hi\"")
    );
    assert!(!sandbox.path("shop/Dockerfile").exists());
    assert!(
        sandbox
            .read("my-worker/template.toml")
            .contains("title = \"My Worker\"")
    );
    sandbox.run("template new deep/er/one").ok();
    sandbox.run("template check ./deep/er/one").ok();
    // Nothing is written over, and a name is a name.
    let again = sandbox.run("template new my-worker").fails(1);
    assert!(
        again.stderr.contains("is there already"),
        "{}",
        again.stderr
    );
    assert_eq!(entries(&sandbox.path("my-worker")), before);
    for name in ["My", "my_worker", "1st", "a b"] {
        sandbox.run("template new").arg(name).fails(2);
    }
}

#[test]
fn everything_that_is_wrong_is_told_at_once_with_its_place() {
    let sandbox = Sandbox::new();
    TemplateFolder::new(&sandbox)
        .question("team", "text", "default = \"a\"")
        .question("unused", "text", "default = \"a\"")
        .question(
            "slug",
            "text",
            "default = \"A!\"\ncheck = { pattern = \"[a-z]+\" }",
        )
        .question(
            "db",
            "choice",
            "default = \"a\"\nchoices = [{ value = \"a\" }, { value = \"b\" }]",
        )
        .manifest("[[layers]]\nuse = \"low\"\nwhen = { db = \"a\" }")
        .layer("low", "[[files]]\npath = \"x.txt\"\nwhen = { db = \"b\" }")
        .file("layers/low/files/x.txt", "x")
        .file("files/a.toml.hbs", "x = {{team}}\n")
        .file("files/b.yaml.hbs", "x: {{team}}\ny: \"{{slug}}\"\n")
        .file("files/c.json.hbs", "{\"x\": '{{team}}'}\n")
        .file("files/d.py.hbs", "X = '{{team}}'\n")
        .file(
            "files/e.py.hbs",
            "\"\"\"{{team}}.\"\"\"\n\nX = \"{{team}}\"\n",
        )
        .file("files/f.yaml.hbs", "{{#if (eq db \"b\")}}\nx: [\n{{/if}}\n")
        .file("files/g.md.hbs", "{{team}}\n")
        .file("files/h.toml.hbs", "x = \"{{team}}\"\n");
    let output = sandbox.run("template check ./tpl").fails(1);
    insta::assert_snapshot!(output.stdout, @r"
    files/a.toml.hbs: with the defaults the output cannot be read: string values must be quoted, expected literal string
    files/b.yaml.hbs:1:6: the value of `team` stands where it is not escaped: put it between double quotes
    files/c.json.hbs: with the defaults the output cannot be read: expected value at line 1 column 7
    files/d.py.hbs:1:8: the value of `team` stands where it is not escaped: put it between double quotes
    files/f.yaml.hbs: with db=b the output cannot be read: while parsing a node, did not find expected node content at byte 5 line 2 column 1
    layers/low/layer.toml:8:1: `when` never holds: the layer comes only with another `db`
    template.toml:13:1: nothing uses the answer to `unused`
    template.toml:18:1: the default of question `slug`: `A!` is not allowed for `slug`
    ");
    assert_eq!(output.stderr, "error: the template has 8 problems\n");
    let json = sandbox.run("template check ./tpl --json").fails(1);
    assert_eq!(json.stderr, "");
    assert_eq!(json.json()["problems"].as_array().unwrap().len(), 8);
}

#[test]
fn a_template_that_cannot_be_used_is_told_like_any_other() {
    let sandbox = Sandbox::new();
    TemplateFolder::new(&sandbox)
        .question("json", "text", "default = \"a\"")
        .manifest("[[test]]\nname = \"t\"\nanswers = { jsn = \"x\", json = 1 }")
        .file("files/a.txt.hbs", "{{#if nobody}}x{{/if}}\n")
        .file("files/AUX", "x")
        .file("files/b", "x")
        .file("files/B", "x");
    let output = sandbox.run("template check ./tpl").fails(1);
    let stdout = &output.stdout;
    for message in [
        "files/AUX: `AUX` has the part `AUX`",
        "files/a.txt.hbs:1:7: unknown name `nobody`",
        "files/b: `b` and `B` cannot stand side by side",
        "template.toml:8:1: the key `json` is taken by pyscaffold itself",
        "test `t`: `jsn` is no question; did you mean `json`?",
        "test `t`: `json` must be a text",
    ] {
        assert!(stdout.contains(message), "{message}: {stdout}");
    }
    sandbox.run("template check ./nowhere").fails(2);
    sandbox.run("template check fastapi-api").fails(2);
    sandbox.run("template check gh:acme/templates").fails(2);
    sandbox.write("empty/x", "");
    sandbox.run("template check ./empty").fails(2);
}

#[test]
fn what_is_inherited_is_not_judged_again() {
    let sandbox = Sandbox::new();
    TemplateFolder::new(&sandbox)
        .manifest("[extends]\ntemplate = \"builtin:fastapi-api\"")
        .file("files/own.txt", "own\n");
    sandbox.run("template check ./tpl").ok();
}

#[test]
fn test_cases_are_run_only_when_asked_and_fail_when_a_command_does() {
    let sandbox = Sandbox::new();
    let canary = sandbox.root().join("canary");
    let template = TemplateFolder::new(&sandbox)
        .question("a", "text", "default = \"a\"")
        .file("files/a.txt.hbs", "{{a}}\n")
        .manifest(&format!(
            "[[test]]\nname = \"good\"\nanswers = {{ a = \"b\" }}\nrun = [\"grep b a.txt\", \"touch {}\"]",
            canary.display()
        ));
    for words in [
        "template check ./tpl",
        "show ./tpl",
        "new ./tpl x",
        "add ./tpl",
        "refresh",
    ] {
        sandbox.run(words).ok();
        assert!(!canary.exists(), "{words}");
    }
    sandbox.run("template check ./tpl --test").ok();
    assert!(canary.exists());
    let template = template
        .manifest("[[test]]\nname = \"bad\"\nrun = [\"true\", \"exit 3\", \"touch never\"]");
    let output = sandbox.run("template check ./tpl --test").fails(1);
    assert!(
        output
            .stderr
            .ends_with("error: test `bad`: `exit 3` failed\n"),
        "{}",
        output.stderr
    );
    let _ = template.file("files/b.hbs", "{{");
    let output = sandbox.run("template check ./tpl --test").fails(1);
    assert!(!output.stderr.contains("passed"), "{}", output.stderr);
    TemplateFolder::named(&sandbox, "none");
    let output = sandbox.run("template check ./none --test").fails(1);
    assert!(
        output.stderr.contains("has no test cases"),
        "{}",
        output.stderr
    );
}

#[test]
fn a_template_is_rendered_to_a_folder_or_a_file_to_output() {
    let sandbox = Sandbox::with_demo();
    sandbox
        .run("template render ./demo out -D database=none")
        .ok();
    let rendered = files(&sandbox.path("out"));
    assert!(!rendered.contains(&".pyscaffold.toml".to_owned()));
    assert!(!sandbox.path("out/.git").exists());
    assert!(
        rendered.contains(&"src/myproj/store.py".to_owned()),
        "{rendered:?}"
    );
    let file = sandbox
        .run("template render demo -D database=none --file src/myproj/store.py")
        .ok();
    assert_eq!(file.stdout, sandbox.read("out/src/myproj/store.py"));
    let again = sandbox.run("template render ./demo out").fails(1);
    assert!(
        again.stderr.contains("is there already"),
        "{}",
        again.stderr
    );
    sandbox.run("template render ./demo").fails(2);
    sandbox
        .run("template render ./demo --file nowhere")
        .fails(1);
    sandbox
        .run("template render ./demo new -D database=oracle")
        .fails(2);
    assert_eq!(sandbox.litter(), ["out"]);
}

/// Says what a value is not that a schema wants; empty where there is nothing.
fn faults(schema: &jsonschema::Validator, value: &Json) -> String {
    let errors = schema.iter_errors(value);
    let words: Vec<String> = errors.map(|error| error.to_string()).collect();
    words.join("; ")
}

/// Returns every manifest below a folder.
fn manifests(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() {
            manifests(&path, found);
        } else if matches!(name, "template.toml" | "layer.toml") {
            found.push(path);
        }
    }
}

#[test]
fn the_schema_is_the_shipped_one_and_takes_every_manifest() {
    let sandbox = Sandbox::new();
    let printed = sandbox.run("template schema").ok().stdout;
    written("docs/template.schema.json", &printed);
    let root = repository("");
    let schema: Json = serde_json::from_str(&printed).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    let mut found = Vec::new();
    manifests(&root.join("templates"), &mut found);
    manifests(&root.join("tests/it/fixtures"), &mut found);
    manifests(&root.join("src/ops/starter"), &mut found);
    assert!(found.len() > 10);
    for path in found {
        let text = fs::read_to_string(&path).unwrap();
        let manifest: Json = toml::from_str(&text).unwrap();
        assert_eq!(faults(&schema, &manifest), "", "{}", path.display());
    }
    for (text, message) in [
        ("format = 2", "1 was expected"),
        ("formt = 1", "\"format\" is a required property"),
        ("format = 1\nformt = 1", "('formt' was unexpected)"),
        (
            "format = 1\n[[questions]]\nkey = \"a\"\ntype = \"txt\"\ntitle = \"x\"",
            "is not one of",
        ),
        (
            "format = 1\n[[questions]]\nkey = \"a\"\ntype = \"text\"\ntitle = 1",
            "is not valid under any of",
        ),
        (
            "format = 1\n[[files]]\nexecutable = true",
            "\"path\" is a required property",
        ),
        (
            "format = 1\n[[layers]]\nuse = \"x\"\nwhen = { a = 1.5 }",
            "is not valid under any of",
        ),
    ] {
        let manifest: Json = toml::from_str(text).unwrap();
        let found = faults(&schema, &manifest);
        assert!(found.contains(message), "{text}: {found}");
    }
}
