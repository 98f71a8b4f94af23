//! The one place that prints.

use std::fmt::{Display, Write as _};
use std::io::{self, IsTerminal, Write};

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use serde_json::Value;

use crate::model::text::{is_hidden, visible};
use crate::system::env::Environment;
use crate::system::pager::Pager;

/// Headings and the names of columns.
pub const HEADING: Style = Style::new().bold();
/// What went well.
pub const GOOD: Style = AnsiColor::Green.on_default().bold();
/// What went wrong.
pub const BAD: Style = AnsiColor::Red.on_default().bold();
/// Advice.
pub const HINT: Style = AnsiColor::Cyan.on_default().bold();
/// What can be passed over.
pub const DIM: Style = Style::new().dimmed();

/// How much is said on error output.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub enum Verbosity {
    /// Errors only.
    Quiet,
    /// What was done.
    #[default]
    Normal,
    /// Every file.
    Verbose,
}

/// Writes to output and error output, with colours where they can be seen.
#[derive(Debug)]
pub struct Shell {
    color: ColorChoice,
    /// How much is said.
    pub verbosity: Verbosity,
    /// What shows long output.
    pub pager: Option<Pager>,
}

impl Shell {
    /// Returns a shell with this choice of colours.
    pub fn new(color: ColorChoice, verbosity: Verbosity) -> Self {
        Self {
            color,
            verbosity,
            pager: None,
        }
    }

    /// Writes what was asked for to output.
    ///
    /// # Errors
    /// Output is closed or full.
    pub fn out(&self, text: impl Display) -> io::Result<()> {
        let mut stream = AutoStream::new(io::stdout(), self.choice(&io::stdout()));
        writeln!(stream, "{text}")?;
        stream.flush()
    }

    /// Writes a value to output as JSON. Characters that cannot be seen are written by their numbers, which leaves the value what it is:
    /// JSON is often looked at, too.
    ///
    /// # Errors
    /// Output is closed or full.
    pub fn json(&self, value: &Value) -> io::Result<()> {
        let mut text = String::new();
        for character in value.to_string().chars() {
            if is_hidden(character) {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    // Writing to a string cannot fail.
                    let _ = write!(text, "\\u{unit:04x}");
                }
            } else {
                text.push(character);
            }
        }
        self.out(text)
    }

    /// Writes the content of a file to output: as it is, unless a person looks at it, whose terminal would obey what it holds.
    ///
    /// # Errors
    /// Output is closed or full.
    pub fn bytes(&self, bytes: &[u8]) -> io::Result<()> {
        let mut stream = io::stdout().lock();
        if stream.is_terminal() {
            let text = String::from_utf8_lossy(bytes);
            for line in text.split_inclusive('\n') {
                let (line, end) = line
                    .strip_suffix('\n')
                    .map_or((line, ""), |line| (line, "\n"));
                let shown: Vec<String> = line.split('\t').map(visible).collect();
                write!(stream, "{}{end}", shown.join("\t"))?;
            }
            return stream.flush();
        }
        stream.write_all(bytes)?;
        stream.flush()
    }

    /// Returns whether a person looks at output.
    pub fn is_seen(&self) -> bool {
        io::stdout().is_terminal()
    }

    /// Writes lines that were asked for to output, page by page where a person looks and they do not fit on the screen.
    ///
    /// # Errors
    /// Output is closed or full.
    pub fn page(&self, text: &str) -> io::Result<()> {
        if let Some(pager) = &self.pager {
            let mut stream = AutoStream::new(Vec::new(), self.choice(&io::stdout()));
            stream.write_all(text.as_bytes())?;
            if pager.show(&stream.into_inner()) {
                return Ok(());
            }
        }
        let mut stream = AutoStream::new(io::stdout(), self.choice(&io::stdout()));
        stream.write_all(text.as_bytes())?;
        stream.flush()
    }

    /// Writes a diff to output: as it is for a program, with colours where they are seen, and with what a terminal would obey made
    /// visible where a person looks.
    ///
    /// # Errors
    /// Output is closed or full.
    pub fn diff(&self, bytes: &[u8]) -> io::Result<()> {
        if !self.is_seen() && self.choice(&io::stdout()) == ColorChoice::Never {
            return self.bytes(bytes);
        }
        let mut text = String::new();
        let mut in_header = true;
        for line in String::from_utf8_lossy(bytes).split_terminator('\n') {
            in_header = line.starts_with("diff --git ") || (in_header && !line.starts_with("@@"));
            let style = match line.as_bytes().first() {
                _ if in_header => HEADING,
                Some(b'@') => AnsiColor::Cyan.on_default(),
                Some(b'+') => AnsiColor::Green.on_default(),
                Some(b'-') => AnsiColor::Red.on_default(),
                Some(_) | None => Style::new(),
            };
            let shown: Vec<String> = line.split('\t').map(visible).collect();
            text.push_str(&styled(style, shown.join("\t")));
            text.push('\n');
        }
        self.page(&text)
    }

    /// Says what was done, unless the shell is quiet. A closed error output is no reason to fail.
    pub fn say(&self, text: impl Display) {
        if self.verbosity > Verbosity::Quiet {
            self.complain(text);
        }
    }

    /// Writes to error output, also when the shell is quiet.
    pub fn complain(&self, text: impl Display) {
        let mut stream = AutoStream::new(io::stderr(), self.choice(&io::stderr()));
        drop(writeln!(stream, "{text}"));
    }

    fn choice(&self, stream: &impl anstream::stream::RawStream) -> ColorChoice {
        match self.color {
            ColorChoice::Auto => AutoStream::choice(stream),
            chosen => chosen,
        }
    }
}

/// Returns a text in a style.
pub fn styled(style: Style, text: impl Display) -> String {
    format!("{style}{text}{style:#}")
}

/// Returns what shows the progress of a fetch: nothing where nobody watches.
pub fn progress(is_quiet: bool, environment: &Environment) -> fn(&str) {
    if is_quiet || !environment.watched {
        return |_| {};
    }
    |text| {
        const WIDTH: usize = 76;
        let text: String = text.chars().take(WIDTH).collect();
        // The line is written over by the next one; without a text it is gone.
        let mut stream = io::stderr().lock();
        drop(write!(stream, "\r\x1b[K{text}"));
        drop(stream.flush());
    }
}
