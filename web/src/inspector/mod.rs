//! Everything about what is selected.

use crate::page::{Page, Selection};
use leptos::prelude::*;

#[component]
pub(crate) fn Inspector() -> impl IntoView {
    let page = expect_context::<Page>();
    let title = move || match page.selection.get() {
        None => "Nothing is selected".to_owned(),
        Some(Selection::Node(node)) => node.to_string(),
        Some(Selection::Record { topic, partition, offset }) => format!("{topic} {partition} {offset}"),
    };
    view! { <h2 class="panel-title">{title}</h2> }
}
