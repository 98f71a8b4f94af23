//! Jinja as Cookiecutter sets it up, with every step and byte counted.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::Arc;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Kwargs, Rest, Value as Jinja2};
use minijinja::{Environment, Error, ErrorKind, State, UndefinedBehavior};
use minijinja_contrib::{filters, globals, pycompat};

use super::chance::Chance;
use super::{clock, json, now_tag, slug};
use crate::engine::render::RenderError;
use crate::model::cookiecutter::{Cookiecutter, NOW, SEED, Syntax};
use crate::model::text::visible;
use crate::model::value::{Answers, Value};

/// The steps that all texts of a project may take together; one pays for an instruction, or for 64 bytes that are made.
const FUEL: u64 = 20_000_000;

/// The steps of one text: it can make as many bytes as a project may have.
const FUEL_OF_ONE: u64 = 1_800_000;

/// How deep files may include each other and macros call each other.
const DEPTH: usize = 200;

/// The most characters of a text that is drawn by chance.
const DRAWN: usize = 4_096;

/// The files that others can include, by their path in the project's folder or below `templates`.
pub(super) type Included = Arc<BTreeMap<String, Vec<u8>>>;

/// Renders the texts of one project.
pub(super) struct Renderer {
    environment: Environment<'static>,
    syntax: Syntax,
    chance: Chance,
    left: Cell<u64>,
}

impl Renderer {
    /// Returns a renderer for a template, with the moment and the seed that the answers name.
    pub(super) fn new(
        cookiecutter: &Cookiecutter,
        answers: &Answers,
        included: Included,
    ) -> Result<Self, String> {
        let text_of = |key: &str| {
            let text = answers.get(key).and_then(Value::as_text);
            text.unwrap_or_default().to_owned()
        };
        let chance = Chance::of(text_of(SEED));
        let syntax = cookiecutter.syntax.clone();
        let mut environment = Environment::new();
        environment.set_syntax(config(&syntax)?);
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
        environment.set_unknown_method_callback(method);
        environment.set_recursion_limit(DEPTH);
        extend(&mut environment, text_of(NOW), &chance);
        let written = syntax.clone();
        environment.set_loader(move |name| Ok(find(&included, name, &written)));
        Ok(Self {
            environment,
            syntax,
            chance,
            left: Cell::new(FUEL),
        })
    }

    /// Renders a text; `place` is what it is called.
    pub(super) fn render(
        &mut self,
        place: &str,
        text: &str,
        names: &Jinja2,
    ) -> Result<String, RenderError> {
        let left = self.left.get();
        let fuel = left.min(FUEL_OF_ONE);
        self.environment.set_fuel(Some(fuel));
        self.chance.at(place);
        let text = now_tag::rewrite(text, &self.syntax);
        let rendered = self
            .environment
            .template_from_named_str(place, &text)
            .and_then(|template| template.render_captured(names.clone()))
            .map_err(|error| explain(place, &error))?;
        let used = rendered.state().fuel_levels().map_or(0, |(used, _)| used);
        self.left.set(left.saturating_sub(used));
        Ok(rendered.into_output())
    }

    /// Returns why a text is no Jinja, and in which line; nothing if it is.
    pub(super) fn fault(&self, place: &str, text: &str) -> Option<(usize, String)> {
        let text = now_tag::rewrite(text, &self.syntax);
        let error = self
            .environment
            .template_from_named_str(place, &text)
            .err()?;
        let error = explain(place, &error);
        Some((error.line(), error.to_string()))
    }
}

/// Returns how `minijinja` is told of the delimiters.
pub(super) fn config(syntax: &Syntax) -> Result<SyntaxConfig, String> {
    let mut builder = SyntaxConfig::builder();
    let owned = |(begin, end): &(String, String)| (begin.clone(), end.clone());
    let (begin, end) = owned(&syntax.block);
    builder.block_delimiters(begin, end);
    let (begin, end) = owned(&syntax.variable);
    builder.variable_delimiters(begin, end);
    let (begin, end) = owned(&syntax.comment);
    builder.comment_delimiters(begin, end);
    if let Some(prefix) = &syntax.line_statement {
        builder.line_statement_prefix(prefix.clone());
    }
    if let Some(prefix) = &syntax.line_comment {
        builder.line_comment_prefix(prefix.clone());
    }
    builder
        .trim_blocks(syntax.trim_blocks)
        .lstrip_blocks(syntax.lstrip_blocks)
        .keep_trailing_newline(true)
        .build()
        .map_err(|error| error.to_string())
}

/// Adds what Cookiecutter has beyond Jinja, and what Jinja has beyond `minijinja`.
fn extend(environment: &mut Environment<'static>, moment: String, chance: &Chance) {
    environment.add_filter("slugify", slugify);
    environment.add_filter("jsonify", jsonify);
    environment.add_filter("truncate", truncate);
    environment.add_filter("tojson", tojson);
    environment.add_filter("filesizeformat", filters::filesizeformat);
    environment.add_filter("striptags", filters::striptags);
    environment.add_filter("center", center);
    environment.add_filter(
        now_tag::FILTER,
        move |_: &str, zone: &str, format: Option<&str>| {
            clock::write(&moment, zone, format.unwrap_or(clock::PLAIN)).map_err(invalid)
        },
    );
    environment.add_function("cycler", |items: Rest<Jinja2>| globals::cycler(items.0));
    environment.add_function("joiner", globals::joiner);
    let drawn = chance.clone();
    environment.add_function(
        "random_ascii_string",
        move |length: usize, punctuation: Option<bool>| {
            if length > DRAWN {
                let message = format!("`random_ascii_string` makes up to {DRAWN} characters");
                return Err(invalid(message));
            }
            let is_wanted = |byte: &u8| {
                byte.is_ascii_alphabetic()
                    || (punctuation == Some(true) && byte.is_ascii_punctuation())
            };
            let characters: Vec<u8> = (0..=127).filter(is_wanted).collect();
            Ok(drawn.text(length, &characters))
        },
    );
    let drawn = chance.clone();
    environment.add_function("uuid4", move || drawn.uuid());
}

fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidOperation, message.into())
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "a filter takes what it is called with"
)]
fn slugify(text: &str, options: Kwargs) -> Result<String, Error> {
    let made = slug::Options {
        separator: options
            .get::<Option<String>>("separator")?
            .unwrap_or("-".to_owned()),
        lowercase: options.get::<Option<bool>>("lowercase")?.unwrap_or(true),
        longest: options.get::<Option<usize>>("max_length")?.unwrap_or(0),
    };
    options.assert_all_used()?;
    slug::slugify(text, &made).map_err(invalid)
}

fn jsonify(value: &Jinja2, indent: Option<usize>) -> Result<String, Error> {
    const DEEPEST: usize = 16;
    let value = serde_json::to_value(value).map_err(|error| invalid(error.to_string()))?;
    json::jsonify(&value, indent.unwrap_or(4).min(DEEPEST)).map_err(invalid)
}

/// Writes JSON as Jinja does: sorted keys, and nothing that ends an element of HTML.
fn tojson(value: &Jinja2) -> Result<String, Error> {
    let value = serde_json::to_value(value).map_err(|error| invalid(error.to_string()))?;
    let text = json::on_one_line(&value).map_err(invalid)?;
    let text = text.replace('<', "\\u003c").replace('>', "\\u003e");
    Ok(text.replace('&', "\\u0026").replace('\'', "\\u0027"))
}

/// Cuts a text as Jinja does: at a blank, and only if much would be left over.
#[expect(
    clippy::needless_pass_by_value,
    reason = "a filter takes what it is called with"
)]
fn truncate(text: &str, length: Option<usize>, options: Kwargs) -> Result<String, Error> {
    const LENGTH: usize = 255;
    const LEEWAY: usize = 5;
    let length = match length {
        Some(length) => length,
        None => options.get::<Option<usize>>("length")?.unwrap_or(LENGTH),
    };
    let kills = options.get::<Option<bool>>("killwords")?.unwrap_or(false);
    let end = options
        .get::<Option<String>>("end")?
        .unwrap_or("...".to_owned());
    let leeway = options.get::<Option<usize>>("leeway")?.unwrap_or(LEEWAY);
    options.assert_all_used()?;
    if text.chars().count() <= length.saturating_add(leeway) {
        return Ok(text.to_owned());
    }
    let kept = length
        .checked_sub(end.chars().count())
        .ok_or_else(|| invalid("`truncate` leaves less than its end takes"))?;
    let cut: String = text.chars().take(kept).collect();
    let whole = match cut.rsplit_once(' ') {
        Some((start, _)) if !kills => start,
        Some(_) | None => &cut,
    };
    Ok(format!("{whole}{end}"))
}

/// Calls a method of Python's texts and collections.
fn method(
    state: &mut State<'_, '_>,
    value: &Jinja2,
    name: &str,
    arguments: &[Jinja2],
) -> Result<Jinja2, Error> {
    const WIDEST: usize = 4_096;
    let text = |at: usize| arguments.get(at).and_then(Jinja2::as_str);
    let number = arguments
        .first()
        .and_then(|value| usize::try_from(value.clone()).ok());
    if let Some(own) = value.as_str() {
        let blanks = |width: usize, with: &str| {
            with.repeat(width.min(WIDEST).saturating_sub(own.chars().count()))
        };
        match (name, arguments.len(), text(0), number) {
            ("removeprefix", 1, Some(start), _) => {
                return Ok(Jinja2::from(own.strip_prefix(start).unwrap_or(own)));
            }
            ("removesuffix", 1, Some(end), _) => {
                return Ok(Jinja2::from(own.strip_suffix(end).unwrap_or(own)));
            }
            ("ljust", 1, _, Some(width)) => {
                return Ok(Jinja2::from(format!("{own}{}", blanks(width, " "))));
            }
            ("rjust", 1, _, Some(width)) => {
                return Ok(Jinja2::from(format!("{}{own}", blanks(width, " "))));
            }
            ("zfill", 1, _, Some(width)) if !own.starts_with(['+', '-']) => {
                return Ok(Jinja2::from(format!("{}{own}", blanks(width, "0"))));
            }
            _ => {}
        }
    }
    pycompat::unknown_method_callback(state, value, name, arguments)
}

/// Puts blanks around a text as Python's `str.center` does.
fn center(text: &str, width: Option<usize>) -> Result<String, Error> {
    const WIDTH: usize = 80;
    const WIDEST: usize = 4_096;
    let width = width.unwrap_or(WIDTH);
    if width > WIDEST {
        return Err(invalid(format!("`center` makes up to {WIDEST} characters")));
    }
    let blanks = width.saturating_sub(text.chars().count());
    let left = blanks / 2 + (blanks & width & 1);
    Ok(format!(
        "{}{text}{}",
        " ".repeat(left),
        " ".repeat(blanks - left)
    ))
}

/// Finds a file that another one includes: beside it in the project's folder, then in `templates`.
fn find(included: &BTreeMap<String, Vec<u8>>, name: &str, syntax: &Syntax) -> Option<String> {
    let parts: Vec<&str> = name
        .split('/')
        .filter(|part| !matches!(*part, "" | "."))
        .collect();
    if parts.contains(&"..") {
        return None;
    }
    let name = parts.join("/");
    let bytes = included
        .get(&format!("files/{name}"))
        .or_else(|| included.get(&format!("templates/{name}")))?;
    let text = std::str::from_utf8(bytes).ok()?;
    Some(now_tag::rewrite(&one_line_end(text), syntax).into_owned())
}

/// Returns a text with `\n` for every line end, as Jinja reads it.
pub(super) fn one_line_end(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

fn explain(place: &str, error: &Error) -> RenderError {
    let line = error.line().unwrap_or(1);
    if error.kind() == ErrorKind::OutOfFuel {
        let reason = "the template takes more steps, or makes more text, than is allowed";
        return RenderError::Value {
            reason: reason.to_owned(),
            line,
        };
    }
    let kind = error.kind().to_string();
    let detail = error
        .detail()
        .map(|detail| format!(": {}", visible(detail)));
    let elsewhere = error
        .name()
        .filter(|name| *name != place)
        .map(|name| format!(", in `{}`", visible(name)));
    let reason = format!(
        "{kind}{}{}",
        detail.unwrap_or_default(),
        elsewhere.unwrap_or_default()
    );
    RenderError::Value { reason, line }
}
