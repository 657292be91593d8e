//! Everything about what is selected: a panel for each kind of thing.
//!
//! Panels read the scene by memos and act by commands, so what changes is only what differs.

mod act;
mod broker;
mod client;
mod connection;
mod countdowns;
mod foreign;
mod group;
mod overview;
mod partition;
mod record;
mod tool;
mod topic;

use crate::late::late;
use crate::page::{Page, Selection};
use crate::widgets::Folds;
pub(crate) use act::without_line;
use broker::BrokerPanel;
use client::ClientPanel;
use connection::ConnectionPanel;
use foreign::{GuestPanel, MemberPanel};
use group::GroupPanel;
use leptos::prelude::*;
use overview::Overview;
use partition::PartitionPanel;
use record::RecordPanel;
use runnel_sandbox::scene::NodeId;
use topic::TopicPanel;

/// Titles of sections that are folded until somebody opens them.
const FOLDED: [&str; 3] = ["Every partitioner", "Other configs", "Settings of the library"];

#[component]
pub(crate) fn Inspector() -> impl IntoView {
    let page = expect_context::<Page>();
    provide_context(Folds::new(&FOLDED));
    let selection = Memo::new(move |_| page.selection.get());
    view! {
        <div class="inspector">
            {move || match selection.get() {
                None => view! { <Overview /> }.into_any(),
                Some(selection) => late(move |panels| (panels.inspector)(selection.clone())),
            }}
        </div>
    }
}

/// The panel of what is selected.
#[component]
pub(crate) fn Panel(selection: Selection) -> impl IntoView {
    let node = match selection {
        Selection::Record { topic, partition, offset } => {
            return view! { <RecordPanel topic partition offset /> }.into_any();
        }
        Selection::Node(node) => node,
    };
    match node {
        NodeId::Lane { topic, partition } => view! { <PartitionPanel topic partition /> }.into_any(),
        NodeId::Group(group_id) => view! { <GroupPanel group_id /> }.into_any(),
        NodeId::Client(name) => view! { <ClientPanel name /> }.into_any(),
        NodeId::Broker(id) => view! { <BrokerPanel id /> }.into_any(),
        NodeId::Topic(name) | NodeId::Card { topic: name, .. } => view! { <TopicPanel name /> }.into_any(),
        NodeId::Member { group_id, member_id } => view! { <MemberPanel group_id member_id /> }.into_any(),
        NodeId::Guest(name) => view! { <GuestPanel name /> }.into_any(),
        NodeId::Connection(id) => view! { <ConnectionPanel id /> }.into_any(),
    }
}

/// Says that what was selected is not there any more, or not yet.
#[component]
fn Gone(
    /// What it was.
    #[prop(into)]
    what: String,
) -> impl IntoView {
    view! {
        <p class="crumb">{what}</p>
        <p class="quiet-text">"It is not there at this time. Scrub to when it was, or select something else."</p>
    }
}
