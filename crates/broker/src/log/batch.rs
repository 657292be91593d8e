//! A batch that may be appended: its header is known to be right.

use bytes::Bytes;
use runnel_protocol::records::{BatchError, BatchHeader};

/// Who appends, which says how much of a batch is checked against the producer's state.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Origin {
    /// A client's Produce request: everything is checked.
    Client,
    /// The broker itself: records of internal topics, transaction markers.
    Coordinator,
}

/// A batch that passed validation: header fields final but for base offset and leader epoch, which the log assigns.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CheckedBatch {
    pub(super) header: BatchHeader,
    /// What follows the header.
    pub(super) records: Bytes,
    pub(super) origin: Origin,
}

impl CheckedBatch {
    /// A batch that the broker made itself. Only its length and checksum are looked at.
    ///
    /// # Errors
    /// As [`BatchHeader::check`].
    pub fn from_coordinator(bytes: &Bytes) -> Result<Self, BatchError> {
        let header = BatchHeader::check(bytes)?;
        let records = bytes.slice(BatchHeader::SIZE..header.size());
        Ok(CheckedBatch { header, records, origin: Origin::Coordinator })
    }

    /// The header as it will be written, but for base offset and leader epoch.
    pub fn header(&self) -> &BatchHeader {
        &self.header
    }

    /// Size of the batch in bytes.
    pub fn size(&self) -> usize {
        self.header.size()
    }
}
