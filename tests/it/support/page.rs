//! Pages of the documentation that are made from what the program says.

use std::fs;
use std::path::{Path, PathBuf};

use super::Sandbox;

/// Returns a path of this repository.
pub(crate) fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Compares a page with the one that is checked in; with `DOCS_UPDATE=1` that one is written instead.
///
/// What operating systems say differs, so that pages are made and compared on Linux.
#[track_caller]
pub(crate) fn written(path: &str, text: &str) {
    if !cfg!(target_os = "linux") {
        return;
    }
    let file = repository(path);
    if std::env::var_os("DOCS_UPDATE").is_some() {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
        return;
    }
    let kept = fs::read_to_string(&file).unwrap_or_default();
    let differs = kept.lines().zip(text.lines()).find(|(old, new)| old != new);
    assert!(
        kept == text,
        "{path} is out of date: DOCS_UPDATE=1 cargo test --locked --test it makes it anew; first line that differs: {differs:?}"
    );
}

/// What stands for commits, in the order in which they are met.
const COMMITS: [&str; 4] = [
    "8f3c2a19d4b7e6058f3c2a19d4b7e6058f3c2a19",
    "5b90e7d2c41fa6835b90e7d2c41fa6835b90e7d2",
    "c60d1f84ae27b935c60d1f84ae27b935c60d1f84",
    "27ae4b6f90d8c15327ae4b6f90d8c15327ae4b6f",
];

/// Returns what a program wrote as it stands on a page: places by names that a reader knows, always the same commits, long words cut.
pub(crate) fn steady(sandbox: &Sandbox, text: &str) -> String {
    let root = sandbox.root().display().to_string();
    let mut text = text.replace(env!("CARGO_BIN_EXE_pyscaffold"), "/usr/bin/pyscaffold");
    for (folder, name) in [
        ("/work", "/home/ada/work"),
        ("/home", "/home/ada"),
        ("/remotes", "/srv"),
        ("", "/srv"),
    ] {
        text = text.replace(&format!("{root}{folder}"), name);
    }
    let mut known = Vec::new();
    let lines = text.split('\n').map(|line| {
        let words = line.split(' ').map(|word| cut(&commits(word, &mut known)));
        words.collect::<Vec<_>>().join(" ")
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Puts fixed ids in the place of those in a word, the same one for the same commit.
fn commits(word: &str, known: &mut Vec<String>) -> String {
    const SHORT: usize = 7;
    let mut shown = String::new();
    let mut rest = word;
    while let Some(start) = rest.find(|c: char| c.is_ascii_alphanumeric()) {
        let (before, from) = rest.split_at(start);
        let end = from.find(|c: char| !c.is_ascii_alphanumeric());
        let (part, after) = from.split_at(end.unwrap_or(from.len()));
        shown.push_str(before);
        if is_commit(part) {
            let id = &part[..SHORT];
            let at = known.iter().position(|one| one == id);
            let at = at.unwrap_or_else(|| {
                known.push(id.to_owned());
                known.len() - 1
            });
            shown.push_str(&COMMITS[at][..part.len()]);
        } else {
            shown.push_str(part);
        }
        rest = after;
    }
    shown.push_str(rest);
    shown
}

/// Cuts the middle out of a word that is too long to be read.
fn cut(word: &str) -> String {
    const LONGEST: usize = 120;
    let letters: Vec<char> = word.chars().collect();
    if letters.len() <= LONGEST {
        return word.to_owned();
    }
    let first = letters.iter().take(LONGEST / 3);
    let last = letters.iter().skip(letters.len() - 3);
    first.chain(['…'].iter()).chain(last).collect()
}

/// Returns whether a word is a commit id, whole or as it is shown.
fn is_commit(word: &str) -> bool {
    matches!(word.len(), 7 | 40)
        && word
            .chars()
            .all(|c| c.is_ascii_digit() || ('a'..='f').contains(&c))
}

/// Returns a command as it is typed. What is too long to be read is cut.
pub(crate) fn command_line(words: &[String]) -> String {
    let mut line = "pyscaffold".to_owned();
    for word in words {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@+,{}^".contains(c);
        line.push(' ');
        if !word.is_empty() && word.chars().all(is_plain) {
            line.push_str(&cut(word));
        } else {
            line.extend(["'", word, "'"]);
        }
    }
    line
}
