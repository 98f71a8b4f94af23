//! A small set of variants that together hold every pair of answers, and whatever else is asked for.
//!
//! The smallest such set is hard to find. Taking always the variant that adds most comes near it; exchanging variants, after one
//! was left out, comes nearer (Cohen, Colbourn and Ling, Augmenting simulated annealing to build interaction test suites, ISSRE
//! 2003, describe the idea). Nothing here is left to chance: the same question has the same answer every time.

#![expect(
    clippy::indexing_slicing,
    reason = "goals, variants and places are numbers that this file hands out"
)]

use std::collections::BTreeMap;

use crate::variants::{Pair, Variant, pairs};

/// How hard a smaller set is looked for.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// How many exchanges are tried for a set that is one smaller.
    pub exchanges: usize,
    /// How many variants are looked at for one exchange.
    pub candidates: usize,
}

/// What some variant of a set has to be.
pub type Wish<'a> = Box<dyn Fn(&Variant) -> bool + 'a>;

/// Returns variants that hold every pair, the given one first, and for each wish one that fulfils it, if any can.
pub fn covering(
    all: &[Variant],
    first: Option<&Variant>,
    wishes: &[Wish<'_>],
    effort: Effort,
) -> Vec<Variant> {
    let mut search = Search::new(all, wishes);
    if let Some(first) = first.and_then(|first| all.iter().position(|variant| variant == first)) {
        search.add(first);
        search.fixed = 1;
    }
    search.fill();
    let mut best = search.chosen.clone();
    while search.leave_one_out() && search.exchange(effort) {
        best.clone_from(&search.chosen);
    }
    best.iter()
        .filter_map(|index| all.get(*index).cloned())
        .collect()
}

/// A set of variants on its way. What it has to hold, pairs and wishes alike, are goals, each a number.
#[derive(Debug)]
struct Search {
    /// Of each variant its goals.
    goals: Vec<Vec<usize>>,
    /// Of each goal its variants.
    holders: Vec<Vec<usize>>,
    /// How many of the chosen variants hold each goal.
    held: Vec<usize>,
    /// How many goals none of them holds.
    open: usize,
    chosen: Vec<usize>,
    /// How many of the chosen stay, whatever comes.
    fixed: usize,
    dice: Dice,
}

impl Search {
    fn new(all: &[Variant], wishes: &[Wish<'_>]) -> Self {
        let mut numbers: BTreeMap<Pair, usize> = BTreeMap::new();
        let mut goals: Vec<Vec<usize>> = Vec::with_capacity(all.len());
        for variant in all {
            let of_variant = pairs(variant).map(|pair| {
                let next = numbers.len();
                *numbers.entry(pair).or_insert(next)
            });
            goals.push(of_variant.collect());
        }
        let mut count = numbers.len();
        for wish in wishes {
            let mut is_possible = false;
            for (variant, goals) in all.iter().zip(&mut goals) {
                if wish(variant) {
                    goals.push(count);
                    is_possible = true;
                }
            }
            count += usize::from(is_possible);
        }
        let mut holders = vec![Vec::new(); count];
        for (index, goals) in goals.iter().enumerate() {
            for goal in goals {
                holders[*goal].push(index);
            }
        }
        Self {
            goals,
            holders,
            held: vec![0; count],
            open: count,
            chosen: Vec::new(),
            fixed: 0,
            dice: Dice(0x9E37_79B9_7F4A_7C15),
        }
    }

    fn add(&mut self, variant: usize) {
        self.chosen.push(variant);
        self.count(variant);
    }

    fn count(&mut self, variant: usize) {
        for goal in &self.goals[variant] {
            self.open -= usize::from(self.held[*goal] == 0);
            self.held[*goal] += 1;
        }
    }

    fn discount(&mut self, variant: usize) {
        for goal in &self.goals[variant] {
            self.held[*goal] -= 1;
            self.open += usize::from(self.held[*goal] == 0);
        }
    }

    /// Returns how many open goals a variant holds.
    fn gain(&self, variant: usize) -> usize {
        let goals = self.goals[variant].iter();
        goals.filter(|goal| self.held[**goal] == 0).count()
    }

    /// Adds what adds most, the first of those that add as much, until nothing is open.
    fn fill(&mut self) {
        // What a variant adds only ever shrinks, so an old count is a bound.
        let mut bounds = vec![usize::MAX; self.goals.len()];
        while self.open > 0 {
            let mut best = (0, 0);
            for (index, bound) in bounds.iter_mut().enumerate() {
                if *bound > best.0 {
                    *bound = self.gain(index);
                    if *bound > best.0 {
                        best = (*bound, index);
                    }
                }
            }
            self.add(best.1);
        }
    }

    /// Leaves out the variant that opens fewest goals. Returns whether there was one to leave out.
    fn leave_one_out(&mut self) -> bool {
        let places = self.fixed..self.chosen.len();
        let opened = |place: &usize| {
            let goals = self.goals[self.chosen[*place]].iter();
            goals.filter(|goal| self.held[**goal] == 1).count()
        };
        let Some(place) = places.min_by_key(opened) else {
            return false;
        };
        let variant = self.chosen.remove(place);
        self.discount(variant);
        true
    }

    /// Exchanges one variant after another for one that holds an open goal, always the exchange that leaves fewest open. Returns
    /// whether none is open in the end.
    fn exchange(&mut self, effort: Effort) -> bool {
        // Who came last stays a while, or two would take turns for ever.
        let mut settled = vec![0; self.chosen.len()];
        for step in 1..=effort.exchanges {
            if self.open == 0 {
                return true;
            }
            let goal = self.some_open_goal();
            let candidates: Vec<usize> = (0..effort.candidates)
                .map(|_| self.holders[goal][self.dice.below(self.holders[goal].len())])
                .collect();
            let mut best = None;
            let places = self.fixed..self.chosen.len();
            let movable: Vec<usize> = places.filter(|place| settled[*place] <= step).collect();
            for place in movable {
                let old = self.chosen[place];
                self.discount(old);
                for candidate in &candidates {
                    let left = self.open - self.gain(*candidate);
                    if best.is_none_or(|(fewest, _, _)| left < fewest) {
                        best = Some((left, place, *candidate));
                    }
                }
                self.count(old);
            }
            let Some((_, place, candidate)) = best else {
                continue;
            };
            let old = std::mem::replace(&mut self.chosen[place], candidate);
            self.discount(old);
            self.count(candidate);
            settled[place] = step + 1 + self.dice.below(self.chosen.len() / 2 + 1);
        }
        self.open == 0
    }

    fn some_open_goal(&mut self) -> usize {
        let skipped = self.dice.below(self.open);
        let mut open = (0..self.held.len()).filter(|goal| self.held[*goal] == 0);
        open.nth(skipped).unwrap_or_default()
    }
}

/// Numbers that look like chance and are the same every time (Marsaglia, Xorshift RNGs, 2003).
#[derive(Debug)]
struct Dice(u64);

impl Dice {
    /// Returns a number below a limit.
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        let limit = u64::try_from(limit.max(1)).unwrap_or(u64::MAX);
        usize::try_from(self.0 % limit).unwrap_or_default()
    }
}
