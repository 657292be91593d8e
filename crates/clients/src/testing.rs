//! A whole cluster in memory, with cables to the machines under test, one virtual clock, and faults.

use crate::carrier::{Carried, LinkId, Signal};
use bytes::{Bytes, BytesMut};
use runnel_broker::{
    BlobId, BrokerId, BrokerSettings, Cluster, ClusterConfig, ConnectionId, Durability, Endpoint, Input, MemoryStorage,
    Output, Profile, Storage,
};
use runnel_protocol::messages::fetch::{FetchPartition, FetchRequest, FetchTopic};
use runnel_protocol::records::{self, Record};
use runnel_protocol::{ApiKey, Request, Response, Timestamp, frame};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// What every client machine can do.
pub(crate) trait Machine {
    fn handle_signal(&mut self, now: Timestamp, signal: Signal);
    fn poll_output(&mut self) -> Option<Carried>;
    fn next_wakeup(&self) -> Option<Timestamp>;
}

/// What becomes of one frame.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Fate {
    /// It is lost, and the connection with it.
    CutsConnection,
    /// It is lost, and nobody notices.
    IsSwallowed,
    /// It comes later, and what follows on its connection waits behind it.
    IsDelayed(Duration),
}

/// Which way a frame goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Way {
    ToBroker,
    ToClient,
}

/// One frame's misfortune, used up when it strikes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Fault {
    pub(crate) way: Way,
    pub(crate) api: ApiKey,
    /// How many such frames pass unharmed before.
    pub(crate) skip_count: u32,
    pub(crate) fate: Fate,
}

/// A request that reached a broker.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Seen {
    pub(crate) at: Timestamp,
    pub(crate) client: usize,
    pub(crate) broker_id: i32,
    pub(crate) api: ApiKey,
    pub(crate) version: i16,
    pub(crate) bytes: Bytes,
}

#[derive(Debug)]
enum Delivery {
    ToBroker { connection: ConnectionId, bytes: Bytes },
    Open { client: usize, link: LinkId, broker_id: i32 },
    ToClient { client: usize, signal: Signal },
    CloseAtBroker { connection: ConnectionId },
}

/// The cluster, the cables and the clock.
pub(crate) struct Lab {
    pub(crate) cluster: Cluster<MemoryStorage>,
    pub(crate) now: Timestamp,
    /// How long a frame takes, each way.
    pub(crate) latency: Duration,
    pub(crate) faults: Vec<Fault>,
    /// Ports at which nobody listens.
    pub(crate) down: BTreeSet<u16>,
    pub(crate) seen: Vec<Seen>,
    queue: BTreeMap<(Timestamp, u64), Delivery>,
    links: BTreeMap<ConnectionId, (usize, LinkId, i32)>,
    /// When the newest frame of a connection arrives, each way.
    newest: BTreeMap<(ConnectionId, bool), Timestamp>,
    asked: BTreeMap<(ConnectionId, i32), (ApiKey, i16)>,
    direct: Vec<(ConnectionId, Bytes)>,
    next_connection: u64,
    next_sequence: u64,
}

impl Lab {
    /// Brokers 1 to `brokers_count` at localhost:9092 and following; cables of one millisecond.
    pub(crate) fn new(brokers_count: i32) -> Self {
        Self::with_settings(brokers_count, &[])
    }

    /// The same, with settings of all brokers.
    pub(crate) fn with_settings(brokers_count: i32, settings: &[(&str, &str)]) -> Self {
        let broker = |id: i32| BrokerSettings {
            id: BrokerId(id),
            endpoints: vec![Endpoint {
                listener: "PLAINTEXT".to_owned(),
                host: "localhost".to_owned(),
                port: u16::try_from(9091 + id).unwrap(),
            }],
        };
        let config = ClusterConfig {
            brokers: (1..=brokers_count).map(broker).collect(),
            profile: Profile::Dev,
            durability: Durability::Interval,
            settings: settings.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
            seed: 7,
        };
        let now = Timestamp::from_millis(1_700_000_000_000);
        Lab {
            cluster: Cluster::open(config, MemoryStorage::default(), now).expect("the cluster opens"),
            now,
            latency: Duration::from_millis(1),
            faults: Vec::new(),
            down: BTreeSet::new(),
            seen: Vec::new(),
            queue: BTreeMap::new(),
            links: BTreeMap::new(),
            newest: BTreeMap::new(),
            asked: BTreeMap::new(),
            direct: Vec::new(),
            next_connection: 0,
            next_sequence: 0,
        }
    }

    /// Lets time pass with these clients, which keep their places in the list from call to call.
    pub(crate) fn run(&mut self, clients: &mut [&mut dyn Machine], duration: Duration) {
        let until = self.now + duration;
        self.drain(clients);
        loop {
            let of_queue = self.queue.keys().next().map(|(at, _)| *at);
            let of_clients = clients.iter().filter_map(|client| client.next_wakeup()).min();
            let next = [of_queue, of_clients, self.cluster.next_wakeup()].into_iter().flatten().min();
            let Some(next) = next.filter(|at| *at <= until) else { break };
            self.now = self.now.max(next);
            if of_queue.is_some_and(|at| at <= self.now) {
                let (_, delivery) = self.queue.pop_first().expect("the queue has an entry");
                self.deliver(clients, delivery);
            } else if let Some(client) =
                clients.iter_mut().find(|one| one.next_wakeup().is_some_and(|at| at <= self.now))
            {
                client.handle_signal(self.now, Signal::Timer);
                let again = client.next_wakeup().is_some_and(|at| at <= self.now);
                assert!(!again || client_moves(client, self.now), "a client is due again at once, for ever");
            } else {
                self.cluster.handle_input(self.now, Input::Timer);
            }
            self.drain(clients);
        }
        self.now = until;
    }

    /// Ends every connection to a broker, as if its process had died, and refuses new ones until [`Lab::revive`].
    pub(crate) fn isolate(&mut self, broker_id: i32) {
        self.down.insert(u16::try_from(9091 + broker_id).unwrap());
        let cut: Vec<ConnectionId> =
            self.links.iter().filter(|(_, (_, _, id))| *id == broker_id).map(|(connection, _)| *connection).collect();
        for connection in cut {
            self.cut(connection);
        }
    }

    /// A client's process dies: its connections end without a word.
    pub(crate) fn crash(&mut self, client: usize) {
        let cut: Vec<ConnectionId> =
            self.links.iter().filter(|(_, (of, _, _))| *of == client).map(|(connection, _)| *connection).collect();
        for connection in cut {
            self.links.remove(&connection);
            self.push(self.now + self.latency, Delivery::CloseAtBroker { connection });
        }
    }

    pub(crate) fn revive(&mut self, broker_id: i32) {
        self.down.remove(&u16::try_from(9091 + broker_id).unwrap());
    }

    /// What a client's requests were, in order.
    pub(crate) fn apis_of(&self, client: usize) -> Vec<ApiKey> {
        self.seen.iter().filter(|seen| seen.client == client).map(|seen| seen.api).collect()
    }

    /// Asks a broker without any cable.
    pub(crate) fn ask(&mut self, broker_id: i32, version: i16, request: &Request) -> Response {
        let connection = self.open(broker_id);
        let chunks = frame::encode_request(version, 1, Some("lab"), request).unwrap();
        let bytes = chunks.gather(|_| Err(())).unwrap().slice(4..);
        self.cluster.handle_input(self.now, Input::Frame { connection, bytes });
        self.drain(&mut []);
        while !self.direct.iter().any(|(other, _)| *other == connection) {
            self.now = self.cluster.next_wakeup().expect("the broker answers").max(self.now);
            self.cluster.handle_input(self.now, Input::Timer);
            self.drain(&mut []);
        }
        let at = self.direct.iter().position(|(other, _)| *other == connection).unwrap();
        let (_, bytes) = self.direct.remove(at);
        self.cluster.handle_input(self.now, Input::ConnectionClosed { connection });
        frame::decode_response(request.api_key(), version, &bytes).unwrap().1
    }

    /// Every record of a partition, asked of one broker.
    pub(crate) fn records(&mut self, broker_id: i32, topic: &str, partition: i32) -> Vec<Record> {
        let one = FetchPartition { partition, fetch_offset: 0, partition_max_bytes: i32::MAX, ..Default::default() };
        let topics = vec![FetchTopic { topic: topic.into(), partitions: vec![one], ..Default::default() }];
        let request = FetchRequest { replica_id: -1, max_bytes: i32::MAX, topics, ..Default::default() };
        let Response::Fetch(response) = self.ask(broker_id, 11, &Request::Fetch(request)) else { unreachable!() };
        let bytes = response.responses[0].partitions[0].records.clone().unwrap_or_default();
        let bytes = bytes.as_bytes().expect("records lie in one piece");
        let mut found = Vec::new();
        for batch in records::split(&bytes) {
            let (_, range) = batch.unwrap();
            found.extend(records::iterate(&bytes.slice(range), usize::MAX).unwrap().map(Result::unwrap));
        }
        found
    }

    /// Their values as text.
    pub(crate) fn values(&mut self, broker_id: i32, topic: &str, partition: i32) -> Vec<String> {
        let records = self.records(broker_id, topic, partition);
        records.iter().map(|record| String::from_utf8_lossy(record.value.as_deref().unwrap_or(b"-")).into()).collect()
    }

    fn open(&mut self, broker_id: i32) -> ConnectionId {
        self.next_connection += 1;
        let connection = ConnectionId(self.next_connection);
        let broker = BrokerId(broker_id);
        let peer = "127.0.0.1".to_owned();
        self.cluster.handle_input(self.now, Input::ConnectionOpened { connection, broker, listener: 0, peer });
        connection
    }

    fn deliver(&mut self, clients: &mut [&mut dyn Machine], delivery: Delivery) {
        match delivery {
            Delivery::ToBroker { connection, bytes } => {
                let Some((client, _, broker_id)) = self.links.get(&connection).copied() else { return };
                let (header, _) = frame::decode_request_header(&bytes).unwrap();
                let api = ApiKey::from_number(header.api_key).unwrap();
                self.asked.insert((connection, header.correlation_id), (api, header.api_version));
                let version = header.api_version;
                self.seen.push(Seen { at: self.now, client, broker_id, api, version, bytes: bytes.clone() });
                self.cluster.handle_input(self.now, Input::Frame { connection, bytes });
            }
            Delivery::Open { client, link, broker_id } => {
                let connection = self.open(broker_id);
                self.links.insert(connection, (client, link, broker_id));
                clients[client].handle_signal(self.now, Signal::Connected { link });
            }
            Delivery::ToClient { client, signal } => clients[client].handle_signal(self.now, signal),
            Delivery::CloseAtBroker { connection } => {
                self.cluster.handle_input(self.now, Input::ConnectionClosed { connection });
            }
        }
    }

    fn drain(&mut self, clients: &mut [&mut dyn Machine]) {
        for (index, client) in clients.iter_mut().enumerate() {
            while let Some(output) = client.poll_output() {
                self.carry(index, output);
            }
        }
        while let Some(output) = self.cluster.poll_output() {
            match output {
                Output::Send { connection, chunks } => {
                    let storage = self.cluster.storage();
                    let read =
                        chunks.gather(|range| storage.read(BlobId(range.blob), range.position, range.size as usize));
                    let bytes = read.expect("memory is read").slice(4..);
                    self.answer(connection, bytes);
                }
                Output::Close { connection, .. } => self.cut(connection),
                Output::Flush { id, .. } => {
                    self.cluster.handle_input(self.now, Input::Flushed { id, outcome: Ok(()) });
                }
                Output::Event(_) => {}
            }
        }
    }

    fn answer(&mut self, connection: ConnectionId, bytes: Bytes) {
        let Some((client, link, _)) = self.links.get(&connection).copied() else {
            self.direct.push((connection, bytes));
            return;
        };
        let correlation_id = i32::from_be_bytes(bytes[..4].try_into().unwrap());
        let (api, _) = self.asked.remove(&(connection, correlation_id)).expect("an answer has a request");
        let delivery = Delivery::ToClient { client, signal: Signal::Frame { link, bytes } };
        self.send(connection, Way::ToClient, api, delivery);
    }

    fn carry(&mut self, client: usize, output: Carried) {
        match output {
            Carried::Connect { link, address } => {
                let broker_id = i32::from(address.port) - 9091;
                let delivery = if self.down.contains(&address.port) || broker_id < 1 {
                    let reason = "connection refused".to_owned();
                    Delivery::ToClient { client, signal: Signal::Disconnected { link, reason } }
                } else {
                    Delivery::Open { client, link, broker_id }
                };
                self.push(self.now + self.latency, delivery);
            }
            Carried::Send { link, bytes } => {
                let Some(connection) = self.connection(client, link) else { return };
                let (header, _) = frame::decode_request_header(&bytes.slice(4..)).unwrap();
                let api = ApiKey::from_number(header.api_key).unwrap();
                let bytes = BytesMut::from(&bytes[4..]).freeze();
                self.send(connection, Way::ToBroker, api, Delivery::ToBroker { connection, bytes });
            }
            Carried::Disconnect { link } => {
                if let Some(connection) = self.connection(client, link) {
                    self.push(self.now + self.latency, Delivery::CloseAtBroker { connection });
                    self.links.remove(&connection);
                }
            }
        }
    }

    fn connection(&self, client: usize, link: LinkId) -> Option<ConnectionId> {
        let mut links = self.links.iter();
        links.find(|(_, (other, of, _))| (*other, *of) == (client, link)).map(|(connection, _)| *connection)
    }

    fn send(&mut self, connection: ConnectionId, way: Way, api: ApiKey, delivery: Delivery) {
        let mut at = self.now + self.latency;
        let fault = self.faults.iter_mut().enumerate().find(|(_, fault)| (fault.way, fault.api) == (way, api));
        if let Some((index, fault)) = fault {
            if fault.skip_count > 0 {
                fault.skip_count -= 1;
            } else {
                match self.faults.remove(index).fate {
                    Fate::CutsConnection => return self.cut(connection),
                    Fate::IsSwallowed => return,
                    Fate::IsDelayed(delay) => at = at + delay,
                }
            }
        }
        let newest = self.newest.entry((connection, way == Way::ToClient)).or_insert(at);
        *newest = at.max(*newest);
        let at = *newest;
        self.push(at, delivery);
    }

    fn cut(&mut self, connection: ConnectionId) {
        if let Some((client, link, _)) = self.links.remove(&connection) {
            let at = self.now + self.latency;
            let reason = "connection reset".to_owned();
            self.push(at, Delivery::ToClient { client, signal: Signal::Disconnected { link, reason } });
            self.push(at, Delivery::CloseAtBroker { connection });
        }
    }

    fn push(&mut self, at: Timestamp, delivery: Delivery) {
        self.next_sequence += 1;
        self.queue.insert((at, self.next_sequence), delivery);
    }
}

/// Whether a client that is due again at once does something about it.
fn client_moves(client: &mut &mut dyn Machine, now: Timestamp) -> bool {
    (0..3).any(|_| {
        client.handle_signal(now, Signal::Timer);
        client.next_wakeup().is_none_or(|at| at > now)
    })
}
