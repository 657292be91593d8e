//! Reading batches as ranges of a segment.

use super::Log;
use crate::{Offset, Storage, StorageError};
use runnel_protocol::{BlobRange, Chunk, Chunks};
use std::fmt;

/// What happens to a first batch that is larger than what was asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FirstBatch {
    /// It comes whole (KIP-74), so that a reader with small limits does not starve.
    Whole,
    /// It comes if it fits; a part of a batch at the head of an answer is of no use to anybody.
    IfItFits,
}

/// Batches of one segment, in one range.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Slice {
    /// The bytes: whole batches from the one that holds the offset on, the last one perhaps cut. Empty at the end.
    pub chunks: Chunks,
    /// Bytes in `chunks`.
    pub size: u32,
    /// Base offset of the segment they lie in.
    pub segment_base_offset: Offset,
    /// Where they end in the segment.
    pub(super) end_position: u32,
}

/// Why nothing was read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ReadError {
    /// The offset lies before the first or after the last one.
    OffsetOutOfRange {
        /// The first offset that can be read.
        log_start_offset: Offset,
        /// The next offset to be written.
        log_end_offset: Offset,
    },
    /// The store's refusal.
    Storage(StorageError),
}

impl fmt::Display for ReadError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReadError::OffsetOutOfRange { log_start_offset, log_end_offset } => {
                write!(out, "wanted an offset from {log_start_offset} to {log_end_offset}")
            }
            ReadError::Storage(error) => error.fmt(out),
        }
    }
}

impl std::error::Error for ReadError {}

impl From<StorageError> for ReadError {
    fn from(error: StorageError) -> Self {
        ReadError::Storage(error)
    }
}

impl Log {
    /// Reads from the batch that holds `offset`, about `size_max` bytes, never a batch that reaches `end` (the high
    /// watermark or the last stable offset), and never past the end of a segment.
    ///
    /// # Errors
    /// [`ReadError::OffsetOutOfRange`] for an offset before the log's start or after its end.
    pub fn read(
        &self,
        storage: &dyn Storage,
        offset: Offset,
        size_max: u32,
        first_batch: FirstBatch,
        end: Offset,
    ) -> Result<Slice, ReadError> {
        if offset < self.log_start_offset || offset > self.log_end_offset {
            let (log_start_offset, log_end_offset) = (self.log_start_offset, self.log_end_offset);
            return Err(ReadError::OffsetOutOfRange { log_start_offset, log_end_offset });
        }
        let end = end.min(self.log_end_offset);
        // A compacted segment may hold nothing from the offset on: then the next one does.
        for at in self.segment_with(offset)..self.segments.len() {
            let segment = &self.segments[at];
            if end <= offset || segment.base_offset >= end {
                break;
            }
            let Some(first) = segment.locate(storage, &self.folder, offset)? else { continue };
            let end_position = self.end_position(storage, at, end)?;
            let first_size = first.end() - first.position;
            let wanted = match first_batch {
                FirstBatch::Whole => size_max.max(first_size),
                FirstBatch::IfItFits if size_max < first_size => break,
                FirstBatch::IfItFits => size_max,
            };
            let size = end_position.saturating_sub(first.position).min(wanted);
            if size == 0 {
                break;
            }
            let range = BlobRange { blob: segment.blob.0, position: u64::from(first.position), size };
            return Ok(Slice {
                chunks: Chunks::from(Chunk::Range(range)),
                size,
                segment_base_offset: segment.base_offset,
                end_position: first.position + size,
            });
        }
        Ok(Slice::default())
    }

    /// All batches from the one that holds `offset` to the log's end, a slice a segment; `None` if they are more than
    /// `size_max` bytes.
    ///
    /// # Errors
    /// As [`Log::read`].
    pub fn tail(&self, storage: &dyn Storage, offset: Offset, size_max: u32) -> Result<Option<Vec<Slice>>, ReadError> {
        let mut slices = Vec::new();
        let mut left = size_max;
        let mut next = offset;
        while next < self.log_end_offset {
            let slice = self.read(storage, next, u32::MAX, FirstBatch::Whole, self.log_end_offset)?;
            if slice.size == 0 {
                break;
            }
            let Some(rest) = left.checked_sub(slice.size) else { return Ok(None) };
            left = rest;
            next = self.end_of(self.segment_with(slice.segment_base_offset));
            slices.push(slice);
        }
        Ok(Some(slices))
    }

    /// Where, in the segment number `at`, the batches end that lie before `end`.
    fn end_position(&self, storage: &dyn Storage, at: usize, end: Offset) -> Result<u32, StorageError> {
        let segment = &self.segments[at];
        if end >= self.end_of(at) {
            return Ok(segment.size);
        }
        let reaching = segment.locate(storage, &self.folder, end)?;
        Ok(reaching.map_or(segment.size, |found| found.position))
    }
}
