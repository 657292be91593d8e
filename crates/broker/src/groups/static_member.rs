//! Static membership (KIP-345): a member with a `group.instance.id` that comes back takes its old place, and whoever
//! still uses the old identifier is fenced.
//!
//! In a stable group it gets its place without a rebalance, if the group's protocol stays what it is. The group's
//! record is written first, so that the identifier is known after a restart too.

use super::answer::{JoinAnswer, SyncAnswer};
use super::event::GroupEvent;
use super::group::Group;
use super::outbox::{AfterAppend, Outbox, StaticReplacement, answer_to_failed_append};
use super::records;
use super::request::{Join, ReplyId};
use super::state::GroupState;
use crate::Timestamp;
use runnel_protocol::ErrorCode;

/// From this version on a leader learns that it need not assign.
const SKIP_ASSIGNMENT_FROM: i16 = 9;

impl Group {
    pub(super) fn replace_static_member(
        &mut self,
        now: Timestamp,
        outbox: &mut Outbox,
        old_member_id: &str,
        new_member_id: String,
        request: &Join,
        reply: ReplyId,
    ) {
        let Some(old) = self.members.get(old_member_id).cloned() else { return };
        let replacement = StaticReplacement {
            group_id: self.group_id.clone(),
            group_instance_id: request.group_instance_id.clone().unwrap_or_default(),
            old_member_id: old_member_id.to_owned(),
            new_member_id: new_member_id.clone(),
            old_leader: self.leader.clone().unwrap_or_default(),
            old_protocols: old.protocols.clone(),
            old_rebalance_timeout_ms: old.rebalance_timeout_ms,
            old_session_timeout_ms: old.session_timeout_ms,
            generation_id: self.generation_id,
            reply,
            can_skip_assignment: request.api_version >= SKIP_ASSIGNMENT_FROM,
        };
        self.rename_static_member(outbox, old_member_id, &new_member_id);
        // The new identifier has the time of the old one until its JoinGroup is answered.
        outbox.start_session(now, &self.group_id, &new_member_id, old.session_timeout());
        if let Some(member) = self.members.get_mut(&new_member_id) {
            member.update(request);
            member.awaiting_join = Some(reply);
        }
        outbox.event(|| self.member_rejoined(&replacement.new_member_id));

        let instance_id = &replacement.group_instance_id;
        match self.state {
            GroupState::Stable if self.select_protocol() == self.protocol_name => {
                let record = records::group(self, &self.assignments());
                outbox.append_group(now, self, record, AfterAppend::StaticReplaced(Box::new(replacement)));
            }
            GroupState::Stable => {
                let reason = format!(
                    "Group's selectedProtocol will change because static member {new_member_id} with instance id \
                     {instance_id} joined with change of protocol; client reason: {}",
                    request.reason()
                );
                self.rebalance(now, outbox, &reason);
            }
            GroupState::CompletingRebalance => {
                // The leader may have been told of the old identifier, and would assign to it.
                let reason = format!(
                    "Updating metadata for static member {new_member_id} with instance id {instance_id}; client \
                     reason: {}",
                    request.reason()
                );
                self.begin_rebalance(now, outbox, &reason);
            }
            GroupState::PreparingRebalance => self.complete_join_if_all_joined(now, outbox),
            GroupState::Empty | GroupState::Dead => unreachable!("a group with a static member is not empty"),
        }
    }

    /// Gives a static member another identifier. Whatever waits under the old one is fenced.
    fn rename_static_member(&mut self, outbox: &mut Outbox, old_member_id: &str, new_member_id: &str) {
        let Some(mut member) = self.members.remove(old_member_id) else { return };
        if let Some(reply) = member.awaiting_join.take() {
            outbox.answer_join(reply, JoinAnswer::refusal(ErrorCode::FencedInstanceId, old_member_id));
        }
        if let Some(reply) = member.awaiting_sync.take() {
            outbox.answer_sync(reply, SyncAnswer::refusal(ErrorCode::FencedInstanceId));
        }
        outbox.stop_session(&self.group_id, old_member_id);
        member.member_id = new_member_id.to_owned();
        member.is_new = false;
        if self.is_leader(old_member_id) {
            self.leader = Some(new_member_id.to_owned());
        }
        self.pending_syncs.remove(old_member_id);
        let instance_id = member.group_instance_id.clone().unwrap_or_default();
        outbox.event(|| GroupEvent::MemberReplaced {
            group_id: self.group_id.clone(),
            group_instance_id: instance_id.clone(),
            from_member_id: old_member_id.to_owned(),
            to_member_id: new_member_id.to_owned(),
        });
        self.static_members.insert(instance_id, new_member_id.to_owned());
        self.members.insert(new_member_id.to_owned(), member);
    }

    /// The record of the return was appended, or could not be.
    pub(super) fn finish_static_replacement(
        &mut self,
        now: Timestamp,
        outbox: &mut Outbox,
        replacement: &StaticReplacement,
        outcome: Result<(), ErrorCode>,
    ) {
        let StaticReplacement { new_member_id, reply, .. } = replacement;
        // If a rebalance has begun since, the member takes part in it and is answered at its end.
        let is_current = self.state == GroupState::Stable && self.generation_id == replacement.generation_id;
        let Some(member) = self.members.get_mut(new_member_id).filter(|member| member.awaiting_join == Some(*reply))
        else {
            return;
        };
        if !is_current {
            return;
        }
        member.awaiting_join = None;
        let session_timeout = member.session_timeout();
        let mut answer = self.generation_for(new_member_id);
        match outcome {
            Ok(()) if replacement.can_skip_assignment => answer.skip_assignment = self.is_leader(new_member_id),
            Ok(()) => {
                // Older clients take the leader's list as an order to assign. They are told of the leader that was, so
                // that they do not take themselves for it.
                answer.leader.clone_from(&replacement.old_leader);
                answer.members.clear();
            }
            Err(error) => {
                answer = JoinAnswer {
                    error_code: answer_to_failed_append(error),
                    member_id: String::new(),
                    leader: replacement.old_leader.clone(),
                    members: Vec::new(),
                    ..answer
                };
                self.undo_static_replacement(now, outbox, replacement);
                return outbox.answer_join(*reply, answer);
            }
        }
        outbox.start_session(now, &self.group_id, new_member_id, session_timeout);
        outbox.event(|| self.join_answered(new_member_id));
        outbox.answer_join(*reply, answer);
    }

    fn undo_static_replacement(&mut self, now: Timestamp, outbox: &mut Outbox, replacement: &StaticReplacement) {
        let old_member_id = &replacement.old_member_id;
        self.rename_static_member(outbox, &replacement.new_member_id, old_member_id);
        if let Some(member) = self.members.get_mut(old_member_id) {
            member.protocols.clone_from(&replacement.old_protocols);
            member.rebalance_timeout_ms = replacement.old_rebalance_timeout_ms;
            member.session_timeout_ms = replacement.old_session_timeout_ms;
            outbox.start_session(now, &self.group_id, old_member_id, member.session_timeout());
        }
        outbox.event(|| self.join_answered(old_member_id));
    }
}
