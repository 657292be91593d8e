//! One of Kafka's command-line tools, run from the inspector, with what it prints.

use super::act::attempt;
use crate::page::Page;
use leptos::prelude::*;
use runnel_sandbox::scene::Scene;
use runnel_sandbox::world::Stream;

/// A tool that was run, and what it printed so far.
#[derive(Clone, PartialEq, Debug, Default)]
struct Printed {
    line: String,
    text: String,
    is_over: bool,
}

/// The tool that was run last, by its name, with its line.
#[derive(Clone, Copy)]
pub(super) struct ToolRun(RwSignal<Option<(String, String)>>);

impl ToolRun {
    pub(super) fn new() -> ToolRun {
        ToolRun(RwSignal::new(None))
    }

    /// Runs a tool; its answer stands where [`ToolAnswer`] is.
    pub(super) fn run(self, page: Page, line: String) {
        let script = line.clone();
        if let Err(reason) = self.attempt(page, line, &script) {
            page.say(crate::page::Tone::Refused, reason);
        }
    }

    /// Does what a script says, which was typed as a line; if a tool runs then, its answer stands where [`ToolAnswer`]
    /// is.
    ///
    /// # Errors
    /// Why not, in words.
    fn attempt(self, page: Page, line: String, script: &str) -> Result<(), String> {
        let before = page.view.scene(newest_tool);
        attempt(page, script)?;
        let newest = page.view.scene(newest_tool).filter(|newest| Some(newest) != before.as_ref());
        if let Some(number) = newest {
            self.0.set(Some((format!("tool-{number}"), line)));
        }
        Ok(())
    }
}

/// The number of the tool that was started last.
fn newest_tool(scene: &Scene) -> Option<u32> {
    scene.tools().filter_map(|tool| tool.card.name.strip_prefix("tool-")?.parse().ok()).max()
}

/// Moves the committed offset of a group in one partition. The tool refuses it while the group has members.
pub(super) fn reset_line(group: &str, place: &str, target: &str) -> String {
    let group = runnel_sandbox::script::quote(group);
    format!(
        "kafka-consumer-groups.sh --bootstrap-server localhost:9092 --group {group} {place} --reset-offsets {target} \
         --execute"
    )
}

/// What the tool that was run last has printed.
#[component]
pub(super) fn ToolAnswer(run: ToolRun) -> impl IntoView {
    let page = expect_context::<Page>();
    let printed = Memo::new(move |_| {
        let (name, line) = run.0.get()?;
        page.view.watch(|viewing| {
            let printout = viewing.story().world().printout(&name)?;
            let pieces = printout.pieces.iter().filter(|piece| piece.stream != Stream::In);
            let text: String = pieces.map(|piece| piece.text.as_str()).collect();
            let is_over = viewing.scene().clients.get(&name).is_none_or(|tool| tool.exit_status.is_some());
            Some(Printed { line, text, is_over })
        })
    });
    view! {
        <div role="status">
            <Show when=move || printed.with(Option::is_some)>
                <div class="tool-answer mono">
                    <button class="quiet close" aria-label="Close" on:click=move |_| run.0.set(None)>
                        "×"
                    </button>
                    <p class="tool-line">{move || printed.get().map(|printed| format!("$ {}", printed.line))}</p>
                    <pre>
                        {move || {
                            printed
                                .get()
                                .map(|printed| {
                                    let is_silent = printed.text.trim().is_empty();
                                    match (is_silent, printed.is_over) {
                                        (true, false) => "asks the brokers…".to_owned(),
                                        (true, true) => "it printed nothing".to_owned(),
                                        (false, _) => printed.text.trim().to_owned(),
                                    }
                                })
                        }}
                    </pre>
                </div>
            </Show>
        </div>
    }
}
