//! A producer: its wires, its queue, what is under way, and where its records went.

use super::actions::ActionsSection;
use super::connections::{ConnectionsSection, Whose};
use super::records::RecordsSection;
use super::settings::SettingsSection;
use super::{Head, node};
use crate::inspector::act::{Lead, bytes, count};
use crate::inspector::countdowns::CountdownsSection;
use crate::page::Page;
use crate::widgets::{Fact, Facts, Section};
use leptos::prelude::*;
use runnel_sandbox::scene::{ClientRole, ClientView, NodeId, Scene};
use runnel_sandbox::script::quote;
use std::collections::BTreeMap;

/// What is shown of it as a whole.
#[derive(Clone, PartialEq, Debug, Default)]
struct About {
    sent: String,
    requests: String,
    failed: String,
    waiting: String,
    buffer: String,
    identity: String,
    queues: Vec<String>,
    in_flight: Vec<String>,
}

fn about(scene: &Scene, name: &str) -> About {
    let view = scene.clients.get(name).and_then(|client| client.view.as_ref());
    let Some(ClientView::Producer(view)) = view else { return About::default() };
    let counters = view.counters;
    let queues = view.queues.iter().filter(|queue| queue.records_count > 0).map(|queue| {
        format!("{}-{}: {}, {}", queue.topic, queue.partition, records(queue.records_count), size(queue.bytes))
    });
    let in_flight = view.in_flight.iter().map(|part| {
        let attempt = if part.attempt > 1 { format!(", try {}", part.attempt) } else { String::new() };
        let records = records(part.records_count);
        format!("{}-{} → broker {}: {records}{attempt}", part.topic, part.partition, part.node_id)
    });
    About {
        sent: format!("{} · {} acknowledged", counters.sent_count, counters.acknowledged_count),
        requests: format!("{} · {}", counters.requests_count, bytes(counters.sent_bytes)),
        failed: match (counters.failed_count, counters.retries_count) {
            (0, 0) => String::new(),
            (failed, retried) => format!("{failed} given up · {retried} batches sent again"),
        },
        waiting: if view.waiting_count == 0 { String::new() } else { records(view.waiting_count) },
        buffer: format!("{} of {}", bytes(view.buffer_used), bytes(view.buffer_memory)),
        identity: view
            .producer_id
            .map_or_else(String::new, |id| format!("{id} · epoch {}", view.producer_epoch.unwrap_or(-1))),
        queues: queues.take(20).collect(),
        in_flight: in_flight.take(20).collect(),
    }
}

fn records(number: usize) -> String {
    count(i64::try_from(number).unwrap_or(i64::MAX), "record")
}

fn size(count: usize) -> String {
    bytes(u64::try_from(count).unwrap_or(u64::MAX))
}

/// How many records of a producer lie in which partition, of the batches that are remembered.
fn went_to(scene: &Scene, name: &str) -> Vec<(String, i32, i64)> {
    let mut counts: BTreeMap<(String, i32), i64> = BTreeMap::new();
    for (topic, lanes) in &scene.seen.batches {
        for (partition, batches) in lanes {
            let own = batches.iter().filter(|batch| batch.producer.as_deref() == Some(name));
            let records: i64 = own.map(|batch| i64::from(batch.records)).sum();
            if records > 0 {
                counts.insert((topic.clone(), *partition), records);
            }
        }
    }
    counts.into_iter().map(|((topic, partition), records)| (topic, partition, records)).collect()
}

#[component]
pub(super) fn ProducerBody(name: String) -> impl IntoView {
    let page = expect_context::<Page>();
    let at = name.clone();
    let about = page.view.memo(move |scene| about(scene, &at));
    let of = move |read: fn(&About) -> String| Signal::derive(move || about.with(read));
    let list = move |read: fn(&About) -> &Vec<String>| {
        move || about.with(|about| read(about).clone()).into_iter().map(|line| view! { <li>{line}</li> }).collect_view()
    };
    view! {
        <Head name=name.clone() />
        <RecordsSection name=name.clone() />
        <ActionsSection name=name.clone() />
        <Wires name=name.clone() />
        <Section title="Queue and in flight">
            <Facts>
                <Fact name="records" value=of(|about| about.sent.clone()) is_data=true />
                <Fact name="requests" value=of(|about| about.requests.clone()) is_data=true />
                <Fact name="failed" value=of(|about| about.failed.clone()) is_data=true />
                <Fact name="waiting" value=of(|about| about.waiting.clone()) is_data=true />
                <Fact name="buffer" value=of(|about| about.buffer.clone()) is_data=true />
                <Fact name="producer id" value=of(|about| about.identity.clone()) is_data=true />
            </Facts>
            <ul class="rows mono lines">{list(|about| &about.queues)}{list(|about| &about.in_flight)}</ul>
        </Section>
        <WentTo name=name.clone() />
        <CountdownsSection owner=node(&name) />
        <SettingsSection name=name.clone() role=ClientRole::Producer />
        <ConnectionsSection whose=Whose::Client(name) />
    }
}

/// The topics that it is wired to.
#[component]
fn Wires(name: String) -> impl IntoView {
    let page = expect_context::<Page>();
    let at = name.clone();
    let wires = page.view.memo(move |scene| {
        scene
            .clients
            .get(&at)
            .map(|client| client.card.topics.iter().cloned().collect::<Vec<String>>())
            .unwrap_or_default()
    });
    let others = page.view.memo(move |scene| {
        let topics = scene.cluster.topics.iter().filter(|(_, topic)| !topic.internal);
        topics.map(|(name, _)| name.clone()).collect::<Vec<String>>()
    });
    let adds = name.clone();
    let add = move |event: web_sys::Event| {
        let topic = event_target_value(&event);
        if !topic.is_empty() {
            page.run(&format!("wire {adds} {}", quote(&topic)));
        }
    };
    let row = move |topic: String| {
        let script = format!("unwire {name} {}", quote(&topic));
        let label = format!("Take the wire to {topic} away");
        view! {
            <li>
                <Lead to=NodeId::Topic(topic.clone()) text=topic />
                <button class="act" aria-label=label on:click=move |_| _ = page.run(&script)>
                    "unwire"
                </button>
            </li>
        }
    };
    let free = move || {
        let wired = wires.get();
        let free = others.get().into_iter().filter(|topic| !wired.contains(topic));
        free.map(|topic| view! { <option value=topic.clone()>{topic.clone()}</option> }).collect_view()
    };
    view! {
        <Section title="Wires">
            <ul class="rows">
                <For each=move || wires.get() key=Clone::clone children=row.clone() />
            </ul>
            <div class="field after">
                <select aria-label="Wire to a topic" on:change=add.clone()>
                    <option value="">"wire to a topic…"</option>
                    {free}
                </select>
            </div>
        </Section>
    }
}

/// In which partitions its latest records lie.
#[component]
fn WentTo(name: String) -> impl IntoView {
    let page = expect_context::<Page>();
    let counts = page.view.memo(move |scene| went_to(scene, &name));
    let most = move || counts.with(|counts| counts.iter().map(|(_, _, records)| *records).max().unwrap_or(1)).max(1);
    let row = move |(topic, partition, records): (String, i32, i64)| {
        let share = format!("transform:scaleX({:.2})", share(records, most()));
        view! {
            <li>
                <Lead to=NodeId::lane(&topic, partition) text=format!("{topic}-{partition}") />
                <span class="count-track" aria-hidden="true">
                    <span style=share></span>
                </span>
                <span class="mono section-note">{records}</span>
            </li>
        }
    };
    view! {
        <Section title="Where its records went">
            <ul class="rows counts">{move || counts.get().into_iter().map(row).collect_view()}</ul>
            <p class="quiet-text small">"Of the latest 64 batches of each partition."</p>
        </Section>
    }
}

fn share(records: i64, most: i64) -> f64 {
    let hundredths = records.saturating_mul(100) / most.max(1);
    f64::from(i32::try_from(hundredths).unwrap_or(100)) / 100.0
}
