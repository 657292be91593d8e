//! From names and texts to what a log follows.

use super::Overrides;
use super::broker::BrokerConfigs;
use super::topic::value_in_force;
use super::value::Value;
use crate::log::{CleanupPolicy, LogConfig, TopicCompression};
use runnel_protocol::records::{Compression, TimestampType};

/// What the logs of a topic with these overrides follow on this broker.
pub fn log_config(overrides: &Overrides, broker: &BrokerConfigs) -> LogConfig {
    let topic = Reader { overrides, broker };
    let policies = topic.list("cleanup.policy");
    let has = |policy: &str| policies.iter().any(|item| item == policy);
    LogConfig {
        cleanup_policy: CleanupPolicy { compact: has("compact"), delete: has("delete") },
        compression_type: match topic.text("compression.type").as_str() {
            "uncompressed" => TopicCompression::Codec(Compression::None),
            "gzip" => TopicCompression::Codec(Compression::Gzip),
            "snappy" => TopicCompression::Codec(Compression::Snappy),
            "lz4" => TopicCompression::Codec(Compression::Lz4),
            "zstd" => TopicCompression::Codec(Compression::Zstd),
            _ => TopicCompression::Producer,
        },
        delete_retention_ms: topic.i64("delete.retention.ms"),
        index_interval_bytes: topic.i32("index.interval.bytes"),
        internal_segment_bytes: topic.number("internal.segment.bytes").map(to_i32),
        max_compaction_lag_ms: topic.i64("max.compaction.lag.ms"),
        max_message_bytes: topic.i32("max.message.bytes"),
        message_timestamp_after_max_ms: topic.i64("message.timestamp.after.max.ms"),
        message_timestamp_before_max_ms: topic.i64("message.timestamp.before.max.ms"),
        message_timestamp_type: match topic.text("message.timestamp.type").as_str() {
            "LogAppendTime" => TimestampType::LogAppendTime,
            _ => TimestampType::CreateTime,
        },
        min_cleanable_dirty_ratio: match topic.value("min.cleanable.dirty.ratio") {
            Some(Value::Double(ratio)) => ratio,
            other => panic!("the ratio is a fraction, found {other:?}"),
        },
        min_compaction_lag_ms: topic.i64("min.compaction.lag.ms"),
        producer_id_expiration_ms: broker.i64("producer.id.expiration.ms"),
        retention_bytes: topic.i64("retention.bytes"),
        retention_ms: topic.i64("retention.ms"),
        segment_bytes: topic.i32("segment.bytes"),
        segment_index_bytes: topic.i32("segment.index.bytes"),
        segment_ms: topic.i64("segment.ms"),
    }
}

/// `min.insync.replicas` of a topic: with fewer replicas in sync, producers that want all to acknowledge are refused.
pub fn min_in_sync_replicas(overrides: &Overrides, broker: &BrokerConfigs) -> i32 {
    Reader { overrides, broker }.i32("min.insync.replicas")
}

struct Reader<'a> {
    overrides: &'a Overrides,
    broker: &'a BrokerConfigs,
}

impl Reader<'_> {
    fn value(&self, name: &str) -> Option<Value> {
        value_in_force(name, self.overrides, self.broker)
    }

    fn number(&self, name: &str) -> Option<i64> {
        match self.value(name) {
            Some(Value::Number(number)) => Some(number),
            None => None,
            other => panic!("{name:?} is a whole number, found {other:?}"),
        }
    }

    fn i64(&self, name: &str) -> i64 {
        self.number(name).unwrap_or_else(|| panic!("{name:?} has a value"))
    }

    fn i32(&self, name: &str) -> i32 {
        to_i32(self.i64(name))
    }

    fn text(&self, name: &str) -> String {
        self.value(name).map_or_else(String::new, |value| value.to_text())
    }

    fn list(&self, name: &str) -> Vec<String> {
        match self.value(name) {
            Some(Value::List(items)) => items,
            other => panic!("{name:?} is a list, found {other:?}"),
        }
    }
}

fn to_i32(number: i64) -> i32 {
    i32::try_from(number).expect("the table gives the key 32 bits")
}
