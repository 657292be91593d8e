//! Everything that happens because time passes, by name.

use super::group::GroupState;
use super::program::CommitPolicy;
use super::{Consumer, Phase};
use crate::ClientKind;
use runnel_protocol::Timestamp;

/// The first of some instants after a given one.
struct Soonest {
    after: Timestamp,
    at: Option<Timestamp>,
}

impl Extend<(&'static str, Timestamp)> for Soonest {
    fn extend<T: IntoIterator<Item = (&'static str, Timestamp)>>(&mut self, all: T) {
        let later = all.into_iter().map(|(_, at)| at).filter(|at| *at > self.after);
        self.at = later.chain(self.at).min();
    }
}

impl Consumer {
    /// When [`crate::Signal::Timer`] is due.
    pub fn next_wakeup(&self) -> Option<Timestamp> {
        if !matches!(self.phase, Phase::Running | Phase::Closing { .. }) {
            return self.network.next_wakeup();
        }
        // What was due at the latest input is done, or waits for something that will come as an input of its own.
        let mut own = Soonest { after: self.now, at: None };
        self.deadlines_into(&mut own);
        own.extend(self.retries().map(|at| ("retry", at)));
        [own.at, self.network.next_wakeup(), self.metadata.next_wakeup()].into_iter().flatten().min()
    }

    /// The count-downs that are worth showing, and that wake the machine.
    pub(super) fn deadlines(&self) -> Vec<(&'static str, Timestamp)> {
        let mut all = Vec::new();
        self.deadlines_into(&mut all);
        all
    }

    fn deadlines_into(&self, all: &mut impl Extend<(&'static str, Timestamp)>) {
        if let Phase::Closing { until } = self.phase {
            all.extend([("close", until)]);
        }
        if self.settings.kind == ClientKind::Kafkajs {
            self.kafkajs_deadlines(all);
        } else {
            self.poll_deadlines(all);
        }
    }

    fn poll_deadlines(&self, all: &mut impl Extend<(&'static str, Timestamp)>) {
        if let Some(until) = self.poll.worker.until() {
            all.extend([("processing", until)]);
        }
        if matches!(self.phase, Phase::Closing { .. }) {
            return;
        }
        let is_in_group = matches!(self.group.state, GroupState::Stable | GroupState::Syncing);
        if self.uses_group() && is_in_group {
            if !self.group.is_beating {
                all.extend([("heartbeat", self.group.heartbeat_at)]);
            }
            if self.group.coordinator.is_some() {
                all.extend([("session", self.group.session_until)]);
            }
            if self.group.state == GroupState::Stable {
                all.extend(self.poll_interval_until().map(|until| ("poll_interval", until)));
            }
        }
        let can_act = self.is_in_poll() || self.settings.kind == ClientKind::Librdkafka;
        if can_act {
            let commits = self.settings.commit_policy == CommitPolicy::Auto && self.settings.group_id.is_some();
            if commits && (!self.uses_group() || self.group.is_member()) {
                all.extend(self.poll.auto_commit_at.map(|at| ("auto_commit", at)));
            }
            if self.group.rejoin.is_some() {
                all.extend(self.group.join_at.map(|at| ("join_backoff", at)));
            }
        }
    }

    /// Waits after errors.
    fn retries(&self) -> impl Iterator<Item = Timestamp> {
        self.partitions.values().filter_map(|state| state.retry_at).chain(self.group.find_at)
    }
}
