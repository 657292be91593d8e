//! The clients: what they send, and what they may expect back.

use super::Counts;
use super::aim::{self, GROUPS, Known, TOPICS};
use super::batches::Batches;
use super::requests::{self, WAIT_MAX_MS};
use crate::world::World;
use bytes::Bytes;
use bytestring::ByteString;
use runnel_broker::{ConnectionId, Input, MemoryStorage, Random, Timestamp};
use runnel_protocol::arbitrary::Familiar;
use runnel_protocol::messages::create_topics::{CreatableTopic, CreateTopicsRequest, CreateTopicsResponse};
use runnel_protocol::messages::find_coordinator::{FindCoordinatorRequest, FindCoordinatorResponse};
use runnel_protocol::messages::{Request, Response};
use runnel_protocol::{ApiKey, frame};
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

/// Names that are there, or may come to be.
const WORDS: [&str; 24] = [
    "orders",
    "payments",
    "short",
    "billing",
    "mail",
    "consumer",
    "range",
    "cleanup.policy",
    "compact",
    "delete",
    "retention.bytes",
    "retention.ms",
    "internal.segment.bytes",
    "compression.type",
    "zstd",
    "message.timestamp.type",
    "LogAppendTime",
    "max.message.bytes",
    "1000",
    "1",
    "2",
    "-1",
    "__consumer_offsets",
    "",
];
const CONNECTIONS_MAX: usize = 8;
/// Requests that a client has under way at most.
const IN_FLIGHT_MAX: usize = 3;

/// What a connection waits for.
struct Asked {
    correlation: i32,
    /// `None` if nobody can know what it asked: then the connection must end.
    request: Option<(ApiKey, i16)>,
    /// The group that it names, for JoinGroup.
    group: ByteString,
    /// Whether no answer comes (acks=0).
    is_silent: bool,
    /// Whether an answer in version 0 comes (ApiVersions in a version that nobody knows).
    is_fallback: bool,
}

#[derive(Default)]
struct Client {
    asked: VecDeque<Asked>,
    /// Since when the first of them has had its turn.
    since: Timestamp,
}

#[derive(Default)]
pub(super) struct Clients {
    connections: BTreeMap<ConnectionId, Client>,
    familiar: Familiar,
    known: Known,
    next_correlation: i32,
    next_pair: u64,
    /// What the last step was.
    pub(super) last: String,
    /// Bytes of its frame.
    pub(super) last_size: usize,
    /// Bytes of memory that the cluster took for it at most, beyond what it had.
    pub(super) last_memory: u64,
}

type Cluster = World<MemoryStorage>;

impl Clients {
    /// Makes what the random requests may find.
    pub(super) fn prepare(&mut self, world: &mut Cluster) -> Result<(), String> {
        let topic = |name: &str| CreatableTopic {
            name: name.into(),
            num_partitions: 3,
            replication_factor: 1,
            ..Default::default()
        };
        let request = CreateTopicsRequest { topics: TOPICS.map(topic).to_vec(), ..Default::default() };
        let answer: CreateTopicsResponse = world.ask(7, request)?;
        self.known.ids.extend(answer.topics.iter().map(|topic| topic.topic_id));
        for group in GROUPS {
            let request = FindCoordinatorRequest { key: group.into(), ..Default::default() };
            let _: FindCoordinatorResponse = world.ask(3, request)?;
        }
        self.familiar.words = WORDS.map(ByteString::from_static).to_vec();
        // The versions of each API have their turn in another order in each round.
        self.next_pair = world.random.below(1_000);
        for _ in 0..4 {
            self.connect(world);
        }
        Ok(())
    }

    fn connect(&mut self, world: &mut Cluster) {
        let broker = if world.random.below(3) == 0 { 2 } else { 1 };
        let connection = world.connect(broker);
        self.connections.insert(connection, Client { since: world.now, ..Client::default() });
    }

    pub(super) fn act(&mut self, world: &mut Cluster, random: &mut Random, batches: &Batches, counts: &mut Counts) {
        if self.connections.is_empty() {
            self.connect(world);
        }
        (self.last, self.last_size) = ("time or a connection".to_owned(), 0);
        match random.below(30) {
            0 if self.connections.len() < CONNECTIONS_MAX => self.connect(world),
            1 => {
                let connection = self.any(random);
                self.connections.remove(&connection);
                self.measure(|| world.input(Input::ConnectionClosed { connection }));
            }
            2..7 => self.measure(|| world.run(Duration::from_micros(random.below(300_000)))),
            7 if random.below(4) == 0 => self.measure(|| world.run(Duration::from_secs(random.below(30)))),
            kind => {
                let connection = self.any(random);
                if self.connections.get(&connection).is_none_or(|client| client.asked.len() >= IN_FLIGHT_MAX) {
                    return;
                }
                let bytes = self.frame(kind, random, batches);
                self.known.records.clone_from(&self.familiar.records);
                let is_aimed = random.below(2) == 0;
                let change = |request: &mut Request| {
                    if is_aimed {
                        aim::aim(request, &self.known, random);
                    }
                };
                let bytes = requests::limited(bytes, change);
                counts.frames += 1;
                self.last_size = bytes.len();
                self.last = frame::decode_request(&bytes).map_or_else(
                    |_| "bytes".to_owned(),
                    |(_, request)| format!("{request:?}").chars().take(2000).collect(),
                );
                self.note(connection, &bytes, world.now);
                self.measure(|| world.input(Input::Frame { connection, bytes }));
            }
        }
    }

    fn measure(&mut self, what: impl FnOnce()) {
        self.last_memory = allocation_counter::measure(what).bytes_max;
    }

    fn any(&self, random: &mut Random) -> ConnectionId {
        let chosen = usize::try_from(random.below(self.connections.len() as u64)).expect("it is below a length");
        *self.connections.keys().nth(chosen).expect("it is below the length")
    }

    fn frame(&mut self, kind: u64, random: &mut Random, batches: &Batches) -> Bytes {
        self.next_correlation += 1;
        let correlation = self.next_correlation;
        self.next_pair += 1;
        let (key, version) = requests::pair(self.next_pair);
        let size = |random: &mut Random, max: u64| usize::try_from(random.below(max)).expect("it is small");
        let noise = |random: &mut Random, size: usize| -> Vec<u8> {
            (0..size).map(|_| random.next_u64().to_be_bytes()[0]).collect()
        };
        match kind {
            8 => {
                let size = size(random, 200);
                Bytes::from(noise(random, size))
            }
            9 => {
                let mut bytes = requests::head(key.number(), version, key.is_flexible(version), correlation);
                let size = size(random, 100);
                bytes.extend_from_slice(&noise(random, size));
                Bytes::from(bytes)
            }
            10 => {
                // Any key and version, known or not.
                let number = |random: &mut Random| i16::try_from(random.below(100)).expect("it is small") - 2;
                let mut bytes = requests::head(number(random), number(random), false, correlation);
                bytes.extend_from_slice(&[0; 20]);
                Bytes::from(bytes)
            }
            _ => {
                let often =
                    [ApiKey::Produce, ApiKey::JoinGroup, ApiKey::SyncGroup, ApiKey::OffsetCommit, ApiKey::Fetch];
                let key = if kind >= 22 { often[size(random, 5)] } else { key };
                let versions = key.accepted();
                let count = u64::from((versions.end() - versions.start() + 1).unsigned_abs());
                let other = versions.start() + i16::try_from(random.below(count)).expect("it is small");
                let version = if kind >= 22 { other } else { version };
                self.familiar.records = batches.sample(random);
                let familiar = self.familiar.clone();
                let bytes = requests::sensible(random.next_u64(), key, version, correlation, familiar);
                if kind == 11 { bytes.slice(..size(random, bytes.len() as u64)) } else { bytes }
            }
        }
    }

    /// Remembers what is to come back.
    fn note(&mut self, connection: ConnectionId, bytes: &Bytes, now: Timestamp) {
        let Some(client) = self.connections.get_mut(&connection) else { return };
        if client.asked.is_empty() {
            client.since = now;
        }
        let header = frame::decode_request_header(bytes).ok().map(|(header, _)| header);
        let decoded = frame::decode_request(bytes).ok();
        let is_fallback = header.as_ref().is_some_and(|header| {
            header.api_key == ApiKey::ApiVersions.number()
                && !ApiKey::ApiVersions.accepted().contains(&header.api_version)
        });
        let is_silent = matches!(&decoded, Some((_, Request::Produce(request))) if request.acks == 0);
        let group = match &decoded {
            Some((_, Request::JoinGroup(request))) => request.group_id.clone(),
            _ => ByteString::new(),
        };
        client.asked.push_back(Asked {
            group,
            correlation: header.map_or(0, |header| header.correlation_id),
            request: decoded.map(|(header, request)| (request.api_key(), header.api_version)),
            is_silent,
            is_fallback,
        });
    }

    /// Takes what came, compares it with what was asked, and sees whether anything is late.
    pub(super) fn take_answers(&mut self, world: &mut Cluster, counts: &mut Counts) -> Result<(), String> {
        while let Some((connection, bytes)) = world.raw_answer() {
            counts.answers += 1;
            counts.answer_bytes_max = counts.answer_bytes_max.max(bytes.len());
            // The client may have gone in the same step.
            let Some(client) = self.connections.get_mut(&connection) else { continue };
            client.since = world.now;
            let correlation = bytes.get(..4).map(|four| i32::from_be_bytes(four.try_into().unwrap()));
            let asked = loop {
                let asked = client.asked.pop_front().ok_or("an answer that nobody asked for")?;
                if Some(asked.correlation) == correlation {
                    break asked;
                }
                if !asked.is_silent {
                    return Err(format!("answer {correlation:?} comes before {}", asked.correlation));
                }
            };
            let (key, version) = match asked.request {
                Some(request) => request,
                None if asked.is_fallback => (ApiKey::ApiVersions, 0),
                None => return Err("an answer to what cannot be read".to_owned()),
            };
            let answer = frame::decode_response(key, version, &bytes);
            let (_, response) = answer.map_err(|error| format!("the answer to {key} v{version}: {error}"))?;
            *counts.answered.entry((key, version)).or_default() += 1;
            self.learn(&asked.group, &response, counts);
        }
        for (connection, _) in world.take_closed() {
            counts.closed += 1;
            self.connections.remove(&connection);
        }
        for (connection, client) in &mut self.connections {
            // Silent ones are done when the cluster says that the line is empty.
            while client.asked.front().is_some_and(|asked| asked.is_silent) && !world.cluster.is_busy(*connection) {
                client.asked.pop_front();
            }
            let Some(first) = client.asked.front() else { continue };
            let late = Duration::from_millis(u64::try_from(8 * WAIT_MAX_MS).unwrap());
            if world.now.since(client.since) > late {
                let (asked, waited) = (first.request, world.now.since(client.since));
                return Err(format!("{connection:?}: {asked:?} has waited for {waited:?}"));
            }
        }
        Ok(())
    }

    /// What one answer says can be asked about later.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the others teach nothing")]
    fn learn(&mut self, group: &ByteString, response: &Response, counts: &mut Counts) {
        let mut word = |word: &ByteString| {
            let words = &mut self.familiar.words;
            if word.len() < 200 && !words.contains(word) {
                if words.len() >= WORDS.len() + 10 {
                    words.remove(WORDS.len());
                }
                words.push(word.clone());
            }
        };
        match response {
            Response::JoinGroup(answer) if !answer.member_id.is_empty() => {
                counts.members_joined += u64::from(answer.error_code == 0);
                word(&answer.member_id);
                let members = &mut self.known.members;
                members.push((group.clone(), answer.member_id.clone(), answer.generation_id));
                members.drain(..members.len().saturating_sub(6));
            }
            Response::Produce(answer) => {
                let partitions = answer.responses.iter().flat_map(|topic| &topic.partition_responses);
                counts.batches_written += partitions.filter(|partition| partition.error_code == 0).count() as u64;
            }
            Response::Metadata(answer) => {
                for topic in answer.topics.iter().filter(|topic| !topic.topic_id.is_nil()) {
                    let ids = &mut self.known.ids;
                    if !ids.contains(&topic.topic_id) {
                        ids.push(topic.topic_id);
                        ids.drain(..ids.len().saturating_sub(8));
                        self.familiar.ids.clone_from(ids);
                    }
                }
            }
            _ => {}
        }
    }

    pub(super) fn expect_nothing_under_way(&self) -> Result<(), String> {
        for (connection, client) in &self.connections {
            if let Some(asked) = client.asked.front() {
                return Err(format!("{connection:?} still waits for {:?} ({})", asked.request, asked.correlation));
            }
        }
        Ok(())
    }

    pub(super) fn leave(&mut self, world: &mut Cluster) {
        for connection in std::mem::take(&mut self.connections).into_keys() {
            world.input(Input::ConnectionClosed { connection });
        }
    }
}
