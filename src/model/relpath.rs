//! Relative paths that cannot leave their root, hide, or mean another file on another system.
//!
//! Every path of a template, a rendered name, a record, a git tree or a merge passes through
//! [`RelPath::parse`]; whoever holds a [`RelPath`] need not check it again. The step to a path on
//! disk is not made here.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use serde::{Serialize, Serializer};
use unicode_normalization::UnicodeNormalization as _;

use super::text::{is_hidden, is_variation_selector, visible_start};

/// The most bytes a component may have: the limit of ext4, APFS and most others (NTFS counts UTF-16
/// units, never more).
pub const MAX_COMPONENT_BYTES: usize = 255;

/// The most components a path may have.
pub const MAX_DEPTH: usize = 32;

/// How much of a refused path a message shows, in characters.
const SHOWN_CHARACTERS: usize = 160;

/// A `/`-separated relative path in UTF-8 that is safe on every system.
///
/// It is never empty, and no component is empty, `.`, `..`, `.git` in any disguise, or the name of
/// a Windows device; none holds a character that is hidden, that separates, or that Windows
/// forbids; none ends in a dot or a space; none is longer than [`MAX_COMPONENT_BYTES`], and there
/// are at most [`MAX_DEPTH`].
///
/// ```text
/// RelPath::parse("src/app/main.py")   is fine
/// RelPath::parse("../etc/passwd")     is RelPathError::ParentDirectory
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
// Merges put one path into a dozen maps; so a copy costs nothing.
pub struct RelPath(Arc<str>);

impl Serialize for RelPath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// Why a text is not a [`RelPath`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RelPathError {
    /// The text is empty.
    #[error("an empty path names no file")]
    Empty,
    /// The path begins with a slash.
    #[error("`{path}` is an absolute path, not one relative to the project")]
    Absolute {
        /// The path, made visible.
        path: String,
    },
    /// Two slashes follow each other, or the path ends in one.
    #[error("`{path}` has an empty part between, before or after slashes")]
    EmptyComponent {
        /// The path, made visible.
        path: String,
    },
    /// A component is `.`.
    #[error("`{path}` has a part `.`")]
    CurrentDirectory {
        /// The path, made visible.
        path: String,
    },
    /// A component is `..`.
    #[error("`{path}` has a part `..`, which leads out of the project")]
    ParentDirectory {
        /// The path, made visible.
        path: String,
    },
    /// The path holds a control, bidirectional or zero-width character.
    #[error("`{path}` holds the invisible character U+{:04X}", u32::from(*character))]
    Hidden {
        /// The path, made visible.
        path: String,
        /// The first such character.
        character: char,
    },
    /// The path holds a character that cannot stand in a file name everywhere.
    #[error(
        "`{path}` holds the character `{character}`, which cannot stand in a file name \
         on every system"
    )]
    Forbidden {
        /// The path, made visible.
        path: String,
        /// The first such character.
        character: char,
    },
    /// A component ends in a dot or a space, which Windows drops.
    #[error("`{path}` has a part that ends in a dot or a space, which Windows drops")]
    TrailingDotOrSpace {
        /// The path, made visible.
        path: String,
    },
    /// A component names a Windows device.
    #[error("`{path}` has the part `{component}`, which names a device on Windows")]
    DeviceName {
        /// The path, made visible.
        path: String,
        /// The component.
        component: String,
    },
    /// A component is `.git` on some file system.
    #[error("`{path}` has the part `{component}`, which is git's own folder on some systems")]
    GitDirectory {
        /// The path, made visible.
        path: String,
        /// The component, made visible.
        component: String,
    },
    /// A component is longer than [`MAX_COMPONENT_BYTES`].
    #[error(
        "`{path}` has a part of {length} bytes, more than the \
         {MAX_COMPONENT_BYTES} that a file name may have"
    )]
    ComponentTooLong {
        /// The beginning of the path, made visible.
        path: String,
        /// The length of the component in bytes.
        length: usize,
    },
    /// The path has more than [`MAX_DEPTH`] components.
    #[error("`{path}` is {depth} folders deep, more than the {MAX_DEPTH} that a path may have")]
    TooDeep {
        /// The beginning of the path, made visible.
        path: String,
        /// The number of components.
        depth: usize,
    },
}

impl RelPath {
    /// Returns the path that the text writes.
    ///
    /// The text is kept as it is: nothing is trimmed, normalised or guessed.
    ///
    /// # Errors
    /// The first reason, from left to right, why the text is no safe relative path.
    pub fn parse(text: &str) -> Result<Self, RelPathError> {
        let path = || visible_start(text, SHOWN_CHARACTERS);
        if text.is_empty() {
            return Err(RelPathError::Empty);
        }
        if text.starts_with('/') {
            return Err(RelPathError::Absolute { path: path() });
        }
        let depth = text.split('/').count();
        if depth > MAX_DEPTH {
            return Err(RelPathError::TooDeep {
                path: path(),
                depth,
            });
        }
        text.split('/')
            .filter(|component| !is_plain(component))
            .try_for_each(|component| check_component(component, &path))?;
        Ok(Self(Arc::from(text)))
    }

    /// Returns the components, outermost first.
    pub fn components(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.split('/')
    }

    /// Returns the path as text, with `/` between its components.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the path of the folder that holds this one, or `None` at the top.
    pub fn parent(&self) -> Option<Self> {
        self.0
            .rsplit_once('/')
            .map(|(parent, _)| Self(Arc::from(parent)))
    }

    /// Returns the last component.
    pub fn file_name(&self) -> &str {
        self.0
            .rsplit_once('/')
            .map_or(self.as_str(), |(_, name)| name)
    }

    /// Returns the path that `component_path`, one component or several, has below this one.
    ///
    /// # Errors
    /// As [`RelPath::parse`], for the whole of the new path; an empty or absolute `component_path`
    /// is refused as well.
    pub fn join(&self, component_path: &str) -> Result<Self, RelPathError> {
        Self::parse(&format!("{self}/{component_path}"))
    }

    /// Returns whether this path is `folder` or lies below it, component by component.
    pub fn starts_with(&self, folder: &Self) -> bool {
        self.0
            .strip_prefix(folder.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// Returns a text that is the same for all paths that some file system takes for one file.
    ///
    /// Two paths with the same key must not both be written. The key folds at least as much as the
    /// full case folding of
    /// [Unicode, section 5.18](https://www.unicode.org/versions/latest/core-spec/chapter-5/#G21790)
    /// after normalisation (NFC, [UAX #15](https://www.unicode.org/reports/tr15/)), which is what
    /// APFS and case-folding ext4 compare by, and so also what NTFS does. Lower case alone would
    /// not do: it leaves `ß` apart from `ss`, `ſ` from `s` and `ς` from `σ`. Going down, up and
    /// down again brings all of them together, the Kelvin sign with `k` as well. It also takes the
    /// Turkish `ı` for `i`, which no system does; a needless refusal is the safe side. The dotted
    /// `İ` stays apart from `i`, as everywhere.
    pub fn collision_key(&self) -> Cow<'_, str> {
        if self.0.is_ascii() {
            return if self.0.bytes().any(|byte| byte.is_ascii_uppercase()) {
                Cow::Owned(self.0.to_ascii_lowercase())
            } else {
                Cow::Borrowed(&self.0)
            };
        }
        self.0
            .nfd()
            .flat_map(char::to_lowercase)
            .flat_map(char::to_uppercase)
            .flat_map(char::to_lowercase)
            .nfc()
            .collect()
    }
}

impl fmt::Display for RelPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

impl AsRef<str> for RelPath {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

/// Returns whether a component is so plain that nothing in [`check_component`] can refuse it: most are, and the looks at every
/// character cost more than anything else that is done with a path.
fn is_plain(component: &str) -> bool {
    // Names of devices have three or four characters before the first dot, `.git` has none; the others need a character that is
    // not plain.
    let stem = component.split('.').next().unwrap_or_default().len();
    stem != 0
        && !(3..=4).contains(&stem)
        && component.len() <= MAX_COMPONENT_BYTES
        && !component.ends_with('.')
        && component
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
}

/// Checks one component; `path` is called for an error only.
fn check_component(component: &str, path: &impl Fn() -> String) -> Result<(), RelPathError> {
    match component {
        "" => return Err(RelPathError::EmptyComponent { path: path() }),
        "." => return Err(RelPathError::CurrentDirectory { path: path() }),
        ".." => return Err(RelPathError::ParentDirectory { path: path() }),
        _ => {}
    }
    if component.len() > MAX_COMPONENT_BYTES {
        return Err(RelPathError::ComponentTooLong {
            path: path(),
            length: component.len(),
        });
    }
    // Before the single characters: `.git::$INDEX_ALLOCATION` is worth its own words.
    if is_git_directory(component) {
        let component = visible_start(component, SHOWN_CHARACTERS);
        return Err(RelPathError::GitDirectory {
            path: path(),
            component,
        });
    }
    for character in component.chars() {
        if is_hidden(character) || is_variation_selector(character) {
            return Err(RelPathError::Hidden {
                path: path(),
                character,
            });
        }
        if matches!(character, '\\' | ':' | '<' | '>' | '"' | '|' | '?' | '*') {
            return Err(RelPathError::Forbidden {
                path: path(),
                character,
            });
        }
    }
    if component.ends_with(['.', ' ']) {
        return Err(RelPathError::TrailingDotOrSpace { path: path() });
    }
    if is_device_name(component) {
        return Err(RelPathError::DeviceName {
            path: path(),
            component: component.to_owned(),
        });
    }
    Ok(())
}

/// Returns whether Windows takes a file name for a device, with or without an extension.
///
/// See
/// [Naming Files, Paths, and Namespaces](https://learn.microsoft.com/windows/win32/fileio/naming-a-file).
/// Of the superscript digits only those of Latin-1 count there.
pub fn is_device_name(file_name: &str) -> bool {
    let stem = file_name.split(['.', ':']).next().unwrap_or_default();
    let stem = stem.trim_end_matches(' ').to_ascii_uppercase();
    if matches!(
        stem.as_str(),
        "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$"
    ) {
        return true;
    }
    let numbered = stem
        .strip_prefix("COM")
        .or_else(|| stem.strip_prefix("LPT"));
    let mut number = numbered.unwrap_or_default().chars();
    matches!(
        (number.next(), number.next()),
        (Some('0'..='9' | '¹' | '²' | '³'), None)
    )
}

/// Returns whether a file name is `.git` on Linux, Windows or macOS.
///
/// NTFS drops trailing dots and spaces, opens `.git::$INDEX_ALLOCATION` as the folder, and knows it
/// by the short name `git~1` too; HFS+ ignores some code points (CVE-2014-9390, CVE-2019-1353). All
/// of those are hidden characters, and so every hidden character is dropped before the comparison.
fn is_git_directory(file_name: &str) -> bool {
    let seen: String = file_name
        .chars()
        .take_while(|character| !matches!(character, ':' | '\\'))
        .filter(|character| !is_hidden(*character) && !is_variation_selector(*character))
        .collect();
    let name = seen.trim_end_matches(['.', ' ']).to_ascii_lowercase();
    let short_number = name.strip_prefix("git~").unwrap_or_default();
    name == ".git"
        || (!short_number.is_empty() && short_number.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_plain_is_never_refused(
            component in "([.]?([gG][iI][tT]|[cC][oO][nN]|AUX|nul|com[0-9]?|LPT[0-9])?[a-zA-Z0-9_.~$ -]{0,6})|[a-z.]{250,260}"
        ) {
            let refused = check_component(&component, &|| component.clone()).is_err();
            prop_assert!(!(is_plain(&component) && refused), "{component:?}");
        }
    }

    fn path(text: &str) -> RelPath {
        RelPath::parse(text).unwrap_or_else(|error| panic!("{text:?}: {error}"))
    }

    fn reason(text: &str) -> &'static str {
        match RelPath::parse(text) {
            Ok(_) => "fine",
            Err(RelPathError::Empty) => "empty",
            Err(RelPathError::Absolute { .. }) => "absolute",
            Err(RelPathError::EmptyComponent { .. }) => "empty component",
            Err(RelPathError::CurrentDirectory { .. }) => "current",
            Err(RelPathError::ParentDirectory { .. }) => "parent",
            Err(RelPathError::Hidden { .. }) => "hidden",
            Err(RelPathError::Forbidden { .. }) => "forbidden",
            Err(RelPathError::TrailingDotOrSpace { .. }) => "trailing",
            Err(RelPathError::DeviceName { .. }) => "device",
            Err(RelPathError::GitDirectory { .. }) => "git",
            Err(RelPathError::ComponentTooLong { .. }) => "long",
            Err(RelPathError::TooDeep { .. }) => "deep",
        }
    }

    #[test]
    fn safe_paths_pass() {
        for text in [
            "a",
            "src/app/main.py",
            ".gitignore",
            ".gitattributes",
            ".github/workflows/ci.yml",
            ".gitmodules",
            "...a",
            "..a",
            "a..b",
            "with space/and (brackets) [x] {{package}}.py",
            "日本語/ü.txt",
            "🚀.md",
            "-leading",
            "~user",
            "$HOME",
            "git",
            "git~",
            "git~x",
            "xgit~1",
            ".git-blame-ignore-revs",
            ".gitx",
            "x.git",
            "con_.txt",
            "console",
            "com",
            "com10",
            "comx",
            "lpt",
            "nulls",
            "auxiliary",
            "prn_",
            "a.con",
        ] {
            assert_eq!(reason(text), "fine", "{text:?}");
            assert_eq!(path(text).as_str(), text);
        }
    }

    #[test]
    fn unsafe_paths_are_refused_with_their_reason() {
        for (text, expected) in [
            ("", "empty"),
            ("/", "absolute"),
            ("/etc/passwd", "absolute"),
            ("//server/share", "absolute"),
            ("a/", "empty component"),
            ("a//b", "empty component"),
            (".", "current"),
            ("a/./b", "current"),
            ("..", "parent"),
            ("../a", "parent"),
            ("a/../../b", "parent"),
            ("a/..", "parent"),
            ("a\\b", "forbidden"),
            ("..\\a", "forbidden"),
            ("\\\\server\\share", "forbidden"),
            ("C:/a", "forbidden"),
            ("C:a", "forbidden"),
            ("file.txt:stream", "forbidden"),
            ("a<b", "forbidden"),
            ("a>b", "forbidden"),
            ("a\"b", "forbidden"),
            ("a|b", "forbidden"),
            ("a?", "forbidden"),
            ("*", "forbidden"),
            ("a\0b", "hidden"),
            ("a\nb", "hidden"),
            ("a\u{7f}", "hidden"),
            ("a\u{85}", "hidden"),
            ("\u{1b}[2J", "hidden"),
            ("gpj\u{202e}exe", "hidden"),
            ("a\u{2067}b", "hidden"),
            ("a\u{200b}b", "hidden"),
            ("a\u{200d}b", "hidden"),
            ("\u{feff}a", "hidden"),
            ("a\u{2028}", "hidden"),
            ("a\u{fe0f}", "hidden"),
            ("a\u{e0101}", "hidden"),
            ("a.", "trailing"),
            ("a ", "trailing"),
            ("a /b", "trailing"),
            ("a./b", "trailing"),
            ("...", "trailing"),
            (". ", "trailing"),
            (".. ", "trailing"),
            (" ", "trailing"),
            ("CON", "device"),
            ("con", "device"),
            ("Con.txt", "device"),
            ("src/nul", "device"),
            ("nul.tar.gz", "device"),
            ("NUL .txt", "device"),
            ("aux/x", "device"),
            ("prn.py", "device"),
            ("com1", "device"),
            ("COM0", "device"),
            ("com9.log", "device"),
            ("com¹", "device"),
            ("LPT²", "device"),
            ("lpt³.txt", "device"),
            ("lpt0", "device"),
            ("CONIN$", "device"),
            ("conout$", "device"),
            (".git", "git"),
            (".git/config", "git"),
            ("a/.git/hooks/pre-commit", "git"),
            (".GIT", "git"),
            (".Git/config", "git"),
            ("git~1", "git"),
            ("GIT~1/config", "git"),
            ("git~2", "git"),
            (".git.", "git"),
            (".git ", "git"),
            (".git. . ", "git"),
            ("git~1.", "git"),
            (".g\u{200c}it", "git"),
            (".git\u{200d}/config", "git"),
            ("\u{feff}.git", "git"),
            (".gi\u{206a}t", "git"),
            (".git::$INDEX_ALLOCATION", "git"),
            (".git:x", "git"),
            (".git ::$INDEX_ALLOCATION/config", "git"),
            ("git~1:stream", "git"),
            (".git\\config", "git"),
        ] {
            assert_eq!(reason(text), expected, "{text:?}");
        }
    }

    #[test]
    fn lengths_are_limited() {
        let deep = |depth: usize| vec!["a"; depth].join("/");
        for (text, expected) in [
            ("a".repeat(255), "fine"),
            ("a".repeat(256), "long"),
            (format!("b/{}/c", "ü".repeat(128)), "long"),
            (deep(32), "fine"),
            (deep(33), "deep"),
            (deep(100_000), "deep"),
        ] {
            assert_eq!(reason(&text), expected, "{} bytes", text.len());
        }
    }

    #[test]
    fn errors_name_the_path_and_show_hidden_characters() {
        for (text, message) in [
            (
                "/a",
                "`/a` is an absolute path, not one relative to the project",
            ),
            (
                "a/../b",
                "`a/../b` has a part `..`, which leads out of the project",
            ),
            (
                "a\u{1b}[2Jb",
                r"`a\u{1b}[2Jb` holds the invisible character U+001B",
            ),
            (
                "gpj\u{202e}exe",
                r"`gpj\u{202e}exe` holds the invisible character U+202E",
            ),
            (
                "a:b",
                "`a:b` holds the character `:`, which cannot stand in a file name on every system",
            ),
            (
                "x/NUL.txt",
                "`x/NUL.txt` has the part `NUL.txt`, which names a device on Windows",
            ),
            (
                ".g\u{200c}it",
                r"`.g\u{200c}it` has the part `.g\u{200c}it`, which is git's own folder on some systems",
            ),
        ] {
            assert_eq!(RelPath::parse(text).unwrap_err().to_string(), message);
        }
        let long = RelPath::parse(&"a".repeat(100_000))
            .unwrap_err()
            .to_string();
        assert!(long.len() < 300, "{long}");
    }

    #[test]
    fn paths_are_taken_apart() {
        for (text, parent, file_name, components) in [
            ("a", None, "a", vec!["a"]),
            ("a/b", Some("a"), "b", vec!["a", "b"]),
            ("a/b/c.txt", Some("a/b"), "c.txt", vec!["a", "b", "c.txt"]),
        ] {
            let path = path(text);
            assert_eq!(path.parent().as_ref().map(RelPath::as_str), parent);
            assert_eq!(path.file_name(), file_name);
            assert_eq!(path.components().collect::<Vec<_>>(), components);
        }
    }

    #[test]
    fn paths_are_joined_only_safely() {
        for (base, below, expected) in [
            ("a", "b", Some("a/b")),
            ("a", "b/c.txt", Some("a/b/c.txt")),
            ("a", "", None),
            ("a", "/b", None),
            ("a", "..", None),
            ("a", ".git", None),
        ] {
            let joined = path(base).join(below).ok();
            assert_eq!(
                joined.as_ref().map(RelPath::as_str),
                expected,
                "{base} + {below}"
            );
        }
    }

    #[test]
    fn folders_are_recognised_by_component() {
        for (text, folder, expected) in [
            ("a/b", "a", true),
            ("a", "a", true),
            ("a/b/c", "a/b", true),
            ("ab", "a", false),
            ("a", "a/b", false),
            ("a.txt", "a", false),
        ] {
            assert_eq!(
                path(text).starts_with(&path(folder)),
                expected,
                "{text} in {folder}"
            );
        }
    }

    #[test]
    fn paths_that_some_system_takes_for_one_share_a_key() {
        for (one, other) in [
            ("README.md", "readme.MD"),
            ("a/B", "A/b"),
            ("\u{fc}", "u\u{308}"),
            ("\u{dc}", "u\u{308}"),
            ("straße", "STRASSE"),
            ("straße", "strasse"),
            ("STRAẞE", "straße"),
            ("mi\u{17f}t", "mist"),
            ("\u{212a}elvin", "kelvin"),
            ("\u{212b}ngstrom", "ångstrom"),
            ("Σίσυφος", "ΣΊΣΥΦΟΣ"),
            ("ﬁle", "FILE"),
            ("ꭰ", "Ꭰ"),
            ("\u{b5}m", "\u{3bc}m"),
            ("ǆ", "ǅ"),
            ("\u{1fb3}", "\u{1fbc}"),
            ("İx", "i\u{307}x"),
            ("ı", "I"),
        ] {
            assert_eq!(
                path(one).collision_key(),
                path(other).collision_key(),
                "{one} and {other}"
            );
        }
        for (one, other) in [
            ("a/b", "ab"),
            ("İ", "i"),
            ("u", "ü"),
            ("a_b", "a-b"),
            ("日", "曰"),
        ] {
            assert_ne!(
                path(one).collision_key(),
                path(other).collision_key(),
                "{one} and {other}"
            );
        }
    }

    #[test]
    fn a_path_is_written_as_its_text() {
        assert_eq!(
            serde_json::to_string(&path("a/b.txt")).unwrap(),
            r#""a/b.txt""#
        );
        assert_eq!(format!("{:>4}|{}", path("a"), path("b/c")), "   a|b/c");
    }
}
