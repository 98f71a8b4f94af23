//! A whole template: manifest, two files and an answer. It is refused, or it renders within the budgets and twice the same.
#![no_main]

use std::borrow::Cow;
use std::collections::BTreeMap;

use libfuzzer_sys::fuzz_target;
use pyscaffold::engine::answer::Raw;
use pyscaffold::engine::assemble::{Parts, assemble};
use pyscaffold::engine::budget;
use pyscaffold::engine::compose::compose;
use pyscaffold::engine::lint::lint;
use pyscaffold::engine::read_manifest::read_manifest;
use pyscaffold::engine::resolve::{Resolved, Resolver, Source};
use pyscaffold::engine::validate::validate;
use pyscaffold::model::language::Language;
use pyscaffold::model::manifest::Role;
use pyscaffold::model::template::{Origin, Package, Template};
use pyscaffold_fuzz::parts;

/// Where the two files of a template lie: one in a language that is escaped, one below a name that is rendered.
const PLACES: [&str; 2] = ["files/{{package}}/x.py.hbs", "files/pyproject.toml.hbs"];

fn template(manifest: &str, files: [&str; 2]) -> Option<Template> {
    let manifest = read_manifest(Role::Template, "template.toml", manifest).ok()?;
    let files = PLACES.into_iter().zip(files).map(|(place, text)| {
        let bytes = text.as_bytes().to_vec();
        (place.to_owned(), Cow::Owned(bytes))
    });
    let parts = Parts {
        own: Package {
            manifest,
            files: files.collect(),
            unread: BTreeMap::new(),
        },
        layers: BTreeMap::new(),
        base: None,
    };
    let template = assemble(Origin::Builtin, parts, BTreeMap::new()).ok()?;
    validate(&template).is_empty().then_some(template)
}

/// Answers every question with this text where it can be taken, else with the default, and gives up where there is none.
fn resolved(template: &Template, text: &str) -> Option<Resolved> {
    let names = [
        ("name", "order-desk".to_owned()),
        ("package", "order_desk".to_owned()),
    ];
    let mut resolver = Resolver::new(
        template,
        names,
        BTreeMap::new(),
        BTreeMap::new(),
        Language::English,
    )
    .ok()?;
    while let Some(open) = resolver.next_open().ok()? {
        let default = open.default.clone();
        if resolver
            .answer(&Raw::Text(text.to_owned()), Source::Flag)
            .is_err()
        {
            let (value, source) = default?;
            resolver.answer(&Raw::Typed(value), source).ok()?;
        }
    }
    Some(resolver.finish())
}

fuzz_target!(|text: &str| {
    let [manifest, answer, first, second] = parts(text.as_bytes()).map(|part| {
        // The line between two texts is ASCII, so no character is torn.
        std::str::from_utf8(part).expect("parts of a text are texts")
    });
    let Some(template) = template(manifest, [first, second]) else {
        return;
    };
    drop(lint(&template));
    let Some(resolved) = resolved(&template, answer) else {
        return;
    };
    let Ok(composition) = compose(&template, &resolved) else {
        return;
    };
    assert!(composition.tree.len() <= budget::FILES);
    let size: usize = composition
        .tree
        .iter()
        .map(|(_, file)| file.bytes.len())
        .sum();
    assert!(size <= budget::BYTES);
    // A value is never itself rendered, and neither is what was rendered once.
    let again = compose(&template, &resolved).map(|composition| composition.tree);
    assert_eq!(again.ok(), Some(composition.tree));
});
