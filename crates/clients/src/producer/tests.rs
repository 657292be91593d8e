//! Producers of all kinds against a whole cluster in memory.

mod batches;
mod idempotent;
mod kafkajs;
mod sending;
mod settings;

use super::{Producer, ProducerRecord, ProducerSettings, RecordPlace, SendFailure, SendId};
use crate::carrier::{Address, Carried, Signal};
use crate::kind::ClientKind;
use crate::testing::{Fate, Fault, Lab, Machine, Way};
use runnel_protocol::messages::create_topics::{CreatableTopic, CreatableTopicConfig, CreateTopicsRequest};
use runnel_protocol::{ApiKey, Request, Response, Timestamp};
use std::time::Duration;

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

const SECOND: Duration = Duration::from_secs(1);

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn settings(kind: ClientKind, set: &[(&str, &str)]) -> ProducerSettings {
    let bootstrap = vec![Address { host: "localhost".to_owned(), port: 9092 }];
    let mut settings = ProducerSettings::of(kind).named("checkout", bootstrap);
    for (name, value) in set {
        settings.set(name, value).unwrap();
    }
    settings.check().unwrap();
    settings
}

fn producer(kind: ClientKind, set: &[(&str, &str)]) -> Producer {
    Producer::new(settings(kind, set), 1)
}

fn create(lab: &mut Lab, topic: &str, partitions: i32, replicas: i16, configs: &[(&str, &str)]) {
    let config =
        |(name, value): &(&str, &str)| CreatableTopicConfig { name: (*name).into(), value: Some((*value).into()) };
    let topic = CreatableTopic {
        name: topic.into(),
        num_partitions: partitions,
        replication_factor: replicas,
        configs: configs.iter().map(config).collect(),
        ..Default::default()
    };
    let request = CreateTopicsRequest { topics: vec![topic], timeout_ms: 1000, ..Default::default() };
    let Response::CreateTopics(response) = lab.ask(1, 5, &Request::CreateTopics(request)) else { unreachable!() };
    assert_eq!(response.topics[0].error_code, 0, "{:?}", response.topics[0].error_message);
}

fn fault(way: Way, api: ApiKey, skip_count: u32, fate: Fate) -> Fault {
    Fault { way, api, skip_count, fate }
}

type Outcome = (SendId, Result<RecordPlace, SendFailure>);

fn outcomes(producer: &mut Producer) -> Vec<Outcome> {
    std::iter::from_fn(|| producer.poll_outcome()).collect()
}

/// Sends values one by one, without time between them.
fn send_values(lab: &Lab, producer: &mut Producer, topic: &str, values: &[&str]) {
    for value in values {
        producer.send(lab.now, ProducerRecord::new(topic, value.to_string()));
    }
}

/// The offsets told, in the order of the sends.
#[track_caller]
fn offsets(producer: &mut Producer) -> Vec<i64> {
    let mut told = outcomes(producer);
    told.sort_by_key(|(id, _)| *id);
    told.into_iter()
        .map(|(id, outcome)| outcome.unwrap_or_else(|error| panic!("{id:?}: {error}")).offset.unwrap())
        .collect()
}

/// Events of a kind, as JSON.
fn events(producer: &mut Producer, kind: &str) -> Vec<serde_json::Value> {
    let all = std::iter::from_fn(|| producer.poll_event());
    all.map(|event| serde_json::to_value(&event).unwrap()).filter(|event| event["kind"] == kind).collect()
}
