//! What characters do to a reader: which ones cannot be seen, and how text that somebody else wrote
//! is shown.
//!
//! Answers for single characters and for one line of text; knows nothing about paths, files or
//! terminals.

use std::fmt::Write as _;

/// Returns whether a character is invisible, moves the cursor, or changes how its neighbours are
/// read.
///
/// These are the control characters (C0, DEL, C1), the line and paragraph separators, the
/// bidirectional formatting characters ([UAX #9](https://www.unicode.org/reports/tr9/)) and the
/// other characters without a shape of their own (`Default_Ignorable_Code_Point` of [UAX
/// #44](https://www.unicode.org/reports/tr44/)).
///
/// Variation selectors are left out: they only choose between the plain and the coloured form of
/// the sign before them, and ordinary emoji are written with one. See [`is_variation_selector`].
///
/// ```text
/// is_hidden('\u{1b}')   == true    // escape
/// is_hidden('\u{202e}') == true    // right-to-left override
/// is_hidden('é')        == false
/// ```
pub fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}'
                | '\u{34f}'
                | '\u{61c}'
                | '\u{115f}'..='\u{1160}'
                | '\u{17b4}'..='\u{17b5}'
                | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{3164}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff0}'..='\u{fffb}'
                | '\u{1bca0}'..='\u{1bca3}'
                | '\u{1d173}'..='\u{1d17a}'
                | '\u{e0000}'..='\u{e00ff}'
                | '\u{e01f0}'..='\u{e0fff}'
        )
}

/// Returns whether a character is a variation selector, which has no shape of its own either.
pub fn is_variation_selector(character: char) -> bool {
    matches!(character, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

/// Returns whether a character joins or parts its neighbours, as names in Persian and Indic scripts and emoji need it.
pub fn is_joiner(character: char) -> bool {
    matches!(character, '\u{200c}' | '\u{200d}')
}

/// Returns whether the text can stand on one line and reads as what it is: nothing in it is hidden but joiners.
pub fn is_plain_line(text: &str) -> bool {
    !text
        .chars()
        .any(|character| is_hidden(character) && !is_joiner(character))
}

/// Returns the text on one line with every hidden character written as `\u{..}`.
///
/// Whatever a template, a server or a file name brings is shown through this, so that it cannot
/// move the cursor, change colours, or read differently from what it is. Line breaks and tabs are
/// written out too; text of several lines is shown line by line.
///
/// ```text
/// visible("a\u{1b}[2Jb") == r"a\u{1b}[2Jb"
/// ```
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if is_hidden(character) {
            // Writing to a string cannot fail.
            let _ = write!(shown, "\\u{{{:x}}}", u32::from(character));
        } else {
            shown.push(character);
        }
    }
    shown
}

/// Returns the text as [`visible`] does, cut after `limit` characters of the original with `…` in
/// place of the rest.
///
/// For messages that name what somebody typed: a text of a megabyte must not fill the screen.
pub fn visible_start(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        Some((end, _)) => visible(text.get(..end).unwrap_or_default()) + "…",
        None => visible(text),
    }
}

/// The most characters of a word that a message repeats whole: more than any path has parts worth reading.
const LONGEST_WORD: usize = 1_000;

/// How many characters of a longer word are left.
const WORD_START: usize = 200;

/// Returns the text with `…` in place of the end of every word that is longer than anybody reads.
pub fn short_words(text: &str) -> String {
    text.split_inclusive(char::is_whitespace)
        .map(|word| match word.char_indices().nth(LONGEST_WORD) {
            Some(_) => {
                let end = word.chars().next_back().filter(|c| c.is_whitespace());
                let start: String = word.chars().take(WORD_START).collect();
                format!("{start}…{}", end.map(String::from).unwrap_or_default())
            }
            None => word.to_owned(),
        })
        .collect()
}

/// A place in a text.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Position {
    /// The line, counted from 1.
    pub line: usize,
    /// The character in the line, counted from 1, where one is to blame.
    pub column: Option<usize>,
}

/// A whole line.
impl From<usize> for Position {
    fn from(line: usize) -> Self {
        Self { line, column: None }
    }
}

/// Where the lines of a text begin.
#[derive(Clone, Debug)]
pub struct Lines<'a> {
    text: &'a str,
    breaks: Vec<usize>,
}

impl<'a> Lines<'a> {
    /// Returns the lines of a text.
    pub fn of(text: &'a str) -> Self {
        Self {
            text,
            breaks: text.match_indices('\n').map(|(offset, _)| offset).collect(),
        }
    }

    /// Returns the line, counted from 1, of a place that is counted in bytes from the beginning.
    pub fn line_at(&self, offset: usize) -> usize {
        self.breaks.partition_point(|found| *found < offset) + 1
    }

    /// Returns the line and the character of a place that is counted in bytes from the beginning.
    pub fn position_at(&self, offset: usize) -> Position {
        let line = self.line_at(offset);
        let start = match line.checked_sub(2).and_then(|index| self.breaks.get(index)) {
            Some(end) => end + 1,
            None => 0,
        };
        let before = self.text.get(start..offset).unwrap_or_default();
        Position {
            line,
            column: Some(before.chars().count() + 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_words_are_cut_and_short_ones_are_not() {
        let long = "x".repeat(LONGEST_WORD + 1);
        let start = "x".repeat(WORD_START);
        for (text, shown) in [
            ("a b\n", "a b\n".to_owned()),
            (&long[1..], long[1..].to_owned()),
            (&long, format!("{start}…")),
            (&format!("a {long} b"), format!("a {start}… b")),
            (&"é ".repeat(LONGEST_WORD), "é ".repeat(LONGEST_WORD)),
        ] {
            assert_eq!(short_words(text), shown);
        }
    }

    #[test]
    fn hidden_characters_are_written_out() {
        for (text, shown) in [
            ("", ""),
            ("plain text, 日本語, Ünïcödé", "plain text, 日本語, Ünïcödé"),
            ("a\u{1b}[31mred", r"a\u{1b}[31mred"),
            ("two\nlines\tand\r", r"two\u{a}lines\u{9}and\u{d}"),
            ("\0\u{7f}\u{85}\u{9b}", r"\u{0}\u{7f}\u{85}\u{9b}"),
            ("gpj.\u{202e}exe", r"gpj.\u{202e}exe"),
            ("\u{2066}a\u{2069}\u{61c}", r"\u{2066}a\u{2069}\u{61c}"),
            (
                "a\u{200b}b\u{200d}c\u{feff}",
                r"a\u{200b}b\u{200d}c\u{feff}",
            ),
            ("so\u{ad}ft", r"so\u{ad}ft"),
            (
                "line\u{2028}paragraph\u{2029}",
                r"line\u{2028}paragraph\u{2029}",
            ),
            ("tag\u{e0041}", r"tag\u{e0041}"),
            ("⚙\u{fe0f} gear 🚀", "⚙\u{fe0f} gear 🚀"),
            (r"C:\users", r"C:\users"),
        ] {
            assert_eq!(visible(text), shown, "{text:?}");
        }
    }

    #[test]
    fn long_text_is_cut() {
        for (text, limit, shown) in [
            ("abc", 3, "abc"),
            ("abcd", 3, "abc…"),
            ("日本語", 2, "日本…"),
            ("\u{1b}\u{1b}", 1, r"\u{1b}…"),
            ("", 0, ""),
        ] {
            assert_eq!(visible_start(text, limit), shown, "{text:?}");
        }
    }

    #[test]
    fn places_are_counted_in_characters() {
        let lines = Lines::of("ab\n日本x\n\ny");
        for (offset, line, column) in [
            (0, 1, 1),
            (1, 1, 2),
            (3, 2, 1),
            (9, 2, 3),
            (11, 3, 1),
            (12, 4, 1),
        ] {
            let expected = Position {
                line,
                column: Some(column),
            };
            assert_eq!(lines.position_at(offset), expected, "{offset}");
        }
    }
}
