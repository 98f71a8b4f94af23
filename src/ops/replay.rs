//! The command line that makes the same project again.

/// Returns words as one command line for a POSIX shell.
pub fn command_line(words: &[String]) -> String {
    words
        .iter()
        .map(|word| quote(word))
        .collect::<Vec<_>>()
        .join(" ")
}

/// Quotes a word where a POSIX shell would not take it as it is (POSIX.1-2024, XCU 2.2).
pub fn quote(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@,+%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    if word.contains(['"', '$', '`', '\\', '!']) {
        return format!("'{}'", word.replace('\'', "'\\''"));
    }
    format!("\"{word}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_survive_a_shell() {
        for (word, quoted) in [
            ("myproj", "myproj"),
            ("", "\"\""),
            ("Ada Lovelace", "\"Ada Lovelace\""),
            ("it's", "\"it's\""),
            ("a\"b", "'a\"b'"),
            ("$HOME's", "'$HOME'\\''s'"),
            ("a;b", "\"a;b\""),
        ] {
            assert_eq!(quote(word), quoted);
        }
    }
}
