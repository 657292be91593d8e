//! Names with their values, one below the other.

use leptos::prelude::*;

/// A table of facts; its rows are [`Fact`]s.
#[component]
pub(crate) fn Facts(children: Children) -> impl IntoView {
    view! {
        <table class="facts">
            <tbody>{children()}</tbody>
        </table>
    }
}

/// A name and its value. A value that is empty is not shown, nor is its name.
#[component]
pub(crate) fn Fact(
    /// What it is.
    name: &'static str,
    /// What it says.
    #[prop(into)]
    value: Signal<String>,
    /// Whether it is data, as it would stand in a terminal.
    #[prop(optional)]
    is_data: bool,
) -> impl IntoView {
    let shown = Memo::new(move |_| value.get());
    view! {
        <tr class:none=move || shown.with(String::is_empty)>
            <th scope="row">{name}</th>
            <td class:mono=is_data>{move || shown.get()}</td>
        </tr>
    }
}
