//! A run as a link or as a file.

mod dialog;
mod file;
mod link;

use crate::opening::{self, Source, Wanted};
use crate::page::Page;
use leptos::ev;
use leptos::prelude::*;
use runnel_sandbox::viewing::Playing;

pub(crate) use dialog::{Link, Share};
pub(crate) use file::offer as offer_file;
pub(crate) use link::{pack_text, unpack_text};

/// A link to this page with the story in it.
///
/// # Errors
/// A story that is too long for a link.
pub(crate) fn link_of(page: Page) -> Result<String, String> {
    let history = page.view.with(|viewing| viewing.story().to_file());
    link_to(&link::pack(&history, &page.title.get_untracked())?)
}

/// This page's address with a fragment.
///
/// # Errors
/// A page without an address.
pub(crate) fn link_to(fragment: &str) -> Result<String, String> {
    let address = window().location().href().map_err(|_| "this page has no address".to_owned())?;
    let here = address.split('#').next().unwrap_or_default();
    Ok(format!("{here}#{fragment}"))
}

/// What the page's address holds, if it holds something: a run, or why it cannot be opened.
pub(crate) fn from_address() -> Option<Result<Wanted, String>> {
    let what = "this link cannot be opened";
    let fragment = window().location().hash().ok()?;
    let unpacked = link::unpack(fragment.trim_start_matches('#'))?;
    let wanted = unpacked.and_then(|(history, title)| {
        let playing = Playing::of_file(&history).map_err(|error| error.to_string())?;
        Ok(Wanted { playing, title, source: Source::Address, what: what.to_owned(), is_playing: false })
    });
    Some(wanted.map_err(|reason| format!("{what}: {reason}")))
}

fn follow(page: Page) {
    if let Some(wanted) = from_address() {
        opening::try_open(page, wanted);
    }
}

/// What was opened is kept like any other work, so that a reload shows what was done with it.
pub(crate) fn forget_fragment() {
    let Ok(address) = window().location().href() else { return };
    let Ok(history) = window().history() else { return };
    let here = address.split('#').next().unwrap_or_default();
    _ = history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(here));
}

/// Opens links that are followed while the page is open, and files that are dropped on it.
pub(crate) fn listen(page: Page) {
    let followed = window_event_listener(ev::hashchange, move |_| follow(page));
    let over = window_event_listener(ev::dragover, |event| {
        if event.data_transfer().is_some_and(|data| data.types().includes(&"Files".into(), 0)) {
            event.prevent_default();
        }
    });
    let dropped = window_event_listener(ev::drop, move |event| {
        let files = event.data_transfer().and_then(|data| data.files());
        if let Some(file) = files.and_then(|files| files.get(0)) {
            event.prevent_default();
            file::open(page, file);
        }
    });
    // The page is there as long as its window.
    std::mem::forget((followed, over, dropped));
}
