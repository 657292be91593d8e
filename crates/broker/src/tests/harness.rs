//! A cluster in memory, with clients that speak real frames to it.

use crate::config::{BrokerSettings, ClusterConfig, Durability, Endpoint, Profile};
use crate::event::EventKind;
use crate::ids::{BrokerId, ConnectionId};
use crate::storage::BlobId;
use crate::{Cluster, Event, Input, MemoryStorage, Output, Storage, Timestamp};
use bytes::{Bytes, BytesMut};
use runnel_protocol::messages::{Request, Response};
use runnel_protocol::records::BatchBuilder;
use runnel_protocol::{ApiKey, Chunks, frame};
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

/// A cluster under test, its clock, and what it has said that nobody has looked at yet.
pub(crate) struct Bench<S: Storage> {
    pub(crate) cluster: Cluster<S>,
    pub(crate) now: Timestamp,
    /// Flushes that were asked for; the test says when they are done.
    pub(crate) flushes: VecDeque<(crate::FlushId, Vec<BlobId>)>,
    pub(crate) flush_at_once: bool,
    pub(crate) closed: BTreeMap<ConnectionId, String>,
    /// Every frame that went out, and when.
    pub(crate) sent: Vec<(Timestamp, ConnectionId, Bytes)>,
    events: Vec<Event>,
    answers: BTreeMap<ConnectionId, VecDeque<Bytes>>,
    asked: BTreeMap<(ConnectionId, i32), (ApiKey, i16)>,
    next_connection: u64,
    next_correlation: i32,
}

/// What a cluster is made with in most tests: `brokers` brokers, the dev profile, memory.
pub(crate) fn config(brokers: i32) -> ClusterConfig {
    ClusterConfig {
        brokers: (1..=brokers)
            .map(|id| BrokerSettings {
                id: BrokerId(id),
                endpoints: vec![Endpoint {
                    listener: "PLAINTEXT".to_owned(),
                    host: "localhost".to_owned(),
                    port: u16::try_from(9091 + id).unwrap(),
                }],
            })
            .collect(),
        profile: Profile::Dev,
        durability: Durability::Interval,
        settings: BTreeMap::new(),
        seed: 7,
    }
}

/// The bench of most tests.
pub(crate) fn bench() -> Bench<MemoryStorage> {
    Bench::open(config(1), MemoryStorage::default())
}

impl<S: Storage> Bench<S> {
    pub(crate) fn open(config: ClusterConfig, storage: S) -> Self {
        let now = Timestamp::from_millis(1_700_000_000_000);
        Self::open_at(config, storage, now)
    }

    pub(crate) fn open_at(config: ClusterConfig, storage: S, now: Timestamp) -> Self {
        let mut cluster = Cluster::open(config, storage, now).expect("the cluster opens");
        cluster.set_watched(true);
        let mut bench = Self::continuing(cluster, now);
        bench.drain();
        bench
    }

    /// A bench around a cluster that has run before.
    pub(crate) fn continuing(cluster: Cluster<S>, now: Timestamp) -> Self {
        Bench {
            cluster,
            now,
            flushes: VecDeque::new(),
            flush_at_once: true,
            closed: BTreeMap::new(),
            sent: Vec::new(),
            events: Vec::new(),
            answers: BTreeMap::new(),
            asked: BTreeMap::new(),
            next_connection: 0,
            next_correlation: 0,
        }
    }

    pub(crate) fn input(&mut self, input: Input) {
        self.cluster.handle_input(self.now, input);
        self.drain();
    }

    fn drain(&mut self) {
        loop {
            let Some(output) = self.cluster.poll_output() else {
                match self.flush_at_once.then(|| self.flushes.pop_front()).flatten() {
                    Some((id, _)) => self.cluster.handle_input(self.now, Input::Flushed { id, outcome: Ok(()) }),
                    None => return,
                }
                continue;
            };
            match output {
                Output::Send { connection, chunks } => {
                    let frame = self.gather(&chunks);
                    self.sent.push((self.now, connection, frame.clone()));
                    self.answers.entry(connection).or_default().push_back(frame.slice(4..));
                }
                Output::Close { connection, reason } => {
                    self.closed.insert(connection, reason);
                }
                Output::Flush { id, blobs } => self.flushes.push_back((id, blobs)),
                Output::Event(event) => self.events.push(event),
            }
        }
    }

    pub(crate) fn gather(&self, chunks: &Chunks) -> Bytes {
        let storage = self.cluster.storage();
        chunks
            .gather(|range| storage.read(BlobId(range.blob), range.position, range.size as usize))
            .expect("ranges that are served can be read")
    }

    /// Lets time pass, stopping wherever something is due.
    pub(crate) fn wait(&mut self, duration: Duration) {
        let end = self.now + duration;
        while let Some(at) = self.cluster.next_wakeup().filter(|at| *at <= end) {
            self.now = self.now.max(at);
            self.input(Input::Timer);
        }
        self.now = end;
        self.input(Input::Timer);
    }

    pub(crate) fn connect(&mut self) -> ConnectionId {
        self.connect_to(1)
    }

    pub(crate) fn connect_to(&mut self, broker: i32) -> ConnectionId {
        self.next_connection += 1;
        let connection = ConnectionId(self.next_connection);
        let (broker, peer) = (BrokerId(broker), "127.0.0.1".to_owned());
        self.input(Input::ConnectionOpened { connection, broker, listener: 0, peer });
        connection
    }

    /// A connection that the cluster knows already.
    pub(crate) fn connect_as(&mut self, connection: ConnectionId) -> ConnectionId {
        self.next_connection = self.next_connection.max(connection.0);
        connection
    }

    /// Sends a request and does not wait for its answer.
    pub(crate) fn send(&mut self, connection: ConnectionId, version: i16, request: impl Into<Request>) {
        let request = request.into();
        self.next_correlation += 1;
        let key = request.api_key();
        let wants_answer = !matches!(&request, Request::Produce(produce) if produce.acks == 0);
        if wants_answer {
            self.asked.insert((connection, self.next_correlation), (key, version));
        }
        let chunks = frame::encode_request(version, self.next_correlation, Some("test"), &request)
            .expect("the request can be said in that version");
        let bytes = self.gather(&chunks).slice(4..);
        self.input(Input::Frame { connection, bytes });
    }

    /// The next answer on a connection, if there is one.
    pub(crate) fn answer(&mut self, connection: ConnectionId) -> Option<Response> {
        let bytes = self.answers.get_mut(&connection)?.pop_front()?;
        let correlation = i32::from_be_bytes(bytes[..4].try_into().unwrap());
        let (key, version) = self.asked.remove(&(connection, correlation)).expect("answers belong to requests");
        Some(frame::decode_response(key, version, &bytes).expect("answers can be read").1)
    }

    /// Sends a request and takes its answer, which must come at once.
    #[track_caller]
    pub(crate) fn ask<A>(&mut self, connection: ConnectionId, version: i16, request: impl Into<Request>) -> A
    where
        A: TryFrom<Response>,
    {
        self.send(connection, version, request);
        let Some(answer) = self.answer(connection) else {
            panic!("no answer; closed: {:?}", self.closed.get(&connection));
        };
        A::try_from(answer).ok().expect("the answer is of the request's kind")
    }

    /// Sends bytes as they are, without the size prefix.
    pub(crate) fn send_raw(&mut self, connection: ConnectionId, bytes: impl Into<Bytes>) {
        self.input(Input::Frame { connection, bytes: bytes.into() });
    }

    /// The bytes of the next answer on a connection, if there is one.
    pub(crate) fn raw_answer(&mut self, connection: ConnectionId) -> Option<Bytes> {
        self.answers.get_mut(&connection)?.pop_front()
    }

    /// Requests of a connection that have not been answered, once its answers have been taken.
    pub(crate) fn unanswered(&self, connection: ConnectionId) -> Vec<(ApiKey, i16)> {
        self.asked.iter().filter(|((asker, _), _)| *asker == connection).map(|(_, asked)| *asked).collect()
    }

    /// What happened since the last call, with times and numbers.
    pub(crate) fn events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }

    /// What happened since the last call.
    pub(crate) fn event_kinds(&mut self) -> Vec<EventKind> {
        self.events().into_iter().map(|event| event.kind).collect()
    }
}

/// A batch of records with these values, without keys.
pub(crate) fn batch(values: &[&str]) -> Bytes {
    keyed_batch(&values.iter().map(|value| ("", *value)).collect::<Vec<_>>())
}

/// A batch of records with keys; an empty key is none.
pub(crate) fn keyed_batch(records: &[(&str, &str)]) -> Bytes {
    let mut builder = BatchBuilder::new();
    for (key, value) in records {
        let key = (!key.is_empty()).then_some(key.as_bytes());
        builder.append(1_700_000_000_000, key, Some(value.as_bytes()), &[]);
    }
    builder.build()
}

/// The same batch with another byte somewhere.
pub(crate) fn flipped(batch: &Bytes, at: usize) -> Bytes {
    let mut bytes = BytesMut::from(&batch[..]);
    bytes[at] ^= 0x40;
    bytes.freeze()
}
