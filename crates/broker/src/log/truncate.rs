//! Cutting a log at either end, closing and deleting it.

use super::segment::Segment;
use super::{Log, paths};
use crate::producers::Producers;
use crate::{Offset, Storage, StorageError, Timestamp};

impl Log {
    /// Makes offsets before `offset` unreadable, as DeleteRecords does; the segments go with the next clean-up. An
    /// offset before the log's start or after its end changes nothing. True if the start moved.
    ///
    /// # Errors
    /// The store's refusal.
    pub fn advance_log_start_offset(
        &mut self,
        storage: &mut dyn Storage,
        offset: Offset,
    ) -> Result<bool, StorageError> {
        if offset <= self.log_start_offset || offset > self.log_end_offset {
            return Ok(false);
        }
        self.log_start_offset = offset;
        self.clean_offset = self.clean_offset.max(offset);
        self.producers.note_high_watermark(offset);
        if self.epochs.truncate_from_start(offset) && self.has_files() {
            self.epochs.write(storage, &self.folder)?;
        }
        Ok(true)
    }

    /// Forgets the records from `offset` on, as a follower does whose leader has others. A batch that begins before
    /// the offset and reaches it goes whole.
    ///
    /// # Errors
    /// The store's refusal.
    pub fn truncate_to(
        &mut self,
        storage: &mut dyn Storage,
        offset: Offset,
        now: Timestamp,
    ) -> Result<(), StorageError> {
        let offset = offset.max(0);
        if offset >= self.log_end_offset || !self.has_files() {
            return Ok(());
        }
        self.abort_cleaning(storage)?;
        if offset < self.segments[0].base_offset {
            return self.start_anew(storage, offset, now);
        }
        let kept = self.segments.partition_point(|segment| segment.base_offset <= offset);
        for segment in self.segments.drain(kept..) {
            segment.remove(storage, &self.folder)?;
        }
        let last = self.segments.last_mut().expect("the first segment begins at or before the offset");
        last.truncate_to(storage, &self.folder, offset)?;
        self.unflushed.insert(last.blob);
        let first_batch_timestamp = last.first_timestamp(storage)?;
        last.first_batch_timestamp = first_batch_timestamp;
        self.log_end_offset = offset;
        self.note_end_moved_back(storage)?;
        self.reload_producers(storage)
    }

    /// Removes all segments and begins with an empty one at `offset`.
    pub(super) fn start_anew(
        &mut self,
        storage: &mut dyn Storage,
        offset: Offset,
        now: Timestamp,
    ) -> Result<(), StorageError> {
        for segment in self.segments.drain(..) {
            segment.remove(storage, &self.folder)?;
        }
        self.log_start_offset = offset;
        self.log_end_offset = offset;
        self.note_end_moved_back(storage)?;
        self.producers = Producers::default();
        self.remove_snapshots(storage, |_| true)?;
        self.epochs.clear();
        self.create_files(storage, now)
    }

    fn note_end_moved_back(&mut self, storage: &mut dyn Storage) -> Result<(), StorageError> {
        let end = self.log_end_offset;
        self.log_start_offset = self.log_start_offset.min(end);
        self.recovery_point = self.recovery_point.min(end);
        self.clean_offset = self.clean_offset.min(end);
        self.remove_snapshots(storage, |offset| offset > end)?;
        if self.epochs.truncate_from_end(end) {
            self.epochs.write(storage, &self.folder)?;
        }
        Ok(())
    }

    /// Makes the producers' state from the newest snapshot and the batches after it.
    fn reload_producers(&mut self, storage: &mut dyn Storage) -> Result<(), StorageError> {
        let mut from = self.log_start_offset;
        self.producers = Producers::default();
        while let Some(newest) = self.snapshots.last().copied() {
            let path = paths::file(&self.folder, newest, paths::SNAPSHOT);
            match Producers::from_snapshot(&storage.load(&path)?.unwrap_or_default()) {
                Ok(producers) => {
                    self.producers = producers;
                    from = newest;
                    break;
                }
                Err(_) => self.remove_snapshots(storage, |offset| offset == newest)?,
            }
        }
        let Log { segments, producers, folder, .. } = self;
        let first = segments.partition_point(|segment| segment.base_offset <= from).saturating_sub(1);
        for segment in &segments[first..] {
            segment.replay(storage, folder, from, producers)?;
        }
        Ok(())
    }

    pub(super) fn remove_snapshots(
        &mut self,
        storage: &mut dyn Storage,
        is_gone: impl Fn(Offset) -> bool,
    ) -> Result<(), StorageError> {
        let gone: Vec<Offset> = self.snapshots.iter().copied().filter(|offset| is_gone(*offset)).collect();
        for offset in gone {
            storage.remove(&paths::file(&self.folder, offset, paths::SNAPSHOT))?;
            self.snapshots.remove(&offset);
        }
        Ok(())
    }

    /// Writes everything to its end, as for a clean stop. The files stay open, so that they can be flushed.
    ///
    /// # Errors
    /// The store's refusal.
    pub fn write_out(&mut self, storage: &mut dyn Storage) -> Result<(), StorageError> {
        if let Some(active) = self.segments.last_mut() {
            active.finish(storage)?;
            self.unflushed.extend([active.blob, active.offset_index.blob(), active.time_index.blob()]);
        }
        self.take_snapshot(storage)
    }

    /// Writes everything to its end and closes the files: after a clean stop nothing needs to be read through.
    ///
    /// # Errors
    /// The store's refusal; the files are closed nevertheless.
    pub fn close(mut self, storage: &mut dyn Storage) -> Result<(), StorageError> {
        let aborted = self.abort_cleaning(storage);
        let written = self.segments.last_mut().map_or(Ok(()), |active| active.finish(storage));
        let snapshot = self.take_snapshot(storage);
        self.segments.iter().for_each(|segment| segment.close(storage));
        aborted.and(written).and(snapshot)
    }

    /// Closes the files and writes nothing, as when the process that had them open is gone.
    pub fn let_go(&self, storage: &mut dyn Storage) {
        self.segments.iter().for_each(|segment| segment.close(storage));
        self.close_copies(storage);
    }

    /// Closes the files and removes the folder.
    ///
    /// Kafka renames the folder to `TOPIC-PARTITION.UUID-delete` and removes it a minute later, since readers may hold
    /// its files; a driver's ranges stay readable without that, so it goes at once.
    ///
    /// # Errors
    /// The store's refusal.
    pub fn delete(mut self, storage: &mut dyn Storage) -> Result<(), StorageError> {
        self.abort_cleaning(storage)?;
        self.segments.iter().for_each(|segment| segment.close(storage));
        storage.remove(&self.folder)
    }
}

impl Segment {
    /// Takes note of the producers of the batches from `from` on.
    pub(super) fn replay(
        &self,
        storage: &dyn Storage,
        folder: &str,
        from: Offset,
        producers: &mut Producers,
    ) -> Result<(), StorageError> {
        let mut scan = self.scan_near(storage, from)?;
        while let Some(found) = scan.next().map_err(|error| error.into_storage_error(&self.path(folder)))? {
            if found.header.base_offset >= from {
                // A marker that cannot be read changes nothing: the batch was checked when it was appended.
                let marker = found.marker(storage, self.blob).unwrap_or(None);
                producers.note(&found.header, marker.as_ref());
            }
        }
        Ok(())
    }
}
