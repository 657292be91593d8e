//! The program around a consumer: what it does with records, and when it commits.

use super::ConsumedRecord;
use crate::TopicPartition;
use runnel_protocol::Timestamp;

/// When a program's progress is committed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CommitPolicy {
    /// By the library: Java inside poll, on a timer, with what earlier polls gave out; librdkafka on a timer, with
    /// what was handed out; kafkajs after each batch.
    Auto,
    /// After each record, waiting for the answer: at least once.
    AfterEach,
    /// Before each record, waiting for the answer: at most once.
    BeforeEach,
    /// After all records of a poll, waiting for the answer; in kafkajs, of a partition's batch.
    AfterBatch,
    /// Only when [`super::Consumer::commit`] is called.
    ByHand,
}

/// One hand of the program: it works on one record at a time. Java and librdkafka have one, kafkajs as many as
/// partitions are consumed concurrently.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Worker {
    /// Waits for records.
    Idle,
    /// Waits for a commit before it goes on: of the record that it is about to process, or that it has processed.
    Committing { record: ConsumedRecord, is_processed: bool },
    /// Works.
    Processing { record: ConsumedRecord, until: Timestamp },
}

impl Worker {
    pub(super) fn record(&self) -> Option<&ConsumedRecord> {
        match self {
            Worker::Idle => None,
            Worker::Committing { record, .. } | Worker::Processing { record, .. } => Some(record),
        }
    }

    pub(super) fn until(&self) -> Option<Timestamp> {
        match self {
            Worker::Processing { until, .. } => Some(*until),
            Worker::Idle | Worker::Committing { .. } => None,
        }
    }
}

/// What happens to the offsets of a commit once it is answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum CommitFor {
    /// The library's own, on its timer.
    Timer,
    /// The library's own, before a rebalance or the end.
    Rebalance,
    /// A worker waits for it.
    Worker(usize),
    /// The caller asked for it.
    Caller,
    /// kafkajs writes a seek, or a reset, as a commit; the position is read back from it.
    Seek(TopicPartition),
}
