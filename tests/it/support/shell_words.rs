//! Splits a command line as a shell does, by asking one.

use std::process::Command;

/// Returns the words of a command line.
pub(crate) fn split(line: &str) -> Vec<String> {
    let output = Command::new("sh")
        .arg("-c")
        .arg(format!(
            "for word in {line}; do printf '%s\\0' \"$word\"; done"
        ))
        .output()
        .unwrap();
    assert!(output.status.success(), "{line}");
    let text = String::from_utf8(output.stdout).unwrap();
    text.split_terminator('\0').map(str::to_owned).collect()
}
