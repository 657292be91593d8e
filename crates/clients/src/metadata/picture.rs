//! What a client knows of the cluster.

use crate::carrier::Address;
use runnel_protocol::messages::metadata::{MetadataResponse, MetadataResponsePartition, MetadataResponseTopic};
use runnel_protocol::{ErrorCode, SmallMap};
use std::collections::BTreeMap;
use uuid::Uuid;

/// A broker, as metadata told of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KnownBroker {
    /// Where it listens.
    pub address: Address,
    /// Its rack, where it has one.
    pub rack: Option<String>,
}

/// A topic, as metadata told of it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct KnownTopic {
    /// Its identifier; nil where the version of the answer has none.
    pub topic_id: Uuid,
    /// Whether it is one of Kafka's own, such as `__consumer_offsets`.
    pub is_internal: bool,
    /// Why there are no partitions; [`ErrorCode::None`] where there are.
    pub error: ErrorCode,
    /// By partition index.
    pub partitions: SmallMap<i32, KnownPartition>,
}

/// A partition, as metadata told of it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct KnownPartition {
    /// The broker that leads it, if any does.
    pub leader_id: Option<i32>,
    /// The leader's epoch; -1 where the version of the answer has none.
    pub leader_epoch: i32,
    /// What is wrong with it, such as LEADER_NOT_AVAILABLE.
    pub error: ErrorCode,
    /// The brokers that hold it, the preferred leader first.
    pub replica_nodes: Vec<i32>,
    /// Those of them that are in sync.
    pub isr_nodes: Vec<i32>,
}

/// Whom to ask about a partition.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Leader {
    /// The broker.
    pub node_id: i32,
    /// Its epoch as leader; -1 if unknown.
    pub leader_epoch: i32,
}

/// Brokers and topics.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Picture {
    pub(super) cluster_id: Option<String>,
    pub(super) controller_id: Option<i32>,
    pub(super) brokers: SmallMap<i32, KnownBroker>,
    pub(super) topics: BTreeMap<String, KnownTopic>,
}

impl Picture {
    /// The picture after an answer. Topics that it does not name stay only if `keeps` says so.
    pub(super) fn updated(&self, response: &MetadataResponse, keeps: impl Fn(&str) -> bool) -> Picture {
        let brokers = response.brokers.iter().map(|broker| {
            let port = u16::try_from(broker.port).unwrap_or(0);
            let address = Address { host: broker.host.to_string(), port };
            (broker.node_id, KnownBroker { address, rack: broker.rack.as_ref().map(ToString::to_string) })
        });
        let mut topics: BTreeMap<String, KnownTopic> = self
            .topics
            .iter()
            .filter(|(name, _)| keeps(name))
            .map(|(name, topic)| (name.clone(), topic.clone()))
            .collect();
        for topic in &response.topics {
            if let Some(name) = &topic.name {
                topics.insert(name.to_string(), known_topic(topic, self.topics.get(&**name)));
            }
        }
        Picture {
            cluster_id: response.cluster_id.as_ref().map(ToString::to_string).or_else(|| self.cluster_id.clone()),
            controller_id: (response.controller_id >= 0).then_some(response.controller_id),
            brokers: brokers.collect(),
            topics,
        }
    }

    /// Whether a topic, or a partition of it, lacks what another answer may bring.
    pub(super) fn is_incomplete(&self) -> bool {
        self.topics
            .values()
            .any(|topic| is_stale(topic.error) || topic.partitions.values().any(|partition| is_stale(partition.error)))
    }
}

/// Whether an error says that the client's picture is out of date: Java's `InvalidMetadataException`.
pub fn is_stale(error: ErrorCode) -> bool {
    [
        ErrorCode::UnknownTopicOrPartition,
        ErrorCode::LeaderNotAvailable,
        ErrorCode::NotLeaderOrFollower,
        ErrorCode::ReplicaNotAvailable,
        ErrorCode::NetworkException,
        ErrorCode::KafkaStorageError,
        ErrorCode::ListenerNotFound,
        ErrorCode::FencedLeaderEpoch,
        ErrorCode::UnknownTopicId,
        ErrorCode::InconsistentTopicId,
    ]
    .contains(&error)
}

fn known_topic(topic: &MetadataResponseTopic, before: Option<&KnownTopic>) -> KnownTopic {
    // Epochs of another topic of the same name say nothing.
    let before = before.filter(|before| before.topic_id == topic.topic_id);
    let partitions = topic.partitions.iter().map(|partition| {
        let known = before.and_then(|before| before.partitions.get(&partition.partition_index));
        (partition.partition_index, known_partition(partition, known))
    });
    KnownTopic {
        topic_id: topic.topic_id,
        is_internal: topic.is_internal,
        error: ErrorCode::from_number(topic.error_code).unwrap_or(ErrorCode::UnknownServerError),
        partitions: partitions.collect(),
    }
}

/// A broker that lags behind may tell of an older leader than is known already; then the newer one stays.
fn known_partition(partition: &MetadataResponsePartition, before: Option<&KnownPartition>) -> KnownPartition {
    if let Some(before) = before
        && partition.leader_epoch >= 0
        && partition.leader_epoch < before.leader_epoch
    {
        return before.clone();
    }
    KnownPartition {
        leader_id: (partition.leader_id >= 0).then_some(partition.leader_id),
        leader_epoch: partition.leader_epoch,
        error: ErrorCode::from_number(partition.error_code).unwrap_or(ErrorCode::UnknownServerError),
        replica_nodes: partition.replica_nodes.clone(),
        isr_nodes: partition.isr_nodes.clone(),
    }
}
