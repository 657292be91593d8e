//! Latency, lost and late messages, cut cables: what the ends notice, and when.

use super::{ForeignSignal, World, guest, metadata, offset, produce, world};
use crate::cables::{Armed, Fault, Party};
use crate::script::Direction;
use crate::world::ForeignId;
use runnel_broker::BrokerId;
use runnel_protocol::ApiKey;
use std::time::Duration;

const BROKER: BrokerId = BrokerId(1);

fn party(guest: ForeignId) -> Party {
    Party::Foreign(guest.0)
}

fn arm(world: &mut World, guest: ForeignId, api: Option<ApiKey>, direction: Direction, fault: Fault) {
    world.cables.arm(Armed { api, direction, party: party(guest), fault });
}

/// What the guest hears within so many milliseconds: correlation ids, or why its connection is over.
fn heard(world: &mut World, millis: u64) -> Vec<String> {
    world.run_for(Duration::from_millis(millis));
    let mut heard = Vec::new();
    while let Some((_, signal)) = world.poll_foreign() {
        heard.push(match signal {
            ForeignSignal::Connected => "connected".to_owned(),
            ForeignSignal::Frame(bytes) => i32::from_be_bytes(bytes[..4].try_into().unwrap()).to_string(),
            ForeignSignal::Closed { reason } => reason,
        });
    }
    heard
}

#[test]
fn a_lost_request_is_noticed_when_the_next_one_is_sent() {
    let mut world = world("topic orders");
    let guest = guest(&mut world);
    arm(&mut world, guest, Some(ApiKey::Produce), Direction::Request, Fault::Drop);
    world.foreign_frame(guest, &metadata(1)).unwrap();
    assert_eq!(heard(&mut world, 2), ["1"], "the fault waits for a Produce");
    world.foreign_frame(guest, &produce(2, "hi")).unwrap();
    assert!(heard(&mut world, 60_000).is_empty());
    assert_eq!(world.cluster().high_watermark("orders", 0), Some(0));
    world.foreign_frame(guest, &metadata(3)).unwrap();
    assert!(heard(&mut world, 1).is_empty());
    assert_eq!(heard(&mut world, 1), ["connection reset by peer"]);
    assert_eq!(world.cables().connections().count(), 0);
    assert_eq!(world.cluster().overview().connections, []);
}

#[test]
fn a_lost_answer_leaves_the_record_in_the_log() {
    let mut world = world("topic orders");
    let guest = guest(&mut world);
    arm(&mut world, guest, None, Direction::Answer, Fault::Drop);
    world.foreign_frame(guest, &produce(1, "hi")).unwrap();
    assert!(heard(&mut world, 1_000).is_empty());
    assert_eq!(world.cluster().high_watermark("orders", 0), Some(1));
    // The next answer meets the hole.
    world.foreign_frame(guest, &produce(2, "again")).unwrap();
    assert_eq!(heard(&mut world, 2), ["connection reset by peer"]);
    assert_eq!(world.cluster().high_watermark("orders", 0), Some(2));
}

#[test]
fn a_late_message_holds_up_those_behind_it() {
    let mut world = world("topic orders");
    let guest = guest(&mut world);
    arm(&mut world, guest, Some(ApiKey::Produce), Direction::Answer, Fault::Delay(Duration::from_secs(2)));
    world.foreign_frame(guest, &produce(1, "one")).unwrap();
    world.foreign_frame(guest, &produce(2, "two")).unwrap();
    assert!(heard(&mut world, 2_001).is_empty());
    world.run_for(Duration::from_millis(1));
    let (_, ForeignSignal::Frame(first)) = world.poll_foreign().unwrap() else { panic!("a frame") };
    let (_, ForeignSignal::Frame(second)) = world.poll_foreign().unwrap() else { panic!("a frame") };
    assert_eq!((offset(&first), offset(&second)), ((1, 0), (2, 1)));
}

#[test]
fn a_cut_cable_is_silent_and_heals() {
    let mut world = world("topic orders");
    let guest = guest(&mut world);
    world.cables.cut(party(guest), BROKER);
    assert!(heard(&mut world, 1_000).is_empty());
    world.cables.heal(world.now(), party(guest), BROKER);
    // Nothing was lost, so the connection is as it was.
    world.foreign_frame(guest, &metadata(1)).unwrap();
    assert_eq!(heard(&mut world, 2), ["1"]);
    // What is under way when the cable is cut is lost.
    world.foreign_frame(guest, &metadata(2)).unwrap();
    world.cables.cut(party(guest), BROKER);
    assert!(heard(&mut world, 60_000).is_empty());
    world.cables.heal(world.now(), party(guest), BROKER);
    world.foreign_frame(guest, &metadata(3)).unwrap();
    assert_eq!(heard(&mut world, 2), ["connection reset by peer"]);
}

#[test]
fn an_end_that_was_closed_behind_a_cut_is_told_when_it_heals() {
    let mut world = world("topic orders");
    let guest = guest(&mut world);
    world.cables.cut(party(guest), BROKER);
    world.foreign_close(guest).unwrap();
    world.run_for(Duration::from_secs(60));
    assert_eq!(world.cluster().overview().connections.len(), 1);
    world.cables.heal(world.now(), party(guest), BROKER);
    world.run_for(Duration::from_millis(1));
    assert_eq!(world.cluster().overview().connections.len(), 0);
    assert_eq!(world.cables().connections().count(), 0);
}

#[test]
fn nobody_answers_a_connection_across_a_cut() {
    let mut world = world("");
    let guest = guest(&mut world);
    world.cables.cut(Party::Foreign(guest.0 + 1), BROKER);
    let address = world.settings().address(1);
    let other = world.foreign_open(&address).unwrap();
    assert!(heard(&mut world, 60_000).is_empty());
    world.foreign_close(other).unwrap();
    world.cables.heal(world.now(), party(other), BROKER);
    assert_eq!(world.cables().connections().count(), 1);
}

#[test]
fn a_tap_keeps_the_last_frames_with_their_times() {
    let mut world = world("topic orders");
    let guest = guest(&mut world);
    let connection = world.cables().connections().next().unwrap().id;
    world.set_tapped(connection, true);
    for number in 0..150 {
        world.foreign_frame(guest, &metadata(number)).unwrap();
        world.run_for(Duration::from_millis(2));
    }
    let frames: Vec<_> = world.cables().connection(connection).unwrap().tap().unwrap().frames().collect();
    assert_eq!(frames.len(), crate::cables::TAP_FRAMES_MAX);
    assert_eq!(frames[0].direction, Direction::Request);
    assert_eq!(frames[1].direction, Direction::Answer);
    assert_eq!(frames[1].time.since(frames[0].time), Duration::from_millis(1));
    world.set_tapped(connection, false);
    assert!(world.cables().connection(connection).unwrap().tap().is_none());
}
