//! DeleteRecords (API key 21): the log start moves forward; what lies before it is gone for readers at once.
//!
//! Versions 0 to 2. v2: flexible. Offset -1 means the high watermark.
//! Spec: <https://kafka.apache.org/protocol#The_Messages_DeleteRecords>

use super::Call;
use crate::core::{Core, Turn};
use crate::ids::{PartitionIndex, TopicPartition};
use crate::topics;
use runnel_protocol::ErrorCode;
use runnel_protocol::messages::delete_records::{
    DeleteRecordsPartitionResult, DeleteRecordsRequest, DeleteRecordsResponse, DeleteRecordsTopicResult,
};

pub(super) fn handle(
    core: &mut Core,
    turn: &mut Turn<'_>,
    call: &Call,
    request: DeleteRecordsRequest,
) -> DeleteRecordsResponse {
    let mut answered = Vec::with_capacity(request.topics.len());
    for topic in request.topics {
        let found = core.topic_name(false, &topic.name, uuid::Uuid::nil()).and_then(|found| {
            // Kafka protects its own topics from this request.
            if topics::is_internal(&found.name) { Err(ErrorCode::InvalidTopicException) } else { Ok(found) }
        });
        let partitions = topic
            .partitions
            .into_iter()
            .map(|wanted| {
                let outcome = found.as_ref().map_err(|code| *code).and_then(|found| {
                    let key = TopicPartition { topic_id: found.id, index: PartitionIndex(wanted.partition_index) };
                    core.delete_records(turn, call.broker, key, wanted.offset)
                });
                DeleteRecordsPartitionResult {
                    partition_index: wanted.partition_index,
                    error_code: ErrorCode::of(&outcome).number(),
                    low_watermark: outcome.unwrap_or(-1),
                }
            })
            .collect();
        answered.push(DeleteRecordsTopicResult { name: topic.name, partitions });
    }
    DeleteRecordsResponse { topics: answered, ..Default::default() }
}
