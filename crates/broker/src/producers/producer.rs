//! What is known of one producer.

use crate::{Offset, Timestamp};
use runnel_protocol::records::BatchHeader;
use runnel_protocol::records::control::EndTxnMarker;
use std::collections::VecDeque;

/// A producer may have five requests under way, so five batches may come again (KIP-98).
const BATCHES_KEPT: usize = 5;

/// A batch that was appended: which sequence numbers, at which offsets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BatchRange {
    /// Sequence number of its last record.
    pub last_sequence: i32,
    /// Offset of its last record.
    pub last_offset: Offset,
    /// Last offset minus first offset.
    pub offset_delta: i32,
    /// The largest timestamp of its records.
    pub timestamp: i64,
}

impl BatchRange {
    /// Offset of its first record.
    pub fn base_offset(&self) -> Offset {
        self.last_offset.saturating_sub(i64::from(self.offset_delta))
    }

    /// Sequence number of its first record; sequences wrap from 2^31 - 1 to 0.
    pub fn base_sequence(&self) -> i32 {
        let first = i64::from(self.last_sequence) - i64::from(self.offset_delta);
        i32::try_from(first.rem_euclid(i64::from(i32::MAX) + 1)).expect("the remainder fits")
    }
}

/// What is known of one producer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Producer {
    /// The newest epoch; -1 if nothing is known.
    pub epoch: i16,
    /// Epoch of the coordinator that wrote the last marker; -1 if none did.
    pub coordinator_epoch: i32,
    /// The largest timestamp of the last batch, or the timestamp of the last marker.
    pub last_timestamp: i64,
    /// First offset of its open transaction.
    pub transaction_first_offset: Option<Offset>,
    /// Its last batches of this epoch, oldest first.
    pub(super) batches: VecDeque<BatchRange>,
}

impl Producer {
    pub(super) fn unknown() -> Self {
        Producer {
            epoch: -1,
            coordinator_epoch: -1,
            last_timestamp: -1,
            transaction_first_offset: None,
            batches: VecDeque::new(),
        }
    }

    /// Its last batches of this epoch, oldest first, five at most.
    pub fn batches(&self) -> impl ExactSizeIterator<Item = &BatchRange> {
        self.batches.iter()
    }

    /// Sequence number of the last record, -1 if there is none in this epoch.
    pub fn last_sequence(&self) -> i32 {
        self.batches.back().map_or(-1, |batch| batch.last_sequence)
    }

    /// Offset of the last record, -1 if there is none in this epoch.
    pub fn last_offset(&self) -> Offset {
        self.batches.back().map_or(-1, |batch| batch.last_offset)
    }

    /// The batch with the same epoch and the same sequence numbers, if it is among the last five.
    pub(super) fn find_duplicate(&self, header: &BatchHeader) -> Option<BatchRange> {
        if header.producer_epoch != self.epoch {
            return None;
        }
        let (first, last) = (header.base_sequence, header.last_sequence());
        self.batches.iter().find(|batch| batch.base_sequence() == first && batch.last_sequence == last).copied()
    }

    /// Takes note of a batch of data; returns its offset if it opens a transaction.
    pub(super) fn append(&mut self, header: &BatchHeader) -> Option<Offset> {
        self.enter_epoch(header.producer_epoch);
        if self.batches.len() == BATCHES_KEPT {
            self.batches.pop_front();
        }
        self.batches.push_back(BatchRange {
            last_sequence: header.last_sequence(),
            last_offset: header.last_offset(),
            offset_delta: header.last_offset_delta,
            timestamp: header.max_timestamp,
        });
        self.last_timestamp = header.max_timestamp;
        if !header.attributes.is_transactional() || self.transaction_first_offset.is_some() {
            return None;
        }
        self.transaction_first_offset = Some(header.base_offset);
        self.transaction_first_offset
    }

    /// Takes note of a marker; returns the first offset of the transaction if one was open.
    pub(super) fn end_transaction(&mut self, header: &BatchHeader, marker: &EndTxnMarker) -> Option<Offset> {
        self.enter_epoch(header.producer_epoch);
        self.coordinator_epoch = marker.coordinator_epoch;
        self.last_timestamp = header.max_timestamp;
        self.transaction_first_offset.take()
    }

    fn enter_epoch(&mut self, epoch: i16) {
        if self.epoch != epoch {
            self.batches.clear();
            self.epoch = epoch;
        }
    }

    pub(super) fn is_expired(&self, now: Timestamp, expiration_ms: i64) -> bool {
        self.transaction_first_offset.is_none() && now.as_millis().saturating_sub(self.last_timestamp) >= expiration_ms
    }
}
