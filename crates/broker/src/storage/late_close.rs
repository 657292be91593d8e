//! A store whose blobs stay open until the answers that name them are out.

use super::{BlobId, Entry, Storage, StorageError};
use bytes::Bytes;

/// Does everything at once but for closing: what is closed is put on a list.
///
/// An answer names ranges of blobs, and its driver reads them when it polls the output. Until then another request of
/// the same input may have removed the topic, or a clean-up the segment.
#[derive(Debug)]
pub(crate) struct LateClose<'a, S> {
    pub(crate) storage: &'a mut S,
    pub(crate) closed: &'a mut Vec<BlobId>,
}

impl<S: Storage> Storage for LateClose<'_, S> {
    fn open(&mut self, path: &str) -> Result<BlobId, StorageError> {
        self.storage.open(path)
    }

    fn close(&mut self, blob: BlobId) {
        self.closed.push(blob);
    }

    fn size(&self, blob: BlobId) -> Result<u64, StorageError> {
        self.storage.size(blob)
    }

    fn append(&mut self, blob: BlobId, parts: &[&[u8]]) -> Result<(), StorageError> {
        self.storage.append(blob, parts)
    }

    fn read(&self, blob: BlobId, position: u64, size: usize) -> Result<Bytes, StorageError> {
        self.storage.read(blob, position, size)
    }

    fn truncate(&mut self, blob: BlobId, size: u64) -> Result<(), StorageError> {
        self.storage.truncate(blob, size)
    }

    fn replace(&mut self, path: &str, bytes: &[u8]) -> Result<(), StorageError> {
        self.storage.replace(path, bytes)
    }

    fn load(&self, path: &str) -> Result<Option<Bytes>, StorageError> {
        self.storage.load(path)
    }

    fn rename(&mut self, from: &str, to: &str) -> Result<(), StorageError> {
        self.storage.rename(from, to)
    }

    fn remove(&mut self, path: &str) -> Result<(), StorageError> {
        self.storage.remove(path)
    }

    fn list(&self, folder: &str) -> Result<Vec<Entry>, StorageError> {
        self.storage.list(folder)
    }
}
