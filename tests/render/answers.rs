//! Answers that no template expects: they arrive whole where they belong and nowhere else, and every file still parses.

use pyscaffold::model::tree::Tree;
use yaml_rust2::YamlLoader;

use crate::rendering::{every_pair, render, templates, text, words};

/// The texts, by the question that gets them.
const HOSTILE: [(&str, &str); 2] = [
    (
        "description",
        r#"It's "quoted" \ {{ name }} ${{ github.token }} ${HOME} $(id) # no: comment, 订单 📦 \n %(x)s {% x %} <b>"#,
    ),
    (
        "author",
        r#"Ada "Countess" O'Lovelace \ {{ year }} ${{ github.actor }} # 洛夫莱斯 🧮"#,
    ),
];

/// Distribution names and packages: the shortest and a long one.
const NAMES: [[&str; 2]; 2] = [
    ["ab", "ab"],
    [
        "Customer.Notifications-Service",
        "customer_notifications_service",
    ],
];

/// Calls a check on a covering set of variants with every name and the hostile texts.
fn each(check: impl Fn(&Tree, &str)) {
    for (name, template) in templates() {
        for answers in every_pair(&template) {
            for names in NAMES {
                let mut answers = answers.clone();
                answers.extend(HOSTILE.map(|(key, text)| (key.to_owned(), text.into())));
                let tree = render(&template, names, &answers);
                check(&tree, &format!("{name} {}: {}", names[0], words(&answers)));
            }
        }
    }
}

fn texts(tree: &Tree) -> impl Iterator<Item = (&str, &str)> {
    tree.iter()
        .filter_map(|(path, file)| Some((path.as_str(), text(&file.bytes)?)))
}

fn extension(path: &str) -> &str {
    path.rsplit_once('.').map_or("", |(_, extension)| extension)
}

#[test]
fn texts_arrive_whole_in_the_metadata() {
    each(|tree, variant| {
        let (_, text) = texts(tree)
            .find(|(path, _)| *path == "pyproject.toml")
            .expect("every project has metadata");
        let table: toml::Table = text.parse().unwrap_or_else(|e| panic!("{variant}: {e}"));
        let project = &table["project"];
        assert_eq!(
            project["description"].as_str(),
            Some(HOSTILE[0].1),
            "{variant}"
        );
        let author = project["authors"][0]["name"].as_str();
        assert_eq!(author, Some(HOSTILE[1].1), "{variant}");
    });
}

#[test]
fn every_yaml_file_still_parses_and_holds_the_texts_whole_or_not_at_all() {
    each(|tree, variant| {
        for (path, text) in texts(tree) {
            if matches!(extension(path), "yml" | "yaml") {
                let loaded = YamlLoader::load_from_str(text);
                assert!(loaded.is_ok(), "{variant}: {path}: {loaded:?}");
                let shown = format!("{loaded:?}");
                let whole = shown.contains(&format!("{:?}", HOSTILE[0].1));
                assert_eq!(
                    text.contains("github.token }} ${HOME}"),
                    whole,
                    "{variant}: {path}"
                );
            }
        }
    });
}

#[test]
fn no_workflow_and_no_code_holds_the_texts() {
    each(|tree, variant| {
        for (path, text) in texts(tree) {
            let runs = path.starts_with(".github/")
                || extension(path) == "py"
                || [".gitlab-ci.yml", "compose.yaml", "justfile"].contains(&path);
            let found = text.lines().find(|line| line.contains("$(id)"));
            // The image has the description as a label, escaped.
            let escaped =
                path == "Dockerfile" && found.is_some_and(|line| line.contains(r"\$(id)"));
            assert!(!runs || found.is_none(), "{path}: {found:?}: {variant}");
            assert_eq!(
                path == "Dockerfile",
                escaped,
                "{path}: {found:?}: {variant}"
            );
        }
    });
}
