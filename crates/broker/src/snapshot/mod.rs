//! The cluster at one instant, for watchers that come later than the first event.
//!
//! A snapshot carries the sequence number of the last event: who folds the events after it stays in step.

mod partition;

pub(crate) use partition::segment_list;
pub use partition::{FileSnapshot, PartitionSnapshot, SegmentSnapshot};

use crate::config::{Durability, Endpoint};
use crate::core::{Core, Life};
use crate::event::SCHEMA_VERSION;
use crate::groups::GroupSnapshot;
use crate::ids::{BrokerId, ConnectionId, PartitionIndex, TopicPartition, uuid_text};
use crate::storage::Storage;
use crate::timers::Timer;
use crate::topics;
use partition::Budget;
use runnel_protocol::time::Timestamp;
use std::collections::BTreeMap;

/// All that watchers may see.
#[derive(Clone, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
pub struct Snapshot {
    /// The version of this shape.
    pub schema_version: u32,
    /// The last event that is contained in it; 0 before the first.
    pub sequence: u64,
    /// When, in microseconds since the Unix epoch.
    pub time: Timestamp,
    /// The cluster's identifier.
    pub cluster_id: String,
    /// The broker that decides about topics.
    pub controller: BrokerId,
    /// When answers may say that records are kept.
    pub fsync: Durability,
    /// In order of their numbers.
    pub brokers: Vec<BrokerSnapshot>,
    /// In order of their names.
    pub topics: Vec<TopicSnapshot>,
    /// In order of their names.
    pub groups: Vec<GroupSnapshot>,
    /// Clients.
    pub connections: Vec<ConnectionSnapshot>,
}

/// A broker.
#[derive(Clone, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
pub struct BrokerSnapshot {
    /// Its number.
    pub id: BrokerId,
    /// What it advertises.
    pub endpoints: Vec<Endpoint>,
    /// Whether it runs.
    pub state: BrokerState,
    /// Whether the controller has taken it out of the cluster.
    pub fenced: bool,
    /// Whether it decides about topics.
    pub controller: bool,
    /// When the controller will miss it, if it has crashed and was not missed yet.
    pub session_until: Option<Timestamp>,
}

/// Whether a broker runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BrokerState {
    /// It takes connections.
    Up,
    /// It reads its files, or waits until it may register.
    Starting,
    /// It was stopped, or has crashed.
    Down,
}

/// A topic.
#[derive(Clone, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
pub struct TopicSnapshot {
    /// Its name.
    pub name: String,
    /// Its identifier, as Kafka prints it.
    pub topic_id: String,
    /// Whether it is one of Kafka's own.
    pub internal: bool,
    /// Configs that were set.
    pub configs: BTreeMap<String, String>,
    /// By index.
    pub partitions: Vec<PartitionSnapshot>,
}

/// A client's connection.
#[derive(Clone, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
#[expect(missing_docs, reason = "fields carry Kafka's own names")]
pub struct ConnectionSnapshot {
    pub connection: ConnectionId,
    pub broker: BrokerId,
    pub peer: String,
    pub client_id: String,
    pub software: String,
    pub version: String,
}

impl BrokerState {
    pub(crate) fn of(life: &Life) -> Self {
        match life {
            Life::Up => BrokerState::Up,
            Life::Starting(_) => BrokerState::Starting,
            Life::Down { .. } => BrokerState::Down,
        }
    }
}

impl Snapshot {
    /// Without a store, nothing is read.
    pub(crate) fn of(core: &Core, storage: Option<&dyn Storage>) -> Self {
        let mut groups: Vec<GroupSnapshot> =
            core.brokers.values().flat_map(|broker| broker.groups.snapshot()).collect();
        groups.sort_by(|one, other| one.group_id.cmp(&other.group_id));
        Snapshot {
            schema_version: SCHEMA_VERSION,
            sequence: core.event_sequence,
            time: core.now,
            cluster_id: core.cluster_id.to_string(),
            controller: core.controller(),
            fsync: core.config.durability,
            brokers: core
                .brokers
                .iter()
                .map(|(id, broker)| BrokerSnapshot {
                    id: *id,
                    endpoints: broker.endpoints.clone(),
                    state: BrokerState::of(&broker.life),
                    fenced: core.metadata.image().brokers.get(id).is_none_or(|registration| registration.fenced),
                    controller: core.controller() == *id,
                    session_until: core.timers.at(&Timer::BrokerSession(*id)),
                })
                .collect(),
            topics: topics_of(core, storage),
            groups,
            connections: core
                .connections
                .iter()
                .map(|(id, connection)| ConnectionSnapshot {
                    connection: *id,
                    broker: connection.broker,
                    peer: connection.peer.clone(),
                    client_id: connection.client.client_id.to_string(),
                    software: connection.client.software.to_string(),
                    version: connection.client.version.to_string(),
                })
                .collect(),
        }
    }
}

fn topics_of(core: &Core, storage: Option<&dyn Storage>) -> Vec<TopicSnapshot> {
    let image = core.metadata.image();
    let mut budget = Budget::default();
    let mut topics = Vec::new();
    // Kafka's own topics come last here, so that what is read goes to the others first.
    let (internal, others): (Vec<_>, Vec<_>) = image.topics().partition(|topic| topics::is_internal(&topic.name));
    for topic in others.into_iter().chain(internal) {
        let partitions = (0..).zip(&topic.partitions).map(|(index, registration)| {
            let key = TopicPartition { topic_id: topic.id, index: PartitionIndex(index) };
            PartitionSnapshot::of(core, key, registration, storage, &mut budget)
        });
        topics.push(TopicSnapshot {
            name: topic.name.to_string(),
            topic_id: uuid_text(topic.id),
            internal: topics::is_internal(&topic.name),
            configs: image.topic_configs.get(&topic.name).cloned().unwrap_or_default(),
            partitions: partitions.collect(),
        });
    }
    topics.sort_by(|one, other| one.name.cmp(&other.name));
    topics
}
