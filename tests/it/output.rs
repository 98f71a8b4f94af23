//! How the program speaks: language, colours, quiet, usage, calm.

use super::support::terminal::{RETURN, Terminal};
use super::support::{Sandbox, Team};

#[test]
fn chinese_titles_are_shown_when_wanted() {
    let sandbox = Sandbox::with_demo();
    for (words, variable, value, chinese) in [
        ("--lang zh", "LANG", "C", true),
        ("", "LANG", "zh_CN.UTF-8", true),
        ("", "LC_ALL", "zh_TW", true),
        ("", "LC_MESSAGES", "zh", true),
        ("--lang en", "LANG", "zh_CN.UTF-8", false),
        ("", "LANG", "de_DE", false),
        ("", "LANG", "C", false),
    ] {
        let output = sandbox
            .run("show ./demo")
            .words(words)
            .env(variable, value)
            .ok();
        assert_eq!(output.stdout.contains("演示"), chinese, "{words} {value}");
        assert_eq!(
            output.stdout.contains("数据库名"),
            chinese,
            "{words} {value}"
        );
        assert_eq!(
            output.stdout.contains("Database name"),
            !chinese,
            "{words} {value}"
        );
        // What only has one language is shown in it.
        assert!(output.stdout.contains("Slug"), "{words} {value}");
        let refused = sandbox
            .run("new ./demo x --port 0")
            .words(words)
            .env(variable, value)
            .fails(2);
        assert_eq!(
            refused.stderr.contains("端口在 1 与 65535 之间"),
            chinese,
            "{words} {value}"
        );
        let help = sandbox
            .run("new ./demo --help")
            .words(words)
            .env(variable, value)
            .ok();
        assert_eq!(help.stdout.contains("数据库名"), chinese, "{words} {value}");
    }
    sandbox.run("list --lang fr").fails(2);
}

#[test]
fn the_project_is_the_same_in_every_language() {
    let sandbox = Sandbox::with_demo();
    sandbox
        .run("new ./demo one --name a --package a --lang zh")
        .ok();
    sandbox
        .run("new ./demo two --name a --package a --lang en")
        .ok();
    assert_eq!(
        super::support::entries(&sandbox.path("one")),
        super::support::entries(&sandbox.path("two"))
    );
}

#[test]
fn quiet_says_nothing_and_verbose_every_file() {
    let sandbox = Sandbox::with_demo();
    for flag in ["-q", "--quiet"] {
        let output = sandbox
            .run("new ./demo")
            .arg(format!("p{flag}"))
            .arg(flag)
            .words("--name x")
            .ok();
        assert_eq!((output.stdout.as_str(), output.stderr.as_str()), ("", ""));
    }
    let output = sandbox.run("new ./demo json -q").fails(2);
    assert!(output.stderr.starts_with("error: "), "{}", output.stderr);
    let output = sandbox.run("-v new ./demo shop").ok();
    for line in [
        "create    README.md",
        "create    .pyscaffold.toml",
        "create    src/shop/store.py",
    ] {
        assert!(output.stderr.contains(line), "{line}\n{}", output.stderr);
    }
    sandbox.run("-q -v list").fails(2);
}

#[test]
fn colours_are_where_they_can_be_seen() {
    for (words, variable, value, coloured) in [
        ("", "X", "", false),
        ("--color always", "X", "", true),
        ("--color never", "X", "", false),
        ("--color auto", "X", "", false),
        ("", "CLICOLOR_FORCE", "1", true),
        ("--color never", "CLICOLOR_FORCE", "1", false),
        ("--color always", "NO_COLOR", "1", true),
        ("", "NO_COLOR", "1", false),
    ] {
        let sandbox = Sandbox::with_demo();
        for command in [
            "list",
            "show ./demo",
            "show ./demo --files",
            "new ./demo x --dry-run",
        ] {
            let output = sandbox.run(command).words(words).env(variable, value).ok();
            assert_eq!(
                output.stdout.contains("\u{1b}["),
                coloured,
                "{command} {words} {value}"
            );
        }
        let made = sandbox
            .run("new ./demo shop")
            .words(words)
            .env(variable, value)
            .ok();
        assert_eq!(made.stderr.contains("\u{1b}["), coloured, "{words} {value}");
        let error = sandbox
            .run("new ./demo json")
            .words(words)
            .env(variable, value)
            .fails(2);
        assert_eq!(
            error.stderr.contains("\u{1b}["),
            coloured,
            "{words} {value}"
        );
        // What programs read has none.
        for command in [
            "list --json",
            "show ./demo --json",
            "completions bash",
            "show ./demo --file README.md",
        ] {
            let output = sandbox.run(command).words(words).env(variable, value).ok();
            assert!(!output.stdout.contains('\u{1b}'), "{command} {words}");
        }
    }
}

#[test]
fn a_wrong_command_line_ends_with_2() {
    let sandbox = Sandbox::with_demo();
    for words in [
        "",
        "nw",
        "new ./demo x --no-such-flag",
        "new ./demo x y",
        "new ./demo x --on-conflict maybe",
        "new ./demo x -D",
        "new ./demo x -D novalue",
        "new ./demo x -D =1",
        "new ./demo x --typed maybe",
        "list --color sometimes",
        "show",
        "show ./demo --files --file x",
        "config",
        "config get",
        "config set defaults.author",
        "completions",
        "completions fishy",
    ] {
        let output = sandbox.run(words).fails(2);
        assert_eq!(output.stdout, "", "{words}");
        assert!(!output.stderr.is_empty(), "{words}");
    }
    assert_eq!(sandbox.litter(), [""; 0]);
    let json = sandbox.run("new ./demo x --no-such-flag --json").fails(2);
    assert_eq!(json.json()["error"]["code"], "usage");
    assert_eq!(json.stderr, "");
}

#[test]
fn help_and_version_are_output() {
    let sandbox = Sandbox::new();
    let version = sandbox.run("--version").ok();
    assert_eq!(
        version.stdout,
        concat!("pyscaffold ", env!("CARGO_PKG_VERSION"), "\n")
    );
    for words in [
        "--help",
        "-h",
        "new --help",
        "list -h",
        "show --help",
        "config --help",
        "config set --help",
        "completions --help",
        "man --help",
    ] {
        let output = sandbox.run(words).ok();
        assert!(output.stdout.contains("Usage: pyscaffold"), "{words}");
        assert_eq!(output.stderr, "", "{words}");
    }
}

#[test]
fn help_is_grouped_has_examples_and_fits_into_80_columns() {
    let sandbox = Sandbox::new();
    let first = sandbox.run("--help").ok().stdout;
    for group in [
        "\nProjects:\n  new ",
        "\nTemplates:\n  list ",
        "\nThis machine:\n  config ",
    ] {
        assert!(first.contains(group), "{group}: {first}");
    }
    let commands: Vec<&str> = first
        .lines()
        .skip_while(|line| *line != "Projects:")
        .take_while(|line| *line != "Options:")
        .filter_map(|line| line.strip_prefix("  ")?.split(' ').next())
        .collect();
    assert_eq!(commands.len(), 16, "{commands:?}");
    let templates = sandbox.run("list --json").ok().json();
    let templates = templates["templates"].as_array().unwrap().clone();
    let mut pages: Vec<String> = commands.iter().map(ToString::to_string).collect();
    pages.extend(
        templates
            .iter()
            .map(|template| format!("new {}", template["name"].as_str().unwrap())),
    );
    pages.push(String::new());
    for page in pages {
        let help = |name: &str, value: &str| {
            sandbox
                .run(&page)
                .arg("--help")
                .env("COLUMNS", "80")
                .env(name, value)
                .ok()
                .stdout
        };
        let plain = help("NO_COLOR", "1");
        assert!(plain.contains("\nExample"), "{page}: {plain}");
        for line in plain.lines() {
            assert!(line.chars().count() <= 80, "{page}: {line:?}");
        }
        assert!(!plain.contains('\u{1b}'), "{page}");
        assert_eq!(help("TERM", "dumb"), plain, "{page}");
        // Colours add nothing to what the words say.
        let coloured = help("CLICOLOR_FORCE", "1");
        assert!(coloured.contains('\u{1b}'), "{page}");
        let stripped = anstream::adapter::strip_str(&coloured).to_string();
        assert_eq!(stripped, plain, "{page}");
    }
    for command in commands {
        let page = sandbox.run("man").arg(command).ok().stdout;
        assert!(
            page.contains(".SH EXTRA") && page.contains("Example"),
            "{command}: {page}"
        );
    }
}

#[test]
fn progress_is_shown_where_somebody_watches_and_gone_when_it_is_done() {
    let sandbox = Sandbox::new();
    let team = Team::with_two(&sandbox);
    let add = |settings: &str, flags: &str| {
        let script = format!(
            "exec >&2; {settings} \"$0\" add {} --name x{flags}; stty -echo; echo END; read -r end",
            team.url()
        );
        let mut terminal = Terminal::controlling(&sandbox, &script);
        terminal.expect("END").press(RETURN);
        let sent = String::from_utf8(terminal.sent()).unwrap();
        sandbox.run("remove x").ok();
        std::fs::remove_dir_all(sandbox.root().join("home/.local")).unwrap();
        sent
    };
    let sent = add("", "");
    let line = "\r\u{1b}[KReceiving objects:";
    let (_, after) = sent.split_once(line).unwrap_or_else(|| panic!("{sent:?}"));
    assert!(after.contains("\r\u{1b}[K"), "{sent:?}");
    for sent in [add("CI=1", ""), add("TERM=dumb", ""), add("", " -q")] {
        assert!(!sent.contains("Receiving"), "{sent:?}");
    }
    assert!(!add("TERM=dumb", "").contains('\u{1b}'));
}

#[test]
fn no_backtrace_is_ever_shown() {
    let sandbox = Sandbox::with_demo();
    sandbox.write("tpl/template.toml", "x");
    for words in [
        "new nowhere x",
        "new ./tpl x",
        "new ./demo json",
        "new ./demo x --answers nowhere",
        "new ./demo x --on-conflict no",
        "show nowhere",
        "list xyzzy",
        "config get nothing",
        "-C nowhere list",
    ] {
        for value in ["1", "full"] {
            let output = sandbox.run(words).env("RUST_BACKTRACE", value).output();
            assert!(matches!(output.code, Some(1 | 2)), "{words}");
            output.assert_calm();
            assert!(
                !output.stderr.contains(".rs:"),
                "{words}: {}",
                output.stderr
            );
        }
    }
}

#[test]
fn a_reader_that_leaves_is_no_reason_to_complain() {
    let sandbox = Sandbox::with_demo();
    for words in [
        "list",
        "show ./demo",
        "show ./demo --json",
        "completions zsh",
        "man new",
        "new ./demo x --dry-run --diff",
    ] {
        let output = sandbox
            .run_binary("bash".as_ref())
            .arg("-c")
            .arg(format!("set -o pipefail; \"$0\" {words} | head -0"))
            .arg(env!("CARGO_BIN_EXE_pyscaffold"))
            .output();
        assert!(
            !output.stderr.contains("error"),
            "{words}: {}",
            output.stderr
        );
        output.assert_calm();
    }
    // Closed from the start, and error output too.
    for words in ["list", "new ./demo shop", "new ./demo json"] {
        for close in [">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"] {
            let output = sandbox
                .run_binary("bash".as_ref())
                .arg("-c")
                .arg(format!("\"$0\" {words} {close}; echo code $?"))
                .arg(env!("CARGO_BIN_EXE_pyscaffold"))
                .ok();
            output.assert_calm();
            let code: i32 = output
                .stdout
                .lines()
                .last()
                .unwrap()
                .strip_prefix("code ")
                .unwrap()
                .parse()
                .unwrap();
            let expected = if words.ends_with("json") { 2 } else { 0 };
            assert_eq!(code, expected, "{words} {close}: {}", output.stderr);
            let _ = std::fs::remove_dir_all(sandbox.path("shop"));
        }
    }
    assert_eq!(sandbox.litter(), [""; 0]);
}

#[test]
fn arguments_that_are_no_text_are_refused_or_work() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let sandbox = Sandbox::with_demo();
    for words in ["new ./demo", "new", "show", "list"] {
        let output = sandbox
            .run(words)
            .arg(OsStr::from_bytes(b"a\xffb"))
            .output();
        assert!(
            matches!(output.code, Some(1 | 2)),
            "{words}: {}",
            output.stderr
        );
        output.assert_calm();
    }
    sandbox
        .run("new ./demo shop")
        .env("PYSCAFFOLD_ANSWER_TEAM", OsStr::from_bytes(b"\xff"))
        .env("LANG", OsStr::from_bytes(b"\xff"))
        .ok();
}
