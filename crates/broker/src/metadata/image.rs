//! The cluster as the metadata log says it is.

use super::Change;
use crate::ids::{BrokerId, PartitionIndex, TopicPartition};
use crate::topics::creation::{Shape, Topics};
use bytestring::ByteString;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// A partition as the controller knows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct PartitionRegistration {
    pub(crate) replicas: Vec<BrokerId>,
    pub(crate) in_sync_replicas: Vec<BrokerId>,
    /// The broker that takes writes; none while it is down.
    pub(crate) leader: Option<BrokerId>,
    /// Grows with each change of leader.
    pub(crate) leader_epoch: i32,
    /// Grows with each change of the registration.
    pub(crate) partition_epoch: i32,
}

/// A topic as the controller knows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Topic {
    pub(crate) name: ByteString,
    pub(crate) id: Uuid,
    /// By partition index.
    pub(crate) partitions: Vec<PartitionRegistration>,
}

/// The metadata log, folded.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Image {
    topics: BTreeMap<Uuid, Topic>,
    by_name: BTreeMap<ByteString, Uuid>,
    /// Identifiers of deleted topics: files that are found under one of them are left-overs.
    removed: BTreeSet<Uuid>,
    pub(crate) topic_configs: BTreeMap<ByteString, BTreeMap<String, String>>,
    /// By broker number; the empty name holds the cluster-wide defaults.
    pub(crate) broker_configs: BTreeMap<String, BTreeMap<String, String>>,
    pub(crate) group_configs: BTreeMap<String, BTreeMap<String, String>>,
    /// The first producer id that no broker was given.
    pub(crate) next_producer_id: i64,
    /// Finalized features and their levels.
    pub(crate) features: BTreeMap<String, i16>,
    /// Registered brokers and their epochs.
    pub(crate) brokers: BTreeMap<BrokerId, i64>,
}

impl Image {
    pub(crate) fn apply(&mut self, change: &Change) {
        match change {
            Change::Topic { name, id } => {
                self.by_name.insert(name.clone(), *id);
                self.topics.insert(*id, Topic { name: name.clone(), id: *id, partitions: Vec::new() });
            }
            Change::Partition { topic_id, index, registration } => {
                if let Some(topic) = self.topics.get_mut(topic_id) {
                    let position = usize::try_from(index.0).unwrap_or(0);
                    if position < topic.partitions.len() {
                        topic.partitions[position] = registration.clone();
                    } else {
                        topic.partitions.push(registration.clone());
                    }
                }
            }
            Change::PartitionLeader { topic_id, index, leader, in_sync_replicas } => {
                if let Some(partition) = self.partition_mut(*topic_id, *index) {
                    if let Some(leader) = leader {
                        partition.leader = *leader;
                        partition.leader_epoch += 1;
                    }
                    if let Some(in_sync_replicas) = in_sync_replicas {
                        partition.in_sync_replicas.clone_from(in_sync_replicas);
                    }
                    partition.partition_epoch += 1;
                }
            }
            Change::RemoveTopic { id } => {
                if let Some(topic) = self.topics.remove(id) {
                    self.by_name.remove(&topic.name);
                    self.topic_configs.remove(&topic.name);
                    self.removed.insert(*id);
                }
            }
            Change::TopicConfig { topic, name, value } => set(&mut self.topic_configs, topic.clone(), name, value),
            Change::BrokerConfig { broker, name, value } => set(&mut self.broker_configs, broker.clone(), name, value),
            Change::GroupConfig { group, name, value } => set(&mut self.group_configs, group.clone(), name, value),
            Change::ProducerIds { next_producer_id, .. } => self.next_producer_id = *next_producer_id,
            Change::Feature { name, level } => {
                self.features.insert(name.clone(), *level);
            }
            Change::RegisterBroker { broker, epoch, .. } => {
                self.brokers.insert(*broker, *epoch);
            }
            Change::Foreign { .. } => {}
        }
    }

    pub(crate) fn topic(&self, id: Uuid) -> Option<&Topic> {
        self.topics.get(&id)
    }

    pub(crate) fn topic_named(&self, name: &str) -> Option<&Topic> {
        self.topics.get(self.by_name.get(name)?)
    }

    /// All topics in order of their names.
    pub(crate) fn topics(&self) -> impl Iterator<Item = &Topic> {
        self.by_name.values().filter_map(|id| self.topics.get(id))
    }

    pub(crate) fn topic_names(&self) -> impl Iterator<Item = &ByteString> {
        self.by_name.keys()
    }

    pub(crate) fn was_removed(&self, id: Uuid) -> bool {
        self.removed.contains(&id)
    }

    pub(crate) fn partition(&self, partition: TopicPartition) -> Option<&PartitionRegistration> {
        let position = usize::try_from(partition.index.0).ok()?;
        self.topics.get(&partition.topic_id)?.partitions.get(position)
    }

    pub(crate) fn leader(&self, partition: TopicPartition) -> Option<BrokerId> {
        self.partition(partition)?.leader
    }

    fn partition_mut(&mut self, topic_id: Uuid, index: PartitionIndex) -> Option<&mut PartitionRegistration> {
        let position = usize::try_from(index.0).ok()?;
        self.topics.get_mut(&topic_id)?.partitions.get_mut(position)
    }
}

impl Topics for Image {
    fn shape(&self, name: &str) -> Option<Shape> {
        let topic = self.topic_named(name)?;
        let replication_factor = topic.partitions.first().map_or(0, |partition| partition.replicas.len());
        Some(Shape { partitions: topic.partitions.len(), replication_factor })
    }

    fn names(&self) -> Box<dyn Iterator<Item = &str> + '_> {
        Box::new(self.by_name.keys().map(|name| &**name))
    }
}

fn set<K: Ord>(configs: &mut BTreeMap<K, BTreeMap<String, String>>, resource: K, name: &str, value: &Option<String>) {
    let of_resource = configs.entry(resource).or_default();
    match value {
        Some(value) => {
            of_resource.insert(name.to_owned(), value.clone());
        }
        None => {
            of_resource.remove(name);
        }
    }
}
