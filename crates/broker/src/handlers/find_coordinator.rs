//! FindCoordinator (API key 10): which broker looks after a group.
//!
//! Versions 0 to 6. v1: key types, v4: several keys at once (KIP-699).
//! The first question makes `__consumer_offsets`, and is answered with a coordinator at once.
//! Not done: transaction coordinators (key type 1) and share groups (key type 2): answered with `UNSUPPORTED_VERSION`,
//! which clients take as final.
//! Spec: <https://kafka.apache.org/protocol#The_Messages_FindCoordinator>

use super::{Call, Reply};
use crate::core::{Core, Turn};
use crate::groups;
use crate::purgatory::WrittenWait;
use crate::topics::{self, AutoCreation, CONSUMER_OFFSETS};
use bytestring::ByteString;
use runnel_protocol::ErrorCode;
use runnel_protocol::messages::find_coordinator::{Coordinator, FindCoordinatorRequest, FindCoordinatorResponse};

const GROUP: i8 = 0;
const TRANSACTION: i8 = 1;
const SHARE: i8 = 2;

pub(super) fn handle(core: &mut Core, turn: &mut Turn<'_>, call: &Call, request: FindCoordinatorRequest) -> Reply {
    let keys = if call.version < 4 { vec![request.key] } else { request.coordinator_keys };
    let mut waits = Vec::new();
    let mut found: Vec<Coordinator> =
        keys.into_iter().map(|key| find(core, turn, call, request.key_type, key, &mut waits)).collect();
    let response = if call.version < 4 {
        let only = found.remove(0);
        FindCoordinatorResponse {
            error_code: only.error_code,
            // Before v4 Kafka's success is called by its name.
            error_message: match ErrorCode::from_number(only.error_code) {
                Some(ErrorCode::None) => Some(ByteString::from_static(ErrorCode::None.name())),
                _ => only.error_message,
            },
            node_id: only.node_id,
            host: only.host,
            port: only.port,
            ..Default::default()
        }
    } else {
        FindCoordinatorResponse { coordinators: found, ..Default::default() }
    };
    Reply::after(response, waits)
}

fn find(
    core: &mut Core,
    turn: &mut Turn<'_>,
    call: &Call,
    key_type: i8,
    key: ByteString,
    waits: &mut Vec<WrittenWait>,
) -> Coordinator {
    match key_type {
        GROUP => {}
        TRANSACTION => return refuse(key, ErrorCode::UnsupportedVersion, "This server does not support transactions."),
        SHARE => return refuse(key, ErrorCode::UnsupportedVersion, "This server does not support share groups."),
        _ => return refuse(key, ErrorCode::InvalidRequest, ErrorCode::InvalidRequest.message()),
    }
    if core.metadata.image().topic_named(CONSUMER_OFFSETS).is_none() {
        match topics::create_automatically(core, turn, &ByteString::from_static(CONSUMER_OFFSETS), true) {
            AutoCreation::Created(wait) => waits.push(wait),
            AutoCreation::Refused(_) => return unavailable(key),
        }
    }
    let Some(topic) = core.metadata.image().topic_named(CONSUMER_OFFSETS) else { return unavailable(key) };
    let count = i32::try_from(topic.partitions.len()).unwrap_or(i32::MAX);
    let index = groups::partition_for(&key, count);
    let leader = usize::try_from(index).ok().and_then(|position| topic.partitions.get(position)?.leader);
    let endpoint = leader.and_then(|leader| core.endpoint_of(leader, call.listener));
    let (Some(leader), Some(endpoint)) = (leader, endpoint) else { return unavailable(key) };
    Coordinator {
        key,
        node_id: leader.0,
        host: ByteString::from(endpoint.host.as_str()),
        port: i32::from(endpoint.port),
        error_code: ErrorCode::None.number(),
        error_message: Some(ByteString::from_static("")),
    }
}

fn unavailable(key: ByteString) -> Coordinator {
    refuse(key, ErrorCode::CoordinatorNotAvailable, ErrorCode::CoordinatorNotAvailable.message())
}

fn refuse(key: ByteString, code: ErrorCode, message: &str) -> Coordinator {
    Coordinator {
        key,
        node_id: -1,
        host: ByteString::new(),
        port: -1,
        error_code: code.number(),
        error_message: Some(ByteString::from(message)),
    }
}
