//! What the cleaner would do with a partition's log, and why not more, for who looks closer.

use crate::log::{CompactionExplanation, SegmentRetention};
use crate::replication::Partition;
use crate::storage::Storage;
use crate::{Offset, Timestamp};

/// Segments that are told of at most, oldest first.
const TOLD_SEGMENTS_MAX: usize = 1_000;

/// What retention and compaction would do with a log at a given time.
#[derive(Clone, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
pub struct RetentionExplanation {
    /// The time at which is asked.
    pub now: Timestamp,
    /// When the logs are looked at for segments to remove (`log.retention.check.interval.ms`).
    pub next_retention_check: Option<Timestamp>,
    /// When they are looked at for something to compact (`log.cleaner.backoff.ms`).
    pub next_compaction_check: Option<Timestamp>,
    /// Whether `cleanup.policy` says `delete`.
    pub deletes: bool,
    /// Whether `cleanup.policy` says `compact`.
    pub compacts: bool,
    /// `retention.ms`; -1 for no limit.
    pub retention_ms: i64,
    /// `retention.bytes`; -1 for no limit.
    pub retention_bytes: i64,
    /// The first offset that can be read.
    pub log_start_offset: Offset,
    /// Only what lies below goes.
    pub high_watermark: Offset,
    /// Bytes of all segments.
    pub log_size: u64,
    /// What becomes of each segment, oldest first.
    pub segments: Vec<SegmentRetention>,
    /// Whether compaction begins; none if the files cannot be read.
    pub compaction: Option<CompactionExplanation>,
}

impl RetentionExplanation {
    pub(crate) fn of(
        partition: &Partition,
        storage: &dyn Storage,
        now: Timestamp,
        (next_retention_check, next_compaction_check): (Option<Timestamp>, Option<Timestamp>),
    ) -> Self {
        let log = &partition.log;
        let config = log.config();
        RetentionExplanation {
            now,
            next_retention_check,
            next_compaction_check,
            deletes: config.cleanup_policy.delete,
            compacts: config.cleanup_policy.compact,
            retention_ms: config.retention_ms,
            retention_bytes: config.retention_bytes,
            log_start_offset: log.log_start_offset(),
            high_watermark: partition.high_watermark,
            log_size: log.size_bytes(),
            segments: log.explain_retention(now, partition.high_watermark).take(TOLD_SEGMENTS_MAX).collect(),
            compaction: log.explain_compaction(storage, now, partition.last_stable_offset()).ok(),
        }
    }
}
