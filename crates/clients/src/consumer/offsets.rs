//! Where to begin, and what is written down: OffsetFetch, ListOffsets, OffsetCommit.

use super::event::{PartitionOffset, PositionCause};
use super::membership::code_of;
use super::partition::Stage;
use super::program::CommitFor;
use super::settings::{IsolationLevel, OffsetReset, StartAt};
use super::{Asked, Consumer, ConsumerEvent};
use crate::network::Peer;
use crate::{ClientKind, TopicPartition};
use runnel_protocol::messages::list_offsets::{
    ListOffsetsPartition, ListOffsetsRequest, ListOffsetsResponse, ListOffsetsTopic,
};
use runnel_protocol::messages::offset_commit::{
    OffsetCommitRequest, OffsetCommitRequestPartition, OffsetCommitRequestTopic, OffsetCommitResponse,
};
use runnel_protocol::messages::offset_fetch::{
    OffsetFetchRequest, OffsetFetchRequestGroup, OffsetFetchRequestTopic, OffsetFetchRequestTopics, OffsetFetchResponse,
};
use runnel_protocol::{ErrorCode, Request, SmallMap, Timestamp};

/// A partition that was asked about, and which of its turns that was.
pub(super) type Turns = SmallMap<TopicPartition, u64>;

/// What ListOffsets is asked for, and what it means.
const EARLIEST: i64 = -2;
const LATEST: i64 = -1;

impl Consumer {
    /// Asks for the group's offsets of partitions that have no position.
    pub(super) fn send_offset_fetch(&mut self, now: Timestamp) -> bool {
        let needing = |stage: Stage| stage == Stage::NeedsCommitted;
        let turns = self.turns(now, needing);
        let Some(peer) = self.coordinator_peer().filter(|_| !turns.is_empty()) else { return false };
        for partition in turns.keys() {
            if let Some(state) = self.partitions.get_mut(partition) {
                state.stage = Stage::AwaitsCommitted;
            }
        }
        let topics = by_topic(turns.keys());
        let group_id = self.group_id();
        let request = if self.newest(runnel_protocol::ApiKey::OffsetFetch) >= 8 {
            let topics = topics.into_iter().map(|(topic, partition_indexes)| OffsetFetchRequestTopics {
                name: topic.into(),
                partition_indexes,
                ..Default::default()
            });
            let group = OffsetFetchRequestGroup {
                group_id: group_id.into(),
                topics: Some(topics.collect()),
                ..Default::default()
            };
            OffsetFetchRequest { groups: vec![group], require_stable: true, ..Default::default() }
        } else {
            let topics = topics
                .into_iter()
                .map(|(topic, partition_indexes)| OffsetFetchRequestTopic { name: topic.into(), partition_indexes });
            OffsetFetchRequest { group_id: group_id.into(), topics: Some(topics.collect()), ..Default::default() }
        };
        self.ask(now, peer, Request::OffsetFetch(request), Asked::OffsetFetch { turns });
        true
    }

    /// Partitions in a stage, of which nothing is waited for.
    pub(super) fn turns(&self, now: Timestamp, wanted: impl Fn(Stage) -> bool) -> Turns {
        let due = self.partitions.iter().filter(|(_, state)| wanted(state.stage) && state.is_ready(now));
        due.map(|(partition, state)| (partition.clone(), state.turn)).collect()
    }

    pub(super) fn offsets_fetched(&mut self, now: Timestamp, turns: &Turns, response: &OffsetFetchResponse) {
        let mut found: Vec<(TopicPartition, i64, i32, ErrorCode)> = Vec::new();
        for topic in &response.topics {
            found.extend(topic.partitions.iter().map(|one| {
                let partition = TopicPartition::new(topic.name.to_string(), one.partition_index);
                (partition, one.committed_offset, one.committed_leader_epoch, code_of(one.error_code))
            }));
        }
        let group = response.groups.first();
        for topic in group.iter().flat_map(|group| &group.topics) {
            found.extend(topic.partitions.iter().map(|one| {
                let partition = TopicPartition::new(topic.name.to_string(), one.partition_index);
                (partition, one.committed_offset, one.committed_leader_epoch, code_of(one.error_code))
            }));
        }
        let error = code_of(group.map_or(response.error_code, |group| group.error_code));
        let error = found.iter().map(|one| one.3).chain([error]).find(|error| *error != ErrorCode::None);
        if let Some(error) = error {
            if error == ErrorCode::NotCoordinator || error == ErrorCode::CoordinatorNotAvailable {
                self.lose_coordinator(now, error.message());
            } else if !error.is_retriable() {
                return self.fail(now, &format!("the group's offsets cannot be read: {}", error.message()));
            }
            return self.ask_again(now, turns, Stage::NeedsCommitted);
        }
        for (partition, offset, leader_epoch, _) in found {
            let Some(state) = self.partitions.get_mut(&partition) else { continue };
            if turns.get(&partition) != Some(&state.turn) || state.stage != Stage::AwaitsCommitted {
                continue;
            }
            if offset >= 0 {
                state.committed = Some(offset);
                state.resolved = None;
                self.move_position(&partition, offset, leader_epoch, PositionCause::Committed);
            } else {
                state.committed = None;
                self.reset(now, &partition, None, "the group has committed no offset");
            }
        }
    }

    /// Asks again after a while.
    pub(super) fn ask_again(&mut self, now: Timestamp, turns: &Turns, stage: Stage) {
        let wait = self.settings.retry_backoff.after(1, &mut self.random);
        for (partition, turn) in turns {
            if let Some(state) = self.partitions.get_mut(partition).filter(|state| state.turn == *turn) {
                state.stage = stage;
                state.retry_at = Some(now + wait);
            }
        }
    }

    /// Moves a position, and tells.
    pub(super) fn move_position(
        &mut self,
        partition: &TopicPartition,
        to: i64,
        leader_epoch: i32,
        cause: PositionCause,
    ) {
        let Some(state) = self.partitions.get_mut(partition) else { return };
        let from = state.move_to(to, leader_epoch);
        let partition = partition.clone();
        self.emit(|| ConsumerEvent::PositionMoved { partition, from, to, cause });
    }

    /// Does what `auto.offset.reset` says.
    pub(super) fn reset(&mut self, now: Timestamp, partition: &TopicPartition, offset: Option<i64>, reason: &str) {
        let policy = self.settings.auto_offset_reset;
        let event =
            ConsumerEvent::OffsetReset { partition: partition.clone(), policy, reason: reason.to_owned(), offset };
        self.emit(|| event);
        let start = match policy {
            OffsetReset::Earliest => StartAt::Earliest,
            OffsetReset::Latest => StartAt::Latest,
            OffsetReset::None => {
                let text = match offset {
                    None => format!("Undefined offset with no reset policy for partitions: [{partition}]"),
                    Some(offset) => format!(
                        "Fetch position {offset} is out of range for partition {partition} and no reset policy is set"
                    ),
                };
                return self.fail(now, &text);
            }
        };
        if let Some(state) = self.partitions.get_mut(partition) {
            state.look_for(Stage::NeedsOffset(start));
        }
    }

    /// Asks leaders where partitions begin or end.
    pub(super) fn send_list_offsets(&mut self, now: Timestamp) -> bool {
        let turns = self.turns(now, |stage| matches!(stage, Stage::NeedsOffset(_)));
        let mut by_leader: SmallMap<i32, Turns> = SmallMap::new();
        for (partition, turn) in turns {
            match self.metadata.leader_of(&partition.topic, partition.partition) {
                Some(leader) => {
                    by_leader.entry(leader.node_id).or_default().insert(partition, turn);
                }
                None => {
                    self.metadata.demand();
                    self.put_off(now, &partition);
                }
            }
        }
        let has_asked = !by_leader.is_empty();
        for (node_id, turns) in by_leader {
            let mut topics: Vec<ListOffsetsTopic> = Vec::new();
            for partition in turns.keys() {
                let leader = self.metadata.leader_of(&partition.topic, partition.partition);
                let Some(state) = self.partitions.get_mut(partition) else { continue };
                let Stage::NeedsOffset(start) = state.stage else { continue };
                state.stage = Stage::AwaitsOffset(start);
                let one = ListOffsetsPartition {
                    partition_index: partition.partition,
                    current_leader_epoch: leader.map_or(-1, |leader| leader.leader_epoch),
                    timestamp: if start == StartAt::Earliest { EARLIEST } else { LATEST },
                    ..Default::default()
                };
                match topics.last_mut().filter(|topic| *topic.name == *partition.topic) {
                    Some(topic) => topic.partitions.push(one),
                    None => topics.push(ListOffsetsTopic { name: partition.topic.clone(), partitions: vec![one] }),
                }
            }
            let request = ListOffsetsRequest {
                replica_id: -1,
                isolation_level: i8::from(self.settings.isolation_level == IsolationLevel::ReadCommitted),
                topics,
                timeout_ms: super::membership::millis(self.settings.request_timeout),
            };
            let peer = Peer::Node { node_id, lane: 0 };
            self.ask(now, peer, Request::ListOffsets(request), Asked::ListOffsets { turns });
        }
        has_asked
    }

    pub(super) fn put_off(&mut self, now: Timestamp, partition: &TopicPartition) {
        let wait = self.settings.retry_backoff.after(1, &mut self.random);
        if let Some(state) = self.partitions.get_mut(partition) {
            state.retry_at = Some(now + wait);
        }
    }

    pub(super) fn offsets_listed(&mut self, now: Timestamp, turns: &Turns, response: &ListOffsetsResponse) {
        for topic in &response.topics {
            for one in &topic.partitions {
                let partition = TopicPartition::new(topic.name.to_string(), one.partition_index);
                let Some(state) = self.partitions.get_mut(&partition) else { continue };
                let Stage::AwaitsOffset(start) = state.stage else { continue };
                if turns.get(&partition) != Some(&state.turn) {
                    continue;
                }
                let error = code_of(one.error_code);
                if error != ErrorCode::None {
                    self.listing_failed(now, &partition, start, error);
                    continue;
                }
                let cause = match start {
                    StartAt::Earliest => PositionCause::ResetToEarliest,
                    StartAt::Latest | StartAt::Offset(_) => PositionCause::ResetToLatest,
                };
                // Java does not take over the epoch of an offset that it looked up: commits before the first record
                // have none.
                let epoch = if self.settings.kind == ClientKind::Java { -1 } else { one.leader_epoch };
                self.move_position(&partition, one.offset, epoch, cause);
            }
        }
    }

    fn listing_failed(&mut self, now: Timestamp, partition: &TopicPartition, start: StartAt, error: ErrorCode) {
        if crate::metadata::is_stale(error) {
            self.metadata.demand();
        } else if !error.is_retriable() {
            self.fail(now, &format!("offsets of {partition} cannot be listed: {}", error.message()));
        }
        if let Some(state) = self.partitions.get_mut(partition) {
            state.stage = Stage::NeedsOffset(start);
        }
        self.put_off(now, partition);
    }

    /// Writes offsets down. Returns whether anybody could be asked.
    pub(super) fn send_commit(
        &mut self,
        now: Timestamp,
        offsets: SmallMap<TopicPartition, i64>,
        purpose: CommitFor,
    ) -> bool {
        let Some(peer) = self.coordinator_peer().filter(|_| !offsets.is_empty()) else { return false };
        let is_kafkajs = self.settings.kind == ClientKind::Kafkajs;
        let mut topics: Vec<OffsetCommitRequestTopic> = Vec::new();
        for (partition, offset) in &offsets {
            let leader_epoch = self.partitions.get(partition).map_or(-1, |state| state.leader_epoch);
            let one = OffsetCommitRequestPartition {
                partition_index: partition.partition,
                committed_offset: *offset,
                committed_leader_epoch: leader_epoch,
                committed_metadata: (!is_kafkajs).then(|| "".into()),
                ..Default::default()
            };
            match topics.last_mut().filter(|topic| *topic.name == *partition.topic) {
                Some(topic) => topic.partitions.push(one),
                None => topics.push(OffsetCommitRequestTopic {
                    name: partition.topic.clone(),
                    partitions: vec![one],
                    ..Default::default()
                }),
            }
        }
        let request = OffsetCommitRequest {
            group_id: self.group_id().into(),
            generation_id_or_member_epoch: self.group.generation_id,
            member_id: self.group.member_id.as_str().into(),
            group_instance_id: self.settings.group_instance_id.as_deref().map(Into::into),
            topics,
            ..Default::default()
        };
        self.emit(|| ConsumerEvent::Committing { offsets: listed(&offsets) });
        self.ask(now, peer, Request::OffsetCommit(request), Asked::OffsetCommit { offsets, purpose });
        true
    }

    /// Takes in what became of a commit. Returns the first error.
    pub(super) fn offsets_committed(
        &mut self,
        offsets: &SmallMap<TopicPartition, i64>,
        response: &OffsetCommitResponse,
    ) -> Result<(), ErrorCode> {
        let codes = response.topics.iter().flat_map(|topic| &topic.partitions).map(|one| code_of(one.error_code));
        let error = codes.into_iter().find(|error| *error != ErrorCode::None);
        if let Some(error) = error {
            self.emit(|| ConsumerEvent::CommitRefused { offsets: listed(offsets), error: error.name().to_owned() });
            return Err(error);
        }
        for (partition, offset) in offsets {
            if let Some(state) = self.partitions.get_mut(partition) {
                state.committed = Some(*offset);
            }
        }
        self.emit(|| ConsumerEvent::Committed { offsets: listed(offsets) });
        Ok(())
    }
}

pub(super) fn listed(offsets: &SmallMap<TopicPartition, i64>) -> Vec<PartitionOffset> {
    offsets
        .iter()
        .map(|(partition, offset)| PartitionOffset { partition: partition.clone(), offset: *offset })
        .collect()
}

/// Partition numbers by topic.
pub(super) fn by_topic<'a>(partitions: impl IntoIterator<Item = &'a TopicPartition>) -> SmallMap<&'a str, Vec<i32>> {
    let mut topics: SmallMap<&str, Vec<i32>> = SmallMap::new();
    for partition in partitions {
        topics.entry(&partition.topic).or_default().push(partition.partition);
    }
    topics
}
