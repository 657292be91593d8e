//! The metadata log tells of brokers in Kafka's records, in its order: compared with what Kafka's dump-log prints of the
//! log of an Apache Kafka 4.3.0 whose broker 2 went through the same.

use super::harness::{Bench, batch, config};
use super::produce_and_fetch::produce;
use crate::ids::BrokerId;
use crate::{Input, MemoryStorage, Storage};
use expect_test::{Expect, expect};
use runnel_protocol::kinds::MetadataRecord;
use runnel_protocol::messages::create_topics::CreateTopicsResponse;
use runnel_protocol::messages::create_topics::{CreatableReplicaAssignment, CreatableTopic, CreateTopicsRequest};
use runnel_protocol::records;
use std::time::Duration;

fn told(storage: &MemoryStorage) -> Vec<String> {
    let log = storage.load("broker-1/__cluster_metadata-0/00000000000000000000.log").unwrap().unwrap();
    let mut lines = Vec::new();
    for (_, range) in records::split(&log).map(Result::unwrap) {
        for record in records::iterate(&log.slice(range), 1 << 20).unwrap() {
            #[expect(clippy::wildcard_enum_match_arm, reason = "other records are named only")]
            lines.push(match MetadataRecord::decode(&record.unwrap().value.unwrap()).unwrap() {
                MetadataRecord::PartitionChange(change) => {
                    let mut line = format!("PartitionChange {}", change.partition_id);
                    for (name, list) in [
                        ("isr", &change.isr),
                        ("elr", &change.eligible_leader_replicas),
                        ("last", &change.last_known_elr),
                    ] {
                        if let Some(list) = list {
                            line += &format!(" {name}={list:?}");
                        }
                    }
                    if change.leader != -2 {
                        line += &format!(" leader={}", change.leader);
                    }
                    if change.leader_recovery_state != -1 {
                        line += &format!(" recovery={}", change.leader_recovery_state);
                    }
                    line
                }
                MetadataRecord::BrokerRegistrationChange(change) => format!(
                    "BrokerRegistrationChange {} fenced={} shutdown={}",
                    change.broker_id, change.fenced, change.in_controlled_shutdown
                ),
                MetadataRecord::RegisterBroker(register) => {
                    format!("RegisterBroker {} fenced={}", register.broker_id, register.fenced)
                }
                other => format!("{other:?}").split('(').next().unwrap_or_default().to_owned(),
            });
        }
    }
    lines
}

#[track_caller]
fn check(bench: &Bench<MemoryStorage>, from: &mut usize, expected: Expect) {
    let lines = told(bench.cluster.storage());
    expected.assert_eq(&(lines[*from..].join("\n") + "\n"));
    *from = lines.len();
}

#[test]
fn a_brokers_absence_is_told_as_kafka_tells_it() {
    let mut bench = Bench::open(config(2), MemoryStorage::default());
    let client = bench.connect();
    let assignments = vec![CreatableReplicaAssignment { partition_index: 0, broker_ids: vec![2] }];
    let topic = CreatableTopic {
        name: "orders".into(),
        num_partitions: -1,
        replication_factor: -1,
        assignments,
        ..Default::default()
    };
    let request = CreateTopicsRequest { topics: vec![topic], ..Default::default() };
    let _: CreateTopicsResponse = bench.ask(client, 7, request);
    let at_two = bench.connect_to(2);
    produce(&mut bench, at_two, "orders", batch(&["a"])).unwrap();
    let mut from = told(bench.cluster.storage()).len();

    let stopped = |clean| Input::BrokerStopped { broker: BrokerId(2), clean };
    let started = || Input::BrokerStarted { broker: BrokerId(2) };
    bench.input(stopped(false));
    bench.wait(Duration::from_secs(9));
    check(
        &bench,
        &mut from,
        expect![[r#"
        PartitionChange 0 isr=[] elr=[2] last=[2] leader=-1
        BrokerRegistrationChange 2 fenced=1 shutdown=0
    "#]],
    );
    bench.input(started());
    bench.wait(Duration::ZERO);
    check(
        &bench,
        &mut from,
        expect![[r#"
        PartitionChange 0 elr=[]
        RegisterBroker 2 fenced=true
        BrokerRegistrationChange 2 fenced=-1 shutdown=0
        PartitionChange 0 isr=[2] last=[] leader=2 recovery=1
    "#]],
    );
    bench.input(stopped(true));
    check(
        &bench,
        &mut from,
        expect![[r#"
        BrokerRegistrationChange 2 fenced=0 shutdown=1
        PartitionChange 0 isr=[] elr=[2] last=[2] leader=-1
        BrokerRegistrationChange 2 fenced=1 shutdown=0
    "#]],
    );
    bench.input(started());
    bench.wait(Duration::ZERO);
    check(
        &bench,
        &mut from,
        expect![[r#"
        RegisterBroker 2 fenced=true
        BrokerRegistrationChange 2 fenced=-1 shutdown=0
        PartitionChange 0 isr=[2] elr=[] last=[] leader=2
    "#]],
    );
}

#[test]
fn a_start_after_a_clean_stop_adds_nothing() {
    let mut bench = Bench::open(config(2), MemoryStorage::default());
    let client = bench.connect();
    super::produce_and_fetch::make_topic(&mut bench, client, "orders");
    let mut cluster = bench.cluster;
    let before = told(cluster.storage());
    cluster.close(bench.now).unwrap();
    cluster.mark_clean(bench.now).unwrap();
    let bench = Bench::open_at(config(2), cluster.storage().clone(), bench.now);
    assert_eq!(told(bench.cluster.storage()), before);
}
