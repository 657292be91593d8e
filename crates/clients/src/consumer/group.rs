//! A consumer's place in its group: what the coordinator told it, and what it has to say next.
//!
//! ```text
//!            JoinGroup            leader's or empty SyncGroup
//! Unjoined -------------> Joining -------------> Syncing --> Stable
//!    ^                       |                      |          |
//!    '------ the coordinator does not know the member; it left; the poll interval is over
//!                            ^----------------------'----------'  the group rebalances
//! ```

use crate::assignors::{Assignor, Member};
use runnel_protocol::Timestamp;
use serde::Serialize;

/// No generation: JoinGroup's answer gives the first.
pub(super) const NO_GENERATION: i32 = -1;

/// Why a member joins, for those reasons that Java's client words otherwise.
pub(super) const JUST_STARTED: &str = "the consumer has just started";
pub(super) const MEMBER_ID_GIVEN: &str = "need to re-join with the given member-id";
pub(super) const REBALANCING: &str = "the group rebalances";
pub(super) const SUBSCRIPTION_CHANGED: &str = "subscription has changed";
pub(super) const TOPICS_CHANGED: &str = "the number of partitions of a topic changed";

/// How far a consumer is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupState {
    /// It is no member of the group's generation.
    Unjoined,
    /// JoinGroup waits for its answer, which comes when all members have joined.
    Joining,
    /// SyncGroup waits for its answer, which comes when the leader has dealt the partitions.
    Syncing,
    /// It has its partitions and sends heartbeats.
    Stable,
    /// LeaveGroup is sent.
    Leaving,
}

/// A member's view of its group.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub(super) state: GroupState,
    /// The broker that coordinates the group.
    pub(super) coordinator: Option<i32>,
    /// Whether FindCoordinator is under way.
    pub(super) is_finding: bool,
    /// No FindCoordinator before this.
    pub(super) find_at: Option<Timestamp>,
    pub(super) member_id: String,
    pub(super) generation_id: i32,
    pub(super) protocol: Option<Assignor>,
    pub(super) is_leader: bool,
    /// The leader's: all members as they joined.
    pub(super) members: Vec<Member>,
    /// What the member said that it wants to read when it joined last.
    pub(super) joined_topics: Vec<String>,
    /// Why the member has to join again; `None` while all is well.
    pub(super) rejoin: Option<String>,
    /// No JoinGroup before this.
    pub(super) join_at: Option<Timestamp>,
    pub(super) failures_count: u32,
    /// When the next heartbeat is due.
    pub(super) heartbeat_at: Timestamp,
    pub(super) is_beating: bool,
    /// When the coordinator will have given this member up, as far as the member knows.
    pub(super) session_until: Timestamp,
    /// The generation of the latest assignment, for the sticky assignors' user data.
    pub(super) assigned_generation: Option<i32>,
    /// How many partitions the topics had when the leader dealt them.
    pub(super) dealt_counts: Vec<(String, i32)>,
    /// When the rebalance that is under way is over at the latest.
    pub(super) rebalance_until: Option<Timestamp>,
    /// Set when the program stayed away too long: the member left, and joins again when the program is back.
    pub(super) has_left_early: bool,
}

impl Group {
    pub(super) fn new() -> Self {
        Group {
            state: GroupState::Unjoined,
            coordinator: None,
            is_finding: false,
            find_at: None,
            member_id: String::new(),
            generation_id: NO_GENERATION,
            protocol: None,
            is_leader: false,
            members: Vec::new(),
            joined_topics: Vec::new(),
            rejoin: Some(JUST_STARTED.to_owned()),
            join_at: None,
            failures_count: 0,
            heartbeat_at: Timestamp(i64::MAX),
            is_beating: false,
            session_until: Timestamp(i64::MAX),
            assigned_generation: None,
            dealt_counts: Vec::new(),
            rebalance_until: None,
            has_left_early: false,
        }
    }

    /// Whether the group's generation counts this member.
    pub(super) fn is_member(&self) -> bool {
        self.generation_id >= 0 && !self.member_id.is_empty()
    }

    /// Asks for a rejoin, if none is due yet.
    pub(super) fn request_rejoin(&mut self, reason: &str) {
        if self.rejoin.is_none() {
            self.rejoin = Some(reason.to_owned());
        }
    }

    /// The generation is over for this member. Whether it keeps its id depends on why.
    pub(super) fn reset(&mut self, keeps_member_id: bool, reason: &str) {
        self.generation_id = NO_GENERATION;
        if !keeps_member_id {
            self.member_id.clear();
        }
        self.state = GroupState::Unjoined;
        self.heartbeat_at = Timestamp(i64::MAX);
        self.rebalance_until = None;
        self.request_rejoin(reason);
    }
}
