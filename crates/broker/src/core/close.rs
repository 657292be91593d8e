//! Stopping cleanly, so that the next start need not look at the logs.

use super::{Core, Turn};
use crate::ids::BrokerId;
use crate::properties;
use crate::storage::{BlobId, StorageError};

impl Core {
    /// Writes what is still in memory: indexes, producers' snapshots, checkpoints. Answers the blobs that must be
    /// durable before the clean stop is marked with [`Core::mark_clean`].
    ///
    /// # Errors
    /// The store's, for the first partition that could not be closed; the others are closed all the same.
    pub(crate) fn close(&mut self, turn: &mut Turn<'_>) -> Result<Vec<BlobId>, StorageError> {
        let mut blobs = Vec::new();
        let mut outcome = Ok(());
        let mut keep = |partition: &mut crate::replication::Partition, turn: &mut Turn<'_>| {
            if partition.offline.is_some() {
                return;
            }
            match partition.log.write_out(turn.storage) {
                Ok(()) => {
                    if let Some(flush) = partition.log.begin_flush() {
                        blobs.extend(flush.blobs.iter().copied());
                        partition.log.flushed(&flush);
                    }
                }
                Err(error) => {
                    if outcome.is_ok() {
                        outcome = Err(error);
                    }
                }
            }
        };
        for broker in self.brokers.values_mut() {
            for partition in broker.partitions.values_mut() {
                keep(partition, turn);
            }
        }
        keep(self.metadata.partition_mut(), turn);
        for broker in self.broker_ids() {
            self.write_checkpoints(turn, broker);
        }
        outcome.map(|()| blobs)
    }

    /// Marks the stop as clean. A broker with a partition that is offline is not: its files want a look.
    ///
    /// # Errors
    /// The store's.
    pub(crate) fn mark_clean(&mut self, turn: &mut Turn<'_>) -> Result<(), StorageError> {
        if self.metadata.partition().offline.is_some() {
            return Ok(());
        }
        let whole = |core: &Core, broker: &BrokerId| {
            core.brokers
                .get(broker)
                .is_some_and(|broker| broker.partitions.values().all(|partition| partition.offline.is_none()))
        };
        for broker in self.broker_ids() {
            if whole(self, &broker) {
                let epoch = self.metadata.image().brokers.get(&broker).copied().unwrap_or(-1);
                properties::end(turn.storage, broker, epoch)?;
            }
        }
        Ok(())
    }
}
