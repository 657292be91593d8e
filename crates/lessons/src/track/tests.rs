//! Goals on their way: each kind of number and fact met and unmet, steps, order, variables, going back in time.

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
fn numbers_of_groups() {
    let third = "consumer carl group=billing topics=orders\nsettle\nwait 10s";
    check("members of billing = 3", "the number of members of billing is 2, and 3 is wanted", third);
    check("rebalances of billing > 0", "the number of rebalances of billing is 0, and more than 0 is wanted", third);
    let fourth =
        "consumer carl group=billing topics=orders\nconsumer dora group=billing topics=orders\nsettle\nwait 10s";
    check(
        "idle members of billing >= 1",
        "the number of idle members of billing is 0, and at least 1 is wanted",
        fourth,
    );
    check(
        "members of mailing >= 1",
        "nobody has joined the group mailing yet",
        "consumer mia group=mailing topics=orders\nsettle",
    );
    let sent = "send shop orders partition=0\nsettle";
    check("committed offset of orders-0 in billing = 1", "billing has committed nothing in orders-0", sent);
    check("partitions owned by carl = 1", "the number of partitions owned by carl is 0, and 1 is wanted", third);
    let left = "leave anna\nleave bert\nsettle";
    check(
        "unowned partitions of orders in billing = 3",
        "the number of unowned partitions of orders in billing is 0, and 3 is wanted",
        left,
    );
    let behind = "send shop orders partition=0\nsettle\nslow anna processing=5s\nslow bert processing=5s\nsend shop orders partition=0\nwait 1s";
    check("lag of billing >= 1", "the lag of billing is 0, and at least 1 is wanted", behind);
}

#[test]
fn numbers_of_records() {
    let two = "send shop orders key=user1\nsend shop orders key=user4\nsettle";
    check("records of orders >= 2", "the number of records of orders is 0, and at least 2 is wanted", two);
    check("used partitions of orders = 2", "the number of used partitions of orders is 0, and 2 is wanted", two);
    check("records of orders by shop = 2", "the number of records of orders by shop is 0, and 2 is wanted", two);
    check(
        "records of orders with key user1 = 1",
        "the number of records of orders with key user1 is 0, and 1 is wanted",
        two,
    );
    check("keys of orders = 2", "the number of keys of orders is 0, and 2 is wanted", two);
    check("last offset of orders-0 = 0", "orders-0 has no records yet", two);
    check("records of payments >= 1", "there is no topic payments yet", "send shop payments\nsettle");
    check(
        "end of orders-7 >= 1",
        "there is no partition orders-7 yet",
        "alter topic orders partitions=8\nwait 1s\nproducer till\nsend till orders partition=7\nsettle",
    );
    let split = "send shop orders key=a partition=0\nsend shop orders key=a partition=1\nsettle";
    check("split keys of orders = 1", "the number of split keys of orders is 0, and 1 is wanted", split);
    let keyless = "producer desk kind=java\nsend desk orders count=5\nsettle";
    check(
        "longest run of orders by desk = 5",
        "the number of longest run of orders by desk is 0, and 5 is wanted",
        keyless,
    );
    check(
        "records of orders without key = 5",
        "the number of records of orders without key is 0, and 5 is wanted",
        keyless,
    );
    check("kept records of orders = 2", "the number of kept records of orders is 0, and 2 is wanted", two);
    check("age of orders-0 > 5", "orders-0 has no records", "send shop orders partition=0\nwait 10s");
}

#[test]
fn numbers_of_reading() {
    let two = "send shop orders partition=0 count=2\nsettle";
    check(
        "records of orders handled in billing = 2",
        "the number of records of orders handled in billing is 0, and 2 is wanted",
        two,
    );
    check(
        "some consumer C: records of orders-0 handled by C = 2",
        "there is no consumer C yet with this: records of orders-0 handled by C = 2",
        two,
    );
    let again = "send shop orders partition=0 count=2\nsettle\nleave anna\nleave bert\nsettle\n\
        kafka-consumer-groups.sh --bootstrap-server localhost:9092 --group billing --topic orders --reset-offsets --to-earliest --execute\n\
        settle\nrestart anna\nsettle";
    check(
        "records of orders repeated in billing = 2",
        "the number of records of orders repeated in billing is 0, and 2 is wanted",
        again,
    );
    let late = "send shop orders partition=0 count=2\nsettle\nconsumer mia group=mailing topics=orders\nsettle\nsend shop orders partition=0\nsettle";
    check(
        "records of orders missed in mailing = 2",
        "the number of records of orders missed in mailing is 0, and 2 is wanted",
        late,
    );
    let cut = "slow anna processing=5s\nslow bert processing=5s\nsend shop orders partition=0\nsend shop orders partition=1\nwait 1s\ncrash anna\nwait 1s";
    check("records cut short of anna = 1", "the number of records cut short of anna is 0, and 1 is wanted", cut);
    check(
        "some consumer C: records at hand of C >= 1",
        "there is no consumer C yet with this: records at hand of C >= 1",
        cut,
    );
    check(
        "peak lag of billing >= 1 and lag of billing = 0",
        "the number of lag of billing at its highest is 0, and at least 1 is wanted"
            .replace("number of lag", "lag")
            .as_str(),
        "send shop orders partition=0 count=2\nsettle\nslow anna processing=2s\nslow bert processing=2s\nsend shop orders partition=0 count=2\nwait 20s",
    );
}

#[test]
fn facts_that_hold() {
    check("billing is Empty", "billing is Stable, and Empty is wanted", "leave anna\nleave bert\nsettle");
    check("topic payments exists", "this does not hold: topic payments exists", "topic payments\nsettle");
    check(
        "group mailing exists",
        "this does not hold: group mailing exists",
        "consumer mia group=mailing topics=orders\nsettle",
    );
    check("bert owns orders-0", "this does not hold: bert owns orders-0", "leave anna\nsettle\nwait 10s");
    check("carl runs", "this does not hold: carl runs", "consumer carl group=billing topics=orders\nwait 1s");
    check("anna is over", "this does not hold: anna is over", "crash anna\nwait 1s");
    check(
        "anna is a member of mailing",
        "this does not hold: anna is a member of mailing",
        "move anna mailing\nsettle\nwait 10s",
    );
    check(
        "some group A: A is not billing",
        "this does not hold: billing is not billing",
        "consumer mia group=mailing topics=orders\nsettle",
    );
}

#[test]
fn things_that_happen() {
    let has_not = |what: &str| format!("this has not happened: {what}");
    check("carl starts", &has_not("carl starts"), "consumer carl group=billing topics=orders\nwait 1s");
    check("anna starts again", &has_not("anna starts again"), "restart anna\nwait 1s");
    check("anna crashes", &has_not("anna crashes"), "crash anna\nwait 1s");
    check("anna leaves", &has_not("anna leaves"), "leave anna\nsettle");
    check("anna is struck off billing", &has_not("anna is struck off billing"), "crash anna\nwait 40s");
    check("anna handles \"hello\"", &has_not("anna handles hello"), "send shop orders partition=0 value=hello\nsettle");
    check(
        "bert handles a record of orders-1",
        &has_not("bert handles a record of orders-1"),
        "send shop orders partition=1\nsettle",
    );
    let list = "kafka-topics.sh --list --bootstrap-server localhost:9092\nsettle";
    check("\"kafka-topics --list\" succeeds", &has_not("\"kafka-topics --list\" succeeds"), list);
    check("\"kafka-topics\" prints \"orders\"", &has_not("kafka-topics prints orders"), list);
    check("\"kafka-topics\" fails", &has_not("kafka-topics fails"), "kafka-topics.sh --lost\nsettle");
}

#[test]
fn every_and_no_speak_of_all_things() {
    let spread = "send shop orders count=3\nsettle";
    check(
        "every partition P of orders: records of P >= 1",
        "the number of records of orders-0 is 0, and at least 1 is wanted",
        spread,
    );
    check(
        "no member M of billing: partitions owned by M = 2",
        "this holds for anna, and must not: partitions owned by M = 2",
        "consumer carl group=billing topics=orders\nsettle\nwait 10s",
    );
    check(
        "every member M of mailing: partitions owned by M >= 1",
        "there is no member of mailing yet",
        "consumer mia group=mailing topics=orders\nsettle",
    );
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
