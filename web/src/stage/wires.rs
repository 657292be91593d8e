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
    let loads = loads(scene);
    scene.stage.wires.iter().map(move |wire| {
        let is_busy = loads.iter().any(|load| load.goes(&wire.from, &wire.to));
        ((wire.from.clone(), wire.to.clone()), WirePicture { way: wire.way.clone(), is_busy })
    })
}

impl WirePicture {
    pub(super) fn shape(&self) -> Shape {
        Shape::classed("path", if self.is_busy { "wire busy" } else { "wire" }).with("d", path(&self.way))
    }
}

/// Records of a partition that are under way.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Load<'a> {
    client: &'a NodeId,
    topic: &'a str,
    partition: i32,
    broker: i32,
    /// To the client.
    is_answer: bool,
}

/// All that is under way, each once.
fn loads(scene: &Scene) -> BTreeSet<Load<'_>> {
    let parcels = scene.seen.parcels.values();
    let loads = parcels.flat_map(|parcel| {
        parcel.contents.cargo.iter().map(|cargo| Load {
            client: &parcel.client,
            topic: &cargo.topic,
            partition: cargo.partition,
            broker: parcel.broker,
            is_answer: parcel.is_answer,
        })
    });
    loads.collect()
}

impl Load<'_> {
    /// Whether it goes along a wire.
    fn goes(&self, from: &NodeId, to: &NodeId) -> bool {
        let (client, place) = if self.is_answer { (to, from) } else { (from, to) };
        let is_there = match place {
            NodeId::Lane { topic, partition } => topic == self.topic && *partition == self.partition,
            NodeId::Card { topic, broker } => topic == self.topic && *broker == self.broker,
            NodeId::Topic(topic) => topic == self.topic,
            NodeId::Broker(_)
            | NodeId::Group(_)
            | NodeId::Client(_)
            | NodeId::Member { .. }
            | NodeId::Guest(_)
            | NodeId::Connection(_) => false,
        };
        is_there && client == self.client
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
