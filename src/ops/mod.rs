//! The commands as named steps: gather, decide, apply, report.

pub mod adopt;
pub mod base;
pub mod diff;
pub mod doctor;
pub mod list;
pub mod new;
pub mod replay;
pub mod show;
mod sides;
pub mod sources;
pub mod status;
pub mod target;
pub mod template;
pub mod update;

use std::path::PathBuf;

use crate::model::language::Language;
use crate::system::config::Config;
use crate::system::env::Environment;
use crate::system::source::Catalog;

/// What every command works in.
#[derive(Debug)]
pub struct System {
    /// What the process was started with.
    pub environment: Environment,
    /// The user's configuration.
    pub config: Config,
    /// The templates that names can mean.
    pub catalog: Catalog,
    /// The language in which templates speak.
    pub language: Language,
    /// The flags before the command that a repeated command needs: `-C` and `--config` as they were typed.
    pub global: Vec<String>,
    /// The folder of `-C` as it was typed; empty without one.
    pub folder: PathBuf,
}
