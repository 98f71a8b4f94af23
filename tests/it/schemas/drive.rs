//! A program that knows nothing of a template but what `show --json` says makes projects with it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::super::support::Sandbox;

/// The built-in templates.
pub(super) const BUILT_IN: [&str; 5] = [
    "celery-queue",
    "click-cli",
    "fastapi-api",
    "pytorch-inference",
    "scrapy-crawler",
];

/// Which of the things that a question takes is answered.
#[derive(Clone, Copy)]
enum Turn {
    First,
    Last,
}

/// Makes up an answer from what is said of the question.
fn made_up(question: &Value, turn: Turn) -> Value {
    let choices: Vec<&Value> = question["choices"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|choice| &choice["value"])
        .collect();
    let pick = |values: &[&Value]| match turn {
        Turn::First => (*values.first().unwrap()).clone(),
        Turn::Last => (*values.last().unwrap()).clone(),
    };
    match question["type"].as_str().unwrap() {
        "choice" => pick(&choices),
        "choices" => match turn {
            Turn::First => Value::Array(Vec::new()),
            Turn::Last => Value::Array(choices.into_iter().cloned().collect()),
        },
        "bool" => Value::Bool(matches!(turn, Turn::Last)),
        "integer" => {
            let check = &question["check"];
            let number = match turn {
                Turn::First => check["min"].as_i64(),
                Turn::Last => check["max"].as_i64(),
            };
            number.map_or_else(|| question["default"].clone(), Value::from)
        }
        _ if question["check"]["pattern"].is_string() => question["default"].clone(),
        "text" if question["key"] == "email" => "grace@example.org".into(),
        "text" | "secret" => "Grace Hopper".into(),
        other => panic!("{other}"),
    }
}

/// Returns whether a question is asked with these answers.
fn is_asked(question: &Value, answers: &BTreeMap<String, Value>) -> bool {
    let conditions = question["when"].as_object().into_iter().flatten();
    conditions.into_iter().all(|(key, wanted)| {
        let wanted = wanted.as_array().unwrap();
        match &answers[key] {
            Value::Array(chosen) => chosen.iter().any(|one| wanted.contains(one)),
            answer => wanted.contains(answer),
        }
    })
}

/// Returns the flag that gives an answer.
fn flag(key: &str, answer: &Value) -> String {
    let text = match answer {
        Value::String(text) => text.clone(),
        Value::Array(values) => {
            let values: Vec<&str> = values.iter().filter_map(Value::as_str).collect();
            values.join(",")
        }
        other => other.to_string(),
    };
    format!("--{}={text}", key.replace('_', "-"))
}

#[test]
fn show_tells_a_program_all_that_new_needs() {
    let sandbox = Sandbox::new();
    let listed = sandbox.run("list --json").ok().json();
    let listed = listed["templates"].as_array().unwrap().iter();
    let listed: Vec<&str> = listed.map(|row| row["name"].as_str().unwrap()).collect();
    assert_eq!(listed, BUILT_IN);
    for template in BUILT_IN {
        for (number, turn) in [Turn::First, Turn::Last].into_iter().enumerate() {
            let shown = sandbox.run(&format!("show {template} --json")).ok().json();
            let mut answers = BTreeMap::new();
            let mut run = sandbox.run(&format!("new {template} {template}-{number} --json"));
            for question in shown["questions"].as_array().unwrap() {
                let key = question["key"].as_str().unwrap();
                if is_asked(question, &answers) {
                    let answer = made_up(question, turn);
                    run = run.arg(flag(key, &answer));
                    answers.insert(key.to_owned(), answer);
                } else {
                    answers.insert(key.to_owned(), question["otherwise"].clone());
                }
            }
            let made = run.ok().json();
            for (key, answer) in &answers {
                if !answer.is_null() && !answer.as_str().is_some_and(|text| text.contains("{{")) {
                    assert_eq!(made["answers"][key], *answer, "{template}: {key}");
                }
            }
            assert_eq!(made["git"]["state"], "committed");
        }
    }
}

/// Asserts that every text for people is there in both languages. What has no letters, such as `3.13`, is in neither.
fn in_both_languages(place: &str, value: &Value) {
    match value {
        Value::Object(entries) if entries.contains_key("en") => {
            let text = |key: &str| entries.get(key).and_then(Value::as_str).unwrap_or_default();
            let has_words = text("en").contains(char::is_alphabetic);
            assert!(!has_words || !text("zh").is_empty(), "{place}: {value}");
            assert!(!text("en").is_empty(), "{place}: {value}");
        }
        Value::Object(entries) => {
            for (key, below) in entries {
                in_both_languages(&format!("{place}/{key}"), below);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                in_both_languages(&format!("{place}/{index}"), item);
            }
        }
        _ => {}
    }
}

#[test]
fn every_built_in_text_is_there_in_english_and_chinese() {
    let sandbox = Sandbox::new();
    let mut count = 0;
    for template in BUILT_IN {
        let shown = sandbox.run(&format!("show {template} --json")).ok().json();
        in_both_languages(template, &shown);
        for key in ["title", "summary", "description"] {
            assert!(shown[key]["zh"].is_string(), "{template}: {key}");
        }
        count += shown["questions"].as_array().unwrap().len();
    }
    assert!(count > 50, "{count}");
}
