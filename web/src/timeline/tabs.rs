//! Panels below the clock, which fold away. Which one is open is remembered.

use crate::keep::{recall, remember};
use crate::late::late;
use leptos::prelude::*;

/// Under which name the browser remembers the open panel.
const OPEN_KEY: &str = "runnel.panel";

/// A panel.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Tab {
    Log,
    Countdowns,
    Charts,
}

impl Tab {
    const ALL: [Tab; 3] = [Tab::Log, Tab::Countdowns, Tab::Charts];

    fn name(self) -> &'static str {
        match self {
            Tab::Log => "Event log",
            Tab::Countdowns => "Time-outs",
            Tab::Charts => "Charts",
        }
    }
}

#[component]
pub(super) fn Tabs() -> impl IntoView {
    let remembered = recall(OPEN_KEY).and_then(|name| Tab::ALL.into_iter().find(|tab| tab.name() == name));
    let open = RwSignal::new(remembered);
    let choose = move |tab: Tab| {
        open.update(|open| *open = if *open == Some(tab) { None } else { Some(tab) });
        remember(OPEN_KEY, open.get_untracked().map_or("", Tab::name));
    };
    let button = move |tab: Tab| {
        view! {
            <button class="tab" aria-expanded=move || (open.get() == Some(tab)).to_string()
                aria-controls="foot-panel" on:click=move |_| choose(tab)>
                {tab.name()}
            </button>
        }
    };
    view! {
        <div class="tabs">{Tab::ALL.into_iter().map(button).collect_view()}</div>
        <div id="foot-panel" class="foot-panel" class:none=move || open.get().is_none()>
            {move || open.get().map(|tab| match tab {
                Tab::Log => late(|panels| (panels.log)()),
                Tab::Countdowns => late(|panels| (panels.countdowns)()),
                Tab::Charts => late(|panels| (panels.charts)()),
            })}
        </div>
    }
}
