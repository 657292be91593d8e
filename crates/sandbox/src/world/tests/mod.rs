//! Worlds by themselves: commands, connections from outside, faults, tools, and that a run repeats.

mod brokers;
mod cables;
mod change;
mod clients;
mod foreign;
mod repeat;
mod tools;

use super::{ForeignId, ForeignSignal, HappeningKind, World, WorldSettings};
use crate::script::{Command, Script};
use runnel_protocol::messages::metadata::{MetadataRequest, MetadataRequestTopic};
use runnel_protocol::messages::produce::{PartitionProduceData, ProduceRequest, TopicProduceData};
use runnel_protocol::records::BatchBuilder;
use runnel_protocol::{ApiKey, Request, Response, frame};

/// A world in which a script has run.
#[track_caller]
pub(super) fn world(script: &str) -> World {
    let script = Script::parse(script).unwrap();
    let mut world = World::new(WorldSettings::of(&script)).unwrap();
    world.set_watched(true);
    for line in &script.lines {
        world.apply(&line.command).unwrap_or_else(|refusal| panic!("line {}: {refusal}", line.number));
    }
    world
}

#[track_caller]
pub(super) fn run(world: &mut World, command: &str) {
    let command: Command = command.parse().unwrap();
    world.apply(&command).unwrap_or_else(|refusal| panic!("{command}: {refusal}"));
}

#[track_caller]
pub(super) fn refused(world: &mut World, command: &str, expected: &str) {
    let command: Command = command.parse().unwrap();
    assert_eq!(world.apply(&command).map_err(|refusal| refusal.to_string()), Err(expected.to_owned()));
}

/// A request's frame without its size prefix.
pub(super) fn request(correlation_id: i32, version: i16, request: &Request) -> Vec<u8> {
    let chunks = frame::encode_request(version, correlation_id, Some("guest"), request).unwrap();
    chunks.gather(|_| Err(())).unwrap().slice(4..).to_vec()
}

pub(super) fn metadata(correlation_id: i32) -> Vec<u8> {
    let topic = MetadataRequestTopic { name: Some("orders".into()), ..Default::default() };
    request(correlation_id, 9, &Request::Metadata(MetadataRequest { topics: Some(vec![topic]), ..Default::default() }))
}

pub(super) fn produce(correlation_id: i32, value: &str) -> Vec<u8> {
    let mut batch = BatchBuilder::new();
    batch.append(1_767_254_400_000, None, Some(value.as_bytes()), &[]);
    let partition = PartitionProduceData { index: 0, records: Some(batch.build().into()) };
    let topic = TopicProduceData { name: "orders".into(), partition_data: vec![partition], ..Default::default() };
    let produce = ProduceRequest { acks: -1, timeout_ms: 1_000, topic_data: vec![topic], ..Default::default() };
    request(correlation_id, 9, &Request::Produce(produce))
}

/// The offset that an answer to [`produce`] tells.
#[track_caller]
pub(super) fn offset(bytes: &bytes::Bytes) -> (i32, i64) {
    let (correlation_id, response) = frame::decode_response(ApiKey::Produce, 9, bytes).unwrap();
    let Response::Produce(response) = response else { panic!("an answer to Produce") };
    (correlation_id, response.responses[0].partition_responses[0].base_offset)
}

/// A connection from outside that is there.
pub(super) fn guest(world: &mut World) -> ForeignId {
    let address = world.settings().address(1);
    let guest = world.foreign_open(&address).unwrap();
    world.run_for(std::time::Duration::from_millis(2));
    assert_eq!(world.poll_foreign(), Some((guest, ForeignSignal::Connected)));
    guest
}

/// All that a tool has printed so far.
pub(super) fn printed(world: &mut World) -> String {
    let mut text = String::new();
    while let Some(happening) = world.poll_happening() {
        if let HappeningKind::Printed { text: piece, .. } = happening.kind {
            text.push_str(&piece);
        }
    }
    text
}
