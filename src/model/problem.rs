//! What is wrong with a template, and where.

use std::fmt;

use super::text::Position;

/// One thing that is wrong in a file of a template.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Problem {
    /// The file, as the template's author calls it.
    pub file: String,
    /// The line and the character, where one is to blame.
    pub at: Option<Position>,
    /// What is wrong: a lower-case sentence without a final stop.
    pub message: String,
    /// Whose matter it is.
    pub blame: Blame,
}

/// Whose matter a problem is.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Blame {
    /// The author's: the template is wrong.
    Author,
    /// Nobody's: what was fetched has been damaged on this machine since.
    Store,
}

impl Problem {
    /// Returns a problem of a line, or of a place in it.
    pub fn at(
        file: impl Into<String>,
        at: impl Into<Position>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            file: file.into(),
            at: Some(at.into()),
            message: message.into(),
            blame: Blame::Author,
        }
    }

    /// Returns a problem of a whole file.
    pub fn of(file: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            file: file.into(),
            at: None,
            message: message.into(),
            blame: Blame::Author,
        }
    }

    /// Returns a problem of a file that was sound when it was fetched.
    pub fn damage(file: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            blame: Blame::Store,
            ..Self::of(file, message)
        }
    }
}

/// Writes the problem the way compilers do, so that editors can jump to it.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.at {
            Some(Position {
                line,
                column: Some(column),
            }) => write!(f, "{}:{line}:{column}: {}", self.file, self.message),
            Some(Position { line, column: None }) => {
                write!(f, "{}:{line}: {}", self.file, self.message)
            }
            None => write!(f, "{}: {}", self.file, self.message),
        }
    }
}

/// Returns the candidate that a misspelled word most likely meant.
///
/// Two words are near if they begin alike (Jaro-Winkler), or if one slip of the finger makes one from the other.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    const CLOSE_ENOUGH: f64 = 0.8;
    const ONE_SLIP: f64 = 0.9;
    candidates
        .into_iter()
        .map(|candidate| {
            let slip = word.len() > 2 && strsim::osa_distance(word, candidate) == 1;
            let alike = strsim::jaro_winkler(word, candidate);
            (if slip { alike.max(ONE_SLIP) } else { alike }, candidate)
        })
        .filter(|(likeness, _)| *likeness >= CLOSE_ENOUGH)
        .max_by(|left, right| left.0.total_cmp(&right.0))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelled_word_finds_its_neighbour() {
        let words = ["fastapi-api", "scrapy-crawler", "click-cli"];
        assert_eq!(nearest("fastapi-ap", words), Some("fastapi-api"));
        assert_eq!(nearest("scrapy-crawlr", words), Some("scrapy-crawler"));
        assert_eq!(nearest("zzz", words), None);
        assert_eq!(nearest("gti", ["git", "defaults"]), Some("git"));
    }
}
