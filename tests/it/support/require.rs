//! Tools that a machine may lack.

/// Says that a test is skipped for want of a tool, and fails where `PROOF_REQUIRE` names it.
#[expect(
    clippy::print_stderr,
    reason = "a test that is skipped says so where the others report"
)]
pub(crate) fn skip(test: &str, tool: &str) {
    let required = std::env::var("PROOF_REQUIRE").unwrap_or_default();
    assert!(
        !required.split(',').any(|name| name == tool),
        "{test}: `{tool}` is required by PROOF_REQUIRE and not there"
    );
    eprintln!("{test}: skipped, `{tool}` is not there");
}
