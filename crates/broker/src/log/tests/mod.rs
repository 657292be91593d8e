//! What all tests of the log share: small batches, small segments, and reading everything back.

mod append;
mod compact;
mod compact_model;
mod damage;
mod kafka;
mod model;
mod open;
mod power;
mod retention;
mod search;

use super::*;
use crate::MemoryStorage;
use bytes::Bytes;
use runnel_protocol::records::{self, BatchBuilder, Record};
use runnel_protocol::{BlobRange, Chunk};

pub(super) const FOLDER: &str = "broker-1/orders-0";
pub(super) const NOW: Timestamp = Timestamp(1_700_000_000_000_000);
pub(super) const TOPIC_ID: Uuid = Uuid::from_u128(0x1234_5678_9abc_def0_1234_5678_9abc_def0);
/// No end but the log's own.
pub(super) const NO_END: Offset = Offset::MAX;

/// Segments of a few batches, with an index entry for every second one.
pub(super) fn small() -> LogConfig {
    LogConfig { internal_segment_bytes: Some(400), index_interval_bytes: 100, ..LogConfig::default() }
}

pub(super) fn hints(clean_shutdown: bool, recovery_point: Offset) -> Hints {
    Hints { clean_shutdown, recovery_point, log_start_offset: 0, clean_offset: 0, files: Files::AtOnce }
}

pub(super) fn create(storage: &mut dyn Storage, config: LogConfig) -> Log {
    Log::create(storage, FOLDER, TOPIC_ID, config, Files::AtOnce, NOW).unwrap()
}

/// A batch of records `(timestamp, value)`.
pub(super) fn batch(records: &[(i64, &str)]) -> CheckedBatch {
    checked(BatchBuilder::new(), records)
}

pub(super) fn checked(mut builder: BatchBuilder, records: &[(i64, &str)]) -> CheckedBatch {
    for (timestamp, value) in records {
        builder.append(*timestamp, None, Some(value.as_bytes()), &[]);
    }
    CheckedBatch { origin: Origin::Client, ..CheckedBatch::from_coordinator(&builder.build()).unwrap() }
}

/// Appends one record.
pub(super) fn append(log: &mut Log, storage: &mut dyn Storage, timestamp: i64, value: &str) -> Appended {
    log.append(storage, NOW, &batch(&[(timestamp, value)]), 0).unwrap()
}

pub(super) fn bytes_of(slice: &Slice, storage: &dyn Storage) -> Bytes {
    let read = |range: BlobRange| storage.read(BlobId(range.blob), range.position, range.size as usize);
    slice.chunks.gather(read).unwrap()
}

/// The whole batches in a slice, decoded.
pub(super) fn records_of(slice: &Slice, storage: &dyn Storage) -> Vec<Record> {
    let bytes = bytes_of(slice, storage);
    let mut decoded = Vec::new();
    for batch in records::split(&bytes).with_checksums().ending_at_partial() {
        let (_, range) = batch.unwrap();
        decoded.extend(records::iterate(&bytes.slice(range), 1 << 20).unwrap().map(Result::unwrap));
    }
    decoded
}

/// All records from `offset` to before `end`, as a consumer fetches them.
pub(super) fn read_all(log: &Log, storage: &dyn Storage, offset: Offset, end: Offset) -> Vec<(Offset, String)> {
    let mut next = offset;
    let mut all = Vec::new();
    loop {
        let slice = log.read(storage, next, 150, FirstBatch::Whole, end).unwrap();
        let bytes = bytes_of(&slice, storage);
        let Some(last) = records::split(&bytes).ending_at_partial().map(Result::unwrap).last() else { return all };
        let wanted = records_of(&slice, storage).into_iter().filter(|record| record.offset >= next);
        all.extend(wanted.map(|record| (record.offset, value_of(&record))));
        next = last.0.next_offset();
    }
}

pub(super) fn value_of(record: &Record) -> String {
    String::from_utf8(record.value.clone().unwrap_or_default().to_vec()).unwrap()
}

pub(super) fn names(storage: &dyn Storage) -> Vec<String> {
    storage.list(FOLDER).unwrap().into_iter().map(|entry| entry.name).collect()
}

pub(super) fn load(storage: &MemoryStorage, name: &str) -> Vec<u8> {
    storage.load(&format!("{FOLDER}/{name}")).unwrap().unwrap().to_vec()
}

/// Base offset and size of each segment.
pub(super) fn shape(log: &Log) -> Vec<(Offset, u32)> {
    log.segments().map(|segment| (segment.base_offset, segment.size)).collect()
}

/// The range that a slice names.
pub(super) fn range(slice: &Slice) -> Option<(u64, u32)> {
    match slice.chunks.0.as_slice() {
        [] => None,
        [Chunk::Range(range)] => Some((range.position, range.size)),
        other => panic!("wanted one range, found {other:?}"),
    }
}
