//! What the window holds in which a run is handed on or opened.

use super::{file, link_of};
use crate::page::{Page, Tone};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::HtmlInputElement;

#[component]
pub(crate) fn Share(is_open: RwSignal<bool>) -> impl IntoView {
    let page = expect_context::<Page>();
    let link = link_of(page);
    let opened = move |event: web_sys::Event| {
        let input = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
        if let Some(file) = input.and_then(|input| input.files()).and_then(|files| files.get(0)) {
            is_open.set(false);
            file::open(page, file);
        }
    };
    let link = match link {
        Ok(link) => view! { <Link link /> }.into_any(),
        Err(reason) => view! { <p class="refused-text">{reason}</p> }.into_any(),
    };
    view! {
        <p>"Who opens the link sees exactly this run, frame by frame. Nothing is sent anywhere: all of it stands in the link itself."</p>
        {link}
        <div class="dialog-row">
            <button on:click=move |_| file::save(page)>"Save as a file"</button>
            <label class="button">
                "Open a file"
                <input class="visually-hidden" type="file" on:change=opened />
            </label>
            <span class="crumb">"or drop one on the page: a run, or a lesson (.md)"</span>
        </div>
    }
}

/// A link to be copied.
#[component]
pub(crate) fn Link(link: String) -> impl IntoView {
    let page = expect_context::<Page>();
    let text = link.clone();
    let copy = move |_| {
        let copied = window().navigator().clipboard().write_text(&text);
        leptos::task::spawn_local(async move {
            match JsFuture::from(copied).await {
                Ok(_) => page.say(Tone::Told, "the link is copied".to_owned()),
                Err(_) => page
                    .say(Tone::Refused, "the browser did not copy it: select the link and copy it yourself".to_owned()),
            }
        });
    };
    let select = move |event: web_sys::FocusEvent| event_target::<HtmlInputElement>(&event).select();
    view! {
        <div class="dialog-row">
            <input class="mono share-link" readonly aria-label="Link" prop:value=link
                on:focus=select />
            <button class="primary" on:click=copy>"Copy"</button>
        </div>
    }
}
