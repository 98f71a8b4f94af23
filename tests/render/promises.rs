//! What `docs/templates/` promises of each template: every row names a test, and the projects have these tests. So do those that
//! `docs/comparison/` names in its column of ours.

use std::fs;
use std::path::Path;

use crate::rendering::{galleries, templates};

/// Returns what stands between back-quotes and names a test: `tests/test_x.py::test_name`.
fn named_tests(page: &str) -> Vec<(&str, &str)> {
    page.split('`')
        .skip(1)
        .step_by(2)
        .filter_map(|quoted| quoted.split_once("::"))
        .filter(|(path, _)| path.starts_with("tests/"))
        .collect()
}

fn page(template: &str) -> String {
    read(&format!("docs/templates/{template}.md"))
}

/// Returns the pages about a template, each with its path.
fn pages(template: &str) -> [(String, String); 2] {
    ["templates", "comparison"].map(|folder| {
        let path = format!("docs/{folder}/{template}.md");
        let text = read(&path);
        (path, text)
    })
}

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn every_template_has_a_page_that_names_tests() {
    for (name, _) in templates() {
        let page = page(name);
        let count = named_tests(&page).len();
        assert!(count >= 20, "docs/templates/{name}.md names {count} tests");
    }
}

#[test]
fn every_test_that_a_page_names_is_in_some_project() {
    for (name, gallery) in galleries() {
        for (place, page) in pages(name) {
            for (path, test) in named_tests(&page) {
                let definition = format!("def {test}(");
                let is_there = |file: &str, text: &str| file == path && text.contains(&definition);
                assert!(
                    gallery
                        .files
                        .keys()
                        .any(|file| is_there(&file.path, &file.text)),
                    "{place} names `{path}::{test}`, and no project has it"
                );
            }
        }
    }
}

#[test]
fn every_template_is_compared_with_others_on_a_day_and_at_commits() {
    for (name, _) in templates() {
        let page = read(&format!("docs/comparison/{name}.md"));
        assert!(
            page.contains(". Read on 20"),
            "docs/comparison/{name}.md has no day"
        );
        // Every address leads to a file as it was, by the whole id of a commit.
        for address in page.lines().filter(|line| line.contains("/blob/")) {
            let commit = address
                .split("/blob/")
                .nth(1)
                .and_then(|rest| rest.get(..41));
            assert!(
                commit.is_some_and(
                    |id| id.ends_with('/') && id.matches(char::is_alphanumeric).count() == 40
                ),
                "docs/comparison/{name}.md names no commit: {address}"
            );
        }
    }
}

#[test]
fn every_check_of_the_proof_that_a_page_names_is_one() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/proof");
    let rows = ["table.rs", "judges.rs"].map(|file| {
        fs::read_to_string(root.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
    });
    for (place, page) in templates().iter().flat_map(|(name, _)| pages(name)) {
        let checks = page
            .split('`')
            .filter_map(|quoted| quoted.strip_prefix("proof: "));
        for check in checks {
            let row = format!("\"{check}\"");
            assert!(
                rows.iter().any(|rows| rows.contains(&row)),
                "{place} names `proof: {check}`, and there is no such check"
            );
        }
    }
}

#[test]
fn every_row_of_a_table_of_promises_names_what_shows_it() {
    for (name, _) in templates() {
        let page = page(name);
        let table = page
            .lines()
            .skip_while(|line| !line.starts_with("## What it promises"))
            .skip(1)
            .take_while(|line| !line.starts_with("## "));
        let rows: Vec<&str> = table
            .filter(|line| line.starts_with('|') && !line.starts_with("| ---"))
            .collect();
        assert!(
            rows.len() > 20,
            "docs/templates/{name}.md has {} rows",
            rows.len()
        );
        // The first row of a table is its head.
        for row in rows.iter().filter(|row| !row.contains("| Shown by")) {
            let shown_by = row.trim_end_matches('|').rsplit('|').next();
            assert!(
                shown_by.is_some_and(|cell| cell.contains('`')),
                "docs/templates/{name}.md: no test in {row}"
            );
        }
    }
}
