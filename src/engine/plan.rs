//! Decides what happens to each path of a folder when a tree of files is put there.

use std::collections::BTreeMap;

use crate::model::relpath::RelPath;
use crate::model::tree::Tree;

/// What stands at a path before anything is done.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Existing {
    /// A regular file with this content.
    File(Vec<u8>),
    /// A folder, where a file is wanted.
    Folder,
    /// A link, device or other thing that is never written through or over.
    Special,
    /// A file or link that lies where a folder is needed.
    Below(RelPath),
}

/// What to do with a file that is already there with other content.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum OnConflict {
    /// Refuse and name every such file.
    #[default]
    Fail,
    /// Keep the file that is there.
    Skip,
    /// Put the template's file in its place.
    Overwrite,
}

/// What happens to one path.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Action {
    /// The file is made.
    Create,
    /// The file takes the place of another.
    Replace,
    /// The file that is there has the same content already.
    Unchanged,
    /// The file that is there stays.
    Keep,
}

/// What happens to every path.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Plan {
    /// The action for each path of the tree.
    pub actions: BTreeMap<RelPath, Action>,
}

impl Plan {
    /// Returns the paths with an action.
    pub fn with(&self, wanted: Action) -> impl Iterator<Item = &RelPath> {
        self.actions
            .iter()
            .filter(move |(_, action)| **action == wanted)
            .map(|(path, _)| path)
    }

    /// Returns how many files are written.
    pub fn writes(&self) -> usize {
        self.with(Action::Create).count() + self.with(Action::Replace).count()
    }
}

/// Why a tree cannot be put into a folder.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PlanError {
    /// Files are there with other content.
    #[error("{} already there with other content: {}", count(.paths.len()), names(.paths))]
    Conflicts {
        /// The paths.
        paths: Vec<RelPath>,
    },
    /// Something stands in the way that is never replaced.
    #[error("`{path}` is in the way: {what}")]
    InTheWay {
        /// The path.
        path: RelPath,
        /// What it is.
        what: &'static str,
    },
}

fn count(files: usize) -> String {
    if files == 1 {
        "1 file is".to_owned()
    } else {
        format!("{files} files are")
    }
}

fn names(paths: &[RelPath]) -> String {
    const SHOWN: usize = 5;
    let mut text = paths
        .iter()
        .take(SHOWN)
        .map(|path| format!("`{path}`"))
        .collect::<Vec<_>>()
        .join(", ");
    if paths.len() > SHOWN {
        text = format!("{text} and {} more", paths.len() - SHOWN);
    }
    text
}

/// Plans a tree into a folder of which `existing` tells what stands at the tree's paths.
///
/// # Errors
/// Something is in the way, or, with [`OnConflict::Fail`], files are there with other content.
pub fn plan(
    wanted: &Tree,
    existing: &BTreeMap<RelPath, Existing>,
    on_conflict: impl Fn(&RelPath) -> OnConflict,
) -> Result<Plan, PlanError> {
    let mut plan = Plan::default();
    let mut conflicts = Vec::new();
    for (path, file) in wanted.iter() {
        let in_the_way = |path: &RelPath, what| PlanError::InTheWay {
            path: path.clone(),
            what,
        };
        let action = match existing.get(path) {
            None => Action::Create,
            Some(Existing::File(bytes)) if *bytes == *file.bytes => Action::Unchanged,
            Some(Existing::File(_)) => match on_conflict(path) {
                OnConflict::Skip => Action::Keep,
                OnConflict::Overwrite => Action::Replace,
                OnConflict::Fail => {
                    conflicts.push(path.clone());
                    Action::Keep
                }
            },
            Some(Existing::Folder) => {
                return Err(in_the_way(path, "a folder, where a file belongs"));
            }
            Some(Existing::Special) => {
                return Err(in_the_way(
                    path,
                    "a link or special file, which is never written through",
                ));
            }
            Some(Existing::Below(parent)) => {
                return Err(in_the_way(parent, "a file or link, where a folder belongs"));
            }
        };
        plan.actions.insert(path.clone(), action);
    }
    if conflicts.is_empty() {
        Ok(plan)
    } else {
        Err(PlanError::Conflicts { paths: conflicts })
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;
    use crate::model::tree::File;

    fn path(text: &str) -> RelPath {
        RelPath::parse(text).unwrap_or_else(|error| panic!("{error}"))
    }

    fn wanted() -> Tree {
        let mut tree = Tree::default();
        let file = File {
            bytes: Cow::Borrowed(b"new"),
            executable: false,
        };
        tree.insert(path("a/b.txt"), file);
        tree
    }

    fn planned(existing: Option<Existing>, policy: OnConflict) -> Result<Action, String> {
        let existing = existing
            .map(|it| (path("a/b.txt"), it))
            .into_iter()
            .collect();
        plan(&wanted(), &existing, |_| policy)
            .map(|plan| plan.actions[&path("a/b.txt")])
            .map_err(|error| error.to_string())
    }

    #[test]
    fn every_state_has_its_action() {
        let file = |text: &str| Some(Existing::File(text.as_bytes().to_vec()));
        for (existing, policy, expected) in [
            (None, OnConflict::Fail, Ok(Action::Create)),
            (file("new"), OnConflict::Fail, Ok(Action::Unchanged)),
            (file("old"), OnConflict::Skip, Ok(Action::Keep)),
            (file("old"), OnConflict::Overwrite, Ok(Action::Replace)),
            (
                file("old"),
                OnConflict::Fail,
                Err("1 file is already there with other content: `a/b.txt`"),
            ),
            (
                Some(Existing::Folder),
                OnConflict::Overwrite,
                Err("`a/b.txt` is in the way: a folder, where a file belongs"),
            ),
            (
                Some(Existing::Special),
                OnConflict::Overwrite,
                Err(
                    "`a/b.txt` is in the way: a link or special file, which is never written through",
                ),
            ),
            (
                Some(Existing::Below(path("a"))),
                OnConflict::Skip,
                Err("`a` is in the way: a file or link, where a folder belongs"),
            ),
        ] {
            assert_eq!(
                planned(existing.clone(), policy),
                expected.map_err(str::to_owned),
                "{existing:?}"
            );
        }
    }
}
