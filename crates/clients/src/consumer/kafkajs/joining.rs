//! How kafkajs joins: a fresh look for the coordinator each time, and its retry policy around it all.

use super::super::membership::code_of;
use super::super::partition::{Partition, Stage as PartitionStage};
use super::super::{Asked, Consumer, ConsumerEvent, GroupState, Phase};
use super::{Next, Problem, Stage};
use crate::backoff::{KafkajsRetrier, KafkajsRetry};
use crate::metadata::{MetadataFailure, MetadataOutcome};
use crate::{Address, Peer, TopicPartition};
use runnel_protocol::messages::find_coordinator::{FindCoordinatorRequest, FindCoordinatorResponse};
use runnel_protocol::{ErrorCode, Request, Timestamp};

impl Consumer {
    /// The first metadata is there, so the group may be joined.
    pub(super) fn kafkajs_connected(&mut self) -> bool {
        if self.metadata.brokers().is_empty() || self.metadata.is_refreshing() {
            return false;
        }
        let is_complete = self.topics().iter().all(|topic| self.metadata.topic(topic).is_some());
        if is_complete {
            self.kafkajs.stage = Stage::Joining;
        }
        is_complete
    }

    /// Metadata came, or will not.
    pub(in super::super) fn kafkajs_metadata(&mut self, now: Timestamp, outcome: &MetadataOutcome) {
        match outcome {
            MetadataOutcome::Updated { .. } => {
                if self.kafkajs.stage == Stage::LeaderMetadata {
                    self.kafkajs.stage = Stage::Asking;
                    self.send_sync(now, true);
                } else if self.kafkajs.stage == Stage::JoinMetadata {
                    self.kafkajs.stage = Stage::Joining;
                }
            }
            MetadataOutcome::Failed { will_retry: true, .. } => {}
            MetadataOutcome::Failed { failure, will_retry: false } => {
                let is_retriable = match failure {
                    MetadataFailure::NoAnswer(_) => true,
                    MetadataFailure::Topic(error) => error.is_retriable(),
                };
                if self.kafkajs.stage == Stage::Connecting {
                    // The program's own `connect` or `subscribe` throws.
                    self.fail(now, &failure.to_string());
                } else {
                    self.kafkajs_crash(now, &failure.to_string(), is_retriable);
                }
            }
        }
    }

    pub(super) fn kafkajs_find(&mut self, now: Timestamp) -> bool {
        let nodes: Vec<i32> = self.metadata.brokers().keys().copied().collect();
        let bound = u64::try_from(nodes.len()).unwrap_or(u64::MAX);
        let index = usize::try_from(self.random.below(bound)).unwrap_or(0);
        let Some(node_id) = nodes.get(index).copied() else {
            self.metadata.demand();
            return false;
        };
        let request = FindCoordinatorRequest { key: self.group_id().into(), ..Default::default() };
        self.kafkajs.stage = Stage::Asking;
        self.ask(now, Peer::Node { node_id, lane: 0 }, Request::FindCoordinator(request), Asked::FindCoordinator);
        true
    }

    pub(in super::super) fn kafkajs_coordinator(&mut self, now: Timestamp, response: &FindCoordinatorResponse) {
        let error = code_of(response.error_code);
        if error != ErrorCode::None {
            if error.is_retriable() {
                self.metadata.demand();
                self.kafkajs_joins_later(now, error.message());
            } else {
                self.kafkajs_crash(now, error.message(), false);
            }
            return;
        }
        let node_id = response.node_id;
        let port = u16::try_from(response.port).unwrap_or(0);
        self.network.learn(now, node_id, Address { host: response.host.to_string(), port });
        if self.group.coordinator != Some(node_id) {
            self.group.coordinator = Some(node_id);
            let group_id = self.group_id().to_owned();
            self.emit(|| ConsumerEvent::CoordinatorFound { group_id, node_id });
        }
        self.kafkajs_gives_up_all();
        self.send_join(now);
    }

    /// What it had is gone with the old generation.
    fn kafkajs_gives_up_all(&mut self) {
        let all: Vec<TopicPartition> = self.partitions.keys().cloned().collect();
        if self.group.is_member() {
            self.revoke(all);
        } else {
            self.lose_partitions("the group went on without this member");
        }
    }

    pub(in super::super) fn kafkajs_joined(&mut self, now: Timestamp) {
        if self.group.is_leader {
            self.kafkajs.stage = Stage::LeaderMetadata;
            self.metadata.demand();
        } else {
            self.send_sync(now, false);
        }
    }

    pub(in super::super) fn kafkajs_assigned(&mut self, now: Timestamp, assigned: Vec<TopicPartition>) {
        self.group.state = GroupState::Stable;
        self.group.rebalance_until = None;
        self.group.assigned_generation = Some(self.group.generation_id);
        self.kafkajs.join_retrier = None;
        self.kafkajs.fetch_retrier = None;
        self.kafkajs.last_commit = now;
        let topics = self.topics().to_vec();
        self.kafkajs.partition_counts =
            topics.iter().map(|topic| (topic.clone(), self.metadata.partitions_count(topic).unwrap_or(0))).collect();
        // Topics that it never asked for are left out, with a warning.
        let mut assigned = assigned;
        assigned.retain(|partition| topics.iter().any(|topic| *topic == *partition.topic));
        self.assignments_count = self.assignments_count.wrapping_add(1);
        for partition in &assigned {
            self.partitions
                .insert(partition.clone(), Partition::new(PartitionStage::NeedsCommitted, self.assignments_count));
        }
        self.group_assignment.clone_from(&assigned);
        let generation_id = self.group.generation_id;
        let added = assigned.clone();
        self.emit(|| ConsumerEvent::Assigned { generation_id, added, partitions: assigned });
        self.kafkajs_consumes();
    }

    /// JoinGroup or SyncGroup was refused.
    pub(in super::super) fn kafkajs_refused(&mut self, now: Timestamp, error: ErrorCode) {
        self.group.state = GroupState::Unjoined;
        self.group.rebalance_until = None;
        match Problem::of(error) {
            Problem::Rebalancing => self.kafkajs_joins_later(now, error.message()),
            Problem::UnknownMember => {
                self.group.reset(false, "the coordinator does not know the member");
                self.kafkajs_joins_later(now, error.message());
            }
            Problem::Stale
            | Problem::OtherPartitions
            | Problem::OtherBrokers
            | Problem::Other(_)
            | Problem::Closing => self.kafkajs_crash(now, error.message(), error.is_retriable()),
        }
    }

    /// A request of the loops has no answer. Fetches and what comes before them are tried again, as are joins.
    pub(in super::super) fn kafkajs_unanswered(&mut self, now: Timestamp, node_id: Option<i32>, reason: &str) {
        match (&self.kafkajs.stage, node_id) {
            (Stage::Consuming | Stage::Stopping(_), Some(node_id)) => self.kafkajs_fetch_lost(node_id),
            (Stage::Consuming | Stage::Stopping(_), None) => {
                self.kafkajs_stops(Problem::Other(reason.to_owned()));
            }
            (Stage::Asking | Stage::LeaderMetadata, _) => {
                self.group.coordinator = None;
                self.metadata.demand();
                self.kafkajs_joins_later(now, reason);
            }
            (
                Stage::Connecting | Stage::Joining | Stage::JoinMetadata | Stage::Waiting { .. } | Stage::Leaving(_),
                _,
            ) => {}
        }
    }

    fn kafkajs_joins_later(&mut self, now: Timestamp, reason: &str) {
        let random = &mut self.random;
        let retrier =
            self.kafkajs.join_retrier.get_or_insert_with(|| KafkajsRetrier::new(KafkajsRetry::default(), random));
        match retrier.next_wait(random) {
            Some(wait) => self.kafkajs.stage = Stage::Waiting { until: now + wait, then: Next::Join },
            None => self.kafkajs_crash(now, reason, true),
        }
    }

    /// Tries the fetchers again after a while, or starts all over when the tries are used up.
    pub(super) fn kafkajs_consumes_later(&mut self, now: Timestamp, reason: &str) {
        let random = &mut self.random;
        let retrier =
            self.kafkajs.fetch_retrier.get_or_insert_with(|| KafkajsRetrier::new(KafkajsRetry::default(), random));
        match retrier.next_wait(random) {
            Some(wait) => self.kafkajs.stage = Stage::Waiting { until: now + wait, then: Next::Consume },
            None => self.kafkajs_crash(now, reason, true),
        }
    }

    /// What kafkajs logs as "Crash": it leaves the group, and starts anew if trying again may help.
    pub(super) fn kafkajs_crash(&mut self, now: Timestamp, reason: &str, is_retriable: bool) {
        self.kafkajs.join_retrier = None;
        self.kafkajs.fetch_retrier = None;
        if !is_retriable {
            return self.fail(now, reason);
        }
        let wait = KafkajsRetry::default().initial_retry_time;
        let wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
        self.emit(|| ConsumerEvent::Restarting { reason: reason.to_owned(), wait_ms });
        if self.phase == Phase::Running {
            self.kafkajs_leaves(now, Some(now + wait));
        } else {
            self.kafkajs_leaves(now, None);
        }
    }

    pub(super) fn kafkajs_goes_on(&mut self, now: Timestamp, then: Next) -> bool {
        match then {
            Next::Join => self.kafkajs.stage = Stage::Joining,
            Next::Consume => self.kafkajs_consumes(),
            Next::Restart => {
                self.kafkajs.stage = Stage::Connecting;
                self.kafkajs.start(now);
                self.metadata.demand();
            }
        }
        true
    }
}
