//! The metadata log: a partition like any other, in Kafka's record format, and the image that it folds to.

use super::{Change, Image};
use crate::Offset;
use crate::ids::{BrokerId, PartitionIndex, partition_folder};
use crate::log::{Files, FirstBatch, Hints, Log, LogConfig, ReadError};
use crate::replication::Partition;
use crate::storage::{Storage, StorageError};
use bytes::Bytes;
use bytestring::ByteString;
use runnel_protocol::records::{self, BatchBuilder};
use runnel_protocol::time::Timestamp;
use std::sync::Arc;
use uuid::Uuid;

/// The topic that is the cluster's memory.
pub(crate) const METADATA_TOPIC: &str = "__cluster_metadata";
/// The identifier that Kafka gives it.
pub(crate) const METADATA_TOPIC_ID: Uuid = Uuid::from_u128(1);
/// The epoch of the only controller there is.
pub(crate) const CONTROLLER_EPOCH: i32 = 1;

/// Bytes that are read at a time when the log is folded.
const READ_SIZE: u32 = 1024 * 1024;
/// Decompressed bytes of one batch; the log's own batches are not compressed.
const BATCH_SIZE_MAX: usize = 64 * 1024 * 1024;

/// The metadata log and its image.
#[derive(Clone, Debug)]
pub(crate) struct Journal {
    partition: Partition,
    image: Arc<Image>,
}

impl Journal {
    /// Opens the log in the controller's folder, or makes it, and folds it.
    ///
    /// # Errors
    /// The store's refusal, or a record that cannot be read.
    pub(crate) fn open(
        storage: &mut dyn Storage,
        controller: BrokerId,
        clean_shutdown: bool,
        now: Timestamp,
    ) -> Result<Self, StorageError> {
        let topic = ByteString::from_static(METADATA_TOPIC);
        let folder = partition_folder(controller, &topic, PartitionIndex(0));
        let config = LogConfig {
            // It is never thinned by age or size.
            retention_ms: -1,
            ..LogConfig::default()
        };
        let log = if storage.list(&folder)?.is_empty() {
            Log::create(storage, &folder, METADATA_TOPIC_ID, config, Files::AtOnce, now)?
        } else {
            let hints =
                Hints { clean_shutdown, recovery_point: 0, log_start_offset: 0, clean_offset: 0, files: Files::AtOnce };
            Log::open(storage, &folder, METADATA_TOPIC_ID, config, &hints, now)?.0
        };
        let partition = Partition::new(topic, PartitionIndex(0), log, CONTROLLER_EPOCH);
        let mut journal = Journal { partition, image: Arc::default() };
        journal.fold(storage)?;
        Ok(journal)
    }

    fn fold(&mut self, storage: &dyn Storage) -> Result<(), StorageError> {
        let end = self.partition.log.log_end_offset();
        let mut offset = self.partition.log.log_start_offset();
        while offset < end {
            let slice = match self.partition.log.read(storage, offset, READ_SIZE, FirstBatch::Whole, end) {
                Ok(slice) => slice,
                Err(ReadError::Storage(error)) => return Err(error),
                Err(error @ ReadError::OffsetOutOfRange { .. }) => return Err(self.unreadable(offset, &error)),
            };
            let bytes = slice
                .chunks
                .gather(|range| storage.read(crate::BlobId(range.blob), range.position, range.size as usize))?;
            let before = offset;
            for batch in records::split(&bytes).ending_at_partial() {
                let (header, range) = batch.map_err(|error| self.unreadable(offset, &error))?;
                offset = header.next_offset();
                if header.attributes.is_control() {
                    continue;
                }
                let batch = bytes.slice(range);
                let records = records::iterate(&batch, BATCH_SIZE_MAX)
                    .map_err(|error| self.unreadable(header.base_offset, &error))?;
                for record in records {
                    let record = record.map_err(|error| self.unreadable(header.base_offset, &error))?;
                    let Some(value) = &record.value else { continue };
                    let change = Change::decode(value).map_err(|error| self.unreadable(record.offset, &error))?;
                    Arc::make_mut(&mut self.image).apply(&change);
                }
            }
            if offset == before {
                return Err(self.unreadable(offset, &"no whole batch"));
            }
        }
        Ok(())
    }

    fn unreadable(&self, offset: Offset, error: &dyn std::fmt::Display) -> StorageError {
        StorageError {
            path: self.partition.log.folder().to_owned(),
            operation: "read",
            reason: format!("the record at offset {offset} is not what the cluster's metadata log holds: {error}"),
        }
    }

    /// The batch that says the changes.
    pub(crate) fn batch(&self, now: Timestamp, changes: &[Change]) -> Bytes {
        let mut builder = BatchBuilder::new();
        for change in changes {
            builder.append(now.as_millis(), None, Some(&change.encode()), &[]);
        }
        builder.build()
    }

    pub(crate) fn apply(&mut self, changes: &[Change]) {
        for change in changes {
            Arc::make_mut(&mut self.image).apply(change);
        }
    }

    pub(crate) fn image(&self) -> &Image {
        &self.image
    }

    pub(crate) fn partition(&self) -> &Partition {
        &self.partition
    }

    pub(crate) fn partition_mut(&mut self) -> &mut Partition {
        &mut self.partition
    }

    /// The next offset of the log: grows with every change.
    pub(crate) fn end_offset(&self) -> Offset {
        self.partition.log.log_end_offset()
    }
}
