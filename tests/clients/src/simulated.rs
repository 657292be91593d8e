//! Simulated clients against a cluster in this process: no cables, one virtual clock, and what they asked.

use crate::recorder::Asked;
use bytes::Bytes;
use runnel_broker::{
    BlobId, BrokerId, BrokerSettings, Cluster, ClusterConfig, ConnectionId, Durability, Endpoint, Input, MemoryStorage,
    Output, Profile, Storage,
};
use runnel_clients::{Carried, Consumer, LinkId, Producer, Signal};
use runnel_protocol::{Timestamp, frame};
use std::collections::BTreeMap;
use std::time::Duration;

/// What a driver asks of any simulated client.
pub(crate) trait Machine {
    fn handle_signal(&mut self, now: Timestamp, signal: Signal);
    fn poll_output(&mut self) -> Option<Carried>;
    fn next_wakeup(&self) -> Option<Timestamp>;
}

impl Machine for Consumer {
    fn handle_signal(&mut self, now: Timestamp, signal: Signal) {
        Consumer::handle_signal(self, now, signal);
    }

    fn poll_output(&mut self) -> Option<Carried> {
        Consumer::poll_output(self)
    }

    fn next_wakeup(&self) -> Option<Timestamp> {
        Consumer::next_wakeup(self)
    }
}

impl Machine for Producer {
    fn handle_signal(&mut self, now: Timestamp, signal: Signal) {
        Producer::handle_signal(self, now, signal);
    }

    fn poll_output(&mut self) -> Option<Carried> {
        Producer::poll_output(self)
    }

    fn next_wakeup(&self) -> Option<Timestamp> {
        Producer::next_wakeup(self)
    }
}

/// A cluster of one broker at localhost:9092.
pub(crate) struct World {
    cluster: Cluster<MemoryStorage>,
    pub(crate) now: Timestamp,
    /// Each connection's requests, in the order in which they were made.
    pub(crate) connections: Vec<Vec<Asked>>,
    links: BTreeMap<LinkId, ConnectionId>,
    signals: Vec<Signal>,
}

impl World {
    pub(crate) fn new() -> World {
        let endpoint = Endpoint { listener: "PLAINTEXT".to_owned(), host: "localhost".to_owned(), port: 9092 };
        let config = ClusterConfig {
            brokers: vec![BrokerSettings { id: BrokerId(1), endpoints: vec![endpoint] }],
            profile: Profile::Dev,
            durability: Durability::Interval,
            settings: BTreeMap::new(),
            seed: 1,
        };
        let now = Timestamp::from_millis(1_700_000_000_000);
        let cluster = Cluster::open(config, MemoryStorage::default(), now).unwrap();
        World { cluster, now, connections: Vec::new(), links: BTreeMap::new(), signals: Vec::new() }
    }

    /// Lets one client live for so long.
    pub(crate) fn run(&mut self, client: &mut dyn Machine, duration: Duration) {
        let until = self.now + duration;
        loop {
            self.drain(client);
            if !self.signals.is_empty() {
                let signal = self.signals.remove(0);
                client.handle_signal(self.now, signal);
                continue;
            }
            let next = [client.next_wakeup(), self.cluster.next_wakeup()].into_iter().flatten().min();
            let Some(next) = next.filter(|at| *at <= until) else { break };
            self.now = self.now.max(next);
            if client.next_wakeup().is_some_and(|at| at <= self.now) {
                client.handle_signal(self.now, Signal::Timer);
            } else {
                self.cluster.handle_input(self.now, Input::Timer);
            }
        }
        self.now = until;
    }

    /// Leaves one client's connections open and has the next one's links begin anew.
    pub(crate) fn set_aside(&mut self) {
        self.links.clear();
    }

    fn drain(&mut self, client: &mut dyn Machine) {
        while let Some(output) = client.poll_output() {
            match output {
                Carried::Connect { link, .. } => {
                    let connection = ConnectionId(u64::try_from(self.connections.len()).unwrap());
                    self.connections.push(Vec::new());
                    self.links.insert(link, connection);
                    let (broker, peer) = (BrokerId(1), "127.0.0.1".to_owned());
                    let opened = Input::ConnectionOpened { connection, broker, listener: 0, peer };
                    self.input(opened);
                    self.signals.push(Signal::Connected { link });
                }
                Carried::Send { link, bytes } => {
                    let connection = self.links[&link];
                    let bytes = Bytes::copy_from_slice(&bytes[4..]);
                    let (header, _) = frame::decode_request_header(&bytes).unwrap();
                    let index = usize::try_from(connection.0).unwrap();
                    self.connections[index].push((header.api_key, header.api_version));
                    self.input(Input::Frame { connection, bytes });
                }
                Carried::Disconnect { link } => {
                    if let Some(connection) = self.links.remove(&link) {
                        self.input(Input::ConnectionClosed { connection });
                    }
                }
            }
        }
        self.collect();
    }

    fn input(&mut self, input: Input) {
        self.collect();
        self.cluster.handle_input(self.now, input);
        self.collect();
    }

    fn collect(&mut self) {
        while let Some(output) = self.cluster.poll_output() {
            match output {
                Output::Send { connection, chunks } => {
                    let storage = self.cluster.storage();
                    let read = |range: runnel_protocol::BlobRange| {
                        storage.read(BlobId(range.blob), range.position, usize::try_from(range.size).unwrap())
                    };
                    let bytes = chunks.gather(read).unwrap().slice(4..);
                    let link = self.links.iter().find(|(_, other)| **other == connection).map(|(link, _)| *link);
                    self.signals.extend(link.map(|link| Signal::Frame { link, bytes }));
                }
                Output::Close { connection, reason } => panic!("the broker closed {connection:?}: {reason}"),
                Output::Flush { id, .. } => {
                    self.cluster.handle_input(self.now, Input::Flushed { id, outcome: Ok(()) });
                }
                Output::Event(_) => {}
            }
        }
    }
}
