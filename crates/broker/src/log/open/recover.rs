//! Reading a log through: cutting what a crash tore, and making anew what follows from the records.

use super::{Hints, OpenProgress, Opened, RecoveryNote};
use crate::log::scan::{self, Fault, Found, ScanError, WIDE_WINDOW_SIZE, Window};
use crate::log::segment::Segment;
use crate::log::{LeaderEpochs, Log, LogConfig, paths};
use crate::producers::Producers;
use crate::{BlobId, Offset, Storage, StorageError, Timestamp};
use runnel_protocol::records::control::EndTxnMarker;
use runnel_protocol::records::{BatchError, BatchHeader};
use std::collections::BTreeSet;
use std::ops::Range;

/// A log that is being opened, slice by slice: its segments are not yet its own.
#[derive(Clone, Debug)]
pub struct Opening {
    log: Log,
    notes: Vec<RecoveryNote>,
    snapshots: BTreeSet<Offset>,
    opened: Vec<Opened>,
    hints: Hints,
    now: Timestamp,
    /// Base offsets of all segments that were found.
    bases: Vec<Offset>,
    /// Up to where the producers' state was loaded.
    state_from: Offset,
    /// The number of the segment whose turn it is.
    at: usize,
    /// Where reading goes on in that segment, if it was begun.
    reading: Option<Reading>,
    log_end_offset: Offset,
}

/// A place in a segment that is being read through.
#[derive(Clone, Copy, Debug)]
struct Reading {
    position: u32,
    next_offset: Offset,
}

impl Opening {
    pub(super) fn begin(
        storage: &mut dyn Storage,
        log: Log,
        notes: Vec<RecoveryNote>,
        snapshots: BTreeSet<Offset>,
        opened: Vec<Opened>,
        hints: Hints,
        now: Timestamp,
    ) -> Result<Self, StorageError> {
        let bases = opened.iter().map(|opened| opened.segment.base_offset).collect();
        let mut opening = Opening {
            log,
            notes,
            snapshots,
            opened,
            hints,
            now,
            bases,
            state_from: 0,
            at: 0,
            reading: None,
            log_end_offset: 0,
        };
        opening.load_epochs(storage)?;
        let first = opening.opened.iter().find(|opened| opened.must_recover);
        let state_needed_at = match (first, opening.opened.last()) {
            (Some(first), _) => first.segment.base_offset,
            (None, Some(last)) => end_of(&last.segment, storage, &opening.log.folder)?,
            (None, None) => hints.log_start_offset,
        };
        opening.state_from = opening.load_producers(storage, state_needed_at)?;
        opening.log_end_offset = state_needed_at;
        Ok(opening)
    }

    /// Reads on, about `size_max` bytes of what must be read through.
    ///
    /// # Errors
    /// As [`Log::open`].
    pub fn step(mut self, storage: &mut dyn Storage, size_max: u32) -> Result<OpenProgress, StorageError> {
        let mut left = size_max;
        while self.at < self.opened.len() {
            if left == 0 {
                return Ok(OpenProgress::Working(Box::new(self)));
            }
            let mut opened = std::mem::take(&mut self.opened);
            let is_read = self.read_segment(storage, &mut opened, &mut left)?;
            self.opened = opened;
            if is_read {
                self.at += 1;
            }
        }
        if let Some(last) = self.opened.last().filter(|last| !last.must_recover) {
            self.log_end_offset = end_of(&last.segment, storage, &self.log.folder)?;
        }
        let bases = self.opened.iter().map(|opened| opened.segment.base_offset).collect();
        self.keep_snapshots(storage, &bases)?;
        let Opening { mut log, mut notes, opened, hints, now, log_end_offset, .. } = self;
        log.segments = opened.into_iter().map(|opened| opened.segment).collect();
        log.finish_opening(storage, &hints, log_end_offset, &mut notes, now)?;
        Ok(OpenProgress::Done(Box::new(log), notes))
    }

    /// Closes the files and writes nothing, as when the process that had them open is gone.
    pub fn let_go(&self, storage: &mut dyn Storage) {
        self.opened.iter().for_each(|opened| opened.segment.close(storage));
    }

    fn note(&mut self, file: String, position: u64, what: String) {
        self.notes.push(RecoveryNote { file, position, what });
    }

    /// Loads the leader epochs, or reads them off the batches if their file is no such thing.
    fn load_epochs(&mut self, storage: &mut dyn Storage) -> Result<(), StorageError> {
        match LeaderEpochs::load(storage, &self.log.folder)? {
            Ok(epochs) => self.log.epochs = epochs,
            Err(fault) => {
                for Opened { segment, .. } in &self.opened {
                    let mut scan = segment.scan(storage);
                    // What is no batch is told, or cut, when the segment's turn comes.
                    while let Ok(Some(found)) = scan.next() {
                        assign(&mut self.log.epochs, &found.header);
                    }
                }
                self.log.epochs.write(storage, &self.log.folder)?;
                let file = format!("{}/{}", self.log.folder, paths::LEADER_EPOCHS);
                self.note(file, 0, format!("{fault}: made anew from the batches"));
            }
        }
        Ok(())
    }

    /// Reads through the segment whose turn it is, if it must be; true if it needs no further look.
    fn read_segment(
        &mut self,
        storage: &mut dyn Storage,
        opened: &mut Vec<Opened>,
        left: &mut u32,
    ) -> Result<bool, StorageError> {
        let at = self.at;
        let next_base = self.bases.get(at + 1).copied();
        let Opened { segment, was_flushed, must_recover } = &mut opened[at];
        if !*must_recover {
            if next_base.is_none_or(|next_base| next_base > self.state_from) {
                segment.replay(storage, &self.log.folder, self.state_from, &mut self.log.producers)?;
            }
            return Ok(true);
        }
        let Some((end_offset, was_cut)) = self.recover_segment(storage, segment, left)? else { return Ok(false) };
        // Compaction leaves gaps between segments; anything else appends one offset after the other.
        let may_have_gaps = self.log.config.cleanup_policy.compact || segment.base_offset < self.hints.clean_offset;
        let has_gap = !may_have_gaps && next_base.is_some_and(|next_base| next_base > end_offset);
        self.log_end_offset = end_offset;
        if !*was_flushed && (was_cut || has_gap) {
            self.remove_segments(storage, opened.drain(at + 1..))?;
        } else if let Some(next_base) = next_base {
            let path = paths::file(&self.log.folder, next_base, paths::SNAPSHOT);
            storage.replace(&path, &self.log.producers.to_snapshot())?;
            self.snapshots.insert(next_base);
        }
        Ok(true)
    }

    /// Loads the newest snapshot that is not after `offset`, and returns up to where it knows the log.
    fn load_producers(&mut self, storage: &mut dyn Storage, offset: Offset) -> Result<Offset, StorageError> {
        while let Some(newest) = self.snapshots.range(..=offset).next_back().copied() {
            let file = paths::file(&self.log.folder, newest, paths::SNAPSHOT);
            let bytes = storage.load(&file)?.unwrap_or_default();
            match Producers::from_snapshot(&bytes) {
                Ok(producers) => {
                    self.log.producers = producers;
                    return Ok(newest);
                }
                Err(error) => {
                    storage.remove(&file)?;
                    self.snapshots.remove(&newest);
                    self.note(file, 0, format!("{error}: removed, an older one or the log itself is read"));
                }
            }
        }
        Ok(self.hints.log_start_offset)
    }

    /// Removes snapshots that belong to no segment; the newest one, from a clean stop, is kept.
    fn keep_snapshots(&mut self, storage: &mut dyn Storage, bases: &BTreeSet<Offset>) -> Result<(), StorageError> {
        let log_end_offset = self.log_end_offset;
        let newest = self.snapshots.range(..=log_end_offset).next_back().copied();
        for offset in std::mem::take(&mut self.snapshots) {
            if offset <= log_end_offset && (bases.contains(&offset) || Some(offset) == newest) {
                self.log.snapshots.insert(offset);
            } else {
                storage.remove(&paths::file(&self.log.folder, offset, paths::SNAPSHOT))?;
            }
        }
        Ok(())
    }

    /// Reads a segment through, or `left` bytes of it and then answers nothing. Returns the offset after its last record,
    /// and whether something was cut.
    fn recover_segment(
        &mut self,
        storage: &mut dyn Storage,
        segment: &mut Segment,
        left: &mut u32,
    ) -> Result<Option<(Offset, bool)>, StorageError> {
        let path = segment.path(&self.log.folder);
        let Reading { mut position, mut next_offset } = match self.reading.take() {
            Some(reading) => reading,
            None => {
                segment.forget(storage, &self.log.folder)?;
                Reading { position: 0, next_offset: segment.base_offset }
            }
        };
        let size = segment.size;
        let mut window = Window::new(WIDE_WINDOW_SIZE);
        let fault = loop {
            if *left == 0 && position < size {
                self.reading = Some(Reading { position, next_offset });
                return Ok(None);
            }
            let found = match scan::batch_at(storage, segment.blob, position, size, &mut window) {
                Ok(Some(found)) => found,
                Ok(None) => break None,
                Err(ScanError::Storage(error)) => return Err(error),
                Err(ScanError::Bad { fault, .. }) => break Some(fault),
            };
            match check(storage, segment, &found, next_offset, &mut window)? {
                Ok(marker) => self.take(storage, segment, &found, marker)?,
                Err(fault) => break Some(fault),
            }
            next_offset = found.header.next_offset();
            position = found.end();
            *left = left.saturating_sub(found.end() - found.position);
        };
        segment.size = position;
        if let Some(fault) = fault {
            refuse_old_format(storage, segment.blob, &path, position..size)?;
            storage.truncate(segment.blob, u64::from(position))?;
            let what =
                format!("{fault}: cut, {} bytes are gone; the log goes on at offset {next_offset}", size - position);
            self.note(path, u64::from(position), what);
        }
        segment.finish(storage)?;
        let blobs = [segment.blob, segment.offset_index.blob(), segment.time_index.blob()];
        self.log.unflushed.extend(blobs.into_iter().chain(segment.aborted.blob()));
        Ok(Some((next_offset, position < size)))
    }

    /// Takes note of a batch that was found whole.
    fn take(
        &mut self,
        storage: &mut dyn Storage,
        segment: &mut Segment,
        found: &Found,
        marker: Option<EndTxnMarker>,
    ) -> Result<(), StorageError> {
        segment.note_batch(storage, &self.log.config, found)?;
        if assign(&mut self.log.epochs, &found.header) {
            self.log.epochs.write(storage, &self.log.folder)?;
        }
        if let Some(ended) = self.log.producers.note(&found.header, marker.as_ref())
            && !ended.is_commit
        {
            segment.append_aborted(storage, &self.log.folder, ended.into())?;
        }
        Ok(())
    }

    fn remove_segments(
        &mut self,
        storage: &mut dyn Storage,
        later: impl Iterator<Item = Opened>,
    ) -> Result<(), StorageError> {
        for Opened { segment, .. } in later {
            let file = segment.path(&self.log.folder);
            let what = format!("{} bytes after the log's new end: removed", segment.size);
            segment.remove(storage, &self.log.folder)?;
            self.note(file, 0, what);
        }
        Ok(())
    }
}

/// Notes the epoch of a batch if it is newer than those known; true if it is.
fn assign(epochs: &mut LeaderEpochs, header: &BatchHeader) -> bool {
    let epoch = header.partition_leader_epoch;
    epoch >= 0 && epochs.latest().is_none_or(|latest| epoch > latest) && epochs.assign(epoch, header.base_offset)
}

fn end_of(segment: &Segment, storage: &dyn Storage, folder: &str) -> Result<Offset, StorageError> {
    segment.next_offset(storage).map_err(|error| error.into_storage_error(&segment.path(folder)))
}

/// What the batch says if it ends a transaction; the inner error is why it is not a batch that can be here.
fn check(
    storage: &dyn Storage,
    segment: &Segment,
    found: &Found,
    next_offset: Offset,
    window: &mut Window,
) -> Result<Result<Option<EndTxnMarker>, Fault>, StorageError> {
    let header = &found.header;
    if header.base_offset < next_offset || !LogConfig::offset_fits(segment.base_offset, header.last_offset()) {
        let BatchHeader { base_offset, last_offset_delta, .. } = *header;
        return Ok(Err(Fault::Offsets { base_offset, last_offset_delta }));
    }
    let computed = checksum(storage, segment, found, window)?;
    if computed != header.crc {
        return Ok(Err(Fault::Batch(BatchError::Checksum { stated: header.crc, computed })));
    }
    Ok(found.marker(storage, segment.blob).map_err(|_| Fault::Marker))
}

/// Computed in pieces: a length that a torn header states may be that of the whole segment.
fn checksum(storage: &dyn Storage, segment: &Segment, found: &Found, window: &mut Window) -> Result<u32, StorageError> {
    let mut crc = 0;
    let header = u32::try_from(BatchHeader::CHECKSUMMED_FROM).expect("a header is small");
    let mut position = found.position + header;
    while position < found.end() {
        // A batch that does not fit in the window is shown piece by piece; one that does, at once.
        let wanted = (found.end() - position).min(WIDE_WINDOW_SIZE);
        let piece = window.show(storage, segment.blob, position, wanted, segment.size)?;
        crc = crc32c::crc32c_append(crc, &piece.unwrap_or_default());
        position += wanted;
    }
    Ok(crc)
}

/// Batches of before version 2 are somebody's data, not damage: nothing of them is cut.
fn refuse_old_format(storage: &dyn Storage, blob: BlobId, path: &str, rest: Range<u32>) -> Result<(), StorageError> {
    let size = usize::try_from(rest.end - rest.start).unwrap_or(0);
    let head = storage.read(blob, u64::from(rest.start), size.min(OLD_HEAD_SIZE))?;
    if head.len() < OLD_HEAD_SIZE || head[16] > 1 {
        return Ok(());
    }
    let field = |at: usize| u32::from_be_bytes(head[at..at + 4].try_into().expect("the range is four bytes"));
    let Some(length) = usize::try_from(field(8)).ok().filter(|length| *length >= 14 && length + 12 <= size) else {
        return Ok(());
    };
    let message = storage.read(blob, u64::from(rest.start) + 16, length - 4)?;
    if crc32(&message) != field(12) {
        return Ok(());
    }
    let reason = format!("the batch at position {} has magic {}; only version 2 can be read", rest.start, head[16]);
    Err(StorageError { path: path.to_owned(), operation: "open", reason })
}

/// An old message's offset, size, checksum and magic.
const OLD_HEAD_SIZE: usize = 17;

/// CRC-32 (IEEE 802.3), the checksum of the old formats; bit by bit, since it is asked for once per damaged log.
fn crc32(bytes: &[u8]) -> u32 {
    let bit = |crc: u32| if crc & 1 == 0 { crc >> 1 } else { crc >> 1 ^ 0xedb8_8320 };
    !bytes.iter().fold(!0, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| bit(crc)))
}
