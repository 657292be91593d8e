//! Events as sentences. Identifiers are cut to the name before the UUID.

use super::super::{GroupEvent, LeaveReason, OffsetMove};

/// Whether the event says that a wait begins or ends, as nearly every step does.
pub(super) fn is_wait(event: &GroupEvent) -> bool {
    matches!(
        event,
        GroupEvent::DeadlineSet { .. }
            | GroupEvent::DeadlineCleared { .. }
            | GroupEvent::MemberRejoined { .. }
            | GroupEvent::JoinAnswered { .. }
    )
}

pub(super) fn sentence(event: &GroupEvent) -> String {
    match event {
        GroupEvent::GroupStateChanged { group_id, from, to, generation_id, reason } => {
            format!("{group_id}: {from} -> {to}, generation {generation_id}: {}", without_uuids(reason))
        }
        GroupEvent::MemberIdAssigned { group_id, member_id, client_id } => {
            format!("{group_id}: {client_id} shall come back as {}", short(member_id))
        }
        GroupEvent::MemberJoined { group_id, member_id, client_id, client_host, group_instance_id, .. } => {
            let kind =
                group_instance_id.as_ref().map_or("".to_owned(), |instance_id| format!(", static {instance_id}"));
            format!("{group_id}: {} joined ({client_id} at {client_host}{kind})", short(member_id))
        }
        GroupEvent::MemberReplaced { group_id, group_instance_id, .. } => {
            format!("{group_id}: {group_instance_id} came back under another identifier")
        }
        GroupEvent::MemberLeft { group_id, member_id, reason, .. } => {
            let why =
                if let LeaveReason::Left { said } = reason { format!("left, {said}") } else { format!("{reason:?}") };
            format!("{group_id}: {} is out: {why}", short(member_id))
        }
        GroupEvent::RebalanceStarted { group_id, generation_id, reason } => {
            format!("{group_id}: rebalance of generation {generation_id}: {}", without_uuids(reason))
        }
        GroupEvent::GenerationStarted { group_id, generation_id, protocol_name, leader, members, .. } => {
            let members: Vec<&str> = members.iter().map(|member| short(member)).collect();
            let leader = short(leader);
            format!("{group_id}: generation {generation_id} by {protocol_name}, {leader} leads {}", members.join(" "))
        }
        GroupEvent::PartitionsAssigned { group_id, generation_id, assignments } => {
            let given = assignments.iter().map(|given| format!("{} {:?}", short(&given.member_id), given.partitions));
            let given: Vec<String> = given.collect();
            format!("{group_id}: generation {generation_id} assigned: {}", given.join(", "))
        }
        GroupEvent::OffsetsCommitted { group_id, member_id, client_id, offsets } => {
            format!("{group_id}: {client_id} {} committed {}", short(member_id), moves(offsets))
        }
        GroupEvent::OffsetsRemoved { group_id, offsets, reason } => {
            format!("{group_id}: {reason:?} {}", moves(offsets))
        }
        GroupEvent::GroupLoaded { group } => {
            format!("{}: loaded, {} with {} members", group.group_id, group.state, group.members.len())
        }
        GroupEvent::GroupRemoved { group_id, reason } => format!("{group_id}: removed, {reason}"),
        GroupEvent::MemberRejoined { group_id, member_id, .. } => {
            format!("{group_id}: {} joined again", short(member_id))
        }
        GroupEvent::JoinAnswered { group_id, member_id, .. } => {
            format!("{group_id}: {} has its place", short(member_id))
        }
        GroupEvent::DeadlineSet { group_id, member_id, deadline, started, due } => {
            let waiting = due.since(*started);
            format!("{group_id}: {deadline:?} of {:?} within {waiting:?}", member_id.as_deref().map(short))
        }
        GroupEvent::DeadlineCleared { group_id, member_id, deadline } => {
            format!("{group_id}: {deadline:?} of {:?} is over", member_id.as_deref().map(short))
        }
    }
}

fn moves(offsets: &[OffsetMove]) -> String {
    let one = |m: &OffsetMove| format!("{}-{} {} -> {}", m.topic, m.partition_index, m.from, m.to);
    offsets.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// A member's identifier without its UUID of 36 characters and the dash before it.
fn short(member_id: &str) -> &str {
    member_id.len().checked_sub(37).and_then(|size| member_id.get(..size)).unwrap_or(member_id)
}

/// The text without a dash and a UUID wherever they stand.
fn without_uuids(text: &str) -> String {
    let mut rest = text;
    let mut kept = String::new();
    while let Some(next) = rest.chars().next() {
        let is_uuid = |candidate: &str| uuid::Uuid::try_parse(candidate).is_ok();
        if next == '-' && rest.get(1..37).is_some_and(is_uuid) {
            rest = &rest[37..];
        } else {
            kept.push(next);
            rest = &rest[next.len_utf8()..];
        }
    }
    kept
}

/// The name of an event, and for changes of state which.
pub(super) fn kind(event: &GroupEvent) -> String {
    if let GroupEvent::GroupStateChanged { from, to, .. } = event {
        return format!("{from} -> {to}");
    }
    if let GroupEvent::MemberLeft { reason, .. } = event {
        let reason = format!("{reason:?}");
        return format!("MemberLeft {}", reason.split(' ').next().unwrap_or(""));
    }
    format!("{event:?}").split(' ').next().unwrap_or("").to_owned()
}
