//! Finds the template that a user names.

use std::path::Path;

use super::env::Environment;
use super::{builtin, directory};
use crate::model::problem::{Problem, nearest};
use crate::model::template::Template;
use crate::model::text::visible;

/// Why a template cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// No template has this name.
    #[error("no template `{name}`")]
    Unknown {
        /// The name as given.
        name: String,
        /// The template that was most likely meant.
        nearest: Option<String>,
    },
    /// There is no folder at the path.
    #[error("no template at `{path}`: there is no folder with a `template.toml`")]
    NoFolder {
        /// The path as given.
        path: String,
    },
    /// The template has faults.
    #[error("template `{name}` has {}", count(.problems.len()))]
    Faulty {
        /// The template as given.
        name: String,
        /// Everything that is wrong with it.
        problems: Vec<Problem>,
    },
}

fn count(problems: usize) -> String {
    if problems == 1 {
        "a problem".to_owned()
    } else {
        format!("{problems} problems")
    }
}

/// Returns whether a word names a folder rather than a template: `.`, or a path with a separator.
pub fn is_path(word: &str) -> bool {
    matches!(word, "." | "..") || word.contains(['/', std::path::MAIN_SEPARATOR])
}

/// Loads the template of a name, or of a path such as `./my-template`.
///
/// # Errors
/// There is no such template, or it has faults.
pub fn load(word: &str, environment: &Environment) -> Result<Template, SourceError> {
    let loaded = if is_path(word) {
        let folder = environment.path(Path::new(word));
        if !folder.join("template.toml").is_file() {
            return Err(SourceError::NoFolder {
                path: visible(word),
            });
        }
        directory::load(&folder, word)
    } else {
        let Some(loaded) = builtin::load(word) else {
            let near = nearest(word, builtin::names()).map(str::to_owned);
            return Err(SourceError::Unknown {
                name: visible(word),
                nearest: near,
            });
        };
        loaded
    };
    loaded.map_err(|problems| SourceError::Faulty {
        name: visible(word),
        problems,
    })
}
