//! Undo and redo.

use super::{BUSY, Story, story};
use crate::script::Command;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::time::Duration;

fn command(text: &str) -> Command {
    text.parse().unwrap()
}

/// What can be seen of where a story stands.
fn place(story: &Story) -> (u64, crate::world::StageView) {
    (story.world().trace_hash(), story.world().stage())
}

fn labels(moments: impl Iterator<Item = crate::history::Moment>) -> Vec<String> {
    moments.map(|moment| moment.label).collect()
}

#[test]
fn entries_of_one_instant_are_undone_and_redone_one_by_one() {
    let mut story = story("topic orders\nproducer shop\nwire shop orders\nplace shop 1,2");
    assert_eq!(story.now(), story.start());
    let mut places = vec![place(&story)];
    for undone in ["place shop 1,2", "wire shop orders", "producer shop kind=kafkajs", "topic orders"] {
        assert_eq!(story.undo().unwrap().action.to_string(), undone);
        places.push(place(&story));
    }
    assert_eq!((story.undo(), story.entries().len()), (None, 0));
    assert!(places.windows(2).all(|pair| pair[0] != pair[1]));
    let wanted = ["topic orders", "producer shop kind=kafkajs", "wire shop orders", "place shop 1,2"];
    assert_eq!(labels(story.undone_moments()), wanted);
    for wanted in places.iter().rev().skip(1) {
        story.redo().unwrap();
        assert_eq!(place(&story), *wanted);
    }
    assert_eq!(story.redo(), None);
    assert_eq!(story.undone_moments().count(), 0);
}

#[test]
fn what_is_undone_does_not_happen_again_when_time_goes_on() {
    let mut story = story("topic orders\nproducer shop\nwait 5s\nsend shop orders count=3\nwait 5s");
    let whole = (story.end(), story.world().trace_hash());
    story.undo().unwrap();
    assert_eq!(story.now(), story.start() + Duration::from_secs(5));
    assert!(!story.is_in_the_past());
    story.run_until(story.now() + Duration::from_secs(60));
    assert_eq!(story.world().cluster().high_watermark("orders", 0), Some(0));
    assert_eq!(labels(story.undone_moments()), ["send shop orders count=3"]);
    story.redo().unwrap();
    assert_eq!(story.now(), story.start() + Duration::from_secs(5));
    story.run_until(whole.0);
    assert_eq!((story.end(), story.world().trace_hash()), whole);
}

#[test]
fn what_is_done_after_an_undo_forks() {
    let mut story = story(BUSY);
    let (whole, count) = (story.world().trace_hash(), story.entries().len());
    story.undo().unwrap();
    story.undo().unwrap();
    // A command that is refused changes nothing.
    assert!(story.apply(&command("topic orders")).is_err());
    assert_eq!(story.undone_moments().count(), 2);
    let mut future = story.apply(&command("topic payments")).unwrap().expect("there was a future");
    assert_eq!((story.redo(), story.entries().len()), (None, count - 1));
    future.seek(future.end());
    assert_eq!((future.world().trace_hash(), future.entries().len()), (whole, count));
    // An undo in the past takes the last entry that has happened by then.
    future.seek(future.start() + Duration::from_secs(30));
    assert_eq!(future.undo().unwrap().action.to_string(), "crash anna");
    while future.redo().is_some() {}
    future.seek(future.end());
    assert_eq!((future.world().trace_hash(), future.entries().len()), (whole, count));
}

#[test]
fn a_timeline_has_its_moments_and_goes_to_each_of_them() {
    let mut story = story(BUSY);
    let whole = story.world().trace_hash();
    let moments: Vec<_> = story.moments().collect();
    assert_eq!(moments[0].label, "topic orders partitions=3");
    assert!(moments.is_sorted_by_key(|moment| (moment.time, moment.index)));
    for moment in moments.iter().rev() {
        story.seek_entry(moment.index);
        assert_eq!((story.now(), story.cursor()), (moment.time, moment.index));
        assert!(story.is_in_the_past());
    }
    story.seek_entry(usize::MAX);
    assert_eq!((story.now(), story.world().trace_hash()), (story.end(), whole));
    let times = story.snapshot_times();
    assert!(times.is_sorted() && times[0] == story.start() && times.len() == story.snapshots_count());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]
    #[test]
    fn any_walk_finds_every_moment_as_it_was(steps in proptest::collection::vec(0_u8..4, 1..12)) {
        let mut story = story(BUSY);
        let whole = (story.end(), story.world().trace_hash(), story.entries().len());
        let mut known = BTreeMap::new();
        story.undo();
        for step in steps {
            let moved = match step {
                0 | 1 => story.undo(),
                2 => story.redo(),
                _ => {
                    story.run_until(story.now() + Duration::from_secs(3));
                    None
                }
            };
            if moved.is_some() {
                // Just before an entry and just after the one before it are two moments.
                let found = place(&story);
                let before = known.entry((story.now(), story.cursor())).or_insert_with(|| found.clone());
                prop_assert_eq!(&found, before);
            }
        }
        while story.redo().is_some() {}
        story.seek(story.end());
        // Where all was redone already, only time has passed since.
        prop_assert!(story.end() >= whole.0);
        story.seek(whole.0);
        prop_assert_eq!((story.world().trace_hash(), story.entries().len()), (whole.1, whole.2));
    }
}
