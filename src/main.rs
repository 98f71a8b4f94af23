//! The command `pyscaffold`.

fn main() {}
