//! A store in memory, for the browser, for simulations and for servers that keep nothing.
//!
//! Cloning is cheap: contents are shared until one of the clones changes them, and then at most one chunk of 64 KiB is
//! copied. So a whole world can be kept for every point in time to which one may want to return.

use super::{BlobId, Entry, Storage, StorageError};
use bytes::{Bytes, BytesMut};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::Arc;

/// Bytes per chunk.
const CHUNK_SIZE: usize = 64 * 1024;

/// A store in memory.
#[derive(Clone, Debug, Default)]
pub struct MemoryStorage {
    paths: BTreeMap<Arc<str>, ContentId>,
    contents: BTreeMap<ContentId, Content>,
    open: BTreeMap<BlobId, ContentId>,
    next_id: u64,
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

/// Full chunks of [`CHUNK_SIZE`] and a tail that is shorter than one.
#[derive(Clone, Debug, Default)]
struct Chunked {
    full: Vec<Bytes>,
    tail: Vec<u8>,
}

impl Chunked {
    fn size(&self) -> usize {
        self.full.len() * CHUNK_SIZE + self.tail.len()
    }

    fn append(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let (now, later) = bytes.split_at(bytes.len().min(CHUNK_SIZE - self.tail.len()));
            // Powers of two up to one chunk: a small blob stays small, and a full chunk has nothing to spare.
            let wanted = self.tail.len() + now.len();
            if wanted > self.tail.capacity() {
                self.tail.reserve_exact(wanted.next_power_of_two() - self.tail.len());
            }
            self.tail.extend_from_slice(now);
            if self.tail.len() == CHUNK_SIZE {
                self.full.push(Bytes::from(std::mem::take(&mut self.tail)));
            }
            bytes = later;
        }
    }

    fn truncate(&mut self, size: usize) {
        if size < self.full.len() * CHUNK_SIZE {
            self.tail = self.full[size / CHUNK_SIZE][..size % CHUNK_SIZE].to_vec();
            self.full.truncate(size / CHUNK_SIZE);
        } else {
            self.tail.truncate(size - self.full.len() * CHUNK_SIZE);
        }
    }

    /// The chunk's bytes, full or tail.
    fn chunk(&self, index: usize) -> &[u8] {
        self.full.get(index).map_or(self.tail.as_slice(), |chunk| chunk)
    }

    /// `None` if the range reaches past the end.
    fn read(&self, position: usize, size: usize) -> Option<Bytes> {
        let end = position.checked_add(size).filter(|end| *end <= self.size())?;
        let (first, at) = (position / CHUNK_SIZE, position % CHUNK_SIZE);
        if let Some(chunk) = self.full.get(first)
            && at + size <= CHUNK_SIZE
        {
            return Some(chunk.slice(at..at + size));
        }
        let mut gathered = BytesMut::with_capacity(size);
        let mut next = position;
        while next < end {
            let at = next % CHUNK_SIZE;
            let taken = (end - next).min(CHUNK_SIZE - at);
            gathered.extend_from_slice(&self.chunk(next / CHUNK_SIZE)[at..at + taken]);
            next += taken;
        }
        Some(gathered.freeze())
    }
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
        self.paths.insert(path, id);
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
        if let Some(id) = self.paths.remove(path)
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
        self.open.insert(blob, id);
        if let Some(content) = self.contents.get_mut(&id) {
            content.blobs_count += 1;
        }
        Ok(blob)
    }

    fn close(&mut self, blob: BlobId) {
        let Some(id) = self.open.remove(&blob) else { return };
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
            let Some(id) = self.paths.remove(&from) else { continue };
            let to: Arc<str> = Arc::from(to);
            if let Some(content) = self.contents.get_mut(&id) {
                content.path = to.clone();
            }
            self.paths.insert(to, id);
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
