//! Creates Python projects that are engineered from the first minute, and keeps them so.

pub mod engine;
pub mod model;
