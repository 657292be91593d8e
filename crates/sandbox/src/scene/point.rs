//! Where things stand: stage units, in which one unit is a pixel of a stage that is neither zoomed nor shrunk.

use serde::{Deserialize, Serialize};

/// A place on the stage: `x` grows to the right, `y` downwards.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Point {
    /// To the right.
    pub x: f64,
    /// Downwards.
    pub y: f64,
}

/// An upright box on the stage.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Area {
    /// Its left edge.
    pub x: f64,
    /// Its upper edge.
    pub y: f64,
    /// From left to right.
    pub width: f64,
    /// From top to bottom.
    pub height: f64,
}

impl Point {
    /// The place with these coordinates.
    pub const fn new(x: f64, y: f64) -> Self {
        Point { x, y }
    }
}

impl Area {
    /// The box with this upper left corner and size.
    pub const fn new(x: f64, y: f64, width: f64, height: f64) -> Self {
        Area { x, y, width, height }
    }

    /// The right edge.
    pub fn right(&self) -> f64 {
        self.x + self.width
    }

    /// The lower edge.
    pub fn bottom(&self) -> f64 {
        self.y + self.height
    }

    /// The middle.
    pub fn centre(&self) -> Point {
        Point::new(self.x + self.width / 2.0, self.y + self.height / 2.0)
    }

    /// The middle of the left edge, where wires end.
    pub fn left_middle(&self) -> Point {
        Point::new(self.x, self.y + self.height / 2.0)
    }

    /// The middle of the right edge, where wires begin.
    pub fn right_middle(&self) -> Point {
        Point::new(self.right(), self.y + self.height / 2.0)
    }

    /// The middle of its upper edge.
    pub fn top_middle(&self) -> Point {
        Point::new(self.x + self.width / 2.0, self.y)
    }

    /// The middle of its lower edge.
    pub fn bottom_middle(&self) -> Point {
        Point::new(self.x + self.width / 2.0, self.bottom())
    }

    /// Whether two boxes share more than an edge.
    pub fn overlaps(&self, other: &Area) -> bool {
        self.x < other.right() && other.x < self.right() && self.y < other.bottom() && other.y < self.bottom()
    }

    /// Whether the other box lies inside this one, edges included.
    pub fn holds(&self, other: &Area) -> bool {
        self.x <= other.x && self.y <= other.y && other.right() <= self.right() && other.bottom() <= self.bottom()
    }

    /// Whether the place lies in the box, its edges included.
    pub fn contains(&self, point: Point) -> bool {
        (self.x..=self.right()).contains(&point.x) && (self.y..=self.bottom()).contains(&point.y)
    }

    /// The smallest box that holds both.
    pub fn united(&self, other: &Area) -> Area {
        let (x, y) = (self.x.min(other.x), self.y.min(other.y));
        Area::new(x, y, self.right().max(other.right()) - x, self.bottom().max(other.bottom()) - y)
    }

    /// The same box elsewhere.
    pub fn moved_to(&self, corner: Point) -> Area {
        Area { x: corner.x, y: corner.y, ..*self }
    }
}
