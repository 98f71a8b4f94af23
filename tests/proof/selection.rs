//! Which projects are made.

use std::collections::BTreeMap;
use std::env;
use std::panic::resume_unwind;
use std::thread::{self, ScopedJoinHandle};

use pyscaffold::engine::answer::Raw;
use pyscaffold::engine::resolve::Resolver;
use pyscaffold::model::language::Language;
use pyscaffold::model::template::Template;
use pyscaffold::model::value::{Answers, Value};
use pyscaffold::system::builtin;

use crate::covering::{Effort, Wish, covering};
use crate::machine::{Machine, minor};
use crate::naming::Naming;
use crate::project::{self, Project};
use crate::table::{Check, Number, TEMPLATES, TemplateRow, When, holds};
use crate::variants::{self, Factor, LICENSE, Level, Variant, product};

/// The factor that stands for names and texts.
const NAMING: &str = "naming";

/// Some seconds of looking, where each project that can be left out saves a minute.
const EFFORT: Effort = Effort {
    exchanges: 12_000,
    candidates: 60,
};

/// Returns the projects of all templates, those of default answers first.
pub fn projects(machine: &Machine) -> Vec<Project> {
    let mut projects: Vec<Project> = thread::scope(|scope| {
        let of_row = |row| scope.spawn(move || projects_of(row, machine));
        let running: Vec<_> = TEMPLATES.iter().map(of_row).collect();
        let done = running.into_iter().map(ScopedJoinHandle::join);
        done.flat_map(|of_row| of_row.unwrap_or_else(|panic| resume_unwind(panic)))
            .collect()
    });
    single_out(&mut projects);
    projects
}

/// Returns the projects of one template.
fn projects_of(row: &'static TemplateRow, machine: &Machine) -> Vec<Project> {
    let Some(Ok(template)) = builtin::load(row.name) else {
        return Vec::new();
    };
    let defaults = defaults(&template);
    let variants = chosen(row, &template, &defaults, machine).into_iter();
    let project = |(number, variant): (usize, Variant)| {
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
        Project {
            row,
            number,
            naming,
            changed: changed.map(|(k, v)| (k.clone(), v.clone())).collect(),
            answers,
            singled_out: Vec::new(),
        }
    };
    variants.enumerate().map(project).collect()
}

/// Says of each check that is done with one project which one that is.
fn single_out(projects: &mut [Project]) {
    for row in TEMPLATES {
        for (check, which) in checks_of_one(row) {
            let fits = |project: &Project| {
                let is_the_one = takes_all() || project.holds(which);
                project.row.name == row.name && project.holds(check.when) && is_the_one
            };
            for project in projects.iter_mut().filter(|project| fits(project)) {
                project.singled_out.push(check.name);
                if !takes_all() {
                    break;
                }
            }
        }
    }
}

/// Returns the checks that are done with one project, and what holds for that one.
fn checks_of_one(row: &'static TemplateRow) -> impl Iterator<Item = (Check, When)> {
    project::checks(row).filter_map(|check| match check.number {
        Number::Every | Number::OnDemand => None,
        Number::One(which) => Some((check, which)),
    })
}

/// Returns the checks of one project that no project is there for.
pub fn undone(projects: &[Project]) -> Vec<String> {
    let is_done = |row: &TemplateRow, check: &Check| {
        let mut of_row = projects
            .iter()
            .filter(|project| project.row.name == row.name);
        of_row.any(|project| project.singled_out.contains(&check.name))
    };
    let undone = TEMPLATES.iter().flat_map(|row| {
        let checks = checks_of_one(row).filter(move |(check, _)| !is_done(row, check));
        checks.map(|(check, _)| format!("{}: {}", row.name, check.name))
    });
    undone.collect()
}

/// Returns whether every check is done with every project that has its answers.
pub fn takes_all() -> bool {
    env::var_os("PROOF_ALL").is_some()
}

/// Returns whether a project is made for every combination of answers, not for every pair.
fn takes_combinations() -> bool {
    env::var_os("PROOF_ALL").is_some_and(|value| value == "combinations")
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

fn chosen(
    row: &'static TemplateRow,
    template: &Template,
    defaults: &Answers,
    machine: &Machine,
) -> Vec<Variant> {
    let mut factors = factors(template);
    for factor in factors.iter_mut().filter(|factor| factor.key == "python") {
        factor.levels.retain(|level| is_there(level, machine));
    }
    if !takes_combinations() {
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
    // Sorting keeps the order of what differs as much.
    all.sort_by_cached_key(differences);
    if takes_combinations() {
        // Every naming occurs, but not with every combination.
        for (variant, naming) in all.iter_mut().zip(Naming::ALL.into_iter().cycle()) {
            let naming = Value::from(naming.word());
            variant.answers.insert(NAMING.to_owned(), naming);
        }
        return all;
    }
    covering(&all, all.first(), &wishes(row), EFFORT)
}

/// Returns what some project has to be: for every check that is done with one, that one.
fn wishes(row: &'static TemplateRow) -> Vec<Wish<'static>> {
    let wishes = checks_of_one(row).map(|(check, which)| {
        let wish: Wish<'static> = Box::new(move |variant: &Variant| {
            let answer = |key: &str| variant.answers.get(key).map(ToString::to_string);
            holds(check.when, answer) && holds(which, answer)
        });
        wish
    });
    wishes.collect()
}

/// Returns the factors of a template: not the licence, whose text nothing runs.
fn factors(template: &Template) -> Vec<Factor> {
    let factors = variants::factors(&template.questions);
    factors
        .into_iter()
        .filter(|factor| factor.key != LICENSE)
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
