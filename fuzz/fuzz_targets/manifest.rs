//! Manifests: a refusal has a place in the text, a comment changes nothing, and what no reader knows is never let through.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pyscaffold::engine::read_manifest::read_manifest;
use pyscaffold::model::manifest::Role;

fuzz_target!(|text: &str| {
    for role in [Role::Template, Role::Layer] {
        let read = read_manifest(role, "m", text);
        let commented = format!("{text}\n# The end.\n");
        match read {
            Ok(manifest) => {
                assert_eq!(read_manifest(role, "m", &commented), Ok(manifest));
                let unknown = format!("{text}\n[nobody-knows-this]\n");
                assert!(read_manifest(role, "m", &unknown).is_err(), "{unknown}");
            }
            Err(problems) => {
                assert!(!problems.is_empty());
                let lines = text.split('\n').count();
                for problem in problems {
                    assert!(!problem.message.is_empty());
                    assert!(!problem.message.contains('\n'), "{problem:?}");
                    if let Some(at) = problem.at {
                        assert!((1..=lines).contains(&at.line), "{problem:?}");
                    }
                }
            }
        }
    }
});
