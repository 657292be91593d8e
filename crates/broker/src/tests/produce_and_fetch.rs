//! Records go in, come out, and are waited for.

use super::harness::{Bench, batch, bench, config, flipped};
use crate::config::Durability;
use crate::ids::ConnectionId;
use crate::{Input, MemoryStorage, Storage};
use bytes::Bytes;
use runnel_protocol::messages::fetch::{FetchPartition, FetchRequest, FetchResponse, FetchTopic};
use runnel_protocol::messages::init_producer_id::{InitProducerIdRequest, InitProducerIdResponse};
use runnel_protocol::messages::metadata::{MetadataRequest, MetadataRequestTopic, MetadataResponse};
use runnel_protocol::messages::produce::{PartitionProduceData, ProduceRequest, ProduceResponse, TopicProduceData};
use runnel_protocol::records::{self, BatchBuilder};
use runnel_protocol::{Chunks, ErrorCode};
use std::time::Duration;

pub(super) fn make_topic<S: Storage>(bench: &mut Bench<S>, client: ConnectionId, name: &str) {
    let topics = Some(vec![MetadataRequestTopic { name: Some(name.into()), ..Default::default() }]);
    let response: MetadataResponse = bench.ask(client, 9, MetadataRequest { topics, ..Default::default() });
    assert_eq!(response.topics[0].error_code, 0);
}

pub(super) fn produce_request(topic: &str, acks: i16, records: Bytes) -> ProduceRequest {
    ProduceRequest {
        acks,
        timeout_ms: 30_000,
        topic_data: vec![TopicProduceData {
            name: topic.into(),
            partition_data: vec![PartitionProduceData { index: 0, records: Some(Chunks::from(records)) }],
            ..Default::default()
        }],
        ..Default::default()
    }
}

pub(super) fn produce<S: Storage>(
    bench: &mut Bench<S>,
    client: ConnectionId,
    topic: &str,
    records: Bytes,
) -> Result<i64, ErrorCode> {
    let response: ProduceResponse = bench.ask(client, 9, produce_request(topic, -1, records));
    let partition = &response.responses[0].partition_responses[0];
    let code = ErrorCode::from_number(partition.error_code).unwrap();
    if code == ErrorCode::None { Ok(partition.base_offset) } else { Err(code) }
}

pub(super) fn fetch_request(topic: &str, offset: i64, max_wait_ms: i32) -> FetchRequest {
    FetchRequest {
        max_wait_ms,
        min_bytes: 1,
        max_bytes: 1 << 20,
        topics: vec![FetchTopic {
            topic: topic.into(),
            partitions: vec![FetchPartition {
                partition: 0,
                fetch_offset: offset,
                partition_max_bytes: 1 << 20,
                ..Default::default()
            }],
            ..Default::default()
        }],
        ..Default::default()
    }
}

/// The values that an answer holds, or its error.
pub(super) fn values(response: &FetchResponse) -> Result<Vec<String>, ErrorCode> {
    let partition = &response.responses[0].partitions[0];
    let code = ErrorCode::from_number(partition.error_code).unwrap();
    if code != ErrorCode::None {
        return Err(code);
    }
    let bytes = partition.records.as_ref().and_then(Chunks::as_bytes).unwrap();
    let mut found = Vec::new();
    for (_, range) in records::split(&bytes).ending_at_partial().map(Result::unwrap) {
        for record in records::iterate(&bytes.slice(range), 1 << 20).unwrap() {
            let record = record.unwrap();
            found.push(format!("{}:{}", record.offset, String::from_utf8_lossy(&record.value.unwrap())));
        }
    }
    Ok(found)
}

#[test]
fn records_come_out_as_they_went_in_with_their_offsets() {
    let mut bench = bench();
    let client = bench.connect();
    make_topic(&mut bench, client, "orders");
    assert_eq!(produce(&mut bench, client, "orders", batch(&["a", "b"])), Ok(0));
    assert_eq!(produce(&mut bench, client, "orders", batch(&["c"])), Ok(2));
    let response: FetchResponse = bench.ask(client, 11, fetch_request("orders", 0, 0));
    assert_eq!(values(&response).unwrap(), ["0:a", "1:b", "2:c"]);
    let middle: FetchResponse = bench.ask(client, 11, fetch_request("orders", 1, 0));
    assert_eq!(values(&middle).unwrap(), ["0:a", "1:b", "2:c"], "the whole batch comes; clients skip");
    let beyond: FetchResponse = bench.ask(client, 11, fetch_request("orders", 9, 0));
    assert_eq!(values(&beyond), Err(ErrorCode::OffsetOutOfRange));
}

#[test]
fn a_fetch_waits_for_a_record_and_later_requests_wait_behind_it() {
    let mut bench = bench();
    let (reader, writer) = (bench.connect(), bench.connect());
    make_topic(&mut bench, reader, "orders");
    bench.send(reader, 11, fetch_request("orders", 0, 5_000));
    bench.send(reader, 9, MetadataRequest { topics: Some(Vec::new()), ..Default::default() });
    assert!(bench.answer(reader).is_none());
    bench.wait(Duration::from_secs(1));
    assert_eq!(produce(&mut bench, writer, "orders", batch(&["a"])), Ok(0));
    let first = FetchResponse::try_from(bench.answer(reader).unwrap()).ok().unwrap();
    assert_eq!(values(&first).unwrap(), ["0:a"]);
    assert!(MetadataResponse::try_from(bench.answer(reader).unwrap()).is_ok());
}

#[test]
fn a_fetch_that_waits_in_vain_is_answered_with_no_records_when_its_time_is_over() {
    let mut bench = bench();
    let reader = bench.connect();
    make_topic(&mut bench, reader, "orders");
    bench.send(reader, 12, fetch_request("orders", 0, 500));
    bench.wait(Duration::from_millis(499));
    assert!(bench.answer(reader).is_none());
    bench.wait(Duration::from_millis(1));
    let response = FetchResponse::try_from(bench.answer(reader).unwrap()).ok().unwrap();
    let records = &response.responses[0].partitions[0].records;
    assert_eq!(records.as_ref().map(Chunks::size), Some(0), "empty, not null: librdkafka refuses null");
}

#[test]
fn a_batch_changed_on_the_way_is_refused() {
    let mut bench = bench();
    let client = bench.connect();
    make_topic(&mut bench, client, "orders");
    let good = batch(&["a"]);
    for at in [17, 30, good.len() - 1] {
        let outcome = produce(&mut bench, client, "orders", flipped(&good, at));
        assert_eq!(outcome, Err(ErrorCode::CorruptMessage), "byte {at}");
    }
    assert_eq!(produce(&mut bench, client, "orders", Bytes::new()), Err(ErrorCode::InvalidRecord));
}

#[test]
fn acks_0_gets_no_answer_and_a_failure_ends_the_connection() {
    let mut bench = bench();
    let client = bench.connect();
    make_topic(&mut bench, client, "orders");
    bench.send(client, 9, produce_request("orders", 0, batch(&["a"])));
    assert!(bench.answer(client).is_none());
    assert!(bench.closed.is_empty());
    bench.send(client, 9, produce_request("nowhere", 0, batch(&["a"])));
    assert!(bench.answer(client).is_none());
    assert!(bench.closed[&client].contains("UNKNOWN_TOPIC_OR_PARTITION"), "{:?}", bench.closed);
}

#[test]
fn a_batch_sent_again_is_answered_with_the_offset_that_it_has() {
    let mut bench = bench();
    let client = bench.connect();
    make_topic(&mut bench, client, "orders");
    let id: InitProducerIdResponse =
        bench.ask(client, 1, InitProducerIdRequest { transactional_id: None, ..Default::default() });
    assert_eq!((id.error_code, id.producer_id, id.producer_epoch), (0, 0, 0));
    let numbered = |sequence: i32| {
        let mut builder = BatchBuilder::new().producer(id.producer_id, id.producer_epoch, sequence);
        builder.append(1_700_000_000_000, None, Some(b"a"), &[]);
        builder.build()
    };
    for sequence in 0..6 {
        assert_eq!(produce(&mut bench, client, "orders", numbered(sequence)), Ok(i64::from(sequence)));
    }
    for sequence in 1..6 {
        assert_eq!(produce(&mut bench, client, "orders", numbered(sequence)), Ok(i64::from(sequence)));
    }
    let gap = produce(&mut bench, client, "orders", numbered(9));
    assert_eq!(gap, Err(ErrorCode::OutOfOrderSequenceNumber));
}

#[test]
fn with_fsync_always_the_answer_and_the_readers_wait_for_the_disk() {
    let mut settings = config(1);
    settings.durability = Durability::Always;
    let mut bench = Bench::open(settings, MemoryStorage::default());
    let (reader, writer) = (bench.connect(), bench.connect());
    make_topic(&mut bench, reader, "orders");
    bench.flush_at_once = false;
    bench.send(reader, 11, fetch_request("orders", 0, 60_000));
    for acks in [1, -1] {
        bench.send(writer, 9, produce_request("orders", acks, batch(&["a"])));
        assert!(bench.answer(writer).is_none(), "acks={acks}");
        assert!(bench.answer(reader).is_none());
        let (id, blobs) = bench.flushes.pop_front().expect("the disk is asked");
        assert!(!blobs.is_empty());
        bench.input(Input::Flushed { id, outcome: Ok(()) });
        assert!(bench.answer(writer).is_some(), "acks={acks}");
        assert!(bench.answer(reader).is_some());
        let next = if acks == 1 { 1 } else { 2 };
        bench.send(reader, 11, fetch_request("orders", next, 60_000));
    }
}
