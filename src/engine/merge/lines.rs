//! Files in which each line stands for itself: ignore files and lists of requirements.

use std::collections::{BTreeMap, BTreeSet};

use super::content::{Texts, extension};
use crate::engine::line_merge::unite_lines;
use crate::engine::toml_merge::requirement::Requirement;
use crate::model::relpath::RelPath;

/// Returns whether the lines of a file stand for themselves.
pub(super) fn is_line_set(path: &RelPath) -> bool {
    let name = path.file_name();
    matches!(name, ".gitignore" | ".dockerignore") || is_requirements(path)
}

fn is_requirements(path: &RelPath) -> bool {
    let name = path.file_name();
    name.starts_with("requirements") && extension(path) == Some("txt")
}

/// Returns whether a merged text has a line more often than each of the texts it is made of.
pub(super) fn has_new_repeats(merged: &[u8], texts: &Texts<'_>) -> bool {
    let (merged, ours, theirs) = (count(merged), count(texts.ours), count(texts.theirs));
    merged.iter().any(|(line, times)| {
        let known = |counts: &BTreeMap<&[u8], usize>| counts.get(line).copied().unwrap_or(0);
        *times > known(&ours).max(known(&theirs)).max(1)
    })
}

fn count(text: &[u8]) -> BTreeMap<&[u8], usize> {
    let mut counts = BTreeMap::new();
    for line in text.split(|byte| *byte == b'\n') {
        let line = line.trim_ascii_end();
        if !line.is_empty() && !line.starts_with(b"#") {
            *counts.entry(line).or_default() += 1;
        }
    }
    counts
}

/// Merges line sets: ours without what the template took away, and with what it added. None where that is not text, or where both sides
/// ask for other versions of one distribution.
pub(super) fn merge(path: &RelPath, texts: &Texts<'_>) -> Option<Vec<u8>> {
    let base = std::str::from_utf8(texts.base).ok()?;
    let ours = std::str::from_utf8(texts.ours).ok()?;
    let theirs = std::str::from_utf8(texts.theirs).ok()?;
    let (in_base, in_ours, in_theirs) = (set(base), set(ours), set(theirs));
    if is_requirements(path) {
        let own: BTreeSet<String> = names(in_ours.difference(&in_base));
        let new: BTreeSet<String> = names(
            in_theirs
                .difference(&in_base)
                .filter(|line| !in_ours.contains(*line)),
        );
        if !own.is_disjoint(&new) {
            return None;
        }
    }
    let kept: String = ours
        .split_inclusive('\n')
        .filter(|line| {
            let line = line.trim_end();
            line.is_empty() || !in_base.contains(line) || in_theirs.contains(line)
        })
        .collect();
    let news: String = theirs
        .split_inclusive('\n')
        .filter(|line| {
            let line = line.trim_end();
            line.is_empty() || line.starts_with('#') || !in_base.contains(line)
        })
        .collect();
    Some(unite_lines(&kept, &news).into_bytes())
}

fn set(text: &str) -> BTreeSet<&str> {
    text.lines()
        .map(str::trim_end)
        .filter(|line| !line.is_empty())
        .collect()
}

fn names<'a>(lines: impl Iterator<Item = &'a &'a str>) -> BTreeSet<String> {
    lines
        .filter_map(|line| Requirement::parse(line))
        .map(|requirement| requirement.name().to_owned())
        .collect()
}
