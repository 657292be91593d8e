//! Where everything stands: producers on the left, topics in the boxes of their brokers in the middle, groups with their
//! consumers on the right.
//!
//! The automatic layout depends on nothing but what there is, so the same things always stand in the same places. Lanes
//! get smaller as they get more. From then on lanes and brokers stand beside each other where that makes the picture
//! larger on a screen that is wide, or narrow. What somebody has put somewhere stays there and leaves its place to the
//! others.

mod columns;
mod curve;
mod measures;
mod route;
mod rows;
#[cfg(test)]
mod tests;
mod wires;

pub use curve::{Curve, Way};
pub use wires::Wire;

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

/// Room for the picture on a usual screen, and on one that is narrow.
const WIDE_ROOM: (f64, f64) = (1_060.0, 600.0);
const NARROW_ROOM: (f64, f64) = (350.0, 500.0);
/// How much larger the picture must get for things to stand beside each other.
const GAIN_MIN: f64 = 1.08;

/// Places all that nobody has put somewhere, in the way that makes the picture largest.
fn pack(plan: &Plan, measures: Measures, flow: Flow) -> (Measures, columns::Areas) {
    let brokers_max = match flow {
        Flow::Across => plan.brokers.len().max(1),
        Flow::Down => 1,
    };
    let room = match flow {
        Flow::Across => WIDE_ROOM,
        Flow::Down => NARROW_ROOM,
    };
    let mut best: Option<(f64, Measures, columns::Areas)> = None;
    for columns in 1..=measures.columns_max {
        for in_row in 1..=brokers_max {
            let measures = measures.with_columns(columns);
            let mut areas = BTreeMap::new();
            match flow {
                Flow::Across => columns::place_all(plan, &measures, in_row, &mut areas),
                Flow::Down => rows::place_all(plan, &measures, &mut areas),
            }
            let bounds = bounds(&areas);
            let size = (room.0 / bounds.width.max(1.0)).min(room.1 / bounds.height.max(1.0)).min(1.0);
            if best.as_ref().is_none_or(|(found, _, _)| size >= found * GAIN_MIN) {
                best = Some((size, measures, areas));
            }
        }
    }
    best.map_or_else(|| (measures, BTreeMap::new()), |(_, measures, areas)| (measures, areas))
}

fn bounds(areas: &columns::Areas) -> Area {
    areas.values().copied().reduce(|one, other| one.united(&other)).unwrap_or_default()
}

/// Gives everything its place.
pub(super) fn lay_out(plan: &Plan, flow: Flow) -> Stage {
    let (measures, mut areas) = pack(plan, Measures::for_lanes(plan.lanes_count()), flow);
    columns::place_chosen(plan, &measures, flow, &mut areas);
    let wires = wires::between(plan, &areas);
    let bounds = bounds(&areas);
    Stage { areas, wires, lane_size: measures.lane_size, cells_max: measures.cells_max, bounds }
}

impl Stage {
    /// The way between two things that stand on the stage, from edge to edge.
    pub fn way(&self, from: &NodeId, to: &NodeId) -> Option<Way> {
        route::between(&self.areas, from, to)
    }

    /// What stands at a place: of things that lie in one another, the innermost.
    pub fn at(&self, point: Point) -> Option<&NodeId> {
        let hit = self.areas.iter().filter(|(_, area)| area.contains(point));
        let size = |area: &Area| area.width * area.height;
        hit.min_by(|(_, one), (_, other)| size(one).total_cmp(&size(other))).map(|(node, _)| node)
    }
}
