//! What one can do from the inspector: every button and every field is a command, the same that could be typed.

use crate::page::Page;
use crate::widgets::clock_text;
use leptos::prelude::*;
use runnel_sandbox::scene::{NodeId, Scene};
use std::time::Duration;

/// Does what a script says, or tells why not, so that it can be said where it was asked for.
pub(super) fn attempt(page: Page, script: &str) -> Result<(), String> {
    page.ghost.set(script.lines().next().unwrap_or_default().to_owned());
    page.try_run(script).map(|_| ()).map_err(|reason| without_line(&reason).to_owned())
}

/// A reason without the number of the line, where only one line was asked for.
pub(crate) fn without_line(reason: &str) -> &str {
    let Some(rest) = reason.strip_prefix("line ") else { return reason };
    rest.split_once(": ").map_or(reason, |(_, reason)| reason)
}

/// A button that runs a script.
#[component]
pub(super) fn Act(
    /// What it is called.
    #[prop(into)]
    name: String,
    /// What it runs.
    #[prop(into)]
    script: Signal<String>,
    /// What it does, in a sentence.
    #[prop(optional, into)]
    hint: String,
    /// Whether something is lost by it.
    #[prop(optional)]
    is_danger: bool,
    /// Whether it cannot be done now.
    #[prop(optional, into)]
    is_off: Signal<bool>,
) -> impl IntoView {
    let page = expect_context::<Page>();
    let class = if is_danger { "act danger" } else { "act" };
    view! {
        <button
            class=class
            title=hint
            prop:disabled=move || is_off.get()
            on:click=move |_| {
                page.run(&script.get_untracked());
            }
        >
            {name}
        </button>
    }
}

/// A word that leads to what it names.
#[component]
pub(super) fn Lead(
    /// Where it leads.
    to: NodeId,
    /// What it says.
    #[prop(into)]
    text: Signal<String>,
) -> impl IntoView {
    let page = expect_context::<Page>();
    view! {
        <button class="lead" on:click=move |_| page.select(to.clone())>
            {move || text.get()}
        </button>
    }
}

/// A time since the world began; before that with a minus.
pub(super) fn since_start(start_us: i64, time_us: i64) -> String {
    let passed = time_us - start_us;
    let sign = if passed < 0 { "-" } else { "" };
    format!("{sign}{}", clock_text(Duration::from_micros(passed.unsigned_abs())))
}

/// `218 B`, `1.4 kB`, `3.0 MB`.
pub(super) fn bytes(size: u64) -> String {
    let whole = |unit: u64, name: &str| format!("{}.{} {name}", size / unit, size % unit * 10 / unit);
    match size {
        ..1_000 => format!("{size} B"),
        1_000..1_000_000 => whole(1_000, "kB"),
        1_000_000.. => whole(1_000_000, "MB"),
    }
}

/// `1 record`, `3 records`.
pub(super) fn count(number: i64, thing: &str) -> String {
    if number == 1 { format!("1 {thing}") } else { format!("{number} {thing}s") }
}

/// The group's topics as its members read them; the first topic that there is, if it has none.
pub(super) fn topics_of_group(scene: &Scene, group_id: &str) -> Vec<String> {
    let members = scene.clients.values().filter(|client| client.card.group.as_deref() == Some(group_id));
    let mut topics: Vec<String> = members.flat_map(|client| client.card.topics.iter().cloned()).collect();
    if let Some(group) = scene.cluster.groups.get(group_id) {
        topics.extend(group.offsets.keys().cloned());
    }
    topics.sort();
    topics.dedup();
    if topics.is_empty() {
        let any = scene.cluster.topics.iter().find(|(_, topic)| !topic.internal);
        topics.extend(any.map(|(name, _)| name.clone()));
    }
    topics
}
