//! What a learner is told and shows, in stories.

use super::super::{ClientCard, ClientRole, CountdownKind, LogOutlook, NodeId, Scene, SegmentIndexes};
use super::bench::Bench;
use super::drive::{commit, create, fetch, heartbeat, join, listen, player, produce, sync};
use runnel_broker::{Event, Snapshot};
use std::collections::BTreeSet;
use std::time::Duration;

fn introduce(scene: &mut Scene, name: &str, role: ClientRole, group: Option<&str>) {
    scene.introduce(ClientCard {
        name: name.to_owned(),
        role,
        kind: "kafkajs".to_owned(),
        group: group.map(str::to_owned),
        topics: BTreeSet::from(["payment-done".to_owned()]),
    });
}

/// Three partitions, a producer, a group of anna and bob, who then falls silent.
fn payments() -> Bench {
    let mut bench = Bench::new(1);
    let checkout = bench.connect("checkout");
    create(&mut bench, checkout, "payment-done", 1, &[]);
    produce(&mut bench, checkout, "payment-done", 0, &[(Some("user1"), Some("hi there")), (None, Some("x"))]);
    introduce(&mut bench.scene, "checkout", ClientRole::Producer, None);
    introduce(&mut bench.scene, "anna", ClientRole::Consumer, Some("billing"));
    let mut anna = player(&mut bench, "anna", "billing", None);
    join(&mut bench, &mut anna, &["payment-done"]);
    sync(&mut bench, &mut anna, "payment-done", 1);
    let mut bob = player(&mut bench, "bob", "billing", None);
    join(&mut bench, &mut bob, &["payment-done"]);
    assert_eq!(heartbeat(&mut bench, &anna), 27, "anna is to join again");
    join(&mut bench, &mut anna, &["payment-done"]);
    listen(&mut bench, &mut bob);
    sync(&mut bench, &mut bob, "payment-done", 1);
    sync(&mut bench, &mut anna, "payment-done", 1);
    fetch(&mut bench, anna.connection, "payment-done", 0, 0, 0);
    commit(&mut bench, &anna, "payment-done", 0, 1);
    bench
}

#[test]
fn an_idle_member_and_a_silent_one_are_told_with_the_reason() {
    let mut bench = payments();
    let told = bench.sentences();
    let idle = "is idle: group billing has 2 members and payment-done has 1 partition";
    assert!(told.iter().any(|sentence| sentence.ends_with(idle)), "{told:#?}");
    bench.wait(Duration::from_secs(11));
    let told = bench.sentences();
    let why = "was silent for its session time-out of 10 s";
    assert!(told.iter().any(|one| one.starts_with("group billing rebalances: ") && one.ends_with(why)), "{told:#?}");
    let about = NodeId::Group("billing".to_owned());
    assert!(bench.scene.seen.causes.about(&about).count() > 10);
    assert!(bench.scene.seen.causes.all().collect::<Vec<_>>().is_sorted_by_key(|cause| cause.time));
}

#[test]
fn a_group_shows_its_lag_its_count_downs_and_who_read_what_before() {
    let bench = payments();
    let scene = &bench.scene;
    assert_eq!(scene.cluster.lag("billing", "payment-done", 0), Some(1));
    assert_eq!((scene.cluster.total_lag("billing"), scene.cluster.total_lag("nobody")), (1, 0));
    assert_eq!(scene.seen.rates.lag["billing"].last(), Some(1));
    let sessions: Vec<NodeId> =
        scene.countdowns().into_iter().filter(|one| one.kind == CountdownKind::Session).map(|one| one.owner).collect();
    assert!(sessions.contains(&NodeId::Client("anna".to_owned())), "{sessions:?}");
    assert_eq!(sessions.len(), 2);
    let before = &scene.seen.before["billing"];
    let read = before.members.values().find(|(name, _)| name == "anna").unwrap();
    assert_eq!(read.1["payment-done"], [0]);
    assert!(scene.stage.areas.contains_key(&NodeId::Client("anna".to_owned())));
    assert!(scene.stage.wires.iter().any(|wire| wire.from == NodeId::lane("payment-done", 0)));
}

#[test]
fn a_record_says_why_it_is_where_it_is() {
    let bench = payments();
    let why = bench.scene.why("payment-done", 0, 0).unwrap();
    assert_eq!((why.key.as_deref(), why.key_bytes.as_deref()), (Some("user1"), Some("7573657231")));
    // The drawing's numbers: murmur2("user1") = 1619149554, which no sign bit changes.
    assert_eq!((why.paths[0].hash_value, why.paths[0].sign_cleared), (1_619_149_554, Some(1_619_149_554)));
    assert!(bench.scene.why("payment-done", 0, 1).unwrap().sentence.starts_with("the record has no key"));
    assert_eq!(bench.scene.why("payment-done", 0, 99), None);
    let batch = bench.scene.seen.batch("payment-done", 0, 1).unwrap();
    assert_eq!((batch.base_offset, batch.records, batch.producer.as_deref()), (0, 2, Some("checkout")));
    let agreeing = super::super::paths(b"user1", 0, 3).into_iter().find(|path| path.hash == "murmur2").unwrap();
    assert!(agreeing.agrees, "murmur2 puts user1 on partition 0 of 3");
}

#[test]
fn a_log_says_what_goes_and_why_the_rest_stays() {
    let mut bench = Bench::new(1);
    let client = bench.connect("checkout");
    create(&mut bench, client, "orders", 1, &[("retention.ms", "60000"), ("internal.segment.bytes", "200")]);
    for _ in 0..4 {
        produce(&mut bench, client, "orders", 0, &[(None, Some(&"x".repeat(90)))]);
        bench.wait(Duration::from_secs(30));
    }
    let outlook = LogOutlook::of(&bench.cluster.explain_retention("orders", 0, bench.now).unwrap());
    let sentences: Vec<&str> = outlook.segments.iter().map(|segment| segment.sentence.as_str()).collect();
    assert!(outlook.segments[0].goes && sentences[0].contains("more than retention.ms of 60 s"), "{sentences:#?}");
    let last = outlook.segments.last().unwrap();
    assert!(!last.goes && last.sentence.contains("the active one, stays: a segment goes as a whole"), "{sentences:#?}");
    assert!(outlook.next_look.unwrap().contains("the next look is in"));
}

#[test]
fn the_indexes_of_a_segment_are_read_from_its_files() {
    let mut bench = Bench::new(1);
    let client = bench.connect("checkout");
    create(&mut bench, client, "orders", 1, &[("index.interval.bytes", "100"), ("internal.segment.bytes", "3000")]);
    let read = |bench: &Bench| SegmentIndexes::read(bench.cluster.storage(), 1, ("orders", 0), 0);
    assert_eq!((read(&bench).offsets.count, read(&bench).offsets.listed), (0, Vec::new()));
    // The newest entries of the active segment wait in memory: the file has them once the segment is rolled.
    for _ in 0..40 {
        produce(&mut bench, client, "orders", 0, &[(None, Some(&"x".repeat(90)))]);
    }
    let found = read(&bench);
    assert!(found.offsets.count > 8, "{found:?}");
    let listed = &found.offsets.listed;
    assert_eq!(listed.len(), 8);
    let is_sorted = listed.is_sorted_by_key(|entry| (entry.relative_offset, entry.position));
    assert!(is_sorted && listed[7].relative_offset >= 8, "the first and the last entries: {listed:?}");
    let times = &found.times.listed;
    assert!(!times.is_empty() && times.iter().all(|entry| entry.timestamp <= bench.now), "{times:?}");
}

#[test]
fn live_mode_folds_what_json_carries() {
    let mut bench = payments();
    let snapshot = serde_json::to_string(&bench.cluster.snapshot()).unwrap();
    let mut scene = Scene::from_snapshot(&serde_json::from_str::<Snapshot>(&snapshot).unwrap());
    assert_eq!(scene.cluster, bench.scene.cluster);
    bench.events.clear();
    bench.wait(Duration::from_secs(60));
    for event in &bench.events {
        let event: Event = serde_json::from_str(&serde_json::to_string(event).unwrap()).unwrap();
        scene.fold(&event);
    }
    assert_eq!(scene.cluster, bench.scene.cluster);
    let owner = scene.stage.areas.keys().filter(|node| matches!(node, NodeId::Member { .. })).count();
    assert_eq!(owner, scene.cluster.groups["billing"].members.len(), "members are nodes of their own");
}

#[test]
fn memory_is_bounded_however_long_the_run() {
    let mut bench = payments();
    let client = bench.connect("shop");
    for round in 0..400 {
        let connection = bench.connect(&format!("visitor-{round}"));
        produce(&mut bench, client, "payment-done", 0, &[(Some("user2"), Some("hi"))]);
        fetch(&mut bench, connection, "payment-done", 0, round, 0);
    }
    let seen = &bench.scene.seen;
    assert!(seen.causes.notable.len() <= 500 && seen.causes.routine.len() <= 500);
    assert!(seen.guests.len() <= 64 && seen.batches["payment-done"][&0].len() <= 64);
    assert!(bench.scene.cluster.lane("payment-done", 0).unwrap().records.len() <= 120);
    assert!(bench.scene.row("payment-done", 0).slots.len() <= bench.scene.stage.cells_max);
}

#[test]
fn the_example_in_the_readme_is_what_a_scene_says() {
    let bench = payments();
    let document = serde_json::to_value(bench.scene.document()).unwrap();
    let readme = include_str!("../README.md");
    let example = readme.split("```json\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let example: serde_json::Value = serde_json::from_str(example).unwrap();
    let mut missing = Vec::new();
    compare("", &example, &document, &mut missing);
    assert!(missing.is_empty(), "{missing:#?}\n{}", serde_json::to_string_pretty(&document).unwrap());
}

/// Whatever the example shows is in the document; the document has more.
fn compare(path: &str, example: &serde_json::Value, document: &serde_json::Value, missing: &mut Vec<String>) {
    match (example, document) {
        (serde_json::Value::Object(example), serde_json::Value::Object(document)) => {
            for (name, value) in example {
                let found = document.get(name).unwrap_or(&serde_json::Value::Null);
                compare(&format!("{path}.{name}"), value, found, missing);
            }
        }
        (serde_json::Value::Array(example), serde_json::Value::Array(document)) => {
            for (at, value) in example.iter().enumerate() {
                let found = document.get(at).unwrap_or(&serde_json::Value::Null);
                compare(&format!("{path}[{at}]"), value, found, missing);
            }
        }
        _ if example == document => {}
        _ => missing.push(format!("{path}: {example} in the example, {document} in the scene")),
    }
}
