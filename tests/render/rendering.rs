//! Renders variants of the built-in templates and keeps each distinct file once.

use std::collections::{BTreeMap, HashMap};
use std::num::NonZero;
use std::sync::OnceLock;
use std::thread;

use pyscaffold::engine::answer::Raw;
use pyscaffold::engine::compose::compose;
use pyscaffold::engine::resolve::{Given, Resolver, Source};
use pyscaffold::model::language::Language;
use pyscaffold::model::template::Template;
use pyscaffold::model::tree::Tree;
use pyscaffold::model::value::{Answers, Value};
use pyscaffold::system::builtin;

use crate::covering::{Effort, covering};
use crate::variants::{Factor, LICENSE, Level, Variant, factors, product};

/// The distribution and import name of a usual project.
pub const NAMES: [&str; 2] = ["order-desk", "order_desk"];

/// A file as some variant has it.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Rendered {
    /// The path in the project.
    pub path: String,
    /// The content.
    pub text: String,
}

/// What the variants of a template come to.
#[derive(Debug, Default)]
pub struct Gallery {
    /// The distinct files, each with a variant that has it, in words.
    pub files: HashMap<Rendered, String>,
    /// How many files each variant has, by its place in [`variants`].
    pub sizes: Vec<usize>,
}

/// Returns the built-in templates.
pub fn templates() -> Vec<(&'static str, Template)> {
    let load = |name| {
        let template = builtin::load(name).expect("listed templates can be loaded");
        (
            name,
            template.expect("built-in templates are without fault"),
        )
    };
    builtin::names().into_iter().map(load).collect()
}

/// Returns every combination of choices of a template, with some economy: its licences, and each single option of a question
/// that takes several, come with every pair of the other answers instead of all combinations.
pub fn variants(template: &Template) -> Vec<Answers> {
    let (single, mut variants): (Vec<_>, Vec<_>) = product(&factors_but_licence(template))
        .into_iter()
        .partition(has_single_option);
    let mut by_option: BTreeMap<String, Vec<Variant>> = BTreeMap::new();
    for variant in single {
        let options = variant.answers.values();
        let options = options.filter(|value| matches!(value, Value::List(_)));
        let options: Vec<String> = options.map(ToString::to_string).collect();
        by_option
            .entry(options.join(" "))
            .or_default()
            .push(variant);
    }
    variants.extend(
        by_option
            .values()
            .flat_map(|all| covering(all, None, &[], EFFORT)),
    );
    let variants = variants.into_iter().map(|variant| variant.answers);
    variants.chain(licensed(template)).collect()
}

/// Some tenths of a second of looking, where a variant costs as much.
pub const EFFORT: Effort = Effort {
    exchanges: 1500,
    candidates: 16,
};

/// Returns variants that hold every pair of answers.
pub fn every_pair(template: &Template) -> Vec<Answers> {
    let all = product(&factors_but_licence(template));
    let variants = covering(&all, None, &[], EFFORT).into_iter();
    let variants = variants.map(|variant| variant.answers);
    variants.chain(licensed(template)).collect()
}

/// Returns the factors of a template that projects are run with.
pub fn factors_but_licence(template: &Template) -> Vec<Factor> {
    let mut factors = factors(&template.questions);
    factors.retain(|factor| factor.key != LICENSE);
    factors
}

/// Returns variants that hold every pair of a licence and another answer, options of questions that take several left out.
fn licensed(template: &Template) -> impl Iterator<Item = Answers> {
    let mut factors = factors(&template.questions);
    factors.retain(|factor| !matches!(factor.levels.as_slice(), [Level::Without(_), ..]));
    let variants = covering(&product(&factors), None, &[], EFFORT).into_iter();
    variants.map(|variant| variant.answers)
}

fn has_single_option(variant: &Variant) -> bool {
    let is_single = |value: &Value| matches!(value, Value::List(options) if options.len() == 1);
    variant.answers.values().any(is_single)
}

/// Renders a project of this distribution and import name.
pub fn render(template: &Template, names: [&str; 2], answers: &Answers) -> Tree {
    let given = answers
        .iter()
        .map(|(key, value)| {
            let raw = Raw::Typed(value.clone());
            let source = Source::AnswersFile;
            (key.clone(), Given { raw, source })
        })
        .collect();
    let identity = [
        ("name", names[0].to_owned()),
        ("package", names[1].to_owned()),
    ];
    let mut resolver = Resolver::new(
        template,
        identity,
        given,
        BTreeMap::new(),
        Language::English,
    )
    .expect("the answers are to questions of the template");
    while let Some(open) = resolver.next_open().expect("the answers can be taken") {
        let (value, source) = open.default.expect("built-in questions have defaults");
        resolver
            .answer(&Raw::Typed(value), source)
            .expect("defaults can be taken");
    }
    match compose(template, &resolver.finish()) {
        Ok(composition) => composition.tree,
        Err(error) => panic!(
            "{} with {}: {error}",
            template.manifest.name,
            words(answers)
        ),
    }
}

/// Returns what the variants of every template come to, rendered once for all tests.
pub fn galleries() -> &'static BTreeMap<&'static str, Gallery> {
    static GALLERIES: OnceLock<BTreeMap<&'static str, Gallery>> = OnceLock::new();
    GALLERIES.get_or_init(|| {
        let templates = templates();
        let galleries = templates
            .iter()
            .map(|(name, template)| (*name, gallery(template, &variants(template))));
        galleries.collect()
    })
}

fn gallery(template: &Template, variants: &[Answers]) -> Gallery {
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let share = variants.len().div_ceil(threads);
    thread::scope(|scope| {
        let parts: Vec<_> = variants
            .chunks(share)
            .map(|chunk| scope.spawn(|| part_of_gallery(template, chunk)))
            .collect();
        let mut gallery = Gallery::default();
        for part in parts {
            let part = part.join().expect("rendering does not stop");
            gallery.sizes.extend(part.sizes);
            // The earliest variant names a file that several have.
            for (file, variant) in part.files {
                gallery.files.entry(file).or_insert(variant);
            }
        }
        gallery
    })
}

fn part_of_gallery(template: &Template, variants: &[Answers]) -> Gallery {
    let mut part = Gallery::default();
    for answers in variants {
        let tree = render(template, NAMES, answers);
        part.sizes.push(tree.len());
        for (path, file) in tree.iter() {
            let Some(text) = text(&file.bytes) else {
                continue;
            };
            let rendered = Rendered {
                path: path.to_string(),
                text: text.to_owned(),
            };
            part.files.entry(rendered).or_insert_with(|| words(answers));
        }
    }
    part
}

/// Returns the text of a file, which every file is but the models: those hold zeros, by which git tells them from text too.
pub fn text(bytes: &[u8]) -> Option<&str> {
    let is_text = !bytes.contains(&0);
    is_text.then(|| std::str::from_utf8(bytes).expect("templates are text"))
}

/// Returns answers as a message says them.
pub fn words(answers: &Answers) -> String {
    let words: Vec<String> = answers.iter().map(|(k, v)| format!("{k}={v}")).collect();
    words.join(" ")
}
