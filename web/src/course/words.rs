//! Words of the glossary in a lesson's text: a press tells what one means, where it stands.

use super::markdown::{to_html, to_html_with_words};
use leptos::ev;
use leptos::prelude::*;
use runnel_lessons::glossary::Glossary;
use runnel_lessons::{Block, Lesson};
use std::collections::BTreeSet;
use std::sync::Arc;
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent, MouseEvent};

/// Room that a meaning takes, in pixels.
const WIDTH_PX: f64 = 280.0;

/// A word that is explained, and where on the page.
#[derive(Clone, PartialEq, Debug)]
struct Explained {
    index: usize,
    left_px: f64,
    top_px: f64,
}

/// Words of a lesson.
#[derive(Clone)]
pub(super) struct Words {
    glossary: Arc<Glossary>,
    /// By block: words that stand in blocks before it.
    before: Arc<Vec<BTreeSet<usize>>>,
    explained: RwSignal<Option<Explained>>,
}

impl Words {
    pub(super) fn of(lesson: &Lesson, glossary: &Glossary) -> Words {
        let mut seen = BTreeSet::new();
        let before = lesson.blocks.iter().map(|block| {
            let before = seen.clone();
            if let Block::Prose(text) = block {
                to_html_with_words(&text.words(), glossary, &mut seen);
            }
            before
        });
        let before = Arc::new(before.collect());
        Words { before, glossary: Arc::new(glossary.clone()), explained: RwSignal::new(None) }
    }

    /// A block's text as HTML.
    pub(super) fn to_html(&self, block: usize, text: &str) -> String {
        let mut seen = self.before.get(block).cloned().unwrap_or_default();
        to_html_with_words(text, &self.glossary, &mut seen)
    }

    /// Explains the word that was pressed, if one was.
    pub(super) fn press(&self, event: &MouseEvent) {
        let pressed = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let word = pressed.and_then(|element| element.closest(".word").ok().flatten());
        let next = word.and_then(|word| {
            let index = word.get_attribute("data-word")?.parse().ok()?;
            let place = word.get_bounding_client_rect();
            let width = window().inner_width().ok()?.as_f64()?;
            let left_px = place.left().min(width - WIDTH_PX).max(8.0);
            Some(Explained { index, left_px, top_px: place.bottom() + 4.0 })
        });
        self.explained.update(|explained| {
            let is_same = explained.as_ref().map(|one| one.index) == next.as_ref().map(|one| one.index);
            *explained = if is_same { None } else { next };
        });
    }
}

/// What the pressed word means.
#[component]
pub(super) fn Meaning(words: Words) -> impl IntoView {
    let explained = words.explained;
    let close = move || {
        if explained.with_untracked(Option::is_some) {
            explained.set(None);
        }
    };
    let escaped = window_event_listener(ev::keydown, move |event: KeyboardEvent| {
        if event.key() == "Escape" {
            close();
        }
    });
    // It stands where the word stood: a turn of the wheel moves the text away from under it.
    let turned = window_event_listener(ev::wheel, move |_| close());
    on_cleanup(move || {
        escaped.remove();
        turned.remove();
    });
    let shown = move || {
        let Explained { index, left_px, top_px } = explained.get()?;
        let entry = words.glossary.entries.get(index)?;
        let place = format!("left:{left_px}px;top:{top_px}px");
        Some(view! {
            <div class="word-meaning" style=place>
                <strong>{entry.word.clone()}</strong>
                <div class="lesson-text" inner_html=to_html(&entry.meaning)></div>
            </div>
        })
    };
    view! { <div role="status">{shown}</div> }
}
