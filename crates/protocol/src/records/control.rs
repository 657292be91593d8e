//! Control records: what brokers write into a log for each other and for clients, never for users.
//!
//! A control batch has the control bit in its attributes. Each of its records says in its key what it is:
//!
//! ```text
//! key    version i16   0
//!        type    i16   see ControlType
//! value  depends on the type; of an end of transaction:
//!        version i16   0
//!        coordinator_epoch i32
//! ```
//!
//! Not done: the values of the types 2 to 6, which are messages of the metadata log, are handed on as bytes.

use super::{BatchBuilder, Record, RecordError};
use bytes::Bytes;

/// What a control record says.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
#[repr(i16)]
pub enum ControlType {
    /// The producer's open transaction did not happen.
    Abort = 0,
    /// The producer's open transaction happened.
    Commit = 1,
    /// A leader of the metadata log begins its epoch.
    LeaderChange = 2,
    /// First record of a snapshot of the metadata log.
    SnapshotHeader = 3,
    /// Last record of a snapshot of the metadata log.
    SnapshotFooter = 4,
    /// Which version of KRaft the voters speak (KIP-853).
    KraftVersion = 5,
    /// Who votes (KIP-853).
    KraftVoters = 6,
}

impl ControlType {
    /// The type with this number; `None` for one that is not known, which readers pass over.
    pub fn from_number(number: i16) -> Option<Self> {
        Some(match number {
            0 => ControlType::Abort,
            1 => ControlType::Commit,
            2 => ControlType::LeaderChange,
            3 => ControlType::SnapshotHeader,
            4 => ControlType::SnapshotFooter,
            5 => ControlType::KraftVersion,
            6 => ControlType::KraftVoters,
            _ => return None,
        })
    }

    /// Reads the key of a control record. A key may be longer, and its version newer, than what is known.
    ///
    /// # Errors
    /// [`RecordError::Malformed`], with a position in the key, if it is too short or its version negative.
    pub fn parse(key: &[u8]) -> Result<Option<Self>, RecordError> {
        let (version, rest) = i16_at(key, 0)?;
        if version < 0 {
            return Err(RecordError::Malformed { at: 0, wanted: "a version of a control key that is not negative" });
        }
        Ok(Self::from_number(i16_at(rest, 2)?.0))
    }

    /// The number on the wire.
    pub fn number(self) -> i16 {
        self as i16
    }

    /// The key of a control record of this type.
    pub fn to_key(self) -> [u8; 4] {
        let mut key = [0; 4];
        key[2..].copy_from_slice(&self.number().to_be_bytes());
        key
    }
}

fn i16_at(bytes: &[u8], at: usize) -> Result<(i16, &[u8]), RecordError> {
    let (number, rest) = bytes.split_first_chunk().ok_or(RecordError::Malformed { at, wanted: "two bytes" })?;
    Ok((i16::from_be_bytes(*number), rest))
}

/// The end of a transaction on one partition.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EndTxnMarker {
    /// Whether it happened.
    pub is_commit: bool,
    /// Epoch of the transaction coordinator that wrote the marker.
    pub coordinator_epoch: i32,
}

impl EndTxnMarker {
    /// Reads the first record of a control batch; `None` if it is not the end of a transaction.
    ///
    /// # Errors
    /// [`RecordError::Malformed`], with a position in the key or the value, if either is too short or of a negative
    /// version.
    pub fn parse(record: &Record) -> Result<Option<Self>, RecordError> {
        let is_commit = match ControlType::parse(record.key.as_deref().unwrap_or_default())? {
            Some(ControlType::Commit) => true,
            Some(ControlType::Abort) => false,
            Some(
                ControlType::LeaderChange
                | ControlType::SnapshotHeader
                | ControlType::SnapshotFooter
                | ControlType::KraftVersion
                | ControlType::KraftVoters,
            )
            | None => return Ok(None),
        };
        let (version, rest) = i16_at(record.value.as_deref().unwrap_or_default(), 0)?;
        if version < 0 {
            return Err(RecordError::Malformed { at: 0, wanted: "a version of a marker that is not negative" });
        }
        let wanted = "the coordinator's epoch";
        let epoch = rest.first_chunk().ok_or(RecordError::Malformed { at: 2, wanted })?;
        Ok(Some(EndTxnMarker { is_commit, coordinator_epoch: i32::from_be_bytes(*epoch) }))
    }

    /// The value of the control record.
    pub fn to_value(self) -> [u8; 6] {
        let mut value = [0; 6];
        value[2..].copy_from_slice(&self.coordinator_epoch.to_be_bytes());
        value
    }

    /// The control batch that ends the transaction of a producer, at offset 0 and without leader epoch: the log gives
    /// it both.
    pub fn to_batch(self, timestamp: i64, producer_id: i64, producer_epoch: i16) -> Bytes {
        let control_type = if self.is_commit { ControlType::Commit } else { ControlType::Abort };
        let builder = BatchBuilder::new().producer(producer_id, producer_epoch, -1).transactional();
        batch(builder, timestamp, control_type, &self.to_value())
    }
}

/// A control batch with one record, with the settings that `builder` has.
pub fn batch(builder: BatchBuilder, timestamp: i64, control_type: ControlType, value: &[u8]) -> Bytes {
    let mut builder = builder.control();
    builder.append(timestamp, Some(&control_type.to_key()), Some(value), &[]);
    builder.build()
}
