//! Panels below the clock, which fold away. Which one is open is remembered.

use crate::keep::{recall, remember};
use crate::late::late;
use crate::page::Page;
use crate::terminal::Terminals;
use leptos::prelude::*;

/// Under which name the browser remembers the open panel.
const OPEN_KEY: &str = "runnel.panel";

/// A panel.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Tab {
    Terminal,
    Log,
    Countdowns,
    Charts,
}

impl Tab {
    const ALL: [Tab; 4] = [Tab::Terminal, Tab::Log, Tab::Countdowns, Tab::Charts];

    fn name(self) -> &'static str {
        match self {
            Tab::Terminal => "Terminal",
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
    let terminals = expect_context::<Terminals>();
    Effect::new(move |_| {
        if terminals.is_wanted.get() {
            terminals.is_wanted.set(false);
            if open.get_untracked() != Some(Tab::Terminal) {
                choose(Tab::Terminal);
            }
        }
    });
    let button = move |tab: Tab| {
        view! {
            <button class="tab" aria-expanded=move || (open.get() == Some(tab)).to_string()
                aria-controls="foot-panel" on:click=move |_| choose(tab)>
                {tab.name()}
            </button>
        }
    };
    view! {
        <div class="tabs">
            {Tab::ALL.into_iter().map(button).collect_view()}
            <Ghost terminals />
        </div>
        <div id="foot-panel" class="foot-panel" class:none=move || open.get().is_none()
            class:with-terminal=move || open.get() == Some(Tab::Terminal)>
            {move || open.get().map(|tab| match tab {
                Tab::Terminal => late(|panels| (panels.terminal)()),
                Tab::Log => late(|panels| (panels.log)()),
                Tab::Countdowns => late(|panels| (panels.countdowns)()),
                Tab::Charts => late(|panels| (panels.charts)()),
            })}
        </div>
    }
}

/// The command that the last gesture equals, on its way into the terminal.
#[component]
fn Ghost(terminals: Terminals) -> impl IntoView {
    let page = expect_context::<Page>();
    let take = move |_| terminals.put(page.ghost.get_untracked());
    view! {
        <button class="ghost-line mono" title="What you did, as a command: a press puts it into the terminal"
            class:none=move || page.ghost.with(String::is_empty) on:click=take>
            {move || format!("$ {}", page.ghost.get())}
        </button>
    }
}
