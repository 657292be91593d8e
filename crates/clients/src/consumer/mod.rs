//! Consumers: a group's member or a lone reader, with its program around it.
//!
//! ```text
//!                         heartbeats                        the program
//!   coordinator <---- join, sync, commit ---- membership        |  takes records, works, commits
//!   leaders     <---- fetch, list offsets --- fetching ---> queue
//! ```
//!
//! The three kinds differ in their rhythm. Java does everything inside poll, except for heartbeats: a rebalance waits
//! until the program comes back. librdkafka does all of it in the background. kafkajs has no background at all: it
//! sends a heartbeat between two messages, so a slow handler misses its session.
//!
//! ```
//! use runnel_clients::consumer::{Consumer, ConsumerSettings, Reads};
//! use runnel_clients::{Address, ClientKind};
//! use runnel_protocol::Timestamp;
//!
//! let mut settings = ConsumerSettings::of(ClientKind::Kafkajs);
//! settings.set("group.id", "billing")?;
//! settings.set("brokers", "localhost:9092")?;
//! settings.set("fromBeginning", "true")?;
//! settings.reads = Reads::Topics(vec!["orders".to_owned()]);
//! let mut anna = Consumer::new(settings, 1);
//! anna.start(Timestamp::from_millis(1_700_000_000_000));
//! assert!(anna.poll_output().is_some(), "it wants to connect");
//! # Ok::<(), runnel_clients::SettingError>(())
//! ```
//!
//! Not done: fetch sessions (KIP-227), reading from followers (KIP-392), validation of positions by leader epoch
//! (KIP-320), the group protocol of KIP-848.

mod calls;
mod closing;
mod deadlines;
mod event;
mod fetched;
mod fetching;
mod group;
mod kafkajs;
mod membership;
mod offsets;
mod partition;
mod poll;
mod program;
mod rebalance;
mod record;
mod replies;
mod settings;
#[cfg(test)]
mod tests;
mod view;

pub use event::{ConsumerEvent, PartitionOffset, PositionCause};
pub use group::GroupState;
pub use program::CommitPolicy;
pub use record::ConsumedRecord;
pub use settings::{ConsumerSettings, IsolationLevel, OffsetReset, Reads, StartAt};
pub use view::{ConsumerView, Countdown, PartitionView, RecordView};

use crate::event::ConnectionEvent;
use crate::metadata::{Metadata, MetadataSettings};
use crate::{Carried, ClientKind, Network, Peer, RequestId, Signal, TopicPartition, network_settings};
use fetching::Asking;
use group::Group;
use offsets::Turns;
use partition::Partition;
use program::CommitFor;
use runnel_protocol::{ApiKey, Random, Request, SmallMap, Timestamp};
use std::collections::VecDeque;
use std::hint::cold_path;
use std::time::Duration;

/// Connection events that are kept for a watcher.
const CONNECTION_EVENTS_MAX: usize = 1000;

/// A consumer and its program.
#[derive(Clone, Debug)]
pub struct Consumer {
    settings: ConsumerSettings,
    network: Network,
    metadata: Metadata,
    random: Random,
    phase: Phase,
    asked: SmallMap<RequestId, Asked>,
    group: Group,
    /// What the group gave it last.
    group_assignment: Vec<TopicPartition>,
    partitions: SmallMap<TopicPartition, Partition>,
    /// How often the group gave it partitions.
    assignments_count: u32,
    /// Fetches under way, by leader, and until when the broker may wait.
    fetches: SmallMap<i32, Timestamp>,
    poll: poll::PollLoop,
    kafkajs: kafkajs::Loops,
    processed_count: u64,
    /// The time of the latest input.
    now: Timestamp,
    is_watched: bool,
    events: VecDeque<ConsumerEvent>,
    connection_events: VecDeque<ConnectionEvent>,
}

/// How far its life is.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Phase {
    New,
    Running,
    /// On its way out, at the latest until then.
    Closing {
        until: Timestamp,
    },
    Closed,
    Failed {
        reason: String,
    },
}

/// What a request was sent for.
#[derive(Clone, Debug)]
enum Asked {
    FindCoordinator,
    JoinGroup,
    SyncGroup,
    Heartbeat,
    LeaveGroup,
    OffsetFetch { turns: Turns },
    ListOffsets { turns: Turns },
    OffsetCommit { offsets: SmallMap<TopicPartition, i64>, purpose: CommitFor },
    Fetch { node_id: i32, asking: Asking },
}

impl Consumer {
    /// A consumer that does nothing before [`Consumer::start`]. The seed spreads its back-offs and choices of brokers.
    pub fn new(settings: ConsumerSettings, seed: u64) -> Self {
        let mut random = Random::new(seed);
        let mut network = network_settings(settings.kind, &settings.client_id, settings.bootstrap.clone());
        network.request_timeout = settings.request_timeout;
        if settings.kind == ClientKind::Java {
            // A classic group's offsets go by the names of topics.
            network.versions_max.insert(ApiKey::OffsetCommit, 9);
            network.versions_max.insert(ApiKey::OffsetFetch, 9);
        }
        let metadata = MetadataSettings {
            max_age: settings.metadata_max_age,
            backoff: settings.retry_backoff,
            allow_auto_topic_creation: settings.allow_auto_create_topics,
            ..MetadataSettings::consumer(settings.kind)
        };
        let workers_count = settings.partitions_consumed_concurrently.max(1);
        Consumer {
            network: Network::new(network, random.next_u64()),
            metadata: Metadata::new(metadata, random.next_u64()),
            random,
            phase: Phase::New,
            asked: SmallMap::new(),
            group: Group::new(),
            group_assignment: Vec::new(),
            partitions: SmallMap::new(),
            assignments_count: 0,
            fetches: SmallMap::new(),
            poll: poll::PollLoop::default(),
            kafkajs: kafkajs::Loops::new(workers_count),
            processed_count: 0,
            now: Timestamp::default(),
            is_watched: false,
            events: VecDeque::new(),
            connection_events: VecDeque::new(),
            settings,
        }
    }

    /// How it is set up.
    pub fn settings(&self) -> &ConsumerSettings {
        &self.settings
    }

    /// Whether events are told; at first they are not.
    pub fn set_watched(&mut self, watched: bool) {
        self.is_watched = watched;
        self.network.set_watched(watched);
        if !watched {
            self.events.clear();
            self.connection_events.clear();
        }
    }

    /// Its connections, for whoever shows them.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// Its picture of the cluster.
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// Takes what the carrier tells.
    pub fn handle_signal(&mut self, now: Timestamp, signal: Signal) {
        self.network.handle_signal(now, signal);
        self.turn(now);
    }

    /// The next thing to carry.
    pub fn poll_output(&mut self) -> Option<Carried> {
        self.network.poll_output()
    }

    /// What happened, in order, while watched.
    pub fn poll_event(&mut self) -> Option<ConsumerEvent> {
        self.events.pop_front()
    }

    /// What happened to its connections and its picture of the cluster, in order, while watched.
    pub fn poll_connection_event(&mut self) -> Option<ConnectionEvent> {
        self.connection_events.pop_front()
    }

    /// Whether it is over: closed, or ended by an error.
    pub fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Closed | Phase::Failed { .. })
    }

    /// The error that ended it.
    pub fn failure(&self) -> Option<&str> {
        match &self.phase {
            Phase::Failed { reason } => Some(reason),
            Phase::New | Phase::Running | Phase::Closing { .. } | Phase::Closed => None,
        }
    }

    /// Does what follows from the input, until nothing more does.
    fn turn(&mut self, now: Timestamp) {
        self.now = now;
        loop {
            let mut has_moved = false;
            self.tell_changes();
            while let Some(reply) = self.network.poll_reply() {
                has_moved = true;
                self.handle_reply(now, reply);
            }
            if matches!(self.phase, Phase::Running | Phase::Closing { .. }) {
                self.metadata.refresh_if_due(now, &mut self.network);
                has_moved |= match self.settings.kind {
                    ClientKind::Java | ClientKind::Librdkafka => self.poll_step(now),
                    ClientKind::Kafkajs => self.kafkajs_step(now),
                };
            }
            if !has_moved {
                break;
            }
        }
        self.tell_changes();
    }

    /// What happened to connections, for watchers.
    fn tell_changes(&mut self) {
        while let Some(change) = self.network.poll_change() {
            self.tell_connection(ConnectionEvent::of_change(change));
        }
    }

    /// Who does not ask for these loses the oldest.
    fn tell_connection(&mut self, event: ConnectionEvent) {
        if self.connection_events.len() >= CONNECTION_EVENTS_MAX {
            self.connection_events.pop_front();
        }
        self.connection_events.push_back(event);
    }

    fn ask(&mut self, now: Timestamp, peer: Peer, request: Request, asked: Asked) {
        let timeout = self.settings.request_timeout;
        self.ask_within(now, peer, request, timeout, asked);
    }

    fn ask_within(&mut self, now: Timestamp, peer: Peer, request: Request, timeout: Duration, asked: Asked) {
        let id = self.network.ask_within(now, peer, request, timeout);
        self.asked.insert(id, asked);
    }

    /// The newest version of an API that this kind speaks.
    fn newest(&self, api: ApiKey) -> i16 {
        self.network.settings().versions_max.get(&api).copied().unwrap_or(*api.accepted().end())
    }

    /// The topics that it subscribed to.
    fn topics(&self) -> &[String] {
        match &self.settings.reads {
            Reads::Topics(topics) => topics,
            Reads::Partitions(_) => &[],
        }
    }

    fn uses_group(&self) -> bool {
        matches!(self.settings.reads, Reads::Topics(_))
    }

    fn emit(&mut self, event: impl FnOnce() -> ConsumerEvent) {
        if self.is_watched {
            cold_path();
            self.events.push_back(event());
        }
    }

    /// The library gives up, and the program ends with it.
    fn fail(&mut self, now: Timestamp, reason: &str) {
        if self.is_over() {
            return;
        }
        let reason = reason.to_owned();
        self.emit(|| ConsumerEvent::Failed { reason: reason.clone() });
        self.phase = Phase::Failed { reason };
        self.asked.clear();
        self.network.disconnect_all(now);
    }
}
