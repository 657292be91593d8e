//! The connections of a client or a broker; each leads to its packets.

use crate::inspector::act::Lead;
use crate::page::Page;
use crate::widgets::Section;
use leptos::prelude::*;
use runnel_sandbox::scene::{NodeId, Scene};

/// Connections that are listed.
const LISTED_MAX: usize = 40;

/// Whose connections are listed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::inspector) enum Whose {
    /// Those of a client.
    Client(String),
    /// Those to a broker.
    Broker(i32),
}

fn connections(scene: &Scene, whose: &Whose) -> Vec<(u64, String)> {
    let all = scene.cluster.connections.iter().filter_map(|(id, connection)| {
        let name = scene.name_of_connection(*id);
        match whose {
            Whose::Client(client) => (name == *client).then(|| (*id, format!("to broker {}", connection.broker))),
            Whose::Broker(broker) => (connection.broker == *broker).then_some((*id, name)),
        }
    });
    all.take(LISTED_MAX).collect()
}

#[component]
pub(in crate::inspector) fn ConnectionsSection(whose: Whose) -> impl IntoView {
    let page = expect_context::<Page>();
    let found = page.view.memo(move |scene| connections(scene, &whose));
    let note = Signal::derive(move || found.with(Vec::len).to_string());
    let row = |(id, text): (u64, String)| {
        view! {
            <li>
                <Lead to=NodeId::Connection(id) text=format!("connection {id}") />
                <span class="section-note">{text}</span>
            </li>
        }
    };
    view! {
        <Section title="Connections" note>
            <ul class="rows">{move || found.get().into_iter().map(row).collect_view()}</ul>
            <p class="quiet-text small">"Open one to see its packets, byte by byte."</p>
        </Section>
    }
}
