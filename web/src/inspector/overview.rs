//! The cluster as a whole, while nothing is selected, and what can be done here.

use super::act::{Lead, count};
use crate::page::Page;
use crate::widgets::{Fact, Facts, Section};
use leptos::prelude::*;
use runnel_broker::BrokerState;
use runnel_sandbox::scene::{ClientRole, NodeId, Scene};

/// What a newcomer can do.
const HINTS: [&str; 7] = [
    "Drag a piece from above onto the stage, or click it: producers write, topics keep, consumers read.",
    "Drop a consumer into a group and watch the partitions being dealt anew; drag it out and it leaves.",
    "Drag from a producer's tip to a topic: a wire. Then select the producer and send.",
    "Click a record to see why it lies in that partition, and who has read it.",
    "Crash a consumer: its partitions wait until its session ends.",
    "Select a partition and move a committed offset along its ledger.",
    "Pause, go back in time, and do it differently: every run can be repeated.",
];

/// The cluster in figures.
#[derive(Clone, PartialEq, Debug, Default)]
struct Figures {
    topics: String,
    records: String,
    clients: String,
    connections: String,
    controller: String,
}

fn figures(scene: &Scene) -> Figures {
    let topics = || scene.cluster.topics.values().filter(|topic| !topic.internal);
    let lanes: usize = topics().map(|topic| topic.lanes.len()).sum();
    let records: i64 = topics().flat_map(|topic| &topic.lanes).map(runnel_sandbox::scene::Lane::offsets_count).sum();
    let of_role = |role: ClientRole| scene.clients.values().filter(|client| client.card.role == role).count();
    let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    Figures {
        topics: format!("{} · {}", topics().count(), count(number(lanes), "partition")),
        records: records.to_string(),
        clients: format!(
            "{} · {}",
            count(number(of_role(ClientRole::Producer)), "producer"),
            count(number(of_role(ClientRole::Consumer)), "consumer")
        ),
        connections: scene.cluster.connections.len().to_string(),
        controller: format!("broker {}", scene.cluster.controller),
    }
}

/// Something that leads somewhere, with a few words.
type Row = (NodeId, String, String);

fn brokers(scene: &Scene) -> Vec<Row> {
    let row = |(id, broker): (&i32, &runnel_sandbox::scene::Broker)| {
        let state = match (broker.state, broker.fenced) {
            (BrokerState::Up, false) => "up",
            (BrokerState::Up, true) => "fenced",
            (BrokerState::Starting, _) => "starting",
            (BrokerState::Down, _) => "down",
        };
        let lanes = scene.cluster.topics.values().flat_map(|topic| &topic.lanes);
        let led = lanes.filter(|lane| lane.leader == *id).count();
        (NodeId::Broker(*id), format!("broker {id}"), format!("{state} · leads {led}"))
    };
    scene.cluster.brokers.iter().map(row).collect()
}

fn topics(scene: &Scene) -> Vec<Row> {
    let row = |(name, topic): (&String, &runnel_sandbox::scene::Topic)| {
        let records = topic.lanes.iter().map(runnel_sandbox::scene::Lane::offsets_count).sum();
        (NodeId::Topic(name.clone()), name.clone(), count(records, "record"))
    };
    scene.cluster.topics.iter().map(row).collect()
}

fn groups(scene: &Scene) -> Vec<Row> {
    let row = |(name, group): (&String, &runnel_sandbox::scene::Group)| {
        let text = format!("{} · lag {}", group.state, scene.cluster.total_lag(name));
        (NodeId::Group(name.clone()), name.clone(), text)
    };
    scene.cluster.groups.iter().map(row).collect()
}

#[component]
pub(super) fn Overview() -> impl IntoView {
    let page = expect_context::<Page>();
    let figures = page.view.memo(figures);
    let of = move |read: fn(&Figures) -> String| Signal::derive(move || figures.with(read));
    view! {
        <p class="crumb">"nothing is selected"</p>
        <h2 class="panel-title">"The cluster"</h2>
        <Facts>
            <Fact name="topics" value=of(|figures| figures.topics.clone()) />
            <Fact name="records" value=of(|figures| figures.records.clone()) is_data=true />
            <Fact name="clients" value=of(|figures| figures.clients.clone()) />
            <Fact name="connections" value=of(|figures| figures.connections.clone()) is_data=true />
            <Fact name="controller" value=of(|figures| figures.controller.clone()) />
        </Facts>
        <Rows title="Groups" read=groups none="No group yet: a consumer brings one." />
        <Rows title="Topics" read=topics none="No topic yet: drag one onto the stage." />
        <Rows title="Brokers" read=brokers none="No broker." />
        <Section title="What you can do here">
            <ul class="hints">{HINTS.map(|hint| view! { <li>{hint}</li> }).into_iter().collect_view()}</ul>
        </Section>
    }
}

/// A list of things of one kind.
#[component]
fn Rows(title: &'static str, read: fn(&Scene) -> Vec<Row>, none: &'static str) -> impl IntoView {
    let page = expect_context::<Page>();
    let rows = page.view.memo(read);
    let nodes =
        Memo::new(move |_| rows.with(|rows| rows.iter().map(|row| (row.0.clone(), row.1.clone())).collect::<Vec<_>>()));
    let row = move |(node, name): (NodeId, String)| {
        let at = node.clone();
        let text = Memo::new(move |_| {
            rows.with(|rows| rows.iter().find(|row| row.0 == at).map(|row| row.2.clone()).unwrap_or_default())
        });
        view! {
            <li>
                <Lead to=node text=name />
                <span class="section-note">{move || text.get()}</span>
            </li>
        }
    };
    view! {
        <Section title>
            <ul class="rows">
                <For each=move || nodes.get() key=|node| node.0.clone() children=row />
            </ul>
            <p class="quiet-text" class:none=move || !nodes.with(Vec::is_empty)>{none}</p>
        </Section>
    }
}
