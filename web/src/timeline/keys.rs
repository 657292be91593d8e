//! Keys that work wherever nothing is edited.

use crate::page::Page;
use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};

/// Where keys mean what the element makes of them.
const TYPED: &str = "input, textarea, select, [contenteditable], dialog";
/// Where the space key presses.
const PRESSED: &str = "button, summary, a, [role=menuitem], [role=treeitem]";

fn is_within(event: &KeyboardEvent, selector: &str) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    target.is_some_and(|element| element.closest(selector).ok().flatten().is_some())
}

/// Space plays and pauses; Ctrl+Z and Ctrl+Shift+Z (or Ctrl+Y) undo and redo.
pub(super) fn listen() {
    let page = expect_context::<Page>();
    let handle = window_event_listener(ev::keydown, move |event| {
        if event.default_prevented() || is_within(&event, TYPED) {
            return;
        }
        let is_command = event.ctrl_key() || event.meta_key();
        match event.key().as_str() {
            " " if !is_command && !is_within(&event, PRESSED) => {
                event.prevent_default();
                page.is_playing.update(|playing| *playing = !*playing);
            }
            "z" | "Z" if is_command => {
                event.prevent_default();
                if event.shift_key() { page.redo() } else { page.undo() }
            }
            "y" if is_command => {
                event.prevent_default();
                page.redo();
            }
            _ => {}
        }
    });
    on_cleanup(move || handle.remove());
}
