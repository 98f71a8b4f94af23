//! Names that cannot be used, and the command that works instead.

use super::support::{Sandbox, TemplateFolder, shell_words};

#[test]
#[expect(clippy::too_many_lines, reason = "one table, a row for each refusal")]
fn every_refused_name_comes_with_a_command_that_works() {
    for (words, code, message) in [
        (
            &["a$b"][..],
            "name.grammar",
            "`a$b` cannot be the project name: only ASCII letters, digits, `-`, `_` and `.` can stand in it, with a letter or digit at either end",
        ),
        (
            &["Café"],
            "name.grammar",
            "`Café` cannot be the project name: only ASCII letters, digits, `-`, `_` and `.` can stand in it, with a letter or digit at either end",
        ),
        (
            &["x", "--name=-x"],
            "name.grammar",
            "`-x` cannot be the project name: only ASCII letters, digits, `-`, `_` and `.` can stand in it, with a letter or digit at either end",
        ),
        (
            &["x", "--package", "My-Pkg"],
            "name.identifier",
            "`My-Pkg` cannot be the package name: only lower-case ASCII letters, digits and `_` can stand in it",
        ),
        (
            &["3d-viewer"],
            "name.digit",
            "`3d_viewer` cannot be the package name: Python cannot import a name that begins with a digit",
        ),
        (
            &["x", "--package", "_x"],
            "name.underscore",
            "`_x` cannot be the package name: a leading `_` marks what others must not import",
        ),
        (
            &["class"],
            "name.keyword",
            "`class` cannot be the package name: it is a keyword of Python and cannot be imported",
        ),
        (
            &["json"],
            "name.stdlib",
            "`json` cannot be the package name: it would hide Python's own module `json`",
        ),
        (
            &["tests"],
            "name.reserved",
            "`tests` cannot be the package name: it stands for the folder of the tests",
        ),
        (
            &["src"],
            "name.reserved",
            "`src` cannot be the package name: it stands for the folder that holds the package",
        ),
        (
            &["aux"],
            "name.windows",
            "`aux` cannot be the package name: Windows keeps it for a device",
        ),
        (
            &["demolib"],
            "name.self",
            "`demolib` cannot be the project name: the project depends on `demolib`, and cannot depend on itself",
        ),
        (
            &["HTTPX"],
            "name.self",
            "`HTTPX` cannot be the project name: the project depends on `httpx`, and cannot depend on itself",
        ),
        (
            &["x", "--package", "httpx"],
            "name.dependency",
            "`httpx` cannot be the package name: it would hide `httpx`, which the project depends on",
        ),
        (
            &["x", "--name", "DemoLib", "--package", "other"],
            "name.self",
            "`DemoLib` cannot be the project name: the project depends on `demolib`, and cannot depend on itself",
        ),
    ] {
        let sandbox = Sandbox::with_demo();
        let run = |json: bool| {
            let mut run = sandbox
                .run("new ./demo")
                .words(if json { "--json" } else { "" });
            for word in words {
                run = run.arg(word);
            }
            run
        };
        let error = run(true).fails(2).json();
        assert_eq!(error["error"]["code"], code, "{words:?} {error}");
        assert_eq!(error["error"]["message"], message, "{words:?}");
        let said = run(false).fails(2);
        assert_eq!(sandbox.litter(), [""; 0], "{words:?}");
        let hint = said.line("hint:");
        let mut retry = sandbox.run("");
        for word in shell_words::split(&hint).iter().skip(1) {
            retry = retry.arg(word);
        }
        let made = retry.output();
        assert_eq!(made.code, Some(0), "{words:?}\n{hint}\n{}", made.stderr);
        assert_eq!(sandbox.litter(), [words[0]], "{hint}");
    }
}

#[test]
fn an_empty_name_is_refused() {
    let sandbox = Sandbox::with_demo();
    for words in [
        &["x", "--name="][..],
        &["x", "--package="],
        &["/", "--json"],
        &["/"],
    ] {
        let mut run = sandbox.run("new ./demo");
        for word in words {
            run = run.arg(word);
        }
        let output = run.fails(2);
        let text = output.stdout + &output.stderr;
        assert!(
            text.contains("a project cannot do without a name"),
            "{words:?} {text}"
        );
    }
    assert_eq!(sandbox.litter(), [""; 0]);
}

#[test]
fn the_hint_keeps_the_flags_that_were_typed() {
    let sandbox = Sandbox::with_demo();
    let output = sandbox
        .run("new ./demo json --database none --no-git")
        .fails(2);
    let hint = output.line("hint:");
    let mut retry = sandbox.run("");
    for word in shell_words::split(&hint).iter().skip(1) {
        retry = retry.arg(word);
    }
    retry.ok();
    assert!(
        sandbox
            .read("json/.pyscaffold.toml")
            .contains("database = \"none\""),
        "{hint}"
    );
    assert!(!sandbox.path("json/.git").exists(), "{hint}");
}

#[test]
fn a_name_that_a_template_reserves_is_refused() {
    let sandbox = Sandbox::new();
    TemplateFolder::new(&sandbox);
    sandbox.write(
        "tpl/template.toml",
        format!(
            "reserved = [\"jwt\"]\n{}",
            sandbox.read("tpl/template.toml")
        ),
    );
    let error = sandbox.run("new ./tpl jwt --json").fails(2).json();
    assert_eq!(error["error"]["code"], "name.dependency", "{error}");
    assert_eq!(error["error"]["field"], "package");
    assert_eq!(
        error["error"]["hint"],
        "pyscaffold new ./tpl jwt --package jwt_app"
    );
}

#[test]
fn a_name_of_hidden_or_endless_text_is_shown_short_and_visible() {
    let sandbox = Sandbox::with_demo();
    let long = "x$".repeat(50_000);
    let output = sandbox.run("new ./demo y --name").arg(&long).fails(2);
    assert!(output.stderr.len() < 1_000, "{}", output.stderr.len());
    let output = sandbox
        .run("new ./demo y --name")
        .arg("a\u{1b}[2Jb\u{202e}")
        .fails(2);
    assert!(!output.stderr.contains('\u{1b}'), "{:?}", output.stderr);
    assert!(
        output.stderr.contains(r"\u{1b}[2Jb\u{202e}"),
        "{:?}",
        output.stderr
    );
}

#[test]
fn no_hint_tells_a_secret() {
    let sandbox = Sandbox::with_demo();
    for words in [
        "new ./demo json --token hunter2",
        "new ./demo json -D token=hunter2 --json",
    ] {
        let output = sandbox.run(words).fails(2);
        assert!(!output.stderr.contains("hunter2"), "{}", output.stderr);
        assert!(!output.stdout.contains("hunter2"), "{}", output.stdout);
    }
}
