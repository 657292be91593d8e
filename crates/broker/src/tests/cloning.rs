//! A clone is what a history keeps for every point in time to which one may want to return: it costs next to nothing,
//! and so does the first change after it.

use super::brokers::{commit, find_any_coordinator};
use super::client::{START, create};
use super::harness::{Bench, config};
use super::produce_and_fetch::produce_request;
use crate::MemoryStorage;
use runnel_protocol::messages::produce::ProduceResponse;
use runnel_protocol::records::BatchBuilder;
use std::hint::black_box;

/// Three brokers, four topics of six partitions, 100,000 records, ten groups, twelve connections.
fn lived() -> Bench<MemoryStorage> {
    let mut bench = Bench::open(config(3), MemoryStorage::default());
    bench.cluster.set_watched(false);
    let clients: Vec<_> = (0..12).map(|at| bench.connect_to(at % 3 + 1)).collect();
    for topic in ["orders", "payments", "shipping", "mail"] {
        create(&mut bench, clients[0], topic, 6, &[]);
    }
    find_any_coordinator(&mut bench, clients[0]);
    let snapshot = bench.cluster.overview();
    for topic in snapshot.topics.iter().filter(|topic| !topic.internal) {
        for partition in &topic.partitions {
            let client = clients[usize::try_from(partition.leader - 1).unwrap()];
            for _ in 0..42 {
                let mut builder = BatchBuilder::new();
                for number in 0..100 {
                    builder.append(START, Some(b"user1"), Some(format!("value {number:0>80}").as_bytes()), &[]);
                }
                let mut request = produce_request(&topic.name, -1, builder.build());
                request.topic_data[0].partition_data[0].index = partition.partition;
                let response: ProduceResponse = bench.ask(client, 9, request);
                assert_eq!(response.responses[0].partition_responses[0].error_code, 0);
            }
        }
    }
    for group in 0..10 {
        for client in &clients[..3] {
            commit(&mut bench, *client, &format!("group-{group}"), 7);
        }
    }
    bench
}

#[test]
fn a_clone_and_the_first_write_after_it_cost_little() {
    let bench = lived();
    let snapshot = bench.cluster.overview();
    let records: i64 = snapshot.topics.iter().flat_map(|topic| &topic.partitions).map(|one| one.log_end_offset).sum();
    assert!(records > 100_000 && snapshot.groups.len() == 10);
    let memory = allocation_counter::measure(|| drop(black_box(bench.cluster.clone())));
    // 48 allocations of 16 kB were measured, which take a few microseconds: a thousand clones are 16 MB.
    assert!(memory.count_total < 100, "{memory:?}");
    assert!(memory.bytes_max < 32 * 1024, "{memory:?}");

    let mut copy = Bench::continuing(bench.cluster.clone(), bench.now);
    let client = copy.connect_as(crate::ConnectionId(1));
    let mut builder = BatchBuilder::new();
    builder.append(START, None, Some(b"v"), &[]);
    let request = produce_request("orders", -1, builder.build());
    let memory = allocation_counter::measure(|| copy.send(client, 9, request));
    // Measured: 33 allocations of 2.7 kB.
    assert!(memory.count_total < 100, "{memory:?}");
    assert!(memory.bytes_max < 32 * 1024, "{memory:?}");
}
