//! Which file of a package makes which path of a project, and when.

use std::borrow::Cow;
use std::collections::btree_map::Entry;

use crate::model::condition::Condition;
use crate::model::manifest::Ownership;
use crate::model::template::Package;

/// The ending of files that are rendered.
pub const RENDERED: &str = ".hbs";

/// A file of a package and the path it is made as.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Placed<'a> {
    /// The path in the package's folder, such as `files/README.md.hbs`.
    pub source: &'a str,
    /// The path in the project, its names not yet rendered, such as `src/{{package}}/app.py`.
    pub target: Cow<'a, str>,
    /// Whether the content is rendered.
    pub rendered: bool,
    /// The file is made only if this holds.
    pub when: Condition,
    /// Whether the file is made executable.
    pub executable: bool,
    /// Whether it takes the place of a lower layer's file.
    pub replaces: bool,
    /// Whose it is after it was made.
    pub ownership: Ownership,
}

/// A text that fills a slot of a file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Fill<'a> {
    /// The path in the package's folder, such as `slots/README.md/deploy.hbs`.
    pub source: &'a str,
    /// The path of the file with the slot, its names not yet rendered.
    pub target: String,
    /// The name of the slot.
    pub slot: &'a str,
    /// Whether the text is rendered.
    pub rendered: bool,
    /// The slot is filled only if this holds.
    pub when: Condition,
}

/// Returns whether several layers bring parts of this path, which are merged.
pub fn is_shared(target: &str) -> bool {
    matches!(target, "pyproject.toml" | ".gitignore" | ".dockerignore")
}

/// Returns the files of a package with where they go.
pub fn placed(package: &Package) -> Vec<Placed<'_>> {
    package
        .paths()
        .into_iter()
        .filter_map(|source| {
            let path = source.strip_prefix("files/")?;
            let mut file = Placed {
                source,
                target: Cow::Borrowed(without_ending(path)),
                rendered: path.ends_with(RENDERED),
                when: Condition::default(),
                executable: false,
                replaces: false,
                ownership: Ownership::Managed,
            };
            for rule in package
                .manifest
                .files
                .iter()
                .filter(|rule| names(&rule.path, path))
            {
                file.when = both(file.when, &rule.when);
                file.executable |= rule.executable;
                file.replaces |= rule.replaces;
                if rule.ownership == Ownership::Once {
                    file.ownership = Ownership::Once;
                }
                if let Some(to) = &rule.to {
                    file.target = Cow::Borrowed(to);
                }
            }
            Some(file)
        })
        .collect()
}

/// Returns the slot texts of a package.
pub fn fills(package: &Package) -> Vec<Fill<'_>> {
    package
        .paths()
        .into_iter()
        .filter_map(|source| {
            let path = source.strip_prefix("slots/")?;
            let (target, slot) = path.rsplit_once('/')?;
            let when = package
                .manifest
                .files
                .iter()
                .filter(|rule| names(&rule.path, source))
                .fold(Condition::default(), |when, rule| both(when, &rule.when));
            Some(Fill {
                source,
                target: target.to_owned(),
                slot: without_ending(slot),
                rendered: slot.ends_with(RENDERED),
                when,
            })
        })
        .collect()
}

/// Returns whether a rule's path names a file or a folder above it; the file's `.hbs` may be left out.
pub fn names(rule: &str, path: &str) -> bool {
    let below = |path: &str| {
        path.strip_prefix(rule)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    below(path) || below(without_ending(path))
}

/// Returns the condition that holds when both do.
pub fn both(mut left: Condition, right: &Condition) -> Condition {
    for (key, values) in &right.any_of {
        match left.any_of.entry(key.clone()) {
            Entry::Vacant(entry) => {
                entry.insert(values.clone());
            }
            Entry::Occupied(mut entry) => entry.get_mut().retain(|value| values.contains(value)),
        }
    }
    left
}

fn without_ending(path: &str) -> &str {
    path.strip_suffix(RENDERED).unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_names_a_file_with_or_without_its_ending_and_folders_above() {
        for (rule, path, expected) in [
            ("a/b.py", "a/b.py", true),
            ("a/b.py", "a/b.py.hbs", true),
            ("a/b.py.hbs", "a/b.py.hbs", true),
            ("a", "a/b.py.hbs", true),
            ("a/b", "a/b.py", false),
            ("b.py", "a/b.py", false),
        ] {
            assert_eq!(names(rule, path), expected, "{rule} {path}");
        }
    }
}
