//! Producers point to the right; consumers are round, with the time that is left in their session as a ring.

use super::painting::Place;
use crate::drawing::Shape;
use runnel_sandbox::scene::{ClientRole, ClientState, CountdownKind, Group, Member, NodeId, Scene};

/// Around the circle of a consumer.
const RING_RADIUS: f64 = 19.0;
const RING_LENGTH: f64 = 2.0 * std::f64::consts::PI * RING_RADIUS;
/// Steps in which a ring shrinks, so that it is not drawn anew for what nobody sees.
const RING_STEPS: f64 = 240.0;

/// What is drawn of a client.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct ClientPicture {
    face: Face,
    session_left: Option<f64>,
    working: Option<f64>,
}

impl ClientPicture {
    pub(super) fn of(scene: &Scene, node: &NodeId) -> ClientPicture {
        ClientPicture {
            face: face(scene, node),
            session_left: session_left(scene, node),
            working: working(scene, node),
        }
    }

    pub(super) fn shape(&self, place: &Place<'_>) -> Shape {
        let role = match self.face.role {
            ClientRole::Producer => "producer",
            ClientRole::Consumer => "consumer",
            ClientRole::Tool => "tool",
        };
        let group = place.group(place.classes(&["client", role, self.face.class]));
        match self.face.role {
            ClientRole::Producer => self.producer(group, place),
            ClientRole::Consumer => self.consumer(group, place),
            ClientRole::Tool => self.tool(group, place),
        }
    }

    fn name(&self, x: &'static str, y: f64) -> Shape {
        let name = Shape::classed("text", "client-name").with("x", x).at("y", y);
        name.saying(shortened(&self.face.name, 15))
    }

    fn line(&self, x: &'static str, y: f64) -> Shape {
        let line = Shape::classed("text", "client-line").with("x", x).at("y", y);
        line.saying(shortened(&self.face.line, 20))
    }

    fn producer(&self, group: Shape, place: &Place<'_>) -> Shape {
        let (width, height) = (place.area.width, place.area.height);
        let (tip, middle) = (width - 18.0, height / 2.0);
        let outline = format!(
            "M8 0H{tip}q4 0 6 3L{} {middle}L{} {}q-2 3-6 3H8a8 8 0 0 1-8-8V8a8 8 0 0 1 8-8z",
            width,
            tip + 6.0,
            height - 3.0
        );
        let port = Shape::classed("circle", "client-port").at("cx", width).at("cy", middle).with("r", "6");
        group
            .holding(Shape::classed("path", "client-body").with("d", outline))
            .holding(self.name("12", 19.0))
            .holding(self.line("12", 34.0))
            .holding(port.with("data-port", "out").holding(Shape::new("title").saying("Drag from here to a topic")))
    }

    /// A terminal.
    fn tool(&self, group: Shape, place: &Place<'_>) -> Shape {
        group
            .holding(place.ground("client-body", "6"))
            .holding(Shape::classed("text", "tool-prompt").with("x", "10").with("y", "19").saying("$"))
            .holding(self.name("22", 19.0))
            .holding(self.line("10", 34.0))
    }

    fn consumer(&self, group: Shape, place: &Place<'_>) -> Shape {
        let y = place.area.height / 2.0;
        let circle = |class| Shape::classed("circle", class).with("cx", "22").at("cy", y).at("r", RING_RADIUS);
        let work = self.working.map(|share| {
            let slice = Shape::classed("path", "client-work").with("d", pie(share));
            slice.with("transform", format!("translate(22 {y})")).keyed("work".to_owned())
        });
        let ring = self.session_left.map(|left| {
            circle(if left < 0.3 { "client-ring low" } else { "client-ring" })
                .with("stroke-dasharray", format!("{:.1} {RING_LENGTH:.1}", left * RING_LENGTH))
                .with("transform", format!("rotate(-90 22 {y})"))
                .keyed("ring".to_owned())
        });
        let initial = self.face.name.chars().next().map_or(String::new(), String::from);
        let initial = Shape::classed("text", "client-initial").with("x", "22").at("y", y + 4.5).saying(initial);
        group
            .holding(place.ground("client-hit", "10"))
            .holding(circle("client-body"))
            .holding_all(work)
            .holding_all(ring)
            .holding(initial)
            .holding(self.name("50", y - 2.0))
            .holding(self.line("50", y + 13.0))
    }
}

/// Who a client is and how it is.
#[derive(Clone, PartialEq, Debug)]
struct Face {
    name: String,
    line: String,
    role: ClientRole,
    class: &'static str,
}

fn face(scene: &Scene, node: &NodeId) -> Face {
    match node {
        NodeId::Client(name) => match scene.clients.get(name) {
            Some(client) => {
                let (class, line) = match (client.state, client.card.role) {
                    (ClientState::Crashed, _) => ("crashed", "crashed".to_owned()),
                    (ClientState::Closed, _) => ("closed", "left".to_owned()),
                    (ClientState::Paused, _) => ("paused", "paused".to_owned()),
                    (ClientState::Running, ClientRole::Producer) => ("", client.card.kind.clone()),
                    (ClientState::Running, ClientRole::Consumer) => consumer_line(scene, name),
                    (ClientState::Running, ClientRole::Tool) => ("", client.card.kind.clone()),
                };
                Face { name: name.clone(), line, role: client.card.role, class }
            }
            None => Face { name: name.clone(), line: String::new(), role: ClientRole::Consumer, class: "" },
        },
        NodeId::Member { group_id, member_id } => {
            let member = scene.cluster.groups.get(group_id).and_then(|group| group.members.get(member_id));
            let name = member.map_or_else(|| member_id.clone(), |member| member.client_id.clone());
            let line = if scene.clients.contains_key(&name) { "missed by its group" } else { "member" };
            let class = if scene.clients.contains_key(&name) { "crashed" } else { "" };
            Face { name, line: line.to_owned(), role: ClientRole::Consumer, class }
        }
        NodeId::Guest(name) => {
            let writes = scene.seen.guests.get(name).is_some_and(|guest| !guest.writes.is_empty());
            let role = if writes { ClientRole::Producer } else { ClientRole::Consumer };
            Face { name: name.clone(), line: "guest".to_owned(), role, class: "" }
        }
        NodeId::Broker(_)
        | NodeId::Topic(_)
        | NodeId::Card { .. }
        | NodeId::Lane { .. }
        | NodeId::Group(_)
        | NodeId::Connection(_) => {
            Face { name: node.to_string(), line: String::new(), role: ClientRole::Consumer, class: "" }
        }
    }
}

/// A client as its group has it, once it has joined.
fn member_of<'a>(scene: &'a Scene, name: &str) -> Option<(&'a Group, &'a Member)> {
    let client = scene.clients.get(name)?;
    let group = scene.cluster.groups.get(client.card.group.as_ref()?)?;
    Some((group, group.members.get(client.member_id.as_ref()?)?))
}

/// What a running consumer owns, or why it owns nothing.
fn consumer_line(scene: &Scene, name: &str) -> (&'static str, String) {
    let Some((group, member)) = member_of(scene, name) else { return ("joining", "joining".to_owned()) };
    if !group.is_stable() {
        let line = if member.is_joining { "waits for the others" } else { "has still to rejoin" };
        return ("joining", line.to_owned());
    }
    if member.is_idle() {
        return ("idle", "idle: spare".to_owned());
    }
    ("", owned_words(member))
}

/// Which partitions a member owns, in few letters: of several topics only how many.
fn owned_words(member: &Member) -> String {
    let count: usize = member.assignment.values().map(|partitions| partitions.len()).sum();
    let mut topics = member.assignment.values();
    match (topics.next(), topics.next()) {
        (Some(only), None) => format!("owns {}", numbers(only.iter().copied())),
        (Some(_), Some(_)) => format!("owns {count} of {} topics", member.assignment.len()),
        (None, _) => "owns nothing".to_owned(),
    }
}

/// Numbers in few letters: `0, 2`, and `0 to 5` where none is missing.
fn numbers(all: impl Iterator<Item = i32>) -> String {
    let all: Vec<i32> = all.collect();
    let is_next = |pair: &[i32]| pair.first().zip(pair.last()).is_some_and(|(one, next)| one + 1 == *next);
    match (all.first(), all.last()) {
        (Some(first), Some(last)) if all.len() > 2 && all.windows(2).all(is_next) => format!("{first} to {last}"),
        _ => all.iter().map(i32::to_string).collect::<Vec<String>>().join(", "),
    }
}

/// How much of a member's session is left, in steps; nothing if nobody counts.
fn session_left(scene: &Scene, node: &NodeId) -> Option<f64> {
    let member = match node {
        NodeId::Client(name) => member_of(scene, name).map(|(_, member)| member),
        NodeId::Member { group_id, member_id } => scene.cluster.groups.get(group_id)?.members.get(member_id),
        NodeId::Broker(_)
        | NodeId::Topic(_)
        | NodeId::Card { .. }
        | NodeId::Lane { .. }
        | NodeId::Group(_)
        | NodeId::Guest(_)
        | NodeId::Connection(_) => None,
    };
    let left = member?.session?.fraction_left(scene.time);
    Some((left * RING_STEPS).round() / RING_STEPS)
}

/// How far a consumer is with the record that it works on.
fn working(scene: &Scene, node: &NodeId) -> Option<f64> {
    let NodeId::Client(name) = node else { return None };
    let client = scene.clients.get(name)?;
    let wait = client.waits.iter().find(|((kind, _), _)| *kind == CountdownKind::Processing)?.1;
    Some(((1.0 - wait.fraction_left(scene.time)) * 40.0).round() / 40.0)
}

/// A slice of a pie, from the top on.
fn pie(share: f64) -> String {
    if share <= 0.0 {
        return String::new();
    }
    let angle = share.min(0.999) * 2.0 * std::f64::consts::PI;
    let radius = RING_RADIUS - 3.0;
    let (x, y) = (radius * angle.sin(), -radius * angle.cos());
    let large = u8::from(share > 0.5);
    format!("M0 0V-{radius:.1}A{radius:.1} {radius:.1} 0 {large} 1 {x:.1} {y:.1}z")
}

/// A text that fits; what is too long ends with dots.
pub(crate) fn shortened(text: &str, chars_max: usize) -> String {
    if text.chars().count() <= chars_max {
        return text.to_owned();
    }
    let kept: String = text.chars().take(chars_max.saturating_sub(1)).collect();
    format!("{kept}…")
}
