//! Rebuilds the crate when a built-in template changes: `include_dir!` does not see new files by itself.

fn main() {
    println!("cargo:rerun-if-changed=templates");
}
