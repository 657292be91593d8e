//! Pictures of a real cluster in memory.

use super::{Metadata, MetadataFailure, MetadataOutcome, MetadataSettings};
use crate::carrier::{Address, Carried, Signal};
use crate::kind::{ClientKind, network_settings};
use crate::network::Network;
use crate::testing::{Fate, Fault, Lab, Machine, Way};
use runnel_protocol::messages::create_topics::{CreatableTopic, CreateTopicsRequest};
use runnel_protocol::{ApiKey, ErrorCode, Request, Timestamp};
use std::time::Duration;

/// A client that wants nothing but to know.
struct Curious {
    network: Network,
    metadata: Metadata,
    outcomes: Vec<(Timestamp, MetadataOutcome)>,
}

impl Curious {
    fn new(kind: ClientKind, ports: &[u16]) -> Self {
        let bootstrap = ports.iter().map(|port| Address { host: "localhost".to_owned(), port: *port }).collect();
        Curious {
            network: Network::new(network_settings(kind, "curious", bootstrap), 1),
            metadata: Metadata::new(MetadataSettings::producer(kind), 2),
            outcomes: Vec::new(),
        }
    }
}

impl Machine for Curious {
    fn handle_signal(&mut self, now: Timestamp, signal: Signal) {
        self.network.handle_signal(now, signal);
        while let Some(reply) = self.network.poll_reply() {
            let outcome = self.metadata.handle_reply(now, &mut self.network, &reply);
            self.outcomes.push((now, outcome.expect("nothing else was asked")));
        }
        self.metadata.refresh_if_due(now, &mut self.network);
    }

    fn poll_output(&mut self) -> Option<Carried> {
        self.network.poll_output()
    }

    fn next_wakeup(&self) -> Option<Timestamp> {
        [self.network.next_wakeup(), self.metadata.next_wakeup()].into_iter().flatten().min()
    }
}

fn create(lab: &mut Lab, topic: &str, partitions: i32, replicas: i16) {
    let topic = CreatableTopic {
        name: topic.into(),
        num_partitions: partitions,
        replication_factor: replicas,
        ..Default::default()
    };
    let request = CreateTopicsRequest { topics: vec![topic], timeout_ms: 1000, ..Default::default() };
    lab.ask(1, 4, &Request::CreateTopics(request));
}

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn java_and_librdkafka_ask_at_once_and_again_when_the_picture_is_old() {
    for kind in [ClientKind::Java, ClientKind::Librdkafka] {
        let mut lab = Lab::new(3);
        let mut client = Curious::new(kind, &[9092]);
        lab.run(&mut [&mut client], SECOND);
        assert_eq!(client.metadata.brokers().len(), 3);
        assert_eq!(client.metadata.controller_id(), Some(1));
        assert_eq!(client.outcomes.len(), 1);
        lab.run(&mut [&mut client], Duration::from_secs(298));
        assert_eq!(client.outcomes.len(), 1);
        lab.run(&mut [&mut client], Duration::from_secs(2));
        assert_eq!(client.outcomes.len(), 2);
        assert_eq!(client.outcomes[1].1, MetadataOutcome::Updated { is_changed: false });
    }
}

#[test]
fn a_wanted_topic_is_asked_for_with_its_partitions_and_leaders() {
    let mut lab = Lab::new(3);
    create(&mut lab, "orders", 3, 1);
    for kind in ClientKind::ALL {
        let mut client = Curious::new(kind, &[9093]);
        assert!(client.metadata.want(lab.now, "orders"));
        assert!(client.metadata.is_stale(lab.now));
        lab.run(&mut [&mut client], SECOND);
        assert!(!client.metadata.is_stale(lab.now));
        assert_eq!(client.metadata.partitions_count("orders"), Some(3));
        for partition in 0..3 {
            let leader = client.metadata.leader_of("orders", partition).expect("it has a leader");
            assert!((1..=3).contains(&leader.node_id));
        }
        assert_eq!(client.metadata.leader_of("orders", 3), None);
        let topic_id = client.metadata.topic("orders").unwrap().topic_id;
        // kafkajs's version of Metadata has no identifiers.
        assert_eq!(topic_id.is_nil(), kind == ClientKind::Kafkajs);
        assert_eq!(client.metadata.topic_name(topic_id), (kind != ClientKind::Kafkajs).then_some("orders"));
        assert!(!client.metadata.want(lab.now, "orders"));
    }
}

#[test]
fn java_asks_for_a_new_topic_alone_and_keeps_a_distance() {
    let mut lab = Lab::new(1);
    create(&mut lab, "first", 1, 1);
    create(&mut lab, "second", 1, 1);
    let mut client = Curious::new(ClientKind::Java, &[9092]);
    client.metadata.want(lab.now, "first");
    lab.run(&mut [&mut client], Duration::from_millis(20));
    assert_eq!(client.outcomes.len(), 1);
    client.metadata.want(lab.now, "second");
    lab.run(&mut [&mut client], SECOND);
    assert_eq!(client.outcomes.len(), 2);
    let between = client.outcomes[1].0.since(client.outcomes[0].0);
    assert!(between >= Duration::from_millis(80) && between <= Duration::from_millis(130), "{between:?}");
    assert!(client.metadata.topic("first").is_some(), "what is known stays");
    let newest = lab.seen.last().unwrap();
    let (_, request) = runnel_protocol::frame::decode_request(&newest.bytes).unwrap();
    let Request::Metadata(request) = request else { panic!("Metadata was expected") };
    let names: Vec<_> = request.topics.unwrap().into_iter().map(|topic| topic.name.unwrap().to_string()).collect();
    assert_eq!(names, ["second"]);
    assert!(request.allow_auto_topic_creation);
}

#[test]
fn kafkajs_asks_only_when_it_is_told_to() {
    let mut lab = Lab::new(1);
    let mut client = Curious::new(ClientKind::Kafkajs, &[9092]);
    lab.run(&mut [&mut client], Duration::from_secs(900));
    assert_eq!(lab.apis_of(0), []);
    client.metadata.demand();
    lab.run(&mut [&mut client], SECOND);
    assert_eq!(lab.apis_of(0), [ApiKey::ApiVersions, ApiKey::Metadata]);
    assert!(!client.metadata.is_refreshing());
}

#[test]
fn kafkajs_takes_the_bootstrap_addresses_in_turn_and_gives_up_after_five_more_tries() {
    let mut lab = Lab::new(2);
    lab.isolate(1);
    let mut client = Curious::new(ClientKind::Kafkajs, &[9092, 9093]);
    client.metadata.demand();
    lab.run(&mut [&mut client], SECOND);
    assert_eq!(client.outcomes.len(), 2);
    assert!(matches!(client.outcomes[0].1, MetadataOutcome::Failed { will_retry: true, .. }));
    assert!(matches!(client.outcomes[1].1, MetadataOutcome::Updated { .. }));

    let mut lost = Curious::new(ClientKind::Kafkajs, &[9092]);
    lost.metadata.demand();
    lab.run(&mut [&mut lost], Duration::from_secs(60));
    assert_eq!(lost.outcomes.len(), 6);
    assert!(matches!(lost.outcomes[5].1, MetadataOutcome::Failed { will_retry: false, .. }));
    assert!(!lost.metadata.is_refreshing());
    assert_eq!(lost.next_wakeup(), None);
}

#[test]
fn an_answer_that_is_lost_is_asked_for_again() {
    for kind in [ClientKind::Java, ClientKind::Librdkafka] {
        let mut lab = Lab::new(1);
        let fate = Fate::CutsConnection;
        lab.faults.push(Fault { way: Way::ToClient, api: ApiKey::Metadata, skip_count: 0, fate });
        let mut client = Curious::new(kind, &[9092]);
        lab.run(&mut [&mut client], SECOND);
        assert_eq!(client.outcomes.len(), 2, "{kind}");
        assert!(matches!(client.outcomes[0].1, MetadataOutcome::Failed { will_retry: true, .. }));
        assert_eq!(client.metadata.brokers().len(), 1);
    }
}

#[test]
fn a_dead_broker_is_passed_over_and_bootstrap_comes_back_when_all_are_dead() {
    for kind in ClientKind::ALL {
        let mut lab = Lab::new(3);
        let mut client = Curious::new(kind, &[9092]);
        client.metadata.demand();
        lab.run(&mut [&mut client], SECOND);
        lab.isolate(1);
        lab.run(&mut [&mut client], Duration::from_millis(10));
        client.metadata.demand();
        lab.run(&mut [&mut client], SECOND * 5);
        let (_, outcome) = client.outcomes.last().unwrap();
        assert!(matches!(outcome, MetadataOutcome::Updated { .. }), "{kind}: {outcome:?}");
        lab.isolate(2);
        lab.isolate(3);
        lab.revive(1);
        lab.run(&mut [&mut client], Duration::from_millis(10));
        client.metadata.demand();
        lab.run(&mut [&mut client], SECOND * 5);
        let (_, outcome) = client.outcomes.last().unwrap();
        assert!(matches!(outcome, MetadataOutcome::Updated { .. }), "{kind}: {outcome:?}");
        assert!(!client.metadata.is_refreshing());
    }
}

#[test]
fn a_name_that_no_topic_can_have_is_an_error_in_the_picture_and_kafkajs_throws_all_away() {
    let mut lab = Lab::new(1);
    let mut java = Curious::new(ClientKind::Java, &[9092]);
    java.metadata.want(lab.now, "a/b");
    lab.run(&mut [&mut java], SECOND);
    assert_eq!(java.metadata.topic("a/b").unwrap().error, ErrorCode::InvalidTopicException);

    let mut kafkajs = Curious::new(ClientKind::Kafkajs, &[9092]);
    kafkajs.metadata.want(lab.now, "a/b");
    lab.run(&mut [&mut kafkajs], SECOND);
    let failure = MetadataFailure::Topic(ErrorCode::InvalidTopicException);
    assert_eq!(kafkajs.outcomes[0].1, MetadataOutcome::Failed { failure, will_retry: false });
    assert_eq!(kafkajs.metadata.topic("a/b"), None);
    assert!(kafkajs.metadata.brokers().is_empty());
}

#[test]
fn a_newer_leader_is_believed_and_an_older_one_is_not() {
    let mut lab = Lab::new(2);
    create(&mut lab, "orders", 1, 2);
    let mut client = Curious::new(ClientKind::Java, &[9092]);
    client.metadata.want(lab.now, "orders");
    lab.run(&mut [&mut client], SECOND);
    let leader = client.metadata.leader_of("orders", 0).unwrap();
    let newer = super::Leader { node_id: 3 - leader.node_id, leader_epoch: leader.leader_epoch + 1 };
    assert!(client.metadata.handle_leader("orders", 0, newer));
    assert!(!client.metadata.handle_leader("orders", 0, leader));
    // The broker still tells of the older epoch.
    client.metadata.demand();
    lab.run(&mut [&mut client], SECOND);
    assert_eq!(client.metadata.leader_of("orders", 0), Some(newer));
}
