//! What watchers of a world are told: the brokers' events, the clients' own, lines of tools, packets, and changes that
//! a person made. Nothing that decides reads them.

use crate::cables::{Packet, PacketNews};
use crate::script::{Direction, Position, Profile};
use runnel_broker::{ConnectionId, Event};
use runnel_clients::ClientEvent;
use runnel_protocol::Timestamp;
use serde::Serialize;

/// Something that happened.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Happening {
    /// Counts the happenings that watchers were told, from 1.
    pub sequence: u64,
    /// When, in microseconds since the Unix epoch.
    pub time: Timestamp,
    /// What.
    #[serde(flatten)]
    pub kind: HappeningKind,
}

/// What happened, by who tells it.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(tag = "source", rename_all = "snake_case")]
pub enum HappeningKind {
    /// A broker.
    Broker {
        /// In the cluster's own words.
        event: Event,
    },
    /// A client.
    Client {
        /// Its name.
        name: String,
        /// In its own words.
        event: ClientEvent,
    },
    /// A tool has printed something.
    Printed {
        /// Its name.
        name: String,
        /// Where to.
        stream: Stream,
        /// Whole lines with their ends, or a piece like a prompt.
        text: String,
    },
    /// A packet was sent, lost, or came to the other end.
    Packet {
        /// What became of it.
        news: PacketNews,
        /// The packet.
        packet: PacketView,
    },
    /// A broker's log has a line that no client is told.
    Logged {
        /// The line.
        line: String,
    },
    /// Somebody changed the world, or a process of it ended.
    Change {
        /// What.
        change: Change,
    },
}

/// Where a tool prints, or what it is given.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Stream {
    /// Its standard output.
    Out,
    /// Its standard error.
    Err,
    /// Its standard input: what was typed.
    In,
}

/// A packet without its bytes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[expect(missing_docs, reason = "the fields are those of `Packet`")]
pub struct PacketView {
    pub id: u64,
    pub connection: ConnectionId,
    /// The client's name, if it is a process of this world.
    pub client: Option<String>,
    pub broker: i32,
    pub direction: Direction,
    pub sent_at: Timestamp,
    pub arrives_at: Timestamp,
    /// Like `Produce`; none for what is no frame.
    pub api: Option<&'static str>,
    pub correlation_id: Option<i32>,
    /// Bytes of the frame.
    pub size: usize,
    pub what: CargoKind,
    /// Of a request: what it carries. Not told again when it arrives.
    pub contents: Option<crate::scene::Contents>,
}

/// What a packet carries.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are those of `Cargo`")]
pub enum CargoKind {
    Connect,
    Accept,
    Refuse,
    Frame,
    Close,
}

impl PacketView {
    pub(super) fn of(news: PacketNews, packet: &Packet, client: Option<String>) -> Self {
        use crate::cables::Cargo;
        PacketView {
            id: packet.id,
            connection: packet.connection,
            client,
            broker: packet.broker.0,
            direction: packet.direction,
            sent_at: packet.sent_at,
            arrives_at: packet.arrives_at,
            api: packet.api.map(runnel_protocol::ApiKey::name),
            correlation_id: packet.correlation_id,
            size: packet.size(),
            what: match packet.cargo {
                Cargo::Connect => CargoKind::Connect,
                Cargo::Accept => CargoKind::Accept,
                Cargo::Refuse => CargoKind::Refuse,
                Cargo::Frame(_) => CargoKind::Frame,
                Cargo::Close { .. } => CargoKind::Close,
            },
            contents: match &packet.cargo {
                Cargo::Frame(bytes)
                    if news != PacketNews::Arrived && packet.direction == Direction::Request && bytes.len() > 4 =>
                {
                    Some(crate::scene::Contents::of_request(&bytes.slice(4..)))
                }
                Cargo::Frame(_) | Cargo::Connect | Cargo::Accept | Cargo::Refuse | Cargo::Close { .. } => None,
            },
        }
    }
}

/// A change of the world that no client and no broker tells.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[expect(missing_docs, reason = "the fields are the words of the command that makes the change")]
pub enum Change {
    /// The world begins.
    WorldStarted { seed: u64, profile: Profile, brokers: u32 },
    /// A process runs. `what` is `producer kind=...` as a script would say it, or a tool's line.
    ProcessStarted { name: String, role: Role, command: String, incarnation: u32 },
    /// A process is over.
    ProcessEnded { name: String, how: End },
    /// A person stopped a process, or let it go on.
    ProcessPaused { name: String, paused: bool },
    /// A client bears another name.
    Renamed { from: String, to: String },
    /// A client is gone from the stage.
    Removed { name: String },
    /// A client has other settings. One that runs closes for them, and starts anew.
    SetUp { name: String, role: Role, command: String, restarts: bool },
    /// The place of a group was drawn, or taken away.
    GroupDrawn { group: String, drawn: bool },
    /// A wire from a producer to a topic was drawn, or taken away.
    Wired { producer: String, topic: String, wired: bool },
    /// Something stands elsewhere; `node` is as a script says it.
    Placed { node: String, x: i32, y: i32 },
    /// A consumer takes so long for a record from then on.
    Slowed { name: String, processing_us: u64, command: String },
    /// A consumer subscribes to other topics.
    Subscribed { name: String, topics: Vec<String>, command: String },
    /// A person moved a consumer.
    Sought { name: String, topic: String, partition: u32, to: Position },
    /// A producer sends at a rate; without one the rate with this number is over.
    RateChanged { number: u64, producer: String, topic: String, rate: Option<String> },
    /// A broker's process ended or started.
    BrokerChanged { broker: i32, alive: bool },
    /// A cable was cut, or is whole again.
    CableChanged { client: String, broker: i32, cut: bool },
    /// A cable's latency.
    LatencyChanged { client: String, broker: i32, latency_us: u64 },
    /// A fault waits for its message; `fault` is as a script says it.
    FaultArmed { fault: String },
    /// A person typed into a tool.
    Typed { name: String, line: String },
}

/// What a process is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// It sends.
    Producer,
    /// It reads.
    Consumer,
    /// One of Kafka's command-line tools.
    Tool,
}

/// How a process ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// Without a goodbye.
    Crashed,
    /// Its library said goodbye.
    Left,
    /// Its library gave up with an error.
    Failed,
    /// A tool ended with this status.
    Exited(i32),
}
