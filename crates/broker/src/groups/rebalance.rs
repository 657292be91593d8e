//! How a group goes from one generation to the next.

use super::answer::{JoinAnswer, SyncAnswer};
use super::config::from_wire_millis;
use super::event::{GroupEvent, LeaveReason};
use super::group::{Group, InitialDelay};
use super::outbox::{AfterAppend, Outbox};
use super::records;
use super::state::GroupState;
use super::timers::Timer;
use crate::Timestamp;
use runnel_protocol::ErrorCode;
use std::time::Duration;

/// Static members keep their place when they do not join again in time; if nobody else has joined, the group looks
/// again after the rebalance time-out, and not sooner than this, whatever the members say.
const POSTPONED_JOIN_PHASE_MIN: Duration = Duration::from_millis(100);

impl Group {
    /// Begins a rebalance; if one is being prepared, looks whether this was the last member it waited for.
    pub(super) fn rebalance(&mut self, now: Timestamp, outbox: &mut Outbox, reason: &str) {
        if self.state.can_rebalance() {
            self.begin_rebalance(now, outbox, reason);
        } else {
            self.complete_join_if_all_joined(now, outbox);
        }
    }

    /// Begins a rebalance. Members that wait for an assignment have to join again.
    pub(super) fn begin_rebalance(&mut self, now: Timestamp, outbox: &mut Outbox, reason: &str) {
        if self.state == GroupState::CompletingRebalance {
            self.reset_assignments(now, outbox, ErrorCode::RebalanceInProgress);
        }
        self.storing_assignment = None;
        self.pending_syncs.clear();
        outbox.clear_deadline(&self.sync_phase());
        outbox.event(|| GroupEvent::RebalanceStarted {
            group_id: self.group_id.clone(),
            generation_id: self.generation_id,
            reason: reason.to_owned(),
        });

        let is_first = self.state == GroupState::Empty;
        self.transition(now, outbox, GroupState::PreparingRebalance, reason);
        if is_first {
            let delay = outbox.config.initial_rebalance_delay;
            let remaining = self.rebalance_timeout().saturating_sub(delay);
            self.initial_delay = Some(InitialDelay { delay, remaining });
            outbox.set_deadline(now, self.join_phase(), now + delay);
        } else if self.has_everybody_joined() {
            self.complete_join(now, outbox);
        } else {
            outbox.set_deadline(now, self.join_phase(), now + self.rebalance_timeout());
        }
    }

    /// Ends the wait for members early, if nobody is missing. The initial delay is always waited for.
    pub(super) fn complete_join_if_all_joined(&mut self, now: Timestamp, outbox: &mut Outbox) {
        if self.state == GroupState::PreparingRebalance
            && self.previous_state != GroupState::Empty
            && self.has_everybody_joined()
        {
            self.complete_join(now, outbox);
        }
    }

    /// The initial delay or the rebalance time-out is over.
    pub(super) fn expire_join_phase(&mut self, now: Timestamp, outbox: &mut Outbox) {
        if let Some(InitialDelay { delay, remaining }) = self.initial_delay
            && self.new_member_added
            && !remaining.is_zero()
        {
            self.new_member_added = false;
            let next_delay = outbox.config.initial_rebalance_delay.min(remaining);
            let next = InitialDelay { delay: next_delay, remaining: remaining.saturating_sub(delay) };
            self.initial_delay = Some(next);
            outbox.set_deadline(now, self.join_phase(), now + next_delay);
        } else {
            self.complete_join(now, outbox);
        }
    }

    /// Begins the next generation with the members that have joined. Dynamic members that have not are removed.
    pub(super) fn complete_join(&mut self, now: Timestamp, outbox: &mut Outbox) {
        outbox.clear_deadline(&self.join_phase());
        self.initial_delay = None;
        let is_late =
            |member: &&super::member::Member| member.awaiting_join.is_none() && member.group_instance_id.is_none();
        let late: Vec<String> = self.members.values().filter(is_late).map(|member| member.member_id.clone()).collect();
        for member_id in &late {
            self.take_out(outbox, member_id, LeaveReason::RebalanceTimeout);
        }

        if !self.elect_joined_leader() && !self.members.is_empty() {
            let wait = self.rebalance_timeout().max(POSTPONED_JOIN_PHASE_MIN);
            outbox.set_deadline(now, self.join_phase(), now + wait);
            return;
        }
        self.pending_syncs.clear();
        self.new_member_added = false;
        self.generation_id = self.generation_id.checked_add(1).unwrap_or(1);
        self.protocol_name = self.select_protocol();
        self.subscribed_topics = self.compute_subscribed_topics();
        if self.members.is_empty() {
            self.protocol_name = None;
            self.transition(now, outbox, GroupState::Empty, "nobody is left");
            outbox.append_group(now, self, records::group(self, &self.assignments()), AfterAppend::Nothing);
        } else {
            self.start_generation(now, outbox);
        }
    }

    fn start_generation(&mut self, now: Timestamp, outbox: &mut Outbox) {
        self.transition(now, outbox, GroupState::CompletingRebalance, "all members have joined, or time is up");
        outbox.event(|| GroupEvent::GenerationStarted {
            group_id: self.group_id.clone(),
            generation_id: self.generation_id,
            protocol_type: self.protocol_type.clone().unwrap_or_default(),
            protocol_name: self.protocol_name.clone().unwrap_or_default(),
            leader: self.leader.clone().unwrap_or_default(),
            members: self.members.keys().cloned().collect(),
        });
        let member_ids: Vec<String> = self.members.keys().cloned().collect();
        for member_id in &member_ids {
            let answer = self.generation_for(member_id);
            let Some(member) = self.members.get_mut(member_id) else { continue };
            member.is_new = false;
            if let Some(reply) = member.awaiting_join.take() {
                outbox.answer_join(reply, answer);
            }
            outbox.start_session(now, &self.group_id, member_id, member.session_timeout());
        }
        self.pending_syncs = member_ids.into_iter().collect();
        outbox.set_deadline(now, self.sync_phase(), now + self.rebalance_timeout());
    }

    /// Members that have not sent SyncGroup are removed, and the group gathers again.
    pub(super) fn expire_sync_phase(&mut self, now: Timestamp, outbox: &mut Outbox) {
        let is_waiting = matches!(self.state, GroupState::CompletingRebalance | GroupState::Stable);
        if !is_waiting || self.pending_syncs.is_empty() {
            return;
        }
        let late: Vec<String> = self.pending_syncs.iter().cloned().collect();
        for member_id in &late {
            self.take_out(outbox, member_id, LeaveReason::SyncTimeout);
        }
        let reason = format!("removing {} on pending sync request expiration", late.join(", "));
        self.begin_rebalance(now, outbox, &reason);
    }

    /// A member's session time-out is over.
    pub(super) fn expire_session(&mut self, now: Timestamp, outbox: &mut Outbox, member_id: &str) {
        if self.pending_joins.contains(member_id) {
            self.take_out(outbox, member_id, LeaveReason::SessionTimeout);
            if self.state == GroupState::PreparingRebalance && self.has_everybody_joined() {
                self.complete_join(now, outbox);
            }
            return;
        }
        // Who waits here is alive; its time starts again with the answer.
        if self.members.get(member_id).is_none_or(super::member::Member::is_waiting) {
            return;
        }
        self.take_out(outbox, member_id, LeaveReason::SessionTimeout);
        match self.state {
            GroupState::Stable | GroupState::CompletingRebalance => {
                let reason = format!("removing member {member_id} on heartbeat expiration");
                self.rebalance(now, outbox, &reason);
            }
            GroupState::PreparingRebalance if self.has_everybody_joined() => self.complete_join(now, outbox),
            GroupState::PreparingRebalance | GroupState::Empty | GroupState::Dead => {}
        }
    }

    /// Removes a member, or an identifier that was given out. Whatever it waits for is answered with
    /// `UNKNOWN_MEMBER_ID`, so that a client that is alive joins anew.
    pub(super) fn take_out(&mut self, outbox: &mut Outbox, member_id: &str, reason: LeaveReason) {
        outbox.stop_session(&self.group_id, member_id);
        let was_pending = self.pending_joins.contains(member_id);
        let member = self.remove(member_id);
        if let Some(reply) = member.as_ref().and_then(|member| member.awaiting_join) {
            outbox.answer_join(reply, JoinAnswer::refusal(ErrorCode::UnknownMemberId, ""));
        }
        if let Some(reply) = member.as_ref().and_then(|member| member.awaiting_sync) {
            outbox.answer_sync(reply, SyncAnswer::refusal(ErrorCode::UnknownMemberId));
        }
        if member.is_some() || was_pending {
            outbox.event(|| {
                let (client_id, group_instance_id) =
                    member.map(|member| (member.client_id, member.group_instance_id)).unwrap_or_default();
                GroupEvent::MemberLeft {
                    group_id: self.group_id.clone(),
                    member_id: member_id.to_owned(),
                    client_id,
                    group_instance_id,
                    reason,
                }
            });
        }
    }

    /// Takes all assignments back and answers every SyncGroup that waits with an error.
    pub(super) fn reset_assignments(&mut self, now: Timestamp, outbox: &mut Outbox, error: ErrorCode) {
        self.storing_assignment = None;
        for member in self.members.values_mut() {
            member.assignment = bytes::Bytes::new();
            if let Some(reply) = member.awaiting_sync.take() {
                outbox.answer_sync(reply, SyncAnswer::refusal(error));
                outbox.start_session(
                    now,
                    &self.group_id,
                    &member.member_id,
                    from_wire_millis(member.session_timeout_ms),
                );
            }
        }
    }

    pub(super) fn join_phase(&self) -> Timer {
        Timer::JoinPhase { group_id: self.group_id.clone() }
    }

    pub(super) fn sync_phase(&self) -> Timer {
        Timer::SyncPhase { group_id: self.group_id.clone() }
    }
}
