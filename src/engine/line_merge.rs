//! Unites files in which each line stands for itself, such as `.gitignore` and `.dockerignore`.
//!
//! Lines are compared as text; what a pattern matches is not looked at.

use std::collections::HashSet;

/// Comment lines and the lines that they head.
#[derive(Default)]
struct Section<'a> {
    /// Whether a blank line stands before it.
    is_apart: bool,
    heading: Vec<&'a str>,
    lines: Vec<&'a str>,
}

/// Returns `lower` with those lines of `upper` after it that it does not have.
///
/// The lines come in their order and under their comments; comments that head only lines that are
/// there already are left out. Between blocks stands one blank line. What `lower` says stays byte
/// for byte, except that its last line gets an end; if nothing is new, all of it does.
///
/// Lines under the very heading that ends `lower` join it, instead of repeating it.
///
/// ```text
/// lower           upper               united
/// # Python        # Python            # Python
/// __pycache__/    __pycache__/        __pycache__/
///
///                 # Editors           # Editors
///                 .idea/              .idea/
/// ```
pub fn unite_lines(lower: &str, upper: &str) -> String {
    if lower.trim().is_empty() {
        return upper.to_owned();
    }
    let mut known: HashSet<&str> = lower.lines().map(str::trim_end).collect();
    let mut last_heading = sections(lower)
        .pop()
        .map(|section| section.heading)
        .unwrap_or_default();
    let mut united = lower.trim_end().to_owned() + "\n";
    let before = united.len();
    for section in sections(upper) {
        let new: Vec<&str> = section
            .lines
            .into_iter()
            .filter(|line| known.insert(line))
            .collect();
        if new.is_empty() {
            continue;
        }
        if section.heading.is_empty() || section.heading != last_heading {
            if section.is_apart || united.len() == before {
                united.push('\n');
            }
            push_lines(&mut united, &section.heading);
        }
        push_lines(&mut united, &new);
        last_heading = section.heading;
    }
    if united.len() == before {
        lower.to_owned()
    } else {
        united
    }
}

/// Splits a text into sections; comments that a blank line parts from what follows head it all the
/// same.
fn sections(text: &str) -> Vec<Section<'_>> {
    let mut sections: Vec<Section<'_>> = Vec::new();
    let mut is_apart = false;
    for line in text.lines().map(str::trim_end) {
        if line.is_empty() {
            is_apart = true;
            continue;
        }
        let is_comment = line.starts_with('#');
        let heads_section = sections.last().is_some_and(|last| last.lines.is_empty());
        let opens_section = if is_comment {
            !heads_section
        } else {
            is_apart && !heads_section
        };
        if opens_section || sections.is_empty() {
            sections.push(Section {
                is_apart,
                ..Section::default()
            });
        }
        is_apart = false;
        if let Some(last) = sections.last_mut() {
            if is_comment {
                last.heading.push(line);
            } else {
                last.lines.push(line);
            }
        }
    }
    sections
}

fn push_lines(text: &mut String, lines: &[&str]) {
    for line in lines {
        text.push_str(line);
        text.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PYTHON: &str = "# Python\n__pycache__/\n*.pyc\n\n# Environments\n.venv/\n";

    #[test]
    fn lines_are_united() {
        for (lower, upper, united) in [
            ("", "", ""),
            ("", "a\n", "a\n"),
            ("a\n", "", "a\n"),
            ("a", "", "a"),
            ("a\n", "a\n", "a\n"),
            ("a\n", "b\n", "a\n\nb\n"),
            ("a", "b", "a\n\nb\n"),
            ("a\n\n\n", "b\n", "a\n\nb\n"),
            ("a\n", "b\nb\na\nc\n", "a\n\nb\nc\n"),
            ("a\nb\n", "b \nc\t\n", "a\nb\n\nc\n"),
            ("a\r\nb\r\n", "b\n", "a\r\nb\r\n"),
            ("a\n", "b\n\n\n\nc\n", "a\n\nb\n\nc\n"),
            ("a\n", "# B\nb\n# C\nc\n", "a\n\n# B\nb\n# C\nc\n"),
            ("a\n", "# A\na\n\n# B\nb\n", "a\n\n# B\nb\n"),
            ("a\n", "# A\na\nb\n", "a\n\n# A\nb\n"),
            ("a\n", "# only a comment\n", "a\n"),
            ("a\n", "# one\n# two\n\nb\n", "a\n\n# one\n# two\nb\n"),
            ("*.log\n", "!keep.log\n", "*.log\n\n!keep.log\n"),
            ("\\#a\n", "#a\n\\#a\n", "\\#a\n"),
            (
                PYTHON,
                "# Environments\n.venv/\n.env\n\n# Docker\n*.pid\n",
                "# Python\n__pycache__/\n*.pyc\n\n# Environments\n.venv/\n.env\n\n# Docker\n*.pid\n",
            ),
            (
                PYTHON,
                "# Python\n*.pyc\n*.pyo\n",
                "# Python\n__pycache__/\n*.pyc\n\n# Environments\n.venv/\n\n# Python\n*.pyo\n",
            ),
        ] {
            assert_eq!(unite_lines(lower, upper), united, "{lower:?} and {upper:?}");
            assert_eq!(
                unite_lines(united, upper),
                united,
                "again: {lower:?} and {upper:?}"
            );
            assert_eq!(
                unite_lines(united, united),
                united,
                "with itself: {united:?}"
            );
        }
    }
}
