//! The partitions of one broker. A clone shares them; a partition is copied when one of the clones changes it.

use super::Partition;
use crate::ids::TopicPartition;
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;

/// A broker's partitions, by topic and index.
#[derive(Clone, Debug, Default)]
pub(crate) struct Partitions(BTreeMap<TopicPartition, Arc<Partition>>);

impl Partitions {
    pub(crate) fn get(&self, key: &TopicPartition) -> Option<&Partition> {
        self.0.get(key).map(AsRef::as_ref)
    }

    pub(crate) fn get_mut(&mut self, key: &TopicPartition) -> Option<&mut Partition> {
        self.0.get_mut(key).map(Arc::make_mut)
    }

    pub(crate) fn insert(&mut self, key: TopicPartition, partition: Partition) {
        self.0.insert(key, Arc::new(partition));
    }

    pub(crate) fn remove(&mut self, key: &TopicPartition) -> Option<Partition> {
        self.0.remove(key).map(Arc::unwrap_or_clone)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = &TopicPartition> {
        self.0.keys()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&TopicPartition, &Partition)> {
        self.0.iter().map(|(key, partition)| (key, &**partition))
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &Partition> + Clone {
        self.0.values().map(AsRef::as_ref)
    }

    pub(crate) fn values_mut(&mut self) -> impl Iterator<Item = &mut Partition> {
        self.0.values_mut().map(Arc::make_mut)
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = (&TopicPartition, &mut Partition)> {
        self.0.iter_mut().map(|(key, partition)| (key, Arc::make_mut(partition)))
    }

    /// The partitions of one topic.
    pub(crate) fn of_topic_mut(&mut self, topic_id: Uuid) -> impl Iterator<Item = &mut Partition> {
        let of_topic = self.0.iter_mut().filter(move |(key, _)| key.topic_id == topic_id);
        of_topic.map(|(_, partition)| Arc::make_mut(partition))
    }
}
