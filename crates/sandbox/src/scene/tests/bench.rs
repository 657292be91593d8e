//! A cluster whose watcher folds every event, and compares with a snapshot after every input.

use super::super::Scene;
use bytes::Bytes;
use runnel_broker::{
    BrokerId, BrokerSettings, Cluster, ClusterConfig, ConnectionId, Durability, Endpoint, Event, Input, MemoryStorage,
    Output, Profile, Timestamp,
};
use runnel_protocol::messages::{Request, Response};
use runnel_protocol::{ApiKey, frame};
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

/// The time at which benches begin, in milliseconds.
pub(crate) const START: i64 = 1_700_000_000_000;

/// A watched cluster.
pub(crate) struct Bench {
    brokers: i32,
    pub(crate) cluster: Cluster<MemoryStorage>,
    pub(crate) now: Timestamp,
    pub(crate) scene: Scene,
    pub(crate) events: Vec<Event>,
    answers: BTreeMap<ConnectionId, VecDeque<Bytes>>,
    asked: BTreeMap<(ConnectionId, i32), (ApiKey, i16)>,
    clients: BTreeMap<ConnectionId, String>,
    last_connection: u64,
    last_correlation: i32,
}

fn broker(id: i32) -> BrokerSettings {
    let (listener, host) = ("PLAINTEXT".to_owned(), "localhost".to_owned());
    let endpoint = Endpoint { listener, host, port: u16::try_from(9091 + id).unwrap() };
    BrokerSettings { id: BrokerId(id), endpoints: vec![endpoint] }
}

impl Bench {
    pub(crate) fn new(brokers: i32) -> Self {
        let config = ClusterConfig {
            brokers: (1..=brokers).map(broker).collect(),
            profile: Profile::Dev,
            durability: Durability::Interval,
            settings: BTreeMap::new(),
            seed: 7,
        };
        let now = Timestamp::from_millis(START);
        let mut cluster = Cluster::open(config, MemoryStorage::default(), now).unwrap();
        cluster.set_watched(true);
        while cluster.poll_output().is_some() {}
        let scene = Scene::from_snapshot(&cluster.snapshot());
        Bench {
            brokers,
            cluster,
            now,
            scene,
            events: Vec::new(),
            answers: BTreeMap::new(),
            asked: BTreeMap::new(),
            clients: BTreeMap::new(),
            last_connection: 0,
            last_correlation: 0,
        }
    }

    pub(crate) fn input(&mut self, input: Input) {
        self.cluster.handle_input(self.now, input);
        let mut flushes = VecDeque::new();
        loop {
            let Some(output) = self.cluster.poll_output() else {
                let Some(id) = flushes.pop_front() else { break };
                self.cluster.handle_input(self.now, Input::Flushed { id, outcome: Ok(()) });
                continue;
            };
            match output {
                Output::Send { connection, chunks } => {
                    let storage = self.cluster.storage();
                    let frame = chunks
                        .gather(|range| {
                            use runnel_broker::Storage;
                            storage.read(runnel_broker::BlobId(range.blob), range.position, range.size as usize)
                        })
                        .unwrap();
                    self.answers.entry(connection).or_default().push_back(frame.slice(4..));
                }
                Output::Close { .. } => {}
                Output::Flush { id, .. } => flushes.push_back(id),
                Output::Event(event) => {
                    self.scene.fold(&event);
                    self.events.push(event);
                }
            }
        }
        self.check();
    }

    /// A further broker joins.
    pub(crate) fn add_broker(&mut self) {
        self.brokers += 1;
        self.input(Input::BrokerAdded { broker: broker(self.brokers) });
    }

    /// The law: what was folded is what a newcomer sees.
    #[track_caller]
    pub(crate) fn check(&self) {
        let fresh = Scene::from_snapshot(&self.cluster.snapshot());
        assert_eq!(self.scene.sequence, fresh.sequence, "no event was missed");
        assert_same(&self.scene, &fresh);
    }

    pub(crate) fn connect(&mut self, client: &str) -> ConnectionId {
        self.last_connection += 1;
        let connection = ConnectionId(self.last_connection);
        let (broker, peer) = (BrokerId(1), "127.0.0.1".to_owned());
        self.clients.insert(connection, client.to_owned());
        self.input(Input::ConnectionOpened { connection, broker, listener: 0, peer });
        connection
    }

    pub(crate) fn disconnect(&mut self, connection: ConnectionId) {
        self.input(Input::ConnectionClosed { connection });
    }

    pub(crate) fn send(&mut self, connection: ConnectionId, version: i16, request: impl Into<Request>) {
        let request = request.into();
        self.last_correlation += 1;
        self.asked.insert((connection, self.last_correlation), (request.api_key(), version));
        let client = self.clients[&connection].clone();
        let chunks = frame::encode_request(version, self.last_correlation, Some(&client), &request).unwrap();
        self.input(Input::Frame { connection, bytes: chunks.as_bytes().unwrap().slice(4..) });
    }

    pub(crate) fn answer(&mut self, connection: ConnectionId) -> Option<Response> {
        let bytes = self.answers.get_mut(&connection)?.pop_front()?;
        let correlation = i32::from_be_bytes(bytes[..4].try_into().unwrap());
        let (key, version) = self.asked.remove(&(connection, correlation)).unwrap();
        Some(frame::decode_response(key, version, &bytes).unwrap().1)
    }

    #[track_caller]
    pub(crate) fn ask<A: TryFrom<Response>>(
        &mut self,
        connection: ConnectionId,
        version: i16,
        request: impl Into<Request>,
    ) -> A {
        self.send(connection, version, request);
        let answer = self.answer(connection).expect("an answer comes at once");
        A::try_from(answer).ok().expect("the answer is of the request's kind")
    }

    pub(crate) fn wait(&mut self, duration: Duration) {
        let end = self.now + duration;
        while let Some(at) = self.cluster.next_wakeup().filter(|at| *at <= end) {
            self.now = self.now.max(at);
            self.input(Input::Timer);
        }
        self.now = end;
        self.input(Input::Timer);
    }

    /// The sentences that matter, since the bench began.
    pub(crate) fn sentences(&self) -> Vec<String> {
        self.scene.seen.causes.notable.iter().map(super::super::Cause::sentence).collect()
    }
}

/// What was folded is what a newcomer sees; first in pieces, so that a difference can be read.
#[track_caller]
pub(crate) fn assert_same(folded: &Scene, fresh: &Scene) {
    assert_eq!(folded.cluster.brokers, fresh.cluster.brokers);
    assert_eq!(folded.cluster.connections, fresh.cluster.connections);
    assert_eq!(folded.cluster.groups, fresh.cluster.groups);
    let names = |scene: &Scene| scene.cluster.topics.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(folded), names(fresh));
    for (name, topic) in &fresh.cluster.topics {
        let known = &folded.cluster.topics[name];
        for (known, lane) in known.lanes.iter().zip(&topic.lanes) {
            assert_eq!(known, lane, "{name}");
        }
        assert_eq!(known, topic, "{name}");
    }
    assert_eq!(folded.cluster, fresh.cluster);
}
