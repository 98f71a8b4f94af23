//! The variables of `cookiecutter.json` as questions.

use crate::engine::resolve::ALWAYS;
use crate::engine::validate::OWN_FLAGS;
use crate::model::condition::Condition;
use crate::model::cookiecutter::{HOOKS, NOW, SEED, SKIP, Variable};
use crate::model::json::Json;
use crate::model::language::Words;
use crate::model::question::{Check, Choice, Kind, Lookup, Question};
use crate::model::text::Position;
use crate::model::value::Value;

/// The moment that is shown where no project is made.
const NO_MOMENT: &str = "1970-01-01T00:00:00+00:00";

/// Returns the questions in the order of Cookiecutter - dictionaries come last - behind those for the clock, for chance and for hooks.
pub fn questions(
    variables: &[Variable],
    prompts: Option<&Json>,
    (clock, chance): (bool, bool),
    has_hooks: bool,
) -> Vec<Question> {
    let is_map = |variable: &&Variable| matches!(variable.raw, Json::Map(_));
    let first = variables.iter().filter(|variable| !is_map(variable));
    let ordered = first.chain(variables.iter().filter(is_map));
    let asked = ordered.filter_map(|variable| {
        let key = variable.key.as_ref()?;
        let prompt = prompts.and_then(|prompts| prompts.get(&variable.name));
        Some(question(variable, key, prompt))
    });
    let drawn = [
        (
            clock,
            NOW,
            "The moment for `{% now %}`",
            NO_MOMENT,
            Lookup::ClockNow,
        ),
        (
            chance,
            SEED,
            "What all chance is drawn from",
            "",
            Lookup::Seed,
        ),
    ];
    let drawn = drawn.into_iter().filter(|(used, ..)| *used);
    let hooks = has_hooks.then(|| Question {
        choices: vec![Choice {
            value: SKIP.to_owned(),
            title: Words::plain("make the project without them"),
            with: std::collections::BTreeMap::new(),
        }],
        ..plain(
            HOOKS,
            Kind::Choice,
            "The hooks, which are programs",
            Position::from(1),
        )
    });
    drawn
        .map(|(_, key, title, default, from)| Question {
            default: Some(Value::from(default)),
            from: Some(from),
            ..plain(key, Kind::Text, title, Position::from(1))
        })
        .chain(hooks)
        .chain(asked)
        .collect()
}

fn plain(key: &str, kind: Kind, title: &str, at: Position) -> Question {
    Question {
        key: key.to_owned(),
        kind,
        title: Words::plain(title),
        help: None,
        choices: Vec::new(),
        default: None,
        when: Condition::default(),
        otherwise: None,
        check: None,
        from: None,
        was: None,
        at,
    }
}

fn question(variable: &Variable, key: &str, prompt: Option<&Json>) -> Question {
    let title = prompt
        .and_then(|prompt| match prompt {
            Json::Map(_) => prompt.get("__prompt__")?.as_text(),
            other => other.as_text(),
        })
        .filter(|title| !title.is_empty())
        .unwrap_or(&variable.name);
    let kind = match &variable.raw {
        Json::Bool(_) => Kind::Bool,
        Json::List(_) => Kind::Choice,
        Json::Null | Json::Integer(_) | Json::Float(_) | Json::Text(_) | Json::Map(_) => Kind::Text,
    };
    let plain = plain(key, kind, title, variable.at);
    match &variable.raw {
        Json::Bool(flag) => Question {
            default: Some(Value::Bool(*flag)),
            ..plain
        },
        Json::List(choices) => {
            let choices: Vec<Choice> = choices
                .iter()
                .filter_map(|choice| {
                    let value = choice.scalar()?;
                    let label = prompt.and_then(|prompt| prompt.get(&value)?.as_text());
                    Some(Choice {
                        title: Words::plain(label.unwrap_or(&value)),
                        value,
                        with: std::collections::BTreeMap::new(),
                    })
                })
                .collect();
            Question {
                default: choices
                    .first()
                    .map(|first| Value::from(first.value.as_str())),
                choices,
                ..plain
            }
        }
        Json::Map(_) => Question {
            default: Some(Value::from(variable.raw.to_string())),
            check: Some(Check {
                pattern: Some("\\s*\\{.*\\}\\s*".to_owned()),
                min: None,
                max: None,
                message: Some(Words::plain(format!(
                    "`{key}` takes a JSON object, such as {{\"key\": \"value\"}}"
                ))),
            }),
            ..plain
        },
        other => Question {
            default: Some(Value::from(other.scalar().unwrap_or_default())),
            ..plain
        },
    }
}

/// Returns the key of a variable's question: its name, where no flag of pyscaffold itself has that.
pub(super) fn key_of(name: &str, bools: &[&str]) -> String {
    let key: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect();
    let flag = key.replace('_', "-");
    let denies = flag
        .strip_prefix("no-")
        .is_some_and(|rest| bools.iter().any(|other| other.replace('_', "-") == rest));
    let taken = ALWAYS.contains(&key.as_str())
        || OWN_FLAGS.contains(&flag.as_str())
        || OWN_FLAGS.contains(&format!("no-{flag}").as_str())
        || [HOOKS, NOW, SEED].contains(&key.as_str());
    if taken || denies {
        format!("cookiecutter_{key}")
    } else {
        key
    }
}
