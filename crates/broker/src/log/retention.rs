//! Removing old segments: by the log's start, by size, by age.
//!
//! Whole segments go, oldest first, and only below the high watermark. A segment is as old as its newest record. The
//! active segment goes too once all of it is past: a new one is begun first.
//!
//! Kafka renames the files and removes them after `file.delete.delay.ms`, because readers may still hold them. Ranges
//! that a driver holds stay readable without that (see [`Storage::remove`]), so the files go at once.

use super::Log;
use super::explain::{self, RemovedReason, RetentionRules, RetentionVerdict, SegmentFacts, SegmentRetention};
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

    /// What the next look at the log would take away, and why not the rest.
    pub fn explain_retention(&self, now: Timestamp, high_watermark: Offset) -> impl Iterator<Item = SegmentRetention> {
        let rules = RetentionRules {
            config: self.config,
            log_start_offset: self.log_start_offset,
            high_watermark,
            log_size: self.size_bytes(),
            now,
        };
        let facts = self.segments.iter().enumerate().map(|(at, segment)| SegmentFacts {
            base_offset: segment.base_offset,
            end_offset: self.end_of(at),
            size: segment.size,
            newest_timestamp: segment.age_timestamp(),
            active: at + 1 == self.segments.len(),
        });
        explain::judge(facts, rules)
    }

    /// The oldest segments that have to go.
    fn removable(&self, now: Timestamp, high_watermark: Offset) -> Vec<Removed> {
        let judged = self.explain_retention(now, high_watermark).take(REMOVED_MAX);
        let removed = judged.map_while(|segment| match segment.verdict {
            RetentionVerdict::Kept(_) => None,
            RetentionVerdict::Removed(reason) => {
                let SegmentRetention { base_offset, end_offset, size, .. } = segment;
                Some(Removed { base_offset, end_offset, size, reason })
            }
        });
        removed.collect()
    }

    /// Forgets producers that have not written for `producer.id.expiration.ms`. Returns how many.
    pub fn expire_producers(&mut self, now: Timestamp) -> usize {
        self.producers.expire(now, self.config.producer_id_expiration_ms)
    }
}
