//! Removing old segments: by the log's start, by size, by age.
//!
//! Whole segments go, oldest first, and only below the high watermark. A segment is as old as its newest record. The
//! active segment goes too once all of it is past: a new one is begun first.
//!
//! Kafka renames the files and removes them after `file.delete.delay.ms`, because readers may still hold them. Ranges
//! that a driver holds stay readable without that (see [`Storage::remove`]), so the files go at once.

use super::Log;
use crate::{Offset, Storage, StorageError, Timestamp};

/// Segments that one call removes at most.
const REMOVED_MAX: usize = 64;

/// A segment that was removed, and why.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Removed {
    /// The offset that it was named after.
    pub base_offset: Offset,
    /// The offset after its last one.
    pub end_offset: Offset,
    /// Bytes of records.
    pub size: u32,
    /// Why it went.
    pub reason: RemovedReason,
}

/// Why a segment went.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RemovedReason {
    /// It lay before the log's start.
    BeforeLogStart,
    /// Without it the log still has `retention.bytes`.
    Size {
        /// Bytes of the log with it.
        log_size: u64,
    },
    /// Its newest record is older than `retention.ms`.
    Age {
        /// Timestamp of its newest record, or its last change if no record has one.
        newest_timestamp: i64,
    },
}

impl Log {
    /// Removes the segments that have to go; some at a time, so that it is to be called again while it returns any.
    ///
    /// # Errors
    /// The store's refusal.
    pub fn retain(
        &mut self,
        storage: &mut dyn Storage,
        now: Timestamp,
        high_watermark: Offset,
    ) -> Result<Vec<Removed>, StorageError> {
        let removed = self.removable(now, high_watermark);
        if removed.is_empty() {
            return Ok(removed);
        }
        self.abort_cleaning(storage)?;
        if removed.len() == self.segments.len() {
            self.roll(storage, now)?;
        }
        for segment in self.segments.drain(..removed.len()) {
            segment.remove(storage, &self.folder)?;
        }
        let start = self.segments.first().map_or(self.log_end_offset, |first| first.base_offset);
        self.advance_log_start_offset(storage, start)?;
        self.remove_snapshots(storage, |offset| offset < start)?;
        Ok(removed)
    }

    /// The oldest segments that have to go.
    fn removable(&self, now: Timestamp, high_watermark: Offset) -> Vec<Removed> {
        let mut removable = Vec::new();
        let mut size_left = self.size_bytes();
        for (at, segment) in self.segments.iter().enumerate().take(REMOVED_MAX) {
            let end_offset = self.end_of(at);
            let is_active = at + 1 == self.segments.len();
            if end_offset > high_watermark || (is_active && segment.size == 0) {
                break;
            }
            let reason = if end_offset <= self.log_start_offset && !is_active {
                RemovedReason::BeforeLogStart
            } else if self.is_over_size(size_left, segment.size) {
                RemovedReason::Size { log_size: size_left }
            } else if self.is_over_age(segment.age_timestamp(), now) {
                RemovedReason::Age { newest_timestamp: segment.age_timestamp() }
            } else {
                break;
            };
            size_left -= u64::from(segment.size);
            removable.push(Removed { base_offset: segment.base_offset, end_offset, size: segment.size, reason });
        }
        removable
    }

    fn is_over_size(&self, log_size: u64, segment_size: u32) -> bool {
        let Ok(kept) = u64::try_from(self.config.retention_bytes) else { return false };
        self.config.cleanup_policy.delete && log_size - u64::from(segment_size) >= kept
    }

    fn is_over_age(&self, timestamp: i64, now: Timestamp) -> bool {
        let age_max = self.config.retention_ms;
        self.config.cleanup_policy.delete && age_max >= 0 && now.as_millis().saturating_sub(timestamp) > age_max
    }

    /// Forgets producers that have not written for `producer.id.expiration.ms`. Returns how many.
    pub fn expire_producers(&mut self, now: Timestamp) -> usize {
        self.producers.expire(now, self.config.producer_id_expiration_ms)
    }
}
