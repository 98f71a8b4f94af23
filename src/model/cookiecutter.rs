//! What a Cookiecutter template says about itself in `cookiecutter.json`.

use std::collections::BTreeSet;

use super::json::Json;
use super::text::Position;

/// The name of the file by which a Cookiecutter template is known.
pub const FILE: &str = "cookiecutter.json";

/// The key of the moment that `{% now %}` speaks of.
pub const NOW: &str = "cookiecutter_now";

/// The key of the number from which all that is left to chance is drawn.
pub const SEED: &str = "cookiecutter_seed";

/// The key that says what happens to the hooks.
pub const HOOKS: &str = "cookiecutter_hooks";

/// The answer by which the hooks are left out.
pub const SKIP: &str = "skip";

/// An entry of `cookiecutter.json`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Variable {
    /// The name, as templates use it.
    pub name: String,
    /// The key of its question; none if nobody is asked.
    pub key: Option<String>,
    /// The value as it stands there.
    pub raw: Json,
    /// The place of the name.
    pub at: Position,
}

impl Variable {
    /// Returns whether the value is taken as it stands: its name begins with one `_`.
    pub fn is_raw(&self) -> bool {
        self.name.starts_with('_') && !self.name.starts_with("__")
    }
}

/// When a hook runs.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Stage {
    /// Before the questions.
    PrePrompt,
    /// Before the files are made.
    PreGen,
    /// When the files are made.
    PostGen,
}

impl Stage {
    /// Every stage with the name of its files.
    pub const ALL: [(&'static str, Self); 3] = [
        ("pre_prompt", Self::PrePrompt),
        ("pre_gen_project", Self::PreGen),
        ("post_gen_project", Self::PostGen),
    ];
}

/// A program that the template's author wants run.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Hook {
    /// When.
    pub stage: Stage,
    /// The file, such as `hooks/post_gen_project.py`.
    pub file: String,
}

/// How the delimiters and line ends of the texts are, as `_jinja2_env_vars` says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Syntax {
    /// What begins and ends a block.
    pub block: (String, String),
    /// What begins and ends a variable.
    pub variable: (String, String),
    /// What begins and ends a comment.
    pub comment: (String, String),
    /// What begins a line that is a block.
    pub line_statement: Option<String>,
    /// What begins a comment up to the end of its line.
    pub line_comment: Option<String>,
    /// Whether the line end behind a block is left out.
    pub trim_blocks: bool,
    /// Whether blanks before a block are left out.
    pub lstrip_blocks: bool,
}

impl Default for Syntax {
    fn default() -> Self {
        let pair = |begin: &str, end: &str| (begin.to_owned(), end.to_owned());
        Self {
            block: pair("{%", "%}"),
            variable: pair("{{", "}}"),
            comment: pair("{#", "#}"),
            line_statement: None,
            line_comment: None,
            trim_blocks: false,
            lstrip_blocks: false,
        }
    }
}

/// What makes a template one of Cookiecutter's.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Cookiecutter {
    /// The variables in their order.
    pub variables: Vec<Variable>,
    /// How the texts are written.
    pub syntax: Syntax,
    /// Files and folders that are copied without rendering, as patterns of Python's `fnmatch`.
    pub copied: Vec<String>,
    /// The line end of every rendered file, where one is set.
    pub newline: Option<String>,
    /// The folder that becomes the project, such as `{{cookiecutter.slug}}`.
    pub root: String,
    /// The files that are executable.
    pub executables: BTreeSet<String>,
    /// What its author wants run.
    pub hooks: Vec<Hook>,
    /// What `cookiecutter._template` says: the address of the template, or its name where it is a folder.
    pub address: String,
}
