//! What a broker looks at before it appends a batch from a producer.
//!
//! The checks, their order, codes and messages are those of Apache Kafka 4.3. It looks at every record of every batch;
//! with [`Checks::Header`] records are looked at only where a rule needs it: on a compacted topic, where timestamps may
//! be out of range, and where the topic has a codec of its own.
//!
//! Not as Kafka: wrong offset deltas are INVALID_RECORD, whatever the codec (Kafka numbers such records anew, or answers
//! UNKNOWN_SERVER_ERROR if they are compressed), and records that decompress to more than [`DECOMPRESSED_SIZE_MAX`] are
//! MESSAGE_TOO_LARGE.

mod faults;

#[cfg(test)]
mod tests;

use super::config::{LogConfig, TopicCompression};
use super::refusal::Refusal;
use super::{CheckedBatch, Origin};
use crate::Timestamp;
use bytes::Bytes;
use faults::Faults;
use runnel_protocol::ErrorCode;
use runnel_protocol::records::{
    self, Attributes, BatchBuilder, BatchError, BatchHeader, Compression, RecordError, TimestampType,
};

/// Bytes that a batch's records may have when they are decompressed.
pub const DECOMPRESSED_SIZE_MAX: usize = 64 * 1024 * 1024;

/// The first Produce version that may carry zstd (KIP-110).
const ZSTD_FROM_VERSION: i16 = 7;
/// Base offset and length, without which nothing is a batch.
const LOG_OVERHEAD: usize = BatchHeader::LOG_OVERHEAD;
/// A batch's bytes up to its magic.
const SIZE_TO_MAGIC: usize = 17;
/// The smallest length that any version of the format had.
const LENGTH_MIN: i32 = 14;

/// How closely batches are looked at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Checks {
    /// The header and its checksum, as most light brokers do.
    Header,
    /// Every record too, as Kafka does: the `kafka` profile.
    Records,
}

/// By what a batch is judged.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    /// `TOPIC-PARTITION`, for messages.
    pub partition: &'a str,
    /// The topic's configuration.
    pub config: &'a LogConfig,
    /// How closely batches are looked at.
    pub checks: Checks,
    /// The version of the Produce request.
    pub produce_version: i16,
}

/// Checks the records of one partition of a Produce request and makes the batch that will be appended.
///
/// # Errors
/// What the client is told: see the table in `pitfalls.md`, rows 14 to 22 and 74, and the tests.
pub fn validate(bytes: &Bytes, rules: &Rules<'_>, now: Timestamp) -> Result<CheckedBatch, Refusal> {
    let batch = only_batch(bytes, rules)?;
    let header = check_header(&batch, rules)?;
    let codec = header.attributes.compression().map_err(|error| unknown_codec(&error))?;
    let target = match rules.config.compression_type {
        TopicCompression::Producer => codec,
        TopicCompression::Codec(target) => target,
    };
    if target != codec {
        return rebuild(&batch, &header, target, rules, now);
    }
    let mut largest = header.max_timestamp;
    if must_see_records(&header, rules, now) {
        largest = check_records(&batch, &header, rules, now)?;
    }
    let header = with_time(header, &batch, largest, rules, now);
    Ok(CheckedBatch { header, records: batch.slice(BatchHeader::SIZE..), origin: Origin::Client, marker: None })
}

/// The one batch that the request must hold for the partition, without what lies behind it.
fn only_batch(bytes: &Bytes, rules: &Rules<'_>) -> Result<Bytes, Refusal> {
    let version = rules.produce_version;
    let invalid = |reason| Err(Refusal::without_log_start(ErrorCode::InvalidRecord, reason));
    let size = match next_batch(bytes) {
        Ok(Some(size)) => size,
        Ok(None) => {
            return invalid(format!(
                "Produce requests with version {version} must have at least one record batch per partition"
            ));
        }
        // In this place Kafka tells the client why.
        Err(refusal) if refusal.code == ErrorCode::CorruptMessage => {
            return Err(Refusal { message: Some(refusal.reason.clone()), ..refusal });
        }
        Err(refusal) => return Err(refusal),
    };
    if bytes[SIZE_TO_MAGIC - 1] != 2 {
        return invalid(format!(
            "Produce requests with version {version} are only allowed to contain record batches with magic version 2"
        ));
    }
    let attributes = bytes.get(21..23).map(|field| Attributes(i16::from_be_bytes([field[0], field[1]])));
    if version < ZSTD_FROM_VERSION
        && attributes.and_then(|attributes| attributes.compression().ok()) == Some(Compression::Zstd)
    {
        return Err(Refusal::without_log_start(
            ErrorCode::UnsupportedCompressionType,
            format!("Produce requests with version {version} are not allowed to use ZStandard compression"),
        ));
    }
    match next_batch(&bytes[size..])? {
        Some(_) => invalid(format!(
            "Produce requests with version {version} are only allowed to contain exactly one record batch per partition"
        )),
        None => Ok(bytes.slice(..size)),
    }
}

/// Size of the batch at the start of `bytes`; `None` if no whole one is there.
fn next_batch(bytes: &[u8]) -> Result<Option<usize>, Refusal> {
    let Some(length) = bytes.get(8..LOG_OVERHEAD) else { return Ok(None) };
    let length = i32::from_be_bytes(length.try_into().expect("the range is four bytes"));
    let corrupt = |reason| Err(Refusal::without_log_start(ErrorCode::CorruptMessage, reason));
    if length < LENGTH_MIN {
        return corrupt(format!("Record size {length} is less than the minimum record overhead ({LENGTH_MIN})"));
    }
    let Some(magic) = bytes.get(SIZE_TO_MAGIC - 1) else { return Ok(None) };
    if *magic > 2 {
        return corrupt(format!("Invalid magic found in record: {}", i8::from_be_bytes([*magic])));
    }
    let size = LOG_OVERHEAD + usize::try_from(length).expect("a length is not negative here");
    if i32::try_from(size).is_err() {
        let reason = format!("batch length {length} is larger than a batch can be");
        return Err(Refusal::without_log_start(ErrorCode::UnknownServerError, reason));
    }
    Ok((bytes.len() >= size).then_some(size))
}

fn check_header(batch: &Bytes, rules: &Rules<'_>) -> Result<BatchHeader, Refusal> {
    let Rules { partition, config, .. } = rules;
    let invalid = |reason| Err(Refusal::new(ErrorCode::InvalidRecord, reason));
    let corrupt = |error: BatchError| Refusal::without_log_start(ErrorCode::CorruptMessage, error.to_string());
    let header = BatchHeader::read(batch).map_err(corrupt)?;
    if header.base_offset != 0 {
        return invalid(format!(
            "The baseOffset of the record batch in the append to {partition} should be 0, but it is {}",
            header.base_offset
        ));
    }
    if batch.len() > usize::try_from(config.max_message_bytes).unwrap_or(0) {
        return Err(Refusal::without_log_start(
            ErrorCode::MessageTooLarge,
            format!(
                "The record batch size in the append to {partition} is {} bytes which exceeds the maximum configured \
                 value of {}.",
                batch.len(),
                config.max_message_bytes
            ),
        ));
    }
    BatchHeader::check(batch).map_err(|_| {
        let reason = format!("Record is corrupt (stored crc = {}) in topic partition {partition}.", header.crc);
        Refusal::without_log_start(ErrorCode::CorruptMessage, reason)
    })?;
    header.attributes.compression().map_err(|error| unknown_codec(&error))?;
    let (last, count) = (header.last_offset_delta, header.records_count);
    if last < 0 {
        return invalid(format!("Batch has an invalid offset range: [0, {last}] in topic partition {partition}"));
    }
    if count <= 0 {
        return invalid(format!("Invalid reported count for record batch: {count} in topic partition {partition}"));
    }
    if i64::from(last) + 1 != i64::from(count) {
        return invalid(format!(
            "Inconsistent batch offset range [0, {last}] and count of records {count} in topic partition {partition}"
        ));
    }
    if header.attributes.is_control() {
        return invalid(format!("Clients are not allowed to write control records in topic partition {partition}"));
    }
    if header.has_producer_id() && header.base_sequence < 0 {
        return invalid(format!(
            "Invalid sequence number {} in record batch with producerId {} in topic partition {partition}",
            header.base_sequence, header.producer_id
        ));
    }
    Ok(header)
}

fn unknown_codec(error: &BatchError) -> Refusal {
    Refusal::new(ErrorCode::UnknownServerError, error.to_string())
}

/// Whether the header leaves open if every record will do.
fn must_see_records(header: &BatchHeader, rules: &Rules<'_>, now: Timestamp) -> bool {
    let config = rules.config;
    let latest = now.as_millis().saturating_add(config.message_timestamp_after_max_ms);
    rules.checks == Checks::Records
        || config.cleanup_policy.compact
        || match config.message_timestamp_type {
            TimestampType::CreateTime => {
                config.message_timestamp_before_max_ms != i64::MAX || header.max_timestamp > latest
            }
            TimestampType::LogAppendTime => header.attributes.timestamp_type() == TimestampType::LogAppendTime,
        }
}

/// Checks every record and returns the largest timestamp.
fn check_records(batch: &Bytes, header: &BatchHeader, rules: &Rules<'_>, now: Timestamp) -> Result<i64, Refusal> {
    let mut faults = Faults::default();
    let mut largest = -1;
    // The message about a claimed timestamp describes the record, so then the records are decoded in step.
    let mut decoded = match header.attributes.timestamp_type() {
        TimestampType::LogAppendTime => records::iterate(batch, DECOMPRESSED_SIZE_MAX).ok(),
        TimestampType::CreateTime => None,
    };
    records::validate_each(batch, DECOMPRESSED_SIZE_MAX, |record| {
        let described = decoded.as_mut().and_then(Iterator::next);
        largest = largest.max(record.timestamp);
        if rules.config.cleanup_policy.compact && !record.has_key {
            faults.add_keyless(record.index, rules);
        } else if is_out_of_range(record.timestamp, rules.config, now) {
            faults.add_out_of_range(record.index, record.timestamp, rules, now);
        } else if is_claimed(record.timestamp, header, rules.config)
            && let Some(Ok(described)) = described
        {
            faults.add_claimed(record.index, &described);
        }
    })
    .map_err(|error| unreadable(&error))?;
    faults.into_result().map(|()| largest)
}

fn unreadable(error: &RecordError) -> Refusal {
    let code = match error {
        RecordError::Batch(_) | RecordError::Malformed { .. } => ErrorCode::InvalidRecord,
        RecordError::Compressed { .. } => ErrorCode::UnknownServerError,
        RecordError::TooLarge { .. } => ErrorCode::MessageTooLarge,
    };
    Refusal::new(code, error.to_string())
}

/// Whether a producer's timestamp lies too far from the broker's time. -1 says nothing and may stay.
fn is_out_of_range(timestamp: i64, config: &LogConfig, now: Timestamp) -> bool {
    if config.message_timestamp_type != TimestampType::CreateTime || timestamp == -1 {
        return false;
    }
    let late_by = now.as_millis().saturating_sub(timestamp);
    late_by > config.message_timestamp_before_max_ms || late_by.saturating_neg() > config.message_timestamp_after_max_ms
}

/// Whether the producer says that the log gave the timestamp, which only the log may. Where the producer's timestamp
/// counts Kafka looks away, unless there is none.
fn is_claimed(timestamp: i64, header: &BatchHeader, config: &LogConfig) -> bool {
    header.attributes.timestamp_type() == TimestampType::LogAppendTime
        && (config.message_timestamp_type == TimestampType::LogAppendTime || timestamp == -1)
}

/// The header with the clock that the topic wants, and with a checksum that fits again if that changed anything.
fn with_time(header: BatchHeader, batch: &Bytes, largest: i64, rules: &Rules<'_>, now: Timestamp) -> BatchHeader {
    let timestamp_type = rules.config.message_timestamp_type;
    let mut timed = header;
    timed.attributes = header.attributes.with_timestamp_type(timestamp_type);
    timed.max_timestamp = match timestamp_type {
        TimestampType::CreateTime => largest,
        TimestampType::LogAppendTime => now.as_millis(),
    };
    if timed != header {
        let checksummed = &timed.to_bytes()[BatchHeader::CHECKSUMMED_FROM..];
        timed.crc = crc32c::crc32c_append(crc32c::crc32c(checksummed), &batch[BatchHeader::SIZE..]);
    }
    timed
}

/// The batch with the same records in the topic's own codec.
fn rebuild(
    batch: &Bytes,
    header: &BatchHeader,
    target: Compression,
    rules: &Rules<'_>,
    now: Timestamp,
) -> Result<CheckedBatch, Refusal> {
    check_records(batch, header, rules, now)?;
    let mut builder = BatchBuilder::new()
        .compression(target)
        .timestamp_type(rules.config.message_timestamp_type)
        .producer(header.producer_id, header.producer_epoch, header.base_sequence);
    if header.attributes.is_transactional() {
        builder = builder.transactional();
    }
    if rules.config.message_timestamp_type == TimestampType::LogAppendTime {
        builder = builder.max_timestamp(now.as_millis());
    }
    for record in records::iterate(batch, DECOMPRESSED_SIZE_MAX).map_err(|error| unreadable(&error))? {
        let record = record.map_err(|error| unreadable(&error))?;
        builder.append(record.timestamp, record.key.as_deref(), record.value.as_deref(), &record.headers);
    }
    let rebuilt = builder.build();
    if rebuilt.len() > usize::try_from(rules.config.max_message_bytes).unwrap_or(0) {
        return Err(Refusal::without_log_start(
            ErrorCode::MessageTooLarge,
            format!(
                "Message batch size is {} bytes in append to partition {} which exceeds the maximum configured size \
                 of {}.",
                rebuilt.len(),
                rules.partition,
                rules.config.max_message_bytes
            ),
        ));
    }
    let header = BatchHeader::read(&rebuilt).expect("a batch that was just built has a header");
    Ok(CheckedBatch { header, records: rebuilt.slice(BatchHeader::SIZE..), origin: Origin::Client, marker: None })
}
