//! Where the parts of one record lie.
//!
//! ```text
//! field            encoding           note
//! size             varint             bytes after this field
//! attributes       i8                 no bit has a meaning
//! timestamp_delta  varlong            added to the batch's base_timestamp
//! offset_delta     varint             added to the batch's base_offset
//! key              varint size, then bytes; -1: none
//! value            varint size, then bytes; -1: none
//! headers_count    varint
//!   key            varint size, then bytes
//!   value          varint size, then bytes; -1: none
//! ```

use super::varint::Reader;
use super::{BatchHeader, RecordError, TimestampType, compression};
use bytes::Bytes;
use std::ops::Range;

/// Positions and deltas of one record that was read from front to back.
pub(super) struct Layout {
    pub(super) timestamp_delta: i64,
    pub(super) offset_delta: i32,
    pub(super) key: Option<Range<usize>>,
    pub(super) value: Option<Range<usize>>,
    pub(super) headers_count: usize,
    /// Where the first header begins.
    pub(super) headers_at: usize,
}

impl Layout {
    /// Reads one record, all of it, and looks at every size in it.
    #[inline(always)]
    pub(super) fn read(outer: &mut Reader<'_>) -> Result<Self, RecordError> {
        let size = outer.varint("the size of a record")?;
        let Ok(size) = usize::try_from(size) else { return Err(outer.malformed("a record size that is not negative")) };
        let mut reader = outer.within(size, "as many bytes as the record's size says")?;
        reader.skip(1, "a record's attributes")?;
        let timestamp_delta = reader.varlong("a timestamp delta")?;
        let offset_delta = reader.varint("an offset delta")?;
        let key = nullable(&mut reader, "the size of a key", "as many bytes as the key's size says")?;
        let value = nullable(&mut reader, "the size of a value", "as many bytes as the value's size says")?;
        let headers_count = reader.varint("the number of headers")?;
        let headers_count = match usize::try_from(headers_count) {
            Ok(count) if count <= reader.remaining() => count,
            _ => return Err(reader.malformed("no more headers than there are bytes left in the record")),
        };
        let headers_at = reader.at();
        for _ in 0..headers_count {
            read_header(&mut reader)?;
        }
        if reader.remaining() != 0 {
            return Err(reader.malformed("the end of the record"));
        }
        Ok(Layout { timestamp_delta, offset_delta, key, value, headers_count, headers_at })
    }
}

/// Reads one header: where its key and its value lie.
pub(super) fn read_header(reader: &mut Reader<'_>) -> Result<(Range<usize>, Option<Range<usize>>), RecordError> {
    let key = nullable(reader, "the size of a header's key", "as many bytes as the header key's size says")?;
    let Some(key) = key else { return Err(reader.malformed("a header key that is not null")) };
    let value = nullable(reader, "the size of a header's value", "as many bytes as the header value's size says")?;
    Ok((key, value))
}

/// Any negative size means none, as for Kafka.
#[inline(always)]
fn nullable(
    reader: &mut Reader<'_>,
    wanted_size: &'static str,
    wanted_bytes: &'static str,
) -> Result<Option<Range<usize>>, RecordError> {
    let size = reader.varint(wanted_size)?;
    let Ok(size) = usize::try_from(size) else { return Ok(None) };
    let start = reader.skip(size, wanted_bytes)?;
    Ok(Some(start..start + size))
}

/// A batch's records as bytes at hand, with what the header says about them.
pub(super) struct Body {
    /// The whole batch, or the decompressed records.
    pub(super) bytes: Bytes,
    /// Where the records begin in `bytes`.
    pub(super) at: usize,
    pub(super) header: BatchHeader,
}

impl Body {
    /// Takes the first batch in `batch`, and decompresses its records if they are compressed. What comes after the
    /// batch is not looked at; neither is the checksum.
    pub(super) fn open(batch: &Bytes, decompressed_size_max: usize) -> Result<Self, RecordError> {
        let header = BatchHeader::read_whole(batch)?;
        let codec = header.attributes.compression()?;
        if header.records_count < 0 {
            return Err(RecordError::Malformed { at: 57, wanted: "a records count that is not negative" });
        }
        let whole = batch.slice(..header.size());
        // A batch that compaction emptied has no compressed stream either.
        if codec == super::Compression::None || whole.len() == BatchHeader::SIZE && header.records_count == 0 {
            return Ok(Body { bytes: whole, at: BatchHeader::SIZE, header });
        }
        Body::decompressed(header, codec, &whole[BatchHeader::SIZE..], decompressed_size_max)
    }

    /// The same for a batch whose header is at hand and whose records, as they were sent, are `records`.
    pub(super) fn of_parts(
        header: BatchHeader,
        records: &Bytes,
        decompressed_size_max: usize,
    ) -> Result<Self, RecordError> {
        let codec = header.attributes.compression()?;
        if codec == super::Compression::None || records.is_empty() {
            return Ok(Body { bytes: records.clone(), at: 0, header });
        }
        Body::decompressed(header, codec, records, decompressed_size_max)
    }

    fn decompressed(
        header: BatchHeader,
        codec: super::Compression,
        records: &[u8],
        decompressed_size_max: usize,
    ) -> Result<Self, RecordError> {
        let records = compression::decompress(codec, records, decompressed_size_max)?;
        Ok(Body { bytes: Bytes::from(records), at: 0, header })
    }

    /// The record's time: its own, or the leader's if the leader gave one to the whole batch.
    pub(super) fn timestamp(header: &BatchHeader, delta: i64) -> i64 {
        match header.attributes.timestamp_type() {
            TimestampType::CreateTime => header.base_timestamp.wrapping_add(delta),
            TimestampType::LogAppendTime => header.max_timestamp,
        }
    }
}
