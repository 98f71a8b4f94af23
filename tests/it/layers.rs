//! Layers: what lies over what, and what two of them share.

use super::support::{Sandbox, TemplateFolder, files};

/// A template on a layer of its own, `low`.
fn layered(sandbox: &Sandbox) -> TemplateFolder {
    TemplateFolder::new(sandbox)
        .manifest("[[layers]]\nuse = \"low\"")
        .layer("low", "")
}

#[test]
fn layers_lie_over_each_other_in_order() {
    let sandbox = Sandbox::new();
    TemplateFolder::new(&sandbox)
        .manifest("[[layers]]\nuse = \"one\"\n[[layers]]\nuse = \"two\"")
        .layer("one", "")
        .layer("two", "")
        .file("layers/one/files/.gitignore", "a\nshared\n")
        .file("layers/two/files/.gitignore", "shared\nb\n")
        .file("files/.gitignore", "c\na\n")
        .file("layers/one/slots/R.md/s", "one\n")
        .file("layers/two/slots/R.md/s", "two\n")
        .file("slots/R.md/s", "own\n")
        .file("files/R.md.hbs", "top\n\n{{slot \"s\"}}\n\nend\n");
    sandbox.run("new ./tpl shop").ok();
    assert_eq!(sandbox.read("shop/.gitignore"), "a\nshared\n\nb\n\nc\n");
    assert_eq!(
        sandbox.read("shop/R.md"),
        "top\n\none\n\ntwo\n\nown\n\nend\n"
    );
}

#[test]
fn a_layer_comes_only_when_its_condition_holds() {
    let sandbox = Sandbox::with_demo();
    sandbox.run("new ./demo bare").ok();
    sandbox.run("new ./demo full --typed").ok();
    let record = |project: &str| sandbox.read(&format!("{project}/.pyscaffold.toml"));
    assert!(!record("bare").contains("builtin:types"));
    assert!(record("full").contains("\"builtin:types\" = "));
    let pyproject = |project: &str| sandbox.read(&format!("{project}/pyproject.toml"));
    assert!(!pyproject("bare").contains("[tool.mypy]"));
    assert!(pyproject("full").contains("[tool.mypy]"));
}

#[test]
fn the_template_may_replace_a_file_and_override_a_default() {
    let sandbox = Sandbox::with_demo();
    sandbox.run("new ./demo shop").ok();
    assert_eq!(sandbox.read("shop/LICENSE"), "OWN LICENSE\n");
    assert!(
        sandbox
            .read("shop/pyproject.toml")
            .contains("[tool.team]\nname = \"red\"")
    );
}

#[test]
fn pyproject_is_merged_by_structure() {
    let sandbox = Sandbox::new();
    layered(&sandbox)
        .file(
            "layers/low/files/pyproject.toml",
            "[project]\nname = \"x\"\n# why\ndependencies = [\"b>=1\", \"My.Lib>=2\"]\n\n[tool.x]\nkeep = 1 # here\n",
        )
        .file(
            "files/pyproject.toml",
            "[project]\ndependencies = [\"my-lib>=2\", \"a\"]\n\n[tool.x]\nadd = 2\n\n[tool.y]\nz = true\n",
        );
    sandbox.run("new ./tpl shop").ok();
    insta::assert_snapshot!(sandbox.read("shop/pyproject.toml"), @r#"
    [project]
    name = "x"
    # why
    dependencies = ["b>=1", "My.Lib>=2", "a"]

    [tool.x]
    keep = 1 # here
    add = 2

    [tool.y]
    z = true
    "#);
}

#[test]
fn two_values_for_one_key_need_a_word_from_the_upper_one() {
    let sandbox = Sandbox::new();
    let template = layered(&sandbox)
        .file("layers/low/files/pyproject.toml", "[tool.x]\nline = 88\n")
        .file("files/pyproject.toml", "[tool.x]\nline = 100\n");
    let output = sandbox.run("new ./tpl shop").fails(1);
    assert!(
        output
            .stderr
            .contains("files/pyproject.toml: `tool.x.line` is given as `88` and as `100`"),
        "{}",
        output.stderr
    );
    let _ = template.manifest("[[files]]\npath = \"pyproject.toml\"\nreplaces = true");
    sandbox.run("new ./tpl shop").ok();
    assert_eq!(
        sandbox.read("shop/pyproject.toml"),
        "[tool.x]\nline = 100\n"
    );
}

#[test]
fn one_path_has_one_owner() {
    let sandbox = Sandbox::new();
    let template = layered(&sandbox)
        .file("layers/low/files/a.txt", "low\n")
        .file("files/a.txt.hbs", "own\n");
    let output = sandbox.run("new ./tpl shop").fails(1);
    assert!(output.stderr.contains("a.txt"), "{}", output.stderr);
    assert_eq!(sandbox.litter(), [""; 0]);
    let _ = template.manifest("[[files]]\npath = \"a.txt\"\nreplaces = true");
    sandbox.run("new ./tpl shop").ok();
    assert_eq!(sandbox.read("shop/a.txt"), "own\n");
}

#[test]
fn owners_that_exclude_each_other_are_fine() {
    let sandbox = Sandbox::new();
    layered(&sandbox)
        .question("own", "bool", "default = false")
        .manifest("[[files]]\npath = \"a.txt\"\nwhen = { own = true }")
        .file("layers/low/files/a.txt", "low\n")
        .file("files/a.txt", "own\n");
    sandbox.write(
        "tpl/layers/low/layer.toml",
        sandbox.read("tpl/layers/low/layer.toml")
            + "[[files]]\npath = \"a.txt\"\nwhen = { own = false }\n",
    );
    sandbox.run("new ./tpl one").ok();
    sandbox.run("new ./tpl two --own").ok();
    assert_eq!(sandbox.read("one/a.txt"), "low\n");
    assert_eq!(sandbox.read("two/a.txt"), "own\n");
}

#[test]
fn slots_are_indented_and_vanish_when_empty() {
    let sandbox = Sandbox::new();
    TemplateFolder::new(&sandbox)
        .question("x", "text", "default = \"\"")
        .file(
            "files/ci.yml.hbs",
            "jobs:\n  {{slot \"jobs\"}}\nend: 1\n\n{{slot \"none\"}}\n\nlast: 2\n",
        )
        .file("slots/ci.yml/jobs.hbs", "a:\n  x: \"{{x}}\"\nb: ${{ y }}\n");
    sandbox.run("new ./tpl shop --x 1").ok();
    assert_eq!(
        sandbox.read("shop/ci.yml"),
        "jobs:\n  a:\n    x: \"1\"\n  b: ${{ y }}\nend: 1\n\nlast: 2\n"
    );
}

#[test]
fn files_are_copied_byte_for_byte_unless_they_end_in_hbs() {
    let sandbox = Sandbox::new();
    let all: Vec<u8> = (0..=255).collect();
    TemplateFolder::new(&sandbox)
        .file("files/bytes.bin", &all)
        .file("files/crlf.txt", "a\r\n{{name}}\r\n")
        .file(
            "files/crlf2.txt.hbs",
            "a\r\n{{name}}\r\n{{#if (eq name \"shop\")}}\r\nb\r\n{{/if}}\r\nc\r\n",
        )
        .file("files/bom.txt.hbs", "\u{feff}{{name}}")
        .file("files/empty", "");
    sandbox.run("new ./tpl shop").ok();
    assert_eq!(std::fs::read(sandbox.path("shop/bytes.bin")).unwrap(), all);
    assert_eq!(sandbox.read("shop/crlf.txt"), "a\r\n{{name}}\r\n");
    assert_eq!(sandbox.read("shop/crlf2.txt"), "a\r\nshop\r\nb\r\nc\r\n");
    assert_eq!(sandbox.read("shop/bom.txt"), "\u{feff}shop");
    assert_eq!(sandbox.read("shop/empty"), "");
    assert_eq!(sandbox.git("shop", "status --porcelain"), "");
}

#[test]
fn a_template_that_brings_nothing_makes_a_record() {
    let sandbox = Sandbox::new();
    TemplateFolder::new(&sandbox);
    sandbox.run("new ./tpl shop").ok();
    assert_eq!(files(&sandbox.path("shop")), [".pyscaffold.toml"]);
    assert_eq!(sandbox.git("shop", "status --porcelain"), "");
}
