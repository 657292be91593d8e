//! Light, dark, or as the system has it.

use crate::keep::{recall, remember};
use crate::page::Page;
use leptos::ev;
use leptos::prelude::*;

/// Under which name the browser remembers it.
const THEME_KEY: &str = "runnel.theme";

/// What the visitor wants.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Theme {
    System,
    Light,
    Dark,
}

impl Theme {
    const ALL: [Theme; 3] = [Theme::System, Theme::Light, Theme::Dark];

    fn name(self) -> &'static str {
        match self {
            Theme::System => "system",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }

    fn next(self) -> Theme {
        match self {
            Theme::System => Theme::Light,
            Theme::Light => Theme::Dark,
            Theme::Dark => Theme::System,
        }
    }

    fn sign(self) -> &'static str {
        match self {
            Theme::System => "◐",
            Theme::Light => "☀",
            Theme::Dark => "☾",
        }
    }
}

#[component]
pub(super) fn ThemeButton() -> impl IntoView {
    let page = expect_context::<Page>();
    let known = recall(THEME_KEY).and_then(|name| Theme::ALL.into_iter().find(|theme| theme.name() == name));
    let theme = RwSignal::new(known.unwrap_or(Theme::System));
    let query = window().match_media("(prefers-color-scheme: dark)").ok().flatten();
    let system = RwSignal::new(query.as_ref().is_some_and(web_sys::MediaQueryList::matches));
    if let Some(query) = query {
        let changed = wasm_bindgen::closure::Closure::<dyn FnMut(web_sys::MediaQueryListEvent)>::new(
            move |event: web_sys::MediaQueryListEvent| system.set(event.matches()),
        );
        query.set_onchange(Some(wasm_bindgen::JsCast::unchecked_ref(changed.as_ref())));
        // The page is there as long as its window.
        changed.forget();
    }
    Effect::new(move |_| {
        let is_dark = match theme.get() {
            Theme::System => system.get(),
            Theme::Light => false,
            Theme::Dark => true,
        };
        if let Some(root) = document().document_element() {
            _ = root.set_attribute("data-theme", if is_dark { "dark" } else { "light" });
            page.is_dark.set(is_dark);
        }
    });
    let pressed = move |_: ev::MouseEvent| {
        theme.update(|theme| *theme = theme.next());
        remember(THEME_KEY, theme.get_untracked().name());
    };
    let said = move || format!("Theme: {}", theme.get().name());
    view! {
        <button class="theme" aria-label=said title=said on:click=pressed>{move || theme.get().sign()}</button>
    }
}
