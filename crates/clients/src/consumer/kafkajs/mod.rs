//! kafkajs's consumer: loops that wait for one another, and nothing in the background.
//!
//! ```text
//! connect -> find coordinator -> join -> (leader: metadata) -> sync -> one fetcher a broker
//!                ^                                                     |
//!                |                        fetch -> batches -> workers: message, heartbeat, message, heartbeat, commit
//!                '---- all fetchers have ended <--- a heartbeat or a commit says that the group rebalances
//! ```
//!
//! A heartbeat is sent after a message, after a batch and after an empty fetch, if the last one was a heartbeat
//! interval ago. So a rebalance is noticed late by who waits for records, and a handler that takes longer than the
//! session costs the member its place.

mod fetchers;
mod joining;
mod workers;

use super::fetching::Came;
use super::record::ConsumedRecord;
use super::settings::StartAt;
use super::{Consumer, Phase};
use crate::TopicPartition;
use crate::backoff::KafkajsRetrier;
use fetchers::Fetcher;
use runnel_protocol::{ErrorCode, SmallMap, Timestamp};
use std::collections::VecDeque;
use workers::{Step, Worker};

/// The loops and what they wait for.
#[derive(Clone, Debug)]
pub(super) struct Loops {
    stage: Stage,
    fetchers: SmallMap<i32, Fetcher>,
    workers: Vec<Worker>,
    queue: VecDeque<Came>,
    /// When the last heartbeat was answered.
    last_request: Timestamp,
    last_commit: Timestamp,
    join_retrier: Option<KafkajsRetrier>,
    fetch_retrier: Option<KafkajsRetrier>,
    seeks: SmallMap<TopicPartition, StartAt>,
    /// The first error in an answer to Fetch: the whole answer is thrown away for it.
    fetch_error: Option<ErrorCode>,
    /// How many partitions each topic had at the latest assignment.
    partition_counts: SmallMap<String, i32>,
}

/// What the consumer as a whole is at.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Stage {
    /// The first metadata is awaited.
    Connecting,
    /// A join may begin.
    Joining,
    /// FindCoordinator, JoinGroup or SyncGroup is under way.
    Asking,
    /// The leader refreshes its metadata before it deals.
    LeaderMetadata,
    /// Metadata is refreshed before the next join, since a broker said that it is out of date.
    JoinMetadata,
    /// Fetchers and workers go round.
    Consuming,
    /// The fetchers come to their ends, because of this.
    Stopping(Problem),
    /// Something is tried again then.
    Waiting { until: Timestamp, then: Next },
    /// LeaveGroup is under way, before the end or a fresh start.
    Leaving(Option<Timestamp>),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Next {
    Join,
    Consume,
    Restart,
}

/// Why fetchers stop.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Problem {
    /// The group rebalances, or the generation is over.
    Rebalancing,
    /// The coordinator does not know the member.
    UnknownMember,
    /// Metadata is out of date.
    Stale,
    /// Topics have other partitions than at the assignment.
    OtherPartitions,
    /// There are other brokers than when the fetchers were made.
    OtherBrokers,
    /// Anything else; it is tried again.
    Other(String),
    /// The consumer is closed.
    Closing,
}

impl Problem {
    fn of(error: ErrorCode) -> Problem {
        let rebalancing = [ErrorCode::RebalanceInProgress, ErrorCode::NotCoordinator, ErrorCode::IllegalGeneration];
        if rebalancing.contains(&error) {
            Problem::Rebalancing
        } else if error == ErrorCode::UnknownMemberId {
            Problem::UnknownMember
        } else {
            Problem::Other(error.message().to_owned())
        }
    }
}

impl Loops {
    pub(super) fn new(workers_count: usize) -> Self {
        Loops {
            stage: Stage::Connecting,
            fetchers: SmallMap::new(),
            workers: vec![Worker::default(); workers_count],
            queue: VecDeque::new(),
            last_request: Timestamp::default(),
            last_commit: Timestamp::default(),
            join_retrier: None,
            fetch_retrier: None,
            seeks: SmallMap::new(),
            fetch_error: None,
            partition_counts: SmallMap::new(),
        }
    }

    pub(super) fn start(&mut self, now: Timestamp) {
        self.last_request = now;
        self.last_commit = now;
    }

    pub(super) fn seek(&mut self, partition: TopicPartition, to: StartAt) {
        self.seeks.insert(partition, to);
    }

    pub(super) fn queued_count(&self) -> usize {
        let of_queue: usize = self.queue.iter().map(|came| came.fetched.records.len()).sum();
        let of_workers: usize = self.workers.iter().map(Worker::records_left).sum();
        of_queue + of_workers
    }

    /// The records that workers have in hand.
    pub(super) fn in_hand(&self) -> impl Iterator<Item = (&ConsumedRecord, Option<Timestamp>)> {
        self.workers.iter().filter_map(|worker| match &worker.step {
            Step::Processing { record, until } => Some((record, Some(*until))),
            Step::Committing { record, .. } => Some((record, None)),
            Step::Idle | Step::Next | Step::Heartbeat { .. } | Step::AutoCommit { .. } => None,
        })
    }
}

impl Consumer {
    /// Goes on with whatever can go on. Returns whether anything did.
    pub(super) fn kafkajs_step(&mut self, now: Timestamp) -> bool {
        if let Phase::Closing { until } = self.phase {
            if until <= now {
                self.closed(now);
                return true;
            }
            if self.kafkajs_begins_to_close(now) {
                return true;
            }
        }
        match self.kafkajs.stage.clone() {
            Stage::Connecting => self.kafkajs_connected(),
            Stage::Joining => self.kafkajs_find(now),
            Stage::Asking | Stage::LeaderMetadata | Stage::JoinMetadata => false,
            Stage::Consuming => {
                let have_worked = self.workers_step(now);
                let have_fetched = self.fetchers_step(now);
                if have_fetched && !have_worked {
                    // Nobody else has anything to do before the fetchers have to wait.
                    while self.only_fetchers_go_on() && self.fetchers_step(now) {}
                }
                have_worked || have_fetched
            }
            Stage::Stopping(problem) => {
                let has_moved = self.workers_step(now);
                let has_moved = self.fetchers_step(now) || has_moved;
                self.kafkajs_stopped(now, &problem) || has_moved
            }
            Stage::Waiting { until, then } => until <= now && self.kafkajs_goes_on(now, then),
            Stage::Leaving(restart_at) => self.kafkajs_left(now, restart_at),
        }
    }

    /// Whether nothing that the fetchers have done concerns workers, metadata or the network's replies.
    fn only_fetchers_go_on(&self) -> bool {
        self.phase == Phase::Running
            && self.kafkajs.stage == Stage::Consuming
            && !self.metadata.is_refreshing()
            && !self.network.has_replies()
    }

    /// Fetchers end, and messages are not begun with, once the consumer is to close.
    fn kafkajs_begins_to_close(&mut self, now: Timestamp) -> bool {
        match &self.kafkajs.stage {
            Stage::Consuming => self.kafkajs.stage = Stage::Stopping(Problem::Closing),
            Stage::Stopping(problem) if *problem != Problem::Closing => {
                self.kafkajs.stage = Stage::Stopping(Problem::Closing);
            }
            Stage::Stopping(_) | Stage::Leaving(None) => return false,
            Stage::Leaving(Some(_)) => self.kafkajs.stage = Stage::Leaving(None),
            Stage::Connecting
            | Stage::Joining
            | Stage::Asking
            | Stage::LeaderMetadata
            | Stage::JoinMetadata
            | Stage::Waiting { .. } => self.kafkajs_leaves(now, None),
        }
        true
    }

    /// Says goodbye, and then starts anew at `restart_at` or ends.
    fn kafkajs_leaves(&mut self, now: Timestamp, restart_at: Option<Timestamp>) {
        self.kafkajs.stage = Stage::Leaving(restart_at);
        let all = self.partitions.keys().cloned().collect();
        self.revoke(all);
        self.kafkajs.queue.clear();
        self.kafkajs.fetchers.clear();
        self.kafkajs.workers.iter_mut().for_each(|worker| *worker = Worker::default());
        let reason = if restart_at.is_some() { "the consumer restarts" } else { "the consumer is being closed" };
        self.send_leave(now, reason);
    }

    fn kafkajs_left(&mut self, now: Timestamp, restart_at: Option<Timestamp>) -> bool {
        if self.asked.values().any(|asked| matches!(asked, super::Asked::LeaveGroup)) {
            return false;
        }
        match restart_at {
            None => self.closed(now),
            Some(until) => {
                self.asked.clear();
                self.network.disconnect_all(now);
                self.group = super::group::Group::new();
                self.fetches.clear();
                self.kafkajs.stage = Stage::Waiting { until, then: Next::Restart };
            }
        }
        true
    }

    /// The count-downs of the loops.
    pub(super) fn kafkajs_deadlines(&self, all: &mut impl Extend<(&'static str, Timestamp)>) {
        if let Stage::Waiting { until, .. } = self.kafkajs.stage {
            all.extend([("retry", until)]);
        }
        for fetcher in self.kafkajs.fetchers.values() {
            if let Fetcher::Sleeping { until } = fetcher {
                all.extend([("sleep", *until)]);
            }
        }
        for worker in &self.kafkajs.workers {
            if let Step::Processing { until, .. } = &worker.step {
                all.extend([("processing", *until)]);
            }
        }
    }

    /// Count-downs that nothing waits for: when the next heartbeat may be sent, and when the session would be over.
    pub(super) fn kafkajs_shown(&self) -> Vec<(&'static str, Timestamp)> {
        if !self.group.is_member() {
            return Vec::new();
        }
        let heartbeat = self.kafkajs.last_request + self.settings.heartbeat_interval;
        let mut all = vec![("heartbeat", heartbeat), ("session", self.group.session_until)];
        if let Some(interval) = self.settings.auto_commit_interval {
            all.push(("auto_commit", self.kafkajs.last_commit + interval));
        }
        all
    }
}
