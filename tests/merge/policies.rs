//! The list of promises that `tests/policies.py` takes away, one after the other.

#![expect(clippy::disallowed_methods, reason = "reads files of this repository")]

use std::fs;
use std::path::Path;

use toml_edit::{DocumentMut, Table};

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn text<'a>(policy: &'a Table, key: &str) -> &'a str {
    policy
        .get(key)
        .and_then(|item| item.as_str())
        .unwrap_or_default()
}

/// A text that is no longer in the sources, or there twice, would take nothing away, or the wrong thing.
#[test]
fn each_promise_can_be_taken_away() -> Outcome {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let list: DocumentMut = fs::read_to_string(root.join("tests/policies.toml"))?.parse()?;
    let policies = list["policy"]
        .as_array_of_tables()
        .ok_or("there are no policies")?;
    assert!(policies.len() >= 25, "{} policies", policies.len());
    for policy in policies {
        let [name, from, to, fails] = ["name", "from", "to", "fails"].map(|key| text(policy, key));
        let source = fs::read_to_string(root.join(text(policy, "file")))?;
        assert_eq!(source.matches(from).count(), 1, "{name}");
        assert!(from != to && !from.is_empty(), "{name}");
        assert!(fails.starts_with("update_"), "{name}");
    }
    Ok(())
}
