//! One cell of a lane: a record, or a folded range.

use super::shapes::{colour_class, outline};
use crate::page::{Page, Selection};
use leptos::prelude::*;
use runnel_sandbox::scene::{Lane, LaneSize, Look, Row, Slot};

/// What a cell shows.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum CellPicture {
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
pub(crate) fn measures(size: LaneSize) -> (f64, f64) {
    match size {
        LaneSize::Tall => (28.0, 32.0),
        LaneSize::Middle => (20.0, 22.0),
        LaneSize::Slim => (15.0, 17.0),
    }
}

#[component]
pub(super) fn Cell(
    cells: Memo<Vec<CellPicture>>,
    size: Memo<LaneSize>,
    place: usize,
    topic: String,
    partition: i32,
) -> impl IntoView {
    let page = expect_context::<Page>();
    let shown = Memo::new(move |_| cells.with(|cells| cells.get(place).copied()));
    let is_selected = Memo::new(move |_| {
        let Some(CellPicture::Record { offset, .. }) = shown.get() else { return false };
        page.selection.with(|selection| {
            matches!(selection, Some(Selection::Record { topic: of, partition: at, offset: shown })
                if *of == topic && *at == partition && *shown == offset)
        })
    });
    let class = move || match shown.get() {
        None => "cell none",
        Some(CellPicture::Folded { .. }) => "cell folded",
        Some(CellPicture::Record { .. }) if is_selected.get() => "cell selected",
        Some(CellPicture::Record { .. }) => "cell",
    };
    let side = move || measures(size.get()).0;
    let x = move || f64::from(u32::try_from(place).unwrap_or(0)) * measures(size.get()).1;
    let shape = move || match shown.get() {
        Some(CellPicture::Record { look, .. }) => outline(look.unwrap_or(Look::KEYLESS)),
        Some(CellPicture::Folded { .. }) | None => "",
    };
    let shape_class = move || match shown.get() {
        Some(CellPicture::Record { look, is_tombstone, .. }) => {
            let colour = look.map_or("unknown", colour_class);
            if is_tombstone { format!("shape {colour} tombstone") } else { format!("shape {colour}") }
        }
        Some(CellPicture::Folded { .. }) | None => "shape".to_owned(),
    };
    let label = move || match shown.get() {
        Some(CellPicture::Record { offset, .. }) => offset.to_string(),
        Some(CellPicture::Folded { count, .. }) => format!("+{}", short(count)),
        None => String::new(),
    };
    // What the pointer finds under it, for the gestures.
    let offset = move || match shown.get() {
        Some(CellPicture::Record { offset, .. }) => offset.to_string(),
        Some(CellPicture::Folded { from, .. }) => from.to_string(),
        None => String::new(),
    };
    let shape_transform = move || match size.get() {
        LaneSize::Tall => "translate(14 11.5)",
        LaneSize::Middle => "translate(10 10) scale(.92)",
        LaneSize::Slim => "translate(7.5 7.5) scale(.78)",
    };
    let is_labelled = move || size.get() == LaneSize::Tall || matches!(shown.get(), Some(CellPicture::Folded { .. }));
    let label_y = move || match (size.get(), shown.get()) {
        (LaneSize::Tall, Some(CellPicture::Folded { .. })) => "17",
        (LaneSize::Tall, _) => "25",
        (LaneSize::Middle, _) => "13",
        (LaneSize::Slim, _) => "10.5",
    };
    view! {
        <g class=class transform=move || format!("translate({} 0)", x()) data-offset=offset>
            <rect width=side height=side rx=move || if size.get() == LaneSize::Slim { "4" } else { "6" } />
            <path d=shape class=shape_class transform=shape_transform />
            <text x=move || side() / 2.0 y=label_y class:none=move || !is_labelled()>
                {label}
            </text>
        </g>
    }
}

/// A count that fits into a cell.
pub(crate) fn short(count: i64) -> String {
    match count {
        ..1_000 => count.to_string(),
        1_000..1_000_000 => format!("{}k", count / 1_000),
        1_000_000.. => format!("{}M", count / 1_000_000),
    }
}
