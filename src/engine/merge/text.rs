//! The merge of lines, and the ends of lines around it.

use git2::{MergeFileInput, MergeFileOptions, ObjectType, Oid};

use super::content::{Labels, Texts};

/// How many characters a conflict marker has.
const MARKER: u16 = 7;

/// How far a file is looked at to see whether it is text; git's own measure.
const LOOKED_AT: usize = 8_000;

/// How the lines of a text end.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Ending {
    /// With a line feed, or there is only one line.
    Feed,
    /// With a carriage return and a line feed.
    Return,
    /// Some this way and some that: each is part of its line.
    Mixed,
}

/// How the lines of a text end, and whether the last one does.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Form {
    ending: Ending,
    is_closed: bool,
}

impl Form {
    /// Returns the form of a text; none for a binary file.
    pub(super) fn of(bytes: &[u8]) -> Option<Self> {
        if bytes.iter().take(LOOKED_AT).any(|byte| *byte == 0) {
            return None;
        }
        let feeds = bytes.split(|byte| *byte == b'\n').count() - 1;
        let returns = bytes.windows(2).filter(|pair| pair == b"\r\n").count();
        let ending = match (feeds, returns) {
            (_, 0) => Ending::Feed,
            (feeds, returns) if feeds == returns => Ending::Return,
            _ => Ending::Mixed,
        };
        Some(Self {
            ending,
            is_closed: bytes.is_empty() || bytes.ends_with(b"\n"),
        })
    }

    /// Returns the form of a merged text: what the user changed about it stays, else it is the template's.
    pub(super) fn merged(base: Self, ours: Self, theirs: Self) -> Self {
        Self {
            ending: if ours.ending == base.ending {
                theirs.ending
            } else {
                ours.ending
            },
            is_closed: if ours.is_closed == base.is_closed {
                theirs.is_closed
            } else {
                ours.is_closed
            },
        }
    }

    /// Returns a text of this form with plain ends of lines.
    pub(super) fn plain(self, bytes: &[u8]) -> Vec<u8> {
        let mut plain = Vec::with_capacity(bytes.len() + 1);
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            match line.strip_suffix(b"\r\n") {
                Some(line) if self.ending == Ending::Return => {
                    plain.extend_from_slice(line);
                    plain.push(b'\n');
                }
                Some(_) | None => plain.extend_from_slice(line),
            }
        }
        if !self.is_closed {
            plain.push(b'\n');
        }
        plain
    }

    /// Gives a text with plain ends of lines this form.
    pub(super) fn apply(self, plain: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(plain.len());
        for line in plain.split_inclusive(|byte| *byte == b'\n') {
            match line.strip_suffix(b"\n") {
                Some(text) if self.ending == Ending::Return && !text.ends_with(b"\r") => {
                    bytes.extend_from_slice(text);
                    bytes.extend_from_slice(b"\r\n");
                }
                Some(_) | None => bytes.extend_from_slice(line),
            }
        }
        if !self.is_closed && bytes.ends_with(b"\n") {
            bytes.pop();
            if self.ending == Ending::Return && bytes.ends_with(b"\r") {
                bytes.pop();
            }
        }
        bytes
    }
}

/// A merged text, with markers around what conflicts.
pub(super) struct MergedLines {
    pub(super) bytes: Vec<u8>,
    pub(super) has_conflict: bool,
}

/// Merges lines; none for texts that are too large for it.
pub(super) fn merge(texts: &Texts<'_>, labels: &Labels) -> Option<MergedLines> {
    // The library has to be started, which this function alone of its functions does not do.
    Oid::hash_object(ObjectType::Blob, b"").ok()?;
    let mut inputs = [
        MergeFileInput::new(),
        MergeFileInput::new(),
        MergeFileInput::new(),
    ];
    let [base, ours, theirs] = &mut inputs;
    base.content(texts.base);
    ours.content(texts.ours);
    theirs.content(texts.theirs);
    let mut options = MergeFileOptions::new();
    options
        .style_standard(true)
        .our_label(labels.ours.as_str())
        .their_label(labels.theirs.as_str())
        .marker_size(marker_size(texts));
    let merged = git2::merge_file(base, ours, theirs, Some(&mut options)).ok()?;
    Some(MergedLines {
        bytes: merged.content().to_vec(),
        has_conflict: !merged.is_automergeable(),
    })
}

/// Returns a length of markers that no line of the texts can be taken for.
pub(super) fn marker_size(texts: &Texts<'_>) -> u16 {
    let longest = [texts.base, texts.ours, texts.theirs]
        .into_iter()
        .flat_map(|text| text.split(|byte| *byte == b'\n'))
        .filter_map(|line| {
            let first = line.first().filter(|byte| b"<=>|".contains(byte))?;
            Some(line.iter().take_while(|byte| *byte == first).count())
        })
        .max()
        .unwrap_or(0);
    // A heading of reStructuredText is a line of `=` alone, and stands in for no marker that has a name.
    let longest = u16::try_from(longest).unwrap_or(u16::MAX - 1);
    if (MARKER..=4 * MARKER).contains(&longest) {
        longest + 1
    } else {
        MARKER
    }
}
