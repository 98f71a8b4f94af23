//! Makes the tag `{% now %}`, which `minijinja` does not have, one that it has; every other text stays as it is.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::model::cookiecutter::{Cookiecutter, Syntax};
use crate::model::json::Json;

/// The filter that stands for the tag.
pub(super) const FILTER: &str = "pyscaffold_now";

/// Returns whether anything in a template speaks of the present moment, and whether anything is left to chance.
pub fn drawn_by<'a>(
    cookiecutter: &Cookiecutter,
    texts: impl Iterator<Item = &'a str>,
) -> (bool, bool) {
    let own: Vec<String> = cookiecutter
        .variables
        .iter()
        .map(|variable| match &variable.raw {
            Json::Text(text) => text.clone(),
            other => other.to_string(),
        })
        .collect();
    let (mut clock, mut chance) = (false, false);
    let mut look = |text: &str| {
        clock |= matches!(rewrite(text, &cookiecutter.syntax), Cow::Owned(_));
        chance |= text.contains("random_ascii_string") || text.contains("uuid4");
    };
    texts.for_each(&mut look);
    for text in &own {
        look(text);
    }
    look(&cookiecutter.root);
    (clock, chance)
}

/// Returns a text whose `{% now ZONE, FORMAT %}` is a filter block: it takes and keeps blanks as the tag does.
pub(super) fn rewrite<'a>(text: &'a str, syntax: &Syntax) -> Cow<'a, str> {
    let (begin, end) = (syntax.block.0.as_str(), syntax.block.1.as_str());
    if !text.contains("now") || !text.contains(begin) {
        return Cow::Borrowed(text);
    }
    let mut made = String::new();
    let mut copied = 0;
    let mut at = 0;
    let mut raw = false;
    while let Some(tag) = next_tag(text, at, syntax, raw) {
        let inside = tag.start + begin.len();
        let body = text.get(inside..tag.end).unwrap_or_default();
        let words = body.trim_start_matches(['-', '+']).trim_start();
        let word: &str = words
            .split(|c: char| !(c.is_alphanumeric() || c == '_'))
            .next()
            .unwrap_or_default();
        match word {
            "raw" => raw = true,
            "endraw" => raw = false,
            "now" if !raw => {
                let lead = body.len() - body.trim_start_matches(['-', '+']).len();
                let (left, rest) = body.split_at(lead);
                let rest = rest.trim_end();
                let (rest, right) = match rest.strip_suffix(['-', '+']) {
                    Some(short) => (short, rest.get(short.len()..).unwrap_or_default()),
                    None => (rest, ""),
                };
                let arguments = rest.trim().strip_prefix("now").unwrap_or_default();
                made.push_str(text.get(copied..inside).unwrap_or_default());
                let _ = write!(
                    made,
                    "{left} filter {FILTER}({arguments}) {end}{begin} endfilter {right}"
                );
                copied = tag.end;
            }
            _ => {}
        }
        at = tag.end + end.len();
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    made.push_str(text.get(copied..).unwrap_or_default());
    Cow::Owned(made)
}

struct Tag {
    /// Where its opening delimiter is.
    start: usize,
    /// Where its closing delimiter is.
    end: usize,
}

/// Finds the next block, past comments; in a raw part, the one that ends it.
fn next_tag(text: &str, mut at: usize, syntax: &Syntax, raw: bool) -> Option<Tag> {
    loop {
        let rest = text.get(at..)?;
        let block = at + rest.find(&syntax.block.0)?;
        let comment = rest.find(&syntax.comment.0).map(|found| at + found);
        if let Some(comment) = comment.filter(|comment| !raw && *comment < block) {
            let inside = comment + syntax.comment.0.len();
            at = inside + text.get(inside..)?.find(&syntax.comment.1)? + syntax.comment.1.len();
            continue;
        }
        let inside = block + syntax.block.0.len();
        if raw {
            let word = text.get(inside..)?.trim_start_matches(['-', '+']);
            if !word.trim_start().starts_with("endraw") {
                at = inside;
                continue;
            }
        }
        let end = closing(text, inside, &syntax.block.1)?;
        return Some(Tag { start: block, end });
    }
}

/// Finds a delimiter outside of quoted texts.
fn closing(text: &str, from: usize, delimiter: &str) -> Option<usize> {
    let mut quote = None;
    let mut escaped = false;
    for (offset, character) in text.get(from..)?.char_indices() {
        let at = from + offset;
        match quote {
            Some(_) if escaped => escaped = false,
            Some(_) if character == '\\' => escaped = true,
            Some(open) if character == open => quote = None,
            None if text.get(at..)?.starts_with(delimiter) => return Some(at),
            None if matches!(character, '\'' | '"') => quote = Some(character),
            Some(_) | None => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_tag_is_rewritten() {
        for (text, expected) in [
            (
                "a {% now 'utc', '%Y' %} b",
                Some("a {% filter pyscaffold_now( 'utc', '%Y') %}{% endfilter %} b"),
            ),
            (
                "{%- now 'local' -%}",
                Some("{%- filter pyscaffold_now( 'local') %}{% endfilter -%}"),
            ),
            ("{# {% now 'utc' %} #}", None),
            ("{% raw %}{% now 'utc' %}{% endraw %}", None),
            ("know {% if nowhere %}", None),
            ("{% now 'utc", None),
        ] {
            let made = rewrite(text, &Syntax::default());
            assert_eq!(made, expected.unwrap_or(text));
        }
    }
}
