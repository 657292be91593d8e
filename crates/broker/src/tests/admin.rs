//! Topics are made, grow and go. Codes and messages are those of a broker of 4.3.0.

use super::client::{Memory, create};
use super::harness::{Bench, bench, config};
use crate::MemoryStorage;
use crate::ids::ConnectionId;
use expect_test::{Expect, expect};
use runnel_protocol::ErrorCode;
use runnel_protocol::messages::create_partitions::{
    CreatePartitionsAssignment, CreatePartitionsRequest, CreatePartitionsResponse, CreatePartitionsTopic,
};
use runnel_protocol::messages::create_topics::{
    CreatableReplicaAssignment, CreatableTopic, CreatableTopicConfig, CreateTopicsRequest, CreateTopicsResponse,
};
use runnel_protocol::messages::delete_topics::{DeleteTopicState, DeleteTopicsRequest, DeleteTopicsResponse};
use runnel_protocol::messages::metadata::{MetadataRequest, MetadataRequestTopic, MetadataResponse};
use std::fmt::Write as _;
use uuid::Uuid;

fn topic(name: &str, num_partitions: i32, replication_factor: i16) -> CreatableTopic {
    CreatableTopic { name: name.into(), num_partitions, replication_factor, ..Default::default() }
}

fn placed(name: &str, num_partitions: i32, replication_factor: i16, places: &[(i32, &[i32])]) -> CreatableTopic {
    let assignments = places.iter().map(|(partition_index, brokers)| CreatableReplicaAssignment {
        partition_index: *partition_index,
        broker_ids: brokers.to_vec(),
    });
    CreatableTopic { assignments: assignments.collect(), ..topic(name, num_partitions, replication_factor) }
}

fn configured(name: &str, configs: &[(&str, Option<&str>)]) -> CreatableTopic {
    let configs =
        configs.iter().map(|(name, value)| CreatableTopicConfig { name: (*name).into(), value: value.map(Into::into) });
    CreatableTopic { configs: configs.collect(), ..topic(name, 1, 1) }
}

fn ask(bench: &mut Memory, client: ConnectionId, version: i16, topics: Vec<CreatableTopic>) -> String {
    let request = CreateTopicsRequest { topics, ..Default::default() };
    let response: CreateTopicsResponse = bench.ask(client, version, request);
    let mut text = String::new();
    for topic in response.topics {
        let code = ErrorCode::from_number(topic.error_code).unwrap();
        let counts = (topic.num_partitions, topic.replication_factor);
        let message = topic.error_message.as_deref().unwrap_or("(null)");
        let _ = writeln!(text, "{} {code} {counts:?} {message}", topic.name);
    }
    text
}

#[track_caller]
fn check(topics: Vec<CreatableTopic>, expected: Expect) {
    let mut bench = bench();
    let client = bench.connect();
    create(&mut bench, client, "old", 1, &[]);
    create(&mut bench, client, "with.period", 1, &[]);
    expected.assert_eq(&ask(&mut bench, client, 7, topics));
}

/// Pitfall 57: counts.
#[test]
fn a_topics_counts_are_checked() {
    check(
        vec![topic("a", -1, -1), topic("b", 3, 1), topic("old", 1, 1)],
        expect![[r#"
        a NONE (1, 1) (null)
        b NONE (3, 1) (null)
        old TOPIC_ALREADY_EXISTS (-1, -1) Topic 'old' already exists.
    "#]],
    );
    check(
        vec![topic("a", 0, 1), topic("b", -2, 1), topic("c", 1, 0), topic("d", 1, -2), topic("e", 1, 3)],
        expect![[r#"
        a INVALID_PARTITIONS (-1, -1) Number of partitions was set to an invalid non-positive value.
        b INVALID_PARTITIONS (-1, -1) Number of partitions was set to an invalid non-positive value.
        c INVALID_REPLICATION_FACTOR (-1, -1) Replication factor must be larger than 0, or -1 to use the default value.
        d INVALID_REPLICATION_FACTOR (-1, -1) Replication factor must be larger than 0, or -1 to use the default value.
        e INVALID_REPLICATION_FACTOR (-1, -1) Unable to replicate the partition 3 time(s): The target replication factor of 3 cannot be reached because only 1 broker(s) are registered or some brokers have all their log directories cordoned.
    "#]],
    );
}

/// Pitfall 57: chosen brokers.
#[test]
fn a_topics_places_are_checked() {
    check(
        vec![
            placed("fine", -1, -1, &[(0, &[1]), (1, &[1])]),
            placed("counted", 2, -1, &[(0, &[1])]),
            placed("factored", -1, 1, &[(0, &[1])]),
            placed("gap", -1, -1, &[(0, &[1]), (2, &[1])]),
            placed("twice", -1, -1, &[(0, &[1]), (0, &[1])]),
            placed("unknown", -1, -1, &[(0, &[9])]),
            placed("nobody", -1, -1, &[(0, &[])]),
            placed("same", -1, -1, &[(0, &[1, 1])]),
        ],
        expect![[r#"
            fine NONE (2, 1) (null)
            counted INVALID_REQUEST (-1, -1) A manual partition assignment was specified, but numPartitions was not set to -1.
            factored INVALID_REQUEST (-1, -1) A manual partition assignment was specified, but replication factor was not set to -1.
            gap INVALID_REPLICA_ASSIGNMENT (-1, -1) partitions should be a consecutive 0-based integer sequence
            twice INVALID_REPLICA_ASSIGNMENT (-1, -1) Found multiple manual partition assignments for partition 0
            unknown INVALID_REPLICA_ASSIGNMENT (-1, -1) The manual partition assignment includes broker 9, but no such broker is registered.
            nobody INVALID_REPLICA_ASSIGNMENT (-1, -1) The manual partition assignment includes an empty replica list.
            same INVALID_REPLICA_ASSIGNMENT (-1, -1) The manual partition assignment includes the broker 1 more than once.
        "#]],
    );
}

/// Pitfall 57: names.
#[test]
fn a_topics_name_is_checked() {
    let long = "x".repeat(250);
    let names = ["", ".", "..", "a b", "ü", "a/b", &long, "with_period", "old"];
    check(
        names.iter().map(|name| topic(name, 1, 1)).collect(),
        expect![[r#"
         INVALID_TOPIC_EXCEPTION (-1, -1) Topic name is invalid: the empty string is not allowed
        . INVALID_TOPIC_EXCEPTION (-1, -1) Topic name is invalid: '.' is not allowed
        .. INVALID_TOPIC_EXCEPTION (-1, -1) Topic name is invalid: '..' is not allowed
        a b INVALID_TOPIC_EXCEPTION (-1, -1) Topic name is invalid: 'a b' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'
        ü INVALID_TOPIC_EXCEPTION (-1, -1) Topic name is invalid: 'ü' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'
        a/b INVALID_TOPIC_EXCEPTION (-1, -1) Topic name is invalid: 'a/b' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'
        xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx INVALID_TOPIC_EXCEPTION (-1, -1) Topic name is invalid: the length of 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' is longer than the max allowed length 249
        with_period INVALID_TOPIC_EXCEPTION (-1, -1) Topic 'with_period' collides with existing topic: with.period
        old TOPIC_ALREADY_EXISTS (-1, -1) Topic 'old' already exists.
    "#]],
    );
    check(
        vec![topic("x.y", 1, 1), topic("x_y", 1, 1)],
        expect![[r#"
        x.y NONE (1, 1) (null)
        x_y NONE (1, 1) (null)
    "#]],
    );
    check(
        vec![topic("two", 1, 1), topic("two", 1, 1), topic("one", 1, 1)],
        expect![[r#"
        one NONE (1, 1) (null)
        two INVALID_REQUEST (-1, -1) Duplicate topic name.
    "#]],
    );
}

/// Pitfalls 57 and 68: configs.
#[test]
fn a_topics_configs_are_checked() {
    check(
        vec![
            configured("unknown", &[("nonsense", Some("1"))]),
            configured("number", &[("retention.ms", Some("abc"))]),
            configured("choice", &[("cleanup.policy", Some("x"))]),
            configured("null", &[("retention.ms", None)]),
            configured("small", &[("segment.bytes", Some("1"))]),
            configured("spaces", &[("retention.ms", Some(" 5 "))]),
            configured("twice", &[("retention.ms", Some("1")), ("retention.ms", Some("2"))]),
        ],
        expect![[r#"
            unknown INVALID_CONFIG (-1, -1) Unknown topic config name: nonsense
            number INVALID_CONFIG (-1, -1) Invalid value abc for configuration retention.ms: Not a number of type LONG
            choice INVALID_CONFIG (-1, -1) Invalid value x for configuration cleanup.policy: String must be one of: compact, delete
            null INVALID_CONFIG (-1, -1) Null value not supported for topic configs: retention.ms
            small INVALID_CONFIG (-1, -1) Invalid value 1 for configuration segment.bytes: Value must be at least 1048576
            spaces NONE (1, 1) (null)
            twice NONE (1, 1) (null)
        "#]],
    );
}

/// Pitfall 57: -1 is the default in every version; kafkajs sends it in version 3.
#[test]
fn minus_one_asks_for_the_default_in_every_version() {
    let mut bench = bench();
    let client = bench.connect();
    for version in 0..=7 {
        let name = format!("v{version}");
        let text = ask(&mut bench, client, version, vec![topic(&name, -1, -1)]);
        assert!(text.starts_with(&format!("{name} NONE")), "{text}");
    }
}

/// Pitfalls 65 and 66, and the shape of the answer.
#[test]
fn the_new_topics_configs_are_told_with_their_sources() {
    let mut bench = bench();
    let client = bench.connect();
    let mut tell = |validate_only, name: &str| {
        let topics = vec![configured(name, &[("retention.ms", Some("1000"))])];
        let request = CreateTopicsRequest { topics, validate_only, ..Default::default() };
        let mut response: CreateTopicsResponse = bench.ask(client, 7, request);
        let topic = response.topics.remove(0);
        (topic.error_code, topic.error_message, topic.topic_id, topic.configs.expect("a list, never null"))
    };
    for validate_only in [true, false] {
        let (error, message, id, configs) = tell(validate_only, "orders");
        assert_eq!((error, message, id.is_nil(), configs.len()), (0, None, false, 33));
        assert!(configs.iter().all(|config| (1..=6).contains(&config.config_source)), "a source that exists");
        let retention = configs.iter().find(|config| config.name == "retention.ms").unwrap();
        assert_eq!((retention.value.as_deref(), retention.config_source), (Some("1000"), 1));
    }
    let (error, _, id, configs) = tell(false, "orders");
    assert_eq!(ErrorCode::from_number(error), Some(ErrorCode::TopicAlreadyExists), "the trial made nothing before");
    assert_eq!((id.is_nil(), configs.len()), (true, 0));
}

/// A topic's name, how many partitions it is to have, and where the new ones go.
type Growth<'a> = (&'a str, i32, Option<&'a [&'a [i32]]>);

fn grow(bench: &mut Memory, client: ConnectionId, topics: Vec<Growth<'_>>) -> String {
    let topics = topics
        .into_iter()
        .map(|(name, count, places)| CreatePartitionsTopic {
            name: name.into(),
            count,
            assignments: places.map(|places| {
                places.iter().map(|brokers| CreatePartitionsAssignment { broker_ids: brokers.to_vec() }).collect()
            }),
        })
        .collect();
    let request = CreatePartitionsRequest { topics, ..Default::default() };
    let response: CreatePartitionsResponse = bench.ask(client, 3, request);
    let mut text = String::new();
    for result in response.results {
        let code = ErrorCode::from_number(result.error_code).unwrap();
        let message = result.error_message.as_deref().unwrap_or("(null)");
        let _ = writeln!(text, "{} {code} {message}", result.name);
    }
    text
}

#[test]
fn a_topic_grows_but_never_shrinks() {
    let mut bench = bench();
    let client = bench.connect();
    create(&mut bench, client, "orders", 6, &[]);
    let mut said = String::new();
    for count in [6, 2, 0, -1] {
        said += &grow(&mut bench, client, vec![("orders", count, None)]);
    }
    said += &grow(&mut bench, client, vec![("nowhere", 3, None)]);
    said += &grow(&mut bench, client, vec![("orders", 20, None), ("orders", 30, None)]);
    for (count, places) in
        [(9, &[&[1_i32][..]][..]), (7, &[&[1], &[1]]), (7, &[&[7]]), (7, &[&[]]), (7, &[&[1, 1]]), (7, &[&[1]])]
    {
        said += &grow(&mut bench, client, vec![("orders", count, Some(places))]);
    }
    expect![[r#"
        orders INVALID_PARTITIONS Topic already has 6 partition(s).
        orders INVALID_PARTITIONS The topic orders currently has 6 partition(s); 2 would not be an increase.
        orders INVALID_PARTITIONS The topic orders currently has 6 partition(s); 0 would not be an increase.
        orders INVALID_PARTITIONS The topic orders currently has 6 partition(s); -1 would not be an increase.
        nowhere UNKNOWN_TOPIC_OR_PARTITION (null)
        orders INVALID_REQUEST Duplicate topic name.
        orders INVALID_REPLICA_ASSIGNMENT Attempted to add 3 additional partition(s), but only 1 assignment(s) were specified.
        orders INVALID_REPLICA_ASSIGNMENT Attempted to add 1 additional partition(s), but only 2 assignment(s) were specified.
        orders INVALID_REPLICA_ASSIGNMENT The manual partition assignment includes broker 7, but no such broker is registered.
        orders INVALID_REPLICA_ASSIGNMENT The manual partition assignment includes an empty replica list.
        orders INVALID_REPLICA_ASSIGNMENT The manual partition assignment includes the broker 1 more than once.
        orders NONE (null)
    "#]].assert_eq(&said);
    let topics = Some(vec![MetadataRequestTopic { name: Some("orders".into()), ..Default::default() }]);
    let response: MetadataResponse = bench.ask(client, 12, MetadataRequest { topics, ..Default::default() });
    assert_eq!(response.topics[0].partitions.len(), 7);
    assert!(response.topics[0].partitions.iter().all(|partition| partition.leader_id == 1));
}

#[test]
fn a_trial_of_growth_changes_nothing() {
    let mut bench = bench();
    let client = bench.connect();
    create(&mut bench, client, "orders", 1, &[]);
    let topics = vec![CreatePartitionsTopic { name: "orders".into(), count: 9, assignments: None }];
    let request = CreatePartitionsRequest { topics, validate_only: true, ..Default::default() };
    let response: CreatePartitionsResponse = bench.ask(client, 3, request);
    assert_eq!((response.results[0].error_code, &response.results[0].error_message), (0, &None));
    assert_eq!(bench.cluster.snapshot().topics[0].partitions.len(), 1);
}

/// Pitfall 60.
#[test]
fn topics_are_deleted_by_name_or_by_id_and_are_gone_at_once() {
    let mut bench = Bench::open(config(3), MemoryStorage::default());
    let client = bench.connect();
    let ids: Vec<Uuid> = ["a", "b", "c"].iter().map(|name| create(&mut bench, client, name, 2, &[])).collect();
    let mut said = String::new();
    let mut remove = |topics: &[(Option<&str>, Uuid)]| {
        let topics =
            topics.iter().map(|(name, id)| DeleteTopicState { name: name.map(Into::into), topic_id: *id }).collect();
        let response: DeleteTopicsResponse = bench.ask(client, 6, DeleteTopicsRequest { topics, ..Default::default() });
        for topic in response.responses {
            let code = ErrorCode::from_number(topic.error_code).unwrap();
            let which = ids.iter().position(|id| *id == topic.topic_id);
            let message = topic.error_message.as_deref().unwrap_or("(null)");
            let _ = writeln!(said, "{:?} {which:?} {code} {message}", topic.name.as_deref());
        }
    };
    remove(&[(Some("a"), ids[0])]);
    remove(&[(None, Uuid::nil())]);
    remove(&[(None, Uuid::from_u128(77))]);
    remove(&[(None, ids[0]), (Some("a"), Uuid::nil())]);
    remove(&[(None, ids[1]), (None, ids[1])]);
    remove(&[(Some("c"), Uuid::nil()), (Some("c"), Uuid::nil())]);
    remove(&[(Some("nowhere"), Uuid::nil()), (Some("a b"), Uuid::nil())]);
    remove(&[(None, ids[1])]);
    remove(&[(Some("c"), Uuid::nil())]);
    expect![[r#"
        Some("a") Some(0) INVALID_REQUEST You may not specify both topic name and topic id.
        None None INVALID_REQUEST Neither topic name nor id were specified.
        None None UNKNOWN_TOPIC_ID This server does not host this topic ID.
        Some("a") Some(0) INVALID_REQUEST The provided topic name maps to an ID that was already supplied.
        None Some(1) INVALID_REQUEST Duplicate topic id.
        Some("c") None INVALID_REQUEST Duplicate topic name.
        Some("a b") None UNKNOWN_TOPIC_OR_PARTITION This server does not host this topic-partition.
        Some("nowhere") None UNKNOWN_TOPIC_OR_PARTITION This server does not host this topic-partition.
        Some("b") Some(1) NONE (null)
        Some("c") Some(2) NONE (null)
    "#]]
    .assert_eq(&said);
    for broker in 1..=3 {
        let client = bench.connect_to(broker);
        let all = MetadataRequest { topics: None, ..Default::default() };
        let response: MetadataResponse = bench.ask(client, 12, all);
        let names: Vec<_> = response.topics.iter().filter_map(|topic| topic.name.as_deref()).collect();
        assert_eq!(names, ["a"]);
    }
}
