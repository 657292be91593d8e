//! What watchers see: the snapshot at the start and the events after it name all that there is.

use super::client::{Memory, START, batch_at, create, delete};
use super::harness::{Bench, batch, bench, config};
use super::membership::{Member, commit, join, leave, sync};
use super::produce_and_fetch::{fetch_request, make_topic, produce};
use crate::event::{Event, EventKind};
use crate::groups::{GroupEvent, GroupState};
use crate::{BrokerId, BrokerState, Input, MemoryStorage, Snapshot};
use runnel_protocol::messages::create_partitions::{
    CreatePartitionsRequest, CreatePartitionsResponse, CreatePartitionsTopic,
};
use runnel_protocol::messages::delete_records::{
    DeleteRecordsPartition, DeleteRecordsRequest, DeleteRecordsResponse, DeleteRecordsTopic,
};
use runnel_protocol::messages::fetch::FetchResponse;
use runnel_protocol::messages::incremental_alter_configs as incremental;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Leader, log start, high watermark and log end of a partition.
type Ledger = (i32, i64, i64, i64);

/// What a watcher may know: as much of a snapshot as events tell.
#[derive(Clone, PartialEq, Debug, Default)]
struct Scene {
    connections: BTreeSet<u64>,
    /// State, and whether it is fenced.
    brokers: BTreeMap<i32, (BrokerState, bool)>,
    controller: i32,
    /// Partitions that take no requests.
    offline: BTreeSet<(String, i32)>,
    /// By name: id and partitions.
    topics: BTreeMap<String, (String, BTreeMap<i32, Ledger>)>,
    configs: BTreeMap<(String, String), String>,
    /// By name: state, generation, members.
    groups: BTreeMap<String, (GroupState, i32, BTreeSet<String>)>,
    /// By group, topic and partition.
    offsets: BTreeMap<(String, String, i32), i64>,
}

impl Scene {
    fn of(snapshot: &Snapshot) -> Self {
        let connections = snapshot.connections.iter().map(|connection| connection.connection.0).collect();
        let brokers = snapshot.brokers.iter().map(|one| (one.id.0, (one.state, one.fenced))).collect();
        let controller = snapshot.controller.0;
        let mut scene = Scene { connections, brokers, controller, ..Scene::default() };
        for topic in &snapshot.topics {
            let partitions = topic
                .partitions
                .iter()
                .map(|one| (one.partition, (one.leader, one.log_start_offset, one.high_watermark, one.log_end_offset)));
            scene.topics.insert(topic.name.clone(), (topic.topic_id.clone(), partitions.collect()));
            let offline = topic.partitions.iter().filter(|one| one.offline.is_some());
            scene.offline.extend(offline.map(|one| (topic.name.clone(), one.partition)));
            for (name, value) in &topic.configs {
                scene.configs.insert((topic.name.clone(), name.clone()), value.clone());
            }
        }
        for group in &snapshot.groups {
            let members = group.members.iter().map(|member| member.assignment.member_id.clone()).collect();
            scene.groups.insert(group.group_id.clone(), (group.state, group.generation_id, members));
            for offset in &group.offsets {
                let key = (group.group_id.clone(), offset.topic.clone(), offset.partition_index);
                scene.offsets.insert(key, offset.offset);
            }
        }
        scene
    }

    fn broker(&mut self, broker: BrokerId) -> &mut (BrokerState, bool) {
        self.brokers.get_mut(&broker.0).expect("events tell of brokers that are there")
    }

    fn partition(&mut self, topic: &str, partition: i32) -> Option<&mut Ledger> {
        self.topics.get_mut(topic)?.1.get_mut(&partition)
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the others tell what a snapshot does not hold")]
    fn fold(&mut self, event: Event) {
        match event.kind {
            EventKind::ConnectionOpened { connection, .. } => _ = self.connections.insert(connection.0),
            EventKind::ConnectionClosed { connection, .. } => _ = self.connections.remove(&connection.0),
            EventKind::TopicCreated { topic, topic_id, partitions, configs, .. } => {
                self.configs.extend(configs.into_iter().map(|(name, value)| ((topic.clone(), name), value)));
                let partitions = partitions.iter().map(|place| (place.partition, (place.leader, 0, 0, 0))).collect();
                self.topics.insert(topic, (topic_id, partitions));
            }
            EventKind::PartitionsAdded { topic, partitions } => {
                let known = &mut self.topics.get_mut(&topic).expect("a topic that is there grows").1;
                known.extend(partitions.iter().map(|place| (place.partition, (place.leader, 0, 0, 0))));
            }
            EventKind::TopicDeleted { topic, .. } => {
                self.topics.remove(&topic).expect("a topic that is there goes");
                self.configs.retain(|(of, _), _| *of != topic);
            }
            EventKind::ConfigChanged { resource, name, value } => {
                let key = (resource.strip_prefix("topic ").expect("only topics here").to_owned(), name);
                match value {
                    Some(value) => _ = self.configs.insert(key, value),
                    None => _ = self.configs.remove(&key),
                }
            }
            // The cluster's own log is no topic, though its growth can be watched.
            EventKind::BatchAppended { topic, .. } | EventKind::HighWatermarkMoved { topic, .. }
                if topic == "__cluster_metadata" => {}
            EventKind::BatchAppended { topic, partition, base_offset, last_offset, .. } => {
                let known = self.partition(&topic, partition).expect("batches lie in partitions that are there");
                assert_eq!(known.3, base_offset, "batches are contiguous");
                known.3 = last_offset + 1;
            }
            EventKind::HighWatermarkMoved { topic, partition, from, to, .. } => {
                let known = self.partition(&topic, partition).expect("it belongs to a partition that is there");
                assert_eq!(known.2, from);
                known.2 = to;
            }
            EventKind::LogStartMoved { topic, partition, from, to, .. } => {
                let known = self.partition(&topic, partition).expect("it belongs to a partition that is there");
                assert_eq!(known.1, from);
                known.1 = to;
            }
            EventKind::Group { event } => self.fold_group(event),
            EventKind::BrokerStopped { .. } => self.broker(event.broker).0 = BrokerState::Down,
            EventKind::BrokerFenced { .. } => self.broker(event.broker).1 = true,
            EventKind::BrokerStarting { .. } => self.broker(event.broker).0 = BrokerState::Starting,
            EventKind::BrokerAdded { .. } => {
                self.brokers.insert(event.broker.0, (BrokerState::Down, true));
            }
            EventKind::BrokerStarted { .. } => *self.broker(event.broker) = (BrokerState::Up, false),
            EventKind::ControllerMoved { from, to } => {
                assert_eq!(self.controller, from.0);
                self.controller = to.0;
            }
            EventKind::LeaderChanged { topic, partition, from, to, .. } => {
                let known = self.partition(&topic, partition).expect("it belongs to a partition that is there");
                assert_eq!(known.0, from);
                known.0 = to;
            }
            EventKind::PartitionOffline { topic, partition, .. } => _ = self.offline.insert((topic, partition)),
            EventKind::PartitionOnline { topic, partition, log_start_offset, high_watermark, log_end_offset } => {
                let known = self.partition(&topic, partition).expect("it belongs to a partition that is there");
                (known.1, known.2, known.3) = (log_start_offset, high_watermark, log_end_offset);
                self.offline.remove(&(topic, partition));
            }
            _ => {}
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the others tell what a snapshot does not hold")]
    fn fold_group(&mut self, event: GroupEvent) {
        match event {
            GroupEvent::GroupStateChanged { group_id, to, generation_id, .. } => {
                let group = self.group(group_id);
                (group.0, group.1) = (to, generation_id);
            }
            GroupEvent::MemberJoined { group_id, member_id, .. } => _ = self.group(group_id).2.insert(member_id),
            GroupEvent::MemberLeft { group_id, member_id, .. } => _ = self.group(group_id).2.remove(&member_id),
            GroupEvent::MemberReplaced { group_id, from_member_id, to_member_id, .. } => {
                let members = &mut self.group(group_id).2;
                assert!(members.remove(&from_member_id) && members.insert(to_member_id));
            }
            GroupEvent::OffsetsCommitted { group_id, offsets, .. } => {
                self.group(group_id.clone());
                for offset in offsets {
                    self.offsets.insert((group_id.clone(), offset.topic, offset.partition_index), offset.to);
                }
            }
            GroupEvent::OffsetsRemoved { group_id, offsets, .. } => {
                for offset in offsets {
                    self.offsets.remove(&(group_id.clone(), offset.topic, offset.partition_index));
                }
            }
            GroupEvent::GroupLoaded { group } => {
                let members = group.members.iter().map(|member| member.assignment.member_id.clone()).collect();
                self.groups.insert(group.group_id.clone(), (group.state, group.generation_id, members));
                for offset in group.offsets {
                    let key = (group.group_id.clone(), offset.topic, offset.partition_index);
                    self.offsets.insert(key, offset.offset);
                }
            }
            GroupEvent::GroupRemoved { group_id, .. } => {
                self.groups.remove(&group_id);
                self.offsets.retain(|(of, ..), _| *of != group_id);
            }
            _ => {}
        }
    }

    fn group(&mut self, group_id: String) -> &mut (GroupState, i32, BTreeSet<String>) {
        self.groups.entry(group_id).or_insert((GroupState::Empty, 0, BTreeSet::new()))
    }
}

/// All that can happen to a topic, and half of what can happen to a group.
pub(super) fn live(bench: &mut Memory) {
    let (client, other) = (bench.connect(), bench.connect());
    create(bench, client, "orders", 2, &[("internal.segment.bytes", "400"), ("retention.bytes", "1000")]);
    create(bench, client, "doomed", 1, &[("retention.ms", "5000")]);
    make_topic(bench, client, "by-itself");
    for value in 0..20 {
        produce(bench, client, "orders", batch_at(START, &format!("{value:0>100}"))).unwrap();
    }
    produce(bench, client, "doomed", batch(&["a", "b"])).unwrap();
    let topics = vec![CreatePartitionsTopic { name: "orders".into(), count: 4, assignments: None }];
    let _: CreatePartitionsResponse = bench.ask(client, 3, CreatePartitionsRequest { topics, ..Default::default() });
    let configs =
        [("retention.ms", 0, Some("77777777")), ("retention.bytes", 0, Some("1200")), ("segment.ms", 1, None)]
            .into_iter()
            .map(|(name, config_operation, value)| incremental::AlterableConfig {
                name: name.into(),
                config_operation,
                value: value.map(Into::into),
            })
            .collect();
    let resources =
        vec![incremental::AlterConfigsResource { resource_type: 2, resource_name: "orders".into(), configs }];
    let request = incremental::IncrementalAlterConfigsRequest { resources, validate_only: false };
    let _: incremental::IncrementalAlterConfigsResponse = bench.ask(client, 1, request);
    let anna = join(bench, client, "billing", None);
    sync(bench, "billing", &anna, &[]).unwrap();
    commit(bench, "billing", &anna, 3);
    let desk = join(bench, other, "static", Some("desk-1"));
    sync(bench, "static", &desk, &[]).unwrap();
    let desk = join(bench, other, "static", Some("desk-1"));
    sync(bench, "static", &desk, &[]).unwrap();
    let simple = Member { connection: other, id: "".into(), generation: -1, instance: None };
    commit(bench, "audit", &simple, 2);
    leave(bench, "billing", &anna);
    let partitions = vec![DeleteRecordsPartition { partition_index: 0, offset: 1 }];
    let topics = vec![DeleteRecordsTopic { name: "doomed".into(), partitions }];
    let _: DeleteRecordsResponse = bench.ask(client, 2, DeleteRecordsRequest { topics, ..Default::default() });
    let _: FetchResponse = bench.ask(client, 12, fetch_request("orders", 5, 0));
    bench.wait(Duration::from_secs(700));
    delete(bench, client, "doomed");
    bench.input(Input::ConnectionClosed { connection: other });
}

#[test]
fn the_scene_is_a_fold_of_the_snapshot_and_the_events_after_it() {
    let mut bench = bench();
    let client = bench.connect();
    create(&mut bench, client, "early", 1, &[]);
    produce(&mut bench, client, "early", batch(&["a"])).unwrap();
    bench.events();
    let start = bench.cluster.snapshot();
    let mut scene = Scene::of(&start);
    live(&mut bench);
    let events = bench.events();
    let (numbers, end) = (events.iter().map(|event| event.sequence), bench.cluster.snapshot());
    assert!(numbers.eq(start.sequence + 1..=end.sequence), "events are numbered without gaps");
    assert!(events.is_sorted_by_key(|event| event.time));
    events.into_iter().for_each(|event| scene.fold(event));
    assert_eq!(scene, Scene::of(&end));
    assert!(scene.topics.contains_key("by-itself") && !scene.topics.contains_key("doomed"));
    assert!(scene.topics["orders"].1[&0].1 > 0, "retention was at work");
}

/// Brokers that crash under a group at work, stop, and come back.
#[test]
fn the_scene_is_a_fold_while_brokers_come_and_go() {
    let mut bench = Bench::open(config(3), MemoryStorage::default());
    let clients: Vec<_> = (1..=3).map(|broker| bench.connect_to(broker)).collect();
    create(&mut bench, clients[0], "orders", 6, &[]);
    super::brokers::find_any_coordinator(&mut bench, clients[0]);
    bench.events();
    let mut scene = Scene::of(&bench.cluster.snapshot());
    for (broker, clean) in [(2, false), (1, true), (3, false), (1, false), (2, true)] {
        for client in (1..=3).map(|broker| bench.connect_to(broker)).collect::<Vec<_>>() {
            for group in ["billing", "audit", "mail", "shipping"] {
                super::brokers::commit(&mut bench, client, group, i64::from(broker));
            }
            let _ = produce(&mut bench, client, "orders", batch(&["a"]));
        }
        bench.input(Input::BrokerStopped { broker: BrokerId(broker), clean });
        bench.wait(Duration::from_secs(4));
        bench.input(Input::BrokerStarted { broker: BrokerId(broker) });
        bench.wait(Duration::from_millis(5));
        bench.events().into_iter().for_each(|event| scene.fold(event));
        assert_eq!(scene, Scene::of(&bench.cluster.snapshot()), "after broker {broker} went, clean: {clean}");
        bench.wait(Duration::from_secs(10));
        bench.events().into_iter().for_each(|event| scene.fold(event));
        assert_eq!(scene, Scene::of(&bench.cluster.snapshot()), "after broker {broker} came back");
    }
    assert_eq!(scene.groups.len(), 4);
}

#[test]
fn whoever_nobody_watches_says_nothing() {
    let mut bench = bench();
    bench.cluster.set_watched(false);
    bench.events();
    let before = bench.cluster.snapshot().sequence;
    live(&mut bench);
    assert!(bench.events().is_empty());
    assert_eq!(bench.cluster.snapshot().sequence, before);
    bench.cluster.set_watched(true);
    bench.connect();
    assert_eq!(bench.events().iter().map(|event| event.sequence).collect::<Vec<_>>(), [before + 1]);
}

#[test]
fn a_refusal_is_told_with_its_reason() {
    let mut bench = Bench::open(config(1), MemoryStorage::default());
    let client = bench.connect();
    create(&mut bench, client, "small", 1, &[("max.message.bytes", "100")]);
    bench.events();
    produce(&mut bench, client, "small", batch(&[&"v".repeat(100)])).unwrap_err();
    let told = bench.event_kinds();
    let [EventKind::ProduceRefused { topic, partition: 0, error, why, connection }] = &told[..] else {
        panic!("{told:?}");
    };
    assert_eq!((&**topic, &**error, *connection), ("small", "MESSAGE_TOO_LARGE", client));
    assert!(why.contains("exceeds the maximum configured value of 100"), "{why}");
}
