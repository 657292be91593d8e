//! The page as a whole: head, stage, inspector, foot.

use crate::course::{Course, CourseShown};
use crate::head::Head;
use crate::inspector::Inspector;
use crate::keep::Continue;
use crate::opening::{self, OpeningLine, Source};
use crate::outline::{Outline, OutlineShown};
use crate::page::{Page, Report, Tone, start_clock};
use crate::stage::Stage;
use crate::terminal::Terminals;
use crate::timeline::Timeline;
use crate::{api, keep, late, share};
use leptos::prelude::*;
use runnel_sandbox::viewing::Viewing;

/// What stands on the stage when the page is opened.
const START: &str = include_str!("start.txt");

#[component]
pub(crate) fn App() -> impl IntoView {
    let page = begin();
    provide_context(page);
    start_clock(page);
    keep::start(page);
    share::listen(page);
    api::offer(page);
    late::load_soon();
    provide_context(Terminals::new());
    provide_context(OutlineShown::new());
    provide_context(CourseShown::new());
    view! {
        <Head />
        <Outline />
        <Course />
        <main class="page-stage">
            <Stage view=page.view />
            {move || page.beside.get().map(|beside| view! { <Stage view=beside is_beside=true /> })}
            <OpeningLine />
        </main>
        <aside class="page-inspector" aria-label="Inspector">
            <Inspector />
        </aside>
        <footer class="page-foot">
            <Timeline />
        </footer>
        <Reports />
        <Continue />
    }
}

/// The run that the address names, or the one that this tab had, or a Kafka that runs already.
fn begin() -> Page {
    let start = || Viewing::of_script(START).expect("the world that the page begins with is tested");
    let fresh = || Page::new(start(), "Payments, three consumers");
    let (wanted, source) = match (share::from_address(), keep::restore()) {
        (Some(linked), _) => {
            keep::set_aside();
            (linked, Source::Address)
        }
        (None, Some(kept)) => (kept, Source::Kept),
        (None, None) => return fresh(),
    };
    match wanted {
        Ok(wanted) => wanted.begin(fresh),
        Err(reason) => {
            opening::given_up(source);
            let page = fresh();
            page.say(Tone::Refused, reason);
            page
        }
    }
}

/// What was last said to the visitor.
#[component]
fn Reports() -> impl IntoView {
    let page = expect_context::<Page>();
    let shown = move |report: Report| {
        let class = match report.tone {
            Tone::Told => "report",
            Tone::Refused => "report refused",
        };
        view! {
            <div class=class>
                <span>{report.text}</span>
                <button class="quiet" aria-label="Close" on:click=move |_| page.report.set(None)>
                    "×"
                </button>
            </div>
        }
    };
    view! {
        <div class="reports" role="status">
            {move || page.report.get().map(shown)}
        </div>
    }
}
