//! The cluster's store: files, or memory with `--ephemeral`.

use crate::files::{FileStorage, FlushJob};
use crate::kafka::Outbound;
use bytes::Bytes;
use runnel_broker::storage::Entry;
use runnel_broker::{BlobId, MemoryStorage, Storage, StorageError};
use runnel_protocol::BlobRange;

/// Largest piece that is taken from memory at once: the store shares what lies within one of its chunks of this size.
const MEMORY_PIECE_SIZE: u64 = 64 * 1024;

/// One of the two stores.
#[derive(Debug)]
pub(crate) enum Store {
    Files(FileStorage),
    Memory(MemoryStorage),
}

impl Store {
    /// What has to be done for these blobs to be durable.
    ///
    /// # Errors
    /// The store's refusal.
    pub(crate) fn flush(&mut self, blobs: &[BlobId]) -> Result<FlushJob, StorageError> {
        match self {
            Store::Files(files) => files.flush(blobs),
            Store::Memory(_) => Ok(FlushJob::default()),
        }
    }

    /// Takes back what a failed flush did not make durable.
    pub(crate) fn flush_failed(&mut self, job: FlushJob) {
        if let Store::Files(files) = self {
            files.flush_failed(job);
        }
    }

    /// Puts a range on its way to a client. It arrives whatever happens to the blob meanwhile.
    ///
    /// # Errors
    /// The store's refusal.
    pub(crate) fn send(&self, range: BlobRange, outbound: &mut Outbound) -> Result<(), StorageError> {
        let (blob, end) = (BlobId(range.blob), range.position + u64::from(range.size));
        match self {
            Store::Files(files) => {
                let failed = |error: std::io::Error| StorageError {
                    path: format!("blob {}", range.blob),
                    operation: "read",
                    reason: error.to_string(),
                };
                outbound.push_file(files.file(blob)?, range.position, range.size as usize).map_err(failed)
            }
            Store::Memory(memory) => {
                let mut position = range.position;
                while position < end {
                    let next = (position - position % MEMORY_PIECE_SIZE + MEMORY_PIECE_SIZE).min(end);
                    let size = usize::try_from(next - position).expect("a piece fits in memory");
                    outbound.push(memory.read(blob, position, size)?);
                    position = next;
                }
                Ok(())
            }
        }
    }

    fn inner(&self) -> &dyn Storage {
        match self {
            Store::Files(files) => files,
            Store::Memory(memory) => memory,
        }
    }

    fn inner_mut(&mut self) -> &mut dyn Storage {
        match self {
            Store::Files(files) => files,
            Store::Memory(memory) => memory,
        }
    }
}

impl Storage for Store {
    fn open(&mut self, path: &str) -> Result<BlobId, StorageError> {
        self.inner_mut().open(path)
    }

    fn close(&mut self, blob: BlobId) {
        self.inner_mut().close(blob);
    }

    fn size(&self, blob: BlobId) -> Result<u64, StorageError> {
        self.inner().size(blob)
    }

    fn append(&mut self, blob: BlobId, parts: &[&[u8]]) -> Result<(), StorageError> {
        self.inner_mut().append(blob, parts)
    }

    fn read(&self, blob: BlobId, position: u64, size: usize) -> Result<Bytes, StorageError> {
        self.inner().read(blob, position, size)
    }

    fn truncate(&mut self, blob: BlobId, size: u64) -> Result<(), StorageError> {
        self.inner_mut().truncate(blob, size)
    }

    fn replace(&mut self, path: &str, bytes: &[u8]) -> Result<(), StorageError> {
        self.inner_mut().replace(path, bytes)
    }

    fn load(&self, path: &str) -> Result<Option<Bytes>, StorageError> {
        self.inner().load(path)
    }

    fn rename(&mut self, from: &str, to: &str) -> Result<(), StorageError> {
        self.inner_mut().rename(from, to)
    }

    fn remove(&mut self, path: &str) -> Result<(), StorageError> {
        self.inner_mut().remove(path)
    }

    fn list(&self, folder: &str) -> Result<Vec<Entry>, StorageError> {
        self.inner().list(folder)
    }
}
