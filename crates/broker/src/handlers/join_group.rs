//! JoinGroup (API key 11): a member asks into its group and waits until the others have done so too.
//!
//! Versions 0 to 9. v1: rebalance time-out, v4: two steps (KIP-394), v5: static members (KIP-345), v7: the protocol's
//! type is told, v8: a reason (KIP-800), v9: a static leader may be told to skip the assignment (KIP-814).
//! Spec: <https://kafka.apache.org/protocol#The_Messages_JoinGroup>

use super::groups::{client_host, client_id, park};
use super::{Call, Reply};
use crate::core::{Core, Turn};
use crate::groups::{Join, JoinAnswer, Protocol};
use bytestring::ByteString;
use runnel_protocol::messages::join_group::{JoinGroupRequest, JoinGroupResponse, JoinGroupResponseMember};

pub(super) fn handle(core: &mut Core, turn: &mut Turn<'_>, call: &Call, request: JoinGroupRequest) -> Reply {
    let join = Join {
        api_version: call.version,
        group_id: request.group_id.to_string(),
        member_id: request.member_id.to_string(),
        group_instance_id: request.group_instance_id.map(|id| id.to_string()),
        client_id: client_id(core, call),
        client_host: client_host(core, call),
        session_timeout_ms: request.session_timeout_ms,
        rebalance_timeout_ms: request.rebalance_timeout_ms,
        protocol_type: request.protocol_type.to_string(),
        protocols: request
            .protocols
            .into_iter()
            .map(|protocol| Protocol { name: protocol.name.to_string(), metadata: protocol.metadata })
            .collect(),
        reason: request.reason.map(|reason| reason.to_string()),
    };
    let (reply_id, reply) = park(core, call);
    if let Some(broker) = core.brokers.get_mut(&call.broker) {
        broker.groups.change().join(turn.now, &mut core.random, join, reply_id);
    }
    reply
}

pub(super) fn answer(version: i16, answer: JoinAnswer) -> JoinGroupResponse {
    let protocol_name = match (answer.protocol_name, version) {
        (Some(name), _) => Some(ByteString::from(name)),
        // Before v7 there is no null for it.
        (None, ..7) => Some(ByteString::new()),
        (None, _) => None,
    };
    JoinGroupResponse {
        error_code: answer.error_code.number(),
        generation_id: answer.generation_id,
        protocol_type: answer.protocol_type.map(ByteString::from),
        protocol_name,
        leader: ByteString::from(answer.leader),
        skip_assignment: answer.skip_assignment,
        member_id: ByteString::from(answer.member_id),
        members: answer
            .members
            .into_iter()
            .map(|member| JoinGroupResponseMember {
                member_id: ByteString::from(member.member_id),
                group_instance_id: member.group_instance_id.map(ByteString::from),
                metadata: member.metadata,
            })
            .collect(),
        ..Default::default()
    }
}
