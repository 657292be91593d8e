//! From what the pointer and the keyboard do to gestures.
//!
//! Mouse, pen and touch are one: pointer events. A pointer that was pressed is captured, so that a drag that leaves the
//! stage is not lost. A second finger zooms.

use super::drag::{Drag, Dragged};
use super::{Picture, gesture, pinch};
use crate::page::{Page, Selection};
use leptos::ev::{KeyboardEvent, PointerEvent, WheelEvent};
use leptos::prelude::*;
use runnel_sandbox::scene::{NodeId, Point};
use wasm_bindgen::JsCast;
use web_sys::Element;

/// Pixels that a pressed pointer may move before it drags.
const CLICK_PIXELS: f64 = 4.0;

/// The surface that belongs to an event: the stage's picture, also for events of the palette beside it.
fn surface(event: &web_sys::Event) -> Option<Element> {
    let target = event.current_target()?.dyn_into::<Element>().ok()?;
    let stage = target.closest(".stage").ok().flatten()?;
    stage.query_selector("svg.surface").ok().flatten()
}

/// Where the pointer is on the surface, in pixels.
pub(super) fn on_surface(event: &PointerEvent) -> Option<(f64, f64)> {
    let found = surface(event)?.get_bounding_client_rect();
    Some((f64::from(event.client_x()) - found.left(), f64::from(event.client_y()) - found.top()))
}

/// Keeps the pointer's events coming wherever it goes.
pub(super) fn capture(event: &PointerEvent) {
    let target = event.current_target().and_then(|target| target.dyn_into::<Element>().ok());
    if let Some(target) = target {
        // A pointer that has just gone cannot be captured, and need not be.
        _ = target.set_pointer_capture(event.pointer_id());
    }
}

/// What is written on the element under the pointer, or around it.
fn written(event: &web_sys::Event, attribute: &str) -> Option<String> {
    let target = event.target()?.dyn_into::<Element>().ok()?;
    let holder = target.closest(&format!("[{attribute}]")).ok().flatten()?;
    holder.get_attribute(attribute)
}

pub(super) fn down(page: Page, picture: Picture, event: &PointerEvent) {
    if event.button() != 0 {
        return;
    }
    let Some((x, y)) = on_surface(event) else { return };
    capture(event);
    if pinch::down(picture, event, x, y) {
        picture.drag.set(None);
        return;
    }
    let at = picture.viewport.with_untracked(|viewport| viewport.point(x, y));
    let node = written(event, "data-node").and_then(|text| NodeId::parse(&text));
    let what = if !picture.is_active {
        Dragged::Ground
    } else if let Some(marker) = written(event, "data-marker") {
        let group = written(event, "data-group").unwrap_or_default();
        match (marker.rsplit_once('-'), page.view.scene(|scene| scene.cluster.groups.contains_key(&group))) {
            (Some((topic, partition)), true) => {
                Dragged::Committed { group, topic: topic.to_owned(), partition: partition.parse().unwrap_or_default() }
            }
            (Some(_) | None, _) => Dragged::Ground,
        }
    } else {
        match node {
            Some(from) if written(event, "data-port").is_some() => Dragged::Wire { from },
            Some(node) if is_movable(&node) => {
                let corner = picture.view.scene(|scene| scene.stage.areas.get(&node).copied()).unwrap_or_default();
                Dragged::Node { node, grip: Point::new(at.x - corner.x, at.y - corner.y) }
            }
            Some(_) | None => Dragged::Ground,
        }
    };
    picture.drag.set(Some(Drag { what, at, pressed: (x, y), has_moved: false, over: None }));
    select_under(page, event);
}

/// What is clicked is what the inspector shows.
fn select_under(page: Page, event: &PointerEvent) {
    let node = written(event, "data-node").and_then(|text| NodeId::parse(&text));
    let offset = written(event, "data-offset").and_then(|text| text.parse::<i64>().ok());
    let selection = match (node, offset) {
        (Some(NodeId::Lane { topic, partition }), Some(offset)) => Some(Selection::Record { topic, partition, offset }),
        (Some(NodeId::Card { topic, .. }), _) => Some(Selection::Node(NodeId::Topic(topic))),
        (Some(node), _) => Some(Selection::Node(node)),
        (None, _) => None,
    };
    page.selection.set(selection);
}

fn is_movable(node: &NodeId) -> bool {
    matches!(node, NodeId::Client(_) | NodeId::Card { .. } | NodeId::Topic(_) | NodeId::Group(_) | NodeId::Broker(_))
}

pub(super) fn moved(_page: Page, picture: Picture, event: &PointerEvent) {
    let Some((x, y)) = on_surface(event) else { return };
    if pinch::moved(picture, event, x, y) {
        return;
    }
    let Some(drag) = picture.drag.get_untracked() else { return };
    let far = (x - drag.pressed.0).hypot(y - drag.pressed.1) > CLICK_PIXELS;
    if !far && !drag.has_moved {
        return;
    }
    let at = picture.viewport.with_untracked(|viewport| viewport.point(x, y));
    if drag.what == Dragged::Ground {
        let (from_x, from_y) = drag.pressed;
        picture.viewport.update(|viewport| viewport.pan_by(x - from_x, y - from_y));
        picture.drag.set(Some(Drag { pressed: (x, y), has_moved: true, ..drag }));
        return;
    }
    let over = gesture::target(picture, &drag.what, at);
    picture.drag.set(Some(Drag { at, has_moved: true, over, ..drag }));
}

pub(super) fn up(page: Page, picture: Picture, event: &PointerEvent) {
    pinch::up(picture, event);
    let Some(drag) = picture.drag.get_untracked() else { return };
    picture.drag.set(None);
    let inside = on_surface(event).is_some_and(|(x, y)| {
        let (width, height) = picture.viewport.with_untracked(|viewport| viewport.size);
        (0.0..=width).contains(&x) && (0.0..=height).contains(&y)
    });
    match drag.what {
        // A click on a piece of the palette puts it where it belongs.
        Dragged::Piece(piece) if !drag.has_moved => gesture::add(page, piece),
        Dragged::Ground => {}
        Dragged::Piece(_) | Dragged::Node { .. } | Dragged::Wire { .. } | Dragged::Committed { .. } => {
            if drag.has_moved && inside {
                gesture::drop(page, picture, &drag);
            }
        }
    }
}

pub(super) fn cancelled(picture: Picture, event: &PointerEvent) {
    pinch::up(picture, event);
    picture.drag.set(None);
}

pub(super) fn wheel(picture: Picture, event: &WheelEvent) {
    event.prevent_default();
    let Some(found) = surface(event).map(|surface| surface.get_bounding_client_rect()) else { return };
    let (x, y) = (f64::from(event.client_x()) - found.left(), f64::from(event.client_y()) - found.top());
    let factor = (-event.delta_y().clamp(-120.0, 120.0) / 400.0).exp();
    picture.viewport.update(|viewport| viewport.zoom_by(factor, x, y));
}

pub(super) fn key(page: Page, picture: Picture, event: &KeyboardEvent) {
    if event.key() == "Escape" {
        picture.drag.set(None);
        page.selection.set(None);
    }
}
