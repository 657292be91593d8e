//! The whole story as a line: where one is, what was done, what was remarkable, and what is remembered coarsely.

use super::time::go_to;
use crate::page::Page;
use crate::widgets::clock_text;
use leptos::prelude::*;
use runnel_broker::Timestamp;
use runnel_sandbox::scene::Weight;
use runnel_sandbox::viewing::Viewing;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::time::Duration;
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent, PointerEvent};

/// Lengths that the line can stand for, in seconds: it grows by steps, so that nothing on it moves all the time.
const SPANS_S: [u64; 15] = [15, 30, 60, 90, 120, 180, 300, 450, 600, 900, 1200, 1800, 2700, 3600, 5400];
/// Ticks that can be told apart.
const TICKS: i64 = 400;
/// Scenes from which on it is said where the older ones are far apart.
const KEPT_DENSE: usize = 48;

/// How long the line is: a step above the end.
fn span_us(end_us: i64) -> i64 {
    let steps = SPANS_S.iter().filter_map(|seconds| i64::try_from(seconds * 1_000_000).ok());
    let hour = 3_600_000_000;
    steps.into_iter().find(|span| *span >= end_us).unwrap_or_else(|| (end_us / hour + 1) * hour)
}

fn since(viewing: &Viewing, time: Timestamp) -> i64 {
    time.0 - viewing.story().start().0
}

/// What stands on the line.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
struct Marks {
    span_us: i64,
    done: String,
    warned: String,
    thinned_us: Option<i64>,
}

/// By what it is known that nothing new stands on the line, without looking at all of it in each picture.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Known {
    span_us: i64,
    entries: usize,
    last_entry: Option<Timestamp>,
    last_cause: Option<(Timestamp, u64)>,
    last_kept: Option<Timestamp>,
}

impl Known {
    fn of(viewing: &Viewing) -> Known {
        let entries = viewing.story().entries();
        Known {
            span_us: span_us(since(viewing, viewing.story().end())),
            entries: entries.len(),
            last_entry: entries.last().map(|entry| entry.time),
            last_cause: viewing.scene().seen.causes.latest().map(|cause| (cause.time, cause.sequence)),
            last_kept: viewing.kept_times().last(),
        }
    }
}

fn path(places: BTreeSet<i64>) -> String {
    let mut path = String::new();
    for place in places {
        // Writing to a text cannot fail.
        _ = write!(path, "M{place} 0V1");
    }
    path
}

impl Marks {
    fn of(viewing: &Viewing) -> Marks {
        let span = span_us(since(viewing, viewing.story().end()));
        let place = |time: Timestamp| since(viewing, time).saturating_mul(TICKS) / span;
        let entries = viewing.story().entries().iter().map(|entry| place(entry.time)).collect();
        let causes = viewing.scene().seen.causes.notable.iter();
        let warned = causes.filter(|cause| cause.weight == Weight::Warning).map(|cause| place(cause.time)).collect();
        Marks { span_us: span, done: path(entries), warned: path(warned), thinned_us: thinned(viewing) }
    }
}

/// Up to when scenes are kept far apart: where the older gaps are wider than the latest ones.
fn thinned(viewing: &Viewing) -> Option<i64> {
    let times: Vec<i64> = viewing.kept_times().map(|time| since(viewing, time)).collect();
    if times.len() < KEPT_DENSE {
        return None;
    }
    let gap = |pair: &[i64]| pair.last().zip(pair.first()).map_or(0, |(last, first)| last - first);
    let latest: Vec<i64> = times.windows(2).rev().take(16).map(gap).collect();
    let usual = latest.iter().sum::<i64>() / i64::try_from(latest.len().max(1)).unwrap_or(1);
    let wide = times.windows(2).filter(|pair| gap(pair) * 2 > usual * 3);
    wide.filter_map(|pair| pair.last().copied()).next_back()
}

#[component]
pub(super) fn Scrubber() -> impl IntoView {
    let page = expect_context::<Page>();
    let known = Memo::new(move |_| page.view.watch(Known::of));
    let marks = Memo::new(move |_| {
        // A memo that is only tracked is never made: it has to be read.
        known.with(|_| page.view.with(Marks::of))
    });
    let now = Memo::new(move |_| page.view.watch(|viewing| since(viewing, viewing.now())));
    let end = Memo::new(move |_| page.view.watch(|viewing| since(viewing, viewing.story().end())));
    let wanted = StoredValue::new(None::<i64>);
    let go = move |place_us: i64| {
        page.is_playing.set(false);
        let is_asked = wanted.get_value().is_some();
        wanted.set_value(Some(place_us));
        if !is_asked {
            // However fast the hand is, the world is sought once for each picture.
            request_animation_frame(move || {
                if let Some(place) = wanted.try_update_value(Option::take).flatten() {
                    let start = page.view.with(|viewing| viewing.story().start());
                    let end = end.get_untracked();
                    go_to(page, Timestamp(start.0 + place.clamp(0, end)));
                }
            });
        }
    };
    let is_held = StoredValue::new(false);
    let pointed = move |event: &PointerEvent| {
        let track = event.current_target().and_then(|target| target.dyn_into::<Element>().ok());
        let Some(found) = track.map(|track| track.get_bounding_client_rect()) else { return };
        let share = (f64::from(event.client_x()) - found.left()) / found.width().max(1.0);
        let span = Duration::from_micros(marks.with_untracked(|marks| marks.span_us).unsigned_abs());
        let place = span.mul_f64(share.clamp(0.0, 1.0));
        go(i64::try_from(place.as_micros()).unwrap_or(i64::MAX));
    };
    let down = move |event: PointerEvent| {
        if event.button() != 0 {
            return;
        }
        if let Some(track) = event.current_target().and_then(|target| target.dyn_into::<Element>().ok()) {
            // Where the pointer cannot be held, it is followed as long as it is over the line.
            _ = track.set_pointer_capture(event.pointer_id());
        }
        is_held.set_value(true);
        pointed(&event);
    };
    let key = move |event: KeyboardEvent| {
        let second = 1_000_000;
        let small = if event.shift_key() { 10 * second } else { second };
        let here = wanted.get_value().unwrap_or_else(|| now.get_untracked());
        let to = match event.key().as_str() {
            "ArrowLeft" | "ArrowDown" => here - small,
            "ArrowRight" | "ArrowUp" => here + small,
            "PageDown" => here - 10 * second,
            "PageUp" => here + 10 * second,
            "Home" => 0,
            "End" => end.get_untracked(),
            _ => return,
        };
        event.prevent_default();
        go(to);
    };
    let share = move |place: i64| {
        let span = marks.with(|marks| marks.span_us).max(1);
        place.saturating_mul(10_000) / span
    };
    let percent = move |place: i64| {
        let share = share(place);
        format!("{}.{:02}%", share / 100, share % 100)
    };
    let words = move |place: i64| clock_text(Duration::from_micros(place.unsigned_abs()));
    let spoken = move || format!("{} of {}", words(now.get()), words(end.get()));
    let thinned = move || marks.with(|marks| marks.thinned_us);
    view! {
        <div
            class="scrubber"
            role="slider"
            tabindex="0"
            aria-label="Time"
            aria-valuemin="0"
            aria-valuemax=move || (end.get() / 1000).to_string()
            aria-valuenow=move || (now.get() / 1000).to_string()
            aria-valuetext=spoken
            on:pointerdown=down
            on:pointermove=move |event| if is_held.get_value() { pointed(&event) }
            on:pointerup=move |_| is_held.set_value(false)
            on:pointercancel=move |_| is_held.set_value(false)
            on:keydown=key
        >
            <div class="scrub-track"></div>
            <div class="scrub-known" style=move || format!("width:{}", percent(end.get()))></div>
            <div class="scrub-thinned" class:none=move || thinned().is_none()
                title="Older history is kept coarsely here: going there takes a moment longer"
                style=move || format!("width:{}", percent(thinned().unwrap_or_default()))></div>
            <div class="scrub-gone" style=move || format!("width:{}", percent(now.get()))></div>
            <svg class="scrub-ticks" viewBox=format!("0 0 {TICKS} 1") preserveAspectRatio="none" aria-hidden="true">
                <path class="tick" d=move || marks.with(|marks| marks.done.clone()) />
                <path class="tick warned" d=move || marks.with(|marks| marks.warned.clone()) />
            </svg>
            <div class="scrub-head" style=move || format!("left:{}", percent(now.get()))></div>
        </div>
    }
}
