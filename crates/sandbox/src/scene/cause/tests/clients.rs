//! The sentence of each kind of event inside clients.

use super::super::{Cause, of_connection, of_consumer, of_producer};
use super::{check, scene};
use expect_test::expect;
use runnel_broker::Timestamp;
use runnel_clients::ClientKind;
use runnel_clients::TopicPartition;
use runnel_clients::consumer::{ConsumerEvent, OffsetReset, PartitionOffset, PositionCause, StartAt};
use runnel_clients::event::{ConnectionEvent, ProducerEvent};
use runnel_clients::partitioners::{Lanes, PartitionChoice, Partitioner, PartitionerSettings};
use runnel_clients::producer::SendId;

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
        ProducerEvent::BatchAcknowledged {
            topic: topic(),
            partition: 0,
            first: SendId(1),
            last: SendId(3),
            records_count: 3,
            base_offset: Some(4),
        },
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
