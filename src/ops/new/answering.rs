//! Collects what was given and asks for the rest.

use std::collections::BTreeMap;

use super::{NewError, NewOptions};
use crate::engine::answer::{AnswerError, Raw, read_answer};
use crate::engine::resolve::{ALWAYS, Given, Open, Resolved, Resolver, Source};
use crate::model::cookiecutter::HOOKS;
use crate::model::name::{DistributionName, PackageName};
use crate::model::question::{Kind, Lookup, Question};
use crate::model::template::Template;
use crate::model::text::visible;
use crate::model::value::Value;
use crate::ops::System;
use crate::system::answers;
use crate::system::cookiecutter;
use crate::system::env::Environment;
use crate::system::prompt::{self, Escape, PromptError};
use crate::system::repository::GitSettings;

pub(in crate::ops) fn answer(
    system: &System,
    options: &NewOptions,
    template: &Template,
    settings: &GitSettings,
    given: &BTreeMap<String, Given>,
    (name, package): (&DistributionName, &PackageName),
) -> Result<Resolved, NewError> {
    let places: BTreeMap<String, Source> = given
        .iter()
        .map(|(key, given)| (key.clone(), given.source))
        .collect();
    let place = |error: AnswerError| {
        let place = places
            .get(error.key())
            .map(|source| place_of(*source, error.key()));
        NewError::Answer { error, place }
    };
    let identity = [("name", name.to_string()), ("package", package.to_string())];
    let mut lookups = lookups(system, settings);
    if template.questions.iter().any(Question::is_drawn) {
        lookups.extend(drawn(&system.environment)?);
    }
    let begin = || {
        let (given, lookups) = (given.clone(), lookups.clone());
        Resolver::new(template, identity.clone(), given, lookups, system.language)
    };
    let mut resolver = begin().map_err(place)?;
    let mut dialogue = Dialogue::default();
    let asks = system.environment.interactive && !options.yes;
    let mut missing = Vec::new();
    while let Some(open) = resolver.next_open().map_err(place)? {
        if open.question.key == HOOKS && open.default.is_none() {
            return Err(NewError::Hooks {
                template: template.manifest.name.clone(),
                hooks: hooks_of(template),
            });
        }
        if asks && !open.question.is_drawn() {
            let answer = dialogue.ask(system, &open).map_err(|fault| match fault {
                Fault::Answer(error) => place(error),
                Fault::Prompt(error) => error.into(),
            })?;
            if let Some((value, source)) = answer {
                resolver.answer(&Raw::Typed(value), source).map_err(place)?;
            } else {
                resolver = begin().map_err(place)?;
                dialogue.replay(&mut resolver).map_err(place)?;
            }
        } else if let Some((value, source)) = open.default {
            resolver.answer(&Raw::Typed(value), source).map_err(place)?;
        } else {
            missing.push(open.question.clone());
            resolver.leave_unanswered();
        }
    }
    if missing.is_empty() {
        Ok(resolver.finish())
    } else {
        Err(NewError::Missing { questions: missing })
    }
}

/// Why a question stays without an answer.
enum Fault {
    /// The answer cannot be taken.
    Answer(AnswerError),
    /// There is none.
    Prompt(PromptError),
}

/// What a person has answered up to now, so that it is possible to go back.
#[derive(Default)]
struct Dialogue {
    /// The answers in the order of their questions.
    answered: Vec<(String, Value, Source)>,
    /// What was answered before the person went back, by the key of the question.
    kept: BTreeMap<String, Value>,
}

impl Dialogue {
    /// Asks an open question; none if the person goes back, which takes the last answer away.
    fn ask(&mut self, system: &System, open: &Open<'_>) -> Result<Option<(Value, Source)>, Fault> {
        let question = open.question;
        let default = open.default.as_ref();
        // A secret is typed again: what was typed is not shown, and could not be seen to be there.
        let kept = self.kept.get(&question.key);
        let kept = kept.filter(|_| question.kind != Kind::Secret);
        let offered = kept.or(default.map(|(value, _)| value));
        let escape = if self.answered.is_empty() {
            Escape::Cancels
        } else {
            Escape::GoesBack
        };
        let language = system.language;
        let judged = question.clone();
        let raw = prompt::ask(question, offered, (language, escape), move |raw| {
            read_answer(&judged, raw, language).map(drop)
        });
        let Some(raw) = raw.map_err(Fault::Prompt)? else {
            if let Some((key, value, _)) = self.answered.pop() {
                self.kept.insert(key, value);
            }
            return Ok(None);
        };
        let typed = read_answer(question, &raw, language).map_err(Fault::Answer)?;
        let source = match default {
            Some((value, source)) if *value == typed => *source,
            Some(_) | None => Source::Prompt,
        };
        self.kept.remove(&question.key);
        self.answered
            .push((question.key.clone(), typed.clone(), source));
        Ok(Some((typed, source)))
    }

    /// Answers anew what stays answered.
    fn replay(&self, resolver: &mut Resolver<'_>) -> Result<(), AnswerError> {
        for (key, value, source) in &self.answered {
            // What is drawn is answered in between, and is not asked.
            while let Some(open) = resolver.next_open()? {
                let drawn = open.default.filter(|_| open.question.key != *key);
                let Some((value, source)) = drawn else { break };
                resolver.answer(&Raw::Typed(value), source)?;
            }
            resolver.answer(&Raw::Typed(value.clone()), *source)?;
        }
        Ok(())
    }
}

fn hooks_of(template: &Template) -> Vec<String> {
    let hooks = template.cookiecutter.iter().flat_map(|own| &own.hooks);
    hooks.map(|hook| visible(&hook.file)).collect()
}

/// Collects what was given, the stronger place over the weaker one: flag, answers file, environment, configuration.
pub(in crate::ops) fn given(
    system: &System,
    options: &NewOptions,
    template: &Template,
) -> Result<BTreeMap<String, Given>, NewError> {
    let mut given = BTreeMap::new();
    let mut add = |key: &str, raw: Raw, source: Source| {
        given.insert(key.to_owned(), Given { raw, source });
    };
    let asked = |key: &str| template.question(key).is_some() || ALWAYS.contains(&key);
    let config = &system.config;
    let own = config
        .answers
        .get(&template.manifest.name)
        .into_iter()
        .flatten();
    for (key, value) in config
        .defaults
        .iter()
        .filter(|(key, _)| asked(key))
        .chain(own)
    {
        // `config set` knows no types; the question says what a value means.
        let raw = match value {
            Value::List(_) => Raw::Typed(value.clone()),
            other => Raw::Text(other.to_string()),
        };
        add(key, raw, Source::Config);
    }
    for (key, text) in system
        .environment
        .answers()
        .into_iter()
        .filter(|(key, _)| asked(key))
    {
        add(&key, Raw::Text(text), Source::Environment);
    }
    if let Some(file) = &options.answers_file {
        for (key, value) in answers::read(file, &system.environment)? {
            add(&key, Raw::Typed(value), Source::AnswersFile);
        }
    }
    for (key, text) in &options.answers {
        add(key, Raw::Text(text.clone()), Source::Flag);
    }
    Ok(given)
}

fn lookups(system: &System, settings: &GitSettings) -> BTreeMap<Lookup, Value> {
    let mut found =
        BTreeMap::from([(Lookup::ClockYear, Value::Integer(system.environment.year()))]);
    for (place, value) in [
        (Lookup::GitUserName, &settings.name),
        (Lookup::GitUserEmail, &settings.email),
    ] {
        if let Some(text) = value {
            found.insert(place, Value::Text(text.clone()));
        }
    }
    found
}

/// Returns what a template of Cookiecutter takes from the clock and from chance.
fn drawn(environment: &Environment) -> Result<[(Lookup, Value); 2], NewError> {
    Ok([
        (
            Lookup::ClockNow,
            Value::Text(cookiecutter::moment(environment)),
        ),
        (Lookup::Seed, Value::Text(cookiecutter::seed()?)),
    ])
}

/// Returns where an answer was given, as a person would look for it.
pub fn place_of(source: Source, key: &str) -> String {
    match source {
        Source::Flag => format!("--{}", key.replace('_', "-")),
        Source::AnswersFile => "answers file".to_owned(),
        Source::Record => "the project's record".to_owned(),
        Source::Environment => format!("PYSCAFFOLD_ANSWER_{}", key.to_ascii_uppercase()),
        Source::Prompt => "prompt".to_owned(),
        Source::Config => "config".to_owned(),
        Source::Lookup(Lookup::GitUserName | Lookup::GitUserEmail) => "git config".to_owned(),
        Source::Lookup(Lookup::ClockYear | Lookup::ClockNow) => "clock".to_owned(),
        Source::Lookup(Lookup::Seed) => "chance".to_owned(),
        Source::Default | Source::NotAsked => "default".to_owned(),
    }
}
