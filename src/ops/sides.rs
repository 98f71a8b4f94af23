//! Puts the trees of a merge together, and reads of each only what a merge can look into.
//!
//! What the template does not change needs no content at all: there a merge comes to the project's own file, whatever is in it.
//! Most files of an update are such, and their ids say so.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::System;
use super::base::{Base, BaseError, Made};
use crate::engine::merge::{Mode, Node, Side};
use crate::model::object::Id;
use crate::model::relpath::RelPath;
use crate::system::project::{Look, Project, Tracked};
use crate::system::source::SourceError;

/// The largest of the user's own files that is looked into to find out whether it was renamed.
const LOOKED_INTO: usize = 1 << 20;

/// The trees of a merge. A file that is the same in all of them may be in each without its content.
#[derive(Clone, Debug, Default)]
pub(super) struct Sides {
    /// What the template made then.
    pub(super) base: Side,
    /// What the project is now.
    pub(super) ours: Side,
    /// What the template makes now.
    pub(super) theirs: Side,
    /// The files of ours that git does not keep.
    pub(super) untracked: BTreeSet<RelPath>,
}

/// What the template makes now.
#[derive(Clone, Copy, Debug)]
pub(super) struct Next<'a> {
    /// The files.
    pub(super) made: &'a Base,
    /// Where the template says that files of the base are now.
    pub(super) renamed: &'a BTreeMap<RelPath, RelPath>,
}

/// Puts the trees together: for a merge with what the template makes next, or to see what was done to what it made.
///
/// # Errors
/// A file of the project or of the template cannot be read.
pub(super) fn sides(
    system: &System,
    project: &Project,
    tracked: &BTreeMap<RelPath, Tracked>,
    base: &Base,
    next: Option<Next<'_>>,
) -> Result<Sides, BaseError> {
    let nothing = Base::default();
    let gathering = Gathering {
        system,
        project,
        tracked,
        base,
        theirs: next.map_or(&nothing, |next| next.made),
        settled: match next {
            Some(next) => {
                Settled::Template(next.renamed.iter().flat_map(|(a, b)| [a, b]).collect())
            }
            None => Settled::Project(project.edited()?),
        },
    };
    gathering.sides()
}

/// By what a file needs no reading.
enum Settled<'a> {
    /// The template does not change it, and says of none of these that it was moved.
    Template(BTreeSet<&'a RelPath>),
    /// The project does not change it: it is as git keeps it, but for these.
    Project(BTreeSet<RelPath>),
}

struct Gathering<'a> {
    system: &'a System,
    project: &'a Project,
    tracked: &'a BTreeMap<RelPath, Tracked>,
    base: &'a Base,
    theirs: &'a Base,
    settled: Settled<'a>,
}

impl Gathering<'_> {
    fn sides(&self) -> Result<Sides, BaseError> {
        let mut sides = Sides {
            ours: self
                .tracked
                .iter()
                .map(|(path, tracked)| (path.clone(), unread(tracked.mode)))
                .collect(),
            ..Sides::default()
        };
        let known = self.base.files.keys().chain(self.theirs.files.keys());
        let known: BTreeSet<&RelPath> = known.collect();
        let mut contents = Contents::new(self.system, self.project);
        for path in &known {
            let made = self.base.files.get(path);
            let makes = self.theirs.files.get(path);
            if let Some(mode) = made.and_then(|made| self.settled(path, made, makes).transpose()) {
                let mode = mode?;
                let there = unread(made.map_or(mode, Made::mode));
                sides.ours.insert((*path).clone(), unread(mode));
                sides.base.insert((*path).clone(), there.clone());
                if makes.is_some() {
                    sides.theirs.insert((*path).clone(), there);
                }
                if !self.tracked.contains_key(path) {
                    sides.untracked.insert((*path).clone());
                }
                continue;
            }
            for (made, side) in [(made, &mut sides.base), (makes, &mut sides.theirs)] {
                if let Some(made) = made {
                    side.insert((*path).clone(), contents.node(made)?);
                }
            }
            self.look(path, &mut sides)?;
        }
        if self
            .base
            .files
            .keys()
            .any(|path| !sides.ours.contains_key(path))
        {
            self.look_for_renamed(&known, &mut sides)?;
        }
        Ok(sides)
    }

    /// Returns what stands at a path where nobody has to look into it; nothing where somebody has to.
    fn settled(
        &self,
        path: &RelPath,
        made: &Made,
        makes: Option<&Made>,
    ) -> Result<Option<Mode>, BaseError> {
        let kept = self.tracked.get(path);
        let as_made = kept.filter(|kept| kept.mode == made.mode() && made.has_id(kept.id.as_bytes()));
        match &self.settled {
            Settled::Template(renamed) => {
                if !makes.is_some_and(|makes| makes.is_same(made)) || renamed.contains(path) {
                    return Ok(None);
                }
                if let Some(kept) = as_made {
                    return Ok(Some(kept.mode));
                }
                Ok(self.project.mode(path)?)
            }
            // A file that git writes otherwise than it keeps it has another size.
            Settled::Project(edited) => Ok(as_made
                .filter(|kept| kept.is_watched && kept.size == made.size())
                .filter(|_| !edited.contains(path))
                .map(|kept| kept.mode)),
        }
    }

    /// Reads what stands at a path of the project.
    fn look(&self, path: &RelPath, sides: &mut Sides) -> Result<(), BaseError> {
        let (at, node) = match self.project.look(path)? {
            Look::Node(node) => (path.clone(), node),
            Look::Nothing => {
                sides.ours.remove(path);
                return Ok(());
            }
            Look::Folder => {
                sides.ours.remove(path);
                let below = format!("{path}/");
                let mut kept = self.tracked.keys();
                if kept.any(|kept| kept.as_str().starts_with(&below)) {
                    return Ok(());
                }
                (path.clone(), unread(Mode::Other))
            }
            Look::Below(above) => {
                sides.ours.remove(path);
                if sides.ours.contains_key(&above) {
                    return Ok(());
                }
                (above, unread(Mode::Other))
            }
        };
        if !self.tracked.contains_key(&at) {
            sides.untracked.insert(at.clone());
        }
        sides.ours.insert(at, node);
        Ok(())
    }

    /// Reads the user's own files: one of them may be a file of the template that is not at its place.
    fn look_for_renamed(
        &self,
        known: &BTreeSet<&RelPath>,
        sides: &mut Sides,
    ) -> Result<(), BaseError> {
        for path in self.tracked.keys().filter(|path| !known.contains(path)) {
            if let Look::Node(node) = self.project.look(path)?
                && node
                    .bytes
                    .as_ref()
                    .is_some_and(|bytes| bytes.len() <= LOOKED_INTO)
            {
                sides.ours.insert(path.clone(), node);
            }
        }
        Ok(())
    }
}

fn unread(mode: Mode) -> Node {
    Node { mode, bytes: None }
}

/// Reads contents of the template that were left unread, the last one not twice.
struct Contents<'a> {
    system: &'a System,
    project: &'a Project,
    last: Option<(Id, Rc<[u8]>)>,
}

impl<'a> Contents<'a> {
    fn new(system: &'a System, project: &'a Project) -> Self {
        Self {
            system,
            project,
            last: None,
        }
    }

    /// Returns the content of an id: from the store, and where that is damaged, from the project, which may have it too.
    fn content(&self, id: &Id) -> Result<Vec<u8>, SourceError> {
        let stored = self.system.catalog.content(id);
        stored.or_else(|error| self.project.content(id).ok_or(error))
    }

    fn node(&mut self, made: &Made) -> Result<Node, BaseError> {
        let file = match made {
            Made::Read(node) => return Ok(node.clone()),
            Made::Unread(file) => file,
        };
        let id = file.content.id;
        let bytes = match &self.last {
            Some((last, bytes)) if *last == id => Rc::clone(bytes),
            _ => Rc::from(self.content(&id)?),
        };
        self.last = Some((id, Rc::clone(&bytes)));
        Ok(Node {
            mode: made.mode(),
            bytes: Some(bytes),
        })
    }
}
