//! A cluster, its store, a virtual clock, and connections that carry frames.

use crate::seeds;
use bytes::Bytes;
use runnel_broker::{
    BlobId, BrokerId, BrokerSettings, Cluster, ClusterConfig, ConnectionId, Durability, Endpoint, FaultyStorage,
    FlushId, Input, MemoryStorage, OpenError, Output, Profile, Random, Storage, StorageError, Timestamp,
};
use runnel_protocol::messages::{Request, Response};
use runnel_protocol::{ApiKey, Chunks, frame};
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

/// A store that can be asked to make blobs durable.
pub(crate) trait Disk: Storage + Clone {
    fn make_durable(&mut self, blobs: &[BlobId]);
}

impl Disk for MemoryStorage {
    fn make_durable(&mut self, _: &[BlobId]) {}
}

impl Disk for FaultyStorage {
    fn make_durable(&mut self, blobs: &[BlobId]) {
        self.flushed(blobs);
    }
}

/// A flush that the disk is busy with.
struct Flush {
    id: FlushId,
    blobs: Vec<BlobId>,
    done_at: Timestamp,
    /// A disk may be done with the bytes at any time before it says so.
    is_durable: bool,
}

pub(crate) struct World<S> {
    pub(crate) cluster: Cluster<S>,
    pub(crate) now: Timestamp,
    pub(crate) random: Random,
    /// The longest time that a flush takes.
    flush_time_max: Duration,
    /// Whether the disk refuses to flush.
    pub(crate) flushes_fail: bool,
    flushes: Vec<Flush>,
    answers: VecDeque<(ConnectionId, Bytes)>,
    closed: BTreeMap<ConnectionId, String>,
    asked: BTreeMap<(ConnectionId, i32), (ApiKey, i16)>,
    next_connection: u64,
    next_correlation: i32,
    /// What the cluster has said for the log.
    pub(crate) log: Vec<String>,
    /// A hash over every frame that was sent, with its time and connection.
    pub(crate) trace: Trace,
}

/// What a run said, as one number: FNV-1a, 64 bits, over time, connection and bytes of every frame, and over the reason
/// of every connection that was closed.
///
/// Two runs of a seed have the same. To compare with WebAssembly, run the same seed there (the core and this file need
/// nothing that it lacks) and compare the numbers: nothing in a trace depends on the width of a pointer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Trace(pub(crate) u64);

impl Trace {
    /// This trace as the continuation of another.
    pub(crate) fn after(mut self, before: Trace) -> Trace {
        self.note(&before.0.to_be_bytes());
        self
    }

    fn note(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

pub(crate) fn config(brokers: i32, profile: Profile, durability: Durability, seed: u64) -> ClusterConfig {
    let broker = |id: i32| BrokerSettings {
        id: BrokerId(id),
        endpoints: vec![Endpoint {
            listener: "PLAINTEXT".to_owned(),
            host: "localhost".to_owned(),
            port: u16::try_from(9091 + id).unwrap(),
        }],
    };
    let settings = [
        ("offsets.topic.num.partitions", "5"),
        ("offsets.topic.replication.factor", "1"),
        ("log.cleaner.backoff.ms", "300"),
        ("log.retention.check.interval.ms", "500"),
    ];
    ClusterConfig {
        brokers: (1..=brokers).map(broker).collect(),
        profile,
        durability,
        settings: settings.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        seed,
    }
}

impl<S: Disk> World<S> {
    pub(crate) fn open(
        config: ClusterConfig,
        storage: S,
        now: Timestamp,
        random: Random,
        flush_time_max: Duration,
    ) -> Result<Self, OpenError> {
        let mut world = World {
            cluster: Cluster::open(config, storage, now)?,
            now,
            random,
            flush_time_max,
            flushes_fail: false,
            flushes: Vec::new(),
            answers: VecDeque::new(),
            closed: BTreeMap::new(),
            asked: BTreeMap::new(),
            next_connection: 0,
            next_correlation: 0,
            log: Vec::new(),
            trace: Trace(0xcbf2_9ce4_8422_2325),
        };
        world.drain();
        Ok(world)
    }

    pub(crate) fn input(&mut self, input: Input) {
        self.cluster.handle_input(self.now, input);
        self.drain();
    }

    fn drain(&mut self) {
        while let Some(output) = self.cluster.poll_output() {
            match output {
                Output::Send { connection, chunks } => {
                    let bytes = self.gather(&chunks);
                    self.trace.note(&self.now.0.to_be_bytes());
                    self.trace.note(&connection.0.to_be_bytes());
                    self.trace.note(&bytes);
                    let size = u32::from_be_bytes(bytes[..4].try_into().unwrap());
                    assert_eq!(size as usize + 4, bytes.len(), "a frame has the size that it states");
                    self.answers.push_back((connection, bytes.slice(4..)));
                }
                Output::Close { connection, reason } => {
                    self.trace.note(reason.as_bytes());
                    assert!(self.closed.insert(connection, reason).is_none(), "a connection is closed once");
                }
                Output::Flush { id, blobs } => {
                    let micros = u64::try_from(self.flush_time_max.as_micros()).unwrap();
                    let took = Duration::from_micros(self.random.below(micros) + 1);
                    let mut flush = Flush { id, blobs, done_at: self.now + took, is_durable: false };
                    if self.random.below(2) == 0 && !self.flushes_fail {
                        self.carry_out(&mut flush);
                    }
                    self.flushes.push(flush);
                }
                Output::Event(_) => {}
            }
        }
        while let Some(line) = self.cluster.poll_log() {
            if !seeds::all_are_run() {
                println!("{}: {line}", self.now);
            }
            self.log.push(line);
        }
    }

    fn carry_out(&mut self, flush: &mut Flush) {
        if !flush.is_durable {
            self.cluster.storage_mut().make_durable(&flush.blobs);
            flush.is_durable = true;
        }
    }

    fn gather(&self, chunks: &Chunks) -> Bytes {
        let storage = self.cluster.storage();
        chunks
            .gather(|range| storage.read(BlobId(range.blob), range.position, range.size as usize))
            .expect("ranges that are served can be read")
    }

    /// Lets time pass, stopping wherever something is due.
    pub(crate) fn run(&mut self, duration: Duration) {
        let end = self.now + duration;
        loop {
            let flush = self.flushes.iter().map(|flush| flush.done_at).min();
            let next = self.cluster.next_wakeup().into_iter().chain(flush).min().filter(|at| *at <= end);
            let Some(at) = next else { break };
            self.now = self.now.max(at);
            match self.flushes.iter().position(|flush| flush.done_at <= self.now) {
                Some(place) => {
                    let mut flush = self.flushes.remove(place);
                    let outcome = if self.flushes_fail {
                        let (path, reason) = ("disk".to_owned(), "input/output error".to_owned());
                        Err(StorageError { path, operation: "flush", reason })
                    } else {
                        self.carry_out(&mut flush);
                        Ok(())
                    };
                    self.input(Input::Flushed { id: flush.id, outcome });
                }
                None => self.input(Input::Timer),
            }
        }
        self.now = end;
    }

    pub(crate) fn connect(&mut self, broker: i32) -> ConnectionId {
        self.next_connection += 1;
        let connection = ConnectionId(self.next_connection);
        let (broker, peer) = (BrokerId(broker), "127.0.0.1".to_owned());
        self.input(Input::ConnectionOpened { connection, broker, listener: 0, peer });
        connection
    }

    /// A broker crashes or stops while the process goes on, and comes back. Answers that are still on their way are lost.
    pub(crate) fn bounce(&mut self, broker: i32, clean: bool, away: Duration) -> Result<(), String> {
        let broker = BrokerId(broker);
        self.input(Input::BrokerStopped { broker, clean });
        self.answers.clear();
        self.asked.clear();
        self.closed.clear();
        self.run(away);
        self.input(Input::BrokerStarted { broker });
        // A broker that was not missed yet, or that was the last, waits for the end of a session.
        self.run(Duration::from_secs(10));
        if self.cluster.is_listening(broker) { Ok(()) } else { Err(format!("broker {broker} has not come back")) }
    }

    /// Sends a request; its correlation id comes back with the answer.
    pub(crate) fn send(&mut self, connection: ConnectionId, version: i16, request: impl Into<Request>) -> i32 {
        let request = request.into();
        self.next_correlation += 1;
        let key = request.api_key();
        self.asked.insert((connection, self.next_correlation), (key, version));
        let chunks = frame::encode_request(version, self.next_correlation, Some("simulation"), &request).unwrap();
        let bytes = chunks.gather(Err::<Bytes, _>).expect("a request lies in no store").slice(4..);
        self.input(Input::Frame { connection, bytes });
        self.next_correlation
    }

    /// The next answer, read.
    pub(crate) fn answer(&mut self) -> Option<(ConnectionId, i32, Response)> {
        let (connection, bytes) = self.answers.pop_front()?;
        let correlation = i32::from_be_bytes(bytes[..4].try_into().unwrap());
        let (key, version) = self.asked.remove(&(connection, correlation)).expect("answers belong to requests");
        let (_, response) = frame::decode_response(key, version, &bytes).expect("answers can be read");
        Some((connection, correlation, response))
    }

    /// The next answer, as it came.
    pub(crate) fn raw_answer(&mut self) -> Option<(ConnectionId, Bytes)> {
        self.answers.pop_front()
    }

    /// Connections that the cluster has closed since the last call.
    pub(crate) fn take_closed(&mut self) -> BTreeMap<ConnectionId, String> {
        std::mem::take(&mut self.closed)
    }

    /// Sends a request on a connection of its own and lets time pass until it is answered.
    pub(crate) fn ask<A: TryFrom<Response>>(&mut self, version: i16, request: impl Into<Request>) -> Result<A, String> {
        self.ask_of(1, version, request)
    }

    /// The same, of a certain broker.
    pub(crate) fn ask_of<A: TryFrom<Response>>(
        &mut self,
        broker: i32,
        version: i16,
        request: impl Into<Request>,
    ) -> Result<A, String> {
        let connection = self.connect(broker);
        let sent = self.send(connection, version, request);
        for _ in 0..100 {
            let place = self.answers.iter().position(|(answered, _)| *answered == connection);
            if let Some(place) = place {
                let answer = self.answers.remove(place).expect("the place was found");
                self.answers.push_front(answer);
                let (_, correlation, response) = self.answer().expect("it was put there");
                assert_eq!(correlation, sent);
                self.input(Input::ConnectionClosed { connection });
                return A::try_from(response).map_err(|_| "an answer of another kind".to_owned());
            }
            self.run(Duration::from_millis(100));
        }
        Err(format!("no answer within ten seconds: {:?}", self.closed.get(&connection)))
    }
}
