//! Which files of two trees are one: by path, by the template's word, by content, by likeness.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{Mode, Node, Side};
use crate::model::relpath::RelPath;

/// How much of the larger file both must share to be one file that was renamed, in percent; git's own measure.
const ALIKE: usize = 50;

/// The most pairs that are compared for likeness; beyond it only files of one name are.
const PAIRS: usize = 40_000;

/// The largest file that is compared.
const LARGEST: usize = 1 << 20;

/// Where each file of the base is on another side.
pub(super) struct Matching {
    pairs: BTreeMap<RelPath, RelPath>,
}

impl Matching {
    /// Matches the base with a side. What is `declared` goes before everything else.
    pub(super) fn of(base: &Side, side: &Side, declared: &BTreeMap<RelPath, RelPath>) -> Self {
        let mut pairs = BTreeMap::new();
        let mut taken = BTreeSet::new();
        for (from, to) in declared {
            let is_move = base.contains_key(from) && side.contains_key(to) && from != to;
            // A file that is still brought at its old path was not renamed.
            if is_move && !side.contains_key(from) && taken.insert(to.clone()) {
                pairs.insert(from.clone(), to.clone());
            }
        }
        for path in base.keys() {
            if side.contains_key(path) && !pairs.contains_key(path) && taken.insert(path.clone()) {
                pairs.insert(path.clone(), path.clone());
            }
        }
        let mut matching = Self { pairs };
        matching.by_content(base, side, &taken);
        matching
    }

    /// Returns where a file of the base is.
    pub(super) fn get(&self, path: &RelPath) -> Option<&RelPath> {
        self.pairs.get(path)
    }

    /// Returns the files that are elsewhere.
    pub(super) fn renames(&self) -> impl Iterator<Item = (&RelPath, &RelPath)> {
        self.pairs.iter().filter(|(from, to)| from != to)
    }

    /// Takes a file for deleted, and the one that it was matched with for added.
    pub(super) fn part(&mut self, from: &RelPath) {
        self.pairs.remove(from);
    }

    /// Returns the files of a side that no file of the base is.
    pub(super) fn added<'s>(&self, side: &'s Side) -> impl Iterator<Item = &'s RelPath> {
        let known: BTreeSet<RelPath> = self.pairs.values().cloned().collect();
        side.keys().filter(move |path| !known.contains(*path))
    }

    fn by_content(&mut self, base: &Side, side: &Side, taken: &BTreeSet<RelPath>) {
        let mut gone: Vec<(&RelPath, &[u8])> = base
            .iter()
            .filter(|(path, _)| !self.pairs.contains_key(*path))
            .filter_map(|(path, node)| Some((path, comparable(node)?)))
            .collect();
        let mut new: Vec<(&RelPath, &[u8])> = side
            .iter()
            .filter(|(path, _)| !taken.contains(*path))
            .filter_map(|(path, node)| Some((path, comparable(node)?)))
            .collect();
        if gone.is_empty() || new.is_empty() {
            return;
        }
        let mut exact: Vec<Pair> = Vec::new();
        let mut by_bytes: HashMap<&[u8], Vec<&RelPath>> = HashMap::new();
        for (path, bytes) in &new {
            by_bytes.entry(bytes).or_default().push(path);
        }
        for (from, bytes) in &gone {
            for to in by_bytes.get(bytes).into_iter().flatten() {
                exact.push(Pair::new(100, from, to));
            }
        }
        self.take(exact);
        let used: BTreeSet<RelPath> = self.pairs.values().cloned().collect();
        gone.retain(|(path, _)| !self.pairs.contains_key(*path));
        new.retain(|(path, _)| !used.contains(*path));
        let only_names = gone.len() * new.len() > PAIRS;
        let counted: Vec<(&RelPath, Lines<'_>)> = new
            .iter()
            .map(|(path, bytes)| (*path, Lines::of(bytes)))
            .collect();
        let mut alike = Vec::new();
        for (from, bytes) in &gone {
            let lines = Lines::of(bytes);
            for (to, other) in &counted {
                if only_names && from.file_name() != to.file_name() {
                    continue;
                }
                let likeness = lines.likeness(other);
                if likeness >= ALIKE {
                    alike.push(Pair::new(likeness, from, to));
                }
            }
        }
        self.take(alike);
    }

    /// Takes the best pairs, each file once.
    fn take(&mut self, mut candidates: Vec<Pair>) {
        candidates.sort_by(|one, other| {
            (other.likeness, other.near)
                .cmp(&(one.likeness, one.near))
                .then_with(|| (&one.from, &one.to).cmp(&(&other.from, &other.to)))
        });
        let mut used: BTreeSet<RelPath> = self.pairs.values().cloned().collect();
        for pair in candidates {
            if !self.pairs.contains_key(&pair.from) && used.insert(pair.to.clone()) {
                self.pairs.insert(pair.from, pair.to);
            }
        }
    }
}

/// Two files that may be one.
struct Pair {
    likeness: usize,
    /// How many parts of the paths are the same, from the end.
    near: usize,
    from: RelPath,
    to: RelPath,
}

impl Pair {
    fn new(likeness: usize, from: &RelPath, to: &RelPath) -> Self {
        let near = from
            .as_str()
            .rsplit('/')
            .zip(to.as_str().rsplit('/'))
            .take_while(|(one, other)| one == other)
            .count();
        Self {
            likeness,
            near,
            from: from.clone(),
            to: to.clone(),
        }
    }
}

/// Returns the content of a file that can be told from others by it: an empty one cannot.
fn comparable(node: &Node) -> Option<&[u8]> {
    let is_file = matches!(node.mode, Mode::Plain | Mode::Executable);
    node.bytes
        .as_deref()
        .filter(|bytes| is_file && !bytes.is_empty() && bytes.len() <= LARGEST)
}

/// The lines of a file and how often each is there.
struct Lines<'a> {
    counts: HashMap<&'a [u8], usize>,
    bytes: usize,
}

impl<'a> Lines<'a> {
    fn of(bytes: &'a [u8]) -> Self {
        let mut counts = HashMap::new();
        let mut total = 0;
        for line in bytes.split(|byte| *byte == b'\n') {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if !line.is_empty() {
                *counts.entry(line).or_default() += 1;
                total += line.len();
            }
        }
        Self {
            counts,
            bytes: total,
        }
    }

    /// Returns how much of the larger one both share, in percent.
    fn likeness(&self, other: &Self) -> usize {
        let larger = self.bytes.max(other.bytes);
        let smaller = self.bytes.min(other.bytes);
        if larger == 0 || smaller * 100 < larger * ALIKE {
            return 0;
        }
        let shared: usize = self
            .counts
            .iter()
            .map(|(line, count)| {
                let common = other.counts.get(line).map_or(0, |other| *count.min(other));
                common * line.len()
            })
            .sum();
        shared * 100 / larger
    }
}

/// Returns the folders of the base that a side has moved as a whole, each with where it is now.
pub(super) fn moved_folders(
    (base, settled): (&Side, &BTreeSet<RelPath>),
    side: &Side,
    matching: &Matching,
) -> BTreeMap<String, String> {
    let mut votes: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
    for (from, to) in matching.renames() {
        let mut from = from.as_str();
        let mut to = to.as_str();
        while let (Some((from_folder, from_name)), Some((to_folder, to_name))) =
            (from.rsplit_once('/'), to.rsplit_once('/'))
        {
            if from_name != to_name || from_folder == to_folder {
                break;
            }
            let there = votes.entry(from_folder.to_owned()).or_default();
            *there.entry(to_folder.to_owned()).or_default() += 1;
            (from, to) = (from_folder, to_folder);
        }
    }
    // A folder in which a file of the template is left was not moved as a whole.
    let stays = |folder: &str| {
        let below = format!("{folder}/");
        settled.iter().any(|path| path.as_str().starts_with(&below))
            || base
                .keys()
                .any(|path| path.as_str().starts_with(&below) && side.contains_key(path))
    };
    votes
        .into_iter()
        .filter(|(from, _)| !stays(from))
        .filter_map(|(from, there)| {
            let (to, _) = there.into_iter().max_by_key(|(_, count)| *count)?;
            Some((from, to))
        })
        .collect()
}

/// Returns where a path is when its folder was moved.
pub(super) fn moved_path(folders: &BTreeMap<String, String>, path: &RelPath) -> Option<RelPath> {
    let mut above = path.parent();
    while let Some(folder) = above {
        if let Some(to) = folders.get(folder.as_str()) {
            let rest = path.as_str().strip_prefix(folder.as_str())?;
            return RelPath::parse(&format!("{to}{rest}")).ok();
        }
        above = folder.parent();
    }
    None
}
