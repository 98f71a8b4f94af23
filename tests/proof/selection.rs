//! Which projects are made.

use std::collections::BTreeMap;
use std::env;

use pyscaffold::engine::answer::Raw;
use pyscaffold::engine::resolve::Resolver;
use pyscaffold::model::language::Language;
use pyscaffold::model::template::Template;
use pyscaffold::model::value::{Answers, Value};
use pyscaffold::system::builtin;

use crate::machine::{Machine, minor};
use crate::naming::Naming;
use crate::project::Project;
use crate::table::TEMPLATES;
use crate::variants::{Factor, Level, Variant, covering, factors_of_pairs, product};

/// The factor that stands for names and texts.
const NAMING: &str = "naming";

/// Returns the projects of all templates, those of default answers first.
pub fn projects(machine: &Machine) -> Vec<Project> {
    let mut projects = Vec::new();
    for row in TEMPLATES {
        let Some(Ok(template)) = builtin::load(row.name) else {
            continue;
        };
        let defaults = defaults(&template);
        for (number, variant) in chosen(&template, &defaults, machine)
            .into_iter()
            .enumerate()
        {
            let naming = variant.answers.get(NAMING).and_then(Value::as_text);
            let naming = Naming::of(naming.unwrap_or_default());
            let mut answers = variant.answers;
            answers.remove(NAMING);
            // A question that is not asked takes no answer either.
            let is_given = |key: &str, value: &Value| {
                let question = template.question(key);
                defaults.get(key) != Some(value) && question.is_some_and(|q| q.when.holds(&answers))
            };
            let changed = answers.iter().filter(|(key, value)| is_given(key, value));
            projects.push(Project {
                row,
                number,
                naming,
                changed: changed.map(|(k, v)| (k.clone(), v.clone())).collect(),
                answers,
            });
        }
    }
    projects
}

/// Returns the Pythons that templates offer and this machine lacks.
pub fn left_out(machine: &Machine) -> Vec<String> {
    let mut missing: Vec<String> = TEMPLATES
        .iter()
        .filter_map(|row| builtin::load(row.name)?.ok())
        .flat_map(|template| factors(&template))
        .filter(|factor| factor.key == "python")
        .flat_map(|factor| factor.levels)
        .filter(|level| !is_there(level, machine))
        .filter_map(|level| match level {
            Level::Is(value) => Some(format!("python{value}: no interpreter found")),
            Level::With(_) | Level::Without(_) => None,
        })
        .collect();
    missing.sort();
    missing.dedup();
    missing
}

fn chosen(template: &Template, defaults: &Answers, machine: &Machine) -> Vec<Variant> {
    let mut factors = factors(template);
    for factor in factors.iter_mut().filter(|factor| factor.key == "python") {
        factor.levels.retain(|level| is_there(level, machine));
    }
    let takes_all = env::var_os("PROOF_ALL").is_some_and(|value| value == "1");
    if !takes_all {
        factors.push(Factor::free(NAMING, &Naming::ALL.map(Naming::word)));
    }
    let mut all = product(&factors);
    let mut usual = defaults.clone();
    usual.insert(NAMING.to_owned(), Value::from(Naming::Usual.word()));
    // Where the default Python is not there, what comes nearest.
    let differences = |variant: &Variant| {
        let answers = variant.answers.iter();
        answers
            .filter(|(key, value)| usual.get(*key) != Some(value))
            .count()
    };
    let Some(first) = (0..all.len()).min_by_key(|index| all.get(*index).map(differences)) else {
        return Vec::new();
    };
    all.swap(0, first);
    if takes_all {
        // Every naming occurs, but not with every combination.
        for (variant, naming) in all.iter_mut().zip(Naming::ALL.into_iter().cycle()) {
            let naming = Value::from(naming.word());
            variant.answers.insert(NAMING.to_owned(), naming);
        }
        return all;
    }
    covering(&all, &all[0])
}

/// Returns the factors of a template: not the licence, whose text nothing runs.
fn factors(template: &Template) -> Vec<Factor> {
    let factors = factors_of_pairs(&template.questions);
    factors
        .into_iter()
        .filter(|factor| factor.key != "license")
        .collect()
}

fn is_there(level: &Level, machine: &Machine) -> bool {
    match level {
        Level::Is(Value::Text(version)) => {
            minor(version).is_some_and(|minor| machine.pythons.contains_key(&minor))
        }
        Level::Is(_) | Level::With(_) | Level::Without(_) => true,
    }
}

fn defaults(template: &Template) -> Answers {
    let identity = [("name", String::new()), ("package", String::new())];
    let (given, lookups) = (BTreeMap::new(), BTreeMap::new());
    let Ok(mut resolver) = Resolver::new(template, identity, given, lookups, Language::English)
    else {
        return Answers::new();
    };
    while let Ok(Some(open)) = resolver.next_open() {
        let Some((value, source)) = open.default else {
            break;
        };
        if resolver.answer(&Raw::Typed(value), source).is_err() {
            break;
        }
    }
    resolver.finish().answers
}
