//! How groups come back after a restart, and how they go when another broker takes them over.
//!
//! All that is not in `__consumer_offsets` is forgotten: who was joining, and how long each member has been silent. So
//! the members of a stable group get fresh session time-outs.

use super::answer::{JoinAnswer, SyncAnswer};
use super::event::{GroupEvent, LeaveReason};
use super::group::Group;
use super::member::Member;
use super::outbox::{AppendId, Outbox};
use super::records::{self, Record};
use super::request::Protocol;
use super::state::GroupState;
use super::timers::Timer;
use super::{GroupSnapshot, Groups, PartitionState, config};
use crate::Timestamp;
use bytes::Bytes;
use runnel_protocol::kinds::group_metadata::{GroupMetadataValue, MemberMetadata};
use runnel_protocol::{DecodeError, ErrorCode};

impl Groups {
    /// This broker leads a partition of `__consumer_offsets` from now on; its records follow by
    /// [`Groups::load_record`].
    pub fn load_partition(&mut self, partition: i32, now: Timestamp) {
        self.unload_partition(partition, now);
        self.partitions.insert(partition, PartitionState::Loading);
    }

    /// Takes over a record, in the log's order.
    ///
    /// # Errors
    /// Where the record is not what it should be; then it is passed over.
    pub fn load_record(&mut self, key: &Bytes, value: Option<&Bytes>, now: Timestamp) -> Result<(), DecodeError> {
        match records::read(key, value)? {
            Record::Offset { key, value } => {
                if value.is_some() {
                    let partition = self.partition_for(&key.group_id);
                    let new = || Group::new(&key.group_id, partition, now);
                    self.groups.entry(key.group_id.clone()).or_insert_with(new);
                }
                self.offsets.load(&key, value);
            }
            Record::Group { group_id, value: Some(value) } => {
                let partition = self.partition_for(&group_id);
                let group = Group::loaded(&group_id, partition, value, now);
                self.groups.insert(group_id, group);
            }
            Record::Group { group_id, value: None } => {
                self.groups.remove(&group_id);
            }
            Record::Other => {}
        }
        Ok(())
    }

    /// All records were taken over: groups of the partition are served.
    pub fn finish_load(&mut self, partition: i32, now: Timestamp) {
        self.partitions.insert(partition, PartitionState::Active);
        let outbox = &mut self.outbox;
        for group in self.groups.values_mut().filter(|group| group.partition == partition) {
            for (member_id, member) in &group.members {
                outbox.start_session(now, &group.group_id, member_id, member.session_timeout());
            }
            let limit = outbox.config.group_size_max;
            if config::is_reached(group.members.len(), limit.saturating_add(1)) {
                let reason = format!(
                    "Freshly-loaded group {} (size {}) is over capacity {limit}. Rebalancing in order to give a \
                     chance for consumers to commit offsets",
                    group.group_id,
                    group.members.len()
                );
                group.begin_rebalance(now, outbox, &reason);
            }
        }
        if !self.outbox.timers.is_set(&Timer::OffsetsRetention) {
            self.schedule_expiry(now);
        }
        self.show_loaded(partition);
    }

    /// Tells watchers of the groups that came back.
    fn show_loaded(&mut self, partition: i32) {
        if !self.outbox.is_watched {
            return;
        }
        let loaded: Vec<GroupSnapshot> =
            self.snapshot().into_iter().filter(|group| self.partition_for(&group.group_id) == partition).collect();
        for group in loaded {
            self.outbox.event(|| GroupEvent::GroupLoaded { group: Box::new(group) });
        }
    }

    /// This broker no longer leads a partition: all who wait for groups of it are sent away.
    pub fn unload_partition(&mut self, partition: i32, now: Timestamp) {
        self.unload(partition, now, "another broker coordinates it");
    }

    /// This broker leads no partition any more; `why` is for watchers.
    pub fn unload_all(&mut self, now: Timestamp, why: &str) {
        let partitions: Vec<i32> = self.partitions.keys().copied().collect();
        for partition in partitions {
            self.unload(partition, now, why);
        }
    }

    /// Whether the groups of some partition are still being read.
    pub fn is_loading(&self) -> bool {
        self.partitions.values().any(|state| *state == PartitionState::Loading)
    }

    fn unload(&mut self, partition: i32, now: Timestamp, why: &str) {
        if self.partitions.remove(&partition).is_none() {
            return;
        }
        let is_gone = |append: &super::outbox::PendingAppend| append.partition == partition;
        let appends = self.outbox.appends.iter().filter(|(_, append)| is_gone(append));
        let appends: Vec<AppendId> = appends.map(|(id, _)| *id).collect();
        let group_ids = self.groups.values().filter(|group| group.partition == partition);
        let group_ids: Vec<String> = group_ids.map(|group| group.group_id.clone()).collect();
        for group_id in &group_ids {
            if let Some(mut group) = self.groups.remove(group_id) {
                group.dissolve(&mut self.outbox, ErrorCode::NotCoordinator, why);
            }
        }
        for id in appends {
            self.abandon_append(now, id);
        }
        // Groups whose tombstones were abandoned came back, and go too.
        self.groups.retain(|_, group| group.partition != partition);
        let is_gone = |group_id: &&str| self.partition_for(group_id) == partition;
        let offsets: Vec<String> = self.offsets.group_ids().filter(is_gone).map(str::to_owned).collect();
        for group_id in &offsets {
            self.offsets.remove_group(group_id);
        }
    }
}

impl Group {
    fn loaded(group_id: &str, partition: i32, value: GroupMetadataValue, now: Timestamp) -> Self {
        let mut group = Group::new(group_id, partition, now);
        group.generation_id = value.generation;
        group.protocol_name = value.protocol.map(|protocol| protocol.to_string());
        for member in value.members {
            let member = Member::loaded(member, group.protocol_name.as_deref());
            let instance_id = member.group_instance_id.as_ref();
            let is_known = instance_id.is_some_and(|instance_id| group.static_members.contains_key(instance_id));
            // Nobody is in a group twice, whatever the record says.
            if !is_known && !group.members.contains_key(&member.member_id) {
                group.add(member, &value.protocol_type);
            }
        }
        group.state = if group.members.is_empty() { GroupState::Empty } else { GroupState::Stable };
        group.protocol_type = Some(value.protocol_type.to_string()).filter(|protocol_type| !protocol_type.is_empty());
        // A group with members has a leader, and one without has none, whatever the record says.
        let leader = value.leader.map(|leader| leader.to_string());
        let leader = leader.filter(|leader| group.members.contains_key(leader));
        group.leader = leader.or_else(|| group.members.keys().next().cloned());
        group.state_changed_at_ms = Some(value.current_state_timestamp).filter(|at| *at != -1);
        group.subscribed_topics = group.compute_subscribed_topics();
        group
    }

    /// Ends a group: who waits is answered, what is timed is forgotten.
    pub(super) fn dissolve(&mut self, outbox: &mut Outbox, error: ErrorCode, reason: &str) {
        outbox.clear_deadline(&self.join_phase());
        outbox.clear_deadline(&self.sync_phase());
        for member in self.members.values_mut() {
            if let Some(reply) = member.awaiting_join.take() {
                outbox.answer_join(reply, JoinAnswer::refusal(error, member.member_id.clone()));
            }
            if let Some(reply) = member.awaiting_sync.take() {
                outbox.answer_sync(reply, SyncAnswer::refusal(error));
            }
        }
        let member_ids: Vec<String> = self.members.keys().chain(&self.pending_joins).cloned().collect();
        for member_id in &member_ids {
            self.take_out(outbox, member_id, LeaveReason::Unloaded);
        }
        let (group_id, reason) = (self.group_id.clone(), reason.to_owned());
        outbox.event(|| GroupEvent::GroupRemoved { group_id, reason });
    }
}

impl Member {
    /// A member as it was stored. Its bytes are copied, so that they do not pin the batch that they were read from.
    fn loaded(value: MemberMetadata, protocol_name: Option<&str>) -> Self {
        // Only what the member said under the chosen protocol is stored.
        let metadata = Bytes::copy_from_slice(&value.subscription);
        let name = protocol_name.unwrap_or_default().to_owned();
        Member {
            member_id: value.member_id.to_string(),
            group_instance_id: value.group_instance_id.map(|instance_id| instance_id.to_string()),
            client_id: value.client_id.to_string(),
            client_host: value.client_host.to_string(),
            rebalance_timeout_ms: match value.rebalance_timeout {
                -1 => value.session_timeout,
                millis => millis,
            },
            session_timeout_ms: value.session_timeout,
            protocols: vec![Protocol { name, metadata }],
            assignment: Bytes::copy_from_slice(&value.assignment),
            awaiting_join: None,
            awaiting_sync: None,
            is_new: false,
        }
    }
}
