//! What something waits for: a thin bar for each wait, which runs empty.

use crate::page::Page;
use crate::widgets::{Bar, Section, in_steps, left_text};
use leptos::prelude::*;
use runnel_sandbox::scene::{CountdownKind, NodeId, Scene};

/// A wait: its kind, what tells it from others of its kind, how much is left, and in words.
type Left = (CountdownKind, String, f64, String);

fn waits(scene: &Scene, owner: &NodeId) -> Vec<Left> {
    let all = scene.countdowns().into_iter().filter(|countdown| countdown.owner == *owner);
    all.map(|countdown| {
        let left = countdown.wait.due.since(scene.time);
        (countdown.kind, countdown.detail, in_steps(countdown.wait.fraction_left(scene.time)), left_text(left))
    })
    .collect()
}

/// The words of Kafka's documentation for a wait.
fn name(kind: CountdownKind) -> &'static str {
    match kind {
        CountdownKind::Session => "session.timeout.ms",
        CountdownKind::PendingMember => "a newcomer must come back",
        CountdownKind::Join => "members must join",
        CountdownKind::Sync => "members must ask for their assignment",
        CountdownKind::FetchWait => "fetch.max.wait.ms",
        CountdownKind::Heartbeat => "next heartbeat",
        CountdownKind::PollInterval => "max.poll.interval.ms",
        CountdownKind::Linger => "linger.ms",
        CountdownKind::Retry => "next try",
        CountdownKind::Request => "request.timeout.ms",
        CountdownKind::Delivery => "delivery.timeout.ms",
        CountdownKind::AutoCommit => "next automatic commit",
        CountdownKind::Processing => "processing a record",
        CountdownKind::Sleep => "rest between Fetches",
        CountdownKind::Close => "leaves at the latest",
        CountdownKind::BrokerSession => "broker.session.timeout.ms",
        CountdownKind::RetentionCheck => "next look at the segments",
    }
}

/// All waits of one owner.
#[component]
pub(super) fn CountdownsSection(owner: NodeId) -> impl IntoView {
    let page = expect_context::<Page>();
    let waits = page.view.memo(move |scene| waits(scene, &owner));
    let keys = Memo::new(move |_| {
        waits.with(|waits| waits.iter().map(|wait| (wait.0, wait.1.clone())).collect::<Vec<(CountdownKind, String)>>())
    });
    let row = move |(kind, detail): (CountdownKind, String)| {
        let left = Memo::new(move |_| {
            waits.with(|waits| {
                let found = waits.iter().find(|wait| wait.0 == kind && wait.1 == detail);
                found.map_or((0.0, String::new()), |wait| (wait.2, wait.3.clone()))
            })
        });
        view! { <Bar name=name(kind) left /> }
    };
    view! {
        <Section title="Count-downs">
            <div class="bars">
                <For each=move || keys.get() key=|wait| (name(wait.0), wait.1.clone()) children=row />
                <p class="quiet-text" class:none=move || !keys.with(Vec::is_empty)>"It waits for nothing."</p>
            </div>
        </Section>
    }
}
