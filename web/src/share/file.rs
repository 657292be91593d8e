//! A story as a file on the visitor's disk.

use crate::opening::{self, Source, Wanted};
use crate::page::{Page, Tone};
use js_sys::Array;
use leptos::prelude::*;
use runnel_sandbox::viewing::Playing;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, File, HtmlAnchorElement, Url};

/// Largest file that is read, in bytes: a script holds as much.
const SIZE_MAX: f64 = 96.0 * 1024.0 * 1024.0;
/// How the names of such files end.
pub(super) const ENDING: &str = ".runnel";
/// How the names of lessons end.
const LESSON_ENDING: &str = ".md";

/// Reads a file and shows what it holds: a run, or a lesson.
pub(super) fn open(page: Page, file: File) {
    let name = file.name();
    if file.size() > SIZE_MAX {
        page.say(Tone::Refused, format!("{name} cannot be opened: it has more than {} MB", SIZE_MAX / 1024.0 / 1024.0));
        return;
    }
    leptos::task::spawn_local(async move {
        let text = JsFuture::from(file.text()).await.ok().and_then(|text| text.as_string());
        let title = name.strip_suffix(ENDING).unwrap_or(&name);
        match text {
            Some(text) if name.ends_with(LESSON_ENDING) => page.lesson_file.set(Some((name, text))),
            Some(text) => {
                let what = format!("{name} cannot be opened");
                let playing = Playing::of_file(&text).map_err(|reason| format!("{what}: {reason}"));
                let title = title.to_owned();
                let wanted = |playing| Wanted { playing, title, source: Source::Chosen, what, is_playing: false };
                opening::try_open(page, playing.map(wanted));
            }
            None => page.say(Tone::Refused, format!("{name} cannot be read")),
        }
    });
}

/// Hands the story to the browser as a file.
pub(super) fn save(page: Page) {
    let history = page.view.with(|viewing| viewing.story().to_file());
    let letter = |letter: char| if letter.is_alphanumeric() { letter } else { '-' };
    let name: String = page.title.get_untracked().chars().take(60).map(letter).collect();
    if offer(&history, &format!("{}{ENDING}", name.trim_matches('-').to_lowercase())).is_err() {
        page.say(Tone::Refused, "this browser does not let the page save a file".to_owned());
    }
}

/// Hands a text to the browser as a file.
///
/// # Errors
/// What the browser says that does not let it.
pub(crate) fn offer(text: &str, name: &str) -> Result<(), JsValue> {
    let kind = BlobPropertyBag::new();
    kind.set_type("text/plain");
    let blob = Blob::new_with_str_sequence_and_options(&Array::of1(&text.into()), &kind)?;
    let address = Url::create_object_url_with_blob(&blob)?;
    let anchor: HtmlAnchorElement = document().create_element("a")?.dyn_into()?;
    anchor.set_href(&address);
    anchor.set_download(name);
    anchor.click();
    Url::revoke_object_url(&address)
}
