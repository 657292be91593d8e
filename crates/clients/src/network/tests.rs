//! A broker of a few lines answers what the network sends.

use super::{ConnectionChange, Failure, Handshake, Network, NetworkSettings, Peer};
use crate::carrier::{Address, Carried, LinkId, Signal};
use runnel_protocol::messages::api_versions::{ApiVersion, ApiVersionsResponse};
use runnel_protocol::messages::metadata::{MetadataRequest, MetadataResponse};
use runnel_protocol::{ApiKey, Request, Response, Timestamp, frame};
use std::time::Duration;

const BOOTSTRAP: Peer = Peer::Bootstrap(0);

fn start() -> Timestamp {
    Timestamp::from_millis(1_700_000_000_000)
}

fn network() -> Network {
    Network::new(NetworkSettings::java("test", vec![Address::parse("localhost:9092").unwrap()]), 1)
}

fn metadata() -> Request {
    Request::Metadata(MetadataRequest::default())
}

/// The link that the network wants opened.
#[track_caller]
fn connect(network: &mut Network) -> LinkId {
    match network.poll_output() {
        Some(Carried::Connect { link, .. }) => link,
        other => panic!("a connection was expected, not {other:?}"),
    }
}

/// The next request that was sent: its API, version and correlation id.
#[track_caller]
fn sent(network: &mut Network) -> (i16, i16, i32) {
    match network.poll_output() {
        Some(Carried::Send { bytes, .. }) => {
            let (header, _) = frame::decode_request_header(&bytes.slice(4..)).unwrap();
            (header.api_key, header.api_version, header.correlation_id)
        }
        other => panic!("a request was expected, not {other:?}"),
    }
}

fn answer(network: &mut Network, link: LinkId, version: i16, correlation_id: i32, response: &Response) {
    let frame = frame::encode_response(response.api_key(), version, correlation_id, response).unwrap();
    let bytes = frame.as_bytes().unwrap().slice(4..);
    network.handle_signal(start(), Signal::Frame { link, bytes });
}

fn versions(metadata_max: i16) -> Response {
    let api = |key: ApiKey, max| ApiVersion { api_key: key.number(), min_version: 0, max_version: max };
    let api_keys = vec![api(ApiKey::ApiVersions, 4), api(ApiKey::Metadata, metadata_max)];
    Response::ApiVersions(ApiVersionsResponse { api_keys, ..Default::default() })
}

/// Brings a connection to where requests flow.
fn introduce(network: &mut Network) -> LinkId {
    let link = connect(network);
    network.handle_signal(start(), Signal::Connected { link });
    let (key, version, correlation_id) = sent(network);
    assert_eq!((key, version), (18, 4));
    answer(network, link, version, correlation_id, &versions(9));
    link
}

#[test]
fn a_request_connects_introduces_itself_and_is_answered() {
    let mut network = network();
    let id = network.ask(start(), BOOTSTRAP, metadata());
    let link = introduce(&mut network);
    let (key, version, correlation_id) = sent(&mut network);
    assert_eq!((key, version), (3, 9), "the newest version that both speak");
    answer(&mut network, link, 9, correlation_id, &Response::Metadata(MetadataResponse::default()));
    let reply = network.poll_reply().unwrap();
    assert_eq!((reply.id, reply.peer), (id, BOOTSTRAP));
    assert!(reply.outcome.is_ok());
    assert_eq!(network.next_wakeup(), None);
}

#[test]
fn an_old_broker_is_asked_for_its_versions_again() {
    let mut network = network();
    network.ask(start(), BOOTSTRAP, metadata());
    let link = connect(&mut network);
    network.handle_signal(start(), Signal::Connected { link });
    let (_, _, correlation_id) = sent(&mut network);
    // Its answer is in the layout of version 0, with UNSUPPORTED_VERSION.
    let refusal = ApiVersionsResponse { error_code: 35, ..Default::default() };
    answer(&mut network, link, 0, correlation_id, &Response::ApiVersions(refusal));
    let (key, version, _) = sent(&mut network);
    assert_eq!((key, version), (18, 0));
}

#[test]
fn a_refused_connection_fails_what_was_asked_and_backs_off() {
    let mut network = network();
    for round in 0..3 {
        let id = network.ask(start(), BOOTSTRAP, metadata());
        if round > 0 {
            assert!(network.is_backing_off(start(), BOOTSTRAP));
            let at = network.next_wakeup().unwrap();
            let wait = at.since(start());
            let middle = Duration::from_millis(25 << round);
            assert!(wait >= middle.mul_f64(0.8) && wait <= middle.mul_f64(1.2), "round {round}: {wait:?}");
            network.handle_signal(at, Signal::Timer);
        }
        let link = connect(&mut network);
        network.handle_signal(start(), Signal::Disconnected { link, reason: "connection refused".to_owned() });
        let reply = network.poll_reply().unwrap();
        assert_eq!(reply.id, id);
        assert!(matches!(reply.outcome, Err(Failure::NotConnected { address: Some(_), .. })));
    }
}

#[test]
fn an_answer_that_is_late_ends_the_connection() {
    let mut network = network();
    network.ask_within(start(), BOOTSTRAP, metadata(), Duration::from_millis(10));
    let link = introduce(&mut network);
    sent(&mut network);
    let at = network.next_wakeup().unwrap();
    assert_eq!(at, start() + Duration::from_millis(10));
    network.handle_signal(at, Signal::Timer);
    assert_eq!(network.poll_output(), Some(Carried::Disconnect { link }));
    assert_eq!(network.poll_reply().unwrap().outcome, Err(Failure::TimedOut));
}

#[test]
fn an_api_that_the_broker_does_not_know_is_refused_here() {
    let mut network = network();
    network.ask(start(), BOOTSTRAP, Request::Heartbeat(Default::default()));
    introduce(&mut network);
    let outcome = network.poll_reply().unwrap().outcome;
    assert_eq!(outcome, Err(Failure::UnsupportedVersion { api: ApiKey::Heartbeat }));
}

#[test]
fn an_answer_that_is_not_one_ends_the_connection() {
    let mut network = network();
    network.ask(start(), BOOTSTRAP, metadata());
    let link = introduce(&mut network);
    sent(&mut network);
    network.handle_signal(start(), Signal::Frame { link, bytes: bytes::Bytes::from_static(&[0, 0, 0, 99]) });
    assert_eq!(network.poll_output(), Some(Carried::Disconnect { link }));
    assert!(matches!(network.poll_reply().unwrap().outcome, Err(Failure::Decode(_))));
}

#[test]
fn with_one_handshake_for_all_the_second_connection_has_none() {
    let mut settings = NetworkSettings::java("test", vec![Address::parse("localhost:9092").unwrap()]);
    settings.handshake = Handshake::First;
    let mut network = Network::new(settings, 1);
    network.ask(start(), BOOTSTRAP, metadata());
    introduce(&mut network);
    sent(&mut network);
    network.learn(start(), 1, Address::parse("localhost:9092").unwrap());
    let node = Peer::Node { node_id: 1, lane: 0 };
    network.ask(start(), node, metadata());
    let link = connect(&mut network);
    network.handle_signal(start(), Signal::Connected { link });
    assert_eq!(sent(&mut network).0, 3);
    assert_eq!(network.version(node, ApiKey::Metadata), Some(9));
}

#[test]
fn a_broker_that_moved_is_connected_to_anew() {
    let mut network = network();
    let node = Peer::Node { node_id: 1, lane: 0 };
    network.learn(start(), 1, Address::parse("localhost:9092").unwrap());
    network.ask(start(), node, metadata());
    let link = introduce(&mut network);
    sent(&mut network);
    network.learn(start(), 1, Address::parse("localhost:9093").unwrap());
    assert_eq!(network.poll_output(), Some(Carried::Disconnect { link }));
    assert!(matches!(network.poll_reply().unwrap().outcome, Err(Failure::Disconnected { .. })));
    network.ask(start(), node, metadata());
    let Some(Carried::Connect { address, .. }) = network.poll_output() else { panic!("a connection was expected") };
    assert_eq!(address.port, 9093);
}

/// kafkajs, whose ApiVersions is of version 2, up to where requests flow.
fn kafkajs() -> (Network, LinkId) {
    let mut network =
        Network::new(NetworkSettings::kafkajs("test", vec![Address::parse("localhost:9092").unwrap()]), 1);
    network.ask(start(), BOOTSTRAP, metadata());
    let link = connect(&mut network);
    network.handle_signal(start(), Signal::Connected { link });
    let (key, version, correlation_id) = sent(&mut network);
    assert_eq!((key, version), (18, 2));
    answer(&mut network, link, version, correlation_id, &versions(13));
    (network, link)
}

#[test]
fn kafkajs_keeps_a_connection_on_which_an_answer_is_late() {
    let (mut network, link) = kafkajs();
    let (key, version, late) = sent(&mut network);
    assert_eq!((key, version), (3, 6), "kafkajs knows Metadata up to 6");
    let at = network.next_wakeup().unwrap();
    assert_eq!(at, start() + Duration::from_secs(30));
    network.handle_signal(at, Signal::Timer);
    assert_eq!(network.poll_output(), None);
    assert_eq!(network.poll_reply().unwrap().outcome, Err(Failure::TimedOut));
    // What comes after all is nobody's answer.
    answer(&mut network, link, version, late, &Response::Metadata(MetadataResponse::default()));
    assert_eq!(network.poll_reply(), None);
    let id = network.ask(at, BOOTSTRAP, metadata());
    let (_, version, correlation_id) = sent(&mut network);
    answer(&mut network, link, version, correlation_id, &Response::Metadata(MetadataResponse::default()));
    assert_eq!(network.poll_reply().unwrap().id, id);
}

#[test]
fn kafkajs_goes_on_with_its_first_connection_where_java_makes_another() {
    let node = Peer::Node { node_id: 1, lane: 0 };
    let (mut kafkajs, link) = kafkajs();
    let (_, version, correlation_id) = sent(&mut kafkajs);
    kafkajs.learn(start(), 1, Address::parse("localhost:9092").unwrap());
    kafkajs.learn(start(), 2, Address::parse("localhost:9093").unwrap());
    kafkajs.adopt(BOOTSTRAP, 2);
    assert!(!kafkajs.is_ready(node), "another address is another broker");
    kafkajs.adopt(BOOTSTRAP, 1);
    assert_eq!(kafkajs.link(node), Some(link));
    answer(&mut kafkajs, link, version, correlation_id, &Response::Metadata(MetadataResponse::default()));
    assert_eq!(kafkajs.poll_reply().unwrap().peer, node);

    let mut java = network();
    java.ask(start(), BOOTSTRAP, metadata());
    introduce(&mut java);
    java.learn(start(), 1, Address::parse("localhost:9092").unwrap());
    java.adopt(BOOTSTRAP, 1);
    java.leave_bootstrap(start(), BOOTSTRAP);
    assert_eq!((java.link(node), java.is_ready(BOOTSTRAP)), (None, true));
}

#[test]
fn librdkafka_closes_its_first_connection_once_it_knows_the_brokers() {
    let bootstrap = vec![Address::parse("localhost:9092").unwrap()];
    let bootstrap_link = NetworkSettings::librdkafka("shop", Vec::new()).bootstrap_link;
    let settings = NetworkSettings { bootstrap_link, ..NetworkSettings::java("shop", bootstrap) };
    let mut network = Network::new(settings, 7);
    network.ask(start(), BOOTSTRAP, metadata());
    let link = introduce(&mut network);
    let (_, version, correlation_id) = sent(&mut network);
    network.learn(start(), 1, Address::parse("localhost:9092").unwrap());
    network.leave_bootstrap(start(), BOOTSTRAP);
    assert!(network.is_ready(BOOTSTRAP), "an answer is awaited on it");
    answer(&mut network, link, version, correlation_id, &Response::Metadata(MetadataResponse::default()));
    assert_eq!(network.poll_output(), Some(Carried::Disconnect { link }));
    assert!(!network.is_ready(BOOTSTRAP) && network.link(Peer::Node { node_id: 1, lane: 0 }).is_none());
}

#[test]
fn watchers_learn_of_connections_and_others_pay_nothing() {
    let mut network = network();
    network.set_watched(true);
    network.ask(start(), BOOTSTRAP, metadata());
    let link = introduce(&mut network);
    network.disconnect_all(start());
    let address = Address::parse("localhost:9092").unwrap();
    assert_eq!(network.poll_change(), Some(ConnectionChange::Connecting { peer: BOOTSTRAP, link, address }));
    assert_eq!(network.poll_change(), Some(ConnectionChange::Connected { peer: BOOTSTRAP, link }));
    assert!(matches!(network.poll_change(), Some(ConnectionChange::Disconnected { .. })));
    assert_eq!(network.poll_change(), None);
}
