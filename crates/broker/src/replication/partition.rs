//! The leader's copy of one partition.

use crate::Offset;
use crate::config::Durability;
use crate::ids::PartitionIndex;
use crate::log::Log;
use crate::storage::StorageError;
use bytestring::ByteString;
use runnel_protocol::ErrorCode;

/// What a reader may see (`isolation.level`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Isolation {
    /// Everything below the high watermark.
    ReadUncommitted,
    /// Everything below the last stable offset.
    ReadCommitted,
}

impl Isolation {
    pub(crate) fn from_wire(level: i8) -> Self {
        if level == 1 { Isolation::ReadCommitted } else { Isolation::ReadUncommitted }
    }
}

/// One partition on the broker that leads it.
#[derive(Clone, Debug)]
pub(crate) struct Partition {
    pub(crate) topic: ByteString,
    pub(crate) index: PartitionIndex,
    pub(crate) log: Log,
    pub(crate) leader_epoch: i32,
    /// The first offset that is not yet on every in-sync replica: readers see what lies below it.
    pub(crate) high_watermark: Offset,
    /// Everything below is on the disk, as far as a flush has confirmed.
    pub(crate) durable_end: Offset,
    /// `min.insync.replicas`: fewer, and producers that want all acknowledgements are refused.
    pub(crate) min_in_sync_replicas: i32,
    /// Why the partition takes no requests, if a write to its files failed.
    pub(crate) offline: Option<StorageError>,
}

impl Partition {
    pub(crate) fn new(topic: ByteString, index: PartitionIndex, mut log: Log, leader_epoch: i32) -> Self {
        let end = log.log_end_offset();
        log.note_high_watermark(end);
        Partition {
            topic,
            index,
            log,
            leader_epoch,
            // What was found at the start is all there is: with one replica it is in sync with itself.
            high_watermark: end,
            durable_end: end,
            min_in_sync_replicas: 1,
            offline: None,
        }
    }

    /// The first offset that a reader of this isolation may not see.
    pub(crate) fn visible_end(&self, isolation: Isolation) -> Offset {
        match isolation {
            Isolation::ReadUncommitted => self.high_watermark,
            Isolation::ReadCommitted => self.last_stable_offset(),
        }
    }

    /// First offset of the oldest open transaction, or the high watermark.
    pub(crate) fn last_stable_offset(&self) -> Offset {
        self.log.last_stable_offset(self.high_watermark)
    }

    /// Moves the high watermark to where the in-sync replicas are, and answers where it was if it moved.
    pub(crate) fn advance_high_watermark(&mut self, durability: Durability) -> Option<Offset> {
        let end = match durability {
            Durability::Interval => self.log.log_end_offset(),
            Durability::Always => self.durable_end.min(self.log.log_end_offset()),
        };
        if end <= self.high_watermark {
            return None;
        }
        self.log.note_high_watermark(end);
        Some(std::mem::replace(&mut self.high_watermark, end))
    }

    /// Compares the epoch that a client knows with the partition's own.
    ///
    /// # Errors
    /// [`ErrorCode::FencedLeaderEpoch`] if the client's is older, [`ErrorCode::UnknownLeaderEpoch`] if it is newer.
    pub(crate) fn check_leader_epoch(&self, epoch: i32) -> Result<(), ErrorCode> {
        match epoch {
            -1 => Ok(()),
            older if older < self.leader_epoch => Err(ErrorCode::FencedLeaderEpoch),
            newer if newer > self.leader_epoch => Err(ErrorCode::UnknownLeaderEpoch),
            _ => Ok(()),
        }
    }
}
