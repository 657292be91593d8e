//! The picture: brokers with their lanes, wires, clients, parcels. It can be moved, and everything on it.
//!
//! At each picture [`painting`] and [`parcels`] draw what the scene has, all of it by one effect each.

mod cell;
mod client;
mod drag;
mod frame;
mod gesture;
mod lane;
mod painting;
mod palette;
mod parcels;
mod pinch;
mod pointer;
mod shapes;
mod viewport;
mod wires;

use crate::page::{Page, View};
pub(crate) use client::shortened;
use drag::Drag;
pub(crate) use gesture::LATENCY;
use leptos::prelude::*;
use leptos::svg;
use painting::Painting;
use palette::Palette;
use parcels::Parcels;
use runnel_sandbox::scene::NodeId;
use shapes::ShapeSymbols;
pub(crate) use shapes::{colour_class, outline};
use viewport::Viewport;
use wasm_bindgen::JsCast;

/// What the parts of one stage share.
#[derive(Clone, Copy)]
pub(crate) struct Picture {
    /// What is drawn.
    pub(crate) view: View,
    /// Which part of it, and how large.
    pub(crate) viewport: RwSignal<Viewport>,
    /// What is being dragged.
    pub(crate) drag: RwSignal<Option<Drag>>,
    /// The fingers that touch it.
    fingers: StoredValue<pinch::Fingers>,
    /// Whether it can be acted on: what stands beside can only be looked at.
    pub(crate) is_active: bool,
}

/// One stage.
#[component]
pub(crate) fn Stage(
    /// What it shows.
    view: View,
    /// Whether it stands beside the one that is acted on.
    #[prop(optional)]
    is_beside: bool,
) -> impl IntoView {
    let page = expect_context::<Page>();
    let picture = Picture {
        view,
        viewport: RwSignal::new(Viewport::default()),
        drag: RwSignal::new(None),
        fingers: StoredValue::new(pinch::Fingers::default()),
        is_active: !is_beside,
    };
    let surface = NodeRef::<svg::Svg>::new();
    viewport::follow(picture, surface);
    let ground = NodeRef::<svg::G>::new();
    paint(page, picture, ground);
    let is_empty = view.memo(|scene| scene.stage.areas.keys().all(|node| matches!(node, NodeId::Broker(_))));
    let class = move || if picture.drag.with(Option::is_some) { "surface dragging" } else { "surface" };
    let label = if is_beside { "The world beside" } else { "The stage" };
    view! {
        <section class="stage" class:beside=is_beside aria-label=label>
            <svg
                node_ref=surface
                class=class
                role="group"
                aria-label=label
                viewBox=move || picture.viewport.get().view_box()
                on:pointerdown=move |event| pointer::down(page, picture, &event)
                on:pointermove=move |event| pointer::moved(page, picture, &event)
                on:pointerup=move |event| pointer::up(page, picture, &event)
                on:pointercancel=move |event| pointer::cancelled(picture, &event)
                on:wheel=move |event| pointer::wheel(picture, &event)
                on:keydown=move |event| pointer::key(page, picture, &event)
            >
                <ShapeSymbols />
                <g node_ref=ground></g>
                <drag::DragGhost picture />
            </svg>
            <Parcels picture />
            <Show when=move || is_empty.get() && picture.is_active>
                <div class="empty-stage">
                    <p class="empty-title">"A broker waits for a topic."</p>
                    <p>"Drag a topic from above onto the stage, then a producer and a consumer onto the topic."</p>
                </div>
            </Show>
            {(!is_beside).then(|| view! { <Palette picture /> })}
            {is_beside.then(|| view! { <p class="stage-name">"the second"</p> })}
            <CauseLine view />
            <viewport::Controls picture />
        </section>
    }
}

/// Draws what the scene has whenever it changes, or what is selected, or what a drag would meet.
fn paint(page: Page, picture: Picture, ground: NodeRef<svg::G>) {
    let painting: StoredValue<Option<Painting>, LocalStorage> = StoredValue::new_local(None);
    let target = Memo::new(move |_| {
        picture.drag.with(|drag| {
            let drag = drag.as_ref().filter(|drag| drag.has_moved && drag.what != drag::Dragged::Ground);
            drag.and_then(|drag| drag.over.clone())
        })
    });
    Effect::new(move |_| {
        let Some(ground) = ground.get() else { return };
        painting.update_value(|painting| {
            if painting.is_none() {
                *painting = Painting::new(ground.unchecked_ref());
            }
            let Some(painting) = painting else { return };
            picture.view.watch(|viewing| {
                page.selection.with(|selection| {
                    target.with(|target| painting.show(viewing.scene(), selection.as_ref(), target.as_ref()));
                });
            });
        });
    });
}

/// The latest sentence that matters.
#[component]
fn CauseLine(view: View) -> impl IntoView {
    let cause = view.memo(|scene| scene.seen.causes.latest().map(|cause| (cause.head.clone(), cause.text.clone())));
    view! {
        <div class="cause" class:none=move || cause.get().is_none()>
            <p class="cause-text">
                <b>{move || cause.get().map(|(head, _)| head)}</b>
                " "
                {move || cause.get().map(|(_, text)| text)}
            </p>
        </div>
    }
}
