//! What a group has committed, how far it is behind, and who reads it.

use crate::inspector::act::Lead;
use crate::page::Page;
use crate::widgets::Section;
use leptos::prelude::*;
use runnel_sandbox::scene::{NodeId, Scene};
use std::collections::BTreeSet;

/// A partition of a group.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Row {
    topic: String,
    partition: i32,
    committed: String,
    end: String,
    lag: String,
    owner: String,
}

fn rows(scene: &Scene, group_id: &str) -> Vec<Row> {
    let Some(group) = scene.cluster.groups.get(group_id) else { return Vec::new() };
    let committed = group.offsets.iter().flat_map(|(topic, at)| at.keys().map(move |at| (topic.clone(), *at)));
    let assigned = group.members.values().flat_map(|member| &member.assignment);
    let assigned = assigned.flat_map(|(topic, owned)| owned.iter().map(move |at| (topic.clone(), *at)));
    let places: BTreeSet<(String, i32)> = committed.chain(assigned).collect();
    let dash = || "-".to_owned();
    let row = |(topic, partition): (String, i32)| {
        let offset = group.offsets.get(&topic).and_then(|offsets| offsets.get(&partition));
        let owner = group.owner(&topic, partition).and_then(|member_id| group.members.get(member_id));
        Row {
            committed: offset.map_or_else(dash, i64::to_string),
            end: scene.cluster.lane(&topic, partition).map_or_else(dash, |lane| lane.high_watermark.to_string()),
            lag: scene.cluster.lag(group_id, &topic, partition).map_or_else(dash, |lag| lag.to_string()),
            owner: owner.map_or_else(dash, |owner| owner.client_id.clone()),
            topic,
            partition,
        }
    };
    places.into_iter().map(row).collect()
}

#[component]
pub(super) fn OffsetsSection(group_id: String) -> impl IntoView {
    let page = expect_context::<Page>();
    let rows = page.view.memo(move |scene| rows(scene, &group_id));
    let places = Memo::new(move |_| {
        rows.with(|rows| rows.iter().map(|row| (row.topic.clone(), row.partition)).collect::<Vec<(String, i32)>>())
    });
    let row = move |(topic, partition): (String, i32)| {
        let at = topic.clone();
        let row = Memo::new(move |_| {
            rows.with(|rows| rows.iter().find(|row| row.topic == at && row.partition == partition).cloned())
        });
        let of = move |read: fn(&Row) -> String| move || row.with(|row| row.as_ref().map(read).unwrap_or_default());
        let is_behind = move || row.with(|row| row.as_ref().is_some_and(|row| !matches!(row.lag.as_str(), "0" | "-")));
        view! {
            <tr>
                <th scope="row">
                    <Lead to=NodeId::lane(&topic, partition) text=format!("{topic}-{partition}") />
                </th>
                <td class="number mono">{of(|row| row.committed.clone())}</td>
                <td class="number mono">{of(|row| row.end.clone())}</td>
                <td class="number mono" class:warn=is_behind>{of(|row| row.lag.clone())}</td>
                <td class="number">{of(|row| row.owner.clone())}</td>
            </tr>
        }
    };
    view! {
        <Section title="Offsets and lag">
            <table class="facts wide tight">
                <thead>
                    <tr>
                        <th scope="col">"partition"</th>
                        <th scope="col" class="number">"committed"</th>
                        <th scope="col" class="number">"end"</th>
                        <th scope="col" class="number">"lag"</th>
                        <th scope="col" class="number">"owner"</th>
                    </tr>
                </thead>
                <tbody>
                    <For each=move || places.get() key=Clone::clone children=row />
                </tbody>
            </table>
            <p class="quiet-text" class:none=move || !places.with(Vec::is_empty)>"It has committed nothing."</p>
        </Section>
    }
}
