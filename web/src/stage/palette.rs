//! What can be put onto the stage.

use super::drag::{Drag, Dragged, Piece};
use super::{Picture, gesture};
use crate::page::Page;
use leptos::ev::PointerEvent;
use leptos::prelude::*;

const PIECES: [(Piece, &str); 5] = [
    (Piece::Producer, "producer"),
    (Piece::Topic, "topic"),
    (Piece::Consumer, "consumer"),
    (Piece::Group, "group"),
    (Piece::Broker, "broker"),
];

/// The same shapes as on the stage, 24 by 20 units.
pub(super) fn outline(piece: Piece) -> &'static str {
    match piece {
        Piece::Producer => "M4 4h9l7 6-7 6H4z",
        Piece::Topic => {
            "M4.5 4h15a1.5 1.5 0 0 1 0 3.2h-15a1.5 1.5 0 0 1 0-3.2zM4.5 9h15a1.5 1.5 0 0 1 0 3.2h-15a1.5 1.5 0 0 1 0-3.2zM4.5 14h15a1.5 1.5 0 0 1 0 3.2h-15a1.5 1.5 0 0 1 0-3.2z"
        }
        Piece::Consumer => "M12 3a7 7 0 1 1 0 14a7 7 0 1 1 0-14z",
        Piece::Group => "M7 2h10a5 5 0 0 1 5 5v6a5 5 0 0 1-5 5H7a5 5 0 0 1-5-5V7a5 5 0 0 1 5-5z",
        Piece::Broker => {
            "M6 3h12a2 2 0 0 1 2 2v2a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2zM6 11h12a2 2 0 0 1 2 2v2a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2v-2a2 2 0 0 1 2-2z"
        }
    }
}

#[component]
pub(super) fn Palette(picture: Picture) -> impl IntoView {
    let page = expect_context::<Page>();
    let piece = move |(piece, name): (Piece, &'static str)| {
        let class = format!("piece {name}");
        let title = format!("Drag a {name} onto the stage, or press Enter");
        let down = move |event: PointerEvent| {
            if event.button() != 0 {
                return;
            }
            event.prevent_default();
            let (x, y) = super::pointer::on_surface(&event).unwrap_or_default();
            super::pointer::capture(&event);
            picture.drag.set(Some(Drag {
                what: Dragged::Piece(piece),
                at: picture.viewport.with_untracked(|viewport| viewport.point(x, y)),
                pressed: (x, y),
                has_moved: false,
                over: None,
            }));
        };
        view! {
            <button
                class=class
                title=title
                on:pointerdown=down
                on:keydown=move |event| {
                    if matches!(event.key().as_str(), "Enter" | " ") {
                        event.prevent_default();
                        gesture::add(page, piece);
                    }
                }
            >
                <svg width="24" height="20" viewBox="0 0 24 20" aria-hidden="true">
                    <path d=outline(piece) />
                </svg>
                {name}
            </button>
        }
    };
    view! {
        <div
            class="palette"
            role="toolbar"
            aria-label="Palette"
            on:pointermove=move |event| super::pointer::moved(page, picture, &event)
            on:pointerup=move |event| super::pointer::up(page, picture, &event)
            on:pointercancel=move |event| super::pointer::cancelled(picture, &event)
        >
            {PIECES.into_iter().map(piece).collect_view()}
        </div>
    }
}
