//! The front door: inputs with a time go in, outputs come out.

use crate::config::ClusterConfig;
use crate::connection::Connection;
use crate::core::{Core, Metrics, OpenError, Turn};
use crate::event::EventKind;
use crate::explanation::RetentionExplanation;
use crate::groups::GroupState;
use crate::ids::{BrokerId, ConnectionId, PartitionIndex};
use crate::input::Input;
use crate::output::Output;
use crate::snapshot::{BrokerState, Snapshot};
use crate::storage::{BlobId, LateClose, Storage, StorageError};
use crate::timers::Timer;
use crate::{Offset, preview};
use runnel_protocol::records::Record;
use runnel_protocol::time::Timestamp;

/// A whole Kafka cluster over a store.
///
/// ```
/// use runnel_broker::{BrokerId, BrokerSettings, Cluster, ClusterConfig, ConnectionId, Durability, Endpoint, Input};
/// use runnel_broker::{MemoryStorage, Output, Profile, Timestamp};
///
/// let endpoint = Endpoint { listener: "PLAINTEXT".into(), host: "localhost".into(), port: 9092 };
/// let config = ClusterConfig {
///     brokers: vec![BrokerSettings { id: BrokerId(1), endpoints: vec![endpoint] }],
///     profile: Profile::Dev,
///     durability: Durability::Interval,
///     settings: Default::default(),
///     seed: 7,
/// };
/// let now = Timestamp::from_millis(0);
/// let mut cluster = Cluster::open(config, MemoryStorage::default(), now)?;
/// while cluster.poll_output().is_some() {}
/// let (connection, broker) = (ConnectionId(1), BrokerId(1));
/// cluster.handle_input(now, Input::ConnectionOpened { connection, broker, listener: 0, peer: "127.0.0.1".into() });
/// while cluster.poll_output().is_some() {}
/// // ApiVersions v0, correlation id 5, no client id.
/// let bytes = bytes::Bytes::from_static(&[0, 18, 0, 0, 0, 0, 0, 5, 0xff, 0xff]);
/// cluster.handle_input(now, Input::Frame { connection, bytes });
/// assert!(matches!(cluster.poll_output(), Some(Output::Send { .. })));
/// # Ok::<(), runnel_broker::OpenError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Cluster<S> {
    core: Core,
    storage: S,
    /// Blobs to close before the next input, when all outputs are out.
    closed: Vec<BlobId>,
}

impl<S: Storage> Cluster<S> {
    /// Opens the cluster whose files the store holds, or makes a new one.
    ///
    /// # Errors
    /// A store that cannot be read, a setting that is not Kafka's, or files of another cluster.
    pub fn open(config: ClusterConfig, mut storage: S, now: Timestamp) -> Result<Self, OpenError> {
        let core = Core::open(config, &mut storage, now)?;
        Ok(Cluster { core, storage, closed: Vec::new() })
    }

    /// Takes one input. The outputs are to be drained before the next.
    ///
    /// # Panics
    /// If outputs of the last input are left, which is a mistake of the driver.
    pub fn handle_input(&mut self, now: Timestamp, input: Input) {
        assert!(self.core.outputs.is_empty(), "outputs are drained before the next input");
        for blob in self.closed.drain(..) {
            self.storage.close(blob);
        }
        let core = &mut self.core;
        core.now = core.now.max(now);
        let mut storage = LateClose { storage: &mut self.storage, closed: &mut self.closed };
        let mut turn = Turn { now: core.now, storage: &mut storage };
        while let Some(timer) = core.timers.pop_due(turn.now) {
            let is_slice = matches!(timer, Timer::Cleaning | Timer::BrokerStart(_));
            core.handle_timer(&mut turn, timer);
            if is_slice {
                // One slice of such work an input: who waits for something else comes first, groups among them.
                core.brokers.values_mut().for_each(|broker| broker.groups.is_changed = true);
                break;
            }
        }
        match input {
            Input::ConnectionOpened { connection, broker, .. } if !core.is_up(broker) => {
                // It was on its way when the broker went.
                let reason = format!("broker {broker} is not running");
                core.outputs.push_back(Output::Close { connection, reason });
            }
            Input::ConnectionOpened { connection, broker, listener, peer } => {
                core.connections.insert(connection, Connection::new(broker, listener, peer.clone()));
                core.emit(broker, || EventKind::ConnectionOpened { connection, peer });
            }
            Input::Frame { connection, bytes } => core.handle_frame(connection, bytes),
            Input::ConnectionClosed { connection } => {
                core.connection_closed(connection, "the client closed it".to_owned());
            }
            Input::Flushed { id, outcome } => core.handle_flushed(&turn, id, outcome),
            Input::BrokerStopped { broker, clean } => core.stop_broker(&mut turn, broker, clean),
            Input::BrokerAdded { broker } => core.add_broker(&mut turn, broker),
            Input::BrokerStarted { broker } => core.start_broker(&turn, broker),
            Input::Timer => {}
        }
        core.settle(&mut turn);
    }

    /// The next thing for the driver to do.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.core.outputs.pop_front()
    }

    /// When the next thing is due without any input: the driver hands in [`Input::Timer`] then.
    pub fn next_wakeup(&self) -> Option<Timestamp> {
        self.core.timers.next()
    }

    /// Whether a request of this connection waits for its answer, so that a further one would only stand in line.
    pub fn is_busy(&self, connection: ConnectionId) -> bool {
        let state = self.core.connections.get(&connection);
        state.is_some_and(|state| state.answering.is_some() || !state.queue.is_empty())
    }

    /// Whether a broker takes connections: it is one of the cluster's, and neither stopped nor still starting.
    pub fn is_listening(&self, broker: BrokerId) -> bool {
        self.core.is_up(broker)
    }

    /// Whether a broker runs; none if the cluster has no such broker.
    pub fn broker_state(&self, broker: BrokerId) -> Option<BrokerState> {
        Some(BrokerState::of(&self.core.brokers.get(&broker)?.life))
    }

    /// Who is at the other end of a connection, in words.
    pub fn describe_client(&self, connection: ConnectionId) -> Option<String> {
        Some(self.core.connections.get(&connection)?.client.describe())
    }

    /// Sets whether [`Output::Event`]s are made.
    pub fn set_watched(&mut self, watched: bool) {
        self.core.set_watched(watched);
    }

    /// The cluster as watchers may see it, with the sequence number of the last event. Records, segments and files are
    /// read for it, within bounds.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot::of(&self.core, Some(&self.storage))
    }

    /// As [`Cluster::snapshot`], without what would have to be read: records, segments and files.
    pub fn overview(&self) -> Snapshot {
        Snapshot::of(&self.core, None)
    }

    /// One whole record, for who looks closer; none if there is none at this offset.
    pub fn record(&self, topic: &str, partition: i32, offset: Offset) -> Option<Record> {
        let partition = self.core.led_partition(topic, PartitionIndex(partition))?;
        preview::record_at(&partition.log, &self.storage, offset)
    }

    /// The state of every group, broker by broker.
    pub fn group_states(&self) -> impl Iterator<Item = GroupState> {
        self.core.brokers.values().flat_map(|broker| broker.groups.states())
    }

    /// Below which offset consumers may read a partition, as its leader knows it.
    pub fn high_watermark(&self, topic: &str, partition: i32) -> Option<Offset> {
        Some(self.core.led_partition(topic, PartitionIndex(partition))?.high_watermark)
    }

    /// What retention and compaction would do with a partition's log at a given time, and why not more; none if nobody
    /// leads such a partition.
    pub fn explain_retention(&self, topic: &str, partition: i32, now: Timestamp) -> Option<RetentionExplanation> {
        let partition = self.core.led_partition(topic, PartitionIndex(partition))?;
        let checks = (self.core.timers.at(&Timer::Retention), self.core.timers.at(&Timer::Compaction));
        Some(RetentionExplanation::of(partition, &self.storage, now, checks))
    }

    /// Counters since the start.
    pub fn metrics(&self) -> &Metrics {
        &self.core.metrics
    }

    /// The next sentence for the driver's log: what went wrong, or was found, that no client is told.
    pub fn poll_log(&mut self) -> Option<String> {
        self.core.metrics.log.pop_front()
    }

    /// Requests that wait for their answers.
    pub fn purgatory_size(&self) -> usize {
        self.core.purgatory.size()
    }

    /// The cluster's identifier.
    pub fn cluster_id(&self) -> &str {
        &self.core.cluster_id
    }

    /// A setting of the brokers that the driver follows, like `socket.request.max.bytes`.
    pub fn setting(&self, name: &str) -> Option<i64> {
        self.core.settings.number(name)
    }

    /// The store.
    pub fn storage(&self) -> &S {
        &self.storage
    }

    /// The store, for a driver that flushes.
    pub fn storage_mut(&mut self) -> &mut S {
        &mut self.storage
    }

    /// Writes what is still in memory, for a clean stop. The driver makes the blobs durable and then calls
    /// [`Cluster::mark_clean`]; no input may follow.
    ///
    /// # Errors
    /// The store's, for the first log that could not be closed.
    pub fn close(&mut self, now: Timestamp) -> Result<Vec<BlobId>, StorageError> {
        let mut turn = Turn { now, storage: &mut self.storage };
        self.core.close(&mut turn)
    }

    /// Marks the stop as clean, so that the next start need not look at the logs.
    ///
    /// # Errors
    /// The store's.
    pub fn mark_clean(&mut self, now: Timestamp) -> Result<(), StorageError> {
        let mut turn = Turn { now, storage: &mut self.storage };
        self.core.mark_clean(&mut turn)
    }
}
