//! Which way a wire takes: straight to its end where nothing stands between, otherwise around the brokers.
//!
//! ```text
//!            ┌──────────────┐          above a row of brokers to those that stand behind others,
//!  producer ─┼─> broker 1   └─> broker 2 ─> consumer
//!                    └──────────────────────┘          below it from those that stand before others
//! ```
//!
//! What stands above or below a broker is wired to the sides of its lanes, so that no wire passes behind other lanes.

use super::columns::Areas;
use super::curve::{Curve, Way};
use super::measures::{BROKER_PADDING, DUCT_DISTANCE, READER_DUCT_DISTANCE, TURN_RADIUS};
use crate::scene::node::NodeId;
use crate::scene::point::{Area, Point};

/// The way between two things that stand on the stage, from edge to edge.
pub(super) fn between(areas: &Areas, from: &NodeId, to: &NodeId) -> Option<Way> {
    let (start, end) = (areas.get(from)?, areas.get(to)?);
    let frames: Vec<Area> = frames(areas).collect();
    let way = match (frame_of(&frames, from, start), frame_of(&frames, to, end)) {
        (None, Some(frame)) => Route { client: *start, inner: *end, frame, frames: &frames }.way(areas),
        (Some(frame), None) => {
            Route { client: *end, inner: *start, frame, frames: &frames }.way(areas).map(Way::reversed)
        }
        (None, None) | (Some(_), Some(_)) => None,
    };
    Some(way.unwrap_or_else(|| Curve::between(start, end).into()))
}

/// The boxes that wires go around.
fn frames(areas: &Areas) -> impl Iterator<Item = Area> {
    let all = areas.range(NodeId::Broker(i32::MIN)..);
    all.take_while(|(node, _)| matches!(node, NodeId::Broker(_) | NodeId::Topic(_))).map(|(_, area)| *area)
}

/// The box that something lies in, or that it is.
fn frame_of(frames: &[Area], node: &NodeId, area: &Area) -> Option<Area> {
    match node {
        NodeId::Broker(_) | NodeId::Topic(_) | NodeId::Card { .. } | NodeId::Lane { .. } => {
            frames.iter().find(|frame| frame.holds(area)).copied()
        }
        NodeId::Group(_) | NodeId::Client(_) | NodeId::Member { .. } | NodeId::Guest(_) | NodeId::Connection(_) => None,
    }
}

/// A client, and what it is wired to in a box.
struct Route<'a> {
    client: Area,
    inner: Area,
    frame: Area,
    frames: &'a [Area],
}

impl Route<'_> {
    /// The way from the client; nothing where it stands in the box itself.
    fn way(self, areas: &Areas) -> Option<Way> {
        let (client, frame) = (&self.client, &self.frame);
        if client.right() <= frame.x {
            Some(self.on_left())
        } else if client.x >= frame.right() {
            Some(self.on_right())
        } else if client.bottom() <= frame.y {
            Some(self.above())
        } else if client.y >= frame.bottom() {
            let fences = areas.iter().filter(|(node, _)| matches!(node, NodeId::Group(_))).map(|(_, area)| area);
            let fence = fences.filter(|fence| fence.holds(client)).map(|fence| fence.y).next();
            Some(self.below(fence))
        } else {
            None
        }
    }

    /// Where wires reach it: at the edges of the card, since a lane may stand behind another one in it.
    fn reached(&self) -> Area {
        if self.inner == self.frame {
            return self.inner;
        }
        let (x, width) = (self.frame.x + BROKER_PADDING, self.frame.width - 2.0 * BROKER_PADDING);
        Area { x, width, ..self.inner }
    }

    /// The boxes that stand between two places sideways, and at the height of the wire.
    fn blocking(&self, left: f64, right: f64) -> Vec<Area> {
        let heights = [self.client.centre().y, self.inner.centre().y];
        let (top, bottom) = (heights[0].min(heights[1]), heights[0].max(heights[1]));
        let is_blocking = |other: &&Area| {
            let is_between = other.x >= left && other.right() <= right;
            is_between && other.y < bottom && other.bottom() > top
        };
        self.frames.iter().filter(is_blocking).copied().collect()
    }

    fn on_left(&self) -> Way {
        let end = self.reached().left_middle();
        let start = self.client.right_middle();
        let Some(blocking) = united(&self.blocking(self.client.right(), self.frame.x)) else {
            return Curve::sideways(start, end).into();
        };
        let height = blocking.y.min(self.frame.y) - DUCT_DISTANCE;
        let corner = Point::new(self.frame.x - DUCT_DISTANCE, height);
        let first = Point::new(blocking.x, height);
        let mut curves = vec![Curve::sideways(start, first)];
        curves.extend(along(first, &[corner, Point::new(corner.x, end.y)], end));
        Way { curves }
    }

    fn on_right(&self) -> Way {
        let end = self.reached().right_middle();
        let start = self.client.left_middle();
        let Some(blocking) = united(&self.blocking(self.frame.right(), self.client.x)) else {
            return Curve::sideways(start, end).into();
        };
        let height = blocking.bottom().max(self.frame.bottom()) + DUCT_DISTANCE;
        let corner = Point::new(self.frame.right() + DUCT_DISTANCE, height);
        let first = Point::new(blocking.right(), height);
        let mut curves = vec![Curve::sideways(start, first)];
        curves.extend(along(first, &[corner, Point::new(corner.x, end.y)], end));
        Way { curves }
    }

    /// The boxes above or below each other that the wire passes, with its own.
    fn passed(&self, top: f64, bottom: f64) -> Area {
        let is_passed = |other: &&Area| {
            let is_over = other.x < self.frame.right() && self.frame.x < other.right();
            is_over && other.y >= top && other.bottom() <= bottom
        };
        let passed = self.frames.iter().filter(is_passed).copied();
        passed.fold(self.frame, |all, one| all.united(&one))
    }

    fn above(&self) -> Way {
        let passed = self.passed(self.client.bottom(), self.frame.bottom());
        let start = self.client.bottom_middle();
        if self.inner == self.frame && passed == self.frame {
            return Curve::upright(start, self.inner.top_middle()).into();
        }
        let end = self.reached().left_middle();
        let first = Point::new(passed.x - DUCT_DISTANCE, passed.y);
        let mut curves = vec![Curve::upright(start, first)];
        curves.extend(along(first, &[Point::new(first.x, end.y)], end));
        Way { curves }
    }

    fn below(&self, fence_top: Option<f64>) -> Way {
        let passed = self.passed(self.frame.y, self.client.y);
        let start = self.client.left_middle();
        let beside = start.x - READER_DUCT_DISTANCE;
        let top = Point::new(beside, fence_top.unwrap_or(self.client.y));
        let last = Point::new(passed.right() + DUCT_DISTANCE, passed.bottom());
        let is_direct = self.inner == self.frame && passed == self.frame;
        let last = if is_direct { self.inner.bottom_middle() } else { last };
        let mut curves: Vec<Curve> = along(start, &[Point::new(beside, start.y)], top).collect();
        curves.push(Curve::upright(top, last));
        if !is_direct {
            let end = self.reached().right_middle();
            curves.extend(along(last, &[Point::new(last.x, end.y)], end));
        }
        Way { curves }
    }
}

fn united(areas: &[Area]) -> Option<Area> {
    areas.iter().copied().reduce(|one, other| one.united(&other))
}

/// Upright and level lines over some corners, which are round.
fn along(start: Point, corners: &[Point], end: Point) -> impl Iterator<Item = Curve> {
    let mut curves = Vec::new();
    let mut at = start;
    for (place, corner) in corners.iter().enumerate() {
        let next = corners.get(place + 1).copied().unwrap_or(end);
        // Where two corners are near each other, each has half of the way between them.
        let share = if place + 1 < corners.len() { 0.5 } else { 1.0 };
        let radius = TURN_RADIUS.min(distance(at, *corner)).min(distance(*corner, next) * share);
        let (before, after) = (towards(*corner, at, radius), towards(*corner, next, radius));
        curves.push(Curve::line(at, before));
        curves.push(Curve::turn(before, *corner, after));
        at = after;
    }
    curves.push(Curve::line(at, end));
    curves.into_iter()
}

fn distance(one: Point, other: Point) -> f64 {
    (one.x - other.x).abs() + (one.y - other.y).abs()
}

/// The place that lies so far from a corner towards another place.
fn towards(corner: Point, to: Point, by: f64) -> Point {
    let step = |from: f64, to: f64| if from == to { 0.0 } else { by * (to - from).signum() };
    Point::new(corner.x + step(corner.x, to.x), corner.y + step(corner.y, to.y))
}
