//! A broker: how it is, what it leads, who is connected.

use super::Gone;
use super::act::{Act, Lead};
use super::client::{ConnectionsSection, Whose};
use super::countdowns::CountdownsSection;
use crate::page::Page;
use crate::widgets::{Fact, Facts, Section};
use leptos::prelude::*;
use runnel_broker::BrokerState;
use runnel_sandbox::scene::{NodeId, Scene};

/// Partitions that are listed.
const LISTED_MAX: usize = 60;

/// What is shown of a broker as a whole.
#[derive(Clone, PartialEq, Debug, Default)]
struct About {
    class: &'static str,
    state: &'static str,
    endpoints: String,
    role: String,
    copies: String,
    is_down: bool,
}

fn about(scene: &Scene, id: i32) -> Option<About> {
    let broker = scene.cluster.brokers.get(&id)?;
    let (class, state) = match (broker.state, broker.fenced) {
        (BrokerState::Up, false) => ("tag good", "up"),
        (BrokerState::Up, true) => ("tag warn", "fenced"),
        (BrokerState::Starting, _) => ("tag warn", "starting"),
        (BrokerState::Down, _) => ("tag bad", "down"),
    };
    let lanes = scene.cluster.topics.values().flat_map(|topic| &topic.lanes);
    let copies: Vec<_> = lanes.filter(|lane| lane.replicas.contains(&id)).collect();
    let in_sync = copies.iter().filter(|lane| lane.in_sync_replicas.contains(&id)).count();
    Some(About {
        class,
        state,
        endpoints: broker.endpoints.join(", "),
        role: if scene.cluster.controller == id { "it is the controller" } else { "" }.to_owned(),
        copies: format!("{} · {in_sync} in sync", copies.len()),
        is_down: broker.state == BrokerState::Down,
    })
}

/// The partitions that a broker leads, and how many of them belong to topics of Kafka's own.
fn leads(scene: &Scene, id: i32) -> (Vec<(String, i32)>, usize) {
    let lanes =
        scene.cluster.topics.iter().flat_map(|(topic, known)| known.lanes.iter().map(move |lane| (topic, lane)));
    let mut led = Vec::new();
    let mut internal = 0;
    for (topic, lane) in lanes.filter(|(_, lane)| lane.leader == id) {
        if scene.cluster.topics.get(topic).is_some_and(|known| known.internal) {
            internal += 1;
        } else {
            led.push((topic.clone(), lane.partition));
        }
    }
    (led, internal)
}

#[component]
pub(super) fn BrokerPanel(id: i32) -> impl IntoView {
    let page = expect_context::<Page>();
    let about = page.view.memo(move |scene| about(scene, id));
    let is_there = Memo::new(move |_| about.with(Option::is_some));
    view! {
        <Show when=move || is_there.get() fallback=move || view! { <Gone what=format!("broker {id}") /> }>
            <Body id about />
        </Show>
    }
}

#[component]
fn Body(id: i32, about: Memo<Option<About>>) -> impl IntoView {
    let page = expect_context::<Page>();
    let of = move |read: fn(&About) -> String| {
        Signal::derive(move || about.with(|about| about.as_ref().map(read).unwrap_or_default()))
    };
    let tag =
        Memo::new(move |_| about.with(|about| about.as_ref().map_or(("tag", ""), |about| (about.class, about.state))));
    let is_down = Signal::derive(move || about.with(|about| about.as_ref().is_some_and(|about| about.is_down)));
    let is_up = Signal::derive(move || !is_down.get());
    let leads = page.view.memo(move |scene| leads(scene, id));
    let note = Signal::derive(move || leads.with(|(led, internal)| led.len() + internal).to_string());
    let row = |(topic, partition): (String, i32)| {
        view! {
            <li>
                <Lead to=NodeId::lane(&topic, partition) text=format!("{topic}-{partition}") />
            </li>
        }
    };
    let more = move || leads.with(|(led, _)| led.len().saturating_sub(LISTED_MAX));
    let internal = move || leads.with(|(_, internal)| *internal);
    view! {
        <p class="crumb">"broker"</p>
        <h2 class="panel-title">
            {format!("broker {id} ")} <span class=move || tag.get().0>{move || tag.get().1}</span>
        </h2>
        <Section title="Broker">
            <Facts>
                <Fact name="endpoints" value=of(|about| about.endpoints.clone()) is_data=true />
                <Fact name="controller" value=of(|about| about.role.clone()) />
                <Fact name="copies" value=of(|about| about.copies.clone()) is_data=true />
            </Facts>
            <div class="acts">
                <Act
                    name="kill"
                    script=format!("kill broker {id}")
                    is_danger=true
                    is_off=is_down
                    hint="Its process ends as by kill -9"
                />
                <Act
                    name="revive"
                    script=format!("revive broker {id}")
                    is_off=is_up
                    hint="It starts again with the files that it left"
                />
            </div>
        </Section>
        <Section title="Leads" note>
            <ul class="rows">
                {move || leads.get().0.into_iter().take(LISTED_MAX).map(row).collect_view()}
            </ul>
            <p class="quiet-text" class:none=move || more() == 0>{move || format!("and {} more", more())}</p>
            <p class="quiet-text small" class:none=move || internal() == 0>
                {move || format!("and {} of topics of Kafka's own", internal())}
            </p>
        </Section>
        <CountdownsSection owner=NodeId::Broker(id) />
        <ConnectionsSection whose=Whose::Broker(id) />
    }
}
