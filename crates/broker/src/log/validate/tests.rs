//! What Apache Kafka 4.3.0 answered to the same batches: code, `error_message` and `record_errors`, and whether it
//! stated the log's start.

use super::*;
use crate::log::{CleanupPolicy, TopicCompression};
use runnel_protocol::records::{RecordHeader, compression};

const NOW: Timestamp = Timestamp(1_000_000_000_000);
const NOW_MS: i64 = 1_000_000_000;

fn record(builder: &mut BatchBuilder, timestamp: i64, key: Option<&str>) {
    builder.append(timestamp, key.map(str::as_bytes), Some(b"v"), &[]);
}

/// A batch of one record with a key.
fn one() -> Bytes {
    with_records(BatchBuilder::new(), &[(NOW_MS, Some("k"))])
}

fn with_records(mut builder: BatchBuilder, records: &[(i64, Option<&str>)]) -> Bytes {
    records.iter().for_each(|(timestamp, key)| record(&mut builder, *timestamp, *key));
    builder.build()
}

/// Puts `field` at byte `at` and lets length and checksum fit.
fn patched(batch: &Bytes, at: usize, field: &[u8]) -> Bytes {
    let mut bytes = batch.to_vec();
    bytes[at..at + field.len()].copy_from_slice(field);
    sealed(bytes)
}

fn sealed(mut bytes: Vec<u8>) -> Bytes {
    let length = i32::try_from(bytes.len() - LOG_OVERHEAD).unwrap();
    bytes[8..12].copy_from_slice(&length.to_be_bytes());
    let crc = crc32c::crc32c(&bytes[BatchHeader::CHECKSUMMED_FROM..]);
    bytes[17..21].copy_from_slice(&crc.to_be_bytes());
    Bytes::from(bytes)
}

/// A batch whose header says one record in `codec` and whose records are `body`.
fn with_body(codec: u8, count: i32, body: &[u8]) -> Bytes {
    let mut bytes = one()[..BatchHeader::SIZE].to_vec();
    bytes[22] = codec;
    bytes[23..27].copy_from_slice(&(count - 1).to_be_bytes());
    bytes[57..61].copy_from_slice(&count.to_be_bytes());
    bytes.extend_from_slice(body);
    sealed(bytes)
}

/// The records of [`one`].
fn body() -> Vec<u8> {
    one()[BatchHeader::SIZE..].to_vec()
}

fn rules<'a>(config: &'a LogConfig, checks: Checks) -> Rules<'a> {
    Rules { partition: "orders-0", config, checks, produce_version: 9 }
}

/// What a client is told, as text: the code, `+` if the answer has the log's start, the message and the records.
fn answer(outcome: Result<CheckedBatch, Refusal>) -> String {
    let Err(refusal) = outcome else { return "taken".to_owned() };
    let mut text = refusal.code.name().to_owned();
    text.push_str(if refusal.tells_log_start_offset { " +" } else { " -" });
    if let Some(message) = refusal.message {
        text = format!("{text} {message:?}");
    }
    for fault in refusal.record_errors {
        text = format!("{text}\n{}: {}", fault.batch_index, fault.message);
    }
    text
}

#[track_caller]
fn check_with(config: &LogConfig, batch: &Bytes, expected: &str) {
    assert_eq!(answer(validate(batch, &rules(config, Checks::Records), NOW)), expected);
}

#[track_caller]
fn check(batch: &Bytes, expected: &str) {
    check_with(&LogConfig::default(), batch, expected);
}

fn with_tail(tail: &[u8]) -> Bytes {
    Bytes::from([&one()[..], tail].concat())
}

fn with_length(length: i32) -> Bytes {
    let mut bytes = one().to_vec();
    bytes[8..12].copy_from_slice(&length.to_be_bytes());
    Bytes::from(bytes)
}

#[test]
fn exactly_one_batch_of_version_2_is_taken() {
    check(&one(), "taken");
    check(&Bytes::new(), "INVALID_RECORD -");
    check(&Bytes::from_static(&[0; 10]), "INVALID_RECORD -");
    check(&with_tail(&one()), "INVALID_RECORD -");
    check(&patched(&one(), 16, &[0]), "INVALID_RECORD -");
    check(&patched(&one(), 16, &[1]), "INVALID_RECORD -");
    check(&patched(&one(), 16, &[3]), "CORRUPT_MESSAGE - \"Invalid magic found in record: 3\"");
    check(&patched(&one(), 16, &[255]), "CORRUPT_MESSAGE - \"Invalid magic found in record: -1\"");
}

#[test]
fn bytes_that_are_no_batch_are_ignored_behind_one_unless_they_claim_a_size() {
    check(&with_tail(b"12345"), "taken");
    check(&with_tail(&one()[..40]), "taken");
    check(&with_tail(&[0; 12]), "CORRUPT_MESSAGE -");
    check(&with_tail(&[0xff; 30]), "CORRUPT_MESSAGE -");
}

#[test]
fn lengths_must_fit() {
    let too_small =
        |length| format!("CORRUPT_MESSAGE - \"Record size {length} is less than the minimum record overhead (14)\"");
    for length in [-1, 0, 13] {
        check(&with_length(length), &too_small(length));
    }
    for length in [14, 48, 49] {
        check(&with_length(length), "CORRUPT_MESSAGE -");
    }
    for length in [60, 1_000_000] {
        check(&with_length(length), "INVALID_RECORD -");
    }
    check(&with_length(i32::MAX), "UNKNOWN_SERVER_ERROR -");
}

#[test]
fn checksum_offset_and_counts_must_fit() {
    let mut flipped = one().to_vec();
    flipped[17] ^= 1;
    check(&Bytes::from(flipped), "CORRUPT_MESSAGE -");
    check(&patched(&one(), 7, &[1]), "INVALID_RECORD +");
    for count in [2, 0, -1] {
        check(&patched(&one(), 57, &i32::to_be_bytes(count)), "INVALID_RECORD +");
    }
    check(&patched(&one(), 23, &(-1i32).to_be_bytes()), "INVALID_RECORD +");
    check(&BatchBuilder::new().build(), "INVALID_RECORD +");
}

#[test]
fn producers_write_no_control_records_and_state_their_sequence() {
    check(&patched(&one(), 22, &[0x20]), "INVALID_RECORD +");
    check(&with_records(BatchBuilder::new().producer(7, 0, -1), &[(NOW_MS, None)]), "INVALID_RECORD +");
    check(&with_records(BatchBuilder::new().producer(7, 0, 0), &[(NOW_MS, None)]), "taken");
    // Bits without a meaning, and the delete horizon's, pass.
    check(&patched(&one(), 22, &[0x80]), "taken");
    check(&patched(&one(), 22, &[0x40]), "taken");
}

#[test]
fn unknown_codecs_and_early_zstd_are_refused() {
    for codec in [5, 6, 7] {
        check(&with_body(codec, 1, &body()), "UNKNOWN_SERVER_ERROR +");
    }
    let zstd = with_records(BatchBuilder::new().compression(Compression::Zstd), &[(NOW_MS, None)]);
    let config = LogConfig::default();
    for (produce_version, expected) in [(6, "UNSUPPORTED_COMPRESSION_TYPE -"), (7, "taken")] {
        let rules = Rules { produce_version, ..rules(&config, Checks::Records) };
        assert_eq!(answer(validate(&zstd, &rules, NOW)), expected);
    }
}

#[test]
fn rubbish_under_a_codec_is_found_when_records_are_looked_at() {
    let config = LogConfig::default();
    for codec in 1..=4 {
        let batch = with_body(codec, 1, &body());
        check(&batch, "UNKNOWN_SERVER_ERROR +");
        assert_eq!(answer(validate(&batch, &rules(&config, Checks::Header), NOW)), "taken");
    }
}

#[test]
fn records_must_be_those_that_the_header_states() {
    let gzip = |bytes: &[u8]| compression::compress(Compression::Gzip, bytes);
    let twice = [body(), body()].concat();
    check(&with_body(0, 2, &body()), "INVALID_RECORD +");
    check(&with_body(0, 1, &twice), "INVALID_RECORD +");
    check(&with_body(1, 2, &gzip(&body())), "INVALID_RECORD +");
    check(&with_body(1, 1, &gzip(&twice)), "INVALID_RECORD +");
    check(&with_body(1, 1, &gzip(&[0xff; 20])), "INVALID_RECORD +");
    check(&with_body(0, 1, &body()[..body().len() - 1]), "INVALID_RECORD +");
    let mut short = body();
    short[0] -= 2;
    check(&with_body(0, 1, &short), "INVALID_RECORD +");
}

#[test]
fn timestamps_must_lie_near_the_brokers_time() {
    let late = NOW_MS + 3_600_001;
    let message = "\"One or more records have been rejected due to invalid timestamp\"";
    check(
        &with_records(BatchBuilder::new(), &[(NOW_MS, None), (late, None)]),
        &format!(
            "INVALID_TIMESTAMP + {message}\n1: Timestamp 1003600001 of message with offset 1 is out of range. The \
             timestamp should be within [-9223372035854775807, 1003600000]"
        ),
    );
    check(&with_records(BatchBuilder::new(), &[(late - 1, None), (-1, None), (-5, None)]), "taken");
    let window = LogConfig { message_timestamp_before_max_ms: 1000, ..LogConfig::default() };
    let batch = with_records(BatchBuilder::new(), &[(NOW_MS - 1001, None), (NOW_MS - 1000, None)]);
    let expected = format!(
        "INVALID_TIMESTAMP + {message}\n0: Timestamp 999998999 of message with offset 0 is out of range. The timestamp \
         should be within [999999000, 1003600000]"
    );
    check_with(&window, &batch, &expected);
    // Where a rule needs the records they are looked at without being asked for.
    assert_eq!(answer(validate(&batch, &rules(&window, Checks::Header), NOW)), expected);
}

#[test]
fn a_compacted_topic_takes_no_record_without_a_key() {
    let compacted = LogConfig { cleanup_policy: CleanupPolicy::COMPACT, ..LogConfig::default() };
    let keys = [None, None, Some("k"), None, None, None];
    let batch = with_records(BatchBuilder::new(), &keys.map(|key| (NOW_MS, key)));
    let fault = "Compacted topic cannot accept message without key in topic partition orders-0";
    let shown = |index: i32| format!("RecordError(batchIndex={index}, message='{fault}')");
    let message = format!(
        "One or more records have been rejected due to 5 record errors in total, and only showing the first three \
         errors at most: [{}, {}, {}]",
        shown(0),
        shown(1),
        shown(3)
    );
    let told: String = [0, 1, 3, 4, 5].iter().map(|index| format!("\n{index}: {fault}")).collect();
    check_with(&compacted, &batch, &format!("INVALID_RECORD + {message:?}{told}"));
    let both = with_records(BatchBuilder::new(), &[(NOW_MS, None), (NOW_MS + 4_000_000, Some("k"))]);
    check_with(
        &compacted,
        &both,
        &format!(
            "INVALID_TIMESTAMP + \"One or more records have been rejected due to invalid timestamp\"\n0: {fault}\n1: \
             Timestamp 1004000000 of message with offset 1 is out of range. The timestamp should be within \
             [-9223372035854775807, 1003600000]"
        ),
    );
    check_with(&compacted, &one(), "taken");
}

#[test]
fn the_log_may_give_the_time_and_the_producer_may_not_say_that_it_did() {
    let append_time = LogConfig { message_timestamp_type: TimestampType::LogAppendTime, ..LogConfig::default() };
    for checks in [Checks::Header, Checks::Records] {
        let taken = validate(&one(), &rules(&append_time, checks), NOW).unwrap();
        assert_eq!(taken.header.max_timestamp, NOW_MS);
        assert_eq!(taken.header.attributes.timestamp_type(), TimestampType::LogAppendTime);
        let written = Bytes::from([&taken.header.to_bytes()[..], &taken.records].concat());
        assert_eq!(BatchHeader::check(&written).unwrap(), taken.header);
        let claimed = patched(&one(), 22, &[8]);
        assert_eq!(
            answer(validate(&claimed, &rules(&append_time, checks), NOW)),
            "INVALID_TIMESTAMP + \"One or more records have been rejected due to invalid timestamp\"\n0: Invalid \
             timestamp type in message DefaultRecord(offset=0, timestamp=1000000000, key=1 bytes, value=1 bytes). \
             Producer should not set timestamp type to LogAppendTime."
        );
    }
    // Where the producer's time counts the claim is dropped.
    let taken = validate(&patched(&one(), 22, &[8]), &rules(&LogConfig::default(), Checks::Header), NOW).unwrap();
    assert_eq!(taken.header.attributes.timestamp_type(), TimestampType::CreateTime);
    assert_eq!(taken.header.crc, BatchHeader::read(&one()).unwrap().crc);
}

#[test]
fn a_largest_timestamp_that_lies_is_put_right() {
    let lying = patched(&one(), 35, &(NOW_MS + 9_999_999).to_be_bytes());
    let taken = validate(&lying, &rules(&LogConfig::default(), Checks::Records), NOW).unwrap();
    assert_eq!(taken.header, BatchHeader::read(&one()).unwrap());
}

#[test]
fn batches_may_not_be_larger_than_the_topic_says() {
    let limit = |max_message_bytes| LogConfig { max_message_bytes, ..LogConfig::default() };
    let size = i32::try_from(one().len()).unwrap();
    check_with(&limit(size), &one(), "taken");
    check_with(&limit(size - 1), &one(), "MESSAGE_TOO_LARGE -");
    // The size counts before the checksum does.
    let mut flipped = one().to_vec();
    flipped[17] ^= 1;
    check_with(&limit(size - 1), &Bytes::from(flipped), "MESSAGE_TOO_LARGE -");
    let grown = LogConfig { compression_type: TopicCompression::Codec(Compression::Gzip), ..limit(size) };
    check_with(&grown, &one(), "MESSAGE_TOO_LARGE -");
}

#[test]
fn a_topic_with_a_codec_of_its_own_keeps_the_records_and_changes_the_rest() {
    let header = RecordHeader { key: "h".into(), value: Some(Bytes::from_static(b"w")) };
    let mut builder = BatchBuilder::new().producer(7, 1, 30).transactional().compression(Compression::Snappy);
    builder.append(NOW_MS, Some(b"k"), Some(b"v"), std::slice::from_ref(&header));
    builder.append(NOW_MS + 5, None, None, &[]);
    let sent = builder.build();
    for codec in [Compression::None, Compression::Gzip, Compression::Lz4, Compression::Zstd] {
        let config = LogConfig { compression_type: TopicCompression::Codec(codec), ..LogConfig::default() };
        let taken = validate(&sent, &rules(&config, Checks::Header), NOW).unwrap();
        assert_eq!(taken.header.attributes.compression(), Ok(codec));
        let written = Bytes::from([&taken.header.to_bytes()[..], &taken.records].concat());
        BatchHeader::check(&written).unwrap();
        let records = |batch: &Bytes| records::iterate(batch, 1000).unwrap().collect::<Result<Vec<_>, _>>().unwrap();
        assert_eq!(records(&written), records(&sent));
        let identity = |header: &BatchHeader| (header.producer_id, header.producer_epoch, header.base_sequence);
        assert_eq!(identity(&taken.header), (7, 1, 30));
        assert!(taken.header.attributes.is_transactional());
    }
    let gzip = LogConfig { compression_type: TopicCompression::Codec(Compression::Gzip), ..LogConfig::default() };
    check_with(&gzip, &with_body(2, 1, &body()), "UNKNOWN_SERVER_ERROR +");
}

#[test]
fn records_that_decompress_without_end_are_refused() {
    let bomb = compression::compress(Compression::Gzip, &vec![0; DECOMPRESSED_SIZE_MAX + 1]);
    check(&with_body(1, 1, &bomb), "MESSAGE_TOO_LARGE +");
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(256))]

    /// Any bytes are taken or refused; what is taken is whole.
    #[test]
    fn any_bytes_are_taken_or_refused(
        start in 0..100usize,
        noise in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..40),
        seal in proptest::prelude::any::<bool>(),
    ) {
        let mut bytes = with_records(BatchBuilder::new(), &[(NOW_MS, Some("k")), (NOW_MS, None), (NOW_MS, None)]).to_vec();
        for (at, byte) in noise.iter().enumerate() {
            if let Some(place) = bytes.get_mut(start + at) {
                *place = *byte;
            }
        }
        let bytes = if seal && bytes.len() > 61 { sealed(bytes) } else { Bytes::from(bytes) };
        for checks in [Checks::Header, Checks::Records] {
            if let Ok(taken) = validate(&bytes, &rules(&LogConfig::default(), checks), NOW) {
                let written = [&taken.header.to_bytes()[..], &taken.records].concat();
                proptest::prop_assert!(BatchHeader::check(&written).is_ok());
            }
        }
    }
}
