//! LeaveGroup (API key 13): members say goodbye, or a tool removes them.
//!
//! Versions 0 to 5. v3: several members, by instance id too (KIP-345), v5: a reason (KIP-800).
//! Spec: <https://kafka.apache.org/protocol#The_Messages_LeaveGroup>

use super::groups::park;
use super::{Call, Reply};
use crate::core::{Core, Turn};
use crate::groups::{LeaveAnswer, Leaver};
use bytestring::ByteString;
use runnel_protocol::messages::leave_group::{LeaveGroupRequest, LeaveGroupResponse, MemberResponse};

pub(super) fn handle(core: &mut Core, turn: &mut Turn<'_>, call: &Call, request: LeaveGroupRequest) -> Reply {
    let leavers = if call.version < 3 {
        vec![Leaver { member_id: request.member_id.to_string(), group_instance_id: None, reason: None }]
    } else {
        request
            .members
            .into_iter()
            .map(|member| Leaver {
                member_id: member.member_id.to_string(),
                group_instance_id: member.group_instance_id.map(|id| id.to_string()),
                reason: member.reason.map(|reason| reason.to_string()),
            })
            .collect()
    };
    let (reply_id, reply) = park(core, call);
    core.groups(call.broker).leave(turn.now, &request.group_id, leavers, reply_id);
    reply
}

pub(super) fn answer(version: i16, answer: LeaveAnswer) -> LeaveGroupResponse {
    if version < 3 {
        let error_code = answer.single_error_code().number();
        return LeaveGroupResponse { error_code, ..Default::default() };
    }
    LeaveGroupResponse {
        error_code: answer.error_code.number(),
        members: answer
            .members
            .into_iter()
            .map(|member| MemberResponse {
                member_id: ByteString::from(member.member_id),
                group_instance_id: member.group_instance_id.map(ByteString::from),
                error_code: member.error_code.number(),
            })
            .collect(),
        ..Default::default()
    }
}
