//! How two versions of one file become one.

use std::rc::Rc;

use super::lines::{self, is_line_set};
use super::structure;
use super::text::{self, Form};
use super::{Mode, Node};
use crate::model::relpath::RelPath;

/// How the two sides of a conflict are called.
#[derive(Clone, Debug)]
pub struct Labels {
    /// The project's side.
    pub ours: String,
    /// The template's side.
    pub theirs: String,
}

/// A merged file.
pub(super) struct Merged {
    /// What it is now.
    pub(super) node: Node,
    /// Whether a person has to choose.
    pub(super) verdict: Verdict,
}

/// Whether a merge needs a person.
pub(super) enum Verdict {
    /// It does not.
    Clean,
    /// It does; and what about, if more can be said.
    Conflict(Option<String>),
}

impl Merged {
    fn clean(node: Node) -> Self {
        Self {
            node,
            verdict: Verdict::Clean,
        }
    }
}

/// Returns whether two files are the same but for the ends of their lines.
pub(super) fn same_content(one: &Node, other: &Node) -> bool {
    if one == other {
        return true;
    }
    let (Some(one_bytes), Some(other_bytes)) = (&one.bytes, &other.bytes) else {
        return false;
    };
    one.mode == other.mode
        && is_file(one)
        && match (Form::of(one_bytes), Form::of(other_bytes)) {
            (Some(one_form), Some(other_form)) => {
                one_form.plain(one_bytes) == other_form.plain(other_bytes)
            }
            _ => false,
        }
}

/// Merges two versions of a file. Without a base both sides added it.
pub(super) fn merge_content(
    path: &RelPath,
    base: Option<&Node>,
    ours: &Node,
    theirs: &Node,
    labels: &Labels,
) -> Merged {
    if ours == theirs || base == Some(theirs) {
        return Merged::clean(ours.clone());
    }
    if base == Some(ours) {
        return Merged::clean(theirs.clone());
    }
    let in_place = |note: &str| Merged {
        node: ours.clone(),
        verdict: Verdict::Conflict(Some(note.to_owned())),
    };
    if !is_file(ours) || !is_file(theirs) || base.is_some_and(|base| !is_file(base)) {
        return in_place("one side is no regular file; yours is in place");
    }
    let (Some(our_bytes), Some(their_bytes)) = (&ours.bytes, &theirs.bytes) else {
        return in_place("yours was not read and is in place");
    };
    let nothing = Rc::from([].as_slice());
    let base_bytes = match base {
        Some(base) => base.bytes.as_ref().unwrap_or(&nothing),
        None => &nothing,
    };
    let mode = merge_modes(base, ours, theirs);
    let of = |bytes: Rc<[u8]>| Node {
        mode,
        bytes: Some(bytes),
    };
    // The mode of one side and the content of the other are no conflict.
    if our_bytes == their_bytes || (base.is_some() && base_bytes == their_bytes) {
        return Merged::clean(of(Rc::clone(our_bytes)));
    }
    if base.is_some() && base_bytes == our_bytes {
        return Merged::clean(of(Rc::clone(their_bytes)));
    }
    let forms = (
        Form::of(base_bytes),
        Form::of(our_bytes),
        Form::of(their_bytes),
    );
    let (Some(base_form), Some(our_form), Some(their_form)) = forms else {
        return in_place("a binary file that both sides changed; yours is in place");
    };
    let target = if base.is_some() {
        Form::merged(base_form, our_form, their_form)
    } else {
        our_form
    };
    let plain = [
        base_form.plain(base_bytes),
        our_form.plain(our_bytes),
        their_form.plain(their_bytes),
    ];
    let texts = Texts {
        base: &plain[0],
        ours: &plain[1],
        theirs: &plain[2],
    };
    let merged = merge_texts(path, &texts, labels);
    let bytes = Rc::from(target.apply(&merged.bytes).as_slice());
    Merged {
        node: of(bytes),
        verdict: merged.verdict,
    }
}

/// Three versions of a text with plain ends of lines.
pub(super) struct Texts<'a> {
    pub(super) base: &'a [u8],
    pub(super) ours: &'a [u8],
    pub(super) theirs: &'a [u8],
}

/// A merged text.
struct MergedText {
    bytes: Vec<u8>,
    verdict: Verdict,
}

fn merge_texts(path: &RelPath, texts: &Texts<'_>, labels: &Labels) -> MergedText {
    let clean = |bytes: &[u8]| MergedText {
        bytes: bytes.to_vec(),
        verdict: Verdict::Clean,
    };
    if texts.ours == texts.theirs || texts.base == texts.theirs {
        return clean(texts.ours);
    }
    if texts.base == texts.ours {
        return clean(texts.theirs);
    }
    let by_text = text::merge(texts, labels);
    let is_clean = by_text.as_ref().is_some_and(|merged| !merged.has_conflict);
    let text = by_text.as_ref().map(|merged| merged.bytes.as_slice());
    let by_nature = if is_line_set(path) {
        if is_clean && text.is_some_and(|text| !lines::has_new_repeats(text, texts)) {
            None
        } else {
            lines::merge(path, texts).map(|bytes| MergedText {
                bytes,
                verdict: Verdict::Clean,
            })
        }
    } else if extension(path) == Some("toml") {
        if is_clean && text.is_some_and(structure::is_sound) {
            None
        } else {
            structure::merge(texts, labels).map(|merged| MergedText {
                bytes: merged.text.into_bytes(),
                verdict: if merged.keys.is_empty() {
                    Verdict::Clean
                } else {
                    Verdict::Conflict(Some(merged.keys.join(", ")))
                },
            })
        }
    } else {
        None
    };
    match (by_nature, by_text) {
        (Some(merged), _) => merged,
        (None, Some(merged)) => MergedText {
            bytes: merged.bytes,
            verdict: if merged.has_conflict {
                Verdict::Conflict(None)
            } else {
                Verdict::Clean
            },
        },
        (None, None) => MergedText {
            bytes: texts.ours.to_vec(),
            verdict: Verdict::Conflict(Some("it cannot be merged; yours is in place".to_owned())),
        },
    }
}

/// Returns the ending of a file's name, after its last point.
pub(super) fn extension(path: &RelPath) -> Option<&str> {
    path.file_name().rsplit_once('.').map(|(_, ending)| ending)
}

fn is_file(node: &Node) -> bool {
    matches!(node.mode, Mode::Plain | Mode::Executable)
}

fn merge_modes(base: Option<&Node>, ours: &Node, theirs: &Node) -> Mode {
    match base {
        Some(base) if base.mode == ours.mode => theirs.mode,
        Some(_) | None => ours.mode,
    }
}
