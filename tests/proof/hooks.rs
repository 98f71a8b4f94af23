//! The hooks that git runs at each commit.

use std::fs;

use crate::project::{Failure, Lock, Subject};

/// An address where nobody listens.
const NOWHERE: &str = "http://127.0.0.1:9";

/// Installs the hooks as the README says; then git refuses a commit that the linter refuses and takes one that it takes, and
/// no hook needs the network.
pub fn commit(subject: &Subject<'_>) -> Result<(), Failure> {
    let clone = subject.clone_to("hooks", Lock::Committed)?;
    for line in ["uv sync --locked", "uv run prek install"] {
        let mut command = subject.command("uv");
        command.args(line.split_whitespace().skip(1));
        subject.finish(command.current_dir(&clone))?;
    }
    let module = clone
        .join("src")
        .join(subject.package())
        .join("greeting.py");
    let git = |words: &[&str]| {
        let mut git = subject.command("git");
        git.args(words)
            .current_dir(&clone)
            .env("UV_OFFLINE", "1")
            .env("HTTP_PROXY", NOWHERE)
            .env("HTTPS_PROXY", NOWHERE);
        git
    };
    let write = |text: &str| {
        fs::write(&module, text).map_err(|error| Failure::new(error.to_string()))?;
        subject.finish(&mut git(&["add", "--all"])).map(drop)
    };
    let head = || subject.finish(&mut git(&["rev-parse", "HEAD"]));

    let before = head()?;
    write("\"\"\"A greeting.\"\"\"\n\n\ndef greet() -> str:\n    return undefined\n")?;
    subject.refuse(&mut git(&["commit", "--message", "Bad"]), "F821")?;
    if head()? != before {
        return Err(Failure::new("git took a commit that a hook refused"));
    }
    write("\"\"\"A greeting.\"\"\"\n\n\ndef greet() -> str:\n    return \"Hello\"\n")?;
    subject.finish(&mut git(&["commit", "--message", "Good"]))?;
    if head()? == before {
        return Err(Failure::new("git took no commit that every hook takes"));
    }
    Ok(())
}
