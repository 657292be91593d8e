//! What is read: transactions, offsets that are gone, partitions without a group, a caller that is the program.

use super::stage::{Stage, earliest, partition};
use crate::ClientKind;
use crate::consumer::{ConsumerEvent, OffsetReset, Reads, StartAt};
use runnel_protocol::messages::delete_records::{DeleteRecordsPartition, DeleteRecordsRequest, DeleteRecordsTopic};
use runnel_protocol::{ApiKey, Request};

fn delete_before(stage: &mut Stage, offset: i64) {
    let one = DeleteRecordsPartition { partition_index: 0, offset };
    let topic = DeleteRecordsTopic { name: "t".into(), partitions: vec![one] };
    let request = DeleteRecordsRequest { topics: vec![topic], timeout_ms: 1000 };
    stage.lab.ask(1, 1, &Request::DeleteRecords(request));
}

#[test]
fn a_bookmark_to_a_burnt_page_is_reset_as_the_policy_says() {
    for kind in ClientKind::ALL {
        for (policy, expected) in
            [(OffsetReset::Earliest, Some(vec![3, 4])), (OffsetReset::Latest, Some(vec![])), (OffsetReset::None, None)]
        {
            if kind == ClientKind::Kafkajs && policy == OffsetReset::None {
                continue;
            }
            let mut stage = Stage::new(1);
            stage.produce(0, &["a", "b"]);
            stage.add(kind, earliest);
            stage.seconds(20);
            stage.close(0);
            stage.seconds(10);
            stage.produce(0, &["c", "d", "e"]);
            delete_before(&mut stage, 3);
            stage.add(kind, |settings| settings.auto_offset_reset = policy);
            stage.seconds(20);
            let resets = stage.count(1, |event| {
                matches!(event, ConsumerEvent::OffsetReset { offset: Some(2), policy: told, .. } if *told == policy)
            });
            assert_eq!(resets, 1, "{kind} {policy:?}");
            match expected {
                Some(expected) => {
                    let offsets: Vec<i64> = stage.processed(1).into_iter().map(|(_, offset)| offset).collect();
                    assert_eq!(offsets, expected, "{kind} {policy:?}");
                    stage.produce(0, &["f"]);
                    stage.seconds(10);
                    assert_eq!(stage.processed(1).last(), Some(&(0, 5)), "{kind} {policy:?}");
                }
                None => {
                    let failure = stage.consumer(1).failure().unwrap().to_owned();
                    assert!(failure.contains("out of range"), "{failure}");
                }
            }
        }
    }
}

#[test]
fn partitions_are_read_without_a_group_and_nothing_is_committed() {
    for kind in [ClientKind::Java, ClientKind::Librdkafka] {
        let mut stage = Stage::new(2);
        stage.produce(0, &["a"]);
        stage.produce(1, &["b", "c", "d"]);
        stage.add(kind, |settings| {
            settings.group_id = None;
            settings.reads = Reads::Partitions(vec![
                (partition(0), Some(StartAt::Earliest)),
                (partition(1), Some(StartAt::Offset(1))),
            ]);
        });
        stage.seconds(20);
        let mut seen = stage.processed(0);
        seen.sort_unstable();
        assert_eq!(seen, [(0, 0), (1, 1), (1, 2)], "{kind}");
        let apis = stage.lab.apis_of(0);
        for api in [ApiKey::FindCoordinator, ApiKey::JoinGroup, ApiKey::OffsetCommit, ApiKey::OffsetFetch] {
            assert!(!apis.contains(&api), "{kind} {api}");
        }
    }
}

#[test]
fn to_subscribe_without_a_group_is_an_error() {
    let mut stage = Stage::new(1);
    stage.add(ClientKind::Java, |settings| settings.group_id = None);
    assert!(stage.consumer(0).failure().is_some_and(|failure| failure.contains("group.id")));
}

#[test]
fn a_caller_that_is_the_program_takes_records_one_by_one() {
    let mut stage = Stage::new(1);
    stage.produce(0, &["a", "b", "c"]);
    stage.add(ClientKind::Java, |settings| {
        earliest(settings);
        settings.is_driven = true;
    });
    let mut seen = Vec::new();
    for _ in 0..200 {
        stage.run(std::time::Duration::from_millis(50));
        let now = stage.lab.now;
        while let Some(record) = stage.consumer(0).poll_record(now) {
            seen.push(String::from_utf8(record.value.unwrap().to_vec()).unwrap());
        }
    }
    assert_eq!(seen, ["a", "b", "c"]);
    assert_eq!(stage.consumer(0).view().partitions[0].committed, Some(3), "the library commits every five seconds");
}

#[test]
fn views_and_events_are_plain_data() {
    let mut stage = Stage::new(1);
    stage.produce(0, &["a"]);
    for kind in ClientKind::ALL {
        stage.add(kind, |settings| {
            earliest(settings);
            settings.group_id = Some(kind.name().to_owned());
        });
    }
    stage.seconds(20);
    for process in &stage.processes {
        let view = serde_json::to_value(process.consumer.view()).unwrap();
        assert_eq!(view["group_state"], "stable", "{view}");
        assert_eq!(view["partitions"][0]["lag"], 0, "{view}");
        let names: Vec<&str> =
            view["countdowns"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
        assert!(names.contains(&"session"), "{names:?}");
        assert!(names.contains(&"heartbeat") && names.contains(&"fetch_wait"), "{names:?}");
        let kinds: Vec<String> = process
            .events
            .iter()
            .map(|(_, event)| serde_json::to_value(event).unwrap()["kind"].as_str().unwrap().to_owned())
            .collect();
        let wanted = ["coordinator_found", "joining", "joined", "assigned", "position_moved", "fetched"];
        let found: Vec<usize> =
            wanted.iter().map(|wanted| kinds.iter().position(|kind| kind == wanted).expect(wanted)).collect();
        assert!(found.is_sorted(), "{kinds:?}");
    }
}

#[test]
fn settings_are_refused_with_what_was_wanted() {
    let mut settings = crate::consumer::ConsumerSettings::of(ClientKind::Kafkajs);
    let refused = |settings: &mut crate::consumer::ConsumerSettings, name: &str, value: &str| {
        settings.set(name, value).unwrap_err().to_string()
    };
    assert_eq!(
        refused(&mut settings, "auto.offset.reset", "first"),
        "setting \"auto.offset.reset\": wanted earliest, latest or none, found \"first\""
    );
    assert!(refused(&mut settings, "session.timeout.ms", "-1").contains("a whole number from 1"));
    assert!(refused(&mut settings, "group.instance.id", "x").contains("static members"));
    assert!(refused(&mut settings, "max.pol.records", "1").contains("the name of a setting"));
    settings.set("sessionTimeout", "6000").unwrap();
    assert_eq!(settings.session_timeout.as_millis(), 6000);
}
