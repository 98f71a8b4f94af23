//! The names of git objects: what a content is called before anybody stores it.

use sha1::{Digest, Sha1};

/// What an object is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// A commit.
    Commit,
    /// A folder.
    Tree,
    /// The content of a file.
    Blob,
}

impl Kind {
    /// Returns the word that begins what is hashed.
    const fn word(self) -> &'static str {
        match self {
            Self::Commit => "commit",
            Self::Tree => "tree",
            Self::Blob => "blob",
        }
    }

    /// Returns the number that stands for it in a packfile.
    pub const fn number(self) -> u8 {
        match self {
            Self::Commit => 1,
            Self::Tree => 2,
            Self::Blob => 3,
        }
    }
}

/// A content that lies in a repository and was not read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Unread {
    /// Its name: two contents of one name are the same.
    pub id: Id,
    /// How many bytes it has.
    pub size: u64,
}

/// The name of an object: SHA-1 of its kind, length and content.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Id([u8; 20]);

impl Id {
    /// Returns the id of an object.
    pub fn of(kind: Kind, content: &[u8]) -> Self {
        let mut hash = Sha1::new();
        hash.update(format!("{} {}\0", kind.word(), content.len()));
        hash.update(content);
        Self(hash.finalize().into())
    }

    /// Returns the checksum (SHA-1) that ends files of git.
    pub fn sum(bytes: &[u8]) -> [u8; 20] {
        Sha1::digest(bytes).into()
    }

    /// Returns its bytes.
    pub const fn as_bytes(&self) -> &[u8; 20] {
        &self.0
    }
}

impl std::fmt::Display for Id {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl From<[u8; 20]> for Id {
    fn from(bytes: [u8; 20]) -> Self {
        Self(bytes)
    }
}
