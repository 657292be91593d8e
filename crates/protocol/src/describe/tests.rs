//! Every byte of a frame is described once, and a broken frame up to where it breaks.

use super::*;
use crate::arbitrary::{MESSAGES, Source};
use crate::frame;
use crate::messages::fetch::{FetchPartition, FetchRequest, FetchTopic};
use crate::messages::{Request, Response};
use crate::primitives::{Reader, Writer};
use bytes::{BufMut, BytesMut};
use expect_test::{Expect, expect};

/// Own bytes follow each other from the first byte of the frame to the last, and lie in those of their holders.
#[track_caller]
fn check_tiles(description: &Description, frame: &Bytes, what: &str) {
    let mut at = 0;
    for (index, field) in description.fields.iter().enumerate() {
        assert_eq!(field.bytes.start, at, "{what}: {} leaves a gap or overlaps", description.path(index));
        assert!(field.prefix_size <= field.bytes.len(), "{what}: {}", description.path(index));
        at = field.bytes.end;
        if let Some(parent) = field.parent {
            let holder = &description.fields[parent];
            assert!(parent < index && holder.depth + 1 == field.depth, "{what}: {}", description.path(index));
            assert!(
                holder.whole.start <= field.whole.start && field.whole.end <= holder.whole.end,
                "{what}: {} does not lie in {}",
                description.path(index),
                description.path(parent),
            );
        }
    }
    assert_eq!(at, frame.len(), "{what}: the fields end before the frame does");
}

/// Random bytes after a header, or a random body with some bytes changed.
fn random_frame(source: &mut Source, header: &[u8], body: &Bytes) -> Bytes {
    let mut frame = BytesMut::from(header);
    frame.put_slice(body);
    for _ in 0..source.below(3) {
        let at = source.below(frame.len());
        frame[at] = [0, 1, 0x7f, 0xff, source.bits().to_le_bytes()[0]][source.below(5)];
    }
    if source.one_in(4) {
        frame.truncate(source.below(frame.len() + 1));
    }
    if source.one_in(4) {
        frame.put_slice(b"more");
    }
    frame.freeze()
}

#[test]
fn the_fields_of_a_request_tile_its_frame_and_the_walk_ends_where_the_decoder_does() {
    let mut source = Source::new(11);
    for row in MESSAGES.iter().filter(|row| row.name.ends_with("Request")) {
        let key = ApiKey::all().find(|key| row.name.strip_suffix("Request") == Some(key.name())).unwrap();
        for version in row.versions() {
            for _ in 0..10 {
                let body = (row.random)(&mut source, version).unwrap();
                let mut header = BytesMut::new();
                header.put_i16(key.number());
                header.put_i16(version);
                header.put_slice(&[0, 0, 0, 9, 0, 2, b'm', b'e']);
                if key.is_flexible(version) {
                    header.put_slice(&[1, 7, 2, 0xca, 0xfe]);
                }
                let frame = random_frame(&mut source, &header, &body);
                let description = describe_request(&frame);
                check_tiles(&description, &frame, row.name);
                assert_eq!(description.error, frame::decode_request(&frame).err(), "{} version {version}", row.name);
            }
        }
    }
}

#[test]
fn the_fields_of_a_response_tile_its_frame_and_the_walk_ends_where_the_decoder_does() {
    let mut source = Source::new(12);
    for row in MESSAGES.iter().filter(|row| row.name.ends_with("Response")) {
        let key = ApiKey::all().find(|key| row.name.strip_suffix("Response") == Some(key.name())).unwrap();
        for version in row.versions() {
            for _ in 0..10 {
                let body = (row.random)(&mut source, version).unwrap();
                let header: &[u8] = match key.response_header_version(version) {
                    0 => &[0, 0, 0, 9],
                    _ => &[0, 0, 0, 9, 0],
                };
                let frame = random_frame(&mut source, header, &body);
                let description = describe_response(key, version, &frame);
                check_tiles(&description, &frame, row.name);
                let decoded = frame::decode_response(key, version, &frame);
                assert_eq!(description.error, decoded.err(), "{} version {version}", row.name);
            }
        }
    }
}

#[test]
fn the_fields_of_a_record_tile_it() {
    let mut source = Source::new(13);
    for row in MESSAGES {
        for version in row.versions() {
            let bytes = (row.random)(&mut source, version).unwrap();
            let frame = random_frame(&mut source, &[], &Bytes::from([&bytes[..], &[0]].concat()));
            let description = describe_message(row.schema, version, &frame);
            check_tiles(&description, &frame, row.name);
            assert_eq!(description.error, (row.recode)(frame, version).err(), "{} version {version}", row.name);
        }
    }
}

#[test]
fn random_bytes_are_described_up_to_what_does_not_fit() {
    let mut source = Source::new(14);
    for _ in 0..2_000 {
        let mut frame = BytesMut::from(&source.bytes()[..]);
        if frame.len() > 4 {
            let [_, key] = i16::try_from(source.below(80)).unwrap().to_be_bytes();
            frame[..4].copy_from_slice(&[0, key, 0, source.bits().to_le_bytes()[0] & 0x0f]);
        }
        let frame = frame.freeze();
        let description = describe_request(&frame);
        check_tiles(&description, &frame, "random bytes");
        assert_eq!(description.error, frame::decode_request(&frame).err());
    }
}

fn fetch() -> Request {
    FetchRequest {
        max_wait_ms: 500,
        rack_id: "here".into(),
        topics: vec![FetchTopic {
            topic: "orders".into(),
            partitions: vec![FetchPartition { partition: 2, fetch_offset: 40, ..FetchPartition::default() }],
            ..FetchTopic::default()
        }],
        cluster_id: Some("runnel".into()),
        ..FetchRequest::default()
    }
    .into()
}

#[track_caller]
fn check(description: &Description, expected: Expect) {
    let mut lines: Vec<String> = (0..description.fields.len())
        .map(|index| format!("{}{}", "  ".repeat(description.fields[index].depth), description.line(index)))
        .collect();
    lines.extend(description.error.map(|error| format!("error: {error}")));
    expected.assert_eq(&(lines.join("\n") + "\n"));
}

fn frame_of(request: &Request, version: i16) -> Bytes {
    let frame = frame::encode_request(version, 7, Some("me"), request).unwrap().as_bytes().unwrap();
    frame.slice(4..)
}

#[test]
fn a_flexible_request_shows_its_tagged_fields() {
    let frame = frame_of(&fetch(), 12);
    check(
        &describe_request(&frame),
        expect![[r#"
        0..2 api_key int16 1
        2..4 api_version int16 12
        4..8 correlation_id int32 7
        8..12 client_id string "me"
        12..13 tagged fields tagged fields 0
        13..17 replica_id int32 -1
        17..21 max_wait_ms int32 500
        21..25 min_bytes int32 0
        25..29 max_bytes int32 2147483647
        29..30 isolation_level int8 0
        30..34 session_id int32 0
        34..38 session_epoch int32 -1
        38..39 topics []FetchTopic 1
          39..39 topics[0] FetchTopic
            39..46 topics[0].topic string "orders"
            46..47 topics[0].partitions []FetchPartition 1
              47..47 topics[0].partitions[0] FetchPartition
                47..51 topics[0].partitions[0].partition int32 2
                51..55 topics[0].partitions[0].current_leader_epoch int32 -1
                55..63 topics[0].partitions[0].fetch_offset int64 40
                63..67 topics[0].partitions[0].last_fetched_epoch int32 -1
                67..75 topics[0].partitions[0].log_start_offset int64 -1
                75..79 topics[0].partitions[0].partition_max_bytes int32 0
                79..80 topics[0].partitions[0].tagged fields tagged fields 0
            80..81 topics[0].tagged fields tagged fields 0
        81..82 forgotten_topics_data []ForgottenTopic 0
        82..87 rack_id string "here"
        87..88 tagged fields tagged fields 1
          88..97 cluster_id string "runnel"
    "#]],
    );
}

#[test]
fn a_frame_that_breaks_off_says_where_and_what() {
    let frame = frame_of(&fetch(), 4);
    check(
        &describe_request(&frame.slice(..frame.len() - 3)),
        expect![[r#"
        0..2 api_key int16 1
        2..4 api_version int16 4
        4..8 correlation_id int32 7
        8..12 client_id string "me"
        12..16 replica_id int32 -1
        16..20 max_wait_ms int32 500
        20..24 min_bytes int32 0
        24..28 max_bytes int32 2147483647
        28..29 isolation_level int8 0
        29..33 topics []FetchTopic 1
          33..33 topics[0] FetchTopic
            33..41 topics[0].topic string "orders"
        41..58 unread bytes 17 bytes
        error: byte 41: wanted FetchTopic.partitions: []FetchPartition
    "#]],
    );
}

#[test]
fn an_unknown_key_and_an_unknown_version_still_show_the_header() {
    check(
        &describe_request(&Bytes::from_static(&[0x12, 0x34, 0, 0, 0, 0, 0, 7, 0xff, 0xff, 9, 9])),
        expect![[r#"
        0..2 api_key int16 4660
        2..4 api_version int16 0
        4..8 correlation_id int32 7
        8..10 client_id string null
        10..12 unread bytes 2 bytes
        error: byte 0: wanted the key of a known API
    "#]],
    );
    check(
        &describe_request(&Bytes::from_static(&[0, 18, 0, 99, 0, 0, 0, 7, 0, 2, b'm', b'e', 0])),
        expect![[r#"
        0..2 api_key int16 18
        2..4 api_version int16 99
        4..8 correlation_id int32 7
        8..12 client_id string "me"
        12..13 unread bytes 1 byte
        error: byte 12: wanted versions 0 to 4 of ApiVersionsRequest
    "#]],
    );
}

#[test]
fn a_byte_finds_its_field() {
    let frame = frame_of(&fetch(), 12);
    let description = describe_request(&frame);
    for position in 0..frame.len() {
        let index = description.field_at(position).unwrap();
        assert!(description.fields[index].bytes.contains(&position));
    }
    assert_eq!(description.field_at(frame.len()), None);
    assert_eq!(description.path(description.field_at(9).unwrap()), "client_id");
}

#[test]
fn a_description_has_a_hundred_thousand_fields_at_most() {
    let mut writer = Writer::new();
    writer.i32(1);
    writer.i32(200_000);
    for _ in 0..200_000 {
        writer.string("", false, "name").unwrap();
    }
    writer.i32(7);
    let frame = writer.into_bytes().unwrap();
    let walked = describe_message(schema::request(ApiKey::DeleteTopics), 1, &frame.slice(4..));
    check_tiles(&walked, &frame.slice(4..), "a long list");
    assert_eq!(walked.fields.len(), MAX_FIELDS + 1);
    assert_eq!(walked.fields.last().unwrap().name, "unlisted");
    assert_eq!(walked.error, None);
    let mut reader = Reader::new(frame.slice(4..));
    assert!(Request::decode(ApiKey::DeleteTopics, 1, &mut reader).is_ok());
}

#[test]
fn every_response_has_a_schema() {
    for key in ApiKey::all() {
        let description = describe_response(key, *key.accepted().start(), &Bytes::from_static(&[0, 0, 0, 1]));
        let decoded: Result<(i32, Response), _> =
            frame::decode_response(key, *key.accepted().start(), &Bytes::from_static(&[0, 0, 0, 1]));
        assert_eq!(description.error, decoded.err());
    }
}
