//! What a sound template can still get wrong, for its author: `validate` finds what makes it unusable, this what makes it bad.
//!
//! The template is rendered with its defaults, with every other choice, and with texts that only survive where values are escaped;
//! what comes out must be what its file name says.

use std::collections::{BTreeMap, BTreeSet};

use toml_edit::DocumentMut;
use yaml_rust2::YamlLoader;

use super::answer::{Raw, read_answer};
use super::compose::compose;
use super::escape::Language as Target;
use super::ownership::{both, fills, placed};
use super::render::Renderer;
use super::resolve::{Given, Resolved, Resolver, Source as From};
use super::syntax::Source;
use super::validate::place_of;
use crate::model::condition::Condition;
use crate::model::language::Language;
use crate::model::problem::Problem;
use crate::model::question::{Kind, Question};
use crate::model::relpath::RelPath;
use crate::model::template::{Layer, Template};
use crate::model::text::Position;
use crate::model::value::Value;

/// Texts that only survive where they are escaped for the language of the file.
const HOSTILE: [&str; 2] = ["it's \"x\": # {y}", "\"'- \\d: [z"];

/// A rendered Python file, to be parsed by somebody who can.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct PythonFile {
    /// The file of the template.
    pub file: String,
    /// The answers that it was rendered with, in words.
    pub with: String,
    /// The text.
    pub text: String,
    /// The question whose value would be to blame, where the plain text is fine.
    pub blames: Option<String>,
    /// Where that value stands, if it stands in one place.
    pub at: Option<Position>,
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// What Python has to judge.
    pub python: Vec<PythonFile>,
}

/// Looks at everything in a template that its author wrote; what it inherits is others' matter.
pub fn lint(template: &Template) -> Findings {
    let mut findings = Findings::default();
    unused(template, &mut findings.problems);
    dead(template, &mut findings.problems);
    defaults(template, &mut findings.problems);
    outputs(template, &mut findings);
    findings.problems.sort();
    findings.problems.dedup();
    findings.python.sort();
    findings
        .python
        .dedup_by(|one, other| one.file == other.file && one.text == other.text);
    findings
}

fn own(template: &Template) -> impl Iterator<Item = &Layer> {
    template.layers.iter().filter(|layer| !layer.is_foreign)
}

/// Reports questions whose answer nothing uses.
fn unused(template: &Template, problems: &mut Vec<Problem>) {
    let mut used: BTreeSet<String> = BTreeSet::new();
    let mut names_of = |text: &str| {
        if let Ok(source) = Source::parse(text) {
            used.extend(source.names().into_iter().map(|usage| usage.name));
        }
    };
    for layer in &template.layers {
        for file in placed(&layer.package) {
            names_of(&file.target);
            if file.rendered {
                names_of(&text_of(layer, file.source));
            }
        }
        for fill in fills(&layer.package) {
            names_of(&fill.target);
            if fill.rendered {
                names_of(&text_of(layer, fill.source));
            }
        }
        for question in &layer.package.manifest.questions {
            if let Some(Value::Text(text)) = &question.default {
                names_of(text);
            }
        }
    }
    let manifests = || template.layers.iter().map(|layer| &layer.package.manifest);
    let conditions = manifests().flat_map(|manifest| {
        let layers = manifest.layers.iter().map(|layer| &layer.when);
        let files = manifest.files.iter().map(|rule| &rule.when);
        let questions = manifest.questions.iter().map(|question| &question.when);
        layers.chain(files).chain(questions)
    });
    used.extend(conditions.flat_map(|when| when.any_of.keys().cloned()));
    for layer in own(template) {
        let manifest = &layer.package.manifest;
        for question in &manifest.questions {
            // A question may be there for what its choices bring.
            let facts: Vec<&str> = question.facts().collect();
            let is_used =
                used.contains(&question.key) || facts.iter().any(|fact| used.contains(*fact));
            if !is_used {
                let message = format!("nothing uses the answer to `{}`", question.key);
                problems.push(Problem::at(&manifest.file, question.at, message));
            }
        }
    }
}

fn text_of(layer: &Layer, source: &str) -> String {
    let bytes = layer.package.files.get(source);
    bytes.map_or_else(String::new, |bytes| {
        String::from_utf8_lossy(bytes).into_owned()
    })
}

/// Reports conditions that never hold.
fn dead(template: &Template, problems: &mut Vec<Problem>) {
    let never = |when: &Condition| {
        let several = |key: &str| {
            template
                .question(key)
                .is_some_and(|question| question.kind == Kind::Choices)
        };
        when.any_of
            .iter()
            .find(|(key, values)| values.is_empty() && !several(key))
            .map(|(key, _)| key.clone())
    };
    for layer in own(template) {
        let manifest = &layer.package.manifest;
        for rule in &manifest.files {
            if let Some(key) = never(&both(layer.when.clone(), &rule.when)) {
                let message =
                    format!("`when` never holds: the layer comes only with another `{key}`");
                problems.push(Problem::at(&manifest.file, rule.at, message));
            }
        }
        for question in &manifest.questions {
            if let Some(key) = never(&both(layer.when.clone(), &question.when)) {
                let message =
                    format!("`when` never holds: the layer comes only with another `{key}`");
                problems.push(Problem::at(&manifest.file, question.at, message));
            }
        }
    }
}

/// Reports defaults that break the question's own rule. An empty one says that nothing was answered.
fn defaults(template: &Template, problems: &mut Vec<Problem>) {
    for layer in own(template) {
        let manifest = &layer.package.manifest;
        for question in &manifest.questions {
            let Some(value) = &question.default else {
                continue;
            };
            let text = value.to_string();
            if text.is_empty() || text.contains("{{") {
                continue;
            }
            if let Err(error) = read_answer(question, &Raw::Typed(value.clone()), Language::English)
            {
                let message = format!("the default of question `{}`: {error}", question.key);
                problems.push(Problem::at(&manifest.file, question.at, message));
            }
        }
    }
}

/// One set of answers.
struct Variant {
    answers: BTreeMap<String, Value>,
    with: String,
    /// The question that has a hostile text.
    hostile: Option<String>,
}

fn variants(template: &Template) -> Vec<Variant> {
    let mut variants = vec![Variant {
        answers: BTreeMap::new(),
        with: "the defaults".to_owned(),
        hostile: None,
    }];
    let mut add = |question: &Question, value: Value, is_hostile: bool| {
        let with = if is_hostile {
            format!("another `{}`", question.key)
        } else {
            format!("{}={value}", question.key)
        };
        variants.push(Variant {
            answers: BTreeMap::from([(question.key.clone(), value)]),
            with,
            hostile: is_hostile.then(|| question.key.clone()),
        });
    };
    for question in &template.questions {
        match question.kind {
            Kind::Bool => {
                for flag in [true, false] {
                    add(question, Value::Bool(flag), false);
                }
            }
            Kind::Choice => {
                for value in question.values() {
                    add(question, Value::from(value), false);
                }
            }
            Kind::Choices => {
                let all = question.values().into_iter().map(str::to_owned).collect();
                add(question, Value::List(all), false);
                add(question, Value::List(Vec::new()), false);
            }
            Kind::Text | Kind::Secret => {
                for text in HOSTILE {
                    let value = Value::from(text);
                    let raw = Raw::Typed(value.clone());
                    // A rule that keeps such texts away makes escaping needless.
                    if read_answer(question, &raw, Language::English).is_ok() {
                        add(question, value, true);
                    }
                }
            }
            Kind::Integer => {}
        }
    }
    variants
}

/// Returns the answers of a variant; an answer that does not apply is left out.
fn resolve(template: &Template, variant: &Variant) -> Option<Resolved> {
    let identity = [
        ("name", "my-proj".to_owned()),
        ("package", "my_proj".to_owned()),
    ];
    let given = variant
        .answers
        .iter()
        .map(|(key, value)| {
            let given = Given {
                raw: Raw::Typed(value.clone()),
                source: From::Prompt,
            };
            (key.clone(), given)
        })
        .collect();
    let mut resolver = Resolver::new(
        template,
        identity,
        given,
        BTreeMap::new(),
        Language::English,
    )
    .ok()?;
    while let Some(open) = resolver.next_open().ok()? {
        match open.default {
            Some((value, _)) => resolver.answer(&Raw::Typed(value), From::Default).ok()?,
            None => resolver.leave_unanswered(),
        }
    }
    Some(resolver.finish())
}

/// Renders every variant and reports what its reader could not read.
fn outputs(template: &Template, findings: &mut Findings) {
    let mut seen: BTreeSet<(String, String)> = BTreeSet::new();
    let mut bad: BTreeSet<String> = BTreeSet::new();
    for variant in variants(template) {
        let Some(resolved) = resolve(template, &variant) else {
            continue;
        };
        let composition = match compose(template, &resolved) {
            Ok(composition) => composition,
            Err(error) => {
                let message = format!("with {}: {error}", variant.with);
                let file = &template.manifest.file;
                findings.problems.push(Problem::of(file, message));
                continue;
            }
        };
        let mut renderer = Renderer::new(resolved.names());
        for layer in own(template) {
            for file in placed(&layer.package).iter().filter(|file| file.rendered) {
                let path = renderer.render(&file.target, Target::Verbatim).ok();
                let Some(path) = path.and_then(|path| RelPath::parse(&path).ok()) else {
                    continue;
                };
                let is_mine = composition
                    .origins
                    .get(&path)
                    .is_some_and(|labels| labels.last() == Some(&layer.label()));
                let text = composition
                    .tree
                    .get(&path)
                    .and_then(|file| std::str::from_utf8(&file.bytes).ok());
                let Some(text) = text.filter(|_| is_mine) else {
                    continue;
                };
                let label = label(layer, file.source);
                if !seen.insert((label.clone(), text.to_owned())) {
                    continue;
                }
                let key = variant.hostile.as_deref();
                let at = key.and_then(|key| one_place(layer, file.source, key));
                if ending(&path) == "py" {
                    findings.python.push(PythonFile {
                        file: label,
                        with: variant.with.clone(),
                        text: text.to_owned(),
                        blames: variant.hostile.clone(),
                        at,
                    });
                } else if let Some(fault) = unreadable(&path, text)
                    && (variant.hostile.is_none() || !bad.contains(&label))
                {
                    // Where the plain text is wrong already, escaping is not to blame.
                    if variant.hostile.is_none() {
                        bad.insert(label.clone());
                    }
                    let problem = blame((&label, at), &variant.with, key, &fault);
                    findings.problems.push(problem);
                }
            }
        }
    }
}

/// Returns the problem of an output that cannot be read.
pub fn blame(
    (file, at): (&str, Option<Position>),
    with: &str,
    hostile: Option<&str>,
    fault: &str,
) -> Problem {
    let message = match hostile {
        Some(key) => format!(
            "the value of `{key}` stands where it is not escaped: put it between double quotes"
        ),
        None => format!("with {with} the output cannot be read: {fault}"),
    };
    match at {
        Some(at) => Problem::at(file, at, message),
        None => Problem::of(file, message),
    }
}

/// Returns where a file writes the answer to a question, if it does so in one place.
fn one_place(layer: &Layer, source: &str, key: &str) -> Option<Position> {
    let text = text_of(layer, source);
    let names = Source::parse(&text).ok()?.names();
    let mut uses = names.iter().filter(|usage| usage.name == key);
    match (uses.next(), uses.next()) {
        (Some(only), None) => Some(place_of(&text, only.line, key)),
        _ => None,
    }
}

fn label(layer: &Layer, source: &str) -> String {
    match layer.package.manifest.file.rsplit_once('/') {
        Some((folder, _)) => format!("{folder}/{source}"),
        None => source.to_owned(),
    }
}

fn ending(path: &RelPath) -> &str {
    let name = path.file_name();
    name.rsplit_once('.').map_or("", |(_, ending)| ending)
}

/// Says why a text is not what its file name says.
fn unreadable(path: &RelPath, text: &str) -> Option<String> {
    let one_line = |text: &str| text.lines().collect::<Vec<_>>().join(", ");
    match ending(path) {
        "toml" => {
            let parsed = text.parse::<DocumentMut>();
            parsed.err().map(|error| one_line(error.message()))
        }
        "json" => {
            let parsed = serde_json::from_str::<serde_json::Value>(text);
            parsed.err().map(|error| error.to_string())
        }
        "yaml" | "yml" => {
            let parsed = YamlLoader::load_from_str(text);
            parsed.err().map(|error| error.to_string())
        }
        _ => None,
    }
}
