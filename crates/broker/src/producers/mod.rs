//! What a partition knows of the producers that write to it: enough to drop what was sent twice, to refuse what leaves
//! a gap, to fence who was replaced, and to know which transactions are open.
//!
//! The state follows from the log: every replica that reads the same batches knows the same. Snapshots save reading the
//! whole log at a start.
//!
//! Not done: transaction verification (KIP-890), which comes with transactions; on the write side nobody opens one yet,
//! but a log that a Kafka wrote may hold any.

mod producer;
mod snapshot;

#[cfg(test)]
mod tests;

pub use producer::{BatchRange, Producer};
pub use snapshot::SnapshotError;

use crate::log::{Origin, Refusal};
use crate::{Offset, Timestamp};
use runnel_protocol::ErrorCode;
use runnel_protocol::records::BatchHeader;
use runnel_protocol::records::control::EndTxnMarker;
use std::collections::BTreeMap;

/// The producers of one partition, by id.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Producers {
    by_id: BTreeMap<i64, Producer>,
    /// Transactions without a marker: first offset to producer id.
    open: BTreeMap<Offset, i64>,
    /// Transactions with a marker that may not be replicated yet: first offset to the marker's offset.
    ended: BTreeMap<Offset, Offset>,
}

/// A transaction whose marker was written to this partition.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EndedTransaction {
    /// Who wrote it.
    pub producer_id: i64,
    /// Offset of its first record here.
    pub first_offset: Offset,
    /// Offset of its marker.
    pub last_offset: Offset,
    /// Whether it happened.
    pub is_commit: bool,
    /// Where readers of committed records may read up to once the marker is replicated.
    pub last_stable_offset: Offset,
}

/// What is to be done with a batch.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// It is new: append it.
    Append,
    /// It lies in the log already: answer with the offsets that it has there.
    Duplicate(BatchRange),
}

impl Producers {
    /// All producers, by id.
    pub fn iter(&self) -> impl Iterator<Item = (i64, &Producer)> {
        self.by_id.iter().map(|(id, producer)| (*id, producer))
    }

    /// What is known of one producer.
    pub fn producer(&self, id: i64) -> Option<&Producer> {
        self.by_id.get(&id)
    }

    /// First offset of the oldest transaction that is open, or whose marker the high watermark has not passed.
    pub fn first_unstable_offset(&self) -> Option<Offset> {
        let first = |offsets: Option<&Offset>| offsets.copied();
        let (open, ended) = (first(self.open.keys().next()), first(self.ended.keys().next()));
        open.into_iter().chain(ended).min()
    }

    /// First offset of the oldest open transaction.
    pub fn first_open_offset(&self) -> Option<Offset> {
        self.open.keys().next().copied()
    }

    /// Whether a batch at `header.base_offset` is new, was seen before, or may not be written. `partition` is for the
    /// messages.
    ///
    /// # Errors
    /// INVALID_PRODUCER_EPOCH for an epoch older than the last one seen, OUT_OF_ORDER_SEQUENCE_NUMBER for a gap,
    /// INVALID_TXN_STATE for a batch outside of the transaction that the producer has open,
    /// TRANSACTION_COORDINATOR_FENCED for the marker of an older coordinator.
    pub fn check(
        &self,
        header: &BatchHeader,
        marker: Option<&EndTxnMarker>,
        origin: Origin,
        partition: &str,
    ) -> Result<Verdict, Refusal> {
        if !header.has_producer_id() {
            return Ok(Verdict::Append);
        }
        let unknown = Producer::unknown();
        let producer = self.by_id.get(&header.producer_id).unwrap_or(&unknown);
        if origin == Origin::Client
            && let Some(duplicate) = producer.find_duplicate(header)
        {
            return Ok(Verdict::Duplicate(duplicate));
        }
        let (id, offset) = (header.producer_id, header.base_offset);
        if header.producer_epoch < producer.epoch {
            return Err(Refusal::new(
                ErrorCode::InvalidProducerEpoch,
                format!(
                    "Epoch of producer {id} at offset {offset} in {partition} is {}, which is smaller than the last \
                     seen epoch {}",
                    header.producer_epoch, producer.epoch
                ),
            ));
        }
        match marker {
            Some(marker) if producer.coordinator_epoch > marker.coordinator_epoch => Err(Refusal::new(
                ErrorCode::TransactionCoordinatorFenced,
                format!(
                    "Invalid coordinator epoch for producerId {id} at offset {offset} in partition {partition}: {} \
                     (zombie), {} (current)",
                    marker.coordinator_epoch, producer.coordinator_epoch
                ),
            )),
            Some(_) => Ok(Verdict::Append),
            None => {
                if origin == Origin::Client {
                    check_sequence(producer, header, partition)?;
                }
                if producer.transaction_first_offset.is_some() && !header.attributes.is_transactional() {
                    return Err(Refusal::new(
                        ErrorCode::InvalidTxnState,
                        format!(
                            "Expected transactional write from producer {id} at offset {offset} in partition {partition}"
                        ),
                    ));
                }
                Ok(Verdict::Append)
            }
        }
    }

    /// Takes note of a batch that lies in the log. `marker` is what a control batch says, if it says the end of a
    /// transaction; an emptied control batch says nothing and changes nothing.
    pub fn note(&mut self, header: &BatchHeader, marker: Option<&EndTxnMarker>) -> Option<EndedTransaction> {
        if !header.has_producer_id() {
            return None;
        }
        let id = header.producer_id;
        match marker {
            Some(marker) => {
                let producer = self.by_id.entry(id).or_insert_with(Producer::unknown);
                let first_offset = producer.end_transaction(header, marker);
                first_offset.map(|first_offset| self.end(id, first_offset, header.base_offset, marker.is_commit))
            }
            None if header.attributes.is_control() => None,
            None => {
                let producer = self.by_id.entry(id).or_insert_with(Producer::unknown);
                if let Some(first_offset) = producer.append(header) {
                    self.open.insert(first_offset, id);
                }
                None
            }
        }
    }

    fn end(
        &mut self,
        producer_id: i64,
        first_offset: Offset,
        last_offset: Offset,
        is_commit: bool,
    ) -> EndedTransaction {
        self.open.remove(&first_offset);
        self.ended.insert(first_offset, last_offset);
        let last_stable_offset = self.first_open_offset().unwrap_or(last_offset.saturating_add(1));
        EndedTransaction { producer_id, first_offset, last_offset, is_commit, last_stable_offset }
    }

    /// Forgets the transactions whose markers lie below the high watermark.
    pub fn note_high_watermark(&mut self, high_watermark: Offset) {
        if !self.ended.is_empty() {
            self.ended.retain(|_, last_offset| *last_offset >= high_watermark);
        }
    }

    /// Forgets producers that have not written for `producer.id.expiration.ms`; never one with an open transaction.
    /// Returns how many.
    pub fn expire(&mut self, now: Timestamp, expiration_ms: i64) -> usize {
        let before = self.by_id.len();
        self.by_id.retain(|_, producer| !producer.is_expired(now, expiration_ms));
        before - self.by_id.len()
    }

    /// The state as a `.snapshot` file.
    pub fn to_snapshot(&self) -> Vec<u8> {
        snapshot::write(&self.by_id)
    }

    /// The state that a `.snapshot` file holds.
    ///
    /// # Errors
    /// What is wrong with the file, and where.
    pub fn from_snapshot(bytes: &[u8]) -> Result<Self, SnapshotError> {
        let by_id = snapshot::read(bytes)?;
        let open = by_id.iter().filter_map(|(id, producer)| Some((producer.transaction_first_offset?, *id))).collect();
        Ok(Producers { by_id, open, ended: BTreeMap::new() })
    }
}

fn check_sequence(producer: &Producer, header: &BatchHeader, partition: &str) -> Result<(), Refusal> {
    let (id, offset, sequence) = (header.producer_id, header.base_offset, header.base_sequence);
    let out_of_order = |reason| Err(Refusal::new(ErrorCode::OutOfOrderSequenceNumber, reason));
    if producer.epoch < 0 {
        // Nothing is known, perhaps because its records are gone: then any sequence number will do (KIP-360).
        return Ok(());
    }
    if header.producer_epoch != producer.epoch {
        return match sequence {
            0 => Ok(()),
            _ => out_of_order(format!(
                "Invalid sequence number for new epoch of producer {id} at offset {offset} in partition {partition}: \
                 {} (request epoch), {sequence} (seq. number), {} (current producer epoch)",
                header.producer_epoch, producer.epoch
            )),
        };
    }
    let last = producer.last_sequence();
    let is_next = i64::from(sequence) == i64::from(last) + 1 || (sequence == 0 && last == i32::MAX);
    if is_next {
        return Ok(());
    }
    out_of_order(format!(
        "Out of order sequence number for producer {id} at offset {offset} in partition {partition}: {sequence} \
         (incoming seq. number), {last} (current end sequence number)"
    ))
}
