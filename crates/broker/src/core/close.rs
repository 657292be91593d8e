//! Stopping cleanly, so that the next start need not look at the logs.

use super::{Core, Turn};
use crate::ids::BrokerId;
use crate::log::Flush;
use crate::properties;
use crate::storage::{BlobId, StorageError};

impl Core {
    /// Writes what is still in memory: indexes and producers' snapshots. Answers the blobs that must be durable before
    /// the clean stop is marked with [`Core::mark_clean`], with those of a flush that is under way: nobody waits for it.
    ///
    /// # Errors
    /// The store's, for the first partition that could not be closed; the others are closed all the same.
    pub(crate) fn close(&mut self, turn: &mut Turn<'_>) -> Result<Vec<BlobId>, StorageError> {
        let mut blobs = self.flushes.blobs_under_way();
        let mut outcome = Ok(());
        let mut keep = |partition: &mut crate::replication::Partition, turn: &mut Turn<'_>| {
            if partition.offline.is_some() {
                return;
            }
            match partition.log.write_out(turn.storage) {
                Ok(()) => blobs.extend(partition.log.begin_flush().into_iter().flat_map(|flush| flush.blobs)),
                Err(error) => {
                    if outcome.is_ok() {
                        outcome = Err(error);
                    }
                }
            }
        };
        for broker in self.brokers.values_mut().filter(|broker| broker.life.keeps_all()) {
            for partition in broker.partitions.values_mut() {
                keep(partition, turn);
            }
        }
        keep(self.metadata.partition_mut(), turn);
        outcome.map(|()| blobs)
    }

    /// Writes down that everything is durable and marks the stop as clean. A broker that
    /// has crashed, or has a partition that is offline, is not: its files want a look.
    ///
    /// # Errors
    /// The store's.
    pub(crate) fn mark_clean(&mut self, turn: &mut Turn<'_>) -> Result<(), StorageError> {
        if self.metadata.partition().offline.is_some() {
            return Ok(());
        }
        let whole = |core: &Core, broker: &BrokerId| {
            core.brokers.get(broker).is_some_and(|broker| {
                broker.life.keeps_all() && broker.partitions.values().all(|partition| partition.offline.is_none())
            })
        };
        let running = self.brokers.values_mut().filter(|broker| broker.life.keeps_all());
        let all = running.flat_map(|broker| broker.partitions.values_mut());
        for partition in all.filter(|partition| partition.offline.is_none()) {
            let offset = partition.log.log_end_offset();
            partition.log.flushed(&Flush { blobs: Vec::new(), offset });
        }
        for broker in self.broker_ids() {
            self.write_checkpoints(turn, broker);
            if whole(self, &broker) {
                let epoch = self.broker_epoch(broker);
                properties::end(turn.storage, broker, epoch)?;
            }
        }
        Ok(())
    }
}
