//! Documents that several layers write together: what comes out can be read, holds both, and does not change by being composed again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pyscaffold::engine::toml_merge::{OnConflict, compose};
use pyscaffold_fuzz::parts;
use toml_edit::DocumentMut;

fn read(bytes: &[u8]) -> Option<DocumentMut> {
    std::str::from_utf8(bytes).ok()?.parse().ok()
}

/// Returns every dotted key of the tables and inline tables of a document.
fn keys(table: &toml::Table, prefix: &str, found: &mut Vec<String>) {
    for (key, value) in table {
        let name = format!("{prefix}{key:?}.");
        if let toml::Value::Table(table) = value {
            keys(table, &name, found);
        }
        found.push(name);
    }
}

fn keys_of(document: &DocumentMut) -> Vec<String> {
    let text = document.to_string();
    let table = text
        .parse()
        .unwrap_or_else(|error| panic!("{error}: {text}"));
    let mut found = Vec::new();
    keys(&table, "", &mut found);
    found
}

fuzz_target!(|input: &[u8]| {
    let [lower, upper] = parts(input);
    let (Some(lower), Some(upper)) = (read(lower), read(upper)) else {
        return;
    };
    let mut same = lower.clone();
    if compose(&mut same, &lower, OnConflict::Refuse).is_ok() {
        assert_eq!(same.to_string(), lower.to_string());
    }
    for on_conflict in [OnConflict::Refuse, OnConflict::TakeUpper] {
        let mut composed = lower.clone();
        if compose(&mut composed, &upper, on_conflict).is_err() {
            assert_eq!(composed.to_string(), lower.to_string());
            continue;
        }
        let found = keys_of(&composed);
        for key in keys_of(&upper) {
            assert!(found.contains(&key), "{key} is not in {composed}");
        }
        if on_conflict == OnConflict::Refuse {
            for key in keys_of(&lower) {
                assert!(found.contains(&key), "{key} is not in {composed}");
            }
        }
        let mut again = composed.clone();
        let twice = compose(&mut again, &upper, on_conflict);
        assert_eq!(twice, Ok(()));
        assert_eq!(again.to_string(), composed.to_string());
    }
});
