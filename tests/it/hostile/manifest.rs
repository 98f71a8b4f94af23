//! Manifests that are wrong in every way that a manifest can be.

use super::super::support::{Team, TemplateFolder};
use super::stage::{Case, Stage, refused};

/// Makes a template whose manifest has the spelling behind its head.
fn more(stage: &mut Stage) {
    stage.template().manifest(stage.spelling);
    stage.tries("new ./tpl shop");
}

/// Makes a template whose manifest is exactly this.
fn whole(stage: &mut Stage, text: impl AsRef<[u8]>) {
    stage.write("tpl/template.toml", text);
    stage.tries("new ./tpl shop");
}

const HERE: &str = "note: template.toml:";

/// The cases of this group.
#[expect(clippy::too_many_lines, reason = "one table, a row for each case")]
pub(super) fn cases() -> Vec<Case> {
    vec![
        refused("no TOML", 1, HERE, |stage| whole(stage, stage.spelling)).spelled(&[
            "format = 1\n[template\n",
            "\u{0}",
            "{\"format\": 1}",
            "format: 1\n",
            "<html>",
            "format = 1\r[template]",
        ]),
        refused("nothing, or another format", 1, "template.toml:1", |stage| {
            whole(stage, stage.spelling);
        })
        .spelled(&["", "format = 2\n", "format = \"1\"\n", "format = 99999999999999999999\n", "[format]\n"]),
        refused("no text", 1, "template.toml: the manifest is not UTF-8", |stage| {
            whole(stage, b"format = 1 # \xff\xfe");
        }),
        refused("a mebibyte and more", 1, "template.toml: is larger than the 1048576 bytes", |stage| {
            stage.template().manifest(&format!("# {}", "x".repeat(1024 * 1024)));
            stage.tries("new ./tpl shop");
        }),
        refused("nearly a mebibyte of mistakes", 1, "problem", |stage| {
            stage.template().manifest(&"[[questions]]\nx = 1\n".repeat(45_000));
            stage.tries("new ./tpl shop");
        }),
        refused("nearly a mebibyte of tables in tables", 1, HERE, |stage| {
            stage.template().manifest(&format!("x.{}b = 1", "a.".repeat(400_000)));
            stage.tries("new ./tpl shop");
        }),
        refused("nearly a mebibyte of lists in lists", 1, HERE, |stage| {
            stage.template().manifest(&format!("x = {}{}", "[".repeat(400_000), "]".repeat(400_000)));
            stage.tries("new ./tpl shop");
        }),
        refused("other types than wanted", 1, HERE, more).spelled(&[
            "[[questions]]\nkey = 1\ntype = \"text\"\ntitle = \"x\"",
            "[[questions]]\nkey = \"b\"\ntype = [\"text\"]\ntitle = \"x\"",
            "[[questions]]\nkey = \"b\"\ntype = \"text\"\ntitle = 1979-05-27",
            "[[questions]]\nkey = \"b\"\ntype = \"integer\"\ntitle = \"x\"\ndefault = 1.5",
            "questions = 1",
            "[[layers]]\nuse = 1",
            "[defaults]\na = { x = 1 }",
            "[[files]]\npath = \"fine.txt\"\nexecutable = \"yes\"",
            "[[test]]\nname = \"t\"\nrun = 1",
        ]),
        refused("keys that nobody knows", 1, "unknown key", more).spelled(&[
            "[hooks]\npost = \"touch x\"",
            "[[tasks]]\nrun = \"touch x\"",
            "[[questions]]\nkey = \"b\"\ntype = \"text\"\ntitle = \"x\"\nvalidator = \"x\"",
            "[[files]]\npath = \"fine.txt\"\nmode = 4755",
            "[secrets]",
        ]),
        refused("one key twice", 1, HERE, more).spelled(&[
            "[template]\nname = \"other\"",
            "[[files]]\npath = \"fine.txt\"\npath = \"x\"",
            "[defaults]\na = \"1\"\n\"a\" = \"2\"",
        ]),
        refused("one question twice", 1, "`a`", |stage| {
            stage.template().question("a", "text", "default = \"a\"");
            stage.tries("new ./tpl shop");
        }),
        refused("a question that takes a flag of ours", 1, HERE, |stage| {
            stage.template().question(stage.spelling, "bool", "default = false");
            stage.tries("new ./tpl shop");
        })
        .spelled(&["json", "help", "set", "answers", "name", "on_conflict", "no_git", "config"]),
        refused("a key that no flag can have", 1, HERE, |stage| {
            stage.template().question(stage.spelling, "text", "default = \"x\"");
            stage.tries("new ./tpl shop");
        })
        .spelled(&["", "-x", "a b", "A", "a=b", "__proto__", "a\\u001b"]),
        refused("two questions whose flags are one", 1, HERE, |stage| {
            stage
                .template()
                .question("docker", "bool", "default = false")
                .question("no_docker", "bool", "default = false");
            stage.tries("new ./tpl shop");
        }),
        refused("no choices to choose from", 1, HERE, |stage| {
            stage.template().question("b", stage.spelling, "choices = []");
            stage.tries("new ./tpl shop");
        })
        .spelled(&["choice", "choices"]),
        refused("choices that are one or no words", 1, HERE, |stage| {
            stage.template().question("b", "choice", stage.spelling);
            stage.tries("new ./tpl shop");
        })
        .spelled(&[
            "choices = [{ value = \"x\" }, { value = \"x\" }]",
            "choices = [{ value = 1 }]",
            "choices = [{}]",
            "choices = [{ value = \"x\", with = { a = \"y\" } }]",
        ]),
        refused("defaults that name each other", 1, "no earlier question", |stage| {
            stage
                .template()
                .question("b", "text", "default = \"{{c}}\"")
                .question("c", "text", "default = \"{{b}}\"");
            stage.tries("new ./tpl shop");
        }),
        refused("a default that names itself", 1, HERE, |stage| {
            stage.template().question("b", "text", "default = \"{{b}}\"");
            stage.tries("new ./tpl shop");
        }),
        refused("conditions that name each other", 1, "asked later", |stage| {
            stage
                .template()
                .question("b", "bool", "default = true\nwhen = { c = true }")
                .question("c", "bool", "default = true\nwhen = { b = true }");
            stage.tries("new ./tpl shop");
        }),
        refused("a template that builds upon itself", 1, "more than 8 templates build upon each other", |stage| {
            let team = Team::new(stage, "acme");
            team.template("a", "1.0.0", "[extends]\ntemplate = \"source:a\"").commit();
            let url = team.url();
            stage.tries("new").word(format!("{url}//a")).word("shop");
        }),
        refused("templates that build upon each other", 1, "more than 8 templates build upon each other", |stage| {
            let team = Team::new(stage, "acme");
            team.template("a", "1.0.0", "[extends]\ntemplate = \"source:b\"");
            team.template("b", "1.0.0", "[extends]\ntemplate = \"source:c\"");
            team.template("c", "1.0.0", "[extends]\ntemplate = \"source:a\"").commit();
            let url = team.url();
            stage.tries("new").word(format!("{url}//a")).word("shop");
        }),
        refused("a chain of templates without end", 1, "more than 8 templates build upon each other", |stage| {
            let team = Team::new(stage, "acme");
            for number in 0..200 {
                let next = format!("[extends]\ntemplate = \"source:t{}\"", number + 1);
                team.template(&format!("t{number}"), "1.0.0", &next);
            }
            team.template("t200", "1.0.0", "").commit();
            let url = team.url();
            stage.tries("new").word(format!("{url}//t0")).word("shop");
        }),
        refused("a template that builds upon what is not there", 1, HERE, |stage| {
            stage.template().manifest(&format!("[extends]\ntemplate = '{}'", stage.spelling));
            stage.tries("new ./tpl shop");
        })
        .spelled(&["builtin:nothing", "", "../tpl", "/etc", "source:nothing", "ext::sh -c touch", "-x", "builtin:"]),
        refused("a version that is none", 1, HERE, |stage| {
            let template = stage.template();
            drop(template);
            let text = stage.read("tpl/template.toml");
            let other = text.replacen("1.0.0", stage.spelling, 1);
            whole(stage, other);
        })
        .spelled(&["", "1", "v1.0.0", "1.0.0.0", "99999999999999999999.0.0", "1.0.0\\u001b[2J", "../1.0.0"]),
        refused("a name that is none", 1, HERE, |stage| {
            let text = "format = 1\n[template]\nname = '@'\nversion = \"1.0.0\"\ntitle = \"T\"\nsummary = \"S\"\n";
            let text = text.replacen('@', stage.spelling, 1);
            whole(stage, text);
        })
        .spelled(&["", "../x", "A", "a b", "-x", "a/b", "x.y", "é"]),
        refused("a secret with a default", 1, HERE, |stage| {
            stage.template().question("b", "secret", "default = 1");
            stage.tries("new ./tpl shop");
        }),
        refused("a bool with a text as default", 1, HERE, |stage| {
            stage.template().question("b", "bool", "default = \"yes\"");
            stage.tries("new ./tpl shop");
        }),
        refused("a number out of its own bounds", 2, "`n`", |stage| {
            stage.template().question("n", "integer", "default = 5\ncheck = { min = 9, max = 1 }");
            stage.tries("new ./tpl shop --n 5");
        }),
        refused("a layer with a fault", 1, "layers/low/layer.toml:", |stage| {
            TemplateFolder::new(stage)
                .manifest("[[layers]]\nuse = \"low\"")
                .layer("low", stage.spelling);
            stage.tries("new ./tpl shop");
        })
        .spelled(&["[[layers]]\nuse = \"low\"", "x = 1", "[extends]\ntemplate = \"builtin:fastapi-api\""]),
    ]
}
