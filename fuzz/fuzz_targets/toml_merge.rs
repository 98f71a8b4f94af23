//! The merge of a TOML file: its laws, and where three documents merge without a conflict a document comes out.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pyscaffold_fuzz::{assert_laws, merged, parts};
use toml_edit::DocumentMut;

fn is_toml(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| text.parse::<DocumentMut>().is_ok())
}

fuzz_target!(|input: &[u8]| {
    let [base, ours, theirs] = parts(input);
    assert_laws("pyproject.toml", base, ours, theirs);
    let result = merged("pyproject.toml", base, ours, theirs);
    if !result.is_conflict && [base, ours, theirs].into_iter().all(is_toml) {
        assert!(
            is_toml(&result.bytes),
            "{}",
            String::from_utf8_lossy(&result.bytes)
        );
    }
});
