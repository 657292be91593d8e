//! Folders that a real Kafka wrote, served over frames: transactions, control batches, gaps.

use super::client::{Memory, code};
use super::harness::{Bench, batch, config};
use super::produce_and_fetch::{fetch_request, produce};
use crate::ids::ConnectionId;
use crate::{MemoryStorage, Storage};
use runnel_protocol::ErrorCode;
use runnel_protocol::messages::fetch::FetchResponse;
use runnel_protocol::records::{self, BatchHeader};
use std::path::PathBuf;

/// A broker whose data folder holds `mixed-0` and `compacted-0`: see `testdata/kafka-4.3/README.md`.
fn adopted() -> (Memory, ConnectionId) {
    let mut storage = MemoryStorage::default();
    for name in ["mixed-0", "compacted-0"] {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("testdata/kafka-4.3").join(name);
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let file = path.file_name().unwrap().to_str().unwrap();
            storage.replace(&format!("broker-1/{name}/{file}"), &std::fs::read(&path).unwrap()).unwrap();
        }
    }
    let mut bench = Bench::open(config(1), storage);
    let client = bench.connect();
    (bench, client)
}

/// Headers of the batches from an offset on, and the transactions that the answer calls aborted.
fn read(
    bench: &mut Memory,
    client: ConnectionId,
    topic: &str,
    offset: i64,
    isolation_level: i8,
) -> (Vec<BatchHeader>, Option<Vec<(i64, i64)>>) {
    let mut request = fetch_request(topic, offset, 0);
    request.isolation_level = isolation_level;
    let response: FetchResponse = bench.ask(client, 11, request);
    let partition = &response.responses[0].partitions[0];
    assert_eq!(code(partition.error_code), ErrorCode::None, "at {offset}");
    let bytes = partition.records.as_ref().and_then(|records| records.as_bytes()).unwrap();
    let headers = records::split(&bytes).map(|batch| batch.unwrap().0).collect();
    let aborted = partition.aborted_transactions.as_ref();
    (headers, aborted.map(|list| list.iter().map(|one| (one.producer_id, one.first_offset)).collect()))
}

/// Pitfall 27: what is there comes out at either isolation level, markers too, and offsets go on over every gap.
#[test]
fn a_reader_comes_to_the_end_over_markers_and_gaps() {
    let (mut bench, client) = adopted();
    for (topic, end, markers) in [("mixed", 17, 4), ("compacted", 27, 1)] {
        for isolation_level in [0, 1] {
            let (mut offset, mut control) = (0, 0);
            while offset < end {
                let (headers, _) = read(&mut bench, client, topic, offset, isolation_level);
                let last = headers.last().expect("something comes until the end is reached");
                control += headers.iter().filter(|header| header.attributes.is_control()).count();
                offset = last.next_offset();
            }
            assert_eq!((offset, control >= markers), (end, true), "{topic}: {control}");
        }
    }
}

/// Pitfall 33.
#[test]
fn a_reader_of_committed_records_is_told_which_were_aborted() {
    let (mut bench, client) = adopted();
    assert_eq!(read(&mut bench, client, "mixed", 0, 0).1, None);
    assert_eq!(read(&mut bench, client, "mixed", 0, 1).1, Some(vec![(2, 7)]));
    assert_eq!(read(&mut bench, client, "mixed", 9, 1).1, Some(vec![(2, 7), (2, 13)]));
    assert_eq!(read(&mut bench, client, "mixed", 16, 1).1, Some(Vec::new()));
}

#[test]
fn a_log_that_kafka_began_goes_on_here() {
    let (mut bench, client) = adopted();
    assert_eq!(produce(&mut bench, client, "mixed", batch(&["here"])), Ok(17));
    let (headers, _) = read(&mut bench, client, "mixed", 17, 1);
    assert!(headers[0].partition_leader_epoch > 0, "a leader's epoch is above all that stand in its log");
}
