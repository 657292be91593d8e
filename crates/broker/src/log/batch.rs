//! A batch that may be appended: its header is known to be right.

use bytes::Bytes;
use runnel_protocol::records::control::EndTxnMarker;
use runnel_protocol::records::{self, BatchHeader, RecordError};

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
    /// What it says, if it is the end of a transaction.
    pub(super) marker: Option<EndTxnMarker>,
}

impl CheckedBatch {
    /// A batch that the broker made itself. Only its length and checksum are looked at, and what it says if it is a
    /// control batch.
    ///
    /// # Errors
    /// As [`BatchHeader::check`]; [`RecordError::Malformed`] for a control batch that says nothing.
    pub fn from_coordinator(bytes: &Bytes) -> Result<Self, RecordError> {
        let header = BatchHeader::check(bytes)?;
        let records = bytes.slice(BatchHeader::SIZE..header.size());
        let marker = if header.attributes.is_control() { read_marker(bytes)? } else { None };
        Ok(CheckedBatch { header, records, origin: Origin::Coordinator, marker })
    }

    /// The header as it will be written, but for base offset and leader epoch.
    pub fn header(&self) -> &BatchHeader {
        &self.header
    }

    /// What follows the header.
    pub fn records(&self) -> &Bytes {
        &self.records
    }

    /// Size of the batch in bytes.
    pub fn size(&self) -> usize {
        self.header.size()
    }
}

/// Control records are a few bytes, and nobody compresses them.
const CONTROL_SIZE_MAX: usize = 64 * 1024;

/// What a control batch says, if it is the end of a transaction; one that compaction emptied says nothing.
pub(super) fn read_marker(batch: &Bytes) -> Result<Option<EndTxnMarker>, RecordError> {
    match records::iterate(batch, CONTROL_SIZE_MAX)?.next() {
        Some(record) => EndTxnMarker::parse(&record?),
        None => Ok(None),
    }
}
