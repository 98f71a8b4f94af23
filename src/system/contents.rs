//! Stores what files of a project become, as git keeps them.
//!
//! Where no attribute can have a say, git keeps the bytes as they are: their id needs no look at the configuration, and many of them
//! go into one packfile instead of a file each, as git itself does with what it fetches.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::path::Path;
use std::rc::Rc;

use git2::{IndexEntry, Oid};

use super::project::{Project, index_entry, number};
use super::repository::{Action as _, RepositoryError};
use super::store::sync_folder;
use crate::engine::merge::{Mode, Node};
use crate::engine::objects::Pack;
use crate::model::object::{Id, Kind};
use crate::model::relpath::RelPath;

/// Up to so many contents are stored one by one; git's own measure (`fetch.unpackLimit`).
const ONE_BY_ONE: usize = 100;

/// Contents on their way into a project's repository.
pub struct Contents<'a> {
    project: &'a Project,
    waiting: RefCell<BTreeMap<Id, Rc<[u8]>>>,
}

impl<'a> Contents<'a> {
    /// Returns a place for the contents of a project.
    pub fn of(project: &'a Project) -> Self {
        let waiting = RefCell::default();
        Self { project, waiting }
    }

    /// Returns what the index says about a content at a path. It is stored now, or at the end.
    ///
    /// # Errors
    /// It cannot be stored.
    pub fn entry(
        &self,
        path: &RelPath,
        node: &Node,
        stage: u16,
    ) -> Result<IndexEntry, RepositoryError> {
        let is_file = matches!(node.mode, Mode::Plain | Mode::Executable);
        let bytes = node.bytes.as_ref().filter(|bytes| {
            // What ends its lines otherwise git may be told to keep with other ends.
            is_file && !bytes.contains(&b'\r') && !self.project.has_attributes(path)
        });
        let Some(bytes) = bytes else {
            return self.project.entry(path, node, stage);
        };
        let id = Id::of(Kind::Blob, bytes);
        self.waiting.borrow_mut().insert(id, Rc::clone(bytes));
        let id = Oid::from_bytes(id.as_bytes()).during("store a file")?;
        let name = self.project.in_repository(path);
        Ok(index_entry(name.as_bytes(), number(node.mode), id, stage))
    }

    /// Stores what is not yet.
    ///
    /// # Errors
    /// It cannot be stored.
    pub fn store(self) -> Result<(), RepositoryError> {
        let repository = &self.project.repository;
        let waiting = self.waiting.into_inner();
        if waiting.len() > ONE_BY_ONE {
            let packs = repository.commondir().join("objects/pack");
            return pack(&packs, &waiting)
                .map_err(|error| git2::Error::from_str(&error.to_string()))
                .during("store the files");
        }
        for bytes in waiting.values() {
            repository.blob(bytes).during("store a file")?;
        }
        Ok(())
    }
}

/// Writes contents as one packfile. It is there when its index is, which comes last.
fn pack(packs: &Path, contents: &BTreeMap<Id, Rc<[u8]>>) -> io::Result<()> {
    let mut pack = Pack::new();
    for (id, bytes) in contents {
        pack.add(Kind::Blob, *id, bytes)?;
    }
    let packed = pack.finish();
    std::fs::create_dir_all(packs)?;
    for (ending, bytes) in [("pack", &packed.pack), ("idx", &packed.index)] {
        // What has such a name and is left over git removes.
        let mut builder = tempfile::Builder::new();
        builder.prefix("tmp_pack_");
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o444));
        let mut file = builder.tempfile_in(packs)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(packs.join(format!("pack-{}.{ending}", packed.name)))?;
    }
    sync_folder(packs);
    Ok(())
}
