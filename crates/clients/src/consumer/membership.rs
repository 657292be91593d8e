//! The conversation with the coordinator: finding it, joining, syncing, heartbeats, leaving.

use super::group::{GroupState, JUST_STARTED, MEMBER_ID_GIVEN, NO_GENERATION, REBALANCING, TOPICS_CHANGED};
use super::{Asked, Consumer, ConsumerEvent};
use crate::assignors::encoding::{decode_subscription, encode_assignment, encode_subscription, user_data};
use crate::assignors::{Assignor, Member};
use crate::{Address, ClientKind, Peer, TopicPartition};
use bytes::Bytes;
use runnel_protocol::messages::find_coordinator::{FindCoordinatorRequest, FindCoordinatorResponse};
use runnel_protocol::messages::heartbeat::HeartbeatRequest;
use runnel_protocol::messages::join_group::{JoinGroupRequest, JoinGroupRequestProtocol, JoinGroupResponse};
use runnel_protocol::messages::leave_group::{LeaveGroupRequest, MemberIdentity};
use runnel_protocol::messages::sync_group::{SyncGroupRequest, SyncGroupRequestAssignment};
use runnel_protocol::{ErrorCode, Request, SmallMap, Timestamp};
use std::time::Duration;

/// A join is waited for longer than the rebalance may take, so that the coordinator has the last word.
const JOIN_LAPSE: Duration = Duration::from_secs(5);

impl Consumer {
    /// The connection to the coordinator: Java and librdkafka keep one of its own for it.
    pub(super) fn coordinator_peer(&self) -> Option<Peer> {
        let lane = u8::from(self.settings.kind != ClientKind::Kafkajs);
        self.group.coordinator.map(|node_id| Peer::Node { node_id, lane })
    }

    pub(super) fn group_id(&self) -> &str {
        self.settings.group_id.as_deref().unwrap_or_default()
    }

    /// Asks a broker who coordinates the group, unless that is known or asked already.
    pub(super) fn find_coordinator(&mut self, now: Timestamp) -> bool {
        let is_due = self.group.find_at.is_none_or(|at| at <= now);
        if self.group.coordinator.is_some() || self.group.is_finding || !is_due {
            return false;
        }
        let Some(peer) = self.metadata.any_broker(now, &self.network) else { return false };
        // The first time it is asked on the connection on which metadata was just asked for.
        if self.metadata.brokers().is_empty() && !self.network.is_ready(peer) {
            return false;
        }
        let group_id = self.group_id().to_owned();
        let request = if self.settings.kind == ClientKind::Java {
            FindCoordinatorRequest { coordinator_keys: vec![group_id.into()], ..Default::default() }
        } else {
            FindCoordinatorRequest { key: group_id.into(), ..Default::default() }
        };
        self.group.is_finding = true;
        self.ask(now, peer, Request::FindCoordinator(request), Asked::FindCoordinator);
        true
    }

    pub(super) fn coordinator_found(&mut self, now: Timestamp, response: &FindCoordinatorResponse) {
        self.group.is_finding = false;
        let one = response.coordinators.first();
        let (code, node_id, host, port) = one
            .map_or((response.error_code, response.node_id, &response.host, response.port), |one| {
                (one.error_code, one.node_id, &one.host, one.port)
            });
        let error = code_of(code);
        if error != ErrorCode::None {
            if error.is_retriable() {
                self.find_again(now);
            } else {
                self.fail(now, &format!("the group's coordinator cannot be found: {}", error.message()));
            }
            return;
        }
        let address = Address { host: host.to_string(), port: u16::try_from(port).unwrap_or(0) };
        self.network.learn(now, node_id, address);
        self.group.coordinator = Some(node_id);
        self.group.find_at = None;
        self.group.failures_count = 0;
        let group_id = self.group_id().to_owned();
        self.emit(|| ConsumerEvent::CoordinatorFound { group_id, node_id });
    }

    /// Looks for the coordinator again after a while.
    pub(super) fn find_again(&mut self, now: Timestamp) {
        self.group.is_finding = false;
        self.group.failures_count = self.group.failures_count.saturating_add(1);
        let wait = self.settings.retry_backoff.after(self.group.failures_count, &mut self.random);
        self.group.find_at = Some(now + wait);
        self.metadata.demand();
    }

    /// The coordinator is not where it was, or cannot be reached.
    pub(super) fn lose_coordinator(&mut self, now: Timestamp, reason: &str) {
        if self.group.coordinator.is_none() {
            return;
        }
        let peer = self.coordinator_peer();
        self.group.coordinator = None;
        let group_id = self.group_id().to_owned();
        self.emit(|| ConsumerEvent::CoordinatorLost { group_id, reason: reason.to_owned() });
        if self.settings.kind == ClientKind::Java
            && let Some(peer) = peer
        {
            self.network.disconnect(now, peer, "the coordinator is not known any more");
        }
    }

    /// Says that this member wants to be in the group's next generation.
    pub(super) fn send_join(&mut self, now: Timestamp) -> bool {
        let Some(peer) = self.coordinator_peer() else { return false };
        let protocols = self.settings.assignors.clone().into_iter().map(|assignor| {
            let metadata = self.subscription(assignor);
            JoinGroupRequestProtocol { name: assignor.name().into(), metadata }
        });
        let protocols = protocols.collect();
        let reason = self.group.rejoin.clone().unwrap_or_default();
        let request = JoinGroupRequest {
            group_id: self.group_id().into(),
            session_timeout_ms: millis(self.settings.session_timeout),
            rebalance_timeout_ms: millis(self.settings.max_poll_interval),
            member_id: self.group.member_id.as_str().into(),
            group_instance_id: self.instance_id(),
            protocol_type: "consumer".into(),
            protocols,
            reason: Some(self.java_reason(&reason).into()),
        };
        let member_id = self.group.member_id.clone();
        let group_id = self.group_id().to_owned();
        self.emit(|| ConsumerEvent::Joining { group_id, member_id, reason });
        self.group.joined_topics = self.topics().to_vec();
        self.group.state = GroupState::Joining;
        self.group.rebalance_until = Some(now + self.settings.max_poll_interval);
        let timeout = self.settings.request_timeout.max(self.settings.max_poll_interval + JOIN_LAPSE);
        self.ask_within(now, peer, Request::JoinGroup(request), timeout, Asked::JoinGroup);
        true
    }

    /// A reason in the words that Java's client sends (KIP-800).
    fn java_reason(&self, reason: &str) -> String {
        match reason {
            JUST_STARTED => String::new(),
            MEMBER_ID_GIVEN => format!("{reason}: {}", self.group.member_id),
            REBALANCING => "group is already rebalancing".to_owned(),
            TOPICS_CHANGED => "cached metadata has changed".to_owned(),
            other => other.to_owned(),
        }
    }

    fn instance_id(&self) -> Option<bytestring::ByteString> {
        self.settings.group_instance_id.as_deref().map(Into::into)
    }

    /// What the member says of itself to one assignor.
    fn subscription(&self, assignor: Assignor) -> Bytes {
        let owned: Vec<TopicPartition> = self.partitions.keys().cloned().collect();
        let assigned = self.group.assigned_generation.map(|id| (self.group_assignment.as_slice(), id));
        let user_data = user_data(assignor, assigned);
        // librdkafka has empty bytes where Java has none.
        let user_data = user_data.or((self.settings.kind == ClientKind::Librdkafka).then(Bytes::new));
        let member = Member {
            topics: self.topics().to_vec(),
            owned_partitions: owned,
            generation_id: Some(self.group.generation_id).filter(|id| *id >= 0),
            user_data,
            ..Member::default()
        };
        let version = if self.settings.kind == ClientKind::Kafkajs { 0 } else { 3 };
        // Names of topics were checked by the broker that told of them.
        encode_subscription(version, &member).unwrap_or_default()
    }

    /// Takes in a generation. Returns whether this member is to deal the partitions.
    pub(super) fn joined(&mut self, now: Timestamp, response: &JoinGroupResponse) -> bool {
        self.group.failures_count = 0;
        self.group.member_id = response.member_id.to_string();
        self.group.generation_id = response.generation_id;
        self.group.is_leader = response.leader == response.member_id;
        self.group.protocol = response.protocol_name.as_deref().and_then(Assignor::named);
        self.group.rejoin = None;
        self.group.state = GroupState::Syncing;
        self.group.heartbeat_at = now + self.settings.heartbeat_interval;
        self.group.session_until = now + self.settings.session_timeout;
        self.group.members = response
            .members
            .iter()
            .map(|member| {
                let instance = member.group_instance_id.as_deref();
                // A member whose words cannot be read wants nothing.
                decode_subscription(&member.member_id, instance, &member.metadata)
                    .unwrap_or_else(|_| Member::new(&member.member_id, &[]))
            })
            .collect();
        let event = ConsumerEvent::Joined {
            group_id: self.group_id().to_owned(),
            member_id: self.group.member_id.clone(),
            generation_id: self.group.generation_id,
            is_leader: self.group.is_leader,
            protocol: response.protocol_name.as_deref().unwrap_or_default().to_owned(),
        };
        self.emit(|| event);
        if self.group.is_leader && response.skip_assignment {
            // A static leader that came back: what was dealt stands.
            self.group.dealt_counts = self.wanted_counts().into_iter().collect();
        }
        self.group.is_leader && !response.skip_assignment
    }

    /// How many partitions the topics have that any member wants.
    fn wanted_counts(&self) -> SmallMap<String, i32> {
        let wanted = self.group.members.iter().flat_map(|member| &member.topics);
        wanted.filter_map(|topic| Some((topic.clone(), self.metadata.partitions_count(topic)?))).collect()
    }

    /// Asks for this member's partitions; the leader says everybody's with it.
    pub(super) fn send_sync(&mut self, now: Timestamp, deals: bool) -> bool {
        let Some(peer) = self.coordinator_peer() else { return false };
        let assignments = if deals { self.deal() } else { Vec::new() };
        let request = SyncGroupRequest {
            group_id: self.group_id().into(),
            generation_id: self.group.generation_id,
            member_id: self.group.member_id.as_str().into(),
            group_instance_id: self.instance_id(),
            protocol_type: Some("consumer".into()),
            protocol_name: self.group.protocol.map(|protocol| protocol.name().into()),
            assignments,
        };
        self.ask(now, peer, Request::SyncGroup(request), Asked::SyncGroup);
        true
    }

    fn deal(&mut self) -> Vec<SyncGroupRequestAssignment> {
        let Some(assignor) = self.group.protocol else { return Vec::new() };
        let counts = self.wanted_counts();
        let assignment = assignor.assign(&self.group.members, self.topics(), &counts);
        let (version, user_data) = match self.settings.kind {
            ClientKind::Java => (3, None),
            ClientKind::Kafkajs => (0, Some(Bytes::new())),
            ClientKind::Librdkafka => (0, Some(Bytes::new())),
        };
        let generation_id = self.group.generation_id;
        self.group.dealt_counts = counts.into_iter().collect();
        let shown = assignment.clone();
        self.emit(|| ConsumerEvent::Dealt { generation_id, members: shown.into_iter().collect() });
        let one = |(member_id, partitions): (String, Vec<TopicPartition>)| SyncGroupRequestAssignment {
            member_id: member_id.into(),
            assignment: encode_assignment(version, &partitions, user_data.clone()).unwrap_or_default(),
        };
        assignment.into_iter().map(one).collect()
    }

    /// Says that the member is alive.
    pub(super) fn send_heartbeat(&mut self, now: Timestamp) -> bool {
        let Some(peer) = self.coordinator_peer() else { return false };
        let request = HeartbeatRequest {
            group_id: self.group_id().into(),
            generation_id: self.group.generation_id,
            member_id: self.group.member_id.as_str().into(),
            group_instance_id: self.instance_id(),
        };
        self.group.is_beating = true;
        self.group.heartbeat_at = now + self.settings.heartbeat_interval;
        self.ask(now, peer, Request::Heartbeat(request), Asked::Heartbeat);
        true
    }

    /// Says goodbye, so that nobody waits for the session to end. Static members only go when their session does.
    pub(super) fn send_leave(&mut self, now: Timestamp, reason: &str) -> bool {
        let leaves = self.settings.group_instance_id.is_none() && !self.group.member_id.is_empty();
        let (true, Some(peer)) = (leaves, self.coordinator_peer()) else { return false };
        let member_id = self.group.member_id.clone();
        let group_id = self.group_id().to_owned();
        let request = if self.settings.kind == ClientKind::Librdkafka {
            LeaveGroupRequest {
                group_id: group_id.as_str().into(),
                member_id: member_id.as_str().into(),
                ..Default::default()
            }
        } else {
            let reason = (self.settings.kind == ClientKind::Java).then(|| reason.into());
            let member = MemberIdentity { member_id: member_id.as_str().into(), group_instance_id: None, reason };
            LeaveGroupRequest { group_id: group_id.as_str().into(), members: vec![member], ..Default::default() }
        };
        self.emit(|| ConsumerEvent::Left { group_id, member_id, reason: reason.to_owned() });
        self.group.state = GroupState::Leaving;
        self.ask(now, peer, Request::LeaveGroup(request), Asked::LeaveGroup);
        true
    }

    /// No more a member, whatever the coordinator thinks.
    pub(super) fn forget_membership(&mut self, reason: &str) {
        self.group.reset(false, reason);
        debug_assert_eq!(self.group.generation_id, NO_GENERATION);
    }
}

/// The code as one of Kafka's table.
pub(super) fn code_of(code: i16) -> ErrorCode {
    ErrorCode::from_number(code).unwrap_or(ErrorCode::UnknownServerError)
}

pub(super) fn millis(duration: Duration) -> i32 {
    i32::try_from(duration.as_millis()).unwrap_or(i32::MAX)
}
