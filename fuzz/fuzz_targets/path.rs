//! The path gate: what it lets through is safe by a plain check that shares nothing with it.
#![no_main]

use std::path::{Component, Path};

use libfuzzer_sys::fuzz_target;
use pyscaffold::model::relpath::RelPath;

/// Names that Windows takes for devices, whatever follows the first point.
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "conin$", "conout$"];

fn is_device(name: &str) -> bool {
    let stem = name
        .split('.')
        .next()
        .unwrap_or_default()
        .trim_end_matches(' ');
    let stem = stem.to_lowercase();
    let numbered = ["com", "lpt"].iter().any(|port| {
        let number = stem.strip_prefix(port);
        number.is_some_and(|number| {
            [
                "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "\u{b9}", "\u{b2}", "\u{b3}",
            ]
            .contains(&number)
        })
    });
    DEVICES.contains(&stem.as_str()) || (numbered && !stem.ends_with('0'))
}

fn assert_safe(text: &str) {
    let components: Vec<&str> = text.split('/').collect();
    assert!(components.len() <= 32);
    for name in components {
        assert!(!["", ".", ".."].contains(&name), "{text:?}");
        assert!(name.len() <= 255, "{text:?}");
        assert!(!name.ends_with([' ', '.']), "{text:?}");
        assert!(
            !name.contains(['\\', ':', '<', '>', '"', '|', '?', '*']),
            "{text:?}"
        );
        assert!(!name.chars().any(char::is_control), "{text:?}");
        // Direction marks and characters that nobody sees.
        assert!(
            !name.contains([
                '\u{200b}', '\u{200e}', '\u{200f}', '\u{202a}', '\u{202e}', '\u{2066}', '\u{2069}',
                '\u{feff}', '\u{2028}'
            ]),
            "{text:?}"
        );
        let lower = name.to_lowercase();
        assert!(lower != ".git" && lower != "git~1", "{text:?}");
        assert!(!is_device(name), "{text:?}");
    }
    let path = Path::new(text);
    assert!(
        path.components()
            .all(|part| matches!(part, Component::Normal(_))),
        "{text:?}"
    );
}

fuzz_target!(|text: &str| {
    let Ok(path) = RelPath::parse(text) else {
        return;
    };
    assert_eq!(path.as_str(), text);
    assert_safe(text);
    let again = match path.parent() {
        Some(folder) => {
            assert!(path.starts_with(&folder) && !folder.starts_with(&path));
            folder.join(path.file_name())
        }
        None => RelPath::parse(path.file_name()),
    };
    assert_eq!(again.as_ref(), Ok(&path));
    // Of a path in other letters some system makes the same file.
    assert_eq!(path.collision_key(), path.collision_key().to_lowercase());
    if let Ok(upper) = RelPath::parse(&text.to_ascii_uppercase()) {
        assert_eq!(upper.collision_key(), path.collision_key());
    }
});
