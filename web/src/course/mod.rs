//! The course beside the stage: lessons whose goals are checked on what the learner does there.
//!
//! What stands here the page begins with; the lessons and all that shows them are loaded later ([`late`]).

mod bet;
mod desk;
mod goals;
mod lesson;
mod list;
mod markdown;
mod panel;
mod words;

use crate::keep::{recall, remember};
use crate::late::late;
use crate::outline::OutlineShown;
use crate::page::Page;
use leptos::ev;
use leptos::prelude::*;
pub(crate) use panel::Panel;

/// Under which name the browser remembers whether it is shown.
const SHOWN_KEY: &str = "runnel.course";
/// Where the course stands below the stage, as the style has it.
const NARROW: &str = "(max-width: 820px)";
/// Before the id of a lesson in the page's address.
const FRAGMENT: &str = "#lesson=";
/// Before a lesson's whole file in it.
const FILE_FRAGMENT: &str = "lesson-file=";

/// What a link has asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Asked {
    /// A lesson of the course, by its id.
    Lesson(String),
    /// One that lies packed in the link.
    Packed(String),
}

/// Whether the course is shown, and which lesson a link has asked for.
#[derive(Clone, Copy)]
pub(crate) struct CourseShown {
    pub(crate) shown: RwSignal<bool>,
    wanted: RwSignal<Option<Asked>>,
}

impl CourseShown {
    /// As it was last, or with the lesson that the address names.
    pub(crate) fn new() -> CourseShown {
        let wanted = from_address();
        let is_shown = wanted.is_some() || recall(SHOWN_KEY).as_deref() == Some("yes");
        let course = CourseShown { shown: RwSignal::new(is_shown), wanted: RwSignal::new(wanted) };
        let followed = window_event_listener(ev::hashchange, move |_| {
            if let Some(asked) = from_address() {
                course.wanted.set(Some(asked));
                if !course.shown.get_untracked() {
                    course.shown.set(true);
                }
            }
        });
        // The page is there as long as its window.
        std::mem::forget(followed);
        course
    }
}

/// Whether the course stands below the stage.
fn is_narrow() -> bool {
    window().match_media(NARROW).ok().flatten().is_some_and(|narrow| narrow.matches())
}

/// The lesson that the address names.
fn from_address() -> Option<Asked> {
    let fragment = window().location().hash().ok()?;
    if let Some(packed) = fragment.strip_prefix('#').and_then(|rest| rest.strip_prefix(FILE_FRAGMENT)) {
        return Some(Asked::Packed(packed.to_owned()));
    }
    fragment.strip_prefix(FRAGMENT).filter(|id| !id.is_empty()).map(|id| Asked::Lesson(id.to_owned()))
}

#[component]
pub(crate) fn Course() -> impl IntoView {
    let CourseShown { shown, .. } = expect_context::<CourseShown>();
    let OutlineShown(outline) = expect_context::<OutlineShown>();
    let page = expect_context::<Page>();
    Effect::new(move |_| {
        if page.lesson_file.with(Option::is_some) && !shown.get_untracked() {
            shown.set(true);
        }
    });
    Effect::new(move |_| {
        let is_shown = shown.get();
        remember(SHOWN_KEY, if is_shown { "yes" } else { "no" });
        if let Some(body) = document().body() {
            _ = body.class_list().toggle_with_force("with-course", is_shown);
        }
        // Both stand in the same column.
        if is_shown {
            outline.set(false);
            // On a narrow page the inspector lies over it.
            if is_narrow() {
                page.selection.set(None);
            }
        }
    });
    Effect::new(move |_| {
        if outline.get() {
            shown.set(false);
        }
    });
    // What is open in it stays open when it is asked for again.
    let is_there = Memo::new(move |_| shown.get());
    view! {
        <section id="course" class="page-course" aria-label="Course" class:none=move || !shown.get()>
            {move || is_there.get().then(|| late(|panels| (panels.course)()))}
        </section>
    }
}
