//! LeaveGroup: members say goodbye, or a tool removes them; from version 3 several at once.

use super::Groups;
use super::answer::{GroupReply, LeaveAnswer, LeftMember};
use super::event::LeaveReason;
use super::group::Group;
use super::outbox::{AfterAppend, Outbox};
use super::request::{Leaver, ReplyId};
use super::state::GroupState;
use crate::Timestamp;
use runnel_protocol::ErrorCode;

impl Groups {
    /// Answers LeaveGroup: at once, or when the group's record is appended if nobody is left.
    pub fn leave(&mut self, now: Timestamp, group_id: &str, leavers: Vec<Leaver>, reply: ReplyId) {
        self.outbox.accept(reply);
        let checked = match group_id.is_empty() {
            true => Err(ErrorCode::InvalidGroupId),
            false => self.coordinate(group_id),
        };
        if let Err(error_code) = checked {
            let answer = LeaveAnswer { error_code, members: Vec::new() };
            return self.outbox.answer(reply, GroupReply::Leave(answer));
        }
        let Some(group) = self.groups.get_mut(group_id) else {
            let unknown = |leaver| outcome(leaver, Err(ErrorCode::UnknownMemberId));
            let answer =
                LeaveAnswer { error_code: ErrorCode::None, members: leavers.into_iter().map(unknown).collect() };
            return self.outbox.answer(reply, GroupReply::Leave(answer));
        };

        let outbox = &mut self.outbox;
        let next_append = outbox.next_append_id();
        let mut left = Vec::new();
        let mut members = Vec::with_capacity(leavers.len());
        for leaver in leavers {
            let taken_out = group.take_leaver(outbox, &leaver);
            if taken_out.is_ok() {
                left.push(leaver.member_id.clone());
            }
            members.push(outcome(leaver, taken_out));
        }
        if !left.is_empty() {
            let reason = format!("explicit `LeaveGroup` request for ({}) members.", left.join(", "));
            match group.state {
                GroupState::Stable | GroupState::CompletingRebalance => group.rebalance(now, outbox, &reason),
                GroupState::PreparingRebalance => group.complete_join_if_all_joined(now, outbox),
                GroupState::Empty | GroupState::Dead => {}
            }
        }
        let answer = LeaveAnswer { error_code: ErrorCode::None, members };
        match outbox.appends.get_mut(&next_append) {
            Some(append) => append.after = AfterAppend::Left { reply, answer },
            None => outbox.answer(reply, GroupReply::Leave(answer)),
        }
    }
}

impl Group {
    fn take_leaver(&mut self, outbox: &mut Outbox, leaver: &Leaver) -> Result<(), ErrorCode> {
        let instance_id = leaver.group_instance_id.as_deref();
        let member_id = if leaver.member_id.is_empty() {
            // A tool removes a static member and does not know its identifier.
            let known = instance_id.and_then(|instance_id| self.static_members.get(instance_id));
            known.cloned().ok_or(ErrorCode::UnknownMemberId)?
        } else if self.pending_joins.contains(&leaver.member_id) {
            leaver.member_id.clone()
        } else {
            self.validate_member(&leaver.member_id, instance_id)?;
            leaver.member_id.clone()
        };
        let said = leaver.reason.clone().unwrap_or_else(|| "not provided".to_owned());
        self.take_out(outbox, &member_id, LeaveReason::Left { said });
        Ok(())
    }
}

fn outcome(leaver: Leaver, taken_out: Result<(), ErrorCode>) -> LeftMember {
    LeftMember {
        error_code: ErrorCode::of(&taken_out),
        member_id: leaver.member_id,
        group_instance_id: leaver.group_instance_id,
    }
}
