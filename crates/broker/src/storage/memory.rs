//! A store in memory, for the browser, for simulations and for servers that keep nothing.
//!
//! Cloning is cheap: everything is shared until one of the clones changes it, and then a page of 4 KiB and a shelf of 32
//! contents are copied. So a whole world can be kept for every point in time to which one may want to return.

use super::{BlobId, Entry, Storage, StorageError};
use bytes::{Bytes, BytesMut};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::Arc;

/// Bytes per chunk.
const CHUNK_SIZE: usize = 64 * 1024;

/// Bytes per page: what a clone copies at most when it appends.
const PAGE_SIZE: usize = 4 * 1024;

/// Contents on one shelf.
const SHELF_SIZE: u64 = 32;

/// A store in memory.
#[derive(Clone, Debug, Default)]
pub struct MemoryStorage {
    paths: Arc<BTreeMap<Arc<str>, ContentId>>,
    contents: Contents,
    open: Arc<BTreeMap<BlobId, ContentId>>,
    next_id: u64,
}

/// All contents, on shelves that clones share until one of them changes something on a shelf.
#[derive(Clone, Debug, Default)]
struct Contents(BTreeMap<u64, Arc<BTreeMap<ContentId, Content>>>);

impl Contents {
    fn get(&self, id: &ContentId) -> Option<&Content> {
        self.0.get(&(id.0 / SHELF_SIZE))?.get(id)
    }

    fn get_mut(&mut self, id: &ContentId) -> Option<&mut Content> {
        Arc::make_mut(self.0.get_mut(&(id.0 / SHELF_SIZE))?).get_mut(id)
    }

    fn insert(&mut self, id: ContentId, content: Content) {
        Arc::make_mut(self.0.entry(id.0 / SHELF_SIZE).or_default()).insert(id, content);
    }

    fn remove(&mut self, id: &ContentId) {
        let shelf = id.0 / SHELF_SIZE;
        if let Some(contents) = self.0.get_mut(&shelf) {
            let contents = Arc::make_mut(contents);
            contents.remove(id);
            if contents.is_empty() {
                self.0.remove(&shelf);
            }
        }
    }
}

/// Contents outlive their path while a blob of theirs is open, so they have numbers of their own.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct ContentId(u64);

#[derive(Clone, Debug)]
struct Content {
    /// The path, or the last one if it was removed.
    path: Arc<str>,
    /// How many open blobs show these contents.
    blobs_count: u32,
    is_linked: bool,
    bytes: Arc<Chunked>,
}

/// Full chunks of [`CHUNK_SIZE`], full pages of [`PAGE_SIZE`] that are fewer than a chunk, and a tail that is shorter
/// than a page.
#[derive(Clone, Debug, Default)]
struct Chunked {
    chunks: Vec<Bytes>,
    pages: Vec<Bytes>,
    tail: Vec<u8>,
}

impl Chunked {
    fn size(&self) -> usize {
        self.tail_position() + self.tail.len()
    }

    /// Where the pages begin.
    fn pages_position(&self) -> usize {
        self.chunks.len() * CHUNK_SIZE
    }

    /// Where the tail begins.
    fn tail_position(&self) -> usize {
        self.pages_position() + self.pages.len() * PAGE_SIZE
    }

    fn append(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let (now, later) = bytes.split_at(bytes.len().min(PAGE_SIZE - self.tail.len()));
            // Powers of two up to one page: a small blob stays small, and a full page has nothing to spare.
            let wanted = self.tail.len() + now.len();
            if wanted > self.tail.capacity() {
                self.tail.reserve_exact(wanted.next_power_of_two() - self.tail.len());
            }
            self.tail.extend_from_slice(now);
            if self.tail.len() == PAGE_SIZE {
                self.pages.push(Bytes::from(std::mem::take(&mut self.tail)));
            }
            if self.pages.len() == CHUNK_SIZE / PAGE_SIZE {
                self.chunks.push(Bytes::from(self.pages.concat()));
                self.pages.clear();
            }
            bytes = later;
        }
    }

    fn truncate(&mut self, size: usize) {
        if size >= self.tail_position() {
            return self.tail.truncate(size - self.tail_position());
        }
        let kept_chunks = (size / CHUNK_SIZE).min(self.chunks.len());
        let kept = self.read(kept_chunks * CHUNK_SIZE, size - kept_chunks * CHUNK_SIZE).unwrap_or_default();
        self.chunks.truncate(kept_chunks);
        self.pages.clear();
        self.tail.clear();
        self.append(&kept);
    }

    /// What lies at `position`, up to the end of the chunk, the page or the tail that it lies in.
    fn piece_at(&self, position: usize) -> &[u8] {
        if position < self.pages_position() {
            piece_from(&self.chunks, position, CHUNK_SIZE)
        } else if position < self.tail_position() {
            piece_from(&self.pages, position - self.pages_position(), PAGE_SIZE)
        } else {
            &self.tail[position - self.tail_position()..]
        }
    }

    /// `None` if the range reaches past the end.
    fn read(&self, position: usize, size: usize) -> Option<Bytes> {
        let end = position.checked_add(size).filter(|end| *end <= self.size())?;
        if let Some(chunk) = self.chunks.get(position / CHUNK_SIZE)
            && position % CHUNK_SIZE + size <= CHUNK_SIZE
        {
            return Some(chunk.slice(position % CHUNK_SIZE..position % CHUNK_SIZE + size));
        }
        let mut gathered = BytesMut::with_capacity(size);
        let mut next = position;
        while next < end {
            let piece = self.piece_at(next);
            let taken = piece.len().min(end - next);
            gathered.extend_from_slice(&piece[..taken]);
            next += taken;
        }
        Some(gathered.freeze())
    }
}

/// What lies at `position` of pieces of one size, up to the end of its piece.
fn piece_from(pieces: &[Bytes], position: usize, size: usize) -> &[u8] {
    pieces.get(position / size).map_or(&[], |piece| &piece[position % size..])
}

impl MemoryStorage {
    /// An empty store.
    pub fn new() -> Self {
        MemoryStorage::default()
    }

    /// The paths of all blobs, sorted.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.paths.keys().map(AsRef::as_ref)
    }

    fn next_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    fn create(&mut self, path: &str) -> ContentId {
        let id = ContentId(self.next_id());
        let path: Arc<str> = Arc::from(path);
        let content = Content { path: path.clone(), blobs_count: 0, is_linked: true, bytes: Arc::default() };
        self.contents.insert(id, content);
        Arc::make_mut(&mut self.paths).insert(path, id);
        id
    }

    fn content(&self, blob: BlobId, operation: &'static str) -> Result<&Content, StorageError> {
        self.open.get(&blob).and_then(|id| self.contents.get(id)).ok_or_else(|| closed(blob, operation))
    }

    fn content_mut(&mut self, blob: BlobId, operation: &'static str) -> Result<&mut Content, StorageError> {
        let id = self.open.get(&blob).ok_or_else(|| closed(blob, operation))?;
        self.contents.get_mut(id).ok_or_else(|| closed(blob, operation))
    }

    fn unlink(&mut self, path: &str) {
        if self.paths.contains_key(path)
            && let Some(id) = Arc::make_mut(&mut self.paths).remove(path)
            && let Some(content) = self.contents.get_mut(&id)
        {
            content.is_linked = false;
            if content.blobs_count == 0 {
                self.contents.remove(&id);
            }
        }
    }

    /// The paths below a folder, in order.
    fn below(&self, folder: &str) -> Vec<Arc<str>> {
        let prefix = prefix(folder);
        let range = (Bound::Included(prefix.as_str()), Bound::Unbounded);
        let found = self.paths.range::<str, _>(range).take_while(|(path, _)| path.starts_with(&prefix));
        found.map(|(path, _)| path.clone()).collect()
    }
}

/// What the paths in a folder begin with; the folder without a name is the store itself.
fn prefix(folder: &str) -> String {
    if folder.is_empty() { String::new() } else { format!("{folder}/") }
}

fn closed(blob: BlobId, operation: &'static str) -> StorageError {
    StorageError { path: format!("blob {}", blob.0), operation, reason: "it is not open".to_owned() }
}

impl Storage for MemoryStorage {
    fn open(&mut self, path: &str) -> Result<BlobId, StorageError> {
        let id = match self.paths.get(path) {
            Some(id) => *id,
            None => self.create(path),
        };
        let blob = BlobId(self.next_id());
        Arc::make_mut(&mut self.open).insert(blob, id);
        if let Some(content) = self.contents.get_mut(&id) {
            content.blobs_count += 1;
        }
        Ok(blob)
    }

    fn close(&mut self, blob: BlobId) {
        let Some(id) = Arc::make_mut(&mut self.open).remove(&blob) else { return };
        let Some(content) = self.contents.get_mut(&id) else { return };
        content.blobs_count -= 1;
        if content.blobs_count == 0 && !content.is_linked {
            self.contents.remove(&id);
        }
    }

    fn size(&self, blob: BlobId) -> Result<u64, StorageError> {
        Ok(self.content(blob, "size")?.bytes.size() as u64)
    }

    fn append(&mut self, blob: BlobId, parts: &[&[u8]]) -> Result<(), StorageError> {
        let bytes = Arc::make_mut(&mut self.content_mut(blob, "append")?.bytes);
        for part in parts {
            bytes.append(part);
        }
        Ok(())
    }

    fn read(&self, blob: BlobId, position: u64, size: usize) -> Result<Bytes, StorageError> {
        let content = self.content(blob, "read")?;
        let found = usize::try_from(position).ok().and_then(|position| content.bytes.read(position, size));
        found.ok_or_else(|| StorageError {
            path: content.path.to_string(),
            operation: "read",
            reason: format!("{size} bytes from {position} reach past the end at {}", content.bytes.size()),
        })
    }

    fn truncate(&mut self, blob: BlobId, size: u64) -> Result<(), StorageError> {
        let content = self.content_mut(blob, "truncate")?;
        if let Ok(size) = usize::try_from(size)
            && size < content.bytes.size()
        {
            Arc::make_mut(&mut content.bytes).truncate(size);
        }
        Ok(())
    }

    fn replace(&mut self, path: &str, bytes: &[u8]) -> Result<(), StorageError> {
        self.unlink(path);
        let id = self.create(path);
        if let Some(content) = self.contents.get_mut(&id) {
            Arc::make_mut(&mut content.bytes).append(bytes);
        }
        Ok(())
    }

    fn load(&self, path: &str) -> Result<Option<Bytes>, StorageError> {
        let content = self.paths.get(path).and_then(|id| self.contents.get(id));
        Ok(content.and_then(|content| content.bytes.read(0, content.bytes.size())))
    }

    fn rename(&mut self, from: &str, to: &str) -> Result<(), StorageError> {
        let moved: Vec<(Arc<str>, String)> = if self.paths.contains_key(from) {
            vec![(Arc::from(from), to.to_owned())]
        } else {
            let below = self.below(from);
            below.into_iter().map(|path| (path.clone(), format!("{to}{}", &path[from.len()..]))).collect()
        };
        if moved.is_empty() {
            return Err(StorageError {
                path: from.to_owned(),
                operation: "rename",
                reason: "no such file or directory".to_owned(),
            });
        }
        if from == to {
            return Ok(());
        }
        self.remove(to)?;
        for (from, to) in moved {
            let Some(id) = Arc::make_mut(&mut self.paths).remove(&from) else { continue };
            let to: Arc<str> = Arc::from(to);
            if let Some(content) = self.contents.get_mut(&id) {
                content.path = to.clone();
            }
            Arc::make_mut(&mut self.paths).insert(to, id);
        }
        Ok(())
    }

    fn remove(&mut self, path: &str) -> Result<(), StorageError> {
        self.unlink(path);
        for path in self.below(path) {
            self.unlink(&path);
        }
        Ok(())
    }

    fn list(&self, folder: &str) -> Result<Vec<Entry>, StorageError> {
        let mut entries = BTreeSet::new();
        for path in self.below(folder) {
            let rest = &path[prefix(folder).len()..];
            match rest.split_once('/') {
                Some((name, _)) => entries.insert(Entry { name: name.to_owned(), is_folder: true, size: 0 }),
                None => {
                    let size = self.paths.get(&path).and_then(|id| self.contents.get(id));
                    let size = size.map_or(0, |content| content.bytes.size() as u64);
                    entries.insert(Entry { name: rest.to_owned(), is_folder: false, size })
                }
            };
        }
        Ok(entries.into_iter().collect())
    }
}
