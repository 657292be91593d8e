//! Which partitions the general sticky algorithm has moved, so that it does not send one there and another back.

use super::hash_order::{bucket, capacity, partition_hash};
use crate::TopicPartition;
use bytestring::ByteString;
use std::collections::BTreeMap;

/// From whom to whom.
type Pair = (String, String);

/// Moves so far.
#[derive(Default)]
pub(super) struct Movements {
    by_partition: BTreeMap<TopicPartition, Pair>,
    by_topic: BTreeMap<ByteString, BTreeMap<Pair, HashSet>>,
}

impl Movements {
    /// Notes a move. One that goes back to where the partition came from cancels the first.
    pub(super) fn note(&mut self, partition: &TopicPartition, from: &str, to: &str) {
        let from = match self.by_partition.remove(partition) {
            Some(before) => {
                self.forget(partition, &before);
                if before.0 == to {
                    return;
                }
                before.0
            }
            None => from.to_owned(),
        };
        let pair = (from, to.to_owned());
        let of_topic = self.by_topic.entry(partition.topic.clone()).or_default();
        of_topic.entry(pair.clone()).or_default().insert(partition);
        self.by_partition.insert(partition.clone(), pair);
    }

    fn forget(&mut self, partition: &TopicPartition, pair: &Pair) {
        let Some(of_topic) = self.by_topic.get_mut(&partition.topic) else { return };
        if let Some(moved) = of_topic.get_mut(pair) {
            moved.entries.retain(|entry| entry != partition);
            if moved.entries.is_empty() {
                of_topic.remove(pair);
            }
        }
        if of_topic.is_empty() {
            self.by_topic.remove(&partition.topic);
        }
    }

    /// What to move in place of `partition`: one of the same topic that went the opposite way before, if there is one.
    pub(super) fn better(&self, partition: &TopicPartition, from: &str, to: &str) -> TopicPartition {
        let Some(of_topic) = self.by_topic.get(&partition.topic) else { return partition.clone() };
        let origin = self.by_partition.get(partition).map_or(from, |pair| pair.0.as_str());
        let opposite = of_topic.get(&(to.to_owned(), origin.to_owned()));
        opposite.and_then(HashSet::first).unwrap_or(partition).clone()
    }
}

/// As much of Java's `HashSet` as its walk's first entry depends on: it grows and never shrinks.
#[derive(Default)]
struct HashSet {
    entries: Vec<TopicPartition>,
    count_max: usize,
}

impl HashSet {
    fn insert(&mut self, partition: &TopicPartition) {
        self.entries.push(partition.clone());
        self.count_max = self.count_max.max(self.entries.len());
    }

    fn first(&self) -> Option<&TopicPartition> {
        let capacity = capacity(self.count_max);
        self.entries.iter().min_by_key(|entry| bucket(partition_hash(entry), capacity))
    }
}
