//! A prediction: the learner bets before she sees.

use super::desk::Desk;
use super::markdown::to_html;
use leptos::prelude::*;
use runnel_lessons::Prediction;

/// A question with its answers. What is right is told once `is_told` says so.
#[component]
pub(super) fn Bet(desk: Desk, id: String, prediction: Prediction, is_told: Signal<bool>) -> impl IntoView {
    let lesson = id.clone();
    let bet = Memo::new(move |_| desk.progress.with(|all| all.lessons.get(&lesson).and_then(|one| one.bet)));
    let options = (0_u32..).zip(prediction.options).map(|(index, option)| {
        let lesson = id.clone();
        let choose = move |_| desk.progress.update(|all| all.lesson(&lesson).bet = Some(index));
        let is_right = option.is_right;
        let is_bet = move || bet.get() == Some(index);
        let mark = move || match (is_told.get() && is_right, is_bet()) {
            (true, true) => "your bet, and right",
            (true, false) => "what happens",
            (false, true) => "your bet",
            (false, false) => "",
        };
        view! {
            <button class="bet-option" aria-pressed=move || is_bet().to_string()
                class:right=move || is_told.get() && is_right
                disabled=move || bet.get().is_some() on:click=choose>
                <span class="lesson-text" inner_html=to_html(&option.text)></span>
                <span class="bet-mark">{mark}</span>
            </button>
        }
    });
    view! {
        <div class="bet" role="group" aria-label="Prediction">
            <p class="section-title">"What do you expect?"</p>
            <div class="lesson-text" inner_html=to_html(&prediction.question)></div>
            {options.collect_view()}
        </div>
    }
}
