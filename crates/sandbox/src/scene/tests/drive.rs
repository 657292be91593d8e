//! Requests in few words.

use super::bench::Bench;
use bytes::Bytes;
use bytestring::ByteString;
use runnel_broker::ConnectionId;
use runnel_protocol::kinds::consumer_protocol_assignment::{ConsumerProtocolAssignment, TopicPartition};
use runnel_protocol::messages::create_partitions::{
    CreatePartitionsRequest, CreatePartitionsResponse, CreatePartitionsTopic,
};
use runnel_protocol::messages::create_topics::{
    CreatableTopic, CreatableTopicConfig, CreateTopicsRequest, CreateTopicsResponse,
};
use runnel_protocol::messages::delete_groups::{DeleteGroupsRequest, DeleteGroupsResponse};
use runnel_protocol::messages::delete_records::{
    DeleteRecordsPartition, DeleteRecordsRequest, DeleteRecordsResponse, DeleteRecordsTopic,
};
use runnel_protocol::messages::delete_topics::{DeleteTopicsRequest, DeleteTopicsResponse};
use runnel_protocol::messages::fetch::{FetchPartition, FetchRequest, FetchTopic};
use runnel_protocol::messages::find_coordinator::{FindCoordinatorRequest, FindCoordinatorResponse};
use runnel_protocol::messages::heartbeat::{HeartbeatRequest, HeartbeatResponse};
use runnel_protocol::messages::incremental_alter_configs as incremental;
use runnel_protocol::messages::join_group::{JoinGroupRequest, JoinGroupRequestProtocol, JoinGroupResponse};
use runnel_protocol::messages::leave_group::{LeaveGroupRequest, LeaveGroupResponse, MemberIdentity};
use runnel_protocol::messages::offset_commit::{
    OffsetCommitRequest, OffsetCommitRequestPartition, OffsetCommitRequestTopic, OffsetCommitResponse,
};
use runnel_protocol::messages::produce::{PartitionProduceData, ProduceRequest, ProduceResponse, TopicProduceData};
use runnel_protocol::messages::sync_group::{SyncGroupRequest, SyncGroupRequestAssignment, SyncGroupResponse};
use runnel_protocol::records::BatchBuilder;
use runnel_protocol::{Chunks, Message, Writer};

/// A consumer that a test plays by hand.
#[derive(Clone, Debug)]
pub(crate) struct Player {
    pub(crate) connection: ConnectionId,
    pub(crate) group: String,
    pub(crate) member_id: ByteString,
    pub(crate) generation_id: i32,
    pub(crate) instance_id: Option<String>,
    /// The members, if it leads.
    pub(crate) led: Vec<ByteString>,
}

pub(crate) fn create(bench: &mut Bench, client: ConnectionId, name: &str, partitions: i32, configs: &[(&str, &str)]) {
    let configs = configs.iter().map(|(name, value)| CreatableTopicConfig {
        name: ByteString::from(*name),
        value: Some(ByteString::from(*value)),
    });
    let topic = CreatableTopic {
        name: name.into(),
        num_partitions: partitions,
        replication_factor: 1,
        configs: configs.collect(),
        ..Default::default()
    };
    let _: CreateTopicsResponse =
        bench.ask(client, 7, CreateTopicsRequest { topics: vec![topic], ..Default::default() });
}

pub(crate) fn delete(bench: &mut Bench, client: ConnectionId, name: &str) {
    let request = DeleteTopicsRequest { topic_names: vec![name.into()], ..Default::default() };
    let _: DeleteTopicsResponse = bench.ask(client, 5, request);
}

pub(crate) fn grow(bench: &mut Bench, client: ConnectionId, name: &str, count: i32) {
    let topics = vec![CreatePartitionsTopic { name: name.into(), count, assignments: None }];
    let _: CreatePartitionsResponse = bench.ask(client, 3, CreatePartitionsRequest { topics, ..Default::default() });
}

pub(crate) fn configure(bench: &mut Bench, client: ConnectionId, topic: &str, name: &str, value: Option<&str>) {
    let config_operation = i8::from(value.is_none());
    let configs =
        vec![incremental::AlterableConfig { name: name.into(), config_operation, value: value.map(Into::into) }];
    let resources = vec![incremental::AlterConfigsResource { resource_type: 2, resource_name: topic.into(), configs }];
    let request = incremental::IncrementalAlterConfigsRequest { resources, validate_only: false };
    let _: incremental::IncrementalAlterConfigsResponse = bench.ask(client, 1, request);
}

pub(crate) fn produce(
    bench: &mut Bench,
    client: ConnectionId,
    topic: &str,
    partition: i32,
    records: &[(Option<&str>, Option<&str>)],
) -> ProduceResponse {
    let mut builder = BatchBuilder::new();
    for (key, value) in records {
        let time = bench.now.as_millis();
        builder.append(time, key.map(str::as_bytes), value.map(str::as_bytes), &[]);
    }
    produce_batch(bench, client, topic, partition, builder.build())
}

pub(crate) fn produce_batch(
    bench: &mut Bench,
    client: ConnectionId,
    topic: &str,
    partition: i32,
    batch: Bytes,
) -> ProduceResponse {
    let data = PartitionProduceData { index: partition, records: Some(Chunks::from(batch)) };
    let topic = TopicProduceData { name: topic.into(), partition_data: vec![data], ..Default::default() };
    bench.ask(client, 9, ProduceRequest { acks: -1, timeout_ms: 30_000, topic_data: vec![topic], ..Default::default() })
}

pub(crate) fn fetch(bench: &mut Bench, client: ConnectionId, topic: &str, partition: i32, offset: i64, wait_ms: i32) {
    let partitions =
        vec![FetchPartition { partition, fetch_offset: offset, partition_max_bytes: 1 << 20, ..Default::default() }];
    let topics = vec![FetchTopic { topic: topic.into(), partitions, ..Default::default() }];
    let request = FetchRequest { max_wait_ms: wait_ms, min_bytes: 1, max_bytes: 1 << 20, topics, ..Default::default() };
    bench.send(client, 11, request);
    while bench.answer(client).is_some() {}
}

pub(crate) fn delete_records(bench: &mut Bench, client: ConnectionId, topic: &str, partition_index: i32, offset: i64) {
    let partitions = vec![DeleteRecordsPartition { partition_index, offset }];
    let topics = vec![DeleteRecordsTopic { name: topic.into(), partitions }];
    let _: DeleteRecordsResponse = bench.ask(client, 2, DeleteRecordsRequest { topics, ..Default::default() });
}

fn join_request(player: &Player, topics: &[&str]) -> JoinGroupRequest {
    let mut metadata = vec![0, 0];
    metadata.extend(i32::try_from(topics.len()).unwrap().to_be_bytes());
    for topic in topics {
        metadata.extend(i16::try_from(topic.len()).unwrap().to_be_bytes());
        metadata.extend(topic.as_bytes());
    }
    metadata.extend([0xff; 4]);
    JoinGroupRequest {
        group_id: player.group.as_str().into(),
        session_timeout_ms: 10_000,
        rebalance_timeout_ms: 30_000,
        member_id: player.member_id.clone(),
        group_instance_id: player.instance_id.as_deref().map(Into::into),
        protocol_type: "consumer".into(),
        protocols: vec![JoinGroupRequestProtocol { name: "range".into(), metadata: metadata.into() }],
        reason: None,
    }
}

pub(crate) fn player(bench: &mut Bench, client: &str, group: &str, instance_id: Option<&str>) -> Player {
    let connection = bench.connect(client);
    let request = FindCoordinatorRequest { coordinator_keys: vec![group.into()], ..Default::default() };
    let _: FindCoordinatorResponse = bench.ask(connection, 4, request);
    Player {
        connection,
        group: group.to_owned(),
        member_id: ByteString::new(),
        generation_id: -1,
        instance_id: instance_id.map(str::to_owned),
        led: Vec::new(),
    }
}

/// Sends JoinGroup, twice for a newcomer.
pub(crate) fn join(bench: &mut Bench, player: &mut Player, topics: &[&str]) {
    bench.send(player.connection, 5, join_request(player, topics));
    listen(bench, player);
    if player.generation_id == -1 && !player.member_id.is_empty() && player.instance_id.is_none() {
        bench.send(player.connection, 5, join_request(player, topics));
        listen(bench, player);
    }
}

/// Takes in what the coordinator has answered.
pub(crate) fn listen(bench: &mut Bench, player: &mut Player) {
    while let Some(answer) = bench.answer(player.connection) {
        if let Ok(joined) = JoinGroupResponse::try_from(answer) {
            match joined.error_code {
                0 => {
                    player.generation_id = joined.generation_id;
                    player.led = joined.members.iter().map(|member| member.member_id.clone()).collect();
                    player.member_id = joined.member_id;
                }
                // MEMBER_ID_REQUIRED
                79 => player.member_id = joined.member_id,
                _ => (player.member_id, player.generation_id) = (ByteString::new(), -1),
            }
        }
    }
}

/// The leader deals the partitions of a topic one by one; the others wait for theirs.
pub(crate) fn sync(bench: &mut Bench, player: &mut Player, topic: &str, partitions: i32) {
    let members = player.led.clone();
    let assignments = members.iter().enumerate().map(|(at, member_id)| {
        let owned = (0..partitions).filter(|partition| usize::try_from(*partition).unwrap() % members.len() == at);
        let owned: Vec<i32> = owned.collect();
        let assigned_partitions = match owned.is_empty() {
            true => Vec::new(),
            false => vec![TopicPartition { topic: topic.into(), partitions: owned }],
        };
        let assignment = ConsumerProtocolAssignment { assigned_partitions, user_data: None };
        let mut writer = Writer::default();
        writer.i16(0);
        assignment.encode(&mut writer, 0).unwrap();
        let assignment = writer.into_bytes().unwrap();
        SyncGroupRequestAssignment { member_id: member_id.clone(), assignment }
    });
    let request = SyncGroupRequest {
        group_id: player.group.as_str().into(),
        generation_id: player.generation_id,
        member_id: player.member_id.clone(),
        group_instance_id: player.instance_id.as_deref().map(Into::into),
        assignments: assignments.collect(),
        ..Default::default()
    };
    bench.send(player.connection, 3, request);
    while let Some(answer) = bench.answer(player.connection) {
        _ = SyncGroupResponse::try_from(answer);
    }
}

pub(crate) fn heartbeat(bench: &mut Bench, player: &Player) -> i16 {
    let request = HeartbeatRequest {
        group_id: player.group.as_str().into(),
        generation_id: player.generation_id,
        member_id: player.member_id.clone(),
        group_instance_id: player.instance_id.as_deref().map(Into::into),
    };
    bench.send(player.connection, 3, request);
    let mut error = 0;
    while let Some(answer) = bench.answer(player.connection) {
        if let Ok(answer) = HeartbeatResponse::try_from(answer) {
            error = answer.error_code;
        }
    }
    error
}

pub(crate) fn leave(bench: &mut Bench, player: &Player) {
    let identity = MemberIdentity {
        member_id: player.member_id.clone(),
        group_instance_id: player.instance_id.as_deref().map(Into::into),
        reason: None,
    };
    let request =
        LeaveGroupRequest { group_id: player.group.as_str().into(), members: vec![identity], ..Default::default() };
    bench.send(player.connection, 4, request);
    while let Some(answer) = bench.answer(player.connection) {
        _ = LeaveGroupResponse::try_from(answer);
    }
}

pub(crate) fn commit(bench: &mut Bench, player: &Player, topic: &str, partition: i32, offset: i64) {
    let partitions = vec![OffsetCommitRequestPartition {
        partition_index: partition,
        committed_offset: offset,
        ..Default::default()
    }];
    let request = OffsetCommitRequest {
        group_id: player.group.as_str().into(),
        generation_id_or_member_epoch: player.generation_id,
        member_id: player.member_id.clone(),
        group_instance_id: player.instance_id.as_deref().map(Into::into),
        topics: vec![OffsetCommitRequestTopic { name: topic.into(), partitions, ..Default::default() }],
        ..Default::default()
    };
    bench.send(player.connection, 7, request);
    while let Some(answer) = bench.answer(player.connection) {
        _ = OffsetCommitResponse::try_from(answer);
    }
}

pub(crate) fn delete_group(bench: &mut Bench, client: ConnectionId, group: &str) {
    let request = DeleteGroupsRequest { groups_names: vec![group.into()] };
    let _: DeleteGroupsResponse = bench.ask(client, 2, request);
}
