//! A world's happenings: the brokers' events, the clients' own, parcels, and what a person changed.

use crate::cables::PacketNews;
use crate::scene::cargo::{Cargo, Contents};
use crate::scene::client::{ClientCard, ClientRole, ClientState, SendingRate};
use crate::scene::node::NodeId;
use crate::scene::parcel::{Fate, Parcel};
use crate::scene::{Point, Scene, cause};
use crate::script::{Command, Direction};
use crate::world::{CargoKind, Change, End, Happening, HappeningKind, PacketView, Role};
use runnel_broker::Timestamp;
use std::collections::BTreeSet;

/// Looks of records that a parcel shows of a partition.
const LOOKS_MAX: usize = 12;

/// Connections whose answers are waited for.
const FETCHED_MAX: usize = 200;

/// Partitions whose records wait for the answer that carries them.
const CARGO_MAX: usize = 8;

impl Scene {
    /// Takes in whatever a world tells.
    pub fn fold_happening(&mut self, happening: &Happening) {
        let time = happening.time;
        match &happening.kind {
            HappeningKind::Broker { event } => self.fold(event),
            HappeningKind::Client { name, event } => self.fold_client(name, event, time),
            HappeningKind::Packet { news, packet } => self.fold_packet(*news, packet, time),
            HappeningKind::Change { change } => self.fold_change(change, time),
            HappeningKind::Printed { .. } | HappeningKind::Logged { .. } => self.advance(time),
        }
    }

    fn fold_packet(&mut self, news: PacketNews, packet: &PacketView, time: Timestamp) {
        self.advance(time);
        let fate = match news {
            PacketNews::Arrived => {
                self.take_parcel(packet.id);
                return;
            }
            PacketNews::Lost => Fate::Dropped,
            PacketNews::Sent => Fate::UnderWay,
        };
        if let Some(name) = &packet.client {
            if packet.what == CargoKind::Connect {
                self.note_caller(packet.connection.0, name);
            }
            if let Some(joining) = packet.contents.as_ref().and_then(|contents| contents.joining.as_ref()) {
                self.note_joining(name, packet.connection.0, joining);
            }
        }
        let client = packet.client.clone().unwrap_or_else(|| self.name_of_connection(packet.connection.0));
        let is_answer = packet.direction == Direction::Answer;
        let mut contents = Contents {
            api: packet.api.unwrap_or(words_of(packet.what)).to_owned(),
            correlation_id: packet.correlation_id.unwrap_or(0),
            ..Contents::default()
        };
        if is_answer && packet.api == Some("Fetch") {
            contents.cargo = self.seen.fetched.remove(&packet.connection.0).unwrap_or_default();
        } else if let Some(carried) = &packet.contents {
            contents = carried.clone();
        }
        let parcel = Parcel {
            client: self.node_of_client(&client),
            broker: packet.broker,
            is_answer,
            contents,
            size: u64::try_from(packet.size).unwrap_or(u64::MAX),
            sent: packet.sent_at,
            arrives: packet.arrives_at,
            fate,
        };
        self.send(packet.id, parcel);
    }

    /// Remembers which records the next answer to a Fetch carries.
    pub(super) fn note_fetched(&mut self, connection: u64, topic: &str, partition: i32, from: i64, to: i64) {
        let Some(lane) = self.cluster.lane(topic, partition) else { return };
        let to = to.max(from);
        let looks = lane.records.range(from..=to).take(LOOKS_MAX).map(|(_, record)| record.look).collect();
        let records = to.saturating_sub(from).saturating_add(1);
        let waiting = self.seen.fetched.entry(connection).or_default();
        if waiting.len() < CARGO_MAX {
            waiting.push(Cargo { topic: topic.to_owned(), partition, records, looks });
        }
        // An answer that never comes is not waited for.
        while self.seen.fetched.len() > FETCHED_MAX {
            self.seen.fetched.pop_first();
        }
    }

    fn fold_change(&mut self, change: &Change, time: Timestamp) {
        self.advance(time);
        let told = cause::of_change(self, change, time);
        match change {
            Change::ProcessStarted { name, role, command, .. } => self.start_process(name, *role, command),
            Change::ProcessEnded { name, how } => match how {
                End::Crashed | End::Failed => self.set_client_state(name, ClientState::Crashed),
                End::Left => self.set_client_state(name, ClientState::Closed),
                End::Exited(status) => self.end_tool(name, *status, time),
            },
            Change::ProcessPaused { name, paused } => {
                let state = if *paused { ClientState::Paused } else { ClientState::Running };
                self.set_client_state(name, state);
            }
            Change::Renamed { from, to } => self.rename(from, to),
            Change::Removed { name } => self.dismiss(name),
            Change::Wired { producer, topic, wired } => {
                if let Some(client) = self.clients.get_mut(producer) {
                    match wired {
                        true => _ = client.card.topics.insert(topic.clone()),
                        false => _ = client.card.topics.remove(topic),
                    }
                }
                self.restage();
            }
            Change::Placed { node, x, y } => {
                if let Some(node) = node_of_script(node) {
                    self.place(node, Some(Point::new(f64::from(*x), f64::from(*y))));
                }
            }
            Change::Slowed { name, command, .. } => {
                if let Some(client) = self.clients.get_mut(name) {
                    client.command.clone_from(command);
                }
            }
            Change::Subscribed { name, topics, command } => {
                if let Some(client) = self.clients.get_mut(name) {
                    client.card.topics = topics.iter().cloned().collect();
                    client.command.clone_from(command);
                }
                self.restage();
            }
            // It stands where it was put at once; what is left of it elsewhere is a member until it has said goodbye.
            Change::SetUp { name, role, command, .. } => {
                self.admit_process(name, *role, command);
                self.restage();
            }
            Change::GroupDrawn { group, drawn } => {
                match drawn {
                    true => _ = self.fences.insert(group.clone()),
                    false => _ = self.fences.remove(group),
                }
                self.restage();
            }
            Change::RateChanged { number, producer, topic, rate } => {
                if let Some(client) = self.clients.get_mut(producer) {
                    match rate {
                        Some(rate) => {
                            let rate = SendingRate { topic: topic.clone(), rate: rate.clone(), since: time };
                            client.rates.insert(*number, rate);
                        }
                        None => _ = client.rates.remove(number),
                    }
                }
            }
            Change::WorldStarted { .. }
            | Change::Sought { .. }
            | Change::BrokerChanged { .. }
            | Change::CableChanged { .. }
            | Change::LatencyChanged { .. }
            | Change::FaultArmed { .. }
            | Change::Typed { .. } => {}
        }
        self.seen.causes.push(told);
    }

    fn start_process(&mut self, name: &str, role: Role, command: &str) {
        self.admit_process(name, role, command);
        self.set_client_state(name, ClientState::Running);
        self.restage();
    }

    /// Introduces a client by the command that starts it.
    pub(in crate::scene) fn admit_process(&mut self, name: &str, role: Role, command: &str) {
        let known = self.clients.get(name).map(|client| client.card.topics.clone());
        let (role, client_id, kind, group, topics) = match (role, command.parse()) {
            (Role::Producer, Ok(Command::Producer(spec))) => {
                (ClientRole::Producer, spec.name, spec.kind.to_string(), None, known.unwrap_or_default())
            }
            (Role::Consumer, Ok(Command::Consumer(spec))) => {
                let topics = spec.topics.into_iter().collect();
                (ClientRole::Consumer, spec.name, spec.kind.to_string(), Some(spec.group), topics)
            }
            (Role::Tool, Ok(Command::Tool { tool, .. })) => {
                (ClientRole::Tool, String::new(), tool, None, BTreeSet::new())
            }
            (Role::Producer | Role::Consumer | Role::Tool, _) => return,
        };
        self.admit(ClientCard { name: name.to_owned(), role, kind, group, topics });
        if let Some(client) = self.clients.get_mut(name) {
            client.client_id = client_id;
            command.clone_into(&mut client.command);
        }
    }

    fn rename(&mut self, from: &str, to: &str) {
        if let Some(mut client) = self.clients.remove(from) {
            to.clone_into(&mut client.card.name);
            self.clients.insert(to.to_owned(), client);
        }
        if let Some(handled) = self.seen.handled.remove(from) {
            self.seen.handled.insert(to.to_owned(), handled);
        }
        for caller in self.seen.callers.values_mut().filter(|caller| *caller == from) {
            to.clone_into(caller);
        }
        if let Some(point) = self.placed.remove(&NodeId::Client(from.to_owned())) {
            self.placed.insert(NodeId::Client(to.to_owned()), point);
        }
        self.restage();
    }
}

fn words_of(what: CargoKind) -> &'static str {
    match what {
        CargoKind::Connect => "connect",
        CargoKind::Accept => "accept",
        CargoKind::Refuse => "refuse",
        CargoKind::Close => "close",
        CargoKind::Frame => "",
    }
}

/// A node as a script names it: `anna`, `topic orders`, `group billing`, `broker 2`.
pub(in crate::scene) fn node_of_script(text: &str) -> Option<NodeId> {
    match text.split_once([' ', ':']) {
        Some(("topic", name)) => Some(NodeId::Topic(name.to_owned())),
        Some(("group", name)) => Some(NodeId::Group(name.to_owned())),
        Some(("broker", number)) => number.parse().ok().map(NodeId::Broker),
        Some(_) => None,
        None => Some(NodeId::Client(text.to_owned())),
    }
}
