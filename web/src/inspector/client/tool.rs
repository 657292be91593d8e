//! A tool of Kafka's that runs, or has just ended: its line and what it printed.

use super::Head;
use super::connections::{ConnectionsSection, Whose};
use crate::page::Page;
use crate::widgets::Section;
use leptos::prelude::*;

#[component]
pub(super) fn ToolBody(name: String) -> impl IntoView {
    let page = expect_context::<Page>();
    let at = name.clone();
    let line = page.view.memo(move |scene| scene.clients.get(&at).map(|tool| format!("$ {}", tool.command)));
    let at = name.clone();
    let printed = Memo::new(move |_| {
        page.view.watch(|viewing| {
            let printout = viewing.story().world().printout(&at)?;
            Some(printout.pieces.iter().map(|piece| piece.text.as_str()).collect::<String>())
        })
    });
    view! {
        <Head name=name.clone() />
        <p class="mono quiet-text">{move || line.get()}</p>
        <Section title="Printed">
            <pre class="bytes mono" tabindex="0" role="log">{move || printed.get()}</pre>
        </Section>
        <ConnectionsSection whose=Whose::Client(name) />
    }
}
