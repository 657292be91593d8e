//! A consumer as plain data, to be shown.

use super::group::GroupState;
use super::partition::Stage;
use super::{Consumer, Phase};
use crate::{ClientKind, TopicPartition};
use runnel_protocol::Timestamp;
use serde::Serialize;

/// A consumer at one moment.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct ConsumerView {
    /// Its library.
    pub client_kind: ClientKind,
    /// What it calls itself.
    pub client_id: String,
    /// `new`, `running`, `closing`, `closed` or `failed`.
    pub phase: &'static str,
    /// Why it failed.
    pub failure: Option<String>,
    /// Its group.
    pub group_id: Option<String>,
    /// Its static identity.
    pub group_instance_id: Option<String>,
    /// Its place in the group's generation.
    pub group_state: GroupState,
    /// What the coordinator calls it.
    pub member_id: String,
    /// The group's generation that it is in; -1 for none.
    pub generation_id: i32,
    /// Whether it deals the partitions.
    pub is_leader: bool,
    /// The assignor that the group agreed on.
    pub protocol: Option<&'static str>,
    /// The broker that coordinates the group.
    pub coordinator: Option<i32>,
    /// Why it is about to join again.
    pub rejoin_reason: Option<String>,
    /// What it reads.
    pub partitions: Vec<PartitionView>,
    /// Records that came and were not handed to the program.
    pub queued_count: usize,
    /// Records that the program has and has not begun with.
    pub batch_count: usize,
    /// What the program works on.
    pub processing: Vec<RecordView>,
    /// Records that the program has finished.
    pub processed_count: u64,
    /// Requests that have no answer yet.
    pub in_flight_count: usize,
    /// Everything that happens because time passes.
    pub countdowns: Vec<Countdown>,
}

/// One partition of a consumer.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct PartitionView {
    /// Which.
    #[serde(flatten)]
    pub partition: TopicPartition,
    /// The offset of the next record for the program.
    pub position: Option<i64>,
    /// What the consumer knows to be committed.
    pub committed: Option<i64>,
    /// What it last heard.
    pub high_watermark: Option<i64>,
    /// What it last heard.
    pub last_stable_offset: Option<i64>,
    /// What it last heard.
    pub log_start_offset: Option<i64>,
    /// Records from the position to the high watermark.
    pub lag: Option<i64>,
    /// Whether it is held back.
    pub is_paused: bool,
    /// Whether its offsets are known.
    pub is_reading: bool,
    /// Whether a Fetch for it is under way.
    pub is_fetching: bool,
}

/// One record in the program's hands.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct RecordView {
    /// Where it came from.
    #[serde(flatten)]
    pub partition: TopicPartition,
    /// Its number there.
    pub offset: i64,
    /// When it is done; `None` while a commit is waited for.
    pub until: Option<Timestamp>,
}

/// One count-down.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Countdown {
    /// `heartbeat`, `session`, `poll_interval`, `rebalance`, `fetch_wait`, `auto_commit`, `processing`, `join_backoff`,
    /// `retry`, `sleep`, `close`.
    pub name: &'static str,
    /// When it ends.
    pub until: Timestamp,
}

impl Consumer {
    /// How things stand.
    pub fn view(&self) -> ConsumerView {
        let (phase, failure) = match &self.phase {
            Phase::New => ("new", None),
            Phase::Running => ("running", None),
            Phase::Closing { .. } => ("closing", None),
            Phase::Closed => ("closed", None),
            Phase::Failed { reason } => ("failed", Some(reason.clone())),
        };
        let partitions = self.partitions.iter().map(|(partition, state)| PartitionView {
            partition: partition.clone(),
            // Before its first record kafkajs has resolved nothing, and reads where its position was set.
            position: match self.settings.kind {
                ClientKind::Kafkajs => state.resolved.or(state.position),
                ClientKind::Java | ClientKind::Librdkafka => state.position,
            },
            committed: state.committed,
            high_watermark: state.high_watermark,
            last_stable_offset: state.last_stable_offset,
            log_start_offset: state.log_start_offset,
            lag: state.lag(),
            is_paused: state.is_paused,
            is_reading: state.stage == Stage::Reading,
            is_fetching: state.is_fetching,
        });
        ConsumerView {
            client_kind: self.settings.kind,
            client_id: self.settings.client_id.clone(),
            phase,
            failure,
            group_id: self.settings.group_id.clone(),
            group_instance_id: self.settings.group_instance_id.clone(),
            group_state: self.group.state,
            member_id: self.group.member_id.clone(),
            generation_id: self.group.generation_id,
            is_leader: self.group.is_leader,
            protocol: self.group.protocol.map(crate::assignors::Assignor::name),
            coordinator: self.group.coordinator,
            rejoin_reason: self.group.rejoin.clone(),
            partitions: partitions.collect(),
            queued_count: self.queued_count(),
            batch_count: self.poll.batch.len(),
            processing: self.in_hand(),
            processed_count: self.processed_count,
            in_flight_count: self.asked.len(),
            countdowns: self.countdowns(),
        }
    }

    fn queued_count(&self) -> usize {
        let of_poll: usize = self.poll.queue.iter().map(|came| came.fetched.records.len()).sum();
        of_poll + self.kafkajs.queued_count()
    }

    fn in_hand(&self) -> Vec<RecordView> {
        let of_poll = self.poll.worker.record().map(|record| (record, self.poll.worker.until()));
        let all = of_poll.into_iter().chain(self.kafkajs.in_hand());
        let view = |(record, until): (&super::ConsumedRecord, Option<Timestamp>)| RecordView {
            partition: TopicPartition::new(record.topic.clone(), record.partition),
            offset: record.offset,
            until,
        };
        all.map(view).collect()
    }

    /// What wakes the machine, and what others will do to it: the end of a rebalance, and of a long poll.
    fn countdowns(&self) -> Vec<Countdown> {
        let mut all = self.deadlines();
        all.extend(self.group.rebalance_until.map(|until| ("rebalance", until)));
        all.extend(self.fetches.values().map(|until| ("fetch_wait", *until)));
        all.extend(self.retry_shown());
        if self.settings.kind == ClientKind::Kafkajs {
            all.extend(self.kafkajs_shown());
        }
        let mut all: Vec<Countdown> = all.into_iter().map(|(name, until)| Countdown { name, until }).collect();
        all.sort_by(|left, right| left.until.cmp(&right.until).then_with(|| left.name.cmp(right.name)));
        all
    }

    fn retry_shown(&self) -> Option<(&'static str, Timestamp)> {
        self.group.find_at.filter(|at| *at > self.now).map(|at| ("retry", at))
    }
}
