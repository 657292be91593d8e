//! OffsetDelete (API key 47): a group forgets how far it has read some partitions (KIP-496).
//!
//! Version 0.
//! Spec: <https://kafka.apache.org/protocol#The_Messages_OffsetDelete>

use super::groups::park;
use super::{Call, Reply};
use crate::core::{Core, Turn};
use crate::groups::{DeleteTopic, TopicOutcome};
use bytestring::ByteString;
use runnel_protocol::ErrorCode;
use runnel_protocol::messages::offset_delete::{
    OffsetDeleteRequest, OffsetDeleteResponse, OffsetDeleteResponsePartition, OffsetDeleteResponseTopic,
};
use uuid::Uuid;

pub(super) fn handle(core: &mut Core, turn: &mut Turn<'_>, call: &Call, request: OffsetDeleteRequest) -> Reply {
    let topics = request
        .topics
        .into_iter()
        .map(|topic| DeleteTopic {
            refused: core.topic_name(false, &topic.name, Uuid::nil()).err(),
            name: topic.name.to_string(),
            partitions: topic.partitions.into_iter().map(|partition| partition.partition_index).collect(),
        })
        .collect();
    let (reply_id, reply) = park(core, call);
    core.groups(call.broker).delete_offsets(turn.now, &request.group_id, topics, reply_id);
    reply
}

pub(super) fn answer(outcome: Result<Vec<TopicOutcome>, ErrorCode>) -> OffsetDeleteResponse {
    let error_code = ErrorCode::of(&outcome).number();
    let topics = outcome
        .unwrap_or_default()
        .into_iter()
        .map(|topic| OffsetDeleteResponseTopic {
            name: ByteString::from(topic.name),
            partitions: topic
                .partitions
                .into_iter()
                .map(|(partition_index, code)| OffsetDeleteResponsePartition {
                    partition_index,
                    error_code: code.number(),
                })
                .collect(),
        })
        .collect();
    OffsetDeleteResponse { error_code, topics, ..Default::default() }
}
