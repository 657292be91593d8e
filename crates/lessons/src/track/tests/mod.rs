//! Goals on their way: each kind of number and fact met and unmet, steps, order, variables, going back in time.

mod clauses;

use super::{Filled, Standing, Tracker};
use crate::lesson::Lesson;
use crate::play;
use runnel_sandbox::viewing::Viewing;
use std::sync::Arc;
use std::time::Duration;

const SCENE: &str = "topic orders partitions=3\nproducer shop\n\
    consumer anna group=billing topics=orders from-beginning\n\
    consumer bert group=billing topics=orders from-beginning\nsettle\nwait 10s";

/// A lesson with these goals, each a name and its lines.
fn lesson(scene: &str, goals: &[(&str, &str)], debrief: &str) -> Arc<Lesson> {
    let goals: String =
        goals.iter().map(|(name, lines)| format!("```goal {name} \"{name}\"\n{lines}\n```\n")).collect();
    let text = format!(
        "+++\nid = \"9.9\"\ntitle = \"t\"\n+++\n```scene\n{scene}\n```\n{goals}```solution mouse\nsettle\n```\n\
         ```near-miss \"n\"\nsettle\n```\n```debrief\n{debrief}\n```\n"
    );
    Arc::new(Lesson::parse("a.md", &text).unwrap_or_else(|error| panic!("{error}")))
}

fn begin(goals: &[(&str, &str)]) -> Viewing {
    play::begin(&lesson(SCENE, goals, "d")).unwrap()
}

fn run(viewing: &mut Viewing, script: &str) {
    viewing.run_script(script).unwrap_or_else(|stop| panic!("{stop}"));
    viewing.run_until(viewing.now() + Duration::from_millis(1));
}

fn standing(viewing: &Viewing, goal: &str) -> Standing {
    let standings = Tracker::of(viewing).unwrap().standings(viewing.scene());
    standings.into_iter().find(|one| one.name == goal).unwrap().standing
}

#[track_caller]
fn not_yet(viewing: &Viewing, goal: &str, because: &str) {
    assert_eq!(standing(viewing, goal), Standing::NotYet(because.to_owned()));
}

#[track_caller]
fn met(viewing: &Viewing, goal: &str) {
    assert_eq!(standing(viewing, goal), Standing::Met);
}

/// A clause that does not hold where the scene is set, for this reason, and holds after a script.
#[track_caller]
fn check(clause: &str, because: &str, script: &str) {
    let mut viewing = begin(&[("goal", clause)]);
    run(&mut viewing, "wait 1s");
    not_yet(&viewing, "goal", because);
    run(&mut viewing, script);
    met(&viewing, "goal");
}

#[test]
fn a_goal_once_met_stays_met() {
    let mut viewing = begin(&[("three", "members of billing = 3")]);
    run(&mut viewing, "consumer carl group=billing topics=orders\nsettle\nwait 10s\nleave carl\nsettle\nwait 10s");
    assert_eq!(viewing.scene().cluster.groups["billing"].members.len(), 2);
    met(&viewing, "three");
}

#[test]
fn steps_come_in_their_order() {
    let goals = [("order", "anna crashes\nthen bert crashes")];
    let mut viewing = begin(&goals);
    run(&mut viewing, "crash bert\nwait 1s\ncrash anna\nwait 1s");
    not_yet(&viewing, "order", "this has not happened: bert crashes");
    run(&mut viewing, "restart bert\nwait 1s\ncrash bert\nwait 1s");
    met(&viewing, "order");
}

#[test]
fn what_happened_before_a_goal_began_does_not_count_for_it() {
    let goals = [("first", "records of orders >= 1"), ("second", "after first\nanna crashes")];
    let mut viewing = begin(&goals);
    assert_eq!(standing(&viewing, "second"), Standing::Waiting(vec!["first".to_owned()]));
    run(&mut viewing, "crash anna\nwait 1s\nsend shop orders\nwait 1s");
    met(&viewing, "first");
    not_yet(&viewing, "second", "this has not happened: anna crashes");
}

#[test]
fn a_variable_stands_for_the_same_thing_in_later_steps_and_goals() {
    let goals = [
        ("crash", "some member M of billing: M crashes"),
        ("back", "after crash\nM starts again"),
        ("both", "some consumer C: C crashes\nthen some consumer D: D is not C and D crashes"),
    ];
    let mut viewing = begin(&goals);
    run(&mut viewing, "crash anna\nwait 1s\nleave bert\nsettle\nrestart bert\nwait 1s");
    not_yet(&viewing, "back", "this has not happened: anna starts again");
    run(&mut viewing, "restart anna\nwait 1s\ncrash anna\nwait 1s");
    met(&viewing, "back");
    assert!(matches!(standing(&viewing, "both"), Standing::NotYet(_)), "the same one twice is not two");
    run(&mut viewing, "crash bert\nwait 1s");
    met(&viewing, "both");
}

#[test]
fn every_choice_that_fits_is_followed() {
    // anna crashes first, and comes back at once; the goal is reached with bert.
    let mut viewing = begin(&[("gone", "some consumer C: C crashes\nthen C is struck off billing")]);
    run(&mut viewing, "crash bert\nwait 1s\nleave anna\nsettle\nrestart anna\nwait 60s");
    met(&viewing, "gone");
    let lesson =
        lesson(SCENE, &[("gone", "some consumer C: C crashes\nthen C is over for 20s")], "{gone.C} {gone.seconds}");
    let mut viewing = play::begin(&lesson).unwrap();
    run(&mut viewing, "crash anna\nwait 1s\nrestart anna\ncrash bert\nwait 30s");
    let filled = Tracker::of(&viewing).unwrap().fill(&lesson.debrief, viewing.scene(), None);
    let text: String = filled.iter().map(Filled::text).collect();
    assert_eq!(text.trim(), "bert 20");
}

#[test]
fn within_is_counted_from_the_step_before() {
    let goals = [("quick", "anna crashes\nthen anna starts again within 5s")];
    let mut viewing = begin(&goals);
    run(&mut viewing, "crash anna\nwait 6s\nrestart anna\nwait 1s");
    assert!(matches!(standing(&viewing, "quick"), Standing::NotYet(_)));
    run(&mut viewing, "crash anna\nwait 4s\nrestart anna\nwait 1s");
    met(&viewing, "quick");
}

#[test]
fn what_has_to_last_begins_anew_when_it_breaks() {
    let mut viewing = begin(&[("rest", "anna runs for 20s")]);
    run(&mut viewing, "wait 10s\ncrash anna\nwait 1s\nrestart anna\nwait 15s");
    not_yet(&viewing, "rest", "it has to last for 20 s: anna runs");
    run(&mut viewing, "wait 6s");
    met(&viewing, "rest");
}

#[test]
fn times_count_what_happens_anew() {
    let mut viewing = begin(&[("twice", "2 times: anna crashes")]);
    run(&mut viewing, "crash anna\nwait 1s");
    not_yet(&viewing, "twice", "this has not happened: anna crashes");
    run(&mut viewing, "restart anna\nwait 1s\ncrash anna\nwait 1s");
    met(&viewing, "twice");
}

#[test]
fn never_and_before_lose_a_goal_until_one_goes_back() {
    let goals =
        [("calm", "never anna crashes\nbert crashes"), ("early", "before late\nanna crashes"), ("late", "bert leaves")];
    let mut viewing = begin(&goals);
    let before = viewing.now();
    run(&mut viewing, "wait 1s\ncrash anna\nwait 1s\ncrash bert\nwait 1s");
    assert!(
        matches!(standing(&viewing, "calm"), Standing::Lost(reason) if reason.starts_with("this was not to be: anna crashes"))
    );
    met(&viewing, "early");
    viewing.seek(before);
    assert!(matches!(standing(&viewing, "calm"), Standing::NotYet(_)));
    run(&mut viewing, "leave bert\nsettle\ncrash anna\nwait 1s");
    assert!(
        matches!(standing(&viewing, "early"), Standing::Lost(reason) if reason.starts_with("\"late\" was to come later"))
    );
}

#[test]
fn the_first_reason_that_fits_is_given_with_the_values_of_the_moment() {
    let lines = "records of orders >= 3\nnot-yet \"nothing was sent\" when records of orders = 0\nnot-yet \"{records of orders} of three\"";
    let mut viewing = begin(&[("three", lines)]);
    run(&mut viewing, "wait 1s");
    not_yet(&viewing, "three", "nothing was sent");
    run(&mut viewing, "send shop orders\nsettle");
    not_yet(&viewing, "three", "1 of three");
}

#[test]
fn going_back_gives_the_goals_of_that_time_and_a_fork_goes_its_own_way() {
    let goals = [("sent", "records of orders >= 1"), ("crash", "after sent\nsome member M of billing: M crashes")];
    let mut viewing = begin(&goals);
    let start = viewing.now();
    run(&mut viewing, "wait 5s\nsend shop orders\nsettle\nwait 5s");
    let between = viewing.now();
    run(&mut viewing, "wait 5s\ncrash anna\nwait 60s");
    let end = viewing.now();
    let met_at = |viewing: &mut Viewing, time| {
        viewing.seek(time);
        [standing(viewing, "sent") == Standing::Met, standing(viewing, "crash") == Standing::Met]
    };
    for _ in 0..2 {
        assert_eq!(met_at(&mut viewing, start), [false, false]);
        assert_eq!(met_at(&mut viewing, end), [true, true]);
        assert_eq!(met_at(&mut viewing, between), [true, false]);
    }
    run(&mut viewing, "leave anna\nsettle\nwait 10s");
    met(&viewing, "sent");
    assert!(matches!(standing(&viewing, "crash"), Standing::NotYet(_)), "in this future nobody crashed");
}

#[test]
fn it_does_not_matter_how_time_is_cut() {
    let goals = [
        ("old", "age of orders-0 > 7"),
        ("rest", "billing is Stable for 7s"),
        ("gone", "some consumer C: C crashes\nthen C is struck off billing"),
    ];
    let lesson = lesson(SCENE, &goals, "d");
    let times = |step: Duration| {
        let mut viewing = play::begin(&lesson).unwrap();
        viewing.run_script("send shop orders partition=0\ncrash anna").unwrap();
        let end = viewing.now() + Duration::from_secs(60);
        while viewing.now() < end {
            viewing.run_until((viewing.now() + step).min(end));
        }
        let tracker = Tracker::of(&viewing).unwrap().clone();
        goals.map(|(name, _)| tracker.met(name).unwrap().time)
    };
    let at_once = times(Duration::from_secs(60));
    assert_eq!(at_once, times(Duration::from_millis(7)));
    assert_eq!(at_once, times(Duration::from_millis(333)));
}

#[test]
fn a_story_that_stands_still_shows_what_was_just_done() {
    let mut viewing = begin(&[("gone", "anna crashes")]);
    viewing.run_script("crash anna").unwrap();
    let tracker = Tracker::of(&viewing).unwrap();
    assert!(!tracker.is_done() && tracker.now(viewing.scene()).is_done());
}

#[test]
fn a_renamed_client_and_other_things_on_the_stage_do_not_matter() {
    let mut viewing = begin(&[("three", "members of billing = 3"), ("gone", "some member M of billing: M crashes")]);
    run(
        &mut viewing,
        "topic extra\nproducer other\nsend other extra\nrename anna carla\nconsumer x group=y topics=extra\nwait 5s",
    );
    run(&mut viewing, "consumer someone group=billing topics=orders\nsettle\nwait 10s\ncrash carla\nwait 1s");
    met(&viewing, "three");
    met(&viewing, "gone");
}

#[test]
fn a_story_that_was_kept_has_the_goals_that_it_had() {
    let lesson = lesson(SCENE, &[("sent", "records of orders >= 1"), ("crash", "after sent\nanna crashes")], "d");
    let mut viewing = play::begin(&lesson).unwrap();
    run(&mut viewing, "send shop orders\nsettle\ncrash anna\nwait 1s");
    let kept = viewing.story().to_file();
    let again = play::follow(&lesson, runnel_sandbox::history::Story::from_file(&kept).unwrap());
    met(&again, "crash");
    assert_eq!(Tracker::of(&again).unwrap().met("sent"), Tracker::of(&viewing).unwrap().met("sent"));
}

#[test]
fn what_is_done_at_once_counts_and_what_the_scene_did_does_not() {
    let scene = format!("{SCENE}\ncrash anna\nrestart anna");
    let lesson =
        lesson(&scene, &[("two", "starts of anna = 1 and starts of bert = 1"), ("crash", "anna crashes")], "d");
    let mut viewing = play::begin(&lesson).unwrap();
    run(&mut viewing, "restart bert\nwait 1s");
    not_yet(&viewing, "two", "the number of starts of anna is 0, and 1 is wanted");
    assert!(matches!(standing(&viewing, "crash"), Standing::NotYet(_)));
    viewing.seek(viewing.story().start());
    viewing.seek(viewing.story().end());
    run(&mut viewing, "restart anna\nwait 1s");
    met(&viewing, "two");
    met(&viewing, "crash");
}

#[test]
fn a_scene_in_which_nothing_moves_is_looked_at_too() {
    let lesson = lesson("topic orders\nwait 30s", &[("there", "topic orders exists")], "d");
    let mut viewing = play::begin(&lesson).unwrap();
    viewing.run_until(viewing.now() + Duration::from_millis(1));
    met(&viewing, "there");
}
