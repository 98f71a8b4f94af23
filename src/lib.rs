//! Creates Python projects that are engineered from the first minute, and keeps them so.
//!
//! The library behind the command `pyscaffold`. Its folders are floors, and each uses only those below it:
//! [`cli`] reads words and prints words, [`ops`] names the steps of each command, [`system`] touches the outside,
//! [`engine`] decides, [`model`] is the vocabulary. `ARCHITECTURE.md` tells the rest.

pub mod cli;
pub mod engine;
pub mod model;
pub mod ops;
#[expect(
    clippy::disallowed_methods,
    reason = "the one floor that may touch the disk, the clock, the environment and processes"
)]
pub mod system;
