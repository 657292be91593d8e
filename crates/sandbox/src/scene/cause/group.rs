//! Sentences for what happens in consumer groups.

use super::Told;
use super::Weight::{Notable, Routine, Warning};
use crate::scene::Scene;
use crate::scene::group::Group;
use crate::scene::node::NodeId;
use crate::scene::words::{between, count, list, millis, partitions};
use runnel_broker::groups::{
    GroupDeadline, GroupEvent, GroupState, LeaveReason, MemberAssignment, OffsetMove, OffsetRemoval,
};
use runnel_broker::{Event, EventKind};

/// Why a rebalance may begin at once after an event: the group, and the reason.
pub(super) fn reason_for_rebalance(scene: &Scene, event: &Event) -> Option<(String, String)> {
    let EventKind::Group { event: happening } = &event.kind else { return None };
    #[expect(clippy::wildcard_enum_match_arm, reason = "the others begin no rebalance")]
    match happening {
        GroupEvent::MemberJoined { group_id, client_id, .. } => Some((group_id.clone(), format!("{client_id} joins"))),
        GroupEvent::MemberRejoined { group_id, member_id, .. } => {
            let known = Names::of(scene, group_id);
            let leads = known.group.is_some_and(|group| group.leader == *member_id);
            let who = if leads { "its leader " } else { "" };
            Some((group_id.clone(), format!("{who}{} joins again", known.client(member_id))))
        }
        GroupEvent::MemberLeft { group_id, member_id, client_id, reason, .. } => {
            let known = Names::of(scene, group_id);
            let name = if client_id.is_empty() { "who was given an identifier" } else { client_id };
            Some((group_id.clone(), format!("{name} {}", known.departure(member_id, reason))))
        }
        _ => None,
    }
}

/// The members of a group by the names that people know.
struct Names<'a> {
    group_id: &'a str,
    group: Option<&'a Group>,
}

impl<'a> Names<'a> {
    fn of(scene: &'a Scene, group_id: &'a str) -> Self {
        Names { group_id, group: scene.cluster.groups.get(group_id) }
    }

    fn client<'b>(&'b self, member_id: &'b str) -> &'b str {
        self.group.and_then(|group| group.members.get(member_id)).map_or(member_id, |member| &member.client_id)
    }

    /// A sentence of the coordinator's with members' names in the place of their identifiers.
    fn plain(&self, reason: &str) -> String {
        let members = self.group.iter().flat_map(|group| &group.members);
        members.fold(reason.to_owned(), |text, (member_id, member)| text.replace(member_id.as_str(), &member.client_id))
    }

    fn session_timeout(&self, member_id: &str) -> String {
        let timeout = self.group.and_then(|group| group.members.get(member_id)).map(|member| member.session_timeout_ms);
        timeout.map(|timeout| format!(" of {}", millis(i64::from(timeout)))).unwrap_or_default()
    }

    fn rebalance_timeout(&self) -> String {
        let timeouts = self.group.iter().flat_map(|group| group.members.values());
        let longest = timeouts.map(|member| member.rebalance_timeout_ms).max();
        longest.map(|timeout| format!(" of {}", millis(i64::from(timeout)))).unwrap_or_default()
    }

    fn departure(&self, member_id: &str, reason: &LeaveReason) -> String {
        match reason {
            LeaveReason::Left { said } if said.is_empty() => "left".to_owned(),
            LeaveReason::Left { said } => format!("left, saying {said:?}"),
            LeaveReason::SessionTimeout => {
                format!("was silent for its session time-out{}", self.session_timeout(member_id))
            }
            LeaveReason::RebalanceTimeout => {
                format!("did not join again within the rebalance time-out{}", self.rebalance_timeout())
            }
            LeaveReason::SyncTimeout => {
                format!("did not ask for its assignment within the rebalance time-out{}", self.rebalance_timeout())
            }
            LeaveReason::GroupFull => "found the group full".to_owned(),
            LeaveReason::Unloaded => "has to look for another coordinator".to_owned(),
        }
    }
}

pub(super) fn told(scene: &Scene, event: &Event, happening: &GroupEvent) -> Told {
    let told = match happening {
        GroupEvent::MemberIdAssigned { .. }
        | GroupEvent::MemberJoined { .. }
        | GroupEvent::MemberRejoined { .. }
        | GroupEvent::JoinAnswered { .. }
        | GroupEvent::MemberReplaced { .. }
        | GroupEvent::MemberLeft { .. } => of_member(scene, happening),
        GroupEvent::OffsetsCommitted { .. } | GroupEvent::OffsetsRemoved { .. } => of_offsets(scene, happening),
        GroupEvent::DeadlineSet { .. } | GroupEvent::DeadlineCleared { .. } => of_wait(scene, happening),
        GroupEvent::GroupStateChanged { .. }
        | GroupEvent::RebalanceStarted { .. }
        | GroupEvent::GenerationStarted { .. }
        | GroupEvent::PartitionsAssigned { .. }
        | GroupEvent::GroupLoaded { .. }
        | GroupEvent::GroupRemoved { .. } => of_group(scene, event, happening),
    };
    told.about(NodeId::Group(group_of(happening).to_owned()))
}

/// The group that an event is about.
pub(super) fn group_of(happening: &GroupEvent) -> &str {
    match happening {
        GroupEvent::GroupStateChanged { group_id, .. }
        | GroupEvent::MemberIdAssigned { group_id, .. }
        | GroupEvent::MemberJoined { group_id, .. }
        | GroupEvent::MemberRejoined { group_id, .. }
        | GroupEvent::JoinAnswered { group_id, .. }
        | GroupEvent::MemberReplaced { group_id, .. }
        | GroupEvent::MemberLeft { group_id, .. }
        | GroupEvent::RebalanceStarted { group_id, .. }
        | GroupEvent::GenerationStarted { group_id, .. }
        | GroupEvent::PartitionsAssigned { group_id, .. }
        | GroupEvent::OffsetsCommitted { group_id, .. }
        | GroupEvent::OffsetsRemoved { group_id, .. }
        | GroupEvent::DeadlineSet { group_id, .. }
        | GroupEvent::DeadlineCleared { group_id, .. }
        | GroupEvent::GroupRemoved { group_id, .. } => group_id,
        GroupEvent::GroupLoaded { group } => &group.group_id,
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the others are told elsewhere")]
fn of_group(scene: &Scene, event: &Event, happening: &GroupEvent) -> Told {
    let known = Names::of(scene, group_of(happening));
    let head = format!("group {}", known.group_id);
    match happening {
        GroupEvent::GroupStateChanged { from, to, generation_id, reason, .. } => {
            let (weight, why) = match to {
                GroupState::Stable => {
                    (Notable, format!("every member of generation {generation_id} has its partitions"))
                }
                GroupState::Empty => (Notable, "it has no members".to_owned()),
                GroupState::PreparingRebalance | GroupState::CompletingRebalance | GroupState::Dead => {
                    (Routine, known.plain(reason))
                }
            };
            Told::new("group_state_changed", weight, head, format!("goes from {from} to {to}: {why}"))
        }
        GroupEvent::RebalanceStarted { group_id, reason, .. } => {
            let departure = scene.seen.departures.get(group_id).filter(|(time, _)| *time == event.time);
            let why = departure.map_or_else(|| known.plain(reason), |(_, why)| why.clone());
            Told::new("rebalance_started", Notable, head, format!("rebalances: {why}"))
        }
        GroupEvent::GenerationStarted { generation_id, protocol_name, leader, members, .. } => {
            let members = count(i64::try_from(members.len()).unwrap_or(i64::MAX), "member");
            let leader = known.client(leader);
            let text = format!(
                "begins generation {generation_id} with {members}: {leader} leads and deals the partitions with the \
                 assignor {protocol_name}"
            );
            Told::new("generation_started", Notable, head, text)
        }
        GroupEvent::PartitionsAssigned { generation_id, assignments, .. } => {
            let mut parts: Vec<String> = assignments.iter().map(|given| what_is_read(&known, given)).collect();
            parts.sort();
            let text = format!("deals the partitions of generation {generation_id}: {}", parts.join("; "));
            Told::new("partitions_assigned", Notable, head, text)
        }
        GroupEvent::GroupLoaded { group } => {
            let members = count(i64::try_from(group.members.len()).unwrap_or(i64::MAX), "member");
            let text = format!(
                "has a coordinator again: broker {} has read its {members} and its offsets from __consumer_offsets",
                event.broker
            );
            Told::new("group_loaded", Notable, head, text).about(NodeId::Broker(event.broker.0))
        }
        GroupEvent::GroupRemoved { reason, .. } => {
            Told::new("group_removed", Notable, head, format!("is gone: {}", known.plain(reason)))
        }
        _ => Told::new("group", Routine, head, "changes"),
    }
}

/// `anna reads orders partition 0`.
fn what_is_read(known: &Names<'_>, given: &MemberAssignment) -> String {
    let topics = given.partitions.iter().filter(|(_, numbers)| !numbers.is_empty());
    let topics: Vec<String> = topics.map(|(topic, numbers)| format!("{topic} {}", partitions(numbers))).collect();
    let what = if topics.is_empty() { "nothing".to_owned() } else { topics.join(" and ") };
    format!("{} reads {what}", known.client(&given.member_id))
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the others are told elsewhere")]
fn of_member(scene: &Scene, happening: &GroupEvent) -> Told {
    let known = Names::of(scene, group_of(happening));
    let group = known.group_id;
    match happening {
        GroupEvent::MemberIdAssigned { member_id, client_id, .. } => {
            let text = format!("asks to join group {group} and is told to come back as {member_id}");
            Told::new("member_id_assigned", Routine, client_id.clone(), text).by_name(scene, client_id)
        }
        GroupEvent::MemberJoined { client_id, group_instance_id, .. } => {
            let who = group_instance_id.as_ref().map(|id| format!(" as the static member {id}")).unwrap_or_default();
            Told::new("member_joined", Notable, client_id.clone(), format!("joins group {group}{who}"))
                .by_name(scene, client_id)
        }
        GroupEvent::MemberRejoined { member_id, .. } => {
            let awaited = known.group.iter().flat_map(|group| group.awaited());
            let awaited: Vec<&str> =
                awaited.filter(|(id, _)| *id != member_id).map(|(_, member)| member.client_id.as_str()).collect();
            let others =
                if awaited.is_empty() { String::new() } else { format!(", which waits for {}", list(&awaited)) };
            let client = known.client(member_id);
            Told::new("member_rejoined", Routine, client, format!("joins group {group} again{others}"))
                .by_name(scene, client)
        }
        GroupEvent::JoinAnswered { member_id, .. } => {
            let client = known.client(member_id);
            let text = format!("has its old place in group {group}: a static member that comes back moves nothing");
            Told::new("join_answered", Notable, client, text).by_name(scene, client)
        }
        GroupEvent::MemberReplaced { group_instance_id, from_member_id, .. } => {
            let client = known.client(from_member_id);
            let text = format!(
                "is back in group {group} as the static member {group_instance_id}: who still uses its old identifier \
                 is fenced"
            );
            Told::new("member_replaced", Notable, client, text).by_name(scene, client)
        }
        GroupEvent::MemberLeft { member_id, client_id, reason, .. } => {
            let weight = match reason {
                LeaveReason::Left { .. } => Notable,
                LeaveReason::SessionTimeout
                | LeaveReason::RebalanceTimeout
                | LeaveReason::SyncTimeout
                | LeaveReason::GroupFull
                | LeaveReason::Unloaded => Warning,
            };
            // An identifier that was given out and never came back was nobody's yet.
            let (weight, head) =
                if client_id.is_empty() { (Routine, member_id.as_str()) } else { (weight, client_id.as_str()) };
            let text = format!("is out of group {group}: it {}", known.departure(member_id, reason));
            Told::new("member_left", weight, head, text).by_name(scene, client_id)
        }
        _ => Told::new("member", Routine, group, "changes"),
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the others are told elsewhere")]
fn of_offsets(scene: &Scene, happening: &GroupEvent) -> Told {
    let group = group_of(happening);
    let head = format!("group {group}");
    let told = match happening {
        GroupEvent::OffsetsCommitted { client_id, offsets, .. } => {
            let text = format!("commits for group {group}: {}", list(&moves(offsets)));
            Told::new("offsets_committed", Notable, client_id.clone(), text).by_name(scene, client_id)
        }
        GroupEvent::OffsetsRemoved { offsets, reason, .. } => {
            let why = match reason {
                OffsetRemoval::Expired => "they were kept for offsets.retention.minutes",
                OffsetRemoval::Deleted => "a tool deleted them",
                OffsetRemoval::TopicDeleted => "their topic is deleted",
            };
            let places: Vec<String> =
                offsets.iter().map(|one| format!("{}-{}", one.topic, one.partition_index)).collect();
            let text = format!("loses its committed offsets of {}: {why}", list(&places));
            Told::new("offsets_removed", Notable, head, text)
        }
        _ => Told::new("offsets", Routine, head, "changes"),
    };
    let (GroupEvent::OffsetsCommitted { offsets, .. } | GroupEvent::OffsetsRemoved { offsets, .. }) = happening else {
        return told;
    };
    offsets.iter().fold(told, |told, one| told.about(NodeId::lane(&one.topic, one.partition_index)))
}

/// `orders-0 from 3 to 5`, at most four one by one.
fn moves(offsets: &[OffsetMove]) -> Vec<String> {
    let one = |offset: &OffsetMove| match offset.from {
        -1 => format!("offset {} of {}-{}", offset.to, offset.topic, offset.partition_index),
        from => format!("offset {} of {}-{}, after {from}", offset.to, offset.topic, offset.partition_index),
    };
    offsets.iter().map(one).collect()
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the others are told elsewhere")]
fn of_wait(scene: &Scene, happening: &GroupEvent) -> Told {
    let known = Names::of(scene, group_of(happening));
    let head = format!("group {}", known.group_id);
    match happening {
        GroupEvent::DeadlineSet { member_id, deadline, started, due, .. } => {
            let time = between(*started, *due);
            let client = member_id.as_deref().map(|id| known.client(id)).unwrap_or_default();
            let text = match deadline {
                GroupDeadline::Session => format!("hears of {client}, who may be silent for {time} from here on"),
                GroupDeadline::Join => format!("waits for its members to join, at most {time}"),
                GroupDeadline::Sync => format!("waits for its members to ask for their assignment, at most {time}"),
            };
            Told::new("deadline_set", Routine, head, text).by_name(scene, client)
        }
        GroupEvent::DeadlineCleared { member_id, deadline, .. } => {
            let client = member_id.as_deref().map(|id| known.client(id)).unwrap_or_default();
            let text = match deadline {
                GroupDeadline::Session => format!("stops the session time-out of {client}"),
                GroupDeadline::Join => "is done waiting for members to join".to_owned(),
                GroupDeadline::Sync => "is done waiting for members to ask for their assignment".to_owned(),
            };
            Told::new("deadline_cleared", Routine, head, text).by_name(scene, client)
        }
        _ => Told::new("deadline", Routine, head, "changes"),
    }
}
