//! DescribeTopicPartitions (API key 75): topics with their partitions, page by page (KIP-966).
//!
//! Version 0. An answer holds at most `response_partition_limit` partitions (and 2,000 in any case) and says where to
//! go on. Topics come in order of their names.
//! Spec: <https://kafka.apache.org/protocol#The_Messages_DescribeTopicPartitions>

use crate::core::Core;
use crate::handlers::describe_cluster::TOPIC_OPERATIONS;
use crate::topics;
use bytestring::ByteString;
use runnel_protocol::ErrorCode;
use runnel_protocol::messages::describe_topic_partitions::{
    Cursor, DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponse, DescribeTopicPartitionsResponsePartition,
    DescribeTopicPartitionsResponseTopic,
};
use std::collections::BTreeSet;

/// `max.request.partition.size.limit`, Kafka's default.
const PARTITIONS_MAX: i32 = 2_000;

pub(super) fn handle(core: &Core, request: DescribeTopicPartitionsRequest) -> DescribeTopicPartitionsResponse {
    if !has_sound_cursor(&request) {
        return refuse(&request);
    }
    let image = core.metadata.image();
    let mut names: BTreeSet<ByteString> = if request.topics.is_empty() {
        image.topic_names().cloned().collect()
    } else {
        request.topics.into_iter().map(|topic| topic.name).collect()
    };
    let mut first_partition = 0;
    if let Some(cursor) = &request.cursor {
        names = names.split_off(&cursor.topic_name);
        // A topic that is gone since the last page is passed over, as are the partitions already told.
        if names.first() == Some(&cursor.topic_name) {
            first_partition = cursor.partition_index.max(0);
        }
    }
    let mut room = request.response_partition_limit.clamp(1, PARTITIONS_MAX);
    let mut response = DescribeTopicPartitionsResponse::default();
    for name in names {
        let from = std::mem::take(&mut first_partition);
        if room == 0 {
            response.next_cursor = Some(cursor(name, from));
            break;
        }
        let Some(topic) = image.topic_named(&name) else {
            let code = match topics::check_name(&name) {
                Ok(()) => ErrorCode::UnknownTopicOrPartition,
                Err(_) => ErrorCode::InvalidTopicException,
            };
            response.topics.push(DescribeTopicPartitionsResponseTopic {
                error_code: code.number(),
                is_internal: topics::is_internal(&name),
                name: Some(name),
                topic_authorized_operations: TOPIC_OPERATIONS,
                ..Default::default()
            });
            continue;
        };
        let count = i32::try_from(topic.partitions.len()).unwrap_or(i32::MAX);
        let until = count.min(from.saturating_add(room));
        let partitions: Vec<_> = (from..until).filter_map(|index| describe(topic, index)).collect();
        room -= (until - from).max(0);
        response.topics.push(DescribeTopicPartitionsResponseTopic {
            name: Some(topic.name.clone()),
            topic_id: topic.id,
            is_internal: topics::is_internal(&topic.name),
            partitions,
            topic_authorized_operations: TOPIC_OPERATIONS,
            ..Default::default()
        });
        if until < count {
            response.next_cursor = Some(cursor(name, until));
            break;
        }
    }
    response
}

/// A page goes on in a topic that was asked for, at a partition that can be.
fn has_sound_cursor(request: &DescribeTopicPartitionsRequest) -> bool {
    request.cursor.as_ref().is_none_or(|cursor| {
        let is_wanted = request.topics.is_empty() || request.topics.iter().any(|topic| topic.name == cursor.topic_name);
        cursor.partition_index >= 0 && is_wanted
    })
}

fn refuse(request: &DescribeTopicPartitionsRequest) -> DescribeTopicPartitionsResponse {
    let topics = request.topics.iter().map(|topic| DescribeTopicPartitionsResponseTopic {
        error_code: ErrorCode::InvalidRequest.number(),
        name: Some(topic.name.clone()),
        ..Default::default()
    });
    DescribeTopicPartitionsResponse { topics: topics.collect(), ..Default::default() }
}

fn cursor(topic_name: ByteString, partition_index: i32) -> Cursor {
    Cursor { topic_name, partition_index }
}

fn describe(topic: &crate::metadata::Topic, index: i32) -> Option<DescribeTopicPartitionsResponsePartition> {
    let partition = topic.partitions.get(usize::try_from(index).ok()?)?;
    let replicas: Vec<i32> = partition.replicas.iter().map(|broker| broker.0).collect();
    Some(DescribeTopicPartitionsResponsePartition {
        error_code: match partition.leader {
            Some(_) => ErrorCode::None.number(),
            None => ErrorCode::LeaderNotAvailable.number(),
        },
        partition_index: index,
        leader_id: partition.leader.map_or(-1, |leader| leader.0),
        leader_epoch: partition.leader_epoch,
        isr_nodes: partition.in_sync_replicas.iter().map(|broker| broker.0).collect(),
        eligible_leader_replicas: Some(partition.eligible_leaders.iter().map(|broker| broker.0).collect()),
        last_known_elr: Some(partition.last_known_leaders.iter().map(|broker| broker.0).collect()),
        offline_replicas: if partition.leader.is_some() { Vec::new() } else { replicas.clone() },
        replica_nodes: replicas,
    })
}
