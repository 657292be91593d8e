//! Two worlds side by side: which is which, and in what they differ.

use super::time::every;
use crate::late::late;
use crate::page::{Page, View};
use crate::widgets::clock_text;
use leptos::prelude::*;
use runnel_sandbox::scene::Scene;
use runnel_sandbox::viewing::Viewing;
use std::collections::BTreeSet;

/// A figure with what it is in each world.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Difference {
    what: String,
    here: String,
    beside: String,
}

fn records(scene: &Scene, topic: &str) -> String {
    let Some(topic) = scene.cluster.topics.get(topic) else { return "not there".to_owned() };
    let counts: Vec<String> =
        topic.lanes.iter().map(|lane| (lane.log_end_offset - lane.log_start_offset).max(0).to_string()).collect();
    let total: i64 = topic.lanes.iter().map(|lane| (lane.log_end_offset - lane.log_start_offset).max(0)).sum();
    if counts.len() > 8 { total.to_string() } else { format!("{total} ({})", counts.join(" + ")) }
}

fn group(scene: &Scene, group_id: &str) -> String {
    let Some(group) = scene.cluster.groups.get(group_id) else { return "not there".to_owned() };
    let members: Vec<&str> = group.members.values().map(|member| member.client_id.as_str()).collect();
    let members = if members.is_empty() { "nobody".to_owned() } else { members.join(", ") };
    let lag = scene.cluster.total_lag(group_id);
    format!("{}, generation {}, {members}, lag {lag}", group.state, group.generation_id)
}

/// In what two worlds differ; the first two rows are always there.
fn differences(here: &Viewing, beside: &Viewing) -> Vec<Difference> {
    let row = |what: String, here: String, beside: String| Difference { what, here, beside };
    let time = |viewing: &Viewing| clock_text(viewing.now().since(viewing.story().start()));
    let hash = |viewing: &Viewing| format!("{:016x}", viewing.story().world().trace_hash());
    let mut rows =
        vec![row("time".to_owned(), time(here), time(beside)), row("trace hash".to_owned(), hash(here), hash(beside))];
    let (one, other) = (here.scene(), beside.scene());
    let topics = one.cluster.topics.iter().chain(&other.cluster.topics).filter(|(_, topic)| !topic.internal);
    let topics: BTreeSet<&String> = topics.map(|(name, _)| name).collect();
    let groups: BTreeSet<&String> = one.cluster.groups.keys().chain(other.cluster.groups.keys()).collect();
    let topics =
        topics.into_iter().map(|name| row(format!("records of {name}"), records(one, name), records(other, name)));
    let groups = groups.into_iter().map(|name| row(format!("group {name}"), group(one, name), group(other, name)));
    rows.extend(topics.chain(groups).filter(|row| row.here != row.beside));
    rows
}

#[component]
pub(super) fn BesideBar() -> impl IntoView {
    let page = expect_context::<Page>();
    move || page.beside.get().map(|beside| view! { <Bar beside /> })
}

#[component]
fn Bar(beside: View) -> impl IntoView {
    let page = expect_context::<Page>();
    let is_compared = RwSignal::new(false);
    view! {
        <div class="beside-bar">
            <span class="beside-said">
                <b>"First: "</b>"the one you act on. "<b>"Second: "</b>"the other one, at the same speed."
            </span>
            <button on:click=move |_| page.change_sides()>"change sides"</button>
            <button aria-expanded=move || is_compared.get().to_string()
                on:click=move |_| is_compared.update(|compared| *compared = !*compared)>"compare"</button>
            <button on:click=move |_| page.beside.set(None)>"close the second"</button>
        </div>
        {move || is_compared.get().then(|| late(move |panels| (panels.compared)(beside)))}
    }
}

#[component]
pub(crate) fn Compared(beside: View) -> impl IntoView {
    let page = expect_context::<Page>();
    let tick = every(250);
    let rows = Memo::new(move |_| {
        tick.get();
        page.view.with(|here| beside.with(|beside| differences(here, beside)))
    });
    let row = |row: Difference| {
        let class = if row.here == row.beside { "" } else { "differs" };
        view! {
            <tr class=class>
                <th scope="row">{row.what}</th>
                <td class="mono">{row.here}</td>
                <td class="mono">{row.beside}</td>
            </tr>
        }
    };
    view! {
        <div class="compared">
            <table>
                <thead><tr><th scope="col"></th><th scope="col">"first"</th><th scope="col">"second"</th></tr></thead>
                <tbody>{move || rows.get().into_iter().map(row).collect_view()}</tbody>
            </table>
            <p class:none=move || { rows.with(|rows| rows.iter().any(|row| row.here != row.beside)) }>
                "Both are the same, frame by frame."
            </p>
        </div>
    }
}
