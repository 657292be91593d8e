//! What of a batch is kept.

use super::keys::Keys;
use super::transactions::{Marker, Transactions};
use crate::log::batch::read_marker;
use crate::log::validate::DECOMPRESSED_SIZE_MAX;
use crate::log::{AbortedTransaction, Log};
use crate::{Offset, Timestamp};
use bytes::Bytes;
use runnel_protocol::records::{self, BatchBuilder, BatchHeader, Record, TimestampType};
use std::collections::BTreeMap;

/// The rules of the second pass, and what it has met.
#[derive(Clone, Debug)]
pub(super) struct Filter {
    now_ms: i64,
    delete_retention_ms: i64,
    /// The last batch before this offset stays, so that the offset is not forgotten.
    end: Offset,
    last_of_producers: BTreeMap<i64, LastBatch>,
    transactions: Transactions,
}

/// By which batch a producer is remembered.
#[derive(Clone, Copy, Debug)]
enum LastBatch {
    /// The one that ends at this offset: it has the last sequence number.
    EndingAt(Offset),
    /// A marker of this epoch: the producer has written nothing since.
    Marker(i16),
}

/// What becomes of a batch.
pub(super) struct Outcome {
    /// The batch as it is kept; `None` if nothing of it is.
    pub(super) kept: Option<Bytes>,
    pub(super) records_before: u64,
    pub(super) records_after: u64,
    /// For an abort marker that stays: the entry that readers need.
    pub(super) aborted: Option<AbortedTransaction>,
}

impl Filter {
    pub(super) fn new(log: &Log, now: Timestamp, end: Offset) -> Self {
        let last = |epoch: i16, offset: Offset| {
            if offset >= 0 { LastBatch::EndingAt(offset) } else { LastBatch::Marker(epoch) }
        };
        let producers = log.producers.iter();
        Filter {
            now_ms: now.as_millis(),
            delete_retention_ms: log.config.delete_retention_ms,
            end,
            last_of_producers: producers.map(|(id, known)| (id, last(known.epoch, known.last_offset()))).collect(),
            transactions: Transactions::default(),
        }
    }

    /// Makes known which transactions were aborted in the part that comes.
    pub(super) fn add_aborted(&mut self, aborted: impl IntoIterator<Item = AbortedTransaction>) {
        self.transactions.add_aborted(aborted);
    }

    /// Decides about a batch.
    pub(super) fn apply(&mut self, header: &BatchHeader, bytes: &Bytes, keys: &Keys) -> Outcome {
        let horizon = header.attributes.has_delete_horizon().then_some(header.base_timestamp);
        let mut aborted = None;
        let (goes, is_idle_marker) = if header.attributes.is_control() {
            let is_idle = match self.transactions.note_control(header, read_marker(bytes).ok().flatten()) {
                Marker::Idle => true,
                Marker::Needed(entry) => {
                    aborted = entry;
                    false
                }
            };
            (is_idle && horizon.is_some_and(|horizon| horizon <= self.now_ms), is_idle)
        } else {
            (self.transactions.note_batch(header), false)
        };
        let records_before = u64::try_from(header.records_count).unwrap_or(0);
        let outcome = |kept, records_after| Outcome { kept, records_before, records_after, aborted };
        let must_stay = self.is_last_of_producer(header) || header.next_offset() == self.end;
        if goes {
            return outcome(must_stay.then(|| emptied(header)), 0);
        }
        let decoded = records::iterate(bytes, DECOMPRESSED_SIZE_MAX).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        // What cannot be decoded cannot be judged.
        let Ok(all) = decoded else { return outcome(Some(bytes.clone()), records_before) };
        let count = all.len();
        let is_control = header.attributes.is_control();
        let stays = |record: &Record| is_control || self.stays(record, horizon, keys);
        let kept: Vec<Record> = all.into_iter().filter(stays).collect();
        if kept.is_empty() {
            return outcome(must_stay.then(|| emptied(header)), 0);
        }
        let records_after = kept.len() as u64;
        let has_tombstone = kept.iter().any(|record| record.value.is_none());
        let needs_horizon = horizon.is_none() && (has_tombstone || is_idle_marker);
        if kept.len() == count && !needs_horizon {
            return outcome(Some(bytes.clone()), records_after);
        }
        let horizon = if needs_horizon { Some(self.now_ms.saturating_add(self.delete_retention_ms)) } else { horizon };
        outcome(Some(rebuilt(header, &kept, horizon)), records_after)
    }

    fn stays(&self, record: &Record, horizon: Option<i64>, keys: &Keys) -> bool {
        if record.offset > keys.latest_offset {
            return true;
        }
        let Some(key) = &record.key else { return false };
        let is_current = !keys.is_outdated(key, record.offset);
        is_current && (record.value.is_some() || horizon.is_none_or(|horizon| self.now_ms < horizon))
    }

    fn is_last_of_producer(&self, header: &BatchHeader) -> bool {
        match self.last_of_producers.get(&header.producer_id) {
            Some(LastBatch::EndingAt(offset)) => header.last_offset() == *offset,
            Some(LastBatch::Marker(epoch)) => header.attributes.is_control() && header.producer_epoch == *epoch,
            None => false,
        }
    }
}

/// A builder with everything that a batch keeps when its records change.
fn builder_like(header: &BatchHeader) -> BatchBuilder {
    let mut builder = BatchBuilder::new()
        .base_offset(header.base_offset)
        .leader_epoch(header.partition_leader_epoch)
        .producer(header.producer_id, header.producer_epoch, header.base_sequence)
        .timestamp_type(header.attributes.timestamp_type())
        .last_offset_delta(header.last_offset_delta);
    if header.attributes.is_transactional() {
        builder = builder.transactional();
    }
    if header.attributes.is_control() {
        builder = builder.control();
    }
    builder
}

/// The batch without records: offsets, sequence numbers and time stay known.
fn emptied(header: &BatchHeader) -> Bytes {
    builder_like(header).max_timestamp(header.max_timestamp).build()
}

fn rebuilt(header: &BatchHeader, records: &[Record], horizon: Option<i64>) -> Bytes {
    let codec = header.attributes.compression().expect("records were decoded with this codec");
    let mut builder = builder_like(header).compression(codec);
    if header.attributes.timestamp_type() == TimestampType::LogAppendTime {
        builder = builder.max_timestamp(header.max_timestamp);
    }
    if let Some(horizon) = horizon {
        builder = builder.delete_horizon(horizon);
    }
    for Record { offset, timestamp, key, value, headers } in records {
        builder.append_at(*offset, *timestamp, key.as_deref(), value.as_deref(), headers);
    }
    builder.build()
}
