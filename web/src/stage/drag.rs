//! What is being dragged, and how it looks on its way.

use super::Picture;
use leptos::prelude::*;
use runnel_sandbox::scene::{Area, Curve, NodeId, Point};

/// What can be dragged from the palette.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Piece {
    Producer,
    Topic,
    Consumer,
    Group,
    Broker,
}

/// What is dragged.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Dragged {
    /// Something new.
    Piece(Piece),
    /// Something that stands on the stage, held at this distance from its corner.
    Node { node: NodeId, grip: Point },
    /// A wire from a producer.
    Wire { from: NodeId },
    /// A committed offset.
    Committed { group: String, topic: String, partition: i32 },
    /// The stage under everything.
    Ground,
}

/// A drag under way.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Drag {
    pub(crate) what: Dragged,
    /// Where the pointer is, on the stage.
    pub(crate) at: Point,
    /// Where it was pressed, in pixels of the surface.
    pub(crate) pressed: (f64, f64),
    /// Whether it has gone far enough to be more than a click.
    pub(crate) has_moved: bool,
    /// What lies under it.
    pub(crate) over: Option<NodeId>,
}

/// What is dragged, at the pointer.
#[component]
pub(super) fn DragGhost(picture: Picture) -> impl IntoView {
    let ghost = move || {
        let drag = picture.drag.get().filter(|drag| drag.has_moved)?;
        Some(match &drag.what {
            Dragged::Ground => return None,
            Dragged::Piece(piece) => {
                let shape = super::palette::outline(*piece);
                let transform = format!("translate({:.1} {:.1}) scale(1.6)", drag.at.x - 19.0, drag.at.y - 16.0);
                view! { <path class="ghost" d=shape transform=transform /> }.into_any()
            }
            Dragged::Node { node, grip } => {
                let area = picture.view.scene(|scene| scene.stage.areas.get(node).copied())?;
                let (x, y) = (drag.at.x - grip.x, drag.at.y - grip.y);
                view! { <rect class="ghost" x=x y=y width=area.width height=area.height rx="12" /> }.into_any()
            }
            Dragged::Wire { from } => {
                let area = picture.view.scene(|scene| scene.stage.areas.get(from).copied())?;
                let curve = Curve::between(&area, &Area::new(drag.at.x, drag.at.y, 0.0, 0.0));
                view! { <path class="ghost wire" d=super::wires::path(&curve.into()) /> }.into_any()
            }
            Dragged::Committed { topic, partition, .. } => {
                let node = NodeId::lane(topic, *partition);
                let area = picture.view.scene(|scene| scene.stage.areas.get(&node).copied())?;
                let line = format!("M{:.1} {:.1}v{:.1}", drag.at.x, area.y + 4.0, area.height - 8.0);
                view! { <path class="ghost marker" d=line /> }.into_any()
            }
        })
    };
    view! { <g class="ghosts">{ghost}</g> }
}
