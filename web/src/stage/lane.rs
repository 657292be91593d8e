//! A partition: a row of cells on a ruler, with its markers and what is behind.

use super::cell::{Cell, CellPicture, cells, measures};
use super::{Picture, is_selected, moved_to};
use crate::page::Page;
use leptos::prelude::*;
use runnel_broker::BrokerState;
use runnel_sandbox::scene::{Lane, LaneSize, MarkerKind, NodeId, Scene};

/// A marker that is drawn.
#[derive(Clone, PartialEq, Debug)]
struct Flag {
    kind: MarkerKind,
    offset: i64,
    of: String,
    /// In cells from the left.
    place: f64,
}

/// What is drawn on a lane.
#[derive(Clone, PartialEq, Debug, Default)]
struct LanePicture {
    cells: Vec<CellPicture>,
    flags: Vec<Flag>,
}

impl LanePicture {
    fn of(scene: &Scene, topic: &str, partition: i32) -> LanePicture {
        let Some(lane) = scene.cluster.lane(topic, partition) else { return LanePicture::default() };
        let markers = scene.markers(topic, partition);
        let row = scene.row_around(lane, &markers);
        let flags = markers.into_iter().filter(|marker| is_drawn(marker.kind, lane)).map(|marker| {
            let place = row.place_of(marker.offset);
            Flag { kind: marker.kind, offset: marker.offset, of: marker.of.unwrap_or_default(), place }
        });
        LanePicture { flags: flags.collect(), cells: cells(&row, lane) }
    }
}

/// Whether a marker says something which the cells do not.
fn is_drawn(kind: MarkerKind, lane: &Lane) -> bool {
    match kind {
        MarkerKind::Committed | MarkerKind::Position => true,
        MarkerKind::HighWatermark => lane.high_watermark != lane.log_end_offset,
        MarkerKind::LogStart => lane.log_start_offset > 0,
        MarkerKind::LastStable => lane.last_stable_offset != lane.high_watermark,
        MarkerKind::LogEnd => false,
    }
}

/// Whether nobody can read or write it: its files are lost to its leader, or its leader is not there.
fn is_offline(scene: &Scene, lane: &Lane) -> bool {
    let leader = scene.cluster.brokers.get(&lane.leader);
    lane.offline.is_some() || leader.is_none_or(|leader| leader.state == BrokerState::Down)
}

#[component]
pub(super) fn LaneNode(picture: Picture, node: NodeId) -> impl IntoView {
    let page = expect_context::<Page>();
    let NodeId::Lane { topic, partition } = node.clone() else { return ().into_any() };
    let area = picture.area(node.clone());
    let size = picture.view.memo(|scene| scene.stage.lane_size);
    let cells_max = picture.view.memo(|scene| scene.stage.cells_max);
    let at = (topic.clone(), partition);
    let drawn = picture.view.memo(move |scene| LanePicture::of(scene, &at.0, at.1));
    let cells = Memo::new(move |_| drawn.with(|drawn| drawn.cells.clone()));
    let flags = Memo::new(move |_| drawn.with(|drawn| drawn.flags.clone()));
    let at = (topic.clone(), partition);
    let behind = picture.view.memo(move |scene| {
        let groups = scene.cluster.groups.keys();
        groups.filter_map(|group| scene.cluster.lag(group, &at.0, at.1)).max()
    });
    let at = (topic.clone(), partition);
    let offline =
        picture.view.memo(move |scene| scene.cluster.lane(&at.0, at.1).is_some_and(|lane| is_offline(scene, lane)));
    let selected = is_selected(page, node.clone());
    let class = move || match (selected.get(), offline.get()) {
        (true, _) => "lane selected",
        (false, true) => "lane offline",
        (false, false) => "lane",
    };
    let is_slim = move || size.get() == LaneSize::Slim;
    let heading_y = move || if is_slim() { "19" } else { "19.5" };
    let cells_at = move || match size.get() {
        LaneSize::Tall => (12.0, 30.0),
        LaneSize::Middle => (12.0, 27.0),
        LaneSize::Slim => (30.0, 7.5),
    };
    let heading = move || if is_slim() { partition.to_string() } else { format!("partition {partition}") };
    let lag = move || match (offline.get(), behind.get()) {
        (true, _) if is_slim() => "off".to_owned(),
        (true, _) => "offline".to_owned(),
        (false, Some(lag)) if is_slim() => lag.to_string(),
        (false, Some(lag)) => format!("lag {lag}"),
        (false, None) => String::new(),
    };
    let places = move || (0..cells_max.get()).collect::<Vec<usize>>();
    let name = topic.clone();
    view! {
        <g class=class style=moved_to(area) data-node=node.to_string()>
            <rect class="lane-ground" width=move || area.get().width height=move || area.get().height rx="10" />
            <text class="lane-name" x="12" y=heading_y>{heading}</text>
            <text
                class="lane-lag"
                class:behind=move || behind.get().is_some_and(|lag| lag > 0)
                x=move || area.get().width - 12.0
                y=heading_y
            >
                {lag}
            </text>
            <g transform=move || format!("translate({} {})", cells_at().0, cells_at().1)>
                <For
                    each=places
                    key=|place| *place
                    children=move |place| view! { <Cell cells size place topic=name.clone() partition /> }
                />
                <For
                    each=move || flags.get()
                    key=|flag| (flag.kind, flag.of.clone())
                    children=move |flag| view! { <FlagMark flags flag size topic=topic.clone() partition /> }
                />
            </g>
        </g>
    }
    .into_any()
}

/// A marker: a line between two cells, and for a committed offset a flag with its number.
#[component]
fn FlagMark(flags: Memo<Vec<Flag>>, flag: Flag, size: Memo<LaneSize>, topic: String, partition: i32) -> impl IntoView {
    let (kind, of) = (flag.kind, flag.of.clone());
    let shown = Memo::new(move |_| {
        flags.with(|flags| {
            let rank = flags.iter().filter(|other| other.kind == kind).position(|other| other.of == of).unwrap_or(0);
            let found = flags.iter().find(|other| other.kind == kind && other.of == of);
            found.map(|found| (found.offset, found.place, rank))
        })
    });
    let style = move || {
        let (_, place, _) = shown.get().unwrap_or((0, 0.0, 0));
        let (_, step) = measures(size.get());
        format!("transform:translate({:.1}px,0)", place * step - 2.0)
    };
    let side = move || measures(size.get()).0;
    let class = match kind {
        MarkerKind::Committed => "flag committed",
        MarkerKind::Position => "flag position",
        MarkerKind::LastStable => "flag stable",
        MarkerKind::HighWatermark => "flag watermark",
        MarkerKind::LogStart => "flag start",
        MarkerKind::LogEnd => "flag end",
    };
    let is_tall = move || size.get() == LaneSize::Tall;
    let group = flag.of.clone();
    let text = move || {
        let (offset, _, _) = shown.get().unwrap_or((0, 0.0, 0));
        match kind {
            MarkerKind::Committed => format!("committed {offset}"),
            MarkerKind::Position | MarkerKind::LogEnd => String::new(),
            MarkerKind::LastStable => format!("last stable {offset}"),
            MarkerKind::HighWatermark => format!("high watermark {offset}"),
            MarkerKind::LogStart => format!("log start {offset}"),
        }
    };
    let is_first = move || shown.get().is_none_or(|(_, _, rank)| rank == 0);
    let data = format!("{topic}-{partition}");
    let title = {
        let group = group.clone();
        move || match kind {
            MarkerKind::Committed => format!("{group} has committed {}", shown.get().map_or(0, |found| found.0)),
            MarkerKind::Position => format!("{group} reads on at {}", shown.get().map_or(0, |found| found.0)),
            MarkerKind::LastStable | MarkerKind::HighWatermark | MarkerKind::LogStart | MarkerKind::LogEnd => text(),
        }
    };
    view! {
        <g class=class style=style data-marker=data data-group=group>
            <title>{title}</title>
            <path class="flag-line" d=move || format!("M0-2v{}", side() + if is_tall() { 8.0 } else { 4.0 }) />
            {(kind == MarkerKind::Committed)
                .then(|| view! {
                    <path class="flag-head" d=move || {
                        let y = side() + if is_tall() { 12.0 } else { 4.0 };
                        format!("M-5 {y}l5-6 5 6z")
                    } />
                })}
            <text
                x=move || if shown.get().is_some_and(|found| found.1 > 5.2) { "-8" } else { "8" }
                y=move || side() + 16.5
                class:to-left=move || shown.get().is_some_and(|found| found.1 > 5.2)
                class:none=move || !is_tall() || !is_first()
            >
                {text}
            </text>
        </g>
    }
}
