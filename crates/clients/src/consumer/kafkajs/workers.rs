//! The hands of a kafkajs program: each takes one partition's batch after the other, message by message.

use super::super::fetching::Came;
use super::super::program::{CommitFor, CommitPolicy};
use super::super::record::ConsumedRecord;
use super::super::{Consumer, ConsumerEvent, Phase};
use super::fetchers::Fetcher;
use super::{Problem, Stage};
use crate::TopicPartition;
use runnel_protocol::{ErrorCode, SmallMap, Timestamp};

/// One hand.
#[derive(Clone, Debug, Default)]
pub(super) struct Worker {
    pub(super) step: Step,
    batch: Option<Came>,
    node_id: i32,
}

/// How far it is with its batch.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) enum Step {
    /// It has no batch.
    #[default]
    Idle,
    /// The next message is due, or the end of the batch.
    Next,
    /// The program works.
    Processing { record: ConsumedRecord, until: Timestamp },
    /// The program waits for a commit of its own.
    Committing { record: ConsumedRecord, is_processed: bool },
    /// A heartbeat is awaited, after a message or after the batch.
    Heartbeat { is_last: bool },
    /// The library's commit is awaited.
    AutoCommit { then: AfterCommit },
}

/// What follows the library's commit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum AfterCommit {
    /// The next message.
    Next,
    /// The heartbeat that ends the batch.
    LastHeartbeat,
    /// The batch fails.
    Problem(Problem),
}

impl Worker {
    pub(super) fn records_left(&self) -> usize {
        self.batch.as_ref().map_or(0, |batch| batch.fetched.records.len())
    }
}

impl Consumer {
    /// Sends a heartbeat if the last is an interval ago, or joins in one that is under way. Returns whether there is
    /// an answer to wait for.
    pub(super) fn kafkajs_beats(&mut self, now: Timestamp) -> bool {
        if self.group.is_beating {
            return true;
        }
        let is_due = now >= self.kafkajs.last_request + self.settings.heartbeat_interval;
        is_due && self.group.is_member() && self.send_heartbeat(now)
    }

    /// A heartbeat is answered: whoever waited for it goes on, or fails.
    pub(in super::super) fn kafkajs_heartbeat(&mut self, now: Timestamp, outcome: Result<(), ErrorCode>) {
        if outcome.is_ok() {
            self.kafkajs.last_request = now;
        }
        let mut problems = Vec::new();
        for fetcher in self.kafkajs.fetchers.values_mut() {
            if *fetcher == Fetcher::Heartbeat {
                *fetcher = Fetcher::Ready;
                if let Err(error) = outcome {
                    *fetcher = Fetcher::Ended;
                    problems.push(Problem::of(error));
                }
            }
        }
        if let Some(problem) = problems.into_iter().next() {
            if problem == Problem::Rebalancing && self.settings.commit_policy == CommitPolicy::Auto {
                let offsets = self.uncommitted();
                self.send_commit(now, offsets, CommitFor::Rebalance);
            }
            self.kafkajs_stops(problem);
        }
        for index in 0..self.kafkajs.workers.len() {
            let Step::Heartbeat { is_last } = self.kafkajs.workers[index].step else { continue };
            match outcome {
                Ok(()) => self.after_heartbeat(now, index, is_last),
                Err(error) => self.heartbeat_failed(now, index, Problem::of(error)),
            }
        }
    }

    /// Before it fails for a rebalance, a batch's progress is committed.
    fn heartbeat_failed(&mut self, now: Timestamp, index: usize, problem: Problem) {
        if problem == Problem::Rebalancing {
            self.auto_commits(now, index, AfterCommit::Problem(problem));
        } else {
            self.batch_over(index, Some(problem));
        }
    }

    fn after_heartbeat(&mut self, now: Timestamp, index: usize, is_last: bool) {
        if is_last {
            self.batch_over(index, None);
        } else {
            self.commits_if_necessary(now, index);
        }
    }

    pub(super) fn workers_step(&mut self, now: Timestamp) -> bool {
        let mut has_moved = false;
        for index in 0..self.kafkajs.workers.len() {
            has_moved |= self.worker_step(now, index);
        }
        has_moved
    }

    fn worker_step(&mut self, now: Timestamp, index: usize) -> bool {
        match &mut self.kafkajs.workers[index].step {
            Step::Idle => {
                let Some(batch) = self.kafkajs.queue.pop_front() else { return false };
                self.begin_batch(now, index, batch);
            }
            Step::Next => self.next_message(now, index),
            Step::Processing { until, .. } if *until > now => return false,
            step @ Step::Processing { .. } => {
                if let Step::Processing { record, .. } = std::mem::take(step) {
                    self.processed(now, index, record);
                }
            }
            Step::Committing { .. } | Step::Heartbeat { .. } | Step::AutoCommit { .. } => return false,
        }
        true
    }

    fn begin_batch(&mut self, now: Timestamp, index: usize, batch: Came) {
        let leader = self.metadata.leader_of(&batch.partition.topic, batch.partition.partition);
        let node_id = self.fetcher_of(leader.map(|leader| leader.node_id));
        let is_empty = batch.fetched.records.is_empty();
        // All that came may have been markers, or aborted: then there is nothing to see, and still a place to move to.
        let filtered = (is_empty && batch.fetched.had_records).then(|| {
            let last = batch.fetched.last_offset.unwrap_or(batch.fetched.next_offset - 1);
            (batch.partition.clone(), last + 1)
        });
        let worker = &mut self.kafkajs.workers[index];
        worker.batch = Some(batch);
        worker.node_id = node_id;
        if let Some((partition, offset)) = filtered {
            self.resolve(&partition, offset);
            if self.is_commit_necessary(now) {
                return self.auto_commits(now, index, AfterCommit::LastHeartbeat);
            }
        }
        if is_empty {
            self.last_heartbeat(now, index);
        } else {
            self.kafkajs.workers[index].step = Step::Next;
        }
    }

    /// The fetcher whose batches are waited for; leaders may have changed since.
    fn fetcher_of(&self, leader: Option<i32>) -> i32 {
        let waits = |node_id: &i32| {
            let fetcher = self.kafkajs.fetchers.get(node_id);
            fetcher.is_some_and(|fetcher| matches!(fetcher, Fetcher::Handling { left_count, .. } if *left_count > 0))
        };
        let any = self.kafkajs.fetchers.keys().copied().find(waits);
        leader.filter(waits).or(any).unwrap_or(0)
    }

    fn next_message(&mut self, now: Timestamp, index: usize) {
        let is_closing = matches!(self.phase, Phase::Closing { .. });
        let Some(batch) = &mut self.kafkajs.workers[index].batch else {
            self.kafkajs.workers[index].step = Step::Idle;
            return;
        };
        let stops = is_closing || self.kafkajs.seeks.contains_key(&batch.partition);
        let is_paused = self.partitions.get(&batch.partition).is_some_and(|state| state.is_paused);
        let record = if stops || is_paused { None } else { batch.fetched.records.pop_front() };
        match record {
            Some(record) if self.settings.commit_policy == CommitPolicy::BeforeEach => {
                let offsets = after(&record);
                self.program_commits(now, index, record, offsets, false);
            }
            Some(record) => self.works(now, index, record),
            None => self.end_batch(now, index),
        }
    }

    fn works(&mut self, now: Timestamp, index: usize, record: ConsumedRecord) {
        let until = now + self.settings.processing_time;
        self.emit(|| ConsumerEvent::ProcessingStarted { partition: record.place(), offset: record.offset, until });
        self.kafkajs.workers[index].step = Step::Processing { record, until };
    }

    fn processed(&mut self, now: Timestamp, index: usize, record: ConsumedRecord) {
        self.processed_count += 1;
        self.emit(|| ConsumerEvent::ProcessingFinished { partition: record.place(), offset: record.offset });
        if self.settings.commit_policy == CommitPolicy::AfterEach {
            let offsets = after(&record);
            self.program_commits(now, index, record, offsets, true);
        } else {
            self.message_done(now, index, &record);
        }
    }

    /// The handler returned: the message is resolved, and a heartbeat may be due.
    fn message_done(&mut self, now: Timestamp, index: usize, record: &ConsumedRecord) {
        let partition = TopicPartition::new(record.topic.clone(), record.partition);
        self.resolve(&partition, record.offset + 1);
        if self.kafkajs_beats(now) {
            self.kafkajs.workers[index].step = Step::Heartbeat { is_last: false };
        } else {
            self.commits_if_necessary(now, index);
        }
    }

    /// The next offset to fetch, and to commit.
    pub(super) fn resolve(&mut self, partition: &TopicPartition, offset: i64) {
        if let Some(state) = self.partitions.get_mut(partition) {
            state.resolved = Some(offset);
            state.position = Some(offset);
        }
    }

    fn program_commits(
        &mut self,
        now: Timestamp,
        index: usize,
        record: ConsumedRecord,
        offsets: SmallMap<TopicPartition, i64>,
        is_processed: bool,
    ) {
        self.kafkajs.workers[index].step = Step::Committing { record, is_processed };
        if !self.send_commit(now, offsets, CommitFor::Worker(index)) {
            self.kafkajs_committed(now, CommitFor::Worker(index), Err(ErrorCode::CoordinatorNotAvailable));
        }
    }

    fn is_commit_necessary(&self, now: Timestamp) -> bool {
        if self.settings.commit_policy != CommitPolicy::Auto {
            return false;
        }
        let interval = self.settings.auto_commit_interval;
        let is_time = interval.is_some_and(|interval| now >= self.kafkajs.last_commit + interval);
        let is_enough = self.settings.auto_commit_threshold.is_some_and(|threshold| self.resolved_count() >= threshold);
        is_time || is_enough
    }

    fn resolved_count(&self) -> i64 {
        let one = |state: &super::super::partition::Partition| Some(state.resolved? - state.committed.unwrap_or(0));
        self.partitions.values().filter_map(one).sum()
    }

    fn commits_if_necessary(&mut self, now: Timestamp, index: usize) {
        if self.is_commit_necessary(now) {
            self.auto_commits(now, index, AfterCommit::Next);
        } else {
            self.kafkajs.workers[index].step = Step::Next;
        }
    }

    fn end_batch(&mut self, now: Timestamp, index: usize) {
        if self.settings.commit_policy == CommitPolicy::AfterBatch {
            let offsets = self.uncommitted();
            self.kafkajs.workers[index].step = Step::AutoCommit { then: AfterCommit::LastHeartbeat };
            if self.send_commit(now, offsets, CommitFor::Worker(index)) {
                return;
            }
            return self.last_heartbeat(now, index);
        }
        self.auto_commits(now, index, AfterCommit::LastHeartbeat);
    }

    /// The library commits all that is resolved, of every partition, if it commits at all.
    fn auto_commits(&mut self, now: Timestamp, index: usize, then: AfterCommit) {
        if self.settings.commit_policy == CommitPolicy::Auto {
            let offsets = self.uncommitted();
            if offsets.is_empty() {
                self.kafkajs.last_commit = now;
            } else {
                self.kafkajs.workers[index].step = Step::AutoCommit { then: then.clone() };
                if self.send_commit(now, offsets, CommitFor::Worker(index)) {
                    return;
                }
            }
        }
        self.after_commit(now, index, then);
    }

    fn after_commit(&mut self, now: Timestamp, index: usize, then: AfterCommit) {
        match then {
            AfterCommit::Next => self.kafkajs.workers[index].step = Step::Next,
            AfterCommit::LastHeartbeat => self.last_heartbeat(now, index),
            AfterCommit::Problem(problem) => self.batch_over(index, Some(problem)),
        }
    }

    fn last_heartbeat(&mut self, now: Timestamp, index: usize) {
        if self.kafkajs_beats(now) {
            self.kafkajs.workers[index].step = Step::Heartbeat { is_last: true };
        } else {
            self.batch_over(index, None);
        }
    }

    /// Resolved offsets that are not committed.
    pub(super) fn uncommitted(&self) -> SmallMap<TopicPartition, i64> {
        let changed = self.partitions.iter().filter_map(|(partition, state)| {
            let resolved = state.resolved.filter(|resolved| Some(*resolved) != state.committed && *resolved >= 0)?;
            Some((partition.clone(), resolved))
        });
        changed.collect()
    }

    /// A commit is answered.
    pub(in super::super) fn kafkajs_committed(
        &mut self,
        now: Timestamp,
        purpose: CommitFor,
        outcome: Result<(), ErrorCode>,
    ) {
        if outcome.is_ok() {
            self.kafkajs.last_commit = now;
        }
        match purpose {
            CommitFor::Worker(index) => {
                let Some(worker) = self.kafkajs.workers.get_mut(index) else { return };
                match (std::mem::take(&mut worker.step), outcome) {
                    (Step::AutoCommit { then }, Ok(())) => self.after_commit(now, index, then),
                    (Step::Committing { record, is_processed: true }, Ok(())) => {
                        self.message_done(now, index, &record);
                    }
                    (Step::Committing { record, .. }, Ok(())) => self.works(now, index, record),
                    (Step::AutoCommit { .. } | Step::Committing { .. }, Err(error)) => {
                        self.batch_over(index, Some(Problem::of(error)));
                    }
                    (step @ (Step::Idle | Step::Next | Step::Processing { .. } | Step::Heartbeat { .. }), _) => {
                        self.kafkajs.workers[index].step = step;
                    }
                }
            }
            CommitFor::Seek(partition) => {
                if let Err(error) = outcome {
                    self.kafkajs_stops(Problem::of(error));
                }
                if let Some(state) = self.partitions.get_mut(&partition) {
                    state.look_for(super::super::partition::Stage::NeedsCommitted);
                }
            }
            CommitFor::Timer | CommitFor::Rebalance | CommitFor::Caller => {}
        }
    }

    /// The batch is done with, well or not. Once all of a fetcher's are, it goes on or ends.
    fn batch_over(&mut self, index: usize, problem: Option<Problem>) {
        let node_id = self.kafkajs.workers[index].node_id;
        self.kafkajs.workers[index] = Worker::default();
        if let Some(Fetcher::Handling { left_count, problem: first }) = self.kafkajs.fetchers.get_mut(&node_id) {
            *left_count = left_count.saturating_sub(1);
            if first.is_none() {
                *first = problem;
            }
        }
        debug_assert!(!matches!(self.kafkajs.stage, Stage::Connecting), "batches come from fetchers");
    }
}

fn after(record: &ConsumedRecord) -> SmallMap<TopicPartition, i64> {
    [(TopicPartition::new(record.topic.clone(), record.partition), record.offset + 1)].into()
}
