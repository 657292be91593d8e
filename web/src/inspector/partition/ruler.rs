//! The ruler of a partition: from the start of the log to its end, with everybody's marker. A committed marker can be
//! moved, as Kafka's own tool moves it: only while the group has no members.

use super::place::{Label, Put, Scale, WIDTH, apart};
use crate::inspector::tool::{ToolRun, reset_line};
use crate::page::Page;
use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::prelude::*;
use runnel_sandbox::scene::{MarkerKind, Scene};
use runnel_sandbox::script::quote;
use wasm_bindgen::JsCast;
use web_sys::Element;

/// Where the band of the log lies, and how far rows of labels are apart.
const ROW: f64 = 14.0;
const BAND: f64 = 14.0;

/// A marker on the ruler.
#[derive(Clone, PartialEq, Debug)]
struct Mark {
    kind: MarkerKind,
    of: String,
    offset: i64,
    text: String,
}

/// Everything on the ruler.
#[derive(Clone, PartialEq, Debug, Default)]
struct Picture {
    scale: Scale,
    marks: Vec<Mark>,
    /// For each mark, and above or below the band by its kind.
    put: Vec<Put>,
    rows_above: u8,
    rows_below: u8,
    start: i64,
    end: i64,
    watermark: i64,
}

fn is_above(kind: MarkerKind) -> bool {
    match kind {
        MarkerKind::LogStart | MarkerKind::LogEnd | MarkerKind::HighWatermark | MarkerKind::LastStable => true,
        MarkerKind::Committed | MarkerKind::Position => false,
    }
}

fn picture(scene: &Scene, topic: &str, partition: i32) -> Picture {
    let Some(lane) = scene.cluster.lane(topic, partition) else { return Picture::default() };
    let several = scene.cluster.groups.values().filter(|group| group.offsets.contains_key(topic)).count() > 1;
    let mut marks = Vec::new();
    for marker in scene.markers(topic, partition) {
        let of = marker.of.unwrap_or_default();
        let offset = marker.offset;
        let text = match marker.kind {
            MarkerKind::Committed if several => format!("{of} committed {offset}"),
            MarkerKind::Committed => format!("committed {offset}"),
            MarkerKind::Position => format!("{of} at {offset}"),
            MarkerKind::LastStable => format!("last stable {offset}"),
            MarkerKind::HighWatermark => format!("high watermark {offset}"),
            MarkerKind::LogStart => format!("log start {offset}"),
            MarkerKind::LogEnd => format!("log end {offset}"),
        };
        // Three numbers that are one say so once.
        let is_said = match marker.kind {
            MarkerKind::LogEnd => lane.log_end_offset != lane.high_watermark,
            MarkerKind::LastStable => lane.last_stable_offset != lane.high_watermark,
            MarkerKind::Committed | MarkerKind::Position | MarkerKind::HighWatermark | MarkerKind::LogStart => true,
        };
        if is_said {
            marks.push(Mark { kind: marker.kind, of, offset, text });
        }
    }
    marks.sort_by(|one, other| (one.kind, one.offset, &one.of).cmp(&(other.kind, other.offset, &other.of)));
    let scale = Scale::of(marks.iter().map(|mark| mark.offset));
    let labels = |above: bool| -> Vec<Label> {
        let of_side = marks.iter().filter(|mark| is_above(mark.kind) == above);
        of_side.map(|mark| Label { text: mark.text.clone(), x: scale.at(mark.offset) }).collect()
    };
    let (above, below) = (apart(&labels(true)), apart(&labels(false)));
    let rows = |put: &[Put]| put.iter().map(|put| put.row + 1).max().unwrap_or(0);
    let (rows_above, rows_below) = (rows(&above), rows(&below));
    let (mut above, mut below) = (above.into_iter(), below.into_iter());
    let put = marks.iter().filter_map(|mark| if is_above(mark.kind) { above.next() } else { below.next() }).collect();
    Picture {
        scale,
        marks,
        put,
        rows_above,
        rows_below,
        start: lane.log_start_offset,
        end: lane.log_end_offset,
        watermark: lane.high_watermark,
    }
}

#[component]
pub(super) fn Ruler(topic: String, partition: i32, run: ToolRun) -> impl IntoView {
    let page = expect_context::<Page>();
    let at = topic.clone();
    let picture = page.view.memo(move |scene| picture(scene, &at, partition));
    let top = move || f64::from(picture.with(|picture| picture.rows_above)) * ROW + 8.0;
    let height = move || top() + BAND + 12.0 + f64::from(picture.with(|picture| picture.rows_below)) * ROW;
    let band = move |from: fn(&Picture) -> i64, to: fn(&Picture) -> i64| {
        picture.with(|picture| {
            let (from, to) = (picture.scale.at(from(picture)), picture.scale.at(to(picture)));
            (from, (to - from).max(0.0))
        })
    };
    let readable = move || band(|picture| picture.start, |picture| picture.watermark);
    let unsafe_end = move || band(|picture| picture.watermark, |picture| picture.end);
    let marks = move || picture.with(|picture| picture.marks.clone());
    view! {
        <svg
            class="ruler"
            viewBox=move || format!("0 0 {WIDTH} {}", height())
            role="group"
            aria-label="Offsets of the partition"
        >
            <rect class="ruler-ground" x="0" y=top width=WIDTH height=BAND rx="4" />
            <rect class="ruler-log" x=move || readable().0 y=top width=move || readable().1 height=BAND rx="3" />
            <rect class="ruler-open" x=move || unsafe_end().0 y=top width=move || unsafe_end().1 height=BAND />
            <For
                each=marks
                key=|mark| (mark.kind, mark.of.clone())
                children=move |mark| view! { <MarkView picture mark top=Signal::derive(top) topic=topic.clone() partition run /> }
            />
        </svg>
        <p class="quiet-text small">
            "A committed offset can be moved: drag its flag, or use the arrow keys and Enter. Kafka allows it while the group has no members."
        </p>
    }
}

#[component]
fn MarkView(
    picture: Memo<Picture>,
    mark: Mark,
    top: Signal<f64>,
    topic: String,
    partition: i32,
    run: ToolRun,
) -> impl IntoView {
    let page = expect_context::<Page>();
    let (kind, of) = (mark.kind, mark.of.clone());
    let found = Memo::new(move |_| {
        picture.with(|picture| {
            let place = picture.marks.iter().position(|mark| mark.kind == kind && mark.of == of)?;
            Some((picture.marks.get(place)?.clone(), *picture.put.get(place)?))
        })
    });
    let offset = move || found.with(|found| found.as_ref().map_or(0, |(mark, _)| mark.offset));
    let draft = RwSignal::new(None::<i64>);
    let x = move || picture.with(|picture| picture.scale.at(draft.get().unwrap_or_else(offset)));
    let text = move || match draft.get() {
        Some(draft) => format!("→ {draft}"),
        None => found.with(|found| found.as_ref().map(|(mark, _)| mark.text.clone()).unwrap_or_default()),
    };
    let row = move || f64::from(found.with(|found| found.as_ref().map_or(0, |(_, put)| put.row)));
    let text_x = move || match draft.get() {
        Some(_) => x().clamp(24.0, WIDTH - 24.0),
        None => found.with(|found| found.as_ref().map_or(0.0, |(_, put)| put.middle)),
    };
    let above = is_above(kind);
    let text_y = move || if above { top.get() - 9.0 - row() * ROW } else { top.get() + BAND + 18.0 + row() * ROW };
    let line = move || {
        let (from, to) = (top.get() - 5.0, top.get() + BAND + 5.0);
        // A line leads on to a label that stands further away.
        let (from, to) = if above { (from - row() * ROW, to) } else { (from, to + row() * ROW) };
        format!("M0 {from:.1}V{to:.1}")
    };
    let place = move || format!("transform:translateX({:.1}px)", x());
    let class = match kind {
        MarkerKind::Committed => "mark committed",
        MarkerKind::Position => "mark position",
        MarkerKind::LastStable | MarkerKind::HighWatermark | MarkerKind::LogStart | MarkerKind::LogEnd => "mark",
    };
    let group = mark.of.clone();
    let commit = move || {
        let Some(target) = draft.get_untracked() else { return };
        draft.set(None);
        if target != offset() {
            let place = format!("--topic {}:{partition}", quote(&topic));
            run.run(page, reset_line(&group, &place, &format!("--to-offset {target}")));
        }
    };
    let committed = kind == MarkerKind::Committed;
    let knob = committed.then(|| {
        let drop = commit.clone();
        let moved = move |event: PointerEvent| {
            if draft.get_untracked().is_some() {
                draft.set(offset_under(picture, &event));
            }
        };
        let pressed = move |event: PointerEvent| {
            event.prevent_default();
            if let Some(target) = event.current_target().and_then(|target| target.dyn_into::<Element>().ok()) {
                // A pointer that has just gone cannot be captured, and need not be.
                _ = target.set_pointer_capture(event.pointer_id());
            }
            draft.set(Some(offset()));
        };
        let key = move |event: KeyboardEvent| {
            let now = draft.get_untracked().unwrap_or_else(&offset);
            let (start, end) = picture.with_untracked(|picture| (picture.start, picture.end));
            let next = match event.key().as_str() {
                "ArrowLeft" | "ArrowDown" => now - 1,
                "ArrowRight" | "ArrowUp" => now + 1,
                "PageDown" => now - 10,
                "PageUp" => now + 10,
                "Home" => start,
                "End" => end,
                "Enter" => return commit(),
                "Escape" => {
                    event.stop_propagation();
                    return draft.set(None);
                }
                _ => return,
            };
            event.prevent_default();
            draft.set(Some(next.clamp(start, end.max(start))));
        };
        let name = format!("committed offset of {}", mark.of);
        view! {
            <g
                class="knob"
                role="slider"
                tabindex="0"
                aria-label=name
                aria-valuemin=move || picture.with(|picture| picture.start.to_string())
                aria-valuemax=move || picture.with(|picture| picture.end.to_string())
                aria-valuenow=move || draft.get().unwrap_or_else(offset).to_string()
                style=place
                on:pointerdown=pressed
                on:pointermove=moved
                on:pointerup=move |_| drop()
                on:pointercancel=move |_| draft.set(None)
                on:keydown=key
            >
                <rect class="knob-reach" x="-16" y=move || top.get() - 6.0 width="32" height=BAND + 14.0 rx="6" />
                <path class="knob-head" d=move || format!("M-6 {y}l6-7 6 7z", y = top.get() + BAND + 7.0) />
            </g>
        }
    });
    view! {
        <g class=class class:moving=move || draft.get().is_some()>
            <path class="mark-line" d=line style=place />
            <text x=text_x y=text_y>{text}</text>
            {knob}
        </g>
    }
}

/// The offset under the pointer.
fn offset_under(picture: Memo<Picture>, event: &PointerEvent) -> Option<i64> {
    let target = event.current_target()?.dyn_into::<Element>().ok()?;
    let ruler = target.closest(".ruler").ok().flatten()?.get_bounding_client_rect();
    let x = (f64::from(event.client_x()) - ruler.left()) / ruler.width().max(1.0) * WIDTH;
    Some(picture.with_untracked(|picture| picture.scale.offset(x).clamp(picture.start, picture.end)))
}
