//! All groups at one instant, for watchers that come later than the first event.

use super::event::{GroupDeadline, GroupEvent, MemberAssignment, MemberTerms};
use super::group::Group;
use super::member::Member;
use super::state::GroupState;
use super::timers::Timer;
use super::{Groups, subscription};
use crate::Timestamp;
use bytes::Bytes;
use serde::{Deserialize, Serialize};

/// A group.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct GroupSnapshot {
    /// Its name.
    pub group_id: String,
    /// Where it stands.
    pub state: GroupState,
    /// Its latest generation; 0 before the first.
    pub generation_id: i32,
    /// Like `consumer`; empty for a group that only keeps offsets.
    pub protocol_type: String,
    /// The chosen protocol; empty without a generation.
    pub protocol_name: String,
    /// Member identifier of the leader; empty without one.
    pub leader: String,
    /// Its members.
    pub members: Vec<MemberSnapshot>,
    /// Identifiers that were given out and have not come back.
    pub pending_member_ids: Vec<String>,
    /// What it has committed.
    pub offsets: Vec<OffsetSnapshot>,
    /// What it waits for.
    pub deadlines: Vec<DeadlineSnapshot>,
}

/// Something that a group waits for.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DeadlineSnapshot {
    /// What.
    pub deadline: GroupDeadline,
    /// The member, if it is one of a member's.
    pub member_id: Option<String>,
    /// Since when.
    pub started: Timestamp,
    /// Until when.
    pub due: Timestamp,
}

/// A member.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct MemberSnapshot {
    /// What its client calls itself.
    pub client_id: String,
    /// Where it comes from.
    pub client_host: String,
    /// The identity of a static member.
    pub group_instance_id: Option<String>,
    /// What it asks for.
    pub terms: MemberTerms,
    /// Whether its JoinGroup waits for the next generation.
    pub is_joining: bool,
    /// Who it is and what it was given last.
    pub assignment: MemberAssignment,
}

/// A committed offset.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct OffsetSnapshot {
    /// Topic.
    pub topic: String,
    /// Partition.
    pub partition_index: i32,
    /// The next offset to read.
    pub offset: i64,
    /// The text of the commit.
    pub metadata: String,
    /// When it was committed.
    pub commit_timestamp_ms: i64,
}

impl Groups {
    /// All groups, sorted by name.
    pub fn snapshot(&self) -> Vec<GroupSnapshot> {
        self.groups.values().map(|group| self.snapshot_of(group)).collect()
    }

    fn snapshot_of(&self, group: &Group) -> GroupSnapshot {
        let offsets = self.offsets.all_committed(&group.group_id).map(|(topic, index, offset)| OffsetSnapshot {
            topic: topic.to_owned(),
            partition_index: index,
            offset: offset.offset,
            metadata: offset.metadata.clone(),
            commit_timestamp_ms: offset.commit_timestamp_ms,
        });
        GroupSnapshot {
            group_id: group.group_id.clone(),
            state: group.state,
            generation_id: group.generation_id,
            protocol_type: group.protocol_type.clone().unwrap_or_default(),
            protocol_name: group.protocol_name.clone().unwrap_or_default(),
            leader: group.leader.clone().unwrap_or_default(),
            members: group.members.values().map(|member| group.snapshot_of(member)).collect(),
            pending_member_ids: group.pending_joins.iter().cloned().collect(),
            offsets: offsets.collect(),
            deadlines: self.deadlines_of(group),
        }
    }

    fn deadlines_of(&self, group: &Group) -> Vec<DeadlineSnapshot> {
        let of_member =
            |member_id: &String| Timer::Session { group_id: group.group_id.clone(), member_id: member_id.clone() };
        let of_members = group.members.keys().chain(&group.pending_joins).map(of_member);
        let timers = [group.join_phase(), group.sync_phase()].into_iter().chain(of_members);
        let shown = timers.filter_map(|timer| {
            let (started, due) = self.outbox.timers.waited_for(&timer)?;
            let (deadline, _, member_id) = timer.shown()?;
            Some(DeadlineSnapshot { deadline, member_id: member_id.map(str::to_owned), started, due })
        });
        shown.collect()
    }
}

impl Group {
    fn snapshot_of(&self, member: &Member) -> MemberSnapshot {
        MemberSnapshot {
            client_id: member.client_id.clone(),
            client_host: member.client_host.clone(),
            group_instance_id: member.group_instance_id.clone(),
            terms: self.shown_terms(&member.member_id),
            is_joining: member.awaiting_join.is_some(),
            assignment: self.shown_assignment(&member.member_id, &member.assignment),
        }
    }

    /// What a member asks for, as watchers see it.
    pub(super) fn shown_terms(&self, member_id: &str) -> MemberTerms {
        let member = self.members.get(member_id);
        let subscription = member.and_then(|member| member.protocols.first()).filter(|_| self.uses_consumer_protocol());
        MemberTerms {
            session_timeout_ms: member.map_or(0, |member| member.session_timeout_ms),
            rebalance_timeout_ms: member.map_or(0, |member| member.rebalance_timeout_ms),
            topics: subscription.map(|first| subscription::shown_topics(&first.metadata)).unwrap_or_default(),
        }
    }

    pub(super) fn member_rejoined(&self, member_id: &str) -> GroupEvent {
        let (group_id, member_id) = (self.group_id.clone(), member_id.to_owned());
        GroupEvent::MemberRejoined { terms: self.shown_terms(&member_id), group_id, member_id }
    }

    pub(super) fn join_answered(&self, member_id: &str) -> GroupEvent {
        let (group_id, member_id) = (self.group_id.clone(), member_id.to_owned());
        GroupEvent::JoinAnswered { terms: self.shown_terms(&member_id), group_id, member_id }
    }

    /// An assignment as watchers see it.
    pub(super) fn shown_assignment(&self, member_id: &str, assignment: &Bytes) -> MemberAssignment {
        MemberAssignment {
            member_id: member_id.to_owned(),
            size: u64::try_from(assignment.len()).unwrap_or(u64::MAX),
            partitions: match self.uses_consumer_protocol() {
                true => subscription::assigned_partitions(assignment),
                false => Vec::new(),
            },
        }
    }
}
