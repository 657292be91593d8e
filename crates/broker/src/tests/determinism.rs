//! The same seed and the same inputs give the same frames, whatever the steps in which time passes.

use super::client::{Memory, START, batch_at, create, produce_to};
use super::harness::{Bench, batch, config};
use super::membership::{commit, join, join_request, sync};
use super::produce_and_fetch::{fetch_request, produce};
use crate::config::ClusterConfig;
use crate::ids::ConnectionId;
use crate::{Input, MemoryStorage, Timestamp};
use bytes::Bytes;
use runnel_protocol::messages::init_producer_id::{InitProducerIdRequest, InitProducerIdResponse};
use std::time::Duration;

fn cluster(seed: u64) -> Memory {
    Bench::open(ClusterConfig { seed, ..config(1) }, MemoryStorage::default())
}

/// A bit of everything that chance or time touches, and time passing in steps.
fn run(bench: &mut Memory, step: Duration) -> Vec<(Timestamp, ConnectionId, Bytes)> {
    let (one, other, late) = (bench.connect(), bench.connect(), bench.connect());
    create(bench, one, "orders", 3, &[("retention.ms", "2000")]);
    let _: InitProducerIdResponse =
        bench.ask(one, 4, InitProducerIdRequest { transactional_id: None, ..Default::default() });
    let member = join(bench, one, "billing", None);
    sync(bench, "billing", &member, &[(&member.id.clone(), b"all")]).unwrap();
    commit(bench, "billing", &member, 4);
    bench.send(other, 5, join_request("billing", "", None));
    bench.send(late, 12, fetch_request("orders", 1, 7_000));
    produce_to(bench, one, 9, "orders", batch_at(START, "a"));
    let end = bench.now + Duration::from_secs(10);
    while bench.now < end {
        bench.wait(step);
    }
    produce(bench, one, "orders", batch(&["b"])).unwrap();
    bench.wait(Duration::from_secs(400));
    std::mem::take(&mut bench.sent)
}

#[test]
fn the_same_seed_and_inputs_give_the_same_frames_byte_for_byte() {
    let step = Duration::from_secs(10);
    let (first, second) = (run(&mut cluster(7), step), run(&mut cluster(7), step));
    assert_eq!(first, second);
    assert!(first.len() > 8);
    let other = run(&mut cluster(8), step);
    assert_ne!(first, other, "identifiers come from the seed");
}

#[test]
fn ten_seconds_in_one_step_equal_a_thousand_small_ones() {
    let (mut one, mut other) = (cluster(7), cluster(7));
    let (whole, cut) = (run(&mut one, Duration::from_secs(10)), run(&mut other, Duration::from_millis(10)));
    assert_eq!(whole, cut);
    assert_eq!(one.events(), other.events());
    assert_eq!(one.cluster.snapshot(), other.cluster.snapshot());
}

#[test]
fn a_clone_goes_its_own_way() {
    let mut bench = cluster(7);
    let client = bench.connect();
    create(&mut bench, client, "orders", 1, &[]);
    produce(&mut bench, client, "orders", batch(&["both"])).unwrap();
    let mut copy = Bench::continuing(bench.cluster.clone(), bench.now);
    let here = copy.connect_as(client);
    assert_eq!(produce(&mut copy, here, "orders", batch(&["copy"])), Ok(1));
    assert_eq!(produce(&mut copy, here, "orders", batch(&["copy"])), Ok(2));
    assert_eq!(produce(&mut bench, client, "orders", batch(&["original"])), Ok(1));
    let ends = |bench: &Memory| bench.cluster.snapshot().topics[0].partitions[0].log_end_offset;
    assert_eq!((ends(&bench), ends(&copy)), (2, 3));
    let read = |bench: &mut Memory| {
        let response = bench.ask(client, 12, fetch_request("orders", 0, 0));
        super::produce_and_fetch::values(&response).unwrap()
    };
    assert_eq!(read(&mut bench), ["0:both", "1:original"]);
    assert_eq!(read(&mut copy), ["0:both", "1:copy", "2:copy"]);
}

/// What waits is cloned too: the same wait ends in both.
#[test]
fn a_clone_still_owes_what_the_original_owes() {
    let mut bench = cluster(7);
    let client = bench.connect();
    create(&mut bench, client, "orders", 1, &[]);
    bench.send(client, 12, fetch_request("orders", 0, 1_000));
    let mut copy = Bench::continuing(bench.cluster.clone(), bench.now);
    bench.input(Input::ConnectionClosed { connection: client });
    bench.wait(Duration::from_secs(1));
    copy.wait(Duration::from_secs(1));
    assert!(bench.raw_answer(client).is_none());
    assert!(copy.raw_answer(client).is_some());
}
