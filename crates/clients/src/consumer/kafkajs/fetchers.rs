//! One loop a broker: look for offsets, fetch, wait until the workers are done with what came, and again.

use super::super::fetching::Came;
use super::super::group::{REBALANCING, TOPICS_CHANGED};
use super::super::partition::Stage as PartitionStage;
use super::super::program::{CommitFor, CommitPolicy};
use super::super::settings::StartAt;
use super::super::{Consumer, ConsumerEvent, Phase, PositionCause};
use super::{Problem, Stage};
use crate::TopicPartition;
use runnel_protocol::{ErrorCode, Timestamp};

/// How far a fetcher is in its round.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Fetcher {
    /// The round may begin.
    Ready,
    /// Metadata is too old and is awaited.
    Refreshing,
    /// Offsets to begin at are awaited, or seeks to be written.
    Resolving,
    /// Fetch is under way.
    Fetching,
    /// It has no partition to fetch, and looks again then.
    Sleeping { until: Timestamp },
    /// A heartbeat is awaited, after nothing came.
    Heartbeat,
    /// Workers have so many batches of it.
    Handling { left_count: usize, problem: Option<Problem> },
    /// It is over.
    Ended,
}

impl Consumer {
    /// Makes a fetcher for each broker.
    pub(super) fn kafkajs_consumes(&mut self) {
        let nodes = self.metadata.brokers().keys();
        self.kafkajs.fetchers = nodes.map(|node_id| (*node_id, Fetcher::Ready)).collect();
        self.kafkajs.stage = Stage::Consuming;
    }

    /// Has all fetchers come to their ends. The first problem counts.
    pub(super) fn kafkajs_stops(&mut self, problem: Problem) {
        if self.kafkajs.stage == Stage::Consuming {
            self.kafkajs.stage = Stage::Stopping(problem);
        }
        for fetcher in self.kafkajs.fetchers.values_mut() {
            if matches!(fetcher, Fetcher::Ready | Fetcher::Refreshing | Fetcher::Resolving) {
                *fetcher = Fetcher::Ended;
            }
        }
    }

    fn is_stopping(&self) -> bool {
        matches!(self.kafkajs.stage, Stage::Stopping(_))
    }

    pub(super) fn fetchers_step(&mut self, now: Timestamp) -> bool {
        let mut has_moved = false;
        let mut index = 0;
        while let Some((node_id, fetcher)) = self.kafkajs.fetchers.get_at(index) {
            index += 1;
            // Most of them wait: a look tells without a copy.
            let waits = match fetcher {
                Fetcher::Fetching | Fetcher::Heartbeat | Fetcher::Ended => true,
                Fetcher::Handling { left_count, .. } => *left_count > 0,
                Fetcher::Sleeping { until } => *until > now,
                Fetcher::Ready | Fetcher::Refreshing | Fetcher::Resolving => false,
            };
            if waits {
                continue;
            }
            let (node_id, fetcher) = (*node_id, fetcher.clone());
            let next = match fetcher {
                Fetcher::Ready if self.is_stopping() => Some(Fetcher::Ended),
                Fetcher::Ready => self.fetcher_begins(now),
                Fetcher::Refreshing if self.metadata.is_refreshing() => None,
                Fetcher::Refreshing => Some(self.fetcher_resolves(now, node_id)),
                Fetcher::Resolving if self.is_stopping() => Some(Fetcher::Ended),
                Fetcher::Resolving if self.is_resolving() => self.kafkajs_asks_for_offsets(now).then_some(fetcher),
                Fetcher::Resolving => Some(self.fetcher_fetches(now, node_id)),
                Fetcher::Sleeping { until } if until <= now => Some(self.fetcher_beats(now)),
                Fetcher::Handling { left_count: 0, problem } => match problem {
                    None => Some(Fetcher::Ready),
                    Some(problem) => {
                        self.kafkajs_stops(problem);
                        Some(Fetcher::Ended)
                    }
                },
                Fetcher::Fetching
                | Fetcher::Sleeping { .. }
                | Fetcher::Heartbeat
                | Fetcher::Handling { .. }
                | Fetcher::Ended => None,
            };
            if let Some(next) = next {
                has_moved = true;
                if let Some(fetcher) = self.kafkajs.fetchers.get_mut(&node_id) {
                    *fetcher = next;
                }
            }
        }
        has_moved
    }

    /// The beginning of a round: are brokers and metadata still what they were?
    fn fetcher_begins(&mut self, now: Timestamp) -> Option<Fetcher> {
        let known = self.metadata.brokers();
        if !known.is_empty() && !known.keys().eq(self.kafkajs.fetchers.keys()) {
            self.kafkajs_stops(Problem::OtherBrokers);
            return Some(Fetcher::Ended);
        }
        if self.metadata.is_stale(now) && !self.metadata.is_refreshing() {
            self.metadata.demand();
        }
        Some(Fetcher::Refreshing)
    }

    fn fetcher_resolves(&mut self, now: Timestamp, node_id: i32) -> Fetcher {
        if self.is_stopping() {
            return Fetcher::Ended;
        }
        let has_grown = self
            .kafkajs
            .partition_counts
            .iter()
            .any(|(topic, count)| self.metadata.partitions_count(topic).is_some_and(|known| known > *count));
        if self.uses_group() && has_grown {
            self.kafkajs_stops(Problem::OtherPartitions);
            return Fetcher::Ended;
        }
        self.write_seeks(now);
        if self.is_resolving() {
            self.kafkajs_asks_for_offsets(now);
        }
        if self.is_resolving() { Fetcher::Resolving } else { self.fetcher_fetches(now, node_id) }
    }

    /// Whether any partition has no offset to begin at.
    fn is_resolving(&self) -> bool {
        self.partitions.values().any(|state| state.stage != PartitionStage::Reading)
    }

    fn kafkajs_asks_for_offsets(&mut self, now: Timestamp) -> bool {
        let has_asked = self.settings.group_id.is_some() && self.send_offset_fetch(now);
        // What the group has no offsets for is asked in one request, when all is known.
        let awaits = |state: &PartitionStage| matches!(state, PartitionStage::AwaitsCommitted);
        let is_waiting = self.partitions.values().any(|state| awaits(&state.stage));
        has_asked || (!is_waiting && self.send_list_offsets(now))
    }

    /// A seek is written down as the group's offset and read back, or only remembered if the program commits.
    fn write_seeks(&mut self, now: Timestamp) {
        let seeks = std::mem::take(&mut self.kafkajs.seeks);
        for (partition, to) in seeks {
            if !self.partitions.contains_key(&partition) {
                continue;
            }
            match to {
                StartAt::Offset(offset) if self.settings.commit_policy != CommitPolicy::Auto => {
                    self.move_position(&partition, offset, -1, PositionCause::Seek);
                    self.resolve(&partition, offset);
                }
                StartAt::Offset(offset) => self.commit_place(now, &partition, offset),
                StartAt::Earliest => self.commit_place(now, &partition, -2),
                StartAt::Latest => self.commit_place(now, &partition, -1),
            }
        }
    }

    pub(super) fn commit_place(&mut self, now: Timestamp, partition: &TopicPartition, offset: i64) {
        let offsets = [(partition.clone(), offset)].into();
        if let Some(state) = self.partitions.get_mut(partition) {
            state.look_for(PartitionStage::AwaitsCommitted);
            state.resolved = None;
            state.committed = None;
        }
        if !self.send_commit(now, offsets, CommitFor::Seek(partition.clone()))
            && let Some(state) = self.partitions.get_mut(partition)
        {
            state.stage = PartitionStage::NeedsCommitted;
        }
    }

    /// OFFSET_OUT_OF_RANGE: kafkajs commits the default place and reads it back.
    pub(in super::super) fn kafkajs_out_of_range(&mut self, now: Timestamp, partition: &TopicPartition, offset: i64) {
        let policy = self.settings.auto_offset_reset;
        let event = ConsumerEvent::OffsetReset {
            partition: partition.clone(),
            policy,
            reason: "the offset is out of range".to_owned(),
            offset: Some(offset),
        };
        self.emit(|| event);
        let place = if policy == super::super::OffsetReset::Earliest { -2 } else { -1 };
        self.kafkajs.fetch_error.get_or_insert(ErrorCode::OffsetOutOfRange);
        self.commit_place(now, partition, place);
    }

    /// A partition's part of an answer has an error.
    pub(in super::super) fn kafkajs_fetch_failed(&mut self, error: ErrorCode) {
        self.kafkajs.fetch_error.get_or_insert(error);
    }

    fn fetcher_fetches(&mut self, now: Timestamp, node_id: i32) -> Fetcher {
        let Consumer { partitions, .. } = self;
        for state in partitions.values_mut() {
            // An offset that was resolved counts, also of a batch that failed half way.
            if let (PartitionStage::Reading, Some(position)) = (state.stage, state.position) {
                state.fetch_position = state.resolved.unwrap_or(position);
            }
        }
        let mut by_leader = self.fetchable(now, |_, _| true, |_, leader| leader == node_id);
        match by_leader.remove(&node_id) {
            Some(partitions) => {
                self.send_fetch(now, node_id, partitions);
                Fetcher::Fetching
            }
            None => Fetcher::Sleeping { until: now + self.settings.fetch_max_wait },
        }
    }

    /// A heartbeat after nothing came, if one is due.
    fn fetcher_beats(&mut self, now: Timestamp) -> Fetcher {
        if self.kafkajs_beats(now) { Fetcher::Heartbeat } else { Fetcher::Ready }
    }

    /// Takes in what a Fetch brought.
    pub(in super::super) fn kafkajs_came(&mut self, now: Timestamp, node_id: i32, came: Vec<Came>) {
        let error = self.kafkajs.fetch_error.take();
        let stops = self.is_stopping();
        let next = match error {
            _ if stops => Fetcher::Ended,
            Some(error) if crate::metadata::is_stale(error) => {
                self.kafkajs_stops(Problem::Stale);
                Fetcher::Ended
            }
            Some(ErrorCode::OffsetOutOfRange) => self.fetcher_beats(now),
            Some(error) => {
                self.kafkajs_stops(Problem::Other(error.message().to_owned()));
                Fetcher::Ended
            }
            None => {
                let seeks = &self.kafkajs.seeks;
                let partitions = &self.partitions;
                let is_wanted = |came: &Came| {
                    let is_paused = partitions.get(&came.partition).is_some_and(|state| state.is_paused);
                    !seeks.contains_key(&came.partition) && !is_paused
                };
                let wanted: Vec<Came> = came.into_iter().filter(is_wanted).collect();
                let left_count = wanted.len();
                self.kafkajs.queue.extend(wanted);
                if left_count == 0 { self.fetcher_beats(now) } else { Fetcher::Handling { left_count, problem: None } }
            }
        };
        if let Some(fetcher) = self.kafkajs.fetchers.get_mut(&node_id) {
            *fetcher = next;
        }
    }

    /// A Fetch has no answer: the connection is gone.
    pub(super) fn kafkajs_fetch_lost(&mut self, node_id: i32) {
        let next = if self.is_stopping() { Fetcher::Ended } else { Fetcher::Ready };
        if let Some(fetcher) = self.kafkajs.fetchers.get_mut(&node_id) {
            *fetcher = next;
        }
    }

    /// Once every fetcher has ended, does what they ended for.
    pub(super) fn kafkajs_stopped(&mut self, now: Timestamp, problem: &Problem) -> bool {
        let is_over = self.kafkajs.fetchers.values().all(|fetcher| *fetcher == Fetcher::Ended);
        if !is_over {
            return false;
        }
        self.kafkajs.fetchers.clear();
        self.kafkajs.queue.clear();
        if matches!(self.phase, Phase::Closing { .. }) {
            self.kafkajs_leaves(now, None);
            return true;
        }
        match problem {
            Problem::Rebalancing => {
                self.group.rejoin = Some(REBALANCING.to_owned());
                self.kafkajs.stage = Stage::Joining;
            }
            Problem::UnknownMember => {
                self.group.reset(false, "the coordinator does not know the member");
                self.kafkajs.stage = Stage::Joining;
            }
            Problem::Stale => {
                self.group.rejoin = Some("metadata is out of date".to_owned());
                self.metadata.demand();
                self.kafkajs.stage = Stage::JoinMetadata;
            }
            Problem::OtherPartitions => {
                self.group.rejoin = Some(TOPICS_CHANGED.to_owned());
                self.kafkajs.stage = Stage::Joining;
            }
            Problem::OtherBrokers => self.kafkajs_consumes(),
            Problem::Other(reason) => self.kafkajs_consumes_later(now, reason),
            Problem::Closing => self.kafkajs_leaves(now, None),
        }
        true
    }
}
