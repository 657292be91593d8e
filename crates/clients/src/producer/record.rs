//! What a program hands to its producer, and what it hears of it.

use crate::network::Failure;
use bytes::Bytes;
use bytestring::ByteString;
use runnel_protocol::records::RecordHeader;
use runnel_protocol::{ErrorCode, Timestamp};
use serde::Serialize;
use std::fmt;
use std::time::Duration;

/// A record to be sent.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ProducerRecord {
    /// Where to.
    pub topic: ByteString,
    /// The partition, where the program decides it.
    pub partition: Option<i32>,
    /// The key; decides the partition where the program does not.
    pub key: Option<Bytes>,
    /// The value; `None` is a tombstone.
    pub value: Option<Bytes>,
    /// Headers, in order.
    pub headers: Vec<RecordHeader>,
    /// Milliseconds since the Unix epoch; the time of sending where the program says nothing.
    pub timestamp: Option<i64>,
}

impl ProducerRecord {
    /// A record with a value alone.
    pub fn new(topic: impl Into<ByteString>, value: impl Into<Bytes>) -> Self {
        ProducerRecord { topic: topic.into(), value: Some(value.into()), ..Self::default() }
    }

    /// Its timestamp in milliseconds: the time where it says none.
    pub(super) fn timestamp_at(&self, now: Timestamp) -> i64 {
        self.timestamp.unwrap_or_else(|| now.as_millis())
    }

    /// With a key.
    #[must_use]
    pub fn with_key(mut self, key: impl Into<Bytes>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// For a partition of the program's choice.
    #[must_use]
    pub fn with_partition(mut self, partition: i32) -> Self {
        self.partition = Some(partition);
        self
    }

    /// Bytes that it keeps in memory, about.
    pub(super) fn memory_size(&self) -> usize {
        let of = |bytes: &Option<Bytes>| bytes.as_ref().map_or(0, Bytes::len);
        let headers: usize = self.headers.iter().map(|header| header.key.len() + of(&header.value) + 16).sum();
        self.topic.len() + of(&self.key) + of(&self.value) + headers + 64
    }
}

/// One record sent, numbered by the producer in the order of its `send` calls; never used again within its life.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
pub struct SendId(pub u64);

/// Where a record came to lie.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct RecordPlace {
    /// The partition's index.
    pub partition: i32,
    /// Its offset; `None` where no broker told it, as with acks=0.
    pub offset: Option<i64>,
    /// Its timestamp, the broker's where the topic has LogAppendTime.
    pub timestamp: i64,
}

/// Why a record was given up. It may be in the log nevertheless where an answer was lost.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SendFailure {
    /// It is larger than a setting allows.
    RecordTooLarge {
        /// Bytes it would take.
        size: usize,
        /// Bytes it may take.
        max: u64,
        /// The setting's name.
        setting: &'static str,
    },
    /// Metadata never told of the topic, or of the partition, within `max.block.ms`.
    NotInMetadata {
        /// The topic.
        topic: String,
        /// The partition that the program named.
        partition: Option<i32>,
        /// How many partitions the topic has, where it is known.
        partitions_count: Option<i32>,
        /// How long it was waited for.
        waited: Duration,
    },
    /// There was no room in `buffer.memory` within `max.block.ms`.
    BufferExhausted {
        /// Bytes wanted.
        size: usize,
        /// Bytes there are in all.
        total: u64,
        /// How long it was waited for.
        waited: Duration,
    },
    /// More is waiting than the producer takes.
    QueueFull,
    /// `delivery.timeout.ms` was over; librdkafka's `message.timeout.ms`.
    Expired {
        /// How many records were in the batch.
        records_count: usize,
        /// Time since the batch was begun.
        waited: Duration,
    },
    /// A broker refused it, or an answer says why it cannot be had.
    Refused {
        /// The error.
        error: ErrorCode,
        /// What the broker added.
        message: Option<String>,
    },
    /// There was no answer, and no try is left.
    NoAnswer(Failure),
    /// kafkajs's tries are used up.
    RetriesExceeded {
        /// What the last one ended with.
        cause: Box<SendFailure>,
    },
    /// kafkajs's call came back without an error, though no broker was sent the record: the partition does not exist,
    /// or another try of the same call had answered for its broker.
    NotSent,
    /// The producer is closed, or was while the record waited.
    Closed,
}

impl fmt::Display for SendFailure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SendFailure::RecordTooLarge { size, max, setting } => write!(
                out,
                "the record is {size} bytes when serialized, which is larger than {max}, the value of {setting}"
            ),
            SendFailure::NotInMetadata { topic, partition, partitions_count, waited } => {
                let millis = waited.as_millis();
                match (partition, partitions_count) {
                    (Some(partition), Some(count)) => write!(
                        out,
                        "partition {partition} of topic {topic} with partition count {count} is not present in \
                         metadata after {millis} ms"
                    ),
                    _ => write!(out, "topic {topic} not present in metadata after {millis} ms"),
                }
            }
            SendFailure::BufferExhausted { size, total, waited } => {
                write!(out, "no room for {size} bytes within {} ms: buffer.memory is {total} bytes", waited.as_millis())
            }
            SendFailure::QueueFull => out.write_str("the producer's queue is full"),
            SendFailure::Expired { records_count, waited } => {
                write!(out, "expiring {records_count} record(s): {} ms since the batch was begun", waited.as_millis())
            }
            SendFailure::Refused { error, message } => match message {
                Some(message) => write!(out, "{}: {message}", error.name()),
                None => write!(out, "{}: {}", error.name(), error.message()),
            },
            SendFailure::NoAnswer(failure) => failure.fmt(out),
            SendFailure::RetriesExceeded { cause } => write!(out, "no try is left: {cause}"),
            SendFailure::NotSent => out.write_str("no broker was sent the record, and kafkajs says nothing of it"),
            SendFailure::Closed => out.write_str("the producer is closed"),
        }
    }
}

impl std::error::Error for SendFailure {}
