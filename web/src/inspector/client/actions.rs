//! What can be done to a client: pause, crash, leave, restart, remove, duplicate, rename.

use crate::inspector::act::{Act, attempt};
use crate::page::{Named, Page, free_name};
use crate::stage::LATENCY;
use crate::widgets::{Apply, Edited, Section};
use leptos::prelude::*;
use runnel_sandbox::scene::{Client, ClientRole, ClientState, NodeId, Scene};

/// A second client with the settings of the first.
fn duplicate(scene: &Scene, client: &Client) -> (String, String) {
    let named = if client.card.role == ClientRole::Producer { Named::Producer } else { Named::Consumer };
    let name = free_name(scene, named);
    let mut words = client.command.splitn(3, ' ');
    let (role, _, settings) = (words.next(), words.next(), words.next());
    let mut script = format!("{} {name} {}\n", role.unwrap_or_default(), settings.unwrap_or_default());
    script.push_str(&format!("latency {name} brokers {LATENCY}\n"));
    if client.card.role == ClientRole::Producer {
        for topic in &client.card.topics {
            script.push_str(&format!("wire {name} {}\n", runnel_sandbox::script::quote(topic)));
        }
    }
    (name, script)
}

#[component]
pub(super) fn ActionsSection(name: String) -> impl IntoView {
    let page = expect_context::<Page>();
    let at = name.clone();
    let state = page.view.memo(move |scene| scene.clients.get(&at).map(|client| client.state));
    let is = move |wanted: ClientState| Signal::derive(move || state.get() == Some(wanted));
    let is_running = is(ClientState::Running);
    let is_over =
        Signal::derive(move || matches!(state.get(), Some(ClientState::Crashed | ClientState::Closed) | None));
    let is_not_running = Signal::derive(move || !is_running.get());
    let is_paused = is(ClientState::Paused);
    let command = {
        let name = name.clone();
        move |verb: &str| format!("{verb} {name}")
    };
    let pause = {
        let (pause, resume) = (command("pause"), command("resume"));
        Signal::derive(move || if is_paused.get() { resume.clone() } else { pause.clone() })
    };
    let copied = name.clone();
    let copy = move |_| {
        let made = page.view.scene(|scene| scene.clients.get(&copied).map(|client| duplicate(scene, client)));
        if let Some((copy, script)) = made
            && page.run(&script)
        {
            page.select(NodeId::Client(copy));
        }
    };
    let from = name.clone();
    let rename: Apply = Callback::new(move |to: String| {
        attempt(page, &format!("rename {from} {}", to.trim()))?;
        page.select(NodeId::Client(to.trim().to_owned()));
        Ok(())
    });
    let (crash, leave, restart, remove) = (command("crash"), command("leave"), command("restart"), command("remove"));
    let shown = name.clone();
    view! {
        <Section title="Actions">
            <div class="acts">
                <PauseButton script=pause is_paused is_off=is_over />
                <Act name="restart" script=restart.clone() hint="A new process with the same settings" />
                <Act
                    name="leave"
                    script=leave.clone()
                    is_off=is_not_running
                    hint="It closes as its library does: its group is told"
                />
                <Act
                    name="crash"
                    script=crash.clone()
                    is_off=is_over
                    is_danger=true
                    hint="The process is gone without a goodbye: its group waits for its session to end"
                />
                <button class="act" on:click=copy.clone()>
                    "duplicate"
                </button>
                <Act name="remove" script=remove.clone() is_danger=true hint="It is gone from the stage" />
            </div>
            <div class="after">
                <Edited
                    name="name"
                    value=shown.clone()
                    apply=rename
                    hint="Its name on the stage; its client.id stays"
                />
            </div>
        </Section>
    }
}

/// Pauses what runs, lets go on what is paused.
#[component]
fn PauseButton(script: Signal<String>, is_paused: Signal<bool>, is_off: Signal<bool>) -> impl IntoView {
    let page = expect_context::<Page>();
    view! {
        <button
            class="act"
            title="No code of the process runs, as after SIGSTOP"
            prop:disabled=move || is_off.get()
            on:click=move |_| {
                page.run(&script.get_untracked());
            }
        >
            {move || if is_paused.get() { "resume" } else { "pause" }}
        </button>
    }
}
