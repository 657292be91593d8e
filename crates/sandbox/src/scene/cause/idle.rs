//! Why a consumer has nothing to read: what follows from an assignment.

use super::{Told, Weight};
use crate::scene::Scene;
use crate::scene::group::{Group, Member};
use crate::scene::node::NodeId;
use crate::scene::words::count;
use runnel_broker::groups::GroupEvent;
use runnel_broker::{Event, EventKind};
use std::collections::BTreeSet;

/// One sentence for each member that an assignment leaves without partitions.
pub(super) fn told(scene: &Scene, event: &Event) -> Vec<Told> {
    let EventKind::Group { event: GroupEvent::PartitionsAssigned { group_id, .. } } = &event.kind else {
        return Vec::new();
    };
    let Some(group) = scene.cluster.groups.get(group_id) else { return Vec::new() };
    if group.protocol_type != "consumer" {
        return Vec::new();
    }
    let idle = group.members.values().filter(|member| member.is_idle());
    idle.map(|member| sentence(scene, group_id, group, member)).collect()
}

fn sentence(scene: &Scene, group_id: &str, group: &Group, member: &Member) -> Told {
    let head = format!("consumer {}", member.client_id);
    let text = format!("is idle: {}", why(scene, group_id, group, member));
    let told = Told::new("consumer_idle", Weight::Warning, head, text).by_name(scene, &member.client_id);
    told.about(NodeId::Group(group_id.to_owned()))
}

/// Why a member has nothing to read.
pub(crate) fn why(scene: &Scene, group_id: &str, group: &Group, member: &Member) -> String {
    let wanted: BTreeSet<&str> = if member.topics.is_empty() {
        group.assigned_counts().into_keys().collect()
    } else {
        member.topics.iter().map(String::as_str).collect()
    };
    let known = wanted.iter().filter_map(|topic| Some((*topic, scene.cluster.topics.get(*topic)?.lanes.len())));
    let known: Vec<(&str, usize)> = known.collect();
    let partitions: usize = known.iter().map(|(_, lanes)| lanes).sum();
    match known.as_slice() {
        [] if wanted.is_empty() => format!("group {group_id} reads no topic"),
        [] => format!("{} does not exist", wanted.into_iter().collect::<Vec<_>>().join(" and ")),
        topics => {
            let topics: Vec<String> =
                topics.iter().map(|(topic, lanes)| format!("{topic} has {}", number(*lanes, "partition"))).collect();
            let members = number(group.members.len(), "member");
            let rest = if group.members.len() > partitions { "" } else { ", which others were given" };
            format!("group {group_id} has {members} and {}{rest}", topics.join(", "))
        }
    }
}

fn number(size: usize, thing: &str) -> String {
    count(i64::try_from(size).unwrap_or(i64::MAX), thing)
}
