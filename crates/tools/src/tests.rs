//! Whole commands, with nobody at the other end or none that is needed.

use crate::{MemoryFiles, Setting, Signal, Timestamp, Tool, ToolInput, ToolOutput};
use bytes::Bytes;
use expect_test::{Expect, expect};
use runnel_clients::Carried;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

fn start() -> Timestamp {
    Timestamp::from_millis(1_795_689_802_123)
}

fn tool(line: &str, files: &[(&str, &[u8])]) -> Tool {
    let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
    let files: BTreeMap<String, Bytes> =
        files.iter().map(|(path, bytes)| ((*path).to_owned(), Bytes::copy_from_slice(bytes))).collect();
    let setting = Setting { now: start(), seed: 1, is_interactive: false };
    Tool::start(&words[0], &words[1..], Arc::new(MemoryFiles(files)), &setting).unwrap()
}

/// What a tool prints, `|` before its standard output, `!` before its standard error; frames are left out.
fn printed(tool: &mut Tool) -> String {
    let mut text = String::new();
    while let Some(output) = tool.poll_output() {
        match output {
            ToolOutput::Out(out) => text.extend(out.lines().map(|line| format!("| {line}\n"))),
            ToolOutput::OutBytes(out) => text.push_str(&format!("| {}\n", String::from_utf8_lossy(&out).trim_end())),
            ToolOutput::Err(err) => text.extend(err.lines().map(|line| format!("! {line}\n"))),
            ToolOutput::Exit(status) => text.push_str(&format!("= {status}\n")),
            ToolOutput::Carry(Carried::Connect { address, .. }) => text.push_str(&format!("-> {address}\n")),
            ToolOutput::Carry(Carried::Send { .. } | Carried::Disconnect { .. }) => {}
        }
    }
    text
}

#[track_caller]
fn check(line: &str, files: &[(&str, &[u8])], expected: Expect) {
    expected.assert_eq(&printed(&mut tool(line, files)));
}

#[test]
fn a_command_line_without_sense_ends_at_once() {
    check(
        "kafka-topics.sh --version",
        &[],
        expect![[r#"
        | 4.3.0
        = 0
    "#]],
    );
    check(
        "topics --list --bootstrap-server nonsense",
        &[],
        expect![[r#"
        ! Failed to create new KafkaAdminClient
        ! org.apache.kafka.common.KafkaException: Failed to create new KafkaAdminClient
        ! Caused by: org.apache.kafka.common.config.ConfigException: Invalid url in bootstrap.servers: nonsense
        ! 
        = 1
    "#]],
    );
    check(
        "dump-log --files /nothing/00000000000000000000.log",
        &[],
        expect![[r#"
        | Dumping /nothing/00000000000000000000.log
        | Log starting offset: 0
        ! Exception in thread "main" java.nio.file.NoSuchFileException: /nothing/00000000000000000000.log
        = 1
    "#]],
    );
}

#[test]
fn configs_of_what_is_not_here_yet_are_refused_with_a_sentence() {
    check(
        "configs --describe --user anna --bootstrap-server localhost:9092",
        &[],
        expect![[r#"
        ! Configs of users come later; those of topics and brokers are there.
        = 1
    "#]],
    );
}

#[test]
fn a_segment_with_rubbish_at_its_end_is_dumped_up_to_there() {
    let rubbish = [7_u8; 5];
    check(
        "dump-log --files /a/00000000000000000003.log",
        &[("/a/00000000000000000003.log", &rubbish)],
        expect![[r#"
        | Dumping /a/00000000000000000003.log
        | Log starting offset: 3
        | Found 5 invalid bytes at the end of 00000000000000000003.log
        = 0
    "#]],
    );
}

#[test]
fn a_broker_that_is_not_there_is_named_in_the_log_until_the_time_is_over() {
    let mut tool = tool("topics --list --bootstrap-server localhost:9092", &[]);
    let mut now = start();
    let mut text = printed(&mut tool);
    assert_eq!(text, "-> localhost:9092\n");
    let mut link = 1;
    let mut refusals_count = 0;
    loop {
        tool.handle_input(
            now,
            ToolInput::Signal(Signal::Disconnected {
                link: crate::LinkId(link),
                reason: "connection refused".to_owned(),
            }),
        );
        refusals_count += 1;
        text = printed(&mut tool);
        assert!(
            text.contains("WARN [AdminClient clientId=adminclient-1] Connection to node -1 (localhost/127.0.0.1:9092)")
        );
        while !text.contains("-> ") && !text.contains("= 1\n") {
            now = tool.next_wakeup().unwrap().max(now);
            tool.handle_input(now, ToolInput::Signal(Signal::Timer));
            text = printed(&mut tool);
        }
        if text.contains("= 1\n") {
            break;
        }
        link += 1;
    }
    assert!(refusals_count > 10, "{refusals_count}");
    assert_eq!(now.since(start()), Duration::from_secs(60));
    assert!(text.starts_with(
        "| Error while executing topic command : Timed out waiting for a node assignment. Call: listTopics\n"
    ));
    assert!(text.ends_with("= 1\n"));
}

#[test]
fn a_tool_that_waits_can_be_cloned_and_interrupted() {
    let mut one = tool("consumer-groups --list --bootstrap-server localhost:9092", &[]);
    let mut other = one.clone();
    one.handle_input(start(), ToolInput::Interrupt);
    assert_eq!(printed(&mut one), "-> localhost:9092\n= 130\n");
    assert_eq!(printed(&mut other), "-> localhost:9092\n");
    assert!(other.next_wakeup().is_some());
}

#[test]
fn a_prompt_is_shown_to_a_person_alone() {
    let words: Vec<String> = ["--topic", "orders", "--bootstrap-server", "localhost:9092"].map(str::to_owned).to_vec();
    let setting = Setting { now: start(), seed: 1, is_interactive: true };
    let mut tool = Tool::start("console-producer", &words, Arc::new(MemoryFiles::default()), &setting).unwrap();
    assert!(printed(&mut tool).contains("| >\n"));
    assert!(tool.reads_input() && tool.wants_input());
    tool.handle_input(start(), ToolInput::Line("hi there".to_owned()));
    assert!(printed(&mut tool).contains("| >\n"));
}
