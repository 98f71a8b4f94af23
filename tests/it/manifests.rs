//! Templates with faults: everything at once, each with its file and line.

use std::time::{Duration, Instant};

use super::support::{Sandbox, TemplateFolder};

#[test]
fn all_problems_of_a_manifest_are_told_at_once() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "tpl/template.toml",
        r#"format = 1
reservd = ["x"]

[template]
name = "Tpl"
version = "1.0"
titel = "T"

[[layers]]
use = "builtin:nothing"
whn = { a = true }

[[questions]]
key = "a"
type = "txt"
title = "A"

[[questions]]
type = "bool"
title = { de = "B" }
default = 1.5

[[questions]]
key = "c"
type = "choice"
title = "C"
choices = "one"
when = "always"
from = "git.name"

[[files]]
to = 1
executable = "yes"
"#,
    );
    let output = sandbox.run("new ./tpl shop").fails(1);
    insta::assert_snapshot!(output.stderr, @r#"
    error: template `./tpl` has 18 problems
    note: template.toml:2:1: unknown key `reservd` in the manifest; did you mean `reserved`?
    note: template.toml:5:1: `summary` is missing in `[template]`
    note: template.toml:5:1: `title` is missing in `[template]`
    note: template.toml:5:8: `name` is made of lower-case letters, digits and `-`, a letter first
    note: template.toml:6:11: `1.0` is no semantic version: unexpected end of input while parsing minor version number
    note: template.toml:7:1: unknown key `titel` in `[template]`; did you mean `title`?
    note: template.toml:11:1: unknown key `whn` in `[[layers]]`; did you mean `when`?
    note: template.toml:15:8: there is no type `txt`; the types are `text`, `bool`, `integer`, `choice`, `choices`, `secret`
    note: template.toml:18:1: `key` is missing in `[[questions]]`
    note: template.toml:20:9: `en` is missing in `title`
    note: template.toml:20:11: unknown key `de` in `title`
    note: template.toml:21:11: `default` must be a text, a whole number, `true`, `false` or a list of texts
    note: template.toml:27:11: `choices` must be written as `[[choices]]`
    note: template.toml:28:8: `when` must be a table of answers: { docker = true }
    note: template.toml:29:8: no default can be looked up in `git.name`; the places are `git.user.name`, `git.user.email`, `clock.year`
    note: template.toml:31:1: `path` is missing in `[[files]]`
    note: template.toml:32:6: `to` must be a text
    note: template.toml:33:14: `executable` must be `true` or `false`
    "#);
    assert_eq!(sandbox.litter(), [""; 0]);
}

#[test]
fn all_problems_of_a_template_are_told_at_once() {
    let sandbox = Sandbox::new();
    TemplateFolder::new(&sandbox)
        .manifest("[defaults]\nlicens = \"MIT\"")
        .question(
            "database",
            "choice",
            "default = \"oracle\"\nchoices = [{ value = \"none\" }, { value = \"none\" }]",
        )
        .question("Big", "text", "")
        .question("name", "text", "")
        .question("json", "bool", "")
        .question(
            "later",
            "text",
            "default = \"{{last}}\"\nwhen = { last = \"x\" }",
        )
        .question("last", "text", "check = { pattern = \"[\" }")
        .question(
            "need",
            "choice",
            "choices = [{ value = \"a\" }]\nwhen = { database = \"mysql\" }",
        )
        .manifest("[[files]]\npath = \"nowhere\"")
        .file(
            "files/a.txt.hbs",
            "line\n{{#if databse}}\n{{/if}}\n{{nobody}}\n{{#if (eq database \"mysql\")}}x{{/if}}\n",
        )
        .file("files/b.txt.hbs", "x\n{{> partial}}\n")
        .file("files/c.txt.hbs", "{{#wat database}}{{/wat}}")
        .file("files/d.txt.hbs", "{{{database}}}")
        .file("files/e.txt.hbs", "a\nb\n{{#if database}}")
        .file("files/f.txt.hbs", "{{shout database}}")
        .file("files/{{pakage}}/g.txt", "")
        .file("files/h.txt.hbs", [0xff])
        .file("files/.git/hooks/post-checkout", "evil")
        .file("files/aux.txt", "")
        .file("slots/README.md/deploy", "x");
    let output = sandbox.run("new ./tpl shop").fails(1);
    insta::assert_snapshot!(output.stderr, @r#"
    error: template `./tpl` has 25 problems
    note: files/.git/hooks/post-checkout: `.git/hooks/post-checkout` has the part `.git`, which is git's own folder on some systems
    note: files/a.txt.hbs:2:7: unknown name `databse`; did you mean `database`?
    note: files/a.txt.hbs:4:3: unknown name `nobody`
    note: files/a.txt.hbs:5:11: this can never hold: `mysql` is not a choice of `database`; the choices are `none`, `none`
    note: files/aux.txt: `aux.txt` has the part `aux.txt`, which names a device on Windows
    note: files/b.txt.hbs:2:1: partials, decorators and unescaped values (`{{>`, `{{*`, `{{{`, `{{&`) are not part of the template format
    note: files/c.txt.hbs:1:1: there is no block `{{#wat}}`; the blocks are `each`, `if`, `unless`
    note: files/d.txt.hbs:1:1: partials, decorators and unescaped values (`{{>`, `{{*`, `{{{`, `{{&`) are not part of the template format
    note: files/e.txt.hbs:3:1: this tag cannot be read: a tag is never closed, a block is never ended, or its value is malformed
    note: files/f.txt.hbs:1:1: there is no function `shout`; the functions are `and`, `eq`, `ne`, `not`, `or`, `has`, `kebab`, `lower`, `pascal`, `snake`, `title`, `upper`
    note: files/h.txt.hbs: the file is not UTF-8
    note: files/{{pakage}}/g.txt:1: unknown name `pakage`; did you mean `package`?
    note: slots/README.md/deploy: no layer brings a file `README.md` with slots
    note: template.toml:9:10: `[defaults]` names `licens`, which no layer asks
    note: template.toml:10:1: question `database` has the choice `none` twice
    note: template.toml:10:1: the default of question `database`: `oracle` is not a choice for `database`; the choices are `none`, `none`
    note: template.toml:16:1: the key `Big` is made of lower-case letters, digits and `_`, a letter first
    note: template.toml:21:1: the key `name` is taken by pyscaffold itself
    note: template.toml:26:1: the key `json` is taken by pyscaffold itself
    note: template.toml:31:1: `when` names `last`, which is asked later
    note: template.toml:31:1: the default of question `later` names `last`, which no earlier question answers
    note: template.toml:37:1: the pattern of question `last`: found unclosed character class
    note: template.toml:42:1: `when` can never hold: `mysql` is not a choice of `database`; the choices are `none`, `none`
    note: template.toml:42:1: question `need` needs `otherwise`: the value when `when` does not hold
    note: template.toml:48:1: `[[files]]` names `nowhere`, which is not there
    "#);
    let json = sandbox.run("new ./tpl shop --json").fails(1).json();
    assert_eq!(
        json["error"]["notes"].as_array().unwrap().len(),
        output
            .stderr
            .lines()
            .filter(|line| line.starts_with("note: "))
            .count()
    );
    assert_eq!(sandbox.litter(), [""; 0]);
    sandbox.run("show ./tpl").fails(1);
}

#[test]
fn an_unknown_name_is_shown_with_file_line_and_the_name_that_was_meant() {
    let sandbox = Sandbox::with_demo();
    sandbox.write(
        "demo/files/x.md.hbs",
        "one\ntwo {{#if databse}}x{{/if}}\n{{#each extra}}{{this}}{{/each}}\n",
    );
    let output = sandbox.run("new ./demo shop").fails(1);
    assert_eq!(
        output.stderr,
        "error: template `./demo` has 2 problems\nnote: files/x.md.hbs:2:11: unknown name `databse`; did you mean `database`?\nnote: files/x.md.hbs:3:9: unknown name `extra`; did you mean `extras`?\n"
    );
}

#[test]
fn a_file_that_is_no_manifest_is_said() {
    for (text, message) in [
        ("", "template.toml:1: `format = 1` is missing"),
        (
            "format = 2\n[template]\n",
            "template.toml:1:10: manifest format 2 is not known to this version, which reads 1",
        ),
        ("format = 1\n[template\n", "template.toml:2:"),
        ("\u{0}", "template.toml:1:"),
        ("format = 1\n[layer]\nname = \"x\"\n", "template.toml:"),
    ] {
        let sandbox = Sandbox::new();
        sandbox.write("tpl/template.toml", text);
        let output = sandbox.run("new ./tpl shop").fails(1);
        assert!(
            output.stderr.contains(message),
            "{text:?}\n{}",
            output.stderr
        );
    }
    let sandbox = Sandbox::new();
    sandbox.write("tpl/template.toml", [0xff, 0xfe]);
    let output = sandbox.run("new ./tpl shop").fails(1);
    assert!(
        output
            .stderr
            .contains("template.toml: the manifest is not UTF-8"),
        "{}",
        output.stderr
    );
}

#[test]
#[expect(clippy::too_many_lines, reason = "one table, a row for each bomb")]
fn a_template_that_would_exhaust_the_machine_is_refused_quickly() {
    for (name, message, make) in [
        (
            "deep nesting",
            "blocks may be nested 8 deep",
            (|template: TemplateFolder| {
                template.file(
                    "files/x.hbs",
                    "{{#if a}}\n".repeat(20_000) + &"{{/if}}\n".repeat(20_000),
                )
            }) as fn(TemplateFolder) -> TemplateFolder,
        ),
        (
            "deep nesting on one line",
            "blocks may be nested 8 deep",
            |template| template.file("files/x.hbs", "{{#if a}}".repeat(50_000)),
        ),
        ("deep parentheses", "a tag may have 512 bytes", |template| {
            template.file(
                "files/x.hbs",
                format!(
                    "{{{{upper {}a{}}}}}",
                    "(lower ".repeat(50_000),
                    ")".repeat(50_000)
                ),
            )
        }),
        ("many tags", "a file may have 2000 tags", |template| {
            template.file("files/x.hbs", "{{a}}".repeat(100_000))
        }),
        (
            "a huge rendered file",
            "a rendered file may have 1048576 bytes",
            |template| template.file("files/x.hbs", "x".repeat(5_000_000)),
        ),
        (
            "a huge manifest",
            "larger than the 1048576 bytes",
            |template| template.manifest(&format!("# {}", "x".repeat(2_000_000))),
        ),
        ("a deeply nested manifest", "template.toml:", |template| {
            template.manifest(&format!(
                "x = {}{}",
                "[".repeat(100_000),
                "]".repeat(100_000)
            ))
        }),
        ("a deep condition", "template.toml:", |template| {
            template.manifest(&format!("x.{} = 1", "a.".repeat(50_000) + "b"))
        }),
        ("deep folders", "lies too deep", |template| {
            let deep = "d/".repeat(200);
            template.file(&format!("files/{deep}x"), "")
        }),
        ("three loops", "nested too deeply", |template| {
            template.file(
                "files/x.hbs",
                "{{#each l}}{{#each ../l}}{{#each ../l}}x{{/each}}{{/each}}{{/each}}",
            )
        }),
        ("a file of a gigabyte", "larger than the", |template| {
            let file = std::fs::File::create(template.path().join("files-sparse")).unwrap();
            file.set_len(1 << 30).unwrap();
            std::fs::create_dir_all(template.path().join("files")).unwrap();
            std::fs::rename(
                template.path().join("files-sparse"),
                template.path().join("files/x"),
            )
            .unwrap();
            template
        }),
        (
            "a computed default that is deep",
            "template.toml:",
            |template| {
                template.question(
                    "z",
                    "text",
                    &format!("default = \"{}\"", "{{#if a}}".repeat(2_000)),
                )
            },
        ),
        ("a path that is deep", "{{#if a}}", |template| {
            template.file(&format!("files/{}", "{{#if a}}".repeat(25)), "")
        }),
    ] {
        let sandbox = Sandbox::new();
        let template = TemplateFolder::new(&sandbox)
            .question("a", "text", "default = \"\"")
            .question(
                "l",
                "choices",
                "default = []\nchoices = [{ value = \"v\" }]",
            );
        let _ = make(template);
        let started = Instant::now();
        let output = sandbox.run("new ./tpl shop").output();
        let took = started.elapsed();
        assert_eq!(output.code, Some(1), "{name}: {}", output.stderr);
        output.assert_calm();
        assert!(output.stderr.contains(message), "{name}: {}", output.stderr);
        assert!(
            output.stderr.len() < 20_000,
            "{name}: {} bytes",
            output.stderr.len()
        );
        assert!(took < Duration::from_secs(5), "{name}: {took:?}");
        assert_eq!(sandbox.litter(), [""; 0], "{name}");
    }
}

#[test]
fn more_files_than_a_project_may_have_are_refused() {
    let sandbox = Sandbox::new();
    let template = TemplateFolder::new(&sandbox);
    let folder = template.path().join("files");
    std::fs::create_dir(&folder).unwrap();
    for index in 0..=10_000 {
        std::fs::File::create(folder.join(index.to_string())).unwrap();
    }
    let output = sandbox.run("new ./tpl shop").fails(1);
    assert!(
        output.stderr.contains("a template may have 10000 files"),
        "{}",
        output.stderr
    );
}

#[test]
fn answers_that_are_too_large_are_refused() {
    let sandbox = Sandbox::with_demo();
    let output = sandbox
        .run("new ./demo shop --team")
        .arg("x".repeat(64 * 1024 + 1))
        .fails(2);
    assert_eq!(
        output.stderr,
        "error: the answer for `team` has 65537 bytes; 65536 are allowed\nnote: it was given by --team\n"
    );
    let mut run = sandbox.run("new ./demo shop --answers /dev/zero");
    let output = run.command().output().unwrap();
    assert_eq!(
        output.status.code(),
        Some(2),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    sandbox.write("deep.json", "{\"a\":".repeat(100_000));
    sandbox.run("new ./demo shop --answers deep.json").fails(2);
    sandbox.write("deep.toml", format!("a = {}", "[".repeat(100_000)));
    sandbox.run("new ./demo shop --answers deep.toml").fails(2);
}

#[test]
fn a_question_cannot_take_a_flag_by_its_negation() {
    let sandbox = Sandbox::new();
    TemplateFolder::new(&sandbox).question("git", "bool", "default = false");
    let output = sandbox.run("show ./tpl").fails(1);
    assert!(
        output.stderr.contains("`--no-git`, which is taken"),
        "{}",
        output.stderr
    );
}

#[test]
fn a_default_need_not_keep_the_rule_for_what_is_typed() {
    let sandbox = Sandbox::new();
    TemplateFolder::new(&sandbox)
        .question(
            "slug",
            "text",
            "default = \"\"\ncheck = { pattern = \"[a-z]+\" }",
        )
        .file("files/a.txt.hbs", "{{slug}}\n");
    sandbox.run("new ./tpl shop").ok();
    sandbox.run("new ./tpl other -D slug=1").fails(2);
}
