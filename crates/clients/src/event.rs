//! What happens inside clients, for watchers. Nothing that decides reads it.
//!
//! Every event serializes to an object whose `kind` says what happened. Each client has its own words:
//! [`ConnectionEvent`] is common to all, [`ProducerEvent`] is a producer's, [`ConsumerEvent`] a consumer's.

use crate::carrier::Address;
use crate::consumer::ConsumerEvent;
use crate::metadata::Metadata;
use crate::network::{ConnectionChange, Peer};
use crate::partitioners::PartitionChoice;
use crate::producer::SendId;
use serde::Serialize;

/// Something that happened inside a client.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(untagged)]
pub enum ClientEvent {
    /// To its connections, or to its picture of the cluster.
    Connection(ConnectionEvent),
    /// To what a producer sends.
    Producer(ProducerEvent),
    /// To what a consumer reads, or to its place in a group.
    Consumer(ConsumerEvent),
}

/// Something about connections and metadata.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[expect(missing_docs, reason = "the fields are plain words; each variant says what happened")]
pub enum ConnectionEvent {
    /// A connection is being made; `node_id` is empty while it is not known which broker listens there.
    Connecting { link: u32, node_id: Option<i32>, lane: u8, address: String },
    /// It is made, and both sides know each other's versions.
    Connected { link: u32, node_id: Option<i32>, lane: u8 },
    /// It could not be made, or is over.
    Disconnected { link: u32, node_id: Option<i32>, lane: u8, reason: String },
    /// The picture of the cluster is new.
    MetadataRefreshed { is_changed: bool, brokers: Vec<BrokerPlace>, topics: Vec<TopicPlace> },
    /// It could not be refreshed.
    MetadataFailed { reason: String, will_retry: bool },
}

/// Where a broker is, as a client believes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct BrokerPlace {
    /// Its number.
    pub node_id: i32,
    /// `host:port`.
    pub address: String,
}

/// Who leads the partitions of a topic, as a client believes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct TopicPlace {
    /// Its name.
    pub topic: String,
    /// Why there are no partitions, by the error's name.
    pub error: Option<&'static str>,
    /// The leader of each partition, in order; empty where there is none.
    pub leaders: Vec<Option<i32>>,
}

/// Something about records on their way to a broker.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[expect(missing_docs, reason = "the fields are Kafka's words; each variant says what happened")]
pub enum ProducerEvent {
    /// A record cannot go to a partition yet: for `metadata` of its topic, or for room in `buffer_memory`.
    RecordWaits { send_id: SendId, topic: String, for_what: &'static str },
    /// A record has its partition, and is in a batch.
    RecordQueued {
        send_id: SendId,
        topic: String,
        #[serde(flatten)]
        choice: PartitionChoice,
        /// Records in the batch with it.
        batch_records_count: usize,
        batch_bytes: usize,
    },
    /// A batch is on its way.
    BatchSent {
        topic: String,
        partition: i32,
        node_id: i32,
        first: SendId,
        last: SendId,
        records_count: usize,
        bytes: usize,
        /// 1 for the first time.
        attempt: u32,
        producer_id: i64,
        producer_epoch: i16,
        base_sequence: i32,
    },
    /// A broker has it. Without an offset no broker was asked to say so, or it knew the batch already.
    BatchAcknowledged {
        topic: String,
        partition: i32,
        first: SendId,
        last: SendId,
        records_count: usize,
        base_offset: Option<i64>,
    },
    /// It is sent again.
    BatchRetried { topic: String, partition: i32, records_count: usize, reason: String, attempt: u32, wait_ms: u64 },
    /// It was too large for the broker, and is sent in parts.
    BatchSplit { topic: String, partition: i32, records_count: usize, parts_count: usize },
    /// kafkajs tries a whole call again.
    CallRetried { first: SendId, records_count: usize, reason: String, attempt: u32, wait_ms: u64 },
    /// Records are given up.
    RecordsFailed { topic: String, partition: Option<i32>, first: SendId, records_count: usize, reason: String },
    /// The producer has its id, and numbers its records from here on.
    ProducerIdObtained { producer_id: i64, producer_epoch: i16 },
    /// Numbers of a partition begin anew with another epoch.
    ProducerEpochBumped { producer_id: i64, producer_epoch: i16, reason: String },
    /// No id could be had.
    ProducerIdRefused { reason: String },
    /// Everything that was sent is settled, and the connections are closed.
    Closed,
}

impl ConnectionEvent {
    /// The event of a change of connection.
    pub fn of_change(change: ConnectionChange) -> Self {
        match change {
            ConnectionChange::Connecting { peer, link, address } => {
                let (node_id, lane) = place(peer);
                ConnectionEvent::Connecting { link: link.0, node_id, lane, address: address.to_string() }
            }
            ConnectionChange::Connected { peer, link } => {
                let (node_id, lane) = place(peer);
                ConnectionEvent::Connected { link: link.0, node_id, lane }
            }
            ConnectionChange::Disconnected { peer, link, reason } => {
                let (node_id, lane) = place(peer);
                ConnectionEvent::Disconnected { link: link.0, node_id, lane, reason }
            }
        }
    }

    /// The event of a new picture.
    pub fn of_metadata(metadata: &Metadata, is_changed: bool) -> Self {
        let broker =
            |(node_id, address): (&i32, &Address)| BrokerPlace { node_id: *node_id, address: address.to_string() };
        let brokers = metadata.brokers().iter().map(|(node_id, known)| broker((node_id, &known.address))).collect();
        let topics = metadata.topics().iter().map(|(name, topic)| TopicPlace {
            topic: name.clone(),
            error: (topic.error != runnel_protocol::ErrorCode::None).then(|| topic.error.name()),
            leaders: topic.partitions.values().map(|partition| partition.leader_id).collect(),
        });
        ConnectionEvent::MetadataRefreshed { is_changed, brokers, topics: topics.collect() }
    }
}

fn place(peer: Peer) -> (Option<i32>, u8) {
    match peer {
        Peer::Bootstrap(_) => (None, 0),
        Peer::Node { node_id, lane } => (Some(node_id), lane),
    }
}
