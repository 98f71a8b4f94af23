//! What a requirement is about, as far as telling two of them apart goes.
//!
//! Follows the grammar of [PEP 508](https://peps.python.org/pep-0508/#grammar) but does not judge:
//! versions and markers are compared as text.

use crate::model::name::DistributionName;

/// A requirement such as `uvicorn[standard]>=0.30; python_version < "3.13"`, in a form that can be
/// compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::engine) struct Requirement {
    /// The name, normalised by PEP 503.
    name: String,
    /// The extras, normalised and sorted.
    extras: Vec<String>,
    /// The parts of the version specifier without white space, sorted, or `@` and the URL.
    specifier: Vec<String>,
    /// The environment marker without needless white space, with double quotes; empty if there is
    /// none.
    marker: String,
}

impl Requirement {
    /// Returns the requirement that a text writes, or `None` if it writes none.
    pub(in crate::engine) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let end = text
            .find(|character: char| {
                !character.is_ascii_alphanumeric() && !"-_.".contains(character)
            })
            .unwrap_or(text.len());
        let (name, rest) = text.split_at_checked(end)?;
        let name = DistributionName::parse(name).ok()?.normalized();
        let (extras, rest) = split_extras(rest.trim_start())?;
        let (specifier, marker) = if let Some(url) = rest.strip_prefix('@') {
            let (url, marker) = url.split_once(" ;").unwrap_or((url, ""));
            (vec![format!("@{}", url.trim())], marker)
        } else {
            let (specifier, marker) = rest.split_once(';').unwrap_or((rest, ""));
            (split_specifier(specifier)?, marker)
        };
        Some(Self {
            name,
            extras,
            specifier,
            marker: normalize_marker(marker),
        })
    }

    /// Returns the name, normalised.
    pub(in crate::engine) fn name(&self) -> &str {
        &self.name
    }

    /// Returns whether both speak of the same thing in the same environment, so that only one of
    /// them can stand.
    pub(in crate::engine) fn is_about_the_same_as(&self, other: &Self) -> bool {
        self.name == other.name && self.extras == other.extras && self.marker == other.marker
    }
}

/// Returns whether the array at a path holds requirements.
///
/// The places of [PEP 621](https://peps.python.org/pep-0621/#dependencies-optional-dependencies),
/// [PEP 735](https://peps.python.org/pep-0735/),
/// [PEP 518](https://peps.python.org/pep-0518/#build-system-table), and uv's own.
pub(in crate::engine) fn holds_requirements(path: &[String]) -> bool {
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    matches!(
        path.as_slice(),
        ["project", "dependencies"]
            | ["project", "optional-dependencies", _]
            | ["dependency-groups", _]
            | ["build-system", "requires"]
            | [
                "tool",
                "uv",
                "dev-dependencies"
                    | "constraint-dependencies"
                    | "override-dependencies"
                    | "build-constraint-dependencies"
            ]
    )
}

/// Splits `[a, b]` off the beginning; `None` if the bracket is not closed.
fn split_extras(text: &str) -> Option<(Vec<String>, &str)> {
    let Some(inside) = text.strip_prefix('[') else {
        return Some((Vec::new(), text));
    };
    let (list, rest) = inside.split_once(']')?;
    let parse = |extra: &str| {
        DistributionName::parse(extra)
            .ok()
            .map(|extra| extra.normalized())
    };
    let names = list
        .split(',')
        .map(str::trim)
        .filter(|extra| !extra.is_empty());
    let mut extras: Vec<String> = names.map(parse).collect::<Option<_>>()?;
    extras.sort();
    extras.dedup();
    Some((extras, rest.trim_start()))
}

/// Returns the clauses of a version specifier, sorted; `None` if one of them is none.
fn split_specifier(text: &str) -> Option<Vec<String>> {
    let text = text.trim();
    let text = text
        .strip_prefix('(')
        .and_then(|text| text.strip_suffix(')'))
        .unwrap_or(text);
    let mut clauses = Vec::new();
    for clause in text.split(',') {
        let clause: String = clause.split_whitespace().collect();
        if clause.is_empty() {
            continue;
        }
        if !clause.starts_with(['<', '>', '=', '!', '~']) {
            return None;
        }
        clauses.push(clause);
    }
    clauses.sort();
    clauses.dedup();
    Some(clauses)
}

/// Returns a marker with double quotes and with white space only between words.
fn normalize_marker(marker: &str) -> String {
    let mut normalized = String::with_capacity(marker.len());
    let mut quote = None;
    let mut gap = false;
    for character in marker.trim().chars() {
        match quote {
            Some(open) => {
                normalized.push(if character == open { '"' } else { character });
                quote = quote.filter(|open| *open != character);
            }
            None if character.is_whitespace() => gap = true,
            None => {
                let is_word =
                    |character: char| character.is_ascii_alphanumeric() || character == '_';
                if gap && is_word(character) && normalized.ends_with(is_word) {
                    normalized.push(' ');
                }
                gap = false;
                quote = Some(character).filter(|character| matches!(character, '\'' | '"'));
                normalized.push(if quote.is_some() { '"' } else { character });
            }
        }
    }
    normalized
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requirements_are_told_apart() {
        for (one, other, about_the_same, equal) in [
            ("httpx", "httpx", true, true),
            ("HTTPX", "httpx", true, true),
            ("pydantic_settings>=2", "pydantic-settings >= 2", true, true),
            ("a>=1,<2", "a <2, >=1", true, true),
            ("a (>=1)", "a>=1", true, true),
            ("a>=1", "a>=2", true, false),
            ("a", "a>=2", true, false),
            ("a[x,y]>=1", "A[Y, x] >= 1", true, true),
            ("a[x]", "a", false, false),
            ("a[]", "a", true, true),
            (
                "a; python_version<'3.11'",
                "a ; python_version < \"3.11\"",
                true,
                true,
            ),
            ("a; python_version < '3.11'", "a", false, false),
            ("a; extra == 'x y'", "a; extra == 'xy'", false, false),
            (
                "a; b=='1' and c=='2'",
                "a; b == \"1\"   and c == \"2\"",
                true,
                true,
            ),
            ("a; x not in 'y'", "a; x  not  in 'y'", true, true),
            ("a @ https://x/y;z", "a @ https://x/y;z", true, true),
            (
                "a @ https://x/y ; b=='1'",
                "a @ https://x/z ; b=='1'",
                true,
                false,
            ),
            ("a", "b", false, false),
        ] {
            let (one_parsed, other_parsed) = (
                Requirement::parse(one).unwrap(),
                Requirement::parse(other).unwrap(),
            );
            let found = one_parsed.is_about_the_same_as(&other_parsed);
            assert_eq!(found, about_the_same, "{one} and {other}");
            assert_eq!(one_parsed == other_parsed, equal, "{one} and {other}");
        }
    }

    #[test]
    fn other_texts_are_no_requirements() {
        for text in ["", "-e .", "./local", "a b", "a[x", ">=1", "a 1.0", "日本"] {
            assert_eq!(Requirement::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn requirements_stand_in_known_places() {
        for (path, expected) in [
            ("project.dependencies", true),
            ("project.optional-dependencies.http", true),
            ("dependency-groups.dev", true),
            ("build-system.requires", true),
            ("tool.uv.constraint-dependencies", true),
            ("project.classifiers", false),
            ("tool.ruff.lint.select", false),
            ("dependencies", false),
        ] {
            let path: Vec<String> = path.split('.').map(str::to_owned).collect();
            assert_eq!(holds_requirements(&path), expected, "{path:?}");
        }
    }
}
