//! The names that a Cookiecutter template's texts know.

use std::collections::BTreeMap;

use minijinja::value::{Serde, Value as Jinja};

use super::jinja::{Included, Renderer};
use crate::engine::render::RenderError;
use crate::model::cookiecutter::{Cookiecutter, Variable};
use crate::model::json::Json;
use crate::model::question::Question;
use crate::model::value::{Answers, Value};

/// The value of each variable, by its name.
type Known = BTreeMap<String, Json>;

/// Returns the default of a question, its text rendered with the answers before it; none for what is no variable.
///
/// # Errors
/// The text cannot be rendered.
pub fn default_of(
    cookiecutter: &Cookiecutter,
    question: &Question,
    answers: &Answers,
) -> Result<Option<Value>, String> {
    let found = |variable: &&Variable| variable.key.as_deref() == Some(question.key.as_str());
    let Some(variable) = cookiecutter.variables.iter().find(found) else {
        return Ok(None);
    };
    if matches!(variable.raw, Json::List(_) | Json::Bool(_)) {
        return Ok(question.default.clone());
    }
    let mut renderer = Renderer::new(cookiecutter, answers, Included::default())?;
    let say = |error: RenderError| error.to_string();
    let known = known(cookiecutter, answers, Some(variable), &mut renderer).map_err(say)?;
    let value = render(&mut renderer, variable, &variable.raw, &known).map_err(say)?;
    Ok(Some(Value::Text(match &value {
        Json::Map(_) => value.to_string(),
        other => other.scalar().unwrap_or_default(),
    })))
}

/// Returns the names for the texts of the project.
pub(super) fn names(
    cookiecutter: &Cookiecutter,
    answers: &Answers,
    renderer: &mut Renderer,
) -> Result<Jinja, RenderError> {
    let known = known(cookiecutter, answers, None, renderer)?;
    let in_order = cookiecutter.variables.iter().filter_map(|variable| {
        let value = known.get(&variable.name)?;
        Some((variable.name.clone(), value.clone()))
    });
    let address = Json::Text(cookiecutter.address.clone());
    let own = in_order.chain([("_template".to_owned(), address)]);
    let raw = cookiecutter
        .variables
        .iter()
        .filter(|variable| !variable.name.starts_with('_'))
        .map(|variable| (variable.name.clone(), variable.raw.clone()));
    Ok(top([
        ("cookiecutter", own.collect()),
        ("_cookiecutter", raw.collect()),
    ]))
}

/// Returns the names that stand for objects.
fn top<const N: usize>(objects: [(&str, Vec<(String, Json)>); N]) -> Jinja {
    let objects = objects.map(|(name, entries)| (name.to_owned(), Json::Map(entries)));
    Jinja::from(Serde(Json::Map(objects.into())))
}

/// Computes the variables in the order of Cookiecutter, up to one of them: first all but the dictionaries, then those.
fn known(
    cookiecutter: &Cookiecutter,
    answers: &Answers,
    until: Option<&Variable>,
    renderer: &mut Renderer,
) -> Result<Known, RenderError> {
    let mut known = Known::new();
    let is_last = |variable: &Variable| until.is_some_and(|last| last.name == variable.name);
    for variable in &cookiecutter.variables {
        if variable.is_raw() {
            known.insert(variable.name.clone(), variable.raw.clone());
            continue;
        }
        if matches!(variable.raw, Json::Map(_)) && variable.key.is_some() {
            continue;
        }
        if is_last(variable) {
            return Ok(known);
        }
        let value = value_of(variable, answers, &known, renderer)?;
        known.insert(variable.name.clone(), value);
    }
    for variable in &cookiecutter.variables {
        if variable.is_raw() || !matches!(variable.raw, Json::Map(_)) {
            continue;
        }
        if is_last(variable) {
            return Ok(known);
        }
        let value = value_of(variable, answers, &known, renderer)?;
        known.insert(variable.name.clone(), value);
    }
    Ok(known)
}

fn value_of(
    variable: &Variable,
    answers: &Answers,
    known: &Known,
    renderer: &mut Renderer,
) -> Result<Json, RenderError> {
    let answer = variable.key.as_ref().and_then(|key| answers.get(key));
    let Some(answer) = answer else {
        return render(renderer, variable, &variable.raw, known);
    };
    let wrong = |reason: String| RenderError::Value {
        reason: format!("`{}`: {reason}", variable.name),
        line: variable.at.line,
    };
    match (&variable.raw, answer) {
        (Json::List(choices), answer) => {
            let text = answer.to_string();
            let chosen = choices
                .iter()
                .find(|choice| choice.scalar().as_ref() == Some(&text));
            match chosen {
                Some(chosen) => render(renderer, variable, chosen, known),
                None => Err(wrong(format!("`{text}` is not among the choices"))),
            }
        }
        (Json::Map(_), answer) => match Json::parse(&answer.to_string()) {
            Ok(map @ Json::Map(_)) => Ok(map),
            Ok(_) | Err(_) => Err(wrong("the answer is no JSON object".to_owned())),
        },
        (_, Value::Bool(flag)) => Ok(Json::Bool(*flag)),
        (_, answer) => Ok(Json::Text(answer.to_string())),
    }
}

/// Renders a value of `cookiecutter.json`: all texts in it, and numbers as the text that Python makes of them.
fn render(
    renderer: &mut Renderer,
    variable: &Variable,
    raw: &Json,
    known: &Known,
) -> Result<Json, RenderError> {
    let entries = known.iter();
    let entries = entries.map(|(name, value)| (name.clone(), value.clone()));
    let names = top([("cookiecutter", entries.collect())]);
    let place = format!("cookiecutter.{}", variable.name);
    render_value(renderer, &place, raw, &names).map_err(|error| RenderError::Value {
        reason: format!("`{}`: {error}", variable.name),
        line: variable.at.line,
    })
}

fn render_value(
    renderer: &mut Renderer,
    place: &str,
    raw: &Json,
    names: &Jinja,
) -> Result<Json, RenderError> {
    Ok(match raw {
        Json::Null | Json::Bool(_) => raw.clone(),
        Json::Integer(_) | Json::Float(_) => Json::Text(raw.scalar().unwrap_or_default()),
        Json::Text(text) => Json::Text(renderer.render(place, text, names)?),
        Json::List(values) => Json::List(
            values
                .iter()
                .map(|value| render_value(renderer, place, value, names))
                .collect::<Result<_, _>>()?,
        ),
        Json::Map(entries) => Json::Map(
            entries
                .iter()
                .map(|(key, value)| {
                    let key = renderer.render(place, key, names)?;
                    Ok((key, render_value(renderer, place, value, names)?))
                })
                .collect::<Result<_, RenderError>>()?,
        ),
    })
}
