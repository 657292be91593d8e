//! What watchers are told: the stage, the lessons, the log and the live stream draw from this alone.
//!
//! An event says what happened, to whom, from which offset to which, and why. Deciding code never reads one back.

use crate::config::Endpoint;
use crate::groups::GroupEvent;
use crate::ids::{BrokerId, ConnectionId};
use crate::preview::RecordPreview;
use crate::snapshot::SegmentSnapshot;
use runnel_protocol::time::Timestamp;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The version of the shape in which events and snapshots are written; it grows when a field changes its meaning.
pub const SCHEMA_VERSION: u32 = 1;

/// One happening.
#[derive(Clone, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
pub struct Event {
    /// Counts all events of the cluster from 1, without gaps.
    pub sequence: u64,
    /// When, in microseconds since the Unix epoch.
    pub time: Timestamp,
    /// On which broker.
    pub broker: BrokerId,
    /// What.
    #[serde(flatten)]
    pub kind: EventKind,
}

/// A partition and where it lives.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct PartitionPlace {
    /// The partition.
    pub partition: i32,
    /// The broker that takes writes for it; -1 if none does.
    pub leader: i32,
    /// The brokers that keep a copy.
    pub replicas: Vec<i32>,
}

/// Why records went away from the start of a log.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RemovalReason {
    /// Older than `retention.ms`.
    RetentionTime,
    /// The log was larger than `retention.bytes`.
    RetentionSize,
    /// Before the log start offset, which DeleteRecords had moved.
    LogStart,
}

/// What happened.
#[derive(Clone, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[expect(missing_docs, reason = "fields carry Kafka's own names; what is not plain from the name is said")]
pub enum EventKind {
    /// The cluster has a broker that it never had. It is not registered yet, so nothing is placed on it.
    BrokerAdded {
        endpoints: Vec<Endpoint>,
    },
    /// A broker is gone with all its connections: stopped cleanly, or crashed.
    BrokerStopped {
        clean: bool,
        /// When the controller will miss it, if it did not say goodbye.
        session_until: Option<Timestamp>,
    },
    /// The controller takes a broker out: its partitions are led by nobody from here on.
    BrokerFenced {
        why: String,
    },
    /// A broker comes back and reads its files; it takes no connections yet.
    BrokerStarting {
        partitions: u32,
    },
    /// A broker has read its files and takes connections.
    BrokerStarted {
        partitions: u32,
    },
    /// Another broker decides about topics from here on.
    ControllerMoved {
        from: BrokerId,
        to: BrokerId,
    },
    /// `from` and `to` are -1 where nobody leads.
    LeaderChanged {
        topic: String,
        partition: i32,
        from: i32,
        to: i32,
        leader_epoch: i32,
        in_sync_replicas: Vec<i32>,
        why: String,
    },
    /// Reading a partition's files after an unclean stop, something was cut off or rebuilt.
    LogRecovered {
        topic: String,
        partition: i32,
        what: String,
    },
    ConnectionOpened {
        connection: ConnectionId,
        peer: String,
    },
    /// A client has said which software it is (ApiVersions) and the name that its user gave it.
    ClientIdentified {
        connection: ConnectionId,
        client_id: String,
        software: String,
        version: String,
    },
    ConnectionClosed {
        connection: ConnectionId,
        reason: String,
    },
    TopicCreated {
        topic: String,
        topic_id: String,
        internal: bool,
        partitions: Vec<PartitionPlace>,
        /// Configs that were set with it.
        configs: BTreeMap<String, String>,
        automatic: bool,
    },
    PartitionsAdded {
        topic: String,
        partitions: Vec<PartitionPlace>,
    },
    TopicDeleted {
        topic: String,
        topic_id: String,
    },
    /// `resource` is `topic orders` or `broker 1`; a value that is `null` went back to its default.
    ConfigChanged {
        resource: String,
        name: String,
        value: Option<String>,
    },
    /// A producer's records were written.
    BatchAppended {
        topic: String,
        partition: i32,
        base_offset: i64,
        last_offset: i64,
        records: i32,
        size: u32,
        timestamp: i64,
        producer_id: i64,
        producer_epoch: i16,
        /// Sequence number of the first record; -1 if the producer numbers none.
        base_sequence: i32,
        leader_epoch: i32,
        /// The codec's name, `none` without one.
        compression: Cow<'static, str>,
        /// The first twenty records and the last hundred.
        previews: Vec<RecordPreview>,
        /// How many records are not among the previews: there are more between, or they could not be read within bounds.
        previews_left_out: u32,
        /// The connection that brought them; none for the broker's own records.
        connection: Option<ConnectionId>,
    },
    /// A batch came again and was answered with the offset that it has, not written twice.
    DuplicateBatch {
        topic: String,
        partition: i32,
        base_offset: i64,
        producer_id: i64,
        connection: ConnectionId,
    },
    /// Records were refused; `error` is Kafka's name for why.
    ProduceRefused {
        topic: String,
        partition: i32,
        error: Cow<'static, str>,
        why: String,
        connection: ConnectionId,
    },
    HighWatermarkMoved {
        topic: String,
        partition: i32,
        from: i64,
        to: i64,
        /// The first offset of the oldest open transaction, or the high watermark.
        last_stable_offset: i64,
    },
    LogStartMoved {
        topic: String,
        partition: i32,
        from: i64,
        to: i64,
        why: RemovalReason,
        /// The first and the last records that there are from here on, as a snapshot shows them.
        previews: Vec<RecordPreview>,
    },
    SegmentRolled {
        topic: String,
        partition: i32,
        base_offset: i64,
    },
    SegmentRemoved {
        topic: String,
        partition: i32,
        base_offset: i64,
        size: u64,
        why: RemovalReason,
    },
    LogCompacted {
        topic: String,
        partition: i32,
        records_before: u64,
        records_after: u64,
        size_before: u64,
        size_after: u64,
    },
    /// A round of compaction has put copies in the place of some segments.
    SegmentsReplaced {
        topic: String,
        partition: i32,
        /// The segments that there are from here on, as a snapshot shows them.
        segments: Vec<SegmentSnapshot>,
        /// The first and the last records that there are from here on, as a snapshot shows them.
        previews: Vec<RecordPreview>,
    },
    /// Records went out to a reader, from `from` to `to` inclusive.
    RecordsFetched {
        topic: String,
        partition: i32,
        from: i64,
        to: i64,
        size: u32,
        connection: ConnectionId,
    },
    /// A Fetch waits for records.
    FetchParked {
        connection: ConnectionId,
        until: Timestamp,
    },
    ProducerIdAssigned {
        producer_id: i64,
        producer_epoch: i16,
        connection: ConnectionId,
    },
    /// The partition takes no requests: nobody leads it, or its files cannot be written.
    PartitionOffline {
        topic: String,
        partition: i32,
        why: String,
    },
    /// The partition takes requests again.
    PartitionOnline {
        topic: String,
        partition: i32,
        log_start_offset: i64,
        high_watermark: i64,
        log_end_offset: i64,
    },
    /// Something that a consumer group did.
    Group {
        event: GroupEvent,
    },
}
