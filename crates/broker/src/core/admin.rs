//! Carrying out what was decided about topics, configs and producer ids: written first, applied after.

use super::{Core, Turn};
use crate::config::Durability;
use crate::configs::Overrides;
use crate::event::{EventKind, PartitionPlace};
use crate::ids::{BrokerId, PartitionIndex, TopicPartition, partition_folder, uuid_text};
use crate::log::{Files, Log};
use crate::metadata::{Change, METADATA_TOPIC_ID, PartitionRegistration};
use crate::purgatory::WrittenWait;
use crate::replication::Partition;
use crate::storage::StorageError;
use crate::topics;
use crate::topics::creation::{self, Answers, MorePartitions, NewTopic, PlannedTopic, View};
use crate::topics::placement::UsableBroker;
use bytestring::ByteString;
use runnel_protocol::ErrorCode;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Producer ids that a broker takes at a time, as Kafka's do.
const PRODUCER_IDS_BLOCK: i64 = 1_000;

/// Copies of a partition that the cluster keeps: copies on followers are not there yet.
const COPIES_MAX: usize = 1;

/// The one partition of the metadata log.
pub(crate) const METADATA_PARTITION: TopicPartition =
    TopicPartition { topic_id: METADATA_TOPIC_ID, index: PartitionIndex(0) };

impl Core {
    /// Writes changes to the metadata log, in one batch, and makes them so.
    ///
    /// # Errors
    /// The log's; then nothing has changed.
    pub(crate) fn commit(&mut self, turn: &mut Turn<'_>, changes: &[Change]) -> Result<WrittenWait, ErrorCode> {
        let controller = self.controller();
        if !changes.is_empty() {
            let batch = self.metadata.batch(turn.now, changes);
            self.append_own(turn, controller, METADATA_PARTITION, &batch)?;
            self.metadata.apply(changes);
        }
        let end = self.metadata.end_offset();
        Ok(WrittenWait { partition: METADATA_PARTITION, end, place: None })
    }

    /// Decides what new topics will be, or why not.
    pub(crate) fn plan_topics(&mut self, topics: &[NewTopic]) -> Answers<PlannedTopic> {
        let brokers = self.usable_brokers();
        let view = View {
            topics: self.metadata.image(),
            brokers: &brokers,
            controller: self.settings.of_controller(),
            copies_max: COPIES_MAX,
        };
        creation::plan_topics(topics, &view, &mut self.random)
    }

    /// Decides where new partitions will live, or why they cannot be.
    pub(crate) fn plan_partitions(&mut self, topics: &[MorePartitions]) -> Answers<Vec<Vec<i32>>> {
        let brokers = self.usable_brokers();
        let view = View {
            topics: self.metadata.image(),
            brokers: &brokers,
            controller: self.settings.of_controller(),
            copies_max: COPIES_MAX,
        };
        creation::plan_partitions(topics, &view, &mut self.random)
    }

    fn usable_brokers(&self) -> Vec<UsableBroker> {
        let registered = self.metadata.image().brokers.iter();
        registered.map(|(id, broker)| UsableBroker { id: id.0, fenced: !broker.may_lead() }).collect()
    }

    /// Makes a topic. When this returns, every broker knows it and has its files.
    ///
    /// # Errors
    /// [`ErrorCode::KafkaStorageError`] if files cannot be made; then there is no topic.
    pub(crate) fn create_topic(
        &mut self,
        turn: &mut Turn<'_>,
        name: &str,
        planned: PlannedTopic,
        automatic: bool,
    ) -> Result<(Uuid, WrittenWait), ErrorCode> {
        let id = self.random.next_uuid();
        let name = ByteString::from(name);
        let replicas = broker_ids(&planned.replicas);
        let mut changes = vec![Change::Topic { name: name.clone(), id }];
        changes.extend(planned.overrides.iter().map(|(key, value)| Change::TopicConfig {
            topic: name.clone(),
            name: key.clone(),
            value: Some(value.clone()),
        }));
        changes.extend(registrations(id, 0, &replicas));
        let mut made = Vec::new();
        let files = self.make_partitions(turn, &name, id, 0, &replicas, &planned.overrides, &mut made);
        let wait = match files.and_then(|()| self.commit(turn, &changes)) {
            Ok(wait) => wait,
            Err(code) => {
                self.remove_partitions(turn, &made);
                return Err(code);
            }
        };
        if name == topics::CONSUMER_OFFSETS {
            for broker in self.broker_ids().into_iter().filter(|broker| self.is_up(*broker)).collect::<Vec<_>>() {
                self.load_groups(turn, broker).map_err(|_| ErrorCode::KafkaStorageError)?;
            }
        }
        let (topic, topic_id) = (name.to_string(), uuid_text(id));
        self.emit(self.controller(), || EventKind::TopicCreated {
            internal: topics::is_internal(&topic),
            topic,
            topic_id,
            partitions: places(0, &replicas),
            configs: planned.overrides,
            automatic,
        });
        Ok((id, wait))
    }

    /// Gives a topic more partitions.
    ///
    /// # Errors
    /// As [`Core::create_topics`].
    pub(crate) fn add_partitions(
        &mut self,
        turn: &mut Turn<'_>,
        name: &str,
        replicas: &[Vec<i32>],
    ) -> Result<WrittenWait, ErrorCode> {
        let replicas = broker_ids(replicas);
        let topic = self.metadata.image().topic_named(name).ok_or(ErrorCode::UnknownTopicOrPartition)?;
        let (name, id) = (topic.name.clone(), topic.id);
        let first = i32::try_from(topic.partitions.len()).unwrap_or(i32::MAX);
        let overrides = self.metadata.image().topic_configs.get(&name).cloned().unwrap_or_default();
        let mut made = Vec::new();
        let changes: Vec<Change> = registrations(id, first, &replicas).collect();
        let files = self.make_partitions(turn, &name, id, first, &replicas, &overrides, &mut made);
        let wait = match files.and_then(|()| self.commit(turn, &changes)) {
            Ok(wait) => wait,
            Err(code) => {
                self.remove_partitions(turn, &made);
                return Err(code);
            }
        };
        self.emit(self.controller(), || EventKind::PartitionsAdded {
            topic: name.to_string(),
            partitions: places(first, &replicas),
        });
        Ok(wait)
    }

    #[expect(clippy::too_many_arguments, reason = "a topic's name, id, configs and places belong together")]
    fn make_partitions(
        &mut self,
        turn: &mut Turn<'_>,
        name: &ByteString,
        topic_id: Uuid,
        first: i32,
        replicas: &[Vec<BrokerId>],
        overrides: &Overrides,
        made: &mut Vec<(BrokerId, TopicPartition)>,
    ) -> Result<(), ErrorCode> {
        for (index, replicas) in (first..).map(PartitionIndex).zip(replicas) {
            let Some(leader) = replicas.first().copied() else { continue };
            let key = TopicPartition { topic_id, index };
            let partition = self.make_partition(turn, leader, name, key, overrides).map_err(|error| {
                self.metrics.log.push_back(error.to_string());
                ErrorCode::KafkaStorageError
            })?;
            let must_flush = partition.log.has_files() && self.config.durability == Durability::Always;
            if let Some(broker) = self.brokers.get_mut(&leader) {
                broker.partitions.insert(key, partition);
                made.push((leader, key));
            }
            if must_flush {
                self.flushes.want(leader, key);
            }
        }
        Ok(())
    }

    fn make_partition(
        &self,
        turn: &mut Turn<'_>,
        leader: BrokerId,
        name: &ByteString,
        key: TopicPartition,
        overrides: &Overrides,
    ) -> Result<Partition, StorageError> {
        // The fifty partitions of internal topics get their files when they get their first record.
        let files = if topics::is_internal(name) { Files::AtFirstAppend } else { Files::AtOnce };
        let config = self.settings.log_config(leader, overrides);
        let folder = partition_folder(leader, name, key.index);
        let mut log = Log::create(turn.storage, &folder, key.topic_id, config, files, turn.now)?;
        log.assign_epoch(turn.storage, 0)?;
        let mut partition = Partition::new(name.clone(), key.index, log, 0);
        partition.min_in_sync_replicas = self.settings.min_in_sync_replicas(leader, overrides);
        Ok(partition)
    }

    fn remove_partitions(&mut self, turn: &mut Turn<'_>, doomed: &[(BrokerId, TopicPartition)]) {
        for (broker, key) in doomed {
            let removed = self.brokers.get_mut(broker).and_then(|broker| broker.partitions.remove(key));
            if let Some(partition) = removed
                && let Err(error) = partition.log.delete(turn.storage)
            {
                // The topic is gone all the same; its folder is known for a left-over at the next start.
                self.metrics.log.push_back(error.to_string());
            }
            self.cleaning.remove(&(*broker, *key));
            self.compacted.remove(&(*broker, *key));
            self.purgatory.wake(*key);
        }
    }

    /// Removes a topic, its files, and what groups have committed for it.
    ///
    /// # Errors
    /// The metadata log's.
    pub(crate) fn delete_topic(&mut self, turn: &mut Turn<'_>, id: Uuid) -> Result<WrittenWait, ErrorCode> {
        let topic = self.metadata.image().topic(id).ok_or(ErrorCode::UnknownTopicId)?;
        let name = topic.name.clone();
        let wait = self.commit(turn, &[Change::RemoveTopic { id }])?;
        let doomed: Vec<(BrokerId, TopicPartition)> = self
            .brokers
            .iter()
            .flat_map(|(broker, state)| {
                state.partitions.keys().filter(|key| key.topic_id == id).map(move |key| (*broker, *key))
            })
            .collect();
        self.remove_partitions(turn, &doomed);
        for broker in doomed.iter().map(|(broker, _)| *broker).collect::<BTreeSet<BrokerId>>() {
            // They go by name: a new topic of this name must not begin where the old one did.
            self.write_checkpoints(turn, broker);
        }
        for broker in self.broker_ids() {
            self.groups(broker).topics_deleted(turn.now, &[(name.to_string(), id)]);
        }
        self.metrics.forget_topic(&name);
        self.emit(self.controller(), || EventKind::TopicDeleted { topic: name.to_string(), topic_id: uuid_text(id) });
        Ok(wait)
    }

    /// Puts a topic's new configuration into force.
    pub(crate) fn apply_topic_configs(&mut self, topic: &str) {
        let image = self.metadata.image();
        let Some(id) = image.topic_named(topic).map(|topic| topic.id) else { return };
        let overrides = image.topic_configs.get(topic).cloned().unwrap_or_default();
        for (broker_id, broker) in &mut self.brokers {
            let config = self.settings.log_config(*broker_id, &overrides);
            let min_in_sync_replicas = self.settings.min_in_sync_replicas(*broker_id, &overrides);
            for partition in broker.partitions.of_topic_mut(id) {
                partition.log.set_config(config);
                partition.min_in_sync_replicas = min_in_sync_replicas;
            }
        }
    }

    /// The next producer id of a broker, and what to wait for before it is told: while the block that it is from is not
    /// safe, a power cut would have the block given out again.
    ///
    /// # Errors
    /// The metadata log's.
    pub(crate) fn next_producer_id(
        &mut self,
        turn: &mut Turn<'_>,
        broker: BrokerId,
    ) -> Result<(i64, WrittenWait), ErrorCode> {
        let Some(state) = self.brokers.get(&broker) else { return Err(ErrorCode::CoordinatorNotAvailable) };
        if state.producer_ids.is_empty() {
            let first = self.metadata.image().next_producer_id;
            let next_producer_id = first + PRODUCER_IDS_BLOCK;
            let broker_epoch = self.broker_epoch(broker);
            let wait = self.commit(turn, &[Change::ProducerIds { broker, broker_epoch, next_producer_id }])?;
            if let Some(state) = self.brokers.get_mut(&broker) {
                state.producer_ids = first..next_producer_id;
                state.producer_ids_written = wait.end;
            }
        }
        let state = self.brokers.get_mut(&broker).ok_or(ErrorCode::CoordinatorNotAvailable)?;
        let wait = WrittenWait { partition: METADATA_PARTITION, end: state.producer_ids_written, place: None };
        let next = state.producer_ids.next().ok_or(ErrorCode::CoordinatorNotAvailable)?;
        Ok((next, wait))
    }
}

fn registrations(topic_id: Uuid, first: i32, replicas: &[Vec<BrokerId>]) -> impl Iterator<Item = Change> + '_ {
    (first..).map(PartitionIndex).zip(replicas).map(move |(index, replicas)| Change::Partition {
        topic_id,
        index,
        registration: PartitionRegistration {
            replicas: replicas.clone(),
            in_sync_replicas: replicas.clone(),
            leader: replicas.first().copied(),
            ..Default::default()
        },
    })
}

fn places(first: i32, replicas: &[Vec<BrokerId>]) -> Vec<PartitionPlace> {
    (first..)
        .zip(replicas)
        .map(|(partition, replicas)| PartitionPlace {
            partition,
            leader: replicas.first().map_or(-1, |leader| leader.0),
            replicas: replicas.iter().map(|broker| broker.0).collect(),
        })
        .collect()
}

fn broker_ids(replicas: &[Vec<i32>]) -> Vec<Vec<BrokerId>> {
    replicas.iter().map(|replicas| replicas.iter().copied().map(BrokerId).collect()).collect()
}
