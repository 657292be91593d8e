//! What producers may send, and what they are told. The answers are those that a broker of 4.3.0 gave to the same bytes.

use super::client::{Memory, START, batch_at, code, create, produce_to, with_settings};
use super::harness::{Bench, batch, bench, config, flipped, keyed_batch};
use super::produce_and_fetch::{fetch_request, produce, produce_request};
use crate::config::{ClusterConfig, Profile};
use crate::ids::ConnectionId;
use crate::{Input, MemoryStorage};
use bytes::{Bytes, BytesMut};
use runnel_protocol::ErrorCode;
use runnel_protocol::messages::fetch::FetchResponse;
use runnel_protocol::messages::find_coordinator::{FindCoordinatorRequest, FindCoordinatorResponse};
use runnel_protocol::messages::produce::{PartitionProduceData, PartitionProduceResponse, ProduceResponse};
use runnel_protocol::records::{BatchBuilder, BatchHeader, Compression, TimestampType};

fn kafka() -> Memory {
    Bench::open(ClusterConfig { profile: Profile::Kafka, ..config(1) }, MemoryStorage::default())
}

/// The batch with other bytes at a place, and a checksum that fits.
fn forged(batch: &Bytes, at: usize, with: &[u8]) -> Bytes {
    let mut bytes = BytesMut::from(&batch[..]);
    bytes[at..at + with.len()].copy_from_slice(with);
    let crc = crc32c::crc32c(&bytes[21..]);
    bytes[17..21].copy_from_slice(&crc.to_be_bytes());
    bytes.freeze()
}

fn outcome(response: &PartitionProduceResponse) -> (ErrorCode, i64, i64) {
    (code(response.error_code), response.base_offset, response.log_start_offset)
}

const LAST_OFFSET_DELTA: usize = 23;
const COUNT: usize = 57;

/// Pitfalls 14, 15 and 74: code, and whether the log's start is told.
#[test]
fn a_batch_that_is_none_is_refused_with_kafkas_code() {
    let mut bench = bench();
    let client = bench.connect();
    create(&mut bench, client, "orders", 1, &[]);
    let good = batch(&["a"]);
    let two = [&good[..], &good[..]].concat();
    let numbered = |sequence| {
        let mut builder = BatchBuilder::new().producer(5, 0, sequence);
        builder.append(START, None, Some(b"a"), &[]);
        builder.build()
    };
    let mut control = BatchBuilder::new().control();
    control.append(START, Some(&[0, 0, 0, 1]), Some(&[0, 0, 0, 0, 0, 0]), &[]);
    let cases: Vec<(&str, Bytes, ErrorCode, i64)> = vec![
        ("nothing", Bytes::new(), ErrorCode::InvalidRecord, -1),
        ("two batches", two.into(), ErrorCode::InvalidRecord, -1),
        ("cut", good.slice(..good.len() - 3), ErrorCode::InvalidRecord, -1),
        ("ten bytes", good.slice(..10), ErrorCode::InvalidRecord, -1),
        ("thirty zeros behind", [&good[..], &[0; 30]].concat().into(), ErrorCode::CorruptMessage, -1),
        ("checksum", flipped(&good, good.len() - 1), ErrorCode::CorruptMessage, -1),
        ("magic 1", forged(&good, 16, &[1]), ErrorCode::InvalidRecord, -1),
        ("magic 3", forged(&good, 16, &[3]), ErrorCode::CorruptMessage, -1),
        ("length 5", forged(&good, 8, &5_i32.to_be_bytes()), ErrorCode::CorruptMessage, -1),
        ("length 20", forged(&good, 8, &20_i32.to_be_bytes()), ErrorCode::CorruptMessage, -1),
        ("length -5", forged(&good, 8, &(-5_i32).to_be_bytes()), ErrorCode::CorruptMessage, -1),
        ("count", forged(&good, COUNT, &2_i32.to_be_bytes()), ErrorCode::InvalidRecord, 0),
        ("last offset", forged(&good, LAST_OFFSET_DELTA, &1_i32.to_be_bytes()), ErrorCode::InvalidRecord, 0),
        ("no records", forged(&good, COUNT, &0_i32.to_be_bytes()), ErrorCode::InvalidRecord, 0),
        ("count -1", forged(&good, COUNT, &(-1_i32).to_be_bytes()), ErrorCode::InvalidRecord, 0),
        ("control", control.build(), ErrorCode::InvalidRecord, 0),
        ("base offset 5", forged(&good, 0, &5_i64.to_be_bytes()), ErrorCode::InvalidRecord, 0),
        ("codec 5", forged(&good, 21, &5_i16.to_be_bytes()), ErrorCode::UnknownServerError, 0),
        ("sequence -1", forged(&numbered(0), 53, &(-1_i32).to_be_bytes()), ErrorCode::InvalidRecord, 0),
    ];
    for (what, records, error, log_start_offset) in cases {
        let response = produce_to(&mut bench, client, 9, "orders", records);
        assert_eq!(outcome(&response), (error, -1, log_start_offset), "{what}");
    }
    let trailing = [&good[..], b"abc"].concat();
    let response = produce_to(&mut bench, client, 9, "orders", trailing.into());
    assert_eq!(outcome(&response), (ErrorCode::None, 0, 0), "a few bytes behind the batch are left alone");
}

/// Pitfall 17: what only a look at every record shows.
#[test]
fn the_kafka_profile_looks_at_every_record_and_the_dev_profile_at_the_header() {
    let two_of_one =
        forged(&forged(&batch(&["a"]), COUNT, &2_i32.to_be_bytes()), LAST_OFFSET_DELTA, &1_i32.to_be_bytes());
    let rubbish = forged(&batch(&["a"]), 21, &1_i16.to_be_bytes());
    let mut kafka = kafka();
    let client = kafka.connect();
    create(&mut kafka, client, "orders", 1, &[]);
    let response = produce_to(&mut kafka, client, 9, "orders", two_of_one.clone());
    assert_eq!(outcome(&response), (ErrorCode::InvalidRecord, -1, 0));
    let response = produce_to(&mut kafka, client, 9, "orders", rubbish.clone());
    assert_eq!(outcome(&response), (ErrorCode::UnknownServerError, -1, 0), "rubbish under a codec");

    let mut dev = bench();
    let client = dev.connect();
    create(&mut dev, client, "orders", 1, &[]);
    assert_eq!(produce(&mut dev, client, "orders", two_of_one), Ok(0));
    assert_eq!(produce(&mut dev, client, "orders", rubbish), Ok(2));
}

/// Pitfall 16: offset and epoch are the broker's, all else comes out as it went in.
#[test]
fn only_offset_and_leader_epoch_are_written_into_a_batch() {
    let mut bench = bench();
    let client = bench.connect();
    create(&mut bench, client, "orders", 1, &[]);
    for codec in [Compression::None, Compression::Gzip, Compression::Snappy, Compression::Lz4, Compression::Zstd] {
        let mut builder = BatchBuilder::new().compression(codec);
        builder.append(START, Some(b"k"), Some(&[7; 200]), &[]);
        let sent = builder.build();
        let offset = produce(&mut bench, client, "orders", sent.clone()).unwrap();
        let mut response: FetchResponse = bench.ask(client, 12, fetch_request("orders", offset, 0));
        let got = response.responses[0].partitions[0].records.take().unwrap().as_bytes().unwrap();
        assert_eq!(got[..8], offset.to_be_bytes());
        assert_eq!((&got[8..12], &got[12..16]), (&sent[8..12], &[0; 4][..]));
        assert_eq!(got[16..], sent[16..], "{codec:?}");
    }
}

/// Pitfall 18, with the answer's shape in old versions.
#[test]
fn a_record_without_a_key_is_refused_by_name_on_a_compacted_topic() {
    let mut bench = bench();
    let client = bench.connect();
    create(&mut bench, client, "latest", 1, &[("cleanup.policy", "compact")]);
    let records = keyed_batch(&[("", "v"), ("k", "v"), ("", "w")]);
    let response = produce_to(&mut bench, client, 9, "latest", records.clone());
    assert_eq!(outcome(&response), (ErrorCode::InvalidRecord, -1, 0));
    let faults: Vec<_> = response
        .record_errors
        .iter()
        .map(|fault| (fault.batch_index, fault.batch_index_error_message.as_deref().unwrap()))
        .collect();
    let message = "Compacted topic cannot accept message without key in topic partition latest-0";
    assert_eq!(faults, [(0, message), (2, message)]);
    let why = response.error_message.unwrap_or_default();
    assert!(why.starts_with("One or more records have been rejected due to 2 record errors in total, "), "{why}");
    let response = produce_to(&mut bench, client, 7, "latest", records);
    assert_eq!(outcome(&response), (ErrorCode::InvalidRecord, -1, 0));
    assert!(response.record_errors.is_empty());
    assert_eq!(produce(&mut bench, client, "latest", keyed_batch(&[("k", "v")])), Ok(0));
}

/// Pitfall 19.
#[test]
fn a_batch_above_the_topics_limit_is_too_large() {
    let mut bench = bench();
    let client = bench.connect();
    create(&mut bench, client, "small", 1, &[("max.message.bytes", "100")]);
    let response = produce_to(&mut bench, client, 9, "small", batch(&[&"v".repeat(100)]));
    assert_eq!(outcome(&response), (ErrorCode::MessageTooLarge, -1, -1));
    assert_eq!(produce(&mut bench, client, "small", batch(&["v"])), Ok(0));
}

/// Pitfall 22, KIP-110.
#[test]
fn zstd_wants_version_7() {
    let mut bench = bench();
    let client = bench.connect();
    create(&mut bench, client, "orders", 1, &[]);
    let mut builder = BatchBuilder::new().compression(Compression::Zstd);
    builder.append(START, None, Some(b"a"), &[]);
    let records = builder.build();
    let response = produce_to(&mut bench, client, 6, "orders", records.clone());
    assert_eq!(outcome(&response), (ErrorCode::UnsupportedCompressionType, -1, -1));
    assert_eq!(code(produce_to(&mut bench, client, 7, "orders", records).error_code), ErrorCode::None);
}

/// Pitfall 20: only a topic with a codec of its own has batches packed anew.
#[test]
fn a_topic_with_a_codec_of_its_own_packs_batches_anew() {
    let mut bench = bench();
    let client = bench.connect();
    for (topic, codec) in [("gz", "gzip"), ("plain", "uncompressed"), ("as-sent", "producer")] {
        create(&mut bench, client, topic, 1, &[("compression.type", codec)]);
    }
    let mut stored = |topic: &str| {
        let mut builder = BatchBuilder::new().compression(Compression::Snappy);
        (0..3).for_each(|_| builder.append(START, None, Some(&[7; 100]), &[]));
        produce(&mut bench, client, topic, builder.build()).unwrap();
        let mut response: FetchResponse = bench.ask(client, 12, fetch_request(topic, 0, 0));
        let bytes = response.responses[0].partitions[0].records.take().unwrap().as_bytes().unwrap();
        BatchHeader::check(&bytes).expect("the checksum fits");
        let header = BatchHeader::read(&bytes).unwrap();
        (header.attributes.compression().unwrap(), header.records_count)
    };
    assert_eq!(stored("gz"), (Compression::Gzip, 3));
    assert_eq!(stored("plain"), (Compression::None, 3));
    assert_eq!(stored("as-sent"), (Compression::Snappy, 3));
}

/// Pitfall 28.
#[test]
fn a_topic_that_keeps_its_own_time_stamps_batches_and_says_so() {
    let mut bench = bench();
    let client = bench.connect();
    create(&mut bench, client, "logged", 1, &[("message.timestamp.type", "LogAppendTime")]);
    bench.wait(std::time::Duration::from_secs(5));
    let response = produce_to(&mut bench, client, 9, "logged", batch_at(5, "a"));
    assert_eq!((code(response.error_code), response.log_append_time_ms), (ErrorCode::None, START + 5_000));
    let mut fetched: FetchResponse = bench.ask(client, 12, fetch_request("logged", 0, 0));
    let bytes = fetched.responses[0].partitions[0].records.take().unwrap().as_bytes().unwrap();
    BatchHeader::check(&bytes).expect("the checksum was made anew");
    let header = BatchHeader::read(&bytes).unwrap();
    assert_eq!(header.attributes.timestamp_type(), TimestampType::LogAppendTime);
    assert_eq!(header.max_timestamp, START + 5_000);
}

#[test]
fn a_timestamp_far_in_the_future_is_refused_record_by_record() {
    let mut bench = bench();
    let client = bench.connect();
    create(&mut bench, client, "orders", 1, &[]);
    let response = produce_to(&mut bench, client, 9, "orders", batch_at(START + 2 * 3_600_000, "late"));
    assert_eq!(outcome(&response), (ErrorCode::InvalidTimestamp, -1, 0));
    assert_eq!(response.record_errors[0].batch_index, 0);
    let message = "One or more records have been rejected due to invalid timestamp";
    assert_eq!(response.error_message.as_deref(), Some(message));
    for timestamp in [-1, 5, START + 3_000_000] {
        produce(&mut bench, client, "orders", batch_at(timestamp, "fine")).unwrap();
    }
}

/// As Kafka 4 reckons it: a partition with fewer replicas than `min.insync.replicas` wants all that it has.
#[test]
fn one_copy_is_enough_where_there_is_only_one() {
    let mut bench = bench();
    let client = bench.connect();
    create(&mut bench, client, "safe", 1, &[("min.insync.replicas", "2")]);
    assert_eq!(produce(&mut bench, client, "safe", batch(&["a"])), Ok(0));
}

/// Pitfall 13 and what else is wrong with a request as a whole.
#[test]
fn a_topic_that_is_not_there_or_not_for_producers_is_refused() {
    let mut bench = bench();
    let client = bench.connect();
    let id = create(&mut bench, client, "orders", 1, &[]);
    let refused = |bench: &mut Memory, topic: &str| code(produce_to(bench, client, 9, topic, batch(&["a"])).error_code);
    assert_eq!(refused(&mut bench, "nowhere"), ErrorCode::UnknownTopicOrPartition);
    let find = FindCoordinatorRequest { coordinator_keys: vec!["billing".into()], ..Default::default() };
    let _: FindCoordinatorResponse = bench.ask(client, 4, find);
    assert_eq!(refused(&mut bench, "__consumer_offsets"), ErrorCode::InvalidTopicException);
    let mut by_acks = |acks| {
        let response: ProduceResponse = bench.ask(client, 9, produce_request("orders", acks, batch(&["a"])));
        code(response.responses[0].partition_responses[0].error_code)
    };
    assert_eq!(by_acks(2), ErrorCode::InvalidRequiredAcks);
    assert_eq!(by_acks(-2), ErrorCode::InvalidRequiredAcks);
    assert_eq!(by_acks(1), ErrorCode::None);
    for (topic_id, error) in [(uuid::Uuid::from_u128(9), ErrorCode::UnknownTopicId), (id, ErrorCode::None)] {
        let mut request = produce_request("", -1, batch(&["a"]));
        request.topic_data[0].topic_id = topic_id;
        let response: ProduceResponse = bench.ask(client, 13, request);
        assert_eq!(code(response.responses[0].partition_responses[0].error_code), error);
    }
    let mut request = produce_request("orders", -1, batch(&["a"]));
    request.topic_data[0].partition_data[0].index = 7;
    request.topic_data[0]
        .partition_data
        .push(PartitionProduceData { records: Some(batch(&["b"]).into()), ..Default::default() });
    let response: ProduceResponse = bench.ask(client, 9, request);
    let errors: Vec<_> = response.responses[0].partition_responses.iter().map(|one| code(one.error_code)).collect();
    assert_eq!(errors, [ErrorCode::UnknownTopicOrPartition, ErrorCode::None], "one partition does not harm another");
}

#[test]
fn what_no_transaction_covers_may_not_claim_to_belong_to_one() {
    let mut bench = bench();
    let client = bench.connect();
    create(&mut bench, client, "orders", 1, &[]);
    let mut builder = BatchBuilder::new().producer(0, 0, 0).transactional();
    builder.append(START, None, Some(b"a"), &[]);
    let transactional = builder.build();
    let response = produce_to(&mut bench, client, 9, "orders", transactional.clone());
    assert_eq!(outcome(&response), (ErrorCode::TransactionalIdAuthorizationFailed, -1, -1));
    let mut request = produce_request("orders", -1, transactional);
    request.transactional_id = Some("payments".into());
    let response: ProduceResponse = bench.ask(client, 9, request);
    let error = code(response.responses[0].partition_responses[0].error_code);
    assert_eq!(error, ErrorCode::UnsupportedVersion, "one fatal answer until transactions are here");
}

/// Pitfall 69: a write makes no topic, whatever the settings.
#[test]
fn a_produce_creates_no_topic() {
    let mut bench = Bench::open(with_settings(&[("auto.create.topics.enable", "true")]), MemoryStorage::default());
    let client = bench.connect();
    assert_eq!(produce(&mut bench, client, "new", batch(&["a"])), Err(ErrorCode::UnknownTopicOrPartition));
    assert!(bench.cluster.snapshot().topics.is_empty());
}

/// Pitfall 12: the answers of one connection come in the order of its requests, also when one of them waits.
#[test]
fn answers_leave_in_the_order_of_requests_and_a_closed_connection_gets_none() {
    let mut bench = bench();
    let (client, other): (ConnectionId, ConnectionId) = (bench.connect(), bench.connect());
    create(&mut bench, client, "orders", 1, &[]);
    bench.send(client, 12, fetch_request("orders", 0, 60_000));
    for value in ["a", "b", "c"] {
        bench.send(client, 9, produce_request("orders", -1, batch(&[value])));
    }
    assert!(bench.cluster.is_busy(client));
    assert!(bench.answer(client).is_none(), "its own writes wait behind its Fetch");
    assert_eq!(produce(&mut bench, other, "orders", batch(&["z"])), Ok(0));
    assert!(FetchResponse::try_from(bench.answer(client).unwrap()).is_ok());
    for offset in 1..4 {
        let response = ProduceResponse::try_from(bench.answer(client).unwrap()).ok().unwrap();
        assert_eq!(response.responses[0].partition_responses[0].base_offset, offset);
    }
    bench.send(client, 12, fetch_request("orders", 4, 60_000));
    bench.input(Input::ConnectionClosed { connection: client });
    produce(&mut bench, other, "orders", batch(&["y"])).unwrap();
    assert!(bench.answer(client).is_none());
    assert_eq!(bench.cluster.purgatory_size(), 0);
}
