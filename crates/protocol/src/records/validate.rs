//! Looking through a batch's records without keeping any: what a broker checks before it appends (`--strict`).

use super::RecordError;
use super::layout::{Body, Layout};
use super::varint::Reader;
use bytes::Bytes;

/// What the checks of a broker need to know of one record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CheckedRecord {
    /// Its place in the batch, from 0; equals its offset delta.
    pub index: i32,
    /// Milliseconds since the Unix epoch, -1 for none.
    pub timestamp: i64,
    /// Compacted topics take no record without a key.
    pub has_key: bool,
}

/// Checks that the batch at the start of `batch` holds the records that its header states, as producers write them:
/// offset deltas from 0 without a gap up to the last one, every size right, nothing left over.
///
/// A batch that was compacted has gaps and does not pass: this is for batches from producers. Kafka forgives wrong
/// offset deltas and numbers the records anew; here they are an error. The checksum is not compared: see
/// [`super::BatchHeader::check`].
///
/// # Errors
/// What is wrong and where, as [`super::iterate`] says it.
pub fn validate(batch: &Bytes, decompressed_size_max: usize) -> Result<(), RecordError> {
    validate_each(batch, decompressed_size_max, |_| {})
}

/// As [`validate`], and shows each record to `see`: for its timestamp, and whether it has a key.
///
/// # Errors
/// As [`validate`]; records before the faulty one have been shown by then.
pub fn validate_each(
    batch: &Bytes,
    decompressed_size_max: usize,
    mut see: impl FnMut(CheckedRecord),
) -> Result<(), RecordError> {
    let Body { bytes, at, header } = Body::open(batch, decompressed_size_max)?;
    if i64::from(header.last_offset_delta) != i64::from(header.records_count) - 1 {
        return Err(RecordError::Malformed { at: 57, wanted: "a records count of the last offset delta plus one" });
    }
    let mut reader = Reader::new(&bytes, at);
    for index in 0..header.records_count {
        let start = reader.at();
        let layout = Layout::read(&mut reader)?;
        if layout.offset_delta != index {
            return Err(RecordError::Malformed { at: start, wanted: "offset deltas from 0 without a gap" });
        }
        let timestamp = Body::timestamp(&header, layout.timestamp_delta);
        see(CheckedRecord { index, timestamp, has_key: layout.key.is_some() });
    }
    if reader.remaining() != 0 {
        return Err(reader.malformed("the end of the batch after the number of records that its header states"));
    }
    Ok(())
}

/// As [`validate`], and returns the places of the records that have no key, in rising order: a compacted topic takes
/// none of them.
///
/// # Errors
/// As [`validate`].
pub fn keyless(batch: &Bytes, decompressed_size_max: usize) -> Result<Vec<i32>, RecordError> {
    let mut keyless = Vec::new();
    validate_each(batch, decompressed_size_max, |record| {
        if !record.has_key {
            keyless.push(record.index);
        }
    })?;
    Ok(keyless)
}
