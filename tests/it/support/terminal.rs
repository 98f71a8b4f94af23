//! A person at a terminal: a pseudo-terminal on which keys are sent and the screen is read.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use rustix::fs::{Mode, OFlags, open};
use rustix::io::{FdFlags, fcntl_setfd};
use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Termios, Winsize, tcgetattr, tcsetwinsize};

use super::Sandbox;

/// How long a person waits for the screen to change.
const PATIENCE: Duration = Duration::from_secs(20);

/// Down on the keyboard.
pub(crate) const DOWN: &str = "\u{1b}[B";
/// Escape on the keyboard.
pub(crate) const ESCAPE: &str = "\u{1b}";
/// Ctrl+C on the keyboard.
pub(crate) const INTERRUPT: &str = "\u{3}";
/// Return on the keyboard.
pub(crate) const RETURN: &str = "\r";

/// A program that runs on a terminal.
#[derive(Debug)]
pub(crate) struct Terminal {
    child: Child,
    keys: File,
    screen: Receiver<Vec<u8>>,
    seen: String,
    /// What came of a character or sequence that is not whole yet.
    pending: Vec<u8>,
    /// All that came.
    raw: Vec<u8>,
    /// How the terminal was at first.
    before: String,
    /// Where `expect` goes on.
    read: usize,
}

impl Terminal {
    /// Starts the program on a terminal of 100 columns; its output goes to a pipe.
    pub(crate) fn start(sandbox: &Sandbox, words: &[&str]) -> Self {
        Self::limited(sandbox, words, 1024)
    }

    /// Starts the program with a limit on how many files it may have open.
    pub(crate) fn limited(sandbox: &Sandbox, words: &[&str], open_files: usize) -> Self {
        let mut command = Command::new("sh");
        command
            .arg("-c")
            .arg(format!("ulimit -n {open_files}; exec \"$0\" \"$@\""))
            .arg(env!("CARGO_BIN_EXE_pyscaffold"))
            .args(words);
        Self::of(sandbox, command)
    }

    /// Runs a script, in which the program is `$0`, on a terminal that is the controlling one, where git and ssh ask for passwords.
    pub(crate) fn controlling(sandbox: &Sandbox, script: &str) -> Self {
        let mut command = Command::new("setsid");
        command
            .args(["--ctty", "sh", "-c", script])
            .arg(env!("CARGO_BIN_EXE_pyscaffold"));
        Self::of(sandbox, command)
    }

    fn of(sandbox: &Sandbox, mut command: Command) -> Self {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        // Other tests start programs meanwhile, which must not inherit it.
        fcntl_setfd(&master, FdFlags::CLOEXEC).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let name = ptsname(&master, Vec::new()).unwrap();
        let slave = open(
            &name,
            OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC,
            Mode::empty(),
        )
        .unwrap();
        let size = Winsize {
            ws_row: 40,
            ws_col: 100,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        tcsetwinsize(&slave, size).unwrap();
        let before = modes(&tcgetattr(&master).unwrap());
        sandbox.prepare(&mut command);
        let child = command
            .env("TERM", "xterm")
            .stdin(slave.try_clone().unwrap())
            .stdout(Stdio::piped())
            .stderr(slave)
            .spawn()
            .unwrap();
        // The command keeps copies of the terminal, which would never end.
        drop(command);
        let screen = listen(master.try_clone().unwrap());
        Self {
            child,
            keys: File::from(master),
            screen,
            seen: String::new(),
            pending: Vec::new(),
            raw: Vec::new(),
            before,
            read: 0,
        }
    }

    /// Takes what came, up to the last whole character and sequence: a read may end in the middle of one.
    fn see(&mut self, bytes: &[u8]) {
        self.raw.extend_from_slice(bytes);
        self.pending.extend_from_slice(bytes);
        let whole = whole(&self.pending);
        let rest = self.pending.split_off(whole);
        self.seen.push_str(&plain(&self.pending));
        self.pending = rest;
    }

    /// Waits until the screen shows a text after what was seen before.
    #[track_caller]
    pub(crate) fn expect(&mut self, text: &str) -> &mut Self {
        let end = Instant::now() + PATIENCE;
        loop {
            let unread = self.seen.get(self.read..).unwrap_or_default();
            if let Some(at) = unread.find(text) {
                self.read += at + text.len();
                return self;
            }
            let left = end.saturating_duration_since(Instant::now());
            match self.screen.recv_timeout(left) {
                Ok(bytes) => self.see(&bytes),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    panic!("the screen never shows `{text}`:\n{}", self.seen)
                }
            }
        }
    }

    /// Presses keys.
    pub(crate) fn press(&mut self, keys: &str) -> &mut Self {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self
    }

    /// Returns whether the terminal is as it was at first: keys come by the line and are shown.
    pub(crate) fn is_as_before(&self) -> bool {
        modes(&tcgetattr(&self.keys).unwrap()) == self.before
    }

    /// Sends the program a signal.
    pub(crate) fn send(&mut self, signal: Signal) -> &mut Self {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
        self
    }

    /// Waits for the end and returns the number of the signal that was it, and asserts that the terminal is as it was at first.
    #[track_caller]
    pub(crate) fn ended_by(mut self) -> Option<i32> {
        let status = self.status();
        assert!(self.is_as_before(), "{status}: {}", self.seen);
        let last = |sequence: &[u8]| {
            let mut windows = self.raw.windows(sequence.len());
            windows.rposition(|window| window == sequence)
        };
        assert!(
            last(b"\x1b[?25l") <= last(b"\x1b[?25h"),
            "{status}: the cursor stays hidden: {}",
            self.seen
        );
        status.signal()
    }

    /// Waits for the end and returns the exit code, all that was shown, and what came through the pipe for output.
    #[track_caller]
    pub(crate) fn end(mut self) -> (Option<i32>, String, String) {
        let status = self.status();
        let mut output = String::new();
        if let Some(mut pipe) = self.child.stdout.take() {
            pipe.read_to_string(&mut output).unwrap();
        }
        (status.code(), std::mem::take(&mut self.seen), output)
    }

    /// Waits for the end and returns every byte that the terminal was sent.
    #[track_caller]
    pub(crate) fn sent(mut self) -> Vec<u8> {
        self.status();
        std::mem::take(&mut self.raw)
    }

    /// Waits for the end, and for all that was shown.
    #[track_caller]
    fn status(&mut self) -> ExitStatus {
        let end = Instant::now() + PATIENCE;
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            if Instant::now() > end {
                self.child.kill().unwrap();
                panic!("the program does not end:\n{}", self.seen);
            }
            if let Ok(bytes) = self.screen.recv_timeout(Duration::from_millis(20)) {
                self.see(&bytes);
            }
        };
        while let Ok(bytes) = self.screen.recv_timeout(Duration::from_millis(200)) {
            self.see(&bytes);
        }
        status
    }
}

/// How a terminal treats what is typed and shown.
fn modes(termios: &Termios) -> String {
    format!(
        "{:?} {:?} {:?} {:?}",
        termios.input_modes, termios.output_modes, termios.control_modes, termios.local_modes
    )
}

/// A failed expectation leaves no program behind that waits for keys.
impl Drop for Terminal {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn listen(master: OwnedFd) -> Receiver<Vec<u8>> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let mut terminal = File::from(master);
        let mut buffer = [0; 4096];
        while let Ok(count) = terminal.read(&mut buffer) {
            let bytes = buffer.get(..count).unwrap_or_default().to_vec();
            if count == 0 || sender.send(bytes).is_err() {
                break;
            }
        }
    });
    receiver
}

/// Returns how many bytes come before a sequence or character that is not whole yet.
fn whole(bytes: &[u8]) -> usize {
    let text = match std::str::from_utf8(bytes) {
        Err(error) if error.error_len().is_none() => &bytes[..error.valid_up_to()],
        Ok(_) | Err(_) => bytes,
    };
    let Some(escape) = text.iter().rposition(|byte| *byte == 0x1b) else {
        return text.len();
    };
    let ended = match &text[escape + 1..] {
        [] => false,
        [b'[', rest @ ..] => rest.iter().any(|byte| (b'@'..=b'~').contains(byte)),
        [_, ..] => true,
    };
    if ended { text.len() } else { escape }
}

/// Returns what a screen shows, without the sequences that move the cursor and change colours.
fn plain(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let mut shown = String::new();
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        if character != '\u{1b}' {
            shown.push(character);
            continue;
        }
        if characters.next_if_eq(&'[').is_some() {
            for next in characters.by_ref() {
                if ('@'..='~').contains(&next) {
                    break;
                }
            }
        } else {
            characters.next();
        }
    }
    shown
}

#[test]
fn a_sequence_may_come_in_pieces() {
    for (bytes, expected) in [
        ("ab".as_bytes(), 2),
        (b"ab\x1b", 2),
        (b"ab\x1b[38;5", 2),
        (b"ab\x1b[38;5m", 9),
        (b"ab\x1b[39mc", 8),
        (b"a\xe2\x80", 1),
        ("a…".as_bytes(), 4),
    ] {
        assert_eq!(whole(bytes), expected, "{bytes:?}");
    }
}
