//! Creates Python projects that are engineered from the first minute, and keeps them so.

pub mod engine;
pub mod model;
#[expect(
    clippy::disallowed_methods,
    reason = "the one floor that may touch the disk, the clock, the environment and processes"
)]
pub mod system;
