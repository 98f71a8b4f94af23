//! The terminal while a question is open, and the signals that end a program.
//!
//! A question takes the terminal's keys one by one, unseen, and hides the cursor. If a signal ends the program just then, the person's
//! shell would go on like that; so whatever ends it, the terminal is put back first.

/// Holds the terminal as it is; dropping it means that the question is over.
#[derive(Debug)]
pub(super) struct Held(());

#[cfg(unix)]
mod signals {
    use std::io::Write;
    use std::sync::atomic::AtomicBool;
    use std::sync::{Arc, Mutex, OnceLock, PoisonError};

    use rustix::stdio::stdin;
    use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};
    use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGXFSZ};
    use signal_hook::iterator::Signals;
    use signal_hook::low_level::emulate_default_handler;

    /// What a shell or a person ends a program with.
    const ENDING: [i32; 4] = [SIGHUP, SIGINT, SIGQUIT, SIGTERM];

    /// Shows the cursor again and leaves the line of the question.
    const SHOWN: &[u8] = b"\x1b[?25h\r\n";

    /// How the terminal was before the question that is open.
    static BEFORE: Mutex<Option<Termios>> = Mutex::new(None);

    /// Whether the watching thread was started.
    static WATCHED: OnceLock<bool> = OnceLock::new();

    fn before(new: Option<Termios>) -> Option<Termios> {
        let mut before = BEFORE.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *before, new)
    }

    pub(super) fn hold() {
        // Without a thread to watch the question is asked all the same.
        WATCHED.get_or_init(|| watch().is_ok());
        before(tcgetattr(stdin()).ok());
    }

    pub(super) fn release() {
        before(None);
    }

    fn watch() -> std::io::Result<()> {
        let mut signals = Signals::new(ENDING)?;
        let thread = std::thread::Builder::new().name("signals".to_owned());
        thread.spawn(move || {
            for signal in signals.forever() {
                if let Some(before) = before(None) {
                    // A terminal that is gone needs nothing.
                    tcsetattr(stdin(), OptionalActions::Now, &before).unwrap_or_default();
                    drop(std::io::stderr().write_all(SHOWN));
                }
                drop(emulate_default_handler(signal));
            }
        })?;
        Ok(())
    }

    pub(super) fn fail_writes() {
        // The flag is never read: that somebody takes the signal is enough.
        drop(signal_hook::flag::register(
            SIGXFSZ,
            Arc::new(AtomicBool::new(false)),
        ));
    }
}

impl Held {
    /// Has the terminal put back as it is now should a signal end the program.
    pub(super) fn now() -> Self {
        #[cfg(unix)]
        signals::hold();
        Self(())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        #[cfg(unix)]
        signals::release();
    }
}

/// Has a file that becomes larger than this process may make one be an error of that write, which cleans up, not the end of the program.
pub fn fail_writes_beyond_the_limit() {
    #[cfg(unix)]
    signals::fail_writes();
}
