//! ListGroups (API key 16): the groups that this broker coordinates.
//!
//! Versions 0 to 5. v4: states, as filter and in the answer (KIP-518), v5: types (KIP-848).
//! Spec: <https://kafka.apache.org/protocol#The_Messages_ListGroups>

use super::Call;
use crate::core::Core;
use bytestring::ByteString;
use runnel_protocol::ErrorCode;
use runnel_protocol::messages::list_groups::{ListGroupsRequest, ListGroupsResponse, ListedGroup};

pub(super) fn handle(core: &mut Core, call: &Call, request: ListGroupsRequest) -> ListGroupsResponse {
    if core.groups(call.broker).is_loading() {
        let error_code = ErrorCode::CoordinatorLoadInProgress.number();
        return ListGroupsResponse { error_code, ..Default::default() };
    }
    let states: Vec<String> = request.states_filter.iter().map(ToString::to_string).collect();
    let types: Vec<String> = request.types_filter.iter().map(ToString::to_string).collect();
    let groups = core
        .groups(call.broker)
        .list(&states, &types)
        .into_iter()
        .map(|group| ListedGroup {
            group_id: ByteString::from(group.group_id),
            protocol_type: ByteString::from(group.protocol_type),
            group_state: ByteString::from_static(group.group_state),
            group_type: ByteString::from_static(group.group_type),
        })
        .collect();
    ListGroupsResponse { groups, ..Default::default() }
}
