//! All lessons by module, how far the learner has come, and her progress as a file.

use super::desk::Desk;
use super::markdown::to_html;
use crate::page::Tone;
use crate::share::offer_file;
use leptos::prelude::*;
use runnel_lessons::{Lesson, Progress};
use std::sync::Arc;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::HtmlInputElement;

/// What the file of progress is called.
const FILE: &str = "runnel-progress.json";

#[component]
pub(super) fn List(desk: Desk) -> impl IntoView {
    let course = desk.course.get_value();
    let all: Vec<Arc<Lesson>> = course.lessons().cloned().collect();
    let count = all.len();
    let done = move || desk.progress.with(|progress| all.iter().filter(|lesson| is_done(progress, lesson)).count());
    let modules = course.modules.iter().map(|module| {
        let lessons = module.lessons.iter().map(|lesson| view! { <Row desk lesson=lesson.clone() /> });
        view! {
            <h3 class="section-title">{module.title.clone()}</h3>
            <ul class="lesson-list">{lessons.collect_view()}</ul>
        }
    });
    let words = course.glossary.entries.iter().map(|entry| {
        view! { <dt>{entry.word.clone()}</dt><dd inner_html=to_html(&entry.meaning)></dd> }
    });
    view! {
        <h2 class="panel-title">"Course"</h2>
        <p class="quiet-text">
            "Each lesson sets a scene on the stage and checks what you do there. "{done}" of "{count}" are done."
        </p>
        {modules.collect_view()}
        <details class="course-words">
            <summary>"Words"</summary>
            <dl>{words.collect_view()}</dl>
        </details>
        <ProgressFile desk />
    }
}

fn is_done(progress: &Progress, lesson: &Lesson) -> bool {
    progress.lessons.get(&lesson.id).is_some_and(|one| one.is_done(lesson))
}

#[component]
fn Row(desk: Desk, lesson: Arc<Lesson>) -> impl IntoView {
    let address = format!("{}{}", super::FRAGMENT, lesson.id);
    let (id, title) = (lesson.id.clone(), lesson.title.clone());
    let state = Memo::new(move |_| {
        desk.progress.with(|progress| match progress.lessons.get(&lesson.id) {
            Some(one) if one.is_done(&lesson) => "done",
            Some(one) if !one.goals.is_empty() => "begun",
            Some(_) | None => "new",
        })
    });
    let said = move || match state.get() {
        "done" => "✓",
        "begun" => "◐",
        _ => "",
    };
    view! {
        <li>
            <a class="lesson-row" href=address data-state=move || state.get()>
                <span class="lesson-id mono">{id}</span>
                <span class="lesson-name">{title}</span>
                <span class="lesson-state" aria-label=move || state.get()>{said}</span>
            </a>
        </li>
    }
}

/// Progress goes with the learner, to another browser for example.
#[component]
fn ProgressFile(desk: Desk) -> impl IntoView {
    let page = desk.page;
    let save = move |_| {
        if offer_file(&desk.progress.with_untracked(Progress::to_json), FILE).is_err() {
            page.say(Tone::Refused, "this browser does not let the page save a file".to_owned());
        }
    };
    let opened = move |event: web_sys::Event| {
        let input = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
        let Some(file) = input.and_then(|input| input.files()).and_then(|files| files.get(0)) else { return };
        leptos::task::spawn_local(async move {
            let text = JsFuture::from(file.text()).await.ok().and_then(|text| text.as_string());
            match text.map(|text| Progress::from_json(&text)) {
                Some(Ok(progress)) => {
                    desk.progress.set(progress);
                    page.say(Tone::Told, format!("the progress in {} is taken over", file.name()));
                }
                Some(Err(reason)) => page.say(Tone::Refused, format!("{}: {reason}", file.name())),
                None => page.say(Tone::Refused, format!("{} cannot be read", file.name())),
            }
        });
    };
    view! {
        <h3 class="section-title">"Your progress"</h3>
        <div class="dialog-row">
            <button on:click=save>"Save as a file"</button>
            <label class="button">
                "Open a file"
                <input class="visually-hidden" type="file" accept=".json" on:change=opened />
            </label>
        </div>
    }
}
