//! Where a partition begins and ends, which record was written when, and where an epoch ended.

use super::client::{Memory, START, batch_at, code, create, unless_error};
use super::harness::{batch, bench, keyed_batch};
use super::membership::find_coordinator;
use super::produce_and_fetch::produce;
use super::restart::restart;
use crate::ids::ConnectionId;
use expect_test::expect;
use runnel_protocol::ErrorCode;
use runnel_protocol::messages::delete_records::{
    DeleteRecordsPartition, DeleteRecordsRequest, DeleteRecordsResponse, DeleteRecordsTopic,
};
use runnel_protocol::messages::list_offsets::{
    ListOffsetsPartition, ListOffsetsRequest, ListOffsetsResponse, ListOffsetsTopic,
};
use runnel_protocol::messages::offset_for_leader_epoch::{
    OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse, OffsetForLeaderPartition, OffsetForLeaderTopic,
};
use std::fmt::Write as _;

const NOWHERE: (ErrorCode, i64, i64, i32) = (ErrorCode::None, -1, -1, -1);

fn listing(topic: &str, partitions: Vec<ListOffsetsPartition>) -> ListOffsetsRequest {
    let topics = vec![ListOffsetsTopic { name: topic.into(), partitions }];
    ListOffsetsRequest { replica_id: -1, topics, ..Default::default() }
}

/// Error, timestamp, offset and leader epoch.
fn list(bench: &mut Memory, client: ConnectionId, version: i16, timestamp: i64) -> (ErrorCode, i64, i64, i32) {
    let partitions = vec![ListOffsetsPartition { timestamp, ..Default::default() }];
    let response: ListOffsetsResponse = bench.ask(client, version, listing("orders", partitions));
    let found = &response.topics[0].partitions[0];
    (code(found.error_code), found.timestamp, found.offset, found.leader_epoch)
}

/// `orders` with six records, at 1000, 3000, 2000, 2500 and two at 2600.
fn filled() -> (Memory, ConnectionId) {
    let mut bench = bench();
    let client = bench.connect();
    create(&mut bench, client, "orders", 1, &[]);
    for timestamp in [1_000, 3_000, 2_000, 2_500, 2_600, 2_600] {
        produce(&mut bench, client, "orders", batch_at(timestamp, "v")).unwrap();
    }
    (bench, client)
}

/// Pitfall 34: which question is known since when. What a real broker answers, column by column.
#[test]
fn each_special_timestamp_is_known_from_its_version_on() {
    let (mut bench, client) = filled();
    let mut table = String::new();
    for version in 1..=11 {
        let _ = write!(table, "v{version}:");
        for timestamp in [-1, -2, -3, -4, -5, -6, -7, 2_000] {
            let (error, time, offset, epoch) = list(&mut bench, client, version, timestamp);
            let _ = if error == ErrorCode::None {
                write!(table, " {timestamp}={offset}@{time}/{epoch}")
            } else {
                write!(table, " {timestamp}={}", error.number())
            };
        }
        table.push('\n');
    }
    expect![[r#"
        v1: -1=6@-1/-1 -2=0@-1/-1 -3=35 -4=35 -5=35 -6=35 -7=35 2000=1@3000/-1
        v2: -1=6@-1/-1 -2=0@-1/-1 -3=35 -4=35 -5=35 -6=35 -7=35 2000=1@3000/-1
        v3: -1=6@-1/-1 -2=0@-1/-1 -3=35 -4=35 -5=35 -6=35 -7=35 2000=1@3000/-1
        v4: -1=6@-1/0 -2=0@-1/0 -3=35 -4=35 -5=35 -6=35 -7=35 2000=1@3000/0
        v5: -1=6@-1/0 -2=0@-1/0 -3=35 -4=35 -5=35 -6=35 -7=35 2000=1@3000/0
        v6: -1=6@-1/0 -2=0@-1/0 -3=35 -4=35 -5=35 -6=35 -7=35 2000=1@3000/0
        v7: -1=6@-1/0 -2=0@-1/0 -3=1@3000/0 -4=35 -5=35 -6=35 -7=35 2000=1@3000/0
        v8: -1=6@-1/0 -2=0@-1/0 -3=1@3000/0 -4=0@-1/0 -5=35 -6=35 -7=35 2000=1@3000/0
        v9: -1=6@-1/0 -2=0@-1/0 -3=1@3000/0 -4=0@-1/0 -5=-1@-1/-1 -6=35 -7=35 2000=1@3000/0
        v10: -1=6@-1/0 -2=0@-1/0 -3=1@3000/0 -4=0@-1/0 -5=-1@-1/-1 -6=35 -7=35 2000=1@3000/0
        v11: -1=6@-1/0 -2=0@-1/0 -3=1@3000/0 -4=0@-1/0 -5=-1@-1/-1 -6=-1@-1/-1 -7=35 2000=1@3000/0
    "#]]
    .assert_eq(&table);
}

/// Pitfall 34: the first record at the time or later, in the order of offsets.
#[test]
fn a_time_finds_the_first_record_that_is_not_earlier() {
    let (mut bench, client) = filled();
    let mut at = |time| {
        let (error, timestamp, offset, _) = list(&mut bench, client, 11, time);
        assert_eq!(error, ErrorCode::None);
        (timestamp, offset)
    };
    for (time, found) in
        [(0, (1_000, 0)), (1_000, (1_000, 0)), (1_001, (3_000, 1)), (2_600, (3_000, 1)), (3_000, (3_000, 1))]
    {
        assert_eq!(at(time), found, "at {time}");
    }
    assert_eq!((at(3_001), at(-3)), ((-1, -1), (3_000, 1)));
}

#[test]
fn an_empty_partition_begins_and_ends_at_0_and_has_no_times() {
    let mut bench = bench();
    let client = bench.connect();
    create(&mut bench, client, "orders", 1, &[]);
    let (begin, end) = (list(&mut bench, client, 11, -2), list(&mut bench, client, 11, -1));
    assert_eq!((begin.0, begin.1, begin.2), (ErrorCode::None, -1, 0));
    assert_eq!((end.0, end.1, end.2), (ErrorCode::None, -1, 0));
    for timestamp in [-3, -5, -6, 0, 5] {
        assert_eq!(list(&mut bench, client, 11, timestamp), NOWHERE, "{timestamp}");
    }
    assert_eq!(list(&mut bench, client, 11, -7).0, ErrorCode::UnsupportedVersion);
}

#[test]
fn a_question_about_what_is_not_there_or_of_another_epoch_is_refused() {
    let (mut bench, client) = filled();
    let mut ask = |topic: &str, partition_index, current_leader_epoch| {
        let wanted =
            ListOffsetsPartition { partition_index, current_leader_epoch, timestamp: -1, ..Default::default() };
        let response: ListOffsetsResponse = bench.ask(client, 7, listing(topic, vec![wanted]));
        code(response.topics[0].partitions[0].error_code)
    };
    assert_eq!(ask("orders", 0, 0), ErrorCode::None);
    assert_eq!(ask("orders", 4, -1), ErrorCode::UnknownTopicOrPartition);
    assert_eq!(ask("orders", -1, -1), ErrorCode::UnknownTopicOrPartition);
    assert_eq!(ask("nowhere", 0, -1), ErrorCode::UnknownTopicOrPartition);
    assert_eq!(ask("orders", 0, 3), ErrorCode::UnknownLeaderEpoch);
    assert_eq!(ask("orders", 0, -3), ErrorCode::FencedLeaderEpoch);
}

/// Named twice, in one topic or in two entries of it: refused once, and others are answered.
#[test]
fn a_partition_that_is_named_twice_is_refused_once() {
    let (mut bench, client) = filled();
    let wanted = |partition_index, timestamp| ListOffsetsPartition { partition_index, timestamp, ..Default::default() };
    let mut ask = |request: ListOffsetsRequest| {
        let response: ListOffsetsResponse = bench.ask(client, 5, request);
        let partitions = response.topics.iter().flat_map(|topic| &topic.partitions);
        partitions.map(|found| (found.partition_index, code(found.error_code))).collect::<Vec<_>>()
    };
    let twice = ask(listing("orders", vec![wanted(0, -1), wanted(0, -2), wanted(5, -1)]));
    assert_eq!(twice, [(0, ErrorCode::InvalidRequest), (5, ErrorCode::UnknownTopicOrPartition)]);
    let mut request = listing("orders", vec![wanted(0, -1)]);
    request.topics.push(ListOffsetsTopic { name: "orders".into(), partitions: vec![wanted(0, -2)] });
    assert_eq!(ask(request), [(0, ErrorCode::InvalidRequest)]);
}

fn end_of_epoch(bench: &mut Memory, client: ConnectionId, epoch: i32, current: i32) -> (ErrorCode, i32, i64) {
    let partitions =
        vec![OffsetForLeaderPartition { partition: 0, leader_epoch: epoch, current_leader_epoch: current }];
    let topics = vec![OffsetForLeaderTopic { topic: "orders".into(), partitions }];
    let request = OffsetForLeaderEpochRequest { replica_id: -1, topics };
    let response: OffsetForLeaderEpochResponse = bench.ask(client, 4, request);
    let found = &response.topics[0].partitions[0];
    (code(found.error_code), found.leader_epoch, found.end_offset)
}

/// Pitfall 35, before and after a crash, which begins a new epoch.
#[test]
fn an_epoch_ends_where_the_next_begins() {
    let (mut bench, client) = filled();
    assert_eq!(end_of_epoch(&mut bench, client, 0, -1), (ErrorCode::None, 0, 6));
    for unknown in [-1, 1, 5] {
        assert_eq!(end_of_epoch(&mut bench, client, unknown, -1), (ErrorCode::None, -1, -1), "{unknown}");
    }
    assert_eq!(end_of_epoch(&mut bench, client, 0, 0).0, ErrorCode::None);
    assert_eq!(end_of_epoch(&mut bench, client, 0, 9), (ErrorCode::UnknownLeaderEpoch, -1, -1));
    assert_eq!(end_of_epoch(&mut bench, client, 0, -9), (ErrorCode::FencedLeaderEpoch, -1, -1));

    let mut bench = restart(bench, false);
    let client = bench.connect();
    produce(&mut bench, client, "orders", batch(&["later"])).unwrap();
    assert_eq!(end_of_epoch(&mut bench, client, 0, -1), (ErrorCode::None, 0, 6));
    assert_eq!(end_of_epoch(&mut bench, client, 1, -1), (ErrorCode::None, 1, 7));
    assert_eq!(end_of_epoch(&mut bench, client, 0, 0).0, ErrorCode::FencedLeaderEpoch);
    assert_eq!(list(&mut bench, client, 11, -2), (ErrorCode::None, -1, 0, 0));
    assert_eq!(list(&mut bench, client, 11, -1), (ErrorCode::None, -1, 7, 1));
}

fn delete_records(bench: &mut Memory, client: ConnectionId, topic: &str, offset: i64) -> Result<i64, ErrorCode> {
    let partitions = vec![DeleteRecordsPartition { partition_index: 0, offset }];
    let topics = vec![DeleteRecordsTopic { name: topic.into(), partitions }];
    let response: DeleteRecordsResponse = bench.ask(client, 2, DeleteRecordsRequest { topics, ..Default::default() });
    let deleted = &response.topics[0].partitions[0];
    unless_error(deleted.error_code, deleted.low_watermark)
}

/// Pitfall 61, step by step as a real broker answered.
#[test]
fn records_are_deleted_from_the_start_up_to_the_high_watermark() {
    let (mut bench, client) = filled();
    let steps = [(0, Ok(0)), (2, Ok(2)), (1, Ok(2)), (-2, Err(ErrorCode::OffsetOutOfRange))];
    let more = [(7, Err(ErrorCode::OffsetOutOfRange)), (2, Ok(2)), (-1, Ok(6)), (-1, Ok(6)), (6, Ok(6)), (0, Ok(6))];
    for (offset, outcome) in steps.into_iter().chain(more) {
        assert_eq!(delete_records(&mut bench, client, "orders", offset), outcome, "to {offset}");
    }
    assert_eq!(list(&mut bench, client, 11, -2).2, 6);
    assert_eq!(list(&mut bench, client, 11, -1).2, 6);
    assert_eq!(list(&mut bench, client, 11, 1_000), NOWHERE);
    produce(&mut bench, client, "orders", batch_at(77, "new")).unwrap();
    assert_eq!(list(&mut bench, client, 11, 0), (ErrorCode::None, 77, 6, 0));
}

/// Pitfall 61: where records are kept by key, none may be deleted by offset, unless they go by age as well.
#[test]
fn a_compacted_topic_keeps_its_records() {
    let mut bench = bench();
    let client = bench.connect();
    for (topic, policy) in [("latest", "compact"), ("both", "compact,delete")] {
        create(&mut bench, client, topic, 1, &[("cleanup.policy", policy)]);
        produce(&mut bench, client, topic, keyed_batch(&[("k", "v")])).unwrap();
    }
    assert_eq!(delete_records(&mut bench, client, "latest", 1), Err(ErrorCode::PolicyViolation));
    assert_eq!(delete_records(&mut bench, client, "both", 1), Ok(1));
    assert_eq!(delete_records(&mut bench, client, "nowhere", 1), Err(ErrorCode::UnknownTopicOrPartition));
    find_coordinator(&mut bench, client, "billing");
    assert_eq!(delete_records(&mut bench, client, "__consumer_offsets", 0), Err(ErrorCode::InvalidTopicException));
}

#[test]
fn what_was_deleted_stays_deleted_after_a_restart() {
    for cleanly in [true, false] {
        let (mut bench, client) = filled();
        delete_records(&mut bench, client, "orders", 4).unwrap();
        let mut bench = restart(bench, cleanly);
        let client = bench.connect();
        assert_eq!(list(&mut bench, client, 11, -2).2, 4, "clean: {cleanly}");
        assert_eq!(produce(&mut bench, client, "orders", batch_at(START, "v")), Ok(6));
    }
}
