//! Templates of Cookiecutter that would run, reach out, or keep the engine busy for ever.

use std::fs;
use std::os::unix::fs::symlink;

use super::stage::{Case, Stage, refused, works};

/// Makes a template with this `cookiecutter.json` and one file.
fn template(stage: &mut Stage, json: &str, path: &str, text: impl AsRef<[u8]>) {
    stage.write("tpl/cookiecutter.json", json);
    stage.write(&format!("tpl/{{{{cookiecutter.slug}}}}/{path}"), text);
    stage.tries("new ./tpl shop --yes");
}

const PLAIN: &str = r#"{"slug": "s", "a": "x"}"#;

/// Makes a template with the spelling as its one file.
fn text(stage: &mut Stage) {
    let text = stage.spelling;
    template(stage, PLAIN, "x.txt", text);
}

/// Makes a template whose file has the spelling for its rendered name.
fn named(stage: &mut Stage) {
    let json = format!(r#"{{"slug": "s", "_p": "{}"}}"#, stage.spelling);
    template(stage, &json, "{{ cookiecutter._p }}", "x");
}

const FILE: &str = "{{cookiecutter.slug}}/x.txt:";

/// The cases of this group.
pub(super) fn cases() -> Vec<Case> {
    vec![
        refused("ways out of the folder", 1, FILE, text).spelled(&[
            "{% include '/etc/passwd' %}",
            "{% include '../cookiecutter.json' %}",
            "{% include 'a/../../cookiecutter.json' %}",
            "{% import '../hooks/x.py' as x %}",
            "{% extends 'file:///etc/passwd' %}",
        ]),
        refused("ways out of the language", 1, FILE, text).spelled(&[
            "{{ ''.__class__.__mro__ }}",
            "{{ cookiecutter.__init__.__globals__ }}",
            "{{ self.__init__.__globals__ }}",
            "{{ lipsum.__globals__['os'].popen('touch x') }}",
            "{{ cycler.__init__.__globals__.os }}",
            "{{ request.application }}",
            "{{ ''|attr('__class__')|attr('__mro__') }}",
        ]),
        refused("loops and bombs of text", 1, FILE, text).spelled(&[
            "{% for a in range(100000) %}{% for b in range(100000) %}{% for c in range(100000) %}x{% endfor %}{% endfor %}{% endfor %}",
            "{{ 'x' * 9000000000 }}",
            "{% set ns = namespace(a='xxxxxxxxxxxxxxxx') %}{% for i in range(100) %}{% set ns.a = ns.a ~ ns.a %}{% endfor %}",
            "{{ range(9000000000)|list }}",
            "{{ 'x'|center(9000000000) }}",
            "{{ random_ascii_string(9000000000) }}",
            "{{ 2 ** 9999999999 }}",
            "{{ 'a'.ljust(9000000000) ~ 'a'.zfill(9000000000) ~ nope }}",
        ]),
        refused("recursion", 1, FILE, text).spelled(&[
            "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
            "{% include 'x.txt' %}",
            "{% extends 'x.txt' %}",
            "{% macro f(n) %}{{ f(n + 1) }}{{ f(n + 1) }}{% endmacro %}{{ f(0) }}",
        ]),
        refused("deep nesting", 1, FILE, |stage| {
            let deep = "{% if true %}".repeat(20_000) + &"{% endif %}".repeat(20_000);
            template(stage, PLAIN, "x.txt", deep);
        }),
        refused("deep brackets", 1, FILE, |stage| {
            let deep = format!("{{{{ {}1{} }}}}", "(".repeat(50_000), ")".repeat(50_000));
            template(stage, PLAIN, "x.txt", deep);
        }),
        refused("rendered paths", 1, "{{ cookiecutter._p }}", named).spelled(&[
            "../x",
            "a/../../x",
            ".git/hooks/pre-commit",
            "/etc/x",
            "a/.GIT/config",
            "CON",
            "a\\u202eb",
            "x:y",
        ]),
        refused("links", 1, "symbolic link", |stage| {
            template(stage, PLAIN, "x.txt", "x");
            symlink("/etc/passwd", stage.path("tpl/{{cookiecutter.slug}}/y")).unwrap();
        }),
        refused("a linked project folder", 1, "symbolic link", |stage| {
            template(stage, PLAIN, "x.txt", "x");
            let folder = stage.path("tpl/{{cookiecutter.slug}}");
            let aside = stage.root().join("outside/project");
            fs::rename(&folder, &aside).unwrap();
            symlink(aside, folder).unwrap();
        }),
        refused("hooks", 2, "--skip-hooks", |stage| {
            stage.write("tpl/hooks/pre_prompt.sh", "#!/bin/sh\ntouch ran\n");
            stage.write("tpl/hooks/post_gen_project.py", "open('ran', 'w')\n");
            template(stage, PLAIN, "x.txt", "x");
        }),
        refused("extensions", 1, "is Python code", |stage| {
            let json = r#"{"slug": "s", "_extensions": ["local.Run"]}"#;
            template(stage, json, "x.txt", "x");
        }),
        works("templates in answers", |stage| {
            template(stage, PLAIN, "x.txt", "{{ cookiecutter.a }}");
            stage.word("-D").word("a={{ 7 * 7 }}{% include '/etc/passwd' %}");
            stage.makes("work/shop").then(|stage, _| {
                let made = stage.read("shop/x.txt");
                assert_eq!(made, "{{ 7 * 7 }}{% include '/etc/passwd' %}");
            });
        }),
        refused("a deep cookiecutter.json", 1, "cookiecutter.json:1", |stage| {
            let deep = "[".repeat(100_000);
            template(stage, &deep, "x.txt", "x");
        }),
        refused("an escape in a message", 1, "cookiecutter.json", |stage| {
            let json = r#"{"slug": "s", "_extensions": ["\u001b[2J"]}"#;
            template(stage, json, "x.txt", "x");
        }),
    ]
}
