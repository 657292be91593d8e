//! Appending: offsets, rolls, and batches that no segment holds.

use super::*;
use runnel_protocol::ErrorCode;
use runnel_protocol::records::{BatchHeader, TimestampType};

#[test]
fn the_leader_gives_offset_and_epoch_and_leaves_the_rest_alone() {
    let mut storage = MemoryStorage::new();
    let mut log = create(&mut storage, LogConfig::default());
    let sent = batch(&[(5, "a"), (6, "b")]);
    log.append(&mut storage, NOW, &sent, 3).unwrap();
    let appended = log.append(&mut storage, NOW, &sent, 3).unwrap();
    assert_eq!((appended.base_offset, appended.last_offset, appended.log_append_time), (2, 3, -1));
    let written = load(&storage, "00000000000000000000.log");
    let second = BatchHeader::check(&written[sent.size()..]).unwrap();
    let header = BatchHeader { base_offset: 2, partition_leader_epoch: 3, ..*sent.header() };
    assert_eq!(second, header);
    assert_eq!(written[sent.size() + BatchHeader::SIZE..], sent.records[..]);
}

#[test]
fn a_new_log_has_kafkas_files() {
    let mut storage = MemoryStorage::new();
    let mut log = create(&mut storage, LogConfig::default());
    let first = ["00000000000000000000.index", "00000000000000000000.log", "00000000000000000000.timeindex"];
    assert_eq!(names(&storage), [&first[..], &["leader-epoch-checkpoint", "partition.metadata"]].concat());
    assert_eq!(load(&storage, "partition.metadata"), b"version: 0\ntopic_id: EjRWeJq83vASNFZ4mrze8A");
    assert_eq!(load(&storage, "leader-epoch-checkpoint"), b"0\n0\n");
    log.assign_epoch(&mut storage, 7).unwrap();
    assert_eq!(load(&storage, "leader-epoch-checkpoint"), b"0\n1\n7 0\n");
}

#[test]
fn an_internal_topic_has_no_files_before_its_first_record() {
    let mut storage = MemoryStorage::new();
    let config = LogConfig::default();
    let mut log = Log::create(&mut storage, FOLDER, TOPIC_ID, config, Files::AtFirstAppend, NOW).unwrap();
    log.assign_epoch(&mut storage, 4).unwrap();
    assert_eq!(names(&storage), Vec::<String>::new());
    assert_eq!(log.read(&storage, 0, 100, FirstBatch::Whole, NO_END).unwrap(), Slice::default());
    append(&mut log, &mut storage, 1, "x");
    assert_eq!(read_all(&log, &storage, 0, NO_END), [(0, "x".to_owned())]);
    assert_eq!(names(&storage).len(), 5);
}

#[test]
fn a_full_segment_is_rolled_and_named_after_its_first_offset() {
    let mut storage = MemoryStorage::new();
    let mut log = create(&mut storage, small());
    let rolled: Vec<bool> = (0..12).map(|at| append(&mut log, &mut storage, at, "some value").rolled).collect();
    assert_eq!(shape(&log), [(0, 390), (5, 390), (10, 156)]);
    assert_eq!(rolled.iter().filter(|rolled| **rolled).count(), 2);
    assert!(names(&storage).contains(&"00000000000000000010.snapshot".to_owned()));
    // Entries: last offset and position of every batch before which more than 100 bytes lie since the last entry.
    let entries = [[0, 0, 0, 2, 0, 0, 0, 156], [0, 0, 0, 4, 0, 0, 1, 56]].concat();
    assert_eq!(load(&storage, "00000000000000000000.index"), entries);
    assert_eq!(load(&storage, "00000000000000000000.timeindex").len(), 24);
}

#[test]
fn a_segment_is_rolled_when_its_records_are_too_far_apart() {
    let mut storage = MemoryStorage::new();
    let mut log = create(&mut storage, LogConfig { segment_ms: 1000, ..LogConfig::default() });
    for timestamp in [5000, 6000, 6001, 2000] {
        append(&mut log, &mut storage, timestamp, "x");
    }
    assert_eq!(shape(&log).iter().map(|(base, _)| *base).collect::<Vec<_>>(), [0, 2]);
}

#[test]
fn a_segment_is_rolled_when_its_index_is_full() {
    let mut storage = MemoryStorage::new();
    let config = LogConfig { segment_index_bytes: 36, index_interval_bytes: 0, ..LogConfig::default() };
    let mut log = create(&mut storage, config);
    (0..7).for_each(|at| _ = append(&mut log, &mut storage, at, "x"));
    // Three time entries fit, and one is kept for the end.
    assert_eq!(shape(&log).iter().map(|(base, _)| *base).collect::<Vec<_>>(), [0, 3, 6]);
}

#[test]
fn a_batch_larger_than_a_segment_is_refused() {
    let mut storage = MemoryStorage::new();
    let mut log = create(&mut storage, small());
    let error = log.append(&mut storage, NOW, &batch(&[(0, &"x".repeat(400))]), 0).unwrap_err();
    assert_eq!(error.code(), ErrorCode::RecordListTooLarge);
    assert_eq!(
        error.to_string(),
        "RECORD_LIST_TOO_LARGE: Message batch size is 470 bytes in append to partition orders-0, which exceeds the \
         maximum configured segment size of 400."
    );
    assert_eq!(log.log_end_offset(), 0);
}

#[test]
fn the_time_of_the_append_is_told_when_the_log_gave_it() {
    let mut storage = MemoryStorage::new();
    let mut log = create(&mut storage, LogConfig::default());
    let builder = BatchBuilder::new().timestamp_type(TimestampType::LogAppendTime).max_timestamp(77);
    let appended = log.append(&mut storage, NOW, &checked(builder, &[(1, "x")]), 0).unwrap();
    assert_eq!(appended.log_append_time, 77);
}

#[test]
fn a_full_disk_leaves_the_log_as_it_was() {
    let mut storage = crate::FaultyStorage::new();
    let mut log = create(&mut storage, LogConfig::default());
    append(&mut log, &mut storage, 0, "x");
    storage.set_bytes_left(Some(10));
    let error = log.append(&mut storage, NOW, &batch(&[(0, "y")]), 0).unwrap_err();
    assert_eq!(error.code(), ErrorCode::KafkaStorageError);
    storage.set_bytes_left(None);
    assert_eq!(append(&mut log, &mut storage, 0, "z").base_offset, 1);
    assert_eq!(read_all(&log, &storage, 0, NO_END), [(0, "x".to_owned()), (1, "z".to_owned())]);
}

#[test]
fn a_batch_sent_twice_is_answered_with_its_first_offset() {
    let mut storage = MemoryStorage::new();
    let mut log = create(&mut storage, LogConfig::default());
    let sent = checked(BatchBuilder::new().producer(9, 0, 0), &[(5, "a"), (6, "b")]);
    append(&mut log, &mut storage, 0, "first");
    log.append(&mut storage, NOW, &sent, 0).unwrap();
    let again = log.append(&mut storage, NOW, &sent, 0).unwrap();
    assert_eq!((again.base_offset, again.last_offset, again.log_append_time), (1, 2, 6));
    assert!(again.is_duplicate);
    assert_eq!(log.log_end_offset(), 3);
    let gap = checked(BatchBuilder::new().producer(9, 0, 5), &[(5, "a")]);
    assert_eq!(log.append(&mut storage, NOW, &gap, 0).unwrap_err().code(), ErrorCode::OutOfOrderSequenceNumber);
}

#[test]
fn an_empty_partition_costs_little_memory() {
    // The files' own few hundred bytes are the store's.
    assert!(size_of::<Log>() + size_of::<segment::Segment>() < 1024, "{}", size_of::<Log>());
}
