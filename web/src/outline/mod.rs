//! Everything on the stage as a tree, for who does not use a mouse, and for who looks for something.

mod actions;
mod narrator;
mod rows;

use crate::keep::{recall, remember};
use crate::late::late;
use crate::page::{Page, Selection};
use actions::{Action, of_node};
use leptos::prelude::*;
use narrator::Narrator;
use rows::{Row, rows};
use runnel_sandbox::scene::NodeId;
use std::collections::BTreeSet;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};

/// Under which name the browser remembers whether it is shown.
const SHOWN_KEY: &str = "runnel.outline";

/// Whether the outline is shown.
#[derive(Clone, Copy)]
pub(crate) struct OutlineShown(pub(crate) RwSignal<bool>);

impl OutlineShown {
    /// As it was last.
    pub(crate) fn new() -> OutlineShown {
        OutlineShown(RwSignal::new(recall(SHOWN_KEY).as_deref() == Some("yes")))
    }
}

/// What the tree remembers.
#[derive(Clone, Copy)]
struct Tree {
    page: Page,
    folded: RwSignal<BTreeSet<String>>,
    /// The row that the tabulator leads to.
    active: RwSignal<String>,
    /// The row whose menu is open.
    menu: RwSignal<Option<String>>,
    rows: Memo<Vec<Row>>,
}

#[component]
pub(crate) fn Outline() -> impl IntoView {
    let OutlineShown(shown) = expect_context::<OutlineShown>();
    Effect::new(move |_| {
        let is_shown = shown.get();
        remember(SHOWN_KEY, if is_shown { "yes" } else { "no" });
        if let Some(body) = document().body() {
            _ = body.class_list().toggle_with_force("with-outline", is_shown);
        }
    });
    view! {
        <nav id="outline" class="page-outline" aria-label="Outline" class:none=move || !shown.get()>
            {move || shown.get().then(|| late(|panels| (panels.outline)()))}
        </nav>
        <Narrator />
    }
}

#[component]
pub(crate) fn Content() -> impl IntoView {
    let page = expect_context::<Page>();
    let folded = RwSignal::new(BTreeSet::new());
    let rows = Memo::new(move |_| folded.with(|folded| page.view.watch(|viewing| rows(viewing.scene(), folded))));
    let tree = Tree { page, folded, active: RwSignal::new(String::new()), menu: RwSignal::new(None), rows };
    view! {
        <h2 class="panel-title">"On the stage"</h2>
        <div class="outline-tree" role="tree" aria-label="On the stage" on:keydown=move |event| key(tree, &event)>
            <For
                each=move || rows.get()
                key=|row| row.id.clone()
                children=move |row| view! { <TreeRow tree id=row.id node=row.node /> }
            />
        </div>
        <p class="panel-empty" class:none=move || rows.with(|rows| !rows.is_empty())>"Nothing is on the stage yet."</p>
    }
}

fn element(id: &str) -> String {
    format!("outline-{id}")
}

/// Moves the keyboard to a row.
fn focus(tree: Tree, id: &str) {
    tree.active.set(id.to_owned());
    let found = document().get_element_by_id(&element(id)).and_then(|found| found.dyn_into::<HtmlElement>().ok());
    if let Some(found) = found {
        _ = found.focus();
    }
}

fn fold(tree: Tree, id: &str, is_folded: bool) {
    tree.folded.update(|folded| _ = if is_folded { folded.insert(id.to_owned()) } else { folded.remove(id) });
    focus(tree, id);
}

fn key(tree: Tree, event: &KeyboardEvent) {
    if tree.menu.get_untracked().is_some() {
        if event.key() == "Escape" {
            event.prevent_default();
            tree.menu.set(None);
            let active = tree.active.get_untracked();
            focus(tree, &active);
        }
        return;
    }
    let rows = tree.rows.get_untracked();
    let active = tree.active.get_untracked();
    let place = rows.iter().position(|row| row.id == active).unwrap_or(0);
    let Some(row) = rows.get(place) else { return };
    let go = |place: Option<usize>| {
        if let Some(row) = place.and_then(|place| rows.get(place)) {
            focus(tree, &row.id);
        }
    };
    match event.key().as_str() {
        "ArrowDown" => go(place.checked_add(1)),
        "ArrowUp" => go(place.checked_sub(1)),
        "Home" => go(Some(0)),
        "End" => go(rows.len().checked_sub(1)),
        "ArrowRight" if row.is_open == Some(false) => fold(tree, &row.id, false),
        "ArrowRight" if row.is_open == Some(true) => go(place.checked_add(1)),
        "ArrowLeft" if row.is_open == Some(true) => fold(tree, &row.id, true),
        "ArrowLeft" => go(rows.iter().take(place).rposition(|other| other.level < row.level)),
        "Enter" | " " => {
            if let Some(node) = &row.node {
                tree.page.select(node.clone());
            }
        }
        "ContextMenu" => tree.menu.set(Some(row.id.clone())),
        "F10" if event.shift_key() => tree.menu.set(Some(row.id.clone())),
        _ => return,
    }
    event.prevent_default();
}

/// A row: it stays for as long as the thing does, whatever is told of it.
#[component]
fn TreeRow(tree: Tree, id: String, node: Option<NodeId>) -> impl IntoView {
    let page = tree.page;
    let element_id = element(&id);
    let shown = id.clone();
    let row = Memo::new(move |_| tree.rows.with(|rows| rows.iter().find(|row| row.id == shown).cloned()));
    let of = move |read: fn(&Row) -> String| row.with(|row| row.as_ref().map(read).unwrap_or_default());
    let is_open = Memo::new(move |_| row.with(|row| row.as_ref().and_then(|row| row.is_open)));
    let id = StoredValue::new(id);
    let is_first = move || tree.rows.with(|rows| rows.first().is_some_and(|first| id.with_value(|id| first.id == *id)));
    let is_known = move || tree.rows.with(|rows| tree.active.with(|active| rows.iter().any(|row| row.id == *active)));
    let is_active = move || id.with_value(|id| tree.active.with(|active| active == id)) || (!is_known() && is_first());
    let selected = node.clone();
    let is_selected = move || {
        page.selection.with(
            |selection| matches!((selection, &selected), (Some(Selection::Node(one)), Some(other)) if one == other),
        )
    };
    let sign = move || match is_open.get() {
        None => "",
        Some(true) => "▾",
        Some(false) => "▸",
    };
    let has_actions = node.is_some();
    let menu_node = node.clone();
    let clicked = move |_| {
        let name = id.get_value();
        match (&node, is_open.get_untracked()) {
            (Some(node), _) => page.select(node.clone()),
            (None, Some(is_open)) => fold(tree, &name, is_open),
            (None, None) => {}
        }
        focus(tree, &name);
    };
    let menu = move || {
        let is_wanted = id.with_value(|id| tree.menu.with(|menu| menu.as_ref() == Some(id)));
        let node = menu_node.clone().filter(|_| is_wanted);
        node.map(|node| view! { <Menu tree node /> })
    };
    view! {
        <div class="tree-line" style=move || format!("--level:{}", row.with(|row| row.as_ref().map_or(1, |row| row.level)))>
            <div id=element_id class="tree-row" role="treeitem"
                attr:aria-level=move || of(|row| row.level.to_string())
                aria-expanded=move || is_open.get().map(|open| open.to_string())
                aria-selected=move || is_selected().to_string()
                tabindex=move || if is_active() { "0" } else { "-1" }
                on:focus=move |_| tree.active.set(id.get_value())
                on:click=clicked
                on:contextmenu=move |event| {
                    event.prevent_default();
                    if has_actions {
                        tree.menu.set(Some(id.get_value()));
                    }
                }>
                <span class="tree-fold" aria-hidden="true"
                    on:click=move |event| if let Some(is_open) = is_open.get_untracked() {
                        event.stop_propagation();
                        fold(tree, &id.get_value(), is_open);
                    }>{sign}</span>
                <span class="tree-name">{move || of(|row| row.name.clone())}</span>
                <span class="tree-note">{move || of(|row| row.note.clone())}</span>
            </div>
            <button class="quiet tree-more" class:none=!has_actions tabindex="-1"
                aria-label=move || format!("Actions of {}", of(|row| row.name.clone()))
                on:click=move |_| tree.menu.set(Some(id.get_value()))>"…"</button>
            {menu}
        </div>
    }
}

#[component]
fn Menu(tree: Tree, node: NodeId) -> impl IntoView {
    let page = tree.page;
    let actions: Vec<Action> = page.view.scene(|scene| of_node(scene, &node));
    let list = NodeRef::<leptos::html::Div>::new();
    let button = move |place: usize| {
        let found = list.get_untracked().and_then(|list| list.query_selector_all("button").ok())?;
        let place = u32::try_from(place).ok()?;
        found.get(place % found.length().max(1))?.dyn_into::<HtmlElement>().ok()
    };
    let count = actions.len();
    Effect::new(move |_| {
        if list.get().is_some()
            && let Some(first) = button(0)
        {
            _ = first.focus();
        }
    });
    let close = move || {
        tree.menu.set(None);
        let active = tree.active.get_untracked();
        focus(tree, &active);
    };
    let item = move |(place, action): (usize, Action)| {
        let class = if action.is_danger { "danger" } else { "" };
        let script = action.script;
        let pressed = move |_| {
            close();
            page.run(&script);
        };
        let key = move |event: KeyboardEvent| {
            let to = match event.key().as_str() {
                "ArrowDown" => place + 1,
                "ArrowUp" => place + count - 1,
                _ => return,
            };
            event.prevent_default();
            event.stop_propagation();
            if let Some(next) = button(to) {
                _ = next.focus();
            }
        };
        view! { <button role="menuitem" class=class on:click=pressed on:keydown=key>{action.name}</button> }
    };
    view! {
        <div class="tree-menu-back" on:click=move |_| close()></div>
        <div class="tree-menu" role="menu" aria-label="Actions" node_ref=list>
            {actions.into_iter().enumerate().map(item).collect_view()}
        </div>
    }
}
