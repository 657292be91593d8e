//! ListOffsets (API key 2): an offset by time, or one of the special ones.
//!
//! Versions 0 to 11. v2: isolation level, v4: leader epochs, v7: largest timestamp (-3), v8: earliest local (-4),
//! v9: latest tiered (-5), v11: earliest pending upload (-6).
//! Not done: tiered storage, so everything is local and nothing is ever tiered or pending.
//! Spec: <https://kafka.apache.org/protocol#The_Messages_ListOffsets>

use super::Call;
use crate::core::{Core, Turn};
use crate::ids::{PartitionIndex, TopicPartition};
use crate::replication::Isolation;
use bytestring::ByteString;
use runnel_protocol::ErrorCode;
use runnel_protocol::messages::list_offsets::{
    ListOffsetsPartition, ListOffsetsPartitionResponse, ListOffsetsRequest, ListOffsetsResponse,
    ListOffsetsTopicResponse,
};
use std::collections::{BTreeMap, BTreeSet};

const LATEST: i64 = -1;
const EARLIEST: i64 = -2;
const MAX_TIMESTAMP: i64 = -3;
const EARLIEST_LOCAL: i64 = -4;
const LATEST_TIERED: i64 = -5;
const EARLIEST_PENDING_UPLOAD: i64 = -6;

pub(super) fn handle(
    core: &mut Core,
    turn: &mut Turn<'_>,
    call: &Call,
    request: ListOffsetsRequest,
) -> ListOffsetsResponse {
    let isolation = Isolation::from_wire(request.isolation_level);
    let mut times_named: BTreeMap<(ByteString, i32), u32> = BTreeMap::new();
    for topic in &request.topics {
        for partition in &topic.partitions {
            *times_named.entry((topic.name.clone(), partition.partition_index)).or_default() += 1;
        }
    }
    let mut told: BTreeSet<(ByteString, i32)> = BTreeSet::new();
    let mut topics: Vec<ListOffsetsTopicResponse> = Vec::with_capacity(request.topics.len());
    for topic in request.topics {
        let found = core.topic_name(false, &topic.name, uuid::Uuid::nil());
        let mut partitions = Vec::with_capacity(topic.partitions.len());
        for wanted in topic.partitions {
            let index = wanted.partition_index;
            let named = (topic.name.clone(), index);
            let outcome = if times_named.get(&named).is_some_and(|times| *times > 1) {
                // Which of the questions is meant nobody knows; the refusal is told once.
                if !told.insert(named) {
                    continue;
                }
                Err(ErrorCode::InvalidRequest)
            } else {
                found.as_ref().map_err(|code| *code).and_then(|found| {
                    let key = TopicPartition { topic_id: found.id, index: PartitionIndex(index) };
                    find(core, turn, call, key, &wanted, isolation)
                })
            };
            partitions.push(answer(call.version, index, outcome));
        }
        if !partitions.is_empty() {
            topics.push(ListOffsetsTopicResponse { name: topic.name, partitions });
        }
    }
    ListOffsetsResponse { topics, ..Default::default() }
}

/// An offset that was found, with what is known of its record.
#[derive(Clone, Copy)]
struct Found {
    offset: i64,
    timestamp: i64,
    leader_epoch: i32,
}

const NOT_FOUND: Found = Found { offset: -1, timestamp: -1, leader_epoch: -1 };

fn find(
    core: &mut Core,
    turn: &mut Turn<'_>,
    call: &Call,
    key: TopicPartition,
    wanted: &ListOffsetsPartition,
    isolation: Isolation,
) -> Result<Found, ErrorCode> {
    let special_since = match wanted.timestamp {
        MAX_TIMESTAMP => 7,
        EARLIEST_LOCAL => 8,
        LATEST_TIERED => 9,
        EARLIEST_PENDING_UPLOAD => 11,
        ..EARLIEST_PENDING_UPLOAD => i16::MAX,
        _ => 0,
    };
    if call.version < special_since {
        return Err(ErrorCode::UnsupportedVersion);
    }
    let partition = core.led(call.broker, key, wanted.current_leader_epoch)?;
    let end = partition.visible_end(isolation);
    match wanted.timestamp {
        LATEST => Ok(Found { offset: end, timestamp: -1, leader_epoch: partition.log.epochs().latest().unwrap_or(-1) }),
        EARLIEST | EARLIEST_LOCAL => {
            let offset = partition.log.log_start_offset();
            let leader_epoch = partition.log.epochs().epoch_of(offset).unwrap_or(-1);
            Ok(Found { offset, timestamp: -1, leader_epoch })
        }
        LATEST_TIERED | EARLIEST_PENDING_UPLOAD => Ok(NOT_FOUND),
        MAX_TIMESTAMP => {
            let found = partition.log.max_timestamp(turn.storage);
            report(core, call, key, found.map(|found| found.filter(|found| found.offset < end)))
        }
        timestamp => {
            let found = partition.log.offset_for_timestamp(turn.storage, timestamp, end);
            report(core, call, key, found)
        }
    }
}

fn report(
    core: &mut Core,
    call: &Call,
    key: TopicPartition,
    found: Result<Option<crate::log::FoundTimestamp>, crate::StorageError>,
) -> Result<Found, ErrorCode> {
    match found {
        Ok(Some(found)) => {
            Ok(Found { offset: found.offset, timestamp: found.timestamp, leader_epoch: found.leader_epoch })
        }
        Ok(None) => Ok(NOT_FOUND),
        Err(error) => Err(core.storage_failed(call.broker, key, error)),
    }
}

fn answer(version: i16, partition_index: i32, outcome: Result<Found, ErrorCode>) -> ListOffsetsPartitionResponse {
    let error_code = ErrorCode::of(&outcome).number();
    let found = outcome.unwrap_or(NOT_FOUND);
    let mut response = ListOffsetsPartitionResponse { partition_index, error_code, ..Default::default() };
    if version == 0 {
        response.old_style_offsets = if found.offset >= 0 { vec![found.offset] } else { Vec::new() };
    } else {
        response.timestamp = found.timestamp;
        response.offset = found.offset;
        if version >= 4 {
            response.leader_epoch = found.leader_epoch;
        }
    }
    response
}
