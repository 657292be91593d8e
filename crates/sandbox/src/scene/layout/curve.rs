//! Curves, and ways that consist of them.

use crate::scene::point::{Area, Point};
use serde::{Deserialize, Serialize};

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

impl Curve {
    /// The straight line.
    pub(super) fn line(start: Point, end: Point) -> Curve {
        let part = |share: f64| Point::new(start.x + (end.x - start.x) * share, start.y + (end.y - start.y) * share);
        Curve { start, first_control: part(1.0 / 3.0), second_control: part(2.0 / 3.0), end }
    }

    /// A quarter of a turn around a corner.
    pub(super) fn turn(start: Point, corner: Point, end: Point) -> Curve {
        // So near to the corner the controls of a cubic curve lie that is drawn as a quarter of a circle.
        const NEAR: f64 = 0.55;
        let towards =
            |from: Point| Point::new(from.x + (corner.x - from.x) * NEAR, from.y + (corner.y - from.y) * NEAR);
        Curve { start, first_control: towards(start), second_control: towards(end), end }
    }

    /// A soft step that leaves and comes sideways.
    pub(super) fn sideways(start: Point, end: Point) -> Curve {
        let middle = (start.x + end.x) / 2.0;
        Curve { start, first_control: Point::new(middle, start.y), second_control: Point::new(middle, end.y), end }
    }

    /// A soft step that leaves and comes upright.
    pub(super) fn upright(start: Point, end: Point) -> Curve {
        let middle = (start.y + end.y) / 2.0;
        Curve { start, first_control: Point::new(start.x, middle), second_control: Point::new(end.x, middle), end }
    }

    /// The curve between two boxes, from the edges that face each other.
    pub fn between(from: &Area, to: &Area) -> Curve {
        let are_above_each_other = from.x < to.right() && to.x < from.right();
        if are_above_each_other && (from.bottom() < to.y || to.bottom() < from.y) {
            let is_down = from.bottom() < to.y;
            let (start, end) =
                if is_down { (from.bottom_middle(), to.top_middle()) } else { (from.top_middle(), to.bottom_middle()) };
            return Curve::upright(start, end);
        }
        let (start, end) = if from.centre().x <= to.centre().x {
            (from.right_middle(), to.left_middle())
        } else {
            (from.left_middle(), to.right_middle())
        };
        Curve::sideways(start, end)
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

    /// About how long it is: between the straight line and the way over its controls.
    fn length(&self) -> f64 {
        let distance = |one: Point, other: Point| {
            let (x, y) = (one.x - other.x, one.y - other.y);
            (x * x + y * y).sqrt()
        };
        let around = distance(self.start, self.first_control)
            + distance(self.first_control, self.second_control)
            + distance(self.second_control, self.end);
        (distance(self.start, self.end) + around) / 2.0
    }

    fn reversed(self) -> Curve {
        let Curve { start, first_control, second_control, end } = self;
        Curve { start: end, first_control: second_control, second_control: first_control, end: start }
    }
}

/// A way along curves of which each begins where the last one ends.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Way {
    /// The curves.
    pub curves: Vec<Curve>,
}

impl Way {
    /// The place that a share of the way from 0 to 1 leads to.
    pub fn at(&self, progress: f64) -> Point {
        if progress >= 1.0 {
            return self.curves.last().map_or(Point::default(), |last| last.end);
        }
        let lengths: Vec<f64> = self.curves.iter().map(Curve::length).collect();
        let mut left = progress.clamp(0.0, 1.0) * lengths.iter().sum::<f64>();
        for (curve, length) in self.curves.iter().zip(lengths) {
            if left < length {
                return curve.at(left / length);
            }
            left -= length;
        }
        self.curves.last().map_or(Point::default(), |last| last.end)
    }

    /// The same way back.
    pub(super) fn reversed(self) -> Way {
        Way { curves: self.curves.into_iter().rev().map(Curve::reversed).collect() }
    }
}

impl From<Curve> for Way {
    fn from(curve: Curve) -> Way {
        Way { curves: vec![curve] }
    }
}
