//! Work that nobody asks for: retention, compaction, checkpoints. Always in bounded slices, so that a heartbeat never
//! waits for a disk.

use super::{Core, Turn};
use crate::event::{EventKind, RemovalReason};
use crate::ids::{BrokerId, TopicPartition};
use crate::log::{Compaction, Log, Removed, RemovedReason};
use crate::storage::StorageError;
use crate::timers::Timer;
use crate::{Offset, checkpoints};
use crate::{preview, snapshot};
use bytestring::ByteString;
use std::time::Duration;

/// How often recovery points, log start offsets and high watermarks are written down
/// (`log.flush.offset.checkpoint.interval.ms`).
const CHECKPOINT_INTERVAL: Duration = Duration::from_secs(60);

impl Core {
    /// Sets the clocks of this work going.
    pub(crate) fn schedule_maintenance(&mut self) {
        self.timers.set(Timer::Retention, self.now + self.settings.retention_check_interval());
        self.timers.set(Timer::Compaction, self.now + self.settings.compaction_interval());
        self.timers.set(Timer::Checkpoint, self.now + CHECKPOINT_INTERVAL);
    }

    /// Lists every partition for a look, and begins with the first.
    pub(crate) fn begin_retention(&mut self, turn: &Turn<'_>) {
        self.list_for_cleaning(|_| true);
        self.timers.set(Timer::Retention, turn.now + self.settings.retention_check_interval());
    }

    /// Lists the partitions that keep their records by key.
    pub(crate) fn begin_compaction(&mut self, turn: &Turn<'_>) {
        if self.settings.compacts() {
            self.list_for_cleaning(|log| log.config().cleanup_policy.compact && log.has_files());
        }
        self.timers.set(Timer::Compaction, turn.now + self.settings.compaction_interval());
    }

    fn list_for_cleaning(&mut self, wanted: impl Fn(&Log) -> bool) {
        for (id, broker) in self.brokers.iter().filter(|(_, broker)| broker.life.is_up()) {
            let listed = broker.partitions.iter().filter(|(_, partition)| wanted(&partition.log));
            self.cleaning.extend(listed.map(|(key, _)| (*id, *key)));
        }
        if !self.cleaning.is_empty() {
            self.timers.set(Timer::Cleaning, self.now);
        }
    }

    /// One slice of the work on one partition.
    pub(crate) fn clean_next(&mut self, turn: &mut Turn<'_>) {
        let Some((broker, key)) = self.cleaning.pop_first() else { return };
        match self.clean(turn, broker, key) {
            Ok(true) => {
                self.cleaning.insert((broker, key));
            }
            Ok(false) => {}
            Err(error) => {
                self.storage_failed(broker, key, error);
            }
        }
        if !self.cleaning.is_empty() {
            self.timers.set(Timer::Cleaning, turn.now);
        }
    }

    /// Does a slice of work on a partition; true if there is more.
    fn clean(&mut self, turn: &mut Turn<'_>, broker: BrokerId, key: TopicPartition) -> Result<bool, StorageError> {
        let compacts = self.settings.compacts() && !self.compacted.contains(&(broker, key));
        let Some(partition) = self.partition_mut(broker, key) else { return Ok(false) };
        if partition.offline.is_some() {
            return Ok(false);
        }
        partition.log.expire_producers(turn.now);
        let (high_watermark, last_stable_offset) = (partition.high_watermark, partition.last_stable_offset());
        let from = partition.log.log_start_offset();
        let removed = partition.log.retain(turn.storage, turn.now, high_watermark)?;
        let to = partition.log.log_start_offset();
        let sizes_before = sizes(&partition.log);
        let compaction = match compacts {
            true => partition.log.compact(turn.storage, turn.now, last_stable_offset)?,
            false => Compaction::Idle,
        };
        let is_replaced = compacts && sizes(&partition.log) != sizes_before;
        let topic = partition.topic.clone();
        let mut again = !removed.is_empty();
        self.report_removed(turn, broker, &topic, key, &removed, (from, to));
        if to > from {
            self.write_checkpoints(turn, broker);
        }
        if is_replaced {
            self.report_replaced(turn, broker, &topic, key);
        }
        match compaction {
            Compaction::Idle => {}
            Compaction::Working => again = true,
            Compaction::AwaitsFlush => {
                self.compacted.insert((broker, key));
                self.flushes.want(broker, key);
            }
            Compaction::Done(done) => {
                // A round may leave more to do; the next look will see.
                self.emit(broker, || EventKind::LogCompacted {
                    topic: topic.to_string(),
                    partition: key.index.0,
                    records_before: done.records_before,
                    records_after: done.records_after,
                    size_before: done.size_before,
                    size_after: done.size_after,
                });
                self.write_checkpoints(turn, broker);
            }
        }
        Ok(again)
    }

    fn report_replaced(&mut self, turn: &mut Turn<'_>, broker: BrokerId, topic: &ByteString, key: TopicPartition) {
        let Some(partition) = self.partition(broker, key).filter(|_| self.watched) else { return };
        let replaced = EventKind::SegmentsReplaced {
            topic: topic.to_string(),
            partition: key.index.0,
            segments: snapshot::segment_list(&partition.log, turn.storage),
            previews: preview::of_log(&partition.log, turn.storage),
        };
        self.emit(broker, || replaced);
    }

    fn report_removed(
        &mut self,
        turn: &Turn<'_>,
        broker: BrokerId,
        topic: &str,
        key: TopicPartition,
        removed: &[Removed],
        (from, to): (Offset, Offset),
    ) {
        let mut why = RemovalReason::LogStart;
        for segment in removed {
            why = match segment.reason {
                RemovedReason::Age { .. } => RemovalReason::RetentionTime,
                RemovedReason::Size { .. } => RemovalReason::RetentionSize,
                RemovedReason::BeforeLogStart => RemovalReason::LogStart,
            };
            self.emit(broker, || EventKind::SegmentRemoved {
                topic: topic.to_owned(),
                partition: key.index.0,
                base_offset: segment.base_offset,
                size: u64::from(segment.size),
                why,
            });
        }
        if to > from {
            self.report_log_start(turn, broker, topic, key, (from, to), why);
        }
    }

    /// Tells watchers where a log begins, and with which records.
    pub(crate) fn report_log_start(
        &mut self,
        turn: &Turn<'_>,
        broker: BrokerId,
        topic: &str,
        key: TopicPartition,
        (from, to): (Offset, Offset),
        why: RemovalReason,
    ) {
        let Some(partition) = self.partition(broker, key).filter(|_| self.watched) else { return };
        let moved = EventKind::LogStartMoved {
            topic: topic.to_owned(),
            partition: key.index.0,
            from,
            to,
            why,
            previews: preview::of_log(&partition.log, turn.storage),
        };
        self.emit(broker, || moved);
    }

    /// The disk has a partition's compacted copy: the round goes on.
    pub(crate) fn resume_compaction(&mut self, broker: BrokerId, key: TopicPartition) {
        if self.compacted.remove(&(broker, key)) {
            self.cleaning.insert((broker, key));
            self.timers.set(Timer::Cleaning, self.now);
        }
    }

    /// Writes the checkpoints of all brokers, and sets the next time.
    pub(crate) fn checkpoint(&mut self, turn: &mut Turn<'_>) {
        for broker in self.broker_ids() {
            if self.is_up(broker) {
                self.write_checkpoints(turn, broker);
            }
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

/// Which segments there are, and how large they are.
fn sizes(log: &Log) -> Vec<(Offset, u32)> {
    log.segments().map(|segment| (segment.base_offset, segment.size)).collect()
}
