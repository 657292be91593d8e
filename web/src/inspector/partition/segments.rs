//! The segment lens: which files a log has, and what becomes of each.

use crate::inspector::act::{bytes, since_start};
use crate::page::Page;
use crate::widgets::Section;
use leptos::prelude::*;
use runnel_sandbox::scene::{IndexListing, LogOutlook, SegmentIndexes};
use runnel_sandbox::viewing::Viewing;

/// Segments that are listed; of more the oldest and the newest.
const LISTED_MAX: usize = 12;

/// A segment, and what becomes of it.
#[derive(Clone, PartialEq, Debug)]
struct Row {
    base_offset: i64,
    files: String,
    newest: String,
    size: String,
    share: f64,
    is_active: bool,
    goes: bool,
    sentence: String,
}

/// The log's files and their future.
#[derive(Clone, PartialEq, Debug, Default)]
struct Lens {
    rows: Vec<Row>,
    left_out: usize,
    compaction: Option<String>,
    next_look: Option<String>,
}

fn lens(viewing: &Viewing, topic: &str, partition: i32) -> Option<Lens> {
    let cluster = viewing.story().world().cluster();
    let explained = cluster.explain_retention(topic, partition, viewing.now())?;
    let outlook = LogOutlook::of(&explained);
    let start = viewing.story().start().0;
    let largest = explained.segments.iter().map(|segment| segment.size).max().unwrap_or(1).max(1);
    let all = explained.segments.iter().zip(&outlook.segments).map(|(segment, outlook)| Row {
        base_offset: segment.base_offset,
        files: format!("{:020}.log", segment.base_offset),
        newest: if segment.newest_timestamp < 0 {
            "no record yet".to_owned()
        } else {
            format!("newest {}", since_start(start, segment.newest_timestamp.saturating_mul(1_000)))
        },
        size: bytes(u64::from(segment.size)),
        share: share(segment.size, largest),
        is_active: segment.active,
        goes: outlook.goes,
        sentence: outlook.sentence.clone(),
    });
    let mut rows: Vec<Row> = all.collect();
    let left_out = rows.len().saturating_sub(LISTED_MAX);
    if left_out > 0 {
        rows.drain(LISTED_MAX / 2..LISTED_MAX / 2 + left_out);
    }
    Some(Lens { rows, left_out, compaction: outlook.compaction, next_look: outlook.next_look })
}

/// How much of the largest segment this one is, in steps that can be seen.
fn share(size: u32, largest: u32) -> f64 {
    (f64::from(size) * 100.0 / f64::from(largest.max(1))).round() / 100.0
}

#[component]
pub(super) fn SegmentsSection(topic: String, partition: i32) -> impl IntoView {
    let page = expect_context::<Page>();
    let at = topic.clone();
    // The files are looked at once a second, and when something is written: it takes reading them.
    let version = page.view.memo(move |scene| {
        let lane = scene.cluster.lane(&at, partition);
        let ends = lane.map(|lane| (lane.log_start_offset, lane.log_end_offset, lane.segments.len(), lane.leader));
        let configs = scene.cluster.topics.get(&at).map(|topic| topic.configs.clone());
        (scene.time.as_millis().div_euclid(1_000), ends, configs)
    });
    let files_of = topic.clone();
    let lens = Memo::new(move |_| {
        version.with(|_| ());
        page.view.with(|viewing| lens(viewing, &topic, partition))
    });
    let rows = Memo::new(move |_| lens.with(|lens| lens.as_ref().map(|lens| lens.rows.clone()).unwrap_or_default()));
    let left_out = Memo::new(move |_| lens.with(|lens| lens.as_ref().map_or(0, |lens| lens.left_out)));
    let compaction = move || lens.with(|lens| lens.as_ref().and_then(|lens| lens.compaction.clone()));
    let next_look = move || lens.with(|lens| lens.as_ref().and_then(|lens| lens.next_look.clone()));
    let note = Signal::derive(move || {
        let count = rows.with(Vec::len) + left_out.get();
        if count == 0 { String::new() } else { count.to_string() }
    });
    view! {
        <Section title="Segments" note>
            <ol class="segments">
                <For
                    each=move || rows.get()
                    key=|row| row.base_offset
                    children={
                        let topic = files_of.clone();
                        move |row| view! { <SegmentRow rows topic=topic.clone() partition base_offset=row.base_offset /> }
                    }
                />
            </ol>
            <p class="quiet-text" class:none=move || left_out.get() == 0>
                {move || format!("{} segments between them are not listed", left_out.get())}
            </p>
            <p class="quiet-text" class:none=move || compaction().is_none()>{compaction}</p>
            <p class="quiet-text small" class:none=move || next_look().is_none()>{next_look}</p>
            <Show when=move || lens.with(Option::is_none)>
                <p class="quiet-text">"Nobody leads the partition, so nobody looks at its files."</p>
            </Show>
        </Section>
    }
}

/// An index as it is listed: two columns, and how many entries it has.
#[derive(Clone, PartialEq, Debug, Default)]
struct Listed {
    rows: Vec<(String, String)>,
    note: String,
}

/// What stands in the indexes of a segment.
#[derive(Clone, PartialEq, Debug, Default)]
struct Entries {
    offsets: Listed,
    times: Listed,
}

/// `12 entries`, and that not all of them are listed.
fn index_note<T>(listing: &IndexListing<T>, is_active: bool) -> String {
    match (listing.count, listing.listed.len()) {
        (0, _) if is_active => "none in the file yet: the newest wait in memory until the segment is rolled".to_owned(),
        (0, _) => "none: the segment is shorter than index.interval.bytes".to_owned(),
        (1, _) => "1 entry".to_owned(),
        (count, listed) if listed < count => format!("{count} entries, the first and the last ones"),
        (count, _) => format!("{count} entries"),
    }
}

/// Reads the indexes of a segment from the files of the partition's leader.
fn entries(viewing: &Viewing, topic: &str, partition: i32, base_offset: i64) -> Entries {
    let Some(lane) = viewing.scene().cluster.lane(topic, partition) else { return Entries::default() };
    let start = viewing.story().start().0;
    let storage = viewing.story().world().cluster().storage();
    let found = SegmentIndexes::read(storage, lane.leader, (topic, partition), base_offset);
    let is_active = lane.segments.iter().any(|segment| segment.base_offset == base_offset && segment.active);
    let offset = |relative: i32| format!("{base_offset}+{relative}");
    let offsets = found.offsets.listed.iter().map(|entry| (offset(entry.relative_offset), entry.position.to_string()));
    let times = found.times.listed.iter();
    let times = times.map(|entry| (since_start(start, entry.timestamp.0), offset(entry.relative_offset)));
    Entries {
        offsets: Listed { rows: offsets.collect(), note: index_note(&found.offsets, is_active) },
        times: Listed { rows: times.collect(), note: index_note(&found.times, is_active) },
    }
}

/// Both indexes of a segment, read while they are shown.
#[component]
fn IndexTables(rows: Memo<Vec<Row>>, topic: String, partition: i32, base_offset: i64) -> impl IntoView {
    let page = expect_context::<Page>();
    let found = Memo::new(move |_| {
        rows.with(|_| ());
        page.view.with(|viewing| entries(viewing, &topic, partition, base_offset))
    });
    let table = move |name: &'static str, heads: [&'static str; 2], of: fn(&Entries) -> &Listed| {
        let row = |(one, other): &(String, String)| view! { <tr><td>{one.clone()}</td><td>{other.clone()}</td></tr> };
        let body = move || found.with(|found| of(found).rows.iter().map(row).collect_view());
        view! {
            <table class="index mono">
                <caption>{name}" · "<span>{move || found.with(|found| of(found).note.clone())}</span></caption>
                <thead class:none=move || found.with(|found| of(found).rows.is_empty())>
                    <tr>{heads.map(|head| view! { <th scope="col">{head}</th> })}</tr>
                </thead>
                <tbody>{body}</tbody>
            </table>
        }
    };
    view! {
        {table(".index", ["offset", "position"], |found| &found.offsets)}
        {table(".timeindex", ["timestamp", "offset"], |found| &found.times)}
    }
}

#[component]
fn SegmentRow(rows: Memo<Vec<Row>>, topic: String, partition: i32, base_offset: i64) -> impl IntoView {
    let shows_indexes = RwSignal::new(false);
    let row = Memo::new(move |_| rows.with(|rows| rows.iter().find(|row| row.base_offset == base_offset).cloned()));
    let of = move |read: fn(&Row) -> String| row.with(|row| row.as_ref().map(read).unwrap_or_default());
    let is = move |read: fn(&Row) -> bool| row.with(|row| row.as_ref().is_some_and(read));
    view! {
        <li class="segment" class:goes=move || is(|row| row.goes)>
            <div class="segment-head mono">
                <span>{move || of(|row| row.files.clone())}</span>
                <span class="tag" class:none=move || !is(|row| row.is_active)>"active"</span>
                <span class="tag warn" class:none=move || !is(|row| row.goes)>"goes"</span>
            </div>
            <div class="segment-size" aria-hidden="true">
                <span style=move || format!("transform:scaleX({})", row.with(|row| row.as_ref().map_or(0.0, |row| row.share)))></span>
            </div>
            <div class="segment-facts mono">
                <span>{move || of(|row| row.size.clone())}</span>
                <span>{move || of(|row| row.newest.clone())}</span>
            </div>
            <p class="quiet-text small">{move || of(|row| row.sentence.clone())}</p>
            <button
                class="lead small"
                aria-expanded=move || shows_indexes.get().to_string()
                on:click=move |_| shows_indexes.update(|shown| *shown = !*shown)
            >
                {move || if shows_indexes.get() { "hide its indexes" } else { "show its indexes" }}
            </button>
            {move || {
                shows_indexes.get().then(|| view! { <IndexTables rows topic=topic.clone() partition base_offset /> })
            }}
        </li>
    }
}
