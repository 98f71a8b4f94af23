//! Keeps the built-in templates and layers in their versions of now, so that later programs can update projects made from them.
//!
//!     cargo run --example release-templates
//!
//! It is run for a release, once the versions of what has changed are raised; what it writes below `templates/released` is committed with
//! the release.

#![expect(
    clippy::disallowed_methods,
    reason = "reads and writes files of this repository"
)]
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "says what it did"
)]

#[expect(unreachable_pub, reason = "the tests of rendering share it")]
mod releasing;

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/released");
    let added = match releasing::release(&folder) {
        Ok(added) => added,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::FAILURE;
        }
    };
    for line in &added {
        println!("{line}");
    }
    let wrong = releasing::check(&folder);
    for line in &wrong {
        eprintln!("error: {line}");
    }
    if added.is_empty() && wrong.is_empty() {
        println!("every version is released already");
    }
    if wrong.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
