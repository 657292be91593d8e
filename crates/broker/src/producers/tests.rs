//! What is known of producers: windows, epochs, transactions, snapshots.

use super::*;
use proptest::prelude::*;
use runnel_protocol::records::{BatchBuilder, BatchHeader};
use std::collections::VecDeque;

/// The header of a batch of `count` records at `base_offset`.
fn header(epoch: i16, sequence: i32, count: i64, base_offset: Offset) -> BatchHeader {
    header_of(BatchBuilder::new().producer(9, epoch, sequence), count, base_offset)
}

fn header_of(mut builder: BatchBuilder, count: i64, base_offset: Offset) -> BatchHeader {
    builder = builder.base_offset(base_offset);
    (0..count).for_each(|_| builder.append(1000 + base_offset, None, None, &[]));
    BatchHeader::read(&builder.build()).unwrap()
}

/// Sends batches `(epoch, sequence, count)` one after the other; what becomes of each, as text: the offset at which it
/// was appended, `= offset` for one that was there already, or the code.
fn answers(batches: &[(i16, i32, i64)]) -> Vec<String> {
    let mut producers = Producers::default();
    let mut next = 100;
    let mut answer = |&(epoch, sequence, count): &(i16, i32, i64)| {
        let header = header(epoch, sequence, count, next);
        match producers.check(&header, None, Origin::Client, "orders-0") {
            Ok(Verdict::Append) => {
                producers.note(&header, None);
                next += count;
                header.base_offset.to_string()
            }
            Ok(Verdict::Duplicate(found)) => format!("= {}", found.base_offset()),
            Err(refusal) => refusal.code.name().to_owned(),
        }
    };
    batches.iter().map(&mut answer).collect()
}

#[track_caller]
fn check(batches: &[(i16, i32, i64)], expected: &[&str]) {
    assert_eq!(answers(batches), expected);
}

#[test]
fn sequences_follow_each_other() {
    check(&[(0, 0, 3), (0, 3, 2), (0, 5, 1)], &["100", "103", "105"]);
    check(&[(0, 0, 3), (0, 4, 1)], &["100", "OUT_OF_ORDER_SEQUENCE_NUMBER"]);
    check(&[(0, 0, 3), (0, 2, 2)], &["100", "OUT_OF_ORDER_SEQUENCE_NUMBER"]);
}

#[test]
fn a_producer_of_whom_nothing_is_known_may_begin_anywhere() {
    check(&[(0, 77, 1), (0, 78, 1)], &["100", "101"]);
}

#[test]
fn the_last_five_batches_are_known_when_they_come_again() {
    let mut sent: Vec<_> = (0..7).map(|sequence| (2, sequence, 1)).collect();
    sent.extend([(2, 6, 1), (2, 2, 1), (2, 1, 1)]);
    let expected = ["= 106", "= 102", "OUT_OF_ORDER_SEQUENCE_NUMBER"];
    assert_eq!(answers(&sent)[7..], expected);
}

#[test]
fn a_batch_comes_again_only_with_the_same_size() {
    check(&[(0, 0, 3), (0, 0, 2)], &["100", "OUT_OF_ORDER_SEQUENCE_NUMBER"]);
}

#[test]
fn sequences_wrap() {
    check(&[(0, i32::MAX, 1), (0, 0, 1)], &["100", "101"]);
    check(&[(0, i32::MAX - 1, 3), (0, i32::MAX - 1, 3), (0, 1, 1)], &["100", "= 100", "103"]);
}

#[test]
fn an_older_epoch_is_fenced_and_a_newer_one_begins_at_zero() {
    check(
        &[(1, 0, 1), (0, 1, 1), (2, 1, 1), (2, 0, 1), (1, 1, 1), (2, 1, 1)],
        &["100", "INVALID_PRODUCER_EPOCH", "OUT_OF_ORDER_SEQUENCE_NUMBER", "101", "INVALID_PRODUCER_EPOCH", "102"],
    );
}

#[test]
fn refusals_say_what_was_seen() {
    let mut producers = Producers::default();
    producers.note(&header(3, 0, 2, 10), None);
    let reason = |header| producers.check(&header, None, Origin::Client, "orders-0").unwrap_err().reason;
    assert_eq!(
        reason(header(3, 5, 1, 12)),
        "Out of order sequence number for producer 9 at offset 12 in partition orders-0: 5 (incoming seq. number), 1 \
         (current end sequence number)"
    );
    assert_eq!(
        reason(header(2, 0, 1, 12)),
        "Epoch of producer 9 at offset 12 in orders-0 is 2, which is smaller than the last seen epoch 3"
    );
}

#[test]
fn the_broker_itself_states_no_sequences() {
    let mut producers = Producers::default();
    producers.note(&header(3, 0, 2, 10), None);
    let without = header(3, -1, 1, 12);
    assert_eq!(producers.check(&without, None, Origin::Coordinator, "orders-0"), Ok(Verdict::Append));
}

fn marker(epoch: i16, is_commit: bool, coordinator_epoch: i32, offset: Offset) -> (BatchHeader, EndTxnMarker) {
    let marker = EndTxnMarker { is_commit, coordinator_epoch };
    let mut header = BatchHeader::read(&marker.to_batch(5, 9, epoch)).unwrap();
    header.base_offset = offset;
    (header, marker)
}

#[test]
fn a_transaction_is_open_until_its_marker_is_replicated() {
    let mut producers = Producers::default();
    let transactional =
        |sequence, offset| header_of(BatchBuilder::new().producer(9, 0, sequence).transactional(), 2, offset);
    assert_eq!(producers.note(&transactional(0, 10), None), None);
    assert_eq!(producers.note(&transactional(2, 12), None), None);
    assert_eq!(producers.first_unstable_offset(), Some(10));
    let refusal = producers.check(&header(0, 4, 1, 14), None, Origin::Client, "orders-0").unwrap_err();
    assert_eq!(refusal.code, ErrorCode::InvalidTxnState);
    let (end, abort) = marker(0, false, 4, 14);
    let ended = producers.note(&end, Some(&abort)).unwrap();
    let expected = EndedTransaction {
        producer_id: 9,
        first_offset: 10,
        last_offset: 14,
        is_commit: false,
        last_stable_offset: 15,
    };
    assert_eq!(ended, expected);
    producers.note_high_watermark(14);
    assert_eq!((producers.first_unstable_offset(), producers.first_open_offset()), (Some(10), None));
    producers.note_high_watermark(15);
    assert_eq!(producers.first_unstable_offset(), None);
    // A marker without a transaction ends none; one of an older coordinator is refused.
    let (end, commit) = marker(0, true, 4, 16);
    assert_eq!(producers.note(&end, Some(&commit)), None);
    let (end, old) = marker(0, true, 3, 17);
    let refusal = producers.check(&end, Some(&old), Origin::Coordinator, "orders-0").unwrap_err();
    assert_eq!(refusal.code, ErrorCode::TransactionCoordinatorFenced);
}

#[test]
fn producers_are_forgotten_when_they_have_been_idle() {
    let mut producers = Producers::default();
    producers.note(&header(0, 0, 1, 10), None);
    producers.note(&header_of(BatchBuilder::new().producer(8, 0, 0).transactional(), 1, 11), None);
    assert_eq!(producers.expire(Timestamp::from_millis(1509), 500), 0);
    assert_eq!(producers.expire(Timestamp::from_millis(1511), 500), 1);
    // An open transaction keeps its producer.
    assert_eq!(producers.iter().map(|(id, _)| id).collect::<Vec<_>>(), [8]);
}

#[test]
fn a_snapshot_that_was_damaged_is_refused() {
    let mut producers = Producers::default();
    producers.note(&header(0, 0, 1, 10), None);
    let bytes = producers.to_snapshot();
    assert_eq!(bytes.len(), 10 + 46);
    let mut wrong = bytes.clone();
    wrong[1] = 2;
    assert_eq!(Producers::from_snapshot(&wrong), Err(SnapshotError::Version(2)));
    let short = Producers::from_snapshot(&bytes[..9]).unwrap_err();
    assert_eq!(short.to_string(), "wanted 10 bytes, found 9");
    for at in 2..bytes.len() {
        let mut wrong = bytes.clone();
        wrong[at] ^= 1;
        assert!(matches!(Producers::from_snapshot(&wrong), Err(SnapshotError::Checksum { .. })));
    }
    // A count that the bytes do not pay for, under a checksum that fits.
    let mut wrong = bytes;
    wrong[6..10].copy_from_slice(&i32::MAX.to_be_bytes());
    let crc = crc32c::crc32c(&wrong[6..]);
    wrong[2..6].copy_from_slice(&crc.to_be_bytes());
    assert!(matches!(Producers::from_snapshot(&wrong), Err(SnapshotError::Size { .. })));
}

prop_compose! {
    fn any_producer()(
        epoch in 0..i16::MAX,
        coordinator_epoch in -1..i32::MAX,
        first_offset in prop::option::of(0..1_000_000i64),
        batch in prop::option::of((0..i32::MAX, 0..1_000_000i64, 0..1000i32)),
        timestamp in -1..i64::MAX,
    ) -> Producer {
        let batch = batch.map(|(last_sequence, last_offset, offset_delta)| {
            BatchRange { last_sequence, last_offset, offset_delta, timestamp }
        });
        Producer {
            epoch,
            coordinator_epoch,
            last_timestamp: timestamp,
            transaction_first_offset: first_offset,
            batches: VecDeque::from_iter(batch),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_snapshot_keeps_the_last_batch_of_everyone(by_id in prop::collection::btree_map(0..i64::MAX, any_producer(), 0..20)) {
        let bytes = snapshot::write(&by_id);
        prop_assert_eq!(snapshot::read(&bytes).unwrap(), by_id);
    }
}
