//! Opening partitions' logs: at once at the start of the process, in slices for a broker that comes back.

use super::{Core, OpenError, Turn};
use crate::checkpoints::{self, Checkpoints};
use crate::config::Durability;
use crate::event::EventKind;
use crate::ids::{BrokerId, TopicPartition, partition_folder, uuid_text};
use crate::log::{self, Files, Hints, Log, OpenProgress, RecoveryNote};
use crate::replication::Partition;
use crate::storage::StorageError;
use crate::topics;
use bytestring::ByteString;
use uuid::Uuid;

impl Core {
    /// Opens a partition's log, or makes it, and takes the partition up.
    #[expect(clippy::too_many_arguments, reason = "what is known of a partition before its files are read")]
    pub(super) fn open_partition(
        &mut self,
        turn: &mut Turn<'_>,
        broker: BrokerId,
        topic: &ByteString,
        key: TopicPartition,
        leader_epoch: i32,
        checkpoints: &Checkpoints,
        clean_shutdown: bool,
    ) -> Result<(), OpenError> {
        let mut progress = self.begin_log(turn, broker, topic, key, checkpoints, clean_shutdown)?;
        loop {
            match progress {
                OpenProgress::Working(opening) => progress = opening.step(turn.storage, u32::MAX)?,
                OpenProgress::Done(log, notes) => {
                    return Ok(self.take_log(turn, broker, topic, key, leader_epoch, *log, notes)?);
                }
            }
        }
    }

    /// Begins to open a partition's log, or makes it.
    ///
    /// # Errors
    /// The store's.
    pub(super) fn begin_log(
        &mut self,
        turn: &mut Turn<'_>,
        broker: BrokerId,
        topic: &ByteString,
        key: TopicPartition,
        checkpoints: &Checkpoints,
        clean_shutdown: bool,
    ) -> Result<OpenProgress, StorageError> {
        let folder = partition_folder(broker, topic, key.index);
        self.clear_folder(turn, &folder, key.topic_id)?;
        let overrides = self.metadata.image().topic_configs.get(topic).cloned().unwrap_or_default();
        let config = self.settings.log_config(broker, &overrides);
        let files = if topics::is_internal(topic) { Files::AtFirstAppend } else { Files::AtOnce };
        if turn.storage.list(&folder)?.is_empty() {
            let log = Log::create(turn.storage, &folder, key.topic_id, config, files, turn.now)?;
            return Ok(OpenProgress::Done(Box::new(log), Vec::new()));
        }
        let name = (topic.clone(), key.index);
        let offset = |offsets: &checkpoints::Offsets| offsets.get(&name).copied().unwrap_or(0);
        let hints = Hints {
            clean_shutdown,
            recovery_point: offset(&checkpoints.recovery_points),
            log_start_offset: offset(&checkpoints.log_starts),
            clean_offset: offset(&checkpoints.cleaned),
            files,
        };
        Log::begin_open(turn.storage, &folder, key.topic_id, config, &hints, turn.now)
    }

    /// Takes up a partition whose log is open.
    ///
    /// # Errors
    /// The store's.
    #[expect(clippy::too_many_arguments, reason = "what is known of a partition once its files are read")]
    pub(super) fn take_log(
        &mut self,
        turn: &mut Turn<'_>,
        broker: BrokerId,
        topic: &ByteString,
        key: TopicPartition,
        leader_epoch: i32,
        mut log: Log,
        notes: Vec<RecoveryNote>,
    ) -> Result<(), StorageError> {
        for note in notes {
            let what = note.to_string();
            self.metrics.log.push_back(what.clone());
            let topic = topic.to_string();
            self.emit(broker, || EventKind::LogRecovered { topic, partition: key.index.0, what });
        }
        log.assign_epoch(turn.storage, leader_epoch)?;
        let overrides = self.metadata.image().topic_configs.get(topic).cloned().unwrap_or_default();
        // It may have changed while the log was read.
        log.set_config(self.settings.log_config(broker, &overrides));
        let mut partition = Partition::new(topic.clone(), key.index, log, leader_epoch);
        partition.min_in_sync_replicas = self.settings.min_in_sync_replicas(broker, &overrides);
        if self.config.durability == Durability::Always && partition.log.has_unflushed() {
            // What recovery wrote is shown once the disk has it.
            partition.durable_end = partition.log.log_start_offset();
            self.flushes.want(broker, key);
        }
        if let Some(state) = self.brokers.get_mut(&broker) {
            state.partitions.insert(key, partition);
        }
        Ok(())
    }

    /// Makes way in a partition's folder where it holds another topic of the same name: a power cut may undo a removal
    /// and keep the metadata that came after it, or the other way round. A topic that is known to be gone goes; another
    /// one is somebody's data, and its folder is set aside under the name that Kafka gives it.
    fn clear_folder(&mut self, turn: &mut Turn<'_>, folder: &str, topic_id: Uuid) -> Result<(), StorageError> {
        let Some(other) = log::topic_id(turn.storage, folder)?.filter(|other| *other != topic_id) else {
            return Ok(());
        };
        if self.metadata.image().was_removed(other) {
            return turn.storage.remove(folder);
        }
        let aside = format!("{folder}.{}-stray", uuid_text(other));
        self.metrics.log.push_back(format!("{folder:?} belongs to another topic: it is kept as {aside:?}"));
        turn.storage.rename(folder, &aside)
    }
}
