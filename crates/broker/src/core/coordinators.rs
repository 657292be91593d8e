//! Groups and the partitions of `__consumer_offsets` that keep them.

use super::{Core, Turn};
use crate::Offset;
use crate::ids::{BrokerId, TopicPartition};
use crate::log::{FirstBatch, ReadError};
use crate::storage::{BlobId, StorageError};
use crate::topics::CONSUMER_OFFSETS;
use runnel_protocol::records;

/// Bytes that are read at a time.
const READ_SIZE: u32 = 1024 * 1024;
/// Decompressed bytes of one batch.
const BATCH_SIZE_MAX: usize = 64 * 1024 * 1024;

impl Core {
    /// Lets the brokers serve the groups of the partitions of `__consumer_offsets` that they lead.
    ///
    /// # Errors
    /// The store's.
    pub(crate) fn load_groups(&mut self, turn: &mut Turn<'_>, broker: BrokerId) -> Result<(), StorageError> {
        let Some(topic) = self.metadata.image().topic_named(CONSUMER_OFFSETS) else { return Ok(()) };
        let topic_id = topic.id;
        let count = i32::try_from(topic.partitions.len()).unwrap_or(i32::MAX);
        self.groups(broker).set_offsets_partition_count(count);
        let mine: Vec<TopicPartition> = self
            .brokers
            .get(&broker)
            .map(|broker| broker.partitions.keys().filter(|key| key.topic_id == topic_id).copied().collect())
            .unwrap_or_default();
        for key in mine {
            self.groups(broker).load_partition(key.index.0, turn.now);
            self.load_group_records(turn, broker, key)?;
            self.groups(broker).finish_load(key.index.0, turn.now);
        }
        Ok(())
    }

    fn load_group_records(
        &mut self,
        turn: &mut Turn<'_>,
        broker: BrokerId,
        key: TopicPartition,
    ) -> Result<(), StorageError> {
        let mut next = self.partition(broker, key).map(|partition| partition.log.log_start_offset());
        while let Some(offset) = next {
            next = self.load_piece(turn, broker, key, offset)?;
        }
        Ok(())
    }

    /// Takes over the groups' records from `offset` on, one piece of them. Answers where to go on, if there is more.
    ///
    /// # Errors
    /// The store's.
    pub(crate) fn load_piece(
        &mut self,
        turn: &mut Turn<'_>,
        broker: BrokerId,
        key: TopicPartition,
        offset: Offset,
    ) -> Result<Option<Offset>, StorageError> {
        let Some(partition) = self.partition(broker, key) else { return Ok(None) };
        let end = partition.log.log_end_offset();
        if offset >= end {
            return Ok(None);
        }
        let name = partition.log.name().to_owned();
        let slice = match partition.log.read(turn.storage, offset, READ_SIZE, FirstBatch::Whole, end) {
            Ok(slice) => slice,
            Err(ReadError::Storage(error)) => return Err(error),
            Err(ReadError::OffsetOutOfRange { .. }) => return Ok(None),
        };
        let storage = &*turn.storage;
        let bytes =
            slice.chunks.gather(|range| storage.read(BlobId(range.blob), range.position, range.size as usize))?;
        let mut next = offset;
        let mut damaged = 0_u64;
        for (header, range) in records::split(&bytes).ending_at_partial().map_while(Result::ok) {
            next = header.next_offset();
            if header.attributes.is_control() {
                continue;
            }
            let Ok(found) = records::iterate(&bytes.slice(range), BATCH_SIZE_MAX) else {
                damaged += 1;
                continue;
            };
            for record in found {
                let loaded = record.ok().and_then(|record| {
                    let key = record.key?;
                    let groups = self.brokers.get_mut(&broker)?.groups.change();
                    groups.load_record(&key, record.value.as_ref(), turn.now).ok()
                });
                damaged += u64::from(loaded.is_none());
            }
        }
        if damaged > 0 {
            self.metrics.log.push_back(format!("{name}: {damaged} records could not be read and were passed over"));
        }
        // Where nothing more lies in the log before its end, compaction took it.
        Ok((next > offset).then_some(next))
    }
}
