//! Templates of Cookiecutter, rendered by Cookiecutter itself and by pyscaffold: the trees must be the same byte for byte.
//!
//! Cookiecutter is installed by uv in the version that is named here. Without uv the tests are skipped, unless `PROOF_REQUIRE`
//! names it.

#![expect(
    clippy::disallowed_methods,
    reason = "tests stand outside: they make folders, run programs and look at the disk"
)]
#![cfg(unix)]

#[cfg(test)]
mod chance;
#[cfg(test)]
mod judge;
#[cfg(test)]
mod table;
