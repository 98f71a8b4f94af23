//! Small cases of the merge, each a row: three trees as text, and what becomes of each path.

use std::collections::{BTreeMap, BTreeSet};

use pyscaffold::engine::merge::{Labels, Mode, Node, Rules, Side, merge};
use pyscaffold::model::relpath::RelPath;

/// A tree: paths and contents. A `*` before a path makes the file executable, a `@` makes it a link.
type Files<'a> = &'a [(&'a str, &'a str)];

fn side(files: Files<'_>) -> Side {
    files
        .iter()
        .map(|(path, text)| {
            let mode = match path.as_bytes()[0] {
                b'*' => Mode::Executable,
                b'@' => Mode::Link,
                _ => Mode::Plain,
            };
            let path = RelPath::parse(path.trim_start_matches(['*', '@'])).unwrap();
            let bytes = Some(text.as_bytes().into());
            (path, Node { mode, bytes })
        })
        .collect()
}

fn labels() -> Labels {
    Labels {
        ours: "yours".to_owned(),
        theirs: "tpl 2.0.0".to_owned(),
    }
}

fn shown(node: &Node) -> String {
    let sign = match node.mode {
        Mode::Executable => "*",
        Mode::Link => "@",
        Mode::Plain | Mode::Other => "",
    };
    let text = String::from_utf8_lossy(node.bytes.as_deref().unwrap_or_default());
    format!("{sign}{text}")
}

/// Merges and returns what was decided, and the files afterwards.
fn merged(base: Files<'_>, ours: Files<'_>, theirs: Files<'_>, rules: &Rules) -> (String, String) {
    let mut after: BTreeMap<RelPath, Node> = side(ours);
    let changes = merge(&side(base), &side(ours), &side(theirs), rules, &labels());
    for change in &changes {
        if let Some(path) = change.deletes() {
            after.remove(path);
        }
    }
    let mut decided = Vec::new();
    for change in changes {
        let from = change.from.map_or(String::new(), |from| format!("{from}>"));
        decided.push(format!("{} {from}{}", change.outcome.word(), change.path));
        if let Some(node) = change.result {
            after.insert(change.path, node);
        }
    }
    let files: Vec<String> = after
        .iter()
        .map(|(path, node)| format!("{path}={}", shown(node)))
        .collect();
    (decided.join("; "), files.join("|"))
}

#[track_caller]
fn check(base: Files<'_>, ours: Files<'_>, theirs: Files<'_>, decided: &str, files: &str) {
    let found = merged(base, ours, theirs, &Rules::default());
    assert_eq!(found, (decided.to_owned(), files.to_owned()));
}

const LONG: &str = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";

#[test]
fn one_path() {
    check(&[("a", "1")], &[("a", "1")], &[("a", "1")], "", "a=1");
    check(
        &[("a", "1")],
        &[("a", "1")],
        &[("a", "2")],
        "updated a",
        "a=2",
    );
    check(&[("a", "1")], &[("a", "2")], &[("a", "1")], "", "a=2");
    check(&[("a", "1")], &[("a", "2")], &[("a", "2")], "", "a=2");
    check(&[], &[], &[("a", "1")], "added a", "a=1");
    check(&[], &[("a", "1")], &[("a", "1")], "", "a=1");
    check(&[("a", "1")], &[("a", "1")], &[], "removed a", "");
    check(&[("a", "1")], &[("a", "2")], &[], "kept (yours) a", "a=2");
    check(&[("a", "1")], &[], &[("a", "1")], "kept deleted a", "");
    check(&[("a", "1")], &[], &[("a", "2")], "kept deleted a", "");
    check(&[("a", "1")], &[], &[], "", "");
    let ours = LONG.replace('1', "one");
    let theirs = LONG.replace('9', "nine");
    let both = theirs.replace('1', "one");
    check(
        &[("a", LONG)],
        &[("a", &ours)],
        &[("a", &theirs)],
        "merged a",
        &format!("a={both}"),
    );
}

#[test]
fn conflicts_have_markers_with_names() {
    check(
        &[("a", "1\n")],
        &[("a", "2\n")],
        &[("a", "3\n")],
        "conflict a",
        "a=<<<<<<< yours\n2\n=======\n3\n>>>>>>> tpl 2.0.0\n",
    );
    check(
        &[],
        &[("a", "2\n")],
        &[("a", "3\n")],
        "conflict a",
        "a=<<<<<<< yours\n2\n=======\n3\n>>>>>>> tpl 2.0.0\n",
    );
    check(
        &[("a", "<<<<<<<\n1\n")],
        &[("a", "<<<<<<<\n2\n")],
        &[("a", "<<<<<<<\n3\n")],
        "conflict a",
        "a=<<<<<<<\n<<<<<<<< yours\n2\n========\n3\n>>>>>>>> tpl 2.0.0\n",
    );
}

#[test]
fn modes_links_and_binaries() {
    check(
        &[("a", "1")],
        &[("a", "1")],
        &[("*a", "1")],
        "updated a",
        "a=*1",
    );
    check(
        &[("a", "1")],
        &[("*a", "1")],
        &[("a", "2")],
        "merged a",
        "a=*2",
    );
    check(
        &[("a", "1")],
        &[("a", "2")],
        &[("*a", "1")],
        "merged a",
        "a=*2",
    );
    check(&[("a", "1")], &[("@a", "b")], &[("a", "1")], "", "a=@b");
    check(
        &[("a", "1")],
        &[("@a", "b")],
        &[("a", "2")],
        "conflict a",
        "a=@b",
    );
    check(&[("a", "1")], &[("@a", "b")], &[], "kept (yours) a", "a=@b");
    check(
        &[("a", "\0one")],
        &[("a", "\0two")],
        &[("a", "\0three")],
        "conflict a",
        "a=\0two",
    );
    check(
        &[("a", "\0one")],
        &[("a", "\0one")],
        &[("a", "\0three")],
        "updated a",
        "a=\0three",
    );
}

#[test]
fn ends_of_lines_stay_the_users() {
    for (base, ours, theirs, expected) in [
        ("1\n2\n", "1\r\n2\r\n", "1\n3\n", "1\r\n3\r\n"),
        ("1\n2", "1\n2\n", "1\n2\n3", "1\n2\n3\n"),
        ("1\n2\n", "1\n2", "1\n2\n3\n", "1\n2\n3"),
        ("1\r\n2\r\n", "1\n2\n", "1\r\n3\r\n", "1\n3\n"),
        ("1\r\n2\r\n", "1\r\n2\r\n", "1\n3\n", "1\n3\n"),
    ] {
        let (decided, files) = merged(
            &[("a", base)],
            &[("a", ours)],
            &[("a", theirs)],
            &Rules::default(),
        );
        assert!(decided == "updated a" || decided == "merged a", "{decided}");
        assert_eq!(
            files,
            format!("a={expected}"),
            "{base:?} {ours:?} {theirs:?}"
        );
    }
    check(&[("a", "1\n")], &[("a", "1\r\n")], &[], "removed a", "");
    check(&[], &[("a", "1\r\n")], &[("a", "1\n")], "", "a=1\r\n");
}

#[test]
fn renames_are_followed_on_both_sides() {
    check(
        &[("a", LONG)],
        &[("a", LONG)],
        &[("b", LONG)],
        "renamed a>b",
        &format!("b={LONG}"),
    );
    let edited = LONG.replace('1', "one");
    check(
        &[("a", LONG)],
        &[("a", &edited)],
        &[("b", LONG)],
        "renamed a>b",
        &format!("b={edited}"),
    );
    check(
        &[("a", LONG)],
        &[("b", LONG)],
        &[("a", &edited)],
        "updated b",
        &format!("b={edited}"),
    );
    check(
        &[("a", LONG)],
        &[("b", LONG)],
        &[("c", LONG)],
        "conflict b",
        &format!("b={LONG}"),
    );
    check(
        &[("a", LONG)],
        &[("b", LONG)],
        &[("b", LONG)],
        "",
        &format!("b={LONG}"),
    );
    check(
        &[("a", LONG)],
        &[("b", LONG)],
        &[],
        "kept (yours) b",
        &format!("b={LONG}"),
    );
    // What the template renames to a path that is the user's own is not put over it.
    check(
        &[("a", LONG)],
        &[("a", LONG), ("b", "mine\n")],
        &[("b", LONG)],
        "removed a; conflict b",
        &format!("b=<<<<<<< yours\nmine\n=======\n{LONG}>>>>>>> tpl 2.0.0\n"),
    );
}

#[test]
fn folders_that_move_take_along_what_is_in_them() {
    check(
        &[("src/old/a", LONG)],
        &[("src/old/a", LONG), ("src/old/mine", "m")],
        &[("src/new/a", LONG)],
        "renamed src/old/a>src/new/a; renamed src/old/mine>src/new/mine",
        &format!("src/new/a={LONG}|src/new/mine=m"),
    );
    check(
        &[("src/old/a", LONG)],
        &[("src/mine/a", LONG)],
        &[("src/old/a", LONG), ("src/old/b", "new")],
        "added src/mine/b",
        &format!("src/mine/a={LONG}|src/mine/b=new"),
    );
    // A folder in which something of the template is left did not move.
    check(
        &[("d/a", LONG), ("d/b", "b")],
        &[("d/a", LONG), ("d/b", "b"), ("d/mine", "m")],
        &[("e/a", LONG), ("d/b", "b")],
        "renamed d/a>e/a",
        &format!("d/b=b|d/mine=m|e/a={LONG}"),
    );
}

#[test]
fn a_rename_can_be_declared() {
    let rules = Rules {
        renamed: BTreeMap::from([(RelPath::parse("a").unwrap(), RelPath::parse("b").unwrap())]),
        ..Rules::default()
    };
    let found = merged(&[("a", "x\n")], &[("a", "x\n")], &[("b", "y\n")], &rules);
    assert_eq!(found, ("renamed a>b".to_owned(), "b=y\n".to_owned()));
    let without = merged(
        &[("a", "x\n")],
        &[("a", "x\n")],
        &[("b", "y\n")],
        &Rules::default(),
    );
    assert_eq!(without.0, "removed a; added b");
}

#[test]
fn files_and_folders_never_take_each_others_place() {
    check(
        &[("a", "1")],
        &[("a", "1")],
        &[("a/b", "2")],
        "removed a; added a/b",
        "a/b=2",
    );
    check(
        &[("a", "1")],
        &[("a", "mine")],
        &[("a/b", "2")],
        "kept (yours) a; conflict a/b",
        "a=mine",
    );
    check(
        &[("a/b", "1")],
        &[("a/b", "1")],
        &[("a", "2")],
        "added a; removed a/b",
        "a=2",
    );
    check(
        &[("a/b", "1")],
        &[("a/b", "1"), ("a/mine", "m")],
        &[("a", "2")],
        "conflict a; removed a/b",
        "a/mine=m",
    );
    check(&[], &[("a/b", "m")], &[("a", "2")], "conflict a", "a/b=m");
}

#[test]
fn files_that_are_the_users_once_made_stay() {
    let rules = Rules {
        once: BTreeSet::from([RelPath::parse("a").unwrap()]),
        ..Rules::default()
    };
    for (base, ours, theirs, decided, files) in [
        (Some("1"), Some("1"), Some("2"), "skipped a", "a=1"),
        (Some("1"), Some("3"), Some("1"), "", "a=3"),
        (Some("1"), Some("1"), None, "kept (yours) a", "a=1"),
        (None, None, Some("1"), "added a", "a=1"),
        (None, Some("2"), Some("1"), "skipped a", "a=2"),
    ] {
        let tree = |text: Option<&'static str>| text.map(|text| ("a", text)).into_iter().collect();
        let (base, ours, theirs): (Vec<_>, Vec<_>, Vec<_>) = (tree(base), tree(ours), tree(theirs));
        let found = merged(&base, &ours, &theirs, &rules);
        assert_eq!(found, (decided.to_owned(), files.to_owned()));
    }
}

#[test]
fn files_that_git_does_not_keep_are_merged_or_left() {
    let rules = Rules {
        untracked: BTreeSet::from([RelPath::parse(".env").unwrap()]),
        ..Rules::default()
    };
    for (base, ours, theirs, decided, files) in [
        (
            None,
            "secret\n",
            "TOKEN=\n",
            "skipped .env",
            ".env=secret\n",
        ),
        (Some("A=\n"), "A=s\n", "A=x\n", "skipped .env", ".env=A=s\n"),
        (
            Some("A=\nb\nc\n"),
            "A=s\nb\nc\n",
            "A=\nb\nc\nD=\n",
            "merged .env",
            ".env=A=s\nb\nc\nD=\n",
        ),
        (None, "same\n", "same\n", "", ".env=same\n"),
    ] {
        let base: Vec<_> = base.map(|text| (".env", text)).into_iter().collect();
        let found = merged(&base, &[(".env", ours)], &[(".env", theirs)], &rules);
        assert_eq!(found, (decided.to_owned(), files.to_owned()));
    }
}

#[test]
fn lines_that_stand_for_themselves_are_sets() {
    for (path, base, ours, theirs, decided, expected) in [
        (
            ".gitignore",
            "a\n",
            "a\nmine\n",
            "a\nnew\n",
            "merged",
            "a\nmine\n\nnew\n",
        ),
        (
            ".gitignore",
            "a\nb\n",
            "b\nmine\n",
            "a\nb\nnew\n",
            "merged",
            "b\nmine\n\nnew\n",
        ),
        (
            ".gitignore",
            "a\nb\n",
            "a\nb\nmine\n",
            "a\nnew\n",
            "merged",
            "a\nmine\n\nnew\n",
        ),
        (
            "requirements.txt",
            "a\n",
            "a\nhttpx\n",
            "a\nsqlmodel\n",
            "merged",
            "a\nhttpx\n\nsqlmodel\n",
        ),
    ] {
        let found = merged(
            &[(path, base)],
            &[(path, ours)],
            &[(path, theirs)],
            &Rules::default(),
        );
        let expected = (format!("{decided} {path}"), format!("{path}={expected}"));
        assert_eq!(found, expected);
    }
    let (decided, _) = merged(
        &[("requirements.txt", "a==1\n")],
        &[("requirements.txt", "a==2\n")],
        &[("requirements.txt", "a==3\n")],
        &Rules::default(),
    );
    assert_eq!(decided, "conflict requirements.txt");
}

/// Merges a TOML file; returns what was decided and the text.
fn toml(base: &str, ours: &str, theirs: &str) -> (String, String) {
    let name = "pyproject.toml";
    let (decided, files) = merged(
        &[(name, base)],
        &[(name, ours)],
        &[(name, theirs)],
        &Rules::default(),
    );
    let text = files.strip_prefix("pyproject.toml=").unwrap();
    (decided, text.to_owned())
}

const PROJECT: &str = "[project]\nname = \"x\"\nrequires-python = \">=3.11\"\ndependencies = [\n    \"fastapi>=1\",\n]\n";

#[test]
fn toml_is_merged_by_structure() {
    let add = |name: &str| PROJECT.replace("\n]", &format!("\n    \"{name}\",\n]"));
    let (decided, text) = toml(PROJECT, &add("httpx"), &add("sqlmodel"));
    assert_eq!(decided, "merged pyproject.toml");
    assert!(
        text.contains("    \"httpx\",\n    \"sqlmodel\",\n]"),
        "{text}"
    );
    // Both added the same, written otherwise: the user's way of writing stays.
    let (decided, text) = toml(PROJECT, &add("HTTPX>=1"), &add("httpx>=1"));
    assert_eq!(decided, "");
    assert!(text.contains("HTTPX") && !text.contains("httpx"), "{text}");
    // The template raises what the user left, beside something that the user added.
    let (decided, text) = toml(
        PROJECT,
        &add("httpx"),
        &PROJECT.replace("fastapi>=1", "fastapi>=2"),
    );
    assert_eq!(decided, "merged pyproject.toml");
    assert!(text.contains("\"fastapi>=2\",\n    \"httpx\","), "{text}");
    // What the user took out stays out, and what the template takes out goes.
    let (_, text) = toml(
        &add("old"),
        &PROJECT.replace("    \"fastapi>=1\",\n", "    \"old\",\n    \"mine\",\n"),
        &add("new"),
    );
    assert!(text.contains("[\n    \"mine\",\n    \"new\",\n]"), "{text}");
}

#[test]
fn a_toml_conflict_is_marked_around_its_value() {
    let (decided, text) = toml(
        PROJECT,
        &PROJECT.replace(">=3.11", ">=3.12"),
        &PROJECT.replace(">=3.11", ">=3.13"),
    );
    assert_eq!(decided, "conflict pyproject.toml");
    assert!(
        text.contains("name = \"x\"\n<<<<<<< yours (project.requires-python)\nrequires-python = \">=3.12\"\n=======\nrequires-python = \">=3.13\"\n>>>>>>> tpl 2.0.0\ndependencies"),
        "{text}"
    );
    let (decided, text) = toml(
        PROJECT,
        &PROJECT.replace("fastapi>=1", "fastapi>=2"),
        &PROJECT.replace("fastapi>=1", "fastapi>=3"),
    );
    assert_eq!(decided, "conflict pyproject.toml");
    assert!(
        text.contains("dependencies = [\n<<<<<<< yours (project.dependencies)\n    \"fastapi>=2\",\n=======\n    \"fastapi>=3\",\n>>>>>>> tpl 2.0.0\n]"),
        "{text}"
    );
}

#[test]
fn tables_and_their_arrays_are_merged_by_key() {
    let base = "[tool.ruff]\nline-length = 88\n";
    let ours = "[tool.ruff]\nline-length = 88\nindent-width = 2 # ours\n";
    let theirs = "[tool.ruff]\nline-length = 88\npreview = true\n";
    let (decided, text) = toml(base, ours, theirs);
    assert_eq!(decided, "merged pyproject.toml");
    assert_eq!(
        text,
        "[tool.ruff]\nline-length = 88\nindent-width = 2 # ours\npreview = true\n"
    );
    let base = "[[tool.mypy.overrides]]\nmodule = \"a\"\nstrict = true\n";
    let more =
        |module: &str| format!("{base}\n[[tool.mypy.overrides]]\nmodule = \"{module}\"\nx = 1\n");
    let (decided, text) = toml(base, &more("mine"), &more("new"));
    assert_eq!(decided, "merged pyproject.toml");
    for module in ["a", "mine", "new"] {
        assert_eq!(
            text.matches(&format!("module = \"{module}\"")).count(),
            1,
            "{text}"
        );
    }
}
