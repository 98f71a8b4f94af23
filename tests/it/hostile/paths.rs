//! Paths that a template, an answer or a rule would lead somewhere else.

use super::stage::{Case, Stage, no_text, refused, works};

/// Makes a template whose folder is called as an answer says, and gives the spelling as the answer.
fn answered(stage: &mut Stage) {
    stage.template().file("files/{{a}}/x.txt", "evil\n");
    stage.tries("new ./tpl shop").spelled_as("--a=");
}

/// Makes a template with a file called as the spelling says.
fn named(stage: &mut Stage) {
    let path = format!("files/{}", stage.spelling);
    stage.template().file(&path, "evil\n");
    stage.tries("new ./tpl shop");
}

/// Makes a template that brings both of two files, parted by a space.
fn paired(stage: &mut Stage) {
    let template = stage.template();
    let (first, second) = stage.spelling.split_once(' ').unwrap();
    let _ = template
        .file(&format!("files/{first}"), "1")
        .file(&format!("files/{second}"), "2");
    stage.tries("new ./tpl shop");
}

/// The cases of this group.
#[expect(clippy::too_many_lines, reason = "one table, a row for each case")]
pub(super) fn cases() -> Vec<Case> {
    vec![
        refused("an answer leads up", 1, "`..`", answered).spelled(&[
            "..",
            "../outside",
            "../../../../../../etc",
            "x/../../y",
        ]),
        refused("an answer is absolute", 1, "absolute path", answered)
            .spelled(&["/etc", "//h/s", ""]),
        refused(
            "an answer is a drive or a stream",
            1,
            "cannot stand in a file name",
            answered,
        )
        .spelled(&["C:", "C:\\x", "a:b", "a\\b", "..\\x", "a?", "a*"]),
        refused("an answer has a part that is none", 1, "part", answered)
            .spelled(&["./x", "x//y", "x/", "x/."]),
        refused(
            "an answer ends as Windows cuts it off",
            1,
            "ends in a dot or a space",
            answered,
        )
        .spelled(&["x.", "x ", "x. .", "y/x."]),
        refused(
            "an answer is a device",
            1,
            "names a device on Windows",
            answered,
        )
        .spelled(&["aux", "com1.txt", "NUL", "x/prn/y", "conin$", "com\u{b9}"]),
        refused("an answer is git's folder", 1, "git's own folder", answered).spelled(&[
            ".git",
            ".GIT",
            "git~1",
            ".git.",
            ".git ",
            ".git::$INDEX_ALLOCATION",
            "x/.git/hooks",
        ]),
        refused("an answer joins its letters unseen", 1, "\\u{200", answered)
            .spelled(&[".g\u{200c}it", ".gi\u{200d}t"]),
        refused(
            "an answer hides characters",
            2,
            "character that cannot be seen",
            answered,
        )
        .spelled(&["a\u{202e}b", "a\u{1b}[2J", "a\tb", "a\nb", "\u{feff}x"]),
        refused("an answer has a zero byte", 2, "answers file", |stage| {
            stage.template().file("files/{{a}}", "evil\n");
            stage.write("answers.json", "{\"a\": \"x\\u0000y\"}");
            stage.tries("new ./tpl shop --answers answers.json");
        }),
        works(
            "a tilde is no home and look-alikes are no slashes",
            |stage| {
                stage.template().file("files/{{a}}", "fine\n");
                stage
                    .tries("new ./tpl shop --no-git")
                    .spelled_as("--a=")
                    .makes("work/shop");
                stage.then(|stage, _| {
                    assert_eq!(stage.read(&format!("shop/{}", stage.spelling)), "fine\n");
                });
            },
        )
        .spelled(&[
            "~",
            "~ada",
            "$HOME",
            "..\u{ff0f}x",
            "\u{2024}\u{2024}",
            "-rf",
            "%2e%2e",
        ]),
        refused(
            "an answer is longer than a name may be",
            1,
            "more than the 255",
            |stage| {
                stage.template().file("files/{{a}}", "x");
                // Bytes count, not characters.
                stage
                    .tries("new ./tpl shop")
                    .word(format!("--a={}", "é".repeat(128)));
            },
        ),
        refused(
            "an answer is deeper than folders may be",
            1,
            "deep",
            |stage| {
                stage.template().file("files/{{a}}", "x");
                stage
                    .tries("new ./tpl shop")
                    .word(format!("--a={}x", "d/".repeat(40)));
            },
        ),
        refused(
            "a path is longer than the system takes",
            1,
            "dddd",
            |stage| {
                stage.template().file("files/{{a}}", "x");
                let deep = format!("{}/", "d".repeat(250)).repeat(20);
                stage.tries("new ./tpl shop").word(format!("--a={deep}x"));
            },
        ),
        refused("an answer is the record", 1, ".pyscaffold.toml", |stage| {
            stage.template().file("files/{{a}}", "format = 1\n");
            stage.tries("new ./tpl shop").spelled_as("--a=");
        })
        .spelled(&[".pyscaffold.toml", ".PYSCAFFOLD.toml", ".pyscaffold.toml/x"]),
        refused("a file is the record", 1, ".pyscaffold.toml", named)
            .spelled(&[".pyscaffold.toml", ".pyscaffold.toml/x"]),
        refused(
            "an answer makes a folder of a file",
            1,
            "fine.txt",
            |stage| {
                stage.template().file("files/{{a}}/x", "x");
                stage.tries("new ./tpl shop --a=fine.txt");
            },
        ),
        refused(
            "an answer makes two names one",
            1,
            "cannot stand side by side",
            |stage| {
                stage.template().file("files/{{a}}", "x");
                stage.tries("new ./tpl shop --a=FINE.txt");
            },
        ),
        refused(
            "an answer gives a path a second owner",
            1,
            "fine.txt",
            |stage| {
                stage.template().file("files/{{a}}", "x");
                stage.tries("new ./tpl shop --a=fine.txt");
            },
        ),
        refused(
            "two names differ in case",
            1,
            "cannot stand side by side",
            paired,
        )
        .spelled(&[
            "readme.md README.md",
            "src/a.py SRC/b.py",
            "straße STRASSE",
            "a A/b",
        ]),
        refused(
            "two names differ in composition",
            1,
            "cannot stand side by side",
            paired,
        )
        .spelled(&["caf\u{e9} cafe\u{301}", "\u{ac00} \u{1100}\u{1161}"]),
        refused("a file in git's folder", 1, "git's own folder", named).spelled(&[
            ".git/config",
            ".GIT/config",
            "sub/.git/hooks/pre-commit",
            "git~1/config",
            ".git",
        ]),
        refused("a file whose name hides something", 1, "\\u{", named).spelled(&[
            ".g\u{200c}it/config",
            "tab\tx",
            "new\nline",
            "gpj.\u{202e}exe",
        ]),
        refused("a file that Windows cannot have", 1, "files/", named)
            .spelled(&["con", "NUL.txt", "a:b", "what?", "dot.", "space ", "b<c"]),
        refused("a file whose name is no text", 1, "not UTF-8", |stage| {
            let template = stage.template();
            let name = template.path().join("files").join(no_text(b"\xff"));
            std::fs::write(name, "").unwrap();
            stage.tries("new ./tpl shop");
        }),
        refused("a rule leads out", 1, "note: files/fine.txt: ", |stage| {
            let rule = format!("[[files]]\npath = \"fine.txt\"\nto = '{}'", stage.spelling);
            stage.template().manifest(&rule);
            stage.tries("new ./tpl shop");
        })
        .spelled(&[
            "../x",
            "/etc/x",
            ".git/config",
            "a/../../x",
            "{{a}}/../../x",
            "nul",
            "a\\b",
        ]),
        refused(
            "a rule names something outside",
            1,
            "template.toml:",
            |stage| {
                let rule = format!("[[files]]\npath = '{}'", stage.spelling);
                stage.template().manifest(&rule);
                stage.tries("new ./tpl shop");
            },
        )
        .spelled(&["../../outside/secret", "/etc/passwd", "../template.toml"]),
        refused("a layer's name is a path", 1, "layer", |stage| {
            let layer = format!("[[layers]]\nuse = '{}'", stage.spelling);
            stage.template().manifest(&layer);
            stage.tries("new ./tpl shop");
        })
        .spelled(&["../outside", "/etc", "..", "a/b", "A", ""]),
        refused("the package is a path", 2, "", |stage| {
            stage.template().file("files/{{package}}/x", "x");
            stage.tries("new ./tpl shop --package").spelled_as("");
        })
        .spelled(&["../x", "a/b", ".git", "nul", "__pycache__/x"]),
        refused(
            "a file to be shown lies outside",
            1,
            "`../../outside/secret`",
            |stage| {
                stage.template();
                stage.tries("show ./tpl --file ../../outside/secret");
            },
        ),
    ]
}
