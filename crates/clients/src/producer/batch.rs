//! A batch of one partition, from its first record to its end.

use super::record::{ProducerRecord, SendId};
use crate::TopicPartition;
use bytes::Bytes;
use runnel_protocol::Timestamp;
use runnel_protocol::records::{BatchBuilder, BatchHeader, Compression, RecordHeader};

/// A record in a batch.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub(super) id: SendId,
    pub(super) timestamp: i64,
    key: Option<Bytes>,
    value: Option<Bytes>,
    headers: Vec<RecordHeader>,
}

impl Held {
    pub(super) fn new(id: SendId, record: ProducerRecord, now: Timestamp) -> Self {
        Held { id, timestamp: record.timestamp_at(now), key: record.key, value: record.value, headers: record.headers }
    }

    /// What it takes at most in a batch of its own.
    fn size_max(&self) -> usize {
        size_max(self.key.as_deref(), self.value.as_deref(), &self.headers)
    }
}

/// What a record takes at most in a batch of its own: Java's `estimateSizeInBytesUpperBound`.
pub(super) fn size_max(key: Option<&[u8]>, value: Option<&[u8]>, headers: &[RecordHeader]) -> usize {
    BatchHeader::SIZE + BatchBuilder::record_size_max(key, value, headers)
}

/// The producer and the number of the first record, given to a batch when it first leaves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Stamp {
    pub(super) producer_id: i64,
    pub(super) producer_epoch: i16,
    pub(super) base_sequence: i32,
}

/// Records on their way to one partition together.
#[derive(Clone, Debug)]
pub(super) struct Batch {
    pub(super) place: TopicPartition,
    pub(super) held: Vec<Held>,
    builder: BatchBuilder,
    /// Bytes that it takes at most, but for its first record.
    write_limit: usize,
    records_max: usize,
    /// Bytes of `buffer.memory` that it holds.
    pub(super) allocated: u64,
    pub(super) created_at: Timestamp,
    /// How often it has come back.
    pub(super) attempts: u32,
    /// It does not leave again before this.
    pub(super) not_before: Timestamp,
    /// The leader's epoch when it last left.
    pub(super) sent_epoch: i32,
    /// Takes no more records.
    pub(super) is_closed: bool,
    pub(super) stamp: Option<Stamp>,
    /// Its sequence began anew while it was on its way.
    pub(super) sequence_was_reset: bool,
    /// Its records are given up, though its answer is still awaited.
    pub(super) is_done: bool,
    is_split: bool,
}

impl Batch {
    pub(super) fn new(place: TopicPartition, write_limit: usize, records_max: usize, now: Timestamp) -> Self {
        Batch {
            place,
            held: Vec::new(),
            builder: BatchBuilder::new(),
            write_limit,
            records_max,
            allocated: 0,
            created_at: now,
            attempts: 0,
            not_before: now,
            sent_epoch: -1,
            is_closed: false,
            stamp: None,
            sequence_was_reset: false,
            is_done: false,
            is_split: false,
        }
    }

    /// Whether the record fits. The first one always does.
    pub(super) fn has_room(
        &self,
        timestamp: i64,
        key: Option<&[u8]>,
        value: Option<&[u8]>,
        headers: &[RecordHeader],
    ) -> bool {
        if self.is_closed || self.held.len() >= self.records_max {
            return false;
        }
        let size = self.builder.next_size(timestamp, key, value, headers);
        self.held.is_empty() || self.write_limit >= self.builder.size() + size
    }

    /// Adds a record that fits. Returns the bytes by which the batch grew, a new one's header among them.
    pub(super) fn append(&mut self, held: Held) -> usize {
        let before = if self.held.is_empty() { 0 } else { self.builder.size() };
        self.builder.append(held.timestamp, held.key.as_deref(), held.value.as_deref(), &held.headers);
        self.held.push(held);
        self.builder.size() - before
    }

    /// Whether it takes no more.
    pub(super) fn is_full(&self) -> bool {
        let is_filled = !self.held.is_empty() && self.write_limit <= self.builder.size();
        self.is_closed || is_filled || self.held.len() >= self.records_max
    }

    /// Its size before compression.
    pub(super) fn size(&self) -> usize {
        self.builder.size()
    }

    pub(super) fn records_count(&self) -> i32 {
        self.builder.records_count()
    }

    pub(super) fn first(&self) -> SendId {
        self.held.first().map_or(SendId(0), |held| held.id)
    }

    pub(super) fn last(&self) -> SendId {
        self.held.last().map_or(SendId(0), |held| held.id)
    }

    /// The number after that of its last record.
    pub(super) fn following_sequence(&self) -> Option<i32> {
        Some(sequence_after(self.stamp?.base_sequence, self.records_count()))
    }

    /// Its bytes, as they are on the wire.
    pub(super) fn encode(&self, compression: Compression) -> Bytes {
        let builder = self.builder.clone().compression(compression);
        match self.stamp {
            Some(stamp) => builder.producer(stamp.producer_id, stamp.producer_epoch, stamp.base_sequence).build(),
            None => builder.build(),
        }
    }

    /// Two or more smaller batches with the same records: of `batch.size` each, or of half the size where that was
    /// tried. Numbers of an idempotent producer stay with their records.
    pub(super) fn split(self, batch_size: usize) -> Vec<Batch> {
        let largest = self.held.iter().map(Held::size_max).max().unwrap_or(0);
        let target = if self.is_split { largest.max(self.size() / 2) } else { batch_size };
        let mut parts: Vec<Batch> = Vec::new();
        let mut sequence = self.stamp.map(|stamp| stamp.base_sequence);
        for held in self.held {
            if !parts.last().is_some_and(|part| {
                part.has_room(held.timestamp, held.key.as_deref(), held.value.as_deref(), &held.headers)
            }) {
                let limit = target.max(held.size_max());
                let mut part = Batch::new(self.place.clone(), limit, self.records_max, self.created_at);
                part.is_split = true;
                part.attempts = self.attempts;
                part.stamp = self.stamp.map(|stamp| Stamp { base_sequence: sequence.unwrap_or(0), ..stamp });
                parts.push(part);
            }
            if let Some(part) = parts.last_mut() {
                part.append(held);
                sequence = sequence.map(|sequence| sequence_after(sequence, 1));
            }
        }
        for part in &mut parts {
            part.is_closed = true;
        }
        parts
    }
}

/// Sequence numbers go from 0 to 2^31 - 1 and begin again.
pub(super) fn sequence_after(sequence: i32, increment: i32) -> i32 {
    sequence.wrapping_add(increment) & i32::MAX
}
