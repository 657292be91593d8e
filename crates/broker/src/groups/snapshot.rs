//! All groups at one instant, for watchers that come later than the first event.

use super::event::MemberAssignment;
use super::group::Group;
use super::member::Member;
use super::state::GroupState;
use super::{Groups, subscription};
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
        }
    }
}

impl Group {
    fn snapshot_of(&self, member: &Member) -> MemberSnapshot {
        MemberSnapshot {
            client_id: member.client_id.clone(),
            client_host: member.client_host.clone(),
            group_instance_id: member.group_instance_id.clone(),
            assignment: self.shown_assignment(&member.member_id, &member.assignment),
        }
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
