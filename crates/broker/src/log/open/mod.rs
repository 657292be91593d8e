//! Opening a log that lies on disk: what a clean stop, a crash or a real Kafka left in its folder.
//!
//! After a clean stop the files are believed. After anything else the segments from the recovery point on are read
//! batch by batch: the log is cut at the first one that is not whole or whose checksum does not fit, later segments
//! go, and indexes, producers' state and leader epochs are made anew from what is left. A segment whose index is missing
//! or cannot be right is treated so after a clean stop too. Whatever is cut or removed is told in a [`RecoveryNote`].

mod files;
mod recover;

pub use recover::Opening;

use super::paths;
use super::scan::{Fault, Found, Scan, ScanError};
use super::segment::Segment;
use super::transactions::AbortedIndex;
use super::{Files, Log, LogConfig, metadata};
use crate::{Offset, Storage, StorageError, Timestamp};
use runnel_protocol::records::BatchHeader;
use std::collections::BTreeSet;
use std::fmt;
use uuid::Uuid;

/// What is known of a log besides its own files.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Hints {
    /// Whether every file was written to its end when the last run stopped.
    pub clean_shutdown: bool,
    /// Everything before it was flushed: `recovery-point-offset-checkpoint`.
    pub recovery_point: Offset,
    /// The first offset that can be read: `log-start-offset-checkpoint`.
    pub log_start_offset: Offset,
    /// Everything before it was compacted: `cleaner-offset-checkpoint`.
    pub clean_offset: Offset,
    /// When files appear if there are none.
    pub files: Files,
}

/// Something that was cut, removed or made anew: which file, where, and why.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RecoveryNote {
    /// Path of the file.
    pub file: String,
    /// Byte in the file.
    pub position: u64,
    /// What was found, and what was done about it.
    pub what: String,
}

impl fmt::Display for RecoveryNote {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:?} at position {}: {}", self.file, self.position, self.what)
    }
}

/// How far the opening of a log has come.
#[derive(Debug)]
pub enum OpenProgress {
    /// There is more to read: call [`Opening::step`] again.
    Working(Box<Opening>),
    /// The log is open; this was cut, removed or made anew.
    Done(Box<Log>, Vec<RecoveryNote>),
}

/// A segment and whether its indexes can be believed.
#[derive(Clone, Debug)]
struct Opened {
    segment: Segment,
    must_recover: bool,
    /// Whether it lies before the recovery point, so that a crash cannot have torn it.
    was_flushed: bool,
}

impl Log {
    /// Opens the log in a folder, or makes one there if it holds none.
    ///
    /// # Errors
    /// The store's refusal; also for a folder of another topic, and for damage that only a person can judge: a
    /// segment in an older format, a batch that is none in a part of the log that was flushed.
    pub fn open(
        storage: &mut dyn Storage,
        folder: &str,
        topic_id: Uuid,
        config: LogConfig,
        hints: &Hints,
        now: Timestamp,
    ) -> Result<(Self, Vec<RecoveryNote>), StorageError> {
        let mut progress = Log::begin_open(storage, folder, topic_id, config, hints, now)?;
        loop {
            match progress {
                OpenProgress::Working(opening) => progress = opening.step(storage, u32::MAX)?,
                OpenProgress::Done(log, notes) => return Ok((*log, notes)),
            }
        }
    }

    /// As [`Log::open`], for who reads the log through in slices: what a crash may have torn can be a gibibyte.
    ///
    /// # Errors
    /// As [`Log::open`].
    pub fn begin_open(
        storage: &mut dyn Storage,
        folder: &str,
        topic_id: Uuid,
        config: LogConfig,
        hints: &Hints,
        now: Timestamp,
    ) -> Result<OpenProgress, StorageError> {
        let mut notes = Vec::new();
        let found = files::tidy(storage, folder, &mut notes)?;
        check_topic_id(storage, folder, topic_id)?;
        let mut log = Log::without_files(folder, topic_id, config);
        log.log_start_offset = hints.log_start_offset;
        if found.segments.is_empty() {
            log.log_end_offset = hints.log_start_offset;
            log.recovery_point = hints.log_start_offset;
            log.clean_offset = hints.log_start_offset;
            if hints.files == Files::AtOnce || !found.is_empty {
                log.create_files(storage, now)?;
            }
            return Ok(OpenProgress::Done(Box::new(log), notes));
        }
        let opened = open_segments(storage, folder, &found, hints, &mut notes, now)?;
        let opening = Opening::begin(storage, log, notes, found.snapshots, opened, *hints, now)?;
        Ok(OpenProgress::Working(Box::new(opening)))
    }

    /// Brings the log's offsets and what hangs on them in line.
    fn finish_opening(
        &mut self,
        storage: &mut dyn Storage,
        hints: &Hints,
        log_end_offset: Offset,
        notes: &mut Vec<RecoveryNote>,
        now: Timestamp,
    ) -> Result<(), StorageError> {
        let first = self.segments.first().map_or(0, |segment| segment.base_offset);
        self.log_end_offset = log_end_offset;
        self.log_start_offset = hints.log_start_offset.max(first);
        if log_end_offset < self.log_start_offset {
            notes.push(RecoveryNote {
                file: self.folder.clone(),
                position: 0,
                what: format!(
                    "the log ends at offset {log_end_offset}, before its start at {}: all segments removed",
                    self.log_start_offset
                ),
            });
            self.start_anew(storage, self.log_start_offset, now)?;
        }
        if let Some(active) = self.segments.last_mut() {
            active.first_batch_timestamp = active.first_timestamp(storage)?;
        }
        self.recovery_point = match hints.clean_shutdown {
            true => self.log_end_offset,
            false => hints.recovery_point.min(self.log_end_offset),
        };
        self.clean_offset = hints.clean_offset.clamp(self.log_start_offset, self.log_end_offset);
        let cut_end = self.epochs.truncate_from_end(self.log_end_offset);
        let cut_start = self.epochs.truncate_from_start(self.log_start_offset);
        if cut_end || cut_start {
            self.epochs.write(storage, &self.folder)?;
        }
        self.producers.expire(now, self.config.producer_id_expiration_ms);
        Ok(())
    }
}

fn check_topic_id(storage: &mut dyn Storage, folder: &str, topic_id: Uuid) -> Result<(), StorageError> {
    match metadata::topic_id(storage, folder)? {
        Some(found) if found != topic_id => Err(StorageError {
            path: format!("{folder}/{}", paths::METADATA),
            operation: "open",
            reason: format!(
                "the folder belongs to the topic with id {}, wanted {}",
                metadata::id_to_text(found),
                metadata::id_to_text(topic_id)
            ),
        }),
        Some(_) => Ok(()),
        // A folder that is not there yet gets the file with its first segment.
        None if storage.list(folder)?.is_empty() => Ok(()),
        None => metadata::write(storage, folder, topic_id),
    }
}

/// Opens all segments and finds out which ones must be read through.
fn open_segments(
    storage: &mut dyn Storage,
    folder: &str,
    found: &files::Listing,
    hints: &Hints,
    notes: &mut Vec<RecoveryNote>,
    now: Timestamp,
) -> Result<Vec<Opened>, StorageError> {
    let mut opened = Vec::with_capacity(found.segments.len());
    let mut faults = Vec::with_capacity(found.segments.len());
    for (base_offset, kinds) in &found.segments {
        let mut segment = Segment::open(storage, folder, *base_offset, now)?;
        let mut fault = missing_index(kinds);
        if kinds.contains(paths::TXN_INDEX) {
            let path = paths::file(folder, *base_offset, paths::TXN_INDEX);
            segment.aborted = AbortedIndex::open(storage, &path)?;
            let readable = segment.aborted.read(storage, || path.clone(), *base_offset);
            fault = fault.or(readable.err().map(|error| error.reason));
        }
        if fault.is_none() {
            fault = segment.index_fault(storage)?;
        }
        opened.push(Opened { segment, must_recover: fault.is_some(), was_flushed: false });
        faults.push(fault);
    }
    let is_clean = hints.clean_shutdown && ends_at(&opened, hints.recovery_point, storage);
    let bases: Vec<Offset> = found.segments.keys().copied().collect();
    for (at, (opened, fault)) in opened.iter_mut().zip(faults).enumerate() {
        opened.was_flushed = is_clean || bases.get(at + 1).is_some_and(|next_base| *next_base <= hints.recovery_point);
        opened.must_recover |= !opened.was_flushed;
        if let Some(fault) = fault.filter(|_| opened.was_flushed) {
            let what = format!("{fault}: the segment is read through and its indexes are made anew");
            notes.push(RecoveryNote { file: opened.segment.path(folder), position: 0, what });
        }
    }
    Ok(opened)
}

/// Whether the log ends where it was flushed to, as a clean stop leaves it. The mark of a clean stop alone does not say
/// so: a power cut may undo its removal and keep some of what was written after it.
fn ends_at(opened: &[Opened], recovery_point: Offset, storage: &dyn Storage) -> bool {
    let last_end = opened.last().map(|last| last.segment.next_offset(storage));
    last_end.is_some_and(|end| end.is_ok_and(|end| end == recovery_point))
}

fn missing_index(kinds: &BTreeSet<String>) -> Option<String> {
    let missing = [paths::INDEX, paths::TIME_INDEX].into_iter().find(|kind| !kinds.contains(*kind))?;
    Some(format!("its .{missing} file is missing"))
}

impl Segment {
    /// Why the indexes cannot be right, as far as a look at their ends tells.
    fn index_fault(&self, storage: &dyn Storage) -> Result<Option<String>, StorageError> {
        if let Some(fault) = self.offset_index.size_fault(storage)?.or(self.time_index.size_fault(storage)?) {
            return Ok(Some(fault));
        }
        if let Some(last) = self.offset_index.last(storage, self.base_offset)?
            && (last.offset < self.base_offset || last.position >= self.size)
        {
            let (offset, position) = (last.offset, last.position);
            return Ok(Some(format!("its .index ends with offset {offset} at position {position}")));
        }
        let first = self.time_index.first(storage, self.base_offset)?;
        let last = self.time_index.last(storage, self.base_offset)?;
        if let (Some(first), Some(last)) = (first, last)
            && (last.timestamp < first.timestamp || last.offset < self.base_offset)
        {
            let (timestamp, offset) = (last.timestamp, last.offset);
            return Ok(Some(format!("its .timeindex ends with timestamp {timestamp} at offset {offset}")));
        }
        Ok(None)
    }

    /// The offset after the last record.
    fn next_offset(&self, storage: &dyn Storage) -> Result<Offset, ScanError> {
        let mut next_offset = self.base_offset;
        let mut scan: Scan<'_> = self.scan_near(storage, Offset::MAX)?;
        while let Some(Found { position, header }) = scan.next()? {
            if header.base_offset < next_offset || !LogConfig::offset_fits(self.base_offset, header.last_offset()) {
                let BatchHeader { base_offset, last_offset_delta, .. } = header;
                return Err(ScanError::Bad { position, fault: Fault::Offsets { base_offset, last_offset_delta } });
            }
            next_offset = header.next_offset();
        }
        Ok(next_offset)
    }
}
