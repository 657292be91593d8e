//! The clock: each picture of the browser lets so much of the world's time pass.

use super::Page;
use leptos::prelude::*;
use runnel_sandbox::viewing::Viewing;
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;

/// The speeds that can be chosen.
pub(crate) const SPEEDS: [f64; 10] = [0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 25.0, 50.0, 100.0];

/// How long a picture may be at work with the world, in milliseconds: the rest of its time is for drawing.
const WORK_MS: f64 = 8.0;

/// The most real time that one picture makes up for: a page that was hidden does not run after what it missed.
const PICTURE_MS: f64 = 100.0;

/// How much of the newest pace counts, in each picture.
const PACE_WEIGHT: f64 = 0.05;

/// Milliseconds since the page was opened.
pub(crate) fn now_ms() -> f64 {
    window().performance().map_or(0.0, |performance| performance.now())
}

/// What is called at each picture. It asks for the next one itself, so it must know itself.
type Picture = Rc<RefCell<Option<Closure<dyn FnMut(f64)>>>>;

/// Lets time pass from now on.
pub(crate) fn start_clock(page: Page) {
    let picture: Picture = Rc::default();
    let next = picture.clone();
    let mut last = now_ms();
    *picture.borrow_mut() = Some(Closure::new(move |now: f64| {
        let passed = (now - last).clamp(0.0, PICTURE_MS);
        last = now;
        if page.is_playing.get_untracked() {
            pass(page, passed);
        }
        request(&next);
    }));
    request(&picture);
}

fn request(picture: &Picture) {
    if let Some(closure) = picture.borrow().as_ref() {
        // A browser that shows no pictures any more needs none.
        _ = window().request_animation_frame(closure.as_ref().unchecked_ref());
    }
}

fn pass(page: Page, passed_ms: f64) {
    let asked = passed_ms * page.speed.get_untracked();
    let started = now_ms();
    let is_time_left = || now_ms() - started < WORK_MS;
    let step = Duration::from_secs_f64(asked / 1000.0);
    let went = page.view.update(|viewing| advance(viewing, step, is_time_left));
    if let Some(beside) = page.beside.get_untracked() {
        beside.update(|viewing| advance(viewing, went, is_time_left));
    }
    let share = if asked > 0.0 { went.as_secs_f64() * 1000.0 / asked } else { 1.0 };
    let pace = page.pace.get_untracked();
    let smoothed = pace + (share - pace) * PACE_WEIGHT;
    if (smoothed - pace).abs() > 0.001 {
        page.pace.set(smoothed);
    }
}

/// How much time has passed: all that was asked for, or as much as there was time to work through.
fn advance(viewing: &mut Viewing, by: Duration, is_time_left: impl FnMut() -> bool) -> Duration {
    let from = viewing.now();
    viewing.advance(from + by, is_time_left);
    viewing.now().since(from)
}
