//! Which groups have read a record, and which have it still before them.

use super::Place;
use crate::inspector::act::Lead;
use crate::page::Page;
use crate::widgets::Section;
use leptos::prelude::*;
use runnel_sandbox::scene::{NodeId, Scene};

/// A reader of the partition.
#[derive(Clone, PartialEq, Debug)]
struct Reader {
    node: NodeId,
    name: String,
    line: String,
    has_read: bool,
}

fn readers(scene: &Scene, place: &Place) -> Vec<Reader> {
    let mut readers = Vec::new();
    for (group_id, group) in &scene.cluster.groups {
        let committed = group.offsets.get(&place.topic).and_then(|offsets| offsets.get(&place.partition)).copied();
        let owner = group.owner(&place.topic, place.partition);
        let reads = group.members.values().any(|member| member.topics.contains(&place.topic));
        let line = match committed {
            Some(committed) if committed > place.offset => format!("read: committed {committed}"),
            Some(committed) => format!("not yet: committed {committed}, {} before it", place.offset - committed),
            None if owner.is_some() || reads => "not yet: nothing committed here".to_owned(),
            None => continue,
        };
        let has_read = committed.is_some_and(|committed| committed > place.offset);
        readers.push(Reader { node: NodeId::Group(group_id.clone()), name: group_id.clone(), line, has_read });
    }
    for (name, client) in &scene.clients {
        let position = client.positions.get(&place.topic).and_then(|offsets| offsets.get(&place.partition)).copied();
        let Some(position) = position else { continue };
        let has_read = position > place.offset;
        let line = if has_read { format!("past it: position {position}") } else { format!("position {position}") };
        readers.push(Reader { node: NodeId::Client(name.clone()), name: name.clone(), line, has_read });
    }
    readers
}

#[component]
pub(super) fn ReadersSection(place: Place) -> impl IntoView {
    let page = expect_context::<Page>();
    let readers = page.view.memo(move |scene| readers(scene, &place));
    let row = |reader: Reader| {
        let class = if reader.has_read { "reader read" } else { "reader" };
        let mark = if reader.has_read { "✓" } else { "○" };
        view! {
            <li class=class>
                <span aria-hidden="true">{mark}</span>
                <Lead to=reader.node text=reader.name />
                <span class="section-note mono">{reader.line}</span>
            </li>
        }
    };
    view! {
        <Section title="Who has read it">
            <ul class="readers">{move || readers.get().into_iter().map(row).collect_view()}</ul>
            <Show when=move || readers.with(Vec::is_empty)>
                <p class="quiet-text">"No group reads this topic. A record waits for whoever comes, as long as it is kept."</p>
            </Show>
        </Section>
    }
}
