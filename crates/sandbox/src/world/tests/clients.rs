//! Clients in a world: rates, wires, stopped processes, restarts, and when a world is settled.

use super::{refused, run, world};
use crate::telling::Teller;
use crate::world::{ProcessState, World};
use std::time::Duration;

/// What was told since the last call.
fn told(world: &mut World, teller: &mut Teller) -> Vec<String> {
    while let Some(happening) = world.poll_happening() {
        teller.note(&happening);
    }
    teller.take()
}

fn written(world: &World) -> i64 {
    world.cluster().high_watermark("orders", 0).unwrap()
}

#[test]
fn a_rate_sends_as_often_as_it_says() {
    let mut world = world("topic orders\nproducer shop\nsend shop orders rate=3/s for=10s\nwait 20s");
    assert_eq!(written(&world), 30);
    run(&mut world, "send shop orders rate=60/m count=5");
    run(&mut world, "wait 1m");
    assert_eq!(written(&world), 35);
    run(&mut world, "send shop orders rate=1/s");
    run(&mut world, "wait 2500ms");
    run(&mut world, "stop shop");
    run(&mut world, "wait 1m");
    assert_eq!(written(&world), 38);
    refused(&mut world, "stop shop", "\"shop\" sends at no rate");
    run(&mut world, "send shop orders rate=1/s");
    run(&mut world, "send shop payments rate=2/s");
    run(&mut world, "stop shop payments");
    refused(&mut world, "stop shop payments", "\"shop\" sends at no rate to \"payments\"");
    assert_eq!(world.stage().rates.iter().map(|rate| rate.topic.as_str()).collect::<Vec<_>>(), ["orders"]);
}

#[test]
fn a_wire_says_where_a_producer_sends() {
    let mut world = world("topic orders\nproducer shop");
    refused(&mut world, "send shop", "\"shop\" has no wire, so the topic has to be said");
    run(&mut world, "wire shop orders");
    refused(&mut world, "wire shop orders", "the wire from \"shop\" to \"orders\" is already there");
    run(&mut world, "send shop");
    run(&mut world, "settle");
    assert_eq!(written(&world), 1);
    run(&mut world, "wire shop payments");
    refused(&mut world, "send shop", "\"shop\" has several wires, so the topic has to be said");
    run(&mut world, "rename shop store");
    run(&mut world, "unwire store payments");
    run(&mut world, "send store");
    run(&mut world, "settle");
    assert_eq!(written(&world), 2);
}

#[test]
fn a_process_that_stands_still_goes_on_with_what_came() {
    let mut world = world("topic orders\nproducer shop\nconsumer anna kind=java group=g topics=orders\nsettle");
    run(&mut world, "pause anna");
    run(&mut world, "send shop orders");
    run(&mut world, "settle");
    assert_eq!(world.consumer_view("anna").unwrap().processed_count, 0);
    refused(&mut world, "pause anna", "\"anna\" is paused already");
    refused(&mut world, "commit anna", "\"anna\" is paused: `resume anna` first");
    run(&mut world, "resume anna");
    run(&mut world, "settle");
    assert_eq!(world.consumer_view("anna").unwrap().processed_count, 1);
}

#[test]
fn a_partition_can_be_held_back_and_sought() {
    let mut world = world("topic orders\nproducer shop\nconsumer anna kind=java group=g topics=orders\nsettle");
    run(&mut world, "pause anna orders-0");
    run(&mut world, "send shop orders count=5");
    run(&mut world, "settle");
    assert_eq!(world.consumer_view("anna").unwrap().processed_count, 0);
    run(&mut world, "seek anna orders-0 3");
    run(&mut world, "resume anna orders-0");
    run(&mut world, "settle");
    assert_eq!(world.consumer_view("anna").unwrap().processed_count, 2);
    refused(&mut world, "seek anna orders-1 0", "\"anna\" does not read orders-1");
    refused(&mut world, "seek shop orders-0 0", "\"shop\" is no consumer");
}

#[test]
fn a_restart_is_a_new_process_with_the_same_settings() {
    let mut world = world("topic orders\nproducer shop\nsettle");
    run(&mut world, "crash shop");
    refused(&mut world, "send shop orders", "\"shop\" does not run: `restart shop` first");
    refused(&mut world, "crash shop", "\"shop\" does not run");
    refused(&mut world, "producer shop", "there is a client \"shop\" already");
    run(&mut world, "restart shop");
    run(&mut world, "send shop orders");
    run(&mut world, "settle");
    assert_eq!(written(&world), 1);
    run(&mut world, "leave shop");
    run(&mut world, "settle");
    let process = world.process("shop").unwrap();
    assert_eq!((process.state, process.incarnation), (ProcessState::Ended(crate::world::End::Left), 2));
    run(&mut world, "remove shop");
    assert_eq!(world.process("shop"), None);
}

#[test]
fn settings_that_a_library_has_not_are_refused() {
    let mut world = world("topic orders");
    let wanted = "kafkajs has no assignor sticky";
    refused(&mut world, "consumer anna group=g topics=orders assignor=sticky", wanted);
    let wanted = "only kafkajs works on several partitions at once; this is java";
    refused(&mut world, "consumer anna kind=java group=g topics=orders concurrent=2", wanted);
    for command in [
        "consumer anna group=g topics=orders config:auto.offset.rest=earliest",
        "consumer anna group=g topics=orders instance=a",
        "producer shop config:linger.ms=x",
    ] {
        let command: crate::script::Command = command.parse().unwrap();
        assert!(world.apply(&command).is_err(), "{command}");
    }
    assert_eq!(world.stage().processes, []);
}

#[test]
fn a_settled_world_has_only_periodic_work() {
    let mut world = world("topic orders\nproducer shop\nconsumer anna group=g topics=orders processing=2s\nsettle");
    assert!(world.elapsed() < Duration::from_secs(10), "{:?}", world.elapsed());
    let mut teller = Teller::default();
    told(&mut world, &mut teller);
    let before = world.now();
    run(&mut world, "send shop orders count=3");
    run(&mut world, "settle");
    let took = world.now().since(before);
    let left = world.describe_work_left();
    assert!(took > Duration::from_secs(6) && took < Duration::from_secs(12), "{took:?}, {left:?}");
    let wanted = ["shop -> orders-0@0..2", "anna did orders-0@0..2", "anna commits orders-0@3"];
    assert_eq!(told(&mut world, &mut teller), wanted);
    let before = world.now();
    run(&mut world, "settle");
    assert_eq!(world.now(), before);
    run(&mut world, "slow anna processing=1h");
    run(&mut world, "send shop orders");
    run(&mut world, "settle");
    assert_eq!(world.now().since(before), Duration::from_secs(60));
}
