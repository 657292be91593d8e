//! The cluster at one instant, for watchers that come later than the first event.
//!
//! A snapshot carries the sequence number of the last event: who folds the events after it stays in step.

use crate::config::{Durability, Endpoint};
use crate::core::Core;
use crate::event::SCHEMA_VERSION;
use crate::groups::GroupSnapshot;
use crate::ids::{BrokerId, ConnectionId, uuid_text};
use crate::replication::Partition;
use crate::topics;
use runnel_protocol::time::Timestamp;
use std::collections::BTreeMap;

/// All that watchers may see.
#[derive(Clone, PartialEq, Debug, serde::Serialize)]
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
#[derive(Clone, PartialEq, Debug, serde::Serialize)]
pub struct BrokerSnapshot {
    /// Its number.
    pub id: BrokerId,
    /// What it advertises.
    pub endpoints: Vec<Endpoint>,
}

/// A topic.
#[derive(Clone, PartialEq, Debug, serde::Serialize)]
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

/// A partition.
#[derive(Clone, PartialEq, Debug, serde::Serialize)]
#[expect(missing_docs, reason = "fields carry Kafka's own names")]
pub struct PartitionSnapshot {
    pub partition: i32,
    /// -1 if there is none.
    pub leader: i32,
    pub leader_epoch: i32,
    pub replicas: Vec<i32>,
    pub in_sync_replicas: Vec<i32>,
    pub log_start_offset: i64,
    pub last_stable_offset: i64,
    pub high_watermark: i64,
    pub log_end_offset: i64,
    /// Bytes of records in all segments.
    pub size: u64,
    pub segments: u32,
    /// Why it takes no requests, if it does not.
    pub offline: Option<String>,
}

/// A client's connection.
#[derive(Clone, PartialEq, Debug, serde::Serialize)]
#[expect(missing_docs, reason = "fields carry Kafka's own names")]
pub struct ConnectionSnapshot {
    pub connection: ConnectionId,
    pub broker: BrokerId,
    pub peer: String,
    pub client_id: String,
    pub software: String,
    pub version: String,
}

impl Snapshot {
    pub(crate) fn of(core: &Core) -> Self {
        let image = core.metadata.image();
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
                .map(|(id, broker)| BrokerSnapshot { id: *id, endpoints: broker.endpoints.clone() })
                .collect(),
            topics: image
                .topics()
                .map(|topic| TopicSnapshot {
                    name: topic.name.to_string(),
                    topic_id: uuid_text(topic.id),
                    internal: topics::is_internal(&topic.name),
                    configs: image.topic_configs.get(&topic.name).cloned().unwrap_or_default(),
                    partitions: (0..)
                        .zip(&topic.partitions)
                        .map(|(index, registration)| {
                            let key = crate::ids::TopicPartition {
                                topic_id: topic.id,
                                index: crate::ids::PartitionIndex(index),
                            };
                            let held = registration.leader.and_then(|leader| core.partition(leader, key));
                            PartitionSnapshot {
                                partition: index,
                                leader: registration.leader.map_or(-1, |leader| leader.0),
                                leader_epoch: registration.leader_epoch,
                                replicas: registration.replicas.iter().map(|broker| broker.0).collect(),
                                in_sync_replicas: registration.in_sync_replicas.iter().map(|broker| broker.0).collect(),
                                ..held.map(of_log).unwrap_or_default()
                            }
                        })
                        .collect(),
                })
                .collect(),
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

impl Default for PartitionSnapshot {
    /// A partition of which nothing is known.
    fn default() -> Self {
        PartitionSnapshot {
            partition: 0,
            leader: -1,
            leader_epoch: 0,
            replicas: Vec::new(),
            in_sync_replicas: Vec::new(),
            log_start_offset: -1,
            last_stable_offset: -1,
            high_watermark: -1,
            log_end_offset: -1,
            size: 0,
            segments: 0,
            offline: None,
        }
    }
}

fn of_log(partition: &Partition) -> PartitionSnapshot {
    PartitionSnapshot {
        log_start_offset: partition.log.log_start_offset(),
        last_stable_offset: partition.last_stable_offset(),
        high_watermark: partition.high_watermark,
        log_end_offset: partition.log.log_end_offset(),
        size: partition.log.size_bytes(),
        segments: u32::try_from(partition.log.segments().len()).unwrap_or(u32::MAX),
        offline: partition.offline.as_ref().map(ToString::to_string),
        ..Default::default()
    }
}
