//! Answers files: what is read is the same after it was written as TOML and as JSON.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pyscaffold::system::answers::parse;

fuzz_target!(|text: &str| {
    let Ok(answers) = parse("answers", text) else {
        return;
    };
    let json = serde_json::to_string(&answers).expect("answers are plain values");
    assert_eq!(parse("json", &json).ok().as_ref(), Some(&answers), "{json}");
    let toml = toml::to_string(&answers).expect("answers are plain values");
    assert_eq!(parse("toml", &toml).ok().as_ref(), Some(&answers), "{toml}");
});
