//! JoinGroup: a newcomer asks to be let in, or a member takes part in the next generation.
//!
//! A newcomer without an instance id comes twice from version 4 on (KIP-394): the first answer is
//! `MEMBER_ID_REQUIRED` with an identifier, and only who comes back with it is a member. So clients that give up while
//! they wait do not fill the group with ghosts.

use super::Groups;
use super::answer::JoinAnswer;
use super::config::{GroupsConfig, from_wire_millis, is_reached};
use super::event::{GroupEvent, LeaveReason};
use super::group::Group;
use super::member::Member;
use super::outbox::{AfterAppend, Outbox};
use super::records::{self, NAME_SIZE_MAX};
use super::request::{Join, ReplyId};
use super::state::GroupState;
use crate::{Random, Timestamp};
use runnel_protocol::ErrorCode;

/// From this version on newcomers come twice.
const MEMBER_ID_REQUIRED_FROM: i16 = 4;

/// A dash and a UUID: what a generated member identifier adds to the client's name.
const MEMBER_ID_SUFFIX_SIZE: usize = 37;

/// What a JoinGroup leads to.
enum Decision {
    Refuse {
        error: ErrorCode,
        member_id: String,
    },
    /// The group is full: even a member that was in it goes.
    RefuseFull,
    /// A newcomer shall come back with an identifier.
    AssignMemberId,
    /// A newcomer is let in, under a new identifier.
    AddNewcomer,
    /// A newcomer came back with its identifier.
    AddPending,
    /// A static member came back without its identifier.
    ReplaceStatic {
        member_id: String,
    },
    /// The member gets the current generation again.
    AnswerGeneration,
    /// The member takes part in the next generation.
    Rejoin {
        reason: String,
    },
}

impl Groups {
    /// Answers JoinGroup, at once or when the next generation begins.
    pub fn join(&mut self, now: Timestamp, random: &mut Random, request: Join, reply: ReplyId) {
        self.outbox.accept(reply);
        let partition = match self.admit_join(&request) {
            Ok(partition) => partition,
            Err((error, member_id)) => return self.outbox.answer_join(reply, JoinAnswer::refusal(error, member_id)),
        };
        let is_new_group = !self.groups.contains_key(&request.group_id);
        let group_id = request.group_id.clone();
        let group = self.groups.entry(group_id.clone()).or_insert_with(|| Group::new(&group_id, partition, now));
        let outbox = &mut self.outbox;
        match group.decide_join(&outbox.config, &request) {
            Decision::Refuse { error, member_id } => outbox.answer_join(reply, JoinAnswer::refusal(error, member_id)),
            Decision::RefuseFull => {
                group.take_out(outbox, &request.member_id, LeaveReason::GroupFull);
                outbox.answer_join(reply, JoinAnswer::refusal(ErrorCode::GroupMaxSizeReached, ""));
            }
            Decision::AssignMemberId => group.assign_member_id(now, outbox, random, &request, reply),
            Decision::AddNewcomer => {
                let member_id = new_member_id(random, &request);
                group.add_member(now, outbox, member_id, &request, reply);
            }
            Decision::AddPending => group.add_member(now, outbox, request.member_id.clone(), &request, reply),
            Decision::ReplaceStatic { member_id } => {
                let new_member_id = new_member_id(random, &request);
                group.replace_static_member(now, outbox, &member_id, new_member_id, &request, reply);
            }
            Decision::AnswerGeneration => {
                outbox.answer_join(reply, group.generation_for(&request.member_id));
            }
            Decision::Rejoin { reason } => group.rejoin(now, outbox, &request, reply, &reason),
        }
        if is_new_group {
            let after = AfterAppend::GroupCreated { group_id: group.group_id.clone(), reply };
            outbox.append_group(now, group, records::empty_group(group), after);
        }
    }

    /// The checks that need no group. Errors come with the member identifier of the answer.
    fn admit_join(&self, request: &Join) -> Result<i32, (ErrorCode, String)> {
        let config = &self.outbox.config;
        let refuse = |error| Err((error, request.member_id.clone()));
        if request.group_id.is_empty() {
            return refuse(ErrorCode::InvalidGroupId);
        }
        let session_timeout = from_wire_millis(request.session_timeout_ms);
        if session_timeout < config.session_timeout_min || session_timeout > config.session_timeout_max {
            return refuse(ErrorCode::InvalidSessionTimeout);
        }
        let partition = self.coordinate(&request.group_id).map_err(|error| (error, String::new()))?;
        if !has_storable_names(request) {
            return refuse(ErrorCode::InvalidRequest);
        }
        if !self.groups.contains_key(&request.group_id) {
            if !request.member_id.is_empty() {
                return refuse(ErrorCode::UnknownMemberId);
            }
            if is_reached(self.groups.len(), config.group_count_max) {
                return refuse(ErrorCode::PolicyViolation);
            }
        }
        Ok(partition)
    }
}

impl Group {
    fn decide_join(&self, config: &GroupsConfig, request: &Join) -> Decision {
        let member_id = request.member_id.clone();
        if !self.has_room_for(config, &member_id) {
            return Decision::RefuseFull;
        }
        if !self.supports_protocols(&request.protocol_type, &request.protocols) {
            return Decision::Refuse { error: ErrorCode::InconsistentGroupProtocol, member_id };
        }
        match member_id.is_empty() {
            true => self.decide_newcomer(config, request),
            false => self.decide_known(request),
        }
    }

    fn decide_newcomer(&self, config: &GroupsConfig, request: &Join) -> Decision {
        let known = request.group_instance_id.as_ref().map(|instance_id| self.static_members.get(instance_id));
        match known {
            Some(Some(member_id)) => Decision::ReplaceStatic { member_id: member_id.clone() },
            Some(None) => Decision::AddNewcomer,
            None if request.api_version < MEMBER_ID_REQUIRED_FROM => Decision::AddNewcomer,
            None if is_reached(self.pending_joins.len(), config.group_size_max) => Decision::RefuseFull,
            None => Decision::AssignMemberId,
        }
    }

    fn decide_known(&self, request: &Join) -> Decision {
        let refuse = |error| Decision::Refuse { error, member_id: request.member_id.clone() };
        if self.pending_joins.contains(&request.member_id) {
            // Identifiers are given out to dynamic members only; Kafka has no better name for this.
            let (error, member_id) = (ErrorCode::UnknownServerError, String::new());
            return match request.group_instance_id {
                Some(_) => Decision::Refuse { error, member_id },
                None => Decision::AddPending,
            };
        }
        if let Err(error) = self.validate_member(&request.member_id, request.group_instance_id.as_deref()) {
            return refuse(error);
        }
        let Some(member) = self.members.get(&request.member_id) else { return refuse(ErrorCode::UnknownMemberId) };
        let why = |what: &str| format!("{what} during {}; client reason: {}", self.state, request.reason());
        let has_changed = !member.matches(&request.protocols);
        match self.state {
            GroupState::PreparingRebalance => {
                Decision::Rejoin { reason: why(&format!("Member {} is joining group", member.member_id)) }
            }
            GroupState::Stable if self.is_leader(&member.member_id) => {
                Decision::Rejoin { reason: why(&format!("Leader {} re-joining group", member.member_id)) }
            }
            GroupState::CompletingRebalance | GroupState::Stable if has_changed => {
                Decision::Rejoin { reason: why(&format!("Updating metadata for member {}", member.member_id)) }
            }
            GroupState::CompletingRebalance | GroupState::Stable => Decision::AnswerGeneration,
            GroupState::Empty | GroupState::Dead => refuse(ErrorCode::UnknownMemberId),
        }
    }

    /// While members gather, those that have joined are counted, so that who comes last finds the group full; after
    /// that, those that are in it.
    fn has_room_for(&self, config: &GroupsConfig, member_id: &str) -> bool {
        let member = self.members.get(member_id);
        match self.state {
            GroupState::Empty | GroupState::Dead => true,
            GroupState::PreparingRebalance => {
                member.is_some_and(|member| member.awaiting_join.is_some())
                    || !is_reached(self.joined_count(), config.group_size_max)
            }
            GroupState::CompletingRebalance | GroupState::Stable => {
                member.is_some() || !is_reached(self.members.len(), config.group_size_max)
            }
        }
    }

    /// Tells a newcomer to come back. Who does not within its session time-out is forgotten.
    fn assign_member_id(
        &mut self,
        now: Timestamp,
        outbox: &mut Outbox,
        random: &mut Random,
        request: &Join,
        reply: ReplyId,
    ) {
        let member_id = new_member_id(random, request);
        outbox.event(|| GroupEvent::MemberIdAssigned {
            group_id: self.group_id.clone(),
            member_id: member_id.clone(),
            client_id: request.client_id.clone(),
        });
        outbox.start_session(now, &self.group_id, &member_id, from_wire_millis(request.session_timeout_ms));
        outbox.answer_join(reply, JoinAnswer::refusal(ErrorCode::MemberIdRequired, member_id.clone()));
        self.pending_joins.insert(member_id);
    }

    fn add_member(&mut self, now: Timestamp, outbox: &mut Outbox, member_id: String, request: &Join, reply: ReplyId) {
        let mut member = Member::joining(member_id.clone(), request);
        member.awaiting_join = Some(reply);
        if self.state == GroupState::PreparingRebalance && self.previous_state == GroupState::Empty {
            self.new_member_added = true;
        }
        self.add(member, &request.protocol_type);
        outbox.event(|| GroupEvent::MemberJoined {
            group_id: self.group_id.clone(),
            member_id: member_id.clone(),
            client_id: request.client_id.clone(),
            client_host: request.client_host.clone(),
            group_instance_id: request.group_instance_id.clone(),
            protocol_type: request.protocol_type.clone(),
            terms: self.shown_terms(&member_id),
        });
        // A member that waits for its first answer cannot send heartbeats, and its client may be gone.
        outbox.start_session(now, &self.group_id, &member_id, outbox.config.new_member_join_timeout);
        let reason = format!(
            "Adding new member {member_id} with group instance id {}; client reason: {}",
            request.group_instance_id.as_deref().unwrap_or("null"),
            request.reason()
        );
        self.rebalance(now, outbox, &reason);
    }

    fn rejoin(&mut self, now: Timestamp, outbox: &mut Outbox, request: &Join, reply: ReplyId, reason: &str) {
        if let Some(member) = self.members.get_mut(&request.member_id) {
            member.update(request);
            let superseded = member.awaiting_join.replace(reply);
            if let Some(superseded) = superseded {
                // The member has asked again, so nobody reads the first answer but who waits on that connection.
                let answer = JoinAnswer::refusal(ErrorCode::RebalanceInProgress, request.member_id.clone());
                outbox.answer_join(superseded, answer);
            }
        }
        outbox.event(|| self.member_rejoined(&request.member_id));
        self.rebalance(now, outbox, reason);
    }
}

fn new_member_id(random: &mut Random, request: &Join) -> String {
    let name = request.group_instance_id.as_ref().unwrap_or(&request.client_id);
    format!("{name}-{}", random.next_uuid())
}

/// Whether all names are short enough for the records and answers that will carry them.
fn has_storable_names(request: &Join) -> bool {
    let instance_id = request.group_instance_id.as_deref().unwrap_or("");
    let protocol_names = request.protocols.iter().map(|protocol| protocol.name.as_str());
    let others = [&request.group_id, &request.member_id, &request.client_host, &request.protocol_type];
    [instance_id, &request.client_id].iter().all(|name| name.len() + MEMBER_ID_SUFFIX_SIZE <= NAME_SIZE_MAX)
        && protocol_names.chain(others.map(String::as_str)).all(|name| name.len() <= NAME_SIZE_MAX)
}
