//! What a gesture means: each is a command, the same that could be typed.

use super::Picture;
use super::drag::{Drag, Dragged, Piece};
use crate::page::{Named, Page, Selection, Tone, free_name};
use leptos::prelude::*;
use runnel_sandbox::scene::{ClientRole, NodeId, Point, Scene};
use runnel_sandbox::script::quote;

/// How long a message is under way on the cables of this page, so that one can see it go.
pub(crate) const LATENCY: &str = "150ms";

/// What something that is dragged would be dropped on.
pub(super) fn target(picture: Picture, what: &Dragged, at: Point) -> Option<NodeId> {
    picture.view.scene(|scene| {
        let wanted: fn(&NodeId) -> bool = match what {
            Dragged::Piece(Piece::Consumer) => is_group_or_topic,
            Dragged::Piece(Piece::Producer) | Dragged::Wire { .. } => is_topic,
            Dragged::Node { node: NodeId::Client(name), .. } => match scene.clients.get(name)?.card.role {
                ClientRole::Producer => is_topic,
                ClientRole::Consumer => is_group,
                ClientRole::Tool => return None,
            },
            Dragged::Node { .. } | Dragged::Piece(_) | Dragged::Committed { .. } | Dragged::Ground => return None,
        };
        let mut found = scene.stage.areas.iter().filter(|(node, area)| wanted(node) && area.contains(at));
        found.next().map(|(node, _)| node.clone())
    })
}

fn is_topic(node: &NodeId) -> bool {
    matches!(node, NodeId::Card { .. } | NodeId::Topic(_))
}

fn is_group(node: &NodeId) -> bool {
    matches!(node, NodeId::Group(_))
}

fn is_group_or_topic(node: &NodeId) -> bool {
    is_topic(node) || is_group(node)
}

fn topic_of(node: &NodeId) -> Option<&str> {
    match node {
        NodeId::Card { topic, .. } | NodeId::Topic(topic) | NodeId::Lane { topic, .. } => Some(topic),
        NodeId::Broker(_)
        | NodeId::Group(_)
        | NodeId::Client(_)
        | NodeId::Member { .. }
        | NodeId::Guest(_)
        | NodeId::Connection(_) => None,
    }
}

/// Puts a piece of the palette where it belongs: by a click or the keyboard. What is selected is where it goes.
pub(super) fn add(page: Page, piece: Piece) {
    let target = page.selection.with_untracked(|selection| match selection {
        Some(Selection::Node(node)) => Some(node.clone()),
        Some(Selection::Record { topic, .. }) => Some(NodeId::Topic(topic.clone())),
        None => None,
    });
    put(page, piece, target.as_ref());
}

/// Ends a drag.
pub(super) fn drop(page: Page, picture: Picture, drag: &Drag) {
    let over = drag.over.as_ref();
    match &drag.what {
        Dragged::Piece(piece) => put(page, *piece, over),
        Dragged::Wire { from: NodeId::Client(name) } => match over.and_then(topic_of) {
            Some(topic) => _ = page.run(&format!("wire {name} {}", quote(topic))),
            None => page.say(Tone::Refused, format!("a wire from {name} ends at a topic")),
        },
        Dragged::Node { node, grip } => {
            let corner = Point::new(drag.at.x - grip.x, drag.at.y - grip.y);
            drop_node(page, node, over, corner);
        }
        Dragged::Committed { group, topic, partition } => {
            let offset = picture.view.scene(|scene| offset_at(scene, topic, *partition, drag.at.x));
            reset_offset(page, group, topic, *partition, offset);
        }
        Dragged::Wire { .. } | Dragged::Ground => {}
    }
}

fn drop_node(page: Page, node: &NodeId, over: Option<&NodeId>, corner: Point) {
    let NodeId::Client(name) = node else { return place(page, node, corner) };
    let card = page.view.scene(|scene| scene.clients.get(name).map(|client| client.card.clone()));
    match (card.and_then(|card| card.group), over) {
        (Some(own), Some(NodeId::Group(group))) if own == *group => {}
        (Some(_), Some(NodeId::Group(group))) => _ = page.run(&format!("move {name} {}", quote(group))),
        // Out of its group, a consumer says goodbye.
        (Some(_), _) => _ = page.run(&format!("leave {name}")),
        (None, Some(node)) if topic_of(node).is_some() => {
            _ = page.run(&format!("wire {name} {}", quote(topic_of(node).unwrap_or_default())));
        }
        (None, _) => place(page, node, corner),
    }
}

fn place(page: Page, node: &NodeId, corner: Point) {
    let name = match node {
        NodeId::Client(name) => name.clone(),
        NodeId::Topic(topic) | NodeId::Card { topic, .. } => format!("topic {}", quote(topic)),
        NodeId::Group(group) => format!("group {}", quote(group)),
        NodeId::Broker(id) => format!("broker {id}"),
        NodeId::Lane { .. } | NodeId::Member { .. } | NodeId::Guest(_) | NodeId::Connection(_) => return,
    };
    page.run(&format!("place {name} {:.0},{:.0}", corner.x, corner.y));
}

fn put(page: Page, piece: Piece, over: Option<&NodeId>) {
    let script = page.view.scene(|scene| match piece {
        Piece::Producer => Ok(producer(scene, over)),
        Piece::Topic => Ok(format!("topic {} partitions=3", free_name(scene, Named::Topic))),
        Piece::Consumer => consumer(scene, over),
        Piece::Group => Ok(format!("group {}", free_name(scene, Named::Group))),
        Piece::Broker => {
            let number = scene.cluster.brokers.keys().max().copied().unwrap_or(0) + 1;
            Ok(format!("broker {number}"))
        }
    });
    match script {
        Ok(script) => {
            if page.run(&script) {
                select_new(page, &script);
            }
        }
        Err(reason) => page.say(Tone::Refused, reason),
    }
}

/// What was just made is what the inspector shows.
fn select_new(page: Page, script: &str) {
    let mut words = script.split_whitespace();
    let node = match (words.next(), words.next()) {
        (Some("topic"), Some(name)) => NodeId::Topic(name.to_owned()),
        (Some("group"), Some(name)) => NodeId::Group(name.to_owned()),
        (Some("broker"), Some(number)) => NodeId::Broker(number.parse().unwrap_or_default()),
        (Some("producer" | "consumer"), Some(name)) => NodeId::Client(name.to_owned()),
        (Some(_) | None, _) => return,
    };
    page.select(node);
}

fn producer(scene: &Scene, over: Option<&NodeId>) -> String {
    let name = free_name(scene, Named::Producer);
    let mut script = format!("producer {name}\nlatency {name} brokers {LATENCY}\n");
    let only = scene.cluster.topics.iter().filter(|(_, topic)| !topic.internal).map(|(name, _)| name.as_str());
    let only: Vec<&str> = only.take(2).collect();
    let topic = over.and_then(topic_of).or(if let [topic] = only.as_slice() { Some(topic) } else { None });
    if let Some(topic) = topic {
        script.push_str(&format!("wire {name} {}\n", quote(topic)));
    }
    script
}

fn consumer(scene: &Scene, over: Option<&NodeId>) -> Result<String, String> {
    let name = free_name(scene, Named::Consumer);
    let any = || scene.cluster.topics.iter().find(|(_, topic)| !topic.internal).map(|(name, _)| name.clone());
    let none = || "a consumer reads a topic, and there is none yet: put a topic onto the stage first".to_owned();
    let group_over = match over {
        Some(NodeId::Group(group)) => Some(group.clone()),
        Some(NodeId::Client(name)) => scene.clients.get(name).and_then(|client| client.card.group.clone()),
        Some(
            NodeId::Broker(_)
            | NodeId::Topic(_)
            | NodeId::Card { .. }
            | NodeId::Lane { .. }
            | NodeId::Member { .. }
            | NodeId::Guest(_)
            | NodeId::Connection(_),
        )
        | None => None,
    };
    let (group, topics) = match group_over {
        Some(group) => {
            let of_group = |client: &&runnel_sandbox::scene::Client| client.card.group.as_deref() == Some(&group);
            let member = scene.clients.values().find(of_group).filter(|member| !member.card.topics.is_empty());
            let topics = match member {
                Some(member) => member.card.topics.iter().cloned().collect::<Vec<String>>().join(","),
                None => any().ok_or_else(none)?,
            };
            (group, topics)
        }
        None => {
            let topic = over.and_then(topic_of).map(str::to_owned).or_else(any).ok_or_else(none)?;
            (free_name(scene, Named::Group), topic)
        }
    };
    Ok(format!(
        "consumer {name} group={} topics={topics} processing=400ms\nlatency {name} brokers {LATENCY}\n",
        quote(&group)
    ))
}

/// The offset that lies at a place of a lane.
fn offset_at(scene: &Scene, topic: &str, partition: i32, x: f64) -> i64 {
    let row = scene.row(topic, partition);
    let area = scene.stage.areas.get(&NodeId::lane(topic, partition)).copied().unwrap_or_default();
    let (_, step) = super::cell::measures(scene.stage.lane_size);
    let (left, _) = super::lane::corner(scene.stage.lane_size);
    row.offset_at((x - area.x - left) / step)
}

/// Moves the committed offset of a group as Kafka's own tool does, which refuses while the group has members.
pub(crate) fn reset_offset(page: Page, group: &str, topic: &str, partition: i32, offset: i64) {
    let script = format!(
        "kafka-consumer-groups.sh --bootstrap-server localhost:9092 --group {} --topic {topic}:{partition} \
         --reset-offsets --to-offset {offset} --execute\nsettle",
        quote(group)
    );
    page.run(&script);
}

/// Forgets all places that somebody chose.
pub(super) fn tidy(page: Page) {
    page.view.update(|viewing| viewing.tidy());
}
