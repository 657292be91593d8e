//! Going back and forth, and forks.

use super::{BUSY, Story, story};
use crate::script::Command;
use proptest::prelude::*;
use runnel_protocol::Timestamp;
use std::time::Duration;

fn at(story: &Story, millis: u64) -> Timestamp {
    story.start() + Duration::from_millis(millis)
}

fn command(text: &str) -> Command {
    text.parse().unwrap()
}

#[test]
fn any_place_is_found_again_as_it_was() {
    let mut story = story(BUSY);
    let end = (story.end(), story.world().trace_hash(), story.world().frames_count());
    assert!(end.2 > 300, "{} frames", end.2);
    let mut seen = Vec::new();
    for millis in (0..130_000).step_by(3_700) {
        story.seek(at(&story, millis));
        assert_eq!(story.now(), at(&story, millis));
        seen.push((millis, story.world().trace_hash(), story.world().stage()));
    }
    for (millis, hash, stage) in seen.into_iter().rev() {
        story.seek(at(&story, millis));
        assert_eq!((story.world().trace_hash(), story.world().stage()), (hash, stage), "{millis} ms");
    }
    story.seek(story.end());
    assert_eq!((story.now(), story.world().trace_hash(), story.world().frames_count()), end);
}

#[test]
fn what_is_done_in_the_past_forks() {
    let mut story = story(BUSY);
    let whole = story.world().trace_hash();
    let count = story.entries().len();
    story.seek(at(&story, 30_000));
    assert!(story.is_in_the_past());
    let mut future = story.apply(&command("topic payments")).unwrap().expect("there was a future");
    assert!(!story.is_in_the_past());
    assert!(story.entries().len() < count);
    story.run_until(at(&story, 130_000));
    future.seek(future.end());
    assert_eq!(future.world().trace_hash(), whole);
    assert_eq!(future.entries().len(), count);
    assert_ne!(story.world().trace_hash(), whole);
    // A command that is refused changes nothing.
    future.seek(at(&future, 30_000));
    assert!(future.apply(&command("topic orders")).is_err());
    assert!(future.is_in_the_past());
    future.seek(future.end());
    assert_eq!(future.world().trace_hash(), whole);
}

#[test]
fn two_forks_go_their_own_ways_side_by_side() {
    let mut one = story(BUSY);
    let mut other = one.fork();
    one.apply(&command("crash anna")).unwrap();
    for _ in 0..10 {
        one.run_until(one.now() + Duration::from_secs(1));
        other.run_until(other.now() + Duration::from_secs(1));
    }
    assert_ne!(one.world().trace_hash(), other.world().trace_hash());
    let mut again = story(BUSY);
    again.run_until(again.now() + Duration::from_secs(10));
    assert_eq!(other.world().trace_hash(), again.world().trace_hash());
}

#[test]
fn a_script_with_a_mistake_does_nothing() {
    let mut story = story("topic orders");
    let before = story.to_file();
    for wrong in ["topic payments\ntopik x", "topic payments\ncrash anna", "topic payments\nbrokers 3"] {
        assert!(story.run_script(wrong).is_err());
        assert_eq!(story.to_file(), before);
    }
    let stop = story.run_script("topic payments\ntopic orders\ntopic other").unwrap_err();
    assert_eq!(stop.to_string(), "line 2: Topic 'orders' already exists.");
    assert_eq!(story.entries().len(), 2);
}

#[test]
fn a_story_is_told_as_a_script() {
    let story = story(BUSY);
    let again = super::story(&story.to_script());
    assert_eq!(again.world().trace_hash(), story.world().trace_hash());
    assert_eq!(again.to_file(), story.to_file());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]
    #[test]
    fn from_any_place_the_end_is_the_same(places in proptest::collection::vec(0_u64..130_000, 1..6)) {
        let mut story = story(BUSY);
        let whole = story.world().trace_hash();
        for millis in places {
            story.seek(at(&story, millis));
        }
        story.run_until(story.end());
        prop_assert_eq!(story.world().trace_hash(), whole);
    }
}
