//! OffsetForLeaderEpoch (API key 23): where an epoch ended, so that a reader notices that the log was cut.
//!
//! Versions 0 to 4. v2: the reader's own epoch is checked, v3: replica id, v4: flexible.
//! Spec: <https://kafka.apache.org/protocol#The_Messages_OffsetForLeaderEpoch>

use super::Call;
use crate::core::Core;
use crate::ids::{PartitionIndex, TopicPartition};
use runnel_protocol::ErrorCode;
use runnel_protocol::messages::offset_for_leader_epoch::{
    EpochEndOffset, OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse, OffsetForLeaderTopicResult,
};

pub(super) fn handle(
    core: &mut Core,
    call: &Call,
    request: OffsetForLeaderEpochRequest,
) -> OffsetForLeaderEpochResponse {
    let mut topics = Vec::with_capacity(request.topics.len());
    for topic in request.topics {
        let found = core.topic_name(false, &topic.topic, uuid::Uuid::nil());
        let partitions = topic
            .partitions
            .into_iter()
            .map(|wanted| {
                let outcome = found.as_ref().map_err(|code| *code).and_then(|found| {
                    let key = TopicPartition { topic_id: found.id, index: PartitionIndex(wanted.partition) };
                    let partition = core.led(call.broker, key, wanted.current_leader_epoch)?;
                    Ok(partition.log.end_offset_for_epoch(wanted.leader_epoch))
                });
                let error_code = ErrorCode::of(&outcome).number();
                let (leader_epoch, end_offset) = outcome.ok().flatten().unwrap_or((-1, -1));
                EpochEndOffset { error_code, partition: wanted.partition, leader_epoch, end_offset }
            })
            .collect();
        topics.push(OffsetForLeaderTopicResult { topic: topic.topic, partitions });
    }
    OffsetForLeaderEpochResponse { topics, ..Default::default() }
}
