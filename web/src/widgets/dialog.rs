//! A window above the page: the browser keeps the keyboard in it, Escape closes it.

use leptos::html;
use leptos::prelude::*;

/// A window that is there while `is_open` says so.
#[component]
pub(crate) fn Dialog(is_open: RwSignal<bool>, title: &'static str, children: ChildrenFn) -> impl IntoView {
    let node = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let is_wanted = is_open.get();
        let Some(dialog) = node.get() else { return };
        if is_wanted && !dialog.open() {
            // A browser that cannot keep the keyboard in it shows it all the same.
            if dialog.show_modal().is_err() {
                dialog.set_open(true);
            }
        } else if !is_wanted && dialog.open() {
            dialog.close();
        }
    });
    let content = StoredValue::new(children);
    view! {
        <dialog node_ref=node class="dialog" aria-label=title on:close=move |_| is_open.set(false)>
            {move || is_open.get().then(|| view! {
                <div class="dialog-head">
                    <h2>{title}</h2>
                    <button class="quiet" aria-label="Close" on:click=move |_| is_open.set(false)>"×"</button>
                </div>
                <div class="dialog-content">{content.with_value(|children| children())}</div>
            })}
        </dialog>
    }
}
