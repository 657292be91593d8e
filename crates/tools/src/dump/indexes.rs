//! Indexes of a segment: by offset and by time. Each entry is compared with the batch to which it leads.

use super::batches::batch_at;
use super::{Found, Wishes, base_offset, out, unreadable};
use crate::files::Files;
use crate::input::ToolOutput;
use crate::java::Exception;
use bytes::Bytes;
use runnel_protocol::records::BatchHeader;
use std::collections::VecDeque;

const OFFSET_ENTRY_SIZE: u64 = 8;
const TIME_ENTRY_SIZE: u64 = 12;

/// Entries that one step goes through.
const STEP: u64 = 256;

/// How far an index is read.
#[derive(Clone, Debug)]
pub(super) struct IndexWalk {
    path: String,
    log: String,
    log_size: u64,
    is_by_time: bool,
    base_offset: i64,
    entries_count: u64,
    next: u64,
    last_time: i64,
}

impl IndexWalk {
    /// Opens an index; `None` when there is nothing more to say of it.
    pub(super) fn open(
        files: &dyn Files,
        path: &str,
        wishes: &Wishes,
        printed: &mut VecDeque<ToolOutput>,
    ) -> Result<Option<IndexWalk>, Exception> {
        let is_by_time = path.ends_with(".timeindex");
        let name = path.rsplit('/').next().unwrap_or(path);
        let stem = name.split('.').next().unwrap_or(name);
        let base_offset = base_offset(stem)?;
        let log = format!("{}{stem}.log", &path[..path.len() - name.len()]);
        let log_size = files.size(&log).map_err(|error| unreadable(&log, &error))?;
        let size = files.size(path).map_err(|error| unreadable(path, &error))?;
        let entry_size = if is_by_time { TIME_ENTRY_SIZE } else { OFFSET_ENTRY_SIZE };
        let entries_count = size / entry_size;
        if !is_by_time && entries_count == 0 {
            out(printed, format!("{path} is empty."));
            return Ok(None);
        }
        if wishes.checks_only {
            if size % entry_size != 0 {
                let kind = if is_by_time { "Time index" } else { "Index" };
                return Err(Exception::new(
                    "org.apache.kafka.storage.internals.log.CorruptIndexException",
                    format!(
                        "{kind} file {path} is corrupt, found {size} bytes which is neither positive nor a multiple of \
                         {entry_size}"
                    ),
                ));
            }
            out(printed, format!("{path} passed sanity check."));
            return Ok(None);
        }
        let path = path.to_owned();
        Ok(Some(IndexWalk { path, log, log_size, is_by_time, base_offset, entries_count, next: 0, last_time: -1 }))
    }

    /// Prints some entries. `None` when the index is over.
    pub(super) fn step(
        mut self,
        files: &dyn Files,
        wishes: &Wishes,
        found: &mut Found,
        printed: &mut VecDeque<ToolOutput>,
    ) -> Result<Option<IndexWalk>, Exception> {
        let entry_size = if self.is_by_time { TIME_ENTRY_SIZE } else { OFFSET_ENTRY_SIZE };
        let wanted = (self.entries_count - self.next).min(STEP) * entry_size;
        let length = usize::try_from(wanted).unwrap_or(0);
        let bytes =
            files.read(&self.path, self.next * entry_size, length).map_err(|error| unreadable(&self.path, &error))?;
        for entry in bytes.chunks_exact(usize::try_from(entry_size).unwrap_or(1)) {
            let goes_on = if self.is_by_time {
                self.time_entry(files, entry, wishes, found, printed)?
            } else {
                self.offset_entry(files, entry, wishes, found, printed)?
            };
            if !goes_on {
                return Ok(None);
            }
            self.next += 1;
        }
        Ok((self.next < self.entries_count && !bytes.is_empty()).then_some(self))
    }

    /// Whether more may follow: an index of a broker that runs ends in zeros.
    fn offset_entry(
        &self,
        files: &dyn Files,
        entry: &[u8],
        wishes: &Wishes,
        found: &mut Found,
        printed: &mut VecDeque<ToolOutput>,
    ) -> Result<bool, Exception> {
        let offset = self.base_offset + number(&entry[..4]);
        let position = number(&entry[4..8]);
        if offset == self.base_offset && self.next > 0 {
            return Ok(false);
        }
        let at = u64::try_from(position).unwrap_or(u64::MAX);
        let batch = batch_at(files, &self.log, at, self.log_size)?.ok_or_else(|| {
            Exception::new("java.util.NoSuchElementException", format!("{}: no batch at {position}", self.log))
        })?;
        let last_offset = BatchHeader::read(&batch).map_or(-1, |header| header.last_offset());
        if last_offset != offset {
            // From the last to the first, as they are told.
            found.mismatches.entry(self.path.clone()).or_default().insert(0, (offset, last_offset));
        }
        if !wishes.verifies_only {
            out(printed, format!("offset: {offset} position: {position}"));
        }
        Ok(true)
    }

    fn time_entry(
        &mut self,
        files: &dyn Files,
        entry: &[u8],
        wishes: &Wishes,
        found: &mut Found,
        printed: &mut VecDeque<ToolOutput>,
    ) -> Result<bool, Exception> {
        let time = number(&entry[..8]);
        let offset = self.base_offset + number(&entry[8..12]);
        if offset == self.base_offset && self.next > 0 {
            return Ok(false);
        }
        let file = self.path.clone();
        match self.batch_of(files, offset)? {
            Some(header) if header.last_offset() == offset => {
                if header.max_timestamp != time {
                    found.wrong_times.entry(file).or_default().push((time, header.max_timestamp));
                } else if self.last_time >= time {
                    found.unordered_times.entry(file).or_default().push((time, self.last_time));
                }
            }
            Some(header) => found.absent_offsets.entry(file).or_default().push((offset, header.last_offset())),
            None => found.absent_offsets.entry(file).or_default().push((offset, -1)),
        }
        if !wishes.verifies_only {
            out(printed, format!("timestamp: {time} offset: {offset}"));
        }
        self.last_time = time;
        Ok(true)
    }

    /// The first batch that ends at the offset or after it.
    fn batch_of(&self, files: &dyn Files, offset: i64) -> Result<Option<BatchHeader>, Exception> {
        let mut position = self.position_of(files, offset);
        while let Some(batch) = batch_at(files, &self.log, position, self.log_size)? {
            let Ok(header) = BatchHeader::read(&batch) else { return Ok(None) };
            if header.last_offset() >= offset {
                return Ok(Some(header));
            }
            position += u64::try_from(header.size()).unwrap_or(u64::MAX);
        }
        Ok(None)
    }

    /// Where the index by offset says to begin; 0 where it says nothing.
    fn position_of(&self, files: &dyn Files, offset: i64) -> u64 {
        let index = self.path.replace(".timeindex", ".index");
        let entries_count = files.size(&index).unwrap_or(0) / OFFSET_ENTRY_SIZE;
        let entry = |at: u64| -> Option<(i64, i64)> {
            let bytes: Bytes = files.read(&index, at * OFFSET_ENTRY_SIZE, 8).ok()?;
            let relative = number(bytes.get(..4)?);
            // Zeros after the first entry are room for what is to come.
            let offset = if relative == 0 && at > 0 { i64::MAX } else { self.base_offset + relative };
            Some((offset, number(bytes.get(4..8)?)))
        };
        let (mut low, mut high) = (0, entries_count);
        while low < high {
            let middle = low + (high - low) / 2;
            match entry(middle) {
                Some((known, _)) if known <= offset => low = middle + 1,
                _ => high = middle,
            }
        }
        let position = low.checked_sub(1).and_then(entry).map_or(0, |(_, position)| position);
        u64::try_from(position).unwrap_or(0)
    }
}

/// A signed number of 4 or 8 bytes.
fn number(bytes: &[u8]) -> i64 {
    let negative = bytes.first().is_some_and(|first| *first >= 0x80);
    bytes.iter().fold(if negative { -1 } else { 0 }, |number: i64, byte| number << 8 | i64::from(*byte))
}
