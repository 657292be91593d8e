//! Lessons' files and their mistakes: each says where, what was wanted, what came.

use crate::lesson::{Block, Lesson};
use crate::text::{Hole, Text};

const FRONT: &str = "+++\nid = \"9.9\" # a number\ntitle = \"One record\"\nundoes = [3, 12]\nafter = [\"0.1\"]\n+++\n";
const SCENE: &str = "```scene\ntopic orders\nproducer shop\n```\n";
const GOAL: &str = "```goal sent \"a record is there\"\nrecords of orders >= 1\n```\n";
const SOLUTION: &str = "```solution mouse\nsend shop orders\n\n# time passes\nsettle\n```\n";
const NEAR_MISS: &str = "```near-miss \"another topic\"\nsend shop payments\nsettle\n```\n";
const DEBRIEF: &str = "```debrief\nIt is {records of orders at sent}.\n```\n";

fn whole() -> String {
    [FRONT, "Prose of {records of orders}.\n", SCENE, GOAL, SOLUTION, NEAR_MISS, DEBRIEF].concat()
}

fn parse(text: &str) -> Lesson {
    Lesson::parse("a.md", text).unwrap_or_else(|error| panic!("{error}"))
}

/// A lesson in which one part stands for another is refused like this.
#[track_caller]
fn refused(part: &str, other: &str, expected: &str) {
    let text = whole();
    assert!(text.contains(part));
    let error = Lesson::parse("a.md", &text.replace(part, other)).unwrap_err();
    assert_eq!(error.to_string(), expected);
}

/// A lesson with these lines for its goal is refused like this.
#[track_caller]
fn goal_refused(lines: &str, expected: &str) {
    refused("records of orders >= 1", lines, expected);
}

#[test]
fn a_lesson_is_read_in_all_its_parts() {
    let lesson = parse(&whole());
    assert_eq!((lesson.id.as_str(), lesson.title.as_str()), ("9.9", "One record"));
    assert_eq!((lesson.undoes.as_slice(), lesson.after.as_slice()), (&[3, 12][..], &["0.1".to_owned()][..]));
    assert_eq!(lesson.scene, "topic orders\nproducer shop\n");
    assert_eq!(lesson.goals[0].line, 12);
    assert_eq!(lesson.solutions[0].lines.0.len(), 2, "comments and empty lines are not typed");
    assert_eq!(lesson.commands_count(), 1, "waiting is no command");
    assert!(matches!(lesson.blocks[..], [Block::Prose(_), Block::Goal(0)]));
    assert!(matches!(lesson.debrief.holes().next(), Some(Hole::Quantity { at: Some(at), .. }) if at == "sent"));
}

#[test]
fn lines_that_end_as_on_windows_are_the_same() {
    assert_eq!(parse(&whole().replace('\n', "\r\n")), parse(&whole()));
}

#[test]
fn a_question_has_one_right_answer() {
    let predict = "```predict\nHow many?\n- one\n+ two\n```\n```scene";
    let lesson = parse(&whole().replace("```scene", predict));
    let Some(Block::Predict(prediction)) = lesson.blocks.get(1) else { panic!("a question") };
    assert_eq!(prediction.options.iter().position(|option| option.is_right), Some(1));
    let wanted = "a.md:8: wanted one right answer, marked with +, found \"2 of them\"";
    refused("```scene", &predict.replace("- one", "+ one"), wanted);
    refused("```scene", &predict.replace("How many?\n", ""), "a.md:8: wanted a question, found the end");
    refused("```scene", &predict.replace("- one\n", ""), "a.md:8: wanted at least two answers, found the end");
}

#[test]
fn front_matter_with_a_mistake_is_refused() {
    refused("+++\nid", "id", "a.md:1: wanted +++ before the front matter, found \"id = \\\"9.9\\\" # a number\"");
    refused("\"9.9\"", "\"nine\"", "a.md:2: wanted an id like \"4.3\", found \"nine\"");
    refused("\"9.9\"", "9.9", "a.md:2: wanted a text in quotes, found \"9.9\"");
    refused(
        "undoes",
        "undos",
        "a.md:4: wanted id, title, tutorial, undoes, after or words, then = and a value, found \"undos\"",
    );
    refused("[3, 12]", "[3, x]", "a.md:4: wanted a misconception's number, found \"x\"");
    refused("undoes = [3, 12]", "title = \"Two\"", "a.md:4: wanted each name once, found \"title\"");
    refused("title = \"One record\"\n", "", "a.md:5: wanted title = \"...\", found the end");
}

#[test]
fn a_part_that_is_missing_is_named() {
    refused(SCENE, "", "a.md:23: wanted a scene block, found the end");
    refused(NEAR_MISS, "", "a.md:23: wanted a near-miss block, found the end");
    refused(SOLUTION, "", "a.md:21: wanted a solution block, found the end");
    refused(
        "payments\nsettle\n```\n",
        "payments\nsettle\n",
        "a.md:24: wanted ``` behind the block of line 21, found \"```debrief\"",
    );
}

#[test]
fn a_block_that_is_none_is_refused() {
    let blocks = "a block: scene, run, predict, goal NAME \"TITLE\", check, hints, solution mouse or terminal, \
                  near-miss \"TITLE\", debrief, js, ts, sh or text";
    refused("```scene", "```scenery", &format!("a.md:8: wanted {blocks}, found \"scenery\""));
    refused("solution mouse", "solution foot", "a.md:15: wanted solution mouse or solution terminal, found \"foot\"");
    refused(
        "goal sent",
        "goal Sent",
        "a.md:12: wanted a goal's name in small letters, digits and dashes, found \"Sent\"",
    );
}

#[test]
fn scripts_are_checked_with_the_lines_of_the_file() {
    refused(
        "topic orders\n",
        "topic orders partitions=0\n",
        "a.md:9: wanted a number of partitions from 1 to 1000, found \"0\"",
    );
    refused("producer shop", "wire shop orders", "a.md:10: wanted a producer that is there, found \"shop\"");
    refused(
        "send shop payments",
        "sent shop",
        "a.md:22: wanted a command, or a tool of Kafka's like kafka-topics.sh, found \"sent\"",
    );
    refused(
        "send shop payments",
        "npm run consum",
        "a.md:22: wanted npm run consume, produce, produce:user or start, found \"consum\"",
    );
}

#[test]
fn an_unknown_hole_is_refused_with_the_holes_that_there_are() {
    let text = whole().replace("{records of orders}", "{\nrecord of orders}");
    let error = Lesson::parse("a.md", &text).unwrap_err();
    assert_eq!((error.line, error.found.as_deref()), (7, Some("record of orders")));
    assert!(
        error.wanted.starts_with("one of the holes (bet, sent.seconds, what NAME owns, members of GROUP, "),
        "{error}"
    );
    let error = Lesson::parse("a.md", &whole().replace("at sent", "at send")).unwrap_err();
    assert_eq!(error.line, 26);
    refused("{records of orders}", "{records", "a.md:7: wanted a closing brace, found the end");
}

#[test]
fn two_braces_are_one() {
    let mut text = Text::raw(1, "a {{b} {bet}");
    text.read(&[]).unwrap();
    assert_eq!(text.words(), "a {b} ");
    assert_eq!(text.holes().collect::<Vec<_>>(), [&Hole::Bet]);
}

#[test]
fn a_goal_with_a_mistake_is_refused_in_its_line() {
    goal_refused("records of orders", "a.md:13: wanted = != < <= > or >= and a number, found the end");
    goal_refused(
        "lag of billing > ",
        "a.md:13: wanted a number, or what it is of, like members of billing, found the end",
    );
    goal_refused("then lag of billing > 5", "a.md:13: wanted a step before `then`, found \"lag of billing > 5\"");
    goal_refused("M crashes", "a.md:13: wanted a variable that `some` has found before (none so far), found \"M\"");
    goal_refused(
        "billing is Happy",
        "a.md:13: wanted a group's state: Empty, PreparingRebalance, CompletingRebalance, Stable or Dead, found \"Happy\"",
    );
    goal_refused(
        "after later\nlag of billing > 5",
        "a.md:13: wanted a goal that stands before this one (), found \"later\"",
    );
    goal_refused(
        "lag of billing > 5\nlag of billing = 0",
        "a.md:14: wanted after, before, never, then, and, or not-yet, found \"lag of billing = 0\"",
    );
    goal_refused(
        "anna crashes for 5s",
        "a.md:13: wanted a state, since what happens at an instant does not last, found \"anna crashes\"",
    );
    goal_refused(
        "anna runs within 5s",
        "a.md:13: wanted within behind `then`, or in a goal that comes after another, found \"within\"",
    );
    goal_refused("anna runs for soon", "a.md:13: wanted a time like 45s, 1500ms or 2m, found \"soon\"");
    goal_refused("0 times: anna runs", "a.md:13: wanted a count from 1 to 1000, found \"0\"");
    goal_refused("start of orders = 0", "a.md:13: wanted a partition like payment-done-0, found \"orders\"");
    goal_refused("not-yet \"so\"", "a.md:12: wanted a condition in the goal \"sent\", found the end");
    goal_refused("anna runs\nnot-yet so", "a.md:14: wanted not-yet \"TEXT\" [when CONDITION], found \"so\"");
    goal_refused("anna runs\nbefore nobody", "a.md:12: wanted the name of a goal behind before, found \"nobody\"");
    goal_refused("anna \"runs", "a.md:13: wanted a closing \", found the end");
}

#[test]
fn a_variable_has_one_kind_and_one_meaning() {
    let some = "some group A: lag of A > 5 and A crashes";
    goal_refused(some, "a.md:13: wanted a client, found \"A, a group\"");
    let twice = "some group A: some group A: lag of A > 5";
    goal_refused(twice, "a.md:13: wanted a variable that has no meaning yet, found \"A\"");
    goal_refused(
        "some group Abc: lag of Abc > 5",
        "a.md:13: wanted a variable: one capital letter, perhaps with a digit, found \"Abc\"",
    );
}

#[test]
fn a_clause_is_printed_as_it_is_read() {
    let lines = [
        "members of billing = 4 and billing is Stable",
        "some member M of billing: partitions owned by M >= 1 and M crashes",
        "every partition P of orders: records of P with key \"a key\" != 0",
        "no consumer C: C handles \"paid 7\"",
        "peak lag of billing <= 50 and \"kafka-topics --list\" prints orders",
    ];
    for line in lines {
        let Ok(lesson) = Lesson::parse("a.md", &whole().replace("records of orders >= 1", line)) else {
            assert!(line.contains("prints orders"), "a text stands in quotes");
            continue;
        };
        assert_eq!(lesson.goals[0].steps[0].condition.to_string(), line);
    }
}
