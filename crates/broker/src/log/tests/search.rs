//! Records found by offset and by time.

use super::*;
use runnel_protocol::records::Compression;
use runnel_protocol::records::control::EndTxnMarker;

fn filled() -> (Log, MemoryStorage) {
    let mut storage = MemoryStorage::new();
    let mut log = create(&mut storage, small());
    for at in 0..10 {
        let records = [(at * 100, "a"), (at * 100 + 50, "b"), (at * 100 + 20, "c")];
        let builder = if at % 2 == 0 { BatchBuilder::new().compression(Compression::Lz4) } else { BatchBuilder::new() };
        log.append(&mut storage, NOW, &checked(builder, &records), 2).unwrap();
    }
    (log, storage)
}

#[track_caller]
fn check(target: i64, end: Offset, expected: Option<(Offset, i64)>) {
    let (log, storage) = filled();
    assert!(log.segments().len() > 1);
    let found = log.offset_for_timestamp(&storage, target, end).unwrap();
    assert_eq!(found.map(|found| (found.offset, found.timestamp)), expected);
    assert!(found.is_none_or(|found| found.leader_epoch == 2));
}

#[test]
fn a_timestamp_finds_the_first_record_of_it_or_later() {
    check(0, NO_END, Some((0, 0)));
    check(-5, NO_END, Some((0, 0)));
    check(1, NO_END, Some((1, 50)));
    check(50, NO_END, Some((1, 50)));
    check(51, NO_END, Some((3, 100)));
    check(920, NO_END, Some((28, 950)));
    check(951, NO_END, None);
    check(600, 18, None);
    check(600, 19, Some((18, 600)));
}

#[test]
fn the_largest_timestamp_finds_its_first_record() {
    let (mut log, mut storage) = filled();
    let found = log.max_timestamp(&storage).unwrap().unwrap();
    assert_eq!((found.offset, found.timestamp, found.leader_epoch), (28, 950, 2));
    append(&mut log, &mut storage, 950, "as late");
    append(&mut log, &mut storage, 10, "earlier");
    assert_eq!(log.max_timestamp(&storage).unwrap().unwrap().offset, 28);
}

#[test]
fn without_timestamps_nothing_is_found() {
    let mut storage = MemoryStorage::new();
    let mut log = create(&mut storage, small());
    (0..9).for_each(|_| _ = append(&mut log, &mut storage, -1, "x"));
    assert_eq!(log.max_timestamp(&storage).unwrap(), None);
    assert_eq!(log.offset_for_timestamp(&storage, 0, NO_END).unwrap(), None);
}

#[test]
fn a_search_begins_at_the_logs_start() {
    let (mut log, mut storage) = filled();
    log.advance_log_start_offset(&mut storage, 13).unwrap();
    let found = log.offset_for_timestamp(&storage, 0, NO_END).unwrap().unwrap();
    assert_eq!((found.offset, found.timestamp), (13, 450));
}

#[test]
fn reads_give_whole_batches_up_to_the_end() {
    let (log, storage) = filled();
    let size = |offset, size_max, first, end| {
        let slice = log.read(&storage, offset, size_max, first, end).unwrap();
        (range(&slice), records_of(&slice, &storage).iter().map(|record| record.offset).collect::<Vec<_>>())
    };
    // Batches are 80 or 91 bytes: an odd one has 3 records in 85.
    let (first, offsets) = size(4, 1, FirstBatch::Whole, NO_END);
    assert_eq!(offsets, [3, 4, 5]);
    let batch_size = first.unwrap().1;
    assert_eq!(size(4, batch_size - 1, FirstBatch::IfItFits, NO_END), (None, vec![]));
    assert_eq!(size(4, batch_size, FirstBatch::IfItFits, NO_END).1, [3, 4, 5]);
    assert_eq!(size(4, batch_size + 5, FirstBatch::Whole, NO_END).0, Some((first.unwrap().0, batch_size + 5)));
    assert_eq!(size(0, 10_000, FirstBatch::Whole, 6).1, [0, 1, 2, 3, 4, 5]);
    // The batch that reaches the end is left out, also when the end lies within it.
    assert_eq!(size(0, 10_000, FirstBatch::Whole, 5).1, [0, 1, 2]);
    assert_eq!(size(4, 10_000, FirstBatch::Whole, 4), (None, vec![]));
    assert_eq!(size(30, 10_000, FirstBatch::Whole, NO_END), (None, vec![]));
    assert_eq!(size(4, 0, FirstBatch::IfItFits, NO_END), (None, vec![]));
}

#[test]
fn offsets_outside_of_the_log_are_refused_with_its_bounds() {
    let (mut log, mut storage) = filled();
    log.advance_log_start_offset(&mut storage, 7).unwrap();
    for offset in [-1, 6, 31] {
        let refusal = log.read(&storage, offset, 10, FirstBatch::Whole, NO_END).unwrap_err();
        assert_eq!(refusal, ReadError::OffsetOutOfRange { log_start_offset: 7, log_end_offset: 30 });
        assert_eq!(refusal.to_string(), "wanted an offset from 7 to 30");
    }
    // The batch that holds the start comes whole.
    let slice = log.read(&storage, 7, 1, FirstBatch::Whole, NO_END).unwrap();
    assert_eq!(records_of(&slice, &storage).iter().map(|record| record.offset).collect::<Vec<_>>(), [6, 7, 8]);
}

#[test]
fn an_index_that_lies_is_not_believed() {
    let (log, mut storage) = filled();
    let path = format!("{FOLDER}/00000000000000000000.index");
    let blob = storage.open(&path).unwrap();
    let size = storage.size(blob).unwrap();
    assert!(size > 0);
    storage.truncate(blob, 0).unwrap();
    storage.append(blob, &[&vec![0x01; usize::try_from(size).unwrap()]]).unwrap();
    assert_eq!(read_all(&log, &storage, 0, NO_END).len(), 30);
}

fn transactional(producer_id: i64, sequence: i32) -> CheckedBatch {
    checked(BatchBuilder::new().producer(producer_id, 0, sequence).transactional(), &[(0, "x")])
}

fn marker(producer_id: i64, is_commit: bool) -> CheckedBatch {
    let marker = EndTxnMarker { is_commit, coordinator_epoch: 0 };
    CheckedBatch::from_coordinator(&marker.to_batch(0, producer_id, 0)).unwrap()
}

#[test]
fn readers_of_committed_records_stop_at_the_oldest_open_transaction() {
    let mut storage = MemoryStorage::new();
    let mut log = create(&mut storage, LogConfig::default());
    let mut next = |log: &mut Log, batch: CheckedBatch| log.append(&mut storage, NOW, &batch, 0).unwrap().base_offset;
    assert_eq!(next(&mut log, batch(&[(0, "plain")])), 0);
    assert_eq!(next(&mut log, transactional(1, 0)), 1);
    assert_eq!(next(&mut log, transactional(2, 0)), 2);
    assert_eq!(log.last_stable_offset(3), 1);
    assert_eq!(next(&mut log, marker(1, false)), 3);
    // The marker is not replicated yet, so the transaction is not settled.
    assert_eq!((log.first_unstable_offset(), log.last_stable_offset(3)), (Some(1), 1));
    log.note_high_watermark(4);
    assert_eq!((log.first_unstable_offset(), log.last_stable_offset(4)), (Some(2), 2));
    assert_eq!(next(&mut log, marker(2, true)), 4);
    log.note_high_watermark(5);
    assert_eq!((log.first_unstable_offset(), log.last_stable_offset(5)), (None, 5));
    let aborted = AbortedTransaction { producer_id: 1, first_offset: 1, last_offset: 3, last_stable_offset: 2 };
    assert_eq!(log.aborted_transactions(&storage, 0, 5).unwrap(), [aborted]);
    assert_eq!(log.aborted_transactions(&storage, 0, 1).unwrap(), []);
    assert_eq!(log.aborted_transactions(&storage, 4, 5).unwrap(), []);
    let slice = log.read(&storage, 0, 10_000, FirstBatch::Whole, 5).unwrap();
    assert_eq!(log.aborted_transactions_of(&storage, 0, &slice).unwrap(), [aborted]);
    assert_eq!(log.aborted_transactions_of(&storage, 0, &Slice::default()).unwrap(), []);
}

#[test]
fn leader_epochs_tell_where_they_end() {
    let mut storage = MemoryStorage::new();
    let mut log = create(&mut storage, LogConfig::default());
    for epoch in [1, 1, 3, 3, 3, 6] {
        log.append(&mut storage, NOW, &batch(&[(0, "x")]), epoch).unwrap();
    }
    let ends: Vec<_> = (-1..8).map(|epoch| log.end_offset_for_epoch(epoch)).collect();
    let wanted =
        [None, Some((0, 0)), Some((1, 2)), Some((1, 2)), Some((3, 5)), Some((3, 5)), Some((3, 5)), Some((6, 6)), None];
    assert_eq!(ends, wanted);
    assert_eq!([0, 1, 2, 4, 5, 9].map(|offset| log.epochs().epoch_of(offset)), [1, 1, 3, 3, 6, 6].map(Some));
    log.advance_log_start_offset(&mut storage, 3).unwrap();
    assert_eq!(load(&storage, "leader-epoch-checkpoint"), b"0\n2\n3 3\n6 5\n");
    log.truncate_to(&mut storage, 5, NOW).unwrap();
    assert_eq!(load(&storage, "leader-epoch-checkpoint"), b"0\n1\n3 3\n");
}
