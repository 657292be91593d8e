//! Producers' state as a file, `00000000000000001250.snapshot`: what is known at the offset that names it.
//!
//! ```text
//! version          i16   1
//! crc              u32   CRC-32C of everything after it
//! producers_count  i32
//!   producer_id               i64
//!   epoch                     i16
//!   last_sequence             i32   -1: none
//!   last_offset               i64   -1: none
//!   offset_delta              i32   of the last batch
//!   timestamp                 i64
//!   coordinator_epoch         i32
//!   transaction_first_offset  i64   -1: none is open
//! ```
//!
//! Only the last batch of a producer is kept: after a restart one batch is known to have come before, not five.

use super::{BatchRange, Producer};
use std::collections::{BTreeMap, VecDeque};
use std::fmt;

/// The checksum covers what comes after it.
const CHECKSUMMED_FROM: usize = 6;
const HEADER_SIZE: usize = 10;
const ENTRY_SIZE: usize = 46;

/// Why a snapshot cannot be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SnapshotError {
    /// A version other than 1.
    Version(i16),
    /// The checksum does not fit the bytes.
    Checksum {
        /// The checksum that the file states.
        stated: u32,
        /// The checksum of its bytes.
        computed: u32,
    },
    /// The size of the file does not fit the number of its entries.
    Size {
        /// Bytes that were wanted.
        wanted: usize,
        /// Bytes that were there.
        found: usize,
    },
}

impl fmt::Display for SnapshotError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SnapshotError::Version(version) => write!(out, "wanted version 1, found {version}"),
            SnapshotError::Checksum { stated, computed } => {
                write!(out, "wanted CRC {stated:#010x}, found {computed:#010x}")
            }
            SnapshotError::Size { wanted, found } => write!(out, "wanted {wanted} bytes, found {found}"),
        }
    }
}

impl std::error::Error for SnapshotError {}

pub(super) fn write(producers: &BTreeMap<i64, Producer>) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(HEADER_SIZE + producers.len() * ENTRY_SIZE);
    bytes.extend_from_slice(&1i16.to_be_bytes());
    bytes.extend_from_slice(&[0; 4]);
    let count = i32::try_from(producers.len()).expect("a partition has fewer than 2^31 producers");
    bytes.extend_from_slice(&count.to_be_bytes());
    for (id, producer) in producers {
        bytes.extend_from_slice(&id.to_be_bytes());
        bytes.extend_from_slice(&producer.epoch.to_be_bytes());
        bytes.extend_from_slice(&producer.last_sequence().to_be_bytes());
        bytes.extend_from_slice(&producer.last_offset().to_be_bytes());
        let offset_delta = producer.batches.back().map_or(0, |batch| batch.offset_delta);
        bytes.extend_from_slice(&offset_delta.to_be_bytes());
        bytes.extend_from_slice(&producer.last_timestamp.to_be_bytes());
        bytes.extend_from_slice(&producer.coordinator_epoch.to_be_bytes());
        bytes.extend_from_slice(&producer.transaction_first_offset.unwrap_or(-1).to_be_bytes());
    }
    let crc = crc32c::crc32c(&bytes[CHECKSUMMED_FROM..]);
    bytes[2..CHECKSUMMED_FROM].copy_from_slice(&crc.to_be_bytes());
    bytes
}

pub(super) fn read(bytes: &[u8]) -> Result<BTreeMap<i64, Producer>, SnapshotError> {
    let size = |wanted| SnapshotError::Size { wanted, found: bytes.len() };
    if bytes.len() < HEADER_SIZE {
        return Err(size(HEADER_SIZE));
    }
    let mut reader = Reader(bytes);
    let version = i16::from_be_bytes(reader.take());
    if version != 1 {
        return Err(SnapshotError::Version(version));
    }
    let stated = u32::from_be_bytes(reader.take());
    let computed = crc32c::crc32c(&bytes[CHECKSUMMED_FROM..]);
    if stated != computed {
        return Err(SnapshotError::Checksum { stated, computed });
    }
    let count = i32::from_be_bytes(reader.take());
    let wanted = usize::try_from(count).ok().and_then(|count| count.checked_mul(ENTRY_SIZE));
    if wanted != Some(bytes.len() - HEADER_SIZE) {
        return Err(size(wanted.and_then(|entries| entries.checked_add(HEADER_SIZE)).unwrap_or(HEADER_SIZE)));
    }
    let mut producers = BTreeMap::new();
    for _ in 0..count {
        let id = i64::from_be_bytes(reader.take());
        producers.insert(id, reader.producer());
    }
    Ok(producers)
}

/// Takes fields from bytes whose number was checked.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> [u8; N] {
        let (field, rest) = self.0.split_first_chunk().expect("the size was checked");
        self.0 = rest;
        *field
    }

    fn producer(&mut self) -> Producer {
        let epoch = i16::from_be_bytes(self.take());
        let last_sequence = i32::from_be_bytes(self.take());
        let last_offset = i64::from_be_bytes(self.take());
        let offset_delta = i32::from_be_bytes(self.take());
        let timestamp = i64::from_be_bytes(self.take());
        let coordinator_epoch = i32::from_be_bytes(self.take());
        let first_offset = i64::from_be_bytes(self.take());
        let last = BatchRange { last_sequence, last_offset, offset_delta, timestamp };
        Producer {
            epoch,
            coordinator_epoch,
            last_timestamp: timestamp,
            transaction_first_offset: (first_offset >= 0).then_some(first_offset),
            batches: if last_offset >= 0 { VecDeque::from([last]) } else { VecDeque::new() },
        }
    }
}
