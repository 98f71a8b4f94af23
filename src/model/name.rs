//! The two names of a Python project: what it is called when it is installed, and what is imported.
//!
//! Both are checked here, offline and before anything is written. Nothing is asked of a package
//! index, and whether a folder of that name may be made is for [`RelPath`](super::relpath::RelPath)
//! to say.

mod error;

use std::fmt;

use serde::Serialize;
use unicode_normalization::UnicodeNormalization as _;

use super::relpath::is_device_name;
use super::stdlib::is_stdlib_module;

pub use error::{NameError, NameKind};

/// The most characters of a name. A wheel's file is called by it and by much else, and 255 bytes are all that a file's name can have.
const LONGEST: usize = 100;

/// The words that Python reserves in every version, sorted (`keyword.kwlist` without the
/// capitalised three, which no package name can be).
///
/// The soft keywords `case`, `lazy`, `match` and `type` are not among them: they are keywords only
/// where their statement can begin, `import match` is valid Python, and packages of such names
/// work. See [Keywords](https://docs.python.org/3/reference/lexical_analysis.html#keywords).
#[rustfmt::skip]
const KEYWORDS: [&str; 32] = [
    "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif",
    "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda",
    "nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
];

/// Names of folders that stand beside the package or that tools fill, with what such a folder is
/// for.
const RESERVED: [(&str, &str); 6] = [
    ("build", "the folder that build tools fill and git ignores"),
    ("dist", "the folder that build tools fill and git ignores"),
    ("docs", "the folder of the documentation"),
    ("src", "the folder that holds the package"),
    ("test", "Python's own tests, or a folder of tests"),
    ("tests", "the folder of the tests"),
];

/// The name under which a project is installed and published, such as `my-app`.
///
/// It follows the grammar of [PEP 508](https://peps.python.org/pep-0508/#names): ASCII letters,
/// digits, `-`, `_` and `.`, with a letter or digit at either end. What was typed is kept.
///
/// ```text
/// DistributionName::parse("My.App")?.normalized() == "my-app"
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct DistributionName(String);

/// The name under which a project's package is imported, such as `my_app`.
///
/// It is one identifier of lower-case ASCII letters, digits and `_`
/// ([PEP 8](https://peps.python.org/pep-0008/#package-and-module-names)), begins with a letter, and
/// hides nothing of Python's own.
///
/// ```text
/// PackageName::from_distribution(&DistributionName::parse("My.App")?)?.as_str() == "my_app"
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct PackageName(String);

impl DistributionName {
    /// Returns the distribution name that the text writes.
    ///
    /// # Errors
    /// [`NameError::Empty`], or [`NameError::Grammar`] if PEP 508 does not allow the text as a
    /// name.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        if text.is_empty() {
            return Err(NameError::Empty);
        }
        if text.chars().count() > LONGEST {
            return Err(NameError::Length {
                name: text.to_owned(),
                kind: NameKind::Distribution,
            });
        }
        let inner = |character: char| character.is_ascii_alphanumeric() || is_separator(character);
        if text.starts_with(is_separator)
            || text.ends_with(is_separator)
            || !text.chars().all(inner)
        {
            return Err(NameError::Grammar {
                name: text.to_owned(),
            });
        }
        Ok(Self(text.to_owned()))
    }

    /// Returns the nearest distribution name to any text, or `None` if no letter or digit is left
    /// of it.
    ///
    /// White space becomes `-`, accents are dropped, and so is everything else that cannot stand in
    /// a name. The package name made from it always works: a leading digit, a keyword or a module
    /// of Python's own gets a word beside it. A text that needs none of this is returned as it is.
    ///
    /// ```text
    /// DistributionName::suggest("My Café API")  is `my-cafe-api`
    /// DistributionName::suggest("3d viewer")    is `app-3d-viewer`
    /// DistributionName::suggest("json")         is `json-api`
    /// ```
    pub fn suggest(text: &str) -> Option<Self> {
        let near = Self::parse(text).ok().or_else(|| nearest(text))?;
        match PackageName::from_distribution(&near) {
            Ok(_) => Some(near),
            Err(NameError::Digit { .. }) => Some(Self(format!("app-{near}"))),
            Err(NameError::Stdlib { .. }) => Some(Self(format!("{near}-api"))),
            Err(_) => Some(Self(format!("{near}-app"))),
        }
    }

    /// Returns the name as it was typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the form by which two names are the same
    /// ([PEP 503](https://peps.python.org/pep-0503/#normalized-names)).
    pub fn normalized(&self) -> String {
        normalize(&self.0)
    }

    /// Checks the name against the names of the distributions that the project depends on.
    ///
    /// # Errors
    /// [`NameError::DependsOnItself`] if one of them is the same by PEP 503.
    pub fn check_against<'a>(
        &self,
        dependencies: impl IntoIterator<Item = &'a str>,
    ) -> Result<(), NameError> {
        let dependencies: Vec<&str> = dependencies.into_iter().collect();
        match find_same(&self.0, &dependencies) {
            None => Ok(()),
            Some(dependency) => Err(NameError::DependsOnItself {
                name: self.0.clone(),
                dependency: dependency.to_owned(),
                free: free_name(&self.0, '-', &dependencies),
            }),
        }
    }
}

impl PackageName {
    /// Returns the package name that the text writes.
    ///
    /// # Errors
    /// The first reason why the text cannot be imported, or would hide something if it could.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        if text.is_empty() {
            return Err(NameError::Empty);
        }
        let name = text.to_owned();
        if text.chars().count() > LONGEST {
            let kind = NameKind::Package;
            return Err(NameError::Length { name, kind });
        }
        if !text
            .chars()
            .all(|character| matches!(character, 'a'..='z' | '0'..='9' | '_'))
        {
            return Err(NameError::Identifier { name });
        }
        if text.starts_with(|character: char| character.is_ascii_digit()) {
            return Err(NameError::Digit { name });
        }
        if text.starts_with('_') {
            return Err(NameError::Underscore { name });
        }
        if KEYWORDS.binary_search(&text).is_ok() {
            return Err(NameError::Keyword { name });
        }
        if is_stdlib_module(text) {
            return Err(NameError::Stdlib { name });
        }
        if let Some(&(_, purpose)) = RESERVED.iter().find(|(reserved, _)| *reserved == text) {
            return Err(NameError::Reserved { name, purpose });
        }
        if is_device_name(text) {
            return Err(NameError::Windows { name });
        }
        Ok(Self(name))
    }

    /// Returns the package name that belongs to a distribution name: lower case, with each run of
    /// `-`, `_` and `.` as one `_`.
    ///
    /// # Errors
    /// As [`PackageName::parse`], for the name so made.
    pub fn from_distribution(distribution: &DistributionName) -> Result<Self, NameError> {
        Self::parse(&import_form(distribution))
    }

    /// Returns the name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Checks the name against names that the project's dependencies are imported by.
    ///
    /// Names are compared as PEP 503 compares distributions, so that `-`, `_` and `.` are equal.
    ///
    /// # Errors
    /// [`NameError::Dependency`] with the first name that is the same.
    pub fn check_against<'a>(
        &self,
        reserved: impl IntoIterator<Item = &'a str>,
    ) -> Result<(), NameError> {
        let reserved: Vec<&str> = reserved.into_iter().collect();
        match find_same(&self.0, &reserved) {
            None => Ok(()),
            Some(dependency) => Err(NameError::Dependency {
                name: self.0.clone(),
                dependency: dependency.to_owned(),
                free: free_name(&self.0, '_', &reserved),
            }),
        }
    }
}

impl fmt::Display for DistributionName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

impl fmt::Display for PackageName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

impl AsRef<str> for DistributionName {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl AsRef<str> for PackageName {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

/// Returns the name of a distribution in the form by which two are the same
/// ([PEP 503](https://peps.python.org/pep-0503/#normalized-names)): lower case, each run of `-`,
/// `_` and `.` one `-`.
pub fn normalize(name: &str) -> String {
    let mut normalized = String::with_capacity(name.len());
    for character in name.chars() {
        if !is_separator(character) {
            normalized.push(character.to_ascii_lowercase());
        } else if !normalized.ends_with('-') {
            normalized.push('-');
        }
    }
    normalized
}

fn is_separator(character: char) -> bool {
    matches!(character, '-' | '_' | '.')
}

fn import_form(distribution: &DistributionName) -> String {
    distribution.normalized().replace('-', "_")
}

/// Returns what of the text can stand in a distribution name.
fn nearest(text: &str) -> Option<DistributionName> {
    let mut name = String::with_capacity(text.len());
    for character in text.trim().nfkd() {
        if character.is_ascii_alphanumeric() {
            name.push(character.to_ascii_lowercase());
        } else if is_separator(character) {
            name.push(character);
        } else if (character.is_whitespace() || character == '/') && !name.ends_with('-') {
            name.push('-');
        }
    }
    DistributionName::parse(name.trim_matches(is_separator)).ok()
}

/// Returns the first of the others that is the same name.
fn find_same<'a>(name: &str, others: &[&'a str]) -> Option<&'a str> {
    let name = normalize(name);
    others
        .iter()
        .find(|other| normalize(other) == name)
        .copied()
}

/// Returns `name` with a word or number after it that none of the taken names has.
fn free_name(name: &str, separator: char, taken: &[&str]) -> String {
    let plain = format!("{name}{separator}app");
    let numbered = (2..).map(|number: u32| format!("{plain}{number}"));
    let mut candidates = std::iter::once(plain.clone()).chain(numbered);
    candidates
        .find(|candidate| find_same(candidate, taken).is_none())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn distribution(text: &str) -> DistributionName {
        DistributionName::parse(text).unwrap_or_else(|error| panic!("{text:?}: {error}"))
    }

    #[test]
    fn distribution_names_follow_pep_508() {
        for (text, expected) in [
            ("a", Ok("a")),
            ("7", Ok("7")),
            ("my-app", Ok("my-app")),
            ("My.App", Ok("my-app")),
            ("my__app", Ok("my-app")),
            ("Friendly-._.-Bard", Ok("friendly-bard")),
            ("3d-tools", Ok("3d-tools")),
            ("", Err("name.empty")),
            ("-a", Err("name.grammar")),
            ("a-", Err("name.grammar")),
            ("_a", Err("name.grammar")),
            (".", Err("name.grammar")),
            ("..", Err("name.grammar")),
            ("my app", Err("name.grammar")),
            ("a/b", Err("name.grammar")),
            ("a\n", Err("name.grammar")),
            ("ünïcode", Err("name.grammar")),
            ("日本", Err("name.grammar")),
            ("a@1", Err("name.grammar")),
            ("\u{212a}elvin", Err("name.grammar")),
        ] {
            let parsed = DistributionName::parse(text);
            let found = parsed
                .as_ref()
                .map(DistributionName::normalized)
                .map_err(NameError::code);
            assert_eq!(found, expected.map(str::to_owned), "{text:?}");
            assert!(
                parsed.is_err() || parsed.unwrap().as_str() == text,
                "{text:?} is not kept"
            );
        }
    }

    #[test]
    fn package_names_come_from_distribution_names() {
        for (text, expected) in [
            ("my-app", Ok("my_app")),
            ("My.App", Ok("my_app")),
            ("a--b", Ok("a_b")),
            ("a._-b", Ok("a_b")),
            ("none", Ok("none")),
            ("match", Ok("match")),
            ("type", Ok("type")),
            ("app2", Ok("app2")),
            ("3d", Err("name.digit")),
            ("json", Err("name.stdlib")),
            ("JSON", Err("name.stdlib")),
            ("Concurrent", Err("name.stdlib")),
            ("class", Err("name.keyword")),
            ("Import", Err("name.keyword")),
            ("tests", Err("name.reserved")),
            ("Test", Err("name.reserved")),
            ("con", Err("name.windows")),
            ("COM1", Err("name.windows")),
            ("lpt0", Err("name.windows")),
        ] {
            let found = PackageName::from_distribution(&distribution(text));
            let found = found
                .as_ref()
                .map(PackageName::as_str)
                .map_err(NameError::code);
            assert_eq!(found, expected, "{text:?}");
        }
    }

    #[test]
    fn package_names_are_refused_with_a_name_that_works() {
        for (text, code, suggestion) in [
            ("", "name.empty", None),
            ("my-app", "name.identifier", Some("my_app")),
            ("MyApp", "name.identifier", Some("myapp")),
            ("a.b", "name.identifier", Some("a_b")),
            ("my app", "name.identifier", Some("my_app")),
            ("日本", "name.identifier", None),
            ("JSON", "name.identifier", Some("json_api")),
            ("3d", "name.digit", Some("app_3d")),
            ("_private", "name.underscore", Some("private")),
            ("__init__", "name.underscore", Some("init")),
            ("__json__", "name.underscore", Some("json_api")),
            ("__main__", "name.underscore", Some("main")),
            ("_", "name.underscore", None),
            ("class", "name.keyword", Some("class_app")),
            ("lambda", "name.keyword", Some("lambda_app")),
            ("json", "name.stdlib", Some("json_api")),
            ("compression", "name.stdlib", Some("compression_api")),
            ("test", "name.reserved", Some("test_app")),
            ("tests", "name.reserved", Some("tests_app")),
            ("src", "name.reserved", Some("src_app")),
            ("docs", "name.reserved", Some("docs_app")),
            ("build", "name.reserved", Some("build_app")),
            ("dist", "name.reserved", Some("dist_app")),
            ("nul", "name.windows", Some("nul_app")),
            ("com7", "name.windows", Some("com7_app")),
        ] {
            let error = PackageName::parse(text).unwrap_err();
            assert_eq!(error.code(), code, "{text:?}");
            assert_eq!(error.suggestion().as_deref(), suggestion, "{text:?}");
            assert!(
                suggestion.is_none_or(|name| PackageName::parse(name).is_ok()),
                "{suggestion:?}"
            );
        }
    }

    #[test]
    fn keywords_are_sorted() {
        assert!(KEYWORDS.is_sorted_by(|one, next| one < next));
    }

    #[test]
    fn any_text_has_a_nearest_name() {
        for (text, expected) in [
            ("my-app", Some("my-app")),
            ("My.App", Some("My.App")),
            ("My App", Some("my-app")),
            ("  spaced \t out  ", Some("spaced-out")),
            ("My Café API!", Some("my-cafe-api")),
            ("snake_case (old)", Some("snake_case-old")),
            ("team/app", Some("team-app")),
            ("-dash-", Some("dash")),
            ("ｆｕｌｌ", Some("full")),
            ("a\u{202e}b", Some("ab")),
            ("3d viewer", Some("app-3d-viewer")),
            ("42", Some("app-42")),
            ("json", Some("json-api")),
            ("class", Some("class-app")),
            ("tests", Some("tests-app")),
            ("con", Some("con-app")),
            ("日本 app", Some("app")),
            ("日本", None),
            ("", None),
            ("...", None),
        ] {
            let suggested = DistributionName::suggest(text);
            assert_eq!(
                suggested.as_ref().map(DistributionName::as_str),
                expected,
                "{text:?}"
            );
            assert!(
                suggested.is_none_or(|name| PackageName::from_distribution(&name).is_ok()),
                "{text:?}"
            );
        }
    }

    #[test]
    fn names_of_dependencies_are_refused() {
        let dependencies = [
            "fastapi",
            "SQLAlchemy",
            "pydantic-settings",
            "foo",
            "foo_app",
            "foo-app2",
        ];
        for (text, package, suggestion) in [
            ("myapp", "", None),
            ("fastapi", "fastapi", Some("fastapi_app")),
            ("sqlalchemy", "SQLAlchemy", Some("sqlalchemy_app")),
            (
                "pydantic_settings",
                "pydantic-settings",
                Some("pydantic_settings_app"),
            ),
            ("foo", "foo", Some("foo_app3")),
        ] {
            let checked = PackageName::parse(text)
                .unwrap()
                .check_against(dependencies.iter().copied());
            assert_eq!(
                checked
                    .as_ref()
                    .err()
                    .and_then(NameError::suggestion)
                    .as_deref(),
                suggestion,
                "{text}"
            );
            if let Err(error) = checked {
                assert_eq!(error.code(), "name.dependency");
                assert!(
                    matches!(error, NameError::Dependency { dependency, .. } if dependency == package)
                );
            }
        }
        for (text, suggestion) in [
            ("app", None),
            ("FastAPI", Some("FastAPI-app")),
            ("foo", Some("foo-app3")),
        ] {
            let checked = distribution(text).check_against(dependencies);
            assert_eq!(
                checked
                    .err()
                    .and_then(|error| error.suggestion())
                    .as_deref(),
                suggestion,
                "{text}"
            );
        }
    }

    #[test]
    fn messages_say_what_and_why() {
        let package = |text| PackageName::parse(text).unwrap_err().to_string();
        let typed = |text| DistributionName::parse(text).unwrap_err().to_string();
        let depends = |text| {
            PackageName::parse(text)
                .unwrap()
                .check_against(["fastapi"])
                .unwrap_err()
                .to_string()
        };
        for (message, expected) in [
            (typed(""), "a project cannot do without a name"),
            (
                typed("a\u{1b}b"),
                r"`a\u{1b}b` cannot be the project name: only ASCII letters, digits, `-`, `_` and `.` can stand in it, with a letter or digit at either end",
            ),
            (
                package("json"),
                "`json` cannot be the package name: it would hide Python's own module `json`",
            ),
            (
                package("tests"),
                "`tests` cannot be the package name: it stands for the folder of the tests",
            ),
            (
                depends("fastapi"),
                "`fastapi` cannot be the package name: it would hide `fastapi`, which the project depends on",
            ),
        ] {
            assert_eq!(message, expected);
        }
        assert!(typed(&"é".repeat(100_000)).len() < 500);
    }
}
