//! Who is in a group and reads what, now and before the latest rebalance.

use crate::inspector::act::Lead;
use crate::page::Page;
use crate::widgets::Section;
use leptos::prelude::*;
use runnel_sandbox::scene::{Assignment, NodeId, Scene};
use std::collections::BTreeMap;

/// A member.
#[derive(Clone, PartialEq, Debug)]
struct Row {
    member_id: String,
    node: NodeId,
    name: String,
    owns: String,
    tags: Vec<(&'static str, &'static str)>,
}

/// `payment-done 0, 2`.
fn owned(assignment: &Assignment) -> String {
    let topics = assignment.iter().filter(|(_, partitions)| !partitions.is_empty());
    let texts = topics.map(|(topic, partitions)| {
        let numbers: Vec<String> = partitions.iter().map(i32::to_string).collect();
        format!("{topic} {}", numbers.join(", "))
    });
    let text = texts.collect::<Vec<String>>().join("; ");
    if text.is_empty() { "nothing: a spare".to_owned() } else { text }
}

fn rows(scene: &Scene, group_id: &str) -> Vec<Row> {
    let Some(group) = scene.cluster.groups.get(group_id) else { return Vec::new() };
    let awaited: Vec<&String> = group.awaited().map(|(member_id, _)| member_id).collect();
    let row = |(member_id, member): (&String, &runnel_sandbox::scene::Member)| {
        let mut tags = Vec::new();
        if *member_id == group.leader {
            tags.push(("accent", "leader"));
        }
        if awaited.contains(&member_id) {
            tags.push(("warn", "waited for"));
        }
        if member.is_joining {
            tags.push(("warn", "joining"));
        }
        if member.group_instance_id.is_some() {
            tags.push(("", "static"));
        }
        Row {
            member_id: member_id.clone(),
            node: scene.node_of_member(group_id, member_id),
            name: member.client_id.clone(),
            owns: if member.is_joining { "is dealt anew".to_owned() } else { owned(&member.assignment) },
            tags,
        }
    };
    group.members.iter().map(row).collect()
}

#[component]
pub(super) fn MembersSection(group_id: String) -> impl IntoView {
    let page = expect_context::<Page>();
    let rows = page.view.memo(move |scene| rows(scene, &group_id));
    let note = Signal::derive(move || rows.with(Vec::len).to_string());
    let row = |row: Row| {
        let tags = row.tags.into_iter().map(|(class, text)| view! { <span class=format!("tag {class}")>{text}</span> });
        view! {
            <li title=row.member_id>
                <Lead to=row.node text=row.name />
                {tags.collect_view()}
                <span class="section-note mono">{row.owns}</span>
            </li>
        }
    };
    view! {
        <Section title="Members" note>
            <ul class="rows">{move || rows.get().into_iter().map(row).collect_view()}</ul>
            <p class="quiet-text" class:none=move || !rows.with(Vec::is_empty)>
                "Nobody is in the group. What it has committed stays, for who comes."
            </p>
        </Section>
    }
}

/// Who read what, and who reads what: client, before, now.
fn changes(scene: &Scene, group_id: &str) -> (i32, Vec<(String, String, String)>) {
    let Some(before) = scene.seen.before.get(group_id) else { return (0, Vec::new()) };
    let mut clients: BTreeMap<String, (String, String)> = BTreeMap::new();
    for (client, assignment) in before.members.values() {
        clients.entry(client.clone()).or_default().0 = owned(assignment);
    }
    let members = scene.cluster.groups.get(group_id).map(|group| group.members.values());
    for member in members.into_iter().flatten() {
        let text = if member.is_joining { "is dealt anew".to_owned() } else { owned(&member.assignment) };
        clients.entry(member.client_id.clone()).or_default().1 = text;
    }
    let none = |text: String| if text.is_empty() { "was not there".to_owned() } else { text };
    let gone = |text: String| if text.is_empty() { "is gone".to_owned() } else { text };
    let rows = clients.into_iter().map(|(client, (then, now))| (client, none(then), gone(now)));
    (before.generation_id, rows.collect())
}

#[component]
pub(super) fn BeforeSection(group_id: String) -> impl IntoView {
    let page = expect_context::<Page>();
    let found = page.view.memo(move |scene| changes(scene, &group_id));
    let rows = Memo::new(move |_| found.with(|found| found.1.clone()));
    let generation = move || found.with(|found| found.0);
    let row = |(client, then, now): (String, String, String)| {
        let class = if then == now { "" } else { "changed" };
        view! {
            <tr class=class>
                <th scope="row">{client}</th>
                <td class="mono">{then}</td>
                <td class="mono">{now}</td>
            </tr>
        }
    };
    view! {
        <Show when=move || !rows.with(Vec::is_empty)>
            <Section title="The latest rebalance">
                <table class="facts wide">
                    <thead>
                        <tr>
                            <th scope="col">"member"</th>
                            <th scope="col">{move || format!("generation {}", generation())}</th>
                            <th scope="col">"now"</th>
                        </tr>
                    </thead>
                    <tbody>{move || rows.get().into_iter().map(row).collect_view()}</tbody>
                </table>
            </Section>
        </Show>
    }
}
