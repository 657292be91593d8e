//! Every request is answered by its deadline, or its connection is closed; and lines of requests are bounded.

use super::client::{Memory, create};
use super::harness::{Bench, batch, bench, config};
use super::membership::Member;
use super::membership::{find_coordinator, join_request, sync_request};
use super::produce_and_fetch::{fetch_request, produce_request};
use super::sane::sane;
use crate::config::Durability;
use crate::connection::{QUEUED_BYTES_MAX, QUEUED_FRAMES_MAX};
use crate::ids::ConnectionId;
use crate::{Input, MemoryStorage, Random};
use bytes::Bytes;
use expect_test::expect;
use runnel_protocol::ApiKey;
use runnel_protocol::arbitrary::{self, Source};
use std::time::Duration;
use uuid::Uuid;

/// Longer than sixty requests that stand in one line may wait, one after the other.
const LONG_ENOUGH: Duration = Duration::from_secs(60 * 40);

struct Run {
    bench: Memory,
    chance: Random,
    clients: Vec<ConnectionId>,
    topic_id: Uuid,
}

impl Run {
    fn new(seed: u64, durability: Durability) -> Self {
        let settings = crate::ClusterConfig { durability, seed, ..config(1) };
        let mut bench = Bench::open(settings, MemoryStorage::default());
        let client = bench.connect();
        let topic_id = create(&mut bench, client, "orders", 2, &[]);
        find_coordinator(&mut bench, client, "billing");
        let clients = (0..5).map(|_| bench.connect()).collect();
        Run { bench, chance: Random::new(seed), clients, topic_id }
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.chance.below(bound)
    }

    fn step(&mut self) {
        let at = usize::try_from(self.below(5)).unwrap();
        let client = self.clients[at];
        match self.below(12) {
            0 | 1 => self.bench.wait(Duration::from_millis(700)),
            2 => {
                self.bench.input(Input::ConnectionClosed { connection: client });
                self.clients[at] = self.bench.connect();
            }
            3 => self.bench.send(client, 12, fetch_request("orders", 0, 5_000)),
            4 => {
                let offset = i64::try_from(self.below(4)).unwrap();
                self.bench.send(client, 12, fetch_request("orders", offset, 20_000));
            }
            5 => {
                let acks = 1 - i16::try_from(self.below(3)).unwrap();
                self.bench.send(client, 9, produce_request("orders", acks, batch(&["v"])));
            }
            6 | 7 => {
                let instance = format!("desk-{}", self.below(3));
                self.bench.send(client, 5, join_request("billing", "", Some(&instance)));
            }
            8 => {
                let generation = i32::try_from(self.below(6)).unwrap();
                let id = self.bench.cluster.snapshot().groups.first().map(|group| group.leader.clone());
                let member =
                    Member { connection: client, id: id.unwrap_or_default().into(), generation, instance: None };
                self.bench.send(client, 3, sync_request("billing", &member, &[]));
            }
            _ => {
                let keys: Vec<ApiKey> = ApiKey::all().collect();
                let key = keys[usize::try_from(self.below(keys.len() as u64)).unwrap()];
                let versions: Vec<i16> = key.accepted().collect();
                let version = versions[usize::try_from(self.below(versions.len() as u64)).unwrap()];
                self.bench.send(client, version, sane(key, version, self.topic_id));
            }
        }
    }

    fn check_all_answered(&mut self, seed: u64) {
        self.bench.wait(LONG_ENOUGH);
        for client in self.clients.clone() {
            while self.bench.answer(client).is_some() {}
            let silent = self.bench.unanswered(client);
            let is_closed = self.bench.closed.contains_key(&client);
            assert!(is_closed || silent.is_empty(), "seed {seed}: {client:?} still waits for {silent:?}");
            assert!(!self.bench.cluster.is_busy(client));
        }
        assert_eq!(self.bench.cluster.purgatory_size(), 0, "seed {seed}");
    }
}

/// Pitfalls 29 and 41, and every other wait: a property over many runs.
#[test]
fn every_request_is_answered_by_its_deadline_or_its_connection_is_closed() {
    for seed in 0..60 {
        let mut run = Run::new(seed, Durability::Interval);
        (0..60).for_each(|_| run.step());
        run.check_all_answered(seed);
    }
}

/// The same while a disk is slow: it answers only now and then, and at last not at all.
#[test]
fn a_disk_that_never_answers_keeps_nobody_waiting_for_ever() {
    for seed in 0..20 {
        let mut run = Run::new(seed, Durability::Always);
        run.bench.flush_at_once = false;
        for step in 0..60 {
            run.step();
            if step % 7 == 0
                && step < 30
                && let Some((id, _)) = run.bench.flushes.pop_front()
            {
                run.bench.input(Input::Flushed { id, outcome: Ok(()) });
            }
        }
        run.check_all_answered(seed);
    }
}

/// Pitfall 75: requests that are right in form and senseless in content, of every kind and version.
#[test]
fn senseless_requests_are_answered_or_end_their_connection() {
    let rows: Vec<&arbitrary::Row> = arbitrary::MESSAGES.iter().filter(|row| row.name.ends_with("Request")).collect();
    assert_eq!(rows.len(), ApiKey::all().count());
    let mut source = Source::new(1);
    let mut run = Run::new(1, Durability::Interval);
    let mut correlation = 0_i32;
    for _ in 0..15 {
        for row in &rows {
            let key = ApiKey::all().find(|key| *row.name == format!("{}Request", key.name())).expect("a row is a kind");
            for version in row.versions() {
                let client = run.bench.connect();
                let body = (row.random)(&mut source, version).expect("it can be said");
                correlation += 1;
                let mut frame = Vec::new();
                frame.extend(key.number().to_be_bytes());
                frame.extend(version.to_be_bytes());
                frame.extend(correlation.to_be_bytes());
                frame.extend([0, 1, b'x']);
                frame.extend((key.request_header_version(version) == 2).then_some(0));
                frame.extend(&body[..]);
                run.bench.send_raw(client, frame);
                let outcome = (run.bench.raw_answer(client).is_some(), run.bench.closed.contains_key(&client));
                let waits = run.bench.cluster.is_busy(client);
                let is_silent = key == ApiKey::Produce && outcome == (false, false) && !waits;
                assert!(is_silent || outcome.0 || outcome.1 || waits, "{key} v{version}: {body:02x?}");
            }
        }
    }
    // Some ask to wait for weeks: the clock jumps there.
    run.bench.now = run.bench.now + Duration::from_secs(30 * 24 * 3_600);
    (0..3).for_each(|_| run.bench.input(Input::Timer));
    assert_eq!(run.bench.cluster.purgatory_size(), 0);
}

fn waiting_client() -> (Memory, ConnectionId) {
    let mut bench = bench();
    let client = bench.connect();
    create(&mut bench, client, "orders", 1, &[]);
    bench.send(client, 12, fetch_request("orders", 0, 60_000));
    (bench, client)
}

#[test]
fn a_line_of_too_many_requests_ends_the_connection() {
    let (mut bench, client) = waiting_client();
    let other = bench.connect();
    for _ in 0..QUEUED_FRAMES_MAX {
        bench.send_raw(client, vec![0, 18, 0, 0, 0, 0, 0, 1, 0xff, 0xff]);
    }
    assert!(bench.closed.is_empty());
    bench.send_raw(client, vec![0, 18, 0, 0, 0, 0, 0, 1, 0xff, 0xff]);
    expect!["1000 requests (10000 bytes) wait on this connection, more than are kept"]
        .assert_eq(&bench.closed[&client]);
    assert_eq!(bench.cluster.purgatory_size(), 0, "what it waited for is forgotten");
    bench.send_raw(other, vec![0, 18, 0, 0, 0, 0, 0, 1, 0xff, 0xff]);
    assert!(bench.raw_answer(other).is_some(), "others are unharmed");
}

#[test]
fn a_line_of_too_many_bytes_ends_the_connection() {
    let (mut bench, client) = waiting_client();
    let large = Bytes::from(vec![0; QUEUED_BYTES_MAX / 4]);
    for _ in 0..4 {
        bench.send_raw(client, large.clone());
    }
    assert!(bench.closed.is_empty());
    bench.send_raw(client, vec![0]);
    assert!(bench.closed[&client].contains("4 requests (268435456 bytes)"), "{}", bench.closed[&client]);
}
