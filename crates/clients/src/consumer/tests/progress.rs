//! What is committed when, and what comes twice or never after a crash.

use super::stage::{Stage, earliest, partition};
use crate::ClientKind;
use crate::consumer::{CommitPolicy, ConsumerEvent, ConsumerSettings, StartAt};
use std::time::Duration;

const LETTERS: [&str; 10] = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];

/// A consumer that takes a second a record is killed in the middle; another one of its group goes on.
fn crash_and_go_on(kind: ClientKind, policy: CommitPolicy, seconds: u64) -> (Vec<i64>, Vec<i64>) {
    let mut stage = Stage::new(1);
    stage.produce(0, &LETTERS);
    let slow = |settings: &mut ConsumerSettings| {
        earliest(settings);
        settings.commit_policy = policy;
        settings.processing_time = Duration::from_secs(1);
    };
    stage.add(kind, slow);
    stage.run(Duration::from_millis(seconds * 1000 + 500));
    stage.crash(0);
    stage.add(kind, slow);
    stage.seconds(90);
    let offsets = |index: usize| stage.processed(index).into_iter().map(|(_, offset)| offset).collect();
    (offsets(0), offsets(1))
}

#[test]
fn after_a_crash_auto_commit_repeats_what_was_not_committed() {
    // Java has committed nothing while the first poll's records are at work, so all come again.
    let (before, after) = crash_and_go_on(ClientKind::Java, CommitPolicy::Auto, 4);
    assert_eq!(before, [0, 1, 2, 3]);
    assert_eq!(after, (0..10).collect::<Vec<_>>());
    // kafkajs commits when the batch is done.
    let (before, after) = crash_and_go_on(ClientKind::Kafkajs, CommitPolicy::Auto, 4);
    assert_eq!(before, [0, 1, 2, 3]);
    assert_eq!(after, (0..10).collect::<Vec<_>>());
    // librdkafka commits every five seconds what it handed out: the record in hand counts as done, and is lost.
    let (before, after) = crash_and_go_on(ClientKind::Librdkafka, CommitPolicy::Auto, 5);
    assert_eq!(before, [0, 1, 2, 3, 4]);
    assert_eq!(after.first(), Some(&5), "{after:?}");
}

#[test]
fn committing_first_loses_the_record_in_hand() {
    for kind in ClientKind::ALL {
        let (before, after) = crash_and_go_on(kind, CommitPolicy::BeforeEach, 4);
        assert_eq!(before, [0, 1, 2, 3], "{kind}");
        assert_eq!(after, (5..10).collect::<Vec<_>>(), "{kind}: record 4 was committed and never processed");
    }
}

#[test]
fn processing_first_repeats_at_most_the_record_in_hand() {
    for kind in ClientKind::ALL {
        let (before, after) = crash_and_go_on(kind, CommitPolicy::AfterEach, 4);
        assert_eq!(before, [0, 1, 2, 3], "{kind}");
        assert_eq!(after, (4..10).collect::<Vec<_>>(), "{kind}");
    }
}

#[test]
fn a_committed_offset_beats_from_the_beginning() {
    for kind in ClientKind::ALL {
        let mut stage = Stage::new(1);
        stage.produce(0, &LETTERS);
        stage.add(kind, earliest);
        stage.seconds(20);
        stage.close(0);
        stage.seconds(10);
        stage.add(kind, earliest);
        stage.seconds(20);
        assert_eq!((stage.processed(0).len(), stage.processed(1).len()), (10, 0), "{kind}");
        let view = stage.consumer(1).view();
        assert_eq!(view.partitions[0].committed, Some(10), "{kind}");
    }
}

#[test]
fn without_commits_every_start_is_from_the_beginning() {
    for kind in ClientKind::ALL {
        let mut stage = Stage::new(1);
        stage.produce(0, &LETTERS);
        for index in 0..2 {
            stage.add(kind, |settings| {
                earliest(settings);
                settings.set("enable.auto.commit", "false").unwrap();
            });
            stage.seconds(20);
            stage.close(index);
            stage.seconds(10);
            assert_eq!(stage.processed(index).len(), 10, "{kind}");
        }
    }
}

#[test]
fn a_new_group_sees_only_what_comes_later() {
    for kind in ClientKind::ALL {
        let mut stage = Stage::new(1);
        stage.produce(0, &["before"]);
        stage.add(kind, |_| {});
        stage.seconds(15);
        stage.produce(0, &["after"]);
        stage.seconds(10);
        assert_eq!(stage.processed(0), [(0, 1)], "{kind}");
    }
}

#[test]
fn a_slow_handler_costs_a_kafkajs_member_its_place_and_a_java_one_its_poll_interval() {
    let mut stage = Stage::new(1);
    stage.produce(0, &LETTERS);
    // Longer than the session of 30 s, during which kafkajs sends nothing.
    stage.add(ClientKind::Kafkajs, |settings| {
        earliest(settings);
        settings.processing_time = Duration::from_secs(40);
    });
    stage.seconds(200);
    let again = stage.processed(0);
    assert!(again.iter().filter(|one| **one == (0, 0)).count() >= 2, "{again:?}");
    assert!(stage.count(0, |event| matches!(event, ConsumerEvent::Lost { .. })) >= 2);

    let mut stage = Stage::new(1);
    stage.produce(0, &LETTERS);
    stage.add(ClientKind::Java, |settings| {
        earliest(settings);
        settings.set("max.poll.interval.ms", "30000").unwrap();
        settings.set("max.poll.records", "1").unwrap();
        settings.processing_time = Duration::from_secs(40);
    });
    stage.seconds(200);
    assert!(stage.count(0, |event| matches!(event, ConsumerEvent::PollIntervalExceeded { .. })) >= 2);
    assert!(stage.processed(0).iter().filter(|one| **one == (0, 0)).count() >= 2);

    // The same handler is no trouble for Java's heartbeats within the interval.
    let mut stage = Stage::new(1);
    stage.produce(0, &LETTERS);
    stage.add(ClientKind::Java, |settings| {
        earliest(settings);
        settings.processing_time = Duration::from_secs(40);
    });
    stage.seconds(200);
    assert_eq!(stage.processed(0), [(0, 0), (0, 1), (0, 2), (0, 3)]);
    assert_eq!(stage.count(0, |event| matches!(event, ConsumerEvent::Joined { .. })), 1);
}

#[test]
fn kafkajs_works_on_as_many_partitions_at_once_as_it_is_told() {
    for (hands, seconds) in [("1", 20), ("2", 10)] {
        let mut stage = Stage::new(2);
        for number in 0..2 {
            stage.produce(number, &LETTERS);
        }
        stage.add(ClientKind::Kafkajs, |settings| {
            earliest(settings);
            settings.set("partitionsConsumedConcurrently", hands).unwrap();
            settings.processing_time = Duration::from_secs(1);
        });
        stage.seconds(40);
        let start = stage.processes[0]
            .events
            .iter()
            .find_map(|(at, event)| matches!(event, ConsumerEvent::ProcessingStarted { .. }).then_some(*at));
        let last = stage.processes[0]
            .events
            .iter()
            .rev()
            .find_map(|(at, event)| matches!(event, ConsumerEvent::ProcessingFinished { .. }).then_some(*at));
        let took = last.unwrap().since(start.unwrap()).as_secs_f64();
        assert_eq!(stage.processed(0).len(), 20);
        assert!((took - f64::from(seconds)).abs() < 0.5, "{hands}: {took}");
    }
}

#[test]
fn seek_goes_back_and_pause_holds_back() {
    for kind in ClientKind::ALL {
        let mut stage = Stage::new(2);
        stage.produce(0, &LETTERS);
        stage.add(kind, earliest);
        stage.seconds(20);
        let now = stage.lab.now;
        stage.consumer(0).seek(now, &partition(0), StartAt::Offset(8));
        stage.seconds(10);
        let offsets: Vec<i64> = stage.processed(0).into_iter().map(|(_, offset)| offset).collect();
        assert_eq!(offsets[10..], [8, 9], "{kind}");
        let now = stage.lab.now;
        stage.consumer(0).pause(now, &[partition(1)]);
        stage.produce(1, &["held back"]);
        stage.seconds(20);
        assert_eq!(stage.processed(0).len(), 12, "{kind}");
        let now = stage.lab.now;
        stage.consumer(0).resume(now, &[partition(1)]);
        stage.seconds(20);
        assert_eq!(stage.processed(0).last(), Some(&(1, 0)), "{kind}");
    }
}
