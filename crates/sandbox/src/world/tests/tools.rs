//! Kafka's tools run in the world as they do in a terminal.

use super::{printed, refused, run, world};
use crate::script::{Known, Script};
use crate::world::{Stream, World};

/// What a terminal shows of a tool: what was typed stands behind `<`.
fn terminal(world: &World, name: &str) -> String {
    let pieces = &world.printout(name).unwrap().pieces;
    let mark = |stream| match stream {
        Stream::Out => "",
        Stream::Err => "!",
        Stream::In => "<",
    };
    pieces.iter().map(|piece| format!("{}{}", mark(piece.stream), piece.text)).collect()
}

#[test]
fn a_tool_runs_and_ends() {
    let mut world = world("");
    run(&mut world, "./kafka-topics.sh --create --topic payment-done --partitions 3 --bootstrap-server localhost:9092");
    run(&mut world, "settle");
    assert_eq!(printed(&mut world), "Created topic payment-done.\n");
    run(&mut world, "kafka-topics.sh --list --bootstrap-server localhost:9092");
    run(&mut world, "settle");
    assert_eq!(printed(&mut world), "payment-done\n");
    assert_eq!(world.cables().connections().count(), 0);
    refused(&mut world, "interrupt", "no tool runs");
    let wanted = "\"kafka-acls\" is one of Kafka's tools, but it is not here yet";
    refused(&mut world, "kafka-acls.sh --list", wanted);
}

#[test]
fn a_tool_reads_files_that_a_script_made() {
    let mut world = world("topic orders");
    run(
        &mut world,
        r#"file records.json '{"partitions": [{"topic": "orders", "partition": 0, "offset": 0}], "version": 1}'"#,
    );
    run(&mut world, "kafka-delete-records.sh --bootstrap-server localhost:9092 --offset-json-file records.json");
    run(&mut world, "settle");
    let wanted = "Executing records delete operation\nRecords delete operation completed:\n\
                  partition: orders-0\tlow_watermark: 0\n";
    assert_eq!(printed(&mut world), wanted);
}

#[test]
fn what_a_tool_has_printed_can_be_read_again() {
    let mut world = world("topic orders\nkafka-console-producer.sh --topic orders --bootstrap-server localhost:9092");
    run(&mut world, "type hello");
    run(&mut world, "wait 1s");
    run(&mut world, "type 'and more'");
    run(&mut world, "wait 1s");
    assert_eq!(terminal(&world, "tool-1"), "><hello\n><and more\n>");
    run(&mut world, "end-input");
    run(&mut world, "kafka-topics.sh --bootstrap-serve");
    run(&mut world, "settle");
    assert!(terminal(&world, "tool-2").starts_with("!bootstrap-serve is not a recognized option\n"));
    assert_eq!(world.printout("tool-3"), None);
    let times = world.printout("tool-1").unwrap().pieces.iter().map(|piece| piece.time);
    assert!(times.is_sorted());
}

#[test]
fn a_tool_takes_no_name_that_somebody_bears_and_can_be_placed() {
    let script = "producer tool-1\nkafka-console-producer.sh --topic orders --bootstrap-server localhost:9092\n\
                  place tool-2 5,6";
    assert_eq!(Script::parse(script).unwrap().check(Known::default()), Ok(()));
    let mut world = world(script);
    assert_eq!(world.process("tool-1").unwrap().command, "producer tool-1 kind=kafkajs");
    assert_eq!(world.stage().places, [("tool-2".to_owned(), 5, 6)]);
    refused(&mut world, "place tool-3 1,1", "there is no client \"tool-3\"");
}

#[test]
fn what_is_kept_of_a_tool_is_bounded() {
    let mut world = world(
        "topic orders\nproducer shop\n\
        kafka-console-consumer.sh --topic orders --from-beginning --bootstrap-server localhost:9092",
    );
    for _ in 0..5 {
        run(&mut world, "send shop orders count=1000 size=100");
        run(&mut world, "wait 3s");
    }
    let printout = world.printout("tool-1").unwrap();
    let size: usize = printout.pieces.iter().map(|piece| piece.text.len()).sum();
    assert!(printout.pieces.len() <= 4_000 && size <= 256 * 1024 && size > 200 * 1024, "{size} bytes");
    assert!(printout.left_out > 0);
}
