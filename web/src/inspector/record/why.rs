//! "Why here?": from the bytes of the key to the lane, step by step.

use super::Place;
use crate::page::Page;
use crate::widgets::Section;
use leptos::prelude::*;
use runnel_clients::partitioners::{HashName, PartitionReason};
use runnel_sandbox::scene::{Path, Why};

/// One line of the calculation: what is done, and what comes out.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Line {
    text: String,
    result: String,
}

fn line(text: impl Into<String>, result: impl ToString) -> Line {
    Line { text: text.into(), result: result.to_string() }
}

/// The calculation as it was done, or as it would be done by who leads to this partition.
fn calculation(why: &Why) -> Vec<Line> {
    let key = why.key.clone().unwrap_or_default();
    let named = crate::stage::shortened(&key, 18);
    let mut lines = Vec::new();
    if let Some(bytes) = why.key_bytes.as_ref().filter(|bytes| !bytes.is_empty()) {
        let pairs: Vec<&str> = bytes.as_bytes().chunks(2).filter_map(|pair| std::str::from_utf8(pair).ok()).collect();
        let shown = pairs.iter().take(16).copied().collect::<Vec<&str>>().join(" ");
        let ending = if pairs.len() > 16 { " …" } else { "" };
        lines.push(line("key bytes ", format!("{shown}{ending}")));
    }
    let told = why.choice.as_ref().map(|choice| &choice.choice);
    match told.map(|choice| (&choice.reason, choice.partition)) {
        Some((PartitionReason::KeyHash { hash, hash_value, sign_cleared, partitions_count, .. }, partition)) => {
            let hash = match hash {
                HashName::Murmur2 => "murmur2",
                HashName::Murmur2Legacy => "murmur2 in doubles",
                HashName::Crc32 => "crc32",
                HashName::Fnv1a => "fnv1a",
            };
            let shown =
                if sign_cleared.is_some() { i64::from(hash_value.cast_signed()) } else { i64::from(*hash_value) };
            lines.push(line(format!("{hash}(\"{named}\") = "), shown));
            lines.extend(sign_cleared.map(|cleared| line("sign bit cleared: ", cleared)));
            lines.push(line(format!("mod {partitions_count} partitions = "), partition));
        }
        Some((PartitionReason::RoundRobin { counter, available_count }, partition)) => {
            lines.push(line("no key: the next in turn, number ", counter));
            lines.push(line(format!("mod {available_count} partitions = "), partition));
        }
        Some((PartitionReason::Sticky { is_new, available_count, produced_bytes, .. }, partition)) => {
            let how = if *is_new { "drawn for a new batch" } else { "stays with its batch" };
            lines.push(line("no key: ", how));
            lines.extend(produced_bytes.map(|bytes| line("bytes there before it: ", bytes)));
            lines.push(line(format!("of {available_count} partitions: "), partition));
        }
        Some((PartitionReason::Random { partitions_count }, partition)) => {
            lines.push(line(format!("drawn at random of {partitions_count}: "), partition));
        }
        Some((PartitionReason::Explicit, partition)) => lines.push(line("the program named partition ", partition)),
        None => {
            if let Some(path) = why.paths.iter().find(|path| path.agrees) {
                lines.extend(steps_of(path, &named));
            }
        }
    }
    lines
}

fn steps_of(path: &Path, key: &str) -> Vec<Line> {
    let value = match path.sign_cleared {
        Some(_) => i64::from(path.hash_value),
        None => i64::from(path.hash_value.cast_unsigned()),
    };
    let mut lines = vec![line(format!("{}(\"{key}\") = ", path.hash), value)];
    lines.extend(path.sign_cleared.map(|cleared| line("sign bit cleared: ", cleared)));
    lines.push(line(format!("mod {} partitions = ", path.partitions_count), path.partition));
    lines
}

#[component]
pub(super) fn WhySection(place: Place) -> impl IntoView {
    let page = expect_context::<Page>();
    let why = page.view.memo(move |scene| scene.why(&place.topic, place.partition, place.offset));
    let lines = Memo::new(move |_| why.with(|why| why.as_ref().map(calculation).unwrap_or_default()));
    let sentence = move || why.with(|why| why.as_ref().map(|why| why.sentence.clone()));
    let paths = Memo::new(move |_| why.with(|why| why.as_ref().map(|why| why.paths.clone()).unwrap_or_default()));
    let unknown = "The middle of a long log is not kept in the picture; the record's own bytes stand below.";
    view! {
        <Section title="Why here?">
            <Show when=move || !lines.with(Vec::is_empty)>
                <pre class="why mono">
                    <For
                        each=move || lines.get().into_iter().enumerate()
                        key=|(place, line)| (*place, line.text.clone(), line.result.clone())
                        children=|(_, line)| view! { <span>{line.text}<b>{line.result}</b>"\n"</span> }
                    />
                </pre>
            </Show>
            <p class="quiet-text">{move || sentence().unwrap_or_else(|| unknown.to_owned())}</p>
        </Section>
        <Show when=move || !paths.with(Vec::is_empty)>
            <Section title="Every partitioner">
                <Paths paths />
            </Section>
        </Show>
    }
}

/// Where each known partitioner would lead the key.
#[component]
fn Paths(paths: Memo<Vec<Path>>) -> impl IntoView {
    let row = |path: Path| {
        let value = match path.sign_cleared {
            Some(cleared) => format!("{} → {cleared}", path.hash_value),
            None => path.hash_value.cast_unsigned().to_string(),
        };
        let class = if path.agrees { "path agrees" } else { "path" };
        let mark = if path.agrees { "here" } else { "elsewhere" };
        view! {
            <li class=class>
                <span>{path.partitioner}</span>
                <span class="mono">{format!("{} {value}", path.hash)}</span>
                <span class="mono">{format!("mod {} = {} · {mark}", path.partitions_count, path.partition)}</span>
            </li>
        }
    };
    view! { <ul class="paths">{move || paths.get().into_iter().map(row).collect_view()}</ul> }
}
