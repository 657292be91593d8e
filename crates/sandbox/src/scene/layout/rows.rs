//! From top to bottom, for a narrow screen: writers, brokers, readers, each in rows that are no wider than the brokers.

use super::columns::{Areas, broker_height, fence_size, put_broker, put_fence, readers_in_column};
use super::measures::{
    BROKER_GAP, FENCE_GAP, MARGIN, Measures, READER_GAP, READER_HEIGHT, READER_WIDTH, WIRES_HEIGHT, WRITER_GAP,
    WRITER_HEIGHT, WRITER_WIDTH,
};
use super::{Flow, Plan};
use crate::scene::node::NodeId;
use crate::scene::point::{Area, Point};

/// Rows are at least so wide: two fences stand beside each other.
const ROW_WIDTH_MIN: f64 = 380.0;

pub(super) fn place_all(plan: &Plan, measures: &Measures, areas: &mut Areas) {
    let is_free = |node: &NodeId| !plan.placed.contains_key(node);
    let width = measures.broker_width().max(ROW_WIDTH_MIN);

    let writers = plan.writers.iter().map(|actor| &actor.node).filter(|node| is_free(node));
    let writers = writers.map(|node| (node.clone(), (WRITER_WIDTH, WRITER_HEIGHT)));
    let (placed, mut y) = rows(writers.collect(), width, MARGIN, WRITER_GAP);
    // The brokers do not move when the first producer comes or the last one goes.
    y = y.max(MARGIN + WRITER_HEIGHT) + WIRES_HEIGHT;
    areas.extend(placed);

    let left = MARGIN + (width - measures.broker_width()) / 2.0;
    for broker in plan.brokers.iter().filter(|broker| is_free(&NodeId::Broker(broker.broker))) {
        let height = broker_height(broker, measures);
        put_broker(broker, Area::new(left, y, measures.broker_width(), height), measures, areas);
        y += height + BROKER_GAP;
    }
    y += WIRES_HEIGHT - BROKER_GAP;

    let fences = plan.fences.iter().filter(|fence| is_free(&NodeId::Group(fence.group_id.clone())));
    let in_column = |actors: usize| readers_in_column(Flow::Down, actors);
    let size = |actors: usize| fence_size(actors, in_column(actors));
    let sizes = fences.clone().map(|fence| (fence, size(fence.actors.len()))).collect();
    let (placed, mut y) = rows(sizes, width, y, FENCE_GAP);
    for (fence, area) in placed {
        put_fence(fence, Point::new(area.x, area.y), in_column(fence.actors.len()), areas);
    }

    let tools = plan.tools.iter().map(|tool| &tool.node);
    let others = plan.readers.iter().map(|actor| &actor.node).chain(tools).filter(|node| is_free(node));
    let others = others.map(|node| (node.clone(), (READER_WIDTH, READER_HEIGHT)));
    if fences.count() > 0 {
        y += FENCE_GAP;
    }
    areas.extend(rows(others.collect(), width, y, READER_GAP).0);
}

/// A row that is being filled: its width, its height, and what stands in it with its size.
struct Line<T> {
    width: f64,
    height: f64,
    things: Vec<(T, (f64, f64))>,
}

/// Puts things into rows, each in the middle; answers where the last row ends, too.
fn rows<T>(sized: Vec<(T, (f64, f64))>, width: f64, top: f64, gap: f64) -> (Vec<(T, Area)>, f64) {
    let mut lines: Vec<Line<T>> = Vec::new();
    for (thing, size) in sized {
        match lines.last_mut().filter(|line| line.width + gap + size.0 <= width) {
            Some(line) => {
                line.width += gap + size.0;
                line.height = line.height.max(size.1);
                line.things.push((thing, size));
            }
            None => lines.push(Line { width: size.0, height: size.1, things: vec![(thing, size)] }),
        }
    }
    let mut placed = Vec::new();
    let mut y = top;
    for (place, line) in lines.into_iter().enumerate() {
        if place > 0 {
            y += gap;
        }
        let mut x = MARGIN + (width - line.width).max(0.0) / 2.0;
        for (thing, size) in line.things {
            placed.push((thing, Area::new(x, y, size.0, size.1)));
            x += size.0 + gap;
        }
        y += line.height;
    }
    (placed, y)
}
