//! Topics as clients see them appear and go.

use super::harness::{Bench, bench, config};
use crate::MemoryStorage;
use crate::ids::ConnectionId;
use bytestring::ByteString;
use expect_test::expect;
use runnel_protocol::ErrorCode;
use runnel_protocol::messages::create_topics::{CreatableTopic, CreateTopicsRequest, CreateTopicsResponse};
use runnel_protocol::messages::delete_topics::{DeleteTopicState, DeleteTopicsRequest, DeleteTopicsResponse};
use runnel_protocol::messages::metadata::{MetadataRequest, MetadataRequestTopic, MetadataResponse};

fn topic(name: &str, partitions: i32, replication_factor: i16) -> CreatableTopic {
    CreatableTopic { name: name.into(), num_partitions: partitions, replication_factor, ..Default::default() }
}

fn create(bench: &mut Bench<MemoryStorage>, client: ConnectionId, topics: Vec<CreatableTopic>) -> String {
    let request = CreateTopicsRequest { topics, ..Default::default() };
    let response: CreateTopicsResponse = bench.ask(client, 7, request);
    response
        .topics
        .iter()
        .map(|topic| {
            let code = ErrorCode::from_number(topic.error_code).unwrap();
            let message = topic.error_message.clone().unwrap_or_default();
            format!("{} {code} {message}\n", topic.name)
        })
        .collect()
}

fn wanted(name: &str) -> MetadataRequestTopic {
    MetadataRequestTopic { name: Some(ByteString::from(name)), ..Default::default() }
}

fn metadata(bench: &mut Bench<MemoryStorage>, client: ConnectionId, version: i16, names: Option<&[&str]>) -> String {
    let topics = names.map(|names| names.iter().map(|name| wanted(name)).collect());
    let response: MetadataResponse = bench.ask(client, version, MetadataRequest { topics, ..Default::default() });
    response
        .topics
        .iter()
        .map(|topic| {
            let code = ErrorCode::from_number(topic.error_code).unwrap();
            let leaders: Vec<i32> = topic.partitions.iter().map(|partition| partition.leader_id).collect();
            format!("{} {code} leaders {leaders:?}\n", topic.name.clone().unwrap_or_default())
        })
        .collect()
}

#[test]
fn a_topic_is_known_to_every_broker_when_its_creation_is_answered() {
    let mut bench = Bench::open(config(3), MemoryStorage::default());
    let first = bench.connect_to(1);
    expect!["orders NONE \n"].assert_eq(&create(&mut bench, first, vec![topic("orders", 3, 1)]));
    for broker in 1..=3 {
        let client = bench.connect_to(broker);
        let seen = metadata(&mut bench, client, 12, Some(&["orders"]));
        assert!(seen.starts_with("orders NONE leaders ["), "{seen}");
    }
}

#[test]
fn a_topic_that_cannot_be_is_refused_in_kafkas_words() {
    let mut bench = bench();
    let client = bench.connect();
    create(&mut bench, client, vec![topic("my.topic", 1, 1)]);
    let answers = create(
        &mut bench,
        client,
        vec![
            topic("my.topic", 1, 1),
            topic("my_topic", 1, 1),
            topic("no good", 1, 1),
            topic("zero", 0, 1),
            topic("copies", 1, 3),
            topic("twice", 1, 1),
            topic("twice", 1, 1),
        ],
    );
    expect![[r#"
        my.topic TOPIC_ALREADY_EXISTS Topic 'my.topic' already exists.
        my_topic INVALID_TOPIC_EXCEPTION Topic 'my_topic' collides with existing topic: my.topic
        no good INVALID_TOPIC_EXCEPTION Topic name is invalid: 'no good' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'
        zero INVALID_PARTITIONS Number of partitions was set to an invalid non-positive value.
        copies INVALID_REPLICATION_FACTOR Unable to replicate the partition 3 time(s): The target replication factor of 3 cannot be reached because only 1 broker(s) are registered or some brokers have all their log directories cordoned.
        twice INVALID_REQUEST Duplicate topic name.
    "#]]
    .assert_eq(&answers);
}

#[test]
fn an_unknown_topic_is_there_with_a_leader_in_the_answer_that_made_it() {
    let mut bench = bench();
    let client = bench.connect();
    expect!["new NONE leaders [1]\n"].assert_eq(&metadata(&mut bench, client, 12, Some(&["new"])));
    expect!["a b INVALID_TOPIC_EXCEPTION leaders []\n"].assert_eq(&metadata(&mut bench, client, 12, Some(&["a b"])));
    let request =
        MetadataRequest { topics: Some(vec![wanted("other")]), allow_auto_topic_creation: false, ..Default::default() };
    let response: MetadataResponse = bench.ask(client, 12, request);
    assert_eq!(response.topics[0].error_code, ErrorCode::UnknownTopicOrPartition.number());
}

#[test]
fn null_asks_for_all_topics_and_an_empty_list_for_none_but_in_version_0_for_all() {
    let mut bench = bench();
    let client = bench.connect();
    create(&mut bench, client, vec![topic("orders", 1, 1)]);
    assert_eq!(metadata(&mut bench, client, 1, None), "orders NONE leaders [1]\n");
    assert_eq!(metadata(&mut bench, client, 1, Some(&[])), "");
    assert_eq!(metadata(&mut bench, client, 0, Some(&[])), "orders NONE leaders [1]\n");
}

#[test]
fn a_topic_made_again_has_another_id_and_the_old_one_is_unknown() {
    let mut bench = bench();
    let client = bench.connect();
    create(&mut bench, client, vec![topic("orders", 1, 1)]);
    let all = MetadataRequest { topics: Some(vec![wanted("orders")]), ..Default::default() };
    let before: MetadataResponse = bench.ask(client, 12, all.clone());
    let topics = vec![DeleteTopicState { name: Some("orders".into()), ..Default::default() }];
    let deleted: DeleteTopicsResponse = bench.ask(client, 6, DeleteTopicsRequest { topics, ..Default::default() });
    assert_eq!(deleted.responses[0].error_code, 0);
    let after: MetadataResponse = bench.ask(client, 12, all);
    let old = before.topics[0].topic_id;
    assert_ne!(after.topics[0].topic_id, old);
    let topics = Some(vec![MetadataRequestTopic { topic_id: old, name: None }]);
    let by_id: MetadataResponse = bench.ask(client, 12, MetadataRequest { topics, ..Default::default() });
    assert_eq!(by_id.topics[0].error_code, ErrorCode::UnknownTopicId.number());
}
