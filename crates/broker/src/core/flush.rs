//! Making writes durable: group commit under `--fsync always`, rolled segments under `--fsync interval`.
//!
//! One flush is under way at a time; what is written meanwhile goes with the next one, so that many requests share a
//! trip to the disk.

use super::{Core, Turn};
use crate::Offset;
use crate::config::Durability;
use crate::event::EventKind;
use crate::ids::{BrokerId, FlushId, TopicPartition};
use crate::log::Flush;
use crate::output::Output;
use crate::storage::{BlobId, StorageError};
use runnel_protocol::time::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// Flushes under way and wanted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Flushes {
    wanted: BTreeSet<(BrokerId, TopicPartition)>,
    under_way: Option<UnderWay>,
    next_id: u64,
}

#[derive(Clone, Debug)]
struct UnderWay {
    id: FlushId,
    began: Timestamp,
    parts: BTreeMap<(BrokerId, TopicPartition), Flush>,
}

impl Flushes {
    pub(crate) fn want(&mut self, broker: BrokerId, key: TopicPartition) {
        self.wanted.insert((broker, key));
    }

    pub(crate) fn is_under_way(&self) -> bool {
        self.under_way.is_some()
    }

    /// What the driver is flushing, or about to.
    pub(crate) fn blobs_under_way(&self) -> Vec<BlobId> {
        let parts = self.under_way.iter().flat_map(|flush| flush.parts.values());
        parts.flat_map(|part| part.blobs.iter().copied()).collect()
    }
}

impl Core {
    /// Sends off what is wanted, if nothing is under way.
    pub(crate) fn begin_flush(&mut self) {
        if self.flushes.under_way.is_some() || self.flushes.wanted.is_empty() {
            return;
        }
        let mut parts = BTreeMap::new();
        let mut blobs = Vec::new();
        for (broker, key) in std::mem::take(&mut self.flushes.wanted) {
            let Some(partition) = self.partition_mut(broker, key) else { continue };
            match partition.log.begin_flush() {
                Some(flush) => {
                    blobs.extend(flush.blobs.iter().copied());
                    parts.insert((broker, key), flush);
                }
                // Nothing was written since the last flush began, and that one is done.
                None => {
                    let end = partition.log.log_end_offset();
                    self.durable(broker, key, end);
                }
            }
        }
        if parts.is_empty() {
            return;
        }
        self.flushes.next_id += 1;
        let id = FlushId(self.flushes.next_id);
        self.flushes.under_way = Some(UnderWay { id, began: self.now, parts });
        self.outputs.push_back(Output::Flush { id, blobs });
    }

    pub(crate) fn handle_flushed(&mut self, turn: &Turn<'_>, id: FlushId, outcome: Result<(), StorageError>) {
        let Some(flush) = self.flushes.under_way.take_if(|flush| flush.id == id) else { return };
        self.metrics.flushed(turn.now.since(flush.began));
        self.is_opening = false;
        for ((broker, key), part) in flush.parts {
            match &outcome {
                Ok(()) => {
                    if let Some(partition) = self.partition_mut(broker, key) {
                        partition.log.flushed(&part);
                    }
                    self.durable(broker, key, part.offset);
                }
                // What reached the disk is unknown: acknowledging anything after it would be a guess.
                Err(error) => {
                    self.storage_failed(broker, key, error.clone());
                }
            }
        }
    }

    fn durable(&mut self, broker: BrokerId, key: TopicPartition, end: Offset) {
        if let Some(partition) = self.partition_mut(broker, key) {
            partition.durable_end = partition.durable_end.max(end);
        }
        self.resume_compaction(broker, key);
        self.advance_high_watermark(broker, key);
    }

    /// Lets readers see what is safe, and wakes whoever waits for it.
    pub(crate) fn advance_high_watermark(&mut self, broker: BrokerId, key: TopicPartition) {
        let durability = self.config.durability;
        let Some(partition) = self.partition_mut(broker, key) else { return };
        let Some(from) = partition.advance_high_watermark(durability) else { return };
        let (to, topic, index) = (partition.high_watermark, partition.topic.clone(), partition.index.0);
        let last_stable_offset = partition.last_stable_offset();
        if self.watched {
            let topic = topic.to_string();
            self.emit(broker, || EventKind::HighWatermarkMoved {
                topic,
                partition: index,
                from,
                to,
                last_stable_offset,
            });
        }
        self.purgatory.wake(key);
    }

    /// After an append: the disk is asked for under `always`, and for what a roll has closed.
    pub(crate) fn after_append(&mut self, broker: BrokerId, key: TopicPartition, rolled: bool) {
        if self.config.durability == Durability::Always || rolled {
            self.flushes.want(broker, key);
        }
        self.advance_high_watermark(broker, key);
    }
}
