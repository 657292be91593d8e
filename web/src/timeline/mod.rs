//! The clock, the past, and what happened.

use crate::page::Page;
use leptos::prelude::*;

#[component]
pub(crate) fn Timeline() -> impl IntoView {
    let page = expect_context::<Page>();
    let time =
        move || page.view.watch(|viewing| format!("{:.3}", viewing.now().since(viewing.story().start()).as_secs_f64()));
    let label = move || if page.is_playing.get() { "pause" } else { "play" };
    view! {
        <div class="clock">
            <button class="primary" on:click=move |_| page.is_playing.update(|playing| *playing = !*playing)>
                {label}
            </button>
            <span class="mono">{time}</span>
        </div>
    }
}
