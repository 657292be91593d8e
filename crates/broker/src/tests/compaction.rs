//! A compacted topic forgets what newer records of the same key have replaced.

use super::harness::{bench, keyed_batch};
use super::produce_and_fetch::{fetch_request, produce, values};
use crate::event::EventKind;
use runnel_protocol::messages::create_topics::{
    CreatableTopic, CreatableTopicConfig, CreateTopicsRequest, CreateTopicsResponse,
};
use runnel_protocol::messages::fetch::FetchResponse;
use std::time::Duration;

#[test]
fn only_the_newest_record_of_each_key_is_left_after_a_while() {
    let mut bench = bench();
    let client = bench.connect();
    let config = |name: &str, value: &str| CreatableTopicConfig { name: name.into(), value: Some(value.into()) };
    let configs = vec![
        config("cleanup.policy", "compact"),
        config("internal.segment.bytes", "300"),
        config("min.cleanable.dirty.ratio", "0.01"),
    ];
    let topic = CreatableTopic {
        name: "state".into(),
        num_partitions: 1,
        replication_factor: 1,
        configs,
        ..Default::default()
    };
    let made: CreateTopicsResponse =
        bench.ask(client, 7, CreateTopicsRequest { topics: vec![topic], ..Default::default() });
    assert_eq!(made.topics[0].error_code, 0, "{:?}", made.topics[0].error_message);
    for round in 0..20 {
        let value = format!("round {round}");
        produce(&mut bench, client, "state", keyed_batch(&[("user1", &value), ("user2", &value)])).unwrap();
    }
    bench.events();
    bench.wait(Duration::from_secs(60));
    let compacted = bench
        .events()
        .into_iter()
        .any(|event| matches!(event.kind, EventKind::LogCompacted { ref topic, .. } if topic == "state"));
    assert!(compacted);
    let response: FetchResponse = bench.ask(client, 11, fetch_request("state", 0, 0));
    let left = values(&response).unwrap();
    assert!(left.len() < 20, "{left:?}");
    let later: FetchResponse = bench.ask(client, 11, fetch_request("state", 38, 0));
    assert_eq!(values(&later).unwrap(), ["38:round 19", "39:round 19"], "offsets never change");
}
