//! DeleteGroups (API key 42): groups without members go, with their offsets (KIP-229).
//!
//! Versions 0 to 2. v2: flexible.
//! Spec: <https://kafka.apache.org/protocol#The_Messages_DeleteGroups>

use super::groups::park;
use super::{Call, Reply};
use crate::core::{Core, Turn};
use bytestring::ByteString;
use runnel_protocol::ErrorCode;
use runnel_protocol::messages::delete_groups::{DeletableGroupResult, DeleteGroupsRequest, DeleteGroupsResponse};
use std::collections::BTreeSet;

pub(super) fn handle(core: &mut Core, turn: &mut Turn<'_>, call: &Call, request: DeleteGroupsRequest) -> Reply {
    let mut seen = BTreeSet::new();
    let named = request.groups_names.iter().filter(|name| seen.insert(*name));
    let groups = named.map(ToString::to_string).collect();
    let (reply_id, reply) = park(core, call);
    core.groups(call.broker).delete_groups(turn.now, groups, reply_id);
    reply
}

pub(super) fn answer(groups: Vec<(String, ErrorCode)>) -> DeleteGroupsResponse {
    let results = groups
        .into_iter()
        .map(|(group_id, code)| DeletableGroupResult {
            group_id: ByteString::from(group_id),
            error_code: code.number(),
        })
        .collect();
    DeleteGroupsResponse { results, ..Default::default() }
}
