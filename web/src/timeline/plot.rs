//! A chart of a few curves: axes, a legend, and the values below the pointer.

use crate::widgets::clock_text;
use leptos::prelude::*;
use std::fmt::Write;
use std::time::Duration;
use wasm_bindgen::JsCast;
use web_sys::{Element, PointerEvent};

/// A curve. Its style gives colour and dashes, so that colour never tells it apart alone.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Curve {
    pub(super) name: String,
    pub(super) style: usize,
    pub(super) values: Vec<i64>,
}

/// What a chart shows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Plotted {
    /// The first second that is shown, since the beginning.
    pub(super) first_s: i64,
    /// How many seconds it has room for.
    pub(super) span_s: i64,
    pub(super) curves: Vec<Curve>,
}

/// Height of the drawing, in its own units; its width is one for each second.
const HEIGHT: i64 = 100;

/// A round number at or above the largest value.
fn top(plotted: &Plotted) -> i64 {
    let largest = plotted.curves.iter().flat_map(|curve| &curve.values).copied().max().unwrap_or_default().max(1);
    let mut unit = 1_i64;
    loop {
        for step in [1, 2, 5] {
            if let Some(top) = unit.checked_mul(step)
                && top >= largest
            {
                return top;
            }
        }
        let Some(next) = unit.checked_mul(10) else { return largest };
        unit = next;
    }
}

fn path(values: &[i64], top: i64) -> String {
    let mut path = String::new();
    for (second, value) in values.iter().enumerate() {
        let down = HEIGHT - value.saturating_mul(HEIGHT) / top.max(1);
        let letter = if second == 0 { 'M' } else { 'L' };
        // Writing to a text cannot fail.
        _ = write!(path, "{letter}{second} {down}");
    }
    path
}

fn second_text(second: i64) -> String {
    let text = clock_text(Duration::from_secs(second.max(0).unsigned_abs()));
    text.split('.').next().unwrap_or_default().to_owned()
}

#[component]
pub(super) fn Plot(title: &'static str, plotted: Memo<Plotted>, none: &'static str) -> impl IntoView {
    let hovered = RwSignal::new(None::<usize>);
    let top = Memo::new(move |_| plotted.with(top));
    let moved = move |event: PointerEvent| {
        let drawing = event.current_target().and_then(|target| target.dyn_into::<Element>().ok());
        let Some(found) = drawing.map(|drawing| drawing.get_bounding_client_rect()) else { return };
        let share = ((f64::from(event.client_x()) - found.left()) / found.width().max(1.0)).clamp(0.0, 1.0);
        let (span, known) = plotted.with_untracked(|plotted| {
            (plotted.span_s, plotted.curves.iter().map(|curve| curve.values.len()).max().unwrap_or_default())
        });
        let second = Duration::from_secs(span.unsigned_abs()).mul_f64(share).as_secs();
        hovered.set(usize::try_from(second).ok().filter(|_| known > 0).map(|second| second.min(known - 1)));
    };
    let curves = move || {
        plotted.with(|plotted| {
            let line = |curve: &Curve| {
                let class = format!("curve curve-{}", curve.style);
                view! { <path class=class d=path(&curve.values, top.get()) /> }
            };
            plotted.curves.iter().map(line).collect_view()
        })
    };
    let legend = move || {
        plotted.with(|plotted| {
            let name = |curve: &Curve| {
                let at = hovered.get().and_then(|second| curve.values.get(second)).or_else(|| curve.values.last());
                let class = format!("curve curve-{}", curve.style);
                view! {
                    <li>
                        <svg width="22" height="6" viewBox="0 0 22 6" aria-hidden="true"><path class=class d="M0 3H22" /></svg>
                        {curve.name.clone()}" "<b class="mono">{at.copied().unwrap_or_default()}</b>
                    </li>
                }
            };
            plotted.curves.iter().map(name).collect_view()
        })
    };
    let at = move || {
        let first = plotted.with(|plotted| plotted.first_s);
        hovered.get().and_then(|second| i64::try_from(second).ok()).map(|second| second_text(first + second))
    };
    let spoken = move || {
        plotted.with(|plotted| {
            let last = |curve: &Curve| format!("{} {}", curve.name, curve.values.last().copied().unwrap_or_default());
            format!("{title}, now: {}", plotted.curves.iter().map(last).collect::<Vec<String>>().join(", "))
        })
    };
    let first_text = move || second_text(plotted.with(|plotted| plotted.first_s));
    let last_text = move || second_text(plotted.with(|plotted| plotted.first_s + plotted.span_s));
    let last = move || plotted.with(|plotted| plotted.span_s - 1);
    let is_empty = move || plotted.with(|plotted| plotted.curves.is_empty());
    view! {
        <figure class="plot">
            <figcaption>{title}<span class="mono plot-at">{at}</span></figcaption>
            <ul class="legend">{legend}</ul>
            <p class="panel-empty" class:none=move || !is_empty()>{none}</p>
            <div class="plot-box" class:none=is_empty>
                <span class="plot-top mono">{move || top.get()}</span>
                <span class="plot-bottom mono">"0"</span>
                <svg viewBox=move || format!("0 0 {} {HEIGHT}", last()) preserveAspectRatio="none" role="img"
                    aria-label=spoken on:pointermove=moved on:pointerleave=move |_| hovered.set(None)>
                    <path class="grid" d=move || { let last = last(); format!("M0 0H{last}M0 50H{last}M0 100H{last}") } />
                    {curves}
                    {move || hovered.get().map(|second| view! { <path class="plot-hover" d=format!("M{second} 0V{HEIGHT}") /> })}
                </svg>
                <span class="plot-from mono">{first_text}</span>
                <span class="plot-to mono">{last_text}</span>
            </div>
        </figure>
    }
}
