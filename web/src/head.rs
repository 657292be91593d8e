//! The head: name, title, and what one does with the page as a whole.

mod help;
mod theme;

use crate::course::CourseShown;
use crate::late::late;
use crate::outline::OutlineShown;
use crate::page::Page;
use crate::widgets::Dialog;
use leptos::prelude::*;
use theme::ThemeButton;

pub(crate) use help::Help;

/// Longest title.
const TITLE_MAX: &str = "80";

#[component]
pub(crate) fn Head() -> impl IntoView {
    let page = expect_context::<Page>();
    let (examples, share, help) = (RwSignal::new(false), RwSignal::new(false), RwSignal::new(false));
    let OutlineShown(outline) = expect_context::<OutlineShown>();
    let CourseShown { shown: course, .. } = expect_context::<CourseShown>();
    let renamed = move |event| {
        let title = event_target_value(&event);
        if !title.trim().is_empty() {
            page.title.set(title.trim().to_owned());
        }
    };
    view! {
        <header class="page-head">
            <button class="quiet outline-toggle" aria-label="Outline" title="Everything on the stage, as a tree"
                aria-expanded=move || outline.get().to_string() aria-controls="outline"
                on:click=move |_| outline.update(|shown| *shown = !*shown)>"☰"</button>
            <h1 class="logo">
                <svg width="22" height="22" viewBox="0 0 22 22" aria-hidden="true">
                    <path d="M2 6c4 0 4 4 8 4s4-4 10-4M2 12c4 0 4 4 8 4s4-4 10-4" fill="none" stroke="var(--accent)"
                        stroke-width="2.4" stroke-linecap="round" />
                </svg>
                "runnel"
            </h1>
            <input class="head-title" aria-label="Title" maxlength=TITLE_MAX autocomplete="off" spellcheck="false"
                prop:value=move || page.title.get() on:change=renamed />
            <ClearMenu />
            <button class="course-toggle" aria-expanded=move || course.get().to_string() aria-controls="course"
                on:click=move |_| course.update(|shown| *shown = !*shown)>"Course"</button>
            <button on:click=move |_| examples.set(true)>"Examples"</button>
            <button on:click=move |_| share.set(true)>"Share"</button>
            <ThemeButton />
            <button aria-label="Help" title="Help" on:click=move |_| help.set(true)>"?"</button>
        </header>
        <Dialog is_open=examples title="Examples">{late(move |panels| (panels.examples)(examples))}</Dialog>
        <Dialog is_open=share title="Share">{late(move |panels| (panels.share)(share))}</Dialog>
        <Dialog is_open=help title="Help">{late(|panels| (panels.help)())}</Dialog>
    }
}

/// Takes all of a kind off the stage.
#[component]
fn ClearMenu() -> impl IntoView {
    let page = expect_context::<Page>();
    let chosen = move |event: web_sys::Event| {
        let kind = event_target_value(&event);
        let script = match kind.as_str() {
            "" => return,
            // Consumers say goodbye first, and a group that has members is not deleted.
            "everything" => "clear producers\nclear consumers\nsettle\nclear groups\nclear topics".to_owned(),
            kind => format!("clear {kind}"),
        };
        page.run(&script);
        event_target::<web_sys::HtmlSelectElement>(&event).set_value("");
    };
    view! {
        <select class="clear-menu" aria-label="Clear" on:change=chosen>
            <option value="">"Clear…"</option>
            <option value="producers">"all producers"</option>
            <option value="consumers">"all consumers"</option>
            <option value="groups">"all groups"</option>
            <option value="topics">"all topics"</option>
            <option value="everything">"everything"</option>
        </select>
    }
}
