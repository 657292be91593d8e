//! A partition: a row of cells on a ruler, with its markers and what is behind.

use super::cell::{self, CellPicture, cells, measures};
use super::painting::Place;
use crate::drawing::Shape;
use crate::page::Selection;
use runnel_broker::BrokerState;
use runnel_sandbox::scene::{Lane, LaneSize, MarkerKind, Scene};

/// A marker that is drawn.
#[derive(Clone, PartialEq, Debug)]
struct Flag {
    kind: MarkerKind,
    offset: i64,
    of: String,
    /// In cells from the left.
    place: f64,
}

/// What is drawn of a lane.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct LanePicture {
    topic: String,
    partition: i32,
    size: LaneSize,
    cells: Vec<CellPicture>,
    flags: Vec<Flag>,
    behind: Option<i64>,
    is_offline: bool,
    /// The record that is selected.
    selected: Option<i64>,
}

impl LanePicture {
    pub(super) fn of(scene: &Scene, topic: &str, partition: i32, selection: Option<&Selection>) -> Self {
        let lane = scene.cluster.lane(topic, partition);
        let markers = scene.markers(topic, partition);
        let row = lane.map(|lane| (lane, scene.row_around(lane, &markers)));
        let flags = row.iter().flat_map(|(lane, row)| {
            let drawn = markers.iter().filter(|marker| is_drawn(marker.kind, lane));
            drawn.map(|marker| {
                let place = row.place_of(marker.offset);
                Flag { kind: marker.kind, offset: marker.offset, of: marker.of.clone().unwrap_or_default(), place }
            })
        });
        let groups = scene.cluster.groups.keys();
        LanePicture {
            size: scene.stage.lane_size,
            flags: flags.collect(),
            cells: row.as_ref().map_or_else(Vec::new, |(lane, row)| cells(row, lane)),
            behind: groups.filter_map(|group| scene.cluster.lag(group, topic, partition)).max(),
            is_offline: lane.is_some_and(|lane| is_offline(scene, lane)),
            selected: match selection {
                Some(Selection::Record { topic: of, partition: at, offset }) if of == topic && *at == partition => {
                    Some(*offset)
                }
                Some(Selection::Record { .. } | Selection::Node(_)) | None => None,
            },
            topic: topic.to_owned(),
            partition,
        }
    }

    pub(super) fn shape(&self, place: &Place<'_>) -> Shape {
        let class = match (place.is_selected, self.is_offline) {
            (true, _) => "lane selected",
            (false, true) => "lane offline",
            (false, false) => "lane",
        };
        let is_slim = self.size == LaneSize::Slim;
        let heading_y = if is_slim { "19" } else { "19.5" };
        let heading = if is_slim { self.partition.to_string() } else { format!("partition {}", self.partition) };
        let lag = match (self.is_offline, self.behind) {
            (true, _) if is_slim => "off".to_owned(),
            (true, _) => "offline".to_owned(),
            (false, Some(lag)) if is_slim => lag.to_string(),
            (false, Some(lag)) => format!("lag {lag}"),
            (false, None) => String::new(),
        };
        let is_behind = self.behind.is_some_and(|lag| lag > 0);
        let lag_class = if is_behind { "lane-lag behind" } else { "lane-lag" };
        place
            .group(class)
            .holding(place.ground("lane-ground", "10"))
            .holding(Shape::classed("text", "lane-name").with("x", "12").with("y", heading_y).saying(heading))
            .holding(
                Shape::classed("text", lag_class).at("x", place.area.width - 12.0).with("y", heading_y).saying(lag),
            )
            .holding(self.row())
    }

    /// Cells, and the markers between them.
    fn row(&self) -> Shape {
        let (left, top) = corner(self.size);
        let cells = self.cells.iter().enumerate().map(|(place, cell)| {
            let is_selected = matches!(cell, CellPicture::Record { offset, .. } if self.selected == Some(*offset));
            let place = f64::from(u32::try_from(place).unwrap_or(u32::MAX));
            cell::shape(*cell, place, self.size, is_selected)
        });
        let flags = self.flags.iter().enumerate().map(|(at, flag)| {
            let is_first = self.flags[..at].iter().all(|other| other.kind != flag.kind);
            self.flag(flag, is_first)
        });
        let class = if self.size == LaneSize::Slim { "row slim" } else { "row" };
        Shape::classed("g", class)
            .with("transform", format!("translate({left} {top})"))
            .holding_all(cells)
            .holding_all(flags)
    }

    /// A line between two cells, and for a committed offset a flag with its number.
    fn flag(&self, flag: &Flag, is_first: bool) -> Shape {
        let (side, step) = measures(self.size);
        let is_tall = self.size == LaneSize::Tall;
        let (of, offset) = (&flag.of, flag.offset);
        let (class, text, title) = match flag.kind {
            MarkerKind::Committed => {
                ("flag committed", format!("committed {offset}"), Some(format!("{of} has committed {offset}")))
            }
            MarkerKind::Position => ("flag position", String::new(), Some(format!("{of} reads on at {offset}"))),
            MarkerKind::LastStable => ("flag stable", format!("last stable {offset}"), None),
            MarkerKind::HighWatermark => ("flag watermark", format!("high watermark {offset}"), None),
            MarkerKind::LogStart => ("flag start", format!("log start {offset}"), None),
            MarkerKind::LogEnd => ("flag end", String::new(), None),
        };
        let mut shape = Shape::classed("g", class)
            .keyed(format!("{class} {of}"))
            .with("style", format!("transform:translate({:.1}px,0)", flag.place * step - 2.0))
            .with("data-marker", format!("{}-{}", self.topic, self.partition))
            .with("data-group", of.clone())
            .holding(Shape::new("title").saying(title.unwrap_or_else(|| text.clone())))
            .holding(
                Shape::classed("path", "flag-line")
                    .with("d", format!("M0-2v{}", side + if is_tall { 8.0 } else { 4.0 })),
            );
        if flag.kind == MarkerKind::Committed {
            let y = side + if is_tall { 12.0 } else { 4.0 };
            shape = shape.holding(Shape::classed("path", "flag-head").with("d", format!("M-5 {y}l5-6 5 6z")));
        }
        if is_tall && is_first && !text.is_empty() {
            let is_far = flag.place > 5.2;
            let label = Shape::classed("text", if is_far { "to-left" } else { "" });
            let label = label.with("x", if is_far { "-8" } else { "8" }).at("y", side + 16.5);
            shape = shape.holding(label.saying(text));
        }
        shape
    }
}

/// Where the cells of a lane begin.
pub(super) fn corner(size: LaneSize) -> (f64, f64) {
    match size {
        LaneSize::Tall => (12.0, 30.0),
        LaneSize::Middle => (12.0, 27.0),
        LaneSize::Slim => (30.0, 7.5),
    }
}

/// Whether a marker says something which the cells do not.
fn is_drawn(kind: MarkerKind, lane: &Lane) -> bool {
    match kind {
        MarkerKind::Committed | MarkerKind::Position => true,
        MarkerKind::HighWatermark => lane.high_watermark != lane.log_end_offset,
        MarkerKind::LogStart => lane.log_start_offset > 0,
        MarkerKind::LastStable => lane.last_stable_offset != lane.high_watermark,
        MarkerKind::LogEnd => false,
    }
}

/// Whether nobody can read or write it: its files are lost to its leader, or its leader is not there.
fn is_offline(scene: &Scene, lane: &Lane) -> bool {
    let leader = scene.cluster.brokers.get(&lane.leader);
    lane.offline.is_some() || leader.is_none_or(|leader| leader.state == BrokerState::Down)
}
