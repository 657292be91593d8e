//! A consumer: what it reads and where, what is in its hands, what it waits for.

use super::actions::ActionsSection;
use super::connections::{ConnectionsSection, Whose};
use super::settings::SettingsSection;
use super::{Head, node};
use crate::inspector::act::{Act, Lead};
use crate::inspector::countdowns::CountdownsSection;
use crate::page::Page;
use crate::widgets::{Fact, Facts, Section};
use leptos::prelude::*;
use runnel_sandbox::scene::{ClientRole, ClientView, NodeId, Scene};

/// A partition that it reads.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Row {
    topic: String,
    partition: i32,
    position: String,
    committed: String,
    lag: String,
    is_paused: bool,
}

/// What is shown of it as a whole.
#[derive(Clone, PartialEq, Debug, Default)]
struct About {
    group: String,
    member: String,
    generation: String,
    queued: String,
    working: String,
    processed: String,
    failure: String,
    rows: Vec<Row>,
}

fn about(scene: &Scene, name: &str) -> About {
    let Some(client) = scene.clients.get(name) else { return About::default() };
    let group = client.card.group.clone().unwrap_or_default();
    let Some(ClientView::Consumer(view)) = &client.view else { return About { group, ..About::default() } };
    let number = |offset: Option<i64>| offset.map_or_else(|| "-".to_owned(), |offset| offset.to_string());
    let rows = view.partitions.iter().map(|at| Row {
        topic: at.partition.topic.to_string(),
        partition: at.partition.partition,
        position: number(at.position),
        committed: number(at.committed),
        lag: number(at.lag),
        is_paused: at.is_paused,
    });
    let working: Vec<String> =
        view.processing.iter().take(4).map(|record| format!("{} offset {}", record.partition, record.offset)).collect();
    About {
        group,
        member: view.member_id.clone(),
        generation: match (view.generation_id, view.is_leader) {
            (..0, _) => "none".to_owned(),
            (generation, true) => format!("{generation} · it is the leader"),
            (generation, false) => generation.to_string(),
        },
        queued: format!("{} fetched · {} handed over", view.queued_count, view.batch_count),
        working: if working.is_empty() { "nothing now".to_owned() } else { working.join(", ") },
        processed: view.processed_count.to_string(),
        failure: view.failure.clone().unwrap_or_default(),
        rows: rows.collect(),
    }
}

#[component]
pub(super) fn ConsumerBody(name: String) -> impl IntoView {
    let page = expect_context::<Page>();
    let at = name.clone();
    let about = page.view.memo(move |scene| about(scene, &at));
    let of = move |read: fn(&About) -> String| Signal::derive(move || about.with(read));
    let failure = of(|about| about.failure.clone());
    let group = Memo::new(move |_| about.with(|about| about.group.clone()));
    let commit = format!("commit {name}");
    view! {
        <Head name=name.clone() />
        <p class="warning" class:none=move || failure.with(String::is_empty)>{move || failure.get()}</p>
        <ActionsSection name=name.clone() />
        <Section title="Work">
            <ul class="rows">
                <li>
                    <span>"group"</span>
                    {move || view! { <Lead to=NodeId::Group(group.get()) text=group.get() /> }}
                </li>
            </ul>
            <Facts>
                <Fact name="generation" value=of(|about| about.generation.clone()) is_data=true />
                <Fact name="received" value=of(|about| about.queued.clone()) is_data=true />
                <Fact name="works on" value=of(|about| about.working.clone()) is_data=true />
                <Fact name="processed" value=of(|about| about.processed.clone()) is_data=true />
                <Fact name="member id" value=of(|about| about.member.clone()) is_data=true />
            </Facts>
            <div class="acts">
                <Act name="commit now" script=commit.clone() hint="It commits its positions" />
            </div>
        </Section>
        <Positions name=name.clone() about />
        <CountdownsSection owner=node(&name) />
        <SettingsSection name=name.clone() role=ClientRole::Consumer />
        <ConnectionsSection whose=Whose::Client(name) />
    }
}

/// Where it is in each partition, and ways to move it.
#[component]
fn Positions(name: String, about: Memo<About>) -> impl IntoView {
    let places = Memo::new(move |_| {
        about.with(|about| {
            about.rows.iter().map(|row| (row.topic.clone(), row.partition)).collect::<Vec<(String, i32)>>()
        })
    });
    let row = move |(topic, partition): (String, i32)| view! { <Position name=name.clone() about topic partition /> };
    view! {
        <Section title="Positions">
            <ul class="rows positions">
                <For each=move || places.get() key=Clone::clone children=row.clone() />
            </ul>
            <p class="quiet-text" class:none=move || !places.with(Vec::is_empty)>
                "It owns no partition: it is a spare, or is still joining."
            </p>
        </Section>
    }
}

#[component]
fn Position(name: String, about: Memo<About>, topic: String, partition: i32) -> impl IntoView {
    let page = expect_context::<Page>();
    let at = topic.clone();
    let row = Memo::new(move |_| {
        about.with(|about| about.rows.iter().find(|row| row.topic == at && row.partition == partition).cloned())
    });
    let line = move || {
        row.with(|row| {
            row.as_ref().map(|row| format!("position {} · committed {} · lag {}", row.position, row.committed, row.lag))
        })
    };
    let is_paused = Memo::new(move |_| row.with(|row| row.as_ref().is_some_and(|row| row.is_paused)));
    let place = format!("{topic}-{partition}");
    let target = RwSignal::new(String::new());
    let seek = {
        let place = place.clone();
        let name = name.clone();
        move |to: &str| page.run(&format!("seek {name} {place} {to}"))
    };
    let pause = {
        let place = place.clone();
        move |_| {
            let verb = if is_paused.get_untracked() { "resume" } else { "pause" };
            page.run(&format!("{verb} {name} {place}"));
        }
    };
    let (to_start, to_end, to_offset) = (seek.clone(), seek.clone(), seek);
    let label = format!("Seek to an offset of {place}");
    view! {
        <li>
            <Lead to=NodeId::lane(&topic, partition) text=place />
            <span class="section-note mono">{line}</span>
            <form
                class="seek"
                on:submit=move |event| {
                    event.prevent_default();
                    let to = target.get_untracked();
                    if !to.trim().is_empty() && to_offset(to.trim()) {
                        target.set(String::new());
                    }
                }
            >
                <button type="button" class="act" on:click=move |_| _ = to_start("beginning")>"⇤ beginning"</button>
                <button type="button" class="act" on:click=move |_| _ = to_end("end")>"end ⇥"</button>
                <input
                    class="mono"
                    inputmode="numeric"
                    placeholder="offset"
                    aria-label=label
                    prop:value=move || target.get()
                    on:input=move |event| target.set(event_target_value(&event))
                />
                <button class="act">"seek"</button>
                <button type="button" class="act" on:click=pause>
                    {move || if is_paused.get() { "resume" } else { "pause" }}
                </button>
            </form>
        </li>
    }
}
