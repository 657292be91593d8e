//! What becomes of each segment of a log, in one sentence each.
//!
//! The rules are the cleaner's own: it explains itself (`Cluster::explain_retention`), and this puts it into words.

use super::Wait;
use super::countdown::{Countdown, CountdownKind};
use super::node::NodeId;
use super::words::millis;
use runnel_broker::log::{
    CompactionBound, CompactionExplanation, CompactionVerdict, KeptReason, RemovedReason, RetentionVerdict,
    SegmentRetention,
};
use runnel_broker::{RetentionExplanation, Timestamp};
use serde::Serialize;

/// What becomes of a log.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct LogOutlook {
    /// Each segment, oldest first.
    pub segments: Vec<SegmentOutlook>,
    /// What compaction does, for a log that is compacted.
    pub compaction: Option<String>,
    /// When segments are looked at again, in words.
    pub next_look: Option<String>,
}

/// What becomes of a segment.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct SegmentOutlook {
    /// The offset that it is named after.
    pub base_offset: i64,
    /// Whether the next look takes it away.
    pub goes: bool,
    /// Why, or why not.
    pub sentence: String,
}

impl LogOutlook {
    /// Puts an explanation into words.
    pub fn of(explained: &RetentionExplanation) -> Self {
        LogOutlook {
            segments: explained.segments.iter().map(|segment| of_segment(explained, segment)).collect(),
            compaction: explained.compaction.as_ref().and_then(|found| of_compaction(explained, found)),
            next_look: explained.next_retention_check.map(|at| {
                format!(
                    "logs are looked at every log.retention.check.interval.ms; the next look is in {}",
                    until(explained.now, at)
                )
            }),
        }
    }
}

/// The count-down to the next look at a partition's segments.
pub fn retention_countdown(topic: &str, partition: i32, explained: &RetentionExplanation) -> Option<Countdown> {
    let due = explained.next_retention_check?;
    let (kind, owner) = (CountdownKind::RetentionCheck, NodeId::lane(topic, partition));
    Some(Countdown { kind, owner, detail: String::new(), wait: Wait { started: explained.now, due } })
}

fn until(now: Timestamp, at: Timestamp) -> String {
    millis(at.as_millis().saturating_sub(now.as_millis()).max(0))
}

fn of_segment(explained: &RetentionExplanation, segment: &SegmentRetention) -> SegmentOutlook {
    let base = segment.base_offset;
    let now_ms = explained.now.as_millis();
    let look = match explained.next_retention_check {
        Some(at) => format!("at the next look, in {}", until(explained.now, at)),
        None => "at the next look".to_owned(),
    };
    let limit = millis(explained.retention_ms);
    let (goes, why) = match segment.verdict {
        RetentionVerdict::Removed(reason) => {
            let why = match reason {
                RemovedReason::BeforeLogStart => "all of it lies before the start of the log".to_owned(),
                RemovedReason::Size { log_size } => format!(
                    "the log has {log_size} bytes and would still have retention.bytes, {}, without it",
                    explained.retention_bytes
                ),
                RemovedReason::Age { newest_timestamp } => format!(
                    "its newest record is {} old, more than retention.ms of {limit}",
                    millis(now_ms.saturating_sub(newest_timestamp))
                ),
            };
            (true, format!("goes {look}: {why}"))
        }
        RetentionVerdict::Kept(reason) => {
            let why = match reason {
                KeptReason::NotDeleted => "cleanup.policy does not say delete".to_owned(),
                KeptReason::AboveHighWatermark => "some of it is not on every in-sync replica yet".to_owned(),
                KeptReason::Empty => "it is the active one, and nothing is in it".to_owned(),
                KeptReason::OlderStays => {
                    "it would have to go, but an older one stays, and segments go oldest first".to_owned()
                }
                KeptReason::WithinLimits { too_old_at, bytes_until_too_large } => {
                    within_limits(now_ms, segment, too_old_at, bytes_until_too_large, &limit)
                }
            };
            (false, format!("stays: {why}"))
        }
    };
    let active = if segment.active { ", the active one," } else { "" };
    SegmentOutlook { base_offset: base, goes, sentence: format!("segment {base}{active} {why}") }
}

fn within_limits(
    now_ms: i64,
    segment: &SegmentRetention,
    too_old_at: Option<i64>,
    bytes_until_too_large: Option<u64>,
    limit: &str,
) -> String {
    let age = too_old_at.map(|at| {
        let left = millis(at.saturating_sub(now_ms).max(0));
        let age = millis(now_ms.saturating_sub(segment.newest_timestamp).max(0));
        format!(
            "a segment goes as a whole, and its newest record is {age} old; in {left} that is more than retention.ms \
             of {limit}"
        )
    });
    let size =
        bytes_until_too_large.map(|bytes| format!("{bytes} more bytes fit until retention.bytes can do without it"));
    match (age, size) {
        (None, None) => "neither retention.ms nor retention.bytes sets a limit".to_owned(),
        (Some(only), None) | (None, Some(only)) => only,
        (Some(age), Some(size)) => format!("{age}; {size}"),
    }
}

fn of_compaction(explained: &RetentionExplanation, found: &CompactionExplanation) -> Option<String> {
    let look = match explained.next_compaction_check {
        Some(at) => format!("in {}", until(explained.now, at)),
        None => "at the next look".to_owned(),
    };
    let ratio = format!("{:.2}", found.dirty_ratio);
    let wanted = format!("{:.2}", found.min_cleanable_dirty_ratio);
    let bound = match found.bound {
        CompactionBound::ActiveSegment => "the active segment is never compacted".to_owned(),
        CompactionBound::LastStableOffset => "readers of committed records cannot see what comes after".to_owned(),
        CompactionBound::MinCompactionLag { old_enough_at } => {
            let left = old_enough_at.saturating_sub(explained.now.as_millis()).max(0);
            format!("the next segment is younger than min.compaction.lag.ms for {}", millis(left))
        }
    };
    let (first, last) = (found.first_dirty, found.first_uncleanable);
    match found.verdict {
        CompactionVerdict::NotCompacted => None,
        CompactionVerdict::UnderWay => Some("a round of compaction is under way".to_owned()),
        CompactionVerdict::DirtyEnough => Some(format!(
            "a round of compaction begins {look} and keeps the last record of each key below offset {last}: {ratio} of \
             the log is dirty, at least min.cleanable.dirty.ratio of {wanted}"
        )),
        CompactionVerdict::Overdue => Some(format!(
            "a round of compaction begins {look} however little is dirty: something has waited for \
             max.compaction.lag.ms"
        )),
        CompactionVerdict::NothingCleanable => {
            Some(format!("nothing from offset {first} on is compacted yet, so older values stay: {bound}"))
        }
        CompactionVerdict::TooClean => Some(format!(
            "compaction waits, so older values stay: {ratio} of the log is dirty (offsets {first} to {last}), less than \
             min.cleanable.dirty.ratio of {wanted}; {bound}"
        )),
    }
}
