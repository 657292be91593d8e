//! Wires between clients and topics. One through which records go takes the accent.

use super::Picture;
use leptos::prelude::*;
use runnel_sandbox::scene::{Curve, NodeId, Scene};
use std::collections::BTreeSet;

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
    let curves = picture.view.memo(|scene| {
        let wires = scene.stage.wires.iter();
        wires.map(|wire| ((wire.from.clone(), wire.to.clone()), wire.curve)).collect::<Vec<_>>()
    });
    let ends =
        Memo::new(move |_| curves.with(|curves| curves.iter().map(|(ends, _)| ends.clone()).collect::<Vec<_>>()));
    let busy = picture.view.memo(busy);
    let wire = move |ends: (NodeId, NodeId)| {
        let pair = ends.clone();
        let curve = Memo::new(move |_| {
            curves.with(|curves| curves.iter().find(|(found, _)| *found == pair).map(|(_, curve)| *curve))
        });
        let is_busy = Memo::new(move |_| busy.with(|busy| busy.contains(&ends)));
        view! {
            <path
                class=move || if is_busy.get() { "wire busy" } else { "wire" }
                d=move || curve.get().map(|curve| path(&curve))
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
pub(super) fn path(curve: &Curve) -> String {
    let Curve { start, first_control, second_control, end } = curve;
    format!(
        "M{:.1} {:.1}C{:.1} {:.1} {:.1} {:.1} {:.1} {:.1}",
        start.x, start.y, first_control.x, first_control.y, second_control.x, second_control.y, end.x, end.y
    )
}
