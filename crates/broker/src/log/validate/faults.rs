//! The records of a batch that are at fault, with Kafka's messages.

use super::Rules;
use crate::Timestamp;
use crate::log::refusal::{RecordFault, Refusal};
use bytes::Bytes;
use runnel_protocol::ErrorCode;
use runnel_protocol::records::Record;

/// So many faults are told in full. Kafka tells all; a batch that decompresses well could then be answered with far
/// more bytes than it has.
const TOLD_MAX: usize = 1000;

/// The records at fault.
#[derive(Default)]
pub(super) struct Faults {
    told: Vec<RecordFault>,
    count: usize,
    any_timestamp: bool,
}

impl Faults {
    fn add(&mut self, batch_index: i32, message: impl FnOnce() -> String) {
        self.count += 1;
        if self.told.len() < TOLD_MAX {
            self.told.push(RecordFault { batch_index, message: message() });
        }
    }

    /// A record without a key, on a compacted topic.
    pub(super) fn add_keyless(&mut self, index: i32, rules: &Rules<'_>) {
        let partition = rules.partition;
        self.add(index, || format!("Compacted topic cannot accept message without key in topic partition {partition}"));
    }

    /// A timestamp too far from the broker's time.
    pub(super) fn add_out_of_range(&mut self, index: i32, timestamp: i64, rules: &Rules<'_>, now: Timestamp) {
        self.any_timestamp = true;
        let now = now.as_millis();
        // With Kafka's default, which is no limit, the difference wraps: Kafka prints it so.
        let earliest = now.wrapping_sub(rules.config.message_timestamp_before_max_ms);
        let latest = now.wrapping_add(rules.config.message_timestamp_after_max_ms);
        self.add(index, || {
            format!(
                "Timestamp {timestamp} of message with offset {index} is out of range. The timestamp should be \
                 within [{earliest}, {latest}]"
            )
        });
    }

    /// A timestamp of which the producer says that the log gave it.
    pub(super) fn add_claimed(&mut self, index: i32, record: &Record) {
        self.any_timestamp = true;
        let size = |bytes: Option<&Bytes>| bytes.map_or(0, Bytes::len);
        self.add(index, || {
            format!(
                "Invalid timestamp type in message DefaultRecord(offset={}, timestamp={}, key={} bytes, value={} \
                 bytes). Producer should not set timestamp type to LogAppendTime.",
                record.offset,
                record.timestamp,
                size(record.key.as_ref()),
                size(record.value.as_ref())
            )
        });
    }

    /// The refusal, if there is any fault.
    pub(super) fn into_result(self) -> Result<(), Refusal> {
        if self.count == 0 {
            return Ok(());
        }
        let (code, message) = if self.any_timestamp {
            let message = "One or more records have been rejected due to invalid timestamp".to_owned();
            (ErrorCode::InvalidTimestamp, message)
        } else {
            let describe = |fault: &RecordFault| {
                format!("RecordError(batchIndex={}, message='{}')", fault.batch_index, fault.message)
            };
            let first: Vec<String> = self.told.iter().take(3).map(describe).collect();
            let message = format!(
                "One or more records have been rejected due to {} record errors in total, and only showing the first \
                 three errors at most: [{}]",
                self.count,
                first.join(", ")
            );
            (ErrorCode::InvalidRecord, message)
        };
        Err(Refusal { message: Some(message.clone()), record_errors: self.told, ..Refusal::new(code, message) })
    }
}
