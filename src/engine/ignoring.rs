//! Says which files a `.gitignore` may have a say about, so that git is asked about those alone.
//!
//! Git's own rules are not repeated here: a file that is no candidate is ignored by no rule, a candidate may or may not be. To ask git
//! about a file costs a look at every folder above it.

/// The rules of files of ignored names, as far as they tell candidates apart.
#[derive(Clone, Debug, Default)]
pub struct Ignoring {
    /// The last part of each rule that names something.
    names: Vec<Vec<u8>>,
}

impl Ignoring {
    /// Adds the rules of a file. A rule that takes a file back is read like one that ignores it.
    pub fn add(&mut self, text: &[u8]) {
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        for line in text.split(|byte| *byte == b'\n') {
            let rule = line.trim_ascii_end();
            if rule.starts_with(b"#") || rule.is_empty() {
                continue;
            }
            // A set of characters may hold a slash that separates nothing.
            let is_set = |rule: &[u8]| {
                rule.iter()
                    .skip_while(|byte| **byte != b'[')
                    .any(|byte| *byte == b'/')
            };
            let rule: &[u8] = if is_set(rule) { b"*" } else { rule };
            let rule = rule.strip_prefix(b"!").unwrap_or(rule);
            // What lies below a folder is ignored with it, and `**` stands for anything below what is before it.
            let mut parts = rule.split(|byte| *byte == b'/').rev();
            let name = parts.find(|part| !part.is_empty() && part.iter().any(|byte| *byte != b'*'));
            // A rule of nothing but stars and slashes is one about everything.
            match name {
                // Whether blanks before a rule belong to it is git's matter.
                Some(name) => {
                    let name = without_sets(name);
                    self.names
                        .extend([name.trim_ascii_start().to_owned(), name]);
                }
                None if rule.contains(&b'*') => self.names.push(b"*".to_vec()),
                None => {}
            }
        }
    }

    /// Returns whether some rule may ignore a file or a folder above it.
    pub fn may_ignore(&self, path: &str) -> bool {
        let path = path.to_ascii_lowercase();
        path.split('/')
            .any(|part| self.names.iter().any(|name| fits(name, part.as_bytes())))
    }
}

/// Returns a pattern in small letters, in which `?` stands for each plain set such as `[cod]`.
fn without_sets(pattern: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(pattern.len());
    let mut rest = pattern;
    while let [first, below @ ..] = rest {
        plain.push(first.to_ascii_lowercase());
        rest = below;
        // Behind a backslash nothing is what it seems.
        if *first == b'\\' {
            return plain;
        }
        let end = below.iter().position(|byte| *byte == b']');
        let set = end.and_then(|end| below.split_at_checked(end));
        if let (b'[', Some((inside, [_, behind @ ..]))) = (first, set)
            && !inside.is_empty()
            && inside.iter().all(u8::is_ascii_alphanumeric)
        {
            plain.pop();
            plain.push(b'?');
            rest = behind;
        }
    }
    plain
}

/// Returns whether a pattern may fit a name. `[` and `\` may stand for whatever follows, so they fit everything.
fn fits(pattern: &[u8], name: &[u8]) -> bool {
    let (mut pattern, mut name) = (pattern, name);
    // Where to go on when what follows the last star does not fit: one more byte for the star.
    let mut star: Option<(&[u8], &[u8])> = None;
    loop {
        match (pattern, name) {
            ([], []) | ([b'[' | b'\\', ..], _) => return true,
            ([b'*', rest @ ..], _) => {
                star = Some((rest, name));
                pattern = rest;
                continue;
            }
            ([one, below @ ..], [other, rest @ ..]) if one == other || *one == b'?' => {
                (pattern, name) = (below, rest);
                continue;
            }
            _ => {}
        }
        let Some((behind, [_, rest @ ..])) = star else {
            return false;
        };
        star = Some((behind, rest));
        (pattern, name) = (behind, rest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_tell_candidates_apart() {
        for (rules, path, may) in [
            ("build/\n*.log\n", "src/app/main.py", false),
            ("build/\n", "a/build/x", true),
            ("/dist\n", "dist", true),
            ("*.log", "a/b.log", true),
            ("*.log", "a/b.log.txt", false),
            ("docs/**", "docs/a/b", true),
            ("**/cache/**/", "a/cache/b", true),
            ("# build\n", "build", false),
            ("!Build", "build", true),
            ("a?c", "abc", true),
            ("*.py[co]", "a.pyc", true),
            ("*.py[co]", "a.txt", false),
            ("*.py[co]", "a.py", false),
            ("*.py[!x]", "a.pyc", true),
            ("\\[ab]", "[ab]", true),
            ("**", "a", true),
            (
                "*a*a*a*a*a*a*a*a*a*b",
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                false,
            ),
            ("a[/x]b", "axb", true),
            ("\u{feff}a\n", "a", true),
            ("\n\n", "a", false),
        ] {
            let mut ignoring = Ignoring::default();
            ignoring.add(rules.as_bytes());
            assert_eq!(ignoring.may_ignore(path), may, "{rules:?} {path}");
        }
    }
}
