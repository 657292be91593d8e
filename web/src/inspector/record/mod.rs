//! A record: what it says, why it is where it is, and who has read it.

mod content;
mod readers;
mod why;

use super::Gone;
use super::act::{Lead, bytes, since_start};
use crate::page::{Page, Selection};
use crate::stage::{colour_class, outline, shortened};
use crate::widgets::{Fact, Facts, Section};
use content::ContentSection;
use leptos::prelude::*;
use readers::ReadersSection;
use runnel_sandbox::scene::{Look, NodeId, Scene};
use runnel_sandbox::viewing::Viewing;
use why::WhySection;

/// Offsets that are tried for one with a record: compaction leaves holes.
const HOLE_MAX: i64 = 2_000;

/// Which record.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Place {
    pub(super) topic: String,
    pub(super) partition: i32,
    pub(super) offset: i64,
}

/// What is shown of it beside its key and value.
#[derive(Clone, PartialEq, Debug, Default)]
struct About {
    key: Option<String>,
    value: Option<String>,
    look: Look,
    timestamp: String,
    batch: String,
    sequence: String,
    compression: String,
    size: String,
    producer: String,
    headers: String,
}

/// A record as its batch and its producer know it; nothing if it is not in the log.
fn about(viewing: &Viewing, place: &Place) -> Option<About> {
    let scene = viewing.scene();
    let lane = scene.cluster.lane(&place.topic, place.partition)?;
    let cluster = viewing.story().world().cluster();
    let record = cluster.record(&place.topic, place.partition, place.offset)?;
    let shown =
        |bytes: &[u8]| std::str::from_utf8(bytes).map_or_else(|_| format!("{} bytes", bytes.len()), str::to_owned);
    let look = lane.records.get(&place.offset).map_or_else(|| Look::of(record.key.as_deref()), |known| known.look);
    let mut about = About {
        key: record.key.as_deref().map(shown),
        value: record.value.as_deref().map(shown),
        look,
        timestamp: timestamp(viewing, &place.topic, record.timestamp),
        headers: if record.headers.is_empty() { String::new() } else { record.headers.len().to_string() },
        size: {
            let sizes = [record.key.as_deref(), record.value.as_deref()].into_iter().flatten().map(<[u8]>::len);
            bytes(u64::try_from(sizes.sum::<usize>()).unwrap_or(0))
        },
        ..About::default()
    };
    if let Some(batch) = scene.seen.batch(&place.topic, place.partition, place.offset) {
        let records = if batch.records == 1 { "1 record".to_owned() } else { format!("{} records", batch.records) };
        about.batch = format!("base {} · {records} · {}", batch.base_offset, bytes(u64::from(batch.size)));
        about.compression.clone_from(&batch.compression);
        if batch.producer_id >= 0 {
            let number = i64::from(batch.base_sequence) + place.offset - batch.base_offset;
            about.sequence = format!("id {} · epoch {} · sequence {number}", batch.producer_id, batch.producer_epoch);
        } else {
            "not idempotent: no id, no sequence".clone_into(&mut about.sequence);
        }
        about.producer = batch.producer.as_ref().map_or_else(String::new, |name| named_with_kind(scene, name));
    }
    Some(about)
}

fn named_with_kind(scene: &Scene, name: &str) -> String {
    match scene.clients.get(name) {
        Some(client) => format!("{name} ({})", client.card.kind),
        None => name.to_owned(),
    }
}

fn timestamp(viewing: &Viewing, topic: &str, millis: i64) -> String {
    if millis < 0 {
        return "none".to_owned();
    }
    let configs = viewing.scene().cluster.topics.get(topic).map(|topic| &topic.configs);
    let kind = configs.and_then(|configs| configs.get("message.timestamp.type")).map_or("CreateTime", String::as_str);
    let start = viewing.story().start().0;
    format!("{} {kind}", since_start(start, millis.saturating_mul(1_000)))
}

#[component]
pub(super) fn RecordPanel(topic: String, partition: i32, offset: i64) -> impl IntoView {
    let page = expect_context::<Page>();
    let place = Place { topic: topic.clone(), partition, offset };
    let at = place.clone();
    // A record stays as it is: it is looked at again when the log's ends or its topic change, or one goes back in time.
    let version = page.view.memo(move |scene| {
        let lane = scene.cluster.lane(&at.topic, at.partition)?;
        let is_in = (lane.log_start_offset..lane.log_end_offset).contains(&at.offset);
        let topic_id = scene.cluster.topics.get(&at.topic).map(|topic| topic.topic_id.clone());
        let batch = scene.seen.batch(&at.topic, at.partition, at.offset).is_some();
        Some((is_in, topic_id, lane.leader, batch))
    });
    let at = place.clone();
    let about = Memo::new(move |_| {
        version.with(|_| ());
        page.view.with(|viewing| about(viewing, &at))
    });
    let gone = format!("{topic} · partition {partition} · offset {offset}");
    let at = place.clone();
    view! {
        <Show
            when=move || about.with(Option::is_some)
            fallback=move || view! { <Gone what=gone.clone() /> }
        >
            <Body place=at.clone() about />
        </Show>
        <Steps place />
    }
}

#[component]
fn Body(place: Place, about: Memo<Option<About>>) -> impl IntoView {
    let of = move |read: fn(&About) -> String| {
        Signal::derive(move || about.with(|about| about.as_ref().map(read).unwrap_or_default()))
    };
    let title = of(|about| {
        let key = about.key.as_ref().map_or_else(|| "no key".to_owned(), |key| format!("key {}", shortened(key, 24)));
        let value = about.value.as_ref().map_or_else(|| "tombstone".to_owned(), |value| shortened(value, 40));
        format!("{key} → {value}")
    });
    let look = Memo::new(move |_| about.with(|about| about.as_ref().map(|about| about.look).unwrap_or_default()));
    let (why, readers, content) = (place.clone(), place.clone(), place.clone());
    let (topic, partition, offset) = (place.topic, place.partition, place.offset);
    let lane = NodeId::lane(&topic, partition);
    view! {
        <p class="crumb">
            <Lead to=NodeId::Topic(topic.clone()) text=topic.clone() />
            " · "
            <Lead to=lane text=format!("partition {partition}") />
            {format!(" · offset {offset}")}
        </p>
        <h2 class="panel-title mono record-title">
            <svg class="key-shape" width="16" height="16" viewBox="-8 -8 16 16" aria-hidden="true">
                <path d=move || outline(look.get()) class=move || colour_class(look.get()) />
            </svg>
            {move || title.get()}
        </h2>
        <WhySection place=why />
        <Section title="Record">
            <Facts>
                <Fact name="offset" value=Signal::derive(move || offset.to_string()) is_data=true />
                <Fact name="timestamp" value=of(|about| about.timestamp.clone()) is_data=true />
                <Fact name="key and value" value=of(|about| about.size.clone()) is_data=true />
                <Fact name="headers" value=of(|about| about.headers.clone()) is_data=true />
                <Fact name="batch" value=of(|about| about.batch.clone()) is_data=true />
                <Fact name="compression" value=of(|about| about.compression.clone()) is_data=true />
                <Fact name="producer id" value=of(|about| about.sequence.clone()) is_data=true />
                <Fact name="producer" value=of(|about| about.producer.clone()) />
            </Facts>
        </Section>
        <ContentSection place=content />
        <ReadersSection place=readers />
    }
}

/// Buttons to the records beside this one.
#[component]
fn Steps(place: Place) -> impl IntoView {
    let page = expect_context::<Page>();
    let go = move |step: i64| {
        let found = page.view.with(|viewing| {
            let lane = viewing.scene().cluster.lane(&place.topic, place.partition)?;
            let (start, end) = (lane.log_start_offset, lane.log_end_offset);
            let from = place.offset.clamp(start.saturating_sub(1), end);
            let cluster = viewing.story().world().cluster();
            let tried = (1..=HOLE_MAX).map(|distance| from + step * distance);
            let mut tried = tried.take_while(|offset| (start..end).contains(offset));
            tried.find(|offset| cluster.record(&place.topic, place.partition, *offset).is_some())
        });
        if let Some(offset) = found {
            let (topic, partition) = (place.topic.clone(), place.partition);
            page.selection.set(Some(Selection::Record { topic, partition, offset }));
        }
    };
    let back = go.clone();
    view! {
        <div class="acts">
            <button class="act" on:click=move |_| back(-1)>
                "‹ previous record"
            </button>
            <button class="act" on:click=move |_| go(1)>
                "next record ›"
            </button>
        </div>
    }
}
