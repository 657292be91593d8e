//! Ways through time.

use crate::page::Page;
use leptos::prelude::*;
use runnel_broker::Timestamp;
use std::time::Duration;

/// Goes to a time, and stays there until somebody presses play.
pub(crate) fn go_to(page: Page, time: Timestamp) {
    page.is_playing.set(false);
    page.view.update(|viewing| viewing.seek(time));
    if let Some(beside) = page.beside.get_untracked() {
        beside.update(|viewing| viewing.seek(time));
    }
}

/// Goes back to what happened last before now.
pub(super) fn step_back(page: Page) {
    let time = page.view.with(|viewing| {
        let now = viewing.now();
        let causes = viewing.scene().seen.causes.all().map(|cause| cause.time);
        let entries = viewing.story().entries().iter().map(|entry| entry.time);
        causes.chain(entries).filter(|time| *time < now).max().unwrap_or_else(|| viewing.story().start())
    });
    go_to(page, time);
}

/// Goes on to the next thing that is told, or to the next packet that arrives.
pub(super) fn step(page: Page, to_packet: bool) {
    page.is_playing.set(false);
    page.view.update(|viewing| if to_packet { viewing.step_packet() } else { viewing.step_event() });
    let now = page.view.with(|viewing| viewing.now());
    if let Some(beside) = page.beside.get_untracked() {
        beside.update(|viewing| viewing.run_until(now));
    }
}

/// Counts up a few times in a second, for panels that need not follow each picture.
pub(crate) fn every(millis: u64) -> ReadSignal<u64> {
    let (count, set_count) = signal(0);
    let counting = set_interval_with_handle(
        move || set_count.update(|count: &mut u64| *count = count.wrapping_add(1)),
        Duration::from_millis(millis),
    );
    if let Ok(handle) = counting {
        on_cleanup(move || handle.clear());
    }
    count
}
