//! Why segments go or stay: the rules of retention as a pure function. The cleaner goes by it, and so does whoever
//! wants to know what the cleaner would do and why not more; they cannot differ.

use super::LogConfig;
use crate::{Offset, Timestamp};

/// What the rules look at of one segment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SegmentFacts {
    /// The offset that it is named after.
    pub base_offset: Offset,
    /// The offset after the last one that it can hold.
    pub end_offset: Offset,
    /// Bytes of records.
    pub size: u32,
    /// Timestamp of its newest record in milliseconds, or its last change if no record has one.
    pub newest_timestamp: i64,
    /// Whether it is the one that is appended to.
    pub active: bool,
}

/// What the rules look at beside the segments.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct RetentionRules {
    /// What the log goes by.
    pub config: LogConfig,
    /// The first offset that can be read.
    pub log_start_offset: Offset,
    /// The first offset that is not on every in-sync replica.
    pub high_watermark: Offset,
    /// Bytes of all segments.
    pub log_size: u64,
    /// The time at which is asked.
    pub now: Timestamp,
}

/// What becomes of one segment.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct SegmentRetention {
    /// The offset that it is named after.
    pub base_offset: Offset,
    /// The offset after the last one that it can hold.
    pub end_offset: Offset,
    /// Bytes of records.
    pub size: u32,
    /// Whether it is the one that is appended to.
    pub active: bool,
    /// Timestamp of its newest record in milliseconds, or its last change if no record has one.
    pub newest_timestamp: i64,
    /// Goes or stays, and why.
    #[serde(flatten)]
    pub verdict: RetentionVerdict,
}

/// Goes or stays, and why.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
#[serde(tag = "verdict", content = "reason", rename_all = "snake_case")]
pub enum RetentionVerdict {
    /// The next look takes it away.
    Removed(RemovedReason),
    /// It stays.
    Kept(KeptReason),
}

/// Why a segment went.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
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

/// Why a segment stays.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum KeptReason {
    /// `cleanup.policy` does not say `delete`.
    NotDeleted,
    /// Some of it is not on every in-sync replica yet.
    AboveHighWatermark,
    /// It is active, and nothing is in it.
    Empty,
    /// It would go, but an older one stays, and segments go oldest first.
    OlderStays,
    /// It is within the limits that there are.
    WithinLimits {
        /// When its newest record will be older than `retention.ms`, in milliseconds; none without that limit.
        too_old_at: Option<i64>,
        /// How many more bytes have to come until `retention.bytes` can do without it; none without that limit.
        bytes_until_too_large: Option<u64>,
    },
}

/// Goes through the segments, oldest first.
pub fn judge(
    segments: impl Iterator<Item = SegmentFacts>,
    rules: RetentionRules,
) -> impl Iterator<Item = SegmentRetention> {
    let mut log_size = rules.log_size;
    let mut older_stays = false;
    segments.map(move |segment| {
        let own = rules.judge_alone(&segment, log_size);
        let verdict = match own {
            RetentionVerdict::Removed(_) if older_stays => RetentionVerdict::Kept(KeptReason::OlderStays),
            own @ (RetentionVerdict::Removed(_) | RetentionVerdict::Kept(_)) => own,
        };
        match verdict {
            RetentionVerdict::Removed(_) => log_size -= u64::from(segment.size),
            RetentionVerdict::Kept(_) => older_stays = true,
        }
        let SegmentFacts { base_offset, end_offset, size, newest_timestamp, active } = segment;
        SegmentRetention { base_offset, end_offset, size, active, newest_timestamp, verdict }
    })
}

impl RetentionRules {
    /// What becomes of a segment before which nothing is left; `log_size` is that of the log from it on.
    fn judge_alone(&self, segment: &SegmentFacts, log_size: u64) -> RetentionVerdict {
        if segment.end_offset > self.high_watermark {
            return RetentionVerdict::Kept(KeptReason::AboveHighWatermark);
        }
        if segment.active && segment.size == 0 {
            return RetentionVerdict::Kept(KeptReason::Empty);
        }
        if segment.end_offset <= self.log_start_offset && !segment.active {
            return RetentionVerdict::Removed(RemovedReason::BeforeLogStart);
        }
        if !self.config.cleanup_policy.delete {
            return RetentionVerdict::Kept(KeptReason::NotDeleted);
        }
        let size_without = log_size - u64::from(segment.size);
        let bytes_until_too_large = match u64::try_from(self.config.retention_bytes) {
            Ok(kept) if size_without >= kept => return RetentionVerdict::Removed(RemovedReason::Size { log_size }),
            Ok(kept) => Some(kept - size_without),
            Err(_) => None,
        };
        let newest_timestamp = segment.newest_timestamp;
        let too_old_at = match self.config.retention_ms {
            age_max if age_max < 0 => None,
            age_max if self.now.as_millis().saturating_sub(newest_timestamp) > age_max => {
                return RetentionVerdict::Removed(RemovedReason::Age { newest_timestamp });
            }
            age_max => Some(newest_timestamp.saturating_add(age_max).saturating_add(1)),
        };
        RetentionVerdict::Kept(KeptReason::WithinLimits { too_old_at, bytes_until_too_large })
    }
}
