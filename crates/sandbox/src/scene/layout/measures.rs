//! How large things are, in stage units.

use super::LaneSize;

/// The left edge of the automatic layout, and its upper edge.
pub(super) const MARGIN: f64 = 24.0;
/// Room for wires between the columns.
pub(super) const WIRES_WIDTH: f64 = 84.0;
/// Room for wires between what stands one below the other.
pub(super) const WIRES_HEIGHT: f64 = 56.0;

pub(super) const WRITER_WIDTH: f64 = 100.0;
pub(super) const WRITER_HEIGHT: f64 = 44.0;
pub(super) const WRITER_GAP: f64 = 20.0;
/// Writers in one column.
pub(super) const WRITERS_MAX: usize = 10;

pub(super) const BROKER_HEADING: f64 = 36.0;
pub(super) const BROKER_PADDING: f64 = 16.0;
pub(super) const BROKER_GAP: f64 = 20.0;
/// Between brokers that stand beside each other: wires go up and down there.
pub(super) const BROKER_GUTTER: f64 = 48.0;
/// Between rows of several brokers: wires go to and fro there.
pub(super) const BROKER_ROW_GAP: f64 = 52.0;

/// From the edge of a broker to the wires that go along it.
pub(super) const DUCT_DISTANCE: f64 = 14.0;
/// How round wires turn.
pub(super) const TURN_RADIUS: f64 = 9.0;
/// From a consumer's left edge to the wires that go down beside it.
pub(super) const READER_DUCT_DISTANCE: f64 = 9.0;

pub(super) const CARD_HEADING: f64 = 28.0;
pub(super) const CARD_GAP: f64 = 12.0;

pub(super) const READER_WIDTH: f64 = 144.0;
pub(super) const READER_HEIGHT: f64 = 44.0;
pub(super) const READER_GAP: f64 = 18.0;
/// Consumers in one column of a group.
pub(super) const READERS_MAX: usize = 8;

/// Tools beside each other.
pub(super) const TOOLS_MAX: usize = 5;

pub(super) const FENCE_HEADING: f64 = 48.0;
pub(super) const FENCE_PADDING: f64 = 16.0;
pub(super) const FENCE_GAP: f64 = 24.0;

/// Measures that follow from how many lanes there are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Measures {
    pub(super) lane_size: LaneSize,
    pub(super) lane_width: f64,
    pub(super) lane_height: f64,
    pub(super) lane_gap: f64,
    /// Lanes beside each other in a card.
    pub(super) columns: usize,
    /// Lanes beside each other at most.
    pub(super) columns_max: usize,
    pub(super) cells_max: usize,
}

impl Measures {
    /// For so many lanes, all of them below each other.
    pub(super) fn for_lanes(count: usize) -> Self {
        let (lane_size, lane_width, lane_height, lane_gap, columns_max, cells_max) = match count {
            0..=4 => (LaneSize::Tall, 286.0, 84.0, 20.0, 1, 8),
            5..=8 => (LaneSize::Middle, 286.0, 56.0, 10.0, 1, 12),
            9..=14 => (LaneSize::Slim, 286.0, 30.0, 6.0, 1, 12),
            _ => (LaneSize::Slim, 206.0, 30.0, 6.0, 4, 8),
        };
        Measures { lane_size, lane_width, lane_height, lane_gap, columns: 1, columns_max, cells_max }
    }

    /// The same with so many lanes beside each other.
    pub(super) fn with_columns(self, columns: usize) -> Self {
        Measures { columns, ..self }
    }

    pub(super) fn card_width(&self) -> f64 {
        let columns = number(self.columns);
        columns * self.lane_width + (columns - 1.0) * self.lane_gap
    }

    pub(super) fn card_height(&self, lanes: usize) -> f64 {
        let rows = number(lanes.div_ceil(self.columns));
        CARD_HEADING + rows * self.lane_height + (rows - 1.0).max(0.0) * self.lane_gap
    }

    pub(super) fn broker_width(&self) -> f64 {
        self.card_width() + 2.0 * BROKER_PADDING
    }
}

/// A count as a factor.
pub(super) fn number(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::from(u32::MAX), f64::from)
}

/// The height of rows with gaps between them.
pub(super) fn rows_height(rows: usize, height: f64, gap: f64) -> f64 {
    number(rows) * height + (number(rows) - 1.0).max(0.0) * gap
}
