//! The ways in which a template can be answered: all of them, and the few that show every pair of answers together.
//!
//! A factor is a question with a handful of possible answers, or one option of a question that takes several. A pair is two
//! answers to two factors. A fault that two answers cause together shows in any set of projects that holds every pair.

use pyscaffold::model::condition::Condition;
use pyscaffold::model::question::{Kind, Question};
use pyscaffold::model::value::{Answers, Value};

/// The question for the licence: its answers are words, which nothing runs.
pub const LICENSE: &str = "license";

/// A question with a handful of answers, or one option of a question that takes several.
#[derive(Clone, Debug)]
pub struct Factor {
    /// The key of the question.
    pub key: String,
    /// The answers, in the order of the manifest.
    pub levels: Vec<Level>,
    /// The question is asked only if this holds.
    pub when: Condition,
    /// The answer where it is not asked.
    pub unasked: Level,
}

/// What a factor does to the answers.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Level {
    /// The question has this answer.
    Is(Value),
    /// The option is among the chosen ones.
    With(String),
    /// The option is not among the chosen ones.
    Without(String),
}

/// One way to answer all factors.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Variant {
    /// The level of each factor.
    pub levels: Vec<usize>,
    /// The answers.
    pub answers: Answers,
}

/// A level of one factor together with a level of another, each as (factor, level).
pub type Pair = ((usize, usize), (usize, usize));

impl Factor {
    /// Returns a factor that no question of the template stands behind.
    pub fn free(key: &str, values: &[&str]) -> Self {
        let levels: Vec<Level> = values.iter().map(|v| Level::Is(Value::from(*v))).collect();
        Self {
            key: key.to_owned(),
            when: Condition::default(),
            unasked: Level::Is(Value::from("")),
            levels,
        }
    }

    fn of(question: &Question, values: Vec<Value>) -> Self {
        let unasked = question.unasked().unwrap_or(Value::Bool(false));
        Self {
            key: question.key.clone(),
            when: question.when.clone(),
            levels: values.into_iter().map(Level::Is).collect(),
            unasked: Level::Is(unasked),
        }
    }

    fn of_option(question: &Question, option: &str) -> Self {
        let without = Level::Without(option.to_owned());
        Self {
            key: question.key.clone(),
            when: question.when.clone(),
            levels: vec![without.clone(), Level::With(option.to_owned())],
            unasked: without,
        }
    }
}

/// Returns the factors of a template: each option of a question that takes several is one of its own.
pub fn factors(questions: &[Question]) -> Vec<Factor> {
    let factors = questions.iter().flat_map(|question| match question.kind {
        Kind::Bool => vec![Factor::of(question, vec![false.into(), true.into()])],
        Kind::Choice => vec![Factor::of(question, values(question).collect())],
        Kind::Choices => {
            let options = question.choices.iter();
            options
                .map(|choice| Factor::of_option(question, &choice.value))
                .collect()
        }
        Kind::Text | Kind::Integer | Kind::Secret => Vec::new(),
    });
    factors.collect()
}

fn values(question: &Question) -> impl Iterator<Item = Value> {
    question
        .choices
        .iter()
        .map(|choice| Value::from(choice.value.as_str()))
}

/// Returns every variant, the last factor changing fastest. Questions that are not asked do not multiply them.
///
/// Of a question that takes several options there are none of them, each alone, and all: every pair of options is among these.
pub fn product(factors: &[Factor]) -> Vec<Variant> {
    let mut variants = vec![Variant {
        levels: Vec::new(),
        answers: Answers::new(),
    }];
    for (index, factor) in factors.iter().enumerate() {
        let options = factors.iter().take(index + 1);
        let options = options.filter(|other| other.key == factor.key).count();
        variants = variants
            .iter()
            .flat_map(|variant| continuations(variant, factor))
            .filter(|variant| match variant.answers.get(&factor.key) {
                Some(Value::List(chosen)) => chosen.len() <= 1 || chosen.len() == options,
                _ => true,
            })
            .collect();
    }
    variants
}

fn continuations(variant: &Variant, factor: &Factor) -> Vec<Variant> {
    let go_on = |index: usize, level: &Level| {
        let mut next = variant.clone();
        next.levels.push(index);
        apply(level, &factor.key, &mut next.answers);
        next
    };
    if !factor.when.holds(&variant.answers) {
        // An answer that stands for an unasked question may also be one that can be given.
        let known = factor.levels.iter().position(|l| *l == factor.unasked);
        return vec![go_on(known.unwrap_or(factor.levels.len()), &factor.unasked)];
    }
    let levels = factor.levels.iter().enumerate();
    levels.map(|(index, level)| go_on(index, level)).collect()
}

fn apply(level: &Level, key: &str, answers: &mut Answers) {
    match level {
        Level::Is(value) => {
            answers.insert(key.to_owned(), value.clone());
        }
        Level::With(option) => {
            let chosen = answers
                .entry(key.to_owned())
                .or_insert_with(|| Value::List(Vec::new()));
            if let Value::List(options) = chosen {
                options.push(option.clone());
            }
        }
        Level::Without(_) => {
            answers
                .entry(key.to_owned())
                .or_insert_with(|| Value::List(Vec::new()));
        }
    }
}

/// Returns every pair that a variant holds.
pub fn pairs(variant: &Variant) -> impl Iterator<Item = Pair> + '_ {
    let levels = variant.levels.iter().copied().enumerate();
    levels.flat_map(move |later| {
        let earlier = variant.levels.iter().copied().enumerate().take(later.0);
        earlier.map(move |earlier| (earlier, later))
    })
}
