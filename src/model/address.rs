//! Where templates come from, as a person writes it: `gh:acme/templates//worker@v2`, a git address, a folder.
//!
//! An address is taken apart and judged here, before any program sees it. What could be read as an option, name another
//! transport, hide something or carry a password is refused; nothing of a password stays in an error.

use std::collections::BTreeMap;
use std::fmt;

use super::problem::nearest;
use super::relpath::{RelPath, RelPathError};
use super::text::{is_hidden, visible_start};

/// How much of a refused address a message shows, in characters.
const SHOWN_CHARACTERS: usize = 120;

/// What stands for the path in a short-hand's address.
pub const HOLE: &str = "{}";

/// The short-hands that everybody has.
const SHORTHANDS: [(&str, &str); 3] = [
    ("bb", "https://bitbucket.org/{}.git"),
    ("gh", "https://github.com/{}.git"),
    ("gl", "https://gitlab.com/{}.git"),
];

/// How a repository is reached.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Transport {
    /// A repository on this machine.
    File,
    /// The web, without encryption.
    Http,
    /// The web.
    Https,
    /// A secure shell.
    Ssh,
}

/// The address of a git repository that git can be given: it is no option, names a known transport and holds no password.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct GitUrl {
    text: String,
    transport: Transport,
}

/// A branch, a tag or a whole commit id, as it can stand in a command of git.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct GitRef(String);

/// Where templates lie.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Place {
    /// In a git repository.
    Git(GitUrl),
    /// In a folder of this machine, as it was written.
    Folder(String),
}

/// An address of templates.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Address {
    /// The repository or folder.
    pub place: Place,
    /// The folder in the repository that is meant; none for all of it.
    pub dir: Option<RelPath>,
    /// The branch, tag or commit; none for what the repository calls its head.
    pub reference: Option<GitRef>,
}

/// Why a text is no address.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum AddressError {
    /// A part is missing.
    #[error("`{shown}` is no whole address: {what} is missing")]
    Incomplete {
        /// The address, made visible.
        shown: String,
        /// The part.
        what: &'static str,
    },
    /// It holds a character that nobody can see.
    #[error("`{shown}` holds the invisible character U+{:04X}", u32::from(*character))]
    Hidden {
        /// The address, made visible.
        shown: String,
        /// The first such character.
        character: char,
    },
    /// A part would be read as an option of a program.
    #[error("`{shown}` has a part that begins with `-`, which programs take for an option")]
    Option {
        /// The address, made visible.
        shown: String,
    },
    /// The transport is not one of those that are taken.
    #[error("`{scheme}` addresses are not taken")]
    Transport {
        /// The name of the transport, made visible.
        scheme: String,
    },
    /// It holds a name or a password, which would end up in files.
    #[error(
        "the address holds a user name or a password; git's credential helpers keep those, files do not"
    )]
    Credentials {
        /// The address without them.
        without: String,
    },
    /// A part holds a character that has no place there.
    #[error("`{shown}` holds `{character}` where it cannot stand")]
    Character {
        /// The address, made visible.
        shown: String,
        /// The first such character.
        character: char,
    },
    /// No short-hand has this name.
    #[error("there is no short-hand `{prefix}:`")]
    Shorthand {
        /// The name.
        prefix: String,
        /// The short-hand that was most likely meant.
        nearest: Option<String>,
    },
    /// What stands behind `@` cannot be a branch, a tag or a commit.
    #[error("`{shown}` can be no branch, tag or commit")]
    Reference {
        /// The text, made visible.
        shown: String,
    },
    /// What stands behind `//` is no path in a repository.
    #[error("the folder in the repository: {0}")]
    Directory(#[source] RelPathError),
}

impl GitUrl {
    /// Reads the address of a repository, without a folder in it and without a branch.
    ///
    /// # Errors
    /// Why git must not be given it.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        visible_only(text)?;
        if text.starts_with('-') {
            return Err(AddressError::Option { shown: shown(text) });
        }
        if let Some((helper, _)) = text.split_once("::")
            && !helper.contains(['/', '['])
        {
            let scheme = visible_start(&format!("{helper}::"), SHOWN_CHARACTERS);
            return Err(AddressError::Transport { scheme });
        }
        match text.split_once("://") {
            Some((scheme, rest)) => Self::with_scheme(text, scheme, rest),
            None => Self::of_ssh(text),
        }
    }

    fn with_scheme(text: &str, scheme: &str, rest: &str) -> Result<Self, AddressError> {
        let transport = match scheme {
            "https" => Transport::Https,
            "http" => Transport::Http,
            "ssh" => Transport::Ssh,
            "file" => Transport::File,
            other => {
                let scheme = visible_start(&format!("{other}://"), SHOWN_CHARACTERS);
                return Err(AddressError::Transport { scheme });
            }
        };
        let (authority, path) = match rest.split_once('/') {
            Some((authority, path)) => (authority, format!("/{path}")),
            None => (rest, String::new()),
        };
        let (user, host) = match authority.rsplit_once('@') {
            Some((user, host)) => (Some(user), host),
            None => (None, authority),
        };
        let keeps_user = transport == Transport::Ssh;
        if user.is_some_and(|user| !keeps_user || user.contains(':')) {
            let user = user.filter(|_| keeps_user).unwrap_or_default();
            let name = user.split(':').next().unwrap_or_default();
            let at = if name.is_empty() { "" } else { "@" };
            let without = format!("{scheme}://{name}{at}{host}{path}");
            // A key may stand in the query too.
            let without = match without.split_once('?') {
                Some((before, _)) => before.to_owned(),
                None => without,
            };
            let without = visible_start(&without, SHOWN_CHARACTERS);
            return Err(AddressError::Credentials { without });
        }
        if transport == Transport::File {
            if !host.is_empty() {
                let what = "the third slash of `file:///`";
                return Err(incomplete(text, what));
            }
        } else {
            check_host(text, user, host)?;
            // What follows is for the server to read, and may be a key to it.
            if let Some(character) = path.chars().find(|c| matches!(c, '?' | '#')) {
                let shown = shown(text.split(character).next().unwrap_or_default());
                return Err(AddressError::Character { shown, character });
            }
        }
        check_path(text, &path)?;
        Ok(Self {
            text: text.trim_end_matches('/').to_owned(),
            transport,
        })
    }

    /// Reads `user@host:path`.
    fn of_ssh(text: &str) -> Result<Self, AddressError> {
        let Some((login, path)) = text.split_once(':') else {
            return Err(incomplete(text, "`https://`, `ssh://` or `file://`"));
        };
        let Some((user, host)) = login.rsplit_once('@') else {
            return Err(incomplete(text, "the user before the host"));
        };
        check_host(text, Some(user), host)?;
        if path.starts_with('-') {
            return Err(AddressError::Option { shown: shown(text) });
        }
        check_path(text, path)?;
        Ok(Self {
            text: text.trim_end_matches('/').to_owned(),
            transport: Transport::Ssh,
        })
    }

    /// Returns the address as git takes it.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns how the repository is reached.
    pub fn transport(&self) -> Transport {
        self.transport
    }

    /// Returns the last part of the path: what the repository is called.
    pub fn repository_name(&self) -> &str {
        let name = self.text.trim_end_matches('/');
        let name = name.rsplit(['/', ':']).next().unwrap_or(name);
        name.strip_suffix(".git").unwrap_or(name)
    }

    /// Returns the name that a source of this address has if nobody gives it another: the owner on a host, else the repository.
    pub fn suggested_name(&self) -> Option<String> {
        let (_, path) = match self.text.split_once("://") {
            Some((_, rest)) => rest.split_once('/')?,
            None => self.text.split_once(':')?,
        };
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let owner = match (self.transport, parts.as_slice()) {
            (Transport::File, [.., last]) | (_, [last]) => last,
            (_, [.., owner, _]) => owner,
            (_, []) => return None,
        };
        source_name(owner)
    }
}

/// Returns the name of a source that a word can be made into.
pub fn source_name(word: &str) -> Option<String> {
    let word = word.strip_suffix(".git").unwrap_or(word);
    let name: String = word
        .chars()
        .map(|c| match c.to_ascii_lowercase() {
            c if c.is_ascii_lowercase() || c.is_ascii_digit() => c,
            _ => '-',
        })
        .collect();
    let name = name.trim_matches('-').to_owned();
    is_source_name(&name).then_some(name)
}

/// Returns whether a source can have this name.
pub fn is_source_name(name: &str) -> bool {
    const RESERVED: [&str; 1] = ["builtin"];
    const LONGEST: usize = 64;
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.len() <= LONGEST
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        && !RESERVED.contains(&name)
}

impl fmt::Display for GitUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl GitRef {
    /// Reads the name of a branch or a tag, or a commit id (git-check-ref-format).
    ///
    /// # Errors
    /// Git has no such names.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        const LONGEST: usize = 200;
        let refused = |c: char| is_hidden(c) || " ~^:?*[\\".contains(c);
        let part = |part: &str| {
            !part.is_empty()
                && !part.starts_with(['.', '-'])
                && !part.ends_with('.')
                && part
                    .rsplit_once('.')
                    .is_none_or(|(_, ending)| ending != "lock")
        };
        let valid = text.len() <= LONGEST
            && text != "@"
            && !text.chars().any(refused)
            && !text.contains("..")
            && !text.contains("@{")
            && text.split('/').all(part);
        if valid {
            Ok(Self(text.to_owned()))
        } else {
            Err(AddressError::Reference { shown: shown(text) })
        }
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns whether it is a whole commit id, which never moves.
    pub fn is_commit(&self) -> bool {
        self.0.len() == 40 && self.0.chars().all(|c| c.is_ascii_hexdigit())
    }
}

impl fmt::Display for GitRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Address {
    /// Returns whether a word is meant as an address of a repository rather than as a path or a template's name.
    pub fn is_meant(word: &str) -> bool {
        if word.contains("://") {
            return true;
        }
        match word.split_once(':') {
            // One letter before the colon is a drive.
            Some((before, _)) => before.len() > 1 && !before.contains(['/', '\\']),
            None => false,
        }
    }

    /// Reads an address. `own` are the user's short-hands: an address by name, with `{}` where the path goes.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str, own: &BTreeMap<String, String>) -> Result<Self, AddressError> {
        visible_only(text)?;
        if text.starts_with('-') {
            return Err(AddressError::Option { shown: shown(text) });
        }
        if !Self::is_meant(text) {
            if text.is_empty() {
                return Err(incomplete(text, "all of it"));
            }
            return Ok(Self {
                place: Place::Folder(text.to_owned()),
                dir: None,
                reference: None,
            });
        }
        let start = path_start(text);
        let (head, tail) = text.split_at_checked(start).unwrap_or((text, ""));
        let (tail, reference) = match tail.rsplit_once('@') {
            Some((tail, reference)) => (tail, Some(GitRef::parse(reference)?)),
            None => (tail, None),
        };
        // Behind the scheme a slash may be doubled only before the folder.
        let from = usize::from(tail.starts_with('/'));
        let rest = tail.get(from..).unwrap_or_default();
        let (path, dir) = match rest.split_once("//") {
            Some((path, dir)) => (path, Some(dir.trim_end_matches('/'))),
            None => (rest, None),
        };
        let dir = dir
            .filter(|dir| !dir.is_empty())
            .map(RelPath::parse)
            .transpose()
            .map_err(AddressError::Directory)?;
        let slash = tail.get(..from).unwrap_or_default();
        let url = expand(&format!("{head}{slash}{path}"), own)?;
        Ok(Self {
            place: Place::Git(url),
            dir,
            reference,
        })
    }
}

/// Writes the address in full, as it can be typed again.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Place::Git(url) => write!(f, "{url}")?,
            Place::Folder(path) => f.write_str(path)?,
        }
        if let Some(dir) = &self.dir {
            write!(f, "//{dir}")?;
        }
        if let Some(reference) = &self.reference {
            write!(f, "@{reference}")?;
        }
        Ok(())
    }
}

/// Returns where the path begins, past the scheme and the host: an `@` before it belongs to the user.
fn path_start(text: &str) -> usize {
    match text.find("://") {
        Some(at) => {
            let host = at + "://".len();
            let rest = text.get(host..).unwrap_or_default();
            host + rest.find('/').unwrap_or(rest.len())
        }
        None => text.find(':').map_or(0, |at| at + 1),
    }
}

/// Puts an address in the place of a short-hand.
fn expand(text: &str, own: &BTreeMap<String, String>) -> Result<GitUrl, AddressError> {
    let short = text
        .split_once(':')
        .filter(|(name, rest)| !name.contains('@') && !rest.starts_with("//"));
    let Some((name, path)) = short.filter(|(_, rest)| !rest.starts_with(':')) else {
        return GitUrl::parse(text);
    };
    let known = SHORTHANDS.iter().find(|(short, _)| *short == name);
    let Some(pattern) = own.get(name).map(String::as_str).or(known.map(|(_, p)| *p)) else {
        let names = SHORTHANDS
            .iter()
            .map(|(short, _)| *short)
            .chain(own.keys().map(String::as_str));
        return Err(AddressError::Shorthand {
            prefix: shown(name),
            nearest: nearest(name, names).map(str::to_owned),
        });
    };
    if path.starts_with('-') || path.contains("/-") {
        return Err(AddressError::Option { shown: shown(text) });
    }
    if let Some((at, character)) = path
        .char_indices()
        .find(|(_, c)| !(c.is_ascii_alphanumeric() || "-_./~".contains(*c)))
    {
        // What comes behind a `:` that has no place here may be a password.
        let before = text.len() - path.len() + at;
        let shown = match character {
            ':' => shown(text.get(..=before).unwrap_or_default()) + "…",
            _ => shown(text),
        };
        return Err(AddressError::Character { shown, character });
    }
    let path = path.trim_end_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    let parts: Vec<&str> = path.split('/').collect();
    let is_hosted = own.get(name).is_none();
    if path.is_empty() || parts.iter().any(|part| matches!(*part, "" | "." | "..")) {
        return Err(incomplete(text, "the path of the repository"));
    }
    if is_hosted && parts.len() < 2 {
        return Err(incomplete(text, "the owner or the repository"));
    }
    GitUrl::parse(&pattern.replace(HOLE, path))
}

/// Returns whether a text can be what a short-hand stands for.
pub fn is_shorthand(name: &str, pattern: &str) -> bool {
    let named = name.len() > 1
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    named
        && pattern.matches(HOLE).count() == 1
        && GitUrl::parse(&pattern.replace(HOLE, "owner/name")).is_ok()
}

fn check_host(text: &str, user: Option<&str>, host: &str) -> Result<(), AddressError> {
    if host.is_empty() {
        return Err(incomplete(text, "the host"));
    }
    if host.starts_with('-')
        || host.contains(":-")
        || user.is_some_and(|user| user.starts_with('-'))
    {
        return Err(AddressError::Option { shown: shown(text) });
    }
    let fine = |c: &char| c.is_ascii_alphanumeric() || "-._:[]".contains(*c);
    let user = user.unwrap_or_default();
    if user.is_empty() && text.contains('@') && !text.contains("://") {
        return Err(incomplete(text, "the user before the host"));
    }
    let odd = host.chars().find(|c| !fine(c));
    let odd = odd.or_else(|| {
        user.chars()
            .find(|c| !c.is_ascii_alphanumeric() && !"-._+".contains(*c))
    });
    match odd {
        Some(character) => Err(AddressError::Character {
            shown: shown(text),
            character,
        }),
        None => Ok(()),
    }
}

fn check_path(text: &str, path: &str) -> Result<(), AddressError> {
    if path.trim_matches('/').is_empty() {
        return Err(incomplete(text, "the path of the repository"));
    }
    if path.split('/').any(|part| part.starts_with('-')) {
        return Err(AddressError::Option { shown: shown(text) });
    }
    // A control character that git would decode.
    let low = path.as_bytes().windows(3).any(|three| {
        let digits = three
            .strip_prefix(b"%")
            .and_then(|digits| std::str::from_utf8(digits).ok());
        digits
            .and_then(|digits| u8::from_str_radix(digits, 16).ok())
            .is_some_and(|byte| byte < 0x20 || byte == 0x7f)
    });
    if low {
        let shown = shown(text);
        return Err(AddressError::Character {
            shown,
            character: '%',
        });
    }
    Ok(())
}

fn visible_only(text: &str) -> Result<(), AddressError> {
    match text.chars().find(|c| is_hidden(*c)) {
        Some(character) => Err(AddressError::Hidden {
            shown: shown(text),
            character,
        }),
        None => Ok(()),
    }
}

fn incomplete(text: &str, what: &'static str) -> AddressError {
    AddressError::Incomplete {
        shown: shown(text),
        what,
    }
}

/// Returns the beginning of an address, visible and without what may be a password.
fn shown(text: &str) -> String {
    visible_start(&without_credentials(text), SHOWN_CHARACTERS)
}

/// Returns a text in which no address holds a user with a password any more: what stands between `://` and `@` is left out.
///
/// Git's own words go through this: they name addresses that the user's configuration may have changed.
pub fn without_credentials(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("://") {
        clean.push_str(before);
        clean.push_str("://");
        let end = after
            .find(|c: char| c == '/' || c.is_whitespace() || matches!(c, '\'' | '"' | '`'))
            .unwrap_or(after.len());
        let (authority, behind) = after.split_at_checked(end).unwrap_or((after, ""));
        clean.push_str(authority.rsplit('@').next().unwrap_or_default());
        rest = behind;
    }
    clean.push_str(rest);
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own() -> BTreeMap<String, String> {
        BTreeMap::from([
            ("corp".to_owned(), "git@git.corp.example:{}.git".to_owned()),
            ("gl".to_owned(), "ssh://git@gl.corp.example/{}".to_owned()),
        ])
    }

    #[expect(clippy::too_many_lines, reason = "one table, a row for each form")]
    #[test]
    fn addresses_are_taken_apart() {
        for (text, url, dir, reference) in [
            (
                "gh:acme/templates",
                "https://github.com/acme/templates.git",
                "",
                "",
            ),
            (
                "gh:acme/templates.git",
                "https://github.com/acme/templates.git",
                "",
                "",
            ),
            (
                "gh:acme/templates//worker@v2",
                "https://github.com/acme/templates.git",
                "worker",
                "v2",
            ),
            (
                "gh:acme/templates@feature/x",
                "https://github.com/acme/templates.git",
                "",
                "feature/x",
            ),
            (
                "bb:acme/templates",
                "https://bitbucket.org/acme/templates.git",
                "",
                "",
            ),
            (
                "gl:group/sub/project",
                "ssh://git@gl.corp.example/group/sub/project",
                "",
                "",
            ),
            (
                "corp:team/templates//a/b",
                "git@git.corp.example:team/templates.git",
                "a/b",
                "",
            ),
            (
                "https://example.org/x.git",
                "https://example.org/x.git",
                "",
                "",
            ),
            ("https://example.org/x/", "https://example.org/x", "", ""),
            (
                "https://example.org/a/b.git//c@v1",
                "https://example.org/a/b.git",
                "c",
                "v1",
            ),
            ("https://[::1]:8443/x", "https://[::1]:8443/x", "", ""),
            ("http://127.0.0.1:8080/x", "http://127.0.0.1:8080/x", "", ""),
            (
                "ssh://git@example.org:2222/x/y@main",
                "ssh://git@example.org:2222/x/y",
                "",
                "main",
            ),
            (
                "git@example.org:acme/x.git",
                "git@example.org:acme/x.git",
                "",
                "",
            ),
            (
                "git@example.org:~ada/x//y@0123456789012345678901234567890123456789",
                "git@example.org:~ada/x",
                "y",
                "0123456789012345678901234567890123456789",
            ),
            ("file:///srv/git/x.git", "file:///srv/git/x.git", "", ""),
            ("file:///srv/git/x//sub", "file:///srv/git/x", "sub", ""),
        ] {
            let address =
                Address::parse(text, &own()).unwrap_or_else(|error| panic!("{text}: {error}"));
            let Place::Git(found) = &address.place else {
                panic!("{text} is a folder")
            };
            assert_eq!(found.as_str(), url, "{text}");
            assert_eq!(
                address.dir.as_ref().map_or("", RelPath::as_str),
                dir,
                "{text}"
            );
            assert_eq!(
                address.reference.as_ref().map_or("", GitRef::as_str),
                reference,
                "{text}"
            );
            let again = address.to_string();
            assert_eq!(
                Address::parse(&again, &own()).ok(),
                Some(address),
                "{again}"
            );
        }
        for folder in [
            ".",
            "./x",
            "../x",
            "/srv/x",
            "templates",
            "a/b",
            "C:\\x",
            "./a:b",
        ] {
            let address =
                Address::parse(folder, &own()).unwrap_or_else(|error| panic!("{folder}: {error}"));
            assert_eq!(address.place, Place::Folder(folder.to_owned()));
        }
    }

    #[test]
    fn what_git_must_not_be_given_is_refused() {
        for (text, message) in [
            ("", "all of it"),
            ("-x", "begins with `-`"),
            ("--upload-pack=touch x", "begins with `-`"),
            ("--upload-pack=a:b", "begins with `-`"),
            ("ext::sh -c date", "`ext::` addresses are not taken"),
            ("ext::https://x/y", "`ext::` addresses are not taken"),
            ("fd::17", "`fd::` addresses are not taken"),
            ("git://example.org/x", "`git://` addresses are not taken"),
            ("ftp://example.org/x", "`ftp://` addresses are not taken"),
            (
                "HTTPS://example.org/x",
                "`HTTPS://` addresses are not taken",
            ),
            ("https://", "the host"),
            ("https://example.org", "the path"),
            ("https:///x", "the host"),
            ("file://host/x", "third slash"),
            ("file:///", "the path"),
            ("https://-x.example.org/x", "begins with `-`"),
            ("ssh://-oProxyCommand=date/x", "begins with `-`"),
            ("ssh://git@-oProxyCommand=date/x", "begins with `-`"),
            ("ssh://-l@example.org/x", "begins with `-`"),
            ("ssh://%2doProxyCommand=date/x", "`%`"),
            ("-git@example.org:x", "begins with `-`"),
            ("git@-example.org:x", "begins with `-`"),
            ("git@example.org:-x", "begins with `-`"),
            ("git@example.org:x/-y", "begins with `-`"),
            ("gh:-x/y", "begins with `-`"),
            ("gh:x/-y", "begins with `-`"),
            ("gh:acme", "the owner or the repository"),
            ("gh:", "the path"),
            ("gh:acme/../x", "the path"),
            ("gh:acme/x y", "` `"),
            ("gx:acme/x", "no short-hand `gx:`"),
            ("example.org:acme/x", "no short-hand"),
            ("@example.org:x", "the user"),
            ("https://example.org/x?private_token=1", "`?`"),
            ("https://example.org/x#y", "`#`"),
            ("https://example.org/x%0ay", "`%`"),
            ("https://exämple.org/x", "`ä`"),
            ("https://example.org/x\ny", "U+000A"),
            ("https://example.org/\u{202e}x", "U+202E"),
            ("gh:a/b@-x", "no branch"),
            ("gh:a/b@", "no branch"),
            ("gh:a/b@x..y", "no branch"),
            ("gh:a/b@x y", "no branch"),
            ("gh:a/b@x.lock", "no branch"),
            ("gh:a/b@v1//dir", "no branch"),
            ("gh:a/b//../x", "the folder in the repository"),
            ("gh:a/b//.git", "the folder in the repository"),
            ("https://user@example.org/x", "credential helpers"),
            ("https://user:secret@example.org/x", "credential helpers"),
            ("ssh://git:secret@example.org/x", "credential helpers"),
        ] {
            let error = Address::parse(text, &own())
                .err()
                .unwrap_or_else(|| panic!("{text} is taken"));
            let said = error.to_string();
            assert!(said.contains(message), "{text}: {said}");
            assert!(
                !said.contains("secret") && !said.contains("private_token"),
                "{text}: {said}"
            );
            assert!(
                !format!("{error:?}").contains("secret"),
                "{text}: {error:?}"
            );
        }
        let error = Address::parse("ssh://git:secret@example.org/x", &own()).err();
        let without = "ssh://git@example.org/x".to_owned();
        assert_eq!(error, Some(AddressError::Credentials { without }));
    }

    #[test]
    fn a_source_is_named_after_its_owner() {
        for (url, name) in [
            (
                "https://github.com/Acme-Inc/templates.git",
                Some("acme-inc"),
            ),
            ("git@example.org:acme/x.git", Some("acme")),
            ("git@example.org:templates.git", Some("templates")),
            ("file:///srv/git/templates.git", Some("templates")),
            ("https://example.org/1/x", None),
            ("https://example.org/builtin/x", None),
        ] {
            let url = GitUrl::parse(url).unwrap_or_else(|error| panic!("{url}: {error}"));
            assert_eq!(url.suggested_name().as_deref(), name, "{url}");
        }
    }

    #[test]
    fn passwords_are_taken_out_of_other_programs_words() {
        for (said, clean) in [
            (
                "fatal: unable to access 'https://u:p@h/x': no",
                "fatal: unable to access 'https://h/x': no",
            ),
            ("https://token@h and ssh://a@b/c", "https://h and ssh://b/c"),
            ("nothing here: a@b", "nothing here: a@b"),
            ("https://u:p@ss@h/x", "https://h/x"),
        ] {
            assert_eq!(without_credentials(said), clean);
        }
    }

    #[test]
    fn shorthands_hold_one_path() {
        for (name, pattern, fine) in [
            ("corp", "git@git.corp.example:{}.git", true),
            ("corp", "https://git.corp.example/{}", true),
            ("c", "https://git.corp.example/{}", false),
            ("corp", "https://git.corp.example/", false),
            ("corp", "https://{}/{}", false),
            ("corp", "ext::{}", false),
            ("corp", "https://u:p@x/{}", false),
        ] {
            assert_eq!(is_shorthand(name, pattern), fine, "{name} {pattern}");
        }
    }
}
