//! One terminal.

use super::candidates::{Candidates, Found};
use super::output::{Entry, Output, Running, Tone};
use super::run::Place;
use super::{Handed, Terminals, Window};
use crate::page::Page;
use leptos::html::{Div, Input};
use leptos::prelude::*;
use runnel_sandbox::script::Command;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};

/// How near to the end, in pixels, one has to look to be taken along when more comes.
const NEAR_END_PX: i32 = 40;

fn input_id(number: u32) -> String {
    format!("terminal-{number}")
}

/// Puts the keyboard into a terminal.
pub(super) fn focus(number: u32) {
    request_animation_frame(move || {
        let input =
            document().get_element_by_id(&input_id(number)).and_then(|found| found.dyn_into::<HtmlElement>().ok());
        if let Some(input) = input {
            _ = input.focus();
        }
    });
}

#[component]
pub(super) fn TerminalWindow(terminals: Terminals, window: Window) -> impl IntoView {
    let page = expect_context::<Page>();
    let place = Place { page, terminals, window: window.clone() };
    let number = window.number;
    let lines = NodeRef::<Div>::new();
    let is_at_end = StoredValue::new(true);
    follow(page, &window, lines, is_at_end);
    take_lines(&place);
    let running = {
        let place = place.clone();
        Memo::new(move |_| place.running())
    };
    let title = move || match running.get() {
        Some(running) => format!("Terminal {number}: {}", running.name()),
        None => format!("Terminal {number}"),
    };
    let key = |place: &Place, act: fn(&Place)| {
        let place = place.clone();
        move |_| {
            act(&place);
            focus(number);
        }
    };
    let is_alone = move || terminals.windows.with(|windows| windows.len() == 1);
    let entries = window.entries.clone();
    let to_input = move |_| {
        // Who marks text wants to copy it.
        let is_marking = self::window().get_selection().ok().flatten().is_some_and(|marked| !marked.is_collapsed());
        if !is_marking {
            focus(number);
        }
    };
    let closed = place.clone();
    let to_end = move || {
        request_animation_frame(move || {
            if let Some(lines) = lines.get_untracked() {
                lines.set_scroll_top(lines.scroll_height());
            }
        });
    };
    let scrolled = move |_| {
        if let Some(lines) = lines.get_untracked() {
            is_at_end.set_value(lines.scroll_height() - lines.scroll_top() - lines.client_height() < NEAR_END_PX);
        }
    };
    view! {
        <section class="terminal" aria-label=format!("Terminal {number}") on:focusin=move |_| terminals.active.set(number)>
            <div class="terminal-head">
                <span class="terminal-title">{title}</span>
                <button class="quiet key" title="Ctrl-C: ends what runs here"
                    prop:disabled=move || running.with(Option::is_none) on:click=key(&place, Place::interrupt)>"^C"</button>
                <button class="quiet key" title="Ctrl-D: ends the input"
                    prop:disabled=move || !running.with(|running| running.as_ref().is_some_and(Running::is_reading))
                    on:click=key(&place, Place::end_input)>"^D"</button>
                <button class="quiet key" aria-label="Close the terminal" class:none=is_alone
                    on:click=move |_| closed.close()>"×"</button>
            </div>
            <div class="terminal-lines mono" role="log" aria-label="Output" tabindex="0" node_ref=lines
                on:click=to_input on:scroll=scrolled>
                <For each=move || entries.get() key=|entry| entry.number
                    children=|entry| view! { <EntryView entry /> } />
                <Line place=place.clone() running to_end />
            </div>
        </section>
    }
}

/// Looks at the world again and again, as long as something runs here; who looks at the end sees what comes.
fn follow(page: Page, window: &Window, lines: NodeRef<Div>, is_at_end: StoredValue<bool>) {
    let (entries, typed) = (window.entries.clone(), window.typed.clone());
    Effect::new(move |_| {
        let all = entries.get();
        page.view.watch(|viewing| {
            for entry in &all {
                if let Some(next) = entry.output.with_untracked(|output| output.looked_at(viewing)) {
                    entry.output.set(next);
                }
            }
        });
    });
    let entries = window.entries.clone();
    Effect::new(move |_| {
        entries.with(|entries| entries.iter().for_each(|entry| entry.output.track()));
        typed.track();
        let Some(lines) = lines.get() else { return };
        request_animation_frame(move || {
            if is_at_end.get_value() {
                lines.set_scroll_top(lines.scroll_height());
            }
        });
    });
}

/// Takes a line that a lesson or a gesture puts here. What it types into a tool is typed as a person would.
fn take_lines(place: &Place) {
    let place = place.clone();
    Effect::new(move |_| {
        if place.terminals.active.get() != place.window.number {
            return;
        }
        let Some(handed) = place.terminals.line.get() else { return };
        place.terminals.line.set(None);
        let line = match handed {
            Handed::Line(line) => line,
            Handed::Run(script) => {
                script.lines().for_each(|line| place.enter_for_stage(line));
                return focus(place.window.number);
            }
        };
        let is_reading = place.running().is_some_and(|running| running.is_reading());
        let typed = match line.parse() {
            Ok(Command::Type { line, .. }) if is_reading => line,
            Ok(Command::Interrupt(_)) => super::run::INTERRUPT.to_owned(),
            Ok(Command::EndInput(_)) => super::run::END_OF_INPUT.to_owned(),
            _ => {
                place.window.put.set(Some(line.clone()));
                line
            }
        };
        place.window.typed.set(typed);
        focus(place.window.number);
    });
}

#[component]
fn EntryView(entry: Entry) -> impl IntoView {
    let line = (!entry.line.is_empty())
        .then(|| view! { <p class="terminal-line"><span class="prompt">"$ "</span>{entry.line}</p> });
    let output = entry.output;
    let text = {
        let output = output.clone();
        Memo::new(move |_| output.with(|output: &Output| before_prompt(output).to_owned()))
    };
    let status = {
        let output = output.clone();
        Memo::new(move |_| output.with(|output| output.status))
    };
    let tone = Memo::new(move |_| output.with(|output| output.tone));
    view! {
        {line}
        <pre class="terminal-text" class:said=move || tone.get() != Tone::Printed
            class:refused=move || tone.get() == Tone::Refused class:none=move || text.with(String::is_empty)>{text}</pre>
        {move || status.get().map(|status| view! { <p class="quiet-text">{format!("exit status {status}")}</p> })}
    }
}

/// Where a tool asks for a line: what stands on its last line is the prompt of what is typed.
fn prompt_of(output: &Output) -> Option<&str> {
    output.running.as_ref().filter(|running| running.is_reading())?;
    Some(output.text.rsplit('\n').next().unwrap_or_default())
}

fn before_prompt(output: &Output) -> &str {
    let length = prompt_of(output).map_or(0, str::len);
    output.text[..output.text.len() - length].trim_end_matches('\n')
}

/// Where one types.
#[component]
fn Line(place: Place, running: Memo<Option<Running>>, to_end: impl Fn() + Clone + 'static) -> impl IntoView {
    let Place { page, terminals, window } = place.clone();
    let (typed, number) = (window.typed.clone(), window.number);
    let found = RwSignal::new(Found::default());
    Effect::new(move |_| {
        if found.with(Found::has_several) {
            to_end();
        }
    });
    // How many lines back the arrow keys have gone.
    let back = StoredValue::new(0_usize);
    let input = NodeRef::<Input>::new();
    let prompt = {
        let entries = window.entries.clone();
        move || {
            let asked = entries.with(|entries| {
                entries.iter().rev().find_map(|entry| entry.output.with(|output| prompt_of(output).map(str::to_owned)))
            });
            asked.unwrap_or_else(|| "$ ".to_owned())
        }
    };
    let hint = move || match running.get() {
        Some(running) if running.is_reading() => "a record; ^C or ^D ends it".to_owned(),
        Some(running) => format!("{} runs: ^C ends it", running.name()),
        None => match page.ghost.get() {
            ghost if ghost.is_empty() => "help lists what can be typed".to_owned(),
            ghost => format!("{ghost}   (→ takes it)"),
        },
    };
    let recall = {
        let typed = typed.clone();
        move |step: i8| {
            terminals.history.with_value(|lines| {
                let at = back.get_value();
                let at = if step > 0 { (at + 1).min(lines.len()) } else { at.saturating_sub(1) };
                back.set_value(at);
                typed.set(lines.len().checked_sub(at).and_then(|index| lines.get(index)).cloned().unwrap_or_default());
            });
        }
    };
    let at = place.clone();
    let key = move |event: KeyboardEvent| {
        let has_control = event.ctrl_key() && !event.alt_key() && !event.meta_key();
        let is_empty = at.window.typed.with_untracked(String::is_empty);
        let name = event.key();
        let is_taken = match name.as_str() {
            "Enter" => {
                back.set_value(0);
                at.enter();
                true
            }
            "Tab" if !event.shift_key() && !is_empty => {
                // Only with nothing to complete does it lead on.
                let is_reading = running.with_untracked(|running| running.as_ref().is_some_and(Running::is_reading));
                !is_reading && Found::next(found, &at)
            }
            "ArrowUp" => {
                recall(1);
                true
            }
            "ArrowDown" => {
                recall(-1);
                true
            }
            "ArrowRight" if is_empty && !page.ghost.with_untracked(String::is_empty) => {
                at.window.typed.set(page.ghost.get_untracked());
                true
            }
            "c" if has_control => {
                let marked = input.get().map(|input| (input.selection_start(), input.selection_end()));
                let is_marking = marked.is_some_and(|(from, to)| from.ok() != to.ok());
                if !is_marking {
                    at.interrupt();
                }
                !is_marking
            }
            "d" if has_control && is_empty => {
                at.end_input();
                true
            }
            "l" if has_control => {
                at.window.entries.set(Vec::new());
                true
            }
            _other => false,
        };
        if is_taken {
            event.prevent_default();
        }
        if name != "Tab" && name != "Shift" {
            found.set(Found::default());
        }
    };
    let (shown, changed) = (typed.clone(), typed);
    view! {
        <label class="terminal-input">
            <span class="prompt" aria-hidden="true">{prompt}</span>
            <input id=input_id(number) aria-label="Command" placeholder=hint autocomplete="off" autocapitalize="off"
                spellcheck="false" enterkeyhint="go" node_ref=input prop:value=move || shown.get()
                on:input=move |event| {
                    found.set(Found::default());
                    changed.set(event_target_value(&event));
                } on:keydown=key />
        </label>
        <Candidates found place />
    }
}
