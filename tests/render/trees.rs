//! Which files a project has, as snapshots: by default, at its smallest, at its largest.

use pyscaffold::model::value::Answers;

use crate::rendering::{NAMES, galleries, render, templates, variants, words};

#[test]
fn the_files_of_every_template() {
    for (name, template) in templates() {
        let variants = variants(&template);
        let sizes = || variants.iter().zip(&galleries()[name].sizes);
        let smallest = sizes().min_by_key(|(_, size)| **size);
        // Of several largest the last one counts, so that the two differ in as much as they can.
        let largest = sizes().max_by_key(|(_, size)| **size);
        let extremes = smallest.zip(largest).expect("there is always a variant");
        let defaults = Answers::new();
        for (size, answers) in [
            ("default", &defaults),
            ("smallest", extremes.0.0),
            ("largest", extremes.1.0),
        ] {
            let tree = render(&template, NAMES, answers);
            let paths: Vec<&str> = tree.paths().map(AsRef::as_ref).collect();
            insta::with_settings!({
                description => words(answers),
                omit_expression => true,
                prepend_module_to_snapshot => false,
            }, {
                insta::assert_snapshot!(format!("{name}-{size}"), paths.join("\n"));
            });
        }
    }
}
