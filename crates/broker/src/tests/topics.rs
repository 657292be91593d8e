//! What clients learn of the cluster and its topics; page by page where there are many.

use super::client::{Memory, code, create};
use super::harness::{Bench, bench, config};
use crate::MemoryStorage;
use crate::ids::ConnectionId;
use runnel_protocol::ErrorCode;
use runnel_protocol::messages::describe_cluster::{DescribeClusterRequest, DescribeClusterResponse};
use runnel_protocol::messages::describe_topic_partitions::{
    Cursor, DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponse, TopicRequest,
};
use runnel_protocol::messages::metadata::{MetadataRequest, MetadataRequestTopic, MetadataResponse};
use uuid::Uuid;

fn named(name: &str) -> MetadataRequestTopic {
    MetadataRequestTopic { name: Some(name.into()), ..Default::default() }
}

fn ask(bench: &mut Memory, client: ConnectionId, version: i16, topics: Vec<MetadataRequestTopic>) -> MetadataResponse {
    let allow_auto_topic_creation = version < 4;
    bench.ask(
        client,
        version,
        MetadataRequest { topics: Some(topics), allow_auto_topic_creation, ..Default::default() },
    )
}

fn errors(response: &MetadataResponse) -> Vec<(Option<&str>, ErrorCode)> {
    response.topics.iter().map(|topic| (topic.name.as_deref(), code(topic.error_code))).collect()
}

/// Pitfalls 31 and 60.
#[test]
fn topics_are_asked_for_by_name_or_by_id() {
    let mut bench = bench();
    let client = bench.connect();
    let id = create(&mut bench, client, "orders", 1, &[]);
    let by_id = |topic_id| MetadataRequestTopic { topic_id, name: None };
    let known = (Some("orders"), ErrorCode::None);
    let unknown = (None, ErrorCode::UnknownTopicId);
    assert_eq!(errors(&ask(&mut bench, client, 12, vec![by_id(id)])), [known]);
    assert_eq!(errors(&ask(&mut bench, client, 12, vec![by_id(Uuid::from_u128(5))])), [unknown]);
    let both = MetadataRequestTopic { topic_id: id, name: Some("orders".into()) };
    assert_eq!(errors(&ask(&mut bench, client, 12, vec![both])), [known]);
    let mixed = vec![by_id(Uuid::from_u128(5)), named("orders")];
    assert_eq!(errors(&ask(&mut bench, client, 12, mixed)), [unknown], "with an id in it, only ids count");
    assert_eq!(errors(&ask(&mut bench, client, 12, vec![named("orders"), named("orders")])), [known]);
}

/// Kafka answers nothing else then, not even who the brokers are.
#[test]
fn a_question_that_its_version_cannot_ask_is_refused_as_a_whole() {
    let mut bench = bench();
    let client = bench.connect();
    let id = create(&mut bench, client, "orders", 1, &[]);
    let nameless = || MetadataRequestTopic { name: None, ..Default::default() };
    for (version, topic, error) in [
        (12, nameless(), ErrorCode::UnknownServerError),
        (11, nameless(), ErrorCode::InvalidRequest),
        (11, MetadataRequestTopic { topic_id: id, name: None }, ErrorCode::InvalidRequest),
    ] {
        let response = ask(&mut bench, client, version, vec![topic]);
        assert_eq!(errors(&response), [(Some(""), error)]);
        assert_eq!((response.brokers.len(), response.controller_id, response.cluster_id), (0, -1, None));
    }
}

/// Pitfalls 55 and 69.
#[test]
fn a_name_that_no_topic_may_have_is_refused_and_makes_none() {
    let mut bench = bench();
    let client = bench.connect();
    let long = "x".repeat(250);
    for name in ["a b", "", ".", "..", "ü", "a/b", &long] {
        for version in [3, 9] {
            let response = ask(&mut bench, client, version, vec![named(name)]);
            assert_eq!(errors(&response), [(Some(name), ErrorCode::InvalidTopicException)]);
        }
    }
    assert!(bench.cluster.snapshot().topics.is_empty());
}

/// Pitfall 55: what is known stands before what is not; nothing is made where the client forbids it.
#[test]
fn an_unknown_topic_is_named_behind_the_known_ones() {
    let mut bench = bench();
    let client = bench.connect();
    create(&mut bench, client, "orders", 1, &[]);
    let response = ask(&mut bench, client, 13, vec![named("nowhere"), named("orders")]);
    let known = (Some("orders"), ErrorCode::None);
    assert_eq!(errors(&response), [known, (Some("nowhere"), ErrorCode::UnknownTopicOrPartition)]);
    assert_eq!(bench.cluster.snapshot().topics.len(), 1);
}

/// Pitfall 77: one partition, and the first broker is number 1.
#[test]
fn a_topic_that_comes_by_itself_has_one_partition_on_broker_1() {
    let mut bench = bench();
    let client = bench.connect();
    let response: MetadataResponse =
        bench.ask(client, 9, MetadataRequest { topics: Some(vec![named("new")]), ..Default::default() });
    let partitions: Vec<_> =
        response.topics[0].partitions.iter().map(|one| (one.partition_index, one.leader_id)).collect();
    assert_eq!(partitions, [(0, 1)]);
}

/// Bits of Kafka's ACL table, as a real broker without an authorizer sets them.
#[test]
fn without_an_authorizer_everything_is_allowed() {
    let mut bench = bench();
    let client = bench.connect();
    create(&mut bench, client, "orders", 1, &[]);
    let request = MetadataRequest {
        topics: Some(vec![named("orders"), named("nowhere")]),
        allow_auto_topic_creation: false,
        include_cluster_authorized_operations: true,
        include_topic_authorized_operations: true,
    };
    let response: MetadataResponse = bench.ask(client, 8, request);
    let of_topics: Vec<i32> = response.topics.iter().map(|topic| topic.topic_authorized_operations).collect();
    assert_eq!((of_topics, response.cluster_authorized_operations), (vec![3576, 3576], 8096));
    let silent = ask(&mut bench, client, 8, vec![named("orders")]);
    assert_eq!(silent.topics[0].topic_authorized_operations, i32::MIN, "who does not ask is not told");
}

#[test]
fn the_cluster_tells_its_brokers_and_that_it_is_no_controller() {
    let mut bench = Bench::open(config(3), MemoryStorage::default());
    let client = bench.connect_to(2);
    let mut ask = |endpoint_type| -> DescribeClusterResponse {
        bench.ask(client, 2, DescribeClusterRequest { endpoint_type, ..Default::default() })
    };
    let brokers = ask(1);
    let ports: Vec<_> =
        brokers.brokers.iter().map(|broker| (broker.broker_id, broker.port, broker.is_fenced)).collect();
    assert_eq!(ports, [(1, 9092, false), (2, 9093, false), (3, 9094, false)]);
    assert_eq!((brokers.error_code, brokers.controller_id, brokers.cluster_id.len()), (0, 1, 22));
    let controllers = ask(2);
    assert_eq!(controllers.error_code, ErrorCode::MismatchedEndpointType.number());
    let message = "The request was sent to an endpoint of type BROKER, but we wanted an endpoint of type CONTROLLER";
    assert_eq!(controllers.error_message.as_deref(), Some(message));
    assert_eq!(ask(3).error_code, ErrorCode::UnsupportedEndpointType.number());
}

type Page = (Vec<(String, ErrorCode, Vec<i32>)>, Option<(String, i32)>);

fn page(bench: &mut Memory, client: ConnectionId, names: &[&str], limit: i32, cursor: Option<(&str, i32)>) -> Page {
    let request = DescribeTopicPartitionsRequest {
        topics: names.iter().map(|name| TopicRequest { name: (*name).into() }).collect(),
        response_partition_limit: limit,
        cursor: cursor.map(|(name, partition_index)| Cursor { topic_name: name.into(), partition_index }),
    };
    let response: DescribeTopicPartitionsResponse = bench.ask(client, 0, request);
    let topics = response.topics.iter().map(|topic| {
        let partitions = topic.partitions.iter().map(|partition| partition.partition_index).collect();
        let name = topic.name.as_deref().unwrap_or_default().to_owned();
        (name, ErrorCode::from_number(topic.error_code).unwrap(), partitions)
    });
    let next = response.next_cursor.map(|cursor| (cursor.topic_name.to_string(), cursor.partition_index));
    (topics.collect(), next)
}

fn two_topics() -> (Memory, ConnectionId) {
    let mut bench = bench();
    let client = bench.connect();
    for name in ["b", "a"] {
        create(&mut bench, client, name, 3, &[]);
    }
    (bench, client)
}

fn rows(topics: &[(&str, &[i32])]) -> Vec<(String, ErrorCode, Vec<i32>)> {
    topics.iter().map(|(name, partitions)| ((*name).to_owned(), ErrorCode::None, partitions.to_vec())).collect()
}

fn next(name: &str, partition: i32) -> Option<(String, i32)> {
    Some((name.to_owned(), partition))
}

/// KIP-966, page by page as a real broker cuts them.
#[test]
fn partitions_are_told_in_pages_of_the_wanted_size() {
    let (mut bench, client) = two_topics();
    let mut ask = |limit| page(&mut bench, client, &["b", "a"], limit, None);
    for limit in [1, 0, -1] {
        assert_eq!(ask(limit), (rows(&[("a", &[0])]), next("a", 1)), "limit {limit}");
    }
    assert_eq!(ask(2), (rows(&[("a", &[0, 1])]), next("a", 2)));
    assert_eq!(ask(3), (rows(&[("a", &[0, 1, 2])]), next("b", 0)));
    assert_eq!(ask(4), (rows(&[("a", &[0, 1, 2]), ("b", &[0])]), next("b", 1)));
    assert_eq!(ask(5_000), (rows(&[("a", &[0, 1, 2]), ("b", &[0, 1, 2])]), None));
    assert_eq!(page(&mut bench, client, &[], 4, None).1, next("b", 1), "no name asks for all");
}

#[test]
fn a_page_goes_on_where_the_last_one_ended() {
    let (mut bench, client) = two_topics();
    let mut ask = |name, partition| page(&mut bench, client, &["a", "b"], 2, Some((name, partition)));
    assert_eq!(ask("a", 1), (rows(&[("a", &[1, 2])]), next("b", 0)));
    assert_eq!(ask("a", 2), (rows(&[("a", &[2]), ("b", &[0])]), next("b", 1)));
    for beyond in [3, 99] {
        assert_eq!(ask("a", beyond), (rows(&[("a", &[]), ("b", &[0, 1])]), next("b", 2)));
    }
    assert_eq!(ask("b", 0), (rows(&[("b", &[0, 1])]), next("b", 2)));
    let refused = ["a", "b"].map(|name| (name.to_owned(), ErrorCode::InvalidRequest, Vec::new()));
    for (name, partition) in [("b", -1), ("aa", 0), ("z", 0), ("", 0)] {
        assert_eq!(ask(name, partition), (refused.to_vec(), None), "{name:?} {partition}");
    }
}

/// Pitfall 65: lists that the Java client walks are never null.
#[test]
fn a_description_has_lists_where_the_java_client_walks_them() {
    let (mut bench, client) = two_topics();
    let topics = ["nowhere", "a b", "a"].map(|name| TopicRequest { name: name.into() }).to_vec();
    let request = DescribeTopicPartitionsRequest { topics, ..Default::default() };
    let response: DescribeTopicPartitionsResponse = bench.ask(client, 0, request);
    let told: Vec<_> = response
        .topics
        .iter()
        .map(|topic| (topic.name.as_deref(), ErrorCode::from_number(topic.error_code).unwrap()))
        .collect();
    let unknown = (Some("nowhere"), ErrorCode::UnknownTopicOrPartition);
    assert_eq!(told, [(Some("a"), ErrorCode::None), (Some("a b"), ErrorCode::InvalidTopicException), unknown]);
    for partition in response.topics.iter().flat_map(|topic| &topic.partitions) {
        assert_eq!(partition.eligible_leader_replicas.as_deref(), Some(&[][..]));
        assert_eq!(partition.last_known_elr.as_deref(), Some(&[][..]));
    }
    assert!(response.topics.iter().all(|topic| topic.topic_authorized_operations == 3576));
}
