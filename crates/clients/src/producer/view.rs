//! A producer's inside, as plain data.

use crate::kind::ClientKind;
use runnel_protocol::Timestamp;
use serde::Serialize;

/// What a producer holds at one moment.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct ProducerView {
    /// Whose habits it has.
    pub kind: ClientKind,
    /// Its name.
    pub client_id: String,
    /// Its id, while it numbers its records.
    pub producer_id: Option<i64>,
    /// Its epoch.
    pub producer_epoch: Option<i16>,
    /// Records whose `send` has not come to a partition yet: they wait for metadata or for room. With kafkajs, records
    /// of calls that are between two tries.
    pub waiting_count: usize,
    /// When the first of them is given up, or tried again.
    pub waiting_until: Option<Timestamp>,
    /// What waits for each partition.
    pub queues: Vec<QueueView>,
    /// What is on its way.
    pub in_flight: Vec<InFlightView>,
    /// Bytes taken of `buffer.memory`.
    pub buffer_used: u64,
    /// `buffer.memory`.
    pub buffer_memory: u64,
    /// Sums since the beginning.
    pub counters: Counters,
}

/// The queue of one partition.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct QueueView {
    /// The topic.
    pub topic: String,
    /// The partition's index.
    pub partition: i32,
    /// Batches in it.
    pub batches_count: usize,
    /// Records in them.
    pub records_count: usize,
    /// Bytes of them, before compression.
    pub bytes: usize,
    /// When the first one leaves though it is not full: `linger.ms`. Empty once it has left before.
    pub linger_until: Option<Timestamp>,
    /// When the first one leaves again: `retry.backoff.ms`.
    pub retry_at: Option<Timestamp>,
    /// When the first one is given up: `delivery.timeout.ms`.
    pub expires_at: Timestamp,
    /// How often the first one has come back.
    pub attempts: u32,
    /// The number of the next record of an idempotent producer.
    pub next_sequence: Option<i32>,
}

/// One part of a request under way.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct InFlightView {
    /// The broker.
    pub node_id: i32,
    /// The topic.
    pub topic: String,
    /// The partition's index.
    pub partition: i32,
    /// Records in it.
    pub records_count: usize,
    /// Bytes of them, before compression.
    pub bytes: usize,
    /// Its number, with an idempotent producer.
    pub base_sequence: Option<i32>,
    /// 1 for the first time.
    pub attempt: u32,
    /// When its records are given up.
    pub expires_at: Option<Timestamp>,
}

/// Sums since a producer began.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Counters {
    /// Records handed to it.
    pub sent_count: u64,
    /// Records acknowledged.
    pub acknowledged_count: u64,
    /// Records given up.
    pub failed_count: u64,
    /// Produce requests.
    pub requests_count: u64,
    /// Batches sent again.
    pub retries_count: u64,
    /// Bytes of batches sent, compressed, repetitions included.
    pub sent_bytes: u64,
}
