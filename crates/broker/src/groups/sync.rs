//! SyncGroup: the leader hands in who reads what, and everybody is told at once.
//!
//! Nobody is answered before the leader's assignment is stored: an early answer with nothing in it would make a member
//! believe that it has nothing to read.

use super::answer::SyncAnswer;
use super::event::GroupEvent;
use super::group::Group;
use super::outbox::{AfterAppend, Outbox, answer_to_failed_append};
use super::request::{ReplyId, Sync};
use super::state::GroupState;
use super::{Groups, records};
use crate::Timestamp;
use bytes::Bytes;
use runnel_protocol::ErrorCode;
use std::collections::BTreeMap;

/// From this version on members have to say which protocol they mean.
const PROTOCOL_REQUIRED_FROM: i16 = 5;

impl Groups {
    /// Answers SyncGroup, at once or when the leader's assignment is stored.
    pub fn sync(&mut self, now: Timestamp, request: Sync, reply: ReplyId) {
        self.outbox.accept(reply);
        if let Err(error) = self.try_sync(now, request, reply) {
            self.outbox.answer_sync(reply, SyncAnswer::refusal(error));
        }
    }

    fn try_sync(&mut self, now: Timestamp, request: Sync, reply: ReplyId) -> Result<(), ErrorCode> {
        let names_protocol = request.protocol_type.is_some() && request.protocol_name.is_some();
        if request.api_version >= PROTOCOL_REQUIRED_FROM && !names_protocol {
            return Err(ErrorCode::InconsistentGroupProtocol);
        }
        if request.group_id.is_empty() {
            return Err(ErrorCode::InvalidGroupId);
        }
        self.coordinate(&request.group_id)?;
        let group = self.groups.get_mut(&request.group_id).ok_or(ErrorCode::UnknownMemberId)?;
        let outbox = &mut self.outbox;
        group.validate_sync(&request)?;
        match group.state {
            GroupState::PreparingRebalance => return Err(ErrorCode::RebalanceInProgress),
            GroupState::CompletingRebalance => group.park_sync(now, outbox, request, reply),
            GroupState::Stable => {
                group.note_sync(outbox, &request.member_id);
                let answer = group.assignment_for(&request.member_id);
                outbox.answer_sync(reply, answer);
            }
            GroupState::Empty | GroupState::Dead => return Err(ErrorCode::UnknownMemberId),
        }
        Ok(())
    }
}

impl Group {
    fn validate_sync(&self, request: &Sync) -> Result<(), ErrorCode> {
        self.validate_member(&request.member_id, request.group_instance_id.as_deref())?;
        if request.generation_id != self.generation_id {
            return Err(ErrorCode::IllegalGeneration);
        }
        let differs = |said: &Option<String>, known: &Option<String>| {
            said.as_ref().zip(known.as_ref()).is_some_and(|(said, known)| said != known)
        };
        if differs(&request.protocol_type, &self.protocol_type) || differs(&request.protocol_name, &self.protocol_name)
        {
            return Err(ErrorCode::InconsistentGroupProtocol);
        }
        Ok(())
    }

    fn park_sync(&mut self, now: Timestamp, outbox: &mut Outbox, request: Sync, reply: ReplyId) {
        if let Some(member) = self.members.get_mut(&request.member_id)
            && let Some(superseded) = member.awaiting_sync.replace(reply)
        {
            outbox.answer_sync(superseded, SyncAnswer::refusal(ErrorCode::RebalanceInProgress));
        }
        self.note_sync(outbox, &request.member_id);
        // A leader that asks again while its assignment is being stored gets that one.
        if self.is_leader(&request.member_id) && self.storing_assignment.is_none() {
            self.store_assignment(now, outbox, request);
        }
    }

    /// The member has sent SyncGroup in time. When all have, nobody has to be removed for it.
    fn note_sync(&mut self, outbox: &mut Outbox, member_id: &str) {
        self.pending_syncs.remove(member_id);
        if self.pending_syncs.is_empty() {
            outbox.clear_deadline(&self.sync_phase());
        }
    }

    fn store_assignment(&mut self, now: Timestamp, outbox: &mut Outbox, request: Sync) {
        let mut given: BTreeMap<String, Bytes> = request.assignments.into_iter().collect();
        let mut take = |member_id: &String| Bytes::copy_from_slice(&given.remove(member_id).unwrap_or_default());
        let assignments = self.members.keys().map(|member_id| (member_id.clone(), take(member_id))).collect();
        let record = records::group(self, &assignments);
        self.storing_assignment = Some(outbox.next_append_id());
        let after = AfterAppend::Assignment {
            group_id: request.group_id,
            generation_id: self.generation_id,
            leader: request.member_id,
            assignments,
        };
        outbox.append_group(now, self, record, after);
    }

    /// The leader's assignment was stored, or could not be. If a rebalance has begun since, it is void.
    pub(super) fn finish_assignment(
        &mut self,
        now: Timestamp,
        outbox: &mut Outbox,
        generation_id: i32,
        leader: &str,
        outcome: Result<BTreeMap<String, Bytes>, ErrorCode>,
    ) {
        if self.state != GroupState::CompletingRebalance || self.generation_id != generation_id {
            return;
        }
        self.storing_assignment = None;
        match outcome {
            Ok(assignments) => self.hand_out(now, outbox, assignments),
            Err(error) => {
                let error = answer_to_failed_append(error);
                self.reset_assignments(now, outbox, error);
                let reason = format!("Error {error} when storing group assignment during SyncGroup (member: {leader})");
                self.rebalance(now, outbox, &reason);
            }
        }
    }

    fn hand_out(&mut self, now: Timestamp, outbox: &mut Outbox, mut assignments: BTreeMap<String, Bytes>) {
        for (member_id, member) in &mut self.members {
            member.assignment = assignments.remove(member_id).unwrap_or_default();
        }
        self.transition(now, outbox, GroupState::Stable, "the leader's assignment is stored");
        outbox.event(|| self.partitions_assigned());
        let member_ids: Vec<String> = self.members.keys().cloned().collect();
        for member_id in &member_ids {
            let answer = self.assignment_for(member_id);
            let Some(member) = self.members.get_mut(member_id) else { continue };
            if let Some(reply) = member.awaiting_sync.take() {
                // Its time-out was ignored while it waited.
                outbox.start_session(now, &self.group_id, member_id, member.session_timeout());
                outbox.answer_sync(reply, answer);
            }
        }
    }

    fn assignment_for(&self, member_id: &str) -> SyncAnswer {
        SyncAnswer {
            error_code: ErrorCode::None,
            protocol_type: self.protocol_type.clone(),
            protocol_name: self.protocol_name.clone(),
            assignment: self.members.get(member_id).map(|member| member.assignment.clone()).unwrap_or_default(),
        }
    }

    fn partitions_assigned(&self) -> GroupEvent {
        let assigned = self.members.iter().map(|(id, member)| self.shown_assignment(id, &member.assignment));
        GroupEvent::PartitionsAssigned {
            group_id: self.group_id.clone(),
            generation_id: self.generation_id,
            assignments: assigned.collect(),
        }
    }
}
