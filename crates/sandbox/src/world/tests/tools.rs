//! Kafka's tools run in the world as they do in a terminal.

use super::{printed, refused, run, world};

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
