//! Batches of a segment, and the records in them.

use super::decoders::Contents;
use super::{Found, Wishes, out, unreadable};
use crate::files::Files;
use crate::input::ToolOutput;
use crate::java::Exception;
use bytes::Bytes;
use runnel_protocol::records::{BatchHeader, Compression, Record, TimestampType, iterate};
use std::collections::VecDeque;

/// Most that the records of one batch may come to when they are decompressed.
const DECOMPRESSED_SIZE_MAX: usize = 512 << 20;

/// How far a segment is read.
#[derive(Clone, Debug)]
pub(super) struct LogWalk {
    path: String,
    position: u64,
    size: u64,
    is_limited: bool,
    last_offset: i64,
}

impl LogWalk {
    pub(super) fn open(files: &dyn Files, path: String, wishes: &Wishes) -> Result<LogWalk, Exception> {
        let size = files.size(&path).map_err(|error| unreadable(&path, &error))?;
        let is_limited = wishes.max_bytes < u64::MAX;
        Ok(LogWalk { path, position: 0, size: size.min(wishes.max_bytes), is_limited, last_offset: -1 })
    }

    /// Prints one batch. `None` when the segment is over.
    pub(super) fn step(
        mut self,
        files: &dyn Files,
        wishes: &Wishes,
        found: &mut Found,
        printed: &mut VecDeque<ToolOutput>,
    ) -> Result<Option<LogWalk>, Exception> {
        let Some(batch) = batch_at(files, &self.path, self.position, self.size)? else {
            if self.size > self.position && !self.is_limited {
                let name = self.path.rsplit('/').next().unwrap_or(&self.path);
                out(printed, format!("Found {} invalid bytes at the end of {name}", self.size - self.position));
            }
            return Ok(None);
        };
        let header = BatchHeader::read(&batch).map_err(|error| corrupt(&error.to_string()))?;
        out(printed, batch_line(&header, &batch, self.position));
        if wishes.is_deep {
            let records = iterate(&batch, DECOMPRESSED_SIZE_MAX).map_err(|error| corrupt(&error.to_string()))?;
            for record in records {
                let record = record.map_err(|error| corrupt(&error.to_string()))?;
                if record.offset != self.last_offset + 1 {
                    found.gaps.entry(self.path.clone()).or_default().push((self.last_offset, record.offset));
                }
                self.last_offset = record.offset;
                out(printed, record_line(&header, &record, wishes));
            }
        }
        self.position += u64::try_from(header.size()).unwrap_or(u64::MAX);
        Ok(Some(self))
    }
}

fn corrupt(reason: &str) -> Exception {
    Exception::new("org.apache.kafka.common.errors.CorruptRecordException", reason)
}

/// The batch at a position; `None` where the file ends before the batch does.
pub(super) fn batch_at(files: &dyn Files, path: &str, position: u64, size: u64) -> Result<Option<Bytes>, Exception> {
    if position.saturating_add(17) > size {
        return Ok(None);
    }
    let read = |length: usize| files.read(path, position, length).map_err(|error| unreadable(path, &error));
    let front = read(17)?;
    let Some(length) = front.get(8..12).map(|length| i32::from_be_bytes([length[0], length[1], length[2], length[3]]))
    else {
        return Ok(None);
    };
    if length < 14 {
        let message = format!("Found record size {length} smaller than minimum record overhead (14) in file {path}.");
        return Err(corrupt(&message));
    }
    let whole = u64::try_from(length).unwrap_or(0) + 12;
    if position.saturating_add(whole) > size {
        return Ok(None);
    }
    if front.get(16) != Some(&2) {
        return Err(corrupt("records of the formats before version 2 are not read here"));
    }
    let batch = read(usize::try_from(whole).unwrap_or(usize::MAX))?;
    Ok((u64::try_from(batch.len()) == Ok(whole)).then_some(batch))
}

fn batch_line(header: &BatchHeader, batch: &[u8], position: u64) -> String {
    let attributes = header.attributes;
    let horizon = if attributes.has_delete_horizon() {
        format!("OptionalLong[{}]", header.base_timestamp)
    } else {
        "OptionalLong.empty".to_owned()
    };
    let codec = attributes.compression().map_or("unknown", Compression::name);
    format!(
        "baseOffset: {} lastOffset: {} count: {} baseSequence: {} lastSequence: {} producerId: {} producerEpoch: {} \
         partitionLeaderEpoch: {} isTransactional: {} isControl: {} deleteHorizonMs: {horizon} position: {position} \
         {}: {} size: {} magic: {} compresscodec: {codec} crc: {} isvalid: {}",
        header.base_offset,
        header.last_offset(),
        header.records_count,
        header.base_sequence,
        header.last_sequence(),
        header.producer_id,
        header.producer_epoch,
        header.partition_leader_epoch,
        attributes.is_transactional(),
        attributes.is_control(),
        time_name(header),
        header.max_timestamp,
        header.size(),
        header.magic,
        header.crc,
        BatchHeader::check(batch).is_ok(),
    )
}

fn time_name(header: &BatchHeader) -> &'static str {
    match header.attributes.timestamp_type() {
        TimestampType::CreateTime => "CreateTime",
        TimestampType::LogAppendTime => "LogAppendTime",
    }
}

fn record_line(header: &BatchHeader, record: &Record, wishes: &Wishes) -> String {
    let mut line = String::new();
    if !wishes.skips_metadata {
        let size = |bytes: &Option<Bytes>| bytes.as_ref().map_or("-1".to_owned(), |bytes| bytes.len().to_string());
        let keys: Vec<&str> = record.headers.iter().map(|header| &*header.key).collect();
        line = format!(
            "| offset: {} {}: {} keySize: {} valueSize: {} sequence: {} headerKeys: [{}]",
            record.offset,
            time_name(header),
            record.timestamp,
            size(&record.key),
            size(&record.value),
            sequence(header, record),
            keys.join(",")
        );
        if header.attributes.is_control() {
            line.push_str(&super::decoders::control(record));
        }
    }
    if wishes.prints_contents && !header.attributes.is_control() {
        let Contents { key, payload } = wishes.decoder.decode(record);
        let mut prefix = if wishes.skips_metadata { "| " } else { " " };
        if let Some(key) = key {
            line.push_str(&format!("{prefix}key: {key}"));
            prefix = " ";
        }
        if let Some(payload) = payload {
            line.push_str(&format!("{prefix}payload: {payload}"));
        }
    }
    line
}

/// The record's sequence number; sequences go on with 0 after the largest one.
fn sequence(header: &BatchHeader, record: &Record) -> i64 {
    if header.base_sequence < 0 {
        return -1;
    }
    let delta = record.offset.saturating_sub(header.base_offset);
    (i64::from(header.base_sequence) + delta) % (i64::from(i32::MAX) + 1)
}
