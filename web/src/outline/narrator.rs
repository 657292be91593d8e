//! Tells what matters to who cannot see it: the latest sentence, not more often than one can listen.

use crate::page::Page;
use crate::timeline::every;
use leptos::prelude::*;
use runnel_sandbox::scene::Cause;

#[component]
pub(super) fn Narrator() -> impl IntoView {
    let page = expect_context::<Page>();
    let tick = every(2000);
    let told = Memo::new(move |_| {
        tick.get();
        page.view.scene(|scene| scene.seen.causes.latest().map(Cause::sentence).unwrap_or_default())
    });
    view! { <p class="visually-hidden" aria-live="polite">{move || told.get()}</p> }
}
