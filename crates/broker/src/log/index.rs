//! Sparse indexes of a segment: offset to position, and timestamp to offset.
//!
//! ```text
//! .index      relative offset i32, position i32             every index.interval.bytes
//! .timeindex  timestamp i64, relative offset i32            at the same batches, while the timestamp grows
//! ```
//!
//! An entry of the offset index names the *last* offset of the batch at `position`; one of the time index the last
//! offset of the batch with the largest timestamp so far. Offsets are relative to the segment's base offset.
//!
//! The newest entries are kept in memory and written when a segment is rolled or closed, or when there are many: what
//! a crash takes from an index, recovery makes again. Everything else is found by binary search in the store.

use crate::{BlobId, Offset, Storage, StorageError};

/// Bytes of an entry of the offset index.
pub(super) const OFFSET_ENTRY_SIZE: usize = 8;
/// Bytes of an entry of the time index.
pub(super) const TIME_ENTRY_SIZE: usize = 12;

/// Entries that wait in memory at most.
const UNWRITTEN_MAX: usize = 1024;
/// A range of so many entries is read at once rather than halved further.
const READ_AT_ONCE: u32 = 256;

/// Entries of `SIZE` bytes in ascending order.
#[derive(Clone, Debug)]
pub(super) struct Index<const SIZE: usize> {
    blob: BlobId,
    written: u32,
    unwritten: Vec<[u8; SIZE]>,
}

/// Offset to position.
pub(super) type OffsetIndex = Index<OFFSET_ENTRY_SIZE>;
/// Timestamp to offset.
pub(super) type TimeIndex = Index<TIME_ENTRY_SIZE>;

/// What an offset index knows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct OffsetEntry {
    pub(super) offset: Offset,
    pub(super) position: u32,
}

/// What a time index knows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct TimeEntry {
    pub(super) timestamp: i64,
    pub(super) offset: Offset,
}

impl<const SIZE: usize> Index<SIZE> {
    /// Opens the index at `path`. Bytes after the last whole entry are left out of the count.
    pub(super) fn open(storage: &mut dyn Storage, path: &str) -> Result<Self, StorageError> {
        let blob = storage.open(path)?;
        let written = u32::try_from(storage.size(blob)? / SIZE as u64).unwrap_or(u32::MAX);
        Ok(Index { blob, written, unwritten: Vec::new() })
    }

    pub(super) fn blob(&self) -> BlobId {
        self.blob
    }

    pub(super) fn count(&self) -> u32 {
        self.written + u32::try_from(self.unwritten.len()).expect("there are few unwritten entries")
    }

    /// Writes what waits in memory.
    pub(super) fn write(&mut self, storage: &mut dyn Storage) -> Result<(), StorageError> {
        if !self.unwritten.is_empty() {
            storage.append(self.blob, &[self.unwritten.as_flattened()])?;
            self.written = self.count();
            self.unwritten = Vec::new();
        }
        Ok(())
    }

    /// Keeps the first `count` entries.
    pub(super) fn truncate(&mut self, storage: &mut dyn Storage, count: u32) -> Result<(), StorageError> {
        if count < self.written {
            storage.truncate(self.blob, u64::from(count) * SIZE as u64)?;
            self.written = count;
        }
        self.unwritten.truncate((count - self.written) as usize);
        Ok(())
    }

    /// Why the file's size cannot be right.
    pub(super) fn size_fault(&self, storage: &dyn Storage) -> Result<Option<String>, StorageError> {
        let size = storage.size(self.blob)?;
        let is_whole = size.is_multiple_of(SIZE as u64);
        Ok((!is_whole).then(|| format!("an index of {size} bytes does not consist of entries of {SIZE}")))
    }

    fn push(&mut self, storage: &mut dyn Storage, entry: [u8; SIZE]) -> Result<(), StorageError> {
        self.unwritten.push(entry);
        if self.unwritten.len() >= UNWRITTEN_MAX { self.write(storage) } else { Ok(()) }
    }

    /// The entry number `at`, which must be one.
    fn entry(&self, storage: &dyn Storage, at: u32) -> Result<[u8; SIZE], StorageError> {
        if at >= self.written {
            return Ok(self.unwritten[(at - self.written) as usize]);
        }
        let bytes = storage.read(self.blob, u64::from(at) * SIZE as u64, SIZE)?;
        Ok(bytes.as_ref().try_into().expect("the store reads exactly as many bytes as it was asked for"))
    }

    /// How many entries come before the first one for which `is_before` is false.
    fn count_before(
        &self,
        storage: &dyn Storage,
        is_before: impl Fn(&[u8; SIZE]) -> bool,
    ) -> Result<u32, StorageError> {
        let in_memory = self.unwritten.partition_point(&is_before);
        if in_memory > 0 {
            return Ok(self.written + u32::try_from(in_memory).expect("there are few unwritten entries"));
        }
        let (mut low, mut high) = (0, self.written);
        while high - low > READ_AT_ONCE {
            let middle = low + (high - low) / 2;
            if is_before(&self.entry(storage, middle)?) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        let bytes = storage.read(self.blob, u64::from(low) * SIZE as u64, (high - low) as usize * SIZE)?;
        let (entries, _) = bytes.as_chunks::<SIZE>();
        Ok(low + u32::try_from(entries.partition_point(is_before)).expect("there are few entries at once"))
    }
}

impl OffsetIndex {
    pub(super) fn append(
        &mut self,
        storage: &mut dyn Storage,
        base_offset: Offset,
        entry: OffsetEntry,
    ) -> Result<(), StorageError> {
        let Some(offset) = relative(base_offset, entry.offset) else { return Ok(()) };
        let mut bytes = [0; OFFSET_ENTRY_SIZE];
        bytes[..4].copy_from_slice(&offset);
        bytes[4..].copy_from_slice(&entry.position.to_be_bytes());
        self.push(storage, bytes)
    }

    /// The last entry with an offset not after `offset`.
    pub(super) fn lookup(
        &self,
        storage: &dyn Storage,
        base_offset: Offset,
        offset: Offset,
    ) -> Result<Option<OffsetEntry>, StorageError> {
        let count = self.count_before(storage, |bytes| offset_entry(base_offset, bytes).offset <= offset)?;
        self.number(storage, base_offset, count.checked_sub(1))
    }

    /// The first entry whose position is `position` or after it.
    pub(super) fn first_from_position(
        &self,
        storage: &dyn Storage,
        base_offset: Offset,
        position: u32,
    ) -> Result<Option<OffsetEntry>, StorageError> {
        let count = self.count_before(storage, |bytes| offset_entry(base_offset, bytes).position < position)?;
        self.number(storage, base_offset, (count < self.count()).then_some(count))
    }

    pub(super) fn last(&self, storage: &dyn Storage, base_offset: Offset) -> Result<Option<OffsetEntry>, StorageError> {
        self.number(storage, base_offset, self.count().checked_sub(1))
    }

    /// Forgets the entries of `offset` and after it.
    pub(super) fn truncate_to(
        &mut self,
        storage: &mut dyn Storage,
        base_offset: Offset,
        offset: Offset,
    ) -> Result<(), StorageError> {
        let count = self.count_before(storage, |bytes| offset_entry(base_offset, bytes).offset < offset)?;
        self.truncate(storage, count)
    }

    fn number(
        &self,
        storage: &dyn Storage,
        base_offset: Offset,
        number: Option<u32>,
    ) -> Result<Option<OffsetEntry>, StorageError> {
        number.map(|number| Ok(offset_entry(base_offset, &self.entry(storage, number)?))).transpose()
    }
}

impl TimeIndex {
    /// Appends an entry if its timestamp is larger than the last one's.
    pub(super) fn append_if_later(
        &mut self,
        storage: &mut dyn Storage,
        base_offset: Offset,
        entry: TimeEntry,
    ) -> Result<(), StorageError> {
        let last = self.last(storage, base_offset)?.map_or(-1, |last| last.timestamp);
        let Some(offset) = relative(base_offset, entry.offset).filter(|_| entry.timestamp > last) else {
            return Ok(());
        };
        let mut bytes = [0; TIME_ENTRY_SIZE];
        bytes[..8].copy_from_slice(&entry.timestamp.to_be_bytes());
        bytes[8..].copy_from_slice(&offset);
        self.push(storage, bytes)
    }

    /// The last entry with a timestamp not after `timestamp`.
    pub(super) fn lookup(
        &self,
        storage: &dyn Storage,
        base_offset: Offset,
        timestamp: i64,
    ) -> Result<Option<TimeEntry>, StorageError> {
        let count = self.count_before(storage, |bytes| time_entry(base_offset, bytes).timestamp <= timestamp)?;
        self.number(storage, base_offset, count.checked_sub(1))
    }

    pub(super) fn first(&self, storage: &dyn Storage, base_offset: Offset) -> Result<Option<TimeEntry>, StorageError> {
        self.number(storage, base_offset, (self.count() > 0).then_some(0))
    }

    pub(super) fn last(&self, storage: &dyn Storage, base_offset: Offset) -> Result<Option<TimeEntry>, StorageError> {
        self.number(storage, base_offset, self.count().checked_sub(1))
    }

    /// Forgets the entries of `offset` and after it.
    pub(super) fn truncate_to(
        &mut self,
        storage: &mut dyn Storage,
        base_offset: Offset,
        offset: Offset,
    ) -> Result<(), StorageError> {
        let count = self.count_before(storage, |bytes| time_entry(base_offset, bytes).offset < offset)?;
        self.truncate(storage, count)
    }

    fn number(
        &self,
        storage: &dyn Storage,
        base_offset: Offset,
        number: Option<u32>,
    ) -> Result<Option<TimeEntry>, StorageError> {
        number.map(|number| Ok(time_entry(base_offset, &self.entry(storage, number)?))).transpose()
    }
}

/// `None` for an offset that is too far away. A segment is rolled before that, so it comes from a damaged batch, and
/// an index may do without an entry.
fn relative(base_offset: Offset, offset: Offset) -> Option<[u8; 4]> {
    i32::try_from(offset.checked_sub(base_offset)?).ok().map(i32::to_be_bytes)
}

fn offset_entry(base_offset: Offset, bytes: &[u8; OFFSET_ENTRY_SIZE]) -> OffsetEntry {
    let (offset, position) = bytes.split_at(4);
    OffsetEntry {
        offset: base_offset.saturating_add(i64::from(int(offset))),
        position: u32::try_from(int(position)).unwrap_or(u32::MAX),
    }
}

fn time_entry(base_offset: Offset, bytes: &[u8; TIME_ENTRY_SIZE]) -> TimeEntry {
    let (timestamp, offset) = bytes.split_at(8);
    let timestamp = i64::from_be_bytes(timestamp.try_into().expect("split at 8"));
    TimeEntry { timestamp, offset: base_offset.saturating_add(i64::from(int(offset))) }
}

fn int(bytes: &[u8]) -> i32 {
    i32::from_be_bytes(bytes.try_into().expect("split at 4"))
}
