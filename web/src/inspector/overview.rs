//! The cluster as a whole, while nothing is selected, and what can be done here.

use leptos::prelude::*;

#[component]
pub(super) fn Overview() -> impl IntoView {
    view! { <h2 class="panel-title">"The cluster"</h2> }
}
