//! OffsetFetch: where a group would go on.

use super::Groups;
use super::answer::{FetchedOffset, FetchedTopic};
use super::offsets::CommittedOffset;
use super::request::TopicPartitions;
use runnel_protocol::ErrorCode;
use uuid::Uuid;

impl Groups {
    /// The committed offsets of the partitions that are asked for. What was never committed, also by a group that never
    /// existed, has offset -1; so has what was committed for an earlier topic of the same name.
    ///
    /// # Errors
    /// `NOT_COORDINATOR` or `COORDINATOR_LOAD_IN_PROGRESS`.
    pub fn fetch_offsets(&self, group_id: &str, topics: &[TopicPartitions]) -> Result<Vec<FetchedTopic>, ErrorCode> {
        self.coordinate(group_id)?;
        let fetch = |topic: &TopicPartitions| {
            let fetch_one = |index: &i32| {
                let committed = self.offsets.committed(group_id, &topic.name, *index);
                fetched(*index, committed.filter(|committed| is_same_topic(committed.topic_id, topic.topic_id)))
            };
            FetchedTopic {
                name: topic.name.clone(),
                topic_id: topic.topic_id,
                partitions: topic.partitions.iter().map(fetch_one).collect(),
            }
        };
        Ok(topics.iter().map(fetch).collect())
    }

    /// All committed offsets of a group.
    ///
    /// # Errors
    /// `NOT_COORDINATOR` or `COORDINATOR_LOAD_IN_PROGRESS`.
    pub fn fetch_all_offsets(&self, group_id: &str) -> Result<Vec<FetchedTopic>, ErrorCode> {
        self.coordinate(group_id)?;
        let mut topics: Vec<FetchedTopic> = Vec::new();
        for (topic, index, committed) in self.offsets.all_committed(group_id) {
            if topics.last().is_none_or(|last| last.name != topic) {
                topics.push(FetchedTopic { name: topic.to_owned(), topic_id: Uuid::nil(), partitions: Vec::new() });
            }
            if let Some(last) = topics.last_mut() {
                last.partitions.push(fetched(index, Some(committed)));
            }
        }
        Ok(topics)
    }
}

fn fetched(partition_index: i32, committed: Option<&CommittedOffset>) -> FetchedOffset {
    FetchedOffset {
        partition_index,
        committed_offset: committed.map_or(-1, |committed| committed.offset),
        committed_leader_epoch: committed.map_or(-1, |committed| committed.leader_epoch),
        metadata: committed.map(|committed| committed.metadata.clone()).unwrap_or_default(),
    }
}

/// Whether two topic ids may be of one topic: an unknown one may be any.
pub(super) fn is_same_topic(committed: Uuid, asked: Uuid) -> bool {
    committed.is_nil() || asked.is_nil() || committed == asked
}
