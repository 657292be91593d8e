//! Starting: what the files say becomes the cluster.

use super::{Broker, Core, Flushes, Life, Metrics, Settings, Turn};
use crate::checkpoints::{self, Checkpoints};
use crate::config::{ClusterConfig, Durability};
use crate::event::EventKind;
use crate::groups::Groups;
use crate::ids::{BrokerId, PartitionIndex, TopicPartition, parse_partition_folder, partition_folder, uuid_text};
use crate::log;
use crate::metadata::{self, Change, Journal, METADATA_TOPIC, PartitionDelta, PartitionRegistration};
use crate::properties;
use crate::purgatory::Purgatory;
use crate::storage::{Storage, StorageError};
use crate::timers::Timers;
use crate::topics;
use bytestring::ByteString;
use runnel_protocol::random::Random;
use runnel_protocol::time::Timestamp;
use runnel_protocol::{SmallMap, SmallSet};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;
use std::sync::Arc;
use uuid::Uuid;

/// Why a cluster cannot be opened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum OpenError {
    /// The store refused, or holds what cannot be read.
    Storage(StorageError),
    /// A setting is unknown, has no effect here, or has a value that Kafka would refuse.
    Setting(String),
    /// The files belong to another cluster than the one that was asked for.
    Mismatch(String),
}

impl fmt::Display for OpenError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OpenError::Storage(error) => error.fmt(out),
            OpenError::Setting(text) | OpenError::Mismatch(text) => out.write_str(text),
        }
    }
}

impl std::error::Error for OpenError {}

impl From<StorageError> for OpenError {
    fn from(error: StorageError) -> Self {
        OpenError::Storage(error)
    }
}

impl Core {
    /// Opens the cluster whose files the store holds, or makes a new one.
    pub(crate) fn open(config: ClusterConfig, storage: &mut dyn Storage, now: Timestamp) -> Result<Self, OpenError> {
        let settings = Settings::new(&config).map_err(OpenError::Setting)?;
        let mut random = Random::new(config.seed);
        let controller = config.brokers.first().map_or(BrokerId(1), |broker| broker.id);
        let cluster_id = match properties::cluster_id(storage, &config.brokers)? {
            Some(id) => id,
            None => ByteString::from(uuid_text(random.next_uuid())),
        };
        let mut brokers = SmallMap::new();
        for broker in &config.brokers {
            let was_clean = properties::begin(storage, broker.id, &cluster_id, &mut random)?;
            let mut groups = Groups::new(settings.groups_config(config.profile));
            groups.set_watched(false);
            let state = Broker::new(broker.endpoints.clone(), groups, Life::Up);
            brokers.insert(broker.id, Broker { was_clean, ..state });
        }
        let controller_was_clean = brokers.get(&controller).is_some_and(|broker| broker.was_clean);
        let metadata = Journal::open(storage, controller, controller_was_clean, now)?;
        let mut core = Core {
            settings: Arc::new(settings),
            cluster_id,
            random,
            metadata,
            brokers,
            connections: BTreeMap::new(),
            purgatory: Purgatory::default(),
            timers: Timers::default(),
            flushes: Flushes::default(),
            metrics: Metrics::default(),
            outputs: VecDeque::new(),
            is_opening: false,
            ready: SmallSet::new(),
            next_reply: 0,
            cleaning: BTreeSet::new(),
            compacted: BTreeSet::new(),
            event_sequence: 0,
            watched: false,
            now,
            config: Arc::new(config),
        };
        let mut turn = Turn { now, storage };
        core.check_brokers()?;
        core.register(&mut turn)?;
        for broker in core.broker_ids() {
            core.open_partitions(&mut turn, broker)?;
            core.load_groups(&mut turn, broker)?;
        }
        core.schedule_maintenance();
        core.settle(&mut turn);
        core.is_opening = core.config.durability == Durability::Always && core.flushes.is_under_way();
        Ok(core)
    }

    /// A cluster may grow; without one of its brokers the partitions that it leads would be gone.
    fn check_brokers(&self) -> Result<(), OpenError> {
        let registered: Vec<BrokerId> = self.metadata.image().brokers.keys().copied().collect();
        match registered.iter().find(|broker| !self.brokers.contains_key(broker)) {
            None => Ok(()),
            Some(missing) => Err(OpenError::Mismatch(format!(
                "the data belongs to a cluster of {} brokers and broker {missing} would be missing: start it with \
                 at least {} brokers, or with another data folder",
                registered.len(),
                registered.len()
            ))),
        }
    }

    /// Writes down which brokers are there, where that is news: after a clean stop all is as it was. Whoever led a
    /// partition leads it again, after a crash in a new epoch: what may have been lost at the end of its log is then
    /// recognizable for readers.
    fn register(&mut self, turn: &mut Turn<'_>) -> Result<(), OpenError> {
        let mut changes = Vec::new();
        if self.metadata.image().features.is_empty() {
            let (name, level) = (metadata::METADATA_VERSION.to_owned(), metadata::METADATA_VERSION_LEVEL);
            changes.push(Change::Feature { name, level });
            changes.extend(
                self.settings
                    .of_controller()
                    .first_cluster_default()
                    .into_iter()
                    .map(|(name, value)| Change::BrokerConfig { broker: String::new(), name, value: Some(value) }),
            );
        }
        let epoch = self.metadata.end_offset();
        for broker in &self.config.brokers {
            if !self.is_as_it_was(broker) {
                changes.push(Change::RegisterBroker {
                    broker: broker.id,
                    epoch,
                    incarnation: self.random.next_uuid(),
                    fenced: false,
                    endpoints: broker.endpoints.clone(),
                });
            }
        }
        for (topic, key, registration) in self.metadata.image().partitions() {
            changes.extend(self.new_epoch(turn, topic, key, registration)?);
        }
        self.commit(turn, &changes).map_err(|_| self.metadata_failure())?;
        Arc::make_mut(&mut self.settings).load_dynamic(&self.metadata.image().broker_configs.clone());
        Ok(())
    }

    fn is_as_it_was(&self, broker: &crate::config::BrokerSettings) -> bool {
        let was_clean = self.brokers.get(&broker.id).is_some_and(|state| state.was_clean);
        let registered = self.metadata.image().brokers.get(&broker.id);
        was_clean && registered.is_some_and(|one| one.may_lead() && one.endpoints == broker.endpoints)
    }

    /// The election of a partition's leader at the start, if one is due.
    fn new_epoch(
        &self,
        turn: &Turn<'_>,
        topic: &ByteString,
        key: TopicPartition,
        registration: &PartitionRegistration,
    ) -> Result<Option<Change>, StorageError> {
        let Some(broker) = registration.leader.or_else(|| registration.replicas.first().copied()) else {
            return Ok(None);
        };
        let Some(state) = self.brokers.get(&broker) else { return Ok(None) };
        let mut delta = PartitionDelta { leader: Some(Some(broker)), ..Default::default() };
        if registration.leader.is_none() {
            delta.in_sync_replicas = Some(vec![broker]);
            delta.eligible_leaders = Some(Vec::new());
            delta.last_known_leaders = Some(Vec::new());
        } else if state.was_clean || turn.storage.list(&partition_folder(broker, topic, key.index))?.is_empty() {
            // Nothing can have been lost.
            return Ok(None);
        }
        Ok(Some(Change::PartitionDelta { topic_id: key.topic_id, index: key.index, delta }))
    }

    fn metadata_failure(&self) -> OpenError {
        let partition = self.metadata.partition();
        OpenError::Storage(partition.offline.clone().unwrap_or_else(|| StorageError {
            path: partition.log.folder().to_owned(),
            operation: "append",
            reason: "the metadata log takes no records".to_owned(),
        }))
    }

    fn open_partitions(&mut self, turn: &mut Turn<'_>, broker: BrokerId) -> Result<(), OpenError> {
        let checkpoints = checkpoints::read(turn.storage, broker)?;
        let was_clean = self.brokers.get(&broker).is_some_and(|broker| broker.was_clean);
        let mut known: BTreeSet<String> = BTreeSet::new();
        let mine: Vec<(ByteString, TopicPartition, i32)> = self
            .metadata
            .image()
            .topics()
            .flat_map(|topic| {
                let partitions = (0..).map(PartitionIndex).zip(&topic.partitions);
                partitions.filter(|(_, partition)| partition.leader == Some(broker)).map(|(index, partition)| {
                    let key = TopicPartition { topic_id: topic.id, index };
                    (topic.name.clone(), key, partition.leader_epoch)
                })
            })
            .collect();
        for (topic, key, leader_epoch) in mine {
            known.insert(format!("{topic}-{}", key.index));
            self.open_partition(turn, broker, &topic, key, leader_epoch, &checkpoints, was_clean)?;
        }
        self.adopt(turn, broker, &known, &checkpoints)?;
        if checkpoints != Checkpoints::default() && !was_clean {
            // What was recovered may end before what was written down, and a topic that is gone may come back by name.
            self.write_checkpoints(turn, broker);
        }
        let count = self.brokers.get(&broker).map_or(0, |broker| broker.partitions.len());
        self.emit(broker, || EventKind::BrokerStarted { partitions: u32::try_from(count).unwrap_or(u32::MAX) });
        Ok(())
    }

    /// Folders that the metadata log does not know. One of a deleted topic is a left-over of its deletion and goes;
    /// one that a broker of Kafka's wrote, with its topic's id beside the records, is taken in with that id.
    fn adopt(
        &mut self,
        turn: &mut Turn<'_>,
        broker: BrokerId,
        known: &BTreeSet<String>,
        checkpoints: &Checkpoints,
    ) -> Result<(), OpenError> {
        let mut found: BTreeMap<(ByteString, Uuid), BTreeSet<i32>> = BTreeMap::new();
        for entry in turn.storage.list(&format!("broker-{broker}"))? {
            if !entry.is_folder || known.contains(&entry.name) {
                continue;
            }
            let folder = format!("broker-{broker}/{}", entry.name);
            if entry.name.ends_with("-delete") {
                turn.storage.remove(&folder)?;
                continue;
            }
            let Some((topic, index)) = parse_partition_folder(&entry.name) else { continue };
            if topic == METADATA_TOPIC {
                continue;
            }
            match log::topic_id(turn.storage, &folder)? {
                Some(id) if self.metadata.image().was_removed(id) => turn.storage.remove(&folder)?,
                Some(id) => {
                    found.entry((topic, id)).or_default().insert(index.0);
                }
                None => self.metrics.log.push_back(format!(
                    "the folder {folder:?} is left alone: it has no partition.metadata that names a topic's id"
                )),
            }
        }
        for ((topic, id), indexes) in found {
            self.adopt_topic(turn, broker, &topic, id, &indexes, checkpoints)?;
        }
        Ok(())
    }

    fn adopt_topic(
        &mut self,
        turn: &mut Turn<'_>,
        broker: BrokerId,
        topic: &ByteString,
        id: Uuid,
        indexes: &BTreeSet<i32>,
        checkpoints: &Checkpoints,
    ) -> Result<(), OpenError> {
        let taken = self.metadata.image().topic_named(topic).is_some() || self.metadata.image().topic(id).is_some();
        if taken || topics::check_name(topic).is_err() {
            self.metrics.log.push_back(format!(
                "the folders of topic {topic:?} with id {} on broker {broker} are left alone: the cluster has another \
                 topic of that name or id",
                uuid_text(id)
            ));
            return Ok(());
        }
        let count = indexes.last().map_or(0, |last| last + 1);
        let mut changes = vec![Change::Topic { name: topic.clone(), id }];
        changes.extend((0..count).map(|index| Change::Partition {
            topic_id: id,
            index: PartitionIndex(index),
            registration: PartitionRegistration {
                replicas: vec![broker],
                in_sync_replicas: vec![broker],
                leader: Some(broker),
                // Above every epoch that the files may hold is not known before they are read; see below.
                leader_epoch: 0,
                ..Default::default()
            },
        }));
        self.commit(turn, &changes).map_err(|_| self.metadata_failure())?;
        for index in (0..count).map(PartitionIndex) {
            let key = TopicPartition { topic_id: id, index };
            self.open_partition(turn, broker, topic, key, 0, checkpoints, false)?;
            self.outdo_epoch(turn, broker, key)?;
        }
        self.metrics.log.push_back(format!(
            "took in topic {topic:?} ({}) with {count} partitions, which was found on broker {broker}",
            uuid_text(id)
        ));
        Ok(())
    }

    /// A leader's epoch is above all that stand in its log.
    fn outdo_epoch(&mut self, turn: &mut Turn<'_>, broker: BrokerId, key: TopicPartition) -> Result<(), OpenError> {
        let latest = self.partition(broker, key).and_then(|partition| partition.log.epochs().latest()).unwrap_or(0);
        let Some(registration) = self.metadata.image().partition(key).cloned() else { return Ok(()) };
        let leader_epoch = latest + 1;
        let registration = PartitionRegistration { leader_epoch, ..registration };
        let change = Change::Partition { topic_id: key.topic_id, index: key.index, registration };
        self.commit(turn, &[change]).map_err(|_| self.metadata_failure())?;
        if let Some(partition) = self.partition_mut(broker, key) {
            partition.leader_epoch = leader_epoch;
            partition.log.assign_epoch(turn.storage, leader_epoch)?;
        }
        Ok(())
    }
}
