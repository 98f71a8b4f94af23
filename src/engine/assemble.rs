//! Puts a template's own package, its layers and the template that it builds upon together.

use std::collections::BTreeMap;

use semver::VersionReq;

use super::helpers::list;
use super::ownership::both;
use crate::model::condition::Condition;
use crate::model::manifest::{Extends, LayerName, LayerUse, Manifest, Role};
use crate::model::problem::Problem;
use crate::model::question::Question;
use crate::model::template::{GitOrigin, Layer, Origin, Package, Template, in_asking_order};
use crate::model::text::Position;
use crate::model::value::Value;

/// A template's own package and everything that its manifest names.
#[derive(Clone, Debug)]
pub struct Parts {
    /// The template's own package.
    pub own: Package,
    /// The package of every layer that the manifest uses.
    pub layers: BTreeMap<LayerName, Package>,
    /// The template that it builds upon.
    pub base: Option<Box<Parts>>,
}

/// Returns the template made of its parts. A layer's question is asked only while the layer is active.
///
/// # Errors
/// A layer that is left out or replaced and not there, and a version that will not do.
pub fn assemble(
    origin: Origin,
    parts: Parts,
    inherits: BTreeMap<String, GitOrigin>,
) -> Result<Template, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut manifest = parts.own.manifest.clone();
    let layers = stack(parts, None, &mut problems);
    if !problems.is_empty() {
        return Err(problems);
    }
    let questions = questions(&layers);
    if manifest.next.is_empty() {
        // The steps of the template below are still the next ones.
        manifest.next = layers
            .iter()
            .rev()
            .filter(|layer| layer.package.manifest.role == Role::Template)
            .map(|layer| layer.package.manifest.next.clone())
            .find(|next| !next.is_empty())
            .unwrap_or_default();
    }
    Ok(Template {
        origin,
        manifest,
        layers,
        questions,
        inherits,
        cookiecutter: None,
    })
}

/// Returns the layers of a template, lowest first. `name` is what the template is called where another builds upon it.
fn stack(parts: Parts, name: Option<LayerName>, problems: &mut Vec<Problem>) -> Vec<Layer> {
    let Parts {
        own,
        mut layers,
        base,
    } = parts;
    let manifest = own.manifest.clone();
    let mut stack = match (base, &manifest.extends) {
        (Some(base), Some(extends)) => below(*base, extends, &manifest, problems),
        (None | Some(_), _) => Vec::new(),
    };
    let generation = stack.last().map_or(0, |layer| layer.generation + 1);
    for used in &manifest.layers {
        let Some(package) = layers.remove(&used.name) else {
            continue;
        };
        check_version(
            &manifest,
            used.at,
            used.version.as_ref(),
            (&used.name, &package),
            problems,
        );
        let is_own = matches!(used.name, LayerName::Own(_) | LayerName::Source(_));
        let layer = Layer {
            name: Some(used.name.clone()),
            when: used.when.clone(),
            is_foreign: !is_own || name.is_some(),
            generation,
            package,
        };
        match &used.replaces {
            None => stack.push(layer),
            Some(replaced) => replace(&mut stack, layer, (used, replaced), &manifest, problems),
        }
    }
    stack.push(Layer {
        is_foreign: name.is_some(),
        name,
        when: Condition::default(),
        generation,
        package: own,
    });
    stack
}

/// Returns the layers of the template that is built upon, without those that are left out.
fn below(
    base: Parts,
    extends: &Extends,
    manifest: &Manifest,
    problems: &mut Vec<Problem>,
) -> Vec<Layer> {
    let named = (&extends.template, &base.own);
    check_version(
        manifest,
        extends.at,
        extends.version.as_ref(),
        named,
        problems,
    );
    let mut stack = stack(base, Some(extends.template.clone()), problems);
    for without in &extends.without {
        if let Some(at) = find(&stack, without) {
            stack.remove(at);
        } else {
            let message = format!(
                "`without` names `{without}`, which {}",
                unknown(&stack, &extends.template)
            );
            problems.push(Problem::at(&manifest.file, extends.at, message));
        }
    }
    for layer in &mut stack {
        layer.is_foreign = true;
    }
    stack
}

fn replace(
    stack: &mut [Layer],
    mut layer: Layer,
    (used, replaced): (&LayerUse, &str),
    manifest: &Manifest,
    problems: &mut Vec<Problem>,
) {
    let Some(extends) = &manifest.extends else {
        let message = "`replaces` is for a template that builds upon another by `[extends]`";
        problems.push(Problem::at(&manifest.file, used.at, message));
        return;
    };
    let Some(place) = find(stack, replaced).and_then(|at| stack.get_mut(at)) else {
        let message = format!(
            "`replaces` names `{replaced}`, which {}",
            unknown(stack, &extends.template)
        );
        problems.push(Problem::at(&manifest.file, used.at, message));
        return;
    };
    // Where nothing else is said it comes when the other one came.
    if layer.when.is_always() {
        layer.when = place.when.clone();
    }
    *place = layer;
}

/// Finds a layer, but never a template that is built upon.
fn find(stack: &[Layer], label: &str) -> Option<usize> {
    stack
        .iter()
        .position(|layer| layer.package.manifest.role == Role::Layer && layer.label() == label)
}

fn unknown(stack: &[Layer], template: &LayerName) -> String {
    let labels: Vec<String> = stack
        .iter()
        .filter(|layer| layer.package.manifest.role == Role::Layer)
        .map(Layer::label)
        .collect();
    let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
    match labels.as_slice() {
        [] => format!("is no layer of `{template}`: it has none"),
        labels => format!("is no layer of `{template}`; those are {}", list(labels)),
    }
}

fn check_version(
    manifest: &Manifest,
    at: Position,
    wanted: Option<&VersionReq>,
    (name, package): (&LayerName, &Package),
    problems: &mut Vec<Problem>,
) {
    let there = &package.manifest.version;
    if let Some(wanted) = wanted.filter(|wanted| !wanted.matches(there)) {
        let message = format!("this needs `{name}` {wanted}, and the one that is there is {there}");
        problems.push(Problem::at(&manifest.file, at, message));
    }
}

/// Returns the questions in the order in which they are asked, each with the default that the uppermost template gives it.
fn questions(layers: &[Layer]) -> Vec<Question> {
    let mut questions = Vec::new();
    for layer in in_asking_order(layers) {
        let manifest = &layer.package.manifest;
        for question in &manifest.questions {
            let default = default_above(layers, layer, &question.key);
            questions.push(Question {
                when: both(layer.when.clone(), &question.when),
                default: default.or_else(|| question.default.clone()),
                ..question.clone()
            });
        }
    }
    questions
}

/// Returns whether a template's `[defaults]` speak of the questions of a layer: they lie below it.
pub fn lies_below(layer: &Layer, template: &Layer) -> bool {
    layer.generation < template.generation
        || (layer.generation == template.generation && layer.package.manifest.role == Role::Layer)
}

fn default_above(layers: &[Layer], asking: &Layer, key: &str) -> Option<Value> {
    layers
        .iter()
        .filter(|layer| layer.package.manifest.role == Role::Template && lies_below(asking, layer))
        .max_by_key(|layer| {
            let gives = layer.package.manifest.defaults.contains_key(key);
            (gives, layer.generation)
        })
        .and_then(|layer| layer.package.manifest.defaults.get(key))
        .map(|default| default.value.clone())
}
