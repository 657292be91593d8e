//! What readers get: how much, in which order, when, and what they are told where nothing can be read.

use super::client::{Memory, code, create, delete, fetch_many, sizes};
use super::harness::{batch, bench};
use super::produce_and_fetch::{fetch_request, produce, produce_request, values};
use crate::ids::ConnectionId;
use runnel_protocol::ErrorCode;
use runnel_protocol::messages::delete_records::{
    DeleteRecordsPartition, DeleteRecordsRequest, DeleteRecordsResponse, DeleteRecordsTopic,
};
use runnel_protocol::messages::fetch::{FetchPartition, FetchRequest, FetchResponse, FetchTopic};
use runnel_protocol::messages::metadata::{MetadataRequest, MetadataResponse};
use runnel_protocol::messages::produce::ProduceResponse;
use std::time::Duration;
use uuid::Uuid;

const LARGE: i32 = 1 << 20;

/// Bytes of each batch of [`filled`].
const BATCH: i32 = 171;

/// `orders` with three partitions: 0 holds three batches of [`BATCH`] bytes, 1 holds two, 2 is empty.
fn filled() -> (Memory, ConnectionId, Uuid) {
    let mut bench = bench();
    let client = bench.connect();
    let id = create(&mut bench, client, "orders", 3, &[]);
    for partition in [0, 0, 0, 1, 1] {
        let records = batch(&[&"v".repeat(101)]);
        assert_eq!(records.len(), 171);
        let mut request = produce_request("orders", -1, records);
        request.topic_data[0].partition_data[0].index = partition;
        let response: ProduceResponse = bench.ask(client, 9, request);
        assert_eq!(response.responses[0].partition_responses[0].error_code, 0);
    }
    (bench, client, id)
}

fn parts(bench: &mut Memory, client: ConnectionId, partitions: &[i32], each: i32, all: i32) -> Vec<(i32, usize)> {
    let response: FetchResponse = bench.ask(client, 12, fetch_many("orders", partitions, each, all));
    sizes(&response).into_iter().map(|(partition, _, size)| (partition, size)).collect()
}

/// Pitfalls 25 and 71, KIP-74.
#[test]
fn the_first_batch_comes_whole_however_small_the_limits() {
    let (mut bench, client, _) = filled();
    for limit in [0, 1, 10, BATCH - 1, BATCH] {
        assert_eq!(parts(&mut bench, client, &[0], limit, LARGE), [(0, 171)], "of the partition: {limit}");
        assert_eq!(parts(&mut bench, client, &[0], LARGE, limit), [(0, 171)], "of the answer: {limit}");
    }
    assert_eq!(parts(&mut bench, client, &[0], BATCH + 1, LARGE), [(0, 172)], "later ones may be cut");
    assert_eq!(parts(&mut bench, client, &[0], LARGE, BATCH + 20), [(0, 191)]);
}

/// Pitfalls 25 and 26: what does not fit at the head of a later partition is left out, not cut.
#[test]
fn a_later_partitions_first_batch_comes_whole_or_not_at_all() {
    let (mut bench, client, _) = filled();
    for (all, first) in [(1, 171), (171, 171), (172, 172), (231, 231), (342, 342), (513, 513), (600, 513)] {
        assert_eq!(parts(&mut bench, client, &[0, 1], LARGE, all), [(0, first), (1, 0)], "{all}");
    }
    assert_eq!(parts(&mut bench, client, &[0, 1], LARGE, 513 + 171), [(0, 513), (1, 171)]);
    assert_eq!(parts(&mut bench, client, &[0, 1], 1, LARGE), [(0, 171), (1, 0)]);
    assert_eq!(parts(&mut bench, client, &[0, 1], BATCH, LARGE), [(0, 171), (1, 171)]);
    assert_eq!(parts(&mut bench, client, &[0, 1], BATCH + 1, LARGE), [(0, 172), (1, 172)]);
}

/// Pitfall 26: clients turn the order so that each partition has its turn.
#[test]
fn partitions_are_served_in_the_order_of_the_request() {
    let (mut bench, client, _) = filled();
    assert_eq!(parts(&mut bench, client, &[1, 2, 0], LARGE, BATCH), [(1, 171), (2, 0), (0, 0)]);
    assert_eq!(parts(&mut bench, client, &[2, 1, 0], LARGE, BATCH), [(2, 0), (1, 171), (0, 0)]);
    assert_eq!(parts(&mut bench, client, &[0, 0], LARGE, 1), [(0, 171)], "named twice, answered once");
}

#[test]
fn a_negative_limit_is_an_error_of_the_partition() {
    let (mut bench, client, _) = filled();
    let response: FetchResponse = bench.ask(client, 12, fetch_many("orders", &[0], -1, LARGE));
    assert_eq!(sizes(&response), [(0, ErrorCode::UnknownServerError, 0)]);
}

fn with(version_by_id: Option<Uuid>, change: impl Fn(&mut FetchRequest, &mut FetchPartition)) -> FetchRequest {
    let mut request = fetch_request("orders", 0, 0);
    if let Some(id) = version_by_id {
        request.topics[0] = FetchTopic { topic_id: id, ..std::mem::take(&mut request.topics[0]) };
        request.topics[0].topic = Default::default();
    }
    let mut partition = request.topics[0].partitions.remove(0);
    change(&mut request, &mut partition);
    request.topics[0].partitions = vec![partition];
    request
}

/// Pitfalls 23, 31 and 36, and what every version says of a partition.
#[test]
fn what_cannot_be_read_has_its_error_and_no_records() {
    let (mut bench, client, id) = filled();
    let mut ask = |version: i16, request: FetchRequest| {
        let mut response: FetchResponse = bench.ask(client, version, request);
        let partition = response.responses.remove(0).partitions.remove(0);
        assert_eq!(partition.records.map(|records| records.size()), Some(0), "empty, never null");
        let watermarks = (partition.high_watermark, partition.last_stable_offset, partition.log_start_offset);
        (code(partition.error_code), watermarks, partition.aborted_transactions.map(|list| list.len()))
    };
    let nothing = (-1, -1, -1);
    let offset = |offset: i64| with(None, move |_, partition| partition.fetch_offset = offset);
    assert_eq!(ask(12, offset(4)), (ErrorCode::OffsetOutOfRange, nothing, None));
    assert_eq!(ask(12, offset(-1)), (ErrorCode::OffsetOutOfRange, nothing, None));
    assert_eq!(ask(12, offset(3)), (ErrorCode::None, (3, 3, 0), None));
    let committed = with(None, |request, partition| (request.isolation_level, partition.fetch_offset) = (1, 3));
    assert_eq!(ask(12, committed), (ErrorCode::None, (3, 3, 0), Some(0)), "a list, if an empty one");
    let index = |index: i32| with(None, move |_, partition| partition.partition = index);
    assert_eq!(ask(12, index(9)), (ErrorCode::UnknownTopicOrPartition, nothing, Some(0)));
    assert_eq!(ask(12, index(-1)), (ErrorCode::UnknownTopicOrPartition, nothing, Some(0)));
    assert_eq!(ask(12, fetch_request("nowhere", 0, 0)), (ErrorCode::UnknownTopicOrPartition, nothing, Some(0)));
    let by_id = |id: Uuid| with(Some(id), |_, _| {});
    assert_eq!(ask(13, by_id(Uuid::from_u128(9))), (ErrorCode::UnknownTopicId, nothing, Some(0)));
    assert_eq!(ask(13, by_id(Uuid::nil())), (ErrorCode::UnknownTopicId, nothing, Some(0)));
    let at_end = with(Some(id), |_, partition| partition.fetch_offset = 3);
    assert_eq!(ask(18, at_end), (ErrorCode::None, (3, 3, 0), None));
}

/// Pitfall 35.
#[test]
fn a_reader_of_another_epoch_is_told_so() {
    let (mut bench, client, _) = filled();
    let mut ask = |current: i32, last: i32| {
        let request = with(None, |_, partition| {
            (partition.fetch_offset, partition.current_leader_epoch, partition.last_fetched_epoch) = (3, current, last);
        });
        let response: FetchResponse = bench.ask(client, 12, request);
        code(response.responses[0].partitions[0].error_code)
    };
    assert_eq!(ask(0, -1), ErrorCode::None);
    assert_eq!(ask(5, -1), ErrorCode::UnknownLeaderEpoch);
    assert_eq!(ask(-2, -1), ErrorCode::None, "here Kafka takes any negative number for none");
    assert_eq!(ask(-1, 0), ErrorCode::None);
    assert_eq!(ask(-1, 5), ErrorCode::OffsetOutOfRange, "an epoch that never was");
}

/// Pitfall 32, CVE-2018-1288: no client is taken for a follower.
#[test]
fn a_client_that_calls_itself_a_replica_gets_nothing() {
    let (mut bench, client, _) = filled();
    let mut ask = |replica_id| {
        let request = with(None, |request, _| request.replica_id = replica_id);
        let response: FetchResponse = bench.ask(client, 11, request);
        code(response.responses[0].partitions[0].error_code)
    };
    assert_eq!(ask(7), ErrorCode::NotLeaderOrFollower);
    assert_eq!(ask(-1), ErrorCode::None);
}

/// Pitfall 30: the table of what begins, continues and ends sessions, for a broker that grants none.
#[test]
fn each_fetch_stands_for_itself() {
    let (mut bench, client, _) = filled();
    let mut ask = |session_id, session_epoch| {
        let request =
            with(None, |request, _| (request.session_id, request.session_epoch) = (session_id, session_epoch));
        let response: FetchResponse = bench.ask(client, 12, request);
        assert_eq!(response.session_id, 0);
        (code(response.error_code), response.responses.len())
    };
    assert_eq!(ask(0, -1), (ErrorCode::None, 1));
    assert_eq!(ask(0, 0), (ErrorCode::None, 1), "a wish for a session may be declined");
    assert_eq!(ask(77, -1), (ErrorCode::None, 1));
    for (id, epoch) in [(0, 5), (77, 5), (0, -5)] {
        assert_eq!(ask(id, epoch), (ErrorCode::FetchSessionIdNotFound, 0), "({id}, {epoch})");
    }
}

/// Answers how long the Fetch waited, in steps of 100 ms.
fn waits(bench: &mut Memory, client: ConnectionId, request: FetchRequest) -> Duration {
    let began = bench.now;
    bench.send(client, 12, request);
    while bench.answer(client).is_none() {
        bench.wait(Duration::from_millis(100));
    }
    bench.now.since(began)
}

/// Pitfall 29. The same waits as on a real broker.
#[test]
fn a_fetch_waits_only_where_something_may_come() {
    let (mut bench, client, _) = filled();
    let request = |partitions: &[i32], min_bytes, max_wait_ms| {
        let mut request = fetch_many("orders", partitions, LARGE, LARGE);
        (request.min_bytes, request.max_wait_ms) = (min_bytes, max_wait_ms);
        request
    };
    let second = Duration::from_secs(1);
    assert_eq!(waits(&mut bench, client, request(&[2], 1, 1_000)), second);
    assert_eq!(waits(&mut bench, client, request(&[2], 0, 1_000)), Duration::ZERO, "nothing is enough");
    assert_eq!(waits(&mut bench, client, request(&[0], LARGE, 1_000)), second, "too little is there");
    assert_eq!(waits(&mut bench, client, request(&[2], 1, -1)), Duration::ZERO);
    assert_eq!(waits(&mut bench, client, request(&[], 1, 1_000)), Duration::ZERO);
    assert_eq!(waits(&mut bench, client, request(&[9], 1, 1_000)), Duration::ZERO, "nothing will come");
    assert_eq!(waits(&mut bench, client, request(&[2, 9], 1, 1_000)), second, "what is there may still grow");
    let mut beyond = request(&[2], 1, 1_000);
    beyond.topics[0].partitions[0].fetch_offset = 7;
    assert_eq!(waits(&mut bench, client, beyond), Duration::ZERO, "an error is told at once");
}

#[test]
fn a_fetch_waits_until_there_are_as_many_bytes_as_it_wants() {
    let (mut bench, reader, _) = filled();
    let writer = bench.connect();
    let mut request = fetch_many("orders", &[2], LARGE, LARGE);
    (request.min_bytes, request.max_wait_ms) = (150, 60_000);
    bench.send(reader, 12, request);
    for enough in [false, false, true] {
        let mut request = produce_request("orders", 1, batch(&["a"]));
        request.topic_data[0].partition_data[0].index = 2;
        let _: ProduceResponse = bench.ask(writer, 9, request);
        assert_eq!(bench.raw_answer(reader).is_some(), enough);
    }
}

/// Pitfall 29: whoever waits for what is deleted is told so at once, also by id.
#[test]
fn a_fetch_that_waits_for_a_topic_is_answered_when_the_topic_goes() {
    for version in [12, 17] {
        let (mut bench, reader, id) = filled();
        let other = bench.connect();
        let mut request = with((version > 12).then_some(id), |_, partition| partition.partition = 2);
        request.max_wait_ms = 60_000;
        bench.send(reader, version, request);
        assert!(bench.cluster.is_busy(reader));
        delete(&mut bench, other, "orders");
        let response = FetchResponse::try_from(bench.answer(reader).unwrap()).ok().unwrap();
        let error = code(response.responses[0].partitions[0].error_code);
        assert_eq!(error, ErrorCode::UnknownTopicOrPartition, "version {version}");
        assert_eq!(bench.cluster.purgatory_size(), 0);
    }
}

/// Pitfall 24.
#[test]
fn an_offset_in_the_middle_of_a_batch_brings_the_whole_batch() {
    let mut bench = bench();
    let client = bench.connect();
    create(&mut bench, client, "orders", 1, &[]);
    produce(&mut bench, client, "orders", batch(&["a", "b", "c"])).unwrap();
    produce(&mut bench, client, "orders", batch(&["d"])).unwrap();
    for offset in 0..3 {
        let response: FetchResponse = bench.ask(client, 12, fetch_request("orders", offset, 0));
        assert_eq!(values(&response).unwrap(), ["0:a", "1:b", "2:c", "3:d"], "from {offset}");
    }
    let response: FetchResponse = bench.ask(client, 12, fetch_request("orders", 3, 0));
    assert_eq!(values(&response).unwrap(), ["3:d"]);
}

/// Pitfall 36.
#[test]
fn what_was_deleted_from_the_start_is_out_of_range() {
    let (mut bench, client, _) = filled();
    let partitions = vec![DeleteRecordsPartition { partition_index: 0, offset: 2 }];
    let topics = vec![DeleteRecordsTopic { name: "orders".into(), partitions }];
    let deleted: DeleteRecordsResponse = bench.ask(client, 2, DeleteRecordsRequest { topics, ..Default::default() });
    assert_eq!(deleted.topics[0].partitions[0].low_watermark, 2);
    let mut ask = |offset| {
        let response: FetchResponse = bench.ask(client, 12, fetch_request("orders", offset, 0));
        let partition = &response.responses[0].partitions[0];
        (code(partition.error_code), partition.log_start_offset)
    };
    assert_eq!(ask(1), (ErrorCode::OffsetOutOfRange, -1));
    assert_eq!(ask(2), (ErrorCode::None, 2));
}

/// Pitfall 64: nothing is throttled, and nobody is told to wait.
#[test]
fn nobody_is_told_to_slow_down() {
    let (mut bench, client, _) = filled();
    let fetched: FetchResponse = bench.ask(client, 12, fetch_request("orders", 0, 0));
    let produced: ProduceResponse = bench.ask(client, 9, produce_request("orders", -1, batch(&["a"])));
    let metadata: MetadataResponse = bench.ask(client, 9, MetadataRequest { topics: None, ..Default::default() });
    assert_eq!([fetched.throttle_time_ms, produced.throttle_time_ms, metadata.throttle_time_ms], [0; 3]);
}
