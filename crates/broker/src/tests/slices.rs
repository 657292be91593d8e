//! A broker that comes back reads its files in slices, and the other brokers' clients are answered between them.

use super::brokers::{find_any_coordinator, placed};
use super::client::START;
use super::harness::{Bench, config};
use super::produce_and_fetch::produce;
use crate::ids::BrokerId;
use crate::{Input, MemoryStorage};
use runnel_protocol::messages::api_versions::{ApiVersionsRequest, ApiVersionsResponse};
use runnel_protocol::records::BatchBuilder;
use std::time::Duration;

#[test]
fn a_large_log_is_read_through_in_slices() {
    let mut bench = Bench::open(config(2), MemoryStorage::default());
    let client = bench.connect();
    placed(&mut bench, client, "orders", &[2]);
    find_any_coordinator(&mut bench, client);
    let at_two = bench.connect_to(2);
    for number in 0..40 {
        let mut builder = BatchBuilder::new();
        builder.append(START + number, None, Some(&vec![b'x'; 1_000_000]), &[]);
        produce(&mut bench, at_two, "orders", builder.build()).unwrap();
    }
    let two = BrokerId(2);
    bench.input(Input::BrokerStopped { broker: two, clean: false });
    bench.wait(Duration::from_secs(9));
    bench.input(Input::BrokerStarted { broker: two });
    let logs = 26;
    let mut slices = 0;
    while !bench.cluster.is_listening(two) {
        // Each request of another broker's client is answered at once, and one slice is done meanwhile.
        let _: ApiVersionsResponse = bench.ask(client, 0, ApiVersionsRequest::default());
        slices += 1;
    }
    // Forty megabytes in pieces of eight, one piece for each other log, and the registration.
    assert!((logs + 5..logs + 10).contains(&slices), "{slices}");
    bench.wait(Duration::ZERO);
    assert_eq!(bench.cluster.record("orders", 0, 39).map(|record| record.timestamp), Some(START + 39));
}
