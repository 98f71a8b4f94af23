//! A list in the terminal that is filtered as a person types, and says more about the entry under the cursor.

use std::io::{self, Write};

use anstream::AutoStream;
use anstyle::{AnsiColor, Style};
use crossterm::cursor::MoveToPreviousLine;
use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, read};
use crossterm::terminal::{Clear, ClearType, disable_raw_mode, enable_raw_mode};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::prompt::PromptError;
use super::terminal::Held;

/// How many entries are shown at once where the terminal is high enough.
const ROWS: usize = 10;

/// How many lines of a description are shown.
const DESCRIPTION: usize = 5;

/// How many lines are neither: the title, two gaps, the keys, and the line on which the cursor waits.
const OTHERS: usize = 5;

const CHOSEN: Style = AnsiColor::Cyan.on_default().bold();
const DIM: Style = Style::new().dimmed();

/// An entry of a list.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Entry {
    /// What is chosen.
    pub word: String,
    /// A sentence that stands beside it.
    pub summary: String,
    /// What is shown when the cursor is on it.
    pub description: Option<String>,
}

/// Lets a person choose an entry. The words are a title, the keys that can be pressed, and what is said where no entry is left.
///
/// # Errors
/// The person cancels, or the terminal fails.
pub fn choose(entries: Vec<Entry>, words: (&str, &str, &str)) -> Result<String, PromptError> {
    let held = Held::now();
    let answer = RawMode::on().and_then(|raw| {
        let mut list = List::of(entries);
        let mut drawn = Drawn::default();
        let chosen = ask(&mut list, &mut drawn, words);
        drawn.wipe()?;
        drop(raw);
        chosen
    });
    drop(held);
    let Some(word) = answer? else {
        return Err(PromptError::Cancelled);
    };
    let mut stream = AutoStream::auto(io::stderr());
    let (mark, text) = (styled(CHOSEN, ">"), styled(CHOSEN, &word));
    writeln!(stream, "{mark} {} {text}", words.0)?;
    Ok(word)
}

fn ask(
    list: &mut List,
    drawn: &mut Drawn,
    words: (&str, &str, &str),
) -> io::Result<Option<String>> {
    loop {
        drawn.show(&list.lines(screen()?, words))?;
        let Event::Key(key) = read()? else { continue };
        if key.kind == KeyEventKind::Release {
            continue;
        }
        match list.press(key) {
            Step::Stays => {}
            Step::Cancels => return Ok(None),
            Step::Chooses(word) => return Ok(Some(word)),
        }
    }
}

/// Returns how many columns and lines there are where the list is shown: output may lead elsewhere.
#[cfg(unix)]
fn screen() -> io::Result<(usize, usize)> {
    let size = rustix::termios::tcgetwinsize(io::stderr())?;
    // A terminal that does not know its size says nothing of it.
    match (size.ws_col.into(), size.ws_row.into()) {
        (0, _) | (_, 0) => Ok((80, 24)),
        known => Ok(known),
    }
}

/// Returns how many columns and lines there are.
#[cfg(not(unix))]
fn screen() -> io::Result<(usize, usize)> {
    let (width, height) = crossterm::terminal::size()?;
    Ok((width.into(), height.into()))
}

/// Keys come one by one and unseen; dropping it ends that.
struct RawMode(());

impl RawMode {
    fn on() -> io::Result<Self> {
        enable_raw_mode()?;
        Ok(Self(()))
    }
}

impl Drop for RawMode {
    fn drop(&mut self) {
        // A terminal that is gone needs nothing.
        disable_raw_mode().unwrap_or_default();
    }
}

/// What stands on the screen.
#[derive(Default)]
struct Drawn {
    lines: u16,
}

impl Drawn {
    fn show(&mut self, lines: &[String]) -> io::Result<()> {
        self.wipe()?;
        let mut stream = AutoStream::auto(io::stderr());
        write!(stream, "{}\r\n", lines.join("\r\n"))?;
        self.lines = u16::try_from(lines.len()).unwrap_or(u16::MAX);
        stream.flush()
    }

    fn wipe(&mut self) -> io::Result<()> {
        let mut stream = io::stderr().lock();
        if self.lines > 0 {
            write!(stream, "{}", MoveToPreviousLine(self.lines))?;
            write!(stream, "{}", Clear(ClearType::FromCursorDown))?;
        }
        self.lines = 0;
        stream.flush()
    }
}

/// What a key leads to.
#[derive(Debug, Eq, PartialEq)]
enum Step {
    Stays,
    Cancels,
    Chooses(String),
}

/// The entries, what was typed to filter them, and where the cursor is.
#[derive(Debug)]
struct List {
    entries: Vec<Entry>,
    filter: String,
    /// The place among the entries that are left.
    cursor: usize,
}

impl List {
    fn of(entries: Vec<Entry>) -> Self {
        Self {
            entries,
            filter: String::new(),
            cursor: 0,
        }
    }

    /// Returns the entries that have every word of the filter, those with all of them in their name first.
    fn left(&self) -> Vec<&Entry> {
        let has = |text: &str| {
            let text = text.to_lowercase();
            let mut words = self.filter.split_whitespace();
            words.all(|word| text.contains(&word.to_lowercase()))
        };
        let (named, others): (Vec<&Entry>, Vec<&Entry>) =
            self.entries.iter().partition(|entry| has(&entry.word));
        let about = others.into_iter().filter(|entry| {
            let description = entry.description.as_deref().unwrap_or_default();
            has(&format!("{} {} {description}", entry.word, entry.summary))
        });
        named.into_iter().chain(about).collect()
    }

    fn press(&mut self, key: KeyEvent) -> Step {
        let last = self.left().len().saturating_sub(1);
        let is_control = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Esc => return Step::Cancels,
            KeyCode::Char('c') if is_control => return Step::Cancels,
            KeyCode::Enter => {
                if let Some(entry) = self.left().get(self.cursor) {
                    return Step::Chooses(entry.word.clone());
                }
            }
            KeyCode::Up => self.cursor = self.cursor.checked_sub(1).unwrap_or(last),
            KeyCode::Down if self.cursor >= last => self.cursor = 0,
            KeyCode::Down => self.cursor += 1,
            KeyCode::PageUp => self.cursor = self.cursor.saturating_sub(ROWS),
            KeyCode::PageDown => self.cursor = (self.cursor + ROWS).min(last),
            KeyCode::Home => self.cursor = 0,
            KeyCode::End => self.cursor = last,
            KeyCode::Backspace => {
                self.filter.pop();
                self.cursor = 0;
            }
            KeyCode::Char(character) if !is_control => {
                self.filter.push(character);
                self.cursor = 0;
            }
            _ => {}
        }
        Step::Stays
    }

    /// Returns what is shown on a screen of this many columns and lines.
    fn lines(
        &self,
        (width, height): (usize, usize),
        (title, keys, nothing): (&str, &str, &str),
    ) -> Vec<String> {
        // The last column stays free: a terminal may break the line there.
        let width = width.saturating_sub(1);
        let left = self.left();
        let rows = ROWS.min(height.saturating_sub(DESCRIPTION + OTHERS)).max(1);
        let more = DESCRIPTION.min(height.saturating_sub(rows + OTHERS));
        let first = (self.cursor + 1).saturating_sub(rows);
        let names = left.iter().map(|entry| entry.word.width()).max();
        let names = names.unwrap_or_default();
        let mark = styled(CHOSEN, "?");
        let filter = cut(&self.filter, width.saturating_sub(title.width() + 4));
        let mut lines = vec![format!("{mark} {title}: {filter}_")];
        for (place, entry) in left.iter().enumerate().skip(first).take(rows) {
            let gap = " ".repeat(names - entry.word.width());
            let line = cut(
                &format!("{}{gap}  {}", entry.word, entry.summary),
                width - 2.min(width),
            );
            lines.push(if place == self.cursor {
                format!("{} {}", styled(CHOSEN, ">"), styled(CHOSEN, &line))
            } else {
                format!("  {line}")
            });
        }
        let below = left.len().saturating_sub(first + rows);
        let text = match left.get(self.cursor) {
            Some(entry) => entry.description.as_deref().unwrap_or(&entry.summary),
            None => nothing,
        };
        lines.push(if below > 0 {
            format!("  + {below}")
        } else {
            String::new()
        });
        let wrapped = wrap(text, width.saturating_sub(2));
        lines.extend(
            wrapped
                .into_iter()
                .take(more)
                .map(|line| format!("  {line}")),
        );
        lines.push(String::new());
        lines.push(styled(DIM, &cut(keys, width)));
        lines
    }
}

fn styled(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// Returns as much of a text as takes so many columns.
fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut left = width.saturating_sub(1);
    let mut short = String::new();
    for character in text.chars() {
        let columns = character.width().unwrap_or_default();
        if columns > left {
            break;
        }
        left -= columns;
        short.push(character);
    }
    short.push('…');
    short
}

/// Breaks a text into lines of so many columns: between words, and between any two characters that are wide.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_inclusive(|c: char| c == ' ' || c.width() == Some(2)) {
        if !line.is_empty() && line.width() + word.trim_end().width() > width {
            lines.push(cut(line.trim_end(), width));
            line.clear();
        }
        line.push_str(word);
    }
    lines.push(cut(line.trim_end(), width));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list() -> List {
        let entry = |word: &str, summary: &str, description: Option<&str>| Entry {
            word: word.to_owned(),
            summary: summary.to_owned(),
            description: description.map(str::to_owned),
        };
        List::of(vec![
            entry("api", "Over HTTP.", Some("A service with a database.")),
            entry("cli", "A command.", None),
            entry(
                "队列",
                "Workers for an api.",
                Some("不丢任务的工作者，带有重试。"),
            ),
        ])
    }

    fn press(list: &mut List, code: KeyCode) -> Step {
        list.press(KeyEvent::new(code, KeyModifiers::NONE))
    }

    fn shown(list: &List, screen: (usize, usize)) -> Vec<String> {
        let lines = list.lines(screen, ("T", "keys", "nothing"));
        let plain = |line: &String| anstream::adapter::strip_str(line).to_string();
        lines.iter().map(plain).collect()
    }

    #[test]
    fn words_filter_and_names_come_first() {
        let mut list = list();
        for character in "API".chars() {
            assert_eq!(press(&mut list, KeyCode::Char(character)), Step::Stays);
        }
        let lines = shown(&list, (80, 24));
        assert_eq!(
            lines[..4],
            [
                "? T: API_",
                "> api   Over HTTP.",
                "  队列  Workers for an api.",
                ""
            ]
        );
        assert_eq!(lines[4], "  A service with a database.");
        press(&mut list, KeyCode::Up);
        assert_eq!(
            press(&mut list, KeyCode::Enter),
            Step::Chooses("队列".to_owned())
        );
        press(&mut list, KeyCode::Char('x'));
        assert_eq!(shown(&list, (80, 24))[1..], ["", "  nothing", "", "keys"]);
        assert_eq!(press(&mut list, KeyCode::Enter), Step::Stays);
        press(&mut list, KeyCode::Backspace);
        assert_eq!(
            press(&mut list, KeyCode::Enter),
            Step::Chooses("api".to_owned())
        );
        assert_eq!(press(&mut list, KeyCode::Esc), Step::Cancels);
    }

    #[test]
    fn nothing_is_wider_or_higher_than_the_screen() {
        let mut list = list();
        for _ in 0..3 {
            for width in 0..40 {
                for height in 0..16 {
                    let lines = shown(&list, (width, height));
                    assert!(lines.len() < height.max(OTHERS + 1), "{lines:?}");
                    for line in lines {
                        assert!(line.width() <= width.max(6), "{width}: {line:?}");
                    }
                }
            }
            press(&mut list, KeyCode::Down);
        }
        assert_eq!(list.cursor, 0);
        let lines = shown(&list, (80, 11));
        assert_eq!(lines[1..3], ["> api   Over HTTP.", "  + 2"]);
    }
}
