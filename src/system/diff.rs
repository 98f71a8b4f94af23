//! Differences between two versions of a file, as git shows and applies them.

use std::path::Path;

use git2::{DiffOptions, Patch};

use crate::model::relpath::RelPath;
use crate::model::tree::File;

/// Returns a diff in git's extended format, from what was there, nothing for a new file, to what is wanted.
///
/// # Errors
/// libgit2 cannot compare them.
pub fn unified(
    path: &RelPath,
    before: Option<&[u8]>,
    after: &File,
) -> Result<Vec<u8>, git2::Error> {
    let name = Path::new(path.as_str());
    let mut options = DiffOptions::new();
    options.show_binary(true);
    let mut patch = Patch::from_buffers(
        before.unwrap_or_default(),
        Some(name),
        &after.bytes,
        Some(name),
        Some(&mut options),
    )?;
    let text = patch.to_buf()?.to_vec();
    match before {
        Some(_) => Ok(text),
        None => Ok(of_new_file(path, after, &text)),
    }
}

/// Returns a diff in git's extended format from what was there to nothing.
///
/// # Errors
/// libgit2 cannot compare them.
pub fn deleted(path: &RelPath, before: &File) -> Result<Vec<u8>, git2::Error> {
    let nothing = File {
        bytes: Vec::new().into(),
        executable: false,
    };
    let of_empty = unified(path, Some(&before.bytes), &nothing)?;
    let mode = if before.executable {
        "100755"
    } else {
        "100644"
    };
    let mut text = format!("diff --git a/{path} b/{path}\ndeleted file mode {mode}\n").into_bytes();
    let mut in_header = true;
    for line in of_empty.split_inclusive(|byte| *byte == b'\n').skip(1) {
        if in_header && line.starts_with(b"+++ ") {
            text.extend_from_slice(b"+++ /dev/null\n");
        } else if !(in_header && (line.starts_with(b"old mode") || line.starts_with(b"new mode"))) {
            text.extend_from_slice(line);
        }
        in_header &= !line.starts_with(b"@@") && !line.starts_with(b"GIT binary patch");
    }
    Ok(text)
}

/// Makes the diff of a new file from that of an empty one: `git apply` wants to be told.
fn of_new_file(path: &RelPath, file: &File, of_empty: &[u8]) -> Vec<u8> {
    let mode = if file.executable { "100755" } else { "100644" };
    let mut text = format!("diff --git a/{path} b/{path}\nnew file mode {mode}\n").into_bytes();
    if file.bytes.is_empty() {
        text.extend_from_slice(b"index 0000000..e69de29\n");
    }
    let mut in_header = true;
    for line in of_empty.split_inclusive(|byte| *byte == b'\n').skip(1) {
        if in_header && line.starts_with(b"--- ") {
            text.extend_from_slice(b"--- /dev/null\n");
        } else if !(in_header && (line.starts_with(b"old mode") || line.starts_with(b"new mode"))) {
            text.extend_from_slice(line);
        }
        in_header &= !line.starts_with(b"@@") && !line.starts_with(b"GIT binary patch");
    }
    text
}
