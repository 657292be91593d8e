//! What a topic's configuration means to its logs.

use crate::Offset;
use runnel_protocol::records::{Compression, TimestampType};

/// The keys of a topic that its logs follow, named as Kafka names them; the defaults are Kafka's.
///
/// Not done: compression levels (`compression.gzip.level` and its kin), `preallocate`, and tiered storage.
#[derive(Clone, Copy, PartialEq, Debug)]
#[expect(missing_docs, reason = "the fields are Kafka's keys: <https://kafka.apache.org/documentation/#topicconfigs>")]
pub struct LogConfig {
    pub cleanup_policy: CleanupPolicy,
    pub compression_type: TopicCompression,
    pub delete_retention_ms: i64,
    pub index_interval_bytes: i32,
    /// `internal.segment.bytes`: a segment size below the 1 MiB that `segment.bytes` wants at least.
    pub internal_segment_bytes: Option<i32>,
    pub max_compaction_lag_ms: i64,
    pub max_message_bytes: i32,
    pub message_timestamp_after_max_ms: i64,
    pub message_timestamp_before_max_ms: i64,
    pub message_timestamp_type: TimestampType,
    pub min_cleanable_dirty_ratio: f64,
    pub min_compaction_lag_ms: i64,
    /// A broker's key, not a topic's: `producer.id.expiration.ms`.
    pub producer_id_expiration_ms: i64,
    pub retention_bytes: i64,
    pub retention_ms: i64,
    pub segment_bytes: i32,
    pub segment_index_bytes: i32,
    pub segment_ms: i64,
}

impl Default for LogConfig {
    fn default() -> Self {
        LogConfig {
            cleanup_policy: CleanupPolicy::DELETE,
            compression_type: TopicCompression::Producer,
            delete_retention_ms: 86_400_000,
            index_interval_bytes: 4096,
            internal_segment_bytes: None,
            max_compaction_lag_ms: i64::MAX,
            max_message_bytes: 1_048_588,
            message_timestamp_after_max_ms: 3_600_000,
            message_timestamp_before_max_ms: i64::MAX,
            message_timestamp_type: TimestampType::CreateTime,
            min_cleanable_dirty_ratio: 0.5,
            min_compaction_lag_ms: 0,
            producer_id_expiration_ms: 86_400_000,
            retention_bytes: -1,
            retention_ms: 604_800_000,
            segment_bytes: 1_073_741_824,
            segment_index_bytes: 10_485_760,
            segment_ms: 604_800_000,
        }
    }
}

impl LogConfig {
    /// Bytes at which a segment is full.
    pub fn segment_size_max(&self) -> u32 {
        u32::try_from(self.internal_segment_bytes.unwrap_or(self.segment_bytes)).unwrap_or(0)
    }

    /// The age at which a segment is rolled: a compacted log must not keep its newest records from the cleaner longer
    /// than `max.compaction.lag.ms`.
    pub(super) fn segment_age_max_ms(&self) -> i64 {
        if self.cleanup_policy.compact && self.max_compaction_lag_ms > 0 {
            self.segment_ms.min(self.max_compaction_lag_ms)
        } else {
            self.segment_ms
        }
    }

    /// How many entries of `width` bytes an index takes.
    pub(super) fn index_entries_max(&self, width: usize) -> u32 {
        let width = u32::try_from(width).expect("entries are a few bytes wide");
        u32::try_from(self.segment_index_bytes).unwrap_or(0) / width
    }

    pub(super) fn index_interval(&self) -> u32 {
        u32::try_from(self.index_interval_bytes).unwrap_or(0)
    }

    /// Whether `offset` can be written as a distance from a segment's base offset, which indexes hold in 32 bits.
    pub(super) fn offset_fits(base_offset: Offset, offset: Offset) -> bool {
        offset.checked_sub(base_offset).is_some_and(|distance| (0..=i64::from(i32::MAX)).contains(&distance))
    }
}

/// `cleanup.policy`: both, one or neither.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CleanupPolicy {
    /// Keep the newest record of each key.
    pub compact: bool,
    /// Remove whole segments by age and size.
    pub delete: bool,
}

impl CleanupPolicy {
    /// `delete`, Kafka's default.
    pub const DELETE: CleanupPolicy = CleanupPolicy { compact: false, delete: true };
    /// `compact`.
    pub const COMPACT: CleanupPolicy = CleanupPolicy { compact: true, delete: false };
}

/// `compression.type`: who chooses the codec.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TopicCompression {
    /// `producer`: batches stay as they came.
    Producer,
    /// The topic's own codec; batches in another one are written anew. `uncompressed` is [`Compression::None`].
    Codec(Compression),
}
