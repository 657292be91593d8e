//! What holds other things: brokers, the cards of topics, the fences of groups.

use super::painting::Place;
use crate::drawing::Shape;
use runnel_broker::BrokerState;
use runnel_sandbox::scene::Scene;

/// A card that is narrower tells how many records a topic has, not how many partitions too.
const COUNTS_WIDTH: f64 = 260.0;

/// A broker's box, or the one of a topic that somebody has put somewhere.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct FramePicture {
    name: String,
    /// A class, and a word where it is not as usual.
    state: (&'static str, &'static str),
    /// Whether it can be up or down.
    has_lamp: bool,
}

impl FramePicture {
    pub(super) fn of_broker(scene: &Scene, id: i32) -> FramePicture {
        FramePicture { name: format!("broker {id}"), state: broker_state(scene, id), has_lamp: true }
    }

    pub(super) fn of_topic() -> FramePicture {
        FramePicture { name: String::new(), state: ("", ""), has_lamp: false }
    }

    pub(super) fn shape(&self, place: &Place<'_>) -> Shape {
        let (class, word) = self.state;
        let width = place.area.width;
        let state = Shape::classed("text", "frame-state").at("x", width - 34.0).with("y", "24").saying(word);
        let name = Shape::classed("text", "frame-name").with("x", "20").with("y", "24").saying(self.name.clone());
        let lamp = Shape::classed("circle", "frame-lamp").at("cx", width - 24.0).with("cy", "20").with("r", "4");
        place
            .group(place.classes(&["frame", class]))
            .holding(place.ground("frame-box", "16"))
            .holding(name)
            .holding(state)
            .holding_all(self.has_lamp.then_some(lamp))
    }
}

/// How a broker is: a class, and a word where it is not as usual.
fn broker_state(scene: &Scene, id: i32) -> (&'static str, &'static str) {
    let Some(broker) = scene.cluster.brokers.get(&id) else { return ("", "") };
    match (broker.state, broker.fenced) {
        (BrokerState::Up, false) if scene.cluster.controller == id && scene.cluster.brokers.len() > 1 => {
            ("up", "controller")
        }
        (BrokerState::Up, false) => ("up", ""),
        (BrokerState::Up, true) => ("starting", "fenced"),
        (BrokerState::Starting, _) => ("starting", "starting"),
        (BrokerState::Down, _) => ("down", "down"),
    }
}

/// The heading of a topic's card.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct CardPicture {
    topic: String,
    partitions_count: usize,
    records_count: i64,
    /// Inside a box of its own it keeps away from the edges.
    indent: f64,
}

impl CardPicture {
    pub(super) fn of(scene: &Scene, topic: &str, has_box: bool) -> CardPicture {
        let lanes = scene.cluster.topics.get(topic).map_or(&[][..], |topic| &topic.lanes);
        CardPicture {
            topic: topic.to_owned(),
            partitions_count: lanes.len(),
            records_count: lanes.iter().map(|lane| (lane.log_end_offset - lane.log_start_offset).max(0)).sum(),
            indent: if has_box { 16.0 } else { 0.0 },
        }
    }

    pub(super) fn shape(&self, place: &Place<'_>) -> Shape {
        let partition_word = if self.partitions_count == 1 { "partition" } else { "partitions" };
        let record_word = if self.records_count == 1 { "record" } else { "records" };
        let (width, y) = (place.area.width, 17.0 + self.indent);
        let (count, chars_max) = if width < COUNTS_WIDTH {
            (format!("{} {record_word}", self.records_count), 14)
        } else {
            (format!("{} {partition_word} · {} {record_word}", self.partitions_count, self.records_count), 18)
        };
        let grip = Shape::classed("rect", "card-grip").at("width", width).with("height", "24").with("rx", "6");
        let name = Shape::classed("text", "card-name")
            .at("x", self.indent + 4.0)
            .at("y", y)
            .saying(super::shortened(&self.topic, chars_max));
        let count = Shape::classed("text", "card-count").at("x", width - self.indent - 4.0).at("y", y).saying(count);
        place.group(place.classes(&["card"])).holding(grip).holding(name).holding(count)
    }
}

/// The dashed fence of a group.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct FencePicture {
    group_id: String,
    state: (&'static str, String),
    is_target: bool,
}

impl FencePicture {
    pub(super) fn of(scene: &Scene, group_id: &str, is_target: bool) -> FencePicture {
        FencePicture { group_id: group_id.to_owned(), state: group_state(scene, group_id), is_target }
    }

    pub(super) fn shape(&self, place: &Place<'_>) -> Shape {
        let target = if self.is_target { "target" } else { "" };
        let name = Shape::classed("text", "fence-name").with("x", "16").with("y", "22");
        let state = Shape::classed("text", "fence-state").with("x", "16").with("y", "37");
        place
            .group(place.classes(&["fence", self.state.0, target]))
            .holding(place.ground("fence-box", "16"))
            .holding(name.saying(super::shortened(&self.group_id, 18)))
            .holding(state.saying(self.state.1.clone()))
    }
}

/// How a group is: a class, and its state with the generation.
fn group_state(scene: &Scene, group_id: &str) -> (&'static str, String) {
    let Some(group) = scene.cluster.groups.get(group_id) else { return ("empty", "no members yet".to_owned()) };
    let words = format!("{} · gen {}", group.state, group.generation_id);
    if group.is_stable() {
        ("stable", words)
    } else if group.members.is_empty() {
        ("empty", words)
    } else {
        ("moving", words)
    }
}
