//! A connection with the packet lens: every frame that went over it since it was looked at, down to its bytes.

mod lens;

use super::Gone;
use super::act::{Lead, bytes, since_start};
use crate::page::Page;
use crate::widgets::{Fact, Facts, Section};
use lens::Lens;
use leptos::prelude::*;
use runnel_broker::ConnectionId;
use runnel_sandbox::scene::{NodeId, Packet, Tap};
use runnel_sandbox::script::Direction;
use runnel_sandbox::viewing::Viewing;

/// Frames that are listed.
const LISTED_MAX: usize = 40;

/// The frames that the world has kept of a connection, with their fields.
pub(super) fn tap(viewing: &Viewing, id: u64) -> Tap {
    let mut tap = Tap::default();
    let cables = viewing.story().world().cables();
    let kept = cables.connection(ConnectionId(id)).and_then(|connection| connection.tap());
    for frame in kept.into_iter().flat_map(|kept| kept.frames()) {
        // The lens shows frames without the four bytes of their size.
        let body = frame.bytes.slice(frame.bytes.len().min(4)..);
        match frame.direction {
            Direction::Request => tap.request(frame.time, body),
            Direction::Answer => tap.answer(frame.time, body),
        }
    }
    tap
}

/// How many frames have gone by, as long as the connection is tapped.
fn newest(viewing: &Viewing, id: u64) -> Option<u64> {
    let cables = viewing.story().world().cables();
    let tap = cables.connection(ConnectionId(id))?.tap()?;
    Some(tap.frames().last().map_or(0, |frame| frame.number))
}

#[component]
pub(super) fn ConnectionPanel(id: u64) -> impl IntoView {
    let page = expect_context::<Page>();
    page.view.update(|viewing| viewing.set_tapped(ConnectionId(id), true));
    on_cleanup(move || page.view.update(|viewing| viewing.set_tapped(ConnectionId(id), false)));
    // After a seek the world is another, in which nobody has put a tap on yet.
    let newest = Memo::new(move |_| page.view.watch(|viewing| newest(viewing, id)));
    Effect::new(move |_| {
        if newest.get().is_none() && page.view.scene(|scene| scene.cluster.connections.contains_key(&id)) {
            page.view.update(|viewing| viewing.set_tapped(ConnectionId(id), true));
        }
    });
    let about = page.view.memo(move |scene| {
        let connection = scene.cluster.connections.get(&id)?;
        let software = format!("{} {}", connection.software, connection.version);
        Some((scene.name_of_connection(id), connection.broker, connection.peer.clone(), software))
    });
    let is_there = Memo::new(move |_| about.with(Option::is_some));
    view! {
        <Show when=move || is_there.get() fallback=move || view! { <Gone what=format!("connection {id}") /> }>
            <Head id about />
            <Packets id newest />
        </Show>
    }
}

#[component]
fn Head(id: u64, about: Memo<Option<(String, i32, String, String)>>) -> impl IntoView {
    let page = expect_context::<Page>();
    let ends = Memo::new(move |_| {
        let (name, broker, _, _) = about.get()?;
        Some((page.view.scene(|scene| scene.node_of_client(&name)), name, broker))
    });
    let leads = move || {
        ends.get().map(|(node, name, broker)| {
            view! {
                <Lead to=node text=name />
                " ⇄ "
                <Lead to=NodeId::Broker(broker) text=format!("broker {broker}") />
            }
        })
    };
    let peer =
        Signal::derive(move || about.with(|about| about.as_ref().map(|about| about.2.clone()).unwrap_or_default()));
    let software = Signal::derive(move || {
        about.with(|about| about.as_ref().map(|about| about.3.trim().to_owned()).unwrap_or_default())
    });
    view! {
        <p class="crumb">{leads}</p>
        <h2 class="panel-title">{format!("Connection {id}")}</h2>
        <Facts>
            <Fact name="client's address" value=peer is_data=true />
            <Fact name="library" value=software is_data=true />
        </Facts>
    }
}

/// The frames, newest first, with one of them open.
#[component]
fn Packets(id: u64, newest: Memo<Option<u64>>) -> impl IntoView {
    let page = expect_context::<Page>();
    let packets = Memo::new(move |_| {
        newest.with(|_| ());
        page.view.with(|viewing| tap(viewing, id).packets().rev().take(LISTED_MAX).cloned().collect::<Vec<Packet>>())
    });
    let opened = RwSignal::new(None::<u64>);
    let start = page.view.with(|viewing| viewing.story().start().0);
    let row = move |packet: Packet| view! { <PacketRow id packet opened start /> };
    view! {
        <Section title="Packets">
            <ol class="packets">
                <For each=move || packets.get() key=|packet| (packet.number, packet.counterpart) children=row />
            </ol>
            <p class="quiet-text" class:none=move || !packets.with(Vec::is_empty)>
                "The tap is on: what goes over the connection from now on stands here."
            </p>
        </Section>
    }
}

#[component]
fn PacketRow(id: u64, packet: Packet, opened: RwSignal<Option<u64>>, start: i64) -> impl IntoView {
    let number = packet.number;
    let is_open = Memo::new(move |_| opened.get() == Some(number));
    let (arrow, way) = if packet.is_answer { ("←", "answer") } else { ("→", "request") };
    let name = match (packet.api.is_empty(), packet.is_answer) {
        (false, _) => packet.api,
        (true, true) => "to what came before the tap",
        (true, false) => "unknown",
    };
    let version = if packet.api_version < 0 { String::new() } else { format!(" v{}", packet.api_version) };
    let size = bytes(u64::try_from(packet.size).unwrap_or(0));
    let after = packet.answered_after_us.map_or_else(String::new, |micros| {
        let millis = micros / 1_000;
        if millis < 1_000 {
            format!(" · after {millis} ms")
        } else {
            format!(" · after {}.{} s", millis / 1_000, millis % 1_000 / 100)
        }
    });
    let title = format!("{way}, correlation id {}", packet.correlation_id);
    let time = since_start(start, packet.time.0);
    view! {
        <li class="packet">
            <button
                class="packet-row mono"
                aria-expanded=move || is_open.get().to_string()
                title=title
                on:click=move |_| opened.update(|opened| *opened = (*opened != Some(number)).then_some(number))
            >
                <span>{format!("{arrow} {name}{version}")}</span>
                <span>{size}</span>
                <span class="packet-line">{format!("{time} · #{}{after}", packet.correlation_id)}</span>
            </button>
            <Show when=move || is_open.get()>
                <Lens id number />
            </Show>
        </li>
    }
}
