//! Reading records, alone and as a group of one.

use super::{CallError, Connection, accepted, unexpected};
use bytes::Bytes;
use runnel_protocol::messages::fetch::{FetchPartition, FetchRequest, FetchTopic};
use runnel_protocol::messages::find_coordinator::FindCoordinatorRequest;
use runnel_protocol::messages::join_group::{JoinGroupRequest, JoinGroupRequestProtocol};
use runnel_protocol::messages::list_offsets::{ListOffsetsPartition, ListOffsetsRequest, ListOffsetsTopic};
use runnel_protocol::messages::sync_group::{SyncGroupRequest, SyncGroupRequestAssignment};
use runnel_protocol::records::{Record, iterate, split};
use runnel_protocol::{ApiKey, ErrorCode, Request, Response};
use std::collections::VecDeque;

/// The newest version of Fetch that names topics.
const FETCH: i16 = 12;

/// The most that one batch may decompress to.
const BATCH_SIZE_MAX: usize = 64 << 20;

/// Asks for the batches of one partition from an offset on.
fn request(topic: &str, partition: i32, offset: i64, size_max: i32, wait_ms: i32) -> Request {
    let partition = FetchPartition {
        partition,
        fetch_offset: offset,
        partition_max_bytes: size_max,
        last_fetched_epoch: -1,
        current_leader_epoch: -1,
        ..Default::default()
    };
    FetchRequest {
        replica_id: -1,
        max_wait_ms: wait_ms,
        min_bytes: 1,
        max_bytes: size_max,
        topics: vec![FetchTopic { topic: topic.into(), partitions: vec![partition], ..Default::default() }],
        ..Default::default()
    }
    .into()
}

fn fetched(response: Response) -> Result<Bytes, CallError> {
    let Response::Fetch(response) = response else {
        return Err(unexpected(&response));
    };
    accepted(response.error_code)?;
    let partition = response.responses.into_iter().flat_map(|topic| topic.partitions).next();
    let Some(partition) = partition else {
        return Ok(Bytes::new());
    };
    accepted(partition.error_code)?;
    let records = partition.records.unwrap_or_default();
    records.as_bytes().ok_or_else(|| CallError::Malformed("records in pieces".to_owned()))
}

/// Batches of one partition from an offset on, as they stand in the log; the first holds the offset.
///
/// # Errors
/// The broker's refusal, or a broken connection.
pub fn fetch(
    connection: &mut Connection,
    topic: &str,
    partition: i32,
    offset: i64,
    size_max: i32,
) -> Result<Bytes, CallError> {
    connection.send(FETCH, &request(topic, partition, offset, size_max, 500))?;
    fetched(connection.receive(ApiKey::Fetch, FETCH)?)
}

/// The offset after the last record of a partition.
///
/// # Errors
/// The broker's refusal, or a broken connection.
pub fn latest(connection: &mut Connection, topic: &str, partition: i32) -> Result<i64, CallError> {
    let partition = ListOffsetsPartition {
        partition_index: partition,
        current_leader_epoch: -1,
        timestamp: -1,
        ..Default::default()
    };
    let topics = vec![ListOffsetsTopic { name: topic.into(), partitions: vec![partition] }];
    let response = connection.call(7, ListOffsetsRequest { replica_id: -1, topics, ..Default::default() })?;
    let Response::ListOffsets(response) = response else {
        return Err(unexpected(&response));
    };
    let found = response.topics.into_iter().flat_map(|topic| topic.partitions).next();
    let found = found.ok_or_else(|| CallError::Malformed("an empty answer to ListOffsets".to_owned()))?;
    accepted(found.error_code)?;
    Ok(found.offset)
}

/// Reads every batch of a topic from the first offset to the end that it has now, with one request under way for each
/// partition, and returns how many bytes and records they were.
///
/// # Errors
/// The broker's refusal, a broken connection, or batches that are not whole.
pub fn drain(
    connection: &mut Connection,
    topic: &str,
    partitions: i32,
    size_max: i32,
) -> Result<(u64, u64), CallError> {
    let mut under_way = VecDeque::new();
    for partition in 0..partitions {
        let end = latest(connection, topic, partition)?;
        if end > 0 {
            under_way.push_back((partition, 0, end));
        }
    }
    for &(partition, from, _) in &under_way {
        connection.send(FETCH, &request(topic, partition, from, size_max, 500))?;
    }
    let (mut size, mut count) = (0, 0);
    while let Some((partition, from, end)) = under_way.pop_front() {
        let bytes = fetched(connection.receive(ApiKey::Fetch, FETCH)?)?;
        let mut next: i64 = from;
        for found in split(&bytes).ending_at_partial() {
            let (header, _) = found.map_err(|error| CallError::Malformed(error.to_string()))?;
            count += u64::try_from(header.records_count).unwrap_or(0);
            next = header.next_offset();
        }
        size += u64::try_from(bytes.len()).unwrap_or(0);
        if next < end {
            connection.send(FETCH, &request(topic, partition, next, size_max, 500))?;
            under_way.push_back((partition, next, end));
        }
    }
    Ok((size, count))
}

/// Every record of a partition from `from` up to the end that it has now, each checksum compared.
///
/// # Errors
/// The broker's refusal, a broken connection, or batches that are not whole.
pub fn fetch_all(
    connection: &mut Connection,
    topic: &str,
    partition: i32,
    from: i64,
) -> Result<Vec<Record>, CallError> {
    let end = latest(connection, topic, partition)?;
    let mut records = Vec::new();
    let mut next = from;
    while next < end {
        let bytes = fetch(connection, topic, partition, next, 8 << 20)?;
        for found in split(&bytes).with_checksums().ending_at_partial() {
            let (header, range) = found.map_err(|error| CallError::Malformed(error.to_string()))?;
            let batch = bytes.slice(range);
            for record in iterate(&batch, BATCH_SIZE_MAX).map_err(|error| CallError::Malformed(error.to_string()))? {
                let record = record.map_err(|error| CallError::Malformed(error.to_string()))?;
                if record.offset >= next && !header.attributes.is_control() {
                    records.push(record);
                }
            }
            next = header.next_offset();
        }
    }
    Ok(records)
}

/// Enters a group as its only member, takes all it is given, and returns once it may read: what a consumer does
/// between its start and its first fetch.
///
/// # Errors
/// The broker's refusal, or a broken connection. [`ErrorCode::CoordinatorNotAvailable`] and
/// [`ErrorCode::CoordinatorLoadInProgress`] pass.
pub fn join(connection: &mut Connection, group: &str, topic: &str) -> Result<(), CallError> {
    let find = FindCoordinatorRequest { key: group.into(), ..Default::default() };
    let response = connection.call(3, find)?;
    let Response::FindCoordinator(response) = response else {
        return Err(unexpected(&response));
    };
    accepted(response.error_code)?;
    let mut join = JoinGroupRequest {
        group_id: group.into(),
        session_timeout_ms: 10_000,
        rebalance_timeout_ms: 10_000,
        protocol_type: "consumer".into(),
        protocols: vec![JoinGroupRequestProtocol { name: "range".into(), metadata: subscription(topic) }],
        ..Default::default()
    };
    let joined = loop {
        let response = connection.call(7, join.clone())?;
        let Response::JoinGroup(response) = response else {
            return Err(unexpected(&response));
        };
        match accepted(response.error_code) {
            Ok(()) => break response,
            Err(CallError::Refused(ErrorCode::MemberIdRequired)) => join.member_id = response.member_id,
            Err(error) => return Err(error),
        }
    };
    let mine = SyncGroupRequestAssignment { member_id: joined.member_id.clone(), assignment: assignment(topic) };
    let sync = SyncGroupRequest {
        group_id: group.into(),
        generation_id: joined.generation_id,
        member_id: joined.member_id,
        protocol_type: Some("consumer".into()),
        protocol_name: Some("range".into()),
        assignments: vec![mine],
        ..Default::default()
    };
    let response = connection.call(5, sync)?;
    let Response::SyncGroup(response) = response else {
        return Err(unexpected(&response));
    };
    accepted(response.error_code)
}

/// `ConsumerProtocolSubscription` v0: version, topics, user data.
fn subscription(topic: &str) -> Bytes {
    let mut bytes = vec![0, 0, 0, 0, 0, 1];
    write_name(&mut bytes, topic);
    bytes.extend([0xff; 4]);
    bytes.into()
}

/// `ConsumerProtocolAssignment` v0: version, topics with their partitions (partition 0 only), user data.
fn assignment(topic: &str) -> Bytes {
    let mut bytes = vec![0, 0, 0, 0, 0, 1];
    write_name(&mut bytes, topic);
    bytes.extend([0, 0, 0, 1, 0, 0, 0, 0]);
    bytes.extend([0xff; 4]);
    bytes.into()
}

fn write_name(bytes: &mut Vec<u8>, name: &str) {
    bytes.extend(i16::try_from(name.len()).expect("topic names are at most 249 bytes long").to_be_bytes());
    bytes.extend(name.as_bytes());
}
