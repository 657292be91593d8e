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

pub(super) fn handle(core: &mut Core, turn: &mut Turn<'_>, call: &Call, request: OffsetDeleteRequest) -> Reply {
    let topics = request
        .topics
        .into_iter()
        .flat_map(|topic| {
            let count = core.metadata.image().topic_named(&topic.name).map_or(0, |topic| topic.partitions.len());
            let named = topic.partitions.into_iter().map(|partition| partition.partition_index);
            let (there, missing): (Vec<i32>, Vec<i32>) =
                named.partition(|index| usize::try_from(*index).is_ok_and(|index| index < count));
            [(there, None), (missing, Some(ErrorCode::UnknownTopicOrPartition))]
                .into_iter()
                .filter(|(partitions, _)| !partitions.is_empty())
                .map(move |(partitions, refused)| DeleteTopic { name: topic.name.to_string(), partitions, refused })
        })
        .collect();
    let (reply_id, reply) = park(core, call);
    core.groups(call.broker).delete_offsets(turn.now, &request.group_id, topics, reply_id);
    reply
}

pub(super) fn answer(outcome: Result<Vec<TopicOutcome>, ErrorCode>) -> OffsetDeleteResponse {
    let error_code = ErrorCode::of(&outcome).number();
    let mut topics: Vec<OffsetDeleteResponseTopic> = Vec::new();
    for topic in outcome.unwrap_or_default() {
        let name = ByteString::from(topic.name);
        let partitions = topic.partitions.into_iter().map(|(partition_index, code)| OffsetDeleteResponsePartition {
            partition_index,
            error_code: code.number(),
        });
        match topics.last_mut().filter(|last| last.name == name) {
            Some(last) => last.partitions.extend(partitions),
            None => topics.push(OffsetDeleteResponseTopic { name, partitions: partitions.collect() }),
        }
    }
    OffsetDeleteResponse { error_code, topics, ..Default::default() }
}
