//! Walks over the batches of a segment, header by header.

use super::batch::read_marker;
use crate::{BlobId, Storage, StorageError};
use bytes::Bytes;
use runnel_protocol::records::control::EndTxnMarker;
use runnel_protocol::records::{BatchError, BatchHeader, RecordError};
use std::fmt;

/// Bytes that a walk fetches at once.
const WINDOW_SIZE: u32 = 8 * 1024;
/// The same, of a walk that reads all batches whole.
pub(super) const WIDE_WINDOW_SIZE: u32 = 256 * 1024;
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

    /// What the batch says if it ends a transaction.
    pub(super) fn marker(&self, storage: &dyn Storage, blob: BlobId) -> Result<Option<EndTxnMarker>, RecordError> {
        if !self.header.attributes.is_control() {
            return Ok(None);
        }
        self.read(storage, blob).map_or(Ok(None), |bytes| read_marker(&bytes))
    }
}

/// Why a walk ended early.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum ScanError {
    /// The bytes at this position are no batch, or not a whole one.
    Bad { position: u32, fault: Fault },
    /// The store's refusal.
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
    /// A control batch that does not say what it should.
    Marker,
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Batch(error) => error.fmt(out),
            Fault::Offsets { base_offset, last_offset_delta } => {
                write!(out, "base offset {base_offset} and last offset delta {last_offset_delta} cannot be here")
            }
            Fault::Marker => out.write_str("wanted a control record"),
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

/// The part of a segment that a walk has at hand.
#[derive(Clone, Debug)]
pub(super) struct Window {
    bytes: Bytes,
    at: u32,
    /// Bytes to fetch at once.
    size: u32,
}

impl Window {
    pub(super) fn new(size: u32) -> Self {
        Window { bytes: Bytes::new(), at: 0, size }
    }

    /// `wanted` bytes from `position`, which must lie before `end`; `None` if that is more than a window shows.
    pub(super) fn show(
        &mut self,
        storage: &dyn Storage,
        blob: BlobId,
        position: u32,
        wanted: u32,
        end: u32,
    ) -> Result<Option<Bytes>, StorageError> {
        if wanted > self.size {
            return Ok(None);
        }
        let shown = |window: &Window| {
            let at = position.checked_sub(window.at)? as usize;
            let range = at..at.checked_add(wanted as usize)?;
            (range.end <= window.bytes.len()).then(|| window.bytes.slice(range))
        };
        if let Some(bytes) = shown(self) {
            return Ok(Some(bytes));
        }
        let size = (end - position).min(self.size) as usize;
        self.bytes = storage.read(blob, u64::from(position), size)?;
        self.at = position;
        Ok(shown(self))
    }
}

/// A walk from a batch's beginning to an end.
pub(super) struct Scan<'a> {
    storage: &'a dyn Storage,
    blob: BlobId,
    next: u32,
    end: u32,
    window: Window,
}

impl<'a> Scan<'a> {
    pub(super) fn new(storage: &'a dyn Storage, blob: BlobId, start: u32, end: u32) -> Self {
        Scan { storage, blob, next: start, end, window: Window::new(WINDOW_SIZE) }
    }

    /// A walk of someone who reads all batches whole.
    pub(super) fn of_batches(storage: &'a dyn Storage, blob: BlobId, start: u32, end: u32) -> Self {
        Scan { window: Window::new(WIDE_WINDOW_SIZE), ..Scan::new(storage, blob, start, end) }
    }

    /// Reads a batch that the walk has just found.
    pub(super) fn read(&mut self, found: &Found) -> Result<Bytes, StorageError> {
        let size = found.end() - found.position;
        match self.window.show(self.storage, self.blob, found.position, size, self.end)? {
            Some(bytes) => Ok(bytes),
            None => found.read(self.storage, self.blob),
        }
    }

    /// Goes back to the batch at `position`.
    pub(super) fn rewind(mut self, position: u32) -> Self {
        self.next = position;
        self
    }

    /// The next batch, `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<Found>, ScanError> {
        let found = batch_at(self.storage, self.blob, self.next, self.end, &mut self.window)?;
        if let Some(found) = &found {
            self.next = found.end();
        }
        Ok(found)
    }
}

/// The batch at `position`, `None` at the end.
pub(super) fn batch_at(
    storage: &dyn Storage,
    blob: BlobId,
    position: u32,
    end: u32,
    window: &mut Window,
) -> Result<Option<Found>, ScanError> {
    if position >= end {
        return Ok(None);
    }
    let bad = |error| ScanError::Bad { position, fault: Fault::Batch(error) };
    let room = end - position;
    let header_size = room.min(u32::try_from(BatchHeader::SIZE).expect("a header is small"));
    let bytes = window.show(storage, blob, position, header_size, end)?.unwrap_or_default();
    let header = BatchHeader::read(&bytes).map_err(bad)?;
    if header.size() > room as usize {
        return Err(bad(BatchError::Truncated { wanted: header.size(), found: room as usize }));
    }
    let BatchHeader { base_offset, last_offset_delta, .. } = header;
    if !(0..OFFSET_MAX).contains(&base_offset) || last_offset_delta < 0 {
        return Err(ScanError::Bad { position, fault: Fault::Offsets { base_offset, last_offset_delta } });
    }
    Ok(Some(Found { position, header }))
}
