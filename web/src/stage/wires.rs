//! Wires between clients and topics. One through which records go takes the accent.

use crate::drawing::Shape;
use runnel_sandbox::scene::{Curve, NodeId, Scene, Way};
use std::collections::BTreeSet;
use std::fmt::Write;

/// What a wire joins: where records come from, and where they go.
pub(super) type Ends = (NodeId, NodeId);

/// What is drawn of a wire.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct WirePicture {
    way: Way,
    is_busy: bool,
}

/// All wires.
pub(super) fn wires(scene: &Scene) -> impl Iterator<Item = (Ends, WirePicture)> {
    let busy = busy(scene);
    scene.stage.wires.iter().map(move |wire| {
        let ends = (wire.from.clone(), wire.to.clone());
        let is_busy = busy.contains(&ends);
        (ends, WirePicture { way: wire.way.clone(), is_busy })
    })
}

impl WirePicture {
    pub(super) fn shape(&self) -> Shape {
        Shape::classed("path", if self.is_busy { "wire busy" } else { "wire" }).with("d", path(&self.way))
    }
}

/// The ends between which records are under way.
fn busy(scene: &Scene) -> BTreeSet<Ends> {
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
