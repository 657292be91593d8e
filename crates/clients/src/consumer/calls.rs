//! What the caller may ask of a consumer.

use super::partition::{Partition, Stage};
use super::program::CommitFor;
use super::{ConsumedRecord, Consumer, ConsumerEvent, Phase, PositionCause, Reads, StartAt};
use crate::{ClientKind, TopicPartition};
use runnel_protocol::{SmallMap, Timestamp};
use std::time::Duration;

/// How long closing may take: the default of Java's `close`.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(30);

impl Consumer {
    /// Begins: subscribes, connects, polls. What is subscribed without a group ends with an error, as Kafka has it.
    pub fn start(&mut self, now: Timestamp) {
        if self.phase != Phase::New {
            return;
        }
        self.phase = Phase::Running;
        let wanted: Vec<String> = match &self.settings.reads {
            Reads::Topics(topics) => topics.clone(),
            Reads::Partitions(partitions) => partitions.iter().map(|(one, _)| one.topic.to_string()).collect(),
        };
        for topic in &wanted {
            self.metadata.want(now, topic);
        }
        match self.settings.reads.clone() {
            Reads::Topics(_) if self.settings.group_id.is_none() => {
                self.fail(now, "to subscribe to topics a group.id is needed");
            }
            Reads::Topics(_) => {}
            Reads::Partitions(_) if self.settings.kind == ClientKind::Kafkajs => {
                self.fail(now, "kafkajs reads as a member of a group only");
            }
            Reads::Partitions(partitions) => {
                for (partition, start) in partitions {
                    self.begin_reading(&partition, start);
                }
            }
        }
        self.poll.auto_commit_at = self.settings.auto_commit_interval.map(|interval| now + interval);
        self.kafkajs.start(now);
        self.turn(now);
    }

    /// Begins with a partition that nobody gave it.
    fn begin_reading(&mut self, partition: &TopicPartition, start: Option<StartAt>) {
        let stage = match (start, &self.settings.group_id) {
            (Some(start), _) => Stage::NeedsOffset(start),
            (None, Some(_)) => Stage::NeedsCommitted,
            (None, None) => match self.settings.auto_offset_reset {
                super::OffsetReset::Earliest => Stage::NeedsOffset(StartAt::Earliest),
                super::OffsetReset::Latest | super::OffsetReset::None => Stage::NeedsOffset(StartAt::Latest),
            },
        };
        self.partitions.insert(partition.clone(), Partition::new(stage, 0));
        if let Some(StartAt::Offset(offset)) = start {
            self.move_position(partition, offset, -1, PositionCause::Seek);
        }
    }

    /// The next record, for a caller that is the program: settings say `is_driven`. `None` while there is none; what
    /// is waited for comes with later signals.
    pub fn poll_record(&mut self, now: Timestamp) -> Option<ConsumedRecord> {
        if self.settings.kind == ClientKind::Kafkajs || self.phase != Phase::Running {
            return None;
        }
        if self.poll.batch.is_empty() {
            self.poll.polled_at = None;
            // Being in poll may bring a rebalance, a commit, the next fetch.
            self.turn(now);
            self.take_batch(now);
        }
        let record = self.poll.batch.pop_front();
        if record.is_some() {
            self.processed_count += 1;
        } else {
            self.poll.polled_at = None;
        }
        self.turn(now);
        record
    }

    /// Commits what was processed so far.
    pub fn commit(&mut self, now: Timestamp) {
        let offsets = self.processed_offsets();
        if self.settings.group_id.is_some() {
            self.send_commit(now, offsets, CommitFor::Caller);
        }
        self.turn(now);
    }

    /// For each partition, the offset of the first record that the program is not done with.
    pub(super) fn processed_offsets(&self) -> SmallMap<TopicPartition, i64> {
        let mut offsets: SmallMap<TopicPartition, i64> = SmallMap::new();
        for (partition, state) in &self.partitions {
            let position = if self.settings.kind == ClientKind::Kafkajs { state.resolved } else { state.position };
            if let (Some(position), Stage::Reading) = (position, state.stage) {
                offsets.insert(partition.clone(), position);
            }
        }
        let in_hand = self.poll.worker.record().into_iter().chain(&self.poll.batch);
        for record in in_hand {
            let partition = TopicPartition::new(record.topic.clone(), record.partition);
            if let Some(offset) = offsets.get_mut(&partition) {
                *offset = (*offset).min(record.offset);
            }
        }
        offsets
    }

    /// Goes on reading a partition elsewhere. kafkajs writes the new place down as the group's offset, if it commits
    /// by itself. A partition that this consumer does not read is left alone.
    pub fn seek(&mut self, now: Timestamp, partition: &TopicPartition, to: StartAt) {
        if !self.partitions.contains_key(partition) {
            return;
        }
        let shown = partition.clone();
        self.emit(|| ConsumerEvent::Sought { partition: shown, to });
        self.drop_queued(partition);
        if self.settings.kind == ClientKind::Kafkajs {
            self.kafkajs.seek(partition.clone(), to);
        } else {
            match to {
                StartAt::Offset(offset) => self.move_position(partition, offset.max(0), -1, PositionCause::Seek),
                StartAt::Earliest | StartAt::Latest => {
                    if let Some(state) = self.partitions.get_mut(partition) {
                        state.look_for(Stage::NeedsOffset(to));
                    }
                }
            }
        }
        self.turn(now);
    }

    /// Holds back partitions: they stay its own, and nothing of them is fetched or handed out.
    pub fn pause(&mut self, now: Timestamp, partitions: &[TopicPartition]) {
        self.set_paused(now, partitions, true);
    }

    /// Goes on with partitions that were held back.
    pub fn resume(&mut self, now: Timestamp, partitions: &[TopicPartition]) {
        self.set_paused(now, partitions, false);
    }

    fn set_paused(&mut self, now: Timestamp, partitions: &[TopicPartition], is_paused: bool) {
        let mut changed = Vec::new();
        for partition in partitions {
            if let Some(state) = self.partitions.get_mut(partition).filter(|state| state.is_paused != is_paused) {
                state.is_paused = is_paused;
                changed.push(partition.clone());
            }
        }
        if !changed.is_empty() {
            self.emit(|| {
                if is_paused {
                    ConsumerEvent::Paused { partitions: changed }
                } else {
                    ConsumerEvent::Resumed { partitions: changed }
                }
            });
        }
        self.turn(now);
    }

    /// Makes the program faster or slower, from the next record on.
    pub fn set_processing_time(&mut self, processing_time: Duration) {
        self.settings.processing_time = processing_time;
    }

    /// Subscribes to other topics while it runs: the member joins again with them, and goes on until then with what it
    /// has of those that stay.
    ///
    /// # Errors
    /// Why it cannot, in the library's words: kafkajs has to be stopped first, and who was told which partitions to read
    /// subscribes to nothing.
    pub fn subscribe(&mut self, now: Timestamp, topics: &[String]) -> Result<(), &'static str> {
        if self.settings.kind == ClientKind::Kafkajs {
            return Err("Cannot subscribe to topic while consumer is running");
        }
        if !self.uses_group() {
            return Err("Subscription to topics, partitions and pattern are mutually exclusive");
        }
        if self.phase != Phase::Running {
            return Err("the consumer does not run");
        }
        self.settings.reads = Reads::Topics(topics.to_vec());
        self.metadata.want_only(now, topics.iter().map(String::as_str));
        let partitions =
            self.partitions.keys().filter(|partition| !topics.iter().any(|topic| *topic == *partition.topic));
        for partition in partitions.cloned().collect::<Vec<_>>() {
            self.drop_queued(&partition);
        }
        self.turn(now);
        Ok(())
    }

    /// Ends it as its library does: the record in hand is finished, positions are committed if the library commits,
    /// and the group is told. [`Consumer::is_over`] says when that is done.
    pub fn close(&mut self, now: Timestamp) {
        match self.phase {
            Phase::New => self.phase = Phase::Closed,
            Phase::Running => self.phase = Phase::Closing { until: now + CLOSE_TIMEOUT },
            Phase::Closing { .. } | Phase::Closed | Phase::Failed { .. } => return,
        }
        self.turn(now);
    }
}
