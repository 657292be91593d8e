//! The indexes of a segment, as they lie in the files of the broker that leads the partition.
//!
//! A broker notes every `index.interval.bytes` where a record lies, so that it finds one without reading the log from
//! its beginning. It keeps the newest entries of the active segment in memory and writes them when the segment is rolled.
//! This is no fold of events: the files are read when somebody looks at them.

use runnel_broker::{Storage, Timestamp};

/// Entries of an index that are listed: of more the first ones and the last ones.
const LISTED_MAX: usize = 8;
/// Bytes of an entry: the offset as a distance from the segment's name, and the place in the `.log` file.
const OFFSET_ENTRY_SIZE: usize = 8;
/// Bytes of an entry: milliseconds, and the offset as a distance from the segment's name.
const TIME_ENTRY_SIZE: usize = 12;

/// An entry of an offset index.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OffsetIndexEntry {
    /// The offset, as a distance from the segment's name.
    pub relative_offset: i32,
    /// Where its batch begins in the `.log` file.
    pub position: i32,
}

/// An entry of a time index.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TimeIndexEntry {
    /// The largest timestamp up to there.
    pub timestamp: Timestamp,
    /// The offset of its record, as a distance from the segment's name.
    pub relative_offset: i32,
}

/// An index: how many entries it has, and those that are listed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct IndexListing<T> {
    /// All entries.
    pub count: usize,
    /// The first ones and the last ones.
    pub listed: Vec<T>,
}

/// Both indexes of a segment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SegmentIndexes {
    /// `.index`
    pub offsets: IndexListing<OffsetIndexEntry>,
    /// `.timeindex`
    pub times: IndexListing<TimeIndexEntry>,
}

impl SegmentIndexes {
    /// Reads the files of a segment; a file that is missing or cannot be read has no entries.
    pub fn read(storage: &impl Storage, broker: i32, (topic, partition): (&str, i32), base_offset: i64) -> Self {
        let load = |ending: &str| {
            let path = format!("broker-{broker}/{topic}-{partition}/{base_offset:020}.{ending}");
            storage.load(&path).ok().flatten().unwrap_or_default()
        };
        let offsets = listing(&load("index"), OFFSET_ENTRY_SIZE, |entry| {
            Some(OffsetIndexEntry { relative_offset: number(entry.get(..4)?)?, position: number(entry.get(4..)?)? })
        });
        let times = listing(&load("timeindex"), TIME_ENTRY_SIZE, |entry| {
            let millis = i64::from_be_bytes(entry.get(..8)?.try_into().ok()?);
            let timestamp = Timestamp(millis.saturating_mul(1_000));
            Some(TimeIndexEntry { timestamp, relative_offset: number(entry.get(8..)?)? })
        });
        SegmentIndexes { offsets, times }
    }
}

fn number(bytes: &[u8]) -> Option<i32> {
    Some(i32::from_be_bytes(bytes.try_into().ok()?))
}

fn listing<T>(file: &[u8], size: usize, entry: impl Fn(&[u8]) -> Option<T>) -> IndexListing<T> {
    let entries = file.chunks_exact(size);
    let count = entries.len();
    let is_listed = |place: usize| count <= LISTED_MAX || place < LISTED_MAX / 2 || place >= count - LISTED_MAX / 2;
    let listed = entries.enumerate().filter(|(place, _)| is_listed(*place)).filter_map(|(_, bytes)| entry(bytes));
    IndexListing { count, listed: listed.collect() }
}
