//! Programs outside open connections and send frames.

use super::{ForeignSignal, World, guest, metadata, offset, produce, refused, run, world};
use runnel_clients::Address;
use std::time::Duration;

#[track_caller]
fn frame(world: &mut World) -> bytes::Bytes {
    match world.poll_foreign() {
        Some((_, ForeignSignal::Frame(bytes))) => bytes,
        other => panic!("a frame was expected, not {other:?}"),
    }
}

#[test]
fn a_frame_takes_a_round_trip() {
    let mut world = world("topic orders");
    let guest = guest(&mut world);
    world.foreign_frame(guest, &produce(7, "hi")).unwrap();
    world.run_for(Duration::from_micros(1_999));
    assert_eq!(world.poll_foreign(), None);
    world.run_for(Duration::from_micros(1));
    assert_eq!(offset(&frame(&mut world)), (7, 0));
    assert_eq!(world.cluster().high_watermark("orders", 0), Some(1));
    world.foreign_close(guest).unwrap();
    world.run_for(Duration::from_millis(2));
    assert_eq!(world.cables().connections().count(), 0);
    let refusal = world.foreign_frame(guest, &metadata(8)).unwrap_err();
    assert_eq!(refusal.to_string(), "connection 1 from outside is not open");
}

#[test]
fn where_no_broker_listens_a_connection_is_refused() {
    let mut world = world("brokers 2");
    for address in ["localhost:9094", "localhost:9091", "kafka:9092"] {
        let id = world.foreign_open(&Address::parse(address).unwrap()).unwrap();
        world.run_for(Duration::from_millis(2));
        let reason = "connection refused".to_owned();
        assert_eq!(world.poll_foreign(), Some((id, ForeignSignal::Closed { reason })));
    }
    assert_eq!(world.cables().connections().count(), 0);
}

#[test]
fn bytes_that_are_no_request_close_the_connection() {
    let mut world = world("");
    let guest = guest(&mut world);
    world.foreign_frame(guest, b"GET / HTTP/1.1\r\n\r\n").unwrap();
    world.run_for(Duration::from_millis(2));
    assert!(matches!(world.poll_foreign(), Some((_, ForeignSignal::Closed { .. }))));
    let large = vec![0; 17 * 1024 * 1024];
    let other = super::guest(&mut world);
    assert!(world.foreign_frame(other, &large).is_err());
}

#[test]
fn topics_are_made_changed_and_deleted_at_once() {
    let mut world = world("brokers 3\ntopic orders partitions=3 replication=1 config:retention.ms=60000");
    assert_eq!(world.cluster().overview().topics[0].partitions.len(), 3);
    run(&mut world, "alter topic orders partitions=4 config:retention.ms= config:segment.ms=60000");
    let topic = world.cluster().overview().topics[0].clone();
    assert_eq!(topic.partitions.len(), 4);
    assert_eq!(topic.configs.into_iter().collect::<Vec<_>>(), [("segment.ms".to_owned(), "60000".to_owned())]);
    refused(&mut world, "topic orders", "Topic 'orders' already exists.");
    let wanted = "The topic orders currently has 4 partition(s); 2 would not be an increase.";
    refused(&mut world, "alter topic orders partitions=2", wanted);
    run(&mut world, "delete topic orders");
    assert_eq!(world.cluster().overview().topics, []);
    assert_eq!(world.elapsed(), Duration::ZERO);
    let wanted = "Unable to replicate the partition 3 time(s): 3 copies of a partition are wanted, and this server keeps \
                  1 at most.";
    refused(&mut world, "topic orders replication=3", wanted);
}

#[test]
fn a_world_has_the_settings_at_the_head_of_its_script() {
    let mut world = world("profile kafka\nseed 7\nbrokers 2 config:num.partitions=3\ntopic orders");
    assert_eq!(world.cluster().overview().topics[0].partitions.len(), 3);
    run(&mut world, "brokers 2 config:num.partitions=3");
    refused(&mut world, "brokers 3", "\"brokers 3\" stands at the head of a script for a new world");
    refused(&mut world, "crash anna", "there is no client \"anna\"");
    refused(&mut world, "place broker 3 1,1", "there is no broker 3: their numbers go from 1 to 2");
}
