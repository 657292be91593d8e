//! What is seen does not depend on the way there.

use super::{Playing, Viewing};
use runnel_protocol::Timestamp;
use serde_json::Value;
use std::collections::BTreeSet;
use std::time::Duration;

const PAYMENTS: &str = "topic payment-done partitions=3\n\
    producer checkout\n\
    consumer anna group=billing topics=payment-done\n\
    consumer bob group=billing topics=payment-done\n\
    send checkout payment-done rate=50/s keys=user1..user9\n\
    wait 20s\n\
    crash anna\n\
    wait 60s\n";

fn at(viewing: &Viewing, seconds: u64) -> Timestamp {
    viewing.story().start() + Duration::from_secs(seconds)
}

/// All that is drawn, without what is only looked at now and then.
fn drawn(viewing: &Viewing) -> Value {
    let mut scene = viewing.scene().clone();
    for client in scene.clients.values_mut() {
        client.view = None;
        client.waits.clear();
    }
    serde_json::to_value(scene.document()).unwrap()
}

/// Says where two scenes differ first.
#[track_caller]
fn assert_same(one: &Value, other: &Value, path: &str) {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            let names: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
            for name in names {
                let missing = Value::Null;
                let of = |object: &serde_json::Map<String, Value>| object.get(name).cloned().unwrap_or(missing.clone());
                assert_same(&of(one), &of(other), &format!("{path}/{name}"));
            }
        }
        (one, other) => assert_eq!(one, other, "{path}"),
    }
}

#[test]
fn a_scene_that_is_sought_is_the_scene_that_was_seen() {
    let mut viewing = Viewing::of_script(PAYMENTS).unwrap();
    let end = viewing.now();
    assert!(viewing.kept_times().count() > 2, "scenes are kept on the way");
    let mut straight = Viewing::of_story(viewing.story().clone());
    straight.seek(straight.story().start());
    for seconds in [3, 19, 20, 21, 40, 66, 80] {
        let time = at(&viewing, seconds);
        straight.run_until(time);
        viewing.seek(end);
        viewing.seek(time);
        assert_eq!(viewing.now(), time);
        assert_same(&drawn(&viewing), &drawn(&straight), &format!("at {seconds} s: "));
    }
}

#[test]
fn what_is_done_in_the_past_hands_back_the_future() {
    let mut viewing = Viewing::of_script(PAYMENTS).unwrap();
    let (end, hash) = (viewing.now(), viewing.story().world().trace_hash());
    viewing.seek(at(&viewing, 10));
    let refused = viewing.run_script("topic payment-done").unwrap_err();
    assert!(refused.to_string().contains("payment-done"), "{refused}");
    assert_eq!(viewing.story().end(), end, "a refusal costs no future");
    let done = viewing.run_script("crash bob").unwrap();
    assert!(done.has_forked, "it was done in the past");
    let future = done.before;
    assert_eq!((future.story().end(), viewing.story().end()), (end, at(&viewing, 10)));
    let mut future = *future;
    future.seek(end);
    assert_eq!(future.story().world().trace_hash(), hash);
    viewing.run_until(at(&viewing, 80));
    assert_ne!(viewing.story().world().trace_hash(), hash);
}

#[test]
fn a_file_is_watched_from_its_beginning() {
    let viewing = Viewing::of_script(PAYMENTS).unwrap();
    let again = Viewing::of_file(&viewing.story().to_file()).unwrap();
    assert_same(&drawn(&again), &drawn(&viewing), "");
    let damaged = viewing.story().to_file().replace("crash anna", "crash anne");
    assert!(Viewing::of_file(&damaged).unwrap_err().to_string().contains("damaged"));
}

#[test]
fn a_run_that_is_played_in_slices_is_the_same_as_in_one_piece() {
    let whole = Viewing::of_script(PAYMENTS).unwrap();
    let file = whole.story().to_file();
    for mut playing in [Playing::of_file(&file).unwrap(), Playing::of_script(PAYMENTS).unwrap()] {
        let mut slices = 0;
        while !playing.go_on(|| false).unwrap() {
            slices += 1;
            assert!(playing.percent() <= 100);
        }
        assert!(slices > 1_000, "{slices}");
        let played = playing.into_viewing();
        assert_eq!(played.story().to_file(), file);
        assert_same(&drawn(&played), &drawn(&whole), "");
    }
}

#[test]
fn what_cannot_be_played_says_where_and_why() {
    let file = Viewing::of_script(PAYMENTS).unwrap().story().to_file();
    let refused = |text: &str| Playing::of_file(text).unwrap_err().to_string();
    assert!(refused(&file.replace("crash anna", "crash bert")).contains("damaged"));
    assert!(refused("nothing").starts_with("line 1: wanted runnel-history 1"));
    let wrong = Playing::of_script("topic orders\npause anna").unwrap_err();
    assert!(wrong.to_string().starts_with("line 2: "), "{wrong}");
    let late = Playing::of_script("topic orders\ntopic orders").unwrap().whole().unwrap_err();
    assert!(late.to_string().starts_with("line 2: "), "{late}");
    let story = Viewing::of_file(&file).unwrap();
    let start = story.story().start();
    let left = Playing::of_file(&file).unwrap().left_at(start).whole().unwrap();
    assert_eq!((left.now(), left.story().end()), (start, story.story().end()));
}

#[test]
fn going_to_the_beginning_forgets_nothing_of_what_follows() {
    let mut viewing = Viewing::of_script(PAYMENTS).unwrap();
    let (copies, kept) = (viewing.story().snapshots_count(), viewing.kept_times().count());
    assert!(copies > 2 && kept > 2);
    viewing.seek(viewing.story().start());
    assert_eq!((viewing.story().snapshots_count(), viewing.kept_times().count()), (copies, kept));
}

#[test]
fn slices_settle_to_the_same() {
    let script = format!("{PAYMENTS}consumer carl group=billing topics=payment-done\nsettle\n");
    let whole = Viewing::of_script(&script).unwrap();
    assert!(whole.now() > at(&whole, 80), "the group has changed");
    let mut playing = Playing::of_script(&script).unwrap();
    while !playing.go_on(|| false).unwrap() {}
    assert_eq!(playing.into_viewing().story().to_file(), whole.story().to_file());
}

/// Counts what it is told.
#[derive(Clone, PartialEq, Debug, Default)]
struct Counting {
    begun: Option<Timestamp>,
    told: u64,
    reached: Option<Timestamp>,
}

impl super::Companion for Counting {
    fn begin(&mut self, time: Timestamp) {
        self.begun = Some(time);
    }

    fn reach(&mut self, _scene: &crate::scene::Scene, time: Timestamp) {
        self.reached = Some(time);
    }

    fn note(&mut self, scene: &crate::scene::Scene, happening: &crate::world::Happening) {
        assert!(scene.time >= happening.time, "the scene has it already");
        self.told += 1;
    }

    fn copy(&self) -> Box<dyn super::Companion> {
        Box::new(self.clone())
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

#[test]
fn a_scene_that_is_set_in_slices_is_the_one_that_is_set_at_once() {
    let scene = || Playing::of_scene(PAYMENTS, Box::new(Counting::default())).unwrap();
    let at_once = scene().whole().unwrap();
    let mut playing = scene();
    let (mut slices, mut last) = (0, 0);
    while !playing.go_on(|| false).unwrap() {
        assert!(playing.percent() >= last, "it only grows");
        last = playing.percent();
        slices += 1;
    }
    assert!(slices > 10 && last > 50, "{slices} slices, {last} hundredths");
    let sliced = playing.into_viewing();
    let counting = |viewing: &Viewing| {
        let counting: &Counting = viewing.companion().unwrap().as_any().downcast_ref().unwrap();
        counting.clone()
    };
    assert_eq!(counting(&sliced).begun, Some(sliced.now()));
    assert_eq!(counting(&sliced), counting(&at_once));
    assert_eq!(sliced.story().world().trace_hash(), at_once.story().world().trace_hash());
    assert!(sliced.scene().cluster == at_once.scene().cluster);
    // What was told before it begins is told again after going back.
    let mut back = sliced.fork();
    back.seek(back.story().start());
    back.seek(sliced.now());
    assert_eq!(counting(&back), counting(&sliced));
}

#[test]
fn a_companion_goes_back_in_time_with_its_viewing() {
    let story = Viewing::of_script(PAYMENTS).unwrap().story().clone();
    let mut viewing = Viewing::of_story_with(story, Box::new(Counting::default()));
    let told = |viewing: &Viewing| {
        let counting: &Counting = viewing.companion().unwrap().as_any().downcast_ref().unwrap();
        assert_eq!(counting.reached, Some(viewing.now()));
        counting.told
    };
    let (end, at_end) = (viewing.now(), told(&viewing));
    let start = viewing.story().start();
    viewing.seek(start);
    let at_start = told(&viewing);
    let mut straight = Vec::new();
    for seconds in [3, 19, 40, 66] {
        let time = at(&viewing, seconds);
        viewing.run_until(time);
        straight.push((time, told(&viewing)));
    }
    viewing.seek(end);
    assert_eq!(told(&viewing), at_end);
    for (time, expected) in straight.into_iter().rev() {
        viewing.seek(time);
        assert_eq!(told(&viewing), expected);
    }
    viewing.seek(start);
    assert_eq!(told(&viewing), at_start);
}

#[test]
fn members_whose_clients_call_themselves_the_same_stand_once_each() {
    let script = "topic orders partitions=3\n\
        consumer bob group=billing topics=orders\n\
        rename bob bert\n\
        consumer bob group=billing topics=orders\n\
        rename bob carl\n\
        consumer bob group=billing topics=orders\n\
        settle\nwait 10s";
    let viewing = Viewing::of_script(script).unwrap();
    let nodes = viewing.scene().stage.areas.keys().map(ToString::to_string);
    let people: Vec<String> = nodes.filter(|node| node.starts_with("client:") || node.starts_with("member:")).collect();
    assert_eq!(people, ["client:bert", "client:bob", "client:carl"]);
}
