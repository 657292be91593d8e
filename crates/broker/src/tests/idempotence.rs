//! Producers that number their batches: nothing is written twice, nothing out of order.

use super::brokers;
use super::client::{Memory, START, code, create, produce_to, unless_error};
use super::harness::{Bench, bench, config};
use super::produce_and_fetch::produce;
use super::restart::restart;
use crate::MemoryStorage;
use crate::ids::ConnectionId;
use bytes::Bytes;
use runnel_protocol::ErrorCode;
use runnel_protocol::messages::init_producer_id::{InitProducerIdRequest, InitProducerIdResponse};
use runnel_protocol::records::BatchBuilder;
use std::collections::BTreeSet;
use std::time::Duration;

fn init(bench: &mut Memory, client: ConnectionId) -> i64 {
    let request = InitProducerIdRequest { transactional_id: None, ..Default::default() };
    let response: InitProducerIdResponse = bench.ask(client, 4, request);
    assert_eq!((response.error_code, response.producer_epoch), (0, 0));
    response.producer_id
}

fn numbered(producer: i64, epoch: i16, sequence: i32, count: usize) -> Bytes {
    let mut builder = BatchBuilder::new().producer(producer, epoch, sequence);
    (0..count).for_each(|_| builder.append(START, None, Some(b"v"), &[]));
    builder.build()
}

/// Pitfalls 48 and 50. What a broker of 4.3.0 answers to the same batches, step by step.
#[test]
fn the_last_five_batches_are_known_and_answered_with_the_offsets_that_they_have() {
    let mut bench = bench();
    let client = bench.connect();
    create(&mut bench, client, "orders", 1, &[]);
    let id = init(&mut bench, client);
    let mut send = |epoch, sequence, count| {
        let response = produce_to(&mut bench, client, 9, "orders", numbered(id, epoch, sequence, count));
        unless_error(response.error_code, (response.base_offset, response.log_append_time_ms))
            .map_err(|error| (error, response.log_start_offset))
    };
    assert_eq!(send(0, 3, 1), Ok((0, -1)), "whoever is not known may begin anywhere");
    for (sequence, offset) in (4..10).zip(1..) {
        assert_eq!(send(0, sequence, 1), Ok((offset, -1)));
    }
    for sequence in [3, 4] {
        assert_eq!(send(0, sequence, 1), Err((ErrorCode::OutOfOrderSequenceNumber, 0)), "too long ago");
    }
    for (sequence, offset) in (5..10).zip(2..) {
        assert_eq!(send(0, sequence, 1), Ok((offset, START)), "a duplicate tells the time of the first");
    }
    assert_eq!(send(0, 12, 1), Err((ErrorCode::OutOfOrderSequenceNumber, 0)));
    assert_eq!(send(1, 5, 1), Err((ErrorCode::OutOfOrderSequenceNumber, 0)), "an epoch begins at 0");
    assert_eq!(send(1, 0, 1), Ok((7, -1)));
    assert_eq!(send(0, 10, 1), Err((ErrorCode::InvalidProducerEpoch, 0)));
    assert_eq!(send(1, 1, 2), Ok((8, -1)));
    assert_eq!(send(1, 2, 1), Err((ErrorCode::OutOfOrderSequenceNumber, 0)), "half of a batch is no duplicate");
    assert_eq!(send(1, 1, 2), Ok((8, START)));
}

#[test]
fn sequences_go_on_at_0_after_the_largest() {
    let mut bench = bench();
    let client = bench.connect();
    create(&mut bench, client, "orders", 1, &[]);
    let id = init(&mut bench, client);
    assert_eq!(produce(&mut bench, client, "orders", numbered(id, 0, i32::MAX, 1)), Ok(0));
    assert_eq!(produce(&mut bench, client, "orders", numbered(id, 0, 0, 1)), Ok(1));
}

#[test]
fn a_producers_question_for_a_number_is_checked_as_kafka_does() {
    let mut bench = bench();
    let client = bench.connect();
    let mut ask = |transactional_id: Option<&str>, producer_id, producer_epoch| {
        let transactional_id = transactional_id.map(Into::into);
        let request = InitProducerIdRequest { transactional_id, producer_id, producer_epoch, ..Default::default() };
        let response: InitProducerIdResponse = bench.ask(client, 4, request);
        (code(response.error_code), response.producer_id >= 0)
    };
    assert_eq!(ask(None, 5, -1), (ErrorCode::InvalidRequest, false));
    assert_eq!(ask(None, -1, 2), (ErrorCode::InvalidRequest, false));
    assert_eq!(ask(None, 5, 2), (ErrorCode::None, true), "without transactions it is a new number");
    assert_eq!(ask(Some(""), -1, -1), (ErrorCode::InvalidRequest, false));
    assert_eq!(ask(Some("payments"), -1, -1), (ErrorCode::UnsupportedVersion, false));
}

#[test]
fn no_number_is_given_twice_not_by_two_brokers_nor_after_a_restart() {
    let mut bench = Bench::open(config(3), MemoryStorage::default());
    let mut given = BTreeSet::new();
    for broker in 1..=3 {
        let client = bench.connect_to(broker);
        for _ in 0..1_200 {
            assert!(given.insert(init(&mut bench, client)));
        }
    }
    for cleanly in [true, false] {
        let Bench { mut cluster, now, .. } = bench;
        if cleanly {
            cluster.close(now).unwrap();
            cluster.mark_clean(now).unwrap();
        }
        bench = Bench::open_at(config(3), cluster.storage().clone(), crate::Timestamp(now.0 + 1));
        for broker in 1..=3 {
            let client = bench.connect_to(broker);
            assert!(given.insert(init(&mut bench, client)), "clean: {cleanly}, broker {broker}");
        }
    }
}

/// As with Kafka, whose snapshot keeps the last batch of each producer.
#[test]
fn the_last_batch_is_known_after_a_restart_clean_or_not() {
    for cleanly in [true, false] {
        let mut bench = bench();
        let client = bench.connect();
        create(&mut bench, client, "orders", 1, &[]);
        let id = init(&mut bench, client);
        for sequence in 0..3 {
            produce(&mut bench, client, "orders", numbered(id, 0, sequence, 1)).unwrap();
        }
        let mut bench = restart(bench, cleanly);
        let client = bench.connect();
        assert_eq!(produce(&mut bench, client, "orders", numbered(id, 0, 2, 1)), Ok(2), "clean: {cleanly}");
        assert_eq!(produce(&mut bench, client, "orders", numbered(id, 0, 3, 1)), Ok(3));
        let gap = produce(&mut bench, client, "orders", numbered(id, 0, 9, 1));
        assert_eq!(gap, Err(ErrorCode::OutOfOrderSequenceNumber));
    }
}

#[test]
fn sequences_go_on_after_a_broker_crashed() {
    let (mut bench, _) = brokers::two();
    let records = |sequence| {
        let mut builder = BatchBuilder::new().producer(77, 0, sequence);
        builder.append(START, None, Some(b"v"), &[]);
        builder.build()
    };
    let at_two = bench.connect_to(2);
    assert_eq!(produce(&mut bench, at_two, "orders", records(0)), Ok(0));
    assert_eq!(produce(&mut bench, at_two, "orders", records(1)), Ok(1));
    brokers::stop(&mut bench, 2, false);
    bench.wait(Duration::from_secs(9));
    brokers::start(&mut bench, 2);
    let at_two = bench.connect_to(2);
    assert_eq!(produce(&mut bench, at_two, "orders", records(1)), Ok(1), "a batch that came before is known");
    assert_eq!(produce(&mut bench, at_two, "orders", records(5)), Err(ErrorCode::OutOfOrderSequenceNumber));
    assert_eq!(produce(&mut bench, at_two, "orders", records(2)), Ok(2));
}
