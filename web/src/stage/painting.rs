//! Everything on the stage but the parcels, level upon level.

use super::client::ClientPicture;
use super::frame::{CardPicture, FencePicture, FramePicture};
use super::lane::LanePicture;
use super::wires::{self, Ends, WirePicture};
use crate::drawing::{Layer, Shape, Text};
use crate::page::Selection;
use runnel_sandbox::scene::{Area, NodeId, Scene};
use web_sys::Element;

/// What is drawn of a node, apart from where.
#[derive(Clone, PartialEq, Debug)]
enum Face {
    Frame(FramePicture),
    Fence(FencePicture),
    Card(CardPicture),
    Lane(LanePicture),
    Client(ClientPicture),
}

/// What is drawn of a node.
#[derive(Clone, PartialEq, Debug)]
struct NodePicture {
    area: Area,
    is_selected: bool,
    face: Face,
}

impl NodePicture {
    fn shape(node: &NodeId, picture: &NodePicture) -> Shape {
        let place = Place { node, area: picture.area, is_selected: picture.is_selected };
        match &picture.face {
            Face::Frame(frame) => frame.shape(&place),
            Face::Fence(fence) => fence.shape(&place),
            Face::Card(card) => card.shape(&place),
            Face::Lane(lane) => lane.shape(&place),
            Face::Client(client) => client.shape(&place),
        }
    }
}

/// Where something stands.
pub(super) struct Place<'a> {
    node: &'a NodeId,
    /// Its box.
    pub(super) area: Area,
    /// Whether the inspector shows it.
    pub(super) is_selected: bool,
}

impl Place<'_> {
    /// The element around all that belongs to it, at its place; the gestures find it by its name.
    pub(super) fn group(&self, class: impl Into<Text>) -> Shape {
        Shape::classed("g", class)
            .with("style", format!("transform:translate({:.1}px,{:.1}px)", self.area.x, self.area.y))
            .with("data-node", self.node.to_string())
    }

    /// A rectangle that fills its box.
    pub(super) fn ground(&self, class: &'static str, radius: &'static str) -> Shape {
        Shape::classed("rect", class).at("width", self.area.width).at("height", self.area.height).with("rx", radius)
    }

    /// Classes, and that it is selected.
    pub(super) fn classes(&self, classes: &[&'static str]) -> String {
        let selected = self.is_selected.then_some("selected");
        let all = classes.iter().copied().filter(|class| !class.is_empty()).chain(selected);
        all.collect::<Vec<&str>>().join(" ")
    }
}

/// The levels of a picture, and what is on them.
pub(super) struct Painting {
    frames: Layer<NodeId, NodePicture>,
    fences: Layer<NodeId, NodePicture>,
    wires: Layer<Ends, WirePicture>,
    cards: Layer<NodeId, NodePicture>,
    lanes: Layer<NodeId, NodePicture>,
    clients: Layer<NodeId, NodePicture>,
}

impl Painting {
    /// An empty one inside an element; nothing if the browser makes no elements.
    pub(super) fn new(parent: &Element) -> Option<Painting> {
        Some(Painting {
            frames: Layer::new(parent, "frames")?,
            fences: Layer::new(parent, "fences")?,
            wires: Layer::new(parent, "wires")?,
            cards: Layer::new(parent, "cards")?,
            lanes: Layer::new(parent, "lanes")?,
            clients: Layer::new(parent, "clients")?,
        })
    }

    /// Shows a scene, what is selected in it, and what a drag would meet.
    pub(super) fn show(&mut self, scene: &Scene, selection: Option<&Selection>, target: Option<&NodeId>) {
        let mut levels = Levels::default();
        for (node, area) in &scene.stage.areas {
            levels.add(scene, node, *area, selection, target);
        }
        self.frames.show(levels.frames.into_iter(), NodePicture::shape);
        self.fences.show(levels.fences.into_iter(), NodePicture::shape);
        self.wires.show(wires::wires(scene), |_, wire| wire.shape());
        self.cards.show(levels.cards.into_iter(), NodePicture::shape);
        self.lanes.show(levels.lanes.into_iter(), NodePicture::shape);
        self.clients.show(levels.clients.into_iter(), NodePicture::shape);
    }
}

/// Nodes by the level on which they are drawn.
#[derive(Default)]
struct Levels {
    frames: Vec<(NodeId, NodePicture)>,
    fences: Vec<(NodeId, NodePicture)>,
    cards: Vec<(NodeId, NodePicture)>,
    lanes: Vec<(NodeId, NodePicture)>,
    clients: Vec<(NodeId, NodePicture)>,
}

impl Levels {
    fn add(
        &mut self,
        scene: &Scene,
        node: &NodeId,
        area: Area,
        selection: Option<&Selection>,
        target: Option<&NodeId>,
    ) {
        let is_selected = matches!(selection, Some(Selection::Node(selected)) if selected == node);
        let drawn = |face, is_selected| (node.clone(), NodePicture { area, is_selected, face });
        match node {
            NodeId::Broker(id) => {
                self.frames.push(drawn(Face::Frame(FramePicture::of_broker(scene, *id)), is_selected));
            }
            NodeId::Topic(topic) => {
                self.frames.push(drawn(Face::Frame(FramePicture::of_topic()), is_selected));
                self.cards.push(drawn(Face::Card(CardPicture::of(scene, topic, true)), is_selected));
            }
            NodeId::Card { topic, .. } => {
                // A topic is selected as a whole, with its cards on all brokers.
                let is_selected =
                    matches!(selection, Some(Selection::Node(NodeId::Topic(selected))) if selected == topic);
                self.cards.push(drawn(Face::Card(CardPicture::of(scene, topic, false)), is_selected));
            }
            NodeId::Lane { topic, partition } => {
                let lane = LanePicture::of(scene, topic, *partition, selection);
                self.lanes.push(drawn(Face::Lane(lane), is_selected));
            }
            NodeId::Group(group_id) => {
                let fence = FencePicture::of(scene, group_id, target == Some(node));
                self.fences.push(drawn(Face::Fence(fence), is_selected));
            }
            NodeId::Client(_) | NodeId::Member { .. } | NodeId::Guest(_) => {
                self.clients.push(drawn(Face::Client(ClientPicture::of(scene, node)), is_selected));
            }
            NodeId::Connection(_) => {}
        }
    }
}
