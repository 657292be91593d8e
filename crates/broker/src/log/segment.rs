//! One segment: a file of batches, its indexes, and what is remembered of them.

use super::config::LogConfig;
use super::index::{OFFSET_ENTRY_SIZE, OffsetEntry, OffsetIndex, TIME_ENTRY_SIZE, TimeEntry, TimeIndex};
use super::paths;
use super::scan::{Found, Scan, ScanError};
use super::transactions::{AbortedIndex, AbortedTransaction};
use crate::{BlobId, Offset, Storage, StorageError, Timestamp};
use runnel_protocol::records::BatchHeader;
use std::collections::VecDeque;

/// A segment of a log.
#[derive(Clone, Debug)]
pub(super) struct Segment {
    pub(super) base_offset: Offset,
    pub(super) blob: BlobId,
    /// Bytes in the `.log` file.
    pub(super) size: u32,
    pub(super) offset_index: OffsetIndex,
    pub(super) time_index: TimeIndex,
    pub(super) aborted: AbortedIndex,
    /// The largest timestamp and the last offset of the first batch that has it.
    pub(super) largest: Option<TimeEntry>,
    /// The largest timestamp of the first batch, once it is known.
    pub(super) first_batch_timestamp: Option<i64>,
    pub(super) created_at: Timestamp,
    /// The last append, or when the file was opened: a store tells no file times.
    pub(super) changed_at: Timestamp,
    bytes_since_entry: u32,
    /// The batches at the segment's end, in order: readers mostly want these, and need not walk to them.
    newest: VecDeque<Found>,
}

/// Batches at a segment's end that are remembered.
const NEWEST_MAX: usize = 8;

impl Segment {
    /// Makes the files of a new segment, in the place of whatever has their names.
    pub(super) fn create(
        storage: &mut dyn Storage,
        folder: &str,
        base_offset: Offset,
        now: Timestamp,
    ) -> Result<Self, StorageError> {
        for kind in paths::SEGMENT_FILES {
            storage.remove(&paths::file(folder, base_offset, kind))?;
        }
        Segment::open(storage, folder, base_offset, now)
    }

    /// Makes the files of a copy that will take the place of others: their names end with `.cleaned`.
    pub(super) fn create_cleaned(
        storage: &mut dyn Storage,
        folder: &str,
        base_offset: Offset,
        now: Timestamp,
    ) -> Result<Self, StorageError> {
        for kind in paths::SEGMENT_FILES {
            storage.remove(&cleaned(folder, base_offset, kind))?;
        }
        Segment::open_files(storage, base_offset, now, |kind| cleaned(folder, base_offset, kind))
    }

    /// Opens the files of a segment; missing ones are made. Nothing is checked: see `open/mod.rs`.
    pub(super) fn open(
        storage: &mut dyn Storage,
        folder: &str,
        base_offset: Offset,
        now: Timestamp,
    ) -> Result<Self, StorageError> {
        Segment::open_files(storage, base_offset, now, |kind| paths::file(folder, base_offset, kind))
    }

    fn open_files(
        storage: &mut dyn Storage,
        base_offset: Offset,
        now: Timestamp,
        path: impl Fn(&str) -> String,
    ) -> Result<Self, StorageError> {
        let log = path(paths::LOG);
        let blob = storage.open(&log)?;
        let size = storage.size(blob)?;
        let size =
            u32::try_from(size).ok().filter(|size| i32::try_from(*size).is_ok()).ok_or_else(|| StorageError {
                path: log,
                operation: "open",
                reason: format!("a segment has less than 2 GiB, this one has {size} bytes"),
            })?;
        let offset_index = OffsetIndex::open(storage, &path(paths::INDEX))?;
        let time_index = TimeIndex::open(storage, &path(paths::TIME_INDEX))?;
        let largest = time_index.last(storage, base_offset)?;
        Ok(Segment {
            base_offset,
            blob,
            size,
            offset_index,
            time_index,
            aborted: AbortedIndex::default(),
            largest,
            first_batch_timestamp: None,
            created_at: now,
            changed_at: now,
            bytes_since_entry: 0,
            newest: VecDeque::new(),
        })
    }

    /// The largest timestamp of a record, -1 if no record has one.
    pub(super) fn largest_timestamp(&self) -> i64 {
        self.largest.map_or(-1, |largest| largest.timestamp)
    }

    /// By what retention goes: the newest record, or the last change if no record has a timestamp.
    pub(super) fn age_timestamp(&self) -> i64 {
        self.largest.map_or_else(|| self.changed_at.as_millis(), |largest| largest.timestamp)
    }

    /// Whether a batch must go to a new segment.
    pub(super) fn is_full_for(&self, config: &LogConfig, now: Timestamp, batch: &BatchHeader) -> bool {
        let batch_size = u64::try_from(batch.size()).unwrap_or(u64::MAX);
        if self.size == 0 {
            return false;
        }
        u64::from(self.size).saturating_add(batch_size) > u64::from(config.segment_size_max())
            || self.waited_ms(now, batch.max_timestamp) > config.segment_age_max_ms()
            || self.offset_index.count() >= config.index_entries_max(OFFSET_ENTRY_SIZE)
            // The last slot is kept for the entry that is written when the segment is rolled.
            || self.time_index.count() + 1 >= config.index_entries_max(TIME_ENTRY_SIZE)
            || !LogConfig::offset_fits(self.base_offset, batch.last_offset())
    }

    /// How long this segment has waited for its end: by the records' own time if the first batch has one.
    fn waited_ms(&self, now: Timestamp, timestamp: i64) -> i64 {
        match self.first_batch_timestamp {
            Some(first) if first >= 0 => timestamp.saturating_sub(first),
            _ => now.as_millis().saturating_sub(self.created_at.as_millis()),
        }
    }

    /// Appends a batch whose header has its final fields.
    pub(super) fn append(
        &mut self,
        storage: &mut dyn Storage,
        config: &LogConfig,
        now: Timestamp,
        header: &BatchHeader,
        records: &[u8],
    ) -> Result<(), StorageError> {
        storage.append(self.blob, &[&header.to_bytes(), records])?;
        let position = self.size;
        self.size += u32::try_from(header.size()).expect("a batch is smaller than a segment");
        self.changed_at = now;
        self.note_batch(storage, config, &Found { position, header: *header })
    }

    /// Appends batches that keep their headers, one after the other.
    pub(super) fn append_all(
        &mut self,
        storage: &mut dyn Storage,
        config: &LogConfig,
        headers: &[BatchHeader],
        batches: &[&[u8]],
    ) -> Result<(), StorageError> {
        if headers.is_empty() {
            return Ok(());
        }
        storage.append(self.blob, batches)?;
        for header in headers {
            let position = self.size;
            self.size += u32::try_from(header.size()).expect("a batch is smaller than a segment");
            self.note_batch(storage, config, &Found { position, header: *header })?;
        }
        Ok(())
    }

    /// Remembers a batch that lies at the segment's end: timestamps and, where one is due, index entries.
    pub(super) fn note_batch(
        &mut self,
        storage: &mut dyn Storage,
        config: &LogConfig,
        found: &Found,
    ) -> Result<(), StorageError> {
        let Found { position, header } = found;
        if self.newest.len() == NEWEST_MAX {
            self.newest.pop_front();
        }
        self.newest.push_back(*found);
        if *position == 0 {
            self.first_batch_timestamp = Some(header.max_timestamp);
        }
        if header.max_timestamp > self.largest_timestamp() {
            self.largest = Some(TimeEntry { timestamp: header.max_timestamp, offset: header.last_offset() });
        }
        if self.bytes_since_entry > config.index_interval() {
            let entry = OffsetEntry { offset: header.last_offset(), position: *position };
            self.offset_index.append(storage, self.base_offset, entry)?;
            self.note_largest_timestamp(storage)?;
            self.bytes_since_entry = 0;
        }
        self.bytes_since_entry = self.bytes_since_entry.saturating_add(found.end() - position);
        Ok(())
    }

    /// Notes a transaction whose abort marker lies in this segment; returns the blob that was written.
    pub(super) fn append_aborted(
        &mut self,
        storage: &mut dyn Storage,
        folder: &str,
        aborted: AbortedTransaction,
    ) -> Result<BlobId, StorageError> {
        self.aborted.append(storage, &paths::file(folder, self.base_offset, paths::TXN_INDEX), aborted)
    }

    /// As [`Segment::append_aborted`], for a copy whose files end with `.cleaned`.
    pub(super) fn append_aborted_cleaned(
        &mut self,
        storage: &mut dyn Storage,
        folder: &str,
        aborted: AbortedTransaction,
    ) -> Result<BlobId, StorageError> {
        self.aborted.append(storage, &cleaned(folder, self.base_offset, paths::TXN_INDEX), aborted)
    }

    fn note_largest_timestamp(&mut self, storage: &mut dyn Storage) -> Result<(), StorageError> {
        match self.largest {
            Some(largest) => self.time_index.append_if_later(storage, self.base_offset, largest),
            None => Ok(()),
        }
    }

    /// Writes the indexes to their ends: when the segment is rolled or closed.
    pub(super) fn finish(&mut self, storage: &mut dyn Storage) -> Result<(), StorageError> {
        self.newest = VecDeque::new();
        self.note_largest_timestamp(storage)?;
        self.offset_index.write(storage)?;
        self.time_index.write(storage)
    }

    /// Forgets everything but the batches, before they are read through. Bytes behind the last whole entry of an index
    /// go too.
    pub(super) fn forget(&mut self, storage: &mut dyn Storage, folder: &str) -> Result<(), StorageError> {
        for kind in [paths::INDEX, paths::TIME_INDEX, paths::TXN_INDEX] {
            storage.remove(&paths::file(folder, self.base_offset, kind))?;
        }
        self.close_indexes(storage);
        self.offset_index = OffsetIndex::open(storage, &paths::file(folder, self.base_offset, paths::INDEX))?;
        self.time_index = TimeIndex::open(storage, &paths::file(folder, self.base_offset, paths::TIME_INDEX))?;
        self.aborted = AbortedIndex::default();
        self.largest = None;
        self.first_batch_timestamp = None;
        self.bytes_since_entry = 0;
        self.newest.clear();
        Ok(())
    }

    /// Cuts the segment at the batch that holds `offset`. Returns the bytes that went.
    pub(super) fn truncate_to(
        &mut self,
        storage: &mut dyn Storage,
        folder: &str,
        offset: Offset,
    ) -> Result<u32, StorageError> {
        let Some(first_gone) = self.locate(storage, folder, offset)? else { return Ok(0) };
        let gone = self.size - first_gone.position;
        self.newest.clear();
        storage.truncate(self.blob, u64::from(first_gone.position))?;
        self.size = first_gone.position;
        // A batch may begin before the offset: its index entry goes with it.
        let offset = first_gone.header.base_offset.max(self.base_offset);
        self.offset_index.truncate_to(storage, self.base_offset, offset)?;
        self.time_index.truncate_to(storage, self.base_offset, offset)?;
        let path = paths::file(folder, self.base_offset, paths::TXN_INDEX);
        self.aborted.truncate_to(storage, &path, self.base_offset, offset)?;
        self.bytes_since_entry = 0;
        if self.size == 0 {
            self.first_batch_timestamp = None;
        }
        self.find_largest_timestamp(storage, folder)?;
        Ok(gone)
    }

    /// Looks behind the time index's last entry for a larger timestamp.
    pub(super) fn find_largest_timestamp(&mut self, storage: &dyn Storage, folder: &str) -> Result<(), StorageError> {
        self.largest = self.time_index.last(storage, self.base_offset)?;
        let from = self.largest.map_or(self.base_offset, |largest| largest.offset);
        let mut scan = self.scan_near(storage, from)?;
        let mut largest = self.largest;
        while let Some(found) = scan.next().map_err(|error| error.into_storage_error(&self.path(folder)))? {
            let timestamp = found.header.max_timestamp;
            if timestamp > largest.map_or(-1, |largest| largest.timestamp) {
                largest = Some(TimeEntry { timestamp, offset: found.header.last_offset() });
            }
        }
        self.largest = largest;
        Ok(())
    }

    /// The largest timestamp of the first batch, which says how old the segment is; `None` if it has no batch.
    pub(super) fn first_timestamp(&self, storage: &dyn Storage) -> Result<Option<i64>, StorageError> {
        if self.first_batch_timestamp.is_some() {
            return Ok(self.first_batch_timestamp);
        }
        match self.scan(storage).next() {
            Ok(first) => Ok(first.map(|first| first.header.max_timestamp)),
            Err(ScanError::Storage(error)) => Err(error),
            Err(ScanError::Bad { .. }) => Ok(None),
        }
    }

    /// A walk over all batches.
    pub(super) fn scan<'a>(&self, storage: &'a dyn Storage) -> Scan<'a> {
        Scan::new(storage, self.blob, 0, self.size)
    }

    /// A walk that begins at a batch not after the one with `offset`, as near as the index knows.
    ///
    /// An index that leads to something else than a batch of fitting offsets is not believed: the walk then begins at
    /// the start.
    pub(super) fn scan_near<'a>(&self, storage: &'a dyn Storage, offset: Offset) -> Result<Scan<'a>, StorageError> {
        let Some(entry) = self.offset_index.lookup(storage, self.base_offset, offset)? else {
            return Ok(self.scan(storage));
        };
        if entry.position >= self.size || entry.offset < self.base_offset {
            return Ok(self.scan(storage));
        }
        let mut scan = Scan::new(storage, self.blob, entry.position, self.size);
        match scan.next() {
            Ok(Some(first)) if (self.base_offset..=entry.offset).contains(&first.header.base_offset) => {
                Ok(scan.rewind(entry.position))
            }
            Err(ScanError::Storage(error)) => Err(error),
            Ok(_) | Err(ScanError::Bad { .. }) => Ok(self.scan(storage)),
        }
    }

    /// The first batch that ends at `offset` or after it.
    pub(super) fn locate(
        &self,
        storage: &dyn Storage,
        folder: &str,
        offset: Offset,
    ) -> Result<Option<Found>, StorageError> {
        if self.newest.front().is_some_and(|first| first.header.base_offset <= offset) {
            return Ok(self.newest.iter().find(|found| found.header.last_offset() >= offset).copied());
        }
        let mut scan = self.scan_near(storage, offset)?;
        loop {
            match scan.next() {
                Ok(Some(found)) if found.header.last_offset() < offset => {}
                Ok(found) => return Ok(found),
                Err(error) => return Err(error.into_storage_error(&self.path(folder))),
            }
        }
    }

    pub(super) fn path(&self, folder: &str) -> String {
        paths::file(folder, self.base_offset, paths::LOG)
    }

    pub(super) fn close(&self, storage: &mut dyn Storage) {
        storage.close(self.blob);
        self.close_indexes(storage);
    }

    fn close_indexes(&self, storage: &mut dyn Storage) {
        storage.close(self.offset_index.blob());
        storage.close(self.time_index.blob());
        self.aborted.close(storage);
    }

    /// Closes the files and removes them.
    pub(super) fn remove(&self, storage: &mut dyn Storage, folder: &str) -> Result<(), StorageError> {
        self.close(storage);
        for kind in paths::SEGMENT_FILES {
            storage.remove(&paths::file(folder, self.base_offset, kind))?;
        }
        Ok(())
    }
}

fn cleaned(folder: &str, base_offset: Offset, kind: &str) -> String {
    format!("{}{}", paths::file(folder, base_offset, kind), paths::CLEANED)
}
