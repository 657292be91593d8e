//! A line for commands: the sandbox's own, Kafka's tools, and the tutorial's `npm run ...`.

use super::desk::Desk;
use crate::inspector::{ToolAnswer, ToolRun, without_line};
use leptos::prelude::*;
use runnel_lessons::play;
use web_sys::KeyboardEvent;

/// Most lines that the arrow keys bring back.
const LINES_MAX: usize = 100;

#[component]
pub(super) fn Typed(desk: Desk) -> impl IntoView {
    let (page, typed) = (desk.page, desk.typed);
    let tool = ToolRun::new();
    let refused = RwSignal::new(String::new());
    let lines = StoredValue::new(Vec::<String>::new());
    // How many lines back the arrow keys have gone.
    let back = StoredValue::new(0_usize);
    let enter = move || {
        let line = typed.get_untracked().trim().to_owned();
        if line.is_empty() {
            return;
        }
        let read = page.view.with(|viewing| play::commands(viewing, &line));
        let done = match read {
            Ok(commands) => {
                let script: String = commands.iter().map(|command| format!("{command}\n")).collect();
                tool.attempt(page, line.clone(), &script)
            }
            Err(reason) => Err(without_line(&reason.to_string()).to_owned()),
        };
        if done.is_ok() {
            lines.update_value(|lines| {
                lines.push(line);
                let over = lines.len().saturating_sub(LINES_MAX);
                lines.drain(..over);
            });
            back.set_value(0);
            typed.set(String::new());
        }
        refused.set(done.err().unwrap_or_default());
    };
    let recall = move |step: i8| {
        lines.with_value(|lines| {
            let at = back.get_value();
            let at = if step > 0 { (at + 1).min(lines.len()) } else { at.saturating_sub(1) };
            back.set_value(at);
            typed.set(lines.len().checked_sub(at).and_then(|index| lines.get(index)).cloned().unwrap_or_default());
        });
    };
    let key = move |event: KeyboardEvent| match event.key().as_str() {
        "Enter" => enter(),
        "ArrowUp" => {
            event.prevent_default();
            recall(1);
        }
        "ArrowDown" => {
            event.prevent_default();
            recall(-1);
        }
        _other => {}
    };
    view! {
        <div class="typed">
            <ToolAnswer run=tool />
            <p class="refused-text" role="alert" class:none=move || refused.with(String::is_empty)>{refused}</p>
            <label class="typed-line mono">
                <span aria-hidden="true">"$"</span>
                <input aria-label="Command" placeholder="a command, or kafka-topics.sh …" autocomplete="off"
                    autocapitalize="off" spellcheck="false" prop:value=typed
                    on:input=move |event| typed.set(event_target_value(&event)) on:keydown=key />
            </label>
        </div>
    }
}
