//! Templates that would keep the engine busy for ever, or make it do what it has no words for.

use super::stage::{Case, Stage, refused, works};

/// Makes a template with the spelling as its one rendered file.
fn rendered(stage: &mut Stage) {
    let text = stage.spelling;
    file(stage, text);
}

/// Makes a template with one rendered file, a list to walk through and a number.
fn file(stage: &mut Stage, text: impl AsRef<[u8]>) {
    stage
        .template()
        .question(
            "l",
            "choices",
            "default = [\"v\"]\nchoices = [{ value = \"v\" }]",
        )
        .question("n", "integer", "default = 1")
        .file("files/x.txt.hbs", text);
    stage.tries("new ./tpl shop");
}

const HERE: &str = "files/x.txt.hbs:1:";

/// The cases of this group.
#[expect(clippy::too_many_lines, reason = "one table, a row for each case")]
pub(super) fn cases() -> Vec<Case> {
    vec![
        refused(
            "partials, decorators and unescaped values",
            1,
            HERE,
            rendered,
        )
        .spelled(&[
            "{{> x}}",
            "{{#> x}}{{/x}}",
            "{{#*inline \"a\"}}{{> b}}{{/inline}}{{#*inline \"b\"}}{{> a}}{{/inline}}{{> a}}",
            "{{{a}}}",
            "{{& a}}",
            "{{* x}}",
        ]),
        refused("helpers that other engines have", 1, HERE, rendered).spelled(&[
            "{{lookup a \"x\"}}",
            "{{log a}}",
            "{{env \"HOME\"}}",
            "{{include \"/etc/passwd\"}}",
            "{{exec \"touch x\"}}",
            "{{#with a}}x{{/with}}",
            "{{len a}}",
            "{{raw a}}",
        ]),
        refused("ways out of the answers", 1, HERE, rendered).spelled(&[
            "{{this}}",
            "{{../a}}",
            "{{@root.a}}",
            "{{a.constructor}}",
            "{{a.__proto__}}",
            "{{[a]}}",
            "{{a.[0]}}",
            "{{@partial-block}}",
        ]),
        refused("tags that never end", 1, "files/x.txt.hbs", rendered).spelled(&[
            "{{",
            "{{a",
            "{{#if a}}",
            "{{/if}}",
            "{{else}}",
            "{{!-- a",
            "{{#if a}}{{#each l}}{{/if}}{{/each}}",
            "{{{{a}}}}",
            "{{\"",
        ]),
        refused("deep nesting", 1, "nested 8 deep", |stage| {
            file(
                stage,
                "{{#if a}}\n".repeat(20_000) + &"{{/if}}\n".repeat(20_000),
            );
        }),
        refused(
            "deep nesting on one line that never ends",
            1,
            "nested 8 deep",
            |stage| {
                file(stage, "{{#if a}}".repeat(50_000));
            },
        ),
        refused("deep parentheses", 1, "a tag may have 512 bytes", |stage| {
            let deep = format!("{}a{}", "(lower ".repeat(50_000), ")".repeat(50_000));
            file(stage, format!("{{{{upper {deep}}}}}"));
        }),
        refused(
            "parentheses as deep as one tag can hold",
            1,
            "files/x.txt.hbs",
            |stage| {
                file(
                    stage,
                    format!("{{{{upper {}{}}}}}", "(".repeat(240), ")".repeat(240)),
                );
            },
        ),
        refused(
            "more tags than a file may have",
            1,
            "a file may have 2000 tags",
            |stage| {
                file(stage, "{{a}}".repeat(100_000));
            },
        ),
        works("as many tags as a file may have", |stage| {
            file(stage, "{{a}}".repeat(2_000));
            stage.makes("work/shop");
        }),
        refused("openings without number", 1, "files/x.txt.hbs", |stage| {
            file(stage, "{{".repeat(200_000));
        }),
        refused("comments without number", 1, "files/x.txt.hbs", |stage| {
            file(stage, "{{!-- --}}".repeat(50_000));
        }),
        works("backslashes without number", |stage| {
            file(stage, "\\".repeat(500_000));
            stage.makes("work/shop");
        }),
        refused(
            "a large rendered file",
            1,
            "a rendered file may have 1048576 bytes",
            |stage| {
                file(stage, "x".repeat(5_000_000));
            },
        ),
        refused("three loops", 1, "nested too deeply", |stage| {
            file(
                stage,
                "{{#each l}}{{#each ../l}}{{#each ../l}}x{{/each}}{{/each}}{{/each}}",
            );
        }),
        refused(
            "loops over long lists that write much",
            1,
            "bytes",
            |stage| {
                let values: Vec<String> = (0..1_000)
                    .map(|number| format!("{{ value = \"v{number}\" }}"))
                    .collect();
                let names: Vec<String> =
                    (0..1_000).map(|number| format!("\"v{number}\"")).collect();
                let list = format!(
                    "default = [{}]\nchoices = [{}]",
                    names.join(", "),
                    values.join(", ")
                );
                let long = "x".repeat(1_000);
                stage.template().question("l", "choices", &list).file(
                    "files/x.txt.hbs",
                    format!("{{{{#each l}}}}{{{{#each l}}}}{long}{{{{/each}}}}{{{{/each}}}}"),
                );
                stage.tries("new ./tpl shop");
            },
        ),
        refused(
            "loops over longer lists that write nothing",
            1,
            "1000 are allowed",
            |stage| {
                let values: Vec<String> =
                    (0..20_000).map(|number| format!("\"v{number}\"")).collect();
                let choices: Vec<String> = values
                    .iter()
                    .map(|value| format!("{{ value = {value} }}"))
                    .collect();
                let list = format!(
                    "default = [{}]\nchoices = [{}]",
                    values.join(", "),
                    choices.join(", ")
                );
                let loops = "{{#each l}}{{#each l}}{{/each}}{{/each}}";
                stage
                    .template()
                    .question("l", "choices", &list)
                    .file("files/x.txt.hbs", loops);
                stage.tries("new ./tpl shop");
            },
        ),
        refused("a loop over what is no list", 1, HERE, |stage| {
            file(stage, "{{#each a}}x{{/each}}");
        }),
        refused(
            "small files that become large together",
            1,
            "bytes",
            |stage| {
                let mut template = stage.template();
                for number in 0..20 {
                    template = template.file(&format!("files/{number}.hbs"), "{{a}}".repeat(100));
                }
                let _ = template;
                stage
                    .tries("new ./tpl shop")
                    .word(format!("--a={}", "y".repeat(64 * 1024)));
            },
        ),
        refused("an answer longer than any", 2, "bytes", |stage| {
            stage.template();
            stage.write(
                "answers.toml",
                format!("a = \"{}\"\n", "y".repeat(80 * 1024)),
            );
            stage.tries("new ./tpl shop --answers answers.toml");
        }),
        refused(
            "a pattern that grows when it is read",
            1,
            "template.toml:",
            |stage| {
                stage.template().question(
                    "b",
                    "text",
                    "default = \"b\"\ncheck = { pattern = \"((a{1000}){1000}){1000}\" }",
                );
                stage.tries("new ./tpl shop");
            },
        ),
        refused(
            "a pattern that other engines take for ever with",
            2,
            "`b`",
            |stage| {
                stage.template().question(
                    "b",
                    "text",
                    "default = \"b\"\ncheck = { pattern = \"(a+)+b|(a|aa)+b|(.*.*)*b\" }",
                );
                stage
                    .tries("new ./tpl shop")
                    .word(format!("--b={}c", "a".repeat(30_000)));
            },
        ),
        refused(
            "defaults that name each other and grow",
            2,
            "bytes",
            |stage| {
                let mut template =
                    stage
                        .template()
                        .question("b0", "text", "default = \"xxxxxxxxxxxxxxxx\"");
                for number in 1..20 {
                    let before = format!("{{{{b{}}}}}", number - 1);
                    let grown = before.repeat(8);
                    template = template.question(
                        &format!("b{number}"),
                        "text",
                        &format!("default = \"{grown}\""),
                    );
                }
                let _ = template;
                stage.tries("new ./tpl shop");
            },
        ),
        refused("a path with blocks", 1, "{{#if a}}", |stage| {
            stage
                .template()
                .file(&format!("files/{}", "{{#if a}}".repeat(25)), "");
            stage.tries("new ./tpl shop");
        }),
        refused("a slot in a slot", 1, "slots/s.md/x", |stage| {
            stage
                .template()
                .file("files/s.md.hbs", "{{slot \"x\"}}\n")
                .file("slots/s.md/x.hbs", "{{slot \"x\"}}\n");
            stage.tries("new ./tpl shop");
        }),
        works("a number that no machine holds", |stage| {
            file(
                stage,
                format!("{{{{#if (eq n {})}}}}x{{{{/if}}}}", "9".repeat(300)),
            );
            stage.makes("work/shop");
        }),
        refused(
            "characters by which the engine marks its own",
            1,
            "reserved for the renderer",
            rendered,
        )
        .spelled(&[
            "\u{e000}{{a}}",
            "{{a}}\u{e001}",
            "{{#if (eq a \"\u{e000}\")}}x{{/if}}",
        ]),
        works(
            "answers with characters by which the engine marks its own",
            |stage| {
                file(stage, "{{a}}{{upper a}}");
                stage
                    .tries("new ./tpl shop")
                    .word("--a=\u{e000}{{n}}\u{e001}")
                    .makes("work/shop");
                stage.then(|stage, _| {
                    let text = stage.read("shop/x.txt");
                    assert_eq!(
                        text.trim_end(),
                        "\u{e000}{{n}}\u{e001}\u{e000}{{N}}\u{e001}"
                    );
                });
            },
        ),
    ]
}
