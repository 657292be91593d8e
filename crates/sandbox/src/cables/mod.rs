//! What lies between clients and brokers: for each connection a pair of pipes in which frames keep their order.
//!
//! # What a cable does
//!
//! - A message takes the cable's latency, 1 ms each way where nothing else is said. One that is delayed holds up those
//!   behind it in its direction, as in TCP.
//! - Opening takes a round trip: the request to connect goes up, the answer comes down. A broker that is down refuses;
//!   one that is cut off says nothing, and the client's own time-out ends the attempt.
//! - When a process ends, in whatever way, its host closes its connections; the other end learns after the latency.
//! - A *lost* message (`drop`, or one on a cable that is cut) leaves a *hole* in its direction of the connection. TCP
//!   would repeat what was lost; here it stays lost, so that one can see what a program does then. The ends notice
//!   nothing as long as nothing else is sent that way, and wait for their own time-outs. The next message in that
//!   direction meets the hole: the connection is reset, which the receiver learns at once on arrival and the sender
//!   after a round trip. The other direction goes on until then.
//! - *Cutting* a cable loses what is under way and whatever is sent until it heals; connections across it stay open at
//!   both ends. When it heals, an end that was closed meanwhile tells the other, as a repeated FIN would.

mod connection;
mod faults;
mod packet;
mod tap;

pub use connection::{Asked, Connection, Party};
pub use faults::{Armed, Fault};
pub use packet::{Cargo, Packet};
pub use tap::{TAP_BYTES_MAX, TAP_FRAMES_MAX, Tap, Tapped};

use crate::script::Direction;
use bytes::Bytes;
use connection::Pipe;
use runnel_broker::{BrokerId, ConnectionId};
use runnel_clients::LinkId;
use runnel_protocol::{ApiKey, SmallMap, Timestamp};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::hint::cold_path;
use std::time::Duration;

/// How long a message is under way where nothing else is said.
pub const DEFAULT_LATENCY: Duration = Duration::from_millis(1);
/// Why an end learns that its connection is over, in the operating system's words.
const RESET: &str = "connection reset by peer";

/// All connections and all that is under way.
#[derive(Clone, Debug, Default)]
pub struct Cables {
    connections: SmallMap<ConnectionId, Connection>,
    /// By arrival, then in the order of sending. Most that are sent come last, and those that arrive are first.
    packets: VecDeque<Packet>,
    latencies: BTreeMap<(Party, BrokerId), Duration>,
    cuts: BTreeSet<(Party, BrokerId)>,
    armed: Vec<Armed>,
    /// Packets that were sent or lost since they were last asked for; only while somebody watches.
    news: Vec<(PacketNews, Packet)>,
    is_watched: bool,
    next_connection: u64,
    next_packet: u64,
}

/// What became of a packet at its begin.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PacketNews {
    /// It is under way.
    Sent,
    /// It is lost, by a fault or on a cable that is cut.
    Lost,
    /// It came to the other end.
    Arrived,
}

/// A packet at its end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Arrival {
    /// What came.
    pub packet: Packet,
    /// The client's number for the connection.
    pub link: LinkId,
    /// Whether the end at which it came is open.
    pub is_met: bool,
}

impl Cables {
    /// Opens a connection; the request to connect is under way from then on.
    pub fn open(&mut self, now: Timestamp, party: Party, link: LinkId, broker: BrokerId) -> ConnectionId {
        let id = self.reserve();
        self.connections.insert(id, Connection::new(id, party, link, broker));
        self.send(now, id, Direction::Request, Cargo::Connect);
        id
    }

    /// A number for a connection that needs no cable.
    pub fn reserve(&mut self) -> ConnectionId {
        self.next_connection += 1;
        ConnectionId(self.next_connection)
    }

    /// Sends a frame, with its size prefix.
    pub fn send_frame(&mut self, now: Timestamp, id: ConnectionId, direction: Direction, bytes: Bytes) {
        self.send(now, id, direction, Cargo::Frame(bytes));
    }

    /// The client's end is closed: it takes nothing more, and the broker will learn of it.
    pub fn close_client_end(&mut self, now: Timestamp, id: ConnectionId) {
        let Some(connection) = self.connections.get_mut(&id) else { return };
        connection.client_open = false;
        self.send(now, id, Direction::Request, Cargo::Close { reason: "the client closed it".to_owned() });
        self.forget_if_over(id);
    }

    /// The broker's end is closed: the client will learn of it.
    pub fn close_broker_end(&mut self, now: Timestamp, id: ConnectionId, reason: &str) {
        let Some(connection) = self.connections.get_mut(&id) else { return };
        connection.broker_open = false;
        self.send(now, id, Direction::Answer, Cargo::Close { reason: reason.to_owned() });
        self.forget_if_over(id);
    }

    /// The broker takes the connection, or refuses it.
    pub fn answer_connect(&mut self, now: Timestamp, id: ConnectionId, accepts: bool) {
        let Some(connection) = self.connections.get_mut(&id) else { return };
        connection.broker_open = accepts;
        let cargo = if accepts { Cargo::Accept } else { Cargo::Refuse };
        self.send(now, id, Direction::Answer, cargo);
    }

    /// The broker's process is gone; its host resets what it held.
    pub fn broker_stopped(&mut self, now: Timestamp, broker: BrokerId) {
        let held: Vec<ConnectionId> = self
            .connections
            .values()
            .filter(|connection| connection.broker == broker && connection.broker_open)
            .map(|connection| connection.id)
            .collect();
        for id in held {
            self.close_broker_end(now, id, RESET);
        }
    }

    /// When the next packet arrives.
    pub fn next_arrival(&self) -> Option<Timestamp> {
        self.packets.front().map(|packet| packet.arrives_at)
    }

    /// Takes the next packet that has arrived by then.
    pub fn arrive(&mut self, now: Timestamp) -> Option<Arrival> {
        let packet = self.packets.pop_front_if(|packet| packet.arrives_at <= now)?;
        let id = packet.connection;
        let Some(connection) = self.connections.get_mut(&id) else {
            return Some(Arrival { packet, link: LinkId(0), is_met: false });
        };
        let is_met = match (packet.direction, &packet.cargo) {
            // Nobody has taken the connection yet.
            (Direction::Request, Cargo::Connect) => true,
            (Direction::Request, _) => connection.broker_open,
            (Direction::Answer, _) => connection.client_open,
        };
        match (&packet.cargo, packet.direction) {
            (Cargo::Frame(bytes), direction) => {
                if let Some(tap) = &mut connection.tap {
                    tap.note(packet.arrives_at, direction, bytes.clone());
                }
            }
            (Cargo::Accept, _) => connection.is_accepted = true,
            (Cargo::Close { .. } | Cargo::Refuse, Direction::Answer) => connection.client_open = false,
            (Cargo::Close { .. }, Direction::Request) => connection.broker_open = false,
            (Cargo::Connect | Cargo::Refuse, _) => {}
        }
        let link = connection.link;
        if !connection.client_open && !connection.broker_open {
            self.forget_if_over(id);
        }
        Some(Arrival { packet, link, is_met })
    }

    /// Forgets a connection of which both ends are closed.
    pub fn forget_if_over(&mut self, id: ConnectionId) {
        let over = |connection: &Connection| !connection.client_open && !connection.broker_open;
        // A request to connect may still be under way to a broker that would take it.
        let is_over = self.connections.get(&id).is_some_and(over);
        if is_over && !self.packets.iter().any(|packet| packet.connection == id) {
            self.connections.remove(&id);
        }
    }

    fn send(&mut self, now: Timestamp, id: ConnectionId, direction: Direction, cargo: Cargo) {
        let Some(connection) = self.connections.get_mut(&id) else { return };
        if connection.is_reset {
            return;
        }
        let asked = match (&cargo, direction) {
            (Cargo::Frame(bytes), Direction::Request) => connection.note_request(bytes),
            (Cargo::Frame(bytes), Direction::Answer) => connection.note_answer(bytes),
            (Cargo::Connect | Cargo::Accept | Cargo::Refuse | Cargo::Close { .. }, _) => None,
        };
        let (party, broker) = (connection.party, connection.broker);
        let latency = self.latencies.get(&(party, broker)).copied().unwrap_or(DEFAULT_LATENCY);
        let is_cut = self.cuts.contains(&(party, broker));
        let fault = if matches!(cargo, Cargo::Frame(_)) {
            faults::strike(&mut self.armed, party, direction, asked.as_ref().map(|asked| asked.api_key))
        } else {
            None
        };
        self.next_packet += 1;
        let pipe = connection.pipe_mut(direction);
        let extra = match fault {
            Some(Fault::Delay(by)) => by,
            Some(Fault::Drop) | None => Duration::ZERO,
        };
        let arrives_at = (now + latency + extra).max(pipe.last_arrival);
        let packet = Packet {
            id: self.next_packet,
            connection: id,
            party,
            broker,
            direction,
            sent_at: now,
            arrives_at,
            api: asked.as_ref().and_then(|asked| ApiKey::from_number(asked.api_key)),
            correlation_id: asked.map(|asked| asked.correlation_id),
            cargo,
        };
        if is_cut || fault == Some(Fault::Drop) {
            pipe.has_hole = true;
            self.tell(PacketNews::Lost, &packet);
        } else if pipe.has_hole {
            self.reset(now, id, direction, latency);
        } else {
            pipe.last_arrival = arrives_at;
            self.tell(PacketNews::Sent, &packet);
            self.put_under_way(packet);
        }
    }

    /// Puts a packet in line.
    fn put_under_way(&mut self, packet: Packet) {
        let key = |packet: &Packet| (packet.arrives_at, packet.id);
        if self.packets.back().is_none_or(|last| key(last) < key(&packet)) {
            return self.packets.push_back(packet);
        }
        let place = self.packets.partition_point(|other| key(other) < key(&packet));
        self.packets.insert(place, packet);
    }

    /// A message met a hole: the receiver learns when it would have come, the sender a latency later.
    fn reset(&mut self, now: Timestamp, id: ConnectionId, direction: Direction, latency: Duration) {
        let Some(connection) = self.connections.get_mut(&id) else { return };
        connection.is_reset = true;
        let (party, broker) = (connection.party, connection.broker);
        let back = match direction {
            Direction::Request => Direction::Answer,
            Direction::Answer => Direction::Request,
        };
        let ends = [(direction, now + latency), (back, now + latency + latency)];
        for (towards, at) in ends.map(|(towards, at)| (towards, at.max(connection.pipe_mut(towards).last_arrival))) {
            self.next_packet += 1;
            let packet = Packet {
                id: self.next_packet,
                connection: id,
                party,
                broker,
                direction: towards,
                sent_at: now,
                arrives_at: at,
                api: None,
                correlation_id: None,
                cargo: Cargo::Close { reason: RESET.to_owned() },
            };
            self.tell(PacketNews::Sent, &packet);
            self.put_under_way(packet);
        }
    }

    /// Cuts the cable between a party and a broker; what is under way is lost.
    pub fn cut(&mut self, party: Party, broker: BrokerId) {
        self.cuts.insert((party, broker));
        let under_way = std::mem::take(&mut self.packets);
        let is_across = |packet: &Packet| packet.party == party && packet.broker == broker;
        let (lost, left): (VecDeque<Packet>, VecDeque<Packet>) = under_way.into_iter().partition(is_across);
        self.packets = left;
        for packet in lost {
            if let Some(connection) = self.connections.get_mut(&packet.connection) {
                connection.pipe_mut(packet.direction).has_hole = true;
            }
            self.tell(PacketNews::Lost, &packet);
        }
    }

    /// Heals the cable. Ends that were closed meanwhile tell the others.
    pub fn heal(&mut self, now: Timestamp, party: Party, broker: BrokerId) {
        if !self.cuts.remove(&(party, broker)) {
            return;
        }
        let across: Vec<(ConnectionId, bool, bool, bool)> = self
            .connections
            .values()
            .filter(|connection| connection.party == party && connection.broker == broker)
            .map(|connection| (connection.id, connection.client_open, connection.broker_open, connection.is_accepted))
            .collect();
        for (id, client_open, broker_open, is_accepted) in across {
            let direction = match (client_open, broker_open) {
                (false, true) => Direction::Request,
                (true, false) if is_accepted => Direction::Answer,
                (true, _) => continue,
                (false, false) => {
                    self.connections.remove(&id);
                    continue;
                }
            };
            if let Some(connection) = self.connections.get_mut(&id) {
                *connection.pipe_mut(direction) = Pipe { has_hole: false, ..*connection.pipe_mut(direction) };
            }
            self.send(now, id, direction, Cargo::Close { reason: RESET.to_owned() });
        }
    }

    /// Sets how long a message between the two is under way, from the next one on.
    pub fn set_latency(&mut self, party: Party, broker: BrokerId, latency: Duration) {
        self.latencies.insert((party, broker), latency);
    }

    /// How long a message between the two is under way.
    pub fn latency(&self, party: Party, broker: BrokerId) -> Duration {
        self.latencies.get(&(party, broker)).copied().unwrap_or(DEFAULT_LATENCY)
    }

    /// Whether the cable between the two is cut.
    pub fn is_cut(&self, party: Party, broker: BrokerId) -> bool {
        self.cuts.contains(&(party, broker))
    }

    /// Makes a fault wait for its message.
    pub fn arm(&mut self, armed: Armed) {
        self.armed.push(armed);
    }

    /// Faults that wait for their message.
    pub fn armed(&self) -> &[Armed] {
        &self.armed
    }

    /// Forgets faults and cuts of a party that is gone for good.
    pub fn forget_party(&mut self, party: Party) {
        self.armed.retain(|armed| armed.party != party);
        self.cuts.retain(|(other, _)| *other != party);
        self.latencies.retain(|(other, _), _| *other != party);
    }

    /// Open connections, in order of their numbers.
    pub fn connections(&self) -> impl Iterator<Item = &Connection> {
        self.connections.values()
    }

    /// One connection.
    pub fn connection(&self, id: ConnectionId) -> Option<&Connection> {
        self.connections.get(&id)
    }

    /// What is under way, by arrival.
    pub fn packets(&self) -> impl Iterator<Item = &Packet> {
        self.packets.iter()
    }

    /// Starts or ends keeping the frames of a connection.
    pub fn set_tapped(&mut self, id: ConnectionId, tapped: bool) {
        if let Some(connection) = self.connections.get_mut(&id) {
            match (tapped, &connection.tap) {
                (true, None) => connection.tap = Some(Tap::default()),
                (false, _) => connection.tap = None,
                (true, Some(_)) => {}
            }
        }
    }

    fn tell(&mut self, news: PacketNews, packet: &Packet) {
        if self.is_watched {
            cold_path();
            self.news.push((news, packet.clone()));
        }
    }

    /// Sets whether it is kept what was sent and lost.
    pub fn set_watched(&mut self, watched: bool) {
        self.is_watched = watched;
        self.news.clear();
    }

    /// What was sent or lost since the last call.
    pub fn take_news(&mut self) -> Vec<(PacketNews, Packet)> {
        std::mem::take(&mut self.news)
    }
}
