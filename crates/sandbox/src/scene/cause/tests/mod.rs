//! The sentence of each kind of event.

mod clients;

use super::{Cause, of_event};
use crate::scene::group::{Group, Member};
use crate::scene::{Connection, Scene, Topic};
use expect_test::expect;
use runnel_broker::groups::{
    GroupDeadline, GroupEvent, GroupState, LeaveReason, MemberAssignment, MemberTerms, OffsetMove, OffsetRemoval,
};
use runnel_broker::{BrokerId, ConnectionId, Event, EventKind, RemovalReason, Timestamp};
use std::collections::BTreeMap;

fn scene() -> Scene {
    let mut scene = Scene::empty(Timestamp::from_millis(0));
    for (number, client_id) in [(1, "checkout"), (2, "anna")] {
        let connection = Connection { broker: 1, client_id: client_id.to_owned(), ..Connection::default() };
        scene.cluster.connections.insert(number, connection);
    }
    scene.cluster.topics.insert("orders".to_owned(), Topic::default());
    let mut group = Group { state: GroupState::PreparingRebalance, leader: "anna-1".to_owned(), ..Group::default() };
    for name in ["anna", "bob"] {
        let mut member = Member::new(name, "127.0.0.1", None);
        member.set_terms(&terms());
        member.is_joining = name == "anna";
        group.members.insert(format!("{name}-1"), member);
    }
    scene.cluster.groups.insert("billing".to_owned(), group);
    scene
}

fn terms() -> MemberTerms {
    MemberTerms { session_timeout_ms: 30_000, rebalance_timeout_ms: 60_000, topics: vec!["orders".to_owned()] }
}

#[track_caller]
fn check(causes: &[Cause], expected: expect_test::Expect) {
    let mark = |cause: &Cause| match cause.weight {
        super::Weight::Routine => "  ",
        super::Weight::Notable => "- ",
        super::Weight::Warning => "! ",
    };
    let told: String =
        causes.iter().map(|cause| format!("{}{}: {}\n", mark(cause), cause.kind, cause.sentence())).collect();
    for cause in causes {
        assert!(!cause.subjects.is_empty(), "{} is about something", cause.kind);
    }
    expected.assert_eq(&told);
}

fn told(kinds: Vec<EventKind>) -> Vec<Cause> {
    let scene = scene();
    let event = |kind| Event { sequence: 1, time: Timestamp::from_millis(1_000), broker: BrokerId(1), kind };
    kinds.into_iter().map(|kind| of_event(&scene, &event(kind))).collect()
}

#[test]
fn what_brokers_do() {
    let (topic, partition, connection) = ("orders".to_owned(), 0, ConnectionId(1));
    let topic = || topic.clone();
    let causes = told(vec![
        EventKind::BrokerAdded { endpoints: Vec::new() },
        EventKind::BrokerStopped { clean: true, session_until: None },
        EventKind::BrokerStopped { clean: false, session_until: Some(Timestamp::from_millis(10_000)) },
        EventKind::BrokerFenced { why: "it has said goodbye".to_owned() },
        EventKind::BrokerStarting { partitions: 3 },
        EventKind::BrokerStarted { partitions: 3 },
        EventKind::ControllerMoved { from: BrokerId(2), to: BrokerId(1) },
        EventKind::LeaderChanged {
            topic: topic(),
            partition,
            from: 1,
            to: -1,
            leader_epoch: 1,
            in_sync_replicas: Vec::new(),
            why: "broker 1 stops".to_owned(),
        },
        EventKind::LogRecovered { topic: topic(), partition, what: "12 bytes were cut off".to_owned() },
        EventKind::ConnectionOpened { connection: ConnectionId(3), peer: "127.0.0.1".to_owned() },
        EventKind::ClientIdentified {
            connection,
            client_id: "checkout".to_owned(),
            software: "kafkajs".to_owned(),
            version: "2.2.4".to_owned(),
        },
        EventKind::ConnectionClosed { connection, reason: "the client closed it".to_owned() },
        EventKind::TopicCreated {
            topic: topic(),
            topic_id: String::new(),
            internal: false,
            partitions: Vec::new(),
            configs: BTreeMap::new(),
            automatic: true,
        },
        EventKind::PartitionsAdded { topic: topic(), partitions: Vec::new() },
        EventKind::TopicDeleted { topic: topic(), topic_id: String::new() },
        EventKind::ConfigChanged {
            resource: "topic orders".to_owned(),
            name: "retention.ms".to_owned(),
            value: Some("60000".to_owned()),
        },
        EventKind::BatchAppended {
            topic: topic(),
            partition,
            base_offset: 4,
            last_offset: 6,
            records: 3,
            size: 100,
            timestamp: 0,
            producer_id: -1,
            producer_epoch: -1,
            base_sequence: -1,
            leader_epoch: 0,
            compression: "none".into(),
            previews: Vec::new(),
            previews_left_out: 3,
            connection: Some(connection),
        },
        EventKind::DuplicateBatch { topic: topic(), partition, base_offset: 4, producer_id: 1_000, connection },
        EventKind::ProduceRefused {
            topic: topic(),
            partition,
            error: "MESSAGE_TOO_LARGE".into(),
            why: "the batch has 2000000 bytes".to_owned(),
            connection,
        },
        EventKind::HighWatermarkMoved { topic: topic(), partition, from: 4, to: 7, last_stable_offset: 7 },
        EventKind::LogStartMoved {
            topic: topic(),
            partition,
            from: 0,
            to: 4,
            why: RemovalReason::LogStart,
            previews: Vec::new(),
        },
        EventKind::SegmentRolled { topic: topic(), partition, base_offset: 7 },
        EventKind::SegmentRemoved {
            topic: topic(),
            partition,
            base_offset: 0,
            size: 400,
            why: RemovalReason::RetentionTime,
        },
        EventKind::LogCompacted {
            topic: topic(),
            partition,
            records_before: 10,
            records_after: 3,
            size_before: 900,
            size_after: 300,
        },
        EventKind::SegmentsReplaced { topic: topic(), partition, segments: Vec::new(), previews: Vec::new() },
        EventKind::RecordsFetched { topic: topic(), partition, from: 4, to: 6, size: 100, connection: ConnectionId(2) },
        EventKind::FetchParked { connection: ConnectionId(2), until: Timestamp::from_millis(1_500) },
        EventKind::ProducerIdAssigned { producer_id: 1_000, producer_epoch: 0, connection },
        EventKind::PartitionOffline { topic: topic(), partition, why: "the disk is full".to_owned() },
        EventKind::PartitionOnline {
            topic: topic(),
            partition,
            log_start_offset: 0,
            high_watermark: 7,
            log_end_offset: 7,
        },
    ]);
    check(
        &causes,
        expect![[r#"
            - broker_added: broker 1 joins the cluster: new partitions may be placed on it, those that are there do not move
            - broker_stopped: broker 1 is stopped and has said goodbye
            ! broker_stopped: broker 1 has crashed: the controller will miss it in 9 s, its broker.session.timeout.ms
            ! broker_fenced: broker 1 is fenced: it has said goodbye; nobody leads what it led
            - broker_starting: broker 1 starts and reads the files of 3 partitions
            - broker_started: broker 1 runs and keeps 3 partitions
            - controller_moved: broker 1 is the controller, after broker 2: it decides about topics
            ! leader_changed: orders-0 has no leader: broker 1 stops
            ! log_recovered: orders-0 was repaired after an unclean stop: 12 bytes were cut off
              connection_opened: a client at 127.0.0.1 connects to broker 1
              client_identified: checkout says that it is kafkajs 2.2.4, on its connection to broker 1
              connection_closed: checkout is disconnected from broker 1: the client closed it
            - topic_created: topic orders is created with 0 partitions: a client asked for it, and topics are created when asked for
            - partitions_added: topic orders grows from 0 to 0 partitions: keys that are hashed over the number of partitions go to other lanes from here on, and what they wrote stays where it is
            - topic_deleted: topic orders is deleted with all of its records
            - config_changed: topic orders has retention.ms set to 60000
            - batch_appended: checkout writes 3 records to orders-0 at offsets 4 to 6
            ! duplicate_batch: checkout sends a batch again that orders-0 has at offset 4: producer id 1000 and its sequence number are known, so nothing is written twice
            ! produce_refused: checkout may not write to orders-0: MESSAGE_TOO_LARGE, the batch has 2000000 bytes
              high_watermark_moved: orders-0 lets consumers read up to offset 7: its high watermark moves from 4 to 7
            - log_start_moved: orders-0 begins at offset 4, before at 0: DeleteRecords had moved the start of the log
              segment_rolled: orders-0 begins a new segment at offset 7
            - segment_removed: orders-0 drops its segment 0 of 400 bytes: its newest record was older than retention.ms
            - log_compacted: orders-0 is compacted: of 10 records 3 are left, the last of each key, and 900 bytes become 300
              segments_replaced: orders-0 has 0 segments, in which older values of a key have made room for newer ones
            - records_fetched: anna reads offsets 4 to 6 of orders-0
              fetch_parked: anna waits at broker 1 for records, at most 500 ms
            - producer_id_assigned: checkout gets producer id 1000 with epoch 0, so that a batch that it sends twice is known again
            ! partition_offline: orders-0 takes no requests: the disk is full
            - partition_online: orders-0 takes requests again: its log begins at 0 and ends at 7, and consumers may read up to 7
        "#]],
    );
}

#[test]
fn what_happens_in_groups() {
    let group = || "billing".to_owned();
    let member = |name: &str| format!("{name}-1");
    let moved = || vec![OffsetMove { topic: "orders".to_owned(), partition_index: 0, from: 3, to: 5 }];
    let left = |reason| GroupEvent::MemberLeft {
        group_id: group(),
        member_id: member("anna"),
        client_id: "anna".to_owned(),
        group_instance_id: None,
        reason,
    };
    let deadline = |deadline, member_id| GroupEvent::DeadlineSet {
        group_id: group(),
        member_id,
        deadline,
        started: Timestamp::from_millis(0),
        due: Timestamp::from_millis(30_000),
    };
    let events = vec![
        GroupEvent::GroupStateChanged {
            group_id: group(),
            from: GroupState::CompletingRebalance,
            to: GroupState::Stable,
            generation_id: 4,
            reason: "the leader's assignment is stored".to_owned(),
        },
        GroupEvent::MemberIdAssigned { group_id: group(), member_id: member("carl"), client_id: "carl".to_owned() },
        GroupEvent::MemberJoined {
            group_id: group(),
            member_id: member("carl"),
            client_id: "carl".to_owned(),
            client_host: "127.0.0.1".to_owned(),
            group_instance_id: Some("desk-1".to_owned()),
            protocol_type: "consumer".to_owned(),
            terms: terms(),
        },
        GroupEvent::MemberRejoined { group_id: group(), member_id: member("anna"), terms: terms() },
        GroupEvent::JoinAnswered { group_id: group(), member_id: member("anna"), terms: terms() },
        GroupEvent::MemberReplaced {
            group_id: group(),
            group_instance_id: "desk-1".to_owned(),
            from_member_id: member("anna"),
            to_member_id: "anna-2".to_owned(),
        },
        left(LeaveReason::Left { said: "the consumer is being closed".to_owned() }),
        left(LeaveReason::SessionTimeout),
        left(LeaveReason::RebalanceTimeout),
        left(LeaveReason::SyncTimeout),
        left(LeaveReason::GroupFull),
        left(LeaveReason::Unloaded),
        GroupEvent::RebalanceStarted {
            group_id: group(),
            generation_id: 3,
            reason: "Updating metadata for member anna-1 during Stable".to_owned(),
        },
        GroupEvent::GenerationStarted {
            group_id: group(),
            generation_id: 4,
            protocol_type: "consumer".to_owned(),
            protocol_name: "range".to_owned(),
            leader: member("anna"),
            members: vec![member("anna"), member("bob")],
        },
        GroupEvent::PartitionsAssigned {
            group_id: group(),
            generation_id: 4,
            assignments: vec![
                MemberAssignment {
                    member_id: member("anna"),
                    size: 1,
                    partitions: vec![("orders".to_owned(), vec![0, 1])],
                },
                MemberAssignment { member_id: member("bob"), size: 1, partitions: Vec::new() },
            ],
        },
        GroupEvent::OffsetsCommitted {
            group_id: group(),
            member_id: member("anna"),
            client_id: "anna".to_owned(),
            offsets: moved(),
        },
        GroupEvent::OffsetsRemoved { group_id: group(), offsets: moved(), reason: OffsetRemoval::Expired },
        deadline(GroupDeadline::Session, Some(member("anna"))),
        deadline(GroupDeadline::Join, None),
        deadline(GroupDeadline::Sync, None),
        GroupEvent::DeadlineCleared { group_id: group(), member_id: None, deadline: GroupDeadline::Join },
        GroupEvent::GroupRemoved { group_id: group(), reason: "deleted".to_owned() },
    ];
    let causes = told(events.into_iter().map(|event| EventKind::Group { event }).collect());
    check(
        &causes,
        expect![[r#"
            - group_state_changed: group billing goes from CompletingRebalance to Stable: every member of generation 4 has its partitions
              member_id_assigned: carl asks to join group billing and is told to come back as carl-1
            - member_joined: carl joins group billing as the static member desk-1
              member_rejoined: anna joins group billing again, which waits for bob
            - join_answered: anna has its old place in group billing: a static member that comes back moves nothing
            - member_replaced: anna is back in group billing as the static member desk-1: who still uses its old identifier is fenced
            - member_left: anna is out of group billing: it left, saying "the consumer is being closed"
            ! member_left: anna is out of group billing: it was silent for its session time-out of 30 s
            ! member_left: anna is out of group billing: it did not join again within the rebalance time-out of 60 s
            ! member_left: anna is out of group billing: it did not ask for its assignment within the rebalance time-out of 60 s
            ! member_left: anna is out of group billing: it found the group full
            ! member_left: anna is out of group billing: it has to look for another coordinator
            - rebalance_started: group billing rebalances: Updating metadata for member anna during Stable
            - generation_started: group billing begins generation 4 with 2 members: anna leads and deals the partitions with the assignor range
            - partitions_assigned: group billing deals the partitions of generation 4: anna reads orders partitions 0 and 1; bob reads nothing
            - offsets_committed: anna commits for group billing: offset 5 of orders-0, after 3
            - offsets_removed: group billing loses its committed offsets of orders-0: they were kept for offsets.retention.minutes
              deadline_set: group billing hears of anna, who may be silent for 30 s from here on
              deadline_set: group billing waits for its members to join, at most 30 s
              deadline_set: group billing waits for its members to ask for their assignment, at most 30 s
              deadline_cleared: group billing is done waiting for members to join
            - group_removed: group billing is gone: deleted
        "#]],
    );
}
