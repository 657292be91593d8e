//! What happened, in sentences, with filters. A click leads to when and to what it is about.

use super::time::{every, go_to};
use crate::page::{Page, Selection};
use crate::widgets::clock_text;
use leptos::prelude::*;
use runnel_broker::Timestamp;
use runnel_sandbox::scene::{Cause, NodeId, Weight};
use runnel_sandbox::viewing::Viewing;
use std::collections::BTreeSet;

/// Sentences that are shown: the latest that pass the filters.
const SHOWN_MAX: usize = 200;

/// One line of the log.
#[derive(Clone, PartialEq, Debug)]
struct Line {
    /// No two lines have the same, and a line keeps its own while others come.
    key: (i64, u64, String),
    when: String,
    cause: Cause,
}

/// What is let through.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Filter {
    weight: Weight,
    kind: String,
    text: String,
    about: Option<NodeId>,
}

impl Filter {
    fn passes(&self, cause: &Cause) -> bool {
        cause.weight >= self.weight
            && (self.kind.is_empty() || cause.kind == self.kind)
            && self.about.as_ref().is_none_or(|node| cause.is_about(node))
            && (self.text.is_empty() || cause.sentence().to_lowercase().contains(&self.text))
    }

    fn lines(&self, viewing: &Viewing) -> Vec<Line> {
        let causes: Vec<&Cause> = viewing.scene().seen.causes.all().filter(|cause| self.passes(cause)).collect();
        let latest = causes.into_iter().rev().take(SHOWN_MAX);
        let line = |cause: &Cause| Line {
            key: (cause.time.0, cause.sequence, cause.sentence()),
            when: clock_text(cause.time.since(viewing.story().start())),
            cause: cause.clone(),
        };
        let mut seen = BTreeSet::new();
        latest.map(line).filter(|line| seen.insert(line.key.clone())).collect()
    }
}

/// What the inspector shows, as far as sentences are about it.
fn subject(selection: Option<Selection>) -> Option<NodeId> {
    match selection? {
        Selection::Node(node) => Some(node),
        Selection::Record { topic, partition, .. } => Some(NodeId::lane(&topic, partition)),
    }
}

#[component]
pub(crate) fn Log() -> impl IntoView {
    let page = expect_context::<Page>();
    let weight = RwSignal::new(Weight::Notable);
    let kind = RwSignal::new(String::new());
    let text = RwSignal::new(String::new());
    let is_about = RwSignal::new(false);
    let filter = Memo::new(move |_| Filter {
        weight: weight.get(),
        kind: kind.get(),
        text: text.with(|text| text.trim().to_lowercase()),
        about: if is_about.get() { subject(page.selection.get()) } else { None },
    });
    let tick = every(250);
    let lines = Memo::new(move |_| {
        tick.get();
        filter.with(|filter| page.view.with(|viewing| filter.lines(viewing)))
    });
    let kinds = Memo::new(move |_| {
        tick.get();
        page.view.scene(|scene| scene.seen.causes.all().map(|cause| cause.kind).collect::<BTreeSet<&'static str>>())
    });
    let weighed = move |event| {
        weight.set(match event_target_value(&event).as_str() {
            "all" => Weight::Routine,
            "warnings" => Weight::Warning,
            _ => Weight::Notable,
        });
    };
    let kind_options = move || {
        let option = |kind: &'static str| view! { <option value=kind>{kind.replace('_', " ")}</option> };
        kinds.get().into_iter().map(option).collect_view()
    };
    view! {
        <div class="log">
            <div class="log-filters" role="group" aria-label="Filters">
                <select aria-label="How much matters" on:change=weighed>
                    <option value="notable">"what matters"</option>
                    <option value="warnings">"warnings"</option>
                    <option value="all">"everything"</option>
                </select>
                <select aria-label="Kind" on:change=move |event| kind.set(event_target_value(&event))>
                    <option value="">"any kind"</option>
                    {kind_options}
                </select>
                <input type="search" placeholder="search" aria-label="Search in sentences"
                    on:input=move |event| text.set(event_target_value(&event)) />
                <label class="log-about">
                    <input type="checkbox" prop:checked=move || is_about.get()
                        on:change=move |event| is_about.set(event_target_checked(&event)) />
                    "about the selected only"
                </label>
                <span class="log-count">{move || counted(lines.with(Vec::len))}</span>
            </div>
            <ol class="log-lines">
                <For each=move || lines.get() key=|line| line.key.clone() children=move |line| view! { <Told line /> } />
            </ol>
            <p class="panel-empty" class:none=move || lines.with(|lines| !lines.is_empty())>
                "Nothing has happened that passes the filters."
            </p>
        </div>
    }
}

fn counted(count: usize) -> String {
    if count >= SHOWN_MAX { format!("the latest {SHOWN_MAX}") } else { count.to_string() }
}

#[component]
fn Told(line: Line) -> impl IntoView {
    let page = expect_context::<Page>();
    let Line { when, cause, .. } = line;
    let (class, sign, meaning) = match cause.weight {
        Weight::Routine => ("log-line routine", "", ""),
        Weight::Notable => ("log-line", "", ""),
        Weight::Warning => ("log-line warned", "!", "Warning: "),
    };
    let (time, subject): (Timestamp, Option<NodeId>) = (cause.time, cause.subjects.first().cloned());
    let clicked = move |_| {
        go_to(page, time);
        if let Some(node) = subject.clone() {
            page.select(node);
        }
    };
    view! {
        <li>
            <button class=class title="Go there and select it" on:click=clicked>
                <span class="mono log-when">{when}</span>
                <span class="log-sign" aria-hidden="true">{sign}</span>
                <span><span class="visually-hidden">{meaning}</span><b>{cause.head}</b>" "{cause.text}</span>
            </button>
        </li>
    }
}
