//! Heartbeat: a member shows it is alive and learns whether a rebalance has begun.

use super::Groups;
use super::state::GroupState;
use crate::Timestamp;
use runnel_protocol::ErrorCode;

impl Groups {
    /// Starts the member's session time-out anew.
    ///
    /// # Errors
    /// `REBALANCE_IN_PROGRESS` when the member shall join again; the heartbeat counts all the same.
    /// `ILLEGAL_GENERATION`, `UNKNOWN_MEMBER_ID` or `FENCED_INSTANCE_ID` if it is none of the group, or no longer.
    pub fn heartbeat(
        &mut self,
        now: Timestamp,
        group_id: &str,
        member_id: &str,
        group_instance_id: Option<&str>,
        generation_id: i32,
    ) -> Result<(), ErrorCode> {
        if group_id.is_empty() {
            return Err(ErrorCode::InvalidGroupId);
        }
        match self.coordinate(group_id) {
            Ok(_) => {}
            // The group is being read, and nobody is thrown out of it meanwhile.
            Err(ErrorCode::CoordinatorLoadInProgress) => return Ok(()),
            Err(error) => return Err(error),
        }
        let group = self.groups.get(group_id).ok_or(ErrorCode::UnknownMemberId)?;
        group.validate_member(member_id, group_instance_id)?;
        if generation_id != group.generation_id {
            return Err(ErrorCode::IllegalGeneration);
        }
        if let Some(member) = group.members.get(member_id) {
            self.outbox.start_session(now, group_id, member_id, member.session_timeout());
        }
        match group.state {
            GroupState::PreparingRebalance => Err(ErrorCode::RebalanceInProgress),
            GroupState::CompletingRebalance | GroupState::Stable => Ok(()),
            GroupState::Empty | GroupState::Dead => Err(ErrorCode::UnknownMemberId),
        }
    }
}
