//! The poll loop of Java's consumer, and librdkafka's, which looks like it from outside.
//!
//! ```text
//!   in poll:  rebalance, offsets, auto commit, fetch ---> a batch of records
//!                ^                                            |
//!                '------ the program works through the batch -'     heartbeats go on meanwhile
//! ```
//!
//! librdkafka hands out one record at a time and does what stands before the arrow in the background.

use super::fetching::Came;
use super::partition::Stage;
use super::program::{CommitFor, CommitPolicy, Worker};
use super::record::ConsumedRecord;
use super::{Consumer, ConsumerEvent, Phase};
use crate::{ClientKind, TopicPartition};
use runnel_protocol::{ErrorCode, SmallMap, Timestamp};
use std::collections::VecDeque;

/// What is between the wire and the program.
#[derive(Clone, Debug)]
pub(super) struct PollLoop {
    /// What came and was not handed out yet.
    pub(super) queue: VecDeque<Came>,
    /// What the latest poll gave and the program has not begun with.
    pub(super) batch: VecDeque<ConsumedRecord>,
    pub(super) worker: Worker,
    /// Since when the program has been outside of poll; `None` while it is inside.
    pub(super) polled_at: Option<Timestamp>,
    pub(super) auto_commit_at: Option<Timestamp>,
    /// The record that was processed last and that [`CommitPolicy::AfterBatch`] is yet to commit.
    pub(super) owes_commit: Option<ConsumedRecord>,
    /// Whether the end has come as far as LeaveGroup.
    pub(super) has_said_goodbye: bool,
    /// How far the preparation of a rebalance, or of the end, is.
    pub(super) preparation: Preparation,
}

/// Before a rebalance positions are committed, and then partitions given up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Preparation {
    NotBegun,
    Committing,
    Committed,
}

impl Default for PollLoop {
    fn default() -> Self {
        PollLoop {
            queue: VecDeque::new(),
            batch: VecDeque::new(),
            worker: Worker::Idle,
            polled_at: None,
            auto_commit_at: None,
            owes_commit: None,
            has_said_goodbye: false,
            preparation: Preparation::NotBegun,
        }
    }
}

impl Consumer {
    /// Does what is due. Returns whether anything was.
    pub(super) fn poll_step(&mut self, now: Timestamp) -> bool {
        if matches!(self.phase, Phase::Closing { .. }) {
            return self.closing_step(now);
        }
        let mut has_moved = self.program_step(now);
        if self.settings.group_id.is_some() {
            has_moved |= self.find_coordinator(now);
        }
        let is_in_poll = self.is_in_poll();
        if self.uses_group() {
            has_moved |= self.alive_step(now);
            has_moved |= self.may_rebalance(is_in_poll) && self.rejoin_step(now);
        }
        if is_in_poll || self.settings.kind == ClientKind::Librdkafka {
            if self.partitions.values().any(|state| state.stage != Stage::Reading) {
                has_moved |= self.settings.group_id.is_some() && self.send_offset_fetch(now);
                has_moved |= self.send_list_offsets(now);
            }
            has_moved |= self.auto_commit_step(now);
            has_moved |= self.fetch_step(now);
        }
        has_moved
    }

    /// Whether the program waits for records.
    pub(super) fn is_in_poll(&self) -> bool {
        self.poll.worker == Worker::Idle && self.poll.batch.is_empty()
    }

    /// librdkafka rebalances while the program works, unless it left because the program works for too long.
    fn may_rebalance(&self, is_in_poll: bool) -> bool {
        is_in_poll || (self.settings.kind == ClientKind::Librdkafka && !self.group.has_left_early)
    }

    /// Goes on with the program until it has to wait.
    pub(super) fn program_step(&mut self, now: Timestamp) -> bool {
        let mut has_moved = false;
        loop {
            match &self.poll.worker {
                Worker::Committing { .. } => return has_moved,
                Worker::Processing { until, .. } if *until > now => return has_moved,
                Worker::Processing { .. } => {
                    if let Worker::Processing { record, .. } = std::mem::replace(&mut self.poll.worker, Worker::Idle) {
                        self.finished(now, record);
                    }
                }
                Worker::Idle => {
                    if self.settings.is_driven {
                        return has_moved;
                    }
                    if let Some(record) = self.poll.batch.pop_front() {
                        self.begin(now, record);
                    } else if !self.poll_again(now) {
                        return has_moved;
                    }
                }
            }
            has_moved = true;
        }
    }

    /// Commits the batch that is done, or takes the next. Returns whether there is something to go on with.
    fn poll_again(&mut self, now: Timestamp) -> bool {
        self.poll.polled_at = None;
        if let Some(record) = self.poll.owes_commit.take() {
            let offsets = self.processed_offsets();
            self.poll.worker = Worker::Committing { record, is_processed: true };
            if !self.send_commit(now, offsets, CommitFor::Worker(0)) {
                self.worker_committed(now, Err(ErrorCode::CoordinatorNotAvailable));
            }
            return true;
        }
        // A rebalance comes before the next records.
        self.take_batch(now)
    }

    fn begin(&mut self, now: Timestamp, record: ConsumedRecord) {
        if self.settings.commit_policy == CommitPolicy::BeforeEach {
            let offsets = offset_after(&record);
            self.poll.worker = Worker::Committing { record, is_processed: false };
            if !self.send_commit(now, offsets, CommitFor::Worker(0)) {
                self.worker_committed(now, Err(ErrorCode::CoordinatorNotAvailable));
            }
            return;
        }
        self.work_on(now, record);
    }

    fn work_on(&mut self, now: Timestamp, record: ConsumedRecord) {
        let until = now + self.settings.processing_time;
        self.emit(|| ConsumerEvent::ProcessingStarted { partition: record.place(), offset: record.offset, until });
        self.poll.worker = Worker::Processing { record, until };
    }

    fn finished(&mut self, now: Timestamp, record: ConsumedRecord) {
        self.processed_count += 1;
        self.emit(|| ConsumerEvent::ProcessingFinished { partition: record.place(), offset: record.offset });
        if self.settings.commit_policy == CommitPolicy::AfterBatch {
            self.poll.owes_commit = Some(record.clone());
        }
        if self.settings.commit_policy == CommitPolicy::AfterEach {
            let offsets = offset_after(&record);
            self.poll.worker = Worker::Committing { record, is_processed: true };
            if !self.send_commit(now, offsets, CommitFor::Worker(0)) {
                self.worker_committed(now, Err(ErrorCode::CoordinatorNotAvailable));
            }
            return;
        }
        self.poll.worker = Worker::Idle;
    }

    /// The commit that the program waited for is answered. After a refusal a careful program leaves its loop over the
    /// batch and polls again: the rest is not its own any more, or comes again.
    pub(super) fn worker_committed(&mut self, now: Timestamp, outcome: Result<(), ErrorCode>) {
        let Worker::Committing { record, is_processed } = std::mem::replace(&mut self.poll.worker, Worker::Idle) else {
            return;
        };
        match outcome {
            Ok(()) if is_processed => {}
            Ok(()) => self.work_on(now, record),
            Err(_) => {
                let mut back = offset_after(&record);
                if !is_processed {
                    back.values_mut().for_each(|offset| *offset -= 1);
                }
                self.put_back(back);
            }
        }
    }

    /// The program lets go of its batch; what it has not begun with comes again, if the partitions stay its own.
    pub(super) fn put_back(&mut self, mut back: SmallMap<TopicPartition, i64>) {
        for record in self.poll.batch.drain(..) {
            let partition = TopicPartition::new(record.topic, record.partition);
            let offset = back.entry(partition).or_insert(record.offset);
            *offset = (*offset).min(record.offset);
        }
        for (partition, offset) in back {
            let is_ahead = |position: i64| position > offset;
            let Some(state) = self.partitions.get_mut(&partition) else { continue };
            if state.position.is_some_and(is_ahead) {
                state.move_to(offset, -1);
                self.drop_queued(&partition);
            }
        }
    }

    /// What poll returns: records of what came, oldest answer first. Returns whether there are any.
    pub(super) fn take_batch(&mut self, now: Timestamp) -> bool {
        if self.phase != Phase::Running || self.is_rebalance_due(now) {
            return false;
        }
        let mut held_back = VecDeque::new();
        while self.poll.batch.len() < self.settings.max_poll_records {
            let Some(mut came) = self.poll.queue.pop_front() else { break };
            let Some(state) = self.partitions.get_mut(&came.partition) else { continue };
            if state.turn != came.turn {
                continue;
            }
            if state.is_paused {
                held_back.push_back(came);
                continue;
            }
            let room = self.settings.max_poll_records - self.poll.batch.len();
            let count = came.fetched.records.len().min(room);
            let records = came.fetched.records.drain(..count);
            for record in records {
                state.position = Some(record.offset + 1);
                state.leader_epoch = record.leader_epoch;
                self.poll.batch.push_back(record);
            }
            if came.fetched.records.is_empty() {
                state.position = Some(came.fetched.next_offset);
            } else {
                held_back.push_back(came);
                break;
            }
            if self.settings.kind == ClientKind::Librdkafka {
                state.resolved = state.position;
            }
        }
        self.store_handed_out();
        while let Some(came) = held_back.pop_back() {
            self.poll.queue.push_front(came);
        }
        let has_records = !self.poll.batch.is_empty();
        if has_records {
            self.poll.polled_at = Some(now);
            // Java asks for the next records before it returns these.
            self.fetch_step(now);
        }
        has_records
    }

    /// librdkafka takes what it hands out for processed: `enable.auto.offset.store`.
    fn store_handed_out(&mut self) {
        if self.settings.kind != ClientKind::Librdkafka {
            return;
        }
        for record in &self.poll.batch {
            let partition = TopicPartition::new(record.topic.clone(), record.partition);
            if let Some(state) = self.partitions.get_mut(&partition) {
                state.resolved = Some(record.offset + 1);
            }
        }
    }

    /// Whether Java's poll would rebalance before it hands out records.
    fn is_rebalance_due(&self, now: Timestamp) -> bool {
        self.settings.kind == ClientKind::Java
            && self.uses_group()
            && self.group.rejoin.is_some()
            && self.group.join_at.is_none_or(|at| at <= now)
            && self.group.coordinator.is_some()
    }

    /// Asks leaders for what is not there yet, one request each at a time.
    pub(super) fn fetch_step(&mut self, now: Timestamp) -> bool {
        let has_room = self.has_room();
        let may = |this: &Consumer, partition: &TopicPartition| {
            has_room || !this.poll.queue.iter().any(|came| came.partition == *partition)
        };
        let asked = self.fetchable(now, may, |this, node_id| !this.fetches.contains_key(&node_id));
        let has_asked = !asked.is_empty();
        for (node_id, partitions) in asked {
            self.send_fetch(now, node_id, partitions);
        }
        has_asked
    }

    /// Whether partitions that are in the queue are fetched nevertheless: Java fetches no more before all is taken,
    /// librdkafka goes on up to `queued.min.messages`.
    fn has_room(&self) -> bool {
        let queued = self.poll.queue.iter().map(|came| came.fetched.records.len());
        self.settings.kind == ClientKind::Librdkafka && queued.sum::<usize>() < self.settings.queued_min_messages.max(1)
    }

    /// Takes in what a Fetch brought.
    pub(super) fn queue_came(&mut self, came: Vec<Came>) {
        for came in came {
            let Some(state) = self.partitions.get_mut(&came.partition) else { continue };
            if came.fetched.had_records {
                state.fetch_position = came.fetched.next_offset;
                self.poll.queue.push_back(came);
            }
        }
    }

    /// Forgets what is queued of a partition, since it goes on elsewhere.
    pub(super) fn drop_queued(&mut self, partition: &TopicPartition) {
        self.poll.queue.retain(|came| came.partition != *partition);
        self.poll.batch.retain(|record| record.topic != partition.topic || record.partition != partition.partition);
    }

    fn auto_commit_step(&mut self, now: Timestamp) -> bool {
        let is_due = self.settings.commit_policy == CommitPolicy::Auto && self.settings.group_id.is_some();
        if !is_due || self.poll.auto_commit_at.is_none_or(|at| at > now) || self.is_between_generations() {
            return false;
        }
        self.poll.auto_commit_at = self.settings.auto_commit_interval.map(|interval| now + interval);
        let offsets = self.own_commit();
        if self.group.coordinator.is_none() {
            self.poll.auto_commit_at = Some(now + self.settings.retry_backoff.first);
            return false;
        }
        self.send_commit(now, offsets, CommitFor::Timer)
    }

    fn is_between_generations(&self) -> bool {
        self.uses_group() && !self.group.is_member()
    }

    /// What the library commits by itself: Java every position, changed or not; librdkafka what was handed out since.
    pub(super) fn own_commit(&self) -> SmallMap<TopicPartition, i64> {
        if self.settings.kind == ClientKind::Librdkafka {
            let stored = self.partitions.iter().filter_map(|(partition, state)| {
                let stored = state.resolved.filter(|stored| Some(*stored) != state.committed)?;
                Some((partition.clone(), stored))
            });
            return stored.collect();
        }
        let positions = self.partitions.iter();
        positions.filter_map(|(partition, state)| Some((partition.clone(), state.position?))).collect()
    }
}

fn offset_after(record: &ConsumedRecord) -> SmallMap<TopicPartition, i64> {
    [(TopicPartition::new(record.topic.clone(), record.partition), record.offset + 1)].into()
}
