//! DescribeGroups (API key 15): state, members and assignments of groups.
//!
//! Versions 0 to 6. v3: authorized operations, v4: static members, v6: an unknown group is an error (KIP-1043).
//! Spec: <https://kafka.apache.org/protocol#The_Messages_DescribeGroups>

use super::Call;
use super::describe_cluster::GROUP_OPERATIONS;
use crate::core::Core;
use bytestring::ByteString;
use runnel_protocol::ErrorCode;
use runnel_protocol::messages::describe_groups::{
    DescribeGroupsRequest, DescribeGroupsResponse, DescribedGroup, DescribedGroupMember,
};

pub(super) fn handle(core: &mut Core, call: &Call, request: DescribeGroupsRequest) -> DescribeGroupsResponse {
    let wanted: Vec<String> = request.groups.iter().map(ToString::to_string).collect();
    let groups = core
        .groups(call.broker)
        .describe(&wanted, call.version)
        .into_iter()
        .map(|group| {
            let authorized = request.include_authorized_operations && group.error_code == ErrorCode::None;
            DescribedGroup {
                error_code: group.error_code.number(),
                error_message: group.error_message.map(ByteString::from),
                group_id: ByteString::from(group.group_id),
                group_state: ByteString::from_static(group.group_state),
                protocol_type: ByteString::from(group.protocol_type),
                protocol_data: ByteString::from(group.protocol_data),
                members: group
                    .members
                    .into_iter()
                    .map(|member| DescribedGroupMember {
                        member_id: ByteString::from(member.member_id),
                        group_instance_id: member.group_instance_id.map(ByteString::from),
                        client_id: ByteString::from(member.client_id),
                        client_host: ByteString::from(member.client_host),
                        member_metadata: member.member_metadata,
                        member_assignment: member.member_assignment,
                    })
                    .collect(),
                authorized_operations: if authorized { GROUP_OPERATIONS } else { i32::MIN },
            }
        })
        .collect();
    DescribeGroupsResponse { groups, ..Default::default() }
}
