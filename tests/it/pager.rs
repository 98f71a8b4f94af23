//! Differences and plans as a person at a terminal sees them: colours, a tree, page by page.

use super::support::terminal::{INTERRUPT, RETURN, Terminal};
use super::support::{Sandbox, TemplateFolder};

/// Runs a line of a shell in which the program is `"$0"`, with output on the terminal too.
fn seen(sandbox: &Sandbox, line: &str) -> Terminal {
    Terminal::controlling(sandbox, &format!("exec >&2; {line}"))
}

/// Returns all that the terminal was sent by a line, sequences included.
#[track_caller]
fn sent(sandbox: &Sandbox, line: &str) -> String {
    // A terminal whose first program is gone forgets what was not read yet.
    let mut terminal = seen(
        sandbox,
        &format!("{line}\nstty -echo; echo END; read -r end"),
    );
    terminal.expect("END").press(RETURN);
    let sent = String::from_utf8(terminal.sent()).unwrap();
    sent.split_once("END").unwrap().0.to_owned()
}

/// A template whose files fill more than one screen of 40 lines.
fn long() -> Sandbox {
    let sandbox = Sandbox::new();
    let lines: Vec<String> = (1..200).map(|number| format!("line {number}\n")).collect();
    TemplateFolder::new(&sandbox).file("files/long.txt", lines.concat());
    sandbox
}

#[test]
fn a_plan_is_a_tree_with_what_each_layer_brings() {
    let sandbox = Sandbox::with_demo();
    let mut terminal = seen(
        &sandbox,
        "\"$0\" new ./demo shop --yes --dry-run --no-pager",
    );
    let row = |file: &str, layers: &str| format!("{file:<46}{layers}\r\n");
    for line in [
        "          .github/\r\n            workflows/\r\n",
        &row("create        ci.yml", "demo"),
        &row("create    .gitignore", "shared: team, demo"),
        &row("create    .pyscaffold.toml", "pyscaffold"),
        &row("create    pyproject.toml", "shared: team, demo"),
        "          src/\r\n            shop/\r\n",
        &row("create        __init__.py", "demo"),
        "\r\nBy layer\r\n",
        "  demo        9 files, 2 shared with others\r\n",
        "  pyscaffold  1 file\r\n",
        "  team        2 files, 2 shared with others\r\n",
        "Dry run: 10 files would be written to shop; nothing was.",
    ] {
        terminal.expect(line);
    }
    assert_eq!(terminal.end().0, Some(0));
    assert_eq!(sandbox.litter(), [""; 0]);
    // Colours add nothing to what the words say.
    let line = "\"$0\" new ./demo shop --yes --dry-run --no-pager";
    let coloured = sent(&sandbox, line);
    assert!(coloured.contains("\u{1b}["), "{coloured:?}");
    for plain in [
        sent(&sandbox, &format!("NO_COLOR=1 {line}")),
        sent(&sandbox, &format!("TERM=dumb {line}")),
        sent(&sandbox, &format!("{line} --color never")),
    ] {
        assert!(!plain.contains('\u{1b}'), "{plain:?}");
        assert_eq!(plain, without_colours(&coloured));
    }
}

/// Returns a text without the sequences that change colours.
fn without_colours(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |plain, part| plain + part.split_once('m').unwrap().1)
}

#[test]
fn layers_that_do_not_fit_go_on_in_the_next_line() {
    let sandbox = Sandbox::new();
    let line = "NO_COLOR=1 \"$0\" new click-cli shop --yes --dry-run --no-pager";
    let plan = sent(&sandbox, line);
    assert!(plan.contains("shared: builtin:base,"), "{plan}");
    for line in plan.lines() {
        assert!(line.chars().count() < 80, "{line:?}");
    }
}

#[test]
fn a_diff_has_colours_only_where_they_are_seen() {
    let sandbox = Sandbox::with_demo();
    sandbox.run("new ./demo shop --yes").ok();
    sandbox.write("shop/LICENSE", "--- mine\n");
    let text = sent(&sandbox, "\"$0\" diff shop --no-pager");
    for part in [
        "\u{1b}[1mdiff --git a/LICENSE b/LICENSE\u{1b}[0m\r\n",
        "\u{1b}[1m--- a/LICENSE\u{1b}[0m\r\n",
        "\u{1b}[36m@@ ",
        "\u{1b}[32m+--- mine\u{1b}[0m\r\n",
        "\u{1b}[31m-",
    ] {
        assert!(text.contains(part), "{part:?}: {text:?}");
    }
    let piped = sandbox.run("diff shop").ok().stdout;
    assert_eq!(without_colours(&text).replace("\r\n", "\n"), piped);
    assert_eq!(
        sent(&sandbox, "NO_COLOR=1 \"$0\" diff shop --no-pager").replace("\r\n", "\n"),
        piped
    );
    let coloured = sandbox.run("diff shop --color always").ok().stdout;
    assert_eq!(coloured, text.replace("\r\n", "\n"));
}

#[test]
fn what_is_long_is_shown_page_by_page() {
    let sandbox = long();
    for command in [
        "\"$0\" new ./tpl shop --dry-run --diff",
        "\"$0\" new ./tpl shop --yes -q && rm shop/long.txt && \"$0\" diff shop",
    ] {
        let mut terminal = seen(&sandbox, command);
        terminal.expect("line 10").press(" ").expect("line 50");
        terminal.press("g").expect("line 1").press("q");
        let sent = String::from_utf8(terminal.sent()).unwrap();
        assert!(!sent.contains("line 199"), "{command}: {sent}");
        std::fs::remove_dir_all(sandbox.path("shop")).unwrap_or_default();
    }
    // What fits on the screen is not held.
    sandbox.write("tpl/files/long.txt", "line 199\n");
    let mut terminal = seen(
        &sandbox,
        "\"$0\" new ./tpl shop --dry-run --diff; echo rc=$?",
    );
    terminal.expect("+line 199").expect("rc=0");
    assert_eq!(terminal.end().0, Some(0));
}

#[test]
fn a_terminal_obeys_nothing_in_a_diff() {
    let sandbox = Sandbox::new();
    TemplateFolder::new(&sandbox).file("files/a.txt", "\u{1b}[2J\u{9b}2J\u{202e}\r\n\tb\n");
    for pager in ["--no-pager", ""] {
        let line = format!("\"$0\" new ./tpl shop --dry-run --diff {pager}");
        let text = sent(&sandbox, &line);
        assert!(
            text.contains("+\\u{1b}[2J\\u{9b}2J\\u{202e}\\u{d}"),
            "{text:?}"
        );
        assert_eq!(text.contains("+\tb"), !pager.is_empty(), "{text:?}");
        for obeyed in ["\u{1b}[2J", "\u{9b}", "\u{202e}"] {
            assert!(!text.contains(obeyed), "{text:?}");
        }
    }
}

#[test]
fn ctrl_c_is_for_the_pager() {
    let sandbox = long();
    let pager = sandbox.program(
        "waits",
        "trap 'echo INTERRUPTED' INT\ncat >/dev/null\necho READY\nread -r key </dev/tty\necho AFTER",
    );
    let command = format!(
        "trap : INT; PATH='{pager}' PAGER=waits \"$0\" new ./tpl shop --dry-run --diff; echo rc=$?"
    );
    let mut terminal = seen(&sandbox, &command);
    terminal.expect("READY").press(INTERRUPT);
    // The key is for a pager that had not begun to read when the interruption came.
    terminal.expect("INTERRUPTED").press(RETURN);
    terminal.expect("AFTER").expect("rc=0");
    terminal.end();
}

#[test]
fn a_pager_can_be_chosen() {
    let sandbox = long();
    let marks = sandbox.program("marks", "sed 's/^/MARK /'");
    let command = "\"$0\" new ./tpl shop --dry-run --diff --color never";
    for (settings, is_paged) in [
        ("PAGER=marks", true),
        ("PAGER=cat PYSCAFFOLD_PAGER=marks", true),
        ("PAGER='marks | marks'", true),
        ("PAGER=marks PYSCAFFOLD_PAGER=cat", false),
        ("PAGER=marks CI=1", false),
        ("PAGER=marks TERM=dumb", false),
        // Nothing is lost where it is not there.
        ("PAGER=no-such-pager", false),
    ] {
        let text = sent(&sandbox, &format!("PATH='{marks}' {settings} {command}"));
        assert_eq!(
            text.contains("MARK +line 199"),
            is_paged,
            "{settings}: {text}"
        );
        assert!(text.contains("+line 199"), "{settings}: {text}");
    }
    for command in [
        format!("PATH='{marks}' PAGER=marks {command} --no-pager"),
        format!("PATH='{marks}' PAGER=marks {command} | cat"),
    ] {
        let text = sent(&sandbox, &command);
        assert!(
            text.contains("+line 199") && !text.contains("MARK"),
            "{text}"
        );
    }
    // One that reads nothing is one that a person has left.
    let text = sent(&sandbox, &format!("PAGER=true {command}; echo rc=$?"));
    assert!(text.contains("rc=0") && !text.contains("line"), "{text}");
}
