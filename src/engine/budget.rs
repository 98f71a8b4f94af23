//! How large things may become, so that no template can exhaust a machine.

/// The most files a project may have.
pub const FILES: usize = 10_000;

/// The most bytes all files of a project may have together.
pub const BYTES: usize = 100 * 1024 * 1024;

/// The most bytes a manifest may have.
pub const MANIFEST_BYTES: usize = 1024 * 1024;

/// The most bytes an answer may have.
pub const VALUE_BYTES: usize = 64 * 1024;

/// The most bytes a rendered file's template may have; larger ones can be copied byte for byte.
pub const TEMPLATE_BYTES: usize = 1024 * 1024;

/// The most tags, from `{{` to `}}`, in one file. The parser takes time in the square of them.
pub const TAGS: usize = 2_000;

/// The most bytes of one tag.
pub const TAG_BYTES: usize = 512;

/// How deep blocks may be nested. The parser and the renderer call themselves for each.
pub const NESTING: usize = 8;

/// How deep `each` blocks may be nested, which bounds the steps of a loop by the square of a list's length.
pub const LOOP_NESTING: usize = 2;

/// The most values a list may have.
pub const LIST: usize = 1_000;
