//! Git objects made in memory: their ids, the trees of a project, and one packfile with its index that holds them all.
//!
//! The formats are those of gitformat-pack(5) and of "Git Objects" in Pro Git. A new project has some hundred objects that no
//! repository knows yet; one file written once costs a tenth of a file for each.

use std::collections::BTreeMap;
use std::io::Write as _;

use crate::model::object::{Id, Kind};
use crate::model::tree::Tree;
use flate2::write::ZlibEncoder;
use flate2::{Compression, Crc};

/// The git tree objects of files, by the ids of their contents.
#[derive(Debug, Default)]
pub struct Folder {
    files: BTreeMap<String, (&'static str, Id)>,
    folders: BTreeMap<String, Folder>,
}

impl Folder {
    /// Returns the folder of all files of a tree, and hands each content with its id to a function.
    pub fn of(tree: &Tree, mut each: impl FnMut(Id, &[u8])) -> Self {
        let mut root = Self::default();
        for (path, file) in tree.iter() {
            let id = Id::of(Kind::Blob, &file.bytes);
            each(id, &file.bytes);
            root.insert(path.as_str(), file.executable, id);
        }
        root
    }

    /// Adds a file by the id of its content.
    pub fn insert(&mut self, path: &str, executable: bool, id: Id) {
        let mode = if executable { "100755" } else { "100644" };
        self.place(path, mode, id);
    }

    fn place(&mut self, path: &str, mode: &'static str, id: Id) {
        match path.split_once('/') {
            Some((folder, rest)) => {
                let below = self.folders.entry(folder.to_owned()).or_default();
                below.place(rest, mode, id);
            }
            None => {
                self.files.insert(path.to_owned(), (mode, id));
            }
        }
    }

    /// Returns the id of the folder, and hands the content of each folder, the inner ones first, to a function.
    pub fn id(&self, each: &mut dyn FnMut(Id, &[u8])) -> Id {
        // Git sorts a folder as if its name ended in a slash.
        let mut entries: BTreeMap<String, (&str, &str, Id)> = BTreeMap::new();
        for (name, (mode, id)) in &self.files {
            entries.insert(name.clone(), (mode, name, *id));
        }
        for (name, folder) in &self.folders {
            entries.insert(format!("{name}/"), ("40000", name, folder.id(each)));
        }
        let mut bytes = Vec::new();
        for (mode, name, id) in entries.values() {
            bytes.extend_from_slice(mode.as_bytes());
            bytes.push(b' ');
            bytes.extend_from_slice(name.as_bytes());
            bytes.push(0);
            bytes.extend_from_slice(id.as_bytes());
        }
        let id = Id::of(Kind::Tree, &bytes);
        each(id, &bytes);
        id
    }
}

/// A packfile on its way.
#[derive(Debug)]
pub struct Pack {
    bytes: Vec<u8>,
    /// Of each object the checksum of its packed form and where that begins.
    objects: BTreeMap<Id, (u32, u32)>,
}

/// A packfile and its index, as they lie in `objects/pack`.
#[derive(Debug)]
pub struct Packed {
    /// The part of both names that differs from pack to pack.
    pub name: String,
    /// The packfile, `pack-<name>.pack`.
    pub pack: Vec<u8>,
    /// Its index, `pack-<name>.idx`.
    pub index: Vec<u8>,
}

impl Pack {
    /// Returns an empty one.
    pub fn new() -> Self {
        // The number of objects is put in at the end.
        let bytes = b"PACK\0\0\0\x02\0\0\0\0".to_vec();
        let objects = BTreeMap::new();
        Self { bytes, objects }
    }

    /// Adds an object; one that is there already is not added again.
    ///
    /// # Errors
    /// The pack would be larger than offsets of four bytes reach.
    pub fn add(&mut self, kind: Kind, id: Id, content: &[u8]) -> std::io::Result<()> {
        if self.objects.contains_key(&id) {
            return Ok(());
        }
        let start = self.bytes.len();
        let offset = u32::try_from(start).ok().filter(|offset| *offset < 1 << 31);
        let offset = offset.ok_or_else(|| std::io::Error::other("the pack is too large"))?;
        self.head(kind, content.len());
        // What is read once is packed fast rather than small; `git gc` packs it again.
        let mut encoder = ZlibEncoder::new(std::mem::take(&mut self.bytes), Compression::fast());
        encoder.write_all(content)?;
        self.bytes = encoder.finish()?;
        let mut checksum = Crc::new();
        checksum.update(self.bytes.get(start..).unwrap_or_default());
        self.objects.insert(id, (checksum.sum(), offset));
        Ok(())
    }

    /// Writes kind and length: four bits of the length beside the kind, then seven a byte, the lowest first.
    fn head(&mut self, kind: Kind, length: usize) {
        let low = |bits: usize, mask: usize| u8::try_from(bits & mask).unwrap_or_default();
        let mut byte = kind.number() << 4 | low(length, 0x0f);
        let mut rest = length >> 4;
        while rest > 0 {
            self.bytes.push(byte | 0x80);
            byte = low(rest, 0x7f);
            rest >>= 7;
        }
        self.bytes.push(byte);
    }

    /// Returns the packfile and its index (version 2).
    pub fn finish(mut self) -> Packed {
        let count = u32::try_from(self.objects.len()).unwrap_or(u32::MAX);
        if let Some(place) = self.bytes.get_mut(8..12) {
            place.copy_from_slice(&count.to_be_bytes());
        }
        let pack_sum = Id::sum(&self.bytes);
        self.bytes.extend_from_slice(&pack_sum);

        let mut index = b"\xfftOc\0\0\0\x02".to_vec();
        let mut up_to = 0_u32;
        let mut ids = self.objects.keys().peekable();
        for first in 0..=u8::MAX {
            while ids
                .next_if(|id| id.as_bytes().first() == Some(&first))
                .is_some()
            {
                up_to += 1;
            }
            index.extend_from_slice(&up_to.to_be_bytes());
        }
        for id in self.objects.keys() {
            index.extend_from_slice(id.as_bytes());
        }
        for (checksum, _) in self.objects.values() {
            index.extend_from_slice(&checksum.to_be_bytes());
        }
        for (_, offset) in self.objects.values() {
            index.extend_from_slice(&offset.to_be_bytes());
        }
        index.extend_from_slice(&pack_sum);
        index.extend_from_slice(&Id::sum(&index));
        Packed {
            name: Id::from(pack_sum).to_string(),
            pack: self.bytes,
            index,
        }
    }
}

impl Default for Pack {
    fn default() -> Self {
        Self::new()
    }
}
