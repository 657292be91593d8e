//! The records of a batch, one after the other.

use super::layout::{Body, Layout, read_header};
use super::varint::Reader;
use super::{BatchHeader, Record, RecordError, RecordHeader};
use bytes::Bytes;
use bytestring::ByteString;
use std::ops::Range;

/// The records of the batch at the start of `batch`. Keys and values are slices of `batch`, or of the decompressed
/// bytes if it is compressed, of which there may be `decompressed_size_max`.
///
/// A batch that was compacted has gaps in its offsets; that they rise and stay at or below the last offset that the
/// header states is checked. The checksum is not: see [`BatchHeader::check`].
///
/// # Errors
/// [`RecordError::Batch`] if no whole batch is there, [`RecordError::Compressed`] and [`RecordError::TooLarge`] if it
/// cannot be decompressed. Errors in the records come from the iterator, which then ends.
pub fn iterate(batch: &Bytes, decompressed_size_max: usize) -> Result<Records, RecordError> {
    let Body { bytes, at, header } = Body::open(batch, decompressed_size_max)?;
    Ok(Records { bytes, at, header, left: header.records_count, offset_delta_min: 0, is_over: false })
}

/// As [`iterate`], for a batch in two parts: its header, and the bytes that follow it. So whoever changes a header that
/// lies outside the records need not put the batch together first.
///
/// # Errors
/// As [`iterate`].
pub fn iterate_parts(
    header: &BatchHeader,
    records: &Bytes,
    decompressed_size_max: usize,
) -> Result<Records, RecordError> {
    let Body { bytes, at, header } = Body::of_parts(*header, records, decompressed_size_max)?;
    Ok(Records { bytes, at, header, left: header.records_count, offset_delta_min: 0, is_over: false })
}

/// What [`iterate`] returns.
#[derive(Clone, Debug)]
pub struct Records {
    bytes: Bytes,
    at: usize,
    header: BatchHeader,
    /// Records that the header promises and that were not read yet.
    left: i32,
    /// The smallest offset delta that the next record may have.
    offset_delta_min: i64,
    is_over: bool,
}

impl Records {
    /// The batch's header.
    pub fn header(&self) -> &BatchHeader {
        &self.header
    }

    /// `None` at the right end.
    fn read(&mut self) -> Result<Option<Record>, RecordError> {
        let mut reader = Reader::new(&self.bytes, self.at);
        if self.left == 0 {
            return match reader.remaining() {
                0 => Ok(None),
                _ => Err(reader.malformed("the end of the batch after the number of records that its header states")),
            };
        }
        let layout = Layout::read(&mut reader)?;
        let delta = i64::from(layout.offset_delta);
        if delta < self.offset_delta_min || delta > i64::from(self.header.last_offset_delta) {
            return Err(RecordError::Malformed { at: self.at, wanted: "offsets that rise up to the batch's last" });
        }
        let record = self.record(&layout)?;
        self.at = reader.at();
        self.left -= 1;
        self.offset_delta_min = delta + 1;
        Ok(Some(record))
    }

    fn record(&self, layout: &Layout) -> Result<Record, RecordError> {
        let slice = |range: &Range<usize>| self.bytes.slice(range.clone());
        // Each header has shown at least two bytes by now, so the capacity is paid for.
        let mut headers = Vec::with_capacity(layout.headers_count);
        let mut reader = Reader::new(&self.bytes, layout.headers_at);
        for _ in 0..layout.headers_count {
            let (key, value) = read_header(&mut reader)?;
            headers.push(RecordHeader { key: text(slice(&key)), value: value.as_ref().map(slice) });
        }
        Ok(Record {
            offset: self.header.base_offset.wrapping_add(i64::from(layout.offset_delta)),
            timestamp: Body::timestamp(&self.header, layout.timestamp_delta),
            key: layout.key.as_ref().map(slice),
            value: layout.value.as_ref().map(slice),
            headers,
        })
    }
}

impl Iterator for Records {
    type Item = Result<Record, RecordError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_over {
            return None;
        }
        let next = self.read().transpose();
        self.is_over = !matches!(next, Some(Ok(_)));
        next
    }
}

fn text(bytes: Bytes) -> ByteString {
    match ByteString::try_from(bytes.clone()) {
        Ok(text) => text,
        Err(_) => String::from_utf8_lossy(&bytes).into_owned().into(),
    }
}
