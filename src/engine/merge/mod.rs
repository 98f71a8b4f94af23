//! Merges three trees of a project: what the template made then (base), what the project is now (ours), and what the template
//! makes now (theirs).
//!
//! Here is what happens to each path. How two folders are matched is for `matching`, how two contents become one for `content`.
//! Nothing is ever lost without a name: every path about which something was decided is in the result.

mod content;
mod lines;
mod matching;
mod structure;
mod text;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

pub use self::content::Labels;
use self::content::{Merged, Verdict, merge_content, same_content};
use self::matching::{Matching, moved_folders, moved_path};
use crate::model::relpath::RelPath;

/// What stands at a path.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Mode {
    /// A file.
    Plain,
    /// A file that can be run.
    Executable,
    /// A symbolic link; its content is where it leads.
    Link,
    /// Something that is never looked into: another repository, a pipe, a folder that is in the way.
    Other,
}

/// What stands at a path, with its content.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Node {
    /// What it is.
    pub mode: Mode,
    /// The content; none for a file of the user's that no template knows and that nothing is matched with.
    pub bytes: Option<Rc<[u8]>>,
}

impl Node {
    /// Returns a file.
    pub fn file(bytes: &[u8], executable: bool) -> Self {
        Self {
            mode: if executable {
                Mode::Executable
            } else {
                Mode::Plain
            },
            bytes: Some(Rc::from(bytes)),
        }
    }
}

/// One of the three trees.
pub type Side = BTreeMap<RelPath, Node>;

/// What is known about the files beside their content.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// Where the template itself says that a file of the base is now.
    pub renamed: BTreeMap<RelPath, RelPath>,
    /// Files that are the user's once they are made.
    pub once: BTreeSet<RelPath>,
    /// Files of ours that git does not keep.
    pub untracked: BTreeSet<RelPath>,
    /// Files that need no decision, and are in none of the trees: the template has them unchanged, and something of the project's
    /// stands there.
    pub settled: BTreeSet<RelPath>,
}

/// What was decided about a path.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Outcome {
    /// Both sides changed it, and both changes are in it now.
    Merged,
    /// The template's change was taken.
    Updated,
    /// The template brings it.
    Added,
    /// The template no longer brings it, and nobody had changed it.
    Removed,
    /// It stands at another path now.
    Renamed,
    /// Both sides changed the same thing, and a person has to choose.
    Conflict,
    /// The user deleted it, and it stays deleted.
    KeptDeleted,
    /// The template no longer brings it, and the user's version stays.
    Kept,
    /// The template's version was not taken.
    Skipped,
}

impl Outcome {
    /// Every outcome, in the order in which they are told.
    pub const ALL: [Self; 9] = [
        Self::Merged,
        Self::Updated,
        Self::Added,
        Self::Removed,
        Self::Renamed,
        Self::Conflict,
        Self::KeptDeleted,
        Self::Kept,
        Self::Skipped,
    ];

    /// Returns what people and programs call it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Merged => "merged",
            Self::Updated => "updated",
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Renamed => "renamed",
            Self::Conflict => "conflict",
            Self::KeptDeleted => "kept deleted",
            Self::Kept => "kept (yours)",
            Self::Skipped => "skipped",
        }
    }
}

/// The versions of a file that a person has to choose from, each with its path.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Stages {
    /// What the template made then.
    pub base: Option<(RelPath, Node)>,
    /// What the project has.
    pub ours: Option<(RelPath, Node)>,
    /// What the template makes now.
    pub theirs: Option<(RelPath, Node)>,
}

/// What was decided about a path, and what follows.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Change {
    /// The path at which it stands afterwards, or stood.
    pub path: RelPath,
    /// The path at which it stood in the project, where that is another one.
    pub from: Option<RelPath>,
    /// What was decided.
    pub outcome: Outcome,
    /// What is written; none if nothing is.
    pub result: Option<Node>,
    /// The versions of a conflict.
    pub stages: Option<Stages>,
    /// Why, in a few words.
    pub note: Option<String>,
}

impl Change {
    fn new(path: &RelPath, outcome: Outcome) -> Self {
        Self {
            path: path.clone(),
            from: None,
            outcome,
            result: None,
            stages: None,
            note: None,
        }
    }

    fn result(mut self, node: Node) -> Self {
        self.result = Some(node);
        self
    }

    fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    fn moved_from(mut self, from: &RelPath) -> Self {
        self.from = (*from != self.path).then(|| from.clone());
        self
    }

    fn stages(
        mut self,
        base: Option<(&RelPath, &Node)>,
        ours: Option<(&RelPath, &Node)>,
        theirs: Option<(&RelPath, &Node)>,
    ) -> Self {
        let owned = |(path, node): (&RelPath, &Node)| (path.clone(), node.clone());
        self.stages = Some(Stages {
            base: base.map(owned),
            ours: ours.map(owned),
            theirs: theirs.map(owned),
        });
        self
    }

    /// Returns the path that is empty afterwards, if one is.
    pub fn deletes(&self) -> Option<&RelPath> {
        match self.outcome {
            Outcome::Removed => Some(&self.path),
            _ => self.from.as_ref(),
        }
    }
}

/// Merges three trees. The changes come in the order of their paths; what needs none is not among them.
pub fn merge(
    base: &Side,
    ours: &Side,
    theirs: &Side,
    rules: &Rules,
    labels: &Labels,
) -> Vec<Change> {
    let merge = Merge {
        base,
        ours,
        theirs,
        rules,
        labels,
        to_ours: Matching::of(base, ours, &BTreeMap::new()),
        to_theirs: Matching::of(base, theirs, &rules.renamed),
    };
    merge.changes()
}

/// The three trees and how their paths belong together.
struct Merge<'a> {
    base: &'a Side,
    ours: &'a Side,
    theirs: &'a Side,
    rules: &'a Rules,
    labels: &'a Labels,
    to_ours: Matching,
    to_theirs: Matching,
}

impl Merge<'_> {
    fn changes(mut self) -> Vec<Change> {
        self.drop_crossed_renames();
        let mut changes = Vec::new();
        for (path, base) in self.base {
            changes.extend(self.known(path, base));
        }
        changes.extend(self.added_by_theirs());
        changes.extend(self.carried_along(&changes));
        self.block(&mut changes);
        changes.sort_by(|one, other| one.path.cmp(&other.path));
        changes
    }

    /// Takes a rename for a deletion and an addition where the other side has a file of its own at its end: nothing is put over it.
    fn drop_crossed_renames(&mut self) {
        let ours_own: BTreeSet<RelPath> = self.ours.keys().cloned().collect();
        let crossed: Vec<RelPath> = self
            .to_theirs
            .renames()
            .filter(|(from, to)| {
                ours_own.contains(*to) && self.to_ours.get(from).is_none_or(|ours| ours != *to)
            })
            .map(|(from, _)| from.clone())
            .collect();
        for from in crossed {
            self.to_theirs.part(&from);
        }
        let crossed: Vec<RelPath> = self
            .to_ours
            .renames()
            .filter(|(from, to)| {
                self.theirs.contains_key(*to)
                    && self.to_theirs.get(from).is_none_or(|theirs| theirs != *to)
            })
            .map(|(from, _)| from.clone())
            .collect();
        for from in crossed {
            self.to_ours.part(&from);
        }
    }

    /// Decides about a file that the template made then.
    fn known(&self, path: &RelPath, base: &Node) -> Option<Change> {
        let ours = pair(&self.to_ours, self.ours, path);
        let theirs = pair(&self.to_theirs, self.theirs, path);
        match (ours, theirs) {
            (None, None) => None,
            (None, Some((there, _))) => {
                let free = self.ours.get(there).is_none();
                free.then(|| Change::new(there, Outcome::KeptDeleted).note("you deleted it"))
            }
            (Some((here, ours)), None) => Some(self.template_deleted(path, base, here, ours)),
            (Some(ours), Some(theirs)) => self.in_all((path, base), ours, theirs),
        }
    }

    fn template_deleted(&self, path: &RelPath, base: &Node, here: &RelPath, ours: &Node) -> Change {
        if self.rules.once.contains(path) {
            return Change::new(here, Outcome::Kept).note("yours since it was made");
        }
        if here != path {
            return Change::new(here, Outcome::Kept)
                .note("the template no longer brings it, and you moved it");
        }
        if !same_content(base, ours) {
            return Change::new(here, Outcome::Kept)
                .note("the template no longer brings it, and you changed it");
        }
        Change::new(here, Outcome::Removed)
    }

    /// Decides about a file that all three trees have.
    fn in_all(
        &self,
        (path, base): (&RelPath, &Node),
        (here, ours): (&RelPath, &Node),
        (there, theirs): (&RelPath, &Node),
    ) -> Option<Change> {
        let stages = (
            Some((path, base)),
            Some((here, ours)),
            Some((there, theirs)),
        );
        let (target, is_torn) = if here == path || here == there {
            (there, false)
        } else {
            (here, there != path)
        };
        if self.rules.once.contains(there) || self.rules.once.contains(path) {
            return kept_once(base, (here, ours), (target, theirs));
        }
        let merged = merge_content(target, Some(base), ours, theirs, self.labels);
        let is_untracked = self.rules.untracked.contains(here);
        if is_untracked && matches!(merged.verdict, Verdict::Conflict(_)) {
            // Markers in a file that git does not keep could not be taken back.
            let note = "git does not keep it, and both sides changed it";
            return Some(Change::new(here, Outcome::Skipped).note(note));
        }
        if is_torn {
            let note = format!("you moved it here, the template to {there}");
            let change = Change::new(here, Outcome::Conflict)
                .note(note)
                .result(merged.node);
            return Some(change.stages(stages.0, stages.1, stages.2));
        }
        let Merged { node, verdict } = merged;
        if let Verdict::Conflict(note) = verdict {
            let change = Change::new(target, Outcome::Conflict).moved_from(here);
            let change = change.result(node).stages(stages.0, stages.1, stages.2);
            return Some(match note {
                Some(note) => change.note(note),
                None => change,
            });
        }
        if target != here {
            let change = Change::new(target, Outcome::Renamed).moved_from(here);
            return Some(change.result(node));
        }
        if node == *ours {
            return None;
        }
        let outcome = if same_content(base, ours) {
            Outcome::Updated
        } else {
            Outcome::Merged
        };
        Some(Change::new(target, outcome).result(node))
    }

    /// Decides about the files that only the template's new version brings.
    fn added_by_theirs(&self) -> Vec<Change> {
        let settled = &self.rules.settled;
        let folders = moved_folders((self.base, settled), self.ours, &self.to_ours);
        let mut changes = Vec::new();
        for path in self.to_theirs.added(self.theirs) {
            let Some(theirs) = self.theirs.get(path) else {
                continue;
            };
            let moved = moved_path(&folders, path).filter(|to| !self.theirs.contains_key(to));
            let moved = moved.filter(|to| !self.rules.settled.contains(to));
            let target = moved.as_ref().unwrap_or(path);
            match self.ours.get(target) {
                None => {
                    let change = Change::new(target, Outcome::Added).result(theirs.clone());
                    changes.push(match &moved {
                        Some(_) => change.note(format!("you moved the folder of {path}")),
                        None => change,
                    });
                }
                Some(ours) => changes.extend(self.both_added(target, ours, theirs)),
            }
        }
        changes
    }

    fn both_added(&self, path: &RelPath, ours: &Node, theirs: &Node) -> Option<Change> {
        if same_content(ours, theirs) {
            return None;
        }
        if self.rules.once.contains(path) {
            return Some(Change::new(path, Outcome::Skipped).note("yours is there already"));
        }
        let Merged { node, verdict } = merge_content(path, None, ours, theirs, self.labels);
        let Verdict::Conflict(note) = verdict else {
            let change = Change::new(path, Outcome::Merged).result(node.clone());
            return (node != *ours).then_some(change);
        };
        if self.rules.untracked.contains(path) {
            let note = "a file that git does not keep is there already";
            return Some(Change::new(path, Outcome::Skipped).note(note));
        }
        let change = Change::new(path, Outcome::Conflict)
            .result(node)
            .note(note.unwrap_or_else(|| "both sides added it".to_owned()));
        Some(change.stages(None, Some((path, ours)), Some((path, theirs))))
    }

    /// Moves the user's own files of a folder that the template moved.
    fn carried_along(&self, changes: &[Change]) -> Vec<Change> {
        let settled = &self.rules.settled;
        let folders = moved_folders((self.base, settled), self.theirs, &self.to_theirs);
        let mut taken: BTreeSet<&RelPath> = changes.iter().map(|change| &change.path).collect();
        taken.extend(self.ours.keys());
        let own: Vec<&RelPath> = self.to_ours.added(self.ours).collect();
        own.into_iter()
            .filter(|path| !self.theirs.contains_key(*path))
            .filter(|path| !self.rules.untracked.contains(*path))
            .filter_map(|path| {
                let target = moved_path(&folders, path)?;
                let node = self.ours.get(path)?;
                if taken.contains(&target) || settled.contains(&target) {
                    let note = format!("its folder moved, and {target} is taken");
                    return Some(Change::new(path, Outcome::Kept).note(note));
                }
                let change = Change::new(&target, Outcome::Renamed).moved_from(path);
                let note = "yours, in a folder that moved";
                Some(change.result(node.clone()).note(note))
            })
            .collect()
    }

    /// Makes conflicts of what cannot be written because a file is where a folder must be, or the other way round.
    fn block(&self, changes: &mut [Change]) {
        let mut there: BTreeSet<RelPath> = self.ours.keys().cloned().collect();
        for change in changes.iter() {
            if let Some(path) = change.deletes() {
                there.remove(path);
            }
        }
        for change in changes.iter_mut() {
            if change.result.is_none() {
                continue;
            }
            let found = blocker(&there, &change.path)
                .or_else(|| blocker(&self.rules.settled, &change.path));
            let Some(blocker) = found else {
                there.insert(change.path.clone());
                continue;
            };
            if let Some(from) = &change.from {
                there.insert(from.clone());
            }
            let theirs = self.theirs.get_key_value(&change.path);
            let ours = change
                .from
                .as_ref()
                .and_then(|from| self.ours.get_key_value(from));
            let stages = change.stages.take();
            let mut blocked = Change::new(&change.path, Outcome::Conflict)
                .note(format!("`{blocker}` is in the way"));
            blocked.stages = stages;
            *change = match blocked.stages {
                Some(_) => blocked,
                None => blocked.stages(None, ours, theirs),
            };
        }
    }
}

/// Decides about a file that is the user's once it is made: it moves with the template, and keeps its content.
fn kept_once(
    base: &Node,
    (here, ours): (&RelPath, &Node),
    (target, theirs): (&RelPath, &Node),
) -> Option<Change> {
    if target != here {
        let change = Change::new(target, Outcome::Renamed).moved_from(here);
        return Some(change.result(ours.clone()));
    }
    let changed = !same_content(base, theirs) && !same_content(ours, theirs);
    changed.then(|| Change::new(here, Outcome::Skipped).note("yours since it was made"))
}

fn pair<'s>(
    matching: &Matching,
    side: &'s Side,
    path: &RelPath,
) -> Option<(&'s RelPath, &'s Node)> {
    let there = matching.get(path)?;
    side.get_key_value(there)
}

/// Returns what keeps a file from being written: a file above it, or one below it.
fn blocker(there: &BTreeSet<RelPath>, path: &RelPath) -> Option<RelPath> {
    let mut above = path.parent();
    while let Some(folder) = above {
        if there.contains(&folder) {
            return Some(folder);
        }
        above = folder.parent();
    }
    let below = format!("{path}/");
    there
        .range(path.clone()..)
        .skip_while(|other| *other == path)
        .take_while(|other| other.as_str().starts_with(path.as_str()))
        .find(|other| other.as_str().starts_with(&below))
        .cloned()
}
