//! Where everything stands: producers on the left, topics in the boxes of their brokers in the middle, groups with their
//! consumers on the right.
//!
//! The automatic layout depends on nothing but what there is, so the same things always stand in the same places. Lanes
//! get smaller as they get more: one column of tall ones, then slim ones in two and three columns. What somebody has
//! put somewhere stays there and leaves its place to the others.

mod columns;
mod measures;
mod rows;
#[cfg(test)]
mod tests;
mod wires;

pub use wires::{Curve, Wire};

use super::node::NodeId;
use super::point::{Area, Point};
use measures::Measures;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Which way data flows on the stage.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flow {
    /// From left to right: producers, brokers, groups in three columns.
    #[default]
    Across,
    /// From top to bottom, for a screen that is narrow.
    Down,
}

/// How large lanes are drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LaneSize {
    /// With a heading, numbered cells and room for markers below them.
    #[default]
    Tall,
    /// With a heading and cells.
    Middle,
    /// One line: the number, small cells, the lag.
    Slim,
}

/// Where everything stands.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
pub struct Stage {
    /// The box of each thing.
    pub areas: BTreeMap<NodeId, Area>,
    /// What is connected.
    pub wires: Vec<Wire>,
    /// How large lanes are drawn.
    pub lane_size: LaneSize,
    /// How many cells a lane has room for.
    pub cells_max: usize,
    /// The smallest box that holds everything.
    pub bounds: Area,
}

/// What is to be laid out.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Plan {
    pub(super) brokers: Vec<BrokerPlan>,
    /// Topics that somebody has put somewhere: one card each, outside of all brokers.
    pub(super) free_cards: Vec<CardPlan>,
    pub(super) writers: Vec<Actor>,
    pub(super) fences: Vec<Fence>,
    /// Consumers without a group.
    pub(super) readers: Vec<Actor>,
    /// Tools that are in no group: they stand below all others.
    pub(super) tools: Vec<ToolPlan>,
    pub(super) placed: BTreeMap<NodeId, Point>,
}

/// A broker, and the part of each topic that it leads.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct BrokerPlan {
    pub(super) broker: i32,
    pub(super) cards: Vec<CardPlan>,
}

/// Partitions of one topic that stand together.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct CardPlan {
    pub(super) topic: String,
    pub(super) lanes: Vec<i32>,
}

/// A tool, and the topics that it has written to and read.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct ToolPlan {
    pub(super) node: NodeId,
    pub(super) writes: BTreeSet<String>,
    pub(super) reads: BTreeSet<String>,
}

/// A group and its members.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Fence {
    pub(super) group_id: String,
    pub(super) actors: Vec<Actor>,
}

/// A client, and what it is wired to.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Actor {
    pub(super) node: NodeId,
    /// Whole topics.
    pub(super) topics: BTreeSet<String>,
    /// Single partitions.
    pub(super) lanes: Vec<(String, i32)>,
}

impl Actor {
    pub(super) fn new(node: NodeId) -> Self {
        Actor { node, topics: BTreeSet::new(), lanes: Vec::new() }
    }
}

impl Plan {
    fn lanes_count(&self) -> usize {
        let cards = self.brokers.iter().flat_map(|broker| &broker.cards).chain(&self.free_cards);
        cards.map(|card| card.lanes.len()).sum()
    }
}

/// Gives everything its place.
pub(super) fn lay_out(plan: &Plan, flow: Flow) -> Stage {
    let measures = Measures::for_lanes(plan.lanes_count());
    let mut areas = BTreeMap::new();
    match flow {
        Flow::Across => columns::place_all(plan, &measures, &mut areas),
        Flow::Down => rows::place_all(plan, &measures, &mut areas),
    }
    let wires = wires::between(plan, &areas);
    let bounds = areas.values().copied().reduce(|one, other| one.united(&other)).unwrap_or_default();
    Stage { areas, wires, lane_size: measures.lane_size, cells_max: measures.cells_max, bounds }
}

impl Stage {
    /// The way between two things that stand on the stage, from edge to edge.
    pub fn way(&self, from: &NodeId, to: &NodeId) -> Option<Curve> {
        Some(Curve::between(self.areas.get(from)?, self.areas.get(to)?))
    }

    /// What stands at a place: of things that lie in one another, the innermost.
    pub fn at(&self, point: Point) -> Option<&NodeId> {
        let hit = self.areas.iter().filter(|(_, area)| area.contains(point));
        let size = |area: &Area| area.width * area.height;
        hit.min_by(|(_, one), (_, other)| size(one).total_cmp(&size(other))).map(|(node, _)| node)
    }
}
