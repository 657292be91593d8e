//! All terminals, side by side.

use super::window::TerminalWindow;
use super::{Terminals, WINDOWS_MAX};
use leptos::prelude::*;

#[component]
pub(crate) fn Panel() -> impl IntoView {
    let terminals = expect_context::<Terminals>();
    let is_full = move || terminals.windows.with(|windows| windows.len() >= WINDOWS_MAX);
    view! {
        <div class="terminals">
            <For each=move || terminals.windows.get() key=|window| window.number
                children=move |window| view! { <TerminalWindow terminals window /> } />
            <button class="quiet another" title="Another terminal beside" aria-label="Another terminal"
                prop:disabled=is_full on:click=move |_| terminals.open_another()>"+"</button>
        </div>
    }
}
