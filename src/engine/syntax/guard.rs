//! Measures a text before Handlebars sees it, and carries literal `${{ … }}` and slots past it as private characters.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::SyntaxError;
use crate::engine::budget;

/// Stands for `{{` in literal text; from a private-use area of Unicode, which templates must not use.
const LITERAL_OPEN: char = '\u{E000}';

/// Stands before and after the name of a slot.
pub(super) const SLOT: char = '\u{E001}';

/// Returns the slot that a line names, when it holds nothing else.
fn slot_in(line: &str) -> Option<&str> {
    line.trim()
        .strip_prefix("{{slot \"")?
        .strip_suffix("\"}}")
        .filter(|name| {
            !name.is_empty()
                && name
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        })
}

/// Refuses a text that would cost the parser too much.
pub(super) fn measure(text: &str) -> Result<(), SyntaxError> {
    if text.len() > budget::TEMPLATE_BYTES {
        return Err(SyntaxError {
            line: 1,
            message: format!(
                "a rendered file may have {} bytes; without `.hbs` it is copied as it is",
                budget::TEMPLATE_BYTES
            ),
        });
    }
    let mut depth = 0_usize;
    for (index, piece) in text.split("{{").skip(1).enumerate() {
        let tag = piece.lines().next().unwrap_or_default();
        let opens = tag.trim_start_matches('~').starts_with('#');
        let closes = tag.trim_start_matches('~').starts_with('/');
        depth = (depth + usize::from(opens)).saturating_sub(usize::from(closes));
        let message = if index >= budget::TAGS {
            format!("a file may have {} tags", budget::TAGS)
        } else if depth > budget::NESTING {
            format!("blocks may be nested {} deep", budget::NESTING)
        } else if tag.find("}}").is_some_and(|end| end > budget::TAG_BYTES) {
            format!("a tag may have {} bytes", budget::TAG_BYTES)
        } else {
            continue;
        };
        let before = text.split("{{").take(index + 1);
        let line = before
            .map(|piece| piece.matches('\n').count())
            .sum::<usize>()
            + 1;
        return Err(SyntaxError { line, message });
    }
    Ok(())
}

/// Puts private characters in the place of literal `${{ … }}` and of slots.
pub(super) fn guard(text: &str) -> Result<Cow<'_, str>, SyntaxError> {
    // One look at the whole is much faster than one at each line, and most files have nothing of this.
    let special = ["${{", "{{slot", "\u{E000}", "\u{E001}"];
    if !special.iter().any(|special| text.contains(special)) {
        return Ok(Cow::Borrowed(text));
    }
    let mut guarded = String::with_capacity(text.len());
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let refuse = |message: &str| {
            Err(SyntaxError {
                line: index + 1,
                message: message.to_owned(),
            })
        };
        if line.contains([LITERAL_OPEN, SLOT]) {
            return refuse("the characters U+E000 and U+E001 are reserved for the renderer");
        }
        if let Some(name) = slot_in(line) {
            let (indent, rest) = line.split_at(line.len() - line.trim_start().len());
            let end = &rest[rest.trim_end().len()..];
            guarded.extend([indent, &format!("{SLOT}{name}{SLOT}"), end]);
            continue;
        }
        if line.contains("{{slot") {
            return refuse("a slot stands alone on its line: `{{slot \"name\"}}`");
        }
        guard_line(line, &mut guarded);
    }
    Ok(Cow::Owned(guarded))
}

fn guard_line(line: &str, guarded: &mut String) {
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("${{") {
        guarded.push_str(before);
        guarded.push('$');
        guarded.push(LITERAL_OPEN);
        let (inside, behind) = match after.find("}}") {
            Some(end) => after.split_at(end),
            None => (after, ""),
        };
        for (index, part) in inside.split("{{").enumerate() {
            if index > 0 {
                guarded.push(LITERAL_OPEN);
            }
            guarded.push_str(part);
        }
        rest = behind;
    }
    guarded.push_str(rest);
}

/// Puts literal braces and the fills of slots where their private characters stand.
pub(super) fn restore(text: &mut String, fills: &BTreeMap<String, String>) {
    if text.contains("\u{E001}") {
        *text = fill(text, fills);
    }
    if text.contains("\u{E000}") {
        *text = text.replace(LITERAL_OPEN, "{{");
    }
}

fn fill(text: &str, fills: &BTreeMap<String, String>) -> String {
    let mut restored = String::with_capacity(text.len());
    let mut lines = text.split_inclusive('\n').peekable();
    while let Some(line) = lines.next() {
        let mut parts = line.split(SLOT);
        let (Some(indent), Some(slot), Some(end)) = (parts.next(), parts.next(), parts.next())
        else {
            restored.push_str(line);
            continue;
        };
        match fills.get(slot) {
            Some(fill) => {
                for filled in fill.lines() {
                    if !filled.is_empty() {
                        restored.push_str(indent);
                    }
                    restored.push_str(filled);
                    restored.push('\n');
                }
                if end.is_empty() {
                    restored.pop();
                }
            }
            None if restored.is_empty() || restored.ends_with("\n\n") => {
                lines.next_if(|next| next.trim().is_empty());
            }
            None => {}
        }
    }
    restored
}
