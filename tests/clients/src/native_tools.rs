//! The tools of `runnel` in place of Kafka's own: the same transcripts, letter by letter.
//!
//! What Kafka's tools printed is in `expected/`. A transcript is played here against the server under test with every
//! line that names one of Kafka's scripts run by `runnel`; a script that `runnel` has not is still Kafka's own.

use crate::folders;
use crate::scenarios::report;
use crate::server::Kind;
use crate::stage::{Scripts, Stage};
use crate::tools;
use crate::transcript::{Act, Line, Pipeline, Step, Transcript};
use std::collections::BTreeMap;

macro_rules! native {
    ($($test:ident plays $name:ident),* $(,)?) => {
        $(
            #[test]
            fn $test() {
                play(stringify!($name));
            }
        )*
    };
}

native! {
    native_topics_are_created_listed_and_described plays kafka_topics_creates_lists_and_describes,
    native_topics_grow_and_are_deleted plays kafka_topics_grows_and_deletes,
    native_configs_are_read_and_changed plays kafka_configs_reads_and_changes_topics,
    native_offsets_and_records_move_together plays kafka_get_offsets_and_delete_records_move_together,
    native_api_versions_are_listed plays kafka_broker_api_versions_lists_what_clients_negotiate,
    native_groups_are_listed_described_and_reset plays kafka_consumer_groups_lists_describes_and_resets,
    native_groups_are_described_at_work plays kafka_consumer_groups_describes_a_group_at_work,
    native_segments_are_dumped plays kafka_dump_log_reads_the_segments,
    native_tools_answer_to_wrong_use plays kafka_tools_answer_to_wrong_use,
    native_admin_tools_take_every_flag plays kafka_admin_tools_take_every_flag,
    native_console_consumer_prints_what_it_is_asked_for plays kafka_console_consumer_prints_what_it_is_asked_for,
    native_console_producer_reads_lines plays kafka_console_producer_reads_lines,
    native_console_tools_carry_keys_headers_and_nulls plays console_scripts_carry_keys_headers_and_nulls,
    native_perf_test_sends_and_counts plays kafka_producer_perf_test_sends_and_counts,
    native_tools_tell_the_tutorial plays the_tutorials_scripts_create_describe_publish_and_read,
    native_tools_see_what_survives_a_restart plays topics_offsets_and_configs_survive_a_restart,
    native_producers_with_every_codec_and_acks_are_read_back plays producers_with_every_codec_and_acks_are_read_back,
    native_consumer_sees_only_what_comes_later plays without_from_beginning_a_consumer_sees_only_what_comes_later,
    native_record_makes_its_topic plays the_first_record_makes_its_topic,
}

/// The command of a step, if it runs one.
fn command(step: &Step) -> Option<&Pipeline> {
    match &step.act {
        Act::Run(pipeline) | Act::Await(_, pipeline) | Act::Start(_, pipeline) => Some(pipeline),
        Act::Until(..) | Act::Share(..) | Act::Leave(..) | Act::End(..) | Act::File(_) | Act::Server(_) => None,
    }
}

#[track_caller]
fn play(name: &str) {
    if Kind::asked() == Kind::Kafka {
        // The comparison is with what Apache Kafka's own tools printed; it has nothing to capture.
        return;
    }
    let path = folders::package("expected").join(format!("{name}.txt"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let transcript = Transcript::parse(&text).unwrap_or_else(|error| panic!("{name}.txt: {error}"));
    let stage = Stage::open(&format!("native-{name}"), Kind::Runnel, &transcript.configs);
    let mut stage = stage.unwrap_or_else(|error| panic!("{error}")).with_scripts(Scripts::Native);
    let came = stage.play(&transcript).unwrap_or_else(|error| panic!("{name}: {error}"));
    std::fs::write(folders::target("clients").join(format!("native-{name}.found.txt")), &came).unwrap();
    for (tool, flags) in compared(&transcript) {
        report(&format!("compared {tool} {}", flags.join(" ")));
    }
    assert_same(name, &came, &text);
}

/// Which tools the transcript runs, and with which flags.
fn compared(transcript: &Transcript) -> BTreeMap<String, Vec<String>> {
    let mut compared: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let steps = transcript.lines.iter().filter_map(|line| match line {
        Line::Step(step) => command(step),
        Line::Text(_) => None,
    });
    for pipeline in steps {
        let Some((tool, arguments)) = pipeline.words.split_first() else { continue };
        if !tools::is_native(tool) {
            continue;
        }
        let flags = compared.entry(tool.trim_start_matches("./").to_owned()).or_default();
        for flag in arguments.iter().filter(|argument| argument.starts_with("--")) {
            let flag = flag.split('=').next().unwrap_or(flag).to_owned();
            if !flags.contains(&flag) {
                flags.push(flag);
            }
        }
    }
    compared
}

#[track_caller]
fn assert_same(name: &str, came: &str, wanted: &str) {
    let differ = came.lines().zip(wanted.lines()).position(|(came, wanted)| came != wanted);
    let at = differ.or_else(|| {
        let (came, wanted) = (came.lines().count(), wanted.lines().count());
        (came != wanted).then_some(came.min(wanted))
    });
    if let Some(at) = at {
        let show = |text: &str| {
            let lines: Vec<&str> = text.lines().skip(at.saturating_sub(3)).take(10).collect();
            lines.join("\n")
        };
        panic!("{name} differs at line {}\nApache Kafka:\n{}\nrunnel:\n{}", at + 1, show(wanted), show(came));
    }
}
