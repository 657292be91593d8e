//! Where bytes rest: the core writes Kafka's own files, a driver says what a file is.
//!
//! The core knows *blobs*, named by paths like `broker-1/orders-0/00000000000000000000.log`: folders are part of the
//! name, separated by `/`. On a server a blob is a file; in the browser and in tests it is memory.
//!
//! Durability is not in this trait. The core asks for it with `Output::Flush` and learns of it with `Input::Flushed`;
//! what was appended and not flushed may be gone after a power cut. Renames, removals and [`Storage::replace`] are the
//! driver's to make durable together with the blobs that it flushes.

mod faulty;
mod late_close;
mod memory;

#[cfg(test)]
mod tests;

pub use faulty::FaultyStorage;
pub(crate) use late_close::LateClose;
pub use memory::MemoryStorage;

use bytes::Bytes;
use std::fmt;

/// An open blob. A number is never used again within a run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct BlobId(pub u64);

/// One entry of a folder.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Entry {
    /// The last part of its path.
    pub name: String,
    /// Whether it is a folder.
    pub is_folder: bool,
    /// Bytes, 0 for a folder.
    pub size: u64,
}

/// A store's refusal: what was tried on which blob, and the reason in words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StorageError {
    /// Path of the blob or folder.
    pub path: String,
    /// What was tried: `append`, `read`, ...
    pub operation: &'static str,
    /// The reason, as the operating system words it.
    pub reason: String,
}

impl fmt::Display for StorageError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "cannot {} {:?}: {}", self.operation, self.path, self.reason)
    }
}

impl std::error::Error for StorageError {}

/// A store of blobs.
pub trait Storage {
    /// Opens a blob, and makes it, empty, with the folders above it if it is not there.
    ///
    /// # Errors
    /// The store's refusal, as for every operation here.
    fn open(&mut self, path: &str) -> Result<BlobId, StorageError>;

    /// Lets go of an open blob. Ranges of it that are still under way to a client stay readable for the driver.
    fn close(&mut self, blob: BlobId);

    /// Size of an open blob in bytes.
    ///
    /// # Errors
    /// The store's refusal.
    fn size(&self, blob: BlobId) -> Result<u64, StorageError>;

    /// Appends the parts, one after the other, as one piece. After an error the blob has the size that it had before,
    /// or the store refuses every later append to it.
    ///
    /// # Errors
    /// The store's refusal, for example of a full disk.
    fn append(&mut self, blob: BlobId, parts: &[&[u8]]) -> Result<(), StorageError>;

    /// Reads exactly `size` bytes from `position`.
    ///
    /// # Errors
    /// The store's refusal; also when the range reaches past the end.
    fn read(&self, blob: BlobId, position: u64, size: usize) -> Result<Bytes, StorageError>;

    /// Cuts the blob to `size` bytes.
    ///
    /// # Errors
    /// The store's refusal.
    fn truncate(&mut self, blob: BlobId, size: u64) -> Result<(), StorageError>;

    /// Puts `bytes` in the place of whatever the path holds, whole or not at all (write beside, then rename).
    ///
    /// # Errors
    /// The store's refusal.
    fn replace(&mut self, path: &str, bytes: &[u8]) -> Result<(), StorageError>;

    /// The whole of a small blob, `None` if there is none.
    ///
    /// # Errors
    /// The store's refusal.
    fn load(&self, path: &str) -> Result<Option<Bytes>, StorageError>;

    /// Gives a blob or a folder another path; what was there before is gone. Open blobs stay open.
    ///
    /// # Errors
    /// The store's refusal.
    fn rename(&mut self, from: &str, to: &str) -> Result<(), StorageError>;

    /// Removes a blob, or a folder with all that is in it. What is not there is no error. Open blobs stay readable
    /// until they are closed.
    ///
    /// # Errors
    /// The store's refusal.
    fn remove(&mut self, path: &str) -> Result<(), StorageError>;

    /// What a folder holds, sorted by name; nothing if it is not there.
    ///
    /// # Errors
    /// The store's refusal.
    fn list(&self, folder: &str) -> Result<Vec<Entry>, StorageError>;
}
