//! Whether a round of compaction begins, and why not: the cleaner goes by it, and so does whoever wants to know.

use super::super::Log;
use super::super::segment::Segment;
use crate::{Offset, Storage, StorageError, Timestamp};

/// What a look at the log finds.
#[derive(Clone, Copy, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
pub struct CompactionExplanation {
    /// What follows.
    pub verdict: CompactionVerdict,
    /// No round has seen the records from here on ...
    pub first_dirty: Offset,
    /// ... and those from here on have to wait.
    pub first_uncleanable: Offset,
    /// Why they have to wait.
    pub bound: CompactionBound,
    /// Bytes of the segments that were compacted before.
    pub clean_size: u64,
    /// Bytes of the dirty segments that may be compacted.
    pub dirty_size: u64,
    /// The dirty part of both; a round begins above `min_cleanable_dirty_ratio`.
    pub dirty_ratio: f64,
    /// `min.cleanable.dirty.ratio`.
    pub min_cleanable_dirty_ratio: f64,
    /// When a round begins however little is dirty (`max.compaction.lag.ms`), in milliseconds; none without that limit.
    pub overdue_at: Option<i64>,
    /// How long a tombstone stays after the round that saw it first (`delete.retention.ms`).
    pub delete_retention_ms: i64,
}

/// Whether a round begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CompactionVerdict {
    /// `cleanup.policy` does not say `compact`.
    NotCompacted,
    /// A round is under way.
    UnderWay,
    /// A round begins: enough is dirty.
    DirtyEnough,
    /// A round begins: something has waited for `max.compaction.lag.ms`.
    Overdue,
    /// Nothing may be compacted that was not.
    NothingCleanable,
    /// Too little is dirty.
    TooClean,
}

impl CompactionVerdict {
    pub(super) fn begins(self) -> bool {
        match self {
            CompactionVerdict::DirtyEnough | CompactionVerdict::Overdue => true,
            CompactionVerdict::NotCompacted
            | CompactionVerdict::UnderWay
            | CompactionVerdict::NothingCleanable
            | CompactionVerdict::TooClean => false,
        }
    }
}

/// What ends the part of a log that may be compacted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum CompactionBound {
    /// The active segment is never touched.
    ActiveSegment,
    /// Readers of committed records cannot see what comes yet.
    LastStableOffset,
    /// The next segment is younger than `min.compaction.lag.ms`.
    MinCompactionLag {
        /// When it will be old enough, in milliseconds.
        old_enough_at: i64,
    },
}

impl Log {
    /// What may be compacted, and whether it is: whole segments, not the active one, nothing that readers of committed
    /// records cannot see yet, and nothing younger than `min.compaction.lag.ms`.
    ///
    /// # Errors
    /// The store's refusal.
    pub fn explain_compaction(
        &self,
        storage: &dyn Storage,
        now: Timestamp,
        last_stable_offset: Offset,
    ) -> Result<CompactionExplanation, StorageError> {
        let first_dirty = self.clean_offset.max(self.log_start_offset);
        let mut look = CompactionExplanation {
            verdict: CompactionVerdict::NotCompacted,
            first_dirty,
            first_uncleanable: first_dirty,
            bound: CompactionBound::ActiveSegment,
            clean_size: 0,
            dirty_size: 0,
            dirty_ratio: 0.0,
            min_cleanable_dirty_ratio: self.config.min_cleanable_dirty_ratio,
            overdue_at: None,
            delete_retention_ms: self.config.delete_retention_ms,
        };
        if !self.config.cleanup_policy.compact {
            return Ok(look);
        }
        look.verdict = CompactionVerdict::NothingCleanable;
        let Some(active) = self.segments.last().filter(|_| self.segments.len() > 1) else { return Ok(look) };
        let from = self.segment_with(first_dirty).min(self.segments.len() - 1);
        let dirty = &self.segments[from..self.segments.len() - 1];
        let lag_min = self.config.min_compaction_lag_ms.max(0);
        let oldest_allowed = now.as_millis().saturating_sub(lag_min);
        let too_young = dirty.iter().find(|segment| lag_min > 0 && segment.age_timestamp() > oldest_allowed);
        let mut bound = active.base_offset;
        if let Some(young) = too_young.filter(|young| young.base_offset < bound) {
            bound = young.base_offset;
            look.bound =
                CompactionBound::MinCompactionLag { old_enough_at: young.age_timestamp().saturating_add(lag_min) };
        }
        if last_stable_offset < bound {
            bound = last_stable_offset;
            look.bound = CompactionBound::LastStableOffset;
        }
        look.first_uncleanable = self.segments[self.segment_with(bound.max(first_dirty))].base_offset;
        let is_cleanable = |segment: &&Segment| segment.base_offset < look.first_uncleanable;
        look.dirty_size = dirty.iter().filter(is_cleanable).map(|segment| u64::from(segment.size)).sum();
        let is_clean = |segment: &&Segment| segment.base_offset < first_dirty;
        look.clean_size = self.segments.iter().filter(is_clean).map(|segment| u64::from(segment.size)).sum();
        if look.dirty_size == 0 || first_dirty >= look.first_uncleanable {
            return Ok(look);
        }
        let mut earliest = i64::MAX;
        for segment in dirty {
            let first = segment.first_timestamp(storage)?.filter(|timestamp| *timestamp > 0);
            earliest = earliest.min(first.unwrap_or(i64::MAX));
        }
        let lag_max = self.config.max_compaction_lag_ms.max(0);
        look.overdue_at = earliest.checked_add(lag_max).and_then(|at| at.checked_add(1));
        // Sizes of segments lie far below 2^53.
        look.dirty_ratio = look.dirty_size as f64 / (look.clean_size + look.dirty_size) as f64;
        look.verdict = if self.is_compacting() {
            CompactionVerdict::UnderWay
        } else if earliest < now.as_millis().saturating_sub(lag_max) {
            CompactionVerdict::Overdue
        } else if look.dirty_ratio > self.config.min_cleanable_dirty_ratio {
            CompactionVerdict::DirtyEnough
        } else {
            CompactionVerdict::TooClean
        };
        Ok(look)
    }
}
