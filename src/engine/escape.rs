//! How a value is written into a file so that the file's reader gets back just that value.
//!
//! The language is told by the file's name. A text is written for a place between double quotes;
//! what stands around that place is the template's affair and is not looked at.

use std::fmt::Write as _;

use crate::model::relpath::RelPath;
use crate::model::text::is_hidden;

/// How a file writes texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Language {
    /// TOML, a basic string ([TOML 1.0](https://toml.io/en/v1.0.0#string)).
    Toml,
    /// JSON ([RFC 8259](https://www.rfc-editor.org/rfc/rfc8259#section-7)), and with it YAML and
    /// JavaScript, whose double-quoted texts know the same escapes.
    Json,
    /// Python, a plain string: not `r""`, `b""` or `f""`
    /// ([String literals](https://docs.python.org/3/reference/lexical_analysis.html#string-and-bytes-literals)).
    Python,
    /// POSIX shell
    /// ([Double-Quotes](https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html)),
    /// and recipes of `just`, which hand their lines to it.
    Shell,
    /// Instructions of a Dockerfile such as `LABEL` and `ENV`
    /// ([Dockerfile reference](https://docs.docker.com/reference/dockerfile/#environment-replacement)).
    Dockerfile,
    /// A file of environment variables. Its readers agree on `\"`, `\\` and `\n`; `\$` keeps all
    /// but python-dotenv from filling in another variable, and that one still does so for
    /// `${NAME}`.
    DotEnv,
    /// HTML and XML, in an attribute or between tags
    /// ([HTML, character references](https://html.spec.whatwg.org/multipage/syntax.html#character-references)).
    Html,
    /// Everything else, Markdown and plain text above all: nothing is escaped.
    Verbatim,
}

impl Language {
    /// All languages.
    pub const ALL: [Self; 8] = [
        Self::Toml,
        Self::Json,
        Self::Python,
        Self::Shell,
        Self::Dockerfile,
        Self::DotEnv,
        Self::Html,
        Self::Verbatim,
    ];

    /// Returns the language of a file, told by its name.
    pub fn of(path: &RelPath) -> Self {
        let name = path.file_name().to_ascii_lowercase();
        Self::of_whole_name(&name).unwrap_or_else(|| match name.rsplit_once('.') {
            Some((_, extension)) => Self::of_extension(extension),
            None => Self::Verbatim,
        })
    }

    fn of_whole_name(name: &str) -> Option<Self> {
        let begins = |start: &str| {
            let rest = name.strip_prefix(start);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-', '_']))
        };
        match name {
            "pipfile" => Some(Self::Toml),
            "pipfile.lock" | ".prettierrc" | ".eslintrc" | ".yamllint" | ".clang-format" => {
                Some(Self::Json)
            }
            "justfile" | ".justfile" | ".envrc" | ".bashrc" | ".profile" => Some(Self::Shell),
            _ if name.ends_with(".dockerignore") => Some(Self::Verbatim),
            _ if begins("dockerfile") || begins("containerfile") => Some(Self::Dockerfile),
            _ if begins(".env") => Some(Self::DotEnv),
            _ => None,
        }
    }

    fn of_extension(extension: &str) -> Self {
        match extension {
            "toml" => Self::Toml,
            "json" | "jsonc" | "json5" | "ipynb" | "webmanifest" | "code-workspace" | "yaml"
            | "yml" | "cff" | "js" | "mjs" | "cjs" | "jsx" | "ts" | "mts" | "cts" | "tsx" => {
                Self::Json
            }
            "py" | "pyi" | "pyw" => Self::Python,
            "sh" | "bash" | "zsh" | "ksh" | "just" => Self::Shell,
            "dockerfile" | "containerfile" => Self::Dockerfile,
            "env" => Self::DotEnv,
            "html" | "htm" | "xhtml" | "xml" | "svg" => Self::Html,
            _ => Self::Verbatim,
        }
    }

    /// Returns the text as it is written between double quotes.
    ///
    /// Characters that cannot be seen are written as escapes where the language has some, and those
    /// that it cannot hold at all are replaced: a line break in a Dockerfile by a space, a control
    /// character in HTML by U+FFFD, NUL in a shell by nothing.
    ///
    /// ```text
    /// Language::Toml.escape("say \"hi\"")   is  say \"hi\"
    /// Language::Shell.escape("$(date)")     is  \$(date)
    /// ```
    pub fn escape(self, text: &str) -> String {
        let mut escaped = String::with_capacity(text.len() + 8);
        let mut previous = '\0';
        for character in text.chars() {
            match self {
                // Python knows all escapes of TOML.
                Self::Toml | Self::Python => push_toml(&mut escaped, character),
                Self::Json => push_json(&mut escaped, character),
                Self::Shell => push_shell(&mut escaped, previous, character),
                Self::Dockerfile => push_dockerfile(&mut escaped, character),
                Self::DotEnv => push_dot_env(&mut escaped, character),
                Self::Html => push_html(&mut escaped, character),
                Self::Verbatim => escaped.push(character),
            }
            previous = character;
        }
        escaped
    }

    /// Returns a list of texts as it is written without anything around it.
    ///
    /// In TOML, JSON, YAML and Python it is `["a", "b"]`, in a Dockerfile (the exec form) and an
    /// `.env` file the same, as JSON; in a shell the words `"a" "b"`; in HTML and text `a, b`.
    pub fn quote_list(self, texts: &[String]) -> String {
        let join = |language: Self, separator: &str| {
            let quoted = texts
                .iter()
                .map(|text| format!("\"{}\"", language.escape(text)));
            quoted.collect::<Vec<_>>().join(separator)
        };
        match self {
            Self::Toml | Self::Json | Self::Python => format!("[{}]", join(self, ", ")),
            Self::Dockerfile | Self::DotEnv => format!("[{}]", join(Self::Json, ", ")),
            Self::Shell => join(self, " "),
            Self::Html | Self::Verbatim => texts
                .iter()
                .map(|text| self.escape(text))
                .collect::<Vec<_>>()
                .join(", "),
        }
    }

    /// Returns a truth value as the language spells it.
    pub fn boolean(self, value: bool) -> &'static str {
        match (self, value) {
            (Self::Python, true) => "True",
            (Self::Python, false) => "False",
            (_, true) => "true",
            (_, false) => "false",
        }
    }
}

/// Returns whether a character is written as an escape although most readers would take it as it
/// is.
///
/// The two joiners stay: Persian, the languages of India and many emoji are written with them. The
/// two last code points of the first plane are no characters, and YAML refuses them.
fn is_unreadable(character: char) -> bool {
    let is_joiner = matches!(character, '\u{200c}' | '\u{200d}');
    (is_hidden(character) && !is_joiner) || matches!(character, '\u{fffe}' | '\u{ffff}')
}

fn push_toml(escaped: &mut String, character: char) {
    match character {
        '"' => escaped.push_str("\\\""),
        '\\' => escaped.push_str("\\\\"),
        '\n' => escaped.push_str("\\n"),
        '\r' => escaped.push_str("\\r"),
        '\t' => escaped.push_str("\\t"),
        _ if is_unreadable(character) => push_code(escaped, character),
        _ => escaped.push(character),
    }
}

/// Pushes what JSON and YAML read alike: they share no escape for code points beyond the first
/// plane, and need none.
fn push_json(escaped: &mut String, character: char) {
    if character > '\u{ffff}' {
        escaped.push(character);
    } else {
        push_toml(escaped, character);
    }
}

/// Pushes a character for a shell; line breaks and tabs can stand there as they are.
///
/// Two braces are parted by an empty piece of text: `just` would fill in what stands between them.
fn push_shell(escaped: &mut String, previous: char, character: char) {
    match character {
        '"' | '\\' | '$' | '`' => escaped.extend(['\\', character]),
        '{' if previous == '{' => escaped.push_str("\"\"{"),
        '\0' => {}
        _ => escaped.push(character),
    }
}

fn push_dockerfile(escaped: &mut String, character: char) {
    match character {
        '"' | '\\' | '$' => escaped.extend(['\\', character]),
        '\n' | '\r' => escaped.push(' '),
        '\0' => {}
        _ => escaped.push(character),
    }
}

fn push_dot_env(escaped: &mut String, character: char) {
    match character {
        '"' | '\\' | '$' => escaped.extend(['\\', character]),
        '\n' => escaped.push_str("\\n"),
        '\r' => escaped.push_str("\\r"),
        '\t' => escaped.push_str("\\t"),
        '\0' => {}
        _ => escaped.push(character),
    }
}

fn push_html(escaped: &mut String, character: char) {
    match character {
        '&' => escaped.push_str("&amp;"),
        '<' => escaped.push_str("&lt;"),
        '>' => escaped.push_str("&gt;"),
        '"' => escaped.push_str("&quot;"),
        '\'' => escaped.push_str("&#39;"),
        '\n' | '\r' | '\t' => push_reference(escaped, character),
        '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
        // HTML reads references to C1 as other characters, XML has none to C0.
        _ if character.is_control() => escaped.push('\u{fffd}'),
        _ if is_unreadable(character) => push_reference(escaped, character),
        _ => escaped.push(character),
    }
}

/// Pushes the escape by code point that TOML and Python share, and JSON up to U+FFFF.
fn push_code(escaped: &mut String, character: char) {
    let code = u32::from(character);
    // Writing to a string cannot fail.
    let _ = match code {
        0..=0xffff => write!(escaped, "\\u{code:04X}"),
        _ => write!(escaped, "\\U{code:08X}"),
    };
}

fn push_reference(escaped: &mut String, character: char) {
    // Writing to a string cannot fail.
    let _ = write!(escaped, "&#{};", u32::from(character));
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTILE: &[&str] = &[
        "",
        "plain",
        "say \"hi\"",
        "it's",
        "C:\\temp\\new",
        "ends in \\",
        "\\\"",
        "\"; rm -rf / #",
        "\"\"\"",
        "$(id) `id` ${HOME} $HOME $$",
        "{{name}} {{{x}}} {{/if}} {% x %}",
        "${{ secrets.TOKEN }}",
        "a: b # c",
        "- x",
        "yes",
        "<script>alert('x')</script> & co",
        "line\nbreak\r\nand\ttab",
        "bell\u{7} escape\u{1b}[2J delete\u{7f} backspace\u{8} feed\u{c}",
        "next\u{85}line csi\u{9b}",
        "separators\u{2028}and\u{2029}",
        "bom\u{feff}inside",
        "gpj.\u{202e}exe \u{2066}x\u{2069}",
        "zero\u{200b}width joiner\u{200d} non-joiner\u{200c}",
        "no characters \u{fffe}\u{ffff} \u{1ffff}",
        "emoji 🚀 👨\u{200d}👩\u{200d}👧 ⚙\u{fe0f}",
        "tag \u{e0041} music \u{1d173}",
        "日本語 中文 한국어 العربية ünïcödé",
        "\u{e000} \u{10ffff}",
    ];

    fn path(text: &str) -> RelPath {
        RelPath::parse(text).unwrap()
    }

    #[test]
    fn languages_are_told_by_file_name() {
        for (text, expected) in [
            ("pyproject.toml", Language::Toml),
            ("a/b/Pipfile", Language::Toml),
            ("package.json", Language::Json),
            (".github/workflows/ci.yml", Language::Json),
            ("compose.yaml", Language::Json),
            ("CITATION.cff", Language::Json),
            ("docs/conf.js", Language::Json),
            ("src/my_app/__init__.py", Language::Python),
            ("types.PYI", Language::Python),
            ("scripts/run.sh", Language::Shell),
            ("justfile", Language::Shell),
            ("Justfile", Language::Shell),
            ("tasks.just", Language::Shell),
            (".envrc", Language::Shell),
            ("Dockerfile", Language::Dockerfile),
            ("Dockerfile.dev", Language::Dockerfile),
            ("docker/api.Dockerfile", Language::Dockerfile),
            ("Containerfile", Language::Dockerfile),
            ("Dockerfile.dockerignore", Language::Verbatim),
            (".dockerignore", Language::Verbatim),
            (".env", Language::DotEnv),
            (".env.example", Language::DotEnv),
            (".env-test", Language::DotEnv),
            ("deploy/prod.env", Language::DotEnv),
            (".environment", Language::Verbatim),
            ("templates/index.html", Language::Html),
            ("feed.xml", Language::Html),
            ("README.md", Language::Verbatim),
            ("LICENSE", Language::Verbatim),
            (".gitignore", Language::Verbatim),
            ("dockerfiles/x.txt", Language::Verbatim),
            ("toml", Language::Verbatim),
        ] {
            assert_eq!(Language::of(&path(text)), expected, "{text}");
        }
    }

    #[test]
    fn texts_come_back_from_toml() {
        for text in HOSTILE {
            let written = format!("a = \"{}\"\n", Language::Toml.escape(text));
            let read: toml::Table = toml::from_str(&written).unwrap();
            assert_eq!(read["a"].as_str(), Some(*text), "{written}");
        }
    }

    #[test]
    fn texts_come_back_from_json() {
        for text in HOSTILE {
            let written = format!("\"{}\"", Language::Json.escape(text));
            let read: String = serde_json::from_str(&written).unwrap();
            assert_eq!(read, *text, "{written}");
        }
    }

    #[test]
    fn texts_come_back_from_yaml() {
        for text in HOSTILE {
            let written = format!("a: \"{}\"\n", Language::Json.escape(text));
            let read = yaml_rust2::YamlLoader::load_from_str(&written).unwrap();
            assert_eq!(read[0]["a"].as_str(), Some(*text), "{written}");
        }
    }

    #[test]
    fn every_language_writes_what_its_reader_expects() {
        for (language, text, expected) in [
            (Language::Toml, "a\"\\\u{1b}\n", r#"a\"\\\u001B\n"#),
            (Language::Toml, "\u{e0041}", r"\U000E0041"),
            (Language::Toml, "{{x}} ${y}", "{{x}} ${y}"),
            (Language::Json, "\u{2028}\u{7f}", r"\u2028\u007F"),
            (Language::Json, "🚀\u{e0041}", "🚀\u{e0041}"),
            (Language::Python, "\"\"\"\n\\", r#"\"\"\"\n\\"#),
            (Language::Python, "{x} \u{0}", r"{x} \u0000"),
            (
                Language::Shell,
                "$(id) `id` \"\\ !",
                r#"\$(id) \`id\` \"\\ !"#,
            ),
            (Language::Shell, "{{x}} {{{", r#"{""{x}} {""{""{"#),
            (Language::Shell, "a\nb\tc\0", "a\nb\tc"),
            (Language::Dockerfile, "${A} \"b\" \\", r#"\${A} \"b\" \\"#),
            (Language::Dockerfile, "a\nRUN id", "a RUN id"),
            (Language::DotEnv, "a\nB=c $x \"", r#"a\nB=c \$x \""#),
            (
                Language::Html,
                "<a b='c' d=\"e\">&",
                "&lt;a b=&#39;c&#39; d=&quot;e&quot;&gt;&amp;",
            ),
            (
                Language::Html,
                "\n\u{202e}\u{1b}\u{85}",
                "&#10;&#8238;\u{fffd}\u{fffd}",
            ),
            (Language::Verbatim, "<\"\\$\n`>", "<\"\\$\n`>"),
        ] {
            assert_eq!(language.escape(text), expected, "{language:?} {text:?}");
        }
    }

    #[test]
    fn what_is_written_ends_no_text_and_no_line() {
        for language in Language::ALL {
            for text in HOSTILE {
                let written = language.escape(text);
                if !matches!(language, Language::Verbatim | Language::Shell) {
                    assert!(!written.contains(['\n', '\r']), "{language:?} {written:?}");
                    let unescaped = written.replace("\\\\", "").replace("\\\"", "");
                    assert!(!unescaped.contains('"'), "{language:?} {written:?}");
                }
            }
        }
    }

    #[test]
    fn lists_and_truth_values_are_spelled() {
        let texts = ["a".to_owned(), "b \"c\" $d".to_owned()];
        for (language, list, empty, yes, no) in [
            (
                Language::Toml,
                r#"["a", "b \"c\" $d"]"#,
                "[]",
                "true",
                "false",
            ),
            (
                Language::Json,
                r#"["a", "b \"c\" $d"]"#,
                "[]",
                "true",
                "false",
            ),
            (
                Language::Python,
                r#"["a", "b \"c\" $d"]"#,
                "[]",
                "True",
                "False",
            ),
            (Language::Shell, r#""a" "b \"c\" \$d""#, "", "true", "false"),
            (
                Language::Dockerfile,
                r#"["a", "b \"c\" $d"]"#,
                "[]",
                "true",
                "false",
            ),
            (
                Language::DotEnv,
                r#"["a", "b \"c\" $d"]"#,
                "[]",
                "true",
                "false",
            ),
            (Language::Html, "a, b &quot;c&quot; $d", "", "true", "false"),
            (Language::Verbatim, "a, b \"c\" $d", "", "true", "false"),
        ] {
            assert_eq!(language.quote_list(&texts), list, "{language:?}");
            assert_eq!(language.quote_list(&[]), empty, "{language:?}");
            assert_eq!((language.boolean(true), language.boolean(false)), (yes, no));
        }
    }
}
