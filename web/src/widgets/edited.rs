//! A value that is edited where it stands: Enter or leaving the field takes it, Escape gives it back.

use leptos::prelude::*;
use std::sync::atomic::{AtomicU32, Ordering};

/// Numbers for names of elements on the page, none twice.
static NEXT_ELEMENT: AtomicU32 = AtomicU32::new(1);

/// A name for an element that no other has.
pub(crate) fn element_name(kind: &str) -> String {
    format!("{kind}-{}", NEXT_ELEMENT.fetch_add(1, Ordering::Relaxed))
}

/// Takes a new value, or says why not.
pub(crate) type Apply = Callback<String, Result<(), String>>;

/// A value with its name. What was wrong with a new value stands below it.
#[component]
pub(crate) fn Edited(
    /// What it is called.
    #[prop(into)]
    name: String,
    /// What it is now.
    #[prop(into)]
    value: Signal<String>,
    /// Takes another value.
    apply: Apply,
    /// What it is where nothing is said.
    #[prop(optional, into)]
    placeholder: String,
    /// The values that there are, with their names; none for any text.
    #[prop(optional, into)]
    choices: Vec<(String, String)>,
    /// What it means.
    #[prop(optional, into)]
    hint: String,
) -> impl IntoView {
    let draft = RwSignal::new(None::<String>);
    let error = RwSignal::new(None::<String>);
    let shown = Memo::new(move |_| draft.get().unwrap_or_else(|| value.get()));
    let take = move |text: String| {
        if text == value.get_untracked() {
            draft.set(None);
            error.set(None);
            return;
        }
        draft.set(Some(text.clone()));
        match apply.run(text) {
            Ok(()) => {
                draft.set(None);
                error.set(None);
            }
            Err(reason) => error.set(Some(reason)),
        }
    };
    let key = move |event: leptos::ev::KeyboardEvent| {
        if event.key() == "Escape" {
            event.stop_propagation();
            draft.set(None);
            error.set(None);
        }
    };
    let id = element_name("field");
    let error_id = format!("{id}-error");
    let described_by = error_id.clone();
    let is_invalid = move || error.with(|error| error.is_some().to_string());
    let input = if choices.is_empty() {
        view! {
            <input
                id=id.clone()
                class="mono"
                autocomplete="off"
                spellcheck="false"
                placeholder=placeholder
                aria-describedby=described_by
                aria-invalid=is_invalid
                prop:value=move || shown.get()
                on:input=move |event| draft.set(Some(event_target_value(&event)))
                on:change=move |event| take(event_target_value(&event))
                on:keydown=key
            />
        }
        .into_any()
    } else {
        let options = choices
            .into_iter()
            .map(|(choice, name)| {
                let value = choice.clone();
                view! { <option value=choice prop:selected=move || shown.with(|shown| *shown == value)>{name}</option> }
            })
            .collect_view();
        view! {
            <select
                id=id.clone()
                aria-describedby=described_by
                aria-invalid=is_invalid
                on:change=move |event| take(event_target_value(&event))
            >
                {options}
            </select>
        }
        .into_any()
    };
    view! {
        <div class="edited" title=hint>
            <label for=id>{name}</label>
            {input}
            <p id=error_id class="field-error" role="alert" class:none=move || error.with(Option::is_none)>
                {move || error.get()}
            </p>
        </div>
    }
}
