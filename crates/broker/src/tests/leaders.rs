//! Several brokers: each serves what it leads, and says who leads the rest.

use super::client::{Memory, code, create};
use super::harness::{Bench, batch, config};
use super::produce_and_fetch::{fetch_request, produce_request};
use crate::ids::{BrokerId, ConnectionId};
use crate::{Endpoint, Input, MemoryStorage};
use runnel_protocol::ErrorCode;
use runnel_protocol::messages::delete_records::{
    DeleteRecordsPartition, DeleteRecordsRequest, DeleteRecordsResponse, DeleteRecordsTopic,
};
use runnel_protocol::messages::fetch::FetchResponse;
use runnel_protocol::messages::find_coordinator::{FindCoordinatorRequest, FindCoordinatorResponse};
use runnel_protocol::messages::heartbeat::{HeartbeatRequest, HeartbeatResponse};
use runnel_protocol::messages::list_offsets::{
    ListOffsetsPartition, ListOffsetsRequest, ListOffsetsResponse, ListOffsetsTopic,
};
use runnel_protocol::messages::metadata::{MetadataRequest, MetadataResponse};
use runnel_protocol::messages::offset_for_leader_epoch::{
    OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse, OffsetForLeaderPartition, OffsetForLeaderTopic,
};
use runnel_protocol::messages::produce::ProduceResponse;
use uuid::Uuid;

/// Three brokers, topic `orders` of one partition, its id, its leader, and a connection to a broker that is not.
fn three() -> (Memory, Uuid, i32, ConnectionId) {
    let mut bench = Bench::open(config(3), MemoryStorage::default());
    let client = bench.connect();
    let id = create(&mut bench, client, "orders", 1, &[]);
    let response: MetadataResponse = bench.ask(client, 12, MetadataRequest { topics: None, ..Default::default() });
    assert_eq!(response.brokers.len(), 3);
    let leader = response.topics[0].partitions[0].leader_id;
    let stranger = bench.connect_to(leader % 3 + 1);
    (bench, id, leader, stranger)
}

/// Pitfall 63, KIP-951: from version 10 of Produce on with the leader and its address.
#[test]
fn a_produce_to_the_wrong_broker_names_the_right_one() {
    let (mut bench, id, leader, stranger) = three();
    for version in [9, 10, 12, 13] {
        let mut request = produce_request(if version >= 13 { "" } else { "orders" }, -1, batch(&["a"]));
        request.topic_data[0].topic_id = if version >= 13 { id } else { Uuid::nil() };
        let response: ProduceResponse = bench.ask(stranger, version, request);
        let partition = &response.responses[0].partition_responses[0];
        assert_eq!(code(partition.error_code), ErrorCode::NotLeaderOrFollower);
        let endpoints: Vec<_> =
            response.node_endpoints.iter().map(|node| (node.node_id, &*node.host, node.port)).collect();
        let current = (partition.current_leader.leader_id, partition.current_leader.leader_epoch);
        if version >= 10 {
            assert_eq!((current, endpoints), ((leader, 0), vec![(leader, "localhost", 9091 + leader)]));
        } else {
            assert_eq!((current, endpoints.len()), ((-1, -1), 0));
        }
    }
}

/// Pitfall 63, KIP-951: from version 16 of Fetch on with the leader and its address; and it does not wait.
#[test]
fn a_fetch_from_the_wrong_broker_names_the_right_one() {
    let (mut bench, id, leader, stranger) = three();
    for version in [12, 15, 16, 18] {
        let mut request = fetch_request(if version >= 13 { "" } else { "orders" }, 0, 60_000);
        request.topics[0].topic_id = if version >= 13 { id } else { Uuid::nil() };
        let response: FetchResponse = bench.ask(stranger, version, request);
        let partition = &response.responses[0].partitions[0];
        assert_eq!(code(partition.error_code), ErrorCode::NotLeaderOrFollower);
        let endpoints: Vec<_> =
            response.node_endpoints.iter().map(|node| (node.node_id, &*node.host, node.port)).collect();
        let current = (partition.current_leader.leader_id, partition.current_leader.leader_epoch);
        if version >= 16 {
            assert_eq!((current, endpoints), ((leader, 0), vec![(leader, "localhost", 9091 + leader)]));
        } else {
            assert_eq!((current, endpoints.len()), ((-1, -1), 0));
        }
    }
}

/// Pitfalls 35, 61 and 63: only the leader answers for a partition.
#[test]
fn whoever_does_not_lead_a_partition_says_so() {
    let (mut bench, _, leader, stranger) = three();
    let at_leader = bench.connect_to(leader);
    for (client, wanted) in [(stranger, ErrorCode::NotLeaderOrFollower), (at_leader, ErrorCode::None)] {
        let partitions = vec![ListOffsetsPartition { timestamp: -1, ..Default::default() }];
        let topics = vec![ListOffsetsTopic { name: "orders".into(), partitions }];
        let request = ListOffsetsRequest { replica_id: -1, topics, ..Default::default() };
        let listed: ListOffsetsResponse = bench.ask(client, 7, request);
        assert_eq!(code(listed.topics[0].partitions[0].error_code), wanted);

        let partitions = vec![OffsetForLeaderPartition::default()];
        let topics = vec![OffsetForLeaderTopic { topic: "orders".into(), partitions }];
        let request = OffsetForLeaderEpochRequest { replica_id: -1, topics };
        let epochs: OffsetForLeaderEpochResponse = bench.ask(client, 4, request);
        assert_eq!(code(epochs.topics[0].partitions[0].error_code), wanted);

        let partitions = vec![DeleteRecordsPartition { partition_index: 0, offset: 0 }];
        let topics = vec![DeleteRecordsTopic { name: "orders".into(), partitions }];
        let request = DeleteRecordsRequest { topics, ..Default::default() };
        let deleted: DeleteRecordsResponse = bench.ask(client, 2, request);
        assert_eq!(code(deleted.topics[0].partitions[0].error_code), wanted);
    }
}

/// Pitfall 43: the answer never names a broker that is none.
#[test]
fn a_group_has_one_coordinator_and_the_others_say_that_they_are_not() {
    let (mut bench, ..) = three();
    let mut coordinators = Vec::new();
    for broker in 1..=3 {
        let client = bench.connect_to(broker);
        for group in ["billing", "shipping", "audit", "mail"] {
            let request = FindCoordinatorRequest { coordinator_keys: vec![group.into()], ..Default::default() };
            let response: FindCoordinatorResponse = bench.ask(client, 4, request);
            let found = &response.coordinators[0];
            assert_eq!((found.error_code, found.port), (0, 9091 + found.node_id));
            coordinators.push((group, found.node_id));

            let request = HeartbeatRequest { group_id: group.into(), member_id: "m".into(), ..Default::default() };
            let response: HeartbeatResponse = bench.ask(client, 3, request);
            let wanted = if found.node_id == broker { ErrorCode::UnknownMemberId } else { ErrorCode::NotCoordinator };
            assert_eq!(code(response.error_code), wanted);
        }
    }
    coordinators.sort_unstable();
    coordinators.dedup();
    assert_eq!(coordinators.len(), 4, "every broker names the same");
}

/// Pitfall 11: a client is told the addresses of the listener that it came to.
#[test]
fn each_listener_has_addresses_of_its_own() {
    let mut settings = config(2);
    for broker in &mut settings.brokers {
        let port = 30_000 + u16::try_from(broker.id.0).unwrap();
        broker.endpoints.push(Endpoint { listener: "INSIDE".to_owned(), host: "runnel".to_owned(), port });
    }
    let mut bench = Bench::open(settings, MemoryStorage::default());
    let outside = bench.connect();
    let inside = ConnectionId(99);
    let (broker, peer) = (BrokerId(2), "172.17.0.2".to_owned());
    bench.input(Input::ConnectionOpened { connection: inside, broker, listener: 1, peer });
    create(&mut bench, outside, "orders", 1, &[]);
    let ports: [(ConnectionId, &str, i32); 2] = [(outside, "localhost", 9091), (inside, "runnel", 30_000)];
    for (client, host, below) in ports {
        let all = MetadataRequest { topics: None, ..Default::default() };
        let response: MetadataResponse = bench.ask(client, 12, all);
        let told: Vec<_> = response.brokers.iter().map(|broker| (&*broker.host, broker.port)).collect();
        assert_eq!(told, [(host, below + 1), (host, below + 2)]);
        let request = FindCoordinatorRequest { coordinator_keys: vec!["billing".into()], ..Default::default() };
        let response: FindCoordinatorResponse = bench.ask(client, 4, request);
        let found = &response.coordinators[0];
        assert_eq!((&*found.host, found.port), (host, below + found.node_id));
    }
}
