//! OffsetFetch (API key 9): how far a group has read, for some partitions or for all.
//!
//! Versions 0 to 10. v2: all partitions (null), an error for the whole answer, v7: unstable offsets can be refused,
//! v8: several groups (KIP-709), v9: members, v10: topic ids. A group that nobody knows has read nothing: -1, no error.
//! Not done: transactions, so every offset is stable.
//! Spec: <https://kafka.apache.org/protocol#The_Messages_OffsetFetch>

use super::Call;
use crate::core::Core;
use crate::groups::{FetchedTopic, TopicPartitions};
use bytestring::ByteString;
use runnel_protocol::ErrorCode;
use runnel_protocol::messages::offset_fetch::{
    OffsetFetchRequest, OffsetFetchRequestGroup, OffsetFetchResponse, OffsetFetchResponseGroup,
    OffsetFetchResponsePartition, OffsetFetchResponsePartitions, OffsetFetchResponseTopic, OffsetFetchResponseTopics,
};
use uuid::Uuid;

pub(super) fn handle(core: &mut Core, call: &Call, request: OffsetFetchRequest) -> OffsetFetchResponse {
    if call.version >= 8 {
        let groups = request.groups.into_iter().map(|group| fetch_group(core, call, group)).collect();
        return OffsetFetchResponse { groups, ..Default::default() };
    }
    // v0 and v1 have no null: an empty list asks for nothing.
    let wanted = request.topics.map(|topics| {
        topics
            .into_iter()
            .map(|topic| TopicPartitions {
                name: topic.name.to_string(),
                topic_id: Uuid::nil(),
                partitions: topic.partition_indexes,
            })
            .collect::<Vec<_>>()
    });
    let fetched = fetch(core, call, &request.group_id, wanted.as_deref());
    match fetched {
        Ok(topics) => OffsetFetchResponse { topics: topics.into_iter().map(old_topic).collect(), ..Default::default() },
        Err(code) => OffsetFetchResponse {
            // Before v2 an error stands beside each partition.
            topics: if call.version < 2 { refused_each(wanted.unwrap_or_default(), code) } else { Vec::new() },
            error_code: code.number(),
            ..Default::default()
        },
    }
}

/// `None` asks for every partition that the group has committed.
fn fetch(
    core: &mut Core,
    call: &Call,
    group_id: &str,
    wanted: Option<&[TopicPartitions]>,
) -> Result<Vec<FetchedTopic>, ErrorCode> {
    let groups = core.groups(call.broker);
    match wanted {
        Some(wanted) => groups.fetch_offsets(group_id, wanted),
        None => groups.fetch_all_offsets(group_id),
    }
}

fn old_topic(topic: FetchedTopic) -> OffsetFetchResponseTopic {
    OffsetFetchResponseTopic {
        name: ByteString::from(topic.name),
        partitions: topic
            .partitions
            .into_iter()
            .map(|offset| OffsetFetchResponsePartition {
                partition_index: offset.partition_index,
                committed_offset: offset.committed_offset,
                committed_leader_epoch: offset.committed_leader_epoch,
                metadata: Some(ByteString::from(offset.metadata)),
                error_code: ErrorCode::None.number(),
            })
            .collect(),
    }
}

fn refused_each(wanted: Vec<TopicPartitions>, code: ErrorCode) -> Vec<OffsetFetchResponseTopic> {
    wanted
        .into_iter()
        .map(|topic| OffsetFetchResponseTopic {
            name: ByteString::from(topic.name),
            partitions: topic
                .partitions
                .into_iter()
                .map(|partition_index| OffsetFetchResponsePartition {
                    partition_index,
                    committed_offset: -1,
                    committed_leader_epoch: -1,
                    metadata: Some(ByteString::new()),
                    error_code: code.number(),
                })
                .collect(),
        })
        .collect()
}

fn fetch_group(core: &mut Core, call: &Call, group: OffsetFetchRequestGroup) -> OffsetFetchResponseGroup {
    let by_id = call.version >= 10;
    let mut unknown: Vec<OffsetFetchResponseTopics> = Vec::new();
    let wanted: Option<Vec<TopicPartitions>> = group.topics.map(|topics| {
        let mut known = Vec::with_capacity(topics.len());
        for topic in topics {
            // Offsets of a topic that is gone are still told by name.
            match core.topic_name(by_id, &topic.name, topic.topic_id) {
                Err(code) if by_id => unknown.push(OffsetFetchResponseTopics {
                    name: ByteString::new(),
                    topic_id: topic.topic_id,
                    partitions: topic
                        .partition_indexes
                        .into_iter()
                        .map(|partition_index| OffsetFetchResponsePartitions {
                            partition_index,
                            committed_offset: -1,
                            committed_leader_epoch: -1,
                            metadata: Some(ByteString::new()),
                            error_code: code.number(),
                        })
                        .collect(),
                }),
                found => known.push(TopicPartitions {
                    name: found.map_or_else(|_| topic.name.to_string(), |found| found.name.to_string()),
                    topic_id: topic.topic_id,
                    partitions: topic.partition_indexes,
                }),
            }
        }
        known
    });
    match fetch(core, call, &group.group_id, wanted.as_deref()) {
        Err(code) => {
            OffsetFetchResponseGroup { group_id: group.group_id, error_code: code.number(), ..Default::default() }
        }
        Ok(fetched) => {
            let mut topics: Vec<OffsetFetchResponseTopics> =
                fetched.into_iter().filter_map(|topic| new_topic(core, by_id, topic)).collect();
            topics.extend(unknown);
            OffsetFetchResponseGroup { group_id: group.group_id, topics, ..Default::default() }
        }
    }
}

/// `None` for a topic without an identifier where only identifiers can be said.
fn new_topic(core: &Core, by_id: bool, topic: FetchedTopic) -> Option<OffsetFetchResponseTopics> {
    let topic_id = match by_id {
        false => Uuid::nil(),
        true if topic.topic_id.is_nil() => core.metadata.image().topic_named(&topic.name)?.id,
        true => topic.topic_id,
    };
    Some(OffsetFetchResponseTopics {
        name: ByteString::from(topic.name),
        topic_id,
        partitions: topic
            .partitions
            .into_iter()
            .map(|offset| OffsetFetchResponsePartitions {
                partition_index: offset.partition_index,
                committed_offset: offset.committed_offset,
                committed_leader_epoch: offset.committed_leader_epoch,
                metadata: Some(ByteString::from(offset.metadata)),
                error_code: ErrorCode::None.number(),
            })
            .collect(),
    })
}
