//! A corpus of inputs that mean harm, a table for each kind, and one judgement for all of them.
//!
//! Whatever a template, a server, a project or an environment brings: the run ends with the right code and one clear error, touches
//! nothing that is not its own, leaves nothing behind, prints nothing that a terminal would obey, and takes neither much time nor much
//! memory. `SECURITY.md` says which of these tables shows which promise.

mod answers;
mod commands;
mod cookiecutter;
mod engine;
mod git_tricks;
mod links;
mod manifest;
mod paths;
mod places;
mod prompts;
mod servers;
mod sources;
mod special;
mod stage;
mod terminal;

use stage::Case;

/// A group: what it is called, and its cases.
type Group = (&'static str, fn() -> Vec<Case>);

/// The groups.
const GROUPS: &[Group] = &[
    ("paths", paths::cases),
    ("links", links::cases),
    ("special", special::cases),
    ("git", git_tricks::cases),
    ("engine", engine::cases),
    ("cookiecutter", cookiecutter::cases),
    ("manifest", manifest::cases),
    ("answers", answers::cases),
    ("terminal", terminal::cases),
    ("sources", sources::cases),
    ("places", places::cases),
    ("servers", servers::cases),
    ("command lines", commands::lines),
    ("answers files", commands::answer_files),
    ("configurations", commands::configurations),
    ("lists of sources", commands::source_files),
    ("environments", commands::environments),
];

/// How many of the groups, the last ones, are wrong rather than evil: command lines, files and environments.
const WRONG: usize = 5;

/// Runs a group by its name.
fn hold(name: &str) {
    let (_, cases) = GROUPS.iter().find(|(group, _)| *group == name).unwrap();
    stage::run(&cases());
}

#[test]
fn paths_hold() {
    hold("paths");
}

#[test]
fn links_hold() {
    hold("links");
}

#[test]
fn special_files_hold() {
    hold("special");
}

#[test]
fn git_tricks_hold() {
    hold("git");
}

#[test]
fn templates_of_cookiecutter_hold() {
    hold("cookiecutter");
}

#[test]
fn engine_bombs_hold() {
    hold("engine");
}

#[test]
fn manifest_faults_hold() {
    hold("manifest");
}

#[test]
fn answers_hold() {
    hold("answers");
}

#[test]
fn terminals_hold() {
    hold("terminal");
}

#[test]
fn sources_hold() {
    hold("sources");
}

#[test]
fn places_hold() {
    hold("places");
}

#[test]
fn servers_hold() {
    hold("servers");
}

#[test]
fn command_lines_hold() {
    hold("command lines");
}

#[test]
fn answers_files_hold() {
    hold("answers files");
}

#[test]
fn configurations_hold() {
    hold("configurations");
}

#[test]
fn lists_of_sources_hold() {
    hold("lists of sources");
}

#[test]
fn environments_hold() {
    hold("environments");
}

#[test]
fn the_corpus_does_not_dwindle() {
    let counts: Vec<(&str, usize)> = GROUPS
        .iter()
        .map(|(name, cases)| (*name, cases().len()))
        .collect();
    for (group, count) in &counts {
        assert!(*count >= 8, "{group} has {count} cases");
    }
    let (evil, wrong) = counts.split_at(counts.len() - WRONG);
    let sum = |groups: &[(&str, usize)]| groups.iter().map(|(_, count)| count).sum::<usize>();
    assert!(sum(evil) >= 120 && evil.len() >= 11, "{evil:?}");
    assert!(sum(wrong) >= 100, "{wrong:?}");
    for (group, cases) in GROUPS {
        let mut names: Vec<&str> = cases().iter().map(|case| case.name).collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all, "two cases of {group} have one name");
    }
}
