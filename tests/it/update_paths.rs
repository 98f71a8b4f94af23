//! Updates that add, delete, rename and replace files: what becomes of each path.

use super::support::scenario::Do::{Delete, Edit, Executable, Leave, Link, Move, Write};
use super::support::scenario::{Do, Files, Place, Row, check, check_all};

/// Nine lines: enough for two sides to change different ones, and to be recognised elsewhere.
const LONG: &str = "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\n";
const NINE: &str = "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nNINE\n";
const BOTH: &str = "ONE\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nNINE\n";
const ONE: &str = "ONE\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\n";

const fn row(
    name: &'static str,
    before: Files,
    work: &'static [Do],
    after: Files,
    decided: &'static str,
    holds: Files,
) -> Row {
    Row {
        name,
        manifest: "",
        before,
        work,
        after,
        decided,
        holds,
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "one table")]
fn changes_deletions_and_additions() {
    check_all(&[
        row(
            "taken",
            &[("a", "1\n")],
            &[],
            &[("a", "2\n")],
            "updated a",
            &[("a", "2\n")],
        ),
        row(
            "merged",
            &[("a", LONG)],
            &[Edit("a", "one", "ONE")],
            &[("a", NINE)],
            "merged a",
            &[("a", BOTH)],
        ),
        row(
            "only the user",
            &[("a", LONG), ("b", "1\n")],
            &[Edit("a", "one", "ONE")],
            &[("a", LONG), ("b", "2\n")],
            "updated b",
            &[("a", ONE)],
        ),
        row(
            "both the same",
            &[("a", LONG)],
            &[Edit("a", "nine", "NINE")],
            &[("a", NINE)],
            "",
            &[("a", NINE)],
        ),
        row(
            "conflict",
            &[("a", "1\n")],
            &[Write("a", "2\n")],
            &[("a", "3\n")],
            "conflict a",
            &[("a", "<<<<<<< yours\n2\n=======\n3\n>>>>>>> tpl 1.1.0\n")],
        ),
        row(
            "deleted by the user",
            &[("a", "1\n")],
            &[Delete("a")],
            &[("a", "2\n")],
            "kept deleted a",
            &[("a", "-")],
        ),
        row(
            "deleted by the user, as it was",
            &[("a", "1\n"), ("b", "1\n")],
            &[Delete("a")],
            &[("a", "1\n"), ("b", "2\n")],
            "kept deleted a; updated b",
            &[("a", "-")],
        ),
        row(
            "deleted by the template",
            &[("a", "1\n"), ("b", "1\n")],
            &[],
            &[("b", "1\n")],
            "removed a",
            &[("a", "-"), ("b", "1\n")],
        ),
        row(
            "deleted by the template, edited",
            &[("a", "1\n"), ("b", "1\n")],
            &[Write("a", "2\n")],
            &[("b", "1\n")],
            "kept (yours) a",
            &[("a", "2\n")],
        ),
        row(
            "deleted by both",
            &[("a", "1\n"), ("b", "1\n")],
            &[Delete("a")],
            &[("b", "1\n")],
            "",
            &[("a", "-")],
        ),
        row(
            "the last of its folder",
            &[("d/e/a", "1\n"), ("b", "1\n")],
            &[],
            &[("b", "1\n")],
            "removed d/e/a",
            &[("d", "-")],
        ),
        row(
            "added",
            &[("b", "1\n")],
            &[],
            &[("b", "1\n"), ("d/a", "1\n")],
            "added d/a",
            &[("d/a", "1\n")],
        ),
        row(
            "both added the same",
            &[("b", "1\n")],
            &[Write("a", "1\n")],
            &[("b", "1\n"), ("a", "1\n")],
            "",
            &[("a", "1\n")],
        ),
        row(
            "both added",
            &[("b", "1\n")],
            &[Write("a", "2\n")],
            &[("b", "1\n"), ("a", "3\n")],
            "conflict a",
            &[("a", "<<<<<<< yours\n2\n=======\n3\n>>>>>>> tpl 1.1.0\n")],
        ),
        row(
            "both added, ends of lines",
            &[("b", "1\n")],
            &[Write("a", "1\r\n")],
            &[("b", "1\n"), ("a", "1\n")],
            "",
            &[("a", "1\r\n")],
        ),
        row(
            "both added a list",
            &[("b", "1\n")],
            &[Write("requirements.txt", "httpx\n")],
            &[("b", "1\n"), ("requirements.txt", "anyio\n")],
            "merged requirements.txt",
            &[("requirements.txt", "httpx\n\nanyio\n")],
        ),
    ]);
}

#[test]
#[expect(clippy::too_many_lines, reason = "one table")]
fn renames() {
    check_all(&[
        row(
            "by the template",
            &[("a", LONG)],
            &[],
            &[("b", LONG)],
            "renamed a>b",
            &[("a", "-"), ("b", LONG)],
        ),
        row(
            "by the template, edited",
            &[("a", LONG)],
            &[Edit("a", "one", "ONE")],
            &[("b", LONG)],
            "renamed a>b",
            &[("a", "-"), ("b", ONE)],
        ),
        row(
            "by the template, both edited",
            &[("a", LONG)],
            &[Edit("a", "one", "ONE")],
            &[("b", NINE)],
            "renamed a>b",
            &[("a", "-"), ("b", BOTH)],
        ),
        row(
            "by the user",
            &[("a", LONG)],
            &[Move("a", "b")],
            &[("a", NINE)],
            "updated b",
            &[("a", "-"), ("b", NINE)],
        ),
        row(
            "by the user, both edited",
            &[("a", LONG)],
            &[Edit("a", "one", "ONE"), Move("a", "b")],
            &[("a", NINE)],
            "merged b",
            &[("a", "-"), ("b", BOTH)],
        ),
        row(
            "by both the same",
            &[("a", LONG)],
            &[Move("a", "b")],
            &[("b", NINE)],
            "updated b",
            &[("a", "-"), ("b", NINE)],
        ),
        row(
            "by both, otherwise",
            &[("a", LONG)],
            &[Move("a", "b")],
            &[("c", LONG)],
            "conflict b",
            &[("a", "-"), ("b", LONG), ("c", "-")],
        ),
        row(
            "by the user, deleted by the template",
            &[("a", LONG), ("z", "1\n")],
            &[Move("a", "b")],
            &[("z", "1\n")],
            "kept (yours) b",
            &[("b", LONG)],
        ),
        row(
            "by the template, deleted by the user",
            &[("a", LONG)],
            &[Delete("a")],
            &[("b", LONG)],
            "kept deleted b",
            &[("a", "-"), ("b", "-")],
        ),
        row(
            "to a file of the user's",
            &[("a", LONG)],
            &[Write("b", "mine\n")],
            &[("b", LONG)],
            "removed a; conflict b",
            &[],
        ),
        row(
            "of a folder",
            &[("old/a", LONG), ("old/b", ONE)],
            &[Write("old/mine", "m\n"), Edit("old/a", "one", "ONE")],
            &[("new/a", LONG), ("new/b", ONE)],
            "renamed old/a>new/a; renamed old/b>new/b; renamed old/mine>new/mine",
            &[("old", "-"), ("new/a", ONE), ("new/mine", "m\n")],
        ),
        row(
            "of a folder, into which something is added",
            &[("old/a", LONG)],
            &[Move("old", "new")],
            &[("old/a", NINE), ("old/c", "c\n")],
            "updated new/a; added new/c",
            &[("old", "-"), ("new/a", NINE), ("new/c", "c\n")],
        ),
        row(
            "of a folder with folders in it",
            &[("old/x/a", LONG), ("old/b", ONE)],
            &[Write("old/x/y/mine", "m\n")],
            &[("new/x/a", LONG), ("new/b", ONE)],
            "renamed old/b>new/b; renamed old/x/a>new/x/a; renamed old/x/y/mine>new/x/y/mine",
            &[("old", "-"), ("new/x/y/mine", "m\n")],
        ),
        Row {
            manifest: "---\n[[renamed]]\nfrom = \"a\"\nto = \"b\"",
            ..row(
                "declared",
                &[("a", "x\n")],
                &[Executable("a")],
                &[("b", "y\n")],
                "renamed a>b",
                &[("a", "-"), ("b", "y\n")],
            )
        },
        Row {
            manifest: "---\n[[renamed]]\nfrom = \"old\"\nto = \"new\"",
            ..row(
                "declared, of a folder",
                &[("old/a", "x\n")],
                &[Write("old/mine", "m\n")],
                &[("new/a", "y\n")],
                "renamed old/a>new/a; renamed old/mine>new/mine",
                &[("old", "-"), ("new/a", "y\n"), ("new/mine", "m\n")],
            )
        },
        Row {
            manifest: "---\n[[renamed]]\nfrom = \"a\"\nto = \"b\"",
            ..row(
                "declared, deleted by the user",
                &[("a", "x\n")],
                &[Delete("a")],
                &[("b", "y\n")],
                "kept deleted b",
                &[("b", "-")],
            )
        },
        row(
            "not declared",
            &[("a", "x\n")],
            &[],
            &[("b", "y\n")],
            "removed a; added b",
            &[("a", "-"), ("b", "y\n")],
        ),
    ]);
}

#[test]
fn files_folders_and_links() {
    check_all(&[
        row(
            "a file becomes a folder",
            &[("a", "1\n")],
            &[],
            &[("a/b", "2\n")],
            "removed a; added a/b",
            &[("a/b", "2\n")],
        ),
        row(
            "an edited file becomes a folder",
            &[("a", "1\n")],
            &[Write("a", "2\n")],
            &[("a/b", "3\n")],
            "kept (yours) a; conflict a/b",
            &[("a", "2\n")],
        ),
        row(
            "a folder becomes a file",
            &[("a/b", "1\n")],
            &[],
            &[("a", "2\n")],
            "added a; removed a/b",
            &[("a", "2\n")],
        ),
        row(
            "a folder with more becomes a file",
            &[("a/b", "1\n")],
            &[Write("a/mine", "m\n")],
            &[("a", "2\n")],
            "conflict a; removed a/b",
            &[("a/mine", "m\n")],
        ),
        row(
            "the user has a file",
            &[("z", "1\n")],
            &[Write("a", "m\n")],
            &[("z", "1\n"), ("a/b", "2\n")],
            "conflict a/b",
            &[("a", "m\n")],
        ),
        row(
            "a link of the user's",
            &[("a", "1\n"), ("b", "x\n")],
            &[Link("a", "b")],
            &[("a", "1\n"), ("b", "y\n")],
            "updated b",
            &[("a", "y\n")],
        ),
        row(
            "a link that the template changed",
            &[("a", "1\n"), ("b", "x\n")],
            &[Link("a", "b")],
            &[("a", "2\n"), ("b", "x\n")],
            "conflict a",
            &[("a", "x\n"), ("b", "x\n")],
        ),
        row(
            "a link that the template deleted",
            &[("a", "1\n"), ("b", "x\n")],
            &[Link("a", "b")],
            &[("b", "x\n")],
            "kept (yours) a",
            &[("a", "x\n")],
        ),
        row(
            "a folder that is a link",
            &[("d/a", "1\n")],
            &[Move("d", "e"), Link("d", "e")],
            &[("d/a", "1\n"), ("d/b", "2\n")],
            "added e/b",
            &[("e/a", "1\n"), ("e/b", "2\n")],
        ),
    ]);
}

#[test]
fn files_that_git_does_not_keep() {
    const IGNORE: &str = ".env\n";
    check_all(&[
        row(
            "in the way",
            &[(".gitignore", IGNORE)],
            &[Leave(".env", "TOKEN=secret\n")],
            &[(".gitignore", IGNORE), (".env", "TOKEN=\n")],
            "skipped .env",
            &[(".env", "TOKEN=secret\n")],
        ),
        row(
            "in the way, not ignored",
            &[("a", "1\n")],
            &[Leave("b", "mine\n")],
            &[("a", "1\n"), ("b", "2\n")],
            "skipped b",
            &[("b", "mine\n")],
        ),
        row(
            "in the way, the same",
            &[("a", "1\n")],
            &[Leave("b", "2\n")],
            &[("a", "1\n"), ("b", "2\n")],
            "",
            &[("b", "2\n")],
        ),
        row(
            "unrelated",
            &[("a", "1\n")],
            &[Leave("notes", "mine\n")],
            &[("a", "2\n")],
            "updated a",
            &[("notes", "mine\n")],
        ),
        row(
            "once kept, changed by both",
            &[("conf", "1\n"), ("z", "z\n")],
            &[
                Delete("conf"),
                Write(".gitignore", "conf\n"),
                Leave("conf", "2\n"),
            ],
            &[("conf", "3\n"), ("z", "z\n")],
            "skipped conf",
            &[("conf", "2\n")],
        ),
        row(
            "a folder in the way",
            &[("a", "1\n")],
            &[Leave("b/mine", "m\n")],
            &[("a", "1\n"), ("b", "2\n")],
            "skipped b",
            &[("b/mine", "m\n")],
        ),
    ]);
}

#[test]
fn many_files_that_get_other_names_at_once() {
    // More pairs than are compared line by line.
    const MANY: usize = 201;
    let files = |folder: &str, name: &str| -> Files {
        let files: Vec<(&'static str, &'static str)> = (0..MANY)
            .map(|number| {
                let path = format!("{folder}/{name}{number:03}");
                let text = format!("first of {number}\nsecond\n");
                (&*path.leak(), &*text.leak())
            })
            .collect();
        files.leak()
    };
    let mut expected: Vec<String> = (0..MANY)
        .map(|number| format!("renamed old/a{number:03}>new/b{number:03}"))
        .collect();
    expected.sort();
    check(
        &Row {
            name: "many",
            manifest: "",
            before: files("old", "a"),
            work: &[],
            after: files("new", "b"),
            decided: expected.join("; ").leak(),
            holds: &[("old/a007", "-"), ("new/b007", "first of 7\nsecond\n")],
        },
        Place::Plain,
    );
}
