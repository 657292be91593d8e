//! Walks over the batches of a segment, header by header.

use crate::{BlobId, Storage, StorageError};
use bytes::Bytes;
use runnel_protocol::records::{BatchError, BatchHeader};
use std::fmt;

/// Bytes that a walk fetches at once.
const WINDOW_SIZE: u64 = 8 * 1024;

/// No log grows so long, so a batch beyond it is damage, and sums of offsets cannot overflow.
const OFFSET_MAX: i64 = i64::MAX / 2;

/// A batch and where it begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Found {
    pub(super) position: u32,
    pub(super) header: BatchHeader,
}

impl Found {
    /// Where the next batch begins.
    pub(super) fn end(&self) -> u32 {
        // Segments are smaller than 2^31 bytes and a walk finds only batches that end within theirs.
        self.position + u32::try_from(self.header.size()).unwrap_or(0)
    }

    /// The whole batch.
    pub(super) fn read(&self, storage: &dyn Storage, blob: BlobId) -> Result<Bytes, StorageError> {
        storage.read(blob, u64::from(self.position), self.header.size())
    }
}

/// Why a walk ended early.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum ScanError {
    /// The bytes at this position are no batch, or not a whole one.
    Bad {
        position: u32,
        fault: Fault,
    },
    Storage(StorageError),
}

/// What is wrong with a batch in a segment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fault {
    Batch(BatchError),
    /// Its offsets cannot be.
    Offsets {
        base_offset: i64,
        last_offset_delta: i32,
    },
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Batch(error) => error.fmt(out),
            Fault::Offsets { base_offset, last_offset_delta } => {
                write!(out, "base offset {base_offset} and last offset delta {last_offset_delta} cannot be here")
            }
        }
    }
}

impl From<StorageError> for ScanError {
    fn from(error: StorageError) -> Self {
        ScanError::Storage(error)
    }
}

impl ScanError {
    /// For walks where only batches can be: the file was damaged after it was opened.
    pub(super) fn into_storage_error(self, path: &str) -> StorageError {
        match self {
            ScanError::Storage(error) => error,
            ScanError::Bad { position, fault } => StorageError {
                path: path.to_owned(),
                operation: "read",
                reason: format!("no record batch at position {position}: {fault}"),
            },
        }
    }
}

/// A walk from a batch's beginning to an end.
pub(super) struct Scan<'a> {
    storage: &'a dyn Storage,
    blob: BlobId,
    next: u32,
    end: u32,
    window: Bytes,
    window_at: u32,
}

impl<'a> Scan<'a> {
    pub(super) fn new(storage: &'a dyn Storage, blob: BlobId, start: u32, end: u32) -> Self {
        Scan { storage, blob, next: start, end, window: Bytes::new(), window_at: start }
    }

    /// Goes back to the batch at `position`.
    pub(super) fn rewind(mut self, position: u32) -> Self {
        self.next = position;
        self
    }

    /// The next batch, `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<Found>, ScanError> {
        let position = self.next;
        if position >= self.end {
            return Ok(None);
        }
        let header_size = (self.end - position).min(u32::try_from(BatchHeader::SIZE).expect("small"));
        let bad = |error| ScanError::Bad { position, fault: Fault::Batch(error) };
        let header = BatchHeader::read(self.bytes(position, header_size)?).map_err(bad)?;
        let room = self.end - position;
        if header.size() > room as usize {
            return Err(bad(BatchError::Truncated { wanted: header.size(), found: room as usize }));
        }
        let BatchHeader { base_offset, last_offset_delta, .. } = header;
        if !(0..OFFSET_MAX).contains(&base_offset) || last_offset_delta < 0 {
            return Err(ScanError::Bad { position, fault: Fault::Offsets { base_offset, last_offset_delta } });
        }
        let found = Found { position, header };
        self.next = found.end();
        Ok(Some(found))
    }

    fn bytes(&mut self, position: u32, size: u32) -> Result<&[u8], StorageError> {
        let in_window = position
            .checked_sub(self.window_at)
            .is_some_and(|at| u64::from(at) + u64::from(size) <= self.window.len() as u64);
        if !in_window {
            let fetched = u64::from(self.end - position).min(WINDOW_SIZE);
            let fetched = usize::try_from(fetched).expect("a window is small");
            self.window = self.storage.read(self.blob, u64::from(position), fetched)?;
            self.window_at = position;
        }
        let at = (position - self.window_at) as usize;
        Ok(&self.window[at..at + size as usize])
    }
}
