//! Patterns of Python's `fnmatch`, in which `*` also stands for `/`.

use std::fmt::Write as _;

use regex_lite::Regex;

/// Returns the expression of a pattern, or says that there is none.
pub(super) fn compile(pattern: &str) -> Result<Regex, String> {
    let mut expression = String::from("(?s)^(?:");
    let mut rest = pattern.chars();
    while let Some(character) = rest.next() {
        match character {
            '*' => expression.push_str(".*"),
            '?' => expression.push('.'),
            '[' => {
                let text = rest.as_str();
                // A `]` that comes first is one of the characters.
                let start = usize::from(text.starts_with('!'));
                let first = text.get(start..).unwrap_or_default();
                let skip = start + usize::from(first.starts_with(']'));
                let end = text.get(skip..).and_then(|text| text.find(']'));
                if let Some(inner) = end.and_then(|end| text.get(..skip + end)) {
                    class(&mut expression, inner);
                    rest = text.get(inner.len() + 1..).unwrap_or_default().chars();
                } else {
                    expression.push_str("\\[");
                }
            }
            other => literal(&mut expression, other),
        }
    }
    expression.push_str(")$");
    Regex::new(&expression).map_err(|_| format!("`{pattern}` is no pattern"))
}

fn class(expression: &mut String, inner: &str) {
    expression.push('[');
    let inner = match inner.strip_prefix('!') {
        Some(inner) => {
            expression.push('^');
            inner
        }
        None => inner,
    };
    for character in inner.chars() {
        if character == '-' {
            expression.push('-');
        } else {
            literal(expression, character);
        }
    }
    expression.push(']');
}

fn literal(expression: &mut String, character: char) {
    if character.is_ascii_punctuation() {
        let _ = write!(expression, "\\{character}");
    } else {
        expression.push(character);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_in_python() {
        for (pattern, path, expected) in [
            ("*.html", "a/b.html", true),
            ("*.html", "a/b.htm", false),
            ("static", "static", true),
            ("static", "static/a", false),
            ("static/*", "static/a/b", true),
            ("a?c", "abc", true),
            ("[ab].txt", "b.txt", true),
            ("[!ab].txt", "b.txt", false),
            ("[a-c]", "b", true),
            ("[", "[", true),
            ("[]]", "]", true),
            ("a.b", "axb", false),
            ("{{cookiecutter.x}}/*", "{{cookiecutter.x}}/y", true),
        ] {
            let found = compile(pattern).map(|regex| regex.is_match(path));
            assert_eq!(found, Ok(expected), "{pattern} {path}");
        }
    }
}
