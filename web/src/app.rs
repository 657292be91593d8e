//! The page as a whole: head, stage, inspector, foot.

use crate::inspector::Inspector;
use crate::page::{Page, Report, Tone, start_clock};
use crate::stage::Stage;
use crate::timeline::Timeline;
use leptos::prelude::*;
use runnel_sandbox::viewing::Viewing;

/// What stands on the stage when the page is opened.
const START: &str = include_str!("start.txt");

#[component]
pub(crate) fn App() -> impl IntoView {
    let viewing = Viewing::of_script(START).expect("the world that the page begins with is tested");
    let page = Page::new(viewing, "Payments, three consumers");
    provide_context(page);
    start_clock(page);
    view! {
        <Head />
        <main class="page-stage">
            <Stage view=page.view />
            {move || page.beside.get().map(|beside| view! { <Stage view=beside is_beside=true /> })}
        </main>
        <aside class="page-inspector" aria-label="Inspector">
            <Inspector />
        </aside>
        <footer class="page-foot">
            <Timeline />
        </footer>
        <Reports />
    }
}

/// The head: name, what is shown, and what one does with it as a whole.
#[component]
fn Head() -> impl IntoView {
    let page = expect_context::<Page>();
    view! {
        <header class="page-head">
            <div class="logo">
                <svg width="22" height="22" viewBox="0 0 22 22" aria-hidden="true">
                    <path
                        d="M2 6c4 0 4 4 8 4s4-4 10-4M2 12c4 0 4 4 8 4s4-4 10-4"
                        fill="none"
                        stroke="var(--accent)"
                        stroke-width="2.4"
                        stroke-linecap="round"
                    />
                </svg>
                "runnel"
            </div>
            <h1 class="head-title">{move || page.title.get()}</h1>
        </header>
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
