//! Updates of files that both sides changed: what becomes of their content.

use super::support::scenario::Do::{Edit, Executable, Write};
use super::support::scenario::{Do, Files, Row, check_all};

/// One file: what it shows, its path, three texts - made then, written by the user, made now -, the outcome and the text afterwards.
type OneFile = (
    &'static str,
    &'static str,
    [&'static str; 3],
    &'static str,
    &'static str,
);

const fn row(
    name: &'static str,
    path: &'static str,
    texts: [&'static str; 3],
    outcome: &'static str,
    expected: &'static str,
) -> OneFile {
    (name, path, texts, outcome, expected)
}

/// Checks rows of one file: what the template made, what the user wrote, what the template makes now.
fn check(rows: &[OneFile]) {
    for (name, path, [before, ours, after], outcome, expected) in rows {
        let decided = if outcome.is_empty() {
            String::new()
        } else {
            format!("{outcome} {path}")
        };
        let files =
            |text: &'static str| -> Files { Box::leak(Box::new([(*path, text), ("z", "z\n")])) };
        let work: &'static [Do] = Box::leak(Box::new([Write(path, ours)]));
        check_all(&[Row {
            name,
            manifest: "",
            before: files(before),
            work,
            after: files(after),
            decided: Box::leak(decided.into_boxed_str()),
            holds: Box::leak(Box::new([(*path, *expected)])),
        }]);
    }
}

#[test]
fn ends_of_lines_and_bytes() {
    check(&[
        row(
            "crlf",
            "a",
            ["1\n2\n", "1\r\n2\r\n", "1\n3\n"],
            "updated",
            "1\r\n3\r\n",
        ),
        row(
            "crlf, both changed",
            "a",
            ["1\n2\n3\n4\n", "0\r\n2\r\n3\r\n4\r\n", "1\n2\n3\n5\n"],
            "merged",
            "0\r\n2\r\n3\r\n5\r\n",
        ),
        row(
            "crlf, conflict",
            "a",
            ["1\n", "2\r\n", "3\n"],
            "conflict",
            "<<<<<<< yours\r\n2\r\n=======\r\n3\r\n>>>>>>> tpl 1.1.0\r\n",
        ),
        row(
            "crlf of the template",
            "a",
            ["1\r\n2\r\n", "1\n2\n", "1\r\n3\r\n"],
            "updated",
            "1\n3\n",
        ),
        row(
            "no newline at the end",
            "a",
            ["1\n2\n", "1\n2", "1\n2\n3\n"],
            "updated",
            "1\n2\n3",
        ),
        row(
            "a newline at the end",
            "a",
            ["1\n2", "1\n2\n", "1\n2\n3"],
            "updated",
            "1\n2\n3\n",
        ),
        row(
            "not utf-8",
            "a",
            ["ÿ\n2\n3\n4\n", "ÿ\n0\n3\n4\n", "ÿ\n2\n3\n5\n"],
            "merged",
            "ÿ\n0\n3\n5\n",
        ),
        row(
            "not utf-8, conflict",
            "a",
            ["1\n", "ÿ\n", "2\n"],
            "conflict",
            "<<<<<<< yours\nÿ\n=======\n2\n>>>>>>> tpl 1.1.0\n",
        ),
        row(
            "binary",
            "a",
            ["\0one", "\0one", "\0two"],
            "updated",
            "\0two",
        ),
        row(
            "binary, the user's",
            "a",
            ["\0one", "\0two", "\0one"],
            "",
            "\0two",
        ),
        row(
            "binary, both",
            "a",
            ["\0one", "\0two", "\0three"],
            "conflict",
            "\0two",
        ),
        row(
            "text and binary",
            "a",
            ["one\n", "two\n", "\0three"],
            "conflict",
            "two\n",
        ),
        row("empty", "a", ["", "mine\n", ""], "", "mine\n"),
        row("emptied", "a", ["1\n2\n", "1\n2\n", ""], "updated", ""),
        row(
            "markers in the text",
            "a",
            ["<<<<<<<\n1\n", "<<<<<<<\n2\n", "<<<<<<<\n3\n"],
            "conflict",
            "<<<<<<<\n<<<<<<<< yours\n2\n========\n3\n>>>>>>>> tpl 1.1.0\n",
        ),
    ]);
}

#[test]
fn executable_bits() {
    const RUN: &str = "[[files]]\npath = \"a\"\nexecutable = true";
    const LATER: &str = "---\n[[files]]\npath = \"a\"\nexecutable = true";
    let rows = |name, manifest, work, before, after, decided, expected| Row {
        name,
        manifest,
        work,
        before,
        after,
        decided,
        holds: expected,
    };
    check_all(&[
        rows(
            "stays",
            RUN,
            &[],
            &[("a", "1\n")],
            &[("a", "2\n")],
            "updated a",
            &[("a", "2\n")],
        ),
        rows(
            "is given",
            LATER,
            &[],
            &[("a", "1\n")],
            &[("a", "1\n")],
            "updated a",
            &[("a", "1\n")],
        ),
        rows(
            "is given, and the user edits",
            LATER,
            &[Write("a", "2\n")],
            &[("a", "1\n")],
            &[("a", "1\n")],
            "merged a",
            &[("a", "2\n")],
        ),
        rows(
            "the user's, and the template edits",
            "",
            &[Executable("a")],
            &[("a", "1\n")],
            &[("a", "2\n")],
            "merged a",
            &[("a", "2\n")],
        ),
    ]);
}

#[test]
fn lines_that_stand_for_themselves() {
    check(&[
        row(
            "both added",
            ".gitignore",
            ["a\n", "a\nmine\n", "a\nnew\n"],
            "merged",
            "a\nmine\n\nnew\n",
        ),
        row(
            "removed by the template",
            ".gitignore",
            ["a\nb\n", "a\nb\nmine\n", "a\nnew\n"],
            "merged",
            "a\nmine\n\nnew\n",
        ),
        row(
            "removed by the user",
            ".dockerignore",
            ["a\nb\n", "b\nmine\n", "a\nb\nnew\n"],
            "merged",
            "b\nmine\n\nnew\n",
        ),
        row(
            "both the same",
            ".gitignore",
            ["a\n", "a\nnew\n", "a\nx\nnew\n"],
            "merged",
            "a\nnew\n\nx\n",
        ),
        row(
            "requirements",
            "requirements-dev.txt",
            ["a\n", "a\nhttpx\n", "a\nanyio\n"],
            "merged",
            "a\nhttpx\n\nanyio\n",
        ),
        row(
            "one requirement, two versions",
            "requirements.txt",
            ["a==1\n", "a==2\n", "a==3\n"],
            "conflict",
            "<<<<<<< yours\na==2\n=======\na==3\n>>>>>>> tpl 1.1.0\n",
        ),
    ]);
}

/// A document with dependencies and more tables.
macro_rules! project {
    ($python:literal, $dependencies:literal, $rest:literal) => {
        concat!(
            "[project]\nname = \"x\"\nrequires-python = \"",
            $python,
            "\"\ndependencies = [\n",
            $dependencies,
            "]\n",
            $rest
        )
    };
}

#[test]
#[expect(clippy::too_many_lines, reason = "one table")]
fn toml_by_structure() {
    check(&[
        row(
            "both added a dependency",
            "pyproject.toml",
            [
                project!(">=3.11", "    \"a\",\n", ""),
                project!(">=3.11", "    \"a\",\n    \"mine\", # why\n", ""),
                project!(">=3.11", "    \"a\",\n    \"new\",\n", ""),
            ],
            "merged",
            project!(
                ">=3.11",
                "    \"a\",\n    \"mine\", # why\n    \"new\",\n",
                ""
            ),
        ),
        row(
            "both added the same dependency",
            "pyproject.toml",
            [
                project!(">=3.11", "    \"a\",\n", ""),
                project!(">=3.11", "    \"a\",\n    \"My_Lib\",\n", ""),
                project!(">=3.11", "    \"my-lib\",\n    \"a\",\n", ""),
            ],
            "",
            project!(">=3.11", "    \"a\",\n    \"My_Lib\",\n", ""),
        ),
        row(
            "the template raises one beside the user's",
            "pyproject.toml",
            [
                project!(">=3.11", "    \"a>=1\",\n", ""),
                project!(">=3.11", "    \"a>=1\",\n    \"mine\",\n", ""),
                project!(">=3.11", "    \"a>=2\",\n", ""),
            ],
            "merged",
            project!(">=3.11", "    \"a>=2\",\n    \"mine\",\n", ""),
        ),
        row(
            "both raised one",
            "pyproject.toml",
            [
                project!(">=3.11", "    \"a>=1\",\n", ""),
                project!(">=3.11", "    \"a>=2\",\n", ""),
                project!(">=3.11", "    \"a>=3\",\n", ""),
            ],
            "conflict",
            project!(
                ">=3.11",
                "<<<<<<< yours (project.dependencies)\n    \"a>=2\",\n=======\n    \"a>=3\",\n>>>>>>> tpl 1.1.0\n",
                ""
            ),
        ),
        row(
            "a value that both changed",
            "pyproject.toml",
            [
                project!(">=3.11", "    \"a\",\n", ""),
                project!(">=3.12", "    \"a\",\n", ""),
                project!(">=3.13", "    \"a\",\n    \"new\",\n", ""),
            ],
            "conflict",
            "[project]\nname = \"x\"\n<<<<<<< yours (project.requires-python)\nrequires-python = \">=3.12\"\n=======\nrequires-python = \">=3.13\"\n>>>>>>> tpl 1.1.0\ndependencies = [\n    \"a\",\n    \"new\",\n]\n",
        ),
        row(
            "both added a key to a table",
            "pyproject.toml",
            [
                "[tool.x]\na = 1\n",
                "[tool.x]\na = 1\nmine = 2\n",
                "[tool.x]\na = 1\nnew = 3\n",
            ],
            "merged",
            "[tool.x]\na = 1\nmine = 2\nnew = 3\n",
        ),
        row(
            "both added the same table",
            "pyproject.toml",
            [
                "[tool.x]\na = 1\n",
                "[tool.x]\na = 1\n\n[tool.y]\nmine = 2\n",
                "[tool.y]\nnew = 3\n\n[tool.x]\na = 1\n",
            ],
            "merged",
            "[tool.x]\na = 1\n\n[tool.y]\nmine = 2\nnew = 3\n",
        ),
        row(
            "a key that the template took out",
            "ruff.toml",
            [
                "a = 1\nold = 2\n",
                "a = 1\nold = 2\nmine = 3\n",
                "a = 1\nnew = 4\n",
            ],
            "merged",
            "a = 1\nmine = 3\nnew = 4\n",
        ),
        row(
            "no toml of the user's",
            "ruff.toml",
            ["a = 1\n", "a = \n", "a = 2\n"],
            "conflict",
            "<<<<<<< yours\na = \n=======\na = 2\n>>>>>>> tpl 1.1.0\n",
        ),
    ]);
}

#[test]
fn files_that_are_the_users_once_made() {
    const ONCE: &str = "[[files]]\npath = \"a\"\nownership = \"once\"";
    const MANAGED: &str = "[[files]]\npath = \"a\"\nownership = \"managed\"";
    let rows = |name, manifest, work, before, after, decided, expected| Row {
        name,
        manifest,
        work,
        before,
        after,
        decided,
        holds: expected,
    };
    check_all(&[
        rows(
            "left",
            ONCE,
            &[Edit("a", "1", "mine")],
            &[("a", "1\n")],
            &[("a", "2\n")],
            "skipped a",
            &[("a", "mine\n")],
        ),
        rows(
            "left as it was made",
            ONCE,
            &[],
            &[("a", "1\n")],
            &[("a", "2\n")],
            "skipped a",
            &[("a", "1\n")],
        ),
        rows(
            "managed",
            MANAGED,
            &[],
            &[("a", "1\n")],
            &[("a", "2\n")],
            "updated a",
            &[("a", "2\n")],
        ),
    ]);
}
