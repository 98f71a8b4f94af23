//! What the pipelines of all hosts have in common.

use std::fs;
use std::path::Path;

use crate::project::{Failure, Subject};

/// The name of a test that fails.
pub const FAULT: &str = "test_that_turns_the_pipeline_red";

/// Commits a test that fails: a pipeline that cannot turn red shows nothing by being green.
pub fn break_a_test(subject: &Subject<'_>, clone: &Path) -> Result<(), Failure> {
    let text = format!("def {FAULT}() -> None:\n    assert not __name__\n");
    let tests = clone.join("tests");
    // The others would only take their time.
    let emptied = fs::remove_dir_all(&tests).and_then(|()| fs::create_dir(&tests));
    emptied
        .and_then(|()| fs::write(tests.join("test_fault.py"), text))
        .map_err(|error| Failure::new(error.to_string()))?;
    subject.commit(clone, "Add a test that fails")
}

/// Lets a clone think that it comes from a host.
pub fn set_origin(subject: &Subject<'_>, clone: &Path, url: &str) -> Result<(), Failure> {
    for words in [
        &["remote", "set-url", "origin", url] as &[&str],
        &["remote", "set-head", "origin", "main"],
    ] {
        let mut git = subject.command("git");
        subject.finish(git.args(words).current_dir(clone))?;
    }
    Ok(())
}

/// Returns the name of the image that the pipeline of a clone builds; none if it builds none.
pub fn image_name(clone: &Path) -> Option<String> {
    let text = fs::read_to_string(clone.join("compose.yaml")).ok()?;
    let name = text.lines().find_map(|line| line.strip_prefix("name: "))?;
    Some(format!("{}:ci", name.trim_matches('"')))
}
