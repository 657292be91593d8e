//! Opening a run takes as long as it takes to play it: that is shown, and can be stopped. Until it is played the stage
//! stays as it was.

use crate::keep;
use crate::late;
use crate::page::{Page, Tone, now_ms};
use crate::share;
use leptos::prelude::*;
use runnel_sandbox::viewing::{Playing, Viewing};
use std::time::Duration;

/// How long the page is at work with a run that is opened before the browser has its turn, in milliseconds.
const SLICE_MS: f64 = 8.0;
/// How long the page may be at work with it before it shows anything at all.
const FIRST_MS: f64 = 80.0;

/// Where a run comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Source {
    /// The page's address.
    Address,
    /// The browser's storage, where this tab had kept it.
    Kept,
    /// A file, an example, or the work of another tab.
    Chosen,
}

/// A run that is to be shown.
#[derive(Debug)]
pub(crate) struct Wanted {
    pub(crate) playing: Playing,
    pub(crate) title: String,
    pub(crate) source: Source,
    /// What is said before the reason if it cannot be shown.
    pub(crate) what: String,
    /// Whether time passes once it is shown.
    pub(crate) is_playing: bool,
}

/// What is on its way to the stage.
#[derive(Clone, Copy)]
pub(crate) struct Opening {
    wanted: StoredValue<Option<Wanted>, LocalStorage>,
    /// Title, and how much of it is played, in hundredths.
    shown: RwSignal<Option<(String, u32)>>,
}

impl Opening {
    pub(crate) fn new() -> Opening {
        Opening { wanted: StoredValue::new_local(None), shown: RwSignal::new(None) }
    }

    /// Whether something is on its way.
    pub(crate) fn is_under_way(&self) -> bool {
        self.shown.with_untracked(Option::is_some)
    }

    /// The same, for who wants to know whenever that changes.
    pub(crate) fn is_shown(&self) -> bool {
        self.shown.with(Option::is_some)
    }

    fn take(&self) -> Option<Wanted> {
        self.wanted.try_update_value(Option::take).flatten()
    }
}

impl Wanted {
    /// Shows what can be shown before the first picture; what takes longer goes on behind the world that `fresh` makes.
    pub(crate) fn begin(mut self, fresh: impl FnOnce() -> Page) -> Page {
        let started = now_ms();
        match if self.playing.has_to_wait() { Ok(false) } else { self.playing.go_on(|| now_ms() - started < FIRST_MS) }
        {
            Ok(true) => {
                let page = Page::new(self.playing.into_viewing(), &self.title);
                page.is_playing.set(self.is_playing);
                opened(self.source);
                page
            }
            Ok(false) => {
                let page = fresh();
                // What is wanted has the machine for itself; whoever does not want to wait for it sees the other one go on.
                page.is_playing.set(false);
                open(page, self);
                page
            }
            Err(reason) => {
                given_up(self.source);
                let page = fresh();
                page.say(Tone::Refused, format!("{}: {reason}", self.what));
                page
            }
        }
    }
}

/// Opens a run; another one that was on its way is given up.
pub(crate) fn open(page: Page, wanted: Wanted) {
    if let Some(other) = page.opening.take() {
        given_up(other.source);
    }
    page.opening.shown.set(Some((wanted.title.clone(), wanted.playing.percent())));
    let waits = wanted.playing.has_to_wait();
    page.opening.wanted.set_value(Some(wanted));
    if waits { after_loading(page) } else { next(page) }
}

fn after_loading(page: Page) {
    leptos::task::spawn_local(async move {
        match late::load_extras().await {
            Ok(()) => go_on(page),
            Err(reason) => give_up(page, &reason),
        }
    });
}

/// Says why a run that was on its way is not shown. One that was cancelled meanwhile is not spoken of.
fn give_up(page: Page, reason: &str) {
    let Some(wanted) = page.opening.take() else { return };
    page.opening.shown.set(None);
    given_up(wanted.source);
    go_on_without(page, wanted.source);
    page.say(Tone::Refused, format!("{}: {reason}", wanted.what));
}

/// Lets the world go on that the page begins with if there is none that was wanted.
fn go_on_without(page: Page, source: Source) {
    if source != Source::Chosen && page.steps.get_untracked() == (0, 0) {
        page.is_playing.set(true);
    }
}

/// Goes on as soon as the browser has done what else there is to do: drawing, and what a hand asks for.
fn next(page: Page) {
    set_timeout(move || go_on(page), Duration::ZERO);
}

/// Opens a run, or says why it cannot be opened.
pub(crate) fn try_open(page: Page, wanted: Result<Wanted, String>) {
    match wanted {
        Ok(wanted) => open(page, wanted),
        Err(reason) => page.say(Tone::Refused, reason),
    }
}

fn go_on(page: Page) {
    let opening = page.opening;
    let Some(mut wanted) = opening.take() else { return };
    // It took the place of another one that had not to wait.
    if wanted.playing.has_to_wait() {
        opening.wanted.set_value(Some(wanted));
        return;
    }
    let started = now_ms();
    match wanted.playing.go_on(|| now_ms() - started < SLICE_MS) {
        Ok(true) => {
            opening.shown.set(None);
            opened(wanted.source);
            show(page, wanted.playing.into_viewing(), &wanted.title, wanted.source);
            page.is_playing.set(wanted.is_playing);
        }
        Ok(false) => {
            let percent = wanted.playing.percent();
            opening.shown.update(|shown| *shown = shown.take().map(|(title, _)| (title, percent)));
            opening.wanted.set_value(Some(wanted));
            next(page);
        }
        Err(reason) => {
            opening.shown.set(None);
            given_up(wanted.source);
            page.say(Tone::Refused, format!("{}: {reason}", wanted.what));
        }
    }
}

fn show(page: Page, viewing: Viewing, title: &str, source: Source) {
    match source {
        // The page began with it, so there is nothing before it that one could go back to.
        Source::Address | Source::Kept if page.steps.get_untracked() == (0, 0) => _ = page.begin_anew(viewing, title),
        Source::Address | Source::Kept | Source::Chosen => page.open(viewing, title),
    }
}

fn opened(source: Source) {
    match source {
        Source::Address => share::forget_fragment(),
        Source::Kept | Source::Chosen => {}
    }
}

/// What the tab had kept stays, and is offered when the page is opened anew.
pub(crate) fn given_up(source: Source) {
    match source {
        Source::Kept => keep::set_aside(),
        Source::Address | Source::Chosen => {}
    }
}

fn cancel(page: Page) {
    let Some(wanted) = page.opening.take() else { return };
    page.opening.shown.set(None);
    given_up(wanted.source);
    let later = match wanted.source {
        Source::Kept => ": it is kept, and offered when the page is opened anew",
        Source::Address | Source::Chosen => "",
    };
    go_on_without(page, wanted.source);
    page.say(Tone::Told, format!("“{}” was not opened{later}", wanted.title));
}

/// How far the run is that is being opened, with a way to stop it.
#[component]
pub(crate) fn OpeningLine() -> impl IntoView {
    let page = expect_context::<Page>();
    let shown = page.opening.shown;
    let is_shown = Memo::new(move |_| shown.with(Option::is_some));
    let title = Memo::new(move |_| shown.with(|shown| shown.as_ref().map(|(title, _)| title.clone())));
    let percent = Memo::new(move |_| shown.with(|shown| shown.as_ref().map_or(0, |(_, percent)| *percent)));
    view! {
        <Show when=move || is_shown.get()>
            <div class="opening" role="region" aria-label="Opening a run">
                <span class="opening-title">"Plays “"{move || title.get()}"”"</span>
                <progress max="100" aria-label="Played" prop:value=move || percent.get()></progress>
                <span class="mono">{move || format!("{} %", percent.get())}</span>
                <button on:click=move |_| cancel(page)>"Cancel"</button>
            </div>
        </Show>
    }
}
