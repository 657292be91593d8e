//! The sentence of each kind of event.

use super::{Cause, of_connection, of_consumer, of_event, of_producer};
use crate::scene::group::{Group, Member};
use crate::scene::{Connection, Scene, Topic};
use expect_test::expect;
use runnel_broker::groups::{
    GroupDeadline, GroupEvent, GroupState, LeaveReason, MemberAssignment, MemberTerms, OffsetMove, OffsetRemoval,
};
use runnel_broker::{BrokerId, ConnectionId, Event, EventKind, RemovalReason, Timestamp};
use runnel_clients::ClientKind;
use runnel_clients::TopicPartition;
use runnel_clients::consumer::{ConsumerEvent, OffsetReset, PartitionOffset, PositionCause, StartAt};
use runnel_clients::event::{ConnectionEvent, ProducerEvent};
use runnel_clients::partitioners::{Lanes, PartitionChoice, Partitioner, PartitionerSettings};
use runnel_clients::producer::SendId;
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
        EventKind::HighWatermarkMoved { topic: topic(), partition, from: 4, to: 7 },
        EventKind::LogStartMoved { topic: topic(), partition, from: 0, to: 4, why: RemovalReason::LogStart },
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

#[test]
fn what_happens_inside_consumers() {
    let partition = || TopicPartition::new("orders", 0);
    let group_id = || "billing".to_owned();
    let offsets = || vec![PartitionOffset { partition: partition(), offset: 5 }];
    let events = vec![
        ConsumerEvent::CoordinatorFound { group_id: group_id(), node_id: 2 },
        ConsumerEvent::CoordinatorLost { group_id: group_id(), reason: "NOT_COORDINATOR".to_owned() },
        ConsumerEvent::Joining { group_id: group_id(), member_id: String::new(), reason: "it begins".to_owned() },
        ConsumerEvent::MemberIdGiven { member_id: "anna-1".to_owned() },
        ConsumerEvent::Joined {
            group_id: group_id(),
            member_id: "anna-1".to_owned(),
            generation_id: 4,
            is_leader: true,
            protocol: "range".to_owned(),
        },
        ConsumerEvent::Dealt { generation_id: 4, members: vec![("anna-1".to_owned(), vec![partition()])] },
        ConsumerEvent::Assigned { generation_id: 4, added: vec![partition()], partitions: vec![partition()] },
        ConsumerEvent::Assigned { generation_id: 4, added: Vec::new(), partitions: Vec::new() },
        ConsumerEvent::Revoked { partitions: vec![partition()] },
        ConsumerEvent::Lost { partitions: vec![partition()], reason: "ILLEGAL_GENERATION".to_owned() },
        ConsumerEvent::PositionMoved { partition: partition(), from: None, to: 5, cause: PositionCause::Committed },
        ConsumerEvent::OffsetReset {
            partition: partition(),
            policy: OffsetReset::Latest,
            reason: "nothing is committed".to_owned(),
            offset: None,
        },
        ConsumerEvent::Fetched {
            partition: partition(),
            from_offset: 5,
            to_offset: 7,
            records_count: 3,
            size: 100,
            high_watermark: 8,
        },
        ConsumerEvent::Unreadable { partition: partition(), fetch_offset: 5, reason: "checksum".to_owned() },
        ConsumerEvent::ProcessingStarted { partition: partition(), offset: 5, until: Timestamp::from_millis(2_000) },
        ConsumerEvent::ProcessingFinished { partition: partition(), offset: 5 },
        ConsumerEvent::Committing { offsets: offsets() },
        ConsumerEvent::Committed { offsets: offsets() },
        ConsumerEvent::CommitRefused { offsets: offsets(), error: "REBALANCE_IN_PROGRESS".to_owned() },
        ConsumerEvent::HeartbeatRefused { error: "REBALANCE_IN_PROGRESS".to_owned() },
        ConsumerEvent::SessionTimedOut { timeout_ms: 30_000 },
        ConsumerEvent::PollIntervalExceeded { interval_ms: 300_000 },
        ConsumerEvent::Left { group_id: group_id(), member_id: "anna-1".to_owned(), reason: "it is closed".to_owned() },
        ConsumerEvent::Sought { partition: partition(), to: StartAt::Offset(2) },
        ConsumerEvent::Paused { partitions: vec![partition()] },
        ConsumerEvent::Resumed { partitions: vec![partition()] },
        ConsumerEvent::Restarting { reason: "tries are used up".to_owned(), wait_ms: 300 },
        ConsumerEvent::Failed { reason: "no offset".to_owned() },
        ConsumerEvent::Closed,
    ];
    let (scene, time) = (scene(), Timestamp::from_millis(1_000));
    let causes: Vec<Cause> = events.iter().map(|event| of_consumer(&scene, "anna", event, time)).collect();
    check(
        &causes,
        expect![[r#"
          coordinator_found: anna learns that broker 2 coordinates group billing
        ! coordinator_lost: anna looks for the coordinator of group billing again: NOT_COORDINATOR
          joining: anna asks to join group billing: it begins
          member_id_given: anna is to be anna-1 in its group, and joins again as that
          joined: anna is in generation 4 of group billing and leads it: it deals the partitions, by range
          dealt: anna deals the partitions of generation 4: orders-0 to anna-1
        - assigned: anna has orders-0 to read in generation 4
        - assigned: anna has nothing to read in generation 4
        - revoked: anna gives up orders-0, with time to commit
        ! lost: anna has lost orders-0: ILLEGAL_GENERATION
        - position_moved: anna reads orders-0 from offset 5: its group has committed that
        - offset_reset: anna has no valid offset for orders-0 and begins with what comes next: nothing is committed
          fetched: anna receives 3 records of orders-0, offsets 5 to 7
        ! unreadable: anna cannot read orders-0 at offset 5 and stays there: checksum
          processing_started: anna works on offset 5 of orders-0 for 1 s
          processing_finished: anna is done with offset 5 of orders-0
          committing: anna asks to commit offset 5 of orders-0
          committed: anna knows that offset 5 of orders-0 is committed: its group goes on there after a restart
        ! commit_refused: anna could not commit offset 5 of orders-0, so it may be read again: REBALANCE_IN_PROGRESS
        - heartbeat_refused: anna learns from a heartbeat that its group has moved on: REBALANCE_IN_PROGRESS
        ! session_timed_out: anna has heard nothing of its coordinator for its session time-out of 30 s
        ! poll_interval_exceeded: anna leaves its group by itself: its program did not ask for records for max.poll.interval.ms, 5 min
        - left: anna says goodbye to group billing: it is closed
        - sought: anna is told to read orders-0 from offset 2 on
        - paused: anna holds back with orders-0
        - resumed: anna goes on with orders-0
        ! restarting: anna starts all over in 300 ms: tries are used up
        ! failed: anna has given up: no offset
        - closed: anna is closed
    "#]],
    );
}

fn chosen(kind: ClientKind, key: Option<&str>) -> PartitionChoice {
    let mut partitioner = Partitioner::new(PartitionerSettings::of(kind), 1);
    let lanes = Lanes { partitions_count: 3, available: &[0, 1, 2] };
    partitioner.choose(Timestamp(0), "orders", &lanes, None, key.map(str::as_bytes))
}

#[test]
fn what_happens_inside_producers() {
    let topic = || "orders".to_owned();
    let queued = |choice| ProducerEvent::RecordQueued {
        send_id: SendId(1),
        topic: topic(),
        choice,
        batch_records_count: 1,
        batch_bytes: 10,
    };
    let events = vec![
        ProducerEvent::RecordWaits { send_id: SendId(1), topic: topic(), for_what: "metadata" },
        queued(chosen(ClientKind::Kafkajs, Some("user1"))),
        queued(chosen(ClientKind::Java, None)),
        queued(chosen(ClientKind::Librdkafka, Some("user1"))),
        ProducerEvent::BatchSent {
            topic: topic(),
            partition: 0,
            node_id: 1,
            first: SendId(1),
            last: SendId(3),
            records_count: 3,
            bytes: 30,
            attempt: 2,
            producer_id: -1,
            producer_epoch: -1,
            base_sequence: -1,
        },
        ProducerEvent::BatchAcknowledged { topic: topic(), partition: 0, records_count: 3, base_offset: Some(4) },
        ProducerEvent::BatchRetried {
            topic: topic(),
            partition: 0,
            records_count: 3,
            reason: "NOT_LEADER_OR_FOLLOWER".to_owned(),
            attempt: 1,
            wait_ms: 100,
        },
        ProducerEvent::BatchSplit { topic: topic(), partition: 0, records_count: 3, parts_count: 2 },
        ProducerEvent::CallRetried {
            first: SendId(1),
            records_count: 3,
            reason: "REQUEST_TIMED_OUT".to_owned(),
            attempt: 1,
            wait_ms: 300,
        },
        ProducerEvent::RecordsFailed {
            topic: topic(),
            partition: Some(0),
            first: SendId(1),
            records_count: 3,
            reason: "delivery.timeout.ms is over".to_owned(),
        },
        ProducerEvent::ProducerIdObtained { producer_id: 1_000, producer_epoch: 0 },
        ProducerEvent::ProducerEpochBumped {
            producer_id: 1_000,
            producer_epoch: 1,
            reason: "a batch is lost".to_owned(),
        },
        ProducerEvent::ProducerIdRefused { reason: "CLUSTER_AUTHORIZATION_FAILED".to_owned() },
        ProducerEvent::Closed,
    ];
    let (scene, time) = (scene(), Timestamp::from_millis(1_000));
    let mut causes: Vec<Cause> = events.iter().map(|event| of_producer(&scene, "checkout", event, time)).collect();
    let connections = [
        ConnectionEvent::Connecting { link: 1, node_id: None, lane: 0, address: "localhost:9092".to_owned() },
        ConnectionEvent::Connected { link: 1, node_id: Some(1), lane: 0 },
        ConnectionEvent::Disconnected { link: 1, node_id: Some(1), lane: 0, reason: "connection reset".to_owned() },
        ConnectionEvent::MetadataRefreshed { is_changed: true, brokers: Vec::new(), topics: Vec::new() },
        ConnectionEvent::MetadataFailed { reason: "no broker answers".to_owned(), will_retry: true },
    ];
    causes.extend(connections.iter().map(|event| of_connection(&scene, "checkout", event, time)));
    check(
        &causes,
        expect![[r#"
              record_waits: checkout holds back a record for orders: it waits for metadata
              record_queued: checkout puts a record in line for orders-0: murmur2 of its key, with its sign bit cleared, is 1619149554, and 1619149554 modulo 3 partitions is 0
              record_queued: checkout puts a record in line for orders-2: it has no key, and partition 2 was drawn for all such records until a batch is full
              record_queued: checkout puts a record in line for orders-1: CRC-32 of its key is 2354152789, and 2354152789 modulo 3 partitions is 1
              batch_sent: checkout sends 3 records for orders-0 to broker 1, for the 2. time
              batch_acknowledged: checkout knows that 3 records lie in orders-0 from offset 4 on
            ! batch_retried: checkout will send 3 records for orders-0 again in 100 ms: NOT_LEADER_OR_FOLLOWER
            ! batch_split: checkout splits a batch of 3 records for orders-0 into 2: the broker found it too large
            ! call_retried: checkout will try the whole call with 3 records again in 300 ms, after 1 attempt: REQUEST_TIMED_OUT
            ! records_failed: checkout gives up 3 records for orders-0: delivery.timeout.ms is over
              producer_id_obtained: checkout has producer id 1000 with epoch 0 and numbers its records
            ! producer_epoch_bumped: checkout begins to number anew as producer id 1000 with epoch 1: a batch is lost
            ! producer_id_refused: checkout gets no producer id: CLUSTER_AUTHORIZATION_FAILED
            - closed: checkout is closed: all that it was given is settled
              connecting: checkout connects to a bootstrap address at localhost:9092
              connected: checkout is connected to broker 1
            ! disconnected: checkout has lost its connection to broker 1: connection reset
              metadata_refreshed: checkout learns anew which brokers there are
            ! metadata_failed: checkout could not learn who leads what and asks again: no broker answers
        "#]],
    );
}
