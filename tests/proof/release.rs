//! What the release workflow of a project runs by itself, as its README says how to release.
//!
//! Logging in, pushing, attesting and making a release are left out: they need GitHub and a registry.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use yaml_rust2::{Yaml, YamlLoader};

use crate::project::{Failure, Lock, Subject};

const WORKFLOW: &str = ".github/workflows/release.yml";

/// The steps that need nothing but this machine.
const COMPARE: &str = "Compare the tag with the version in pyproject.toml";
const NOTES: &str = "Create the release from the changelog";

/// A line of a changelog.
const NEWS: &str = "- Articles have tags.";

/// Takes the steps to a release: the tag must agree with the version, and its notes are that section of the changelog.
pub fn release(subject: &Subject<'_>) -> Result<(), Failure> {
    let clone = subject.clone_to("release", Lock::Committed)?;
    let [compare, notes] = [COMPARE, NOTES].map(|step| script(&clone, step));
    let (compare, notes) = (compare?, notes?);
    let mut bump = subject.command("uv");
    bump.args(["version", "--bump", "minor"])
        .current_dir(&clone);
    subject.finish(&mut bump)?;
    let sections =
        format!("## Unreleased\n\n## 0.2.0 - 2026-01-31\n\n{NEWS}\n\n## 0.1.0\n\n- Old.\n");
    write(
        &clone.join("CHANGELOG.md"),
        &format!("# Changelog\n\n{sections}"),
    )?;

    let programs = stand_in(subject)?;
    let run = |script: &str, tag: &str| {
        let path = subject.machine.path();
        let mut command = subject.command("bash");
        command
            .args(["-e", "-o", "pipefail", "-c", script])
            .current_dir(&clone)
            .env("GITHUB_REF_NAME", tag)
            .env("PATH", prepend(&programs, &path));
        command
    };
    subject.finish(&mut run(&compare, "v0.2.0"))?;
    subject.refuse(&mut run(&compare, "v0.1.0"), "")?;
    let said = subject.finish(&mut run(&notes, "v0.2.0"))?;
    let made = fs::read_to_string(clone.join("notes.md")).unwrap_or_default();
    if made.trim() == NEWS && said.starts_with("release create v0.2.0 ") {
        Ok(())
    } else {
        Err(Failure::new(format!(
            "not the notes of the release: {said}{made}"
        )))
    }
}

/// Returns the script of the step of a name.
fn script(clone: &Path, step: &str) -> Result<String, Failure> {
    let text = fs::read_to_string(clone.join(WORKFLOW));
    let text = text.map_err(|error| Failure::new(format!("{WORKFLOW}: {error}")))?;
    let loaded = YamlLoader::load_from_str(&text);
    let loaded = loaded.map_err(|error| Failure::new(format!("{WORKFLOW}: {error}")))?;
    let workflow = loaded.first().unwrap_or(&Yaml::BadValue);
    let jobs = workflow["jobs"].as_hash().into_iter().flatten();
    let steps = jobs.flat_map(|(_, job)| job["steps"].as_vec().into_iter().flatten());
    let mut named = steps.filter(|each| each["name"].as_str() == Some(step));
    let script = named.find_map(|each| each["run"].as_str());
    let missing = || Failure::new(format!("{WORKFLOW} has no script `{step}`"));
    script.map(str::to_owned).ok_or_else(missing)
}

/// Makes a program `gh` that says what it was asked, and returns its folder.
fn stand_in(subject: &Subject<'_>) -> Result<PathBuf, Failure> {
    let folder = subject.beside.join("release-programs");
    fs::create_dir_all(&folder).map_err(|error| Failure::new(error.to_string()))?;
    let program = folder.join("gh");
    write(&program, "#!/bin/sh\necho \"$@\"\n")?;
    let mut allow = Command::new("chmod");
    subject.finish(allow.arg("+x").arg(&program))?;
    Ok(folder)
}

fn prepend(folder: &Path, path: &std::ffi::OsString) -> std::ffi::OsString {
    let folders = [folder.to_owned()]
        .into_iter()
        .chain(std::env::split_paths(path));
    std::env::join_paths(folders).unwrap_or_else(|_| path.clone())
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    fs::write(path, text).map_err(|error| Failure::new(format!("{}: {error}", path.display())))
}
