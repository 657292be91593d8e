//! Aborted transactions of a segment, so that readers of committed records can leave them out.
//!
//! `.txnindex`, one entry per abort marker in the segment, in the order of the markers:
//!
//! ```text
//! version             i16   0
//! producer_id         i64
//! first_offset        i64
//! last_offset         i64   of the marker
//! last_stable_offset  i64   as it was once the marker was replicated
//! ```

use crate::producers::EndedTransaction;
use crate::{BlobId, Offset, Storage, StorageError};

/// Bytes of an entry.
const ENTRY_SIZE: usize = 34;

/// A transaction that did not happen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AbortedTransaction {
    /// Who wrote it.
    pub producer_id: i64,
    /// Offset of its first record on this partition.
    pub first_offset: Offset,
    /// Offset of the marker.
    pub last_offset: Offset,
    /// Up to where readers of committed records could read once the marker was replicated.
    pub last_stable_offset: Offset,
}

impl From<EndedTransaction> for AbortedTransaction {
    fn from(ended: EndedTransaction) -> Self {
        AbortedTransaction {
            producer_id: ended.producer_id,
            first_offset: ended.first_offset,
            last_offset: ended.last_offset,
            last_stable_offset: ended.last_stable_offset,
        }
    }
}

impl AbortedTransaction {
    fn to_bytes(self) -> [u8; ENTRY_SIZE] {
        let mut bytes = [0; ENTRY_SIZE];
        bytes[2..10].copy_from_slice(&self.producer_id.to_be_bytes());
        bytes[10..18].copy_from_slice(&self.first_offset.to_be_bytes());
        bytes[18..26].copy_from_slice(&self.last_offset.to_be_bytes());
        bytes[26..34].copy_from_slice(&self.last_stable_offset.to_be_bytes());
        bytes
    }

    fn read(bytes: &[u8; ENTRY_SIZE]) -> Self {
        let field = |at: usize| i64::from_be_bytes(bytes[at..at + 8].try_into().expect("the range is eight bytes"));
        AbortedTransaction {
            producer_id: field(2),
            first_offset: field(10),
            last_offset: field(18),
            last_stable_offset: field(26),
        }
    }
}

/// The `.txnindex` file of a segment, which is there only if it has entries.
#[derive(Clone, Debug, Default)]
pub(super) struct AbortedIndex {
    blob: Option<BlobId>,
    count: u32,
}

impl AbortedIndex {
    /// Opens a file that is there.
    pub(super) fn open(storage: &mut dyn Storage, path: &str) -> Result<Self, StorageError> {
        let blob = storage.open(path)?;
        let count = u32::try_from(storage.size(blob)? / ENTRY_SIZE as u64).unwrap_or(u32::MAX);
        Ok(AbortedIndex { blob: Some(blob), count })
    }

    pub(super) fn blob(&self) -> Option<BlobId> {
        self.blob
    }

    pub(super) fn append(
        &mut self,
        storage: &mut dyn Storage,
        path: &str,
        aborted: AbortedTransaction,
    ) -> Result<BlobId, StorageError> {
        let blob = match self.blob {
            Some(blob) => blob,
            None => storage.open(path)?,
        };
        self.blob = Some(blob);
        storage.append(blob, &[&aborted.to_bytes()])?;
        self.count += 1;
        Ok(blob)
    }

    /// All entries. A file whose entries are of an unknown version, or end before the segment begins, is an error; its
    /// path is asked for then.
    pub(super) fn read(
        &self,
        storage: &dyn Storage,
        path: impl Fn() -> String,
        base_offset: Offset,
    ) -> Result<Vec<AbortedTransaction>, StorageError> {
        let Some(blob) = self.blob else { return Ok(Vec::new()) };
        let bytes = storage.read(blob, 0, self.count as usize * ENTRY_SIZE)?;
        let mut entries = Vec::with_capacity(self.count as usize);
        for (at, entry) in bytes.as_chunks::<ENTRY_SIZE>().0.iter().enumerate() {
            let aborted = AbortedTransaction::read(entry);
            if entry[..2] != [0, 0] || aborted.last_offset < base_offset || aborted.first_offset > aborted.last_offset {
                return Err(StorageError {
                    path: path(),
                    operation: "read",
                    reason: format!("no aborted transaction at position {}: {entry:02x?}", at * ENTRY_SIZE),
                });
            }
            entries.push(aborted);
        }
        Ok(entries)
    }

    /// Forgets the transactions whose markers lie at `offset` or after it.
    pub(super) fn truncate_to(
        &mut self,
        storage: &mut dyn Storage,
        path: &str,
        base_offset: Offset,
        offset: Offset,
    ) -> Result<(), StorageError> {
        let Some(blob) = self.blob else { return Ok(()) };
        let entries = self.read(storage, || path.to_owned(), base_offset)?;
        let kept = entries.partition_point(|aborted| aborted.last_offset < offset);
        storage.truncate(blob, (kept * ENTRY_SIZE) as u64)?;
        self.count = u32::try_from(kept).expect("no more than there were");
        Ok(())
    }

    pub(super) fn close(&self, storage: &mut dyn Storage) {
        if let Some(blob) = self.blob {
            storage.close(blob);
        }
    }
}
