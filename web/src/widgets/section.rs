//! A part of a panel that can be folded away.

use leptos::prelude::*;
use std::collections::BTreeSet;
use wasm_bindgen::JsCast;
use web_sys::Element;

/// The titles of sections that are folded: a section stays folded when something else is shown under the same title.
#[derive(Clone, Copy)]
pub(crate) struct Folds(RwSignal<BTreeSet<&'static str>>);

impl Folds {
    /// Nothing is folded but what these titles name.
    pub(crate) fn new(folded: &[&'static str]) -> Folds {
        Folds(RwSignal::new(folded.iter().copied().collect()))
    }
}

/// A title with what stands below it. What is folded is not drawn at all.
#[component]
pub(crate) fn Section(
    /// What it is about.
    title: &'static str,
    /// A few words beside the title.
    #[prop(optional, into)]
    note: Signal<String>,
    /// What it shows.
    children: ChildrenFn,
) -> impl IntoView {
    let folds = expect_context::<Folds>();
    let is_open = Memo::new(move |_| folds.0.with(|folded| !folded.contains(title)));
    let toggled = move |event: web_sys::Event| {
        let target = event.current_target().and_then(|target| target.dyn_into::<Element>().ok());
        let Some(is_open) = target.map(|target| target.has_attribute("open")) else { return };
        folds.0.update(|folded| match is_open {
            true => _ = folded.remove(title),
            false => _ = folded.insert(title),
        });
    };
    view! {
        <details class="section" prop:open=is_open.get_untracked() on:toggle=toggled>
            <summary class="section-title">
                <span>{title}</span>
                <span class="section-note">{move || note.get()}</span>
            </summary>
            <Show when=move || is_open.get()>{children()}</Show>
        </details>
    }
}
