//! Brokers that stop and are missed. How they come back stands in `start.rs`.
//!
//! ```text
//!        crash                 session over                                  start
//!  Up ----------> Down ------------------------> Down, fenced --------------------------> Up
//!   |   connections end at once;   leaders -1, epochs rise,    logs are recovered, leaders
//!   |   partitions and groups      groups are unavailable      are elected, groups are read
//!   |   cannot be reached                                ^
//!   +----------------------------------------------------+
//!        clean stop: says so, and is fenced at once
//! ```
//!
//! What a broker has written outlives it, as the operating system keeps what a crashed process has written. The records
//! of the metadata log are those that Apache Kafka 4.3.0 writes, in its order, with its eligible leader replicas
//! (KIP-966). Not done: a quorum of controllers. The metadata log is there whichever broker is down, and the role of
//! the controller moves without an election.

use super::start::Starting;
use super::{Core, Turn};
use crate::event::EventKind;
use crate::ids::{BrokerId, TopicPartition};
use crate::metadata::{Change, PartitionDelta};
use crate::timers::Timer;
use bytestring::ByteString;
use std::time::Duration;

/// Whether a broker runs.
#[derive(Clone, Debug)]
pub(crate) enum Life {
    /// It takes connections.
    Up,
    /// It is gone.
    Down {
        /// It has said goodbye, and its files are written to their ends.
        clean: bool,
    },
    /// It reads its files, or waits until it may register.
    Starting(Box<Starting>),
}

impl Life {
    pub(crate) fn is_up(&self) -> bool {
        matches!(self, Life::Up)
    }

    /// Whether its memory holds nothing that a clean stop of the process would have to give up.
    pub(crate) fn keeps_all(&self) -> bool {
        match self {
            Life::Up | Life::Down { clean: true } => true,
            Life::Down { clean: false } | Life::Starting(_) => false,
        }
    }
}

impl Core {
    /// Ends a broker: its connections at once, its part in the cluster when the controller notices.
    pub(crate) fn stop_broker(&mut self, turn: &mut Turn<'_>, broker: BrokerId, clean: bool) {
        let was_up = match self.brokers.get(&broker).map(|broker| &broker.life) {
            None => return self.metrics.log.push_back(format!("there is no broker {broker} to stop")),
            Some(Life::Down { .. }) => return,
            Some(Life::Starting(_)) => false,
            Some(Life::Up) => true,
        };
        // A broker that is still starting has nothing to say goodbye to.
        let clean = clean && was_up;
        let controller = self.controller();
        if clean {
            self.leave(turn, broker);
            self.end_groups(turn, broker, &format!("broker {broker}, its coordinator, was stopped"));
            self.close_connections_of(broker, &format!("broker {broker} was stopped"));
            self.write_out(turn, broker);
        } else {
            self.close_connections_of(broker, &format!("broker {broker} crashed"));
            self.end_groups(turn, broker, &format!("broker {broker}, its coordinator, crashed"));
        }
        self.cleaning.retain(|(of, _)| *of != broker);
        self.compacted.retain(|(of, _)| *of != broker);
        self.timers.cancel(&Timer::BrokerStart(broker));
        if let Some(state) = self.brokers.get_mut(&broker) {
            state.life = Life::Down { clean };
            state.loading.clear();
            state.producer_ids = 0..0;
        }
        let session_until = (was_up && !clean).then(|| turn.now + self.settings.broker_session_timeout());
        self.emit(broker, || EventKind::BrokerStopped { clean, session_until });
        self.tell_controller_moved(controller);
        if clean {
            self.fence(turn, broker, "it has said goodbye");
        } else if let Some(at) = session_until {
            self.timers.set(Timer::BrokerSession(broker), at);
        }
        if !self.has_controller() {
            // Nobody is left to miss anybody.
            for broker in self.broker_ids() {
                self.timers.cancel(&Timer::BrokerSession(broker));
            }
        }
    }

    /// Whether some broker runs, or is about to: one of them is the controller.
    pub(crate) fn has_controller(&self) -> bool {
        self.brokers.values().any(|broker| !matches!(broker.life, Life::Down { .. }))
    }

    pub(crate) fn tell_controller_moved(&mut self, from: BrokerId) {
        let to = self.controller();
        if to != from {
            self.emit(to, || EventKind::ControllerMoved { from, to });
        }
    }

    /// A broker was not heard of for its session time-out.
    pub(crate) fn broker_session_over(&mut self, turn: &mut Turn<'_>, broker: BrokerId) {
        if self.is_up(broker) || !self.has_controller() {
            return;
        }
        let why = format!("it was not heard of for {} ms", self.settings.broker_session_timeout().as_millis());
        self.fence(turn, broker, &why);
        self.register_if_ready(turn, broker);
    }

    /// Takes a broker out of the cluster: nobody leads what it led.
    fn fence(&mut self, turn: &mut Turn<'_>, broker: BrokerId, why: &str) {
        let lost = self.led_by(broker);
        let mut changes: Vec<Change> = lost.iter().map(|(_, key)| leaderless(*key, broker)).collect();
        let epoch = self.broker_epoch(broker);
        changes.push(Change::BrokerDelta { broker, epoch, fenced: Some(true), in_controlled_shutdown: false });
        if let Err(code) = self.commit(turn, &changes) {
            return self.metrics.log.push_back(format!("broker {broker} cannot be fenced: {code}"));
        }
        self.timers.cancel(&Timer::BrokerSession(broker));
        self.emit(broker, || EventKind::BrokerFenced { why: why.to_owned() });
        self.tell_leaderless(broker, &lost, &format!("broker {broker} is fenced: {why}"));
    }

    /// The first half of a clean stop: the broker says that it goes, and the controller takes its partitions from it.
    fn leave(&mut self, turn: &mut Turn<'_>, broker: BrokerId) {
        let lost = self.led_by(broker);
        let epoch = self.broker_epoch(broker);
        let mut changes = vec![Change::BrokerDelta { broker, epoch, fenced: None, in_controlled_shutdown: true }];
        changes.extend(lost.iter().map(|(_, key)| leaderless(*key, broker)));
        if let Err(code) = self.commit(turn, &changes) {
            return self.metrics.log.push_back(format!("broker {broker} cannot say goodbye: {code}"));
        }
        self.tell_leaderless(broker, &lost, &format!("broker {broker} stops"));
    }

    /// The partitions that a broker leads, with their topics' names.
    fn led_by(&self, broker: BrokerId) -> Vec<(ByteString, TopicPartition)> {
        self.metadata.image().partitions().filter(|(_, _, one)| one.leader == Some(broker)).map(named).collect()
    }

    fn tell_leaderless(&mut self, broker: BrokerId, lost: &[(ByteString, TopicPartition)], why: &str) {
        for (topic, key) in lost {
            self.purgatory.wake(*key);
            self.tell_leader(broker, topic, *key, broker.0, why);
            self.emit(broker, || EventKind::PartitionOffline {
                topic: topic.to_string(),
                partition: key.index.0,
                why: why.to_owned(),
            });
        }
    }

    /// Tells watchers who leads a partition, as the image has it.
    pub(crate) fn tell_leader(&mut self, at: BrokerId, topic: &str, key: TopicPartition, from: i32, why: &str) {
        if !self.watched {
            return;
        }
        let Some(registration) = self.metadata.image().partition(key).cloned() else { return };
        self.emit(at, || EventKind::LeaderChanged {
            topic: topic.to_owned(),
            partition: key.index.0,
            from,
            to: registration.leader.map_or(-1, |leader| leader.0),
            leader_epoch: registration.leader_epoch,
            in_sync_replicas: registration.in_sync_replicas.iter().map(|broker| broker.0).collect(),
            why: why.to_owned(),
        });
    }

    /// Groups that the broker coordinates can be reached nowhere. Whoever waits for them is answered, if there is still
    /// a connection to answer on.
    fn end_groups(&mut self, turn: &mut Turn<'_>, broker: BrokerId, why: &str) {
        self.groups(broker).unload_all(turn.now, why);
        self.drain_groups(turn);
    }

    fn close_connections_of(&mut self, broker: BrokerId, reason: &str) {
        let open = self.connections.iter().filter(|(_, connection)| connection.broker == broker);
        let open: Vec<_> = open.map(|(id, _)| *id).collect();
        for connection in open {
            self.close_connection(connection, reason.to_owned());
        }
    }

    /// Writes a broker's files to their ends, and asks for them to be made durable.
    fn write_out(&mut self, turn: &mut Turn<'_>, broker: BrokerId) {
        let Some(state) = self.brokers.get_mut(&broker) else { return };
        let mut failed = Vec::new();
        for (key, partition) in state.partitions.iter_mut().filter(|(_, partition)| partition.offline.is_none()) {
            match partition.log.write_out(turn.storage) {
                Ok(()) => self.flushes.want(broker, *key),
                Err(error) => failed.push((*key, error)),
            }
        }
        for (key, error) in failed {
            self.storage_failed(broker, key, error);
        }
        self.write_checkpoints(turn, broker);
    }
}

pub(super) fn named(
    (topic, key, _): (&ByteString, TopicPartition, &crate::metadata::PartitionRegistration),
) -> (ByteString, TopicPartition) {
    (topic.clone(), key)
}

/// A partition whose only copy is on a broker that is gone: it may lead again, and nobody else can.
fn leaderless(key: TopicPartition, broker: BrokerId) -> Change {
    let delta = PartitionDelta {
        leader: Some(None),
        in_sync_replicas: Some(Vec::new()),
        eligible_leaders: Some(vec![broker]),
        last_known_leaders: Some(vec![broker]),
        ..Default::default()
    };
    Change::PartitionDelta { topic_id: key.topic_id, index: key.index, delta }
}

impl super::Settings {
    /// How long the controller waits for a broker's heartbeat.
    pub(crate) fn broker_session_timeout(&self) -> Duration {
        let millis = self.of_controller().i64("broker.session.timeout.ms");
        Duration::from_millis(u64::try_from(millis).unwrap_or(0))
    }
}
