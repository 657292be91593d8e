//! Who stands on the stage without being a client of this world: a member that is missed, or a guest.

use super::Gone;
use super::act::Lead;
use super::client::{ConnectionsSection, Whose};
use super::countdowns::CountdownsSection;
use crate::page::Page;
use crate::widgets::{Fact, Facts, Section};
use leptos::prelude::*;
use runnel_sandbox::scene::NodeId;

/// A member of a group that is no client of the world, or what is left of one.
#[component]
pub(super) fn MemberPanel(group_id: String, member_id: String) -> impl IntoView {
    let page = expect_context::<Page>();
    let (at, id) = (group_id.clone(), member_id.clone());
    let member = page.view.memo(move |scene| scene.cluster.groups.get(&at)?.members.get(&id).cloned());
    let name = Signal::derive(move || {
        member.with(|member| member.as_ref().map(|member| member.client_id.clone()).unwrap_or_default())
    });
    let host = Signal::derive(move || {
        member.with(|member| member.as_ref().map(|member| member.client_host.clone()).unwrap_or_default())
    });
    let owns = Signal::derive(move || {
        member.with(|member| {
            let owned = member.as_ref().map(|member| member.assignment.clone()).unwrap_or_default();
            let owned = owned.iter().flat_map(|(topic, at)| at.iter().map(move |at| format!("{topic}-{at}")));
            owned.collect::<Vec<String>>().join(", ")
        })
    });
    let owner = NodeId::Member { group_id: group_id.clone(), member_id: member_id.clone() };
    let is_there = Memo::new(move |_| member.with(Option::is_some));
    let gone = member_id.clone();
    let shown = StoredValue::new(member_id);
    view! {
        <Show when=move || is_there.get() fallback=move || view! { <Gone what=gone.clone() /> }>
            <p class="crumb">
                "member of " <Lead to=NodeId::Group(group_id.clone()) text=group_id.clone() />
            </p>
            <h2 class="panel-title">{move || name.get()}</h2>
            <p class="quiet-text">
                "The group still counts on it: when nothing is heard of it until its session ends, its partitions go to the others."
            </p>
            <Facts>
                <Fact name="member id" value=shown.get_value() is_data=true />
                <Fact name="host" value=host is_data=true />
                <Fact name="owns" value=owns is_data=true />
            </Facts>
            <CountdownsSection owner=owner.clone() />
        </Show>
    }
}

/// Who reads or writes and was not introduced.
#[component]
pub(super) fn GuestPanel(name: String) -> impl IntoView {
    let page = expect_context::<Page>();
    let at = name.clone();
    let guest = page
        .view
        .memo(move |scene| scene.seen.guests.get(&at).map(|guest| (guest.writes.clone(), guest.reads.clone())));
    let list = move |is_writes: bool| {
        Signal::derive(move || {
            let (writes, reads) = guest.get().unwrap_or_default();
            let topics = if is_writes { writes } else { reads };
            topics.into_iter().collect::<Vec<String>>().join(", ")
        })
    };
    view! {
        <p class="crumb">"guest"</p>
        <h2 class="panel-title">{name.clone()}</h2>
        <Section title="Guest">
            <Facts>
                <Fact name="writes" value=list(true) is_data=true />
                <Fact name="reads" value=list(false) is_data=true />
            </Facts>
        </Section>
        <ConnectionsSection whose=Whose::Client(name) />
    }
}
