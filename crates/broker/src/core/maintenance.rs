//! Work that nobody asks for: retention, compaction, checkpoints. Always in bounded slices, so that a heartbeat never
//! waits for a disk.

use super::{Core, Turn};
use crate::checkpoints;
use crate::event::{EventKind, RemovalReason};
use crate::ids::{BrokerId, TopicPartition};
use crate::log::RemovedReason;
use crate::timers::Timer;
use std::time::Duration;

/// How often recovery points, log start offsets and high watermarks are written down
/// (`log.flush.offset.checkpoint.interval.ms`).
const CHECKPOINT_INTERVAL: Duration = Duration::from_secs(60);

impl Core {
    /// Sets the clocks of this work going.
    pub(crate) fn schedule_maintenance(&mut self) {
        self.timers.set(Timer::Retention, self.now + self.settings.retention_check_interval());
        self.timers.set(Timer::Checkpoint, self.now + CHECKPOINT_INTERVAL);
    }

    /// Lists every partition for a look, and begins with the first.
    pub(crate) fn begin_cleaning(&mut self, turn: &Turn<'_>) {
        for (id, broker) in &self.brokers {
            self.cleaning.extend(broker.partitions.keys().map(|key| (*id, *key)));
        }
        self.timers.set(Timer::Cleaning, turn.now);
        self.timers.set(Timer::Retention, turn.now + self.settings.retention_check_interval());
    }

    /// One slice of the work on one partition.
    pub(crate) fn clean_next(&mut self, turn: &mut Turn<'_>) {
        let Some((broker, key)) = self.cleaning.pop_first() else { return };
        if self.clean(turn, broker, key) {
            self.cleaning.insert((broker, key));
        }
        if !self.cleaning.is_empty() {
            self.timers.set(Timer::Cleaning, turn.now);
        }
    }

    /// Does a slice of work on a partition; true if there is more.
    fn clean(&mut self, turn: &mut Turn<'_>, broker: BrokerId, key: TopicPartition) -> bool {
        let Some(partition) = self.partition_mut(broker, key) else { return false };
        if partition.offline.is_some() {
            return false;
        }
        partition.log.expire_producers(turn.now);
        let topic = partition.topic.to_string();
        let high_watermark = partition.high_watermark;
        let from = partition.log.log_start_offset();
        let removed = match partition.log.retain(turn.storage, turn.now, high_watermark) {
            Ok(removed) => removed,
            Err(error) => {
                self.storage_failed(broker, key, error);
                return false;
            }
        };
        let to = partition.log.log_start_offset();
        let again = !removed.is_empty();
        let mut why = RemovalReason::RetentionTime;
        for segment in removed {
            why = match segment.reason {
                RemovedReason::Age { .. } => RemovalReason::RetentionTime,
                RemovedReason::Size { .. } => RemovalReason::RetentionSize,
                RemovedReason::BeforeLogStart => RemovalReason::LogStart,
            };
            let topic = topic.clone();
            self.emit(broker, || EventKind::SegmentRemoved {
                topic,
                partition: key.index.0,
                base_offset: segment.base_offset,
                size: u64::from(segment.size),
                why,
            });
        }
        if to > from {
            let topic = topic.clone();
            self.emit(broker, || EventKind::LogStartMoved { topic, partition: key.index.0, from, to, why });
            self.write_checkpoints(turn, broker);
        }
        again
    }

    /// Writes the checkpoints of all brokers, and sets the next time.
    pub(crate) fn checkpoint(&mut self, turn: &mut Turn<'_>) {
        for broker in self.broker_ids() {
            self.write_checkpoints(turn, broker);
        }
        self.timers.set(Timer::Checkpoint, turn.now + CHECKPOINT_INTERVAL);
    }

    pub(crate) fn write_checkpoints(&mut self, turn: &mut Turn<'_>, broker: BrokerId) {
        let Some(state) = self.brokers.get(&broker) else { return };
        // A checkpoint that cannot be written costs a longer look at the next start, and nothing else.
        if let Err(error) = checkpoints::write(turn.storage, broker, state.partitions.values()) {
            self.metrics.log.push_back(error.to_string());
        }
    }
}
