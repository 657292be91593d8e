//! The cluster's inside: what every room and handler may ask for.
//!
//! Three kinds of state stay apart, though they live in one process: the metadata image that all brokers share, each
//! broker's logs, and each coordinator's groups.

mod added;
mod admin;
mod append;
mod close;
mod configs;
mod coordinators;
mod flush;
mod lifecycle;
mod logs;
mod maintenance;
mod metrics;
mod open;
mod requests;
mod settle;
mod start;

pub use metrics::{ApiCounters, Metrics, TopicCounters};
pub use open::OpenError;

pub(crate) use append::AppendRefusal;
pub(crate) use configs::Settings;
pub(crate) use flush::Flushes;
pub(crate) use lifecycle::Life;

use crate::Offset;
use crate::config::{ClusterConfig, Endpoint};
use crate::connection::Connection;
use crate::event::{Event, EventKind};
use crate::groups::Groups;
use crate::handlers::TopicName;
use crate::ids::{BrokerId, ConnectionId, PartitionIndex, TopicPartition};
use crate::metadata::{Journal, METADATA_TOPIC_ID};
use crate::output::Output;
use crate::purgatory::Purgatory;
use crate::replication::{Partition, Partitions};
use crate::storage::{Storage, StorageError};
use crate::timers::Timers;
use bytestring::ByteString;
use runnel_protocol::random::Random;
use runnel_protocol::time::Timestamp;
use runnel_protocol::{ErrorCode, SmallMap, SmallSet};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::hint::cold_path;
use std::ops::{Deref, Range};
use std::sync::Arc;
use uuid::Uuid;

/// What one input is handled with.
pub(crate) struct Turn<'a> {
    pub(crate) now: Timestamp,
    pub(crate) storage: &'a mut dyn Storage,
}

/// One broker of the cluster.
#[derive(Clone, Debug)]
pub(crate) struct Broker {
    pub(crate) endpoints: Vec<Endpoint>,
    pub(crate) partitions: Partitions,
    pub(crate) groups: Coordinator,
    /// When their timer is due, as the list of timers has it.
    pub(crate) groups_due: Option<Timestamp>,
    /// Producer ids that it may give out.
    pub(crate) producer_ids: Range<i64>,
    /// Where the metadata log ends with the record that says they are its own.
    pub(crate) producer_ids_written: Offset,
    /// Whether its files were read after a clean stop.
    pub(crate) was_clean: bool,
    pub(crate) life: Life,
    /// The groups' partitions that it has still to read, and where it goes on in each.
    pub(crate) loading: VecDeque<(TopicPartition, Offset)>,
}

/// A broker's groups, shared between clones until one of them changes them. Most inputs do not concern them: they have
/// something to say, or another time to wait for, only after a change.
#[derive(Clone, Debug)]
pub(crate) struct Coordinator {
    groups: Arc<Groups>,
    /// Whether they were changed since the end of the last input.
    pub(crate) is_changed: bool,
}

impl Coordinator {
    fn new(groups: Groups) -> Self {
        Coordinator { groups: Arc::new(groups), is_changed: true }
    }

    /// The groups, to be changed.
    pub(crate) fn change(&mut self) -> &mut Groups {
        self.is_changed = true;
        Arc::make_mut(&mut self.groups)
    }
}

impl Deref for Coordinator {
    type Target = Groups;

    fn deref(&self) -> &Groups {
        &self.groups
    }
}

impl Broker {
    /// A broker that keeps nothing yet.
    pub(crate) fn new(endpoints: Vec<Endpoint>, groups: Groups, life: Life) -> Self {
        Broker {
            endpoints,
            partitions: Partitions::default(),
            groups: Coordinator::new(groups),
            groups_due: None,
            producer_ids: 0..0,
            producer_ids_written: 0,
            was_clean: false,
            life,
            loading: VecDeque::new(),
        }
    }
}

/// The whole cluster but for its storage. Its large parts are shared between clones until one of them changes them, so
/// that a whole world can be kept for every point in time to which one may want to return.
#[derive(Clone, Debug)]
pub(crate) struct Core {
    pub(crate) config: Arc<ClusterConfig>,
    pub(crate) settings: Arc<Settings>,
    pub(crate) cluster_id: ByteString,
    pub(crate) random: Random,
    pub(crate) metadata: Journal,
    pub(crate) brokers: SmallMap<BrokerId, Broker>,
    pub(crate) connections: BTreeMap<ConnectionId, Connection>,
    pub(crate) purgatory: Purgatory,
    pub(crate) timers: Timers,
    pub(crate) flushes: Flushes,
    pub(crate) metrics: Metrics,
    pub(crate) outputs: VecDeque<Output>,
    /// Whether what was found at the start is still on its way to the disk. Under `always` requests wait for it, since
    /// every answer may rest on it: a batch that is known already, a topic that is there, a committed offset.
    pub(crate) is_opening: bool,
    /// Connections whose next request may be looked at.
    pub(crate) ready: SmallSet<ConnectionId>,
    pub(crate) next_reply: u64,
    /// Where cleaning goes on: the partitions that are still to be looked at.
    pub(crate) cleaning: BTreeSet<(BrokerId, TopicPartition)>,
    /// Compactions whose copy is on its way to the disk.
    pub(crate) compacted: BTreeSet<(BrokerId, TopicPartition)>,
    pub(crate) event_sequence: u64,
    pub(crate) watched: bool,
    pub(crate) now: Timestamp,
}

impl Core {
    /// Tells watchers; costs nothing when there are none.
    pub(crate) fn emit(&mut self, broker: BrokerId, kind: impl FnOnce() -> EventKind) {
        if self.watched {
            // What nobody watches should be quick: the making of events lies apart from what is done each time.
            cold_path();
            self.event_sequence += 1;
            let event = Event { sequence: self.event_sequence, time: self.now, broker, kind: kind() };
            self.outputs.push_back(Output::Event(event));
        }
    }

    /// The broker that decides about topics: the first that is running, or the first where none is.
    pub(crate) fn controller(&self) -> BrokerId {
        let running = self.brokers.iter().find(|(_, broker)| broker.life.is_up()).map(|(id, _)| *id);
        running.or_else(|| self.brokers.keys().next().copied()).expect("a cluster has a broker")
    }

    /// Whether a broker of the cluster is running.
    pub(crate) fn is_up(&self, broker: BrokerId) -> bool {
        self.brokers.get(&broker).is_some_and(|broker| broker.life.is_up())
    }

    /// The epoch under which a broker is registered, -1 if it is not.
    pub(crate) fn broker_epoch(&self, broker: BrokerId) -> i64 {
        self.metadata.image().brokers.get(&broker).map_or(-1, |registration| registration.epoch)
    }

    pub(crate) fn broker_ids(&self) -> Vec<BrokerId> {
        self.brokers.keys().copied().collect()
    }

    /// Every broker that is registered and not fenced, with the address that clients of this listener are told.
    pub(crate) fn endpoints(&self, listener: usize) -> impl Iterator<Item = (BrokerId, &Endpoint)> {
        let registered = &self.metadata.image().brokers;
        let is_fenced = |id: &BrokerId| registered.get(id).is_none_or(|registration| registration.fenced);
        self.brokers.iter().filter(move |(id, _)| !is_fenced(id)).filter_map(move |(id, broker)| {
            Some((*id, broker.endpoints.get(listener).or_else(|| broker.endpoints.first())?))
        })
    }

    pub(crate) fn endpoint_of(&self, broker: BrokerId, listener: usize) -> Option<&Endpoint> {
        self.endpoints(listener).find(|(id, _)| *id == broker).map(|(_, endpoint)| endpoint)
    }

    /// Finds a topic as a request names it, by id or by name.
    ///
    /// # Errors
    /// [`ErrorCode::UnknownTopicId`] or [`ErrorCode::UnknownTopicOrPartition`].
    pub(crate) fn topic_name(&self, by_id: bool, name: &ByteString, id: Uuid) -> Result<TopicName, ErrorCode> {
        let image = self.metadata.image();
        let found = if by_id {
            image.topic(id).ok_or(ErrorCode::UnknownTopicId)
        } else {
            image.topic_named(name).ok_or(ErrorCode::UnknownTopicOrPartition)
        }?;
        Ok(TopicName { name: found.name.clone(), id: found.id })
    }

    pub(crate) fn leader_and_epoch(&self, key: TopicPartition) -> Option<(BrokerId, i32)> {
        let registration = self.metadata.image().partition(key)?;
        Some((registration.leader?, registration.leader_epoch))
    }

    /// The partition, if this broker leads it and its files are in order.
    ///
    /// # Errors
    /// [`ErrorCode::UnknownTopicOrPartition`] if there is none, [`ErrorCode::NotLeaderOrFollower`] if another broker
    /// has it, the epoch's errors as [`Partition::check_leader_epoch`], [`ErrorCode::KafkaStorageError`] if it is
    /// offline.
    pub(crate) fn led(
        &mut self,
        broker: BrokerId,
        key: TopicPartition,
        leader_epoch: i32,
    ) -> Result<&mut Partition, ErrorCode> {
        let registration = self.metadata.image().partition(key).ok_or(ErrorCode::UnknownTopicOrPartition)?;
        if registration.leader != Some(broker) {
            return Err(ErrorCode::NotLeaderOrFollower);
        }
        let partition = self.brokers.get_mut(&broker).and_then(|broker| broker.partitions.get_mut(&key));
        let partition = partition.ok_or(ErrorCode::NotLeaderOrFollower)?;
        partition.check_leader_epoch(leader_epoch)?;
        if partition.offline.is_some() {
            return Err(ErrorCode::KafkaStorageError);
        }
        Ok(partition)
    }

    /// Whether so many replicas of a partition are in sync; where there are fewer replicas at all, whether all are.
    pub(crate) fn has_in_sync_replicas(&self, key: TopicPartition, wanted: usize) -> bool {
        self.metadata
            .image()
            .partition(key)
            .is_some_and(|registration| registration.in_sync_replicas.len() >= wanted.min(registration.replicas.len()))
    }

    /// A partition of a broker, or the metadata log, whatever state it is in.
    pub(crate) fn partition_mut(&mut self, broker: BrokerId, key: TopicPartition) -> Option<&mut Partition> {
        if key.topic_id == METADATA_TOPIC_ID {
            return Some(self.metadata.partition_mut());
        }
        self.brokers.get_mut(&broker)?.partitions.get_mut(&key)
    }

    pub(crate) fn partition(&self, broker: BrokerId, key: TopicPartition) -> Option<&Partition> {
        if key.topic_id == METADATA_TOPIC_ID {
            return Some(self.metadata.partition());
        }
        self.brokers.get(&broker)?.partitions.get(&key)
    }

    /// A partition by name, where its leader keeps it.
    pub(crate) fn led_partition(&self, topic: &str, index: PartitionIndex) -> Option<&Partition> {
        let topic_id = self.metadata.image().topic_named(topic)?.id;
        let key = TopicPartition { topic_id, index };
        self.partition(self.metadata.image().leader(key)?, key)
    }

    pub(crate) fn high_watermark(&self, broker: BrokerId, key: TopicPartition) -> Option<Offset> {
        Some(self.partition(broker, key)?.high_watermark)
    }

    /// A write or read of the partition's files failed: it takes no requests until the next start. Others go on.
    #[cold]
    pub(crate) fn storage_failed(&mut self, broker: BrokerId, key: TopicPartition, error: StorageError) -> ErrorCode {
        let Some(partition) = self.partition_mut(broker, key) else { return ErrorCode::KafkaStorageError };
        let (topic, index) = (partition.topic.to_string(), partition.index.0);
        let why = error.to_string();
        if partition.offline.replace(error).is_none() {
            self.metrics.log.push_back(format!("{topic}-{index} is offline: {why}"));
            self.emit(broker, || EventKind::PartitionOffline { topic, partition: index, why });
        }
        self.purgatory.wake(key);
        ErrorCode::KafkaStorageError
    }

    pub(crate) fn set_watched(&mut self, watched: bool) {
        self.watched = watched;
        for broker in self.brokers.values_mut() {
            broker.groups.change().set_watched(watched);
        }
    }

    pub(crate) fn groups(&mut self, broker: BrokerId) -> &mut Groups {
        let broker = self.brokers.get_mut(&broker).expect("connections belong to brokers of the cluster");
        broker.groups.change()
    }
}
