//! Renders every built-in template in every combination of its choices, in memory, and reads what comes out.
//!
//! Files are judged one by one: that they parse, that nothing of the template is left in them, that answers arrive whole. Whether
//! a project works is what the proof is for.

#![expect(
    clippy::disallowed_methods,
    reason = "starts the Python that parses what was rendered"
)]
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test says what is wrong by stopping"
)]
#![expect(
    unreachable_pub,
    reason = "modules are written as if others could use them, and some are shared with the proof"
)]

mod answers;
mod every_file;
mod every_pair;
mod promises;
mod released;
mod rendering;
mod trees;

#[path = "../support/covering.rs"]
mod covering;
#[path = "../support/pythons.rs"]
mod pythons;
#[path = "../../tools/releasing.rs"]
mod releasing;
#[path = "../support/variants.rs"]
mod variants;
