//! What a frame is made of when it need not be one piece of memory.
//!
//! A Fetch response carries records that already lie in a segment. The codec writes such a response as a list of
//! [`Chunk`]s: bytes that it made itself, and ranges of stored blobs that a driver may send without copying them.

use bytes::{Bytes, BytesMut};
use smallvec::{SmallVec, smallvec};

/// A range of a stored blob, as the store that holds it names it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BlobRange {
    /// The store's own number for the blob.
    pub blob: u64,
    /// First byte of the range, counted from the blob's start.
    pub position: u64,
    /// Size of the range in bytes.
    pub size: u32,
}

/// One piece of a frame.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Chunk {
    /// Bytes at hand.
    Bytes(Bytes),
    /// Bytes that lie in a store.
    Range(BlobRange),
}

impl Chunk {
    /// Size in bytes.
    pub fn size(&self) -> usize {
        match self {
            Chunk::Bytes(bytes) => bytes.len(),
            Chunk::Range(range) => range.size as usize,
        }
    }
}

/// Records as they stand in a message: a list of chunks, in order. Almost always it is one, which takes no memory of its own.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Chunks(pub SmallVec<[Chunk; 1]>);

impl Chunks {
    /// Size of all chunks in bytes.
    pub fn size(&self) -> usize {
        self.0.iter().map(Chunk::size).sum()
    }

    /// The bytes as one piece, with `read` fetching what lies in a store.
    ///
    /// # Errors
    /// Whatever `read` answers for a range that it cannot fetch.
    pub fn gather<E>(&self, mut read: impl FnMut(BlobRange) -> Result<Bytes, E>) -> Result<Bytes, E> {
        if let [Chunk::Bytes(bytes)] = self.0.as_slice() {
            return Ok(bytes.clone());
        }
        let mut gathered = BytesMut::with_capacity(self.size());
        for chunk in &self.0 {
            match chunk {
                Chunk::Bytes(bytes) => gathered.extend_from_slice(bytes),
                Chunk::Range(range) => gathered.extend_from_slice(&read(*range)?),
            }
        }
        Ok(gathered.freeze())
    }

    /// As [`Chunks::gather`], where the chunks are not needed afterwards: bytes at hand as one piece are passed on.
    ///
    /// # Errors
    /// Whatever `read` answers for a range that it cannot fetch.
    pub fn into_gathered<E>(mut self, read: impl FnMut(BlobRange) -> Result<Bytes, E>) -> Result<Bytes, E> {
        match self.0.pop() {
            Some(Chunk::Bytes(bytes)) if self.0.is_empty() => Ok(bytes),
            last => {
                self.0.extend(last);
                self.gather(read)
            }
        }
    }

    /// The bytes, if they are at hand as one piece, as they are in every message that came off the wire.
    pub fn as_bytes(&self) -> Option<Bytes> {
        match self.0.as_slice() {
            [] => Some(Bytes::new()),
            [Chunk::Bytes(bytes)] => Some(bytes.clone()),
            _ => None,
        }
    }
}

impl From<Bytes> for Chunks {
    fn from(bytes: Bytes) -> Self {
        Chunk::Bytes(bytes).into()
    }
}

impl From<Chunk> for Chunks {
    fn from(chunk: Chunk) -> Self {
        Chunks(smallvec![chunk])
    }
}
