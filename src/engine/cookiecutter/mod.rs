//! Templates of Cookiecutter: `cookiecutter.json` as questions, and their files rendered as Cookiecutter renders them.
//!
//! Jinja is rendered by `minijinja`. What depends on the clock or on chance comes from two answers that are recorded like every
//! other one, so that the same render can be made again. What cannot be done the same way is refused.

mod chance;
mod clock;
mod context;
mod jinja;
mod json;
mod make;
mod now_tag;
mod pattern;
mod questions;
mod read;
mod slug;

pub use self::context::default_of;
pub use self::make::{check, compose};
pub use self::now_tag::drawn_by;
pub use self::questions::questions;
pub use self::read::{Head, nested, read};
