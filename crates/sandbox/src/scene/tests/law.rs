//! Random lives of a cluster, each step compared with what a newcomer sees.

use super::bench::Bench;
use super::drive::{
    Player, commit, configure, create, delete, delete_group, delete_records, fetch, grow, heartbeat, join, leave,
    listen, player, produce, sync,
};
use runnel_broker::{BrokerId, BrokerState, ConnectionId, Event, Input};
use runnel_protocol::Random;
use std::collections::BTreeSet;
use std::time::Duration;

const TOPICS: [&str; 3] = ["orders", "payments", "audit"];
const GROUPS: [&str; 2] = ["billing", "shipping"];

/// The name of an event, as JSON has it.
fn kind_of(event: &Event) -> String {
    serde_json::to_value(event).unwrap()["kind"].as_str().unwrap().to_owned()
}

struct Life {
    bench: Bench,
    random: Random,
    clients: Vec<ConnectionId>,
    players: Vec<Player>,
    names: u32,
}

impl Life {
    fn new(seed: u64) -> Self {
        Life::of(seed, 1)
    }

    fn of(seed: u64, brokers: i32) -> Self {
        let mut bench = Bench::new(brokers);
        let clients = vec![bench.connect("checkout"), bench.connect("shop")];
        let segments = [("internal.segment.bytes", "600"), ("retention.bytes", "4000")];
        create(&mut bench, clients[0], "orders", 3, &segments);
        create(&mut bench, clients[0], "payments", 2, &[("retention.ms", "60000")]);
        Life { bench, random: Random::new(seed), clients, players: Vec::new(), names: 0 }
    }

    fn below(&mut self, count: usize) -> usize {
        usize::try_from(self.random.below(u64::try_from(count).unwrap())).unwrap()
    }

    fn step(&mut self) {
        let at = self.below(2);
        let client = self.clients[at];
        let topic = TOPICS[self.below(3)];
        let partition = i32::try_from(self.below(3)).unwrap();
        match self.below(20) {
            0..=5 => self.produce(client, topic, partition),
            6 => fetch(&mut self.bench, client, topic, partition, 0, 0),
            7 => {
                let reader = self.bench.connect("reader");
                fetch(&mut self.bench, reader, topic, partition, 1_000, 3_000);
                self.bench.wait(Duration::from_secs(1));
                self.bench.disconnect(reader);
            }
            8 => {
                let millis = self.random.below(4_000);
                self.bench.wait(Duration::from_millis(millis));
            }
            9 if self.below(3) == 0 => {
                let end = self.bench.scene.cluster.lane(topic, partition).map_or(0, |lane| lane.high_watermark);
                delete_records(&mut self.bench, client, topic, partition, end / 2);
            }
            10 if self.below(6) == 0 => self.remake(client, topic),
            11 if self.below(4) == 0 => {
                let value = (self.below(2) == 0).then_some("5000");
                configure(&mut self.bench, client, topic, "retention.bytes", value);
            }
            12 if self.below(20) == 0 => self.bench.wait(Duration::from_secs(400)),
            13..=15 => self.newcomer(),
            _ => self.play(topic, partition),
        }
    }

    fn produce(&mut self, client: ConnectionId, topic: &str, partition: i32) {
        let count = 1 + self.below(4);
        let keys = [
            "user1",
            "user2",
            "",
            "\u{e9}t\u{e9}",
            "a key that is longer than what an event tells of it, by far: 123456789",
        ];
        let chosen: Vec<&str> = (0..count).map(|_| keys[self.below(keys.len())]).collect();
        let value = "x".repeat(1 + self.below(90));
        let records: Vec<_> = chosen
            .iter()
            .enumerate()
            .map(|(at, key)| ((!key.is_empty()).then_some(*key), (at != 2).then_some(value.as_str())))
            .collect();
        produce(&mut self.bench, client, topic, partition, &records);
    }

    fn remake(&mut self, client: ConnectionId, topic: &str) {
        let partitions = self.bench.scene.cluster.topics.get(topic).map(|topic| topic.lanes.len());
        match partitions {
            Some(partitions) if partitions < 5 && self.below(2) == 0 => {
                grow(&mut self.bench, client, topic, i32::try_from(partitions).unwrap() + 1);
            }
            Some(_) => delete(&mut self.bench, client, topic),
            None => create(&mut self.bench, client, topic, 2, &[]),
        }
        let group = GROUPS[self.below(2)];
        delete_group(&mut self.bench, client, group);
    }

    fn newcomer(&mut self) {
        if self.players.len() >= 5 {
            return;
        }
        self.names += 1;
        let group = GROUPS[self.below(2)];
        let is_static = self.below(3) == 0;
        let name = format!("consumer-{}", self.names % 7);
        let instance_id = format!("desk-{}", self.below(3));
        let mut newcomer = player(&mut self.bench, &name, group, is_static.then_some(instance_id.as_str()));
        join(&mut self.bench, &mut newcomer, &["orders"]);
        self.players.push(newcomer);
    }

    fn play(&mut self, topic: &str, partition: i32) {
        if self.players.is_empty() {
            return;
        }
        let at = self.below(self.players.len());
        let mut one = self.players.swap_remove(at);
        listen(&mut self.bench, &mut one);
        match self.below(10) {
            0..=2 => {
                // REBALANCE_IN_PROGRESS: it joins again.
                if heartbeat(&mut self.bench, &one) == 27 {
                    join(&mut self.bench, &mut one, &["orders", "payments"]);
                }
            }
            3..=5 => sync(&mut self.bench, &mut one, "orders", 3),
            6 => {
                let end = self.bench.scene.cluster.lane(topic, partition).map_or(0, |lane| lane.high_watermark);
                commit(&mut self.bench, &one, topic, partition, end / 2);
            }
            7 => join(&mut self.bench, &mut one, &["orders"]),
            8 => {
                leave(&mut self.bench, &one);
                return self.bench.disconnect(one.connection);
            }
            // It crashes.
            _ => return self.bench.disconnect(one.connection),
        }
        self.players.push(one);
    }
}

#[test]
fn brokers_that_crash_stop_and_come_back_are_folded_too() {
    let mut kinds = BTreeSet::new();
    for seed in 1..=4 {
        let mut life = Life::of(seed, 3);
        for step in 0..60 {
            let broker = BrokerId(1 + i32::try_from(life.below(3)).unwrap());
            match life.below(12) {
                0 => life.bench.input(Input::BrokerStopped { broker, clean: false }),
                1 => life.bench.input(Input::BrokerStopped { broker, clean: true }),
                2 | 3 => life.bench.input(Input::BrokerStarted { broker }),
                5 if step % 3 == 0 => life.bench.add_broker(),
                4 => life.bench.wait(Duration::from_secs(10)),
                _ if life.bench.scene.cluster.brokers[&1].state == BrokerState::Up && step % 2 == 0 => {
                    let client = life.bench.connect("visitor");
                    let lanes = &life.bench.scene.cluster.topics["orders"].lanes;
                    let led = lanes.iter().find(|lane| lane.leader == 1).map_or(0, |lane| lane.partition);
                    produce(&mut life.bench, client, "orders", led, &[(Some("user1"), Some("hi"))]);
                }
                _ => life.bench.wait(Duration::from_millis(300)),
            }
        }
        kinds.extend(life.bench.events.iter().map(kind_of));
    }
    for wanted in
        ["broker_added", "broker_stopped", "broker_fenced", "broker_started", "leader_changed", "partition_online"]
    {
        assert!(kinds.contains(wanted), "{wanted} has happened; only {kinds:?} have");
    }
}

#[test]
fn compaction_is_folded_too() {
    let mut life = Life::new(1);
    let client = life.clients[0];
    let configs = [
        ("cleanup.policy", "compact"),
        ("internal.segment.bytes", "300"),
        ("min.cleanable.dirty.ratio", "0.01"),
        ("delete.retention.ms", "1000"),
    ];
    create(&mut life.bench, client, "state", 1, &configs);
    for round in 0..60 {
        let key = format!("user{}", round % 3);
        let value = (round % 7 != 0).then_some("a value of some size");
        produce(&mut life.bench, client, "state", 0, &[(Some(&key), value)]);
        life.bench.wait(Duration::from_secs(5));
    }
    let lane = life.bench.scene.cluster.lane("state", 0).unwrap();
    assert!(lane.records.len() < 30, "{} of 60 records are left", lane.records.len());
    let slots = life.bench.scene.row("state", 0).slots;
    assert!(slots.len() <= life.bench.scene.stage.cells_max);
}

#[test]
fn a_batch_of_more_records_than_are_told_is_folded_too() {
    let mut life = Life::new(1);
    let client = life.clients[0];
    for count in [150, 3, 130] {
        let records: Vec<_> = (0..count).map(|_| (Some("user1"), Some("hi"))).collect();
        produce(&mut life.bench, client, "payments", 0, &records);
    }
    let lane = life.bench.scene.cluster.lane("payments", 0).unwrap();
    assert_eq!((lane.log_end_offset, lane.records.len()), (283, 120));
}

#[test]
fn a_long_log_that_begins_further_on_is_folded_too() {
    let mut life = Life::new(1);
    let client = life.clients[0];
    create(&mut life.bench, client, "long", 1, &[("internal.segment.bytes", "1200"), ("retention.ms", "60000")]);
    for round in 0..40 {
        let key = format!("user{round}");
        let records: Vec<_> = (0..10).map(|_| (Some(key.as_str()), Some("hi there"))).collect();
        produce(&mut life.bench, client, "long", 0, &records);
    }
    // The middle of the log, of which nothing was shown, comes to its beginning.
    for offset in [5, 50, 55, 199, 310] {
        delete_records(&mut life.bench, client, "long", 0, offset);
        let lane = life.bench.scene.cluster.lane("long", 0).unwrap();
        let shown = usize::try_from(lane.log_end_offset - offset).unwrap().min(120);
        assert_eq!((lane.records.keys().next(), lane.records.len()), (Some(&offset), shown));
        produce(&mut life.bench, client, "long", 0, &[(None, Some("one more"))]);
    }
    life.bench.wait(Duration::from_secs(600));
    assert!(life.bench.scene.cluster.lane("long", 0).unwrap().records.is_empty());
}

#[test]
fn the_scene_is_a_fold_of_the_snapshot_and_the_events_after_it() {
    let mut kinds = BTreeSet::new();
    for seed in 1..=12 {
        let mut life = Life::new(seed);
        for step in 0..150 {
            let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| life.step()));
            assert!(outcome.is_ok(), "seed {seed} step {step}: see above");
        }
        kinds.extend(life.bench.scene.seen.causes.all().map(|cause| cause.kind));
    }
    for wanted in ["segment_removed", "member_replaced", "rebalance_started", "topic_deleted", "offsets_committed"] {
        assert!(kinds.contains(wanted), "{wanted} has happened; only {kinds:?} have");
    }
}
