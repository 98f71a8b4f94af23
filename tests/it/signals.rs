//! Signals: what ends the program leaves the terminal as it was, and what would end it without need does not.

use rustix::process::Signal;

use super::support::terminal::{RETURN, Terminal};
use super::support::{Sandbox, TemplateFolder};

/// A template that asks in each of the ways in which a terminal is taken.
fn asking() -> Sandbox {
    let sandbox = Sandbox::new();
    TemplateFolder::new(&sandbox)
        .question(
            "kind",
            "choice",
            "choices = [{ value = \"one\" }, { value = \"two\" }]",
        )
        .question("slug", "text", "default = \"\"")
        .question("token", "secret", "default = \"\"")
        .question(
            "parts",
            "choices",
            "default = []\nchoices = [{ value = \"a\" }, { value = \"b\" }]",
        )
        .question("docker", "bool", "default = true");
    sandbox
}

#[test]
fn a_signal_while_a_question_is_open_puts_the_terminal_back() {
    let questions = ["kind?", "slug?", "token?", "parts?", "docker?"];
    for signal in [Signal::INT, Signal::TERM, Signal::HUP, Signal::QUIT] {
        for asked in 1..=questions.len() {
            let sandbox = asking();
            let mut terminal = Terminal::start(&sandbox, &["new", "./tpl", "shop"]);
            for (index, question) in questions[..asked].iter().enumerate() {
                terminal.expect(question);
                if index + 1 < asked {
                    terminal.press(RETURN);
                }
            }
            // The question is drawn after the terminal is taken.
            assert!(!terminal.is_as_before(), "{}", questions[asked - 1]);
            terminal.send(signal);
            assert_eq!(terminal.ended_by(), Some(signal.as_raw()), "{signal:?}");
            assert_eq!(sandbox.litter(), [""; 0]);
        }
    }
}

#[test]
fn a_signal_while_a_template_is_picked_puts_the_terminal_back() {
    for signal in [Signal::INT, Signal::TERM, Signal::HUP, Signal::QUIT] {
        let sandbox = Sandbox::new();
        let mut terminal = Terminal::start(&sandbox, &["new"]);
        terminal.expect("fastapi-api").press("fast").expect("fast");
        terminal.send(signal);
        assert_eq!(terminal.ended_by(), Some(signal.as_raw()), "{signal:?}");
    }
}

#[test]
fn a_question_that_is_answered_leaves_the_terminal_as_it_was() {
    let sandbox = asking();
    let mut terminal = Terminal::start(&sandbox, &["new", "./tpl", "shop"]);
    for question in ["kind?", "slug?", "token?", "parts?", "docker?"] {
        terminal.expect(question).press(RETURN);
    }
    terminal.expect("Same again:");
    assert_eq!(terminal.ended_by(), None);
    assert_eq!(sandbox.litter(), ["shop"]);
}

#[test]
fn a_reader_that_goes_away_and_a_file_limit_end_no_question() {
    let sandbox = asking();
    let mut terminal = Terminal::start(&sandbox, &["new", "./tpl", "shop"]);
    terminal.expect("kind?");
    terminal.send(Signal::PIPE).send(Signal::XFSZ).press(RETURN);
    for question in ["slug?", "token?", "parts?", "docker?"] {
        terminal.expect(question).press(RETURN);
    }
    terminal.expect("Same again:");
    assert_eq!(terminal.end().0, Some(0));
    assert_eq!(sandbox.litter(), ["shop"]);
}

#[test]
fn a_limit_on_the_size_of_files_is_an_error_that_leaves_nothing() {
    let sandbox = Sandbox::new();
    TemplateFolder::new(&sandbox).file("files/large.txt", "x".repeat(64 * 1024));
    let output = sandbox
        .run_binary("/bin/sh".as_ref())
        .arg("-c")
        // Half a kilobyte each.
        .arg("ulimit -f 16; exec \"$0\" new ./tpl shop")
        .arg(env!("CARGO_BIN_EXE_pyscaffold"))
        .fails(1);
    assert!(output.stderr.starts_with("error: "), "{}", output.stderr);
    assert!(
        output.stderr.contains("file too large"),
        "{}",
        output.stderr
    );
    assert_eq!(sandbox.litter(), [""; 0]);
}
