//! Puts a template's own package and the packages of its layers together.

use std::collections::BTreeMap;

use super::ownership::both;
use crate::model::condition::Condition;
use crate::model::manifest::LayerName;
use crate::model::question::Question;
use crate::model::template::{Layer, Origin, Package, Template};

/// Returns the template made of its own package and its layers.
///
/// `layers` holds the package of every layer that the manifest uses. A layer's question is asked only while the layer is active.
pub fn assemble(
    origin: Origin,
    own: Package,
    mut layers: BTreeMap<LayerName, Package>,
) -> Template {
    let manifest = own.manifest.clone();
    let mut stack: Vec<Layer> = manifest
        .layers
        .iter()
        .filter_map(|layer| {
            let package = layers.remove(&layer.name)?;
            Some(Layer {
                name: Some(layer.name.clone()),
                when: layer.when.clone(),
                package,
            })
        })
        .collect();
    let mut questions = manifest.questions.clone();
    for layer in &stack {
        questions.extend(layer.package.manifest.questions.iter().map(|question| {
            let default = manifest
                .defaults
                .get(&question.key)
                .map(|other| other.value.clone());
            Question {
                when: both(layer.when.clone(), &question.when),
                default: default.or_else(|| question.default.clone()),
                ..question.clone()
            }
        }));
    }
    stack.push(Layer {
        name: None,
        when: Condition::default(),
        package: own,
    });
    Template {
        origin,
        manifest,
        layers: stack,
        questions,
    }
}
