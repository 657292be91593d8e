//! Folders that a real Kafka wrote: see `testdata/kafka-4.3/README.md`.

use super::*;
use std::path::PathBuf;

/// Copies a folder of the test data into a store.
fn load_folder(name: &str) -> MemoryStorage {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("testdata/kafka-4.3").join(name);
    let mut storage = MemoryStorage::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let file = path.file_name().unwrap().to_str().unwrap();
        storage.replace(&format!("{FOLDER}/{file}"), &std::fs::read(&path).unwrap()).unwrap();
    }
    storage
}

fn open(storage: &mut MemoryStorage, config: LogConfig, clean_shutdown: bool) -> (Log, Vec<RecoveryNote>) {
    let topic_id = topic_id(storage, FOLDER).unwrap().unwrap();
    let hints = hints(clean_shutdown, 0);
    Log::open(storage, FOLDER, topic_id, config, &hints, NOW).unwrap()
}

fn compact() -> LogConfig {
    LogConfig { cleanup_policy: CleanupPolicy::COMPACT, ..LogConfig::default() }
}

#[test]
fn a_log_with_transactions_opens_as_kafka_left_it() {
    for clean_shutdown in [true, false] {
        let mut storage = load_folder("mixed-0");
        let (log, notes) = open(&mut storage, LogConfig::default(), clean_shutdown);
        assert_eq!(notes, []);
        assert_eq!(shape(&log), [(0, 429), (9, 687)]);
        let data: Vec<_> =
            read_all(&log, &storage, 0, NO_END).into_iter().filter(|(_, value)| value.len() > 6).collect();
        let offsets: Vec<Offset> = data.iter().map(|(offset, _)| *offset).collect();
        assert_eq!(offsets, [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 13, 15]);
        assert_eq!((data[0].1.as_str(), data[10].1.as_str()), ("gzip value 0", "second segment"));
        let aborted = |first_offset, last_offset| AbortedTransaction {
            producer_id: 2,
            first_offset,
            last_offset,
            last_stable_offset: last_offset + 1,
        };
        assert_eq!(log.aborted_transactions(&storage, 0, 17).unwrap(), [aborted(7, 11), aborted(13, 14)]);
        assert_eq!(log.aborted_transactions(&storage, 0, 12).unwrap(), [aborted(7, 11)]);
        assert_eq!(log.epochs().entries(), [EpochStart { epoch: 0, start_offset: 0 }]);
        let found = log.offset_for_timestamp(&storage, 1_700_000_000_003, NO_END).unwrap().unwrap();
        assert_eq!(found.offset, 3);
        assert_eq!(log.max_timestamp(&storage).unwrap().unwrap().offset, 16);
        let epochs: Vec<_> = log.producers().iter().map(|(id, producer)| (id, producer.epoch)).collect();
        assert_eq!(epochs, [(0, 0), (1, 2), (2, 2)]);
    }
}

#[test]
fn what_follows_from_the_records_is_made_as_kafka_made_it() {
    let kafkas = load_folder("mixed-0");
    let mut storage = kafkas.clone();
    for name in names(&kafkas) {
        if !name.ends_with(".log") && name != "partition.metadata" {
            storage.remove(&format!("{FOLDER}/{name}")).unwrap();
        }
    }
    let (log, _) = open(&mut storage, LogConfig::default(), false);
    log.close(&mut storage).unwrap();
    assert_eq!(names(&storage), names(&kafkas));
    for name in names(&kafkas) {
        assert_eq!(load(&storage, &name), load(&kafkas, &name), "{name}");
    }
}

#[test]
fn a_producer_goes_on_where_it_stopped_under_kafka() {
    let mut storage = load_folder("mixed-0");
    let (mut log, _) = open(&mut storage, LogConfig::default(), true);
    let sent = |sequence| checked(BatchBuilder::new().producer(0, 0, sequence), &[(NOW.as_millis(), "more")]);
    let again = log.append(&mut storage, NOW, &sent(6), 0).unwrap();
    assert_eq!((again.base_offset, again.is_duplicate), (12, true));
    assert_eq!(log.append(&mut storage, NOW, &sent(7), 0).unwrap().base_offset, 17);
}

#[test]
fn a_compacted_log_opens_with_its_gaps() {
    for clean_shutdown in [true, false] {
        let mut storage = load_folder("compacted-0");
        let (log, notes) = open(&mut storage, compact(), clean_shutdown);
        assert_eq!(notes, []);
        let offsets: Vec<_> = read_all(&log, &storage, 0, NO_END).into_iter().map(|(offset, _)| offset).collect();
        assert_eq!(offsets, [18, 20, 21, 22, 23, 24, 25, 26]);
        // An offset in a gap is answered with what comes after it.
        let slice = log.read(&storage, 19, 10_000, FirstBatch::Whole, NO_END).unwrap();
        assert_eq!(records_of(&slice, &storage)[0].offset, 18);
        assert_eq!(log.log_end_offset(), 27);
    }
}
