//! What a consumer gets.

use crate::TopicPartition;
use bytes::Bytes;
use bytestring::ByteString;
use runnel_protocol::records::{Record, RecordHeader, TimestampType};

/// One record, and where it came from.
#[derive(Clone, PartialEq, Debug)]
pub struct ConsumedRecord {
    /// Its topic.
    pub topic: ByteString,
    /// Its partition.
    pub partition: i32,
    /// Its number in the partition.
    pub offset: i64,
    /// The epoch of the leader that wrote it; -1 if unknown.
    pub leader_epoch: i32,
    /// Milliseconds since the Unix epoch, -1 for none.
    pub timestamp: i64,
    /// Whose clock that is.
    pub timestamp_type: TimestampType,
    /// What it is about.
    pub key: Option<Bytes>,
    /// What it says.
    pub value: Option<Bytes>,
    /// In the producer's order.
    pub headers: Vec<RecordHeader>,
}

impl ConsumedRecord {
    pub(super) fn new(
        topic: &ByteString,
        partition: i32,
        leader_epoch: i32,
        kind: TimestampType,
        record: Record,
    ) -> Self {
        ConsumedRecord {
            topic: topic.clone(),
            partition,
            offset: record.offset,
            leader_epoch,
            timestamp: record.timestamp,
            timestamp_type: kind,
            key: record.key,
            value: record.value,
            headers: record.headers,
        }
    }

    /// The partition that it lies in.
    pub(super) fn place(&self) -> TopicPartition {
        TopicPartition::new(self.topic.clone(), self.partition)
    }
}
