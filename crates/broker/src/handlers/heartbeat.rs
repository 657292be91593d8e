//! Heartbeat (API key 12): a member shows that it is alive and learns whether a rebalance has begun.
//!
//! Versions 0 to 4. v3: static members (KIP-345), v4: flexible.
//! Spec: <https://kafka.apache.org/protocol#The_Messages_Heartbeat>

use super::Call;
use crate::core::{Core, Turn};
use runnel_protocol::ErrorCode;
use runnel_protocol::messages::heartbeat::{HeartbeatRequest, HeartbeatResponse};

pub(super) fn handle(
    core: &mut Core,
    turn: &mut Turn<'_>,
    call: &Call,
    request: HeartbeatRequest,
) -> HeartbeatResponse {
    let instance = request.group_instance_id.as_deref();
    let groups = core.groups(call.broker);
    let outcome = groups.heartbeat(turn.now, &request.group_id, &request.member_id, instance, request.generation_id);
    HeartbeatResponse { error_code: ErrorCode::of(&outcome).number(), ..Default::default() }
}
