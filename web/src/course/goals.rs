//! A goal of a lesson, with why it is not met yet.

use super::markdown::to_html;
use leptos::prelude::*;
use runnel_lessons::track::{GoalStanding, Standing};

/// A goal and how it stands.
#[component]
pub(super) fn GoalRow(standing: Signal<Option<GoalStanding>>) -> impl IntoView {
    let state = move || match standing.get().map(|goal| goal.standing) {
        Some(Standing::Met) => "met",
        Some(Standing::Lost(_)) => "lost",
        Some(Standing::Waiting(_) | Standing::NotYet(_)) | None => "open",
    };
    let title = move || to_html(&standing.get().map(|goal| goal.title).unwrap_or_default());
    let why = move || match standing.get().map(|goal| goal.standing) {
        Some(Standing::NotYet(reason)) => format!("Not yet: {reason}."),
        Some(Standing::Lost(reason)) => format!("Not any more: {reason}."),
        Some(Standing::Waiting(titles)) => format!("First: {}.", titles.join(", ")),
        Some(Standing::Met) | None => String::new(),
    };
    let mark = move || match state() {
        "met" => "✓",
        "lost" => "✕",
        _ => "○",
    };
    view! {
        <div class="goal" data-state=state>
            <span class="goal-mark" aria-hidden="true">{mark}</span>
            <div>
                <div class="lesson-text goal-title" inner_html=title></div>
                <p class="goal-why" class:none=move || why().is_empty()>{why}</p>
            </div>
            <span class="visually-hidden" role="status">{move || if state() == "met" { "met" } else { "" }}</span>
        </div>
    }
}
