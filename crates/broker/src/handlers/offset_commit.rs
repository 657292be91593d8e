//! OffsetCommit (API key 8): how far a group has read.
//!
//! Versions 0 to 10. v1: members, v2 to v4: a retention of its own, v6: leader epochs, v7: static members, v9: unknown
//! groups are named as such, v10: topic ids. Version 0 kept offsets in ZooKeeper once; here they are kept like all.
//! Spec: <https://kafka.apache.org/protocol#The_Messages_OffsetCommit>

use super::groups::{client_id, park};
use super::{Call, Reply};
use crate::core::{Core, Turn};
use crate::groups::{Commit, CommitPartition, CommitTopic, TopicOutcome};
use bytestring::ByteString;
use runnel_protocol::ErrorCode;
use runnel_protocol::messages::offset_commit::{
    OffsetCommitRequest, OffsetCommitRequestTopic, OffsetCommitResponse, OffsetCommitResponsePartition,
    OffsetCommitResponseTopic,
};

pub(super) fn handle(core: &mut Core, turn: &mut Turn<'_>, call: &Call, request: OffsetCommitRequest) -> Reply {
    let retention = (2..=4).contains(&call.version) && request.retention_time_ms >= 0;
    let commit = Commit {
        api_version: call.version,
        group_id: str::to_owned(&request.group_id),
        generation_id: request.generation_id_or_member_epoch,
        member_id: str::to_owned(&request.member_id),
        group_instance_id: request.group_instance_id.as_deref().map(str::to_owned),
        client_id: client_id(core, call),
        retention_time_ms: retention.then_some(request.retention_time_ms),
        topics: request.topics.into_iter().map(|topic| resolve(core, call, topic)).collect(),
    };
    let (reply_id, reply) = park(core, call);
    core.groups(call.broker).commit_offsets(turn.now, commit, reply_id);
    reply
}

/// Finds the topic and marks partitions that are not there.
fn resolve(core: &Core, call: &Call, topic: OffsetCommitRequestTopic) -> CommitTopic {
    let found = core.topic_name(call.version >= 10, &topic.name, topic.topic_id);
    let count = found
        .as_ref()
        .ok()
        .and_then(|found| core.metadata.image().topic(found.id))
        .map_or(0, |topic| topic.partitions.len());
    let partitions = topic
        .partitions
        .into_iter()
        .map(|partition| {
            let index = partition.partition_index;
            let is_there = usize::try_from(index).is_ok_and(|index| index < count);
            CommitPartition {
                partition_index: index,
                committed_offset: partition.committed_offset,
                committed_leader_epoch: partition.committed_leader_epoch,
                commit_timestamp_ms: None,
                metadata: partition.committed_metadata.as_deref().map(str::to_owned),
                refused: match &found {
                    Err(code) => Some(*code),
                    Ok(_) if !is_there => Some(ErrorCode::UnknownTopicOrPartition),
                    Ok(_) => None,
                },
            }
        })
        .collect();
    let (name, topic_id) = match found {
        Ok(found) => (str::to_owned(&found.name), found.id),
        Err(_) => (topic.name.to_string(), topic.topic_id),
    };
    CommitTopic { name, topic_id, partitions }
}

pub(super) fn answer(topics: Vec<TopicOutcome>) -> OffsetCommitResponse {
    OffsetCommitResponse {
        topics: topics
            .into_iter()
            .map(|topic| OffsetCommitResponseTopic {
                name: ByteString::from(topic.name),
                topic_id: topic.topic_id,
                partitions: topic
                    .partitions
                    .into_iter()
                    .map(|(partition_index, code)| OffsetCommitResponsePartition {
                        partition_index,
                        error_code: code.number(),
                    })
                    .collect(),
            })
            .collect(),
        ..Default::default()
    }
}
