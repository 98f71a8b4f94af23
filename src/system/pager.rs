//! The program that shows long output page by page, as git does it.

use std::io::{self, IsTerminal, Write};
use std::process::{Command, Stdio};

use super::env::Environment;
use super::programs::on_path;

/// What is taken where nobody says otherwise: it shows colours, ends by itself where all fits on the screen, and leaves it there.
const USUAL: (&str, &str) = ("less", "FRX");

/// What a shell answers if the program is not there, or cannot be run.
const NOT_RUN: [i32; 2] = [126, 127];

/// A program that shows output page by page.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Pager {
    /// The command, for the system's shell.
    command: String,
    /// Whether the usual flags of `less` are to be set.
    with_flags: bool,
}

impl Pager {
    /// Returns the pager of `$PYSCAFFOLD_PAGER`, of `$PAGER`, or `less` if it is there. None where no person looks: output is no
    /// terminal, a dumb one, or the run is one of CI. `cat` means none too.
    pub fn of(environment: &Environment) -> Option<Self> {
        let is_dumb = environment
            .variable("TERM")
            .is_none_or(|term| term == "dumb");
        if is_dumb || !environment.interactive || !io::stdout().is_terminal() {
            return None;
        }
        let given = ["PYSCAFFOLD_PAGER", "PAGER"]
            .into_iter()
            .find_map(|name| environment.variable(name));
        let command = match given {
            Some(command) => command.trim(),
            None if on_path(environment, USUAL.0).is_empty() => return None,
            None => USUAL.0,
        };
        (!matches!(command, "" | "cat")).then(|| Self {
            command: command.to_owned(),
            with_flags: environment.variable("LESS").is_none(),
        })
    }

    /// Shows a text and waits until the person has read it. Returns false if the program could not be run.
    pub fn show(&self, text: &[u8]) -> bool {
        // Ctrl+C is for the pager: it ends a search there, and must not leave the pager alone with the terminal.
        let _held = Interrupts::held();
        let mut command = shell(&self.command);
        if self.with_flags {
            command.env("LESS", USUAL.1);
        }
        let Ok(mut child) = command.stdin(Stdio::piped()).spawn() else {
            return false;
        };
        if let Some(mut input) = child.stdin.take() {
            // Who has read enough closes it early.
            drop(input.write_all(text));
        }
        let code = child.wait().ok().and_then(|status| status.code());
        code.is_none_or(|code| !NOT_RUN.contains(&code))
    }
}

#[cfg(unix)]
fn shell(command: &str) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", command]);
    shell
}

#[cfg(not(unix))]
fn shell(command: &str) -> Command {
    let mut shell = Command::new("cmd");
    shell.args(["/C", command]);
    shell
}

/// Keeps Ctrl+C from ending this program; dropping it lets that end it again.
struct Interrupts {
    #[cfg(unix)]
    handler: Option<signal_hook::SigId>,
}

impl Interrupts {
    #[cfg(unix)]
    fn held() -> Self {
        let flag = std::sync::Arc::default();
        let handler = signal_hook::flag::register(signal_hook::consts::SIGINT, flag).ok();
        Self { handler }
    }

    #[cfg(not(unix))]
    fn held() -> Self {
        Self {}
    }
}

impl Drop for Interrupts {
    fn drop(&mut self) {
        #[cfg(unix)]
        if let Some(handler) = self.handler {
            signal_hook::low_level::unregister(handler);
        }
    }
}
