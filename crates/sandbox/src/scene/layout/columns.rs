//! The three columns: writers, brokers, readers. Each is as high as it must be, and all have the same middle.
//!
//! Brokers stand below each other, or in rows of several where that makes the picture larger.

use super::measures::{
    BROKER_GAP, BROKER_GUTTER, BROKER_HEADING, BROKER_PADDING, BROKER_ROW_GAP, CARD_GAP, CARD_HEADING, FENCE_GAP,
    FENCE_HEADING, FENCE_PADDING, MARGIN, Measures, READER_GAP, READER_HEIGHT, READER_WIDTH, READERS_MAX, TOOLS_MAX,
    WIRES_WIDTH, WRITER_GAP, WRITER_HEIGHT, WRITER_WIDTH, WRITERS_MAX, number, rows_height,
};
use super::{Actor, BrokerPlan, CardPlan, Fence, Flow, Plan};
use crate::scene::node::NodeId;
use crate::scene::point::{Area, Point};
use std::collections::BTreeMap;

pub(super) type Areas = BTreeMap<NodeId, Area>;

/// Places all that nobody has put somewhere, so many brokers in a row.
pub(super) fn place_all(plan: &Plan, measures: &Measures, in_row: usize, areas: &mut Areas) {
    let is_free = |node: &NodeId| !plan.placed.contains_key(node);
    let writers: Vec<&Actor> = plan.writers.iter().filter(|actor| is_free(&actor.node)).collect();
    let brokers: Vec<&BrokerPlan> =
        plan.brokers.iter().filter(|broker| is_free(&NodeId::Broker(broker.broker))).collect();
    let fences: Vec<&Fence> =
        plan.fences.iter().filter(|fence| is_free(&NodeId::Group(fence.group_id.clone()))).collect();
    let readers: Vec<&Actor> = plan.readers.iter().filter(|actor| is_free(&actor.node)).collect();

    let broker_rows: Vec<&[&BrokerPlan]> = brokers.chunks(in_row).collect();
    let row_heights = broker_rows.iter().map(|row| row_height(row, measures));
    let row_gap = if in_row > 1 { BROKER_ROW_GAP } else { BROKER_GAP };
    let brokers_height = stacked(row_heights, row_gap);
    let fence_heights = fences.iter().map(|fence| fence_size(fence.actors.len(), READERS_MAX).1);
    let loose_height =
        (!readers.is_empty()).then(|| rows_height(readers.len().min(READERS_MAX), READER_HEIGHT, READER_GAP));
    let readers_height = stacked(fence_heights.chain(loose_height), FENCE_GAP);
    let writers_height = rows_height(writers.len().min(WRITERS_MAX), WRITER_HEIGHT, WRITER_GAP);
    let height = brokers_height.max(readers_height).max(writers_height);
    let top = |column: f64| MARGIN + (height - column) / 2.0;

    // The columns do not move when the first producer comes or the last one goes.
    let writer_columns = writers.len().div_ceil(WRITERS_MAX).max(1);
    let mut x = MARGIN;
    let writers_at = Point::new(x, top(writers_height));
    grid(&writers, writers_at, (WRITER_WIDTH, WRITER_HEIGHT), WRITER_GAP, WRITERS_MAX, areas);
    x += number(writer_columns) * (WRITER_WIDTH + WRITER_GAP) - WRITER_GAP + WIRES_WIDTH;

    let mut y = top(brokers_height);
    let width = measures.broker_width();
    for row in &broker_rows {
        let height = row_height(row, measures);
        for (column, broker) in row.iter().enumerate() {
            let left = x + number(column) * (width + BROKER_GUTTER);
            put_broker(broker, Area::new(left, y, width, height), measures, areas);
        }
        y += height + row_gap;
    }
    x += number(in_row) * (width + BROKER_GUTTER) - BROKER_GUTTER + WIRES_WIDTH;

    let mut y = top(readers_height);
    for fence in &fences {
        put_fence(fence, Point::new(x, y), READERS_MAX, areas);
        y += fence_size(fence.actors.len(), READERS_MAX).1 + FENCE_GAP;
    }
    let inside = Point::new(x + FENCE_PADDING, y);
    grid(&readers, inside, (READER_WIDTH, READER_HEIGHT), READER_GAP, READERS_MAX, areas);

    let tools: Vec<Actor> = plan.tools.iter().map(|tool| Actor::new(tool.node.clone())).collect();
    let tools: Vec<&Actor> = tools.iter().filter(|actor| is_free(&actor.node)).collect();
    let rows = tools.len().div_ceil(TOOLS_MAX).max(1);
    let below = Point::new(MARGIN, MARGIN + height + FENCE_GAP);
    grid(&tools, below, (READER_WIDTH, READER_HEIGHT), READER_GAP, rows, areas);
}

/// What somebody has put somewhere, with all that is in it.
pub(super) fn place_chosen(plan: &Plan, measures: &Measures, flow: Flow, areas: &mut Areas) {
    let chosen = |node: &NodeId| plan.placed.get(node).copied();
    for actor in &plan.writers {
        if let Some(at) = chosen(&actor.node) {
            areas.insert(actor.node.clone(), Area::new(at.x, at.y, WRITER_WIDTH, WRITER_HEIGHT));
        }
    }
    for node in plan.readers.iter().map(|actor| &actor.node).chain(plan.tools.iter().map(|tool| &tool.node)) {
        if let Some(at) = chosen(node) {
            areas.insert(node.clone(), Area::new(at.x, at.y, READER_WIDTH, READER_HEIGHT));
        }
    }
    for broker in &plan.brokers {
        if let Some(at) = chosen(&NodeId::Broker(broker.broker)) {
            let (width, height) = (measures.broker_width(), broker_height(broker, measures));
            put_broker(broker, Area::new(at.x, at.y, width, height), measures, areas);
        }
    }
    for fence in &plan.fences {
        if let Some(at) = chosen(&NodeId::Group(fence.group_id.clone())) {
            put_fence(fence, at, readers_in_column(flow, fence.actors.len()), areas);
        }
    }
    for card in &plan.free_cards {
        if let Some(at) = chosen(&NodeId::Topic(card.topic.clone())) {
            let (width, height) = (measures.card_width(), measures.card_height(card.lanes.len()));
            let frame = Area::new(at.x, at.y, width + 2.0 * BROKER_PADDING, height + 2.0 * BROKER_PADDING);
            areas.insert(NodeId::Topic(card.topic.clone()), frame);
            put_lanes(card, Point::new(at.x + BROKER_PADDING, at.y + BROKER_PADDING + CARD_HEADING), measures, areas);
        }
    }
}

fn stacked(heights: impl Iterator<Item = f64>, gap: f64) -> f64 {
    let (sum, count) = heights.fold((0.0, 0), |(sum, count), height| (sum + height, count + 1));
    sum + (number(count) - 1.0).max(0.0) * gap
}

pub(super) fn broker_height(broker: &BrokerPlan, measures: &Measures) -> f64 {
    let cards = broker.cards.iter().map(|card| measures.card_height(card.lanes.len()));
    BROKER_HEADING + stacked(cards, CARD_GAP) + BROKER_PADDING
}

/// The height of the highest broker of a row: the others are drawn as high.
fn row_height(row: &[&BrokerPlan], measures: &Measures) -> f64 {
    row.iter().map(|broker| broker_height(broker, measures)).fold(0.0, f64::max)
}

pub(super) fn put_broker(broker: &BrokerPlan, frame: Area, measures: &Measures, areas: &mut Areas) {
    areas.insert(NodeId::Broker(broker.broker), frame);
    let x = frame.x + BROKER_PADDING;
    let mut y = frame.y + BROKER_HEADING;
    for card in &broker.cards {
        let height = measures.card_height(card.lanes.len());
        let node = NodeId::Card { topic: card.topic.clone(), broker: broker.broker };
        areas.insert(node, Area::new(x, y, measures.card_width(), height));
        put_lanes(card, Point::new(x, y + CARD_HEADING), measures, areas);
        y += height + CARD_GAP;
    }
}

fn put_lanes(card: &CardPlan, at: Point, measures: &Measures, areas: &mut Areas) {
    for (position, partition) in card.lanes.iter().enumerate() {
        let (row, column) = (position / measures.columns, position % measures.columns);
        let x = at.x + number(column) * (measures.lane_width + measures.lane_gap);
        let y = at.y + number(row) * (measures.lane_height + measures.lane_gap);
        let lane = Area::new(x, y, measures.lane_width, measures.lane_height);
        areas.insert(NodeId::lane(&card.topic, *partition), lane);
    }
}

/// How many consumers of a group stand below each other: on a narrow screen, which is high, two stand beside each other.
pub(super) fn readers_in_column(flow: Flow, actors: usize) -> usize {
    match flow {
        Flow::Across => READERS_MAX,
        Flow::Down => actors.div_ceil(2).max(1),
    }
}

/// Width and height of a fence around so many consumers.
pub(super) fn fence_size(actors: usize, rows_max: usize) -> (f64, f64) {
    let columns = actors.div_ceil(rows_max).max(1);
    let rows = actors.clamp(1, rows_max);
    let width = number(columns) * (READER_WIDTH + READER_GAP) - READER_GAP + 2.0 * FENCE_PADDING;
    (width, FENCE_HEADING + rows_height(rows, READER_HEIGHT, READER_GAP) + FENCE_PADDING)
}

pub(super) fn put_fence(fence: &Fence, at: Point, rows_max: usize, areas: &mut Areas) {
    let (width, height) = fence_size(fence.actors.len(), rows_max);
    areas.insert(NodeId::Group(fence.group_id.clone()), Area::new(at.x, at.y, width, height));
    let inside = Point::new(at.x + FENCE_PADDING, at.y + FENCE_HEADING);
    let actors: Vec<&Actor> = fence.actors.iter().collect();
    grid(&actors, inside, (READER_WIDTH, READER_HEIGHT), READER_GAP, rows_max, areas);
}

/// Puts actors into columns, from top to bottom and from left to right.
fn grid(actors: &[&Actor], at: Point, (width, height): (f64, f64), gap: f64, rows_max: usize, areas: &mut Areas) {
    for (position, actor) in actors.iter().enumerate() {
        let (column, row) = (position / rows_max, position % rows_max);
        let x = at.x + number(column) * (width + gap);
        let y = at.y + number(row) * (height + gap);
        areas.insert(actor.node.clone(), Area::new(x, y, width, height));
    }
}
