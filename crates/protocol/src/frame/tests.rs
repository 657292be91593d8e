//! Frames that Apache Kafka and real clients sent: see the first line of each file in `testdata/`.

use super::*;
use crate::messages::api_versions::ApiVersionsRequest;
use crate::messages::{fetch, produce};
use crate::{Chunk, ErrorCode};
use std::path::{Path, PathBuf};

/// A request and its response.
struct Exchange {
    name: String,
    request: Bytes,
    response: Bytes,
}

fn read(path: &Path) -> Exchange {
    let text = std::fs::read_to_string(path).unwrap();
    let mut lines = text.lines().skip(1);
    assert_eq!(lines.next(), Some("request"), "{path:?}");
    let hex = |lines: &mut dyn Iterator<Item = &str>| lines.flat_map(str::chars).collect::<String>();
    let request = hex(&mut lines.by_ref().take_while(|line| *line != "response"));
    let response = hex(&mut lines);
    let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
    Exchange { name, request: bytes_of(&request), response: bytes_of(&response) }
}

fn bytes_of(hex: &str) -> Bytes {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

fn testdata() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata")
}

fn golden(name: &str) -> Exchange {
    read(&testdata().join(name).with_extension("hex"))
}

fn whole(chunks: &Chunks) -> Bytes {
    chunks.gather(Err).unwrap()
}

#[test]
fn golden_frames_are_read_and_written_as_the_same_bytes() {
    let mut keys = std::collections::BTreeSet::new();
    for entry in std::fs::read_dir(testdata()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            continue;
        }
        let exchange = read(&path);
        if exchange.name == "api_versions-v99" {
            continue;
        }
        let (header, request) = decode_request(&exchange.request).expect(&exchange.name);
        let (key, version) = (request.api_key(), header.api_version);
        assert_eq!(exchange.name, format!("{}-v{version}", key.file_name()));
        let again = encode_request(version, header.correlation_id, header.client_id.as_deref(), &request).unwrap();
        assert_eq!(whole(&again).slice(4..), exchange.request, "{} request", exchange.name);
        let (correlation_id, response) = decode_response(key, version, &exchange.response).expect(&exchange.name);
        assert_eq!(correlation_id, header.correlation_id);
        let again = encode_response(key, version, correlation_id, &response).unwrap();
        assert_eq!(whole(&again).slice(4..), exchange.response, "{} response", exchange.name);
        assert_eq!(whole(&again)[..4], i32::try_from(exchange.response.len()).unwrap().to_be_bytes());
        keys.insert(key);
    }
    assert_eq!(keys.into_iter().collect::<Vec<_>>(), ApiKey::all().collect::<Vec<_>>(), "every API has a golden frame");
}

#[test]
fn an_api_versions_response_has_no_tagged_fields_in_its_header() {
    let exchange = golden("api_versions-v3");
    // Correlation id, then at once the error code: a tagged section between them would be one byte of zero.
    assert_eq!(exchange.response[..6], [0, 0, 0, 6, 0, 0]);
    let (_, response) = decode_response(ApiKey::ApiVersions, 3, &exchange.response).unwrap();
    let Response::ApiVersions(response) = response else { panic!("another response") };
    let told: Vec<i16> = response.api_keys.iter().map(|row| row.api_key).collect();
    assert!(told.is_sorted() && told.contains(&75));
}

#[test]
fn what_kafka_advertises_is_what_the_table_says() {
    let exchange = golden("api_versions-v4");
    let (_, response) = decode_response(ApiKey::ApiVersions, 4, &exchange.response).unwrap();
    let Response::ApiVersions(response) = response else { panic!("another response") };
    for key in ApiKey::all() {
        let row = response.api_keys.iter().find(|row| row.api_key == key.number()).unwrap();
        assert_eq!(row.min_version..=row.max_version, key.advertised(), "{key}");
    }
}

#[test]
fn an_unknown_version_of_api_versions_is_answered_in_version_0() {
    let exchange = golden("api_versions-v99");
    let (header, _) = decode_request_header(&exchange.request).unwrap();
    assert_eq!((header.api_version, header.client_id.as_deref(), header.api()), (99, Some("me"), None));
    let (_, response) = decode_response(ApiKey::ApiVersions, 0, &exchange.response).unwrap();
    let Response::ApiVersions(answer) = &response else { panic!("another response") };
    assert_eq!(answer.error_code, ErrorCode::UnsupportedVersion.number());
    let again = encode_response(ApiKey::ApiVersions, 0, header.correlation_id, &response).unwrap();
    assert_eq!(whole(&again).slice(4..), exchange.response);
}

#[test]
fn the_client_id_is_a_classic_string_in_a_flexible_header() {
    let exchange = golden("api_versions-v4");
    let (header, reader) = decode_request_header(&exchange.request).unwrap();
    let client_id = header.client_id.unwrap();
    let size = u8::try_from(client_id.len()).unwrap();
    assert_eq!(exchange.request[8..10], [0, size], "two bytes of length, not a varint");
    assert_eq!(exchange.request[10 + client_id.len()], 0, "no tagged fields");
    assert_eq!(reader.at(), 11 + client_id.len());
}

#[test]
fn a_client_id_may_be_null() {
    let request = ApiVersionsRequest::default().into();
    for version in [0, 3] {
        let frame = whole(&encode_request(version, 1, None, &request).unwrap()).slice(4..);
        assert_eq!(decode_request(&frame).unwrap().0.client_id, None);
    }
}

#[test]
fn a_header_says_where_it_ends() {
    let wanted = |frame: &'static [u8]| decode_request_header(&Bytes::from_static(frame)).unwrap_err();
    assert_eq!(wanted(&[0]), DecodeError { at: 0, wanted: "api_key: int16" });
    assert_eq!(wanted(&[0, 18, 0, 0, 0, 0]), DecodeError { at: 4, wanted: "correlation_id: int32" });
    let cut = wanted(&[0, 18, 0, 0, 0, 0, 0, 1, 0, 9, b'm', b'e']);
    assert_eq!(cut, DecodeError { at: 8, wanted: "client_id: string or null" });
}

#[test]
fn an_older_version_refuses_what_it_cannot_say() {
    let partition = fetch::FetchPartition { last_fetched_epoch: 3, ..Default::default() };
    let topic = fetch::FetchTopic { partitions: vec![partition], ..Default::default() };
    let request: Request = fetch::FetchRequest { topics: vec![topic], ..Default::default() }.into();
    let error = encode_request(11, 1, None, &request).unwrap_err();
    assert_eq!(error, EncodeError::NotInVersion { field: "FetchPartition.last_fetched_epoch", version: 11 });
    assert!(encode_request(12, 1, None, &request).is_ok());

    let ignorable: Request = fetch::FetchRequest { rack_id: "here".into(), ..Default::default() }.into();
    assert!(encode_request(10, 1, None, &ignorable).is_ok(), "a rack may be dropped");

    let answer: Response = fetch::FetchResponse { session_id: 4, ..Default::default() }.into();
    let error = encode_response(ApiKey::Fetch, 4, 1, &answer).unwrap_err();
    assert_eq!(error, EncodeError::NotInVersion { field: "FetchResponse.session_id", version: 4 });

    let unnamed: Request = crate::messages::metadata::MetadataRequest { topics: None, ..Default::default() }.into();
    let error = encode_request(0, 1, None, &unnamed).unwrap_err();
    assert_eq!(error, EncodeError::Null { field: "MetadataRequest.topics", version: 0 });
    assert_eq!(
        encode_request(19, 1, None, &ignorable).unwrap_err(),
        EncodeError::Version { message: "FetchRequest", version: 19 }
    );
}

#[test]
fn records_travel_without_being_copied() {
    let batch = Bytes::from(vec![7; 10_000]);
    let partition = produce::PartitionProduceData { index: 0, records: Some(Chunks::from(batch.clone())) };
    let topic = produce::TopicProduceData { partition_data: vec![partition], ..Default::default() };
    let request: Request = produce::ProduceRequest { topic_data: vec![topic], ..Default::default() }.into();
    let chunks = encode_request(3, 1, None, &request).unwrap();
    let is_batch = |chunk: &Chunk| matches!(chunk, Chunk::Bytes(bytes) if bytes.as_ptr() == batch.as_ptr());
    assert_eq!(chunks.0.iter().filter(|chunk| is_batch(chunk)).count(), 1);

    let frame = whole(&chunks).slice(4..);
    let (_, Request::Produce(read)) = decode_request(&frame).unwrap() else { panic!("another request") };
    let records = read.topic_data[0].partition_data[0].records.clone().unwrap().as_bytes().unwrap();
    assert_eq!(records, batch);
    assert!(frame.as_ptr_range().contains(&records.as_ptr()), "the records are a slice of the frame");
}

#[test]
fn a_range_of_a_store_keeps_its_place_in_a_response() {
    let range = crate::BlobRange { blob: 4, position: 100, size: 61 };
    let partition = fetch::PartitionData { records: Some(Chunks::from(Chunk::Range(range))), ..Default::default() };
    let topic = fetch::FetchableTopicResponse { partitions: vec![partition], ..Default::default() };
    let response: Response = fetch::FetchResponse { responses: vec![topic], ..Default::default() }.into();
    let chunks = encode_response(ApiKey::Fetch, 12, 1, &response).unwrap();
    assert_eq!(chunks.0.iter().filter(|chunk| **chunk == Chunk::Range(range)).count(), 1);
    let frame = chunks.gather(|_| Ok::<_, ()>(Bytes::from(vec![9; 61]))).unwrap();
    assert_eq!(frame[..4], i32::try_from(frame.len() - 4).unwrap().to_be_bytes());
    let (_, Response::Fetch(read)) = decode_response(ApiKey::Fetch, 12, &frame.slice(4..)).unwrap() else {
        panic!("another response")
    };
    assert_eq!(read.responses[0].partitions[0].records, Some(Chunks::from(Bytes::from(vec![9; 61]))));
}
