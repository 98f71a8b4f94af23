//! The functions that templates may call.

use std::ops::RangeInclusive;

use handlebars::{
    Context, Handlebars, Helper, HelperDef, HelperResult, Output, RenderContext, RenderError,
    RenderErrorReason, ScopedJson,
};
use heck::{ToKebabCase, ToSnakeCase, ToTitleCase, ToUpperCamelCase};
use serde_json::Value as Json;

use super::escape::Language;

/// The blocks that templates may use.
pub(super) const BLOCKS: [&str; 3] = ["each", "if", "unless"];

/// The functions that templates may call, with how many values they take. The first five are Handlebars' own.
pub(super) const FUNCTIONS: [(&str, RangeInclusive<usize>); 12] = [
    ("and", 2..=8),
    ("eq", 2..=2),
    ("ne", 2..=2),
    ("not", 1..=1),
    ("or", 2..=8),
    ("has", 2..=2),
    ("kebab", 1..=1),
    ("lower", 1..=1),
    ("pascal", 1..=1),
    ("snake", 1..=1),
    ("title", 1..=1),
    ("upper", 1..=1),
];

/// Returns how many values a function takes.
pub(super) fn arity(name: &str) -> Option<RangeInclusive<usize>> {
    FUNCTIONS
        .iter()
        .find(|(function, _)| *function == name)
        .map(|(_, arity)| arity.clone())
}

/// Returns names as a sentence lists them.
pub(crate) fn list(names: &[&str]) -> String {
    names
        .iter()
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(", ")
}

/// Makes the functions known, and a writer for every target language.
pub(super) fn register(registry: &mut Handlebars<'_>) {
    for (name, convert) in [
        ("kebab", (|text| text.to_kebab_case()) as fn(&str) -> String),
        ("lower", |text| text.to_lowercase()),
        ("pascal", |text| text.to_upper_camel_case()),
        ("snake", |text| text.to_snake_case()),
        ("title", |text| text.to_title_case()),
        ("upper", |text| text.to_uppercase()),
    ] {
        registry.register_helper(name, Box::new(Word { name, convert }));
    }
    registry.register_helper("has", Box::new(Has));
    for language in Language::ALL {
        registry.register_helper(writer(language), Box::new(Writer { language }));
    }
}

/// Returns the name of the function that writes a value in a target language. No template can spell it.
pub(super) fn writer(language: Language) -> &'static str {
    match language {
        Language::Toml => "write toml",
        Language::Json => "write json",
        Language::Python => "write python",
        Language::Shell => "write shell",
        Language::Dockerfile => "write dockerfile",
        Language::DotEnv => "write dotenv",
        Language::Html => "write html",
        Language::Verbatim => "write verbatim",
    }
}

fn parameter<'a>(helper: &'a Helper<'_>, index: usize) -> Result<&'a Json, RenderError> {
    match helper.param(index) {
        Some(value) if !value.is_value_missing() => Ok(value.value()),
        Some(_) | None => Err(RenderErrorReason::Other("a value is missing".to_owned()).into()),
    }
}

/// Converts the case of a text.
struct Word {
    name: &'static str,
    convert: fn(&str) -> String,
}

impl HelperDef for Word {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Result<ScopedJson<'rc>, RenderError> {
        let value = parameter(helper, 0)?;
        let Some(text) = value.as_str() else {
            let reason = format!("`{}` takes a text", self.name);
            return Err(RenderErrorReason::Other(reason).into());
        };
        Ok(ScopedJson::Derived((self.convert)(text).into()))
    }
}

/// Says whether a list holds a value.
struct Has;

impl HelperDef for Has {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Result<ScopedJson<'rc>, RenderError> {
        let Some(list) = parameter(helper, 0)?.as_array() else {
            return Err(RenderErrorReason::Other("`has` takes a list first".to_owned()).into());
        };
        let wanted = parameter(helper, 1)?;
        Ok(ScopedJson::Derived(list.contains(wanted).into()))
    }
}

/// Writes a value in a target language.
struct Writer {
    language: Language,
}

impl HelperDef for Writer {
    fn call<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        let text = match parameter(helper, 0)? {
            Json::String(text) => self.language.escape(text),
            Json::Bool(value) => self.language.boolean(*value).to_owned(),
            Json::Number(number) => number.to_string(),
            Json::Array(values) => {
                let texts: Vec<String> = values
                    .iter()
                    .filter_map(Json::as_str)
                    .map(str::to_owned)
                    .collect();
                self.language.quote_list(&texts)
            }
            Json::Null | Json::Object(_) => {
                return Err(RenderErrorReason::Other("this value has no text".to_owned()).into());
            }
        };
        out.write(&text)?;
        Ok(())
    }
}
