//! What the browser remembers: the work of each tab, and what the page looks like.
//!
//! Each tab has a slot of its own. A lock with the time at which its tab last breathed tells a copied tab from one that
//! was loaded again: who leaves takes the lock away.

mod slot;

use crate::opening::{self, Source, Wanted};
use crate::page::{Page, Tone};
use leptos::ev;
use leptos::prelude::*;
use runnel_broker::Timestamp;
use runnel_sandbox::viewing::Playing;
use slot::{Slot, Work};
use std::time::Duration;

/// How often it is looked whether there is something to keep.
const KEEP_EVERY: Duration = Duration::from_secs(3);

/// What was remembered under a name.
pub(crate) fn recall(key: &str) -> Option<String> {
    window().local_storage().ok().flatten()?.get_item(key).ok().flatten()
}

/// Remembers something small; a browser that does not is no reason to stop.
pub(crate) fn remember(key: &str, value: &str) {
    if let Ok(Some(storage)) = window().local_storage() {
        _ = storage.set_item(key, value);
    }
}

/// The work of another tab, or of an earlier visit, that can be gone on with.
#[derive(Clone, Copy)]
pub(crate) struct Earlier(pub(crate) RwSignal<Option<Work>>);

thread_local! {
    /// The place of this tab.
    static SLOT: Slot = Slot::of_tab();
}

/// What this tab had before it was loaded again, where it stood; or why it cannot be shown.
pub(crate) fn restore() -> Option<Result<Wanted, String>> {
    SLOT.with(Slot::load).map(|work| wanted(&work, Source::Kept))
}

/// Leaves what this tab had as it is, because something else is shown: it is offered like the work of another tab.
pub(crate) fn set_aside() {
    SLOT.with(Slot::move_on);
}

/// Keeps what is done from now on, and offers what was done before.
pub(crate) fn start(page: Page) {
    let earlier = SLOT.with(|slot| if slot.has_work() { None } else { slot.newest_other() });
    provide_context(Earlier(RwSignal::new(earlier)));
    keep(page);
}

/// Kept work, to be shown where it stood.
fn wanted(work: &Work, source: Source) -> Result<Wanted, String> {
    let what = "the work that this browser kept cannot be shown";
    let playing = Playing::of_file(&work.history).map_err(|reason| format!("{what}: {reason}"))?;
    let playing = playing.left_at(Timestamp(work.now_us));
    Ok(Wanted { playing, title: work.title.clone(), source, what: what.to_owned(), is_playing: false })
}

/// Goes on with kept work; what was on the stage can be had back by undo.
fn go_on(page: Page, work: &Work) {
    opening::try_open(page, wanted(work, Source::Chosen));
}

/// What says whether something has changed since it was kept.
type Mark = (usize, i64, i64, String);

fn mark(page: Page) -> Mark {
    page.view.with(|viewing| {
        (viewing.story().entries().len(), viewing.story().end().0, viewing.now().0, page.title.get_untracked())
    })
}

fn keep(page: Page) {
    // Nobody wants the start screen kept that she has not touched.
    let begun = page.view.with(|viewing| viewing.story().entries().len());
    let kept = StoredValue::new(None::<Mark>);
    let is_full = StoredValue::new(false);
    let save = move || {
        SLOT.with(Slot::breathe);
        // Until it is shown, what is kept is not what is on the stage.
        if page.opening.is_under_way() {
            return;
        }
        let now = mark(page);
        let is_touched = page.steps.get_untracked() != (0, 0) || now.0 != begun || SLOT.with(Slot::has_work);
        if !is_touched || kept.with_value(|kept| kept.as_ref() == Some(&now)) {
            return;
        }
        let work = Work {
            saved_ms: js_sys::Date::now(),
            title: page.title.get_untracked(),
            now_us: now.2,
            history: page.view.with(|viewing| viewing.story().to_file()),
        };
        let stored = SLOT.with(|slot| slot.store(&work));
        match stored {
            Ok(()) => {
                kept.set_value(Some(now));
                is_full.set_value(false);
            }
            Err(reason) if !is_full.get_value() => {
                is_full.set_value(true);
                page.say(Tone::Refused, reason);
            }
            Err(_) => {}
        }
    };
    set_interval(save, KEEP_EVERY);
    Effect::new(move |_| {
        page.steps.track();
        request_animation_frame(save);
    });
    let leave = window_event_listener(ev::Custom::<web_sys::Event>::new("pagehide"), move |_| {
        save();
        SLOT.with(Slot::leave);
    });
    // The page is there as long as its window.
    std::mem::forget(leave);
}

/// Offers to go on with what was done before, in another tab or at another time.
#[component]
pub(crate) fn Continue() -> impl IntoView {
    let page = expect_context::<Page>();
    let Earlier(earlier) = expect_context::<Earlier>();
    let pressed = move |_| {
        if let Some(work) = earlier.get_untracked() {
            earlier.set(None);
            go_on(page, &work);
        }
    };
    let offer = move |work: Work| {
        view! {
            <div class="continue" role="region" aria-label="Earlier work">
                <span>"Go on with “"{work.title}"”, as it was last?"</span>
                <button class="primary" on:click=pressed>"Continue"</button>
                <button class="quiet" aria-label="No, begin anew" on:click=move |_| earlier.set(None)>"×"</button>
            </div>
        }
    };
    move || earlier.get().map(offer)
}
