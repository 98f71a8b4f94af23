//! How large a project is.

use serde_json::Value;

use crate::project::{Failure, Subject};

/// Counts the lines of Python below a folder.
const COUNT: &str = include_str!("lines.py");

/// The lines of Python files.
#[derive(Clone, Copy, Debug, Default)]
pub struct Lines {
    /// How many files there are.
    pub files: u64,
    /// All their lines.
    pub all: u64,
    /// The lines that are not empty, no comment, and no docstring.
    pub code: u64,
}

/// How large a project is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Size {
    /// All files that git keeps.
    pub files: usize,
    /// The package.
    pub source: Lines,
    /// Its tests.
    pub tests: Lines,
}

impl Size {
    /// Counts a project.
    pub fn of(subject: &Subject<'_>) -> Result<Self, Failure> {
        Ok(Self {
            files: subject.committed()?.len(),
            source: Lines::below(subject, "src")?,
            tests: Lines::below(subject, "tests")?,
        })
    }
}

impl Lines {
    fn below(subject: &Subject<'_>, folder: &str) -> Result<Self, Failure> {
        let mut count = subject.command(&subject.python);
        count
            .current_dir(subject.checkout()?)
            .args(["-I", "-c", COUNT, folder]);
        let counted = subject.finish(&mut count)?;
        let counted: Value = serde_json::from_str(&counted)
            .map_err(|error| Failure::new(format!("{counted}: {error}")))?;
        let number = |name: &str| counted[name].as_u64().unwrap_or_default();
        Ok(Self {
            files: number("files"),
            all: number("lines"),
            code: number("code"),
        })
    }
}
