//! Appending a batch, and rolling to a new segment when the active one is full.

use super::refusal::Refusal;
use super::segment::Segment;
use super::transactions;
use super::{CheckedBatch, Log, paths};
use crate::producers::Verdict;
use crate::{Offset, Storage, StorageError, Timestamp};
use runnel_protocol::ErrorCode;
use runnel_protocol::records::{BatchHeader, TimestampType};
use std::fmt;

/// Where a batch lies.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Appended {
    /// Offset of its first record.
    pub base_offset: Offset,
    /// Offset of its last record.
    pub last_offset: Offset,
    /// The time that the log gave to its records, in milliseconds; -1 if they have the producer's.
    pub log_append_time: i64,
    /// The first offset that can be read.
    pub log_start_offset: Offset,
    /// Whether the batch is the first one of a new segment.
    pub rolled: bool,
    /// Whether the batch was there already, so that nothing was written: the offsets are those of back then.
    pub is_duplicate: bool,
}

/// Why a batch was not appended. The log is as it was.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum AppendError {
    /// What the client is told.
    Refused(Refusal),
    /// The store failed: the partition goes offline with [`ErrorCode::KafkaStorageError`].
    Storage(StorageError),
}

impl fmt::Display for AppendError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AppendError::Refused(refusal) => refusal.fmt(out),
            AppendError::Storage(error) => error.fmt(out),
        }
    }
}

impl std::error::Error for AppendError {}

impl From<StorageError> for AppendError {
    fn from(error: StorageError) -> Self {
        AppendError::Storage(error)
    }
}

impl From<Refusal> for AppendError {
    fn from(refusal: Refusal) -> Self {
        AppendError::Refused(refusal)
    }
}

impl AppendError {
    /// The code for the client.
    pub fn code(&self) -> ErrorCode {
        match self {
            AppendError::Refused(refusal) => refusal.code,
            AppendError::Storage(_) => ErrorCode::KafkaStorageError,
        }
    }
}

impl Log {
    /// Appends one batch as the leader and returns the offsets of its records.
    ///
    /// The leader assigns `base_offset` and `partition_leader_epoch`. Both lie before the checksummed part, so the
    /// checksum still holds; the records are written as they came, without a copy.
    ///
    /// # Errors
    /// [`AppendError::Refused`] with RECORD_LIST_TOO_LARGE for a batch that no segment can hold, and what the
    /// producer's state says of its sequence; [`AppendError::Storage`] for the store's refusal.
    pub fn append(
        &mut self,
        storage: &mut dyn Storage,
        now: Timestamp,
        batch: &CheckedBatch,
        leader_epoch: i32,
    ) -> Result<Appended, AppendError> {
        let header =
            BatchHeader { base_offset: self.log_end_offset, partition_leader_epoch: leader_epoch, ..*batch.header() };
        self.check_size(&header)?;
        let marker = batch.marker;
        let verdict = self.producers.check(&header, marker.as_ref(), batch.origin, self.name())?;
        if let Verdict::Duplicate(found) = verdict {
            return Ok(Appended {
                base_offset: found.base_offset(),
                last_offset: found.last_offset,
                log_append_time: found.timestamp,
                log_start_offset: self.log_start_offset,
                rolled: false,
                is_duplicate: true,
            });
        }
        let rolled = self.make_room(storage, now, &header)?;
        if self.epochs.assign(leader_epoch, header.base_offset) {
            self.epochs.write(storage, &self.folder)?;
        }
        let active = self.segments.last_mut().expect("there is an active segment once there is room");
        active.append(storage, &self.config, now, &header, &batch.records)?;
        self.unflushed.insert(active.blob);
        self.log_end_offset = header.next_offset();
        if let Some(ended) = self.producers.note(&header, marker.as_ref())
            && !ended.is_commit
        {
            let aborted = transactions::AbortedTransaction::from(ended);
            self.unflushed.insert(active.append_aborted(storage, &self.folder, aborted)?);
        }
        Ok(Appended {
            base_offset: header.base_offset,
            last_offset: header.last_offset(),
            log_append_time: match header.attributes.timestamp_type() {
                TimestampType::LogAppendTime => header.max_timestamp,
                TimestampType::CreateTime => -1,
            },
            log_start_offset: self.log_start_offset,
            rolled,
            is_duplicate: false,
        })
    }

    fn check_size(&self, header: &BatchHeader) -> Result<(), Refusal> {
        let size_max = self.config.segment_size_max();
        if header.size() <= size_max as usize {
            return Ok(());
        }
        Err(Refusal::without_log_start(
            ErrorCode::RecordListTooLarge,
            format!(
                "Message batch size is {} bytes in append to partition {}, which exceeds the maximum configured \
                 segment size of {size_max}.",
                header.size(),
                self.name()
            ),
        ))
    }

    /// Makes the first segment, or a new one if the active one is full; true for the latter.
    fn make_room(
        &mut self,
        storage: &mut dyn Storage,
        now: Timestamp,
        header: &BatchHeader,
    ) -> Result<bool, StorageError> {
        let Some(active) = self.segments.last() else {
            self.create_files(storage, now)?;
            return Ok(false);
        };
        let is_full = active.is_full_for(&self.config, now, header);
        if is_full {
            self.roll(storage, now)?;
        }
        Ok(is_full)
    }

    /// Closes the active segment for appends and begins a new one at the log's end.
    pub(super) fn roll(&mut self, storage: &mut dyn Storage, now: Timestamp) -> Result<(), StorageError> {
        if let Some(active) = self.segments.last_mut() {
            active.finish(storage)?;
            self.unflushed.extend([active.blob, active.offset_index.blob(), active.time_index.blob()]);
        }
        self.take_snapshot(storage)?;
        let segment = Segment::create(storage, &self.folder, self.log_end_offset, now)?;
        self.unflushed.insert(segment.blob);
        self.segments.push(segment);
        Ok(())
    }

    /// Writes what is known of producers at the log's end, unless that was done already.
    pub(super) fn take_snapshot(&mut self, storage: &mut dyn Storage) -> Result<(), StorageError> {
        if self.snapshots.last().is_none_or(|last| *last < self.log_end_offset) && self.log_end_offset > 0 {
            let path = paths::file(&self.folder, self.log_end_offset, paths::SNAPSHOT);
            storage.replace(&path, &self.producers.to_snapshot())?;
            self.snapshots.insert(self.log_end_offset);
        }
        Ok(())
    }
}
