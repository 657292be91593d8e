//! Which segments go, by age, by size, and by the log's start.

use super::*;
use crate::log::RemovedReason::{Age, BeforeLogStart, Size};

/// Ten segments of one record each, a second apart, the first one from second 0; then what goes at `now_ms`.
#[track_caller]
fn check(config: LogConfig, start: Offset, high_watermark: Offset, now_ms: i64, expected: &[(Offset, RemovedReason)]) {
    let mut storage = MemoryStorage::new();
    let mut log = create(&mut storage, LogConfig { internal_segment_bytes: Some(80), ..config });
    (0..10).for_each(|at| _ = append(&mut log, &mut storage, at * 1000, "ten bytes."));
    assert_eq!(shape(&log).len(), 10);
    log.advance_log_start_offset(&mut storage, start).unwrap();
    let removed = log.retain(&mut storage, Timestamp::from_millis(now_ms), high_watermark).unwrap();
    assert_eq!(removed.iter().map(|removed| (removed.base_offset, removed.reason)).collect::<Vec<_>>(), expected);
    let gone = expected.len() as Offset;
    assert_eq!(log.log_start_offset(), start.max(gone));
    assert_eq!(read_all(&log, &storage, log.log_start_offset(), NO_END).len() as Offset, 10 - start.max(gone));
    let first = format!("{gone:020}.log");
    assert_eq!(names(&storage).iter().find(|name| name.ends_with(".log")), Some(&first));
    assert!(log.retain(&mut storage, Timestamp::from_millis(now_ms), high_watermark).unwrap().is_empty());
}

fn by_age(retention_ms: i64) -> LogConfig {
    LogConfig { retention_ms, ..LogConfig::default() }
}

fn by_size(retention_bytes: i64) -> LogConfig {
    LogConfig { retention_bytes, retention_ms: -1, ..LogConfig::default() }
}

#[test]
fn segments_go_when_their_newest_record_is_too_old() {
    let age = |at: i64| (at, Age { newest_timestamp: at * 1000 });
    check(by_age(5000), 0, 10, 5000, &[]);
    check(by_age(5000), 0, 10, 5001, &[age(0)]);
    check(by_age(5000), 0, 10, 8000, &[age(0), age(1), age(2)]);
    check(by_age(-1), 0, 10, i64::MAX / 1000, &[]);
}

#[test]
fn the_active_segment_goes_too_when_all_of_it_is_past() {
    let all: Vec<_> = (0..10).map(|at| (at, Age { newest_timestamp: at * 1000 })).collect();
    check(by_age(5000), 0, 10, 20_000, &all);
}

#[test]
fn nothing_goes_that_the_high_watermark_has_not_passed() {
    check(by_age(5000), 0, 2, 20_000, &[(0, Age { newest_timestamp: 0 }), (1, Age { newest_timestamp: 1000 })]);
    check(by_age(5000), 0, 0, 20_000, &[]);
}

#[test]
fn segments_go_while_the_log_keeps_its_size_without_them() {
    // Segments have 78 bytes.
    check(by_size(780), 0, 10, 0, &[]);
    check(by_size(703), 0, 10, 0, &[]);
    check(by_size(702), 0, 10, 0, &[(0, Size { log_size: 780 })]);
    check(by_size(600), 0, 10, 0, &[(0, Size { log_size: 780 }), (1, Size { log_size: 702 })]);
}

#[test]
fn segments_before_the_logs_start_go_under_every_policy() {
    let compact = LogConfig { cleanup_policy: CleanupPolicy::COMPACT, retention_ms: 1, ..LogConfig::default() };
    check(compact, 2, 10, 20_000, &[(0, BeforeLogStart), (1, BeforeLogStart)]);
    check(by_age(-1), 3, 10, 0, &[(0, BeforeLogStart), (1, BeforeLogStart), (2, BeforeLogStart)]);
    // The active segment holds the log's end and stays.
    let nine: Vec<_> = (0..9).map(|at| (at, BeforeLogStart)).collect();
    check(by_age(-1), 10, 10, 0, &nine);
}

#[test]
fn records_without_a_timestamp_are_as_old_as_the_last_append() {
    let mut storage = MemoryStorage::new();
    let mut log = create(&mut storage, by_age(5000));
    append(&mut log, &mut storage, -1, "x");
    let at = |millis| NOW + std::time::Duration::from_millis(millis);
    assert!(log.retain(&mut storage, at(5000), 1).unwrap().is_empty());
    assert_eq!(log.retain(&mut storage, at(5001), 1).unwrap().len(), 1);
}

/// What is said and what is done are one rule: this is how the rest is told.
#[test]
fn what_stays_says_why() {
    use crate::log::KeptReason::{AboveHighWatermark, Empty, NotDeleted, OlderStays, WithinLimits};
    use crate::log::RetentionVerdict::{Kept, Removed};
    let mut storage = MemoryStorage::new();
    let told = |log: &Log, now_ms: i64, high_watermark: Offset| -> Vec<RetentionVerdict> {
        log.explain_retention(Timestamp::from_millis(now_ms), high_watermark).map(|segment| segment.verdict).collect()
    };
    let config = LogConfig { internal_segment_bytes: Some(80), ..by_age(5000) };
    let mut log = create(&mut storage, config);
    for timestamp in [0, 9000, 1000] {
        append(&mut log, &mut storage, timestamp, "ten bytes.");
    }
    let within = |newest: i64| Kept(WithinLimits { too_old_at: Some(newest + 5001), bytes_until_too_large: None });
    assert_eq!(told(&log, 7000, 3), [Removed(Age { newest_timestamp: 0 }), within(9000), Kept(OlderStays)]);
    assert_eq!(told(&log, 4000, 1), [within(0), Kept(AboveHighWatermark), Kept(AboveHighWatermark)]);

    let size = log.size_bytes() / 3;
    log.set_config(LogConfig { retention_ms: -1, retention_bytes: i64::try_from(2 * size + 5).unwrap(), ..config });
    let too_small = |missing: u64| Kept(WithinLimits { too_old_at: None, bytes_until_too_large: Some(missing) });
    assert_eq!(told(&log, 7000, 3), [5, 5, 5].map(too_small));
    log.set_config(LogConfig { cleanup_policy: CleanupPolicy::COMPACT, ..config });
    assert_eq!(told(&log, 7000, 3), [Kept(NotDeleted); 3]);

    log.set_config(LogConfig { retention_ms: 1, ..config });
    log.retain(&mut storage, Timestamp::from_millis(20_000), 3).unwrap();
    assert_eq!(told(&log, 20_000, 3), [Kept(Empty)]);
}
