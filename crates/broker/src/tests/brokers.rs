//! Brokers that crash, stop and come back. What clients are told was asked of Apache Kafka 4.3.0, two brokers, one copy
//! of each partition: the same steps, the same answers.

use super::client::{Memory, code, create, unless_error};
use super::harness::{Bench, batch, config};
use super::produce_and_fetch::{fetch_request, produce, produce_request, values};
use crate::config::{ClusterConfig, Durability};
use crate::event::EventKind;
use crate::groups::partition_for;
use crate::ids::{BrokerId, ConnectionId};
use crate::{BrokerState, Input, MemoryStorage, Timestamp};
use bytestring::ByteString;
use runnel_protocol::ErrorCode;
use runnel_protocol::messages::create_topics::{
    CreatableReplicaAssignment, CreatableTopic, CreateTopicsRequest, CreateTopicsResponse,
};
use runnel_protocol::messages::describe_topic_partitions::{
    DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponse, TopicRequest,
};
use runnel_protocol::messages::fetch::FetchResponse;
use runnel_protocol::messages::find_coordinator::{FindCoordinatorRequest, FindCoordinatorResponse};
use runnel_protocol::messages::heartbeat::{HeartbeatRequest, HeartbeatResponse};
use runnel_protocol::messages::list_groups::{ListGroupsRequest, ListGroupsResponse};
use runnel_protocol::messages::list_offsets::{
    ListOffsetsPartition, ListOffsetsRequest, ListOffsetsResponse, ListOffsetsTopic,
};
use runnel_protocol::messages::metadata::{MetadataRequest, MetadataRequestTopic, MetadataResponse};
use runnel_protocol::messages::offset_commit::{
    OffsetCommitRequest, OffsetCommitRequestPartition, OffsetCommitRequestTopic, OffsetCommitResponse,
};
use runnel_protocol::messages::offset_fetch::{OffsetFetchRequest, OffsetFetchRequestTopic, OffsetFetchResponse};
use runnel_protocol::messages::produce::ProduceResponse;
use std::time::Duration;

const TWO: BrokerId = BrokerId(2);

pub(super) fn placed(
    bench: &mut Memory,
    client: ConnectionId,
    name: &str,
    leaders: &[i32],
) -> (ErrorCode, Option<String>) {
    let assignments = (0..)
        .zip(leaders)
        .map(|(partition_index, leader)| CreatableReplicaAssignment { partition_index, broker_ids: vec![*leader] });
    let topic = CreatableTopic {
        name: name.into(),
        num_partitions: -1,
        replication_factor: -1,
        assignments: assignments.collect(),
        ..Default::default()
    };
    let request = CreateTopicsRequest { topics: vec![topic], ..Default::default() };
    let response: CreateTopicsResponse = bench.ask(client, 7, request);
    let topic = &response.topics[0];
    (code(topic.error_code), topic.error_message.as_ref().map(ToString::to_string))
}

/// Two brokers, topic `orders` with partition 0 on broker 2 and partition 1 on broker 1, and a client of broker 1.
pub(super) fn two() -> (Memory, ConnectionId) {
    let mut bench = Bench::open(config(2), MemoryStorage::default());
    let client = bench.connect();
    assert_eq!(placed(&mut bench, client, "orders", &[2, 1]).0, ErrorCode::None);
    (bench, client)
}

pub(super) fn stop(bench: &mut Memory, broker: i32, clean: bool) {
    bench.input(Input::BrokerStopped { broker: BrokerId(broker), clean });
}

/// Starts a broker and lets it do all that it does at once.
pub(super) fn start(bench: &mut Memory, broker: i32) {
    bench.input(Input::BrokerStarted { broker: BrokerId(broker) });
    bench.wait(Duration::ZERO);
}

/// Brokers, and per partition error, leader, epoch, in-sync and offline replicas.
pub(super) fn metadata(bench: &mut Memory, client: ConnectionId, topic: &str) -> String {
    let topics = Some(vec![MetadataRequestTopic { name: Some(topic.into()), ..Default::default() }]);
    let response: MetadataResponse = bench.ask(client, 8, MetadataRequest { topics, ..Default::default() });
    let brokers: Vec<i32> = response.brokers.iter().map(|broker| broker.node_id).collect();
    let partitions = response.topics[0].partitions.iter().map(|one| {
        let (isr, offline) = (&one.isr_nodes, &one.offline_replicas);
        format!(" ({}, {}, {}, {isr:?}, {offline:?})", one.error_code, one.leader_id, one.leader_epoch)
    });
    format!("{brokers:?}{}", partitions.collect::<String>())
}

fn coordinator(bench: &mut Memory, client: ConnectionId, group: &str) -> (ErrorCode, i32) {
    let request = FindCoordinatorRequest { key: group.into(), ..Default::default() };
    let response: FindCoordinatorResponse = bench.ask(client, 2, request);
    (code(response.error_code), response.node_id)
}

/// What a broker says that is asked for partition 0 of `orders`: Produce, ListOffsets, Fetch.
fn asked_for_the_first(bench: &mut Memory, client: ConnectionId) -> [ErrorCode; 3] {
    let produced: ProduceResponse = bench.ask(client, 8, produce_request("orders", -1, batch(&["x"])));
    let partitions = vec![ListOffsetsPartition { timestamp: -1, ..Default::default() }];
    let topics = vec![ListOffsetsTopic { name: "orders".into(), partitions }];
    let request = ListOffsetsRequest { replica_id: -1, topics, ..Default::default() };
    let listed: ListOffsetsResponse = bench.ask(client, 5, request);
    let fetched: FetchResponse = bench.ask(client, 11, fetch_request("orders", 0, 100));
    [
        code(produced.responses[0].partition_responses[0].error_code),
        code(listed.topics[0].partitions[0].error_code),
        code(fetched.responses[0].partitions[0].error_code),
    ]
}

pub(super) fn commit(bench: &mut Memory, client: ConnectionId, group: &str, offset: i64) -> ErrorCode {
    let partitions = vec![OffsetCommitRequestPartition { committed_offset: offset, ..Default::default() }];
    let request = OffsetCommitRequest {
        group_id: group.into(),
        generation_id_or_member_epoch: -1,
        topics: vec![OffsetCommitRequestTopic { name: "orders".into(), partitions, ..Default::default() }],
        ..Default::default()
    };
    let response: OffsetCommitResponse = bench.ask(client, 5, request);
    code(response.topics[0].partitions[0].error_code)
}

fn committed(bench: &mut Memory, client: ConnectionId, group: &str) -> Result<i64, ErrorCode> {
    let topics = Some(vec![OffsetFetchRequestTopic { name: "orders".into(), partition_indexes: vec![0] }]);
    let request = OffsetFetchRequest { group_id: group.into(), topics, ..Default::default() };
    let response: OffsetFetchResponse = bench.ask(client, 5, request);
    unless_error(response.error_code, ())?;
    Ok(response.topics[0].partitions[0].committed_offset)
}

/// Asks for a coordinator, which makes `__consumer_offsets`.
pub(super) fn find_any_coordinator(bench: &mut Memory, client: ConnectionId) {
    coordinator(bench, client, "any");
}

fn heartbeat(bench: &mut Memory, client: ConnectionId, group: &str) -> ErrorCode {
    let (group_id, member_id) = (ByteString::from(group), "x".into());
    let request = HeartbeatRequest { group_id, generation_id: 1, member_id, group_instance_id: None };
    let response: HeartbeatResponse = bench.ask(client, 2, request);
    code(response.error_code)
}

/// The group that broker 2 coordinates and whose partition is read last when it starts.
fn last_group_of_two(bench: &mut Memory, client: ConnectionId) -> String {
    coordinator(bench, client, "any");
    let snapshot = bench.cluster.overview();
    let offsets = snapshot.topics.iter().find(|topic| topic.name == "__consumer_offsets").unwrap();
    let mine = offsets.partitions.iter().filter(|one| one.leader == 2).map(|one| one.partition);
    let last = mine.max().unwrap();
    (0..).map(|number| format!("group-{number}")).find(|group| partition_for(group, 50) == last).unwrap()
}

#[test]
fn a_crashed_broker_is_missed_after_its_session_and_leads_again_in_a_new_epoch() {
    let (mut bench, client) = two();
    let at_two = bench.connect_to(2);
    produce(&mut bench, at_two, "orders", batch(&["a", "b"])).unwrap();
    stop(&mut bench, 2, false);
    assert_eq!(bench.closed.get(&at_two).map(String::as_str), Some("broker 2 crashed"));
    let not_leader = [ErrorCode::NotLeaderOrFollower; 3];
    for wait in [0, 8_999] {
        bench.wait(Duration::from_millis(wait));
        assert_eq!(metadata(&mut bench, client, "orders"), "[1, 2] (0, 2, 0, [2], []) (0, 1, 0, [1], [])");
        assert_eq!(asked_for_the_first(&mut bench, client), not_leader);
    }
    bench.wait(Duration::from_millis(1));
    assert_eq!(metadata(&mut bench, client, "orders"), "[1] (5, -1, 1, [], [2]) (0, 1, 0, [1], [])");
    assert_eq!(asked_for_the_first(&mut bench, client), not_leader);

    start(&mut bench, 2);
    assert_eq!(metadata(&mut bench, client, "orders"), "[1, 2] (0, 2, 2, [2], []) (0, 1, 0, [1], [])");
    let at_two = bench.connect_to(2);
    assert_eq!(produce(&mut bench, at_two, "orders", batch(&["c"])), Ok(2));
    let response: FetchResponse = bench.ask(at_two, 11, fetch_request("orders", 0, 0));
    assert_eq!(values(&response).unwrap(), ["0:a", "1:b", "2:c"]);
}

#[test]
fn a_broker_that_says_goodbye_is_missed_at_once() {
    let (mut bench, client) = two();
    let at_two = bench.connect_to(2);
    produce(&mut bench, at_two, "orders", batch(&["a"])).unwrap();
    stop(&mut bench, 2, true);
    assert_eq!(bench.closed.get(&at_two).map(String::as_str), Some("broker 2 was stopped"));
    assert_eq!(metadata(&mut bench, client, "orders"), "[1] (5, -1, 1, [], [2]) (0, 1, 0, [1], [])");
    start(&mut bench, 2);
    assert_eq!(metadata(&mut bench, client, "orders"), "[1, 2] (0, 2, 2, [2], []) (0, 1, 0, [1], [])");
    let at_two = bench.connect_to(2);
    let response: FetchResponse = bench.ask(at_two, 11, fetch_request("orders", 0, 0));
    assert_eq!(values(&response).unwrap(), ["0:a"]);
    assert!(!bench.event_kinds().iter().any(|kind| matches!(kind, EventKind::LogRecovered { .. })));
}

/// Kafka refuses the registration with DUPLICATE_BROKER_REGISTRATION until then, and the broker tries again.
#[test]
fn a_broker_that_is_back_before_it_was_missed_has_to_wait() {
    let (mut bench, client) = two();
    stop(&mut bench, 2, false);
    bench.wait(Duration::from_secs(1));
    start(&mut bench, 2);
    assert!(!bench.cluster.is_listening(TWO));
    assert_eq!(bench.cluster.snapshot().brokers[1].state, BrokerState::Starting);
    assert_eq!(bench.cluster.snapshot().brokers[1].session_until, Some(bench.now + Duration::from_secs(8)));
    let early = bench.connect_to(2);
    assert_eq!(bench.closed.get(&early).map(String::as_str), Some("broker 2 is not running"));
    assert_eq!(metadata(&mut bench, client, "orders"), "[1, 2] (0, 2, 0, [2], []) (0, 1, 0, [1], [])");
    bench.wait(Duration::from_secs(8));
    assert!(bench.cluster.is_listening(TWO));
    assert_eq!(metadata(&mut bench, client, "orders"), "[1, 2] (0, 2, 2, [2], []) (0, 1, 0, [1], [])");
}

#[test]
fn a_group_is_away_with_its_coordinator_and_comes_back_with_its_offsets() {
    let (mut bench, client) = two();
    let group = last_group_of_two(&mut bench, client);
    let at_two = bench.connect_to(2);
    assert_eq!(commit(&mut bench, at_two, &group, 7), ErrorCode::None);
    stop(&mut bench, 2, false);
    assert_eq!(coordinator(&mut bench, client, &group), (ErrorCode::None, 2), "nobody has noticed");
    assert_eq!(committed(&mut bench, client, &group), Err(ErrorCode::NotCoordinator));
    bench.wait(Duration::from_secs(9));
    assert_eq!(coordinator(&mut bench, client, &group), (ErrorCode::CoordinatorNotAvailable, -1));
    let listed: ListGroupsResponse = bench.ask(client, 4, ListGroupsRequest::default());
    assert_eq!((listed.error_code, listed.groups.len()), (0, 0));

    bench.input(Input::BrokerStarted { broker: TWO });
    while !bench.cluster.is_listening(TWO) {
        bench.input(Input::Timer);
    }
    let at_two = bench.connect_to(2);
    assert_eq!(coordinator(&mut bench, client, &group), (ErrorCode::None, 2));
    assert_eq!(committed(&mut bench, at_two, &group), Err(ErrorCode::CoordinatorLoadInProgress));
    assert_eq!(heartbeat(&mut bench, at_two, &group), ErrorCode::None, "nobody is thrown out meanwhile");
    let listed: ListGroupsResponse = bench.ask(at_two, 4, ListGroupsRequest::default());
    assert_eq!(code(listed.error_code), ErrorCode::CoordinatorLoadInProgress);
    bench.wait(Duration::ZERO);
    assert_eq!(committed(&mut bench, at_two, &group), Ok(7));
    assert_eq!(heartbeat(&mut bench, at_two, &group), ErrorCode::UnknownMemberId);
    let listed: ListGroupsResponse = bench.ask(at_two, 4, ListGroupsRequest::default());
    assert_eq!(listed.groups.len(), 1);
}

#[test]
fn new_partitions_go_to_brokers_that_are_alive() {
    let (mut bench, client) = two();
    stop(&mut bench, 2, true);
    let (error, message) = placed(&mut bench, client, "dead", &[2]);
    let wanted = "All brokers specified in the manual partition assignment for partition 0 are fenced or in controlled \
                  shutdown.";
    assert_eq!((error, message.as_deref()), (ErrorCode::InvalidReplicaAssignment, Some(wanted)));
    create(&mut bench, client, "alive", 3, &[]);
    let on_one = " (0, 1, 0, [1], [])".repeat(3);
    assert_eq!(metadata(&mut bench, client, "alive"), format!("[1]{on_one}"));
}

#[test]
fn a_copy_that_may_lead_again_is_named() {
    let (mut bench, client) = two();
    let named = |bench: &mut Memory| {
        let topics = vec![TopicRequest { name: "orders".into() }];
        let request = DescribeTopicPartitionsRequest { topics, response_partition_limit: 10, cursor: None };
        let response: DescribeTopicPartitionsResponse = bench.ask(client, 0, request);
        let first = response.topics[0].partitions[0].clone();
        (first.eligible_leader_replicas.unwrap(), first.last_known_elr.unwrap())
    };
    assert_eq!(named(&mut bench), (vec![], vec![]));
    stop(&mut bench, 2, true);
    assert_eq!(named(&mut bench), (vec![2], vec![2]));
    start(&mut bench, 2);
    assert_eq!(named(&mut bench), (vec![], vec![]));
}

#[test]
fn the_controller_is_the_first_broker_that_is_alive() {
    let mut bench = Bench::open(config(3), MemoryStorage::default());
    let controller = |bench: &mut Memory, broker| {
        let client = bench.connect_to(broker);
        let response: MetadataResponse = bench.ask(client, 8, MetadataRequest::default());
        response.controller_id
    };
    assert_eq!(controller(&mut bench, 3), 1);
    stop(&mut bench, 1, false);
    assert_eq!(controller(&mut bench, 3), 2);
    stop(&mut bench, 2, true);
    assert_eq!(controller(&mut bench, 3), 3);
    let client = bench.connect_to(3);
    create(&mut bench, client, "meanwhile", 2, &[]);
    start(&mut bench, 2);
    assert_eq!(controller(&mut bench, 3), 2);
    bench.wait(Duration::from_secs(9));
    start(&mut bench, 1);
    assert_eq!(controller(&mut bench, 3), 1);
    let moves = bench.event_kinds().into_iter().filter_map(|kind| {
        let EventKind::ControllerMoved { from, to } = kind else { return None };
        Some((from.0, to.0))
    });
    assert_eq!(moves.collect::<Vec<_>>(), [(1, 2), (2, 3), (3, 2), (2, 1)]);
}

/// A controller that comes back gives everybody a session's time, also a broker of its own process.
#[test]
fn a_cluster_that_was_dark_comes_back_a_session_later() {
    let (mut bench, _) = two();
    let at_two = bench.connect_to(2);
    produce(&mut bench, at_two, "orders", batch(&["a"])).unwrap();
    stop(&mut bench, 1, false);
    stop(&mut bench, 2, false);
    bench.wait(Duration::from_secs(60));
    assert!(bench.cluster.snapshot().brokers.iter().all(|broker| !broker.fenced), "nobody was left to miss them");
    start(&mut bench, 1);
    start(&mut bench, 2);
    bench.wait(Duration::from_millis(8_999));
    assert!(!bench.cluster.is_listening(BrokerId(1)));
    bench.wait(Duration::from_millis(1));
    let at_two = bench.connect_to(2);
    let response: FetchResponse = bench.ask(at_two, 11, fetch_request("orders", 0, 0));
    assert_eq!(values(&response).unwrap(), ["0:a"]);
}

#[test]
fn a_long_poll_and_what_stands_behind_it_end_with_the_connection() {
    let (mut bench, _) = two();
    let at_two = bench.connect_to(2);
    bench.send(at_two, 11, fetch_request("orders", 0, 60_000));
    bench.send(at_two, 8, MetadataRequest::default());
    stop(&mut bench, 2, false);
    assert!(bench.answer(at_two).is_none());
    assert_eq!(bench.cluster.purgatory_size(), 0);
    assert!(bench.closed.contains_key(&at_two));
    stop(&mut bench, 2, false);
    start(&mut bench, 7);
    stop(&mut bench, 7, true);
    let said: Vec<String> = std::iter::from_fn(|| bench.cluster.poll_log()).collect();
    assert_eq!(said, ["there is no broker 7 to start", "there is no broker 7 to stop"]);
}

/// The page cache survives a crash, so nothing is lost; but readers are shown only what the disk has.
#[test]
fn with_fsync_always_what_was_not_shown_before_a_crash_is_shown_when_the_disk_has_it() {
    let settings = ClusterConfig { durability: Durability::Always, ..config(2) };
    let mut bench = Bench::open(settings, MemoryStorage::default());
    let client = bench.connect();
    placed(&mut bench, client, "orders", &[2]);
    let at_two = bench.connect_to(2);
    produce(&mut bench, at_two, "orders", batch(&["a"])).unwrap();
    bench.flush_at_once = false;
    bench.send(at_two, 8, produce_request("orders", -1, batch(&["b"])));
    stop(&mut bench, 2, false);
    let (id, _) = bench.flushes.pop_front().expect("the second batch is on its way to the disk");
    bench.wait(Duration::from_secs(9));
    start(&mut bench, 2);
    let shown = |bench: &Memory| {
        let snapshot = bench.cluster.overview();
        let orders = snapshot.topics.iter().find(|topic| topic.name == "orders").unwrap();
        (orders.partitions[0].high_watermark, orders.partitions[0].log_end_offset)
    };
    assert_eq!(shown(&bench), (1, 2));
    bench.flush_at_once = true;
    bench.input(Input::Flushed { id, outcome: Ok(()) });
    assert_eq!(shown(&bench), (2, 2));
}

#[test]
fn a_restart_of_the_whole_process_starts_all_brokers() {
    for clean in [true, false] {
        let (mut bench, _) = two();
        let at_two = bench.connect_to(2);
        produce(&mut bench, at_two, "orders", batch(&["a"])).unwrap();
        stop(&mut bench, 2, clean);
        bench.wait(Duration::from_secs(10));
        let Bench { mut cluster, now, .. } = bench;
        cluster.close(now).unwrap();
        cluster.mark_clean(now).unwrap();
        let mut bench = Bench::open_at(config(2), cluster.storage().clone(), Timestamp(now.0 + 1));
        let client = bench.connect();
        assert_eq!(metadata(&mut bench, client, "orders"), "[1, 2] (0, 2, 2, [2], []) (0, 1, 0, [1], [])");
        let at_two = bench.connect_to(2);
        let response: FetchResponse = bench.ask(at_two, 11, fetch_request("orders", 0, 0));
        assert_eq!(values(&response).unwrap(), ["0:a"], "stopped cleanly: {clean}");
    }
}
