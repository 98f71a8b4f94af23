//! Git objects made in memory: their ids, the trees of a project, and one packfile with its index that holds them all.
//!
//! The formats are those of gitformat-pack(5) and of "Git Objects" in Pro Git. A new project has some hundred objects that no
//! repository knows yet; one file written once costs a tenth of a file for each.

use std::collections::BTreeMap;

use flate2::{Compress, Compression, Crc, FlushCompress, Status};

use crate::model::object::{Id, Kind};
use crate::model::relpath::RelPath;

/// A file of a tree, by its path and the id of its content.
#[derive(Clone, Copy, Debug)]
pub struct Leaf<'a> {
    /// The path.
    pub path: &'a RelPath,
    /// Whether it can be run.
    pub executable: bool,
    /// The content.
    pub id: Id,
}

/// Returns the id of the git tree of files, and hands the content of each folder, the inner ones first, to a function.
///
/// The files come in the order of their paths. That is git's own order: it sorts a folder as if its name ended in a slash.
pub fn tree_id<'a>(
    files: impl IntoIterator<Item = Leaf<'a>>,
    each: &mut dyn FnMut(Id, &[u8]),
) -> Id {
    let mut root = Vec::new();
    // The folders that are open, outermost first, each with what is known of its content.
    let mut open: Vec<(&str, Vec<u8>)> = Vec::new();
    for file in files {
        let mut rest = file.path.as_str();
        let mut depth = 0;
        while let Some((name, below)) = rest.split_once('/') {
            if open.get(depth).is_none_or(|(folder, _)| *folder != name) {
                close(&mut root, &mut open, depth, each);
                open.push((name, Vec::new()));
            }
            depth += 1;
            rest = below;
        }
        close(&mut root, &mut open, depth, each);
        let mode = if file.executable { "100755" } else { "100644" };
        entry(
            open.last_mut().map_or(&mut root, |(_, bytes)| bytes),
            mode,
            rest,
            file.id,
        );
    }
    close(&mut root, &mut open, 0, each);
    let id = Id::of(Kind::Tree, &root);
    each(id, &root);
    id
}

/// Closes the folders below a depth: each becomes an entry of the one above it.
fn close(
    root: &mut Vec<u8>,
    open: &mut Vec<(&str, Vec<u8>)>,
    depth: usize,
    each: &mut dyn FnMut(Id, &[u8]),
) {
    while open.len() > depth
        && let Some((name, bytes)) = open.pop()
    {
        let id = Id::of(Kind::Tree, &bytes);
        each(id, &bytes);
        entry(
            open.last_mut().map_or(&mut *root, |(_, bytes)| bytes),
            "40000",
            name,
            id,
        );
    }
}

fn entry(folder: &mut Vec<u8>, mode: &str, name: &str, id: Id) {
    folder.extend_from_slice(mode.as_bytes());
    folder.push(b' ');
    folder.extend_from_slice(name.as_bytes());
    folder.push(0);
    folder.extend_from_slice(id.as_bytes());
}

/// Up to so many bytes are kept as they are. To make a compressor ready costs more than to store them, and git by itself would give each
/// a file, which takes a block of the disk however small it is.
const AS_IT_IS: u16 = 4096;

/// A packfile on its way.
#[derive(Debug)]
pub struct Pack {
    bytes: Vec<u8>,
    /// Of each object the checksum of its packed form and where that begins.
    objects: BTreeMap<Id, (u32, u32)>,
    /// One for all: to make it costs more than to compress a small file.
    compressor: Compress,
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
        Self {
            bytes,
            objects: BTreeMap::new(),
            // What is read once is packed fast rather than small; `git gc` packs it again.
            compressor: Compress::new(Compression::fast(), true),
        }
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
        match u16::try_from(content.len()) {
            Ok(length) if length <= AS_IT_IS => self.store(length, content),
            Ok(_) | Err(_) => self.compress(content)?,
        }
        let mut checksum = Crc::new();
        checksum.update(self.bytes.get(start..).unwrap_or_default());
        self.objects.insert(id, (checksum.sum(), offset));
        Ok(())
    }

    /// Writes a content as it is, in the frame that every content has: RFC 1950 around one block of RFC 1951.
    fn store(&mut self, length: u16, content: &[u8]) {
        // A window of 32 KiB and the least effort; then the last block, which is not compressed.
        self.bytes.extend_from_slice(&[0x78, 0x01, 0x01]);
        self.bytes.extend_from_slice(&length.to_le_bytes());
        self.bytes.extend_from_slice(&(!length).to_le_bytes());
        self.bytes.extend_from_slice(content);
        self.bytes
            .extend_from_slice(&adler32(content).to_be_bytes());
    }

    fn compress(&mut self, content: &[u8]) -> std::io::Result<()> {
        self.compressor.reset();
        let mut rest = content;
        loop {
            // Room for what does not get smaller, and for the frame around it.
            self.bytes.reserve(rest.len() + rest.len() / 8 + 64);
            let before = self.compressor.total_in();
            let status =
                self.compressor
                    .compress_vec(rest, &mut self.bytes, FlushCompress::Finish)?;
            let taken = usize::try_from(self.compressor.total_in() - before).unwrap_or_default();
            rest = rest.get(taken..).unwrap_or_default();
            if status == Status::StreamEnd {
                return Ok(());
            }
        }
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

/// Returns the checksum of RFC 1950 of a content that is kept as it is. So short a one cannot overflow before the end.
fn adler32(content: &[u8]) -> u32 {
    const PRIME: u32 = 65_521;
    let (mut low, mut high) = (1_u32, 0_u32);
    for byte in content {
        low += u32::from(*byte);
        high += low;
    }
    ((high % PRIME) << 16) | (low % PRIME)
}

impl Default for Pack {
    fn default() -> Self {
        Self::new()
    }
}
