//! The command `pyscaffold`. Everything is in the library; this hands it the arguments and returns its exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the arguments"
    )]
    let arguments = std::env::args_os().collect();
    ExitCode::from(pyscaffold::cli::run(arguments))
}
