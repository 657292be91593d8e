//! The five states of a classic group.

use serde::{Deserialize, Serialize};

/// Where a group stands. Each state says what it answers and what leads out of it.
///
/// ```text
///            join                    all joined, or time is up           leader's SyncGroup stored
///   Empty ---------> PreparingRebalance ---------> CompletingRebalance ---------> Stable
///     ^               |    ^    ^                       |                           |
///     +---------------+    |    +-----------------------+                           |
///       nobody is left     |      a member joins, leaves or fails                   |
///                          +--------------------------------------------------------+
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum GroupState {
    /// Nobody is in the group; it lingers until its offsets have expired. A group that only keeps the offsets of
    /// consumers that assign themselves is always here.
    ///
    /// Answers: JoinGroup of a newcomer is taken, of a known member refused with `UNKNOWN_MEMBER_ID`; SyncGroup,
    /// Heartbeat and LeaveGroup `UNKNOWN_MEMBER_ID`; OffsetCommit without a generation is taken, with one refused;
    /// OffsetFetch, OffsetDelete and DeleteGroups are served.
    ///
    /// Leads out: a newcomer joins, to `PreparingRebalance`; the last offset expires or DeleteGroups, to `Dead`.
    Empty,
    /// Members are being gathered for the next generation.
    ///
    /// Answers: JoinGroup waits until everybody has joined or the largest rebalance time-out of the members is over
    /// (the first time, until the initial delay is over); SyncGroup and Heartbeat `REBALANCE_IN_PROGRESS`, and the
    /// heartbeat counts; OffsetCommit of the previous generation is taken; LeaveGroup removes at once.
    ///
    /// Leads out: everybody joined or time is up, to `CompletingRebalance`; nobody is left, to `Empty`.
    PreparingRebalance,
    /// A generation has begun; its leader is computing who reads what.
    ///
    /// Answers: SyncGroup waits for the leader's, and all are answered together once the assignment is stored;
    /// Heartbeat is fine; OffsetCommit `REBALANCE_IN_PROGRESS`; JoinGroup with the same protocols gets the current
    /// generation again.
    ///
    /// Leads out: the assignment is stored, to `Stable`; somebody joins, changes protocols, leaves, fails, or does
    /// not sync within the rebalance time-out, to `PreparingRebalance`.
    CompletingRebalance,
    /// Everybody has an assignment.
    ///
    /// Answers: SyncGroup the assignment, at once; Heartbeat and OffsetCommit of this generation are fine; JoinGroup of
    /// a follower with the same protocols gets the current generation again.
    ///
    /// Leads out: somebody joins, changes protocols, leaves or misses the session time-out, or the leader joins
    /// again, to `PreparingRebalance`.
    Stable,
    /// The group is gone, or this broker no longer coordinates it.
    ///
    /// Answers: whatever a group gets that does not exist; DescribeGroups says `Dead`. Nothing leads out: the same
    /// name begins anew as `Empty`.
    Dead,
}

impl GroupState {
    /// Kafka's name for it, as tools print it.
    pub fn name(self) -> &'static str {
        match self {
            GroupState::Empty => "Empty",
            GroupState::PreparingRebalance => "PreparingRebalance",
            GroupState::CompletingRebalance => "CompletingRebalance",
            GroupState::Stable => "Stable",
            GroupState::Dead => "Dead",
        }
    }

    /// Whether a group may go from this state to the other one.
    pub(super) fn may_become(self, next: GroupState) -> bool {
        match next {
            GroupState::Empty | GroupState::CompletingRebalance => self == GroupState::PreparingRebalance,
            GroupState::PreparingRebalance => self.can_rebalance(),
            GroupState::Stable => self == GroupState::CompletingRebalance,
            GroupState::Dead => true,
        }
    }

    /// Whether a rebalance may begin.
    pub(super) fn can_rebalance(self) -> bool {
        matches!(self, GroupState::Empty | GroupState::CompletingRebalance | GroupState::Stable)
    }
}

impl std::fmt::Display for GroupState {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(self.name())
    }
}
