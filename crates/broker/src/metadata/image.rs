//! The cluster as the metadata log says it is.

use super::Change;
use super::change::PartitionDelta;
use crate::config::Endpoint;
use crate::ids::{BrokerId, PartitionIndex, TopicPartition};
use crate::topics::creation::{Shape, Topics};
use bytestring::ByteString;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// A partition as the controller knows it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct PartitionRegistration {
    pub(crate) replicas: Vec<BrokerId>,
    pub(crate) in_sync_replicas: Vec<BrokerId>,
    /// Replicas that have left the in-sync set and hold all that was acknowledged (KIP-966).
    pub(crate) eligible_leaders: Vec<BrokerId>,
    /// Those that did, and may have lost some of it in a crash.
    pub(crate) last_known_leaders: Vec<BrokerId>,
    /// 1 after the election of a leader that may have lost records.
    pub(crate) leader_recovery_state: i8,
    /// The broker that takes writes; none while it is down.
    pub(crate) leader: Option<BrokerId>,
    /// Grows with each change of leader.
    pub(crate) leader_epoch: i32,
    /// Grows with each change of the registration.
    pub(crate) partition_epoch: i32,
}

/// A broker as the controller knows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct BrokerRegistration {
    /// Where the metadata log stood when it registered.
    pub(crate) epoch: i64,
    /// It is known, and takes no part: it was not heard of for its session time-out, or has said goodbye.
    pub(crate) fenced: bool,
    pub(crate) in_controlled_shutdown: bool,
    pub(crate) endpoints: Vec<Endpoint>,
}

impl BrokerRegistration {
    /// Whether it may lead partitions.
    pub(crate) fn may_lead(&self) -> bool {
        !self.fenced && !self.in_controlled_shutdown
    }
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
    /// Registered brokers.
    pub(crate) brokers: BTreeMap<BrokerId, BrokerRegistration>,
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
            Change::PartitionDelta { topic_id, index, delta } => {
                if let Some(partition) = self.partition_mut(*topic_id, *index) {
                    partition.apply(delta);
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
            Change::RegisterBroker { broker, epoch, fenced, endpoints, .. } => {
                let (epoch, fenced, endpoints) = (*epoch, *fenced, endpoints.clone());
                let registration = BrokerRegistration { epoch, fenced, in_controlled_shutdown: false, endpoints };
                self.brokers.insert(*broker, registration);
            }
            Change::BrokerDelta { broker, fenced, in_controlled_shutdown, .. } => {
                if let Some(registration) = self.brokers.get_mut(broker) {
                    registration.fenced = fenced.unwrap_or(registration.fenced);
                    registration.in_controlled_shutdown |= in_controlled_shutdown;
                }
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

    /// All partitions with their topics' names, in order.
    pub(crate) fn partitions(&self) -> impl Iterator<Item = (&ByteString, TopicPartition, &PartitionRegistration)> {
        self.topics().flat_map(|topic| {
            let partitions = (0..).map(PartitionIndex).zip(&topic.partitions);
            partitions.map(|(index, one)| (&topic.name, TopicPartition { topic_id: topic.id, index }, one))
        })
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

impl PartitionRegistration {
    fn apply(&mut self, delta: &PartitionDelta) {
        if let Some(leader) = delta.leader {
            self.leader = leader;
            self.leader_epoch += 1;
        }
        let lists = [
            (&mut self.in_sync_replicas, &delta.in_sync_replicas),
            (&mut self.eligible_leaders, &delta.eligible_leaders),
            (&mut self.last_known_leaders, &delta.last_known_leaders),
        ];
        for (known, told) in lists {
            if let Some(told) = told {
                known.clone_from(told);
            }
        }
        self.leader_recovery_state = delta.leader_recovery_state.unwrap_or(self.leader_recovery_state);
        self.partition_epoch += 1;
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
