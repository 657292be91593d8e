//! DescribeGroups and ListGroups: what tools see of groups.

use super::Groups;
use super::answer::{DescribedGroup, DescribedMember, ListedGroup};
use super::group::Group;
use super::member::Member;
use super::state::GroupState;
use bytes::Bytes;
use runnel_protocol::ErrorCode;
use std::collections::BTreeSet;

/// The one kind of group that this room keeps.
const GROUP_TYPE: &str = "classic";

/// From this version on an unknown group is an error, with a message (KIP-1043).
const GROUP_ID_NOT_FOUND_FROM: i16 = 6;

impl Groups {
    /// All groups whose state is among `states` and whose type is among `types`, in whatever case; an empty filter
    /// lets everything through, an unknown word nothing.
    pub fn list(&self, states: &[String], types: &[String]) -> Vec<ListedGroup> {
        let states: BTreeSet<String> = states.iter().map(|state| state.trim().to_lowercase()).collect();
        let types: BTreeSet<String> = types.iter().map(|group_type| group_type.to_lowercase()).collect();
        let lets_through = |filter: &BTreeSet<String>, word: &str| filter.is_empty() || filter.contains(word);
        let wanted = self.groups.values().filter(|group| {
            lets_through(&states, &group.state.name().to_lowercase()) && lets_through(&types, GROUP_TYPE)
        });
        let served = wanted.filter(|group| self.coordinate(&group.group_id).is_ok());
        let row = |group: &Group| ListedGroup {
            group_id: group.group_id.clone(),
            protocol_type: group.protocol_type.clone().unwrap_or_default(),
            group_state: group.state.name(),
            group_type: GROUP_TYPE,
        };
        served.map(row).collect()
    }

    /// Each group with its members.
    pub fn describe(&self, group_ids: &[String], api_version: i16) -> Vec<DescribedGroup> {
        group_ids.iter().map(|group_id| self.describe_one(group_id, api_version)).collect()
    }

    fn describe_one(&self, group_id: &str, api_version: i16) -> DescribedGroup {
        if let Err(error_code) = self.coordinate(group_id) {
            return without_members(group_id, error_code, None, "");
        }
        match self.groups.get(group_id) {
            Some(group) => group.describe(),
            None if api_version >= GROUP_ID_NOT_FOUND_FROM => {
                let message = format!("Group {group_id} not found.");
                without_members(group_id, ErrorCode::GroupIdNotFound, Some(message), GroupState::Dead.name())
            }
            None => without_members(group_id, ErrorCode::None, None, GroupState::Dead.name()),
        }
    }
}

impl Group {
    fn describe(&self) -> DescribedGroup {
        let chosen = self.protocol_name.as_deref().filter(|_| self.state == GroupState::Stable);
        let describe = |member: &Member| DescribedMember {
            member_id: member.member_id.clone(),
            group_instance_id: member.group_instance_id.clone(),
            client_id: member.client_id.clone(),
            client_host: member.client_host.clone(),
            member_metadata: chosen.map_or_else(Bytes::new, |chosen| member.metadata(Some(chosen))),
            member_assignment: member.assignment.clone(),
        };
        DescribedGroup {
            error_code: ErrorCode::None,
            error_message: None,
            group_id: self.group_id.clone(),
            group_state: self.state.name(),
            protocol_type: self.protocol_type.clone().unwrap_or_default(),
            protocol_data: chosen.unwrap_or_default().to_owned(),
            members: self.members.values().map(describe).collect(),
        }
    }
}

fn without_members(
    group_id: &str,
    error_code: ErrorCode,
    error_message: Option<String>,
    group_state: &'static str,
) -> DescribedGroup {
    DescribedGroup {
        error_code,
        error_message,
        group_id: group_id.to_owned(),
        group_state,
        protocol_type: String::new(),
        protocol_data: String::new(),
        members: Vec::new(),
    }
}
