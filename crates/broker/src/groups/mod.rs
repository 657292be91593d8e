//! Groups: members that share the partitions of topics, and how far each group has read.
//!
//! This room is Kafka's group coordinator for classic groups: members join, one of them assigns, all sync, heartbeats
//! say who is alive, and offsets say where to go on. It decides; it knows nothing of frames, connections and logs.
//! What it wants written into `__consumer_offsets` it hands out as [`GroupOutput::Append`], and hears of the outcome by
//! [`Groups::handle_appended`]. Requests that may wait come with a [`ReplyId`] and are answered by
//! [`GroupOutput::Reply`], at once or later, once and only once.
//!
//! ```text
//!   join, sync, leave, commit ... --> Groups --> Reply, Append, Event
//!   heartbeat, fetch, describe, list: answered on the spot
//!   appended, timers, load, unload -->
//! ```
//!
//! The states of a group, what each answers and what leads out of it, stand at [`GroupState`].
//!
//! Not done: transactional offset commits, groups of the newer kinds (KIP-848, share, streams).

mod answer;
mod appended;
mod commit;
mod config;
mod delete;
mod describe;
mod event;
mod expiry;
mod fetch;
mod group;
mod heartbeat;
mod java;
mod join;
mod leave;
mod load;
mod member;
mod offsets;
mod outbox;
mod rebalance;
mod records;
mod request;
mod snapshot;
mod state;
mod static_member;
mod subscription;
mod sync;
mod timers;

#[cfg(test)]
mod tests;

pub use answer::{
    DescribedGroup, DescribedMember, FetchedOffset, FetchedTopic, GroupReply, JoinAnswer, JoinedMember, LeaveAnswer,
    LeftMember, ListedGroup, SyncAnswer, TopicOutcome,
};
pub use config::GroupsConfig;
pub use event::{GroupDeadline, GroupEvent, LeaveReason, MemberAssignment, MemberTerms, OffsetMove, OffsetRemoval};
pub use java::partition_for;
pub use outbox::{AppendId, GroupOutput, OffsetsRecord};
pub use request::{
    Commit, CommitPartition, CommitTopic, DeleteTopic, Join, Leaver, Protocol, ReplyId, Sync, TopicPartitions,
};
pub use snapshot::{DeadlineSnapshot, GroupSnapshot, MemberSnapshot, OffsetSnapshot};
pub use state::GroupState;

use crate::Timestamp;
use group::Group;
use offsets::Offsets;
use outbox::Outbox;
use runnel_protocol::ErrorCode;
use std::collections::BTreeMap;
use timers::Timer;

/// The groups that one broker coordinates.
#[derive(Clone, Debug)]
pub struct Groups {
    /// Partitions of `__consumer_offsets` that this broker leads.
    partitions: BTreeMap<i32, PartitionState>,
    groups: BTreeMap<String, Group>,
    offsets: Offsets,
    outbox: Outbox,
    /// Where the look through groups for expired offsets goes on, while one is under way.
    expiry_from: Option<String>,
}

/// Whether the groups of a partition can be served.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum PartitionState {
    /// Its records are being read.
    Loading,
    Active,
}

impl Groups {
    /// A coordinator without any partition: until [`Groups::finish_load`] it answers `NOT_COORDINATOR`.
    pub fn new(config: GroupsConfig) -> Self {
        Groups {
            partitions: BTreeMap::new(),
            groups: BTreeMap::new(),
            offsets: Offsets::default(),
            outbox: Outbox::new(config),
            expiry_from: None,
        }
    }

    /// The settings.
    pub fn config(&self) -> &GroupsConfig {
        &self.outbox.config
    }

    /// How many partitions `__consumer_offsets` has, which decides where each group is kept.
    pub fn set_offsets_partition_count(&mut self, count: i32) {
        self.outbox.config.offsets_partition_count = count;
    }

    /// Whether there are watchers; without them no events are made.
    pub fn set_watched(&mut self, is_watched: bool) {
        self.outbox.is_watched = is_watched;
    }

    /// Whether there are watchers.
    #[cfg(test)]
    pub(crate) fn is_watched(&self) -> bool {
        self.outbox.is_watched
    }

    /// The next thing to do for the surroundings; `None` when all is done.
    pub fn poll_output(&mut self) -> Option<GroupOutput> {
        self.outbox.pop()
    }

    /// Whether there is something to do for the surroundings.
    pub fn has_output(&self) -> bool {
        self.outbox.has_output()
    }

    /// When [`Groups::handle_timers`] has to be called at the latest.
    pub fn next_wakeup(&self) -> Option<Timestamp> {
        self.outbox.timers.next()
    }

    /// Does what is due.
    pub fn handle_timers(&mut self, now: Timestamp) {
        while let Some(timer) = self.outbox.timers.pop_due(now) {
            self.outbox.show_cleared(&timer);
            match timer {
                Timer::Session { group_id, member_id } => {
                    self.change(&group_id, |group, outbox| group.expire_session(now, outbox, &member_id));
                }
                Timer::JoinPhase { group_id } => {
                    self.change(&group_id, |group, outbox| group.expire_join_phase(now, outbox));
                }
                Timer::SyncPhase { group_id } => {
                    self.change(&group_id, |group, outbox| group.expire_sync_phase(now, outbox));
                }
                Timer::Append { id } => self.expire_append(now, id),
                Timer::OffsetsRetention => self.expire_offsets(now),
            }
        }
    }

    /// The connection of a request was closed: its answer is not needed. The member keeps its place in the group until
    /// its session time-out.
    pub fn forget_reply(&mut self, reply: ReplyId) {
        self.outbox.unanswered.remove(&reply);
    }

    /// The partition of `__consumer_offsets` that keeps a group.
    pub fn partition_for(&self, group_id: &str) -> i32 {
        partition_for(group_id, self.outbox.config.offsets_partition_count)
    }

    /// The state of each group, in the order of their names.
    pub fn states(&self) -> impl Iterator<Item = GroupState> {
        self.groups.values().map(|group| group.state)
    }

    /// The partition of a group, if this broker coordinates it and is ready to.
    fn coordinate(&self, group_id: &str) -> Result<i32, ErrorCode> {
        let partition = self.partition_for(group_id);
        match self.partitions.get(&partition) {
            None => Err(ErrorCode::NotCoordinator),
            Some(PartitionState::Loading) => Err(ErrorCode::CoordinatorLoadInProgress),
            Some(PartitionState::Active) => Ok(partition),
        }
    }

    fn change(&mut self, group_id: &str, change: impl FnOnce(&mut Group, &mut Outbox)) {
        if let Some(group) = self.groups.get_mut(group_id) {
            change(group, &mut self.outbox);
        }
    }
}
