//! Bytes of Fetch answers, made here, and what a program may see of them.

use crate::consumer::IsolationLevel;
use crate::consumer::fetched::{Fetched, Reading, decode};
use bytes::Bytes;
use bytestring::ByteString;
use runnel_protocol::messages::fetch::AbortedTransaction;
use runnel_protocol::records::control::EndTxnMarker;
use runnel_protocol::records::{BatchBuilder, Compression};

fn batch(base_offset: i64, producer: Option<i64>, values: &[&str]) -> Bytes {
    let mut builder = BatchBuilder::new().base_offset(base_offset).leader_epoch(4);
    if let Some(producer_id) = producer {
        builder = builder.producer(producer_id, 0, 0).transactional();
    }
    for value in values {
        builder.append(1_700_000_000_000, None, Some(value.as_bytes()), &[]);
    }
    builder.build()
}

fn marker(base_offset: i64, producer_id: i64, is_commit: bool) -> Bytes {
    let marker = EndTxnMarker { is_commit, coordinator_epoch: 0 };
    let mut bytes = marker.to_batch(1_700_000_000_000, producer_id, 0).to_vec();
    // The log gives the offset, which lies outside the checksum.
    bytes[..8].copy_from_slice(&base_offset.to_be_bytes());
    bytes.into()
}

fn read(bytes: &[Bytes], fetch_offset: i64, isolation_level: IsolationLevel, aborted: &[(i64, i64)]) -> Fetched {
    let topic = ByteString::from("t");
    let reading = Reading { topic: &topic, partition: 0, fetch_offset, isolation_level, check_crcs: true };
    let aborted: Vec<AbortedTransaction> = aborted
        .iter()
        .map(|(producer_id, first)| AbortedTransaction { producer_id: *producer_id, first_offset: *first })
        .collect();
    decode(reading, &bytes.concat().into(), &aborted).unwrap()
}

fn values(fetched: &Fetched) -> Vec<String> {
    let text = |value: &Bytes| String::from_utf8(value.to_vec()).unwrap();
    fetched.records.iter().map(|record| text(record.value.as_ref().unwrap())).collect()
}

#[test]
fn a_batch_that_begins_before_the_asked_offset_is_entered_in_the_middle() {
    let fetched = read(&[batch(10, None, &["a", "b", "c"])], 11, IsolationLevel::ReadUncommitted, &[]);
    assert_eq!(values(&fetched), ["b", "c"]);
    assert_eq!((fetched.records[0].offset, fetched.next_offset, fetched.leader_epoch), (11, 13, 4));
}

#[test]
fn aborted_records_and_markers_are_seen_by_nobody_who_reads_committed() {
    let bytes = [
        batch(0, Some(7), &["aborted"]),
        batch(1, Some(8), &["committed"]),
        batch(2, None, &["plain"]),
        marker(3, 7, false),
        marker(4, 8, true),
        batch(5, Some(7), &["second try"]),
        marker(6, 7, true),
    ];
    let fetched = read(&bytes, 0, IsolationLevel::ReadCommitted, &[(7, 0)]);
    assert_eq!(values(&fetched), ["committed", "plain", "second try"]);
    assert_eq!((fetched.next_offset, fetched.last_offset), (7, Some(6)), "markers take offsets");
    let fetched = read(&bytes, 0, IsolationLevel::ReadUncommitted, &[(7, 0)]);
    assert_eq!(values(&fetched), ["aborted", "committed", "plain", "second try"]);
}

#[test]
fn an_answer_of_markers_alone_moves_on() {
    let fetched = read(&[marker(3, 7, true)], 3, IsolationLevel::ReadCommitted, &[]);
    assert!(fetched.records.is_empty() && fetched.had_records);
    assert_eq!(fetched.next_offset, 4);
}

#[test]
fn compressed_batches_are_read_and_cut_off_ones_are_left_for_later() {
    for codec in [Compression::Gzip, Compression::Snappy, Compression::Lz4, Compression::Zstd] {
        let mut builder = BatchBuilder::new().compression(codec);
        builder.append(0, Some(b"k"), Some(b"v"), &[]);
        let whole = builder.build();
        let next = batch(1, None, &["next"]);
        let cut = next.slice(..next.len() - 1);
        let fetched = read(&[whole, cut], 0, IsolationLevel::ReadUncommitted, &[]);
        assert_eq!((values(&fetched), fetched.next_offset), (vec!["v".to_owned()], 1), "{codec}");
    }
}

#[test]
fn a_changed_byte_is_found_by_who_checks() {
    let mut bytes = batch(0, None, &["a"]).to_vec();
    *bytes.last_mut().unwrap() ^= 1;
    let topic = ByteString::from("t");
    let reading = |check_crcs| Reading {
        topic: &topic,
        partition: 0,
        fetch_offset: 0,
        isolation_level: IsolationLevel::ReadUncommitted,
        check_crcs,
    };
    let error = decode(reading(true), &bytes.clone().into(), &[]).unwrap_err();
    assert!(error.contains("CRC"), "{error}");
    let _ = decode(reading(false), &bytes.into(), &[]);
}
