//! Every time-out that runs, with the time that is left.

use super::time::every;
use crate::page::Page;
use crate::widgets::{Bar, in_steps, left_text};
use leptos::prelude::*;
use runnel_sandbox::scene::{CountdownKind, NodeId, Scene};
use std::collections::BTreeMap;

/// A wait as it is shown.
#[derive(Clone, PartialEq, Debug)]
struct Row {
    owner: NodeId,
    name: String,
    left: f64,
    words: String,
}

/// What is waited for, with the setting that says how long.
fn kind_words(kind: CountdownKind) -> &'static str {
    match kind {
        CountdownKind::Session => "must be heard of (session.timeout.ms)",
        CountdownKind::PendingMember => "newcomer must come back with its identifier",
        CountdownKind::Join => "members must join (rebalance time-out)",
        CountdownKind::Sync => "members must fetch their assignment",
        CountdownKind::FetchWait => "Fetch waits for records (fetch.max.wait.ms)",
        CountdownKind::Heartbeat => "next heartbeat (heartbeat.interval.ms)",
        CountdownKind::PollInterval => "must poll again (max.poll.interval.ms)",
        CountdownKind::Linger => "batch waits for more records (linger.ms)",
        CountdownKind::Retry => "tries again (retry.backoff.ms)",
        CountdownKind::Request => "must be answered (request.timeout.ms)",
        CountdownKind::Delivery => "must be delivered (delivery.timeout.ms)",
        CountdownKind::AutoCommit => "next commit (auto.commit.interval.ms)",
        CountdownKind::Processing => "works on a record",
        CountdownKind::Sleep => "rests between two rounds of Fetches",
        CountdownKind::Close => "leaves at the latest",
        CountdownKind::BrokerSession => "controller misses it (broker.session.timeout.ms)",
        CountdownKind::RetentionCheck => "logs are looked at (log.retention.check.interval.ms)",
    }
}

/// The name by which somebody knows a thing on the stage.
pub(super) fn owner_words(node: &NodeId) -> String {
    match node {
        NodeId::Broker(id) => format!("broker {id}"),
        NodeId::Topic(name) | NodeId::Client(name) | NodeId::Guest(name) => name.clone(),
        NodeId::Card { topic, broker } => format!("{topic} on broker {broker}"),
        NodeId::Lane { topic, partition } => format!("{topic}-{partition}"),
        NodeId::Group(name) => format!("group {name}"),
        NodeId::Member { member_id, .. } => member_id.clone(),
        NodeId::Connection(id) => format!("connection {id}"),
    }
}

fn rows(scene: &Scene) -> BTreeMap<String, Row> {
    let row = |wait: runnel_sandbox::scene::Countdown| {
        let left = wait.wait.due.since(scene.time);
        let key = format!("{} {:?} {}", wait.owner, wait.kind, wait.detail);
        let name = format!("{} {}", owner_words(&wait.owner), kind_words(wait.kind));
        (
            key,
            Row {
                owner: wait.owner,
                name,
                left: in_steps(wait.wait.fraction_left(scene.time)),
                words: left_text(left),
            },
        )
    };
    scene.countdowns().into_iter().map(row).collect()
}

#[component]
pub(crate) fn Countdowns() -> impl IntoView {
    let page = expect_context::<Page>();
    let tick = every(100);
    let rows = Memo::new(move |_| {
        tick.get();
        page.view.scene(rows)
    });
    let keys = Memo::new(move |_| rows.with(|rows| rows.keys().cloned().collect::<Vec<String>>()));
    let child = move |key: String| {
        let found = rows.with_untracked(|rows| rows.get(&key).cloned());
        let left = Memo::new(move |before: Option<&(f64, String)>| {
            let row = rows.with(|rows| rows.get(&key).map(|row| (row.left, row.words.clone())));
            row.or_else(|| before.cloned()).unwrap_or_default()
        });
        found.map(|row| {
            view! {
                <li>
                    <button class="countdown" title="Select whose it is" on:click=move |_| page.select(row.owner.clone())>
                        <Bar name=row.name left />
                    </button>
                </li>
            }
        })
    };
    view! {
        <ul class="countdowns">
            <For each=move || keys.get() key=|key| key.clone() children=child />
        </ul>
        <p class="panel-empty" class:none=move || keys.with(|keys| !keys.is_empty())>
            "Nobody waits for anything."
        </p>
    }
}
