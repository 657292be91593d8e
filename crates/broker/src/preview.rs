//! Records as watchers see them: enough of each to draw it and to tell equal keys apart, whatever its size.
//!
//! Keys and values are cut to their first bytes; a checksum of the whole key gives equal keys equal colours. How many
//! records are shown, and how many bytes are read and decompressed for it, is bounded.

use crate::Offset;
use crate::log::{FirstBatch, Log, ReadError, Slice};
use crate::storage::{BlobId, Storage};
use bytes::Bytes;
use runnel_protocol::records::{self, BatchHeader, Record, RecordError};
use std::ops::Range;

/// Records at a log's start that a snapshot shows.
const FIRST_RECORDS_MAX: usize = 20;
/// Records at a log's end that a snapshot shows.
const LAST_RECORDS_MAX: Offset = 100;
/// Bytes of a key or a value that are shown.
const SHOWN_SIZE_MAX: usize = 64;
/// Header names that are shown.
const SHOWN_HEADERS_MAX: usize = 8;
/// Decompressed bytes that one event, or one end of a log in a snapshot, may cost.
const DECOMPRESSED_SIZE_MAX: usize = 1024 * 1024;
/// Bytes that are read of a log's end.
const LAST_READ_SIZE_MAX: u32 = 256 * 1024;
/// Bytes that are read of a log's start.
const FIRST_READ_SIZE_MAX: u32 = 64 * 1024;

/// One record, as much of it as is shown.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct RecordPreview {
    /// Its number in the partition.
    pub offset: Offset,
    /// Milliseconds since the Unix epoch, -1 for none.
    pub timestamp: i64,
    /// What it is about, if it says so.
    pub key: Option<KeyPreview>,
    /// What it says; none for a tombstone.
    pub value: Option<BytesPreview>,
    /// How many headers it has.
    pub headers_count: u32,
    /// The names of the first eight headers, each cut to 64 bytes.
    pub header_names: Vec<String>,
}

/// The start of a key, and what tells it from others.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct KeyPreview {
    /// The start of it.
    pub text: String,
    /// How `text` is to be read.
    pub encoding: PreviewEncoding,
    /// All its bytes.
    pub size: u32,
    /// CRC-32C of the whole key: equal keys have equal numbers.
    pub hash: u32,
}

/// The start of a value.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct BytesPreview {
    /// The start of it.
    pub text: String,
    /// How `text` is to be read.
    pub encoding: PreviewEncoding,
    /// All its bytes.
    pub size: u32,
}

/// How the first bytes of a key or a value are written down.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PreviewEncoding {
    /// As the text that they are, cut before a character that would not fit.
    Text,
    /// As hexadecimal digits, since they are no text that could be printed.
    Hex,
}

impl RecordPreview {
    /// The preview of a record.
    pub fn of(record: &Record) -> Self {
        RecordPreview {
            offset: record.offset,
            timestamp: record.timestamp,
            key: record.key.as_ref().map(KeyPreview::of),
            value: record.value.as_ref().map(BytesPreview::of),
            headers_count: u32::try_from(record.headers.len()).unwrap_or(u32::MAX),
            header_names: record.headers.iter().take(SHOWN_HEADERS_MAX).map(|header| cut(&header.key)).collect(),
        }
    }
}

impl KeyPreview {
    fn of(key: &Bytes) -> Self {
        let BytesPreview { text, encoding, size } = BytesPreview::of(key);
        KeyPreview { text, encoding, size, hash: crc32c::crc32c(key) }
    }
}

impl BytesPreview {
    fn of(bytes: &Bytes) -> Self {
        let size = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        let start = &bytes[..bytes.len().min(SHOWN_SIZE_MAX)];
        let text = match std::str::from_utf8(start) {
            Ok(text) => Some(text),
            // The cut went through a character.
            Err(error) if error.error_len().is_none() && start.len() < bytes.len() => {
                std::str::from_utf8(&start[..error.valid_up_to()]).ok()
            }
            Err(_) => None,
        };
        let is_printable = |text: &&str| text.chars().all(|one| !one.is_control() || matches!(one, '\n' | '\r' | '\t'));
        match text.filter(is_printable) {
            Some(text) => BytesPreview { text: text.to_owned(), encoding: PreviewEncoding::Text, size },
            None => BytesPreview { text: hex(start), encoding: PreviewEncoding::Hex, size },
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 0xf]);
    digits.filter_map(|digit| char::from_digit(u32::from(digit), 16)).collect()
}

fn cut(name: &str) -> String {
    let end = (0..=SHOWN_SIZE_MAX.min(name.len())).rev().find(|at| name.is_char_boundary(*at)).unwrap_or(0);
    name[..end].to_owned()
}

/// The first and the last records of a batch whose header is `header`, as many of each as a snapshot shows of a log;
/// none if they cannot be read within bounds.
pub(crate) fn of_batch(header: &BatchHeader, records: &Bytes) -> Vec<RecordPreview> {
    let Ok(found) = records::iterate_parts(header, records, DECOMPRESSED_SIZE_MAX) else { return Vec::new() };
    let last_from = header.next_offset().saturating_sub(LAST_RECORDS_MAX);
    let found = found.map_while(Result::ok).enumerate();
    let shown = found.filter(|(at, record)| *at < FIRST_RECORDS_MAX || record.offset >= last_from);
    shown.map(|(_, record)| RecordPreview::of(&record)).collect()
}

/// The first and the last records of a log, in order, each once.
pub(crate) fn of_log(log: &Log, storage: &dyn Storage) -> Vec<RecordPreview> {
    if !log.has_files() || log.log_start_offset() >= log.log_end_offset() {
        return Vec::new();
    }
    // A snapshot is a picture: what cannot be read is not in it.
    let last = last_records(log, storage).unwrap_or_default();
    let end = last.first().map_or(log.log_end_offset(), |record| record.offset);
    let mut shown = first_records(log, storage, end).unwrap_or_default();
    shown.extend(last);
    shown
}

fn first_records(log: &Log, storage: &dyn Storage, end: Offset) -> Result<Vec<RecordPreview>, ReadError> {
    let start = log.log_start_offset();
    let mut shown = Vec::new();
    let mut budget = DECOMPRESSED_SIZE_MAX;
    let (mut next, mut unread) = (start, FIRST_READ_SIZE_MAX);
    // A read ends with its segment, and the first ones may be small.
    while shown.len() < FIRST_RECORDS_MAX && next < end {
        // The batch that holds the first records may reach into the last ones.
        let slice = log.read(storage, next, unread, FirstBatch::IfItFits, log.log_end_offset())?;
        let bytes = gather(&slice, storage)?;
        let before = next;
        for (header, range) in records::split(&bytes).ending_at_partial().map_while(Result::ok) {
            unread = unread.saturating_sub(u32::try_from(range.len()).unwrap_or(u32::MAX));
            next = header.last_offset() + 1;
            let found = decode(&bytes.slice(range), start..end, FIRST_RECORDS_MAX, &mut budget);
            shown.extend(found.iter().map(RecordPreview::of));
            if shown.len() >= FIRST_RECORDS_MAX {
                break;
            }
        }
        if next == before {
            break;
        }
    }
    shown.truncate(FIRST_RECORDS_MAX);
    Ok(shown)
}

/// Fewer than are wanted where these are more bytes than are read: those at the end then.
fn last_records(log: &Log, storage: &dyn Storage) -> Result<Vec<RecordPreview>, ReadError> {
    let (start, end) = (log.log_start_offset(), log.log_end_offset());
    let mut wanted = LAST_RECORDS_MAX;
    while wanted > 0 {
        let from = start.max(end - wanted);
        if let Some(slices) = log.tail(storage, from, LAST_READ_SIZE_MAX)? {
            return last_of(&slices, storage, from..end);
        }
        wanted /= 2;
    }
    Ok(Vec::new())
}

fn last_of(slices: &[Slice], storage: &dyn Storage, offsets: Range<Offset>) -> Result<Vec<RecordPreview>, ReadError> {
    let mut batches = Vec::new();
    for slice in slices {
        let bytes = gather(slice, storage)?;
        batches.extend(records::split(&bytes).map_while(Result::ok).map(|(_, range)| bytes.slice(range)));
    }
    let mut newest_first = Vec::new();
    let mut budget = DECOMPRESSED_SIZE_MAX;
    for batch in batches.iter().rev() {
        newest_first
            .extend(decode(batch, offsets.clone(), usize::MAX, &mut budget).iter().rev().map(RecordPreview::of));
    }
    newest_first.reverse();
    Ok(newest_first)
}

fn gather(slice: &Slice, storage: &dyn Storage) -> Result<Bytes, ReadError> {
    Ok(slice.chunks.gather(|range| storage.read(BlobId(range.blob), range.position, range.size as usize))?)
}

/// The records of a batch that lie in the range, `count_max` at most. What is decompressed is taken from the budget; a batch that is larger
/// than what is left shows nothing and halves it, so that many of these come to an end too.
fn decode(batch: &Bytes, offsets: Range<Offset>, count_max: usize, budget: &mut usize) -> Vec<Record> {
    match records::iterate(batch, *budget) {
        Ok(found) => {
            let mut wanted = Vec::new();
            let mut size = 0;
            for record in found.map_while(Result::ok) {
                size += record.key.as_ref().map_or(0, Bytes::len) + record.value.as_ref().map_or(0, Bytes::len);
                if offsets.contains(&record.offset) {
                    wanted.push(record);
                }
                if wanted.len() >= count_max {
                    break;
                }
            }
            *budget = budget.saturating_sub(size);
            wanted
        }
        Err(RecordError::TooLarge { .. }) => {
            *budget /= 2;
            Vec::new()
        }
        Err(RecordError::Batch(_) | RecordError::Compressed { .. } | RecordError::Malformed { .. }) => Vec::new(),
    }
}

/// The record at `offset`, whole; none if the log has none there or more than 16 MiB would have to be decompressed.
pub(crate) fn record_at(log: &Log, storage: &dyn Storage, offset: Offset) -> Option<Record> {
    const BATCH_SIZE_MAX: usize = 16 * 1024 * 1024;
    let slice = log.read(storage, offset, 0, FirstBatch::Whole, log.log_end_offset()).ok()?;
    let bytes = gather(&slice, storage).ok()?;
    let found = records::iterate(&bytes, BATCH_SIZE_MAX).ok()?;
    found.map_while(Result::ok).find(|record| record.offset == offset)
}
