//! Wires: who is connected with what.

use super::curve::Way;
use super::{Plan, route};
use crate::scene::node::NodeId;
use crate::scene::point::Area;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// With more partitions than these on the stage, a writer's wires end at cards.
const LANE_WIRES_MAX: usize = 8;

/// A wire on the stage. Data flows from its first end to its second.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Wire {
    /// A producer, a topic's card or a partition.
    pub from: NodeId,
    /// A topic's card or a consumer.
    pub to: NodeId,
    /// Where it goes along.
    pub way: Way,
}

pub(super) fn between(plan: &Plan, areas: &BTreeMap<NodeId, Area>) -> Vec<Wire> {
    let mut wires = Vec::new();
    let mut add = |from: NodeId, to: NodeId| {
        if let Some(way) = route::between(areas, &from, &to) {
            wires.push(Wire { way, from, to });
        }
    };
    for actor in &plan.writers {
        for end in ends_of(plan, &actor.topics) {
            add(actor.node.clone(), end);
        }
    }
    for actor in plan.fences.iter().flat_map(|fence| &fence.actors).chain(&plan.readers) {
        for (topic, partition) in &actor.lanes {
            add(NodeId::lane(topic, *partition), actor.node.clone());
        }
        for card in cards_of(plan, &actor.topics) {
            add(card, actor.node.clone());
        }
    }
    for tool in &plan.tools {
        for end in ends_of(plan, &tool.writes) {
            add(tool.node.clone(), end);
        }
        for card in cards_of(plan, &tool.reads) {
            add(card, tool.node.clone());
        }
    }
    wires
}

/// Where the records of a writer go: each partition while there are few, otherwise the cards that hold them.
fn ends_of(plan: &Plan, topics: &BTreeSet<String>) -> Vec<NodeId> {
    if plan.lanes_count() > LANE_WIRES_MAX {
        return cards_of(plan, topics);
    }
    let in_brokers = plan.brokers.iter().flat_map(|broker| &broker.cards);
    let cards = in_brokers.chain(&plan.free_cards).filter(|card| topics.contains(&card.topic));
    cards.flat_map(|card| card.lanes.iter().map(|lane| NodeId::lane(&card.topic, *lane))).collect()
}

/// The cards of the topics that somebody is wired to.
fn cards_of(plan: &Plan, topics: &BTreeSet<String>) -> Vec<NodeId> {
    let in_brokers = plan.brokers.iter().flat_map(|broker| broker.cards.iter().map(move |card| (broker, card)));
    let in_brokers = in_brokers.filter(|(_, card)| topics.contains(&card.topic));
    let in_brokers = in_brokers.map(|(broker, card)| NodeId::Card { topic: card.topic.clone(), broker: broker.broker });
    let free = plan.free_cards.iter().filter(|card| topics.contains(&card.topic));
    in_brokers.chain(free.map(|card| NodeId::Topic(card.topic.clone()))).collect()
}
