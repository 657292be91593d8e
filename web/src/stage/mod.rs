//! The picture: brokers with their lanes, wires, clients, parcels. It can be moved, and everything on it.

mod cell;
mod client;
mod drag;
mod frame;
mod gesture;
mod lane;
mod palette;
mod parcels;
mod pinch;
mod pointer;
mod shapes;
mod viewport;
mod wires;

use crate::page::{Page, Selection, View};
use client::ClientNode;
pub(crate) use client::shortened;
use drag::Drag;
use frame::{BrokerFrame, CardHead, GroupFrame};
pub(crate) use gesture::LATENCY;
use lane::LaneNode;
use leptos::prelude::*;
use leptos::svg;
use palette::Palette;
use parcels::Parcels;
use runnel_sandbox::scene::{Area, NodeId};
use shapes::ShapeSymbols;
pub(crate) use shapes::{colour_class, outline};
use viewport::Viewport;
use wires::Wires;

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

impl Picture {
    /// The box of something, while it stands on the stage.
    pub(crate) fn area(self, node: NodeId) -> Memo<Area> {
        self.view.memo(move |scene| scene.stage.areas.get(&node).copied().unwrap_or_default())
    }
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
    let nodes = view.memo(|scene| scene.stage.areas.keys().cloned().collect::<Vec<NodeId>>());
    let of_kind = move |wanted: fn(&NodeId) -> bool| {
        Memo::new(move |_| nodes.get().into_iter().filter(&wanted).collect::<Vec<NodeId>>())
    };
    let frames = of_kind(|node| matches!(node, NodeId::Broker(_) | NodeId::Topic(_)));
    let groups = of_kind(|node| matches!(node, NodeId::Group(_)));
    let cards = of_kind(|node| matches!(node, NodeId::Card { .. } | NodeId::Topic(_)));
    let lanes = of_kind(|node| matches!(node, NodeId::Lane { .. }));
    let clients = of_kind(|node| matches!(node, NodeId::Client(_) | NodeId::Member { .. } | NodeId::Guest(_)));
    let is_empty = Memo::new(move |_| nodes.with(|nodes| nodes.iter().all(|node| matches!(node, NodeId::Broker(_)))));
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
                <For each=move || frames.get() key=NodeId::clone children=move |node| view! { <BrokerFrame picture node /> } />
                <For each=move || groups.get() key=NodeId::clone children=move |node| view! { <GroupFrame picture node /> } />
                <Wires picture />
                <For each=move || cards.get() key=NodeId::clone children=move |node| view! { <CardHead picture node /> } />
                <For each=move || lanes.get() key=NodeId::clone children=move |node| view! { <LaneNode picture node /> } />
                <For each=move || clients.get() key=NodeId::clone children=move |node| view! { <ClientNode picture node /> } />
                <Parcels picture />
                <drag::DragGhost picture />
            </svg>
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

/// Whether something is what the inspector shows.
pub(crate) fn is_selected(page: Page, node: NodeId) -> Memo<bool> {
    Memo::new(move |_| page.selection.with(|shown| *shown == Some(Selection::Node(node.clone()))))
}

/// Where a group of shapes stands, for the `transform` of its style.
pub(crate) fn moved_to(area: Memo<Area>) -> impl Fn() -> String + Copy {
    move || {
        let area = area.get();
        format!("transform:translate({:.1}px,{:.1}px)", area.x, area.y)
    }
}
