//! Why a text cannot be a name, in words for people and codes for programs, with a name that would
//! work.

use super::{DistributionName, LONGEST, import_form};
use crate::model::text::visible_start;

/// How much of a refused name a message shows, in characters.
const SHOWN_CHARACTERS: usize = 80;

/// Why a text cannot be a name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// There is no text.
    #[error("a project cannot do without a name")]
    Empty,
    /// The text breaks the grammar of distribution names.
    #[error(
        "`{}` cannot be the project name: only ASCII letters, digits, `-`, `_` and `.` can \
         stand in it, with a letter or digit at either end",
        shown(name)
    )]
    Grammar {
        /// What was typed.
        name: String,
    },
    /// The name is longer than the files that are called by it can be.
    #[error(
        "a name may have {LONGEST} characters, and `{}` has {}",
        shown(name),
        name.chars().count()
    )]
    Length {
        /// What was typed.
        name: String,
        /// Which of the two names it is.
        kind: NameKind,
    },
    /// The text breaks the grammar of package names.
    #[error(
        "`{}` cannot be the package name: only lower-case ASCII letters, digits and `_` can \
         stand in it",
        shown(name)
    )]
    Identifier {
        /// What was typed.
        name: String,
    },
    /// The package name would begin with a digit.
    #[error(
        "`{}` cannot be the package name: Python cannot import a name that begins with a digit",
        shown(name)
    )]
    Digit {
        /// The package name.
        name: String,
    },
    /// The package name would begin with an underscore.
    #[error(
        "`{}` cannot be the package name: a leading `_` marks what others must not import",
        shown(name)
    )]
    Underscore {
        /// The package name.
        name: String,
    },
    /// The package name is a keyword.
    #[error(
        "`{name}` cannot be the package name: it is a keyword of Python and cannot be imported"
    )]
    Keyword {
        /// The package name.
        name: String,
    },
    /// The package name is that of a module of the standard library.
    #[error("`{name}` cannot be the package name: it would hide Python's own module `{name}`")]
    Stdlib {
        /// The package name.
        name: String,
    },
    /// The package name is that of a folder with a purpose of its own.
    #[error("`{name}` cannot be the package name: it stands for {purpose}")]
    Reserved {
        /// The package name.
        name: String,
        /// What the folder of that name is for.
        purpose: &'static str,
    },
    /// The package name is that of a Windows device.
    #[error("`{name}` cannot be the package name: Windows keeps it for a device")]
    Windows {
        /// The package name.
        name: String,
    },
    /// The package has the name of something that the project depends on.
    #[error(
        "`{name}` cannot be the package name: it would hide `{}`, which the project depends on",
        shown(dependency)
    )]
    Dependency {
        /// The package name.
        name: String,
        /// The dependency, as the template writes it.
        dependency: String,
        /// A package name that none of the dependencies has.
        free: String,
    },
    /// The project has the name of something that it depends on.
    #[error(
        "`{name}` cannot be the project name: the project depends on `{}`, and cannot depend \
         on itself",
        shown(dependency)
    )]
    DependsOnItself {
        /// The distribution name.
        name: String,
        /// The dependency, as the template writes it.
        dependency: String,
        /// A distribution name that none of the dependencies has.
        free: String,
    },
}

impl NameError {
    /// Returns the stable code of the cause, for output that programs read.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "name.empty",
            Self::Grammar { .. } => "name.grammar",
            Self::Length { .. } => "name.length",
            Self::Identifier { .. } => "name.identifier",
            Self::Digit { .. } => "name.digit",
            Self::Underscore { .. } => "name.underscore",
            Self::Keyword { .. } => "name.keyword",
            Self::Stdlib { .. } => "name.stdlib",
            Self::Reserved { .. } => "name.reserved",
            Self::Windows { .. } => "name.windows",
            Self::Dependency { .. } => "name.dependency",
            Self::DependsOnItself { .. } => "name.self",
        }
    }

    /// Returns the name that was refused: what was typed, or the package name made from it.
    pub fn name(&self) -> &str {
        match self {
            Self::Empty => "",
            Self::Grammar { name }
            | Self::Length { name, .. }
            | Self::Identifier { name }
            | Self::Digit { name }
            | Self::Underscore { name }
            | Self::Keyword { name }
            | Self::Stdlib { name }
            | Self::Reserved { name, .. }
            | Self::Windows { name }
            | Self::Dependency { name, .. }
            | Self::DependsOnItself { name, .. } => name,
        }
    }

    /// Returns which of the two names was refused.
    pub fn kind(&self) -> NameKind {
        match self {
            Self::Length { kind, .. } => *kind,
            Self::Empty | Self::Grammar { .. } | Self::DependsOnItself { .. } => {
                NameKind::Distribution
            }
            Self::Identifier { .. }
            | Self::Digit { .. }
            | Self::Underscore { .. }
            | Self::Keyword { .. }
            | Self::Stdlib { .. }
            | Self::Reserved { .. }
            | Self::Windows { .. }
            | Self::Dependency { .. } => NameKind::Package,
        }
    }

    /// Returns a name of the same kind that would work, or `None` if nothing of the text can be
    /// kept.
    ///
    /// For [`NameKind::Package`] it is a package name, for [`NameKind::Distribution`] a
    /// distribution name whose package name works as well.
    pub fn suggestion(&self) -> Option<String> {
        if let Self::Dependency { free, .. } | Self::DependsOnItself { free, .. } = self {
            return Some(free.clone());
        }
        // One of a name that is too long is its beginning.
        let start: String = self.name().chars().take(SHOWN_CHARACTERS).collect();
        let distribution = DistributionName::suggest(&start)?;
        match self.kind() {
            NameKind::Distribution => Some(distribution.0),
            NameKind::Package => Some(import_form(&distribution)),
        }
    }
}

/// Which of a project's two names something is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameKind {
    /// The name under which the project is installed.
    Distribution,
    /// The name under which the package is imported.
    Package,
}

/// Returns what an error message shows of a name that broke the grammar and may hold anything.
fn shown(name: &str) -> String {
    visible_start(name, SHOWN_CHARACTERS)
}
