//! Every decision, as pure functions from values to values.
//!
//! Nothing here sees a disk, a clock, the environment, a terminal or a process; clippy refuses it.

pub mod answer;
pub mod assemble;
pub mod budget;
pub mod compose;
pub mod cookiecutter;
pub mod escape;
pub(crate) mod helpers;

pub mod ignoring;
pub mod line_merge;
pub mod lint;

pub mod merge;
pub mod objects;
pub mod ownership;
pub mod plan;
pub mod read_manifest;
pub mod render;
pub mod resolve;
pub mod syntax;
pub mod toml_merge;
pub mod validate;
