//! Record batches, version 2 (KIP-98): the unit in which records travel, are checked and are stored.
//!
//! A broker reads the [`BatchHeader`] and leaves the records alone; only compaction, strict validation, a topic's own
//! `compression.type` and people who look decode them, with [`iterate`] or, when nothing is kept, with [`validate`].
//! [`BatchBuilder`] makes batches, [`split()`] finds them in a buffer that holds several.
//!
//! ```
//! use runnel_protocol::records::{self, BatchBuilder, Compression};
//!
//! let mut builder = BatchBuilder::new().base_offset(7).compression(Compression::Zstd);
//! builder.append(1_700_000_000_000, Some(b"user1"), Some(b"hi there"), &[]);
//! let batch = builder.build();
//!
//! let records = records::iterate(&batch, 1024)?.collect::<Result<Vec<_>, _>>()?;
//! assert_eq!(records[0].offset, 7);
//! assert_eq!(records[0].value.as_deref(), Some(&b"hi there"[..]));
//! # Ok::<(), records::RecordError>(())
//! ```

mod builder;
pub mod compression;
pub mod control;
mod error;
mod header;
mod iterate;
mod layout;
pub mod split;
mod validate;
mod varint;

pub use builder::BatchBuilder;
pub use error::RecordError;
pub use header::{Attributes, BatchError, BatchHeader, Compression, TimestampType};
pub use iterate::{Records, iterate, iterate_parts};
pub use split::split;
pub use validate::{CheckedRecord, keyless, validate, validate_each};

use bytes::Bytes;
use bytestring::ByteString;

/// One record, with the offset and the timestamp that its batch gives it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Record {
    /// Its number in the partition.
    pub offset: i64,
    /// Milliseconds since the Unix epoch, -1 for none.
    pub timestamp: i64,
    /// What it is about; decides the partition and what compaction keeps.
    pub key: Option<Bytes>,
    /// What it says; `None` is a tombstone.
    pub value: Option<Bytes>,
    /// In the producer's order; keys may repeat.
    pub headers: Vec<RecordHeader>,
}

/// A name and a value that travel with a record (KIP-82).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RecordHeader {
    /// The name. On the wire it is any bytes; what is not UTF-8 is read with replacement characters, as Java does.
    pub key: ByteString,
    /// The value.
    pub value: Option<Bytes>,
}

#[cfg(test)]
mod tests;
