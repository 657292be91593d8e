//! Wires between clients and topics. One through which records go takes the accent.

use super::Picture;
use leptos::prelude::*;
use runnel_sandbox::scene::{Curve, NodeId, Scene, Way};
use std::collections::BTreeSet;
use std::fmt::Write;

/// The ends between which records are under way.
fn busy(scene: &Scene) -> BTreeSet<(NodeId, NodeId)> {
    let mut busy = BTreeSet::new();
    for parcel in scene.seen.parcels.values() {
        for cargo in &parcel.contents.cargo {
            let lane = NodeId::lane(&cargo.topic, cargo.partition);
            let card = NodeId::Card { topic: cargo.topic.clone(), broker: parcel.broker };
            let topic = NodeId::Topic(cargo.topic.clone());
            for end in [lane, card, topic] {
                if parcel.is_answer {
                    busy.insert((end, parcel.client.clone()));
                } else {
                    busy.insert((parcel.client.clone(), end));
                }
            }
        }
    }
    busy
}

#[component]
pub(super) fn Wires(picture: Picture) -> impl IntoView {
    let ways = picture.view.memo(|scene| {
        let wires = scene.stage.wires.iter();
        wires.map(|wire| ((wire.from.clone(), wire.to.clone()), wire.way.clone())).collect::<Vec<_>>()
    });
    let ends = Memo::new(move |_| ways.with(|ways| ways.iter().map(|(ends, _)| ends.clone()).collect::<Vec<_>>()));
    let busy = picture.view.memo(busy);
    let wire = move |ends: (NodeId, NodeId)| {
        let pair = ends.clone();
        let way = Memo::new(move |_| {
            ways.with(|ways| ways.iter().find(|(found, _)| *found == pair).map(|(_, way)| way.clone()))
        });
        let is_busy = Memo::new(move |_| busy.with(|busy| busy.contains(&ends)));
        view! {
            <path
                class=move || if is_busy.get() { "wire busy" } else { "wire" }
                d=move || way.with(|way| way.as_ref().map(path))
            />
        }
    };
    view! {
        <g class="wires">
            <For each=move || ends.get() key=Clone::clone children=wire />
        </g>
    }
}

/// As SVG says it.
pub(super) fn path(way: &Way) -> String {
    let mut path = String::new();
    for (place, curve) in way.curves.iter().enumerate() {
        let Curve { start, first_control, second_control, end } = curve;
        // Writing to a text cannot fail.
        if place == 0 {
            _ = write!(path, "M{:.1} {:.1}", start.x, start.y);
        }
        let controls = (first_control.x, first_control.y, second_control.x, second_control.y);
        _ = write!(
            path,
            "C{:.1} {:.1} {:.1} {:.1} {:.1} {:.1}",
            controls.0, controls.1, controls.2, controls.3, end.x, end.y
        );
    }
    path
}
