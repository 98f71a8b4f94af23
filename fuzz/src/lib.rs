//! What the fuzz targets share: how one input holds several texts, and the merge of a single file.

use pyscaffold::engine::merge::{Change, Labels, Node, Outcome, Rules, Side, merge};
use pyscaffold::model::relpath::RelPath;

/// The line between two texts of one input. An input stays readable, and the fuzzer moves whole texts.
const BETWEEN: &[u8] = b"\n=====\n";

/// Splits an input into this many texts; what comes after the last line between two stays in the last text, and what is missing is empty.
pub fn parts<const COUNT: usize>(input: &[u8]) -> [&[u8]; COUNT] {
    let mut rest = Some(input);
    std::array::from_fn(|index| {
        let text = rest.take().unwrap_or_default();
        let end = text
            .windows(BETWEEN.len())
            .position(|window| window == BETWEEN)
            .filter(|_| index + 1 < COUNT);
        match end {
            Some(end) => {
                rest = text.get(end + BETWEEN.len()..);
                text.get(..end).unwrap_or_default()
            }
            None => text,
        }
    })
}

/// What a merge of one file came to.
#[derive(Debug, Eq, PartialEq)]
pub struct Merged {
    /// The content afterwards.
    pub bytes: Vec<u8>,
    /// Whether a person has to choose.
    pub is_conflict: bool,
}

/// Merges three versions of the file at a path as an update does.
pub fn merged(path: &str, base: &[u8], ours: &[u8], theirs: &[u8]) -> Merged {
    let path = RelPath::parse(path).expect("the targets name safe paths");
    let side = |bytes: &[u8]| Side::from([(path.clone(), Node::file(bytes, false))]);
    let labels = Labels {
        ours: "yours".to_owned(),
        theirs: "template".to_owned(),
    };
    let changes = merge(
        &side(base),
        &side(ours),
        &side(theirs),
        &Rules::default(),
        &labels,
    );
    assert!(changes.len() < 2, "one file, several changes: {changes:?}");
    let Some(change) = changes.into_iter().next() else {
        return Merged {
            bytes: ours.to_vec(),
            is_conflict: false,
        };
    };
    let Change {
        outcome, result, ..
    } = change;
    assert!(
        matches!(
            outcome,
            Outcome::Merged | Outcome::Updated | Outcome::Conflict
        ),
        "a file that all three have is {outcome:?}"
    );
    let bytes = result.and_then(|node| node.bytes);
    Merged {
        bytes: bytes.map_or_else(|| ours.to_vec(), |bytes| bytes.to_vec()),
        is_conflict: outcome == Outcome::Conflict,
    }
}

/// Asserts what holds for any three versions of a file.
pub fn assert_laws(path: &str, base: &[u8], ours: &[u8], theirs: &[u8]) {
    let clean = |bytes: &[u8]| Merged {
        bytes: bytes.to_vec(),
        is_conflict: false,
    };
    assert_eq!(merged(path, base, base, theirs), clean(theirs));
    assert_eq!(merged(path, base, ours, base), clean(ours));
    assert_eq!(merged(path, base, theirs, theirs), clean(theirs));
}
