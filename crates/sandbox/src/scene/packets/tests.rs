//! Packets, their fields and their bytes.

use super::Tap;
use bytes::Bytes;
use runnel_broker::Timestamp;
use runnel_protocol::messages::metadata::{MetadataRequest, MetadataResponse};
use runnel_protocol::messages::{Request, Response};
use runnel_protocol::{ApiKey, frame};

fn request(correlation_id: i32) -> Bytes {
    let request = Request::from(MetadataRequest { topics: Some(Vec::new()), ..Default::default() });
    frame::encode_request(9, correlation_id, Some("anna"), &request).unwrap().as_bytes().unwrap().slice(4..)
}

fn answer(correlation_id: i32) -> Bytes {
    let response = Response::from(MetadataResponse { controller_id: 7, ..Default::default() });
    frame::encode_response(ApiKey::Metadata, 9, correlation_id, &response).unwrap().as_bytes().unwrap().slice(4..)
}

#[test]
fn answers_stand_beside_their_requests_with_every_field_and_its_bytes() {
    let mut tap = Tap::default();
    tap.request(Timestamp::from_millis(1), request(3));
    tap.request(Timestamp::from_millis(2), request(4));
    tap.answer(Timestamp::from_millis(5), answer(3));
    let packets: Vec<_> = tap.packets().collect();
    assert_eq!((packets[0].api, packets[0].api_version, packets[0].counterpart), ("Metadata", 9, Some(3)));
    assert_eq!((packets[1].correlation_id, packets[1].counterpart), (4, None));
    assert_eq!(
        (packets[2].is_answer, packets[2].counterpart, packets[2].answered_after_us),
        (true, Some(1), Some(4_000))
    );
    let opened = tap.open(1).unwrap();
    let client = opened.fields.iter().find(|field| field.name == "client_id").unwrap();
    assert_eq!((client.value.as_str(), client.type_name), ("\"anna\"", "string"));
    assert_eq!(&tap.bytes(1).unwrap()[client.start + client.prefix_size..client.end], b"anna");
    assert_eq!(opened.field_at(client.end - 1), Some(client));
    let controller = tap.open(3).unwrap().fields.into_iter().find(|field| field.path == "controller_id").unwrap();
    assert_eq!(controller.value, "7");
}

#[test]
fn broken_frames_are_packets_too() {
    let mut tap = Tap::default();
    tap.request(Timestamp(0), Bytes::from_static(b"?"));
    assert!(tap.open(1).unwrap().error.is_some());
    tap.answer(Timestamp(0), answer(99));
    assert_eq!(tap.open(2), None, "nobody knows what it answers");
    tap.answer(Timestamp(0), Bytes::new());
    assert_eq!(tap.packets().count(), 3);
}

#[test]
fn a_tap_that_nobody_reads_does_not_grow() {
    let mut tap = Tap::default();
    for number in 0..2_000 {
        tap.request(Timestamp(number), Bytes::from(vec![0; 50_000]));
    }
    assert!(tap.packets().count() <= 500 && tap.kept_size <= 4 * 1024 * 1024);
    assert!(tap.bytes(2_000).is_some() && tap.bytes(1_600).is_none());
    for number in 0..2_000 {
        tap.request(Timestamp(number), request(i32::try_from(number).unwrap()));
    }
    assert!(tap.open.len() <= 1_000);
}
