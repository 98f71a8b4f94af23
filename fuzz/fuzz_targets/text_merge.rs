//! The merge of a text, a line set or any bytes: its laws, and no line of the user's is lost.
#![no_main]

use std::collections::BTreeSet;

use libfuzzer_sys::fuzz_target;
use pyscaffold_fuzz::{assert_laws, merged, parts};

/// Returns the lines that say something. What surrounds them, and how they end, may change.
fn lines(bytes: &[u8]) -> BTreeSet<String> {
    let text = String::from_utf8_lossy(bytes);
    let lines = text.split('\n').map(str::trim);
    lines
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect()
}

fuzz_target!(|input: &[u8]| {
    let [base, ours, theirs] = parts(input);
    for path in ["a.txt", ".gitignore"] {
        assert_laws(path, base, ours, theirs);
        let result = merged(path, base, ours, theirs);
        let (known, left) = (lines(base), lines(&result.bytes));
        for line in lines(ours) {
            assert!(
                known.contains(&line) || left.contains(&line),
                "{path} lost {line:?} in {:?}",
                String::from_utf8_lossy(&result.bytes)
            );
        }
        if !result.is_conflict {
            // A comment comes with the lines that it stands above, and those may be there already.
            let counts = |line: &String| path == "a.txt" || !line.starts_with('#');
            for line in lines(theirs).into_iter().filter(counts) {
                assert!(
                    known.contains(&line) || left.contains(&line),
                    "{path} does not bring {line:?} in {:?}",
                    String::from_utf8_lossy(&result.bytes)
                );
            }
        }
    }
});
