//! How Java's and librdkafka's consumers end: the record in hand, the last commit, the goodbye.

use super::group::GroupState;
use super::poll::Preparation;
use super::program::{CommitFor, CommitPolicy, Worker};
use super::{Asked, Consumer, ConsumerEvent, Phase};
use runnel_protocol::{SmallMap, Timestamp};

impl Consumer {
    /// Goes on with the end. Returns whether anything was done.
    pub(super) fn closing_step(&mut self, now: Timestamp) -> bool {
        let Phase::Closing { until } = self.phase else { return false };
        if until <= now {
            self.closed(now);
            return true;
        }
        if self.poll.worker != Worker::Idle {
            // The record in hand is finished; the rest of the batch is not begun with.
            self.put_back(SmallMap::new());
            self.program_step(now);
            if self.poll.worker != Worker::Idle {
                return false;
            }
        }
        self.put_back(SmallMap::new());
        match self.poll.preparation {
            Preparation::NotBegun => {
                self.poll.preparation = Preparation::Committed;
                let commits = self.settings.commit_policy == CommitPolicy::Auto && self.settings.group_id.is_some();
                let is_in = self.group.is_member() || !self.uses_group();
                if commits && is_in {
                    let offsets = self.own_commit();
                    if self.send_commit(now, offsets, CommitFor::Rebalance) {
                        self.poll.preparation = Preparation::Committing;
                    }
                }
                return true;
            }
            Preparation::Committing => return false,
            Preparation::Committed => {}
        }
        if self.group.state == GroupState::Leaving {
            return false;
        }
        if !self.poll.has_said_goodbye {
            self.poll.has_said_goodbye = true;
            let all = self.partitions.keys().cloned().collect();
            self.revoke(all);
            if self.uses_group() && self.send_leave(now, "the consumer is being closed") {
                return true;
            }
        }
        let waits = self.asked.values().any(|asked| matches!(asked, Asked::LeaveGroup | Asked::OffsetCommit { .. }));
        if !waits {
            self.closed(now);
        }
        !waits
    }

    pub(super) fn closed(&mut self, now: Timestamp) {
        self.phase = Phase::Closed;
        self.partitions.clear();
        self.asked.clear();
        self.network.disconnect_all(now);
        self.emit(|| ConsumerEvent::Closed);
    }
}
