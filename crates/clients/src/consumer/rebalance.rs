//! Rebalances of Java's and librdkafka's members: when they join again, and what they give up and get.

use super::group::{GroupState, REBALANCING, SUBSCRIPTION_CHANGED, TOPICS_CHANGED};
use super::partition::{Partition, Stage};
use super::poll::Preparation;
use super::program::{CommitFor, CommitPolicy};
use super::{Consumer, ConsumerEvent};
use crate::assignors::RebalanceProtocol;
use crate::{ClientKind, TopicPartition};
use runnel_protocol::{ErrorCode, SmallSet, Timestamp};

impl Consumer {
    /// Heartbeats, and what happens without: the session and the poll interval.
    pub(super) fn alive_step(&mut self, now: Timestamp) -> bool {
        let is_in_group = matches!(self.group.state, GroupState::Stable | GroupState::Syncing);
        if !is_in_group {
            return false;
        }
        self.rejoin_if_topics_grew();
        if self.group.state == GroupState::Stable && self.group.joined_topics != self.topics() {
            self.group.request_rejoin(SUBSCRIPTION_CHANGED);
        }
        if self.group.state == GroupState::Stable && self.poll_interval_until().is_some_and(|until| until <= now) {
            return self.stayed_away(now);
        }
        if self.group.session_until <= now && self.group.coordinator.is_some() {
            let timeout_ms = u64::try_from(self.settings.session_timeout.as_millis()).unwrap_or(u64::MAX);
            self.emit(|| ConsumerEvent::SessionTimedOut { timeout_ms });
            self.group.session_until = now + self.settings.session_timeout;
            self.lose_coordinator(now, "no heartbeat was answered for the whole session time-out");
            return true;
        }
        let is_due = self.group.heartbeat_at <= now && !self.group.is_beating;
        is_due && self.send_heartbeat(now)
    }

    /// The end of the poll interval, while the program is outside of poll.
    pub(super) fn poll_interval_until(&self) -> Option<Timestamp> {
        self.poll.polled_at.map(|at| at + self.settings.max_poll_interval)
    }

    /// The program did not come back to poll in time: the member leaves, so that others can have its partitions.
    fn stayed_away(&mut self, now: Timestamp) -> bool {
        let interval_ms = u64::try_from(self.settings.max_poll_interval.as_millis()).unwrap_or(u64::MAX);
        self.emit(|| ConsumerEvent::PollIntervalExceeded { interval_ms });
        self.group.has_left_early = true;
        self.send_leave(now, "consumer poll timeout has expired.");
        self.forget_membership("the poll interval was exceeded, and the member had left");
        if self.settings.kind == ClientKind::Librdkafka {
            self.lose_partitions("the poll interval was exceeded");
        }
        true
    }

    /// The leader watches the topics that it dealt: if one grew, the group deals anew.
    fn rejoin_if_topics_grew(&mut self) {
        if !self.group.is_leader || self.group.state != GroupState::Stable {
            return;
        }
        let has_grown = self
            .group
            .dealt_counts
            .iter()
            .any(|(topic, count)| self.metadata.partitions_count(topic).is_some_and(|known| known != *count));
        let has_appeared = self.topics().iter().any(|topic| {
            let is_dealt = self.group.dealt_counts.iter().any(|(dealt, _)| dealt == topic);
            !is_dealt && self.metadata.partitions_count(topic).is_some()
        });
        if has_grown || has_appeared {
            self.group.request_rejoin(TOPICS_CHANGED);
        }
    }

    /// Prepares and sends JoinGroup, once all that it takes is there.
    pub(super) fn rejoin_step(&mut self, now: Timestamp) -> bool {
        let is_due = self.group.rejoin.is_some() && self.group.join_at.is_none_or(|at| at <= now);
        let is_busy = matches!(self.group.state, GroupState::Joining | GroupState::Syncing | GroupState::Leaving);
        if !is_due || is_busy || self.group.coordinator.is_none() {
            return false;
        }
        if self.topics().iter().any(|topic| self.metadata.topic(topic).is_none()) {
            return false;
        }
        match self.poll.preparation {
            Preparation::NotBegun => {
                self.poll.preparation = Preparation::Committed;
                if !self.group.is_member() {
                    self.lose_partitions("the group went on without this member");
                } else if self.settings.commit_policy == CommitPolicy::Auto {
                    let offsets = self.own_commit();
                    if self.send_commit(now, offsets, CommitFor::Rebalance) {
                        self.poll.preparation = Preparation::Committing;
                    }
                }
                true
            }
            Preparation::Committing => false,
            Preparation::Committed => {
                self.give_up_before_join();
                self.group.has_left_early = false;
                self.group.join_at = None;
                self.send_join(now)
            }
        }
    }

    /// Whether the member keeps its partitions while it joins: only if all that it offers is cooperative.
    fn rebalance_protocol(&self) -> RebalanceProtocol {
        let is_cooperative =
            self.settings.assignors.iter().all(|one| one.rebalance_protocol() == RebalanceProtocol::Cooperative);
        if is_cooperative { RebalanceProtocol::Cooperative } else { RebalanceProtocol::Eager }
    }

    fn give_up_before_join(&mut self) {
        if self.rebalance_protocol() == RebalanceProtocol::Eager {
            let all: Vec<TopicPartition> = self.partitions.keys().cloned().collect();
            self.revoke(all);
        }
    }

    pub(super) fn revoke(&mut self, partitions: Vec<TopicPartition>) {
        if partitions.is_empty() {
            return;
        }
        for partition in &partitions {
            self.partitions.remove(partition);
            self.drop_queued(partition);
        }
        self.emit(|| ConsumerEvent::Revoked { partitions });
    }

    pub(super) fn lose_partitions(&mut self, reason: &str) {
        let partitions: Vec<TopicPartition> = std::mem::take(&mut self.partitions).into_keys().collect();
        for partition in &partitions {
            self.drop_queued(partition);
        }
        if !partitions.is_empty() {
            self.emit(|| ConsumerEvent::Lost { partitions, reason: reason.to_owned() });
        }
    }

    /// Takes in what the leader gave. A cooperative member first gives up what it must, and joins once more, so that
    /// others get that.
    pub(super) fn assigned(&mut self, now: Timestamp, assigned: Vec<TopicPartition>) {
        self.group.state = GroupState::Stable;
        self.group.rebalance_until = None;
        self.group.assigned_generation = Some(self.group.generation_id);
        self.poll.preparation = Preparation::NotBegun;
        self.poll.auto_commit_at = self.settings.auto_commit_interval.map(|interval| now + interval);
        let wanted: SmallSet<&TopicPartition> = assigned.iter().collect();
        let given_up: Vec<TopicPartition> =
            self.partitions.keys().filter(|partition| !wanted.contains(partition)).cloned().collect();
        if !given_up.is_empty() {
            self.revoke(given_up);
            self.group.request_rejoin("need to revoke partitions and re-join");
        }
        self.assignments_count = self.assignments_count.wrapping_add(1);
        let added: Vec<TopicPartition> =
            assigned.iter().filter(|partition| !self.partitions.contains_key(*partition)).cloned().collect();
        for partition in &added {
            self.partitions.insert(partition.clone(), Partition::new(Stage::NeedsCommitted, self.assignments_count));
        }
        self.group_assignment.clone_from(&assigned);
        let generation_id = self.group.generation_id;
        self.emit(|| ConsumerEvent::Assigned { generation_id, added, partitions: assigned });
    }

    /// JoinGroup or SyncGroup was refused.
    pub(super) fn join_refused(&mut self, now: Timestamp, error: ErrorCode) {
        self.group.state = GroupState::Unjoined;
        self.group.rebalance_until = None;
        if error == ErrorCode::UnknownMemberId {
            self.poll.preparation = Preparation::NotBegun;
            return self.group.reset(false, "the coordinator does not know the member");
        }
        if error == ErrorCode::IllegalGeneration {
            self.poll.preparation = Preparation::NotBegun;
            return self.group.reset(true, "the generation is over");
        }
        if error == ErrorCode::RebalanceInProgress {
            self.group.request_rejoin(REBALANCING);
            if self.settings.kind == ClientKind::Java {
                return;
            }
        } else if is_elsewhere(error) {
            self.lose_coordinator(now, error.message());
        } else if !error.is_retriable() {
            return self.fail(now, &format!("the group refuses the member: {}", error.message()));
        }
        self.group.request_rejoin("joining failed");
        self.join_later(now);
    }

    pub(super) fn join_later(&mut self, now: Timestamp) {
        self.group.failures_count = self.group.failures_count.saturating_add(1);
        let wait = self.settings.retry_backoff.after(self.group.failures_count, &mut self.random);
        self.group.join_at = Some(now + wait);
    }

    /// A heartbeat or a commit was answered with what concerns the membership.
    pub(super) fn membership_error(&mut self, now: Timestamp, error: ErrorCode) {
        if error == ErrorCode::RebalanceInProgress {
            if self.group.state == GroupState::Stable {
                self.group.request_rejoin(REBALANCING);
            }
        } else if error == ErrorCode::UnknownMemberId {
            self.member_is_out(false, "the coordinator does not know the member");
        } else if error == ErrorCode::IllegalGeneration {
            self.member_is_out(true, "the generation is over");
        } else if error == ErrorCode::FencedInstanceId {
            self.fail(now, "another consumer has taken this one's group.instance.id");
        } else if is_elsewhere(error) {
            self.lose_coordinator(now, error.message());
        }
    }

    fn member_is_out(&mut self, keeps_member_id: bool, reason: &str) {
        if matches!(self.group.state, GroupState::Stable | GroupState::Syncing) {
            self.group.reset(keeps_member_id, reason);
            self.poll.preparation = Preparation::NotBegun;
            if self.settings.kind == ClientKind::Librdkafka {
                self.lose_partitions(reason);
            }
        }
    }
}

/// Whether the error says that somebody else coordinates the group, or nobody does.
fn is_elsewhere(error: ErrorCode) -> bool {
    [ErrorCode::NotCoordinator, ErrorCode::CoordinatorNotAvailable, ErrorCode::RequestTimedOut].contains(&error)
}
