//! What a coordinator tells of its groups: state, members, committed offsets.

use crate::admin::{Call, Partition, Told, Verdict, Whom};
use crate::java::Exception;
use crate::story::{Outcome, Story};
use runnel_clients::Address;
use runnel_protocol::kinds::consumer_protocol_assignment::ConsumerProtocolAssignment;
use runnel_protocol::kinds::decode_versioned;
use runnel_protocol::messages::describe_groups::{DescribeGroupsRequest, DescribedGroup};
use runnel_protocol::messages::offset_fetch::{OffsetFetchRequest, OffsetFetchRequestGroup};
use runnel_protocol::{ErrorCode, Request, Response};
use std::collections::{BTreeMap, BTreeSet};

/// A group.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Group {
    pub(super) id: String,
    pub(super) coordinator: (i32, Address),
    pub(super) state: String,
    pub(super) assignor: String,
    pub(super) members: Vec<Member>,
}

/// A member of a group.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Member {
    pub(super) consumer_id: String,
    pub(super) instance_id: String,
    pub(super) host: String,
    pub(super) client_id: String,
    pub(super) partitions: BTreeSet<Partition>,
}

/// How far a group has read in a partition.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Committed {
    pub(super) offset: i64,
    pub(super) leader_epoch: Option<i32>,
}

/// Groups by id; what a group's coordinator refused stands in its place.
pub(super) fn describe_groups(
    story: &mut Story<'_>,
    ids: &[String],
) -> Outcome<BTreeMap<String, Result<Group, Exception>>> {
    let unique: BTreeSet<&String> = ids.iter().collect();
    let calls = unique
        .iter()
        .map(|id| {
            let request =
                DescribeGroupsRequest { groups: vec![id.as_str().into()], include_authorized_operations: false };
            let whom = Whom::Coordinator((*id).clone());
            Call::new("describeConsumerGroups", whom, Request::DescribeGroups(request)).with_verdict(verdict)
        })
        .collect();
    let answers = story.ask_all(calls)?;
    Ok(unique.into_iter().zip(answers).map(|(id, answer)| (id.clone(), answer.and_then(group))).collect())
}

fn verdict(response: &Response) -> Verdict {
    match response {
        Response::DescribeGroups(response) => coordinator_verdict(response.groups.iter().map(|group| group.error_code)),
        Response::OffsetFetch(response) => coordinator_verdict(response.groups.iter().map(|group| group.error_code)),
        _ => Verdict::Done,
    }
}

/// What error codes of a coordinator mean for the call.
pub(super) fn coordinator_verdict(codes: impl IntoIterator<Item = i16>) -> Verdict {
    for code in codes {
        match ErrorCode::from_number(code) {
            Some(ErrorCode::NotCoordinator | ErrorCode::CoordinatorNotAvailable) => return Verdict::Elsewhere,
            Some(ErrorCode::CoordinatorLoadInProgress) => return Verdict::Again,
            _ => {}
        }
    }
    Verdict::Done
}

fn group(told: Told) -> Result<Group, Exception> {
    let Response::DescribeGroups(response) = told.response else {
        panic!("DescribeGroups is answered with DescribeGroups")
    };
    let nothing = || Exception::of(ErrorCode::UnknownServerError, None);
    let group: DescribedGroup = response.groups.into_iter().next().ok_or_else(nothing)?;
    if group.error_code != 0 {
        return Err(Exception::of_number(group.error_code, group.error_message.as_deref()));
    }
    let nowhere = || (-1, Address { host: String::new(), port: 0 });
    let members = group.members.into_iter().map(|member| {
        let assignment: ConsumerProtocolAssignment = decode_versioned(&member.member_assignment).unwrap_or_default();
        let partitions = assignment
            .assigned_partitions
            .iter()
            .flat_map(|topic| topic.partitions.iter().map(|index| Partition::new(&topic.topic, *index)));
        Member {
            consumer_id: member.member_id.to_string(),
            instance_id: member.group_instance_id.unwrap_or_default().to_string(),
            host: member.client_host.to_string(),
            client_id: member.client_id.to_string(),
            partitions: partitions.collect(),
        }
    });
    Ok(Group {
        id: group.group_id.to_string(),
        coordinator: told.from.unwrap_or_else(nowhere),
        state: group.group_state.to_string(),
        assignor: group.protocol_data.to_string(),
        members: members.collect(),
    })
}

/// How far a group has read, in all partitions in which it has committed.
pub(super) fn committed(story: &mut Story<'_>, id: &str) -> Outcome<BTreeMap<Partition, Option<Committed>>> {
    let group = OffsetFetchRequestGroup { group_id: id.into(), topics: None, ..Default::default() };
    let request = OffsetFetchRequest { groups: vec![group], ..Default::default() };
    let whom = Whom::Coordinator(id.to_owned());
    let call = Call::new("listConsumerGroupOffsets", whom, Request::OffsetFetch(request)).with_verdict(verdict);
    let thrown = |exception: Exception| exception.execution().runtime();
    let Response::OffsetFetch(response) = story.ask(call)?.map_err(thrown)? else {
        panic!("OffsetFetch is answered with OffsetFetch")
    };
    let mut committed = BTreeMap::new();
    for group in response.groups {
        if group.error_code != 0 {
            return Err(thrown(Exception::of_number(group.error_code, None)).into());
        }
        for topic in group.topics {
            for partition in topic.partitions {
                let offset = Some(partition.committed_offset).filter(|offset| *offset >= 0);
                let known = offset.map(|offset| Committed {
                    offset,
                    leader_epoch: Some(partition.committed_leader_epoch).filter(|epoch| *epoch >= 0),
                });
                committed.insert(Partition::new(&topic.name, partition.partition_index), known);
            }
        }
    }
    Ok(committed)
}
