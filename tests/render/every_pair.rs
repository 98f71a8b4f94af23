//! The covering set of the proof: that it holds every pair, and that the check would see a missing one.

use std::collections::BTreeSet;

use crate::covering::{Wish, covering};
use crate::rendering::{EFFORT, factors_but_licence, templates};
use crate::variants::{Factor, Level, Pair, Variant, pairs, product};

fn chosen(factors: &[Factor]) -> (Vec<Variant>, Vec<Variant>) {
    let all = product(factors);
    let chosen = covering(&all, all.last(), &[], EFFORT);
    (all, chosen)
}

/// Returns the pairs that can occur and do not occur among the chosen variants.
fn missing(all: &[Variant], chosen: &[Variant]) -> BTreeSet<Pair> {
    let held: BTreeSet<Pair> = chosen.iter().flat_map(pairs).collect();
    all.iter()
        .flat_map(pairs)
        .filter(|pair| !held.contains(pair))
        .collect()
}

#[test]
fn the_covering_set_of_every_template_holds_every_pair() {
    for (name, template) in templates() {
        let (all, chosen) = chosen(&factors_but_licence(&template));
        assert_eq!(chosen.first(), all.last(), "{name}");
        assert!(missing(&all, &chosen).is_empty(), "{name}");
        assert!(chosen.len() <= all.len(), "{name}");
    }
}

#[test]
fn a_set_that_lacks_a_pair_is_seen() {
    for (name, template) in templates() {
        let (all, chosen) = chosen(&factors_but_licence(&template));
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
fn none_each_and_all_of_several_options_hold_every_pair() {
    let option = |name: &str| {
        let mut factor = Factor::free("extras", &[]);
        factor.unasked = Level::Without(name.to_owned());
        factor.levels = vec![factor.unasked.clone(), Level::With(name.to_owned())];
        factor
    };
    let options = ["a", "b", "c", "d"].map(option);
    let factors = [options.as_slice(), &[Factor::free("docs", &["no", "yes"])]].concat();
    let (all, chosen) = chosen(&factors);
    assert_eq!(all.len(), 2 * (1 + 4 + 1));
    // Of each two factors every two levels.
    let held: BTreeSet<Pair> = chosen.iter().flat_map(pairs).collect();
    assert_eq!(held.len(), 4 * (5 * 4 / 2));
}

#[test]
fn the_covering_set_is_much_smaller_than_the_product() {
    let factors: Vec<Factor> = ["a", "b", "c", "d", "e", "f"]
        .map(|key| Factor::free(key, &["1", "2", "3"]))
        .into();
    let (all, chosen) = chosen(&factors);
    assert_eq!(all.len(), 729);
    assert!(chosen.len() <= 17, "{}", chosen.len());
    assert_eq!(
        chosen,
        covering(&all, all.last(), &[], EFFORT),
        "the choice is the same every time"
    );
}

#[test]
fn what_is_wished_for_is_among_the_chosen() {
    let factors: Vec<Factor> = ["a", "b", "c", "d", "e", "f"]
        .map(|key| Factor::free(key, &["1", "2", "3"]))
        .into();
    let all = product(&factors);
    let (unwished, rare) = (covering(&all, None, &[], EFFORT), [2, 2, 2, 2, 2, 1]);
    assert!(unwished.iter().all(|variant| variant.levels != rare));
    let wishes: [Wish<'_>; 2] = [
        Box::new(|variant| variant.levels == rare),
        // Nothing can fulfil this one.
        Box::new(|variant| variant.levels.is_empty()),
    ];
    let chosen = covering(&all, all.first(), &wishes, EFFORT);
    assert_eq!(chosen.first(), all.first());
    assert!(chosen.iter().any(|variant| variant.levels == rare));
    assert!(missing(&all, &chosen).is_empty());
}
