//! What is spoken: which requests in which versions, and what becomes of all others.

use super::client::{Memory, create};
use super::harness::bench;
use super::sane::{sane, software};
use crate::ids::ConnectionId;
use expect_test::{Expect, expect};
use runnel_protocol::messages::api_versions::ApiVersionsResponse;
use runnel_protocol::{ApiKey, ErrorCode};
use std::fmt::Write as _;

fn raw(key: i16, version: i16, rest: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    bytes.extend(key.to_be_bytes());
    bytes.extend(version.to_be_bytes());
    bytes.extend(9_i32.to_be_bytes());
    bytes.extend([0, 1, b'x']);
    bytes.extend(rest);
    bytes
}

/// Pitfall 8. The same list that a real broker of 4.3.0 gives for these keys.
#[test]
fn the_list_of_versions_is_kafkas() {
    let mut bench = bench();
    let client = bench.connect();
    let response: ApiVersionsResponse = bench.ask(client, 4, software("kafka-clients", "4.3.0"));
    let mut list = String::new();
    for row in response.api_keys {
        let _ = write!(list, "{}:{}-{} ", row.api_key, row.min_version, row.max_version);
    }
    expect![[r#"
        0:0-13 1:4-18 2:1-11 3:0-13 8:2-10 9:1-10 10:0-6 11:0-9 12:0-4 13:0-5 14:0-5 15:0-6 16:0-5 18:0-4 19:2-7 20:1-6 21:0-2 22:0-5 23:2-4 32:1-4 33:0-2 37:0-3 42:0-2 44:0-1 47:0-0 60:0-2 75:0-0 "#]]
    .assert_eq(&list);
    let features: Vec<_> =
        response.finalized_features.iter().map(|feature| (&*feature.name, feature.max_version_level)).collect();
    assert_eq!(features, [("metadata.version", 30)], "nothing is promised that is not there");
}

/// Pitfalls 2 and 73. The answer that a broker of 4.3.0 gives, byte for byte.
#[test]
fn an_unknown_version_of_api_versions_is_told_the_known_ones_in_the_oldest_layout() {
    let mut bench = bench();
    for (version, rest) in [(99, &[0][..]), (5, &[0]), (-1, &[])] {
        let client = bench.connect();
        bench.send_raw(client, raw(18, version, rest));
        let answer = bench.raw_answer(client).expect("it is answered");
        let wanted = [0, 0, 0, 9, 0, 35, 0, 0, 0, 1, 0, 18, 0, 0, 0, 4];
        assert_eq!(answer[..], wanted, "version {version}");
        let again: ApiVersionsResponse = bench.ask(client, 4, software("it", "1"));
        assert_eq!(again.error_code, 0, "the connection goes on");
    }
}

/// Pitfall 1. The header has no tags even where the body has.
#[test]
fn the_header_of_an_api_versions_answer_is_the_oldest() {
    let mut bench = bench();
    let client = bench.connect();
    bench.send_raw(client, raw(18, 3, &[0, 2, b'a', 2, b'1', 0]));
    let answer = bench.raw_answer(client).unwrap();
    assert_eq!(answer[..7], [0, 0, 0, 9, 0, 0, 28], "correlation id, error code, 27 keys as a compact array");
}

/// Pitfall 4. Kafka's pattern, and its answer.
#[test]
fn a_software_name_that_is_none_is_refused_and_the_connection_lives() {
    let mut bench = bench();
    let client = bench.connect();
    for (name, version) in [
        ("a@bc", "1"),
        ("", "1"),
        ("abc", ""),
        ("-abc", "1"),
        ("abc-", "1"),
        ("a_b", "1"),
        ("a b", "1"),
        ("abc", "1+2"),
    ] {
        let response: ApiVersionsResponse = bench.ask(client, 3, software(name, version));
        assert_eq!(response.error_code, ErrorCode::InvalidRequest.number(), "{name:?} {version:?}");
        assert!(response.api_keys.is_empty());
    }
    let response: ApiVersionsResponse = bench.ask(client, 3, software("a.b-c", "1.0.0-SNAPSHOT"));
    assert_eq!(response.error_code, 0);
}

#[track_caller]
fn check_closed(key: i16, version: i16, rest: &[u8], expected: Expect) {
    let mut bench = bench();
    let client = bench.connect();
    bench.send_raw(client, raw(key, version, rest));
    assert!(bench.raw_answer(client).is_none());
    expected.assert_eq(bench.closed.get(&client).expect("the connection is closed"));
    assert!(bench.cluster.snapshot().connections.is_empty());
}

/// Pitfalls 3, 6 and 73.
#[test]
fn what_is_not_spoken_ends_the_connection_with_a_sentence() {
    check_closed(0, 2, &[], expect!["Produce in version 2, which is not among 3 to 13"]);
    check_closed(0, 14, &[], expect!["Produce in version 14, which is not among 3 to 13"]);
    check_closed(1, 19, &[0], expect!["Fetch in version 19, which is not among 4 to 18"]);
    check_closed(1, 3, &[], expect!["Fetch in version 3, which is not among 4 to 18"]);
    check_closed(7, 0, &[], expect!["a request of unknown kind 7 (version 0)"]);
    check_closed(999, 0, &[], expect!["a request of unknown kind 999 (version 0)"]);
    check_closed(-1, 0, &[], expect!["a request of unknown kind -1 (version 0)"]);
}

/// Pitfall 75, and a header that ends too early.
#[test]
fn what_cannot_be_read_ends_the_connection_with_a_sentence() {
    check_closed(
        3,
        1,
        &[],
        expect!["Metadata v1 of 11 bytes: byte 11: wanted MetadataRequest.topics: []MetadataRequestTopic or null"],
    );
    check_closed(
        3,
        1,
        &[0x7f, 0xff, 0xff, 0xff],
        expect!["Metadata v1 of 15 bytes: byte 11: wanted MetadataRequest.topics: []MetadataRequestTopic or null"],
    );
    check_closed(
        18,
        3,
        &[0, 2],
        expect!["ApiVersions v3 of 13 bytes: byte 12: wanted ApiVersionsRequest.client_software_name: string"],
    );
    let mut bench = bench();
    let client = bench.connect();
    bench.send_raw(client, vec![0, 18]);
    expect!["a request header of 2 bytes: byte 2: wanted api_version: int16"].assert_eq(&bench.closed[&client]);
}

/// Pitfalls 5 and 74: what stands behind a request is left alone, as Kafka does.
#[test]
fn bytes_behind_a_request_are_ignored() {
    let mut bench = bench();
    let client = bench.connect();
    bench.send_raw(client, raw(18, 0, b"xyz"));
    assert_eq!(bench.raw_answer(client).unwrap()[4..6], [0, 0]);
}

/// Pitfall 9. In flexible requests too, the client's name is a string of the old kind, and may be null.
#[test]
fn a_client_is_known_by_the_name_in_its_requests() {
    let mut bench = bench();
    let client = bench.connect();
    let flexible =
        [&raw(18, 3, &[])[..], &[0, 8, b'k', b'a', b'f', b'k', b'a', b'j', b's', 6, b'2', b'.', b'2', b'.', b'4', 0]];
    bench.send_raw(client, flexible.concat());
    assert!(bench.raw_answer(client).is_some());
    assert_eq!(bench.cluster.describe_client(client).unwrap(), "kafkajs 2.2.4, x");
    bench.send_raw(client, vec![0, 18, 0, 0, 0, 0, 0, 1, 0xff, 0xff]);
    assert_eq!(bench.cluster.describe_client(client).unwrap(), "kafkajs 2.2.4");
}

/// The answer of one request of every kind and version, decoded; whoever waits is waited for.
#[test]
fn every_kind_of_request_is_answered_in_every_version() {
    let mut bench = bench();
    let client = bench.connect();
    let topic_id = create(&mut bench, client, "orders", 1, &[]);
    let mut count = 0;
    for key in ApiKey::all() {
        for version in key.accepted() {
            let answered = ask_sane(&mut bench, client, key, version, topic_id);
            assert!(answered, "{key} v{version}: {:?}", bench.closed);
            count += 1;
        }
    }
    assert_eq!(count, ApiKey::all().map(|key| key.accepted().count()).sum::<usize>());
    assert!(bench.closed.is_empty());
}

fn ask_sane(bench: &mut Memory, client: ConnectionId, key: ApiKey, version: i16, topic_id: uuid::Uuid) -> bool {
    bench.send(client, version, sane(key, version, topic_id));
    if let Some(response) = bench.answer(client) {
        return response.api_key() == key;
    }
    bench.wait(std::time::Duration::from_secs(11));
    bench.answer(client).is_some_and(|response| response.api_key() == key)
}
