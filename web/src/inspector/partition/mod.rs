//! A partition: its ruler with all markers, its segments, who leads it and who has a copy.

mod place;
mod ruler;
mod segments;

use super::Gone;
use super::act::{Lead, bytes, count};
use super::tool::{ToolAnswer, ToolRun};
use crate::page::{Page, Selection};
use crate::widgets::{Fact, Facts, Section};
use leptos::prelude::*;
use ruler::Ruler;
use runnel_sandbox::scene::{Lane, NodeId, Scene};
use segments::SegmentsSection;

/// What is shown of a partition beside its ruler.
#[derive(Clone, PartialEq, Debug, Default)]
struct About {
    leader: i32,
    epoch: String,
    replicas: String,
    in_sync: String,
    size: String,
    records: String,
    offline: String,
    is_short: bool,
}

fn about(lane: &Lane) -> About {
    let list = |ids: &[i32]| ids.iter().map(i32::to_string).collect::<Vec<String>>().join(", ");
    let in_sync = lane.in_sync_replicas.len();
    let replicas = lane.replicas.len();
    About {
        leader: lane.leader,
        epoch: lane.leader_epoch.to_string(),
        replicas: list(&lane.replicas),
        in_sync: if in_sync < replicas {
            format!("{} · {} behind", list(&lane.in_sync_replicas), replicas - in_sync)
        } else {
            list(&lane.in_sync_replicas)
        },
        size: bytes(lane.size),
        records: format!("{} (offsets {} to {})", lane.offsets_count(), lane.log_start_offset, lane.log_end_offset),
        offline: lane.offline.clone().unwrap_or_default(),
        is_short: in_sync < replicas,
    }
}

#[component]
pub(super) fn PartitionPanel(topic: String, partition: i32) -> impl IntoView {
    let page = expect_context::<Page>();
    let at = topic.clone();
    let about = page.view.memo(move |scene| scene.cluster.lane(&at, partition).map(about));
    let gone = format!("{topic} · partition {partition}");
    let is_there = Memo::new(move |_| about.with(Option::is_some));
    view! {
        <Show when=move || is_there.get() fallback=move || view! { <Gone what=gone.clone() /> }>
            <Body topic=topic.clone() partition about />
        </Show>
    }
}

#[component]
fn Body(topic: String, partition: i32, about: Memo<Option<About>>) -> impl IntoView {
    let run = ToolRun::new();
    let of = move |read: fn(&About) -> String| {
        Signal::derive(move || about.with(|about| about.as_ref().map(read).unwrap_or_default()))
    };
    let leader = Memo::new(move |_| about.with(|about| about.as_ref().map_or(-1, |about| about.leader)));
    let is_short = move || about.with(|about| about.as_ref().is_some_and(|about| about.is_short));
    let offline = of(|about| about.offline.clone());
    let (ruler_topic, segments_topic, lag_topic, newest_topic) =
        (topic.clone(), topic.clone(), topic.clone(), topic.clone());
    view! {
        <p class="crumb">
            <Lead to=NodeId::Topic(topic.clone()) text=topic />
        </p>
        <h2 class="panel-title">{format!("Partition {partition}")}</h2>
        <p class="warning" role="status" class:none=move || offline.with(String::is_empty)>
            {move || format!("Offline: {}", offline.get())}
        </p>
        <Section title="Ledger">
            <Ruler topic=ruler_topic.clone() partition run />
            <ToolAnswer run />
            <Lags topic=lag_topic.clone() partition />
            <Newest topic=newest_topic.clone() partition />
        </Section>
        <Section title="Partition">
            <table class="facts">
                <tbody>
                    <tr>
                        <th scope="row">"leader"</th>
                        <td>
                            {move || match leader.get() {
                                ..0 => "none: nobody takes requests".into_any(),
                                id => view! { <Lead to=NodeId::Broker(id) text=format!("broker {id}") /> }.into_any(),
                            }}
                        </td>
                    </tr>
                </tbody>
            </table>
            <Facts>
                <Fact name="leader epoch" value=of(|about| about.epoch.clone()) is_data=true />
                <Fact name="replicas" value=of(|about| about.replicas.clone()) is_data=true />
                <Fact name="in sync" value=of(|about| about.in_sync.clone()) is_data=true />
                <Fact name="records" value=of(|about| about.records.clone()) is_data=true />
                <Fact name="size" value=of(|about| about.size.clone()) is_data=true />
            </Facts>
            <Show when=is_short>
                <p class="quiet-text warn">"Not every replica has caught up with the leader."</p>
            </Show>
        </Section>
        <SegmentsSection topic=segments_topic partition />
    }
}

/// How far each group is behind.
#[component]
fn Lags(topic: String, partition: i32) -> impl IntoView {
    let page = expect_context::<Page>();
    let lags = page.view.memo(move |scene: &Scene| {
        let groups = scene.cluster.groups.keys();
        let lag = |group: &String| Some((group.clone(), scene.cluster.lag(group, &topic, partition)?));
        groups.filter_map(lag).collect::<Vec<(String, i64)>>()
    });
    let row = |(group, lag): (String, i64)| {
        view! {
            <li>
                <Lead to=NodeId::Group(group.clone()) text=group />
                <span class="mono section-note">{format!("lag {lag}")}</span>
            </li>
        }
    };
    view! { <ul class="rows">{move || lags.get().into_iter().map(row).collect_view()}</ul> }
}

/// A way to the latest record.
#[component]
fn Newest(topic: String, partition: i32) -> impl IntoView {
    let page = expect_context::<Page>();
    let at = topic.clone();
    let ends = page.view.memo(move |scene| {
        let lane = scene.cluster.lane(&at, partition);
        lane.map_or((0, 0), |lane| (lane.log_start_offset, lane.log_end_offset))
    });
    let go = move |offset: i64| page.selection.set(Some(Selection::Record { topic: topic.clone(), partition, offset }));
    let (to_first, to_last) = (go.clone(), go);
    let is_empty = move || {
        let (start, end) = ends.get();
        end <= start
    };
    view! {
        <div class="acts">
            <button class="act" prop:disabled=is_empty on:click=move |_| to_first(ends.get_untracked().0)>
                "oldest record"
            </button>
            <button class="act" prop:disabled=is_empty on:click=move |_| to_last(ends.get_untracked().1 - 1)>
                "newest record"
            </button>
            <span class="section-note">{move || count((ends.get().1 - ends.get().0).max(0), "offset")}</span>
        </div>
    }
}
