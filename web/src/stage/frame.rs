//! What holds other things: brokers, the cards of topics, the fences of groups.

use super::{Picture, is_selected, moved_to};
use crate::page::Page;
use leptos::prelude::*;
use runnel_broker::BrokerState;
use runnel_sandbox::scene::{NodeId, Scene};

/// A card that is narrower tells how many records a topic has, not how many partitions too.
const COUNTS_WIDTH: f64 = 260.0;

/// A broker's box, or the one of a topic that somebody has put somewhere.
#[component]
pub(super) fn BrokerFrame(picture: Picture, node: NodeId) -> impl IntoView {
    let page = expect_context::<Page>();
    let area = picture.area(node.clone());
    let selected = is_selected(page, node.clone());
    let shown = node.clone();
    let state = picture.view.memo(move |scene| broker_state(scene, &shown));
    let class = move || {
        let state = state.get().map_or("", |(class, _)| class);
        format!("frame {state}{}", if selected.get() { " selected" } else { "" })
    };
    let name = match &node {
        NodeId::Broker(id) => format!("broker {id}"),
        NodeId::Topic(_) => String::new(),
        NodeId::Card { .. }
        | NodeId::Lane { .. }
        | NodeId::Group(_)
        | NodeId::Client(_)
        | NodeId::Member { .. }
        | NodeId::Guest(_)
        | NodeId::Connection(_) => node.to_string(),
    };
    let is_broker = matches!(node, NodeId::Broker(_));
    view! {
        <g class=class style=moved_to(area) data-node=node.to_string()>
            <rect class="frame-box" width=move || area.get().width height=move || area.get().height rx="16" />
            <text class="frame-name" x="20" y="24">{name}</text>
            <text class="frame-state" x=move || area.get().width - 34.0 y="24">
                {move || state.get().map(|(_, text)| text)}
            </text>
            {is_broker
                .then(|| view! {
                    <circle class="frame-lamp" cx=move || area.get().width - 24.0 cy="20" r="4" />
                })}
        </g>
    }
}

/// How a broker is: a class, and a word where it is not as usual.
fn broker_state(scene: &Scene, node: &NodeId) -> Option<(&'static str, &'static str)> {
    let NodeId::Broker(id) = node else { return None };
    let broker = scene.cluster.brokers.get(id)?;
    Some(match (broker.state, broker.fenced) {
        (BrokerState::Up, false) if scene.cluster.controller == *id && scene.cluster.brokers.len() > 1 => {
            ("up", "controller")
        }
        (BrokerState::Up, false) => ("up", ""),
        (BrokerState::Up, true) => ("starting", "fenced"),
        (BrokerState::Starting, _) => ("starting", "starting"),
        (BrokerState::Down, _) => ("down", "down"),
    })
}

/// The heading of a topic's card.
#[component]
pub(super) fn CardHead(picture: Picture, node: NodeId) -> impl IntoView {
    let page = expect_context::<Page>();
    let (topic, indent) = match &node {
        NodeId::Card { topic, .. } => (topic.clone(), 0.0),
        NodeId::Topic(topic) => (topic.clone(), 16.0),
        NodeId::Broker(_)
        | NodeId::Lane { .. }
        | NodeId::Group(_)
        | NodeId::Client(_)
        | NodeId::Member { .. }
        | NodeId::Guest(_)
        | NodeId::Connection(_) => (node.to_string(), 0.0),
    };
    let area = picture.area(node.clone());
    let is_shown = topic.clone();
    let selected = is_selected(page, NodeId::Topic(topic.clone()));
    let is_narrow = Memo::new(move |_| area.get().width < COUNTS_WIDTH);
    let count = picture.view.memo(move |scene| {
        let Some(topic) = scene.cluster.topics.get(&is_shown) else { return String::new() };
        let records: i64 = topic.lanes.iter().map(|lane| (lane.log_end_offset - lane.log_start_offset).max(0)).sum();
        let partitions = topic.lanes.len();
        let partition_word = if partitions == 1 { "partition" } else { "partitions" };
        let record_word = if records == 1 { "record" } else { "records" };
        if is_narrow.get() {
            return format!("{records} {record_word}");
        }
        format!("{partitions} {partition_word} · {records} {record_word}")
    });
    let class = move || if selected.get() { "card selected" } else { "card" };
    let name = move || super::shortened(&topic, if is_narrow.get() { 14 } else { 18 });
    let width = move || area.get().width - 2.0 * indent;
    view! {
        <g class=class style=moved_to(area) data-node=node.to_string()>
            <rect class="card-grip" width=move || area.get().width height="24" rx="6" />
            <text class="card-name" x=indent + 4.0 y=17.0 + indent>{name}</text>
            <text class="card-count" x=move || indent + width() - 4.0 y=17.0 + indent>{count}</text>
        </g>
    }
}

/// The dashed fence of a group.
#[component]
pub(super) fn GroupFrame(picture: Picture, node: NodeId) -> impl IntoView {
    let page = expect_context::<Page>();
    let area = picture.area(node.clone());
    let NodeId::Group(group_id) = node.clone() else { return ().into_any() };
    let selected = is_selected(page, node.clone());
    let shown = group_id.clone();
    let state = picture.view.memo(move |scene| group_state(scene, &shown));
    let target = node.clone();
    let is_target =
        Memo::new(move |_| picture.drag.with(|drag| drag.as_ref().is_some_and(|drag| drag.is_over(&target))));
    let class = move || {
        let mut class = format!("fence {}", state.get().0);
        if selected.get() {
            class.push_str(" selected");
        }
        if is_target.get() {
            class.push_str(" target");
        }
        class
    };
    view! {
        <g class=class style=moved_to(area) data-node=node.to_string()>
            <rect class="fence-box" width=move || area.get().width height=move || area.get().height rx="16" />
            <text class="fence-name" x="16" y="22">{super::shortened(&group_id, 18)}</text>
            <text class="fence-state" x="16" y="37">{move || state.get().1}</text>
        </g>
    }
    .into_any()
}

/// How a group is: a class, and its state with the generation.
fn group_state(scene: &Scene, group_id: &str) -> (&'static str, String) {
    let Some(group) = scene.cluster.groups.get(group_id) else { return ("empty", "no members yet".to_owned()) };
    let words = format!("{} · gen {}", group.state, group.generation_id);
    if group.is_stable() {
        ("stable", words)
    } else if group.members.is_empty() {
        ("empty", words)
    } else {
        ("moving", words)
    }
}
