//! Every failure has a code, an exit code and, where there is one, the command that helps; all of them are provoked here.

mod page;
mod rows;

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::Path;
use std::process::Stdio;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use pyscaffold::cli::failure::Failure;
use pyscaffold::model::relpath::RelPath;
use pyscaffold::system::journal::JournalError;

use self::page::Example;
use self::rows::{Row, Seen, rows};
use super::schemas::Schemas;
use super::support::page::{command_line, repository, steady, written};
use super::support::sandbox::Run;
use super::support::terminal::{INTERRUPT, Terminal};
use super::support::{Sandbox, TemplateFolder, install_program, require};

/// Each row is run twice, as a program and as a person sees it. Most are short and one waits for seconds, so that several go at once.
#[test]
fn every_failure_can_be_provoked_and_stands_on_its_page() {
    const AT_ONCE: usize = 4;
    let rows = rows();
    let next = AtomicUsize::new(0);
    let examples = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let turn = next.fetch_add(1, Ordering::Relaxed);
                    let Some(row) = rows.get(turn / 2) else { break };
                    if turn.is_multiple_of(2) {
                        provoke(row);
                    } else {
                        let example = example(row);
                        examples.lock().unwrap().push((turn, example));
                    }
                }
            });
        }
    });
    let mut examples = examples.into_inner().unwrap();
    examples.sort_by_key(|(turn, _)| *turn);
    let examples: Vec<Example> = examples.into_iter().map(|(_, example)| example).collect();
    written("docs/reference/errors.md", &page::page(&rows, &examples));
}

/// Begins the run of a row: programs of the sandbox come before those of the machine.
fn begun<'a>(sandbox: &'a Sandbox, row: &Row, arguments: &[String]) -> Run<'a> {
    let mut path = sandbox.root().join("bin").display().to_string();
    if !matches!(row.seen, Seen::Alone) {
        path = format!("{path}:{}", std::env::var("PATH").unwrap());
    }
    let mut run = sandbox.run("").env("PATH", path).env("RUST_BACKTRACE", "1");
    for word in arguments {
        run = run.arg(word);
    }
    run
}

/// Returns what a person types and reads.
fn example(row: &Row) -> Example {
    let sandbox = Sandbox::with_demo();
    let (arguments, said) = match row.seen {
        Seen::Elsewhere("", _) => {
            return Example {
                command: String::new(),
                said: String::new(),
            };
        }
        Seen::Elsewhere(typed, said) => (
            typed.split(' ').map(str::to_owned).collect(),
            said.to_owned(),
        ),
        Seen::Terminal(said) => ((row.words)(&sandbox), said.to_owned()),
        Seen::Full => {
            let arguments = (row.words)(&sandbox);
            let said = to_full_disk(begun(&sandbox, row, &arguments));
            let command = format!("{} > /dev/full", command_line(&arguments));
            return Example { command, said };
        }
        Seen::Json | Seen::Alone | Seen::Words(_) | Seen::Silent => {
            let arguments = (row.words)(&sandbox);
            let output = begun(&sandbox, row, &arguments).fails(row.exit);
            let said = [output.stdout, output.stderr].concat();
            (arguments, steady(&sandbox, &said))
        }
    };
    let command = steady(&sandbox, &command_line(&arguments));
    Example { command, said }
}

/// Runs a program whose output cannot be written, and returns what it says.
fn to_full_disk(mut run: Run<'_>) -> String {
    let full = File::options().write(true).open("/dev/full").unwrap();
    let output = run
        .command()
        .stdin(Stdio::null())
        .stdout(full)
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    String::from_utf8(output.stderr).unwrap()
}

#[track_caller]
fn provoke(row: &Row) {
    let sandbox = Sandbox::with_demo();
    if let Seen::Elsewhere(..) = row.seen {
        return;
    }
    let arguments = (row.words)(&sandbox);
    let run = begun(&sandbox, row, &arguments);
    let json = match row.seen {
        Seen::Elsewhere(..) => return,
        Seen::Full => {
            let said = to_full_disk(run);
            assert!(said.starts_with("error: "), "{said}");
            return;
        }
        Seen::Silent => {
            let json = run.arg("--json").fails(row.exit).json();
            assert_eq!(json.get("error"), None, "{}: {json}", row.code);
            return;
        }
        Seen::Words(message) => {
            let output = run.fails(row.exit);
            let mut lines = output.stderr.lines();
            let here = sandbox.path("").display().to_string();
            let message = message.replace("[HERE]", here.trim_end_matches('/'));
            assert_eq!(lines.next(), Some(format!("error: {message}").as_str()));
            let hint = lines.find_map(|line| line.strip_prefix("hint: "));
            assert!(
                hint.unwrap_or_default().starts_with(row.hint),
                "{}",
                row.code
            );
            return;
        }
        Seen::Json | Seen::Alone => {
            let output = run.arg("--json").fails(row.exit);
            assert_eq!(output.stderr, "", "{}", row.code);
            output.json()
        }
        Seen::Terminal(said) => {
            let mut all: Vec<&str> = arguments.iter().map(String::as_str).collect();
            all.push("--json");
            let mut terminal = Terminal::start(&sandbox, &all);
            terminal.expect("Database").press(INTERRUPT);
            let (code, _, output) = terminal.end();
            assert_eq!(code, Some(row.exit));
            let json: serde_json::Value = serde_json::from_str(&output).unwrap();
            let message = json["error"]["message"].as_str().unwrap();
            assert_eq!(said, format!("error: {message}"));
            json
        }
    };
    judge(&sandbox, row, &json);
}

/// Judges an error as a program reads it.
#[track_caller]
fn judge(sandbox: &Sandbox, row: &Row, json: &serde_json::Value) {
    Schemas::read().judge("error", json);
    let error = json["error"].as_object().unwrap();
    let keys: Vec<&String> = error.keys().collect();
    assert_eq!(keys, ["code", "field", "hint", "message", "notes"]);
    assert_eq!(error["code"], row.code, "{json}");
    let hint = error["hint"].as_str().unwrap_or_default();
    assert!(hint.starts_with(row.hint), "{}: {json}", row.code);
    assert_eq!(hint.is_empty(), row.hint.is_empty(), "{}: {json}", row.code);
    let message = error["message"].as_str().unwrap();
    assert!(
        !message.is_empty() && !message.ends_with('.'),
        "{}: {json}",
        row.code
    );
    for text in [message, hint] {
        assert!(!text.contains(char::is_control), "{}: {json}", row.code);
        assert!(!text.contains("\\u{"), "{}: {json}", row.code);
    }
    let litter: Vec<String> = sandbox
        .litter()
        .into_iter()
        .filter(|name| name.starts_with(".pyscaffold-stage-") || name == "x")
        .collect();
    let there_before = row.code.starts_with("destination.") || row.code == "uv.sync";
    assert_eq!(
        litter.len(),
        usize::from(there_before),
        "{}: {litter:?}",
        row.code
    );
}

#[test]
fn no_code_is_without_a_row() {
    let mut codes = BTreeSet::new();
    let cli = fs::read_dir(repository("src/cli")).unwrap();
    let mut files: Vec<_> = cli.map(|entry| entry.unwrap().path()).collect();
    files.push(repository("src/model/name/error.rs"));
    for file in files {
        let text = fs::read_to_string(file).unwrap();
        let text = text.split("#[cfg(test)]").next().unwrap();
        // Whatever is the first word of a failure, and whatever looks like a code.
        for (before, literal) in literals(text) {
            let first = before.trim_end().ends_with("new(");
            let dotted = literal.split_once('.').is_some_and(|(area, what)| {
                let word = |text: &str| {
                    !text.is_empty() && text.chars().all(|c| c.is_ascii_lowercase() || c == '-')
                };
                word(area) && word(what)
            });
            let plain = literal.chars().all(|c| c.is_ascii_lowercase());
            if dotted
                || (first && plain && before.trim_end().ends_with("Failure::new("))
                || (first && plain && before.trim_end().ends_with("Self::new("))
            {
                codes.insert(literal.to_owned());
            }
        }
    }
    assert!(codes.len() > 50, "{codes:?}");
    let known: BTreeSet<String> = rows().iter().map(|row| row.code.to_owned()).collect();
    let missing: Vec<&String> = codes.difference(&known).collect();
    assert!(missing.is_empty(), "codes without a row: {missing:?}");
    let gone: Vec<&String> = known
        .difference(&codes)
        .filter(|code| *code != "output")
        .collect();
    assert!(gone.is_empty(), "rows of codes that are gone: {gone:?}");
}

/// Returns every string literal on one line, with what stands before it.
fn literals(text: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    let mut position = 0;
    while let Some(start) = text.get(position..).and_then(|rest| rest.find('"')) {
        let begin = position + start + 1;
        let Some(length) = text.get(begin..).and_then(|rest| rest.find('"')) else {
            break;
        };
        found.push((&text[..begin - 1], &text[begin..begin + length]));
        position = begin + length + 1;
    }
    found
}

/// Returns an error as a person reads it.
fn told(json: &serde_json::Value) -> String {
    let text = |key: &str| json["error"][key].as_str();
    let hint = text("hint").map_or_else(String::new, |hint| format!("\nhint: {hint}"));
    format!("error: {}{hint}", text("message").unwrap_or_default())
}

/// Returns what the page says of a failure that has a test of its own.
fn elsewhere(code: &str) -> &'static str {
    let row = rows().into_iter().find(|row| row.code == code).unwrap();
    match row.seen {
        Seen::Elsewhere(_, said) => said,
        other => panic!("{code}: {other:?}"),
    }
}

/// It takes another program at the right moment to see this one, so that it is made here.
#[test]
fn a_file_that_changes_under_an_update_is_named() {
    let path = RelPath::parse("src/shop/main.py").unwrap();
    let failure = Failure::from(JournalError::Changed { path });
    let hint = failure.hint.unwrap();
    let said = format!("error: {}\nhint: {hint}", failure.message);
    assert_eq!(failure.code, "update.changed");
    assert_eq!(said, elsewhere("update.changed"));
}

#[test]
fn a_terminal_that_cannot_be_read_is_said() {
    let sandbox = Sandbox::new();
    TemplateFolder::new(&sandbox).question("a", "text", "default = \"\"");
    // Enough to read the manifest, too few to wait for keys.
    let terminal = Terminal::limited(&sandbox, &["new", "./tpl", "x", "--json"], 4);
    let (code, screen, output) = terminal.end();
    assert_eq!(code, Some(1), "{screen}");
    let json: serde_json::Value = serde_json::from_str(&output).unwrap();
    assert_eq!(json["error"]["code"], "prompt.terminal", "{json}");
    // What cannot be opened first differs between systems.
    if cfg!(target_os = "linux") {
        assert_eq!(told(&json), elsewhere("prompt.terminal"));
    }
    assert_eq!(sandbox.litter(), [""; 0]);
}

#[test]
fn a_machine_without_a_home_has_no_place_for_settings() {
    use std::os::unix::fs::MetadataExt;
    use std::os::unix::process::CommandExt;
    let sandbox = Sandbox::with_demo();
    let is_root = fs::metadata(sandbox.root()).unwrap().uid() == 0;
    if !is_root {
        require::skip("a_machine_without_a_home_has_no_place_for_settings", "root");
        return;
    }
    let binary = sandbox.root().join("pyscaffold");
    install_program(
        &fs::read(env!("CARGO_BIN_EXE_pyscaffold")).unwrap(),
        &binary,
    );
    open_up(sandbox.root());
    let mut run = sandbox.run_binary(&binary).words("config path");
    // No entry of the user database has this id, and so nothing names a home.
    run.command().env_clear().uid(54_321).gid(54_321);
    let output = run.fails(1);
    assert_eq!(output.stderr.trim_end(), elsewhere("config.no-place"));
    let mut run = sandbox.run_binary(&binary).words("list --json");
    run.command().env_clear().uid(54_321).gid(54_321);
    run.ok().json();
    for (words, code) in [
        ("add gh:a/b --json", "sources.no-place"),
        ("new gh:a/b x --offline --json", "source.no-place"),
    ] {
        let mut run = sandbox.run_binary(&binary).words(words);
        run.command().env_clear().uid(54_321).gid(54_321);
        let output = run.fails(1);
        assert_eq!(output.json()["error"]["code"], code);
        assert_eq!(told(&output.json()), elsewhere(code));
    }
}

/// Lets every user into a folder.
fn open_up(folder: &Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn output_that_is_full_is_an_error_and_output_that_is_closed_is_none() {
    for words in [
        "list",
        "list --json",
        "show ./demo",
        "show ./demo --json",
        "show ./demo --files",
        "show ./demo --file README.md",
        "config path",
        "config list --json",
        "sources --json",
        "refresh --json",
        "completions bash",
        "man",
        "new ./demo shop --dry-run",
        "new ./demo shop --dry-run --diff",
        "new ./demo shop --dry-run --json",
    ] {
        let sandbox = Sandbox::with_demo();
        let mut run = sandbox.run(words);
        let full = File::options().write(true).open("/dev/full").unwrap();
        let output = run
            .command()
            .stdin(Stdio::null())
            .stdout(full)
            .stderr(Stdio::piped())
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{words}: {said}");
        assert!(!said.contains("panicked"), "{words}: {said}");
        if !words.contains("--json") {
            assert!(
                said.contains("error: the output cannot be written"),
                "{words}: {said}"
            );
        }
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut run = sandbox.run(words);
        let output = run
            .command()
            .stdin(Stdio::null())
            .stdout(writer)
            .stderr(Stdio::piped())
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(
            !said.contains("panicked") && !said.contains("error"),
            "{words}: {said}"
        );
        assert!(
            matches!(output.status.code(), Some(0) | None),
            "{words}: {:?}",
            output.status
        );
    }
}
