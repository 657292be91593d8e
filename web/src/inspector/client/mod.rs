//! A client of the world: what one can do to it is the same for all; the rest depends on what it is for.

mod actions;
mod connections;
mod consumer;
mod producer;
mod records;
mod settings;
mod tool;

pub(super) use connections::{ConnectionsSection, Whose};

use super::Gone;
use crate::page::Page;
use consumer::ConsumerBody;
use leptos::prelude::*;
use producer::ProducerBody;
use runnel_sandbox::scene::{ClientRole, ClientState, NodeId};
use tool::ToolBody;

#[component]
pub(super) fn ClientPanel(name: String) -> impl IntoView {
    let page = expect_context::<Page>();
    let at = name.clone();
    let role = page.view.memo(move |scene| scene.clients.get(&at).map(|client| client.card.role));
    move || {
        let name = name.clone();
        match role.get() {
            Some(ClientRole::Consumer) => view! { <ConsumerBody name /> }.into_any(),
            Some(ClientRole::Producer) => view! { <ProducerBody name /> }.into_any(),
            Some(ClientRole::Tool) => view! { <ToolBody name /> }.into_any(),
            None => view! { <Gone what=name /> }.into_any(),
        }
    }
}

/// What it is, what it is called, and how it is.
#[component]
fn Head(name: String) -> impl IntoView {
    let page = expect_context::<Page>();
    let at = name.clone();
    let found = page.view.memo(move |scene| {
        scene.clients.get(&at).map(|client| (client.card.role, client.card.kind.clone(), client.state))
    });
    let crumb = move || {
        found.with(|found| {
            found.as_ref().map(|(role, kind, _)| match role {
                ClientRole::Producer => format!("producer · {kind}"),
                ClientRole::Consumer => format!("consumer · {kind}"),
                ClientRole::Tool => "tool".to_owned(),
            })
        })
    };
    let state = Memo::new(move |_| {
        found.with(|found| {
            found.as_ref().map_or(("tag", ""), |(_, _, state)| match state {
                ClientState::Running => ("tag good", "running"),
                ClientState::Paused => ("tag warn", "paused"),
                ClientState::Crashed => ("tag bad", "crashed"),
                ClientState::Closed => ("tag", "left"),
            })
        })
    });
    view! {
        <p class="crumb">{crumb}</p>
        <h2 class="panel-title">
            {name} " " <span class=move || state.get().0>{move || state.get().1}</span>
        </h2>
    }
}

/// The client as it stands on the stage.
fn node(name: &str) -> NodeId {
    NodeId::Client(name.to_owned())
}
