//! Groups that form, shrink and grow.

use super::stage::{Stage, earliest};
use crate::ClientKind;
use crate::consumer::ConsumerEvent;
use std::time::Duration;

fn sorted(mut assigned: Vec<Vec<i32>>) -> Vec<Vec<i32>> {
    assigned.sort();
    assigned
}

#[test]
fn three_members_get_a_partition_each_and_the_fourth_stands_by() {
    for kind in ClientKind::ALL {
        let mut stage = Stage::new(3);
        for _ in 0..3 {
            stage.add(kind, earliest);
        }
        stage.seconds(30);
        assert_eq!(sorted(stage.assigned()), [[0], [1], [2]], "{kind}");
        stage.add(kind, earliest);
        stage.seconds(30);
        assert_eq!(sorted(stage.assigned()), [vec![], vec![0], vec![1], vec![2]], "{kind}");
        for number in 0..3 {
            stage.produce(number, &["a", "b"]);
        }
        stage.seconds(10);
        let all: usize = (0..4).map(|index| stage.processed(index).len()).sum();
        assert_eq!(all, 6, "{kind}");
    }
}

#[test]
fn the_idle_one_takes_over_when_a_crashed_members_session_is_over() {
    for (kind, session) in [(ClientKind::Java, 45.0), (ClientKind::Kafkajs, 30.0), (ClientKind::Librdkafka, 45.0)] {
        let mut stage = Stage::new(3);
        for _ in 0..4 {
            stage.add(kind, earliest);
            stage.seconds(20);
        }
        let busy = stage.assigned().iter().position(|assigned| !assigned.is_empty()).unwrap();
        let idle = stage.assigned().iter().position(Vec::is_empty).unwrap();
        let crashed_at = stage.lab.now;
        stage.crash(busy);
        stage.seconds(90);
        assert_eq!(sorted(stage.assigned()), [[0], [1], [2]], "{kind}");
        let got_some =
            |event: &ConsumerEvent| matches!(event, ConsumerEvent::Assigned { added, .. } if !added.is_empty());
        let after = stage.after(idle, crashed_at, got_some);
        // The last heartbeat was up to an interval before; members hear of the rebalance with their next one.
        assert!(after > session - 5.1 && after < session + 8.1, "{kind}: {after}");
    }
}

#[test]
fn a_polite_leave_is_noticed_with_the_others_next_heartbeat() {
    for kind in ClientKind::ALL {
        let mut stage = Stage::new(3);
        for _ in 0..2 {
            stage.add(kind, earliest);
            stage.seconds(20);
        }
        let left_at = stage.lab.now;
        stage.close(0);
        stage.seconds(20);
        assert!(stage.consumer(0).is_over(), "{kind}");
        assert_eq!(stage.assigned()[1], [0, 1, 2], "{kind}");
        let after = stage.after(1, left_at, |event| matches!(event, ConsumerEvent::Assigned { .. }));
        let most = if kind == ClientKind::Kafkajs { 11.0 } else { 4.0 };
        assert!(after < most, "{kind}: {after}");
    }
}

#[test]
fn members_of_different_kinds_have_no_protocol_in_common() {
    let mut stage = Stage::new(3);
    stage.add(ClientKind::Kafkajs, earliest);
    stage.seconds(10);
    stage.add(ClientKind::Java, earliest);
    stage.seconds(10);
    let failure = stage.consumer(1).failure().unwrap().to_owned();
    assert!(failure.contains("protocol"), "{failure}");
    assert!(!stage.consumer(0).is_over());
    // Java and librdkafka have range in common.
    stage.topic("u", 2);
    for kind in [ClientKind::Java, ClientKind::Librdkafka] {
        stage.add(kind, |settings| {
            settings.group_id = Some("h".to_owned());
            settings.reads = crate::consumer::Reads::Topics(vec!["u".to_owned()]);
        });
    }
    stage.seconds(20);
    assert_eq!(stage.assigned()[2].len(), 1);
    assert_eq!(stage.assigned()[3].len(), 1);
}

#[test]
fn cooperative_members_keep_what_they_may_and_eager_ones_give_up_all() {
    for (strategy, revoked) in [("cooperative-sticky", 2), ("range", 4)] {
        let mut stage = Stage::new(4);
        let settings = |settings: &mut crate::consumer::ConsumerSettings| {
            earliest(settings);
            settings.set("partition.assignment.strategy", strategy).unwrap();
        };
        stage.add(ClientKind::Java, settings);
        stage.seconds(10);
        stage.add(ClientKind::Java, settings);
        stage.seconds(20);
        assert_eq!(sorted(stage.assigned()), [[0, 1], [2, 3]]);
        let given_up: usize = stage.processes[0]
            .events
            .iter()
            .map(|(_, event)| if let ConsumerEvent::Revoked { partitions } = event { partitions.len() } else { 0 })
            .sum();
        assert_eq!(given_up, revoked, "{strategy}");
    }
}

#[test]
fn a_static_member_comes_back_without_a_rebalance() {
    let mut stage = Stage::new(2);
    for instance in ["one", "two"] {
        stage.add(ClientKind::Java, |settings| settings.set("group.instance.id", instance).unwrap());
        stage.seconds(10);
    }
    let before = stage.consumer(1).view().generation_id;
    let had = stage.assigned()[0].clone();
    stage.close(0);
    stage.seconds(5);
    stage.add(ClientKind::Java, |settings| settings.set("group.instance.id", "one").unwrap());
    stage.seconds(60);
    assert_eq!(stage.consumer(1).view().generation_id, before, "nobody else had to join again");
    assert_eq!(stage.assigned()[2], had);
    assert!(!stage.consumer(2).is_over());
}

#[test]
fn members_rejoin_when_a_topic_grows() {
    for kind in ClientKind::ALL {
        let mut stage = Stage::new(1);
        stage.add(kind, |settings| {
            earliest(settings);
            settings.metadata_max_age = Duration::from_secs(10);
        });
        stage.seconds(10);
        let topic = runnel_protocol::messages::create_partitions::CreatePartitionsTopic {
            name: "t".into(),
            count: 3,
            assignments: None,
        };
        let request = runnel_protocol::messages::create_partitions::CreatePartitionsRequest {
            topics: vec![topic],
            timeout_ms: 1000,
            ..Default::default()
        };
        let response = stage.lab.ask(1, 1, &runnel_protocol::Request::CreatePartitions(request));
        let runnel_protocol::Response::CreatePartitions(response) = response else { unreachable!() };
        assert_eq!(response.results[0].error_code, 0, "{response:?}");
        stage.seconds(40);
        assert_eq!(stage.assigned(), [[0, 1, 2]], "{kind}");
    }
}

#[test]
fn partitions_of_several_brokers_are_read_side_by_side() {
    for kind in ClientKind::ALL {
        let mut stage = Stage::with_brokers(3, 6);
        for number in 0..6 {
            stage.produce(number, &["a", "b"]);
        }
        for _ in 0..2 {
            stage.add(kind, earliest);
            stage.seconds(20);
        }
        for number in 0..6 {
            stage.produce(number, &["c"]);
        }
        stage.seconds(20);
        assert_eq!(stage.assigned().iter().map(Vec::len).collect::<Vec<_>>(), [3, 3], "{kind}");
        let mut seen: Vec<(i32, i64)> = (0..2).flat_map(|index| stage.processed(index)).collect();
        seen.sort_unstable();
        assert_eq!(
            seen.len(),
            18,
            "{kind}: each once, since the first member committed before it gave up half: {seen:?}"
        );
        let brokers: std::collections::BTreeSet<i32> = stage
            .lab
            .seen
            .iter()
            .filter(|seen| seen.api == runnel_protocol::ApiKey::Fetch)
            .map(|seen| seen.broker_id)
            .collect();
        assert_eq!(brokers.len(), 3, "{kind}");
    }
}
