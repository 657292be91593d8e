//! What both ways to send share: connections, metadata, partitioner, and what the program and watchers are told.

use super::record::{RecordPlace, SendFailure, SendId};
use super::settings::ProducerSettings;
use super::view::Counters;
use crate::carrier::Signal;
use crate::event::{ClientEvent, ConnectionEvent, ProducerEvent};
use crate::metadata::{Metadata, MetadataOutcome};
use crate::network::{Network, Reply};
use crate::partitioners::{Lanes, Partitioner};
use runnel_protocol::{Random, Timestamp};
use std::collections::{BTreeSet, VecDeque};
use std::hint::cold_path;

#[derive(Clone, Debug)]
pub(super) struct Core {
    pub(super) settings: ProducerSettings,
    pub(super) network: Network,
    pub(super) metadata: Metadata,
    pub(super) partitioner: Partitioner,
    pub(super) random: Random,
    pub(super) counters: Counters,
    /// Records whose end the program has not been told.
    pub(super) unfinished: BTreeSet<SendId>,
    outcomes: VecDeque<(SendId, Result<RecordPlace, SendFailure>)>,
    events: VecDeque<ClientEvent>,
    watched: bool,
    next_send: u64,
}

/// The partitions of a topic that a record may go to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct TopicLanes {
    pub(super) partitions_count: i32,
    pub(super) available: Vec<i32>,
}

impl TopicLanes {
    pub(super) fn lanes(&self) -> Lanes<'_> {
        Lanes { partitions_count: self.partitions_count, available: &self.available }
    }
}

impl Core {
    pub(super) fn new(settings: ProducerSettings, seed: u64) -> Self {
        let mut random = Random::new(seed);
        let network = Network::new(settings.network(), random.next_u64());
        let metadata = Metadata::new(settings.metadata, random.next_u64());
        let partitioner = Partitioner::new(settings.partitioner, random.next_u64());
        Core {
            settings,
            network,
            metadata,
            partitioner,
            random,
            counters: Counters::default(),
            unfinished: BTreeSet::new(),
            outcomes: VecDeque::new(),
            events: VecDeque::new(),
            watched: false,
            next_send: 0,
        }
    }

    pub(super) fn set_watched(&mut self, watched: bool) {
        self.watched = watched;
        self.network.set_watched(watched);
        self.events.clear();
    }

    pub(super) fn is_watched(&self) -> bool {
        self.watched
    }

    /// A new number for a record.
    pub(super) fn next_id(&mut self) -> SendId {
        let id = SendId(self.next_send);
        self.next_send += 1;
        self.unfinished.insert(id);
        self.counters.sent_count += 1;
        id
    }

    /// Tells the program what became of a record.
    pub(super) fn finish(&mut self, id: SendId, outcome: Result<RecordPlace, SendFailure>) {
        if self.unfinished.remove(&id) {
            match outcome {
                Ok(_) => self.counters.acknowledged_count += 1,
                Err(_) => self.counters.failed_count += 1,
            }
            self.outcomes.push_back((id, outcome));
        }
    }

    pub(super) fn note(&mut self, event: impl FnOnce() -> ProducerEvent) {
        if self.watched {
            cold_path();
            self.events.push_back(ClientEvent::Producer(event()));
        }
    }

    pub(super) fn handle_signal(&mut self, now: Timestamp, signal: Signal) {
        self.network.handle_signal(now, signal);
        self.note_changes();
    }

    /// The next reply that is not one of metadata's, or what became of metadata.
    pub(super) fn poll_reply(&mut self, now: Timestamp) -> Option<Heard> {
        let reply = self.network.poll_reply()?;
        let Some(outcome) = self.metadata.handle_reply(now, &mut self.network, &reply) else {
            return Some(Heard::Reply(reply));
        };
        self.note_changes();
        if self.watched {
            let event = match &outcome {
                MetadataOutcome::Updated { is_changed } => ConnectionEvent::of_metadata(&self.metadata, *is_changed),
                MetadataOutcome::Failed { failure, will_retry } => {
                    ConnectionEvent::MetadataFailed { reason: failure.to_string(), will_retry: *will_retry }
                }
            };
            self.events.push_back(ClientEvent::Connection(event));
        }
        Some(Heard::Metadata(outcome))
    }

    pub(super) fn note_changes(&mut self) {
        while let Some(change) = self.network.poll_change() {
            self.events.push_back(ClientEvent::Connection(ConnectionEvent::of_change(change)));
        }
    }

    pub(super) fn poll_event(&mut self) -> Option<ClientEvent> {
        self.note_changes();
        self.events.pop_front()
    }

    pub(super) fn poll_outcome(&mut self) -> Option<(SendId, Result<RecordPlace, SendFailure>)> {
        self.outcomes.pop_front()
    }

    /// The partitions of a topic; `None` while none is known.
    pub(super) fn lanes(&self, topic: &str) -> Option<TopicLanes> {
        let known = self.metadata.topic(topic).filter(|known| !known.partitions.is_empty())?;
        let mut available = Vec::with_capacity(known.partitions.len());
        let has_leader = |partition| self.metadata.leader_of_known(partition).is_some();
        available.extend(known.partitions.iter().filter(|(_, one)| has_leader(*one)).map(|(index, _)| *index));
        let partitions_count = i32::try_from(known.partitions.len()).unwrap_or(i32::MAX);
        Some(TopicLanes { partitions_count, available })
    }
}

/// What came in.
#[derive(Clone, Debug)]
pub(super) enum Heard {
    Metadata(MetadataOutcome),
    Reply(Reply),
}
