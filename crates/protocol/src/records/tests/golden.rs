//! Batches that Kafka's own builder wrote (`testdata/batches/RecordBatches.java`): read, and made again byte for byte.

use super::control::{ControlType, EndTxnMarker};
use super::*;

const NOW: i64 = 1_700_000_000_000;

fn append_few(builder: &mut BatchBuilder) {
    let pattern: Vec<u8> = (0..300_u32).map(|index| (index * 31).to_le_bytes()[0]).collect();
    let headers = [header("trace", Some(&[0, 0xff])), header("trace", None), header("größe", Some(b""))];
    builder.append(NOW, Some(b"user1"), Some(b"hi there"), &[]);
    builder.append(NOW + 5, None, Some(b"no key"), &[]);
    builder.append(NOW - 3, Some(b"user2"), None, &[]);
    builder.append(NOW + 70_000, Some(b""), Some(b""), &headers);
    builder.append(NOW, Some(b"user1"), Some(&pattern), &[]);
}

fn append_many(builder: &mut BatchBuilder) {
    append_few(builder);
    for index in 0..600_i64 {
        let key = format!("user{}", index % 9);
        let value = format!("payment of {} euro{}", index * 7919 % 1000, " from the same account".repeat(9));
        builder.append(NOW + index, Some(key.as_bytes()), Some(value.as_bytes()), &[]);
    }
}

/// The batch is Kafka's byte for byte, passes every check, and gives back what was put in.
#[track_caller]
fn check(name: &str, built: &Bytes) {
    let golden = golden(name);
    assert_eq!(BatchHeader::check(&golden).map(|header| header.to_bytes()).unwrap(), golden[..BatchHeader::SIZE]);
    assert_eq!(built, &golden, "{:?}\n{:?}", BatchHeader::read(built), BatchHeader::read(&golden));
}

#[test]
fn a_plain_batch_has_kafkas_bytes() {
    let mut builder = BatchBuilder::new().base_offset(42).leader_epoch(5);
    append_few(&mut builder);
    assert_eq!(builder.records_count(), 5);
    let size = builder.size();
    let built = builder.build();
    assert_eq!(built.len(), size);
    check("plain", &built);
}

#[test]
fn a_plain_batch_of_kafka_is_read() {
    let batch = golden("plain");
    let records = read(&batch);
    assert_eq!(records.iter().map(|record| record.offset).collect::<Vec<_>>(), [42, 43, 44, 45, 46]);
    let times: Vec<_> = records.iter().map(|record| record.timestamp - NOW).collect();
    assert_eq!(times, [0, 5, -3, 70_000, 0]);
    assert_eq!(records[0].key.as_deref(), Some(&b"user1"[..]));
    assert_eq!(records[1].key, None);
    assert_eq!(records[2].value, None);
    assert_eq!((records[3].key.as_deref(), records[3].value.as_deref()), (Some(&b""[..]), Some(&b""[..])));
    let headers = [header("trace", Some(&[0, 0xff])), header("trace", None), header("größe", Some(b""))];
    assert_eq!(records[3].headers, headers);
    assert_eq!(records[4].value.as_ref().unwrap()[299], 53);
    assert_eq!(keyless(&batch, 0), Ok(vec![1]));
}

#[test]
fn keys_and_values_of_a_plain_batch_are_slices_of_it() {
    let batch = golden("plain");
    let within = batch.as_ptr_range();
    for record in read(&batch) {
        for bytes in [record.key, record.value].into_iter().flatten().filter(|bytes| !bytes.is_empty()) {
            assert!(within.contains(&bytes.as_ptr()));
        }
    }
}

#[test]
fn a_transactional_batch_has_kafkas_bytes() {
    let mut builder = BatchBuilder::new().producer(4711, 3, 17).transactional().leader_epoch(5);
    append_few(&mut builder);
    check("transactional", &builder.build());
}

#[test]
fn a_batch_with_the_leaders_time_has_kafkas_bytes_and_gives_that_time_to_every_record() {
    let builder = BatchBuilder::new().base_offset(7).leader_epoch(5);
    let mut builder = builder.timestamp_type(TimestampType::LogAppendTime).max_timestamp(NOW + 1000);
    append_few(&mut builder);
    let built = builder.build();
    check("log-append-time", &built);
    assert!(read(&built).iter().all(|record| record.timestamp == NOW + 1000));
}

#[test]
fn a_compacted_batch_has_kafkas_bytes() {
    let builder = BatchBuilder::new().base_offset(100).leader_epoch(5);
    let mut builder = builder.delete_horizon(NOW + 86_400_000).last_offset_delta(99);
    builder.append_at(103, NOW, Some(b"user1"), Some(b"kept"), &[]);
    builder.append_at(170, NOW + 9, Some(b"user2"), None, &[]);
    let built = builder.build();
    check("compacted", &built);
    let records = read(&built);
    assert_eq!(records.iter().map(|record| record.offset).collect::<Vec<_>>(), [103, 170]);
    assert_eq!(records.iter().map(|record| record.timestamp).collect::<Vec<_>>(), [NOW, NOW + 9]);
    assert!(validate(&built, 0).is_err(), "a producer's batch has no gaps");
}

#[test]
fn a_batch_that_compaction_emptied_has_kafkas_bytes() {
    let builder = BatchBuilder::new().producer(4711, 3, 17).base_offset(200).leader_epoch(5);
    let built = builder.compression(Compression::Zstd).last_offset_delta(49).max_timestamp(NOW).build();
    check("emptied", &built);
    assert_eq!(read(&built), []);
}

#[test]
fn markers_of_transactions_have_kafkas_bytes() {
    for (name, is_commit) in [("commit", true), ("abort", false)] {
        let marker = EndTxnMarker { is_commit, coordinator_epoch: 12 };
        let built = marker.to_batch(NOW, 4711, 3);
        check(name, &built);
        assert!(BatchHeader::check(&built).unwrap().attributes.is_control());
        assert_eq!(EndTxnMarker::parse(&read(&built)[0]), Ok(Some(marker)));
    }
}

#[test]
fn other_control_records_are_no_end_of_a_transaction() {
    let batch = control::batch(BatchBuilder::new(), NOW, ControlType::LeaderChange, b"message");
    let record = &read(&batch)[0];
    assert_eq!(ControlType::parse(record.key.as_ref().unwrap()), Ok(Some(ControlType::LeaderChange)));
    assert_eq!(EndTxnMarker::parse(record), Ok(None));
    assert_eq!(ControlType::parse(&[0, 9, 0, 99, 1]), Ok(None), "newer than we know");
    assert!(ControlType::parse(&[0xff, 0xff, 0, 0]).is_err(), "a negative version");
    assert!(ControlType::parse(&[0, 0, 0]).is_err(), "too short");
}

#[test]
fn every_codec_of_kafka_is_read() {
    let mut builder = BatchBuilder::new().base_offset(42).leader_epoch(5);
    append_many(&mut builder);
    let expected = read(&builder.build());
    for codec in [Compression::Gzip, Compression::Snappy, Compression::Lz4, Compression::Zstd] {
        let batch = golden(codec.name());
        let header = BatchHeader::check(&batch).unwrap();
        assert_eq!(header.attributes.compression(), Ok(codec));
        assert_eq!((header.records_count, header.last_offset(), header.max_timestamp), (605, 646, NOW + 70_000));
        assert!(read(&batch) == expected, "{codec}");
        assert_eq!(validate(&batch, LARGE), Ok(()));
        assert_eq!(keyless(&batch, LARGE), Ok(vec![1]));
    }
}
