//! Play, pause, steps, speed, and what is done again or not.

use super::time::{step, step_back};
use crate::page::{Page, SPEEDS};
use crate::widgets::clock_text;
use leptos::prelude::*;
use runnel_sandbox::viewing::Viewing;

/// Below this share of the speed that was asked for, it is said.
const PACE_SAID: f64 = 0.9;

#[component]
pub(super) fn Clock() -> impl IntoView {
    let page = expect_context::<Page>();
    let time = Memo::new(move |_| page.view.watch(|viewing| clock_text(viewing.now().since(viewing.story().start()))));
    let play = move || if page.is_playing.get() { "pause" } else { "play" };
    let symbol = move || if page.is_playing.get() { "M3 2h3v10H3zM8 2h3v10H8z" } else { "M3 1.5l9 5.5-9 5.5z" };
    view! {
        <div class="clock" role="group" aria-label="Clock">
            <button class="time-undo" aria-label="Undo" title="Undo (Ctrl+Z)"
                prop:disabled=move || page.steps.get().0 == 0 on:click=move |_| page.undo()>"↶"</button>
            <button class="time-undo" aria-label="Redo" title="Redo (Ctrl+Shift+Z)"
                prop:disabled=move || page.steps.get().1 == 0 on:click=move |_| page.redo()>"↷"</button>
            <button class="step-back" title="Back to what happened last before now" aria-label="Step back"
                on:click=move |_| step_back(page)>"‹"<span class="wide-only">" step"</span></button>
            <button class="primary play" title="Play or pause (space)" aria-label=play
                on:click=move |_| page.is_playing.update(|playing| *playing = !*playing)>
                <svg width="12" height="14" viewBox="0 0 14 14" aria-hidden="true"><path fill="currentColor" d=symbol /></svg>
                <span class="wide-only">{play}</span>
            </button>
            <button class="step-event" title="On to the next thing that happens" aria-label="Step by event"
                on:click=move |_| step(page, false)><span class="wide-only">"step "</span>"›"</button>
            <button class="step-packet" title="On to the next packet that arrives" aria-label="Step by packet"
                on:click=move |_| step(page, true)><span class="wide-only">"packet "</span>"»"</button>
            <output class="mono time-now" aria-label="Time since the beginning">{move || time.get()}</output>
        </div>
    }
}

/// How fast time passes, and a second world.
#[component]
pub(super) fn Pace() -> impl IntoView {
    let page = expect_context::<Page>();
    let options = SPEEDS
        .into_iter()
        .map(|speed| {
            let is_chosen = move || (page.speed.get() - speed).abs() < f64::EPSILON;
            view! { <option value=speed.to_string() prop:selected=is_chosen>{format!("{speed}×")}</option> }
        })
        .collect_view();
    let chosen = move |event| {
        if let Ok(speed) = event_target_value(&event).parse::<f64>() {
            page.speed.set(speed);
            page.pace.set(1.0);
        }
    };
    let slow = Memo::new(move |_| {
        let pace = page.pace.get();
        (page.is_playing.get() && pace < PACE_SAID).then(|| {
            let speed = page.speed.get() * pace;
            if speed < 10.0 {
                format!("the machine manages {speed:.1}×")
            } else {
                format!("the machine manages {speed:.0}×")
            }
        })
    });
    view! {
        <div class="pace" role="group" aria-label="Speed">
            <span class="pace-said" class:none=move || slow.get().is_none()>{move || slow.get()}</span>
            <select aria-label="Speed" on:change=chosen>{options}</select>
            <button class="fork" title="Lays a second world beside this one, which goes on by itself"
                on:click=move |_| page.lay_beside(page.view.with(Viewing::fork))>"fork"</button>
        </div>
    }
}
