//! A group: its state machine, its members and who reads what, its offsets.

mod machine;
mod members;
mod offsets;

use super::Gone;
use super::act::{Act, topics_of_group};
use super::countdowns::CountdownsSection;
use super::tool::{ToolAnswer, ToolRun, reset_line};
use crate::page::{Named, Page, free_name};
use crate::stage::LATENCY;
use crate::widgets::{Fact, Facts, Section};
use leptos::prelude::*;
use machine::Machine;
use members::{BeforeSection, MembersSection};
use offsets::OffsetsSection;
use runnel_sandbox::scene::{NodeId, Scene};
use runnel_sandbox::script::quote;

/// What is shown of a group as a whole.
#[derive(Clone, PartialEq, Debug, Default)]
struct About {
    state: String,
    generation: String,
    protocol: String,
    leader: String,
    awaited: String,
    lag: String,
    members: usize,
}

fn about(scene: &Scene, group_id: &str) -> Option<About> {
    let Some(group) = scene.cluster.groups.get(group_id) else {
        let known = scene.fences.contains(group_id)
            || scene.clients.values().any(|client| client.card.group.as_deref() == Some(group_id));
        return known.then(|| About { state: "Dead: no member has joined yet".to_owned(), ..About::default() });
    };
    let awaited: Vec<&str> = group.awaited().map(|(_, member)| member.client_id.as_str()).collect();
    Some(About {
        state: group.state.to_string(),
        generation: group.generation_id.to_string(),
        protocol: group.protocol_name.clone(),
        leader: group.members.get(&group.leader).map_or_else(String::new, |leader| leader.client_id.clone()),
        awaited: awaited.join(", "),
        lag: scene.cluster.total_lag(group_id).to_string(),
        members: group.members.len(),
    })
}

#[component]
pub(super) fn GroupPanel(group_id: String) -> impl IntoView {
    let page = expect_context::<Page>();
    let at = group_id.clone();
    let about = page.view.memo(move |scene| about(scene, &at));
    let is_there = Memo::new(move |_| about.with(Option::is_some));
    view! {
        <Show when=move || is_there.get() fallback={
            let gone = format!("group {group_id}");
            move || view! { <Gone what=gone.clone() /> }
        }>
            <Body group_id=group_id.clone() about />
        </Show>
    }
}

#[component]
fn Body(group_id: String, about: Memo<Option<About>>) -> impl IntoView {
    let of = move |read: fn(&About) -> String| {
        Signal::derive(move || about.with(|about| about.as_ref().map(read).unwrap_or_default()))
    };
    let machine = group_id.clone();
    view! {
        <p class="crumb">"group"</p>
        <h2 class="panel-title">{group_id.clone()}</h2>
        <Section title="State">
            <Machine group_id=machine.clone() />
            <Facts>
                <Fact name="state" value=of(|about| about.state.clone()) />
                <Fact name="generation" value=of(|about| about.generation.clone()) is_data=true />
                <Fact name="assignor" value=of(|about| about.protocol.clone()) is_data=true />
                <Fact name="leader" value=of(|about| about.leader.clone()) />
                <Fact name="waits for" value=of(|about| about.awaited.clone()) />
                <Fact name="lag" value=of(|about| about.lag.clone()) is_data=true />
            </Facts>
        </Section>
        <MembersSection group_id=group_id.clone() />
        <BeforeSection group_id=group_id.clone() />
        <CountdownsSection owner=NodeId::Group(group_id.clone()) />
        <OffsetsSection group_id=group_id.clone() />
        <Actions group_id about />
    }
}

/// A consumer that joins a group and reads what the others read.
fn consumer_of(scene: &Scene, group_id: &str) -> String {
    let name = free_name(scene, Named::Consumer);
    let topics = topics_of_group(scene, group_id).join(",");
    let group = quote(group_id);
    format!("consumer {name} group={group} topics={topics} processing=400ms\nlatency {name} brokers {LATENCY}")
}

#[component]
fn Actions(group_id: String, about: Memo<Option<About>>) -> impl IntoView {
    let page = expect_context::<Page>();
    let run = ToolRun::new();
    let reset = {
        let group_id = group_id.clone();
        move |target: &str| run.run(page, reset_line(&group_id, "--all-topics", target))
    };
    let to_end = reset.clone();
    let joined = group_id.clone();
    let delete = format!("delete group {}", quote(&group_id));
    let has_members = Signal::derive(move || about.with(|about| about.as_ref().is_some_and(|about| about.members > 0)));
    view! {
        <Section title="Actions">
            <div class="acts">
                <button
                    class="act"
                    on:click={
                        let joined = joined.clone();
                        move |_| {
                            let script = page.view.scene(|scene| consumer_of(scene, &joined));
                            page.run(&script);
                        }
                    }
                >
                    "add a consumer"
                </button>
                <button
                    class="act"
                    on:click={
                        let reset = reset.clone();
                        move |_| reset("--to-earliest")
                    }
                >
                    "offsets to the beginning"
                </button>
                <button
                    class="act"
                    on:click={
                        let to_end = to_end.clone();
                        move |_| to_end("--to-latest")
                    }
                >
                    "offsets to the end"
                </button>
                <Act
                    name="delete"
                    script=delete.clone()
                    is_danger=true
                    hint="Kafka deletes a group only while it has no members"
                />
            </div>
            <p class="quiet-text small after" class:none=move || !has_members.get()>
                "Kafka moves offsets and deletes a group only while nobody is in it: let its members leave first."
            </p>
            <ToolAnswer run />
        </Section>
    }
}
