//! Puts the trees of a merge together, and reads of each only what a merge can look into.
//!
//! What the template does not change needs no content at all: there a merge comes to the project's own file, whatever is in it.
//! Most files of an update are such, and their ids say so.

use std::collections::btree_map::Iter;
use std::collections::{BTreeMap, BTreeSet};
use std::iter::Peekable;
use std::rc::Rc;

use super::System;
use super::base::{Base, BaseError, Made};
use crate::engine::merge::{Mode, Node, Side};
use crate::model::object::{Id, Kind};
use crate::model::relpath::RelPath;
use crate::system::project::{Ground, Look, Project, Tracked};
use crate::system::source::SourceError;

/// The largest of the user's own files that is looked into to find out whether it was renamed.
const LOOKED_INTO: usize = 1 << 20;

/// The trees of a merge, without what is settled.
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
    /// The files that need no decision: the template does not change them, or the project did not.
    pub(super) settled: BTreeSet<RelPath>,
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
        ground: project.ground(),
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
    ground: Ground<'a>,
    tracked: &'a BTreeMap<RelPath, Tracked>,
    base: &'a Base,
    theirs: &'a Base,
    settled: Settled<'a>,
}

impl Gathering<'_> {
    fn sides(&self) -> Result<Sides, BaseError> {
        let mut sides = Sides::default();
        let paths = self.base.files.keys().chain(self.theirs.files.keys());
        let mut paths: Vec<&RelPath> = paths.collect();
        paths.sort();
        paths.dedup();
        let mut made = self.base.files.iter().peekable();
        let mut makes = self.theirs.files.iter().peekable();
        let mut tracked = self.tracked.iter().peekable();
        let mut settled = Vec::new();
        let mut open = Vec::new();
        for path in paths {
            let (made, makes) = (at(&mut made, path), at(&mut makes, path));
            let kept = at(&mut tracked, path);
            if let Some(made) = made
                && self.is_settled(path, (made, makes), kept)?
            {
                settled.push(path.clone());
                if kept.is_none() {
                    sides.untracked.insert(path.clone());
                }
            } else {
                open.push((path, made, makes));
            }
        }
        sides.ours = self.unread(&settled);
        let mut contents = Contents::new(self.system, self.project);
        for (path, made, makes) in &open {
            self.look(path, &mut sides)?;
            contents.know(sides.ours.get(path));
            for (made, side) in [(made, &mut sides.base), (makes, &mut sides.theirs)] {
                if let Some(made) = made {
                    side.insert((*path).clone(), contents.node(made)?);
                }
            }
        }
        let is_missing = |path: &&RelPath| !sides.ours.contains_key(path);
        if sides.base.keys().any(|path| is_missing(&path)) {
            let known = open.iter().map(|(path, ..)| *path).chain(&settled);
            self.look_for_renamed(&known.collect(), &mut sides)?;
        }
        sides.settled = settled.into_iter().collect();
        Ok(sides)
    }

    /// Returns what git keeps of the project, not read and without what is settled.
    fn unread(&self, settled: &[RelPath]) -> Side {
        let mut settled = settled.iter().peekable();
        let open = self.tracked.iter().filter(|(path, _)| {
            while settled.next_if(|other| other < path).is_some() {}
            settled.peek() != Some(path)
        });
        open.map(|(path, tracked)| (path.clone(), unread(tracked.mode)))
            .collect()
    }

    /// Returns whether nobody has to look into a file, whatever it holds.
    fn is_settled(
        &self,
        path: &RelPath,
        (made, makes): (&Made, Option<&Made>),
        kept: Option<&Tracked>,
    ) -> Result<bool, BaseError> {
        let as_made =
            kept.filter(|kept| kept.mode == made.mode() && made.has_id(kept.id.as_bytes()));
        match &self.settled {
            Settled::Template(renamed) => {
                if !makes.is_some_and(|makes| makes.is_same(made)) || renamed.contains(path) {
                    return Ok(false);
                }
                Ok(as_made.is_some() || self.ground.mode(path)?.is_some())
            }
            // A file that git writes otherwise than it keeps it has another size.
            Settled::Project(edited) => Ok(as_made
                .filter(|kept| kept.is_watched && kept.size == made.size())
                .is_some_and(|_| !edited.contains(path))),
        }
    }

    /// Reads what stands at a path of the project.
    fn look(&self, path: &RelPath, sides: &mut Sides) -> Result<(), BaseError> {
        let (at, node) = match self.ground.look(path)? {
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
            if let Look::Node(node) = self.ground.look(path)?
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

/// Returns what stands at a path in a map, through which paths go in their order.
fn at<'m, V>(map: &mut Peekable<Iter<'m, RelPath, V>>, path: &RelPath) -> Option<&'m V> {
    while map.next_if(|(other, _)| *other < path).is_some() {}
    map.next_if(|(other, _)| *other == path)
        .map(|(_, value)| value)
}

fn unread(mode: Mode) -> Node {
    Node { mode, bytes: None }
}

/// Reads contents of the template that were left unread. One that is at hand, in the project or from the other version, is not
/// read again.
struct Contents<'a> {
    system: &'a System,
    project: &'a Project,
    known: Vec<(Id, Rc<[u8]>)>,
}

impl<'a> Contents<'a> {
    fn new(system: &'a System, project: &'a Project) -> Self {
        Self {
            system,
            project,
            known: Vec::new(),
        }
    }

    /// Returns the content of an id: from the store, and where that is damaged, from the project, which may have it too.
    fn content(&self, id: &Id) -> Result<Vec<u8>, SourceError> {
        let stored = self.system.catalog.content(id);
        stored.or_else(|error| self.project.content(id).ok_or(error))
    }

    /// Forgets the last file, and has the content of the project's own at hand.
    fn know(&mut self, ours: Option<&Node>) {
        let bytes = ours.and_then(|ours| ours.bytes.as_ref());
        self.known.clear();
        self.known
            .extend(bytes.map(|bytes| (Id::of(Kind::Blob, bytes), Rc::clone(bytes))));
    }

    fn node(&mut self, made: &Made) -> Result<Node, BaseError> {
        let file = match made {
            Made::Read(node) => return Ok(node.clone()),
            Made::Unread(file) => file,
        };
        let id = file.content.id;
        let known = self.known.iter().find(|(known, _)| *known == id);
        let bytes = if let Some((_, bytes)) = known {
            Rc::clone(bytes)
        } else {
            let bytes: Rc<[u8]> = Rc::from(self.content(&id)?);
            self.known.push((id, Rc::clone(&bytes)));
            bytes
        };
        Ok(Node {
            mode: made.mode(),
            bytes: Some(bytes),
        })
    }
}
