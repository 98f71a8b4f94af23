//! The vocabulary: checked values, and how they are read and written.
//!
//! Nothing here decides what happens to a project, and nothing here sees a disk, a clock, the environment or a terminal.

pub mod address;
pub mod condition;
pub mod cookiecutter;
pub mod json;
pub mod language;
pub mod manifest;
pub mod name;
pub mod object;
pub mod problem;
pub mod question;
pub mod record;
pub mod relpath;
mod stdlib;
pub mod template;
pub mod text;
pub mod tree;
pub mod value;
