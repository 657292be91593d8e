//! The states of a group and the ways between them, with the present state lit and the last way marked.

use crate::page::Page;
use leptos::prelude::*;
use runnel_broker::groups::GroupState;

/// A state: what it is called, the middle of its box and its width.
const STATES: [(GroupState, &str, f64, f64, f64); 5] = [
    (GroupState::Empty, "Empty", 44.0, 20.0, 72.0),
    (GroupState::PreparingRebalance, "PreparingRebalance", 192.0, 20.0, 128.0),
    (GroupState::CompletingRebalance, "CompletingRebalance", 192.0, 70.0, 128.0),
    (GroupState::Stable, "Stable", 192.0, 120.0, 128.0),
    (GroupState::Dead, "Dead", 44.0, 120.0, 72.0),
];

/// A way: from, to, how it is drawn, why it is gone.
const WAYS: [(GroupState, GroupState, &str, &str); 7] = [
    (GroupState::Empty, GroupState::PreparingRebalance, "M82 15H124", "a member joins"),
    (GroupState::PreparingRebalance, GroupState::Empty, "M126 26H84", "the last member is gone"),
    (GroupState::PreparingRebalance, GroupState::CompletingRebalance, "M204 34V54", "all have joined"),
    (GroupState::CompletingRebalance, GroupState::PreparingRebalance, "M180 56V36", "somebody joins or goes"),
    (GroupState::CompletingRebalance, GroupState::Stable, "M192 84V104", "the leader has dealt the partitions"),
    (GroupState::Stable, GroupState::PreparingRebalance, "M256 120C284 120 284 20 258 20", "somebody joins or goes"),
    (GroupState::Empty, GroupState::Dead, "M44 34V104", "the last offset is gone, or it is deleted"),
];

/// The present state, and the one before it if that is known.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Standing {
    now: GroupState,
    before: Option<GroupState>,
}

impl Standing {
    fn begun(now: GroupState) -> Standing {
        // Where only one way leads, that one was gone.
        let mut ways = WAYS.iter().filter(|way| way.1 == now && now != GroupState::Dead);
        let before = match (ways.next(), ways.next()) {
            (Some(only), None) => Some(only.0),
            (Some(_) | None, _) => None,
        };
        Standing { now, before }
    }
}

#[component]
pub(super) fn Machine(group_id: String) -> impl IntoView {
    let page = expect_context::<Page>();
    let standing = Memo::new(move |last: Option<&Standing>| {
        let now = page.view.watch(|viewing| viewing.scene().group_state(&group_id));
        match last {
            Some(last) if last.now == now => *last,
            Some(last) => Standing { now, before: Some(last.now) },
            None => Standing::begun(now),
        }
    });
    let states = STATES.map(|(state, name, x, y, width)| {
        let class = move || if standing.get().now == state { "state lit" } else { "state" };
        view! {
            <g class=class>
                <rect x=x - width / 2.0 y=y - 13.0 width=width height="26" rx="13" />
                <text x=x y=y + 4.0>{name}</text>
            </g>
        }
    });
    let ways = WAYS.map(|(from, to, path, why)| {
        let is_last = move || {
            let standing = standing.get();
            standing.now == to && standing.before == Some(from)
        };
        view! {
            <path class="way-line" class:last=is_last d=path marker-end="url(#way-head)">
                <title>{why}</title>
            </path>
        }
    });
    let label = move || format!("The group's state is {}", standing.get().now);
    view! {
        <svg class="machine" viewBox="0 0 292 140" role="img" aria-label=label>
            <defs>
                <marker id="way-head" viewBox="0 0 8 8" refX="6" refY="4" markerWidth="6" markerHeight="6" orient="auto">
                    <path class="way-head" d="M0 0L8 4L0 8z" />
                </marker>
            </defs>
            {ways.into_iter().collect_view()}
            {states.into_iter().collect_view()}
        </svg>
    }
}
