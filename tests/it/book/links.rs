//! Links between pages.

use std::fs;
use std::path::Path;

use super::super::support::page::repository;

/// Returns where the links of a text lead, code left out.
pub(super) fn of(text: &str) -> impl Iterator<Item = &str> {
    let parts = text.split("\n```").step_by(2);
    parts
        .flat_map(|part| part.split("](").skip(1))
        .filter_map(|rest| rest.split(')').next())
}

/// Checks every link of a page that leads to a file of this repository, and returns how many there are.
#[track_caller]
pub(super) fn check(page: &str) -> usize {
    let text = fs::read_to_string(repository(page)).unwrap();
    let folder = Path::new(page).parent().unwrap();
    let mut count = 0;
    for link in of(&text) {
        let is_elsewhere = link.contains("://") || link.starts_with("mailto:");
        if is_elsewhere || link.contains(' ') {
            continue;
        }
        let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
        let target = if path.is_empty() {
            repository(page)
        } else {
            repository("").join(folder).join(path)
        };
        assert!(target.exists(), "{page}: {link}");
        if !anchor.is_empty() && (super::is_page(path) || path.is_empty()) {
            let text = fs::read_to_string(&target).unwrap();
            let found = text
                .lines()
                .filter_map(|line| line.trim_start_matches('#').strip_prefix(' '))
                .any(|title| slug(title) == anchor);
            assert!(found, "{page}: {link}");
        }
        count += 1;
    }
    count
}

/// Returns the anchor of a title, as GitHub and mdBook make it.
fn slug(title: &str) -> String {
    title
        .trim()
        .to_lowercase()
        .chars()
        .filter_map(|letter| match letter {
            ' ' => Some('-'),
            letter if letter.is_alphanumeric() || letter == '-' || letter == '_' => Some(letter),
            _ => None,
        })
        .collect()
}
