//! One group: its members and what follows from them. Nothing here answers, sets a timer or appends.

use super::event::GroupEvent;
use super::java;
use super::member::Member;
use super::outbox::{AppendId, Outbox};
use super::request::Protocol;
use super::state::GroupState;
use super::subscription;
use super::{JoinAnswer, JoinedMember};
use crate::Timestamp;
use bytes::Bytes;
use runnel_protocol::ErrorCode;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// What `protocol_type` says for consumers, whose subscriptions Kafka reads.
pub(super) const CONSUMER_PROTOCOL_TYPE: &str = "consumer";

/// A classic group.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Group {
    pub(super) group_id: String,
    /// Of `__consumer_offsets`.
    pub(super) partition: i32,
    pub(super) state: GroupState,
    pub(super) previous_state: GroupState,
    /// When the state changed last; unknown for groups that very old brokers wrote.
    pub(super) state_changed_at_ms: Option<i64>,
    /// `None` as long as nobody has joined.
    pub(super) protocol_type: Option<String>,
    /// The chosen protocol of the generation.
    pub(super) protocol_name: Option<String>,
    pub(super) generation_id: i32,
    pub(super) leader: Option<String>,
    pub(super) members: BTreeMap<String, Member>,
    /// Member identifiers by group instance id.
    pub(super) static_members: BTreeMap<String, String>,
    /// Identifiers that were given out and have not come back.
    pub(super) pending_joins: BTreeSet<String>,
    /// Members of the generation that have not sent SyncGroup.
    pub(super) pending_syncs: BTreeSet<String>,
    /// Topics that the consumers of the generation subscribe to; `None` if that is not known.
    pub(super) subscribed_topics: Option<BTreeSet<String>>,
    /// Somebody joined while the initial delay ran, so that it may be extended.
    pub(super) new_member_added: bool,
    /// The initial delay that is running.
    pub(super) initial_delay: Option<InitialDelay>,
    /// The assignment of this generation that is being appended.
    pub(super) storing_assignment: Option<AppendId>,
}

/// The wait for more members in the first rebalance of an empty group.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct InitialDelay {
    /// The piece that is running.
    pub(super) delay: Duration,
    /// How much longer it may be extended.
    pub(super) remaining: Duration,
}

impl Group {
    /// A group without members.
    pub(super) fn new(group_id: &str, partition: i32, now: Timestamp) -> Self {
        Group {
            group_id: group_id.to_owned(),
            partition,
            state: GroupState::Empty,
            previous_state: GroupState::Dead,
            state_changed_at_ms: Some(now.as_millis()),
            protocol_type: None,
            protocol_name: None,
            generation_id: 0,
            leader: None,
            members: BTreeMap::new(),
            static_members: BTreeMap::new(),
            pending_joins: BTreeSet::new(),
            pending_syncs: BTreeSet::new(),
            subscribed_topics: None,
            new_member_added: false,
            initial_delay: None,
            storing_assignment: None,
        }
    }

    pub(super) fn transition(&mut self, now: Timestamp, outbox: &mut Outbox, to: GroupState, reason: &str) {
        assert!(self.state.may_become(to), "a group does not go from {} to {to}", self.state);
        self.previous_state = self.state;
        self.state = to;
        self.state_changed_at_ms = Some(now.as_millis());
        outbox.event(|| GroupEvent::GroupStateChanged {
            group_id: self.group_id.clone(),
            from: self.previous_state,
            to,
            generation_id: self.generation_id,
            reason: reason.to_owned(),
        });
    }

    pub(super) fn uses_consumer_protocol(&self) -> bool {
        self.protocol_type.as_deref() == Some(CONSUMER_PROTOCOL_TYPE)
    }

    pub(super) fn is_leader(&self, member_id: &str) -> bool {
        self.leader.as_deref() == Some(member_id)
    }

    /// Adds a member that has just joined; the first one is the leader.
    pub(super) fn add(&mut self, member: Member, protocol_type: &str) {
        if let Some(instance_id) = &member.group_instance_id {
            let known = self.static_members.insert(instance_id.clone(), member.member_id.clone());
            assert!(known.is_none(), "a static member that is known is replaced, not added");
        }
        if self.members.is_empty() {
            self.protocol_type = Some(protocol_type.to_owned());
        }
        self.leader.get_or_insert_with(|| member.member_id.clone());
        self.pending_joins.remove(&member.member_id);
        self.members.insert(member.member_id.clone(), member);
    }

    /// Takes a member, or the identifier of one that has not joined, out of the group. A leader leaves its place to the
    /// first of the others.
    pub(super) fn remove(&mut self, member_id: &str) -> Option<Member> {
        let removed = self.members.remove(member_id);
        if let Some(instance_id) = removed.as_ref().and_then(|member| member.group_instance_id.as_ref()) {
            self.static_members.remove(instance_id);
        }
        if self.is_leader(member_id) {
            self.leader = self.members.keys().next().cloned();
        }
        self.pending_joins.remove(member_id);
        self.pending_syncs.remove(member_id);
        removed
    }

    /// Makes sure that the leader is one that has joined; false if nobody has, or nobody is there.
    pub(super) fn elect_joined_leader(&mut self) -> bool {
        let has_joined = |member: &Member| member.awaiting_join.is_some();
        let Some(leader) = self.leader.as_ref().and_then(|leader| self.members.get(leader)) else { return false };
        if has_joined(leader) {
            return true;
        }
        match self.members.values().find(|member| has_joined(member)) {
            Some(member) => {
                self.leader = Some(member.member_id.clone());
                true
            }
            None => false,
        }
    }

    pub(super) fn joined_count(&self) -> usize {
        self.members.values().filter(|member| member.awaiting_join.is_some()).count()
    }

    pub(super) fn has_everybody_joined(&self) -> bool {
        self.pending_joins.is_empty() && self.members.values().all(|member| member.awaiting_join.is_some())
    }

    /// How long a rebalance waits: the largest rebalance time-out of all members.
    pub(super) fn rebalance_timeout(&self) -> Duration {
        let millis = self.members.values().map(|member| member.rebalance_timeout_ms).max().unwrap_or(0);
        super::config::from_wire_millis(millis)
    }

    /// Whether a member offers at least one protocol that all others have too. The first one of an empty group may
    /// offer what it likes, but not nothing.
    pub(super) fn supports_protocols(&self, protocol_type: &str, protocols: &[Protocol]) -> bool {
        if self.state == GroupState::Empty {
            return !protocol_type.is_empty() && !protocols.is_empty();
        }
        if self.protocol_type.as_deref() != Some(protocol_type) {
            return false;
        }
        let counts = self.protocol_counts();
        let everywhere = |name: &str| counts.get(name).copied().unwrap_or(0) == self.members.len();
        protocols.iter().any(|protocol| everywhere(&protocol.name))
    }

    /// The protocol that most members like best among those that all have. Kafka breaks a tie by the order of a hash
    /// table, so that order is followed here.
    pub(super) fn select_protocol(&self) -> Option<String> {
        let counts = self.protocol_counts();
        let is_candidate = |name: &str| counts.get(name).copied() == Some(self.members.len());
        let mut votes: BTreeMap<&str, usize> = BTreeMap::new();
        for member in self.members.values() {
            let vote = member.protocols.iter().map(|protocol| protocol.name.as_str()).find(|name| is_candidate(name));
            *votes.entry(vote?).or_default() += 1;
        }
        let rank = |name: &str, count: usize| (usize::MAX - count, java::hash_table_bucket(name, votes.len()));
        votes.iter().min_by_key(|(name, count)| rank(name, **count)).map(|(name, _)| (*name).to_owned())
    }

    fn protocol_counts(&self) -> BTreeMap<&str, usize> {
        let mut counts = BTreeMap::new();
        for protocol in self.members.values().flat_map(|member| &member.protocols) {
            *counts.entry(protocol.name.as_str()).or_default() += 1;
        }
        counts
    }

    /// Topics that the consumers subscribe to under the chosen protocol; `None` if a subscription cannot be read.
    pub(super) fn compute_subscribed_topics(&self) -> Option<BTreeSet<String>> {
        if !self.uses_consumer_protocol() {
            return None;
        }
        if self.members.is_empty() {
            return Some(BTreeSet::new());
        }
        let protocol_name = Some(self.protocol_name.as_deref()?);
        let mut topics = BTreeSet::new();
        for member in self.members.values() {
            topics.extend(subscription::topics(&member.metadata(protocol_name)).ok()?);
        }
        Some(topics)
    }

    /// Whether offsets of a topic are still needed. A consumer group whose subscriptions are not known needs all.
    pub(super) fn is_subscribed_to(&self, topic: &str) -> bool {
        match &self.subscribed_topics {
            Some(topics) => topics.contains(topic),
            None => self.uses_consumer_protocol(),
        }
    }

    /// Whether a request comes from a member, and a static one under its latest identifier.
    pub(super) fn validate_member(&self, member_id: &str, group_instance_id: Option<&str>) -> Result<(), ErrorCode> {
        if let Some(instance_id) = group_instance_id {
            match self.static_members.get(instance_id) {
                None => return Err(ErrorCode::UnknownMemberId),
                Some(known) if known != member_id => return Err(ErrorCode::FencedInstanceId),
                Some(_) => {}
            }
        }
        if self.members.contains_key(member_id) { Ok(()) } else { Err(ErrorCode::UnknownMemberId) }
    }

    /// What JoinGroup answers to a member of the current generation.
    pub(super) fn generation_for(&self, member_id: &str) -> JoinAnswer {
        JoinAnswer {
            error_code: ErrorCode::None,
            generation_id: self.generation_id,
            protocol_type: self.protocol_type.clone(),
            protocol_name: self.protocol_name.clone(),
            leader: self.leader.clone().unwrap_or_default(),
            skip_assignment: false,
            member_id: member_id.to_owned(),
            members: if self.is_leader(member_id) { self.joined_members() } else { Vec::new() },
        }
    }

    fn joined_members(&self) -> Vec<JoinedMember> {
        let joined = |member: &Member| JoinedMember {
            member_id: member.member_id.clone(),
            group_instance_id: member.group_instance_id.clone(),
            metadata: member.metadata(self.protocol_name.as_deref()),
        };
        self.members.values().map(joined).collect()
    }

    /// What each member was given.
    pub(super) fn assignments(&self) -> BTreeMap<String, Bytes> {
        self.members.iter().map(|(member_id, member)| (member_id.clone(), member.assignment.clone())).collect()
    }
}
