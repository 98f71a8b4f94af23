//! The covering set of the proof: that it holds every pair, and that the check would see a missing one.

use crate::rendering::templates;
use crate::variants::{Factor, Variant, covering, factors_of_pairs, missing, product};

fn chosen(factors: &[Factor]) -> (Vec<Variant>, Vec<Variant>) {
    let all = product(factors);
    let chosen = covering(&all, all.last().expect("there is always a variant"));
    (all, chosen)
}

#[test]
fn the_covering_set_of_every_template_holds_every_pair() {
    for (name, template) in templates() {
        let (all, chosen) = chosen(&factors_of_pairs(&template.questions));
        assert_eq!(chosen.first(), all.last(), "{name}");
        assert!(missing(&all, &chosen).is_empty(), "{name}");
        assert!(chosen.len() <= all.len(), "{name}");
    }
}

#[test]
fn a_set_that_lacks_a_pair_is_seen() {
    for (name, template) in templates() {
        let (all, chosen) = chosen(&factors_of_pairs(&template.questions));
        let (_, shorter) = chosen.split_last().expect("the set is not empty");
        assert!(!missing(&all, shorter).is_empty(), "{name}");
    }
}

#[test]
fn pairs_that_cannot_occur_are_not_asked_for() {
    let mut database = Factor::free("database", &["none", "sqlite", "postgres"]);
    let mut pool = Factor::free("pool", &["small", "large"]);
    pool.when.any_of = [("database".to_owned(), vec!["postgres".into()])].into();
    database.unasked = database.levels[0].clone();
    let (all, chosen) = chosen(&[database, pool, Factor::free("docs", &["no", "yes"])]);
    let answers: Vec<String> = all
        .iter()
        .map(|v| crate::rendering::words(&v.answers))
        .collect();
    assert_eq!(answers.len(), 8, "{answers:?}");
    assert!(answers.contains(&"database=none docs=no pool=".to_owned()));
    assert!(missing(&all, &chosen).is_empty());
    assert_eq!(chosen.len(), 8);
}

#[test]
fn the_covering_set_is_much_smaller_than_the_product() {
    let factors: Vec<Factor> = ["a", "b", "c", "d", "e", "f"]
        .map(|key| Factor::free(key, &["1", "2", "3"]))
        .into();
    let (all, chosen) = chosen(&factors);
    assert_eq!(all.len(), 729);
    assert!(chosen.len() <= 20, "{}", chosen.len());
    assert_eq!(
        chosen,
        covering(&all, &chosen[0]),
        "the choice is the same every time"
    );
}
