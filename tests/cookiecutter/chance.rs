//! Random templates and answers.

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::judge::Case;

/// Pieces of a text that go together in any order.
const PIECES: [&str; 36] = [
    "\n",
    "\n\n",
    "  ",
    "word",
    "\r\n",
    "{{ cookiecutter.a }}",
    "{{- cookiecutter.b -}}",
    "{{ cookiecutter.flag }}",
    "{{ cookiecutter.l|upper }}",
    "{% if cookiecutter.flag %}",
    "{% if cookiecutter.flag -%}",
    "{%- if cookiecutter.l == 'x' %}",
    "{% else %}",
    "{% endif %}",
    "{%- endif -%}",
    "{% for i in range(3) %}",
    "{{ i|default('none') }}",
    "{% endfor %}",
    "{# note #}",
    "{#- note -#}",
    "{% raw %}",
    "{% endraw %}",
    "{% set v = cookiecutter.a ~ '!' %}",
    "{{ v|default('-')|length }}",
    "{{ cookiecutter.a.split(' ') }}",
    "{{ cookiecutter.b|slugify }}",
    "{{ [cookiecutter.a, cookiecutter.flag]|jsonify }}",
    "{{ cookiecutter.a|replace('a', cookiecutter.b) }}",
    "ü",
    "'",
    "\"",
    "$",
    "{",
    "}",
    "%",
    "{{ cookiecutter.a[0:3] }}",
];

#[test]
fn random_templates_render_the_same() {
    let config = Config {
        cases: 24,
        failure_persistence: None,
        ..Config::default()
    };
    let seed = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(config, seed);
    let text = || {
        prop::collection::vec(prop::sample::select(&PIECES[..]), 1..24)
            .prop_map(|pieces| pieces.concat())
    };
    // Cookiecutter takes half a second, so that each case has many files, of which those that are no Jinja are their own case.
    let texts = prop::collection::vec(text(), 1..3);
    let answers = (
        "[a-zA-Zü' ]{0,12}",
        "[a-z0-9 _-]{1,12}",
        any::<bool>(),
        0..2_usize,
    );
    runner
        .run(&(texts, answers), |(texts, (a, b, flag, choice))| {
            let json = r#"{"slug": "s", "a": "x", "b": "y", "flag": true, "l": ["x", "y"]}"#;
            let mut case = Case::new("random", json);
            for (number, text) in texts.iter().enumerate() {
                case = case.file(&format!("P/{number}.txt"), text);
            }
            let flag = if flag { "yes" } else { "no" };
            let choice = ["x", "y"][choice];
            let found = case.same(&[("a", &a), ("b", &b), ("flag", flag), ("l", choice)]);
            prop_assert_eq!(found, None);
            Ok(())
        })
        .unwrap();
}
