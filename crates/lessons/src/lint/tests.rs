//! What the lint finds.

use super::{course, lesson, numbers};
use crate::course::Course;
use crate::lesson::Lesson;
use std::sync::Arc;

const WHOLE: &str = "+++\nid = \"9.9\"\ntitle = \"One record\"\n+++\nSend two records to `orders`.\n\
    ```scene\ntopic orders\nproducer shop\n```\n\
    ```goal sent \"two records are there\"\nrecords of orders >= 2\n```\n\
    ```check\nat sent: end of orders-0 = 2\n```\n\
    ```solution mouse\nsend shop orders count=2\nsettle\n```\n\
    ```near-miss \"another topic\"\nsend shop payments count=2\nsettle\n```\n\
    ```debrief\nThere are {records of orders at sent}.\n```\n";

fn findings(text: &str) -> Vec<String> {
    let parsed = Lesson::parse("a.md", text).unwrap_or_else(|error| panic!("{error}"));
    lesson(&Arc::new(parsed)).findings.iter().map(ToString::to_string).collect()
}

/// A lesson in which one part stands for another has this finding among its findings.
#[track_caller]
fn finds(part: &str, other: &str, expected: &str) {
    assert!(WHOLE.contains(part));
    let found = findings(&WHOLE.replace(part, other));
    assert!(found.iter().any(|finding| finding == expected), "{found:#?}");
}

#[test]
fn a_lesson_that_keeps_its_word_has_no_findings() {
    let parsed = Arc::new(Lesson::parse("a.md", WHOLE).unwrap());
    let report = lesson(&parsed);
    assert_eq!(report.findings, []);
    assert_eq!(report.to_string(), "9.9 One record: solved by mouse; refused: \"another topic\"");
}

#[test]
fn a_goal_that_is_met_at_the_start_is_found() {
    let scene = "producer shop\nsend shop orders count=2\nsettle\n";
    finds("producer shop\n", scene, "a.md:12: this goal is met before anything is done");
}

#[test]
fn a_solution_that_falls_short_is_found_with_the_reason() {
    let why = "a.md:16: the solution mouse does not meet the goal of line 10: \
               the number of records of orders is 1, and at least 2 is wanted";
    finds("orders count=2", "orders", why);
}

#[test]
fn a_near_miss_that_meets_the_goals_is_found() {
    finds("shop payments count=2", "shop orders count=3", "a.md:20: the near-miss \"another topic\" meets all goals");
}

#[test]
fn what_the_text_offers_to_run_is_run() {
    let with = |script: &str| format!("```run\n{script}\n```\n```check\n");
    let list = "kafka-topics.sh --list --bootstrap-server localhost:9092";
    assert_eq!(findings(&WHOLE.replace("```check\n", &with(list))), [""; 0]);
    finds(
        "```check\n",
        &with("crash nobody"),
        "a.md:13: \"crash nobody\" cannot be run: line 1: wanted a client that is there, found \"nobody\"",
    );
    finds("```check\n", &with("kafka-topics.sh --nonsense"), "a.md:13: kafka-topics.sh --nonsense ends with status 1");
    let consumer = "kafka-console-consumer.sh --topic orders --bootstrap-server localhost:9092";
    finds("```check\n", &with(consumer), &format!("a.md:13: {consumer} does not end by itself"));
    finds("```check\n", &with("send shop orders count=2"), "a.md:10: this goal is met by what the text offers to run");
}

#[test]
fn a_line_that_cannot_be_done_is_found() {
    finds(
        "orders count=2",
        "orders partition=0\ntopic orders",
        "a.md:18: \"topic orders\" cannot be done: \
        line 1: Topic 'orders' already exists.",
    );
    finds(
        "shop payments",
        "{sent.seconds} payments",
        "a.md:21: \"send  payments count=2\" cannot be done: a hole has no value yet",
    );
}

#[test]
fn a_name_or_number_that_the_text_does_not_say_is_found() {
    finds("to `orders`", "there", "a.md:10: the goal needs \"orders\", which the text does not name");
    let three = "records of orders >= 2 and keys of orders < 3";
    finds("records of orders >= 2", three, "a.md:10: the goal needs \"3\", which the text does not name");
}

#[test]
fn a_name_that_nobody_ever_bears_is_found() {
    let never = "never lag of bilings > 0\nrecords of orders >= 2";
    finds("records of orders >= 2", never, "a.md:10: the goal needs \"bilings\", which no solution ever has");
    let reason = "records of orders >= 2\nnot-yet \"so\" when lag of bilings > 0";
    finds("records of orders >= 2", reason, "a.md:10: a reason speaks of \"bilings\", which no solution ever has");
}

#[test]
fn a_statement_that_is_not_true_is_found() {
    let why = "a.md:14: after the solution mouse this is not true: the number of end of orders-0 is 2, and 3 is wanted";
    finds("end of orders-0 = 2", "end of orders-0 = 3", why);
}

#[test]
fn a_number_that_nothing_vouches_for_is_found() {
    finds(
        "There are",
        "After 17 s there are",
        "a.md:25: the text says 17, which is not given: make it a hole, or check it",
    );
}

#[test]
fn a_hole_that_stays_empty_is_found() {
    let hole = "{committed offset of orders-0 in billing}";
    finds(
        "{records of orders at sent}",
        hole,
        "a.md:25: after the solution mouse the hole \
        {committed offset of orders-0 in billing} has no value",
    );
}

#[test]
fn numbers_in_names_and_versions_are_none() {
    let found: Vec<&str> = numbers::numbers("user1 orders-0 localhost:9092 4.3 17, (5) 30s **3** 0..2 x=4").collect();
    assert_eq!(found, ["17", "5", "30", "3", "4"]);
}

#[test]
fn a_course_is_looked_at_as_a_whole() {
    let second = WHOLE.replace("+++\nid = \"9.9\"", "+++\nafter = [\"1.1\"]\nwords = [\"lag\"]\nid = \"9.9\"");
    let made = Course::of(&[("a/1.md", WHOLE), ("a/2.md", &second)], "**log**: a row").unwrap();
    let found: Vec<String> = course(&made)[1].findings.iter().map(ToString::to_string).collect();
    let expected = [
        "a/2.md:1: it comes after 1.1, which does not stand before it",
        "a/2.md:1: the glossary does not have the word \"lag\"",
        "a/2.md:1: the text does not have the word \"lag\", which it is said to introduce",
        "a/2.md:1: another lesson has the id \"9.9\"",
        "glossary.md:1: no lesson introduces the word \"log\"",
    ];
    assert_eq!(found, expected);
}
