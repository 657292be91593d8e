//! Wires: soft curves from the edge of one thing to the edge of another.

use super::Plan;
use crate::scene::node::NodeId;
use crate::scene::point::{Area, Point};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// With more partitions than these on the stage, a writer's wires end at cards.
const LANE_WIRES_MAX: usize = 8;

/// A cubic curve, as SVG's `C` draws it.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Curve {
    /// Where it begins.
    pub start: Point,
    /// Which way it leaves.
    pub first_control: Point,
    /// Which way it comes.
    pub second_control: Point,
    /// Where it ends.
    pub end: Point,
}

/// A wire on the stage. Data flows from its first end to its second.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Wire {
    /// A producer, a topic's card or a partition.
    pub from: NodeId,
    /// A topic's card or a consumer.
    pub to: NodeId,
    /// Its shape.
    pub curve: Curve,
}

impl Curve {
    /// The curve between two boxes, from the edges that face each other.
    pub fn between(from: &Area, to: &Area) -> Curve {
        let are_above_each_other = from.x < to.right() && to.x < from.right();
        if are_above_each_other && (from.bottom() < to.y || to.bottom() < from.y) {
            let is_down = from.bottom() < to.y;
            let (start, end) =
                if is_down { (from.bottom_middle(), to.top_middle()) } else { (from.top_middle(), to.bottom_middle()) };
            let middle = (start.y + end.y) / 2.0;
            return Curve {
                start,
                first_control: Point::new(start.x, middle),
                second_control: Point::new(end.x, middle),
                end,
            };
        }
        let (start, end) = if from.centre().x <= to.centre().x {
            (from.right_middle(), to.left_middle())
        } else {
            (from.left_middle(), to.right_middle())
        };
        let middle = (start.x + end.x) / 2.0;
        Curve { start, first_control: Point::new(middle, start.y), second_control: Point::new(middle, end.y), end }
    }

    /// The place on the curve that a share of the way from 0 to 1 leads to.
    pub fn at(&self, progress: f64) -> Point {
        let done = progress.clamp(0.0, 1.0);
        let left = 1.0 - done;
        let weights = [left * left * left, 3.0 * left * left * done, 3.0 * left * done * done, done * done * done];
        let points = [self.start, self.first_control, self.second_control, self.end];
        let mix = |of: fn(&Point) -> f64| points.iter().zip(weights).map(|(point, weight)| of(point) * weight).sum();
        Point::new(mix(|point| point.x), mix(|point| point.y))
    }
}

pub(super) fn between(plan: &Plan, areas: &BTreeMap<NodeId, Area>) -> Vec<Wire> {
    let mut wires = Vec::new();
    let mut add = |from: NodeId, to: NodeId| {
        if let (Some(start), Some(end)) = (areas.get(&from), areas.get(&to)) {
            wires.push(Wire { curve: Curve::between(start, end), from, to });
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
