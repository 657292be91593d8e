//! Brokers that join a cluster while it runs.

use super::brokers::{metadata, placed, start, stop, two};
use super::client::{code, create};
use super::harness::{Bench, batch, config};
use super::produce_and_fetch::produce_request;
use crate::event::EventKind;
use crate::ids::BrokerId;
use crate::{BrokerState, Input};
use runnel_protocol::ErrorCode;
use runnel_protocol::messages::produce::ProduceResponse;
use std::time::Duration;

/// The third broker of a cluster, with the address that it would have had from the start.
fn third() -> Input {
    let broker = config(3).brokers.pop().expect("there are three");
    Input::BrokerAdded { broker }
}

#[test]
fn a_broker_that_joins_leads_new_partitions_and_none_of_the_old() {
    let (mut bench, client) = two();
    let endpoints = config(3).brokers[2].endpoints.clone();
    bench.events();
    bench.input(third());
    assert_eq!(bench.cluster.broker_state(BrokerId(3)), Some(BrokerState::Starting));
    bench.wait(Duration::ZERO);
    assert!(bench.cluster.is_listening(BrokerId(3)));
    let told: Vec<EventKind> =
        bench.events().into_iter().filter(|event| event.broker == BrokerId(3)).map(|event| event.kind).collect();
    let wanted = [
        EventKind::BrokerAdded { endpoints },
        EventKind::BrokerStarting { partitions: 0 },
        EventKind::BrokerStarted { partitions: 0 },
    ];
    assert_eq!(told, wanted);
    assert_eq!(metadata(&mut bench, client, "orders"), "[1, 2, 3] (0, 2, 0, [2], []) (0, 1, 0, [1], [])");

    assert_eq!(placed(&mut bench, client, "payments", &[3]).0, ErrorCode::None);
    create(&mut bench, client, "audit", 3, &[]);
    let leaders = metadata(&mut bench, client, "audit");
    assert!(leaders.contains("(0, 3, 0, [3], [])"), "the third broker is among those that take new ones: {leaders}");
    let visitor = bench.connect_to(3);
    let request = produce_request("payments", -1, batch(&["x"]));
    let produced: ProduceResponse = bench.ask(visitor, 8, request);
    assert_eq!(code(produced.responses[0].partition_responses[0].error_code), ErrorCode::None);
}

#[test]
fn a_broker_that_joined_crashes_and_comes_back_like_any_other() {
    let (mut bench, client) = two();
    bench.input(third());
    bench.wait(Duration::ZERO);
    placed(&mut bench, client, "payments", &[3]);
    stop(&mut bench, 3, false);
    bench.wait(Duration::from_secs(10));
    assert_eq!(metadata(&mut bench, client, "payments"), "[1, 2] (5, -1, 1, [], [3])");
    start(&mut bench, 3);
    assert_eq!(metadata(&mut bench, client, "payments"), "[1, 2, 3] (0, 3, 2, [3], [])");
}

#[test]
fn a_cluster_that_grew_opens_with_all_its_brokers_and_not_without_them() {
    let (mut bench, client) = two();
    bench.input(third());
    bench.wait(Duration::ZERO);
    placed(&mut bench, client, "payments", &[3]);
    // A second time, it changes nothing.
    bench.input(third());
    assert_eq!(bench.cluster.poll_log().as_deref(), Some("there is a broker 3 already"));
    let (now, storage) = (bench.now, bench.cluster.storage().clone());
    let refused = crate::Cluster::open(config(2), storage.clone(), now).map(|_| ()).unwrap_err().to_string();
    assert!(refused.contains("broker 3 would be missing"), "{refused}");
    let mut bench = Bench::open_at(config(3), storage, now);
    let client = bench.connect();
    // The process did not stop cleanly, so the leader leads in a new epoch.
    assert_eq!(metadata(&mut bench, client, "payments"), "[1, 2, 3] (0, 3, 1, [3], [])");
}
