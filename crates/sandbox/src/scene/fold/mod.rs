//! Events change the scene: one at a time, each where it belongs, without looking at anything else.

mod client;
mod group;
pub(super) mod happening;
mod log;
mod producer;

use super::cause;
use super::cluster::{Broker, Connection};
use super::group::Wait;
use super::lane::{Lane, Segment, Topic};
use super::{Scene, Shape};
use runnel_broker::{BrokerState, ConnectionId, Event, EventKind, PartitionPlace, Timestamp};

impl Scene {
    /// Takes one event in. Events that the snapshot contains already change nothing.
    pub fn fold(&mut self, event: &Event) {
        if event.sequence <= self.sequence {
            return;
        }
        self.advance(event.time);
        let told = cause::of_event(self, event);
        if let Some((group_id, reason)) = cause::reason_for_rebalance(self, event) {
            self.seen.departures.insert(group_id, (event.time, reason));
        }
        let shape = self.apply(event);
        self.sequence = event.sequence;
        self.seen.causes.push(told);
        for told in cause::consequences(self, event) {
            self.seen.causes.push(told);
        }
        if shape == Shape::Changed {
            self.restage();
        }
    }

    /// Lets time pass. What has arrived is taken off its cable, what was waited for is over.
    pub fn advance(&mut self, time: Timestamp) {
        if time <= self.time {
            return;
        }
        self.time = time;
        self.seen.parcels.retain(|_, parcel| parcel.is_shown(time));
        self.seen.fetch_waits.retain(|_, wait| wait.due > time);
        self.seen.broker_sessions.retain(|_, wait| wait.due > time);
        self.dismiss_old_tools();
    }

    /// Changes what stands on the stage; says whether something is to be placed anew.
    fn apply(&mut self, event: &Event) -> Shape {
        let broker = event.broker.0;
        match &event.kind {
            EventKind::BrokerAdded { endpoints } => {
                self.cluster.brokers.insert(broker, Broker::added(broker, endpoints));
                Shape::Changed
            }
            EventKind::BrokerStopped { session_until, .. } => {
                self.set_broker(broker, BrokerState::Down, None);
                match session_until {
                    Some(due) => {
                        let wait = Wait { started: event.time, due: *due };
                        _ = self.seen.broker_sessions.insert(broker, wait);
                    }
                    None => _ = self.seen.broker_sessions.remove(&broker),
                }
                Shape::Same
            }
            EventKind::BrokerFenced { .. } => {
                self.seen.broker_sessions.remove(&broker);
                if let Some(fenced) = self.cluster.brokers.get_mut(&broker) {
                    fenced.fenced = true;
                }
                Shape::Same
            }
            EventKind::BrokerStarting { .. } => {
                self.set_broker(broker, BrokerState::Starting, None);
                Shape::Same
            }
            EventKind::BrokerStarted { .. } => {
                self.set_broker(broker, BrokerState::Up, Some(false));
                Shape::Same
            }
            EventKind::ControllerMoved { to, .. } => {
                self.cluster.controller = to.0;
                Shape::Same
            }
            EventKind::LogRecovered { .. } => Shape::Same,
            EventKind::ConnectionOpened { connection, peer } => {
                let opened = Connection { broker, peer: peer.clone(), ..Connection::default() };
                self.cluster.connections.insert(connection.0, opened);
                Shape::Same
            }
            EventKind::ClientIdentified { connection, client_id, software, version } => {
                if let Some(known) = self.cluster.connections.get_mut(&connection.0) {
                    known.client_id.clone_from(client_id);
                    known.software.clone_from(software);
                    known.version.clone_from(version);
                }
                Shape::Same
            }
            EventKind::ConnectionClosed { connection, .. } => self.close(*connection),
            EventKind::TopicCreated { topic, topic_id, internal, partitions, configs, .. } => {
                let created = Topic {
                    topic_id: topic_id.clone(),
                    internal: *internal,
                    configs: configs.clone(),
                    lanes: partitions.iter().map(Lane::new).collect(),
                };
                self.cluster.topics.insert(topic.clone(), created);
                Shape::Changed
            }
            EventKind::PartitionsAdded { topic, partitions } => {
                if let Some(known) = self.cluster.topics.get_mut(topic) {
                    known.lanes.extend(partitions.iter().map(Lane::new));
                }
                Shape::Changed
            }
            EventKind::TopicDeleted { topic, .. } => {
                self.cluster.topics.remove(topic);
                self.seen.forget_topic(topic);
                Shape::Changed
            }
            EventKind::ConfigChanged { resource, name, value } => {
                self.change_config(resource, name, value.as_deref());
                Shape::Same
            }
            EventKind::BatchAppended { .. }
            | EventKind::LeaderChanged { .. }
            | EventKind::PartitionOnline { .. }
            | EventKind::HighWatermarkMoved { .. }
            | EventKind::LogStartMoved { .. }
            | EventKind::SegmentRolled { .. }
            | EventKind::SegmentRemoved { .. }
            | EventKind::LogCompacted { .. }
            | EventKind::SegmentsReplaced { .. }
            | EventKind::PartitionOffline { .. }
            | EventKind::RecordsFetched { .. } => self.fold_log(event),
            EventKind::FetchParked { connection, until } => {
                self.seen.fetch_waits.insert(connection.0, Wait { started: event.time, due: *until });
                Shape::Same
            }
            EventKind::DuplicateBatch { .. }
            | EventKind::ProduceRefused { .. }
            | EventKind::ProducerIdAssigned { .. } => Shape::Same,
            EventKind::Group { event: happening } => self.fold_group(happening),
        }
    }

    fn set_broker(&mut self, broker: i32, state: BrokerState, fenced: Option<bool>) {
        if let Some(known) = self.cluster.brokers.get_mut(&broker) {
            known.state = state;
            known.fenced = fenced.unwrap_or(known.fenced);
        }
    }

    fn close(&mut self, connection: ConnectionId) -> Shape {
        self.seen.fetch_waits.remove(&connection.0);
        self.seen.fetched.remove(&connection.0);
        let closed = self.name_of_connection(connection.0);
        self.seen.callers.remove(&connection.0);
        if self.cluster.connections.remove(&connection.0).is_none() {
            return Shape::Same;
        }
        let is_gone = !self.cluster.connections.keys().any(|other| self.name_of_connection(*other) == closed);
        if is_gone && self.seen.guests.remove(&closed).is_some() { Shape::Changed } else { Shape::Same }
    }

    fn change_config(&mut self, resource: &str, name: &str, value: Option<&str>) {
        let Some(topic) = resource.strip_prefix("topic ").and_then(|topic| self.cluster.topics.get_mut(topic)) else {
            return;
        };
        match value {
            Some(value) => _ = topic.configs.insert(name.to_owned(), value.to_owned()),
            None => _ = topic.configs.remove(name),
        }
    }

    /// Notes how far a group is behind.
    pub(super) fn note_lag(&mut self, group_id: &str) {
        let lag = self.cluster.total_lag(group_id);
        self.seen.rates.note_lag(group_id, self.time, lag);
    }
}

impl Lane {
    /// A partition that was just made.
    fn new(place: &PartitionPlace) -> Self {
        Lane {
            partition: place.partition,
            leader: place.leader,
            replicas: place.replicas.clone(),
            in_sync_replicas: place.replicas.clone(),
            segments: vec![Segment::begun_at(0)],
            ..Lane::default()
        }
    }
}
