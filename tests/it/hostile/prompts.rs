//! Text of others that a terminal would obey, in the questions that a person is asked.

use super::super::support::terminal::{INTERRUPT, RETURN, Terminal};
use super::super::support::{Sandbox, Team, TemplateFolder};

/// Clears the screen, sets the title, rings, writes over the line, turns the text around, and begins a sequence of eight bits; then a
/// word by which it is found on the screen. As TOML writes it.
const WRITTEN: &str = "\\u001b[2J\\u001b]0;evil\\u0007\\r\\b\\u202ec\\u009b31m\\u007fWORD";

/// What no question sends to a terminal by itself.
const OBEYED: [&[u8]; 7] = [
    b"\x1b[2J",
    b"\x1b]",
    b"\x07",
    b"\x08",
    b"\x7f",
    "\u{202e}".as_bytes(),
    "\u{9b}".as_bytes(),
];

/// The questions: what is asked, its kind, the rest of its table, and the keys after which the text can be seen.
const QUESTIONS: [(&str, &str, &str, &str); 16] = [
    ("WRITTEN", "text", "", ""),
    ("WRITTEN", "bool", "", ""),
    ("WRITTEN", "integer", "", ""),
    ("WRITTEN", "secret", "", ""),
    ("WRITTEN", "choice", "choices = [{ value = \"x\" }]", ""),
    ("WRITTEN", "choices", "choices = [{ value = \"x\" }]", ""),
    ("Q", "text", "help = \"WRITTEN\"", ""),
    ("Q", "bool", "help = \"WRITTEN\"", ""),
    (
        "Q",
        "choice",
        "choices = [{ value = \"x\", title = \"WRITTEN\" }]",
        "",
    ),
    (
        "Q",
        "choices",
        "choices = [{ value = \"x\", title = \"WRITTEN\" }]",
        "",
    ),
    (
        "Q",
        "text",
        "check = { pattern = \"[a-z]+\", message = \"WRITTEN\" }",
        "1\r",
    ),
    (
        "Q",
        "integer",
        "check = { max = 1, message = \"WRITTEN\" }",
        "2\r",
    ),
    (
        "Q",
        "secret",
        "check = { pattern = \"[a-z]+\", message = \"WRITTEN\" }",
        "1\r",
    ),
    (
        "Q",
        "choice",
        "choices = [{ value = \"WRITTEN\", title = \"x\" }]",
        "",
    ),
    (
        "Q",
        "choices",
        "choices = [{ value = \"WRITTEN\", title = \"x\" }]",
        "",
    ),
    // The answer stands beside the question afterwards.
    (
        "Q",
        "choice",
        "choices = [{ value = \"x\", title = \"WRITTEN\" }]\n[[questions]]\nkey = \"r\"\ntype = \"text\"\ntitle = \"R\"",
        RETURN,
    ),
];

#[track_caller]
fn judge(mut terminal: Terminal, what: &str) {
    terminal.expect("WORD").press(INTERRUPT);
    let sent = terminal.sent();
    for sequence in OBEYED {
        let found = sent.windows(sequence.len()).any(|part| part == sequence);
        assert!(!found, "{what}: {:?}", String::from_utf8_lossy(&sent));
    }
}

#[test]
fn no_question_obeys_its_template() {
    for (title, kind, more, keys) in QUESTIONS {
        let sandbox = Sandbox::new();
        let text =
            format!("[[questions]]\nkey = \"q\"\ntype = \"{kind}\"\ntitle = \"{title}\"\n{more}")
                .replace("WRITTEN", WRITTEN);
        TemplateFolder::new(&sandbox).manifest(&text);
        let mut terminal = Terminal::start(&sandbox, &["new", "./tpl", "shop"]);
        if !keys.is_empty() {
            terminal.expect("Q").press(keys);
        }
        judge(terminal, &text);
        assert_eq!(sandbox.litter(), [""; 0]);
    }
}

#[test]
fn no_picker_obeys_a_template_of_a_source() {
    let sandbox = Sandbox::new();
    let team = Team::new(&sandbox, "acme");
    team.template("worker", "1.0.0", "");
    let manifest = std::fs::read_to_string(team.path("worker/template.toml")).unwrap();
    team.file(
        "worker/template.toml",
        manifest.replace("The worker of the team", WRITTEN).replace(
            "title = ",
            &format!("description = \"{WRITTEN}\"\ntitle = "),
        ),
    );
    team.commit();
    sandbox.run("add").arg(team.url()).ok();
    let mut terminal = Terminal::start(&sandbox, &["new"]);
    // Its summary stands beside it, its description below.
    terminal.expect("acme/worker").press("acme");
    terminal.expect("? Template: acme_").expect("WORD");
    judge(terminal, "the picker");
}
