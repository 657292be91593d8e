//! Fetch: what is asked of each leader, and what its answer means for each partition.

use super::fetched::{self, Fetched, Reading};
use super::membership::{code_of, millis};
use super::partition::Stage;
use super::settings::IsolationLevel;
use super::{Asked, Consumer, ConsumerEvent};
use crate::metadata::{KnownTopic, Leader, is_stale};
use crate::{Address, ClientKind, Peer, TopicPartition};
use bytestring::ByteString;
use runnel_protocol::messages::fetch::{FetchPartition, FetchRequest, FetchResponse, FetchTopic, PartitionData};
use runnel_protocol::{ErrorCode, Request, SmallMap, Timestamp};
use uuid::Uuid;

/// What a partition was asked for: from which offset, in which of its turns.
pub(super) type Asking = SmallMap<TopicPartition, (i64, u64)>;

/// What came for one partition.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Came {
    pub(super) partition: TopicPartition,
    pub(super) turn: u64,
    pub(super) fetched: Fetched,
}

impl Consumer {
    /// Partitions by leader that may be fetched: in reading, not held back, not asked for already, of leaders that may
    /// be asked.
    pub(super) fn fetchable(
        &mut self,
        now: Timestamp,
        may: impl Fn(&Consumer, &TopicPartition) -> bool,
        may_ask: impl Fn(&Consumer, i32) -> bool,
    ) -> SmallMap<i32, Vec<TopicPartition>> {
        let mut by_leader: SmallMap<i32, Vec<TopicPartition>> = SmallMap::new();
        let mut is_leaderless = false;
        // Partitions of one topic stand side by side.
        let mut found: Option<(&ByteString, Option<&KnownTopic>)> = None;
        for (partition, state) in &self.partitions {
            let is_due = state.stage == Stage::Reading && !state.is_paused && !state.is_fetching && state.is_ready(now);
            if !is_due || !may(self, partition) {
                continue;
            }
            let known = match found {
                Some((topic, known)) if *topic == partition.topic => known,
                _ => self.metadata.topic(&partition.topic),
            };
            found = Some((&partition.topic, known));
            match known.and_then(|known| self.metadata.leader_in(known, partition.partition)) {
                Some(leader) if !may_ask(self, leader.node_id) => {}
                Some(leader) => by_leader.entry(leader.node_id).or_default().push(partition.clone()),
                None => is_leaderless = true,
            }
        }
        if is_leaderless && !self.metadata.is_refreshing() {
            self.metadata.demand();
        }
        by_leader
    }

    /// Asks a leader for records.
    pub(super) fn send_fetch(&mut self, now: Timestamp, node_id: i32, partitions: Vec<TopicPartition>) {
        let count = partitions.len();
        let mut topics: Vec<FetchTopic> = Vec::with_capacity(1);
        let mut asking = Asking::with_capacity(count);
        for (index, partition) in partitions.into_iter().enumerate() {
            let known = self.metadata.topic(&partition.topic);
            let leader = known.and_then(|known| self.metadata.leader_in(known, partition.partition));
            let topic_id = known.map_or(Uuid::nil(), |known| known.topic_id);
            let Some(state) = self.partitions.get_mut(&partition) else { continue };
            state.is_fetching = true;
            let asked = (state.fetch_position, state.turn);
            let one = FetchPartition {
                partition: partition.partition,
                current_leader_epoch: leader.map_or(-1, |leader| leader.leader_epoch),
                fetch_offset: state.fetch_position,
                partition_max_bytes: self.settings.max_partition_fetch_bytes,
                ..Default::default()
            };
            match topics.last_mut().filter(|topic| *topic.topic == *partition.topic) {
                Some(topic) => topic.partitions.push(one),
                None => {
                    let mut ones = Vec::with_capacity(count - index);
                    ones.push(one);
                    topics.push(FetchTopic { topic: partition.topic.clone(), topic_id, partitions: ones });
                }
            }
            asking.insert(partition, asked);
        }
        let request = FetchRequest {
            max_wait_ms: millis(self.settings.fetch_max_wait),
            min_bytes: self.settings.fetch_min_bytes,
            max_bytes: self.settings.fetch_max_bytes,
            isolation_level: i8::from(self.settings.isolation_level == IsolationLevel::ReadCommitted),
            topics,
            ..Default::default()
        };
        let lane = u8::from(self.settings.kind == ClientKind::Kafkajs);
        let until = now + self.settings.fetch_max_wait;
        self.fetches.insert(node_id, until);
        self.ask(now, Peer::Node { node_id, lane }, Request::Fetch(request), Asked::Fetch { node_id, asking });
    }

    /// The Fetch is over, whatever came of it.
    pub(super) fn fetch_over(&mut self, node_id: i32, asking: &Asking) {
        self.fetches.remove(&node_id);
        for partition in asking.keys() {
            if let Some(state) = self.partitions.get_mut(partition) {
                state.is_fetching = false;
            }
        }
    }

    /// Takes an answer apart. Partitions that moved meanwhile are left out; those with errors are dealt with here.
    pub(super) fn came(&mut self, now: Timestamp, asking: &Asking, response: &FetchResponse) -> Vec<Came> {
        for node in &response.node_endpoints {
            let address = Address { host: node.host.to_string(), port: u16::try_from(node.port).unwrap_or(0) };
            self.network.learn(now, node.node_id, address);
        }
        let mut all = Vec::new();
        for topic in &response.responses {
            let name =
                if topic.topic.is_empty() { self.metadata.topic_name(topic.topic_id) } else { Some(&*topic.topic) };
            // The name as it was asked for: that in the answer would keep the whole frame.
            let asked_for = |name: &str| asking.keys().map(|partition| &partition.topic).find(|topic| **topic == *name);
            let Some(name) = name.and_then(asked_for) else { continue };
            for data in &topic.partitions {
                let partition = TopicPartition::new(name.clone(), data.partition_index);
                let Some((offset, turn)) = asking.get(&partition).copied() else { continue };
                if self.partitions.get(&partition).is_some_and(|state| state.turn == turn) {
                    all.extend(self.partition_came(now, partition, (offset, turn), data));
                }
            }
        }
        all
    }

    fn partition_came(
        &mut self,
        now: Timestamp,
        partition: TopicPartition,
        (fetch_offset, turn): (i64, u64),
        data: &PartitionData,
    ) -> Option<Came> {
        let error = code_of(data.error_code);
        if error != ErrorCode::None {
            self.partition_failed(now, &partition, fetch_offset, error, data);
            return None;
        }
        let bytes = data.records.as_ref().and_then(runnel_protocol::Chunks::as_bytes).unwrap_or_default();
        let reading = Reading {
            topic: &partition.topic,
            partition: partition.partition,
            fetch_offset,
            isolation_level: self.settings.isolation_level,
            check_crcs: self.settings.check_crcs,
        };
        let aborted = data.aborted_transactions.as_deref().unwrap_or_default();
        let fetched = match fetched::decode(reading, &bytes, aborted) {
            Ok(fetched) => fetched,
            Err(reason) => {
                let event =
                    ConsumerEvent::Unreadable { partition: partition.clone(), fetch_offset, reason: reason.clone() };
                self.emit(|| event);
                self.fail(now, &format!("records of {partition} from offset {fetch_offset} cannot be read: {reason}"));
                return None;
            }
        };
        let state = self.partitions.get_mut(&partition)?;
        state.high_watermark = Some(data.high_watermark);
        state.last_stable_offset = Some(data.last_stable_offset).filter(|offset| *offset >= 0);
        state.log_start_offset = Some(data.log_start_offset).filter(|offset| *offset >= 0);
        state.retry_at = None;
        if fetched.had_records {
            self.emit(|| ConsumerEvent::Fetched {
                partition: partition.clone(),
                from_offset: fetch_offset,
                to_offset: fetched.next_offset,
                records_count: fetched.records.len(),
                size: bytes.len(),
                high_watermark: data.high_watermark,
            });
        }
        Some(Came { partition, turn, fetched })
    }

    fn partition_failed(
        &mut self,
        now: Timestamp,
        partition: &TopicPartition,
        fetch_offset: i64,
        error: ErrorCode,
        data: &PartitionData,
    ) {
        if error == ErrorCode::OffsetOutOfRange {
            if self.settings.kind == ClientKind::Kafkajs {
                return self.kafkajs_out_of_range(now, partition, fetch_offset);
            }
            return self.reset(now, partition, Some(fetch_offset), "the offset is out of range");
        }
        if is_stale(error) || error.is_retriable() {
            let leader =
                Leader { node_id: data.current_leader.leader_id, leader_epoch: data.current_leader.leader_epoch };
            if !self.metadata.handle_leader(&partition.topic, partition.partition, leader) {
                self.metadata.demand();
            }
            if self.settings.kind == ClientKind::Kafkajs {
                self.kafkajs_fetch_failed(error);
            }
            return self.put_off(now, partition);
        }
        self.fail(now, &format!("{partition} cannot be fetched from offset {fetch_offset}: {}", error.message()));
    }
}
