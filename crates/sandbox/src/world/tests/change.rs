//! Clients that are set up anew, groups without members, and clean-up by kind.

use super::{refused, run, world};
use crate::world::{End, ProcessState, World};
use runnel_clients::consumer::GroupState;

fn command(world: &World, name: &str) -> String {
    world.process(name).unwrap().command
}

fn groups(world: &World) -> Vec<(String, usize)> {
    let groups = world.cluster().snapshot().groups.into_iter();
    groups.map(|group| (group.group_id, group.members.len())).collect()
}

#[test]
fn a_client_that_runs_closes_and_starts_anew_with_its_other_settings() {
    let mut world = world("topic orders\nproducer shop\nconsumer anna group=billing topics=orders\nsettle");
    run(&mut world, "send shop orders rate=2/s");
    run(&mut world, "set shop kind=java acks=1");
    run(&mut world, "set shop linger=5ms");
    run(&mut world, "settle");
    assert_eq!(command(&world, "shop"), "producer shop kind=java acks=1 linger=5ms");
    assert_eq!(world.process("shop").unwrap().incarnation, 3);
    run(&mut world, "set anna commit=each");
    refused(&mut world, "commit anna", "\"anna\" is leaving");
    // What follows before it is closed goes into the same start.
    run(&mut world, "set anna processing=1s");
    run(&mut world, "settle");
    assert_eq!(world.process("anna").unwrap().incarnation, 2);
    run(&mut world, "wait 10s");
    let rates = world.stage().rates;
    assert_eq!((rates.len(), rates[0].number), (1, 1), "the rate goes on in the new process");
    assert!(world.cluster().high_watermark("orders", 0).unwrap() > 15);
    run(&mut world, "set shop acks= linger=");
    run(&mut world, "settle");
    assert_eq!(command(&world, "shop"), "producer shop kind=java");
    refused(&mut world, "set shop acks=", "\"shop\" is set up so already");
    let refusal = "setting \"linger.ms\": wanted a whole number from 0 to 2147483647, found \"x\"";
    refused(&mut world, "set shop config:linger.ms=x", refusal);
    refused(&mut world, "set shop group=g", "\"shop\" is no consumer");
    refused(&mut world, "set anna acks=1", "\"anna\" is no producer");
    run(&mut world, "pause anna");
    refused(&mut world, "set anna kind=java", "\"anna\" is paused: `resume anna` first");
}

#[test]
fn a_client_that_does_not_run_has_its_other_settings_from_its_next_start_on() {
    let mut world = world("topic orders\nconsumer anna group=billing topics=orders from-beginning\nsettle\ncrash anna");
    run(&mut world, "set anna from-beginning=false config:session.timeout.ms=10000");
    assert_eq!(world.process("anna").unwrap().state, ProcessState::Ended(End::Crashed));
    run(&mut world, "set anna config:session.timeout.ms= processing=1s");
    run(&mut world, "restart anna");
    assert_eq!(command(&world, "anna"), "consumer anna kind=kafkajs group=billing topics=orders processing=1s");
    // One that crashes while it closes for its other settings stays down, and has them at its next start.
    run(&mut world, "settle");
    run(&mut world, "set anna kind=librdkafka");
    run(&mut world, "crash anna");
    run(&mut world, "wait 1m");
    assert_eq!(world.process("anna").unwrap().state, ProcessState::Ended(End::Crashed));
    assert!(command(&world, "anna").contains("kind=librdkafka"));
}

#[test]
fn a_consumer_moves_to_another_group() {
    for kind in ["java", "kafkajs", "librdkafka"] {
        let mut world = world(&format!("topic orders\nconsumer anna kind={kind} group=billing topics=orders\nsettle"));
        run(&mut world, "move anna shipping");
        run(&mut world, "settle");
        assert_eq!(groups(&world), [("billing".to_owned(), 0), ("shipping".to_owned(), 1)], "{kind}");
        refused(&mut world, "move anna shipping", "\"anna\" is set up so already");
        refused(&mut world, "delete group shipping", "The group is not empty.");
        run(&mut world, "delete group billing");
        assert_eq!(groups(&world), [("shipping".to_owned(), 1)]);
    }
}

#[test]
fn a_consumer_subscribes_to_other_topics_while_it_runs() {
    for (kind, incarnation) in [("java", 1), ("librdkafka", 1), ("kafkajs", 2)] {
        let mut world = world(&format!(
            "topic orders\ntopic payments\nproducer shop\n\
             consumer anna kind={kind} group=billing topics=orders from-beginning\nsettle"
        ));
        run(&mut world, "subscribe anna payments");
        run(&mut world, "send shop payments count=3");
        run(&mut world, "settle");
        let view = world.consumer_view("anna").unwrap();
        let read: Vec<String> = view.partitions.iter().map(|one| one.partition.to_string()).collect();
        assert_eq!(
            (read, view.group_state, view.processed_count),
            (vec!["payments-0".to_owned()], GroupState::Stable, 3)
        );
        assert_eq!(world.process("anna").unwrap().incarnation, incarnation, "{kind}");
        run(&mut world, "set anna topics=orders,payments processing=1s");
        run(&mut world, "settle");
        assert_eq!(world.consumer_view("anna").unwrap().partitions.len(), 2, "{kind}");
        assert!(command(&world, "anna").ends_with("topics=orders,payments from-beginning processing=1s"), "{kind}");
    }
}

#[test]
fn a_group_has_a_place_before_its_first_member() {
    let mut world = world("topic orders\ngroup billing");
    refused(&mut world, "group billing", "there is a group \"billing\" already");
    assert_eq!((world.stage().groups, groups(&world)), (vec!["billing".to_owned()], Vec::new()));
    run(&mut world, "place group billing 1,2");
    run(&mut world, "consumer anna kind=java group=billing topics=orders");
    run(&mut world, "settle");
    refused(&mut world, "delete group billing", "The group is not empty.");
    assert_eq!(world.stage().groups, ["billing"], "what is refused changes nothing");
    run(&mut world, "leave anna");
    run(&mut world, "settle");
    run(&mut world, "delete group billing");
    assert_eq!((world.stage().groups, groups(&world)), (Vec::new(), Vec::new()));
    refused(&mut world, "delete group billing", "there is no group \"billing\"");
}

#[test]
fn a_kind_of_thing_is_cleared_as_a_whole() {
    let mut world = world(
        "brokers 3\ntopic orders\ntopic payments\nproducer shop\nproducer till\nwire shop orders\ngroup idle\n\
         consumer anna kind=java group=billing topics=orders\nconsumer bert group=shipping topics=orders\n\
         consumer carl group=lost topics=orders\nsettle\ncrash carl",
    );
    run(&mut world, "clear producers");
    refused(&mut world, "clear groups", "group \"billing\": The group is not empty.");
    assert_eq!(world.stage().groups, ["idle"], "what is refused changes nothing");
    run(&mut world, "clear consumers");
    run(&mut world, "wait 1m");
    assert_eq!((world.stage().processes, world.stage().wires), (Vec::new(), Vec::new()));
    run(&mut world, "clear groups");
    assert_eq!((world.stage().groups, groups(&world)), (Vec::new(), Vec::new()));
    run(&mut world, "clear topics");
    let topics = world.cluster().snapshot().topics;
    assert!(topics.iter().all(|topic| topic.internal), "Kafka's own stay");
    run(&mut world, "clear topics");
}
