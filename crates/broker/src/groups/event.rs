//! What watchers see of groups: each event says who, what and why. Deciding code never reads them back.

use super::snapshot::GroupSnapshot;
use super::state::GroupState;
use crate::Timestamp;
use serde::{Deserialize, Serialize};

/// Something happened in a group.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum GroupEvent {
    /// The group went from one state to another.
    GroupStateChanged {
        /// The group.
        group_id: String,
        /// Where it was.
        from: GroupState,
        /// Where it is.
        to: GroupState,
        /// The generation after the change.
        generation_id: i32,
        /// Why, in words.
        reason: String,
    },
    /// A newcomer was given an identifier and told to come back with it.
    MemberIdAssigned {
        /// The group.
        group_id: String,
        /// The new identifier.
        member_id: String,
        /// Who asked.
        client_id: String,
    },
    /// A member is in the group and waits for the next generation.
    MemberJoined {
        /// The group.
        group_id: String,
        /// Its identifier.
        member_id: String,
        /// What its client calls itself.
        client_id: String,
        /// Where it comes from.
        client_host: String,
        /// The identity of a static member; `None` for a dynamic one.
        group_instance_id: Option<String>,
        /// Like `consumer`.
        protocol_type: String,
        /// What it asks for.
        terms: MemberTerms,
    },
    /// A member has joined again and waits for the next generation.
    MemberRejoined {
        /// The group.
        group_id: String,
        /// Its identifier.
        member_id: String,
        /// What it asks for.
        terms: MemberTerms,
    },
    /// A static member that came back has its place without a rebalance, or could not be given it.
    JoinAnswered {
        /// The group.
        group_id: String,
        /// Its identifier.
        member_id: String,
        /// What it asks for.
        terms: MemberTerms,
    },
    /// A static member came back under a new identifier.
    MemberReplaced {
        /// The group.
        group_id: String,
        /// Who it is.
        group_instance_id: String,
        /// Its identifier until then, which is fenced.
        from_member_id: String,
        /// Its identifier from then on.
        to_member_id: String,
    },
    /// A member is no longer in the group.
    MemberLeft {
        /// The group.
        group_id: String,
        /// Its identifier.
        member_id: String,
        /// What its client calls itself; empty if it had not joined yet.
        client_id: String,
        /// The identity of a static member.
        group_instance_id: Option<String>,
        /// Why.
        reason: LeaveReason,
    },
    /// The group begins to gather its members again.
    RebalanceStarted {
        /// The group.
        group_id: String,
        /// The generation that ends.
        generation_id: i32,
        /// Why, in words.
        reason: String,
    },
    /// Members are gathered: a generation with a leader begins.
    GenerationStarted {
        /// The group.
        group_id: String,
        /// Its number.
        generation_id: i32,
        /// Like `consumer`.
        protocol_type: String,
        /// The protocol that got most votes.
        protocol_name: String,
        /// The member that assigns.
        leader: String,
        /// All members.
        members: Vec<String>,
    },
    /// The leader's assignment is stored and on its way to the members.
    PartitionsAssigned {
        /// The group.
        group_id: String,
        /// The generation.
        generation_id: i32,
        /// Who gets what.
        assignments: Vec<MemberAssignment>,
    },
    /// Offsets were committed.
    OffsetsCommitted {
        /// The group.
        group_id: String,
        /// Who; empty for a consumer outside any generation.
        member_id: String,
        /// What its client calls itself.
        client_id: String,
        /// Which.
        offsets: Vec<OffsetMove>,
    },
    /// Offsets are gone.
    OffsetsRemoved {
        /// The group.
        group_id: String,
        /// Which; `to` is -1.
        offsets: Vec<OffsetMove>,
        /// Why.
        reason: OffsetRemoval,
    },
    /// Something is waited for until a given time; in the place of the time that was set before.
    DeadlineSet {
        /// The group.
        group_id: String,
        /// The member, if it is one of a member's.
        member_id: Option<String>,
        /// What is waited for.
        deadline: GroupDeadline,
        /// Since when.
        started: Timestamp,
        /// Until when.
        due: Timestamp,
    },
    /// A deadline has passed, or what was waited for has come.
    DeadlineCleared {
        /// The group.
        group_id: String,
        /// The member, if it is one of a member's.
        member_id: Option<String>,
        /// What was waited for.
        deadline: GroupDeadline,
    },
    /// A coordinator has read the group from `__consumer_offsets`: this is all that is known of it.
    GroupLoaded {
        /// The group.
        group: Box<GroupSnapshot>,
    },
    /// The group is gone, or nobody coordinates it until a broker has read it again.
    GroupRemoved {
        /// The group.
        group_id: String,
        /// Why, in words.
        reason: String,
    },
}

/// What a group waits for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupDeadline {
    /// A sign of life of the member, or of who was given an identifier: its session time-out.
    Session,
    /// Members to join: the initial delay, later the largest rebalance time-out of the members.
    Join,
    /// Members to ask for their assignment: the largest rebalance time-out of the members.
    Sync,
}

/// What a member asks for when it joins.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct MemberTerms {
    /// How long it may be silent.
    pub session_timeout_ms: i32,
    /// How long it may take to join again.
    pub rebalance_timeout_ms: i32,
    /// Topics that it wants to read, if it speaks the consumer protocol; of the protocol that it prefers.
    pub topics: Vec<String>,
}

/// Why a member is no longer in its group.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum LeaveReason {
    /// It said goodbye, or a tool removed it.
    Left {
        /// In its own words.
        said: String,
    },
    /// It was silent for its session time-out.
    SessionTimeout,
    /// It did not join again in time.
    RebalanceTimeout,
    /// It did not ask for its assignment in time.
    SyncTimeout,
    /// The group is full.
    GroupFull,
    /// This broker no longer coordinates the group.
    Unloaded,
}

/// Why offsets are gone.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OffsetRemoval {
    /// Their retention is over.
    Expired,
    /// A tool deleted them, or the whole group.
    Deleted,
    /// Their topic was deleted.
    TopicDeleted,
}

/// What a leader gave to one member.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct MemberAssignment {
    /// The member.
    pub member_id: String,
    /// Size of the assignment in bytes.
    pub size: u64,
    /// Topics and partitions, if it is a consumer's assignment.
    pub partitions: Vec<(String, Vec<i32>)>,
}

/// A committed offset moved.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct OffsetMove {
    /// Topic.
    pub topic: String,
    /// Partition.
    pub partition_index: i32,
    /// Where it was; -1 for nowhere.
    pub from: i64,
    /// Where it is; -1 for nowhere.
    pub to: i64,
}
