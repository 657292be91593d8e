//! One cell of a lane: a record, or a folded range.

use super::shapes::{colour_class, outline};
use crate::drawing::Shape;
use runnel_sandbox::scene::{Lane, LaneSize, Look, Row, Slot};

/// What a cell shows.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum CellPicture {
    Record { offset: i64, look: Option<Look>, is_tombstone: bool },
    Folded { from: i64, count: i64 },
}

/// The cells of a row, with what is known of the records that stand in them.
pub(super) fn cells(row: &Row, lane: &Lane) -> Vec<CellPicture> {
    let cells = row.slots.iter().map(|slot| match slot {
        Slot::Cell { offset } => {
            let record = lane.records.get(offset);
            CellPicture::Record {
                offset: *offset,
                look: record.map(|record| record.look),
                is_tombstone: record.is_some_and(|record| record.preview.value.is_none()),
            }
        }
        Slot::Folded { from, count, .. } => CellPicture::Folded { from: *from, count: *count },
    });
    cells.collect()
}

/// Size of a cell, and from one to the next.
pub(super) fn measures(size: LaneSize) -> (f64, f64) {
    match size {
        LaneSize::Tall => (28.0, 32.0),
        LaneSize::Middle => (20.0, 22.0),
        LaneSize::Slim => (15.0, 17.0),
    }
}

/// A cell in its place.
pub(super) fn shape(cell: CellPicture, place: f64, size: LaneSize, is_selected: bool) -> Shape {
    let (side, step) = measures(size);
    let radius = if size == LaneSize::Slim { "4" } else { "6" };
    let ground = Shape::new("rect").at("width", side).at("height", side).with("rx", radius);
    let label_y = match (size, cell) {
        (LaneSize::Tall, CellPicture::Folded { .. }) => "17",
        (LaneSize::Tall, CellPicture::Record { .. }) => "25",
        (LaneSize::Middle, _) => "13",
        (LaneSize::Slim, _) => "10.5",
    };
    let label = |text: String| Shape::new("text").at("x", side / 2.0).with("y", label_y).saying(text);
    // The pointer finds the offset under it, for the gestures.
    let group = |class: &'static str, offset: i64| {
        Shape::classed("g", class)
            .with("transform", format!("translate({} 0)", place * step))
            .with("data-offset", offset.to_string())
            .holding(ground.clone())
    };
    match cell {
        CellPicture::Record { offset, look, is_tombstone } => {
            let cell = group(if is_selected { "cell selected" } else { "cell" }, offset)
                .keyed(offset.to_string())
                .holding(record(look, is_tombstone, size));
            if size == LaneSize::Tall { cell.holding(label(offset.to_string())) } else { cell }
        }
        CellPicture::Folded { from, count } => {
            group("cell folded", from).keyed("folded".to_owned()).holding(label(format!("+{}", short(count))))
        }
    }
}

/// The shape of a record's key.
fn record(look: Option<Look>, is_tombstone: bool, size: LaneSize) -> Shape {
    let colour = look.map_or("unknown", colour_class);
    let tombstone = if is_tombstone { " tombstone" } else { "" };
    let transform = match size {
        LaneSize::Tall => "translate(14 11.5)",
        LaneSize::Middle => "translate(10 10) scale(.92)",
        LaneSize::Slim => "translate(7.5 7.5) scale(.78)",
    };
    Shape::classed("path", format!("shape {colour}{tombstone}"))
        .with("d", outline(look.unwrap_or(Look::KEYLESS)))
        .with("transform", transform)
}

/// A count that fits into a cell.
fn short(count: i64) -> String {
    match count {
        ..1_000 => count.to_string(),
        1_000..1_000_000 => format!("{}k", count / 1_000),
        1_000_000.. => format!("{}M", count / 1_000_000),
    }
}
