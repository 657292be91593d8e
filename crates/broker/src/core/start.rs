//! Brokers that come back: their logs are recovered, they register, lead again, and read the groups that they keep.
//!
//! One slice of this work an input (`Timer::BrokerStart`), a few mebibytes of a log or of groups, so that the other
//! brokers' clients do not wait for it. A broker that crashed and is back before it was missed has to wait: its old
//! registration is valid until its session is over, as with Kafka.

use super::{Core, Life, Turn};
use crate::checkpoints::{self, Checkpoints};
use crate::config::Durability;
use crate::event::EventKind;
use crate::ids::{BrokerId, TopicPartition};
use crate::log::{OpenProgress, Opening};
use crate::metadata::{Change, PartitionDelta};
use crate::storage::{Storage, StorageError};
use crate::timers::Timer;
use crate::topics::CONSUMER_OFFSETS;
use bytestring::ByteString;
use std::collections::VecDeque;

/// Bytes of a log that are read through at a time.
const RECOVERY_SLICE_SIZE: u32 = 8 * 1024 * 1024;

/// `leader_recovery_state` of a partition whose leader may have lost records.
const RECOVERING: i8 = 1;

/// What a broker has still to do before it takes connections.
#[derive(Clone, Debug)]
pub(crate) struct Starting {
    /// Whether it was stopped cleanly.
    clean: bool,
    /// What it wrote down for this start.
    checkpoints: Checkpoints,
    /// Logs that it has not opened yet.
    logs: VecDeque<TopicPartition>,
    /// The log that it is reading through.
    opening: Option<(TopicPartition, Box<Opening>)>,
}

impl Starting {
    /// Closes the files of a log that is being read.
    pub(super) fn let_go(&self, storage: &mut dyn Storage) {
        if let Some((_, opening)) = &self.opening {
            opening.let_go(storage);
        }
    }
}

impl Core {
    /// Begins a broker's start.
    pub(crate) fn start_broker(&mut self, turn: &Turn<'_>, broker: BrokerId) {
        let clean = match self.brokers.get(&broker).map(|broker| &broker.life) {
            None => return self.metrics.log.push_back(format!("there is no broker {broker} to start")),
            Some(Life::Up | Life::Starting(_)) => return,
            Some(Life::Down { clean }) => *clean,
        };
        let had_controller = self.has_controller();
        let checkpoints = match checkpoints::read(turn.storage, broker) {
            Ok(checkpoints) => checkpoints,
            Err(error) => {
                self.metrics.log.push_back(error.to_string());
                Checkpoints::default()
            }
        };
        let kept = self.metadata.image().partitions().filter(|(_, _, one)| one.replicas.contains(&broker));
        let logs: VecDeque<TopicPartition> = kept.map(|(_, key, _)| key).collect();
        let partitions = u32::try_from(logs.len()).unwrap_or(u32::MAX);
        if let Some(state) = self.brokers.get_mut(&broker) {
            state.life = Life::Starting(Box::new(Starting { clean, checkpoints, logs, opening: None }));
        }
        self.emit(broker, || EventKind::BrokerStarting { partitions });
        self.timers.set(Timer::BrokerStart(broker), turn.now);
        if !had_controller {
            // A controller that comes back gives everybody a session's time to be heard of.
            let at = turn.now + self.settings.broker_session_timeout();
            for broker in self.broker_ids() {
                if !self.is_fenced(broker) {
                    self.timers.set(Timer::BrokerSession(broker), at);
                }
            }
        }
    }

    fn is_fenced(&self, broker: BrokerId) -> bool {
        self.metadata.image().brokers.get(&broker).is_none_or(|registration| registration.fenced)
    }

    /// One slice of a broker's start.
    pub(crate) fn start_next(&mut self, turn: &mut Turn<'_>, broker: BrokerId) {
        let Some(state) = self.brokers.get_mut(&broker) else { return };
        match &mut state.life {
            Life::Down { .. } => return,
            Life::Up => self.load_next(turn, broker),
            Life::Starting(starting) => match (starting.opening.take(), starting.logs.pop_front()) {
                (Some((key, opening)), next) => {
                    next.into_iter().for_each(|next| starting.logs.push_front(next));
                    let progress = opening.step(turn.storage, RECOVERY_SLICE_SIZE);
                    self.open_on(turn, broker, key, progress);
                }
                (None, Some(key)) => self.open_again(turn, broker, key),
                (None, None) => return self.register_if_ready(turn, broker),
            },
        }
        let Some(state) = self.brokers.get(&broker) else { return };
        if !state.life.is_up() || !state.loading.is_empty() {
            self.timers.set(Timer::BrokerStart(broker), turn.now);
        }
    }

    /// Begins to open a log from its files, in the place of what the broker knew of it before it stopped.
    fn open_again(&mut self, turn: &mut Turn<'_>, broker: BrokerId, key: TopicPartition) {
        let Some(topic) = self.metadata.image().topic(key.topic_id).map(|topic| topic.name.clone()) else { return };
        let Some(Life::Starting(starting)) = self.brokers.get(&broker).map(|state| &state.life) else { return };
        let (clean, mut checkpoints) = (starting.clean, starting.checkpoints.clone());
        if let Some(before) = self.partition(broker, key) {
            before.log.let_go(turn.storage);
            if clean {
                checkpoints.recovery_points.insert((topic.clone(), key.index), before.log.recovery_point());
            }
        }
        let progress = self.begin_log(turn, broker, &topic, key, &checkpoints, clean);
        self.open_on(turn, broker, key, progress);
    }

    /// Keeps a log that is not read through yet for the next slice, or takes its partition up.
    fn open_on(
        &mut self,
        turn: &mut Turn<'_>,
        broker: BrokerId,
        key: TopicPartition,
        progress: Result<OpenProgress, StorageError>,
    ) {
        let topic = self.metadata.image().topic(key.topic_id).map(|topic| topic.name.clone());
        let before =
            self.partition(broker, key).map(|before| (before.leader_epoch, before.durable_end, before.high_watermark));
        let (leader_epoch, durable_end, high_watermark) = before.unwrap_or_default();
        let outcome = match (progress, topic) {
            (Ok(OpenProgress::Working(opening)), Some(_)) => {
                if let Some(Life::Starting(starting)) = self.brokers.get_mut(&broker).map(|state| &mut state.life) {
                    starting.opening = Some((key, opening));
                }
                return;
            }
            (Ok(OpenProgress::Done(log, notes)), Some(topic)) => {
                self.take_log(turn, broker, &topic, key, leader_epoch, *log, notes)
            }
            // The topic was deleted meanwhile.
            (Ok(OpenProgress::Working(opening)), None) => return opening.let_go(turn.storage),
            (Ok(OpenProgress::Done(log, _)), None) => return log.let_go(turn.storage),
            (Err(error), _) => Err(error),
        };
        if let Err(error) = outcome {
            self.storage_failed(broker, key, error);
        } else if self.config.durability == Durability::Always
            && before.is_some()
            && let Some(partition) = self.partition_mut(broker, key)
        {
            // What readers had not seen is shown when the disk has it.
            let end = partition.log.log_end_offset();
            partition.durable_end = durable_end.min(end);
            partition.high_watermark = high_watermark.min(end).max(partition.log.log_start_offset());
            self.flushes.want(broker, key);
        }
    }

    /// Registers a broker whose logs are open, unless its old registration is still valid.
    pub(crate) fn register_if_ready(&mut self, turn: &mut Turn<'_>, broker: BrokerId) {
        let Some(Life::Starting(starting)) = self.brokers.get(&broker).map(|state| &state.life) else { return };
        if !starting.logs.is_empty() || starting.opening.is_some() || !self.is_fenced(broker) {
            return;
        }
        let clean = starting.clean;
        let controller = self.controller();
        let elected = match self.register_again(turn, broker, clean) {
            Ok(elected) => elected,
            Err(code) => return self.metrics.log.push_back(format!("broker {broker} cannot register: {code}")),
        };
        let count = self.brokers.get_mut(&broker).map_or(0, |state| {
            state.life = Life::Up;
            state.partitions.len()
        });
        self.emit(broker, || EventKind::BrokerStarted { partitions: u32::try_from(count).unwrap_or(u32::MAX) });
        self.tell_controller_moved(controller);
        for (topic, key) in elected {
            self.lead(turn, broker, &topic, key);
        }
        self.begin_loading(turn, broker);
    }

    /// Writes down that a broker is back and leads what it keeps. Answers what it was elected for.
    fn register_again(
        &mut self,
        turn: &mut Turn<'_>,
        broker: BrokerId,
        clean: bool,
    ) -> Result<Vec<(ByteString, TopicPartition)>, runnel_protocol::ErrorCode> {
        let mine = |core: &Core| -> Vec<(ByteString, TopicPartition)> {
            let image = core.metadata.image();
            let kept = image.partitions().filter(|(_, _, one)| one.leader.is_none() && one.replicas.contains(&broker));
            kept.map(super::lifecycle::named).collect()
        };
        let mut changes = Vec::new();
        if !clean {
            // After a crash nobody can promise that it holds all that was acknowledged.
            let doubtful = |(_, key): (ByteString, TopicPartition)| Change::PartitionDelta {
                topic_id: key.topic_id,
                index: key.index,
                delta: PartitionDelta { eligible_leaders: Some(Vec::new()), ..Default::default() },
            };
            changes.extend(mine(self).into_iter().map(doubtful));
        }
        let epoch = self.metadata.end_offset() + i64::try_from(changes.len()).unwrap_or(0);
        let endpoints = self.brokers.get(&broker).map(|state| state.endpoints.clone()).unwrap_or_default();
        let incarnation = self.random.next_uuid();
        changes.push(Change::RegisterBroker { broker, epoch, incarnation, fenced: true, endpoints });
        self.commit(turn, &changes)?;

        let elected = mine(self);
        let mut changes =
            vec![Change::BrokerDelta { broker, epoch, fenced: Some(false), in_controlled_shutdown: false }];
        for (_, key) in &elected {
            let is_recovering = self
                .metadata
                .image()
                .partition(*key)
                .is_some_and(|registration| registration.leader_recovery_state == RECOVERING);
            let delta = PartitionDelta {
                leader: Some(Some(broker)),
                in_sync_replicas: Some(vec![broker]),
                eligible_leaders: clean.then(Vec::new),
                last_known_leaders: Some(Vec::new()),
                leader_recovery_state: (!clean && !is_recovering).then_some(RECOVERING),
            };
            changes.push(Change::PartitionDelta { topic_id: key.topic_id, index: key.index, delta });
        }
        self.commit(turn, &changes)?;
        Ok(elected)
    }

    /// Takes up the lead of a partition in the epoch that the election gave it.
    fn lead(&mut self, turn: &mut Turn<'_>, broker: BrokerId, topic: &ByteString, key: TopicPartition) {
        let epoch = self.leader_and_epoch(key).map_or(0, |(_, epoch)| epoch);
        let mut failed = None;
        let mut place = None;
        if let Some(partition) = self.partition_mut(broker, key) {
            partition.leader_epoch = epoch;
            failed = partition.log.assign_epoch(turn.storage, epoch).err();
            place = partition
                .offline
                .is_none()
                .then(|| (partition.log.log_start_offset(), partition.high_watermark, partition.log.log_end_offset()));
        }
        self.tell_leader(broker, topic, key, -1, &format!("broker {broker} is back"));
        match (failed, place) {
            (Some(error), _) => {
                self.storage_failed(broker, key, error);
            }
            (None, Some((log_start_offset, high_watermark, log_end_offset))) => {
                self.emit(broker, || EventKind::PartitionOnline {
                    topic: topic.to_string(),
                    partition: key.index.0,
                    log_start_offset,
                    high_watermark,
                    log_end_offset,
                });
            }
            (None, None) => {}
        }
        self.purgatory.wake(key);
    }

    /// Lists the groups' partitions that are to be read. Until they are, their groups answer that they are loading.
    fn begin_loading(&mut self, turn: &Turn<'_>, broker: BrokerId) {
        let Some(topic) = self.metadata.image().topic_named(CONSUMER_OFFSETS) else { return };
        let (id, count) = (topic.id, i32::try_from(topic.partitions.len()).unwrap_or(i32::MAX));
        let Some(state) = self.brokers.get_mut(&broker) else { return };
        let groups = state.groups.change();
        groups.set_offsets_partition_count(count);
        let kept = state.partitions.iter().filter(|(key, one)| key.topic_id == id && one.offline.is_none());
        state.loading = kept.map(|(key, one)| (*key, one.log.log_start_offset())).collect();
        for (key, _) in &state.loading {
            groups.load_partition(key.index.0, turn.now);
        }
        if !state.loading.is_empty() {
            self.timers.set(Timer::BrokerStart(broker), turn.now);
        }
    }

    /// Reads one piece of the groups' records.
    fn load_next(&mut self, turn: &mut Turn<'_>, broker: BrokerId) {
        let Some((key, offset)) = self.brokers.get_mut(&broker).and_then(|state| state.loading.pop_front()) else {
            return;
        };
        match self.load_piece(turn, broker, key, offset) {
            Ok(Some(next)) => {
                if let Some(state) = self.brokers.get_mut(&broker) {
                    state.loading.push_front((key, next));
                }
            }
            Ok(None) => self.groups(broker).finish_load(key.index.0, turn.now),
            Err(error) => {
                self.groups(broker).unload_partition(key.index.0, turn.now);
                self.storage_failed(broker, key, error);
            }
        }
    }
}
