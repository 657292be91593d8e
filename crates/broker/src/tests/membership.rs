//! Short ways to be a member of a group, for tests.

use super::client::{Memory, code, unless_error};
use crate::ids::ConnectionId;
use bytes::Bytes;
use bytestring::ByteString;
use runnel_protocol::ErrorCode;
use runnel_protocol::messages::describe_groups::{DescribeGroupsRequest, DescribeGroupsResponse};
use runnel_protocol::messages::find_coordinator::{FindCoordinatorRequest, FindCoordinatorResponse};
use runnel_protocol::messages::join_group::{JoinGroupRequest, JoinGroupRequestProtocol, JoinGroupResponse};
use runnel_protocol::messages::leave_group::{LeaveGroupRequest, LeaveGroupResponse, MemberIdentity};
use runnel_protocol::messages::offset_commit::{
    OffsetCommitRequest, OffsetCommitRequestPartition, OffsetCommitRequestTopic, OffsetCommitResponse,
};
use runnel_protocol::messages::offset_fetch::{OffsetFetchRequest, OffsetFetchRequestTopic, OffsetFetchResponse};
use runnel_protocol::messages::sync_group::{SyncGroupRequest, SyncGroupRequestAssignment, SyncGroupResponse};

/// Who a member is to its group.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) connection: ConnectionId,
    pub(super) id: ByteString,
    pub(super) generation: i32,
    pub(super) instance: Option<ByteString>,
}

/// What a consumer of `orders` says when it joins: session 10 s, rebalance 30 s.
pub(super) fn join_request(group: &str, member: &str, instance: Option<&str>) -> JoinGroupRequest {
    // Version 0 of the consumer protocol: one topic, no user data.
    let metadata = [&[0, 0, 0, 0, 0, 1, 0, 6][..], b"orders", &[0xff; 4]].concat();
    JoinGroupRequest {
        group_id: group.into(),
        session_timeout_ms: 10_000,
        rebalance_timeout_ms: 30_000,
        member_id: member.into(),
        group_instance_id: instance.map(Into::into),
        protocol_type: "consumer".into(),
        protocols: vec![JoinGroupRequestProtocol { name: "range".into(), metadata: metadata.into() }],
        reason: None,
    }
}

/// Joins an empty group, or comes back to it as the same static member, in as many steps as it takes.
#[track_caller]
pub(super) fn join(bench: &mut Memory, connection: ConnectionId, group: &str, instance: Option<&str>) -> Member {
    find_coordinator(bench, connection, group);
    let mut response: JoinGroupResponse = bench.ask(connection, 5, join_request(group, "", instance));
    if code(response.error_code) == ErrorCode::MemberIdRequired {
        response = bench.ask(connection, 5, join_request(group, &response.member_id, instance));
    }
    assert_eq!(code(response.error_code), ErrorCode::None);
    let (id, generation) = (response.member_id, response.generation_id);
    Member { connection, id, generation, instance: instance.map(Into::into) }
}

/// Asks for the coordinator, as every client does first: the question makes `__consumer_offsets`.
pub(super) fn find_coordinator(bench: &mut Memory, connection: ConnectionId, group: &str) {
    let request = FindCoordinatorRequest { coordinator_keys: vec![group.into()], ..Default::default() };
    let response: FindCoordinatorResponse = bench.ask(connection, 4, request);
    assert_eq!((response.coordinators[0].error_code, response.coordinators[0].node_id), (0, 1));
}

pub(super) fn sync_request(group: &str, member: &Member, plan: &[(&str, &[u8])]) -> SyncGroupRequest {
    let assignments = plan.iter().map(|(member_id, assignment)| SyncGroupRequestAssignment {
        member_id: (*member_id).into(),
        assignment: Bytes::copy_from_slice(assignment),
    });
    SyncGroupRequest {
        group_id: group.into(),
        generation_id: member.generation,
        member_id: member.id.clone(),
        group_instance_id: member.instance.clone(),
        assignments: assignments.collect(),
        ..Default::default()
    }
}

#[track_caller]
pub(super) fn sync(
    bench: &mut Memory,
    group: &str,
    member: &Member,
    plan: &[(&str, &[u8])],
) -> Result<Vec<u8>, ErrorCode> {
    let response: SyncGroupResponse = bench.ask(member.connection, 3, sync_request(group, member, plan));
    unless_error(response.error_code, response.assignment.to_vec())
}

/// Commits an offset of partition 0 of `orders`, with a text and epoch 3.
pub(super) fn commit(bench: &mut Memory, group: &str, member: &Member, offset: i64) -> ErrorCode {
    find_coordinator(bench, member.connection, group);
    let partitions = vec![OffsetCommitRequestPartition {
        committed_offset: offset,
        committed_leader_epoch: 3,
        committed_metadata: Some("note".into()),
        ..Default::default()
    }];
    let request = OffsetCommitRequest {
        group_id: group.into(),
        generation_id_or_member_epoch: member.generation,
        member_id: member.id.clone(),
        group_instance_id: member.instance.clone(),
        topics: vec![OffsetCommitRequestTopic { name: "orders".into(), partitions, ..Default::default() }],
        ..Default::default()
    };
    let response: OffsetCommitResponse = bench.ask(member.connection, 7, request);
    code(response.topics[0].partitions[0].error_code)
}

/// Error, offset, epoch and text of what a group has committed for partition 0 of a topic.
pub(super) fn fetch_offsets(
    bench: &mut Memory,
    connection: ConnectionId,
    group: &str,
    topic: &str,
) -> (ErrorCode, i64, i32, Option<String>) {
    find_coordinator(bench, connection, group);
    let topics = Some(vec![OffsetFetchRequestTopic { name: topic.into(), partition_indexes: vec![0] }]);
    let request = OffsetFetchRequest { group_id: group.into(), topics, ..Default::default() };
    let response: OffsetFetchResponse = bench.ask(connection, 7, request);
    assert_eq!(response.error_code, 0);
    let found = &response.topics[0].partitions[0];
    let text = found.metadata.as_ref().map(ToString::to_string);
    (code(found.error_code), found.committed_offset, found.committed_leader_epoch, text)
}

pub(super) fn leave(bench: &mut Memory, group: &str, member: &Member) -> ErrorCode {
    let identity =
        MemberIdentity { member_id: member.id.clone(), group_instance_id: member.instance.clone(), reason: None };
    let request = LeaveGroupRequest { group_id: group.into(), members: vec![identity], ..Default::default() };
    let response: LeaveGroupResponse = bench.ask(member.connection, 4, request);
    assert_eq!(response.error_code, 0);
    code(response.members[0].error_code)
}

/// State and number of members.
pub(super) fn describe(bench: &mut Memory, group: &str) -> (String, usize) {
    let client = bench.connect();
    let request = DescribeGroupsRequest { groups: vec![group.into()], ..Default::default() };
    let response: DescribeGroupsResponse = bench.ask(client, 5, request);
    (response.groups[0].group_state.to_string(), response.groups[0].members.len())
}
