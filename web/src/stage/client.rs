//! Producers point to the right; consumers are round, with the time that is left in their session as a ring.

use super::{Picture, is_selected, moved_to};
use crate::page::Page;
use leptos::prelude::*;
use runnel_sandbox::scene::{ClientRole, ClientState, CountdownKind, Group, Member, NodeId, Scene};

/// Around the circle of a consumer.
const RING_RADIUS: f64 = 19.0;
const RING_LENGTH: f64 = 2.0 * std::f64::consts::PI * RING_RADIUS;
/// Steps in which a ring shrinks, so that it is not drawn anew for what nobody sees.
const RING_STEPS: f64 = 240.0;

/// What is drawn of a client.
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
    let count: usize = member.assignment.values().map(|partitions| partitions.iter().count()).sum();
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

#[component]
pub(super) fn ClientNode(picture: Picture, node: NodeId) -> impl IntoView {
    let page = expect_context::<Page>();
    let area = picture.area(node.clone());
    let selected = is_selected(page, node.clone());
    let shown = node.clone();
    let face = picture.view.memo(move |scene| face(scene, &shown));
    let role = Memo::new(move |_| face.with(|face| face.role));
    let class = move || {
        let (kind, state) = face.with(|face| (face.role, face.class));
        let kind = match kind {
            ClientRole::Producer => "producer",
            ClientRole::Consumer => "consumer",
            ClientRole::Tool => "tool",
        };
        format!("client {kind} {state}{}", if selected.get() { " selected" } else { "" })
    };
    let name = move || face.with(|face| shortened(&face.name, 15));
    let line = move || face.with(|face| shortened(&face.line, 20));
    let id = node.to_string();
    let body = move || match role.get() {
        ClientRole::Producer => view! { <ProducerBody area name line /> }.into_any(),
        ClientRole::Tool => view! { <ToolBody area name line /> }.into_any(),
        ClientRole::Consumer => {
            let ring = node.clone();
            let work = node.clone();
            let left = picture.view.memo(move |scene| session_left(scene, &ring));
            let works = picture.view.memo(move |scene| working(scene, &work));
            view! { <ConsumerBody area name line left works /> }.into_any()
        }
    };
    view! {
        <g class=class style=moved_to(area) data-node=id>
            {body}
        </g>
    }
}

#[component]
fn ProducerBody(
    area: Memo<runnel_sandbox::scene::Area>,
    name: impl Fn() -> String + Send + Sync + 'static,
    line: impl Fn() -> String + Send + Sync + 'static,
) -> impl IntoView {
    let outline = move || {
        let (width, height) = (area.get().width, area.get().height);
        let (tip, middle) = (width - 18.0, height / 2.0);
        format!(
            "M8 0H{tip}q4 0 6 3L{} {middle}L{} {}q-2 3-6 3H8a8 8 0 0 1-8-8V8a8 8 0 0 1 8-8z",
            width,
            tip + 6.0,
            height - 3.0
        )
    };
    view! {
        <path class="client-body" d=outline />
        <text class="client-name" x="12" y="19">{name}</text>
        <text class="client-line" x="12" y="34">{line}</text>
        <circle class="client-port" cx=move || area.get().width cy=move || area.get().height / 2.0 r="6" data-port="out">
            <title>"Drag from here to a topic"</title>
        </circle>
    }
}

/// A terminal.
#[component]
fn ToolBody(
    area: Memo<runnel_sandbox::scene::Area>,
    name: impl Fn() -> String + Send + Sync + 'static,
    line: impl Fn() -> String + Send + Sync + 'static,
) -> impl IntoView {
    view! {
        <rect class="client-body" width=move || area.get().width height=move || area.get().height rx="6" />
        <text class="tool-prompt" x="10" y="19">"$"</text>
        <text class="client-name" x="22" y="19">{name}</text>
        <text class="client-line" x="10" y="34">{line}</text>
    }
}

#[component]
fn ConsumerBody(
    area: Memo<runnel_sandbox::scene::Area>,
    name: impl Fn() -> String + Send + Sync + Clone + 'static,
    line: impl Fn() -> String + Send + Sync + 'static,
    left: Memo<Option<f64>>,
    works: Memo<Option<f64>>,
) -> impl IntoView {
    let named = name.clone();
    let initial = move || named().chars().next().map(String::from);
    let y = move || area.get().height / 2.0;
    let dashes = move || format!("{:.1} {RING_LENGTH:.1}", left.get().unwrap_or(0.0) * RING_LENGTH);
    let pie = move || works.get().map_or(String::new(), pie);
    view! {
        <rect class="client-hit" width=move || area.get().width height=move || area.get().height rx="10" />
        <circle class="client-body" cx="22" cy=y r=RING_RADIUS />
        <path class="client-work" d=pie transform=move || format!("translate(22 {})", y()) />
        <circle
            class="client-ring"
            class:none=move || left.get().is_none()
            class:low=move || left.get().is_some_and(|left| left < 0.3)
            cx="22"
            cy=y
            r=RING_RADIUS
            stroke-dasharray=dashes
            transform=move || format!("rotate(-90 22 {})", y())
        />
        <text class="client-initial" x="22" y=move || y() + 4.5>{initial}</text>
        <text class="client-name" x="50" y=move || y() - 2.0>{name}</text>
        <text class="client-line" x="50" y=move || y() + 13.0>{line}</text>
    }
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
