//! Finding records by their time, and the aborted transactions of a range.

use super::scan::Found;
use super::segment::Segment;
use super::validate::DECOMPRESSED_SIZE_MAX;
use super::{AbortedTransaction, Log, Slice, paths};
use crate::{Offset, Storage, StorageError};
use runnel_protocol::records::{self, Record};

/// A record that was found by its time, as ListOffsets answers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FoundTimestamp {
    /// Its offset.
    pub offset: Offset,
    /// Its timestamp in milliseconds.
    pub timestamp: i64,
    /// Leader epoch of its batch; -1 if it has none.
    pub leader_epoch: i32,
}

impl Log {
    /// The first record before `end` whose timestamp is `target` or later.
    ///
    /// A batch whose records cannot be read answers with its first offset and its largest timestamp.
    ///
    /// # Errors
    /// The store's refusal.
    pub fn offset_for_timestamp(
        &self,
        storage: &dyn Storage,
        target: i64,
        end: Offset,
    ) -> Result<Option<FoundTimestamp>, StorageError> {
        for segment in &self.segments {
            if segment.base_offset >= end {
                break;
            }
            if segment.largest_timestamp() < target {
                continue;
            }
            let indexed = segment.time_index.lookup(storage, segment.base_offset, target)?;
            let from = indexed.map_or(segment.base_offset, |entry| entry.offset).max(self.log_start_offset);
            let is_wanted = |record: &Record| record.timestamp >= target && record.offset >= self.log_start_offset;
            let found = self.first_record(storage, segment, from, target, is_wanted)?;
            if found.is_some() {
                return Ok(found.filter(|found| found.offset < end));
            }
        }
        Ok(None)
    }

    /// The first record with the largest timestamp of all, as ListOffsets answers for -3; `None` if no record has a
    /// timestamp.
    ///
    /// # Errors
    /// The store's refusal.
    pub fn max_timestamp(&self, storage: &dyn Storage) -> Result<Option<FoundTimestamp>, StorageError> {
        let largest = self.segments.iter().filter_map(|segment| segment.largest.map(|largest| (segment, largest)));
        // Of equal ones the first: `max_by_key` would take the last.
        let Some((segment, largest)) = largest.rev().max_by_key(|(_, largest)| largest.timestamp) else {
            return Ok(None);
        };
        let is_wanted = |record: &Record| record.timestamp == largest.timestamp;
        self.first_record(storage, segment, largest.offset, largest.timestamp, is_wanted)
    }

    /// The first wanted record at `from` or after it, in batches whose largest timestamp is `target` or later.
    fn first_record(
        &self,
        storage: &dyn Storage,
        segment: &Segment,
        from: Offset,
        target: i64,
        is_wanted: impl Fn(&Record) -> bool,
    ) -> Result<Option<FoundTimestamp>, StorageError> {
        let mut scan = segment.scan_near(storage, from)?;
        while let Some(batch) = scan.next().map_err(|error| error.into_storage_error(&segment.path(&self.folder)))? {
            if batch.header.max_timestamp < target || batch.header.last_offset() < self.log_start_offset {
                continue;
            }
            let found = first_in_batch(storage, segment, &batch, &is_wanted)?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// The aborted transactions that have records from `from` to before `to`, in the order of their markers.
    ///
    /// # Errors
    /// The store's refusal.
    pub fn aborted_transactions(
        &self,
        storage: &dyn Storage,
        from: Offset,
        to: Offset,
    ) -> Result<Vec<AbortedTransaction>, StorageError> {
        let mut found = Vec::new();
        for segment in self.segments.get(self.segment_with(from)..).unwrap_or_default() {
            let path = || paths::file(&self.folder, segment.base_offset, paths::TXN_INDEX);
            for aborted in segment.aborted.read(storage, path, segment.base_offset)? {
                if aborted.last_offset >= from && aborted.first_offset < to {
                    found.push(aborted);
                }
                // Markers further on end transactions that began at this offset or after it.
                if aborted.last_stable_offset >= to {
                    return Ok(found);
                }
            }
        }
        Ok(found)
    }

    /// The aborted transactions that a reader of committed records must know for what it was given: `slice`, read from
    /// `offset` on. There may be some more than it needs.
    ///
    /// # Errors
    /// The store's refusal.
    pub fn aborted_transactions_of(
        &self,
        storage: &dyn Storage,
        offset: Offset,
        slice: &Slice,
    ) -> Result<Vec<AbortedTransaction>, StorageError> {
        let at = self.segment_with(slice.segment_base_offset);
        let Some(segment) = self.segments.get(at).filter(|_| slice.size > 0) else { return Ok(Vec::new()) };
        let base_offset = segment.base_offset;
        let after = segment.offset_index.first_from_position(storage, base_offset, slice.end_position)?;
        let to = after.map_or_else(|| self.end_of(at), |entry| entry.offset);
        self.aborted_transactions(storage, offset, to)
    }
}

fn first_in_batch(
    storage: &dyn Storage,
    segment: &Segment,
    batch: &Found,
    is_wanted: impl Fn(&Record) -> bool,
) -> Result<Option<FoundTimestamp>, StorageError> {
    let leader_epoch = batch.header.partition_leader_epoch;
    let bytes = batch.read(storage, segment.blob)?;
    let Ok(records) = records::iterate(&bytes, DECOMPRESSED_SIZE_MAX) else { return Ok(Some(unread(batch))) };
    for record in records {
        match record {
            Ok(record) if is_wanted(&record) => {
                return Ok(Some(FoundTimestamp { offset: record.offset, timestamp: record.timestamp, leader_epoch }));
            }
            Ok(_) => {}
            Err(_) => return Ok(Some(unread(batch))),
        }
    }
    Ok(None)
}

fn unread(batch: &Found) -> FoundTimestamp {
    let header = &batch.header;
    FoundTimestamp {
        offset: header.base_offset,
        timestamp: header.max_timestamp,
        leader_epoch: header.partition_leader_epoch,
    }
}
