//! Compaction against a simple model, with power cuts between its slices.

use super::*;
use crate::log::compact::Limits;
use runnel_protocol::records::BatchHeader;
use runnel_protocol::records::control::EndTxnMarker;
use std::time::Duration;

/// Slices so small that every step of a round shows.
pub(super) const TINY: Limits = Limits { slice_size: 1, keys_size: 1 << 20 };

pub(super) fn config() -> LogConfig {
    LogConfig {
        cleanup_policy: CleanupPolicy::COMPACT,
        min_cleanable_dirty_ratio: 0.0,
        delete_retention_ms: 1000,
        ..small()
    }
}

type KeyValue<'a> = (&'a str, Option<&'a str>);

fn keyed(mut builder: BatchBuilder, records: &[KeyValue<'_>]) -> CheckedBatch {
    for (key, value) in records {
        builder.append(NOW.as_millis(), Some(key.as_bytes()), value.map(str::as_bytes), &[]);
    }
    CheckedBatch { origin: Origin::Client, ..CheckedBatch::from_coordinator(&builder.build()).unwrap() }
}

fn put(log: &mut Log, storage: &mut dyn Storage, records: &[KeyValue<'_>]) -> Offset {
    log.append(storage, NOW, &keyed(BatchBuilder::new(), records), 0).unwrap().base_offset
}

/// A round, slice by slice; `None` if there is nothing to do.
fn round(log: &mut Log, storage: &mut MemoryStorage, now: Timestamp) -> Option<Compacted> {
    loop {
        match log.compact_within(TINY, storage, now, log.log_end_offset()).unwrap() {
            Compaction::Idle => return None,
            Compaction::Working => {}
            Compaction::AwaitsFlush => {
                let flush = log.begin_flush().unwrap();
                log.flushed(&flush);
            }
            Compaction::Done(done) => return Some(done),
        }
    }
}

/// All records as `offset key=value`.
pub(super) fn shown(log: &Log, storage: &dyn Storage) -> Vec<String> {
    let slices = log.segments().filter_map(|segment| {
        let from = segment.base_offset.max(log.log_start_offset());
        let slice = log.read(storage, from, u32::MAX, FirstBatch::Whole, segment.end_offset).unwrap();
        (slice.segment_base_offset == segment.base_offset).then(|| records_of(&slice, storage))
    });
    let show = |record: Record| {
        let key = String::from_utf8_lossy(record.key.as_deref().unwrap_or_default()).into_owned();
        let value = record.value.as_deref().map_or("-".into(), String::from_utf8_lossy).into_owned();
        format!("{} {key}={value}", record.offset)
    };
    slices.flatten().map(show).collect()
}

fn headers(log: &Log, storage: &dyn Storage) -> Vec<BatchHeader> {
    let bytes = log.segments.iter().map(|segment| storage.read(segment.blob, 0, segment.size as usize).unwrap());
    bytes.flat_map(|bytes| records::split(&bytes).map(|batch| batch.unwrap().0).collect::<Vec<_>>()).collect()
}

/// Twelve records over four keys in segments of five, one batch each.
fn filled() -> (Log, MemoryStorage) {
    let mut storage = MemoryStorage::new();
    let mut log = create(&mut storage, config());
    for at in 0..12 {
        put(&mut log, &mut storage, &[(["a", "b", "c", "d"][at % 4], Some("some value"))]);
    }
    assert_eq!(log.segments().map(|segment| segment.base_offset).collect::<Vec<_>>(), [0, 5, 10]);
    (log, storage)
}

#[test]
fn of_each_key_the_newest_record_is_kept_and_the_active_segment_is_not_touched() {
    let (mut log, mut storage) = filled();
    let done = round(&mut log, &mut storage, NOW).unwrap();
    let offsets: Vec<String> = shown(&log, &storage).iter().map(|line| line[..line.len() - 11].to_owned()).collect();
    // Of 0 to 9 the newest are 6 (c), 7 (d), 8 (a) and 9 (b); 10 and 11 are active.
    assert_eq!(offsets, ["6 c", "7 d", "8 a", "9 b", "10 c", "11 d"]);
    assert_eq!((done.dirty_from, done.clean_to), (0, 10));
    assert_eq!((done.records_before, done.records_after), (10, 4));
    assert_eq!((log.clean_offset(), log.log_start_offset(), log.log_end_offset()), (10, 0, 12));
    // The first segment is empty, and too large together with the second before it was known that it would be.
    assert_eq!(
        shape(&log).iter().map(|(base, size)| (*base, *size > 0)).collect::<Vec<_>>(),
        [(0, false), (5, true), (10, true)]
    );
    assert_eq!(round(&mut log, &mut storage, NOW), None);
}

#[test]
fn a_compacted_log_opens_again() {
    for clean in [true, false] {
        let (mut log, mut storage) = filled();
        round(&mut log, &mut storage, NOW);
        let before = shown(&log, &storage);
        log.close(&mut storage).unwrap();
        let hints = Hints { clean_offset: 10, ..hints(clean, 0) };
        let (log, notes) = Log::open(&mut storage, FOLDER, TOPIC_ID, config(), &hints, NOW).unwrap();
        assert_eq!(notes, []);
        assert_eq!(shown(&log, &storage), before);
        assert_eq!((log.log_end_offset(), log.clean_offset()), (12, 10));
    }
}

#[test]
fn a_round_begins_when_enough_is_dirty() {
    let (mut log, mut storage) = filled();
    log.set_config(LogConfig { min_cleanable_dirty_ratio: 1.0, ..config() });
    assert_eq!(round(&mut log, &mut storage, NOW), None);
    let look = log.explain_compaction(&storage, NOW, 12).unwrap();
    assert_eq!((look.verdict, look.bound), (CompactionVerdict::TooClean, CompactionBound::ActiveSegment));
    assert_eq!((look.first_dirty, look.first_uncleanable, look.dirty_ratio), (0, 10, 1.0));
    let look = log.explain_compaction(&storage, NOW, 7).unwrap();
    assert_eq!((look.first_uncleanable, look.bound), (5, CompactionBound::LastStableOffset));
    log.set_config(LogConfig { min_cleanable_dirty_ratio: 0.99, ..config() });
    assert_eq!(log.explain_compaction(&storage, NOW, 12).unwrap().verdict, CompactionVerdict::DirtyEnough);
    assert!(round(&mut log, &mut storage, NOW).is_some());
    // Now 4 records are clean and 5 dirty ones come.
    for _ in 0..8 {
        put(&mut log, &mut storage, &[("e", Some("some value"))]);
    }
    log.set_config(LogConfig { min_cleanable_dirty_ratio: 0.6, ..config() });
    assert_eq!(round(&mut log, &mut storage, NOW), None);
    log.set_config(LogConfig { min_cleanable_dirty_ratio: 0.55, ..config() });
    assert!(round(&mut log, &mut storage, NOW).is_some());
}

#[test]
fn what_is_too_young_waits_and_what_is_overdue_does_not() {
    let (mut log, mut storage) = filled();
    log.set_config(LogConfig { min_compaction_lag_ms: 500, ..config() });
    let later = |millis| NOW + Duration::from_millis(millis);
    assert_eq!(round(&mut log, &mut storage, later(499)), None);
    let look = log.explain_compaction(&storage, later(499), 12).unwrap();
    let old_enough_at = later(500).as_millis();
    assert_eq!(look.bound, CompactionBound::MinCompactionLag { old_enough_at });
    assert_eq!(look.verdict, CompactionVerdict::NothingCleanable);
    assert!(round(&mut log.clone(), &mut storage.clone(), later(500)).is_some());
    log.set_config(LogConfig { min_cleanable_dirty_ratio: 1.0, max_compaction_lag_ms: 700, ..config() });
    assert_eq!(round(&mut log, &mut storage, later(700)), None);
    let look = log.explain_compaction(&storage, later(700), 12).unwrap();
    assert_eq!((look.verdict, look.overdue_at), (CompactionVerdict::TooClean, Some(later(701).as_millis())));
    assert_eq!(log.explain_compaction(&storage, later(701), 12).unwrap().verdict, CompactionVerdict::Overdue);
    assert!(round(&mut log, &mut storage, later(701)).is_some());
}

#[test]
fn what_readers_of_committed_records_cannot_see_is_not_compacted() {
    let (mut log, mut storage) = filled();
    assert_eq!(log.compact(&mut storage, NOW, 4).unwrap(), Compaction::Idle);
    // The segment that holds the last stable offset stays as it is.
    while !matches!(log.compact(&mut storage, NOW, 7).unwrap(), Compaction::Done(_)) {
        log.begin_flush().iter().for_each(|flush| log.flushed(flush));
    }
    assert_eq!(log.clean_offset(), 5);
}

#[test]
fn a_copy_is_swapped_in_only_when_it_is_flushed() {
    let (mut log, mut storage) = filled();
    let mut calls = 0;
    while log.compact_within(TINY, &mut storage, NOW, 12).unwrap() != Compaction::AwaitsFlush {
        calls += 1;
    }
    // One call for each of ten batches of the first pass and five of the second, and one at the end of a segment.
    assert_eq!(calls, 16);
    let flush = log.begin_flush().unwrap();
    for _ in 0..3 {
        assert_eq!(log.compact_within(TINY, &mut storage, NOW, 12).unwrap(), Compaction::AwaitsFlush);
    }
    assert_eq!(shown(&log, &storage).len(), 12);
    log.flushed(&flush);
    assert_eq!(log.compact_within(TINY, &mut storage, NOW, 12).unwrap(), Compaction::Working);
    assert_eq!(shown(&log, &storage).len(), 7);
}

#[test]
fn records_that_come_during_a_round_are_there_after_it() {
    let (mut log, mut storage) = filled();
    let mut expected = 12;
    loop {
        match log.compact_within(TINY, &mut storage, NOW, log.log_end_offset()).unwrap() {
            Compaction::Done(_) => break,
            Compaction::Idle | Compaction::Working | Compaction::AwaitsFlush => {
                log.begin_flush().iter().for_each(|flush| log.flushed(flush));
            }
        }
        put(&mut log, &mut storage, &[("z", Some("some value"))]);
        expected += 1;
    }
    assert_eq!(log.log_end_offset(), expected);
    let kept: Vec<_> = shown(&log, &storage).into_iter().filter(|line| line.contains("z=")).collect();
    assert_eq!(kept.len() as Offset, expected - 12);
}

#[test]
fn a_round_is_given_up_when_its_segments_go() {
    let (mut log, mut storage) = filled();
    for at in 0..12 {
        let (mut log, mut storage) = (log.clone(), storage.clone());
        (0..at * 3).for_each(|_| _ = log.compact_within(TINY, &mut storage, NOW, 12).unwrap());
        log.truncate_to(&mut storage, 8, NOW).unwrap();
        assert!(!log.is_compacting());
        assert!(!names(&storage).iter().any(|name| name.ends_with(".cleaned")), "{:?}", names(&storage));
        assert_eq!(log.log_end_offset(), 8);
        assert_eq!(shown(&log, &storage).last().unwrap(), "7 d=some value");
    }
    assert!(round(&mut log, &mut storage, NOW).is_some());
}

#[test]
fn tombstones_stay_until_their_horizon() {
    let mut storage = MemoryStorage::new();
    let mut log = create(&mut storage, config());
    put(&mut log, &mut storage, &[("a", Some("1")), ("b", Some("1"))]);
    put(&mut log, &mut storage, &[("a", None), ("c", Some("1"))]);
    let fill = |log: &mut Log, storage: &mut MemoryStorage| {
        (0..6).for_each(|_| _ = put(log, storage, &[("z", Some("some long value of a filler"))]));
    };
    fill(&mut log, &mut storage);
    round(&mut log, &mut storage, NOW).unwrap();
    assert_eq!(shown(&log, &storage)[..3], ["1 b=1", "2 a=-", "3 c=1"]);
    let batch = headers(&log, &storage)[1];
    assert!(batch.attributes.has_delete_horizon());
    assert_eq!(batch.base_timestamp, NOW.as_millis() + 1000);
    assert_eq!((batch.base_offset, batch.max_timestamp), (2, NOW.as_millis()));
    fill(&mut log, &mut storage);
    round(&mut log, &mut storage, NOW + Duration::from_millis(999)).unwrap();
    assert_eq!(shown(&log, &storage)[..3], ["1 b=1", "2 a=-", "3 c=1"]);
    fill(&mut log, &mut storage);
    round(&mut log, &mut storage, NOW + Duration::from_millis(1000)).unwrap();
    assert_eq!(shown(&log, &storage)[..2], ["1 b=1", "3 c=1"]);
}

#[test]
fn producers_are_remembered_when_all_their_records_are_gone() {
    let mut storage = MemoryStorage::new();
    let mut log = create(&mut storage, config());
    for sequence in 0..4 {
        let batch = keyed(BatchBuilder::new().producer(7, 2, sequence), &[("a", Some("some value"))]);
        log.append(&mut storage, NOW, &batch, 0).unwrap();
    }
    (0..9).for_each(|_| _ = put(&mut log, &mut storage, &[("a", Some("some value"))]));
    round(&mut log, &mut storage, NOW).unwrap();
    let of_producer: Vec<_> = headers(&log, &storage).into_iter().filter(BatchHeader::has_producer_id).collect();
    assert_eq!(of_producer.len(), 1);
    let last = of_producer[0];
    assert_eq!((last.base_offset, last.base_sequence, last.records_count, last.base_timestamp), (3, 3, 0, -1));
    let opened = Log::open(&mut storage, FOLDER, TOPIC_ID, config(), &hints(false, 0), NOW).unwrap();
    assert_eq!(opened.0.producers().producer(7).unwrap().last_sequence(), 3);
}

fn transactional(log: &mut Log, storage: &mut dyn Storage, id: i64, sequence: i32, records: &[KeyValue<'_>]) {
    let batch = keyed(BatchBuilder::new().producer(id, 0, sequence).transactional(), records);
    log.append(storage, NOW, &batch, 0).unwrap();
}

fn end(log: &mut Log, storage: &mut dyn Storage, id: i64, is_commit: bool) {
    let marker = EndTxnMarker { is_commit, coordinator_epoch: 0 };
    let batch = CheckedBatch::from_coordinator(&marker.to_batch(NOW.as_millis(), id, 0)).unwrap();
    log.append(storage, NOW, &batch, 0).unwrap();
    log.note_high_watermark(log.log_end_offset());
}

#[test]
fn aborted_records_go_and_markers_after_them() {
    let mut storage = MemoryStorage::new();
    let mut log = create(&mut storage, config());
    transactional(&mut log, &mut storage, 1, 0, &[("a", Some("committed"))]);
    transactional(&mut log, &mut storage, 2, 0, &[("a", Some("aborted")), ("b", Some("aborted"))]);
    end(&mut log, &mut storage, 2, false);
    end(&mut log, &mut storage, 1, true);
    transactional(&mut log, &mut storage, 2, 2, &[("y", Some("later"))]);
    end(&mut log, &mut storage, 2, true);
    let fill = |log: &mut Log, storage: &mut MemoryStorage| {
        (0..8).for_each(|_| _ = put(log, storage, &[("z", Some("some long value of a filler"))]));
    };
    fill(&mut log, &mut storage);
    assert_eq!(log.aborted_transactions(&storage, 0, 20).unwrap().len(), 1);
    round(&mut log, &mut storage, NOW).unwrap();
    // The aborted value of "a" is no newer record: the committed one stays.
    assert_eq!(shown(&log, &storage)[0], "0 a=committed");
    let offsets = |log: &Log, storage: &MemoryStorage| {
        headers(log, storage).iter().map(|header| header.base_offset).filter(|offset| *offset < 8).collect::<Vec<_>>()
    };
    // Both markers are kept in the first round, which removed the records.
    assert_eq!(offsets(&log, &storage), [0, 3, 4, 5, 6]);
    assert_eq!(log.aborted_transactions(&storage, 0, 20).unwrap().len(), 1);
    // The second round finds the abort marker idle and gives it a horizon, the third one removes it.
    fill(&mut log, &mut storage);
    round(&mut log, &mut storage, NOW).unwrap();
    assert_eq!(offsets(&log, &storage), [0, 3, 4, 5, 6]);
    assert!(headers(&log, &storage)[1].attributes.has_delete_horizon());
    assert_eq!(log.aborted_transactions(&storage, 0, 20).unwrap(), []);
    fill(&mut log, &mut storage);
    round(&mut log, &mut storage, NOW + Duration::from_millis(1000)).unwrap();
    assert_eq!(offsets(&log, &storage), [0, 4, 5, 6]);
}

#[test]
fn batches_that_cannot_be_decoded_stay() {
    let mut storage = MemoryStorage::new();
    let mut log = create(&mut storage, config());
    let mut rubbish = BatchBuilder::new();
    rubbish.append(0, Some(b"a"), Some(b"v"), &[]);
    let mut bytes = rubbish.build().to_vec();
    bytes[22] = 4;
    let crc = crc32c::crc32c(&bytes[21..]);
    bytes[17..21].copy_from_slice(&crc.to_be_bytes());
    log.append(&mut storage, NOW, &CheckedBatch::from_coordinator(&bytes.into()).unwrap(), 0).unwrap();
    (0..8).for_each(|_| _ = put(&mut log, &mut storage, &[("a", Some("some value"))]));
    round(&mut log, &mut storage, NOW).unwrap();
    assert_eq!(headers(&log, &storage)[0].base_offset, 0);
    assert_eq!(log.clean_offset(), 6);
}

#[test]
fn a_round_notes_no_more_keys_than_it_has_room_for() {
    let (mut log, mut storage) = filled();
    let limits = Limits { slice_size: 1, keys_size: 1 };
    let mut ends = Vec::new();
    while ends.len() < 20 {
        match log.compact_within(limits, &mut storage, NOW, 12).unwrap() {
            Compaction::Idle => break,
            Compaction::Done(done) => ends.push(done.clean_to),
            Compaction::Working | Compaction::AwaitsFlush => {
                log.begin_flush().iter().for_each(|flush| log.flushed(flush));
            }
        }
    }
    assert_eq!(ends, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    assert_eq!(shown(&log, &storage).len(), 6);
}
