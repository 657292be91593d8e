//! SyncGroup (API key 14): the leader brings who reads what, and every member waits here for its part.
//!
//! Versions 0 to 5. v3: static members, v5: protocol type and name are compared.
//! Spec: <https://kafka.apache.org/protocol#The_Messages_SyncGroup>

use super::groups::park;
use super::{Call, Reply};
use crate::core::{Core, Turn};
use crate::groups::{Sync, SyncAnswer};
use bytestring::ByteString;
use runnel_protocol::messages::sync_group::{SyncGroupRequest, SyncGroupResponse};

pub(super) fn handle(core: &mut Core, turn: &mut Turn<'_>, call: &Call, request: SyncGroupRequest) -> Reply {
    let sync = Sync {
        api_version: call.version,
        group_id: request.group_id.to_string(),
        generation_id: request.generation_id,
        member_id: request.member_id.to_string(),
        group_instance_id: request.group_instance_id.map(|id| id.to_string()),
        protocol_type: request.protocol_type.map(|text| text.to_string()),
        protocol_name: request.protocol_name.map(|text| text.to_string()),
        assignments: request
            .assignments
            .into_iter()
            .map(|assignment| (assignment.member_id.to_string(), assignment.assignment))
            .collect(),
    };
    let (reply_id, reply) = park(core, call);
    core.groups(call.broker).sync(turn.now, sync, reply_id);
    reply
}

pub(super) fn answer(answer: SyncAnswer) -> SyncGroupResponse {
    SyncGroupResponse {
        error_code: answer.error_code.number(),
        protocol_type: answer.protocol_type.map(ByteString::from),
        protocol_name: answer.protocol_name.map(ByteString::from),
        assignment: answer.assignment,
        ..Default::default()
    }
}
