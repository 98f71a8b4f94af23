//! What holds for any three trees.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use pyscaffold::engine::merge::{Labels, Node, Outcome, Rules, Side, merge};
use pyscaffold::model::relpath::RelPath;

const PATHS: [&str; 10] = [
    "a",
    "a/in",
    "d/f",
    "src/y/m.py",
    "src/y/n.py",
    "b.txt",
    "src/x/m.py",
    ".gitignore",
    "pyproject.toml",
    "d/e",
];

fn tree() -> impl Strategy<Value = Side> {
    let lines = prop::collection::vec(
        prop::sample::select(vec!["x = 1", "y = 2", "# c", "z = [1]", ""]),
        0..6,
    );
    let ending = prop::sample::select(vec!["\n", "\r\n"]);
    let text = (lines, ending, any::<bool>()).prop_map(|(lines, ending, closed)| {
        let mut text = lines.join(ending);
        if closed {
            text.push_str(ending);
        }
        text
    });
    let file = (text, any::<bool>());
    prop::collection::btree_map(prop::sample::select(PATHS.to_vec()), file, 0..5).prop_map(
        |mut files| {
            // No tree has a file and a folder at one path.
            if files.contains_key("a") {
                files.remove("a/in");
            }
            files
                .into_iter()
                .map(|(path, (text, executable))| {
                    let path = RelPath::parse(path).unwrap();
                    (path, Node::file(text.as_bytes(), executable))
                })
                .collect()
        },
    )
}

/// Takes what needs no decision out of three trees: the template does not change it, and something of the project's is there.
fn settle(base: &mut Side, ours: &mut Side, theirs: &mut Side) -> BTreeSet<RelPath> {
    let mut settled = base.clone();
    settled.retain(|path, node| theirs.get(path) == Some(node) && ours.contains_key(path));
    for side in [base, ours, theirs] {
        side.retain(|path, _| !settled.contains_key(path));
    }
    settled.into_keys().collect()
}

fn after(base: &Side, ours: &Side, theirs: &Side) -> (Side, BTreeMap<RelPath, Outcome>) {
    let labels = Labels {
        ours: "yours".to_owned(),
        theirs: "tpl".to_owned(),
    };
    let mut result = ours.clone();
    let mut outcomes = BTreeMap::new();
    let changes = merge(base, ours, theirs, &Rules::default(), &labels);
    for change in &changes {
        if let Some(path) = change.deletes() {
            result.remove(path);
        }
    }
    for change in changes {
        outcomes.insert(change.path.clone(), change.outcome);
        if let Some(node) = change.result {
            result.insert(change.path, node);
        }
    }
    (result, outcomes)
}

proptest! {
    #[test]
    fn what_needs_no_decision_changes_none(base in tree(), ours in tree(), theirs in tree()) {
        let labels = Labels {
            ours: "yours".to_owned(),
            theirs: "tpl".to_owned(),
        };
        let whole = merge(&base, &ours, &theirs, &Rules::default(), &labels);
        let (mut base, mut ours, mut theirs) = (base, ours, theirs);
        let settled = settle(&mut base, &mut ours, &mut theirs);
        let rules = Rules { settled, ..Rules::default() };
        prop_assert_eq!(whole, merge(&base, &ours, &theirs, &rules, &labels));
    }

    #[test]
    fn an_untouched_project_becomes_what_the_template_makes(base in tree(), theirs in tree()) {
        prop_assert_eq!(after(&base, &base, &theirs).0, theirs);
    }

    #[test]
    fn a_template_that_does_not_change_changes_nothing(base in tree(), ours in tree()) {
        prop_assert_eq!(after(&base, &ours, &base).0, ours);
    }

    #[test]
    fn what_both_have_stays(base in tree(), both in tree()) {
        prop_assert_eq!(after(&base, &both, &both).0, both);
    }

    #[test]
    fn no_file_of_the_users_goes_without_a_name(base in tree(), ours in tree(), theirs in tree()) {
        let (result, outcomes) = after(&base, &ours, &theirs);
        let is_moved = |path: &RelPath| {
            result.iter().any(|(to, _)| !ours.contains_key(to) && outcomes.contains_key(to) && to != path)
        };
        for (path, node) in &ours {
            let gone = !result.contains_key(path);
            let removed = outcomes.get(path) == Some(&Outcome::Removed);
            prop_assert!(!gone || removed || is_moved(path), "{}", path);
            // What goes is what the template had made.
            if removed {
                prop_assert!(base.contains_key(path), "{:?}", node);
            }
        }
    }

    #[test]
    fn no_line_of_the_users_goes_unless_the_template_took_it(
        base in tree(), ours in tree(), theirs in tree(),
    ) {
        let (result, outcomes) = after(&base, &ours, &theirs);
        let lines = |side: &Side| -> Vec<String> {
            side.values()
                .flat_map(|node| {
                    let text = String::from_utf8_lossy(node.bytes.as_deref().unwrap()).into_owned();
                    text.lines().map(|line| line.trim().to_owned()).collect::<Vec<_>>()
                })
                .collect()
        };
        let (in_base, left) = (lines(&base), lines(&result));
        // An empty line says nothing: sets of lines do not count them.
        for line in lines(&ours).into_iter().filter(|line| !line.is_empty()) {
            prop_assert!(in_base.contains(&line) || left.contains(&line), "{:?} {:?}", line, outcomes);
        }
    }
}
