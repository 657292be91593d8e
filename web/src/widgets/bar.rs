//! A thin bar that runs empty.

use leptos::prelude::*;

/// Steps in which a bar shrinks, so that it is not drawn anew for what nobody sees.
const STEPS: f64 = 200.0;

/// Time that is left, rounded to what can be seen.
pub(crate) fn in_steps(share: f64) -> f64 {
    (share.clamp(0.0, 1.0) * STEPS).round() / STEPS
}

/// A name, a time that is left in words, and a bar.
#[component]
pub(crate) fn Bar(
    /// What is waited for.
    #[prop(into)]
    name: String,
    /// How much is left, from 1 to 0, and in words.
    left: Memo<(f64, String)>,
) -> impl IntoView {
    view! {
        <div class="bar" class:low=move || left.with(|left| left.0 < 0.2)>
            <span class="bar-name">{name}</span>
            <span class="bar-left mono">{move || left.with(|left| left.1.clone())}</span>
            <span class="bar-track" aria-hidden="true">
                <span class="bar-fill" style=move || format!("transform:scaleX({:.3})", left.with(|left| left.0))></span>
            </span>
        </div>
    }
}
