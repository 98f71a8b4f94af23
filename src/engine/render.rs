//! Renders texts with the names that a project's answers give.

use std::collections::BTreeMap;
use std::io::{self, Write};

use handlebars::{Context, Handlebars, RenderErrorReason, no_escape};

use super::budget;
use super::escape::Language;
use super::helpers;
use super::syntax::{NameUse, Parser, Source, SyntaxError, Usage};
use crate::model::value::{Answers, Value};

/// Why a text could not be rendered.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The text is not what the template format allows.
    #[error(transparent)]
    Syntax(#[from] SyntaxError),
    /// A name is used that nobody declared.
    #[error("unknown name `{name}`{}", did_you_mean(.nearest.as_deref()))]
    UnknownName {
        /// The name.
        name: String,
        /// The declared name that is most like it.
        nearest: Option<String>,
        /// The line, counted from 1.
        line: usize,
    },
    /// The output is larger than a project may be.
    #[error("the output passes {} bytes", budget::BYTES)]
    TooLarge {
        /// The line, counted from 1.
        line: usize,
    },
    /// A value cannot be used where it stands.
    #[error("{reason}")]
    Value {
        /// What is wrong with it.
        reason: String,
        /// The line, counted from 1.
        line: usize,
    },
}

impl RenderError {
    /// Returns the line to blame, counted from 1.
    pub fn line(&self) -> usize {
        match self {
            Self::Syntax(error) => error.line,
            Self::UnknownName { line, .. } | Self::TooLarge { line } | Self::Value { line, .. } => {
                *line
            }
        }
    }
}

fn did_you_mean(nearest: Option<&str>) -> String {
    nearest
        .map(|name| format!("; did you mean `{name}`?"))
        .unwrap_or_default()
}

/// What the one template is called while it is rendered.
const NAME: &str = "file";

/// Renders texts with one set of names.
pub struct Renderer {
    registry: Handlebars<'static>,
    context: Context,
    names: Answers,
    parser: Parser,
}

impl Renderer {
    /// Returns a renderer that knows these names.
    pub fn new(names: Answers) -> Self {
        let mut registry = Handlebars::new();
        registry.set_strict_mode(true);
        registry.set_recursive_lookup(true);
        registry.register_escape_fn(no_escape);
        helpers::register(&mut registry);
        let json: serde_json::Map<String, serde_json::Value> = names
            .iter()
            .map(|(name, value)| (name.clone(), value.to_json()))
            .collect();
        Self {
            registry,
            context: Context::from(serde_json::Value::Object(json)),
            names,
            parser: Parser::default(),
        }
    }

    /// Renders a text without slots, such as a path or a default.
    pub fn render(&mut self, text: &str, language: Language) -> Result<String, RenderError> {
        let source = self.parse(text)?;
        self.render_filled(source, language, &BTreeMap::new())
    }

    /// Parses the text of a file.
    pub fn parse(&mut self, text: &str) -> Result<Source, SyntaxError> {
        self.parser.parse(text)
    }

    /// Renders a parsed file, its values written for the language and its slots filled.
    pub fn render_filled(
        &mut self,
        source: Source,
        language: Language,
        fills: &BTreeMap<String, String>,
    ) -> Result<String, RenderError> {
        let uses = source.names();
        if let Some(unknown) = uses
            .iter()
            .find(|usage| !self.names.contains_key(&usage.name))
        {
            let known = self.names.keys().map(String::as_str);
            return Err(RenderError::UnknownName {
                nearest: crate::model::problem::nearest(&unknown.name, known).map(str::to_owned),
                name: unknown.name.clone(),
                line: unknown.line,
            });
        }
        if let Some(usage) = uses.iter().find(|usage| self.misused(usage)) {
            let reason = format!("`each` takes a list, which `{}` is not", usage.name);
            return Err(RenderError::Value {
                reason,
                line: usage.line,
            });
        }
        let template = source.into_template(helpers::writer(language), fills);
        self.registry.register_template(NAME, template);
        let mut output = Limited::default();
        self.registry
            .render_with_context_to_write(NAME, &self.context, &mut output)
            .map_err(|error| explain(&error))?;
        String::from_utf8(output.bytes).map_err(|error| RenderError::Value {
            reason: error.to_string(),
            line: 1,
        })
    }

    fn misused(&self, usage: &NameUse) -> bool {
        usage.usage == Usage::Looped && !matches!(self.names.get(&usage.name), Some(Value::List(_)))
    }
}

fn explain(error: &handlebars::RenderError) -> RenderError {
    let line = error.line_no.unwrap_or(1);
    match error.reason() {
        RenderErrorReason::IOError(_) => RenderError::TooLarge { line },
        RenderErrorReason::Other(reason) => RenderError::Value {
            reason: reason.clone(),
            line,
        },
        other => RenderError::Value {
            reason: other.to_string(),
            line,
        },
    }
}

/// Collects output up to the budget.
#[derive(Default)]
struct Limited {
    bytes: Vec<u8>,
}

impl Write for Limited {
    fn write(&mut self, part: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + part.len() > budget::BYTES {
            return Err(io::Error::other(format!(
                "the output passes {} bytes",
                budget::BYTES
            )));
        }
        self.bytes.extend_from_slice(part);
        Ok(part.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn renderer() -> Renderer {
        Renderer::new(Answers::from([
            ("name".to_owned(), Value::from("my \"app\"")),
            ("database".to_owned(), Value::from("sqlite")),
            ("docker".to_owned(), Value::Bool(true)),
            ("year".to_owned(), Value::Integer(2026)),
            (
                "pythons".to_owned(),
                Value::List(vec!["3.12".to_owned(), "3.13".to_owned()]),
            ),
            ("empty".to_owned(), Value::List(Vec::new())),
        ]))
    }

    #[test]
    fn texts_render() {
        for (text, language, expected) in [
            ("x = \"{{name}}\"", Language::Toml, "x = \"my \\\"app\\\"\""),
            ("{{name}}", Language::Verbatim, "my \"app\""),
            ("{{docker}}", Language::Python, "True"),
            ("{{docker}} {{year}}", Language::Json, "true 2026"),
            ("{{pythons}}", Language::Toml, "[\"3.12\", \"3.13\"]"),
            (
                "a\n{{#if docker}}\nb\n{{/if}}\nc\n",
                Language::Verbatim,
                "a\nb\nc\n",
            ),
            (
                "a\n{{#if empty}}\nb\n{{else}}\nd\n{{/if}}\nc\n",
                Language::Verbatim,
                "a\nd\nc\n",
            ),
            (
                "{{#if (eq database \"sqlite\")}}y{{/if}}",
                Language::Verbatim,
                "y",
            ),
            (
                "{{#if (or (eq database \"x\") docker)}}y{{/if}}",
                Language::Verbatim,
                "y",
            ),
            (
                "{{#if (has pythons \"3.12\")}}y{{/if}}",
                Language::Verbatim,
                "y",
            ),
            (
                "{{#unless docker}}n{{else}}y{{/unless}}",
                Language::Verbatim,
                "y",
            ),
            (
                "{{#each pythons}}{{this}}{{#unless @last}}, {{/unless}}{{/each}}",
                Language::Verbatim,
                "3.12, 3.13",
            ),
            (
                "{{#each pythons}}{{database}}{{/each}}",
                Language::Verbatim,
                "sqlitesqlite",
            ),
            ("{{pascal database}}", Language::Python, "Sqlite"),
            (
                "on: ${{ github.ref }} {{year}} ${{ a }} ${{ b }}",
                Language::Json,
                "on: ${{ github.ref }} 2026 ${{ a }} ${{ b }}",
            ),
            ("{{#if docker}}${{ a }}{{/if}}", Language::Json, "${{ a }}"),
            ("literal \\{{name}}", Language::Verbatim, "literal {{name}}"),
            ("a{{! a comment }}b", Language::Verbatim, "ab"),
            ("$\\{{name}}", Language::Verbatim, "${{name}}"),
        ] {
            let rendered = renderer()
                .render(text, language)
                .map_err(|error| error.to_string());
            assert_eq!(rendered.as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn faults_name_their_line() {
        for (text, line, message) in [
            ("a\n{{nme}}", 2, "unknown name `nme`; did you mean `name`?"),
            (
                "a\nb {{#if dockr}}x{{/if}}",
                2,
                "unknown name `dockr`; did you mean `docker`?",
            ),
            (
                "{{#if (eq databas \"x\")}}x{{/if}}",
                1,
                "unknown name `databas`; did you mean `database`?",
            ),
            (
                "{{#if (not (or docker typo))}}x{{/if}}",
                1,
                "unknown name `typo`",
            ),
            (
                "\n{{frobnicate name}}",
                2,
                "there is no function `frobnicate`",
            ),
            (
                "{{#with name}}{{/with}}",
                1,
                "there is no block `{{#with}}`",
            ),
            ("\n\n{{> part}}", 3, "partials, decorators"),
            ("{{{name}}}", 1, "partials, decorators"),
            ("{{#if docker}}", 1, "this tag cannot be read"),
            (
                "{{#if docker}}{{/each}}",
                1,
                "`{{#if}}` is closed by `{{/each}}`",
            ),
            ("{{name", 1, "this tag cannot be read"),
            ("x {{slot \"a\"}}", 1, "a slot stands alone on its line"),
            (
                "\u{E000}",
                1,
                "the characters U+E000 and U+E001 are reserved",
            ),
            ("{{has name \"x\"}}", 1, "`has` takes a list first"),
            (
                "{{#each name}}x{{/each}}",
                1,
                "`each` takes a list, which `name` is not",
            ),
            ("{{upper year}}", 1, "`upper` takes a text"),
            ("{{eq name}}", 1, "`eq` takes another number of values"),
        ] {
            let error = match renderer().render(text, Language::Verbatim) {
                Ok(rendered) => panic!("{text:?} rendered as {rendered:?}"),
                Err(error) => error,
            };
            assert!(error.to_string().starts_with(message), "{text}: {error}");
            assert_eq!(error.line(), line, "{text}: {error}");
        }
    }

    #[test]
    fn bombs_are_refused_before_they_are_parsed() {
        let deep = "{{#if docker}}".repeat(5_000);
        let many = "{{name}}\n".repeat(10_000);
        let long = format!(
            "{{{{#if {}docker{}}}}}{{{{/if}}}}",
            "(not ".repeat(900),
            ")".repeat(900)
        );
        let loops = "{{#each pythons}}".repeat(3) + &"{{/each}}".repeat(3);
        for text in [
            deep,
            many,
            long,
            loops,
            "x".repeat(budget::TEMPLATE_BYTES + 1),
        ] {
            assert!(matches!(
                renderer().render(&text, Language::Verbatim),
                Err(RenderError::Syntax(_))
            ));
        }
    }

    #[test]
    fn slots_take_their_indent_and_vanish_when_empty() -> Result<(), RenderError> {
        let source = "a:\n  {{slot \"one\"}}\n{{slot \"two\"}}\n\n{{slot \"two\"}}\n\nz\n";
        let fills = BTreeMap::from([("one".to_owned(), "b: {{x}}\n\nc: 1\n".to_owned())]);
        let rendered = renderer().render_filled(Source::parse(source)?, Language::Json, &fills)?;
        assert_eq!(rendered, "a:\n  b: {{x}}\n\n  c: 1\n\nz\n");
        Ok(())
    }
}
