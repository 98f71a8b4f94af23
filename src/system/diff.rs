//! Differences between two versions of a file, as git shows them.

use std::path::Path;

use git2::{DiffOptions, Patch};

use crate::model::relpath::RelPath;

/// Returns a unified diff from what was there, nothing for a new file, to what is wanted.
///
/// # Errors
/// libgit2 cannot compare them.
pub fn unified(
    path: &RelPath,
    before: Option<&[u8]>,
    after: &[u8],
) -> Result<Vec<u8>, git2::Error> {
    let name = Path::new(path.as_str());
    let mut options = DiffOptions::new();
    let old = before.map(|_| name);
    let mut patch = Patch::from_buffers(
        before.unwrap_or_default(),
        old,
        after,
        Some(name),
        Some(&mut options),
    )?;
    let text = patch.to_buf()?;
    Ok(text.to_vec())
}
