//! Power cuts: what was flushed is there, whole and in order.

use super::*;
use crate::{FaultyStorage, Random};

/// Runs a log through appends, flushes and power cuts by chance. `flush_always` flushes before each acknowledgement.
/// Returns how many acknowledged records were lost.
fn run(seed: u64, flush_always: bool) -> usize {
    let mut random = Random::new(seed);
    let mut storage = FaultyStorage::new();
    let mut log = create(&mut storage, small());
    flush(&mut log, &mut storage);
    let mut acknowledged: Vec<String> = Vec::new();
    let mut lost = 0;
    for round in 0..4 {
        for at in 0..random.below(20) {
            let value = format!("value {seed} {round} {at}");
            append(&mut log, &mut storage, NOW.as_millis(), &value);
            if flush_always || random.below(5) == 0 {
                flush(&mut log, &mut storage);
            }
            acknowledged.push(value);
        }
        let recovery_point = log.recovery_point();
        storage.power_cut(&mut random);
        let mut config = small();
        config.index_interval_bytes = 50;
        log = Log::open(&mut storage, FOLDER, TOPIC_ID, config, &hints(false, recovery_point), NOW).unwrap().0;
        let found: Vec<String> = read_all(&log, &storage, 0, NO_END).into_iter().map(|(_, value)| value).collect();
        assert!(found.len() as i64 >= recovery_point, "seed {seed}: less than was flushed");
        assert_eq!(found, acknowledged[..found.len()], "seed {seed}: in order and unchanged");
        lost += acknowledged.len() - found.len();
        acknowledged.truncate(found.len());
        flush(&mut log, &mut storage);
    }
    lost
}

fn flush(log: &mut Log, storage: &mut FaultyStorage) {
    if let Some(flush) = log.begin_flush() {
        storage.flushed(&flush.blobs);
        log.flushed(&flush);
    }
}

#[test]
fn what_was_flushed_before_it_was_acknowledged_survives_power_cuts() {
    let lost: usize = (0..200).map(|seed| run(seed, true)).sum();
    assert_eq!(lost, 0);
}

#[test]
fn what_was_not_flushed_may_be_lost_but_leaves_no_hole() {
    let lost: usize = (0..200).map(|seed| run(seed, false)).sum();
    assert!(lost > 100, "{lost}");
}
